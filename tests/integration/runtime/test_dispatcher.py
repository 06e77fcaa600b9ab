from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest

from sopwith.jobs.app import make_app
from sopwith.jobs.tasks import local_executor, register
from sopwith.runtime.clock import RandomIds, SystemClock, uuid7
from sopwith.runtime.dispatcher import ClockWatch, Dispatcher
from sopwith.runtime.job_queue import Lane, claim_jobs, new_job
from sopwith.runtime.local_executor import LocalExecutor
from sopwith.store import audit
from sopwith.store.claims import load_claims
from sopwith.store.engine import Database
from sopwith.store.installation import heartbeats
from sopwith.store.job_counts import count_jobs
from sopwith.store.jobs import JobClaim, add_jobs, finish
from tests.support.clocks import CountingIds, FixedClock
from tests.support.samples import NOW, later

WAIT = 10.0


class Noting:
    """An executor that only notes what it is given."""

    def __init__(self) -> None:
        self.taken: list[JobClaim] = []
        self.left: Sequence[JobClaim] = ()
        self.dropped: Sequence[JobClaim] = ()
        self.space = dict.fromkeys(Lane, 5)

    def room(self) -> dict[Lane, int]:
        return dict(self.space)

    def submit(self, jobs: Sequence[JobClaim]) -> None:
        self.taken += jobs

    def fallen(self) -> Sequence[JobClaim]:
        found, self.dropped = self.dropped, ()
        return found

    def stop(self, seconds: float) -> Sequence[JobClaim]:
        return self.left


def dispatcher(database: Database, clock: FixedClock, executor: Noting) -> Dispatcher:
    return Dispatcher(
        database=database,
        clock=clock,
        ids=CountingIds(),
        executor=executor,
        node="n1",
        is_alone=True,
    )


def enqueue(database: Database, *kinds: str) -> None:
    with database.writing() as connection:
        jobs = [new_job(kind, f"{kind}:{n}", {}, NOW) for n, kind in enumerate(kinds)]
        add_jobs(connection, jobs)


def test_a_storm_of_mail_does_not_delay_timers(database: Database) -> None:
    enqueue(database, *["mail"] * 100, "timer", "webhook")
    noting = Noting()
    assert dispatcher(database, FixedClock(), noting).step() == 7
    assert [job.kind for job in noting.taken[:3]] == ["timer", "mail", "webhook"]


def test_a_full_lane_is_left_alone(database: Database) -> None:
    enqueue(database, "mail", "timer")
    noting = Noting()
    noting.space = {Lane.INSIDE: 0, Lane.MAIL: 1, Lane.WEB: 0}
    assert dispatcher(database, FixedClock(), noting).step() == 1
    noting.space = dict.fromkeys(Lane, 0)
    assert dispatcher(database, FixedClock(), noting).step() == 0


def test_after_a_crash_the_only_server_takes_over_at_once(database: Database) -> None:
    enqueue(database, "mail")
    clock, noting = FixedClock(), Noting()
    claim_jobs(database, clock, CountingIds(), "dead", dict.fromkeys(Lane, 5))
    restarted = dispatcher(database, clock, noting)
    assert restarted.step() == 0
    restarted.prepare()
    assert restarted.step() == 1
    assert noting.taken[0].attempt == 2


def test_an_orderly_stop_gives_back_what_was_not_begun(database: Database) -> None:
    enqueue(database, "mail")
    noting = Noting()
    stopping = dispatcher(database, FixedClock(), noting)
    stopping.step()
    noting.left = noting.taken
    stopping.stop()
    with database.reading() as connection:
        assert count_jobs(connection) == {("mail", "ready"): 1}


def test_what_fell_while_the_database_was_away_waits_for_no_lease(database: Database) -> None:
    enqueue(database, "mail")
    clock, noting = FixedClock(), Noting()
    working = dispatcher(database, clock, noting)
    working.step()
    noting.dropped = tuple(noting.taken)
    assert working.step() == 0
    clock.move(seconds=15)
    assert working.step() == 1
    assert [job.attempt for job in noting.taken] == [1, 2]


def test_timers_wait_after_the_clock_jumped_forward(database: Database) -> None:
    clock, noting = FixedClock(), Noting()
    watching = dispatcher(database, clock, noting)
    assert watching.step() == 0
    enqueue(database, "timer", "mail")
    clock.at = later(hours=1)
    watching.step()
    assert [job.kind for job in noting.taken] == ["mail"]
    with database.reading() as connection:
        assert audit.entries(connection)[0].action == "clock.jumped"
    clock.move(seconds=59)
    watching.step()
    assert [job.kind for job in noting.taken] == ["mail"]
    clock.move(seconds=1)
    watching.step()
    assert [job.kind for job in noting.taken] == ["mail", "timer"]


@pytest.mark.parametrize(
    ("moved", "steady", "jump"), [(60, 60, 0), (3600, 60, 3540), (-3600, 60, -3660)]
)
def test_a_jump_is_what_the_steady_clock_does_not_know(moved: int, steady: int, jump: int) -> None:
    found = ClockWatch(NOW, 5.0).jump(later(seconds=moved), 5.0 + steady)
    assert found == timedelta(seconds=jump)


