from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from sopwith.runtime.clock import RandomIds, SystemClock
from sopwith.runtime.dispatcher import Dispatcher
from sopwith.runtime.job_queue import new_job
from sopwith.runtime.local_executor import LocalExecutor
from sopwith.store.claims import load_claims
from sopwith.store.engine import Database, open_database
from sopwith.store.jobs import add_jobs, finish
from sopwith.store.schema import upgrade
from tests.support.postgres import PostgresServer, throwaway_server

pytestmark = [pytest.mark.slow, pytest.mark.postgres]
WAIT = 30.0
JOBS = 40


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """A PostgreSQL of our own, that may be killed."""
    with throwaway_server(durable=True) as started:
        yield started


class Worker:
    """Ends each job in its transaction; notes which ended, and wakes whoever waits for all."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.done: list[int] = []
        self.changed = threading.Condition()

    def act(self, ids: Sequence[int], token: str) -> None:
        with self.database.writing() as connection:
            ended = [
                job.id for job in load_claims(connection, ids, token) if finish(connection, job)
            ]
        with self.changed:
            self.done += ended
            self.changed.notify_all()

    def wait_for(self, count: int) -> bool:
        with self.changed:
            return self.changed.wait_for(lambda: len(self.done) >= count, WAIT)


def enqueue(database: Database, name: str) -> None:
    now = SystemClock().now()
    with database.writing() as connection:
        add_jobs(connection, [new_job("mail", f"{name}:{n}", {}, now) for n in range(JOBS)])


@pytest.mark.parametrize("how", ["restart", "kill"])
def test_work_goes_on_by_itself_after_the_database_was_away(
    server: PostgresServer, how: str
) -> None:
    database = open_database(server.create_database(f"away_{how}"))
    upgrade(database)
    worker = Worker(database)
    executor = LocalExecutor(worker.act)
    dispatcher = Dispatcher(
        database=database,
        clock=SystemClock(),
        ids=RandomIds(),
        executor=executor,
        node="n",
        is_alone=True,
    )
    executor.done = dispatcher.wake
    dispatcher.start()
    enqueue(database, "before")
    assert worker.wait_for(JOBS // 2)
    if how == "kill":
        server.kill()
        with pytest.raises(OperationalError), database.writing() as connection:
            connection.execute(text("SELECT 1"))
        server.start()
    else:
        server.restart()
    enqueue(database, "after")
    assert worker.wait_for(2 * JOBS)
    dispatcher.stop()
    assert len(set(worker.done)) == 2 * JOBS
    with database.reading() as connection:
        left = connection.execute(text("SELECT kind FROM job")).scalars().all()
    assert left == ["housekeeping"]
    database.close()
