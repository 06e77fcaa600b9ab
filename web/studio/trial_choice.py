"""Which type of record a trial begins with: what was worked on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from sopwith.definitions import read_text
from sopwith.store.releases import Draft, release_of

from ..visitor import get_service
from .bench import Bench


def type_to_try(draft: Draft, bench: Bench, asked: str) -> str:
    """Return the type of record to begin with: the one *asked* for, the one that the draft changes most, else the first that customers open."""
    types = bench.release.record_types if bench.release else {}
    if asked in types:
        return asked
    changed = Counter(kind for kind in _changed(draft, bench) if kind in types)
    customers = (one.id for one in types.values() if one.portal)
    return next((kind for kind, _times in changed.most_common(1)), "") or next(customers, next(iter(types), ""))  # fmt: skip


def _changed(draft: Draft, bench: Bench) -> list[str]:
    """Return the type of record of each definition that differs from the release that the draft was begun with."""
    before = _begun_with(draft)
    files = {name for name, text in draft.documents.items() if before.get(name) != text}
    known = {
        one.key: one.value
        for name in files & before.keys()
        if name.endswith((".yaml", ".yml", ".json"))
        for one in read_text(before[name], name)[0]
    }
    return [
        one.id if one.kind == "record_type" else str(one.value.get("record_type") or "")
        for one in bench.documents
        if one.path in files and one.kind != "scenario" and known.get(one.key) != one.value
    ]


def _begun_with(draft: Draft) -> Mapping[str, str]:
    if draft.from_release is None:
        return draft.documents  # nothing to compare with
    with get_service().database.reading() as connection:
        found = release_of(connection, draft.from_release)
    return found.documents if found is not None else draft.documents
