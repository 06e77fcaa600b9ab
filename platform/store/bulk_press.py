"""Write a made-up life once as the product writes records, and read back the rows that it took."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Table, insert, select, text
from sqlalchemy.types import JSON, Boolean

from ..core.decision import Effect
from ..core.plain import to_plain
from ..engine.fold import fold
from ..lab.life_texts import mark
from ..lab.lives import Life
from .columns import UtcDateTime, dump_json
from .jobs import NewJob, add_jobs
from .records import Change, append
from .tables import METADATA, ExplanationRow, RecordRow

TRIES = 12
RECORD = RecordRow.__tablename__


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """The rows of one life by table, as the columns hold them.

    Texts, JSON (as text), instants, numbers, yes or no, and None; marks stand for what differs from
    copy to copy. types, dates: of each record, its type and the instant its number comes from.
    """

    records: tuple[str, ...]
    types: tuple[str, ...]
    created: tuple[datetime, ...]
    rows: Mapping[str, tuple[tuple[Any, ...], ...]]
    marks: tuple[str, ...]
    lang: str


def tables() -> list[Table]:
    """Return the tables whose rows belong to a record, the record's own first, in the order of their dependence."""
    return [
        one
        for one in METADATA.sorted_tables
        if one.name == RECORD or record_column(one) is not None
    ]


def record_column(table: Table) -> Column[Any] | None:
    """Return the column that names the record a row belongs to, None where rows belong to none."""
    for column in table.columns:
        if any(key.column.table.name == RECORD for key in column.foreign_keys):
            return column
    return None


def press(connection: Connection, life: Life) -> Pressed:
    """Return the rows of *life*. The caller rolls *connection* (a scratch database's) back afterwards."""
    connection.execute(text("PRAGMA defer_foreign_keys = ON"))
    for state in life.records:
        _append(connection, life, state.id)
    _add_work(connection, life)
    ids = [state.id for state in life.records]
    return Pressed(
        records=tuple(ids),
        types=tuple(state.type for state in life.records),
        created=tuple(state.created_at for state in life.records),
        rows={table.name: tuple(_rows(connection, table, ids)) for table in tables()},
        marks=life.marks,
        lang=life.lang,
    )


def _append(connection: Connection, life: Life, record_id: str) -> None:
    events = life.events[record_id]
    done = [one for one in life.done if one.record == record_id and one.decision.events]
    state = fold(None, events)
    kind = life.scene.release.record_types[state.type]
    priority = state.values.get(kind.priority_field)
    messages = tuple(said for one in done for said in one.decision.messages)
    append(
        connection,
        Change(
            before=0,
            events=events,
            after=state,
            messages=messages,
            priority=priority if isinstance(priority, str) else None,
        ),
    )
    version = 0
    for one in done:
        version += len(one.decision.events)
        if one.decision.why:
            why = [to_plain(item) for item in one.decision.why]
            row = {"record_id": record_id, "seq": version, "why": why}
            connection.execute(insert(ExplanationRow), row)


def _add_work(connection: Connection, life: Life) -> None:
    release = life.scene.release.hash
    timers = [
        NewJob(
            kind="timer",
            lane=0,
            key=f"timer:{record}:{key}",
            payload={"key": key},
            due_at=due,
            created_at=life.ends,
            record_id=record,
            release=release,
            max_attempts=TRIES,
        )
        for (record, key), due in sorted(life.timers.items())
    ]
    add_jobs(connection, [*timers, *(_job(one, life, release) for one in life.waiting)])


def _job(effect: Effect, life: Life, release: str) -> NewJob:
    return NewJob(
        kind=effect.kind,
        lane=0,
        key=effect.key,
        payload=effect.payload,
        due_at=effect.due_at or life.scene.now,
        created_at=life.ends,
        record_id=effect.key.split(":")[1],
        release=release,
        max_attempts=TRIES,
    )


def _rows(connection: Connection, table: Table, ids: list[str]) -> Iterator[tuple[Any, ...]]:
    column = record_column(table)
    owner = table.c.id if table.name == RECORD else column
    assert owner is not None
    found = connection.execute(select(table).where(owner.in_(ids)).order_by(*table.primary_key))
    place = {record: number for number, record in enumerate(ids)}
    index = list(table.columns).index(owner)
    for row in sorted(found, key=lambda one: place[one[index]]):
        yield tuple(_plain(value, column) for value, column in zip(row, table.columns, strict=True))


def _plain(value: Any, column: Column[Any]) -> Any:
    kind = column.type
    if value is None or isinstance(kind, UtcDateTime | Boolean):
        return value
    return dump_json(value) if isinstance(kind, JSON) else value


def record_mark(number: int) -> str:
    """Return what stands for the id of the life's record *number*."""
    return mark("r", number)
