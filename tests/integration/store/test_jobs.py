from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from sopwith.store.claims import claim, enter, is_work_due, renew, take_expired
from sopwith.store.engine import Database
from sopwith.store.job_counts import MOST_COUNTED, count_jobs, count_words
from sopwith.store.jobs import (
    JobClaim,
    NewDelivery,
    NewJob,
    add_jobs,
    cancel,
    cancel_all,
    dead_jobs,
    drop_dead,
    expire_all,
    finish,
    give_back,
    put_back,
    put_timer,
    revive,
    write_off,
)
from tests.support.samples import NOW, later

FIRST = "t1"
LEASE = timedelta(minutes=1)


def job(key: str = "k", due_at: datetime = NOW, **fields: Any) -> NewJob:
    given: dict[str, Any] = {"kind": "mail", "lane": 1, "payload": {"a": 1}, "created_at": NOW}
    return NewJob(key=key, due_at=due_at, **(given | fields))


def enqueue(database: Database, *jobs: NewJob) -> None:
    with database.writing() as connection:
        add_jobs(connection, jobs)


def take(
    database: Database, limit: int = 10, now: datetime = NOW, token: str = FIRST, lane: int = 1
) -> list[JobClaim]:
    with database.writing() as connection:
        enter(connection)
        return claim(connection, lane, limit, now=now, lease=LEASE, token=token, node="n")


def test_a_claim_takes_what_is_due_longest_first_once(database: Database) -> None:
    enqueue(
        database, job("b", later(seconds=-1)), job("a", later(seconds=-2)), job("c", later(days=1))
    )
    assert [one.key for one in take(database)] == ["a", "b"]
    assert take(database, token="t2") == []


def test_the_same_key_is_enqueued_once(database: Database) -> None:
    enqueue(database, job("a"), job("b"))
    enqueue(database, job("a", payload={"other": 1}))
    assert [one.payload for one in take(database)] == [{"a": 1}, {"a": 1}]


def test_what_was_sent_is_not_enqueued_again(database: Database) -> None:
    enqueue(database, job("a"))
    (taken,) = take(database)
    with database.writing() as connection:
        assert finish(connection, _delivered(taken, "sent"))
    enqueue(database, job("a"))
    assert take(database, token="t2") == []


def _delivered(taken: JobClaim, outcome: str) -> JobClaim:
    return replace(taken, delivery=NewDelivery(target="a@b.test", at=NOW, outcome=outcome))


def test_of_several_only_what_was_not_sent_is_enqueued(database: Database) -> None:
    enqueue(database, job("one"), job("two"))
    for taken in take(database):
        with database.writing() as connection:
            outcome = "sent" if taken.key == "two" else "failed"
            assert finish(connection, _delivered(taken, outcome))
    enqueue(database, job("one"), job("two"), job("three"))
    assert [one.key for one in take(database, token="t2")] == ["one", "three"]


def test_timers_are_cancelled_together(database: Database) -> None:
    with database.writing() as connection:
        for key in ("stays", "goes", "goes too"):
            put_timer(connection, job(key))
        cancel_all(connection, ["goes", "goes too", "unknown"])
        cancel_all(connection, [])
    assert [one.key for one in take(database)] == ["stays"]


def test_a_lost_lease_cannot_be_renewed_finished_or_put_back(database: Database) -> None:
    enqueue(database, job())
    (old,) = take(database)
    with database.writing() as connection:
        assert take_expired(connection, later(minutes=2)) == []
    (new,) = take(database, now=later(minutes=2), token="t2")
    with database.writing() as connection:
        assert not renew(connection, old.id, old.token, NOW, LEASE)
        assert not finish(connection, old)
        assert not put_back(connection, old, NOW, "x")
        assert not write_off(connection, old, "x")
        assert renew(connection, new.id, new.token, NOW, LEASE)
        assert finish(connection, new)
    assert new.attempt == 2


def test_a_job_that_kills_its_worker_runs_out_of_tries(database: Database) -> None:
    enqueue(database, job(max_attempts=2))
    for round_, minutes in ((1, 0), (2, 2)):
        (taken,) = take(database, now=later(minutes=minutes), token=f"t{round_}")
        assert taken.is_last == (round_ == 2)
        with database.writing() as connection:
            assert renew(connection, taken.id, taken.token, later(minutes=minutes), LEASE)
            exhausted = take_expired(connection, later(minutes=minutes + 2))
    assert [one.id for one in exhausted] == [taken.id]
    with database.writing() as connection:
        assert write_off(connection, exhausted[0], "poison")
    with database.reading() as connection:
        assert [one.last_error for one in dead_jobs(connection)] == ["poison"]


