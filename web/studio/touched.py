"""Which types of record a set of changes is about: what open records of other types go by stays as it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sopwith.definitions import Document
from sopwith.release.difference import DocumentDifference
from sopwith.release.model import Release
from sopwith.release.usage import Key, usages

ANY = "any"
SILENT = frozenset({"pack", "scenario", "view", "segment", "record_type"})
"""Kinds through which a change reaches no open record of another type."""


def touched_types(
    changes: Iterable[DocumentDifference], made: Iterable[tuple[Release, Sequence[Document]]]
) -> frozenset[str]:
    """Return the record types whose definitions, or what these name, are among *changes*. made: before and after."""
    changed = [(one.kind, one.id) for one in changes if one.kind not in SILENT - {"record_type"}]
    found: set[str] = set()
    for release, documents in made:
        own = {one.key: str(one.value.get("record_type") or "") for one in documents}
        users = usages(release, documents)
        reached: set[Key] = set()
        waiting = list(changed)
        while waiting:
            key = waiting.pop()
            if key in reached:
                continue
            reached.add(key)
            if key[0] not in SILENT:
                waiting += [(one.kind, one.id) for one in users.get(key, ()) if one.kind not in SILENT or one.kind == "record_type"]  # fmt: skip
        types = {name for kind, name in reached if kind == "record_type"}
        types |= {own.get(key, "") for key in reached}
        found |= set(release.record_types) if ANY in types else types & set(release.record_types)
    return frozenset(found)
