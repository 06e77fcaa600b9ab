"""Claiming reads partial indexes only, whatever waits: its cost does not grow with the table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event

from sopwith.store.claims import BULK, INSIDE, LANES, MAIL, claim, enter, is_work_due, take_expired
from sopwith.store.destinations import set_budget
from sopwith.store.engine import open_database
from sopwith.store.jobs import NewJob, add_jobs
from sopwith.store.schema import upgrade
from tests.support.samples import NOW, later


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


@pytest.mark.parametrize("lane", [INSIDE, MAIL, BULK])
def test_a_claim_reads_its_own_part_of_the_due_jobs(tmp_path: Path, lane: int) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'a.db'}")
    upgrade(database)
    with database.writing() as connection:
        jobs = [
            NewJob(kind="mail", lane=one, key=f"{one}:{n}", payload={}, due_at=later(seconds=-n), created_at=NOW)
            for one in LANES
            for n in range(5)
        ]  # fmt: skip
        add_jobs(connection, jobs)
        set_budget(connection, "web:a", 1, 1)
        with plans(connection) as found:
            enter(connection)
            assert is_work_due(connection, NOW)
            take_expired(connection, NOW)
            claim(connection, lane, 3, now=NOW, lease=timedelta(minutes=1), token="t", node="n")
    database.close()
    used = set(re.findall(r"\bix_job_\w+", " ".join(found)))
    assert {"ix_job_due", "ix_job_lease", "ix_job_record"} <= used, found
    assert [plan for plan in found if re.match(r"SCAN job\w*\b(?!.*INDEX)", plan)] == []


def test_a_claim_among_very_many_waiting_timers_looks_at_few(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'a.db'}")
    upgrade(database)
    with database.writing() as connection:
        jobs = [
            NewJob(kind="timer", lane=0, key=f"k{n}", payload={}, due_at=later(hours=n + 1), created_at=NOW)
            for n in range(20_000)
        ]  # fmt: skip
        add_jobs(connection, [*jobs, NewJob(kind="timer", lane=0, key="due", payload={}, due_at=NOW, created_at=NOW)])  # fmt: skip
        steps = [0]

        def count() -> int:
            steps[0] += 1
            return 0

        driver: Any = connection.connection.driver_connection
        driver.set_progress_handler(count, 1_000)
        (one,) = claim(connection, 0, 50, now=NOW, lease=timedelta(minutes=1), token="t", node="n")
        driver.set_progress_handler(None, 1_000)
    database.close()
    assert one.key == "due"
    assert steps[0] < 20, "thousands of instructions of SQLite, not hundreds of thousands"
