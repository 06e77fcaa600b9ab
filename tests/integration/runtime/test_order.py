"""What is due for one record is done in the order of its due times, by one worker at a time."""

from __future__ import annotations

import os
import threading
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from sopwith.runtime.clock import RandomIds
from sopwith.runtime.dispatcher import Dispatcher
from sopwith.runtime.job_queue import claim_batches, new_job
from sopwith.runtime.lanes import Lane
from sopwith.runtime.local_executor import LocalExecutor
from sopwith.store.claims import load_claims
from sopwith.store.engine import Database
from sopwith.store.history import events_of
from sopwith.store.jobs import JobClaim, NewJob, add_jobs, finish, put_back
from sopwith.store.records import append
from tests.integration.runtime.world import World
from tests.support.clocks import FixedClock
from tests.support.runtimes import open_ticket
from tests.support.samples import NOW, created, later

WAIT = 120.0


def records(database: Database, count: int) -> list[str]:
    """Return the ids of new bare records: jobs hang on them."""
    made = [created(n + 1, title="x") for n in range(count)]
    with database.writing() as connection:
        for change in made:
            append(connection, change)
    return [change.after.id for change in made]


def timer(key: str, record: str, seconds: float, **more: Any) -> NewJob:
    due = later(seconds=seconds)
    return new_job(more.pop("kind", "timer"), key, {"key": key, **more}, NOW, due_at=due, record_id=record)  # fmt: skip


def put(database: Database, *jobs: NewJob) -> None:
    with database.writing() as connection:
        add_jobs(connection, jobs)


def look(database: Database, **room: int) -> list[list[str]]:
    wanted = {Lane[name.upper()]: count for name, count in room.items()}
    found = claim_batches(database, FixedClock(), RandomIds(), "n", wanted)
    return [[job.key for job in batch] for batch in found]


def test_a_batch_holds_what_follows_in_order(database: Database) -> None:
    one, two = records(database, 2)
    put(database, timer("b", one, -1), timer("c", one, -1), timer("a", one, -5), timer("x", two, -3), timer("later", one, 60))  # fmt: skip
    assert look(database, inside=10) == [["a", "x", "b", "c"]]


def test_nothing_of_a_record_is_claimed_while_some_of_it_is_in_hand(database: Database) -> None:
    one, two = records(database, 2)
    put(database, timer("a", one, -5))
    assert look(database, inside=10) == [["a"]]
    put(database, timer("b", one, -4), timer("x", two, -3))
    assert look(database, inside=10) == [["x"]]


def test_mails_of_one_record_go_one_after_the_other(database: Database) -> None:
    one, two = records(database, 2)
    mails = [timer(f"m{n}", one, n - 9, kind="mail") for n in range(3)]
    put(database, *mails, timer("other", two, -1, kind="mail"))
    assert look(database, mail=10) == [["m0"], ["other"]]
    assert look(database, mail=10) == []


def test_slow_work_before_a_timer_is_taken_along_by_it(database: Database) -> None:
    one, two = records(database, 2)
    put(
        database,
        timer("round", one, -9, kind="command", command="run_rule"),
        timer("due", one, -5),
        timer("after", one, -4, kind="command", command="run_rule"),
        timer("elsewhere", two, -9, kind="command", command="run_rule"),
    )
    assert look(database, inside=10) == [["round", "due", "after"]]
    assert look(database, bulk=10) == [["elsewhere"]]


def test_a_round_does_not_overtake_the_timer_before_it(database: Database) -> None:
    (one,) = records(database, 1)
    put(database, timer("due", one, -9), timer("round", one, -5, kind="command", command="run_rule"))  # fmt: skip
    assert look(database, bulk=10) == []
    assert look(database, inside=10) == [["due", "round"]]


