from __future__ import annotations

from typing import Any

import pytest

from sopwith.core.record import Category, Clock
from sopwith.store.engine import Database
from sopwith.store.lists import (
    Order,
    RecordFilter,
    count,
    count_by,
    ids_of,
    list_records,
    records_by_id,
)
from sopwith.store.records import append
from tests.support.databases import emptied
from tests.support.samples import NOW, add_customer, created, later


def clock(minutes: int) -> dict[str, Clock]:
    one = Clock(
        id="resolve",
        metric="resolve",
        policy="p",
        calendar="c",
        target=60,
        started_at=NOW,
        due_at=later(minutes=minutes),
    )
    return {"resolve": one}


RECORDS: dict[int, dict[str, Any]] = {
    1: {"owner": "lin", "team": "first-line", "clocks": clock(30), "values": {"priority": "P1"}},
    2: {"owner": "lin", "team": "rnd", "state": "solving", "clocks": clock(10)},
    3: {"team": "first-line", "customer_id": "c1", "values": {"priority": "P0"}},
    4: {"owner": "wei", "category": Category.CLOSED, "state": "closed", "created_by": "lin"},
    5: {"type": "complaint", "clocks": clock(20), "values": {"title": "卡纸"}},
}


@pytest.fixture(scope="module")
def filled(migrated: Database) -> Database:
    database = migrated
    emptied(database)
    with database.writing() as connection:
        add_customer(connection)
        for number, fields in RECORDS.items():
            moment = later(minutes=number // 2)  # two records each share their instant
            append(connection, created(number, **fields, created_at=moment, updated_at=moment))
    return database


FILTERS = [
    pytest.param(RecordFilter(), {1, 2, 3, 4, 5}, id="all"),
    pytest.param(RecordFilter(types=frozenset({"complaint"})), {5}, id="type"),
    pytest.param(RecordFilter(states=frozenset({"solving", "closed"})), {2, 4}, id="states"),
    pytest.param(RecordFilter(states=frozenset()), set(), id="no state at all"),
    pytest.param(RecordFilter(categories=frozenset({"closed"})), {4}, id="category"),
    pytest.param(RecordFilter(owners=frozenset({"wei", None})), {3, 4, 5}, id="owner or none"),
    pytest.param(RecordFilter(owners=frozenset({None})), {3, 5}, id="without owner"),
    pytest.param(RecordFilter(teams=frozenset({"first-line"})), {1, 3}, id="team"),
    pytest.param(RecordFilter(priorities=frozenset({"P0"})), {3}, id="priority"),
    pytest.param(RecordFilter(customer_id="c1"), {3}, id="customer"),
    pytest.param(RecordFilter(seen_by="lin"), {1, 2, 4}, id="own"),
    pytest.param(
        RecordFilter(seen_by="wei", seen_teams=frozenset({"rnd"})), {2, 4}, id="own and team"
    ),
    pytest.param(RecordFilter(words="卡纸"), {5}, id="words"),
    pytest.param(
        RecordFilter(words="卡纸", types=frozenset({"ticket"})), set(), id="words and type"
    ),
    pytest.param(RecordFilter(overdue_at=later(minutes=20)), {2, 5}, id="overdue"),
    pytest.param(RecordFilter(created_since=later(minutes=2)), {4, 5}, id="since"),
]


@pytest.mark.parametrize(("wanted", "expected"), FILTERS)
def test_filters(filled: Database, wanted: RecordFilter, expected: set[int]) -> None:
    with filled.reading() as connection:
        found = list_records(connection, wanted).rows
        assert {int(one.id, 16) for one in found} == expected
        assert count(connection, wanted) == len(expected)
        assert len(ids_of(connection, wanted)) == len(expected)


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("updated", [1, 2, 3, 4, 5]),
        ("created", [1, 2, 3, 4, 5]),
        ("number", [1, 2, 3, 4, 5]),
        ("breach", [2, 5, 1]),
        ("priority", [3, 1]),
    ],
)
@pytest.mark.parametrize("size", [1, 2, 5])
def test_pages_show_everything_once_in_order(
    filled: Database, order: Order, expected: list[int], descending: bool, size: int
) -> None:
    found: list[int] = []
    cursor = None
    with filled.reading() as connection:
        while True:
            page = list_records(
                connection, order=order, descending=descending, limit=size, cursor=cursor
            )
            assert len(page.rows) <= size
            found += [int(one.id, 16) for one in page.rows]
            if (cursor := page.cursor) is None:
                break
    valued = expected[::-1] if descending else expected
    assert found[: len(valued)] == valued
    assert sorted(found) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("cursor", ["x", "WzFd", "bnVsbA==", "WyJ4WiIsIDFd", "WyJ4WiIsICJhIl0="])
def test_a_cursor_that_makes_no_sense_begins_from_the_start(filled: Database, cursor: str) -> None:
    with filled.reading() as connection:
        assert len(list_records(connection, cursor=cursor).rows) == 5


def test_board_counts(filled: Database) -> None:
    ticket = RecordFilter(types=frozenset({"ticket"}))
    with filled.reading() as connection:
        assert count_by(connection, ticket, "state") == {"received": 2, "solving": 1, "closed": 1}
        assert count_by(connection, ticket, "owner") == {"lin": 2, "wei": 1, None: 1}


def test_records_come_in_the_order_asked_for(filled: Database) -> None:
    wanted = [f"{number:032x}" for number in (5, 9, 1)]
    with filled.reading() as connection:
        assert [one.id for one in records_by_id(connection, wanted)] == [wanted[0], wanted[2]]
