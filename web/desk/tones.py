"""The coloured choices of a record as chips, for where there is room for a few only."""

from __future__ import annotations

from typing import Any

from sopwith.formbuilder.display import tones_of
from sopwith.formbuilder.model import Field, every_option
from sopwith.formbuilder.rights import Level, level_of
from sopwith.store.lists import RecordSummary

from ..languages import lang
from ..visitor import get_service, visitor

MOST = 3
Tones = tuple[tuple[str, str], ...]


class ToneWriter:
    """Knows for each record type which fields have coloured choices; for one page."""

    __slots__ = ("_fields", "_known", "_lang", "_roles")

    def __init__(self) -> None:
        self._lang, self._roles = lang(), visitor().actor.roles
        self._fields: dict[tuple[str, str, str], list[Field]] = {}
        self._known: dict[tuple[int, str], Tones] = {}

    def tones(self, one: RecordSummary) -> Tones:
        """Return the coloured choices of a record that the visitor may read, three at most."""
        key = (one.release, one.type, one.state)
        fields = self._fields.get(key)
        if fields is None:
            fields = self._fields[key] = _readable(*key, self._roles)
        found: Tones = ()
        for field in fields:
            value = one.values.get(field.id)
            if value is not None:
                found += self._of(field, value)
        return found[:MOST]

    def _of(self, field: Field, value: Any) -> Tones:
        """Return the tones of one value; the same few choices stand on card after card."""
        if not isinstance(value, str):
            return tones_of(field, value, self._lang)
        key = (id(field), value)  # the release keeps its fields
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = tones_of(field, value, self._lang)
        return known


def _readable(release: str, record_type: str, state: str, roles: frozenset[str]) -> list[Field]:
    """Return the fields with coloured choices that somebody with *roles* may read in *state*."""
    return [
        one for one in _of_type(release, record_type) if level_of(one, roles, state) >= Level.READ
    ]


def _of_type(release: str, record_type: str) -> list[Field]:
    kind = get_service().releases.get(release).record_types.get(record_type)
    if kind is None:
        return []
    return [
        one
        for one in kind.all_fields.values()
        if one.id != kind.priority_field
        and any(option.color for option in every_option(one.options))
    ]
