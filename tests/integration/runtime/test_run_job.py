from __future__ import annotations

from collections import Counter

import pytest

from sopwith.core.commands import Tag
from sopwith.core.events import Actor, EventKind
from sopwith.runtime.job_queue import LEASE, Lane, in_turn, mask, new_job, retry_at
from sopwith.runtime.sweeps import plan_sweeps
from sopwith.store import audit
from sopwith.store.chain import verify
from sopwith.store.history import events_of
from sopwith.store.jobs import JobClaim, add_jobs, dead_jobs, jobs_of, revive
from sopwith.store.lists import list_records
from sopwith.store.traffic import deliveries, enable_target, notices_of
from tests.integration.runtime.world import World
from tests.support.runtimes import open_ticket
from tests.support.samples import NOW


def test_a_new_ticket_sends_mail_notice_and_webhook_once(world: World) -> None:
    record_id = open_ticket(world.service)
    assert world.work() == 3
    (mail,), (hook,) = world.outside.mails, world.outside.hooks
    assert (mail.to, mail.record_id) == ((("Wang Fang", "wang@example.test"),), record_id)
    assert mail.subject == "[T-2026-000001] received"
    assert hook.body["data"]["number"] == "T-2026-000001"
    with world.database.reading() as connection:
        (notice,) = notices_of(connection, "lin")
        assert notice.text_en == "[T-2026-000001] is yours"
        sent = deliveries(connection, record_id=record_id)
        assert Counter(one.outcome for one in sent) == {"sent": 2}
        assert [job.kind for job in jobs_of(connection, record_id)] == ["timer"] * 2
    assert world.work() == 0


def test_a_job_carried_out_twice_acts_once(world: World) -> None:
    open_ticket(world.service)
    for job in world.claim():
        world.runner.run_job(job.id, job.token)
        world.runner.run_job(job.id, job.token)
    assert len(world.outside.mails) == len(world.outside.hooks) == 1


def test_a_worker_that_lost_its_lease_does_not_call(world: World) -> None:
    open_ticket(world.service)
    old = world.claim()
    world.clock.move(seconds=LEASE.total_seconds() + 1)
    new = world.claim()
    for job in old:
        world.runner.run_job(job.id, job.token)
    assert world.outside.mails == []
    assert {job.id for job in new} >= {job.id for job in old}
    for job in new:
        world.runner.run_job(job.id, job.token)
    assert len(world.outside.mails) == 1


def test_a_mail_that_outlived_its_lease_is_repeated_with_the_same_key(world: World) -> None:
    open_ticket(world.service)

    def sleep() -> None:
        world.outside.meanwhile = lambda: None
        world.clock.move(hours=1)
        world.work()

    world.outside.meanwhile = sleep
    mail = next(job for job in world.claim() if job.kind == "mail")
    world.runner.run_job(mail.id, mail.token)
    first, again = world.outside.mails
    assert first.key == again.key
    assert first == again


def test_failed_mail_is_tried_again_later_and_given_up_in_sight(world: World) -> None:
    record_id = open_ticket(world.service)
    world.outside.fail("451 later password=geheim")
    mail = next(job for job in world.claim() if job.kind == "mail")
    world.runner.run_job(mail.id, mail.token)
    with world.database.reading() as connection:
        kept = next(job for job in jobs_of(connection, record_id) if job.kind == "mail")
    assert kept.last_error == "451 later ***"
    assert kept.due_at > NOW
    world.clock.move(minutes=5)
    world.outside.fail("550 unknown", is_final=True, status=550)
    world.work()
    assert world.errors() == ["550 unknown"]
    with world.database.reading() as connection:
        told = [one.event for one in events_of(connection, record_id)]
        outcomes = [one.outcome for one in deliveries(connection, key=mail.key)]
    assert outcomes == ["dead", "failed"]
    (dead,) = [one for one in told if one.kind is EventKind.DELIVERED]
    assert (dead.body["outcome"], dead.body["target"]) == ("dead", "wang@example.test")


def test_a_dead_mail_goes_out_when_the_admin_says_so(world: World) -> None:
    open_ticket(world.service)
    world.outside.fail("550 unknown", is_final=True)
    world.work()
    with world.database.writing() as connection:
        (dead,) = dead_jobs(connection)
        assert revive(connection, dead.id, world.clock.now())
    world.work()
    assert len(world.outside.mails) + len(world.outside.hooks) == 2


def test_too_many_mails_to_one_address_are_held_back(world: World) -> None:
    world.runner.outside.mails_an_hour = 2
    for _ in range(4):
        open_ticket(world.service)
    world.work()
    assert len(world.outside.mails) == 2
    world.clock.move(minutes=16)
    world.work()
    assert len(world.outside.mails) == 2
    world.clock.move(minutes=50)
    world.work()
    assert len(world.outside.mails) == 4


