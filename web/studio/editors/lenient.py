"""Read half-written values: whatever stands there, the answer has the shape that was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sopwith.core.text import Text


def mapping(value: Any) -> dict[str, Any]:
    """Return *value* if it is a mapping, else an empty one."""
    return value if isinstance(value, dict) else {}


def sequence(value: Any) -> list[Any]:
    """Return *value* if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def several(value: Any) -> list[Any]:
    """Return the items of a list, or the one value that stands there without brackets."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def words(value: Any) -> str:
    """Return a scalar as text; nothing for lists, mappings and what is missing."""
    if value is None or isinstance(value, dict | list):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def label(value: Any, other: str = "") -> Text:
    """Return a label that is one text or one for each language; *other* where it says nothing."""
    if isinstance(value, dict):
        found = Text(words(value.get("en")), words(value.get("zh-CN")))
    else:
        found = Text(words(value), words(value))
    return found or Text(other, other)


def inside(value: Any, path: Sequence[str | int]) -> Any:
    """Return what stands at *path* in a plain value, or None."""
    for step in path:
        if isinstance(value, dict):
            value = value.get(str(step))
        elif isinstance(value, list) and isinstance(step, int) and 0 <= step < len(value):
            value = value[step]
        else:
            return None
    return value


class Held(dict[str, Any]):
    """A mapping for templates: a key that is missing holds nothing."""

    def __missing__(self, key: str) -> None:
        return None


def held(value: Any) -> Held:
    """Return a mapping for templates of whatever *value* is."""
    return Held(mapping(value))
