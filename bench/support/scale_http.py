"""Tickets over HTTP beside django-helpdesk on the same kind of database, and what a server costs that nobody asks."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ..intake import CLIENTS, Asker, api_asker, portal_asker, token_of
from . import helpdesk, installation
from .clients import Client, Run, hammer
from .kinds import Kind
from .outcome import Line
from .server import Server

RULES = 200
SECONDS = float(os.environ.get("BENCH_SECONDS", "5"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "2"))
WARM_UP = 2.0
STILL = float(os.environ.get("BENCH_IDLE_SECONDS", "10"))


@dataclass(slots=True, kw_only=True)
class Contestant:
    """Somebody who opens tickets, and the better of its rounds. cpu: of server and database, for each ticket."""

    name: str
    serve: Callable[[], Server]
    ask: Asker
    run: Run | None = None
    cpu: float = 0.0

    def told(self) -> str:
        """Return the round in words."""
        if self.run is None:
            return ""
        return f"{self.run.rate:.1f}/s, p50 {self.run.milliseconds(0.5):.0f} ms, {self.cpu:.1f} ms CPU each"


def intake(kind: Kind, folder: Path) -> Iterator[Line]:
    """Yield tickets a second, by the portal's form and by the API, in turns with the peer."""
    mine, theirs = folder / "ours", folder / "theirs"
    address = kind.fresh()
    with installation.installed(mine, RULES, address) as service:
        secret = token_of(service)
    serve = partial(installation.serve, mine, address)
    form = Contestant(name="form of the portal", serve=serve, ask=portal_asker)
    api = Contestant(name="API with idempotency key", serve=serve, ask=partial(api_asker, secret))
    peer = None
    if helpdesk.is_installed():
        postgres = kind.for_helpdesk()
        helpdesk.make_site(theirs, postgres=postgres)
        beside = partial(helpdesk.serve, theirs, postgres)
        peer = Contestant(name="django-helpdesk", serve=beside, ask=helpdesk.asker)
    for _ in range(ROUNDS):
        for one in (form, api, *([peer] if peer else [])):
            _round(one, kind)
    for one in (form, api):
        yield Line(
            work=f"tickets over HTTP, 8 clients, 200 more rules, {one.name}",
            database=kind.name,
            ours=one.told(),
            peer=f"django-helpdesk {peer.told()}" if peer else "not installed",
            ratio=one.run.rate / peer.run.rate if one.run and peer and peer.run else None,
            goal="5x, 7 ms CPU",
        )


def _round(one: Contestant, kind: Kind) -> None:
    with one.serve() as server:
        makers = [partial(one.ask, server.port, name) for name in range(CLIENTS)]
        hammer(makers, WARM_UP)
        before = server.cpu_seconds() + kind.cpu_seconds()
        run = hammer(makers, SECONDS)
        spent = server.cpu_seconds() + kind.cpu_seconds() - before
    if run.failures:
        raise SystemExit(f"{one.name}: {len(run.failures)} failed, the first: {run.failures[0]}")
    if one.run is None or run.rate > one.run.rate:
        one.run, one.cpu = run, spent / max(1, len(run.latencies)) * 1e3


def idle(kind: Kind, folder: Path) -> Iterator[Line]:
    """Yield what the embedded server costs while nobody asks."""
    address = kind.fresh()
    with installation.installed(folder, 0, address):
        pass
    with installation.serve(folder, address) as server:
        for path in ("/", "/new/ticket", "/sign-in"):
            Client(server.port).get(path)
        time.sleep(5)
        before, start = server.cpu_seconds(), time.perf_counter()
        time.sleep(STILL)
        share = (server.cpu_seconds() - before) / (time.perf_counter() - start)
        held, count = server.resident_megabytes(), server.processes()
    told = f"{share:.2%} of a core, {held:.0f} MB in {count} processes"
    yield Line(work="idle, one process", database=kind.name, ours=told, goal="1 %, 200 MB")
