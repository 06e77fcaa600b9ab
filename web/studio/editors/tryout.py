"""A real record to try a half-written definition on: which may be chosen, and what conditions read of it."""

from __future__ import annotations

from typing import Any

from sopwith.core.record import RecordState
from sopwith.engine.scope import scope_of
from sopwith.expressions import Context
from sopwith.store.lists import list_records
from sopwith.store.record_filter import RecordFilter
from sopwith.store.records import id_of_number, load_record

from ...languages import zone
from ...visitor import get_service, now

MOST = 20


def recent(record_type: str) -> list[tuple[str, str]]:
    """Return the records of a type that changed last: number and title."""
    wanted = RecordFilter(types=frozenset({record_type}) if record_type else None)
    with get_service().database.reading() as connection:
        found = list_records(connection, wanted, order="updated", limit=MOST)
    return [(one.number, one.title) for one in found.rows]


def record_numbered(number: str) -> RecordState | None:
    """Return the record that people call *number*."""
    with get_service().database.reading() as connection:
        name = id_of_number(connection, number) if number else None
        return load_record(connection, name) if name else None


def values_of(state: RecordState) -> dict[str, Any]:
    """Return what conditions read of a record."""
    return scope_of(state)


def context() -> Context:
    """Return the situation of a trial: now, in the reader's zone."""
    return Context(now=now(), zone=zone())
