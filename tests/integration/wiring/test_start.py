"""How processes of one installation begin: together, before their database, and with a broker for their limits."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_limiter import Limiter
from sqlalchemy.exc import OperationalError

from sopwith.cli.serve import limits_storage
from sopwith.store.engine import DatabaseError, open_database
from sopwith.store.schema import differences
from sopwith.wiring.settings import read_settings
from sopwith.wiring.starting import wait_for_database
from tests.support.postgres import PostgresServer, throwaway_server
from tests.support.redis import RedisServer, free_port

SSL_REQUEST = (8).to_bytes(4, "big") + (80877103).to_bytes(4, "big")
ROOT = Path(__file__).resolve().parents[3]
START = """
import sys, time
from pathlib import Path
from sopwith.wiring.settings import read_settings
from sopwith.wiring.starting import wait_for_database
while not Path(sys.argv[1]).exists():
    time.sleep(0.01)
wait_for_database(read_settings({}, Path("none.toml"), data=Path(sys.argv[2]), database_url=sys.argv[3]))
"""


@pytest.fixture
def own_server() -> Iterator[PostgresServer]:
    with throwaway_server() as server:
        yield server


def test_processes_that_start_at_once_make_the_tables_once(
    postgres_server: PostgresServer, tmp_path: Path
) -> None:
    url = postgres_server.create_database("started_together")
    go = tmp_path / "go"
    data = str(tmp_path / "data")
    processes = [
        subprocess.Popen([sys.executable, "-c", START, str(go), data, url], cwd=ROOT)
        for _ in range(3)
    ]
    go.touch()
    assert [one.wait(120) for one in processes] == [0, 0, 0]
    database = open_database(url)
    assert differences(database) == []
    database.close()
    postgres_server.drop_database("started_together")


def test_a_process_waits_for_its_database(own_server: PostgresServer, tmp_path: Path) -> None:
    settings = read_settings(
        {}, tmp_path / "none.toml", data=tmp_path, database_url=own_server.url()
    )
    own_server.stop()
    done = threading.Event()

    def wait() -> None:
        wait_for_database(settings)
        done.set()

    waiting = threading.Thread(target=wait, daemon=True)
    waiting.start()
    assert not done.wait(1.5)
    own_server.start()
    assert done.wait(60)


def test_a_database_that_never_answers_is_said(tmp_path: Path) -> None:
    url = f"postgresql://me@127.0.0.1:{free_port()}/none"
    settings = read_settings({}, tmp_path / "none.toml", data=tmp_path, database_url=url)
    started = time.monotonic()
    with pytest.raises(DatabaseError, match="the database does not answer"):
        wait_for_database(settings, seconds=0.1)
    assert time.monotonic() - started < 30


def test_parameters_of_postgresql_are_handed_on(tmp_path: Path) -> None:
    """A server that has no TLS is refused by a client that was told to demand it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(30)
        asked: list[bytes] = []

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                asked.append(connection.recv(8))
                connection.sendall(b"N")

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        place = f"127.0.0.1:{server.getsockname()[1]}"
        url = f"postgresql://me@{place}/db?sslmode=require&sslrootcert=/nowhere.pem"
        database = open_database(
            read_settings({}, tmp_path / "none.toml", database_url=url).database
        )
        with pytest.raises(OperationalError, match="does not support SSL"):
            database.read.connect()
        database.close()
        thread.join(30)
    assert asked == [SSL_REQUEST]


def counted(uri: str) -> Flask:
    """Return an application that answers twice a minute, counted at *uri* as the pages count."""
    from sopwith.web.limits import init_limits
    from sopwith.web.settings import WebSettings

    app = Flask(__name__)
    init_limits(app, WebSettings(secret_key="x", data=Path(), limits_storage=uri))
    limiter: Limiter = next(iter(app.extensions["limiter"]))

    @app.get("/")
    @limiter.limit("2 per minute")
    def page() -> str:
        return "ok"

    return app


def test_limits_are_counted_for_all_web_processes_in_redis(redis_server: RedisServer) -> None:
    redis_server.flush()
    uri = limits_storage(redis_server.url)
    answers = [counted(uri).test_client().get("/").status_code for _ in range(3)]
    assert answers == [200, 200, 429]


def test_while_redis_is_away_each_process_counts_by_itself(redis_server: RedisServer) -> None:
    redis_server.flush()
    visitor = counted(limits_storage(redis_server.url)).test_client()
    assert visitor.get("/").status_code == 200
    redis_server.kill()
    try:
        assert [visitor.get("/").status_code for _ in range(3)] == [200, 200, 429]
    finally:
        redis_server.start()


@pytest.mark.parametrize(
    ("broker", "storage"),
    [
        ("", "memory://"),
        ("amqp://guest@broker.test//", "memory://"),
        ("redis://:x@broker.test:6379/0", "redis://:x@broker.test:6379/0"),
        ("rediss://broker.test/1", "rediss://broker.test/1"),
        ("redis+socket:///run/redis.sock", "redis+unix:///run/redis.sock"),
    ],
)
def test_limits_are_counted_where_the_broker_can(broker: str, storage: str) -> None:
    assert limits_storage(broker) == storage
