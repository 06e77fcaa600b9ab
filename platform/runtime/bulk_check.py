"""Check a whole database: every hash chain, and every record against the fold of its events."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, func, select

from ..engine.fold import fold
from ..store.chain import verify_some
from ..store.engine import Database
from ..store.history import kept_event
from ..store.record_json import load_state
from ..store.records import project
from ..store.tables import RecordEventRow, RecordRow

A_STEP = 500
Tell = Callable[[str, float, float], None]


def check_all(database: Database, tell: Tell, *, limit: int | None = None) -> list[str]:
    """Return what is wrong, a line for each fault. limit: look at so many records only, the first by id."""
    with database.reading() as connection:
        total = connection.execute(select(func.count()).select_from(RecordRow)).scalar_one()
    total = min(total, limit or total)
    found: list[str] = []
    after, done = "", 0
    while done < total:
        with database.reading() as connection:
            checked = verify_some(connection, after, A_STEP)
            found += [f"{one.record_id} event {one.seq}: {one.reason}" for one in checked.broken]
            last = ""
            for record_id, fault in _replayed(connection, after):
                last = record_id
                found += [f"{record_id}: {fault}"] if fault else []
        done += checked.records
        tell("records checked", min(done, total), total)
        if not checked.last:
            break
        after = last
    return found


def _replayed(connection: Connection, after: str) -> Iterator[tuple[str, str]]:
    """Yield the records that follow *after*, each with what does not agree with its events, "" when all does."""
    table = RecordRow.__table__
    query = select(table).where(RecordRow.id > after).order_by(RecordRow.id).limit(A_STEP)
    rows = connection.execute(query).mappings().all()
    if not rows:
        return
    of_range = RecordEventRow.record_id.between(rows[0]["id"], rows[-1]["id"])
    events = connection.execute(
        select(RecordEventRow.__table__)
        .where(of_range)
        .order_by(RecordEventRow.record_id, RecordEventRow.seq)
    ).mappings()
    by_record = {
        key: [kept_event(row).event for row in group]
        for key, group in groupby(events, lambda row: row["record_id"])
    }
    for row in rows:
        yield row["id"], _difference(dict(row), by_record.get(row["id"], []))


def _difference(row: dict[str, Any], events: list[Any]) -> str:
    if not events:
        return "it has no events"
    state = fold(None, events)
    if state != load_state(row["state_json"]):
        return "the kept state is not what the events add up to"
    wrong = [
        name
        for name, value in project(state).items()
        if name != "state_json" and row[name] != value
    ]
    return f"columns differ from the events: {', '.join(wrong)}" if wrong else ""
