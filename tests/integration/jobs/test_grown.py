"""A grown installation, end to end: pages, dispatchers and workers in processes of their own."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.support.grown import Grown, grown_installation
from tests.support.postgres import PostgresServer
from tests.support.rabbit import RabbitServer
from tests.support.redis import RedisServer
from tests.support.smtp import SmtpSink

TICKETS = 16
Broker = RedisServer | RabbitServer


@pytest.fixture(params=["redis", "rabbit"])
def broker(request: pytest.FixtureRequest) -> Broker:
    server: Broker = request.getfixturevalue(f"{request.param}_server")
    if isinstance(server, RedisServer):
        server.flush()
    return server


@pytest.fixture
def grown(
    postgres_server: PostgresServer,
    tmp_path: Path,
    smtp_sink: SmtpSink,
    broker: Broker,
) -> Iterator[Grown]:
    name = f"grown_{tmp_path.name.replace('-', '_')}"[:60]
    url = postgres_server.create_database(name)
    with grown_installation(tmp_path, url, smtp_sink, broker_url=broker.url) as installation:
        installation.prepare()
        yield installation
    postgres_server.drop_database(name)


def test_tickets_through_two_web_processes_are_worked_on_once_each(
    grown: Grown, broker: Broker
) -> None:
    grown.start("web", "up", "--workers", "2")
    grown.start("dispatcher 1", "dispatcher")
    grown.start("dispatcher 2", "dispatcher")
    grown.start("worker 1", "worker")
    grown.start("worker 2", "worker", "--lanes", "inside,mail", "--concurrency", "2")
    grown.wait_until_ready()
    grown.wait_for_processes("worker", 2)
    grown.wait_for_processes("web", 2)
    addresses = [f"customer{number}@example.test" for number in range(TICKETS)]
    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(lambda one: grown.submit(f"Ticket of {one}", one), addresses))
    assert said == [303] * TICKETS
    grown.wait_for(lambda: len(grown.recipients()) == TICKETS, "each customer has a mail")
    grown.wait_until_calm()
    assert grown.recipients() == dict.fromkeys(addresses, 1)
    assert grown.scalar("SELECT count(*) FROM record") == TICKETS
    nagged = "SELECT count(*) FROM record_event WHERE body LIKE '%nagged%'"
    assert grown.scalar(nagged) == TICKETS
    assert grown.scalar("SELECT count(*) FROM notice") == TICKETS
    assert grown.scalar("SELECT count(*) FROM job WHERE state = 'dead'") == 0
    for name in ("web", "dispatcher 1", "dispatcher 2", "worker 1", "worker 2"):
        code, seconds = grown.stop(name)
        assert (name, code) == (name, 0), grown.log
        assert seconds < 10, name
    assert grown.scalar("SELECT count(*) FROM heartbeat WHERE kind IN ('web', 'worker')") == 0


def test_work_waits_for_a_broker_that_is_away_and_goes_on_when_it_is_back(
    grown: Grown, broker: Broker
) -> None:
    grown.start("web", "up")
    grown.start("dispatcher", "dispatcher")
    grown.start("worker", "worker")
    grown.wait_until_ready()
    grown.wait_for_processes("worker", 1)
    assert grown.submit("Before", "before@example.test") == 303
    grown.smtp.wait_for(1, 30)
    broker.kill()
    assert grown.submit("Meanwhile", "meanwhile@example.test") == 303
    grown.wait_for(lambda: "the broker is away" in grown.log, "the dispatcher notices", 30)
    broker.start()
    grown.wait_for(lambda: len(grown.recipients()) == 2, "the mail goes out", 70)
    grown.wait_until_calm()
    assert grown.recipients() == {"before@example.test": 1, "meanwhile@example.test": 1}
    assert grown.scalar("SELECT count(*) FROM job WHERE attempts > 1") == 0
