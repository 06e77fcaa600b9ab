"""Where a record's row and what is searched in differ from what its events say."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from sopwith.core.record import RecordState
from sopwith.store.columns import dump_json
from sopwith.store.grams import grams
from sopwith.store.history import KeptMessage
from sopwith.store.records import project
from sopwith.store.tables import RecordRow, SearchPartRow

Difference = tuple[str, Any, Any]


def differences(
    connection: Connection, state: RecordState, said: Sequence[KeptMessage]
) -> Iterator[Difference]:
    """Yield place, what the events say, and what is there, wherever these are not the same."""
    yield from _of_row(connection, state)
    yield from _of_search(connection, state, said)


def _of_row(connection: Connection, state: RecordState) -> Iterator[Difference]:
    query = select(RecordRow.__table__).where(RecordRow.id == state.id)
    row = connection.execute(query).mappings().one()
    for name, wanted in project(state).items():
        if name == "state_json":
            there, wanted = json.loads(row[name]), json.loads(wanted)
            if there != wanted:
                yield name, wanted, there
        elif _plain(row[name]) != _plain(wanted):
            yield name, wanted, row[name]
    if row["title"] != (state.values.get("title") or ""):
        yield "title", state.values.get("title"), row["title"]


def _of_search(
    connection: Connection, state: RecordState, said: Sequence[KeptMessage]
) -> Iterator[Difference]:
    query = select(SearchPartRow.part, SearchPartRow.grams, SearchPartRow.public)
    rows = connection.execute(query.where(SearchPartRow.record_id == state.id)).all()
    parts = {row.part: row for row in rows}
    wanted = {"head", "values", *(one.id for one in said)}
    if parts.keys() != wanted or len(rows) != len(parts):
        yield "parts of search", sorted(wanted), sorted(row.part for row in rows)
        return
    missing = set(grams([state.number, str(state.values.get("title", ""))]).split())
    missing -= set(parts["head"].grams.split())
    if missing:
        yield "search for number and title", "findable", f"without {sorted(missing)}"
    for one in said:
        if parts[one.id].grams != grams([one.text]) or parts[one.id].public != one.public:
            yield f"search for message {one.id}", one.text, parts[one.id].grams


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | int | float | datetime):
        return value
    return json.loads(dump_json(value))
