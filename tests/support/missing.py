"""What to do when a server for the tests is not on this machine."""

from __future__ import annotations

import os
import shutil
from typing import TypeVar

import pytest

Found = TypeVar("Found")


def or_skip(found: Found | None, why: str) -> Found:
    """Return *found*. Without it fail where `make system` could install it, and skip the test elsewhere.

    What is skipped is counted, and the reasons are printed at the end of the run.
    """
    if found is not None:
        return found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        pytest.fail(why, pytrace=False)
    pytest.skip(why)
