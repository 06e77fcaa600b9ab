"""Jobs inside the database are done together: one transaction, a savepoint for each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from sopwith.core.events import EventKind
from sopwith.runtime.inside_jobs import InsideJobs, Work
from sopwith.runtime.job_queue import batches_of, new_job
from sopwith.runtime.lanes import Lane
from sopwith.store.engine import Database
from sopwith.store.history import events_of
from sopwith.store.job_counts import count_jobs
from sopwith.store.jobs import JobClaim, add_jobs, jobs_of
from sopwith.store.traffic import notices_of
from tests.integration.runtime.world import World
from tests.support.runtimes import open_ticket
from tests.support.samples import NOW


@contextmanager
def commits(database: Database) -> Iterator[list[int]]:
    """Count the commits of the engine that writes."""
    found: list[int] = []

    def note(_connection: Any) -> None:
        found.append(1)

    event.listen(database.write, "commit", note)
    yield found
    event.remove(database.write, "commit", note)


def notice(n: int, **more: Any) -> Any:
    return new_job("notice", f"n{n}", {"user": "lin", "text": f"line {n}", **more}, NOW)


def enqueue(world: World, *jobs: Any) -> None:
    with world.database.writing() as connection:
        add_jobs(connection, jobs)


def texts(world: World) -> list[str]:
    with world.database.reading() as connection:
        return sorted(one.text_en for one in notices_of(connection, "lin"))


def test_what_is_claimed_together_is_committed_once(world: World) -> None:
    enqueue(world, *(notice(n) for n in range(20)))
    (batch,) = world.batches()
    with commits(world.database) as found:
        world.run(batch)
    assert len(found) == 1
    assert len(texts(world)) == 20


def test_a_job_that_raises_takes_back_only_itself(world: World) -> None:
    first, second = open_ticket(world.service), open_ticket(world.service)
    world.work()
    enqueue(
        world,
        notice(1),
        new_job("command", "bad", {"command": "absorb", "record": first}, NOW, record_id=first),
        new_job("notice", "worse", {"text": "no user"}, NOW),
        new_job("command", "refused", {"command": "add_link", "record": "none", "kind": "k", "other": "o"}, NOW),
        new_job("command", "good", {"command": "delivered", "record": second, "key": "k", "kind": "mail", "target": "t", "outcome": "dead"}, NOW),
        notice(2),
    )  # fmt: skip
    (batch,) = world.batches(inside=50)
    assert len(batch) == 6
    with commits(world.database) as found:
        world.run(batch)
    assert len(found) == 1
    assert [text for text in texts(world) if text.startswith("line")] == ["line 1", "line 2"]
    assert "unknown" not in "".join(world.errors())
    with world.database.reading() as connection:
        kinds = [one.event.kind for one in events_of(connection, second)]
        counts = count_jobs(connection)
        (kept,) = [job for job in jobs_of(connection, first) if job.key == "bad"]
    assert EventKind.DELIVERED in kinds
    assert counts[("command", "dead")] == 1
    assert (kept.state, kept.attempts) == ("ready", 1)
    assert "KeyError" in kept.last_error


def test_a_batch_that_cannot_commit_falls_back_to_one_by_one(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    enqueue(world, *(notice(n) for n in range(4)))
    (batch,) = world.batches()
    failures = [1]

    def fail(_connection: Any) -> None:
        if failures:
            failures.pop()
            raise OperationalError("COMMIT", None, Exception("deadlock detected"))

    event.listen(world.database.write, "commit", fail)
    try:
        with commits(world.database) as found:
            world.run(batch)
    finally:
        event.remove(world.database.write, "commit", fail)
    assert len(found) == 4
    assert len(texts(world)) == 4


def test_one_that_can_never_commit_is_settled_alone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    enqueue(world, *(notice(n) for n in range(3)))
    (batch,) = world.batches()
    real = InsideJobs._handle
    poisoned: list[bool] = []

    def handle(self: InsideJobs, work: Work, job: JobClaim) -> None:
        real(self, work, job)
        if job.key == "n1":
            poisoned.append(True)

    def fail(_connection: Any) -> None:
        if poisoned:
            poisoned.clear()
            raise OperationalError("COMMIT", None, Exception("could not serialize"))

    monkeypatch.setattr(InsideJobs, "_handle", handle)
    event.listen(world.database.write, "commit", fail)
    try:
        world.run(batch)
    finally:
        event.remove(world.database.write, "commit", fail)
    assert texts(world) == ["line 0", "line 2"]
    with world.database.reading() as connection:
        assert count_jobs(connection)[("notice", "ready")] == 1


def test_a_transaction_takes_no_more_jobs_when_it_has_lasted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    enqueue(world, *(notice(n) for n in range(6)))
    (batch,) = world.batches()
    real = InsideJobs._handle

    def slow(self: InsideJobs, work: Work, job: JobClaim) -> None:
        world.clock.move(seconds=0.15)
        real(self, work, job)

    monkeypatch.setattr(InsideJobs, "_handle", slow)
    with commits(world.database) as found:
        world.run(batch)
    assert len(found) == 3
    assert len(texts(world)) == 6


def test_a_batch_carried_out_twice_acts_once(world: World) -> None:
    record = open_ticket(world.service)
    world.clock.move(seconds=3)
    batch = next(one for one in world.batches() if any(job.kind == "timer" for job in one))
    world.run(batch)
    version = world.state(record).version
    world.run(batch)
    assert world.state(record).version == version


def test_jobs_of_one_record_are_never_parted() -> None:
    jobs = [
        JobClaim(id=n, token="t", kind="timer", lane=0, key=f"k{n}", payload={}, record_id=f"r{n % 30}", release=None, due_at=NOW, attempt=1, max_attempts=3)
        for n in range(120)
    ]  # fmt: skip
    batches = batches_of(Lane.INSIDE, jobs)
    assert sum(map(len, batches)) == 120
    assert all(len(batch) <= 50 for batch in batches)
    homes = [{job.record_id for job in batch} for batch in batches]
    assert sum(map(len, homes)) == len(set().union(*homes)) == 30
    assert all(batch == sorted(batch, key=lambda job: job.id) for batch in batches)
    assert batches_of(Lane.MAIL, jobs[:3]) == [[job] for job in jobs[:3]]


@pytest.mark.parametrize("migrated", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("seconds", "done_before"), [(0.0, 4), (0.03, 1)])
def test_a_batch_lets_go_of_the_writer_for_who_pressed_a_button(
    world: World, monkeypatch: pytest.MonkeyPatch, seconds: float, done_before: int
) -> None:
    enqueue(world, *(notice(n) for n in range(4)))
    (batch,) = world.batches()
    real, seen = InsideJobs._handle, list[int]()

    def press() -> None:
        with world.database.writing() as connection:
            seen.append(len(notices_of(connection, "lin")))

    person = Thread(target=press)

    def handle(self: InsideJobs, work: Work, job: JobClaim) -> None:
        real(self, work, job)
        world.clock.move(seconds=seconds)
        if job.key == "n0":
            person.start()
            while not world.database.is_waited_for:
                person.join(0.005)

    monkeypatch.setattr(InsideJobs, "_handle", handle)
    world.run(batch)
    person.join(20)
    assert seen == [done_before]
    assert len(texts(world)) == 4
