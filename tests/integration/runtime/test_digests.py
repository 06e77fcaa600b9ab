"""A burst of mails about promises becomes one mail, exactly once, in the reader's language."""

from __future__ import annotations

from typing import Any

import pytest

from sopwith.runtime.digests import Gathering
from sopwith.runtime.job_queue import new_job
from sopwith.store.digests import lines_of
from sopwith.store.job_counts import count_jobs
from sopwith.store.jobs import NewJob, add_jobs
from sopwith.store.traffic import deliveries, notices_of
from tests.integration.runtime.world import World

TO = "lead@example.test"


def mail(n: int, now: Any, about: str = "breached", **more: Any) -> NewJob:
    digest = {
        "title": f"打印机 {n} <b>",
        "priority": more.pop("priority", "P2"),
        "due": "2026-11-20T09:30:00Z",
        "link": f"https://ours.test/r/{n}?a&b",
        "zone": "Asia/Shanghai",
    }
    payload = {"to": TO, "to_name": "Li", "kind": "user", "lang": "en", "about": about, "number": f"T-{n:03}", "subject": "s", "text": "t", "digest": digest}  # fmt: skip
    return new_job("mail", f"mail:{n}:{about}", payload | more, now)


def enqueue(world: World, *jobs: NewJob) -> None:
    with world.database.writing() as connection:
        add_jobs(connection, jobs)


def test_the_first_go_at_once_and_the_rest_become_one_mail(world: World) -> None:
    enqueue(world, *(mail(n, world.clock.now()) for n in range(40)))
    world.work()
    assert len(world.outside.mails) == 4
    assert all("T-" not in one.subject for one in world.outside.mails)
    with world.database.reading() as connection:
        assert count_jobs(connection)[("digest", "ready")] == 1
        assert ("mail", "ready") not in count_jobs(connection)
    enqueue(world, mail(40, world.clock.now(), "due_soon"), mail(39, world.clock.now(), "due_soon"))
    world.clock.move(minutes=2)
    world.work()
    assert len(world.outside.mails) == 4
    world.clock.move(minutes=4)
    world.work()
    *_, digest = world.outside.mails
    assert len(world.outside.mails) == 5
    assert digest.subject == "38 messages about 37 records"
    for n in range(4, 41):
        assert f"[T-{n:03}] 打印机 {n} <b>" in digest.text
        assert f"https://ours.test/r/{n}?a&b" in digest.text
    assert "Promise broken, Due soon, due 2026-11-20 17:30" in digest.text
    assert "<b>" not in digest.html.replace("&lt;b&gt;", "")
    assert 'href="https://ours.test/r/7?a&amp;b"' in digest.html
    with world.database.reading() as connection:
        (sent,) = [one for one in deliveries(connection) if one.kind == "digest"]
        assert (sent.target, sent.outcome) == (TO, "sent")
        assert lines_of(connection, sent.key) == []
        gathered = [one.key for one in deliveries(connection) if one.outcome == "gathered"]
        assert len(gathered) == 38
        assert ("digest", "ready") not in count_jobs(connection)


def test_single_mails_go_at_once_as_before(world: World) -> None:
    for n in range(12):
        enqueue(world, mail(n, world.clock.now()))
        world.work()
        world.clock.move(minutes=3)
    assert len(world.outside.mails) == 12


@pytest.mark.parametrize("more", [{"about": "escalated"}, {"priority": "P0"}, {"kind": "customer"}, {"about": ""}])  # fmt: skip
def test_what_must_not_wait_is_never_gathered(world: World, more: dict[str, Any]) -> None:
    enqueue(world, *(mail(n, world.clock.now(), **({"about": "breached"} | more)) for n in range(30)))  # fmt: skip
    world.work()
    assert len(world.outside.mails) == 30


def test_the_digest_is_in_the_readers_language(world: World) -> None:
    enqueue(world, *(mail(n, world.clock.now(), lang="zh-CN") for n in range(7)))
    world.work()
    world.clock.move(minutes=6)
    world.work()
    digest = world.outside.mails[-1]
    assert digest.subject == "3 条记录的 3 条通知"
    assert "已超时、到期时间 2026-11-20 17:30" in digest.text


def test_a_digest_that_failed_goes_out_the_same_with_the_same_key(world: World) -> None:
    enqueue(world, *(mail(n, world.clock.now()) for n in range(8)))
    world.work()
    world.clock.move(minutes=6)
    sent: list[Any] = []
    real = world.outside.send

    def note(one: Any) -> None:
        sent.append(one)
        real(one)

    world.runner.outside.mailer = type("Noting", (), {"send": staticmethod(note)})()
    world.outside.fail("451 later", status=451)
    world.work()
    enqueue(world, mail(50, world.clock.now()))
    world.work()
    world.clock.move(minutes=20)
    world.work()
    tries = [one for one in sent if "messages about" in one.subject]
    first, again = tries[:2]
    assert first == again
    assert "T-050" not in first.text


def test_each_mail_is_told_once_whatever_is_repeated(world: World) -> None:
    enqueue(world, *(mail(n, world.clock.now()) for n in range(6)))
    batches = world.batches()
    for batch in batches:
        world.run(batch)
        world.run(batch)
    world.work()
    world.clock.move(minutes=6)
    for batch in world.batches():
        world.run(batch)
        world.run(batch)
    assert len(world.outside.mails) == 5
    assert sum(one.text.count("T-005") for one in world.outside.mails) == 1
    enqueue(world, *(mail(n, world.clock.now()) for n in range(6)))
    assert world.claim() == [], "what was brought out in a digest is not brought out again"


def test_gathering_can_be_switched_off(world: World) -> None:
    world.runner.outside.gathering = Gathering(after=0)
    enqueue(world, *(mail(n, world.clock.now()) for n in range(20)))
    world.work()
    assert len(world.outside.mails) == 20


def test_very_many_notices_at_once_become_one(world: World) -> None:
    now = world.clock.now()
    enqueue(world, *(new_job("notice", f"n{n}", {"user": "lin", "text": f"line {n}"}, now) for n in range(45)))  # fmt: skip
    world.work()
    with world.database.reading() as connection:
        (one,) = notices_of(connection, "lin")
    assert one.text_en == "45 messages at once: line 0; line 1; line 2 …"
    assert one.text_zh == "一次收到 45 条通知：line 0；line 1；line 2 等"
    enqueue(world, *(new_job("notice", f"m{n}", {"user": "lin", "text": f"line {n}"}, now) for n in range(20)))  # fmt: skip
    world.work()
    with world.database.reading() as connection:
        assert len(notices_of(connection, "lin", limit=100)) == 21
