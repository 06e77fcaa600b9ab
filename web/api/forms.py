"""Values that came for a form: which fields the caller may set, and which uploads they may use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection

from sopwith.core.record import RecordState
from sopwith.formbuilder.model import Field, FieldType, Form
from sopwith.formbuilder.rights import Level, level_of
from sopwith.release.model import Release
from sopwith.workflows.model import Transition

from ..uploads import usable
from ..visitor import visitor
from .problems import Slip, escaped
from .showing import kind_of, place_of

_NOT_TYPED = frozenset({FieldType.COMPUTED, FieldType.HEADING})


def unsettable(
    fields: Mapping[str, Field],
    values: Mapping[str, Any],
    state: str | None,
    free: frozenset[str] = frozenset(),
) -> Iterator[Slip]:
    """Yield what in *values* no field takes from the caller. free: fields that a transition opens to everybody."""
    roles = visitor().actor.roles
    for name in values:
        one, pointer = fields.get(name), f"/values/{escaped(name)[:80]}"
        level = (
            Level.NONE
            if one is None
            else Level.WRITE
            if name in free
            else level_of(one, roles, state)
        )
        if one is None or level is Level.NONE:
            yield Slip(code="API102", pointer=pointer)
        elif one.type in _NOT_TYPED or level is Level.READ:
            yield Slip(code="API110", pointer=pointer)
        elif one.type is FieldType.TABLE:
            yield from _cells(one, values[name], pointer, state)


def _cells(table: Field, rows: Any, pointer: str, state: str | None) -> Iterator[Slip]:
    columns = {one.id: one for one in table.columns}
    for at, row in enumerate(rows if isinstance(rows, list) else ()):
        if isinstance(row, dict):
            for slip in unsettable(columns, row, state):
                rest = slip.pointer.removeprefix("/values")
                yield Slip(code=slip.code, pointer=f"{pointer}/{at}{rest}")


def files_in(fields: Mapping[str, Field], values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield every upload that *values* name, with the pointer to it."""
    for name, value in values.items():
        one, pointer = fields.get(name), f"/values/{escaped(name)}"
        if one is None or not isinstance(value, list):
            continue
        if one.type is FieldType.FILES:
            yield from (
                (item, f"{pointer}/{at}") for at, item in enumerate(value) if isinstance(item, str)
            )
        elif one.type is FieldType.TABLE:
            columns = {column.id: column for column in one.columns}
            for at, row in enumerate(value):
                if isinstance(row, dict):
                    inner = files_in(columns, row)
                    yield from (
                        (item, f"{pointer}/{at}{rest.removeprefix('/values')}")
                        for item, rest in inner
                    )


def unusable(
    connection: Connection, wanted: Mapping[str, str], record_id: str | None
) -> Iterator[Slip]:
    """Yield the uploads that the caller may not use, whether they exist or not. wanted: pointers by id."""
    known = usable(connection, list(wanted)[:200], visitor(), record_id) if wanted else {}
    for key, pointer in wanted.items():
        if key not in known:
            yield Slip(code="API111", pointer=pointer)


def form_of(release: Release, state: RecordState, wish: str | None) -> Form | None:
    """Return the form that *wish* names, else that of the present state, else the one it was opened with."""
    kind = kind_of(release, state)
    name = wish or place_of(release, state).form or kind.intake
    form = release.forms.get(name)
    return form if form is not None and form.record_type == kind.id else None


def fields_of_way(
    release: Release, state: RecordState, way: Transition
) -> tuple[dict[str, Field], frozenset[str]]:
    """Return the fields that a way out takes, and those of them that it asks everybody for."""
    form = release.forms.get(place_of(release, state).form or "")
    fields = dict(form.by_id) if form is not None else {}
    every = kind_of(release, state).all_fields
    asked = {name: every[name] for name in way.ask if name in every}
    return {**asked, **fields}, frozenset(asked)
