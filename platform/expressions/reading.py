"""JSON values as an evaluation sees them: what does not fit its type is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

LIMIT = 10**15
DURATION_LIMIT = 10**12
MAX_ITEMS = 10_000


def number_in(raw: object) -> int | float | None:
    """Return *raw* if it is a JSON number within bounds."""
    if (raw.__class__ is int or raw.__class__ is float) and -LIMIT < raw < LIMIT:
        return raw
    return None


def any_in(raw: object) -> object:
    """Return *raw* unless it is a number out of bounds."""
    return number_in(raw) if raw.__class__ in (int, float) else raw


def list_in(raw: object) -> Sequence[Any] | None:
    """Return *raw* if it is a list of bearable length."""
    if (raw.__class__ is list or raw.__class__ is tuple) and len(raw) <= MAX_ITEMS:
        return raw
    return None


def record_in(raw: object) -> Mapping[str, Any] | None:
    """Return *raw* if it is a mapping."""
    return raw if isinstance(raw, Mapping) else None


def part(raw: object, key: str) -> object:
    """Return what *key* holds in the record *raw*, or None."""
    return raw.get(key) if isinstance(raw, Mapping) else None


def any_out(value: object) -> object:
    """Return *value* without a negative zero."""
    return 0 if value.__class__ is float and value == 0 else value


def number_out(value: int | float | None) -> int | float | None:
    """Return *value* without a negative zero."""
    return 0 if value == 0 and value is not None else value
