"""Clocks that jump or differ: nothing fires early beyond the grace, nothing twice, nothing is lost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from sopwith.core.events import EventKind
from sopwith.runtime.clock import SystemClock
from sopwith.runtime.dispatcher import Dispatcher
from sopwith.runtime.job_queue import claim_batches, instant_of, new_job
from sopwith.runtime.lanes import Lane
from sopwith.runtime.local_executor import LocalExecutor
from sopwith.runtime.sweeps import plan_sweeps
from sopwith.store.claims import database_now
from sopwith.store.engine import Database
from sopwith.store.history import events_of
from sopwith.store.jobs import JobClaim, add_jobs
from tests.integration.runtime.world import World
from tests.support.clocks import CountingIds, FixedClock
from tests.support.runtimes import Outside, new_runner, new_service, open_ticket


class SkewedClock(SystemClock):
    """The clock of a machine that is wrong."""

    def __init__(self, wrong: timedelta) -> None:
        self.wrong = wrong

    def now(self) -> datetime:
        return super().now() + self.wrong


class Waiting:
    """An executor that notes batches, to be run one after the other."""

    def __init__(self, world: World) -> None:
        self.world = world

    def room(self) -> dict[Lane, int]:
        return dict.fromkeys(Lane, 50)

    def submit(self, jobs: Sequence[JobClaim]) -> None:
        self.world.run(list(jobs))

    def fallen(self) -> Sequence[JobClaim]:
        return ()

    def stop(self, seconds: float) -> Sequence[JobClaim]:
        return ()


def dispatcher(world: World) -> Dispatcher:
    return Dispatcher(
        database=world.database,
        clock=world.clock,
        ids=world.service.ids,
        executor=Waiting(world),
        node="n1",
        grace=timedelta(seconds=60),
    )


def nags(world: World, record: str) -> int:
    with world.database.reading() as connection:
        happened = [one.event for one in events_of(connection, record)]
    return sum(
        one.kind is EventKind.TAGS and "nagged" in one.body.get("added", ()) for one in happened
    )


def step(world: World, at: Dispatcher, times: int = 3) -> None:
    for _ in range(times):
        at.step()


@pytest.fixture
def slow(database: Database) -> World:
    """A world in which a ticket is nagged after half an hour."""
    clock, outside = FixedClock(), Outside()
    service = new_service(database, clock, CountingIds(), nag="30m")
    return World(service=service, clock=clock, outside=outside, runner=new_runner(service, outside))


def test_a_clock_an_hour_ahead_that_is_set_right_fires_nothing_early(slow: World) -> None:
    record, at = open_ticket(slow.service), dispatcher(slow)
    step(slow, at)
    slow.clock.at += timedelta(hours=1)
    step(slow, at)
    slow.clock.move(seconds=50)
    step(slow, at)
    assert nags(slow, record) == 0, "it waits for the grace"
    slow.clock.at -= timedelta(hours=1)
    slow.clock.move(minutes=28)
    step(slow, at)
    assert nags(slow, record) == 0
    slow.clock.move(minutes=2)
    step(slow, at)
    assert nags(slow, record) == 1


def test_a_clock_that_stays_an_hour_ahead_fires_once_after_the_grace(slow: World) -> None:
    record, at = open_ticket(slow.service), dispatcher(slow)
    step(slow, at)
    slow.clock.at += timedelta(hours=1)
    step(slow, at)
    slow.clock.move(seconds=61)
    step(slow, at)
    slow.clock.move(hours=2)
    step(slow, at)
    assert nags(slow, record) == 1


def test_a_clock_an_hour_back_fires_nothing_twice_and_loses_nothing(slow: World) -> None:
    first, at = open_ticket(slow.service), dispatcher(slow)
    slow.clock.move(minutes=31)
    step(slow, at)
    second = open_ticket(slow.service)
    slow.clock.at -= timedelta(hours=1)
    for _ in range(5):
        step(slow, at)
        slow.clock.move(minutes=10)
    assert (nags(slow, first), nags(slow, second)) == (1, 0)
    slow.clock.move(minutes=50)
    step(slow, at)
    assert (nags(slow, first), nags(slow, second)) == (1, 1)


def test_a_timer_claimed_before_the_clock_fell_back_is_not_lost(slow: World) -> None:
    record = open_ticket(slow.service)
    slow.clock.move(minutes=31)
    batches = slow.batches(inside=50)
    slow.clock.at -= timedelta(hours=1)
    for batch in batches:
        slow.run(batch)
    assert nags(slow, record) == 1


@pytest.mark.parametrize(
    "day", [datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)]
)
def test_a_daily_round_comes_once_a_day_at_its_hour_when_clocks_change(
    database: Database, day: datetime
) -> None:
    zone = ZoneInfo("Europe/Berlin")
    clock, outside = FixedClock(day - timedelta(days=2)), Outside()
    service = new_service(database, clock, CountingIds())
    service.zone = zone.key
    world = World(service=service, clock=clock, outside=outside, runner=new_runner(service, outside))  # fmt: skip
    with database.writing() as connection:
        connection.execute(text("DELETE FROM job"))
        plan_sweeps(connection, service.releases.live(connection), clock.now(), zone.key)
    seen: list[datetime] = []
    for _ in range(4 * 48):
        batches = world.batches(bulk=10)
        seen += [clock.now() for batch in batches for job in batch if job.kind == "sweep"]
        for batch in batches:
            world.run(batch)
        clock.move(minutes=30)
    local = [one.astimezone(zone) for one in seen]
    assert [one.hour for one in local] == [9] * 4
    assert len({one.date() for one in local}) == 4


@pytest.mark.parametrize("wrong", [timedelta(hours=1), timedelta(hours=-1)])
def test_on_postgresql_the_database_says_what_is_due(database: Database, wrong: timedelta) -> None:
    clock = SkewedClock(wrong)
    if database.is_sqlite:
        assert instant_of(database, clock) is not None
        return
    with database.reading() as connection:
        true = database_now(connection)
    assert true is not None
    with database.writing() as connection:
        add_jobs(
            connection,
            [
                new_job("timer", "due", {}, true, due_at=true - timedelta(seconds=1)),
                new_job("timer", "soon", {}, true, due_at=true + timedelta(minutes=10)),
            ],
        )
    ids = CountingIds()
    (batch,) = claim_batches(database, clock, ids, "n1", dict.fromkeys(Lane, 5))
    assert [job.key for job in batch] == ["due"]
    assert claim_batches(database, SkewedClock(-wrong), ids, "n2", dict.fromkeys(Lane, 5)) == []


def test_on_postgresql_a_local_jump_holds_nothing_up(database: Database) -> None:
    if database.is_sqlite:
        return
    clock = SkewedClock(timedelta(0))
    executor = LocalExecutor(lambda _ids, _token: None)
    at = Dispatcher(database=database, clock=clock, ids=CountingIds(), executor=executor, node="n")
    at.step()
    clock.wrong = timedelta(hours=5)
    at.step()
    assert at._held_until == 0.0
    executor.stop(0)