class Ledger:
    """Notes in which order jobs of each record ended, and whether two were ever at one record at once."""

    def __init__(self, database: Database, total: int) -> None:
        self.database, self.total = database, total
        self.order: dict[str, list[int]] = defaultdict(list)
        self.at_work: set[str] = set()
        self.clashes = 0
        self.done = 0
        self.lock = threading.Lock()
        self.all_done = threading.Event()

    def act(self, ids: Sequence[int], token: str) -> None:
        with self.database.writing() as connection:
            jobs = load_claims(connection, ids, token)
            mine = {job.record_id for job in jobs if job.record_id}
            with self.lock:
                self.clashes += len(mine & self.at_work)
                self.at_work |= mine
            ended = [job for job in jobs if self._end(connection, job)]
            with self.lock:  # before the commit: after it others may be at the same records first
                self.at_work -= mine
                for job in ended:
                    self.order[job.record_id or ""].append(job.payload["n"])
        with self.lock:
            self.done += len(ended)
            if self.done >= self.total:
                self.all_done.set()

    def _end(self, connection: Any, job: JobClaim) -> bool:
        return finish(connection, job)


def _catch_up(database: Database, count: int, of_records: int, dispatchers: int) -> Ledger:
    """Let several dispatchers catch up on *count* overdue jobs, made in an order unlike their due times."""
    ids = records(database, of_records)
    jobs = []
    for n in range(count):
        turn = (n * 7919) % count
        kind = ("timer", "timer", "command")[turn % 3]
        jobs.append(
            new_job(
                kind,
                f"j{turn}",
                {"n": turn, "key": "x", "command": "run_rule" if turn % 2 else "delivered"},
                NOW,
                due_at=NOW - timedelta(hours=3) + timedelta(seconds=turn),
                record_id=ids[turn % of_records],
            )
        )
    for first in range(0, count, 2_000):
        put(database, *jobs[first : first + 2_000])
    ledger = Ledger(database, count)
    running = []
    for n in range(dispatchers):
        executor = LocalExecutor(ledger.act)
        one = Dispatcher(database=database, clock=FixedClock(), ids=RandomIds(), executor=executor, node=f"n{n}")  # fmt: skip
        executor.done = one.wake
        one.start()
        running.append(one)
    assert ledger.all_done.wait(WAIT)
    for one in running:
        one.stop()
    return ledger


@pytest.mark.parametrize("dispatchers", [1, 3])
def test_several_dispatchers_catch_up_in_order_and_each_job_once(
    database: Database, dispatchers: int
) -> None:
    ledger = _catch_up(database, 900, 60, dispatchers)
    assert ledger.done == 900
    assert ledger.clashes == 0
    assert all(turns == sorted(turns) for turns in ledger.order.values())


@pytest.mark.slow
def test_thousands_overdue_are_caught_up_in_order(database: Database) -> None:
    count = 10_000 if os.environ.get("SOPWITH_FULL") else 2_000
    ledger = _catch_up(database, count, 350, 2)
    assert ledger.done == count
    assert ledger.clashes == 0
    assert all(turns == sorted(turns) for turns in ledger.order.values())


def test_what_failed_is_overtaken_while_it_waits_for_its_next_try(database: Database) -> None:
    (one,) = records(database, 1)
    put(database, timer("a", one, -5), timer("b", one, -4))
    clock = FixedClock()
    (batch,) = claim_batches(database, clock, RandomIds(), "n", {Lane.INSIDE: 10})
    with database.writing() as connection:
        assert put_back(connection, batch[0], later(seconds=30), "no")
        assert finish(connection, batch[1])
    assert look(database, inside=10) == []
    clock.move(seconds=31)
    (again,) = claim_batches(database, clock, RandomIds(), "n", {Lane.INSIDE: 10})
    assert [job.key for job in again] == ["a"]


def test_a_queue_of_thousands_on_one_record_is_worked_off_in_batches(database: Database) -> None:
    (one,) = records(database, 1)
    put(database, *(timer(f"k{n:04}", one, n - 9_000) for n in range(1_000)))
    seen: list[str] = []
    for _ in range(10):
        (batch,) = claim_batches(database, FixedClock(), RandomIds(), "n", {Lane.INSIDE: 100})
        with database.writing() as connection:
            assert all(finish(connection, job) for job in batch)
        seen += [job.key for job in batch]
    assert seen == [f"k{n:04}" for n in range(1_000)]


def test_timers_of_one_ticket_fire_in_order_after_downtime(world: World) -> None:
    record = open_ticket(world.service)
    world.clock.move(days=2)
    world.work()
    times = [event.at for event in _events(world, record)]
    assert times == sorted(times)
    assert world.state(record).tags == ("nagged", "swept")


def _events(world: World, record: str) -> list[Any]:
    with world.database.reading() as connection:
        return [one.event for one in events_of(connection, record)]