def test_an_address_that_is_gone_is_switched_off(world: World) -> None:
    open_ticket(world.service)
    world.outside.fail("x answered 410", status=410)
    hook = next(job for job in world.claim() if job.kind == "webhook")
    world.runner.run_job(hook.id, hook.token)
    with world.database.reading() as connection:
        assert audit.entries(connection)[0].action == "webhook.disabled"
    open_ticket(world.service)
    world.work()
    assert world.outside.hooks == []
    with world.database.reading() as connection:
        assert "dropped" in [one.outcome for one in deliveries(connection)]
    with world.database.writing() as connection:
        enable_target(connection, hook.payload["url"])
    open_ticket(world.service)
    world.work()
    assert len(world.outside.hooks) == 1


def test_a_timer_fires_once_when_it_is_due(world: World) -> None:
    record_id = open_ticket(world.service)
    world.work()
    assert world.state(record_id).tags == ()
    world.clock.move(seconds=3)
    world.work()
    assert world.state(record_id).tags == ("nagged",)
    version = world.state(record_id).version
    world.clock.move(seconds=60)
    world.work()
    assert world.state(record_id).version == version


def test_a_rule_opens_one_record_tied_both_ways(world: World) -> None:
    parent = open_ticket(world.service)
    lin = Actor("user", "lin", frozenset({"agent"}))
    assert world.service.handle(Tag(actor=lin, add=("parent",)), parent).accepted
    world.work()
    with world.database.reading() as connection:
        rows = list_records(connection).rows
    (child,) = (row.id for row in rows if row.id != parent)
    assert [(link.kind, link.record) for link in world.state(child).links] == [
        ("follow_up_of", parent)
    ]
    assert [(link.kind, link.record) for link in world.state(parent).links] == [
        ("followed_up_by", child)
    ]


def test_a_round_meets_every_open_record_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sopwith.runtime.sweeps.PAGE", 2)
    tickets = [open_ticket(world.service) for _ in range(5)]
    with world.database.writing() as connection:
        release = world.service.releases.live(connection)
        for _ in range(2):
            plan_sweeps(connection, release, world.clock.now(), "Asia/Shanghai")
    world.work()
    assert all(world.state(one).tags == () for one in tickets)
    for _ in range(2):
        world.clock.move(days=1)
        world.work()
    for one in tickets:
        with world.database.reading() as connection:
            tagged = [e.event for e in events_of(connection, one)]
        assert sorted(world.state(one).tags) == ["nagged", "swept"]
        assert len([e for e in tagged if "swept" in e.body.get("added", ())]) == 1
    assert world.errors() == []


def test_what_makes_no_sense_ends_in_sight(world: World) -> None:
    record_id = open_ticket(world.service)
    odd = [
        new_job("nonsense", "a", {}, NOW),
        new_job("command", "b", {"command": "nonsense"}, NOW, max_attempts=1),
        new_job("command", "c", {"command": "absorb"}, NOW, max_attempts=1),
        new_job("timer", "d", {"key": "x"}, NOW, record_id=record_id),
        new_job(
            "command",
            "e",
            {"command": "add_link", "record": "none", "kind": "k", "other": "o"},
            NOW,
        ),
    ]
    with world.database.writing() as connection:
        add_jobs(connection, odd)
    world.work()
    found = world.errors()
    assert len(found) == 4, found
    assert any("nonsense" in error for error in found)


def test_the_chain_of_every_record_holds_after_all_this(world: World) -> None:
    for _ in range(2):
        open_ticket(world.service)
    for _ in range(3):
        world.work()
        world.clock.move(hours=1)
    with world.database.reading() as connection:
        assert list(verify(connection)) == []


def _job(lane: Lane, attempt: int = 1) -> JobClaim:
    return JobClaim(
        id=attempt,
        token="t",
        kind="x",
        lane=lane,
        key="k",
        payload={},
        record_id=None,
        release=None,
        due_at=NOW,
        attempt=attempt,
        max_attempts=10,
    )


@pytest.mark.parametrize("lane", list(Lane))
def test_each_try_waits_longer_than_the_last(lane: Lane) -> None:
    waits = [(retry_at(_job(lane, attempt), NOW) - NOW).total_seconds() for attempt in range(1, 10)]
    assert waits == sorted(waits)
    assert 1 <= waits[0] <= 13
    assert waits[-1] >= 3600


def test_no_lane_waits_behind_another() -> None:
    timers = [_job(Lane.INSIDE, n) for n in range(1, 4)]
    mails = [_job(Lane.MAIL, n) for n in range(10, 12)]
    assert [job.id for job in in_turn([mails, timers, []])] == [10, 1, 11, 2, 3]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("smtp://user:geheim@host failed", "smtp://***@host failed"),
        ("secret whsec_abc+/=-_9 no", "secret *** no"),
        ("Authorization: Bearer abc.def", "Authorization: ***"),
        ("two\r\nlines\x00", "two lines\x00"),
        ("x" * 900, "x" * 500),
    ],
)
def test_errors_tell_no_secret(given: str, shown: str) -> None:
    assert mask(given) == shown
