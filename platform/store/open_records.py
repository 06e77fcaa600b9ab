"""Open records by the release they run on: how many stand where, and a page of them, for moving them to another release."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from ..core.record import RecordState
from .record_json import load_state
from .tables import JobRow, RecordRow
from .where import IS_OPEN

Places = Mapping[str, Collection[str]]
"""By record type the states that are meant, none for all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How many open records of one type stand in one state, on one release."""

    type: str
    state: str
    release: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRecord:
    """One open record with what a list shows of it."""

    state: RecordState
    title: str


def standing_elsewhere(connection: Connection, release: str) -> list[Standing]:
    """Return where open records stand that run on other releases than *release*, by type and state."""
    columns = (RecordRow.type, RecordRow.state, RecordRow.release)
    query = (
        select(*columns, func.count())
        .where(IS_OPEN, RecordRow.release != release)
        .group_by(*columns)
        .order_by(*columns)
    )
    return [
        Standing(type=kind, state=state, release=found, count=count)
        for kind, state, found, count in connection.execute(query)
    ]


def open_elsewhere(
    connection: Connection, places: Places, release: str, *, after: str = "", limit: int = 50
) -> list[OpenRecord]:
    """Return open records in *places* on other releases than *release*, by id, those beyond *after* first."""
    query = (
        select(RecordRow.state_json, RecordRow.title)
        .where(IS_OPEN, _stands_in(places), RecordRow.release != release)
        .where(RecordRow.id > after)
        .order_by(RecordRow.id)
        .limit(limit)
    )
    rows = connection.execute(query)
    return [OpenRecord(state=load_state(text), title=title) for text, title in rows]


def ids_elsewhere(
    connection: Connection, places: Places, release: str, *, after: str = "", limit: int = 50
) -> list[str]:
    """Return the ids of the same records."""
    query = (
        select(RecordRow.id)
        .where(IS_OPEN, _stands_in(places), RecordRow.release != release)
        .where(RecordRow.id > after)
        .order_by(RecordRow.id)
        .limit(limit)
    )
    return list(connection.execute(query).scalars())


def _stands_in(places: Places) -> ColumnElement[bool]:
    return or_(
        RecordRow.type.in_([kind for kind, states in places.items() if not states]),
        *(
            and_(RecordRow.type == kind, RecordRow.state.in_(sorted(states)))
            for kind, states in places.items()
            if states
        ),
    )


def count_queued(connection: Connection, kind: str, prefix: str) -> dict[str, int]:
    """Return how many jobs of *kind* whose keys begin with *prefix* wait or are in hands, and how many were given up."""
    mine = JobRow.idem_key.startswith(prefix, autoescape=True)
    query = select(JobRow.state, func.count()).where(JobRow.kind == kind, mine)
    return {str(state): count for state, count in connection.execute(query.group_by(JobRow.state))}
