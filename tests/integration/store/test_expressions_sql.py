"""Conditions as SQL give the answers of the generated Python, on SQLite and PostgreSQL."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    Table,
    Text,
    create_engine,
    event,
    select,
)

from sopwith.expressions import Context, Expression
from sopwith.expressions.moments import instant_in
from sopwith.store.columns import Json, UtcDateTime, dump_json
from sopwith.store.expressions_sql import (
    Dialect,
    JsonAt,
    NotInSql,
    add_functions,
    to_sql,
    to_where,
)
from tests.unit.expressions.samples import ZONES, Writer, compiled, record

FULL = os.environ.get("SOPWITH_FULL") == "1"
CONDITIONS = 5_000 if FULL else 250
RECORDS = 60
NOW = datetime(2026, 11, 22, 8, 0, 0, 500_000, tzinfo=UTC)

metadata = MetaData()
TICKETS = Table(
    "ticket",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("priority", Text),
    Column("created_at", UtcDateTime),
    Column("tags", Json),
    Column("customer", Json),
    Column("values", Json, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """An engine with the sample records in a table, and the records as Python sees them."""

    engine: Engine
    dialect: Dialect
    records: list[dict[str, Any]]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def loaded(request: pytest.FixtureRequest) -> Iterator[Loaded]:
    if request.param == "sqlite":
        engine = create_engine("sqlite://", json_serializer=dump_json)
        event.listen(engine, "connect", lambda connection, _: add_functions(connection))
    else:
        address = request.getfixturevalue("postgres_url")
        engine = create_engine(address, json_serializer=dump_json)
    records = [_storable(record(seed, odd=0.1)) for seed in range(RECORDS)]
    metadata.create_all(engine)
    with engine.begin() as connection:
        for number, values in enumerate(records):
            connection.execute(TICKETS.insert().values(id=number, **_row(values)))
    yield Loaded(engine=engine, dialect=request.param, records=records)
    engine.dispose()


def _storable(values: dict[str, Any]) -> dict[str, Any]:
    """Return *values* as they come back from JSON; NaN and infinity are no JSON."""
    text = json.dumps(values).replace("NaN", "null").replace("Infinity", "null")
    found: dict[str, Any] = json.loads(dump_json(json.loads(text)))
    if not isinstance(found.get("priority"), str):
        found.pop("priority", None)
    if instant_in(found.get("created_at")) is None:
        found.pop("created_at", None)
    return found


def _row(values: dict[str, Any]) -> dict[str, Any]:
    rest = dict(values)
    created = rest.pop("created_at", None)
    row = {name: rest.pop(name, None) for name in ("priority", "tags", "customer")}
    moment = None if created is None else datetime.fromisoformat(created)
    return {**row, "created_at": moment, "values": rest}


def columns(path: str, _type: object) -> Any:
    """Some fields have a column of their own, the others are in JSON."""
    first, *others = path.split(".")
    if first in ("priority", "created_at"):
        return TICKETS.c[first]
    if first in ("tags", "customer"):
        return JsonAt(column=TICKETS.c[first], keys=tuple(others))
    return JsonAt(column=TICKETS.c["values"], keys=(first, *others))


def chosen(
    connection: Connection, expression: Expression, dialect: Dialect, context: Context
) -> list[int]:
    """Return the ids that SQL chooses, the same by WHERE and by value."""
    value = to_sql(expression, columns, dialect=dialect, context=context)
    where = to_where(expression, columns, dialect=dialect, context=context)
    assert not isinstance(value, NotInSql), value.reasons
    assert not isinstance(where, NotInSql)
    answers = {row.id: row.answer for row in connection.execute(
        select(TICKETS.c.id, value.label("answer"))
    )}  # fmt: skip
    assert None not in answers.values()
    found = list(connection.scalars(select(TICKETS.c.id).where(where).order_by(TICKETS.c.id)))
    assert found == sorted(number for number, answer in answers.items() if answer)
    return found


@pytest.mark.parametrize("batch", range(5))
def test_sql_agrees_with_python(loaded: Loaded, batch: int) -> None:
    with loaded.engine.connect() as connection:
        for seed in range(batch, CONDITIONS, 5):
            writer = Writer(seed, portable=True)
            expression = compiled(writer.condition(writer.random.randint(1, 3)))
            if {"extra", "bag.one"} & expression.names:
                continue
            context = Context(now=None if seed % 10 == 0 else NOW, zone=ZONES[seed % 4])
            expected = [
                number
                for number, values in enumerate(loaded.records)
                if expression.holds(values, context)
            ]
            got = chosen(connection, expression, loaded.dialect, context)
            assert got == expected, expression.text
