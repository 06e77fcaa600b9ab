"""Pauses, double delivery, jobs that kill or hang or make no sense, clocks that jump, and the end in order."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import func, select, update

from sopwith.store.tables import AuditRow, JobRow
from tests.support.pace import allowed
from tests.support.webhook import Answer

from .hurting import GRACE, LEASE, TWICE
from .installation import Installation
from .processes import SmallServer, WebServer, free_port

pytestmark = pytest.mark.slow

FULL = bool(os.environ.get("SOPWITH_FULL"))
BOTH = pytest.mark.parametrize("url", ["sqlite", "postgresql"], indirect=True)
BOTH_IN_FULL = pytest.mark.parametrize(
    "url", ["sqlite", "postgresql"] if FULL else ["sqlite"], indirect=True
)
ON_SQLITE = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
ON_POSTGRESQL = pytest.mark.parametrize("url", ["postgresql"], indirect=True)
LEASE_SECONDS = 3
TICKETS = 200 if FULL else 24
OTHERS_SECONDS = 5.0


@contextmanager
def running(installation: Installation, **more: str) -> Iterator[SmallServer]:
    """Run a small server of the installation."""
    server = SmallServer(
        environment=installation.environment(**more), hook=installation.hook, log=installation.log
    )
    server.start()
    try:
        yield server
        server.stop()
    finally:
        server.kill()


@BOTH
def test_a_process_that_stood_still_longer_than_its_leases_does_nothing_twice(
    installation: Installation, chance: random.Random
) -> None:
    with running(installation, **{LEASE: str(LEASE_SECONDS)}) as server:
        assert server.wait_until_ready()
        load = installation.load(server)
        load.start(range(TICKETS))
        for _ in range(3 if FULL else 1):
            time.sleep(chance.uniform(0.2, 1.0))
            server.send(signal.SIGSTOP)
            time.sleep(LEASE_SECONDS + 1)
            server.send(signal.SIGCONT)
        load.finish()
        installation.rest()
    found = installation.audit()
    assert not found.findings, found


@ON_POSTGRESQL
def test_one_of_two_processes_stands_still_and_the_other_takes_its_work_over(
    installation: Installation, chance: random.Random
) -> None:
    short = {LEASE: str(LEASE_SECONDS)}
    with running(installation, **short) as first, running(installation, **short) as second:
        assert first.wait_until_ready()
        assert second.wait_until_ready()
        load = installation.load(second)
        load.start(range(TICKETS))
        for _ in range(3 if FULL else 1):
            time.sleep(chance.uniform(0.2, 1.0))
            first.send(signal.SIGSTOP)
            time.sleep(LEASE_SECONDS + 1)
            first.send(signal.SIGCONT)
        load.finish()
        installation.rest()
    found = installation.audit()
    assert not found.findings, found


@BOTH
def test_every_batch_of_jobs_delivered_twice_is_done_once(installation: Installation) -> None:
    with running(installation, **{TWICE: "1"}) as server:
        load = installation.load(server)
        load.start(range(TICKETS))
        load.finish()
        installation.rest()  # the sweep meets the records that rules open too
        server.act("sweep")
        installation.rest()
    found = installation.audit(swept=1)
    assert not found.findings, found
    assert found.counts["mails repeated"] == found.counts["webhooks repeated"] == 0


def _mails(installation: Installation) -> list[dict[str, object]]:
    """Return the mails that wait, for the message of a test that failed."""
    with installation.database.reading() as connection:
        found = connection.execute(select(JobRow.__table__).where(JobRow.kind == "mail"))
        return [dict(row) for row in found.mappings()]


@ON_SQLITE
def test_a_job_that_kills_its_process_is_given_up_and_seen(installation: Installation) -> None:
    server = SmallServer(
        environment=installation.environment(), hook=installation.hook, log=installation.log
    )
    try:
        server.start("mail:before_call@1")
        ticket = installation.clients(server).open("poison")
        with installation.database.writing() as connection:
            mine = (JobRow.kind == "mail") & (JobRow.record_id == ticket.record_id)
            connection.execute(update(JobRow).where(mine).values(max_attempts=3))
        for number in range(1, 4):
            died = server.wait_until_dead(allowed(60.0))
            assert died, f"try {number} of 3 was not made: {_mails(installation)}"
            server.start("mail:before_call@1")
        assert not server.wait_until_dead(allowed(5.0)), "it was tried a fourth time"
        server.kill()
        server.start()
        installation.rest()
        server.stop()
    finally:
        server.kill()
    with installation.database.reading() as connection:
        row = connection.execute(select(JobRow).where(JobRow.state == "dead")).one()
    assert "stopped" in row.last_error
    found = installation.audit(dead=[row.idem_key])
    assert [str(one.what) for one in found.findings] == ["lost mail"], found


@BOTH
def test_a_job_that_nobody_knows_is_given_up_and_the_rest_goes_on(
    installation: Installation,
) -> None:
    with running(installation) as server:
        server.wait_until_ready()
        server.act("nonsense", "nonsense:1")
        load = installation.load(server)
        load.start(range(6))
        load.finish()
        installation.rest()
    found = installation.audit(dead=["nonsense:1"])
    assert not found.findings, found
    assert found.counts["dead"] == 1


@BOTH
def test_calls_that_hang_hold_up_no_other_work(installation: Installation) -> None:
    """Two webhooks hang until their time is over; mails and notices of others go out at once meanwhile."""
    installation.hooks.answer(Answer(hangs=True), Answer(hangs=True))
    with running(installation) as server:
        server.wait_until_ready()
        clients = installation.clients(server)
        clients.open("hangs-1")
        clients.open("hangs-2")
        installation.hooks.wait_for(2)
        started = time.monotonic()
        clients.open("other")
        mails = len(installation.smtp.mails)
        installation.smtp.wait_for(3, allowed(OTHERS_SECONDS))
        waited = time.monotonic() - started
        assert waited < allowed(OTHERS_SECONDS), f"{mails} mails, the third after {waited} s"
        installation.hooks.release()
        installation.rest()
    found = installation.audit()
    assert not found.findings, found


@ON_SQLITE
def test_a_clock_that_jumps_both_ways_loses_and_doubles_nothing(
    installation: Installation,
) -> None:
    with running(installation, **{GRACE: "1"}) as server:
        server.wait_until_ready()
        load = installation.load(server)
        for number, ahead in enumerate((0, -3600, 0, 3600)):
            server.act("clock", str(ahead))
            load.start(range(number * 5, number * 5 + 5))
            load.finish()
            time.sleep(0.6)
        time.sleep(5.0)  # the last timers are due by the bent clock, which the test does not see
        installation.rest()
    found = installation.audit()
    assert not found.findings, found
    with installation.database.reading() as connection:
        query = select(func.count()).select_from(AuditRow).where(AuditRow.action == "clock.jumped")
        assert connection.execute(query).scalar_one() >= 2, "the jumps forward are on record"


@BOTH_IN_FULL
def test_asked_to_end_it_ends_within_ten_seconds_and_gives_its_leases_back(
    installation: Installation,
) -> None:
    installation.hooks.answer(*(Answer(hangs=True) for _ in range(50)))
    web = WebServer(environment=installation.environment(), log=installation.log, port=free_port())
    try:
        web.start()
        assert web.wait_until_ready()
        load = installation.load(web, patience=30)
        load.start(range(20))
        load.finish()
        code, seconds = web.stop()
        assert code == 0
        assert seconds < allowed(10)
        with installation.database.reading() as connection:
            held = select(JobRow.kind).where(JobRow.state == "leased")
            kept = connection.execute(held).scalars().all()
        assert set(kept) <= {"webhook"}, f"only calls that are under way may be held: {kept}"
        installation.hooks.release()
        web.start()
        assert web.wait_until_ready()
        installation.rest()
    finally:
        web.leave()
    found = installation.audit()
    assert not found.findings, found
