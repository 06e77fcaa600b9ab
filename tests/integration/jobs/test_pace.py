"""No more is claimed than living workers soon begin."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from sopwith.jobs.app import make_app
from sopwith.jobs.sending import SendingExecutor
from sopwith.jobs.tasks import register
from sopwith.runtime.dispatcher import Dispatcher
from sopwith.runtime.job_queue import new_job
from sopwith.runtime.lanes import LEASE, Lane
from sopwith.runtime.pace import Capacity, Pace, capacity_of, threads_of
from sopwith.runtime.pulse import Pulse
from sopwith.store.backlog import under_way
from sopwith.store.engine import Database
from sopwith.store.installation import Heartbeat, beat, heartbeats
from sopwith.store.job_counts import count_jobs
from sopwith.store.jobs import add_jobs, give_back
from sopwith.store.tables import JobRow
from tests.support.clocks import CountingIds, FixedClock
from tests.support.databases import emptied, new_database
from tests.support.redis import RedisServer, free_port
from tests.support.samples import NOW, later


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def opened(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    with new_database(request, tmp_path_factory) as database:
        yield database


@pytest.fixture
def database(opened: Database) -> Database:
    emptied(opened)
    return opened


def worker(node: str = "w1", /, **seconds: float) -> Heartbeat:
    lanes = {lane.name.lower(): 4 for lane in Lane}
    detail = {"lanes": lanes, "seconds": seconds}
    return Heartbeat(node=node, kind="worker", at=NOW, version="", detail=detail)


def enqueue(database: Database, kind: str, count: int) -> None:
    with database.writing() as connection:
        add_jobs(connection, [new_job(kind, f"{kind} {n}", {}, NOW) for n in range(count)])


def sign_of(database: Database) -> None:
    """Let a worker give a sign of life, on the database's own clock where it has one."""
    clock = FixedClock()
    Pulse(
        database=database, clock=clock, node="w1", kind="worker", detail=lambda: worker().detail
    ).give()


def dispatcher_to(
    database: Database, broker_url: str, clock: FixedClock
) -> tuple[Dispatcher, SendingExecutor]:
    app = make_app(broker_url)

    def returned(jobs: object) -> None:
        with database.writing() as connection:
            give_back(connection, jobs)  # type: ignore[arg-type] # claims, as the executor has them

    sending = SendingExecutor(
        app=app,
        task=register(app, lambda _ids, _token: None),
        capacity=Capacity(database=database, clock=clock),
        give_back=returned,
        monotonic=clock.monotonic,
    )
    ids = CountingIds()
    return (
        Dispatcher(database=database, clock=clock, ids=ids, executor=sending, node="d"),
        sending,
    )


def test_without_a_worker_nothing_is_claimed() -> None:
    assert set(capacity_of([]).values()) == {0}


def test_slow_jobs_are_claimed_sparingly_and_fast_ones_up_to_a_bound() -> None:
    fast = capacity_of([worker(inside=0.001, mail=0.05)])
    slow = capacity_of([worker(inside=2.0, mail=15.0)])
    assert fast[Lane.INSIDE] == 4 * 401
    assert slow[Lane.INSIDE] == 4 * 11
    assert fast[Lane.MAIL] == 4 * 5
    assert slow[Lane.MAIL] == 4 * 2


@pytest.mark.parametrize("lane", list(Lane))
@pytest.mark.parametrize("seconds", [0.001, 0.01, 0.1, 1.0, 5.0, 15.0, 60.0])
def test_what_waits_is_begun_within_a_third_of_the_lease(lane: Lane, seconds: float) -> None:
    threads = 4
    waiting = capacity_of([worker(**{lane.name.lower(): seconds})])[lane] - threads
    assert waiting / threads * seconds <= LEASE.total_seconds() / 3


def test_workers_add_up() -> None:
    both = capacity_of([worker("w1"), worker("w2")])
    assert both == {lane: 2 * count for lane, count in capacity_of([worker()]).items()}


def test_threads_inside_the_database_are_fewer() -> None:
    assert threads_of(Lane, 4) == {
        Lane.INSIDE: 2,
        Lane.MAIL: 4,
        Lane.WEB: 4,
        Lane.URGENT: 4,
        Lane.BULK: 1,
    }
    assert threads_of([Lane.INSIDE], 1) == {Lane.INSIDE: 1}


def test_a_slow_job_counts_at_once_and_is_forgotten_slowly() -> None:
    pace = Pace(FixedClock().monotonic)
    pace.note(Lane.MAIL, 0.1)
    pace.note(Lane.MAIL, 10.0)
    assert pace.told() == {"mail": 10.0}
    pace.note(Lane.MAIL, 0.0)
    assert pace.told() == {"mail": 9.0}
    for _ in range(100):
        pace.note(Lane.MAIL, 0.1)
    assert pace.told()["mail"] < 0.11


