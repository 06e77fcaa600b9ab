"""What a scenario expects and what was found: whether the two agree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .scenario import wait_seconds


def agrees(expected: Any, actual: Any, key: str = "") -> bool:
    """Return whether *actual* is what was expected: lists of names as sets that must all be there, clocks by their parts."""
    if key == "not_fired":
        return not set(expected) & set(actual or ())
    if key in ("fired", "mails", "notices", "created", "approvers", "links"):
        wanted = [expected] if isinstance(expected, str) else list(expected)
        return bool(set(wanted) <= set(actual or ()) and (wanted or not actual))
    if key == "tags":
        return set(expected) == set(actual or ())
    if isinstance(expected, Mapping) and isinstance(actual, Mapping):
        return all(agrees(value, actual.get(name), name) for name, value in expected.items())
    if key in ("due", "") or (isinstance(actual, str) and isinstance(expected, str)):
        return str(actual) == str(expected) or (
            isinstance(actual, str) and _same_time(str(expected), actual)
        )
    if key in ("used", "target") and isinstance(expected, str):
        return bool(wait_seconds(expected) == actual)
    return bool(expected == actual)


def _same_time(expected: str, actual: str) -> bool:
    """Return whether ``09:15`` or ``2026-11-16 09:15`` names the instant ``2026-11-16 09:15:00``."""
    return actual in (expected, f"{expected}:00") or actual.endswith(
        (f" {expected}", f" {expected}:00")
    )
