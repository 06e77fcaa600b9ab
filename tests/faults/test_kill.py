from __future__ import annotations

import os
import random
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from sopwith.runtime.crash import POINTS
from tests.faults.driver import Driver, report
from tests.support.postgres import PostgresServer
from tests.support.smtp import SmtpSink
from tests.support.webhook import WebhookSink

pytestmark = pytest.mark.slow

FULL = bool(os.environ.get("SOPWITH_FULL"))
TICKETS = 12
REFUSALS = {"retry:written": "451 later", "dead:written": "550 unknown"}
FIRST = {
    "create:written",
    "create:committed",
    "publish:written",
    "publish:committed",
    "retry:written",
    "dead:written",
    "sweep:written",
}
"""Places that are passed once only: the crash is at the first pass, elsewhere at the third."""


KINDS = ("sqlite", "postgresql")
CASES = [
    pytest.param(kind, point, id=f"{kind}-{point}")
    for at, point in enumerate(sorted(POINTS))
    for kind in (KINDS if FULL else (KINDS[at % 2],))
]
"""Every point; on both kinds of database in the long form, on the two in turn in the short one."""


@pytest.fixture
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database, of the kind that the test names."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'sopwith.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = f"killed_{os.getpid()}_{random.randrange(10**9)}"
    yield server.create_database(name)
    server.drop_database(name)


@pytest.fixture
def driver(url: str, smtp_sink: SmtpSink, webhook_sink: WebhookSink) -> Iterator[Driver]:
    driving = Driver(url=url, smtp=smtp_sink, hooks=webhook_sink)
    yield driving
    driving.leave()


def serve(driver: Driver, count: int) -> list[str]:
    """Have *count* tickets taken and swept, and everything that follows done; return all titles."""
    keys = keys_of(count)
    driver.finish(keys)
    driver.settle()
    driver.finish(["sweep"])
    driver.settle()
    driver.stop()
    return [*keys, "Child"]


def keys_of(count: int) -> list[str]:
    """Return the keys of *count* tickets, of which one has a child."""
    return ["parent", *(f"ticket-{number}" for number in range(1, count))]


@pytest.mark.parametrize(("url", "point"), CASES, indirect=["url"])
def test_killed_at_this_point_nothing_is_lost_or_doubled(driver: Driver, point: str) -> None:
    if point in REFUSALS:
        driver.smtp.refuse(REFUSALS[point])
    driver.start(crash_at=f"{point}@{1 if point in FIRST else 3}")
    keys = serve(driver, TICKETS)
    found = report(driver, keys)
    assert found.kills == 1, "the server must have died exactly once, at the point"
    assert found.faults == {}
    assert found.repeated_mails <= 2, "at most what was under way is repeated, with the same id"
    assert found.repeated_hooks <= 2


@pytest.mark.parametrize("url", KINDS, indirect=True)
def test_killed_at_random_nothing_is_lost_or_doubled(driver: Driver) -> None:
    kills, tickets = (60, 2000) if FULL else (6, 120)
    chance = random.Random(20261122)
    keys = keys_of(tickets)
    for round_ in range(kills):
        driver.start()
        part = keys[: (round_ + 1) * tickets // kills]
        driver.wait_until_ready()
        driver.ask(part)
        threading.Event().wait(chance.uniform(0.02, 1.0))
        driver.kill()
    found = report(driver, serve(driver, tickets))
    assert found.kills == kills
    assert found.faults == {}
    assert found.repeated_mails + found.repeated_hooks <= 4 * kills
