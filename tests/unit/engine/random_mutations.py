"""One random fault put into a pack."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from .random_fields import Chance, Document

_WRONG: tuple[Any, ...] = (
    "", "no-such-thing", "Not an id", -1, 0, 10**12, True, None, [], {}, ["x"], {"x": 1}, "0h", "-3d", "99999999d",
    "priority ==", "nobody == 3", "2026-02-30", "25:00", "{{ nothing }}", "previous", "any", "event.kind",
)  # fmt: skip


def mutated(documents: list[Document], chance: Chance) -> list[Document]:
    """Return *documents* with one thing changed that was right before; it may be right still."""
    made = copy.deepcopy(documents)
    holder, key = chance.one(list(_places(made)))
    kind = chance.one(["wrong", "wrong", "wrong", "gone", "added", "twice", "moved"])
    if kind == "gone":
        del holder[key]
    elif kind == "added" and isinstance(holder, dict):
        holder[f"{key}_more"] = holder[key]
    elif kind == "twice":
        made.append(copy.deepcopy(chance.one(made)))
    elif kind == "moved":
        other, name = chance.one(list(_places(made)))
        holder[key] = copy.deepcopy(other[name])
    else:
        holder[key] = chance.one(_WRONG)
    return made


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every holder and key below *value*, but those that say of what kind a document is."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, child in list(items):
        if not (isinstance(value, list) and isinstance(child, dict) and "kind" in child):
            yield value, key
        if isinstance(child, dict | list):
            yield from _places(child)