def test_what_only_stood_behind_a_killer_loses_no_try(database: Database) -> None:
    enqueue(database, job(max_attempts=3))
    attempts = []
    for round_ in range(5):
        (taken,) = take(database, now=later(minutes=2 * round_), token=f"t{round_}")
        attempts.append(taken.attempt)
        with database.writing() as connection:
            assert take_expired(connection, later(minutes=2 * round_ + 2)) == []
    assert attempts == [1, 2, 2, 2, 2], "the first try counts as claimed, a further one as begun"


def test_a_timer_is_moved_and_cancelled_by_its_key(database: Database) -> None:
    with database.writing() as connection:
        put_timer(connection, job("timer:1:a", NOW))
    (running,) = take(database)
    with database.writing() as connection:
        put_timer(connection, job("timer:1:a", later(minutes=5)))
        assert not finish(connection, running), "the old time must not fire any more"
    assert take(database, token="t2") == []
    with database.writing() as connection:
        assert cancel(connection, "timer:1:a")
        assert not cancel(connection, "timer:1:a")


def test_a_dead_job_can_be_tried_again_or_dropped(database: Database) -> None:
    enqueue(database, job("a"), job("b"))
    for one in take(database):
        with database.writing() as connection:
            write_off(connection, one, "no")
    with database.writing() as connection:
        second, first = dead_jobs(connection)
        assert revive(connection, first.id, NOW)
        assert drop_dead(connection, second.id)
        assert not revive(connection, first.id, NOW)
    (again,) = take(database, token="t2")
    assert (again.key, again.attempt) == ("a", 1)


def test_an_orderly_stop_gives_leases_back_without_counting(database: Database) -> None:
    enqueue(database, job())
    taken = take(database)
    with database.writing() as connection:
        assert give_back(connection, [replace(taken[0], token="other")]) == 0
        assert give_back(connection, taken) == 1
    assert take(database, token="t2")[0].attempt == 1


def test_after_a_crash_the_only_server_need_not_wait_for_leases(database: Database) -> None:
    enqueue(database, job())
    take(database)
    with database.writing() as connection:
        assert expire_all(connection, NOW) == 1
        assert take_expired(connection, NOW) == []
    assert take(database, token="t2")[0].attempt == 2


def test_an_idle_look_sees_due_jobs_and_expired_leases(database: Database) -> None:
    enqueue(database, job(due_at=later(seconds=10)))
    with database.reading() as connection:
        assert not is_work_due(connection, NOW)
    with database.reading() as connection:
        assert is_work_due(connection, later(seconds=10))
    take(database, now=later(seconds=10))
    with database.reading() as connection:
        assert not is_work_due(connection, later(seconds=20))
        assert is_work_due(connection, later(minutes=2))


@pytest.mark.slow
def test_many_claimants_share_the_jobs_without_doubles(database: Database) -> None:
    enqueue(database, *(job(f"k{i}", kind="timer", lane=0) for i in range(200)))
    taken: list[int] = []
    errors: list[BaseException] = []

    def work(name: str) -> None:
        try:
            while found := take(database, limit=7, token=name, lane=0):
                taken.extend(one.id for one in found)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(f"w{i}",)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(taken) == len(set(taken)) == 200
    with database.reading() as connection:
        assert count_jobs(connection) == {("timer", "leased"): 200}


def test_counting_ends_where_a_page_says_more(database: Database) -> None:
    enqueue(
        database,
        *(job(f"k{at}", later(minutes=at), lane=at % 2) for at in range(MOST_COUNTED + 40)),
        job("mail", later(minutes=1), kind="mail", lane=1),
    )
    take(database, limit=3, token="t", lane=0)
    with database.reading() as connection:
        counts = count_jobs(connection)
    assert sum(n for (_, state), n in counts.items() if state == "ready") == MOST_COUNTED
    assert sum(n for (_, state), n in counts.items() if state == "leased") == 1
    assert count_words(MOST_COUNTED) == f"{MOST_COUNTED}+"
    assert count_words(MOST_COUNTED - 1) == str(MOST_COUNTED - 1)
