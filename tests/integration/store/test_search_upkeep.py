"""SQLite's full-text index is put together in small steps, never a whole level at once beside a writer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import select, text

from sopwith.runtime.housekeeping import SEARCH, SEARCH_PAUSE, tidy_search
from sopwith.store.engine import Database, open_database
from sopwith.store.jobs import cancel
from sopwith.store.records import append
from sopwith.store.schema import upgrade
from sopwith.store.search import search
from sopwith.store.search_upkeep import merge_some
from sopwith.store.tables import JobRow
from tests.support.samples import NOW, created

MANY = 25
"""Each writes two parts or so; SQLite merges some by itself after 64."""
SQLITES_OWN_LIMIT = 16
FEW = 8


def filling(number: int) -> str:
    """Return many words that no other text has, so that a part takes more than a page."""
    return " ".join(sha256(f"{number} {one}".encode()).hexdigest() for one in range(60))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = open_database(f"sqlite:///{tmp_path / 'sopwith.db'}")
    upgrade(made)
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def written(database: Database) -> Database:
    """An index of some hundred pages in some parts."""
    write(database, filling)
    return database


def write(database: Database, more: Callable[[int], str]) -> None:
    for number in range(1, MANY + 1):
        with database.writing(alone=True) as connection:
            title = f"打印机 beak{number} zebrafinch {more(number)}"
            append(connection, created(number, values={"title": title}))


def parts(database: Database) -> int:
    with database.reading() as connection:
        query = text("SELECT count(DISTINCT segid) FROM search_text_idx")
        return int(connection.execute(query).scalar_one())


def planned(database: Database) -> datetime:
    with database.reading() as connection:
        due = connection.execute(select(JobRow.due_at).where(JobRow.kind == SEARCH)).scalar_one()
        return due if isinstance(due, datetime) else pytest.fail("no time")


def test_no_writer_merges_a_whole_level_by_itself(database: Database) -> None:
    write(database, lambda _: "")
    assert parts(database) > 2 * SQLITES_OWN_LIMIT


def test_steps_leave_few_parts_and_find_the_same(written: Database) -> None:
    steps = 0
    more = True
    while more:
        with written.writing() as connection:
            more = merge_some(connection, 1)
        steps += 1
        assert steps < 10 * MANY
    assert steps > 2, "one page at a time takes many steps"
    assert parts(written) < FEW
    with written.reading() as connection:
        assert len(search(connection, "打印机", limit=MANY)) == MANY
        assert len(search(connection, "beak19 zebrafinch")) == 1


def test_a_round_goes_on_at_once_until_nothing_is_left(written: Database) -> None:
    rounds = 0
    due = NOW
    while due == NOW:
        with written.writing() as connection:
            cancel(connection, SEARCH)
            tidy_search(connection, NOW)
        due = planned(written)
        rounds += 1
        assert rounds < MANY
    assert rounds > 1
    assert due - NOW == SEARCH_PAUSE >= timedelta(minutes=1)
    assert parts(written) < FEW
