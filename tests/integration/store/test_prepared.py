"""Prepared statements do what SQLAlchemy's own way does, on both databases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import bindparam, event, insert, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from sopwith.store.engine import Database
from sopwith.store.prepared import TOGETHER, Prepared
from sopwith.store.tables import CustomerRow

NOW = datetime(2026, 11, 22, 8, 30, 0, 5, tzinfo=UTC)
ADD = Prepared(insert(CustomerRow))
NAMES = ("id", "name", "tags", "facts", "verified", "created_at")
COLUMNS = tuple(CustomerRow.__table__.c[name] for name in NAMES)
ONE = select(*COLUMNS).where(CustomerRow.id == bindparam("wanted"))


@dataclass(frozen=True, slots=True)
class Made:
    """What is made of a row."""

    row: tuple[Any, ...]


def row(key: str, **more: Any) -> dict[str, Any]:
    return {
        "id": key,
        "name": f"Customer {key}",
        "email": f"{key}@example.com",
        "phone": None,
        "lang": "en",
        "tier": "",
        "tags": ["a", "王"],
        "organisation_id": None,
        "manager": None,
        "facts": {"seats": 3, "since": None},
        "verified": True,
        "active": True,
        "version": 1,
        "created_at": NOW,
        **more,
    }


def test_a_row_reads_the_same_in_both_ways(database: Database) -> None:
    elsewhere = NOW.astimezone(timezone(timedelta(hours=8)))
    with database.writing() as connection:
        ADD.run(connection, row("p", name="nul\x00 and \ud800", created_at=elsewhere))
        connection.execute(
            insert(CustomerRow), row("s", name="nul\x00 and \ud800", created_at=elsewhere)
        )
    for key in ("p", "s"):
        with database.reading() as connection:
            known = tuple(connection.execute(ONE, {"wanted": key}).one())
        with database.reading() as connection:
            assert Prepared(ONE).first(connection, {"wanted": key}) == known
        assert known[1:] == (
            "nul\ufffd and \ufffd",
            ["a", "王"],
            {"seats": 3, "since": None},
            True,
            NOW,
        )


def test_the_kept_bytes_are_the_same(database: Database) -> None:
    with database.writing() as connection:
        ADD.run(connection, row("p"))
        connection.execute(insert(CustomerRow), row("s"))
    raw = text("SELECT tags, facts, verified, created_at FROM customer WHERE id IN ('p', 's')")
    with database.reading() as connection:
        one, other = connection.execute(raw).all()
    assert tuple(one) == tuple(other)


def test_many_rows_and_how_many_were_touched(database: Database) -> None:
    off = Prepared(
        update(CustomerRow).where(CustomerRow.tier == bindparam("was")).values(active=False)
    )
    with database.writing() as connection:
        ADD.run_many(connection, [row(str(n), tier="gold" if n % 2 else "") for n in range(9)])
        ADD.run_many(connection, [])
        assert off.run(connection, {"was": "gold"}) == 4
        assert off.run(connection, {"was": "none"}) == 0
        left = Prepared(
            select(CustomerRow.id).where(CustomerRow.active.is_(True)).order_by(CustomerRow.id)
        )
        assert left.rows(connection, {}) == [("0",), ("2",), ("4",), ("6",), ("8",)]


def test_what_was_made_of_a_row_is_made_anew_when_the_row_changed(database: Database) -> None:
    named = Prepared(select(CustomerRow.id, CustomerRow.name, CustomerRow.tags))
    known: dict[tuple[Any, ...], Made] = {}

    def read() -> list[Made]:
        with database.reading() as connection:
            return named.made(connection, {}, known, Made)

    with database.writing() as connection:
        ADD.run(connection, row("a"))
    first = read()
    assert [one.row for one in first] == [("a", "Customer a", ["a", "王"])]
    again = read()
    assert (again[0] is first[0]) == database.is_sqlite
    with database.writing() as connection:
        connection.execute(update(CustomerRow).values(tags=["b"]))
    assert [one.row for one in read()] == [("a", "Customer a", ["b"])]


def test_errors_are_those_of_sqlalchemy_and_undo_the_transaction(database: Database) -> None:
    with pytest.raises(IntegrityError), database.writing() as connection:
        ADD.run(connection, row("a"))
        ADD.run(connection, row("a"))
    with database.reading() as connection:
        assert Prepared(ONE).first(connection, {"wanted": "a"}) is None


def test_the_same_statement_takes_other_names_too(database: Database) -> None:
    change = Prepared(update(CustomerRow).where(CustomerRow.id == bindparam("wanted")))
    with database.writing() as connection:
        ADD.run(connection, row("a"))
        assert change.run(connection, {"wanted": "a", "tier": "vip"}) == 1
        assert change.run(connection, {"wanted": "a", "tier": "gold", "name": "New"}) == 1
        found = connection.execute(select(CustomerRow.tier, CustomerRow.name)).one()
    assert tuple(found) == ("gold", "New")


def test_what_cannot_be_prepared_says_so(database: Database) -> None:
    ids = select(CustomerRow.id).where(CustomerRow.id.in_(bindparam("ids", expanding=True)))
    with database.reading() as connection:
        with pytest.raises(ValueError, match="cannot be prepared"):
            Prepared(ids).rows(connection, {"ids": ["a"]})
        with pytest.raises(ValueError, match="no values for wanted"):
            Prepared(ONE).first(connection, {})


def test_who_counts_statements_counts_these_too(database: Database) -> None:
    heard: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        heard.append(statement)

    event.listen(database.read, "before_cursor_execute", note)
    with database.reading() as connection:
        Prepared(ONE).first(connection, {"wanted": "a"})
    event.remove(database.read, "before_cursor_execute", note)
    assert [one for one in heard if "customer" in one]


@pytest.mark.parametrize("migrated", ["postgresql"], indirect=True)
def test_pages_find_their_statements_prepared(database: Database) -> None:
    asked = Prepared(ONE)
    for _ in range(8):
        with database.reading() as connection:
            asked.rows(connection, {"wanted": "p"})
    kept = text(
        "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%FROM customer%'"
    )
    with database.reading() as connection:
        assert connection.execute(kept).scalar_one() == 1


def test_json_reads_the_same_in_both_ways(database: Database) -> None:
    values = [[], ["a"]], [{}, {"seats": 3, "note": "三楼", "more": [{}, [], None, 1.5]}]
    for number, (tags, facts) in enumerate(zip(*values, strict=True)):
        key = f"j{number}"
        with database.writing() as connection:
            ADD.run(connection, row(key, tags=tags, facts=facts))
        with database.reading() as connection:
            found = connection.execute(ONE, {"wanted": key}).one()
            assert (found.tags, found.facts) == (tags, facts)
            [same] = Prepared(ONE).rows(connection, {"wanted": key})
            assert same == tuple(found)


@pytest.mark.parametrize("count", [1, 2, TOGETHER, TOGETHER + 1, 2 * TOGETHER + 3])
def test_many_rows_are_written_as_each_by_itself(database: Database, count: int) -> None:
    given = [
        row(f"m{one:03}", name=f"{one} (a) %(name)s {{}}", tags=[str(one)]) for one in range(count)
    ]
    with database.writing() as connection:
        ADD.run_many(connection, given)
    with database.reading() as connection:
        found = connection.execute(select(CustomerRow.__table__).order_by(CustomerRow.id))
        rows = [dict(one) for one in found.mappings()]
    assert [{name: one[name] for name in given[0]} for one in rows] == given


def test_many_rows_that_are_there_already_are_changed_or_left(database: Database) -> None:
    make = sqlite.insert if database.is_sqlite else postgresql.insert
    added = make(CustomerRow)
    change = Prepared(
        added.on_conflict_do_update(
            index_elements=[CustomerRow.id],
            set_={"name": added.excluded.name, "version": CustomerRow.version + 1},
        )
    )
    leave = Prepared(make(CustomerRow).on_conflict_do_nothing())
    first, second = ([row(str(one), name=name) for one in range(3)] for name in ("old", "new"))
    with database.writing() as connection:
        leave.run_many(connection, first[:2])
        leave.run_many(connection, second[:2])
        change.run_many(connection, [*second[1:], row("3", name="new")])
    with database.reading() as connection:
        query = select(CustomerRow.name, CustomerRow.version).order_by(CustomerRow.id)
        found = [tuple(one) for one in connection.execute(query)]
    assert found == [("old", 1), ("new", 2), ("new", 1), ("new", 1)]
