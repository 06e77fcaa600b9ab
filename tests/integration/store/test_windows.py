"""A long table is searched window by window: every row that fits is found once, and no look reads more than it may."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import insert, select

from sopwith.store.customers import Customer, add_customer
from sopwith.store.engine import Database
from sopwith.store.inspection import Page, customers_page, deliveries_page, jobs_page
from sopwith.store.jobs import NewJob, add_jobs
from sopwith.store.tables import DeliveryRow
from sopwith.store.windows import MOST_COUNTED, Walk, look
from tests.support.samples import NOW, later

NEWEST = Walk(parts=(select(DeliveryRow.__table__),), key=("id",), down=True)


def tried(database: Database, targets: Sequence[str]) -> None:
    rows = [
        {
            "key": f"k{number}",
            "kind": "mail",
            "target": target,
            "attempt": 1,
            "at": NOW,
            "outcome": "sent",
            "milliseconds": 1,
            "error": "",
        }
        for number, target in enumerate(targets)
    ]
    with database.writing() as connection:
        connection.execute(insert(DeliveryRow), rows)


def is_red(row: Any) -> list[Any]:
    return [row.target == "red"]


def walk_along(
    database: Database, walk: Walk, *, window: int, limit: int = 3
) -> tuple[list[str], int]:
    """Return the keys of all that is red, and in how many looks."""
    found, looks, after = [], 0, None
    with database.reading() as connection:
        while True:
            seen = look(connection, walk, is_red, after, limit, window=window)
            assert len(seen.rows) <= limit
            found += [row["key"] for row in seen.rows]
            looks, after = looks + 1, seen.more
            if after is None:
                return found, looks


@pytest.mark.parametrize("window", [5, 7, 40, 100])
def test_everything_that_fits_is_found_once(database: Database, window: int) -> None:
    targets = ["red" if number % 6 == 0 else "blue" for number in range(40)]
    tried(database, targets)
    found, looks = walk_along(database, NEWEST, window=window)
    assert found == [f"k{number}" for number in range(39, -1, -1) if number % 6 == 0]
    assert looks >= 40 // window


@pytest.mark.parametrize("down", [True, False])
def test_parts_of_a_walk_are_walked_in_one_order(database: Database, down: bool) -> None:
    tried(database, ["red"] * 20)
    query = select(DeliveryRow.__table__)
    parts = tuple(query.where(DeliveryRow.id % 3 == rest) for rest in range(3))
    walk = Walk(parts=parts, key=("id",), down=down)
    found, _ = walk_along(database, walk, window=6)
    assert found == [f"k{number}" for number in (range(19, -1, -1) if down else range(20))]


def test_a_window_tells_that_there_may_be_more(database: Database) -> None:
    tried(database, ["red", *["blue"] * 9, "red"])
    with database.reading() as connection:
        part = look(connection, NEWEST, is_red, None, 5, window=10)
        whole = look(connection, NEWEST, is_red, None, 5, window=12)
        plain = look(connection, NEWEST, None, None, 5, window=2)
    assert (part.total, part.at_least, len(part.rows)) == (1, True, 1)
    assert part.more is not None
    assert (whole.total, whole.at_least, whole.more) == (2, False, None)
    assert (plain.total, plain.at_least, len(plain.rows)) == (11, False, 5)


def test_very_many_are_not_counted_to_the_end(database: Database) -> None:
    tried(database, ["red"] * (MOST_COUNTED + 5))
    with database.reading() as connection:
        for page in (deliveries_page(connection), deliveries_page(connection, words="RED")):
            assert (page.total, page.at_least) == (MOST_COUNTED, True)


def every(database: Database, ask: Any) -> list[Any]:
    found: list[Any] = []
    cursor = ""
    with database.reading() as connection:
        while True:
            page: Page[Any] = ask(connection, cursor)
            found += page.items
            if not page.more:
                return found
            cursor = page.more


def test_jobs_of_all_lanes_are_listed_by_due_time(database: Database) -> None:
    jobs = [
        NewJob(
            kind="timer",
            lane=number % 5,
            key=f"j{number}",
            payload={"n": number},
            due_at=later(minutes=(number * 7) % 30),
            created_at=NOW,
        )
        for number in range(30)
    ]
    with database.writing() as connection:
        add_jobs(connection, jobs)
    for words in ("", "j"):
        found = every(
            database,
            lambda c, after, words=words: jobs_page(c, "ready", words=words, cursor=after, limit=4),
        )
        assert [one.key for one in found] == [
            one.key for one in sorted(jobs, key=lambda one: one.due_at)
        ]


def test_customers_are_listed_by_name_whatever_is_searched(database: Database) -> None:
    with database.writing() as connection:
        for number in range(12):
            one = Customer(id=f"c{number}", name=f"N{number % 4}", email=f"{number}@a.test")
            add_customer(connection, one, NOW)
    for words in ("", "a.TEST"):
        found = every(
            database,
            lambda c, after, words=words: customers_page(c, words=words, cursor=after, limit=5),
        )
        assert sorted(one.id for one in found) == sorted(f"c{number}" for number in range(12))
        assert [one.name for one in found] == sorted(one.name for one in found)
