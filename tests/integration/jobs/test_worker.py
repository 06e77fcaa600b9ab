"""One worker: its lanes do not hold each other up, and it waits for a database that is away."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

import pytest
from celery import Celery
from sqlalchemy.exc import OperationalError

from sopwith.jobs import worker as worker_module
from sopwith.jobs.app import make_app, queue_of
from sopwith.jobs.lane_pool import LanePool
from sopwith.jobs.worker import Patience, make_worker, register_lanes
from sopwith.runtime.lanes import Lane
from sopwith.runtime.pace import Pace
from sopwith.store.engine import Database, open_database
from tests.support.clocks import FixedClock

WAIT_SECONDS = 20.0


@pytest.fixture
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    opened = open_database(f"sqlite:///{tmp_path_factory.mktemp('db') / 'a.db'}")
    yield opened
    opened.close()


@pytest.fixture
def pool() -> Iterator[LanePool]:
    LanePool.threads = {Lane.INSIDE: 1, Lane.MAIL: 2}
    made = LanePool(3)
    yield made
    made.on_stop()
    LanePool.threads = dict.fromkeys(Lane, 1)


def hand_over(pool: LanePool, lane: Lane, work: object) -> None:
    request = {"delivery_info": {"routing_key": queue_of(lane)}}
    pool.on_apply(lambda *_: work(), ("task", "id", request), {}, callback=lambda _: None)  # type: ignore[operator] # a function


def test_a_storm_of_mails_does_not_hold_up_what_is_inside(pool: LanePool) -> None:
    released, done = threading.Event(), threading.Event()
    for _ in range(10):
        hand_over(pool, Lane.MAIL, lambda: released.wait(WAIT_SECONDS))
    hand_over(pool, Lane.INSIDE, done.set)
    assert done.wait(WAIT_SECONDS)
    assert pool.busy >= 10
    released.set()


def test_a_stop_begins_nothing_more_and_waits_for_what_runs(pool: LanePool) -> None:
    begun, released = threading.Event(), threading.Event()
    ended: list[str] = []

    def first() -> None:
        begun.set()
        released.wait(WAIT_SECONDS)
        ended.append("first")

    hand_over(pool, Lane.INSIDE, first)
    hand_over(pool, Lane.INSIDE, lambda: ended.append("second"))
    assert begun.wait(WAIT_SECONDS)
    threading.Timer(0.2, released.set).start()
    pool.on_stop()
    assert ended == ["first"]


def test_a_worker_takes_from_the_queues_of_its_lanes_only(database: Database) -> None:
    carry_out = Patience(
        run=lambda _ids, _token: None, database=database, pace=Pace(FixedClock().monotonic)
    )
    made = make_worker("memory://", {Lane.MAIL: 4, Lane.URGENT: 4}, carry_out)
    assert set(made.app.amqp.queues.consume_from) == {"sopwith.mail", "sopwith.urgent"}
    assert vars(made)["concurrency"] == 8
    assert made.app.conf["task_acks_late"] is False


def test_the_task_knows_its_lane_and_gives_the_batch_on() -> None:
    app: Celery = make_app()
    seen: list[tuple[Lane, Sequence[int], str]] = []
    register_lanes(app, lambda lane, ids, token: seen.append((lane, ids, token)))
    task = app.tasks["sopwith.run_jobs"]
    task.push_request(delivery_info={"routing_key": "sopwith.mail"})
    task.run([1, 2], "t")
    task.pop_request()
    task.apply(args=([3], "u"), throw=True)
    assert seen == [(Lane.MAIL, [1, 2], "t"), (Lane.INSIDE, [3], "u")]


def away() -> OperationalError:
    return OperationalError("SELECT 1", {}, Exception("the database is shutting down"))


def test_a_database_that_is_away_is_waited_for(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "WAITS", (0.01, 0.01, 0.01))
    tries: list[str] = []

    def run(_ids: Sequence[int], token: str) -> None:
        tries.append(token)
        if len(tries) < 3:
            raise away()

    Patience(run=run, database=database, pace=Pace(FixedClock().monotonic))(Lane.MAIL, [1], "t")
    assert tries == ["t", "t", "t"]


def test_a_database_that_stays_away_ends_the_try(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "WAITS", (0.01, 0.01))

    def run(_ids: Sequence[int], _token: str) -> None:
        raise away()

    patience = Patience(run=run, database=database, pace=Pace(FixedClock().monotonic))
    with pytest.raises(OperationalError):
        patience(Lane.MAIL, [1], "t")


def test_a_stop_does_not_wait_for_a_database_that_is_away(database: Database) -> None:
    patience = Patience(
        run=lambda _ids, _token: (_ for _ in ()).throw(away()),
        database=database,
        pace=Pace(FixedClock().monotonic),
    )
    patience.stopping.set()
    patience(Lane.MAIL, [1], "t")


def test_waiting_ends_before_the_lease_does() -> None:
    assert sum(worker_module.WAITS) < 60
