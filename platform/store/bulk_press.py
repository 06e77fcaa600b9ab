"""Write a made-up life once as the product writes records, and read back the rows that it took."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Column, Connection, Table, insert, select, text
from sqlalchemy.types import JSON, Boolean

from ..core.decision import Effect
from ..core.plain import to_plain
from ..core.record import RecordState
from ..engine.fold import fold
from ..lab.life_texts import PARTS, mark
from ..lab.lives import Life
from .columns import UtcDateTime, dump_json
from .jobs import NewJob, add_jobs
from .kept_views import ViewPlan
from .mark_tables import RecordMarkRow, TallyRow
from .marks import LONGEST, Group, exact
from .records import Change, append
from .tables import METADATA, ExplanationRow, RecordRow

TRIES = 12
RECORD = RecordRow.__tablename__
MARKED = {(RECORD, "marks"), (RecordMarkRow.__tablename__, "text")}
SHORT = 120
"""Texts up to this length are kept as they are where records are found by them."""

OPEN_PART = re.compile(r"zqf\d+q")
LONGEST_PART = max(len(text) for pairs in PARTS.values() for pair in pairs for text in pair)


class PressError(ValueError):
    """The life cannot be copied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """The rows of one life by table, as the columns hold them.

    Texts, JSON (as text), instants, numbers, yes or no, and None; marks stand for what differs from
    copy to copy. types, created: of each record, its type and the instant its number comes from. tally: what it adds
    to the counts of open records. exacts: texts by which a record is found, that are kept with a digest when long.
    """

    records: tuple[str, ...]
    types: tuple[str, ...]
    created: tuple[datetime, ...]
    rows: Mapping[str, tuple[tuple[Any, ...], ...]]
    tally: tuple[tuple[Group, int], ...]
    exacts: tuple[str, ...]
    marks: tuple[str, ...]
    lang: str


@cache
def tables() -> tuple[Table, ...]:
    """Return the tables whose rows belong to a record, in the order of their dependence."""
    return tuple(
        one
        for one in METADATA.sorted_tables
        if one.name == RECORD or record_column(one) is not None
    )


def record_column(table: Table) -> Column[Any] | None:
    """Return the column that names the record a row belongs to, None where rows belong to none."""
    return table.columns.get("record_id")


def press(connection: Connection, life: Life, plan: ViewPlan) -> Pressed:
    """Return the rows of *life*, marked by *plan*. The caller rolls *connection* (a scratch database's) back afterwards."""
    connection.execute(text("PRAGMA defer_foreign_keys = ON"))
    for state in life.records:
        _append(connection, life, state.id, plan)
    _add_work(connection, life)
    ids = [state.id for state in life.records]
    exacts = sorted({one for state in life.records for one in _long(state)})
    swaps = {exact(text): mark("x", number) for number, text in enumerate(exacts)}
    tally = select(TallyRow.__table__).where(TallyRow.count != 0)  # group, part, count
    return Pressed(
        records=tuple(ids),
        types=tuple(state.type for state in life.records),
        created=tuple(state.created_at for state in life.records),
        rows={table.name: tuple(_rows(connection, table, ids, swaps)) for table in tables()},
        tally=tuple((Group(*row[:5]), int(row[6])) for row in connection.execute(tally)),
        exacts=tuple(exacts),
        marks=life.marks,
        lang=life.lang,
    )


def _append(connection: Connection, life: Life, record_id: str, plan: ViewPlan) -> None:
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
            plan=plan,
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


def _long(state: RecordState) -> Iterator[str]:
    """Yield the texts of fields that may become too long to be kept as they are, once their marks are filled."""
    for value in state.values.values():
        for one in value if isinstance(value, list) else (value,):
            if isinstance(one, str) and OPEN_PART.search(one) and len(one) <= LONGEST:
                if grown(one) > LONGEST:
                    raise PressError(f"{one[:80]}: too long")
                if grown(one) > SHORT:
                    yield one


def grown(text: str) -> int:
    """Return the length that *text* has at most once its marks are filled."""
    return len(text) + LONGEST_PART * len(OPEN_PART.findall(text))


def _rows(
    connection: Connection, table: Table, ids: list[str], swaps: Mapping[str, str]
) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of *table*. swaps: what stands for a text with its digest."""
    column = record_column(table)
    owner = table.c.id if table.name == RECORD else column
    assert owner is not None
    found = connection.execute(select(table).where(owner.in_(ids)).order_by(*table.primary_key))
    place = {record: number for number, record in enumerate(ids)}
    index = list(table.columns).index(owner)
    for row in sorted(found, key=lambda one: place[one[index]]):
        cells = []
        for value, one in zip(row, table.columns, strict=True):
            plain = _plain(value, one)
            is_marked = (table.name, one.name) in MARKED
            cells.append(_swapped(plain, swaps) if is_marked else plain)
        yield tuple(cells)


def _swapped(text: str, swaps: Mapping[str, str]) -> str:
    """Put a mark in place of each text that stands alone, or between quotes in JSON."""
    if text in swaps:
        return swaps[text]
    for known, new in swaps.items():
        text = text.replace(f'"{known}"', f'"{new}"')
    return text


def _plain(value: Any, column: Column[Any]) -> Any:
    kind = column.type
    if value is None or isinstance(kind, UtcDateTime | Boolean):
        return value
    return dump_json(value) if isinstance(kind, JSON) else value