def test_capacity_shrinks_by_what_is_under_way_and_grows_when_a_lease_ends(
    database: Database,
) -> None:
    clock = FixedClock()
    sign_of(database)
    capacity = Capacity(database=database, clock=clock)
    free = capacity()
    assert free[Lane.WEB] == 4 * 5
    enqueue(database, "webhook", 3)
    with database.writing() as connection:
        table = JobRow.__table__
        lease = later(minutes=1) if database.is_sqlite else later(days=100_000)
        values = {"state": "leased", "lease_until": lease, "lease_token": "t"}
        connection.execute(table.update().values(values))  # type: ignore[attr-defined] # a Table
    assert capacity()[Lane.WEB] == free[Lane.WEB] - 3
    with database.writing() as connection:
        connection.execute(table.update().values(lease_until=NOW - timedelta(days=9000)))  # type: ignore[attr-defined] # a Table
    assert capacity()[Lane.WEB] == free[Lane.WEB]


def test_a_worker_that_gives_no_sign_gets_no_more_work(database: Database) -> None:
    with database.writing() as connection:
        old = NOW - timedelta(days=1)
        mute = worker()
        beat(
            connection,
            Heartbeat(node="w1", kind="worker", at=old, version="", detail=mute.detail),
        )
    capacity = Capacity(database=database, clock=FixedClock())
    assert set(capacity().values()) == {0}


def test_a_pulse_tells_who_it_is_and_takes_its_sign_away_at_the_end(database: Database) -> None:
    pulse = Pulse(
        database=database,
        clock=FixedClock(),
        node="host:1",
        kind="web",
        version="1.2",
        detail=lambda: {"threads": 16},
    )
    pulse.start()
    pulse.give()
    with database.reading() as connection:
        (sign,) = heartbeats(connection)
    assert (sign.node, sign.kind, sign.version) == ("host:1", "web", "1.2")
    assert sign.detail["threads"] == 16
    assert sign.detail["memory"] > 1_000_000
    pulse.stop()
    with database.reading() as connection:
        assert heartbeats(connection) == []


def test_a_broker_that_is_away_costs_no_try(database: Database) -> None:
    clock = FixedClock()
    sign_of(database)
    enqueue(database, "webhook", 3)
    dispatcher, _ = dispatcher_to(database, f"redis://127.0.0.1:{free_port()}/0", clock)
    assert dispatcher.step() == 3
    assert dispatcher.step() == 0, "nothing is claimed for a broker that is away"
    with database.reading() as connection:
        assert count_jobs(connection) == {("webhook", "ready"): 3}
        assert under_way(connection, clock.now()) == {}
        tries = connection.execute(JobRow.__table__.select()).mappings()
        assert [row["attempts"] for row in tries] == [0, 0, 0]


def test_a_broker_that_comes_back_gets_the_work(
    database: Database, redis_server: RedisServer
) -> None:
    clock = FixedClock()
    sign_of(database)
    enqueue(database, "webhook", 3)
    redis_server.kill()
    dispatcher, sending = dispatcher_to(database, redis_server.url, clock)
    dispatcher.step()
    redis_server.start()
    clock.move(seconds=2)
    assert dispatcher.step() == 3
    assert redis_server.waiting("sopwith.web") == 3
    assert sending.stop(1.0) == []


def test_what_a_flushed_broker_forgot_is_sent_again_when_its_lease_ended(
    database: Database, redis_server: RedisServer
) -> None:
    redis_server.flush()
    clock = FixedClock()
    sign_of(database)
    enqueue(database, "webhook", 2)
    dispatcher, sending = dispatcher_to(database, redis_server.url, clock)
    assert dispatcher.step() == 2
    assert redis_server.waiting("sopwith.web") == 2
    redis_server.flush()
    assert dispatcher.step() == 0
    with database.writing() as connection:
        past = NOW - timedelta(days=9000)
        connection.execute(JobRow.__table__.update().values(lease_until=past))  # type: ignore[attr-defined] # a Table
    assert dispatcher.step() == 2
    assert redis_server.waiting("sopwith.web") == 2
    sending.stop(1.0)


def test_a_batch_goes_to_the_queue_of_its_lane(
    database: Database, redis_server: RedisServer
) -> None:
    redis_server.flush()
    sign_of(database)
    for kind in ("webhook", "mail", "notice", "sweep"):
        enqueue(database, kind, 2)
    dispatcher, sending = dispatcher_to(database, redis_server.url, FixedClock())
    assert dispatcher.step() == 8
    found = {lane: redis_server.waiting(f"sopwith.{lane.name.lower()}") for lane in Lane}
    assert found == {Lane.INSIDE: 1, Lane.MAIL: 2, Lane.WEB: 2, Lane.URGENT: 0, Lane.BULK: 1}
    sending.stop(1.0)
