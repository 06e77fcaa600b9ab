"""The coloured choices of a record as chips, for where there is room for a few only."""

from __future__ import annotations

from sopwith.formbuilder.display import tones_of
from sopwith.formbuilder.model import Field, every_option
from sopwith.release.model import RecordType
from sopwith.store.lists import RecordSummary

from ..languages import lang
from ..visitor import get_service
from .words import may_read

MOST = 3
Tones = tuple[tuple[str, str], ...]


class ToneWriter:
    """Knows for each record type which fields have coloured choices; for one page."""

    def __init__(self) -> None:
        self._fields: dict[tuple[str, str], tuple[RecordType, list[Field]] | None] = {}

    def tones(self, one: RecordSummary) -> Tones:
        """Return the coloured choices of a record that the visitor may read, three at most."""
        key = (one.release, one.type)
        if key not in self._fields:
            self._fields[key] = _of_type(*key)
        known = self._fields[key]
        if known is None:
            return ()
        kind, fields = known
        found = [
            pair
            for field in fields
            if may_read(kind, field.id, one.state)
            for pair in tones_of(field, one.values.get(field.id), lang())
        ]
        return tuple(found[:MOST])


def _of_type(release: str, record_type: str) -> tuple[RecordType, list[Field]] | None:
    kind = get_service().releases.get(release).record_types.get(record_type)
    if kind is None:
        return None
    fields = [
        one
        for one in kind.all_fields.values()
        if one.id != kind.priority_field
        and any(option.color for option in every_option(one.options))
    ]
    return (kind, fields) if fields else None
