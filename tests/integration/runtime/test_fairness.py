"""No storm of one kind of work delays what hurries."""

from __future__ import annotations

from sopwith.runtime.job_queue import new_job
from sopwith.runtime.lanes import Lane, lane_of
from sopwith.runtime.local_executor import LocalExecutor
from sopwith.store.jobs import NewJob, add_jobs
from tests.integration.runtime.world import World
from tests.support.runtimes import open_ticket
from tests.support.samples import NOW

MANY = 5_000


def storm(world: World, record: str) -> None:
    """Let thousands of mails, rule runs and webhooks wait, all longer than what comes next."""
    jobs: list[NewJob] = []
    for n in range(MANY):
        mail = {"to": f"p{n}@example.test", "subject": "news", "text": "x"}
        rule = {"command": "run_rule", "record": record, "rule": "daily", "round": f"r{n}"}
        jobs += [
            new_job("mail", f"mail:{n}", mail, NOW),
            new_job("command", f"rule:{n}", rule, NOW),
            new_job("webhook", f"hook:{n}", {"url": "https://hooks.example.test/in"}, NOW),
        ]
    jobs.append(new_job("housekeeping", "house", {}, NOW))
    with world.database.writing() as connection:
        for first in range(0, len(jobs), 3_000):
            add_jobs(connection, jobs[first : first + 3_000])


def test_an_escalation_is_out_within_the_next_claims_whatever_waits(world: World) -> None:
    busy, late = open_ticket(world.service, "busy"), open_ticket(world.service, "late")
    world.work()
    storm(world, busy)
    world.clock.move(minutes=1)
    urgent = {"to": "lead@example.test", "subject": "escalated", "text": "x", "about": "escalated"}
    with world.database.writing() as connection:
        add_jobs(connection, [new_job("mail", "escalation", urgent, world.clock.now(), record_id=late)])  # fmt: skip
    for _ in range(2):
        for batch in world.batches(inside=50, urgent=4, mail=4, web=2, bulk=50):
            world.run(batch)
    assert "lead@example.test" in [mail.to[0][1] for mail in world.outside.mails]
    assert world.state(late).tags == ("nagged",), "the timer that fell due meanwhile fired too"
    assert len(world.outside.mails) < 20, "and the storm had its small share, not more"


def test_each_kind_of_work_waits_in_its_lane() -> None:
    assert lane_of("timer") is lane_of("notice") is lane_of("create_record") is Lane.INSIDE
    assert lane_of("command", {"command": "delivered"}) is Lane.INSIDE
    assert lane_of("command", {"command": "run_rule"}) is Lane.BULK
    assert lane_of("sweep") is lane_of("housekeeping") is Lane.BULK
    assert lane_of("mail") is lane_of("mail", {"about": "assigned"}) is Lane.MAIL
    assert {lane_of("mail", {"about": one}) for one in ("due_soon", "breached", "escalated")} == {
        Lane.URGENT
    }
    assert lane_of("webhook") is Lane.WEB


def test_every_lane_has_hands_of_its_own() -> None:
    executor = LocalExecutor(lambda _ids, _token: None)
    assert set(executor.room()) == set(Lane)
    assert all(executor.room().values())
    executor.stop(0)
