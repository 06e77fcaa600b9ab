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
    func,
    select,
    text,
)

from sopwith.expressions import TEXT, Context, Expression
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
from tests.unit.expressions.samples import SCHEMA, ZONES, Writer, compiled, record

FULL = os.environ.get("SOPWITH_FULL") == "1"
DIALECTS: tuple[Dialect, ...] = ("sqlite", "postgresql")
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
    refused = 0
    with loaded.engine.connect() as connection:
        for seed in range(batch, CONDITIONS, 5):
            writer = Writer(seed, portable=True)
            expression = compiled(writer.condition(writer.random.randint(1, 3)))
            context = Context(now=None if seed % 10 == 0 else NOW, zone=ZONES[seed % 4])
            found = to_sql(expression, columns, dialect=loaded.dialect, context=context)
            if isinstance(found, NotInSql):
                refused += 1
                assert found.reasons in (("nested too deeply",), ("bag.one", "extra"), ("extra",))
                continue
            expected = [
                number
                for number, values in enumerate(loaded.records)
                if expression.holds(values, context)
            ]
            got = chosen(connection, expression, loaded.dialect, context)
            assert got == expected, expression.text
    assert refused < CONDITIONS / 5 * 0.1


@pytest.mark.parametrize(
    ("condition", "reasons"),
    [
        ('matches(subject, "x")', ("matches()",)),
        ("changed(fee) or paid", ("changed()",)),
        ('upper(subject) == "X" and business_hours_since(created_at) > 4',
         ("business_hours_since()", "upper()")),
        ("extra == bag.one", ("bag.one", "extra")),
        ("any(items, any(items, sent))", ("any() inside of a table",)),
        ("any(items, price > amount)", ("amount",)),
    ],
)  # fmt: skip
def test_what_has_no_sql_is_named(condition: str, reasons: tuple[str, ...]) -> None:
    def some(path: str, kind: object) -> Any:
        return None if path == "amount" else columns(path, kind)

    for dialect in DIALECTS:
        found = to_sql(compiled(condition), some, dialect=dialect)
        assert isinstance(found, NotInSql)
        assert found.reasons == reasons


def test_long_conditions_reach_the_database(loaded: Loaded) -> None:
    conditions = (
        " or ".join(f"amount=={number}" for number in range(200)),
        " and ".join(["paid"] * 400),
        "not not not not (((((((((paid)))))))))",
        "amount + 1 - 1 + 2 - 2 == amount",
        'paid or (urgent and (amount > 1 or (fee > 1 and contains(lower(trim(subject)), "x"))))',
    )
    with loaded.engine.connect() as connection:
        for condition in conditions:
            expression = compiled(condition)
            found = chosen(connection, expression, loaded.dialect, Context())
            assert found == [at for at, row in enumerate(loaded.records) if expression.holds(row)]


def test_deep_conditions_run_or_are_refused_but_never_break_the_database(loaded: Loaded) -> None:
    shapes = (
        "not ({})", "({} and urgent)", "({}) == (paid) == (urgent)", "coalesce(paid, {})",
        "(date(if({}, created_at, updated_at)) < due)", "contains(subject, if({}, subject, body))",
        "paid in [urgent, {}]", "(min(amount, if({}, 1, 2)) + 1 > 2)", "(min(amount, fee) > 1 and {})",
    )  # fmt: skip
    refused = 0
    with loaded.engine.connect() as connection:
        for shape in shapes:
            condition = "any(items, sent and price > 1)"
            for _ in range(14):
                condition = shape.replace("{}", condition)
                found = to_sql(compiled(condition), columns, dialect=loaded.dialect)
                if isinstance(found, NotInSql):
                    refused += 1
                    assert found.reasons in (("nested too deeply",), ("too many parts",))
                else:
                    connection.execute(select(TICKETS.c.id).where(found, TICKETS.c.id > 1))
    assert refused or loaded.dialect == "postgresql"


def test_names_and_texts_of_people_never_become_sql(loaded: Loaded) -> None:
    evil = "x' OR '1'='1"
    schema = SCHEMA.with_fields({"größe": TEXT})
    with loaded.engine.connect() as connection:
        for condition in (
            f'subject == "{evil}"',
            f'contains(subject, "{evil}")',
            f'"{evil}" in tags',
        ):
            assert chosen(connection, compiled(condition), loaded.dialect, Context()) == []
        expression = compiled('größe == "x"', schema)
        assert chosen(connection, expression, loaded.dialect, Context()) == []


def test_a_view_can_use_the_index_of_a_column_and_of_a_json_field(loaded: Loaded) -> None:
    field = {
        "sqlite": 'json_extract("values", \'$."subject"\')',
        "postgresql": "(\"values\" ->> 'subject')",
    }[loaded.dialect]
    explain = {"sqlite": "EXPLAIN QUERY PLAN ", "postgresql": "EXPLAIN "}[loaded.dialect]
    cases = {
        "created_at >= now() - 4h and paid": "ix_created",
        'subject == "Refund" and paid': "ix_subject",
    }
    with loaded.engine.connect() as connection:
        connection.execute(text("CREATE INDEX ix_created ON ticket (created_at)"))
        connection.execute(text(f"CREATE INDEX ix_subject ON ticket ({field})"))
        if loaded.dialect == "postgresql":
            connection.execute(text("SET LOCAL enable_seqscan = off"))
        for condition, index in cases.items():
            where = to_where(
                compiled(condition), columns, dialect=loaded.dialect, context=Context(now=NOW)
            )
            assert not isinstance(where, NotInSql)
            query = select(TICKETS.c.id).where(where).compile(loaded.engine)
            plan = connection.exec_driver_sql(explain + str(query), _driver_values(query))
            assert index in str(plan.all()), condition
        connection.rollback()


def _driver_values(query: Any) -> Any:
    """Return the bound values as the driver takes them."""
    values = {
        name: processor(value) if (processor := query._bind_processors.get(name)) else value
        for name, value in query.params.items()
    }
    return tuple(values[name] for name in query.positiontup) if query.positional else values


@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "Pacific/Apia", "America/St_Johns", "No/Where"])
def test_the_day_of_an_instant_in_every_zone(loaded: Loaded, zone: str) -> None:
    context = Context(now=NOW, zone=zone)
    expression = compiled("date(updated_at) == date(created_at) or date(updated_at) == today()")
    with loaded.engine.connect() as connection:
        found = chosen(connection, expression, loaded.dialect, context)
    assert found == [at for at, row in enumerate(loaded.records) if expression.holds(row, context)]


def test_conditions_join_other_parts_of_a_query(loaded: Loaded) -> None:
    expression = compiled('priority == "P0" and any(items, price > 0)')
    other = TICKETS.alias("other")
    where = to_where(expression, columns, dialect=loaded.dialect)
    assert not isinstance(where, NotInSql)
    with loaded.engine.connect() as connection:
        count = connection.scalar(select(func.count()).select_from(TICKETS).where(where))
        joined = select(TICKETS.c.id).join(other, other.c.id == TICKETS.c.id).where(where)
        assert count == len(connection.scalars(joined).all())
        assert count == sum(expression.holds(row) for row in loaded.records)
