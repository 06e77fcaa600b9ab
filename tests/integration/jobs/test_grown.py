"""A grown installation, end to end: pages, dispatchers and workers in processes of their own."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.support.grown import Grown, grown_installation
from tests.support.pace import allowed
from tests.support.postgres import PostgresServer, throwaway_server
from tests.support.rabbit import RabbitServer
from tests.support.redis import RedisServer
from tests.support.smtp import SmtpSink

TICKETS = 16
Broker = RedisServer | RabbitServer


@pytest.fixture(scope="module")
def own_server() -> Iterator[PostgresServer]:
    """A PostgreSQL that may be stopped."""
    with throwaway_server() as server:
        yield server


@pytest.fixture(params=["redis", "rabbit"])
def broker(request: pytest.FixtureRequest) -> Broker:
    server: Broker = request.getfixturevalue(f"{request.param}_server")
    if isinstance(server, RedisServer):
        server.flush()
    return server


def installed(
    server: PostgresServer, folder: Path, smtp: SmtpSink, broker_url: str
) -> Iterator[Grown]:
    name = f"grown_{folder.name.replace('-', '_')}"[:60]
    url = server.create_database(name)
    with grown_installation(folder, url, smtp, broker_url=broker_url) as installation:
        installation.prepare()
        yield installation
    server.drop_database(name)


@pytest.fixture
def grown(
    own_server: PostgresServer, tmp_path: Path, smtp_sink: SmtpSink, broker: Broker
) -> Iterator[Grown]:
    yield from installed(own_server, tmp_path, smtp_sink, broker.url)


@pytest.fixture
def without_broker(
    own_server: PostgresServer, tmp_path: Path, smtp_sink: SmtpSink
) -> Iterator[Grown]:
    yield from installed(own_server, tmp_path, smtp_sink, "")


def submit_many(grown: Grown) -> list[str]:
    """Open tickets from several customers at once; return their addresses."""
    addresses = [f"customer{number}@example.test" for number in range(TICKETS)]
    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(lambda one: grown.submit(f"Ticket of {one}", one), addresses))
    assert said == [303] * TICKETS
    return addresses


def check_all_is_done_once(grown: Grown, addresses: list[str]) -> None:
    count = len(addresses)
    grown.wait_for(lambda: len(grown.recipients()) == count, "each customer has a mail")
    grown.wait_until_calm()
    assert grown.recipients() == dict.fromkeys(addresses, 1)
    assert grown.scalar("SELECT count(*) FROM record") == count
    nagged = "SELECT count(*) FROM record_event WHERE body LIKE '%nagged%'"
    assert grown.scalar(nagged) == count
    assert grown.scalar("SELECT count(*) FROM notice") == count
    assert grown.scalar("SELECT count(*) FROM job WHERE state = 'dead'") == 0


@pytest.mark.slow
def test_work_is_done_once_by_many_and_goes_on_after_broker_and_database_were_away(
    grown: Grown, broker: Broker, own_server: PostgresServer
) -> None:
    grown.start("web", "up", "--workers", "2")
    grown.start("dispatcher", "dispatcher")
    grown.start("worker 1", "worker")
    grown.start("worker 2", "worker", "--lanes", "inside,mail", "--concurrency", "2")
    grown.wait_until_ready()
    grown.wait_for_processes("worker", 2)
    grown.wait_for_processes("web", 2)
    addresses = submit_many(grown)
    check_all_is_done_once(grown, addresses)

    broker.kill()
    assert grown.submit("While the broker is away", "broker@example.test") == 303
    grown.wait_for(lambda: "the broker is away" in grown.log, "the dispatcher notices", 60)
    broker.start()
    addresses.append("broker@example.test")
    check_all_is_done_once(grown, addresses)

    own_server.restart()
    grown.wait_until_ready()
    assert grown.submit("After the database was away", "database@example.test") == 303
    addresses.append("database@example.test")
    check_all_is_done_once(grown, addresses)
    late = "SELECT count(*) FROM delivery WHERE attempt > 1"
    assert grown.scalar(late) == 0

    for name in ("web", "dispatcher", "worker 1", "worker 2"):
        code, seconds = grown.stop(name)
        assert (name, code) == (name, 0), grown.log
        assert seconds < allowed(10), name
    assert grown.scalar("SELECT count(*) FROM heartbeat") == 0


@pytest.mark.slow
def test_several_web_processes_without_a_broker_share_the_work(without_broker: Grown) -> None:
    grown = without_broker
    grown.start("web", "up", "--workers", "2")
    grown.wait_until_ready()
    grown.wait_for_processes("dispatcher", 2)
    check_all_is_done_once(grown, submit_many(grown))
    code, seconds = grown.stop("web")
    assert code == 0, grown.log
    assert seconds < allowed(10)


@pytest.mark.slow
def test_a_killed_worker_is_replaced_and_work_goes_on(
    own_server: PostgresServer, tmp_path: Path, smtp_sink: SmtpSink, redis_server: RedisServer
) -> None:
    redis_server.flush()
    for grown in installed(own_server, tmp_path, smtp_sink, redis_server.url):
        grown.start("all", "up", "--all")
        grown.wait_until_ready()
        grown.wait_for_processes("worker", 1)
        assert grown.submit("Before", "before@example.test") == 303
        check_all_is_done_once(grown, ["before@example.test"])
        worker = "SELECT max((detail::json->>'pid')::int) FROM heartbeat WHERE kind = 'worker'"
        grown.kill_pid(grown.scalar(worker))
        grown.wait_for_processes("worker", 2)  # the dead one gives its sign no more, but it stays
        assert grown.submit("After", "after@example.test") == 303
        check_all_is_done_once(grown, ["before@example.test", "after@example.test"])
        code, seconds = grown.stop("all")
        assert (code, seconds < allowed(10)) == (0, True), grown.log