def _running(
    database: Database, act: Callable[[Sequence[int], str], None], *, by_celery: bool
) -> Dispatcher:
    executor = local_executor(register(make_app(), act)) if by_celery else LocalExecutor(act)
    running = Dispatcher(
        database=database, clock=SystemClock(), ids=RandomIds(), executor=executor, node="n1"
    )
    if isinstance(executor, LocalExecutor):
        executor.done = running.wake
    return running


@pytest.mark.parametrize("by_celery", [True, False])
def test_jobs_run_in_threads_until_the_stop(database: Database, by_celery: bool) -> None:
    enqueue(database, *["mail"] * 20, *["command"] * 60, *["webhook"] * 10)
    done: list[int] = []
    all_done = threading.Event()

    def act(ids: Sequence[int], token: str) -> None:
        with database.writing() as connection:
            jobs = load_claims(connection, ids, token)
            assert len(jobs) == len(ids)
            assert all(finish(connection, job) for job in jobs)
        done.extend(ids)
        if len(done) == 90:
            all_done.set()

    running = _running(database, act, by_celery=by_celery)
    running.start()
    assert all_done.wait(WAIT)
    running.stop()
    assert len(set(done)) == 90
    with database.reading() as connection:
        kinds = {"housekeeping", "search"} if database.is_sqlite else {"housekeeping"}
        assert count_jobs(connection) == {(kind, "ready"): 1 for kind in kinds}
        assert [one.kind for one in heartbeats(connection)] == ["dispatcher"]


def test_a_hanging_web_call_holds_up_no_timer(database: Database) -> None:
    enqueue(database, *["webhook"] * 10, "timer")
    release, fired = threading.Event(), threading.Event()

    def act(ids: Sequence[int], token: str) -> None:
        with database.reading() as connection:
            (job,) = load_claims(connection, ids, token)
        if job.kind == "timer":
            fired.set()
        else:
            release.wait(WAIT)

    running = _running(database, act, by_celery=False)
    running.start()
    assert fired.wait(WAIT)
    release.set()
    running.stop()


def test_a_job_that_raises_ends_no_thread(database: Database) -> None:
    enqueue(database, *["command"] * 10)
    seen: list[int] = []
    all_seen = threading.Event()

    def act(ids: Sequence[int], _token: str) -> None:
        seen.extend(ids)
        if len(set(seen)) == 10:
            all_seen.set()
        raise RuntimeError("on purpose")

    running = _running(database, act, by_celery=True)
    running.start()
    assert all_seen.wait(WAIT)
    running.stop()


def test_a_stop_waits_for_what_runs_and_gives_back_the_rest(database: Database) -> None:
    enqueue(database, *["mail"] * 4)
    begun, release = threading.Semaphore(0), threading.Event()

    def act(ids: Sequence[int], token: str) -> None:
        begun.release()
        release.wait(WAIT)
        with database.writing() as connection:
            for job in load_claims(connection, ids, token):
                finish(connection, job)

    running = _running(database, act, by_celery=False)
    running.prepare()
    running.step()
    for _ in range(2):
        assert begun.acquire(timeout=WAIT)
    threading.Timer(0.1, release.set).start()
    running.stop()
    with database.reading() as connection:
        counts = count_jobs(connection)
    assert counts[("mail", "ready")] == 2
    assert ("mail", "leased") not in counts


def test_celery_is_set_so_that_it_remembers_nothing() -> None:
    conf = make_app("redis://127.0.0.1:1/0").conf
    found = {name: conf[name] for name in ("task_always_eager", "task_acks_late", "result_backend")}
    assert found == {"task_always_eager": False, "task_acks_late": False, "result_backend": None}
    assert conf["accept_content"] == ["json"]


def test_ids_are_uuids_of_version_7_in_order() -> None:
    ids = RandomIds()
    made = [ids.new_id() for _ in range(5000)]
    assert made == sorted(set(made))
    assert all(len(one) == 32 and one[12] == "7" and one[16] in "89ab" for one in made)
    assert uuid7(4096 * 0x0123456789AB, 0) == "0123456789ab70008000000000000000"
    assert len({ids.secret() for _ in range(100)}) == 100


def test_a_claim_whose_end_nobody_saw_is_given_back(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    enqueue(database, "timer", "timer")
    noting = Noting()
    working = dispatcher(database, FixedClock(), noting)

    def cut_off(name: str) -> None:
        if name == "claim:committed":
            raise ConnectionError("the answer to the commit was lost")

    with monkeypatch.context() as patch:
        patch.setattr("sopwith.runtime.job_queue.crash_point", cut_off)
        with pytest.raises(ConnectionError):
            working.step()
    with database.reading() as connection:
        assert count_jobs(connection) == {("timer", "leased"): 2}
    assert working.step() == 2
    assert [job.attempt for job in noting.taken] == [1, 1]
