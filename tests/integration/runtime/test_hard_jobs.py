"""Jobs that kill, hang or never end: they end in sight, and the others go on."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from sqlalchemy import text

from sopwith.runtime.inside_jobs import InsideJobs, Work
from sopwith.runtime.job_queue import new_job
from sopwith.runtime.lanes import LEASE
from sopwith.store.job_counts import count_jobs
from sopwith.store.jobs import JobClaim, add_jobs
from sopwith.store.traffic import notices_of
from tests.integration.runtime.world import World
from tests.support.runtimes import open_ticket
from tests.support.samples import NOW


class KilledError(BaseException):
    """Stands for the death of the process: nothing is noted."""


def enqueue(world: World, *jobs: Any) -> None:
    with world.database.writing() as connection:
        add_jobs(connection, jobs)


def notices(world: World, count: int) -> list[Any]:
    return [
        new_job("notice", f"n{n}", {"user": "lin", "text": str(n)}, NOW, max_attempts=3)
        for n in range(count)
    ]


def test_a_job_that_kills_its_process_ends_dead_and_takes_nobody_with_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = InsideJobs._handle
    kills = 0

    def handle(self: InsideJobs, work: Work, job: JobClaim) -> None:
        nonlocal kills
        if job.key == "poison":
            kills += 1
            raise KilledError
        real(self, work, job)

    monkeypatch.setattr(InsideJobs, "_handle", handle)
    enqueue(
        world, new_job("timer", "poison", {"key": "x"}, NOW, max_attempts=3), *notices(world, 10)
    )
    for _ in range(8):
        for batch in world.batches(inside=50):
            try:
                world.run(batch)
            except KilledError:
                break  # and with it all that it had claimed
        world.clock.move(seconds=LEASE.total_seconds() + 5)
    assert kills == 3
    with world.database.reading() as connection:
        assert len(notices_of(connection, "lin")) == 10
        assert count_jobs(connection).get(("timer", "dead")) == 1
        assert ("notice", "dead") not in count_jobs(connection)


def test_a_statement_that_hangs_is_cut_and_the_others_go_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sopwith.runtime.time_limit.STATEMENT_SECONDS", 0.5)
    real = InsideJobs._handle

    def handle(self: InsideJobs, work: Work, job: JobClaim) -> None:
        real(self, work, job)
        if job.key == "endless":
            if world.database.is_sqlite:
                endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"  # fmt: skip
            else:
                endless = "SELECT pg_sleep(60)"
            work.connection.execute(text(endless))

    monkeypatch.setattr(InsideJobs, "_handle", handle)
    enqueue(world, new_job("notice", "endless", {"user": "lin"}, NOW), *notices(world, 5))
    started = time.monotonic()
    for batch in world.batches(inside=50):
        world.run(batch)
    assert time.monotonic() - started < 15
    with world.database.reading() as connection:
        assert len(notices_of(connection, "lin")) == 5
        assert count_jobs(connection)[("notice", "ready")] == 1


def test_a_record_that_somebody_holds_delays_only_its_own_job(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    if world.database.is_sqlite:
        return  # one writer at a time: nobody can hold a record while another writes
    monkeypatch.setattr("sopwith.runtime.time_limit.LOCK_SECONDS", 0.3)
    held, free = open_ticket(world.service, "held"), open_ticket(world.service, "free")
    world.work()
    world.clock.move(seconds=5)
    release, locked = threading.Event(), threading.Event()

    def hold() -> None:
        with world.database.writing() as connection:
            query = text("SELECT id FROM record WHERE id = :id FOR UPDATE")
            connection.execute(query, {"id": held})
            locked.set()
            release.wait(20)

    thread = threading.Thread(target=hold)
    thread.start()
    assert locked.wait(10)
    started = time.monotonic()
    for batch in world.batches(inside=50):
        world.run(batch)
    lasted = time.monotonic() - started
    release.set()
    thread.join()
    assert lasted < 5
    assert world.state(free).tags == ("nagged",)
    world.clock.move(seconds=30)
    world.work()
    assert world.state(held).tags == ("nagged",)
