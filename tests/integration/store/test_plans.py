"""Which indexes the queries that run all day use: with them the cost does not grow with the tables."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event

from sopwith.store.claims import claim, is_work_due, take_expired
from sopwith.store.engine import Database, open_database
from sopwith.store.jobs import dead_jobs
from sopwith.store.lists import OPEN_CATEGORIES, RecordFilter, count, count_by, list_records
from sopwith.store.people import loads_of
from sopwith.store.schema import upgrade
from sopwith.store.search import search
from sopwith.store.traffic import count_unread, sent_since
from tests.support.samples import NOW


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    path: Path = tmp_path_factory.mktemp("plans") / "a.db"
    database = open_database(f"sqlite:///{path}")
    upgrade(database)
    yield database
    database.close()


@contextmanager
def plans(connection: Connection) -> Iterator[list[str]]:
    """Collect how SQLite carries out each statement of the block."""
    found: list[str] = []

    def explain(_c: Any, cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        driver = cursor.connection.cursor()
        if statement.startswith(("SELECT", "UPDATE", "DELETE")):
            rows = driver.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
            found.extend(str(row[3]) for row in rows)
        driver.close()

    event.listen(connection, "before_cursor_execute", explain)
    yield found
    event.remove(connection, "before_cursor_execute", explain)


def _claim(connection: Connection) -> None:
    claim(connection, 1, 5, now=NOW, lease=timedelta(minutes=1), token="t", node="n")


OPEN = RecordFilter(types=frozenset({"ticket"}), categories=OPEN_CATEGORIES)
QUERIES: list[Any] = [
    pytest.param(lambda c: is_work_due(c, NOW), {"ix_job_due", "ix_job_lease"}, id="idle look"),
    pytest.param(_claim, {"ix_job_due"}, id="claim"),
    pytest.param(lambda c: take_expired(c, NOW), {"ix_job_lease"}, id="expired leases"),
    pytest.param(lambda c: dead_jobs(c), {"ix_job_dead"}, id="dead jobs"),
    pytest.param(lambda c: count_by(c, OPEN, "state"), {"ix_record_open"}, id="board"),
    pytest.param(lambda c: count(c, OPEN), {"ix_record_open"}, id="how many are open"),
    pytest.param(
        lambda c: list_records(c, replace(OPEN, owners=frozenset({None}))),
        {"ix_record_unowned"},
        id="nobody's",
    ),
    pytest.param(
        lambda c: list_records(c, OPEN, order="breach", descending=False),
        {"ix_record_breach"},
        id="list by due time",
    ),
    pytest.param(
        lambda c: list_records(c, RecordFilter(types=frozenset({"ticket"}))),
        {"ix_record_updated"},
        id="list by last change",
    ),
    pytest.param(
        lambda c: list_records(
            c, RecordFilter(types=frozenset({"ticket"}), states=frozenset({"solving"}))
        ),
        {"ix_record_state"},
        id="list of one state",
    ),
    pytest.param(
        lambda c: list_records(c, RecordFilter(customer_id="c1")),
        {"ix_record_customer"},
        id="customer",
    ),
    pytest.param(lambda c: loads_of(c, ["lin"]), {"ix_record_owner"}, id="load"),
    pytest.param(lambda c: sent_since(c, "a@b", NOW), {"ix_delivery_target"}, id="mails sent"),
    pytest.param(lambda c: count_unread(c, "lin"), {"ix_notice_user"}, id="unread notices"),
    pytest.param(lambda c: search(c, "打印机"), {"search_text"}, id="search"),
]


@pytest.mark.parametrize(("query", "indexes"), QUERIES)
def test_query_uses_its_index(
    database: Database, query: Callable[[Connection], Any], indexes: set[str]
) -> None:
    with database.writing() as connection, plans(connection) as found:
        query(connection)
    used = set(re.findall(r"\b(?:ix_\w+|search_text)\b", " ".join(found)))
    assert indexes <= used, found
    scans = [
        plan for plan in found if re.match(r"SCAN (job|record|delivery|notice)\b(?!.*INDEX)", plan)
    ]
    assert scans == []
