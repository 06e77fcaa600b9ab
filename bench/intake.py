"""Open tickets over HTTP: eight clients, 200 more rules, beside django-helpdesk in the same run.

Run: python -m bench intake. Both keep to SQLite (WAL, synchronous=FULL) under one granian worker with 16 threads on
loopback, both are asked by the same clients, first one, then the other, then again. Ours opens ticket, first events, explanation,
search text, timers and the mail of receipt in one transaction, and sends the mail besides; the CPU time counts
everything that the server's processes do. django-helpdesk stores ticket and follow-up; its mail goes nowhere.
"""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

from sopwith.runtime.service import Service
from sopwith.store.tokens import SCOPES, add_token

from .support import helpdesk, installation
from .support.clients import Client, Run, hammer, token_in
from .support.server import Server

CLIENTS = 8
RULES = 200
SECONDS = 8.0
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "2"))
API = "/api/v1/records"
Asker = Callable[[int, int], Callable[[int], str]]


def values_of(number: int) -> dict[str, str]:
    """Return what a customer fills in."""
    return {
        "module": installation.MODULES[number % 4],
        "type": "question",
        "description": f"How many of lot-{number % 10} can we plan at once?",
    }


def portal_asker(port: int, name: int) -> Callable[[int], str]:
    """Return what opens one ticket by the portal's form."""
    client = Client(port)
    token = token_in(client.get("/new/ticket")[1])

    def ask(number: int) -> str:
        person = f"{name}-{number % 25}"
        form = {
            "csrf_token": token,
            "once": f"{name}-{number}-{secrets.token_hex(8)}",
            "contact-name": f"Person {person}",
            "contact-email": f"c{person}@bench.example",
            **values_of(number),
        }
        status, page, _ = client.post("/new/ticket", form)
        return "" if status == 303 else f"{status}: {page[:200]}"

    return ask


def api_asker(secret: str, port: int, name: int) -> Callable[[int], str]:
    """Return what opens one ticket by the interface for programs."""
    client = Client(port)

    def ask(number: int) -> str:
        body = json.dumps({"type": "ticket", "values": values_of(number)}).encode()
        headers = {
            "Content-Type": "application/json",
            "Authorization": f"Bearer {secret}",
            "Idempotency-Key": f"{name}-{number}-{secrets.token_hex(8)}",
        }
        status, page, _ = client.send(API, body, headers)
        return "" if status == 201 else f"{status}: {page[:300]}"

    return ask


def token_of(service: Service) -> str:
    """Return a new token of one of the sample colleagues that may do everything the account may."""
    secret = service.ids.secret()
    with service.database.writing() as connection:
        add_token(
            connection,
            secret,
            token_id=service.ids.new_id(),
            name="bench",
            scopes=frozenset(SCOPES),
            user_id="wang",
            now=service.clock.now(),
        )
    return secret


def measure(server: Server, ask: Asker) -> tuple[Run, float]:
    """Return what the clients saw, and the CPU milliseconds of the server for each ticket."""
    before = server.cpu_seconds()
    run = hammer([partial(ask, server.port, name) for name in range(CLIENTS)], SECONDS)
    spent = server.cpu_seconds() - before
    return run, spent / max(1, len(run.latencies)) * 1e3


def show(name: str, run: Run, cpu: float) -> None:
    """Print one line, and the first failure if there was any."""
    print(
        f"  {name:<26}{run.rate:>8.1f} tickets/s{run.milliseconds(0.5):>9.1f} ms p50"
        f"{run.milliseconds(0.95):>9.1f} ms p95{cpu:>8.1f} ms CPU each"
    )
    if run.failures:
        print(f"    {len(run.failures)} failed, the first: {run.failures[0]}")


def count_of(database: Path, table: str) -> int:
    """Return how many rows a table has."""
    with closing(sqlite3.connect(database)) as connection:
        (count,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608
    return int(count)


def main() -> None:
    """Measure both in turn, twice, and print the ratio of the better rounds."""
    print(
        f"load average {os.getloadavg()[0]:.1f}; {CLIENTS} clients, {RULES} rules, {SECONDS:.0f} s a round"
    )
    with tempfile.TemporaryDirectory(prefix="bench-intake-") as scratch:
        ours, theirs = Path(scratch, "ours"), Path(scratch, "theirs")
        with installation.installed(ours, RULES) as service:
            secret = token_of(service)
        contestants: list[tuple[str, Path, Callable[[Path], Server], Asker]] = [
            ("Sopwith, portal form", ours, installation.serve, portal_asker),
            ("Sopwith, API", ours, installation.serve, partial(api_asker, secret)),
        ]
        if helpdesk.is_installed():
            helpdesk.make_site(theirs)
            contestants.append(("django-helpdesk, form", theirs, helpdesk.serve, helpdesk.asker))
        else:
            print("  django-helpdesk: not installed")
        best: dict[str, Run] = {}
        for _ in range(ROUNDS):
            for name, folder, serve, ask in contestants:
                with serve(folder) as server:
                    if "API" in name and Client(server.port).send(API, b"{}", {})[0] == 404:
                        print(f"  {name}: not there yet")
                        continue
                    run, cpu = measure(server, ask)
                show(name, run, cpu)
                if name not in best or run.rate > best[name].rate:
                    best[name] = run
        ratios(best)
        print(f"  {count_of(ours / 'sopwith.db', 'record'):,} records are in our database")


def ratios(best: dict[str, Run]) -> None:
    """Print how many times the peer's rate ours is."""
    peer = best.get("django-helpdesk, form")
    for name, run in best.items():
        if peer is not None and peer.rate and run is not peer:
            print(f"  {name}: {run.rate / peer.rate:.1f}x django-helpdesk (goal 5x)")


if __name__ == "__main__":
    main()
