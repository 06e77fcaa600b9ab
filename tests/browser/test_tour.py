"""The tour of the README can be walked, word for word."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.support.tour import Tour, demo

pytestmark = pytest.mark.slow


def test_the_tour_of_the_readme_can_be_walked(browser: Browser, tmp_path: Path) -> None:
    with demo(tmp_path) as address:
        Tour(browser, address).walk()
