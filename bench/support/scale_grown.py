"""One, two and four web and worker processes on PostgreSQL and Redis."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from sqlalchemy import text

from sopwith.store.engine import open_database
from tests.support.redis import RedisServer, free_port

from ..intake import CLIENTS, api_asker, token_of
from . import installation
from .clients import hammer
from .kinds import Kind
from .outcome import Line

COUNTS = [int(one) for one in os.environ.get("BENCH_WORKERS", "1,2,4").split(",")]
SECONDS = float(os.environ.get("BENCH_SECONDS", "5"))
PATIENCE = 120.0


def workers(kind: Kind, folder: Path) -> Iterator[Line]:
    """Yield tickets a second and what is left to do afterwards, by how many processes there are."""
    if kind.server is None:
        return
    address = kind.fresh()
    with installation.installed(folder, 200, address) as service:
        secret = token_of(service)
    with _redis() as broker:
        for count in COUNTS:
            yield from _with(kind, folder, address, broker, secret, count)


def _with(
    kind: Kind, folder: Path, address: str, broker: str, secret: str, count: int
) -> Iterator[Line]:
    more = {
        "SOPWITH_BROKER_URL": broker,
        "SOPWITH_WORKERS": str(count),
        "SOPWITH_WORKER_PROCESSES": str(count),
    }
    with installation.serve(folder, address, ["--all"], **more) as server:
        time.sleep(8)  # until workers have told that they are there
        before = server.cpu_seconds() + kind.cpu_seconds()
        makers = [partial(api_asker, secret, server.port, name) for name in range(CLIENTS)]
        run = hammer(makers, SECONDS)
        left = time.perf_counter()
        waiting = _wait_for_work(address)
        drained = time.perf_counter() - left
        spent = server.cpu_seconds() + kind.cpu_seconds() - before
        held, processes = server.resident_megabytes(), server.processes()
        start, idle = server.cpu_seconds(), time.perf_counter()
        time.sleep(10)
        share = (server.cpu_seconds() - start) / (time.perf_counter() - idle)
    if run.failures:
        raise SystemExit(f"{len(run.failures)} failed, the first: {run.failures[0]}")
    told = f"{run.rate:.1f}/s, p50 {run.milliseconds(0.5):.0f} ms, {spent / max(1, len(run.latencies)) * 1e3:.1f} ms CPU each with all that follows"
    yield Line(
        work=f"tickets by the API, {count} web and {count} worker processes",
        database="postgresql, redis",
        ours=told,
    )
    rest = f"{waiting} jobs were left, done {drained:.1f} s later; {held:.0f} MB in {processes} processes; idle {share:.2%} of a core"
    yield Line(work=f"the same, afterwards ({count})", database="postgresql, redis", ours=rest)


def _wait_for_work(address: str) -> int:
    """Wait until nothing is due; return how much was when the clients stopped."""
    database = open_database(address)
    query = text("SELECT count(*) FROM job WHERE state <> 'dead' AND due_at <= now()")
    try:
        first, until = -1, time.monotonic() + PATIENCE
        while time.monotonic() < until:
            with database.reading() as connection:
                count = int(connection.execute(query).scalar_one())
            first = count if first < 0 else first
            if not count:
                break
            time.sleep(0.1)
        return first
    finally:
        database.close()


@contextmanager
def _redis() -> Iterator[str]:
    binary = shutil.which("redis-server")
    if binary is None:
        raise SystemExit("Redis is not here: install Debian's redis-server, or run `make system`")
    with tempfile.TemporaryDirectory(prefix="bench-redis-") as folder:
        server = RedisServer(folder=Path(folder), binary=binary, port=free_port())
        server.start()
        try:
            yield server.url
        finally:
            server.kill()
