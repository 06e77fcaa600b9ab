"""Pages of the desk over 10,000 records and more: lists, search, one record, reply, board; beside django-helpdesk.

Run: python -m bench pages. One client on loopback asks for one page after another, each a whole HTML page from the
server's socket to its last byte, signed in. BENCH_RECORDS=1000000 takes so many records, made by ``sopwith
demo-data``; up to 10,000 they are opened by the engine one by one. Rounds of rules over all of
them, which are due at once, are taken away before: they would run beside the pages. BENCH_DATABASES=sqlite,postgresql: on which
databases; PostgreSQL is started for it, with writes that wait for the disk.
django-helpdesk always has 10,000 at most: it opens them one by one.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from base64 import b64encode
from collections.abc import Callable
from json import dumps
from pathlib import Path
from urllib.parse import quote

from sopwith.runtime.demo import PASSWORD

from .support import helpdesk, installation
from .support.clients import Client, Run, timed, token_in
from .support.kinds import Kind, kinds
from .support.made_up import fill, forget_rounds, open_tickets
from .support.records import MODULES, load
from .support.server import Server

RECORDS = int(os.environ.get("BENCH_RECORDS", "10000"))
MOST_BY_ENGINE = 10_000
THEIRS = min(RECORDS, 10_000)
TIMES = 40
QUERIES = ("打印机", "报错", "响应很慢", "calendar", "发票 日期")
Call = Callable[[int], str]
GOALS = {
    "list": 20,
    "field": 200,
    "search": 30,
    "record": 20,
    "reply": 20,
    "board": 20,
    "mine": 20,
}
"""Milliseconds at the median; for the list filtered by a custom field, at 95 of 100."""


def getter(client: Client, path_of: Callable[[int], str], marker: str = "") -> Call:
    """Return what asks for one page and sees that it is the right one."""

    def call(number: int) -> str:
        status, page = client.get(path_of(number))
        return (
            "" if status == 200 and marker in page else f"{status} {path_of(number)}: {page[:200]}"
        )

    return call


def poster(
    client: Client,
    path_of: Callable[[int], str],
    form_of: Callable[[int], dict[str, str]],
    expected: int,
) -> Call:
    """Return what sends one form."""

    def call(number: int) -> str:
        status, page, _ = client.post(path_of(number), form_of(number))
        return "" if status == expected else f"{status} {path_of(number)}: {page[:200]}"

    return call


def agent(port: int) -> Client:
    """Return a client that is signed in at ours as a first-line agent."""
    client = Client(port)
    form = {
        "csrf_token": token_in(client.get("/sign-in")[1]),
        "login": "wang",
        "password": PASSWORD,
    }
    status, page, _ = client.post("/sign-in", form)
    if status != 303:
        raise SystemExit(f"ours did not let the agent in: {status} {page[:300]}")
    return client


def ours(port: int, ids: list[str]) -> dict[str, Call]:
    """Return our pages by name."""
    client = agent(port)
    token = token_in(client.get(f"/desk/records/{ids[0]}")[1])

    def pick(number: int) -> str:
        return ids[number * 97 % len(ids)]

    def reply(number: int) -> dict[str, str]:
        words = f"We are looking at it, {number}."
        return {
            "csrf_token": token,
            "text": words,
            "kind": "reply",
            "public": "1",
            "once": secrets.token_hex(8),
        }

    return {
        "list": getter(
            client, lambda at: f"/desk?view=open&state=received&type=ticket&priority=P{2 + at % 2}"
        ),
        "field": getter(
            client, lambda at: f"/desk?view=open&type=ticket&f.module={MODULES[at % len(MODULES)]}"
        ),
        "mine": getter(client, lambda _at: "/desk"),
        "search": getter(client, lambda at: f"/desk?q={quote(QUERIES[at % len(QUERIES)])}"),
        "record": getter(client, lambda at: f"/desk/records/{pick(at)}"),
        "reply": poster(client, lambda at: f"/desk/records/{pick(at + 1000)}/say", reply, 303),
        "board": getter(client, lambda _at: "/desk/board"),
    }


def theirs(port: int) -> dict[str, Call]:
    """Return the same of django-helpdesk; its list and its search are the page's table of 25 rows."""
    client = helpdesk.staff(port)
    token = token_in(client.get("/tickets/1/")[1])

    def table(number: int, words: str = "") -> str:
        query = {
            "filtering": {"status__in": [1 + number % 2]},
            "filtering_null": {},
            "sorting": "created",
            "sortreverse": False,
            "search_string": words,
        }
        coded = b64encode(dumps(query).encode()).decode()
        return f"/datatables_ticket_list/{coded}?draw=1&start=0&length=25&order[0][column]=0&order[0][dir]=asc"

    def comment(number: int) -> dict[str, str]:
        return {
            "csrfmiddlewaretoken": token,
            "comment": f"We are looking at it, {number}.",
            "new_status": "1",
            "title": f"Ticket {number}",
            "queue": "1",
            "priority": "3",
            "public": "1",
        }

    return {
        "list": getter(client, table, "recordsTotal"),
        "search": getter(client, lambda at: table(at, QUERIES[at % len(QUERIES)]), "recordsTotal"),
        "record": getter(client, lambda at: f"/tickets/{1 + at * 97 % THEIRS}/"),
        "reply": poster(
            client, lambda at: f"/tickets/{1 + (at + 1000) * 97 % THEIRS}/update/", comment, 302
        ),
        "board": getter(client, lambda _at: "/kanban/"),
    }


def measure(
    server: Server, calls: dict[str, Call], kind: Kind | None = None
) -> dict[str, tuple[Run, float]]:
    """Return what each page took, after one call to warm it, and the CPU milliseconds for it, the database's included."""

    def used() -> float:
        return server.cpu_seconds() + (kind.cpu_seconds() if kind is not None else 0.0)

    found = {}
    for name, call in calls.items():
        call(7)
        before = used()
        run = timed(call, TIMES)
        found[name] = run, (used() - before) / TIMES * 1e3
    return found


def main() -> None:
    """Load both, measure both, print p50 and p95 with the ratio."""
    print(
        f"load average {os.getloadavg()[0]:.1f}; {RECORDS:,} records (django-helpdesk {THEIRS:,}), "
        f"{TIMES} calls each, one client"
    )
    with tempfile.TemporaryDirectory(prefix="bench-pages-") as scratch:
        peer = _measured_peer(Path(scratch, "theirs"))
        with kinds() as wanted:
            for kind in wanted:
                print(f"  on {kind.name}:")
                for name, mine in _measured(Path(scratch, kind.name), kind).items():
                    show(name, mine, peer.get(name))


def _measured(folder: Path, kind: Kind) -> dict[str, tuple[Run, float]]:
    """Return what our pages take on one kind of database."""
    address = kind.fresh()
    if RECORDS > MOST_BY_ENGINE:
        seconds = fill(folder, address, RECORDS)
        forget_rounds(folder, address)
        ids = open_tickets(folder, address)
        print(f"  made {RECORDS:,} records up in {seconds:.0f} s")
    else:
        with installation.installed(folder, database=address) as service:
            ids, seconds = load(service, RECORDS)
            with service.database.writing() as connection:
                connection.exec_driver_sql("DELETE FROM job")
        print(f"  loaded ours through the engine in {seconds:.0f} s")
    with installation.serve(folder, address) as server:
        return measure(server, ours(server.port, ids), kind)


def _measured_peer(folder: Path) -> dict[str, tuple[Run, float]]:
    """Return what django-helpdesk takes, on SQLite."""
    if not helpdesk.is_installed():
        print("  django-helpdesk: not installed")
        return {}
    helpdesk.make_site(folder, THEIRS)
    with helpdesk.serve(folder) as server:
        return measure(server, theirs(server.port))


def show(name: str, own: tuple[Run, float], peer: tuple[Run, float] | None) -> None:
    """Print our line, the peer's, and what failed."""
    lines = [("ours", own)] + ([("django-helpdesk", peer)] if peer is not None else [])
    print(f"  {name} (goal p50 {GOALS[name]} ms)")
    for who, (run, cpu) in lines:
        half, most = run.milliseconds(0.5), run.milliseconds(0.95)
        print(f"    {who:<16}{half:>8.1f} ms p50{most:>9.1f} ms p95{cpu:>8.1f} ms CPU")
        if run.failures:
            print(
                f"      {len(run.failures)} failed, the first: {' '.join(run.failures[0].split())}"
            )
    if peer is not None and peer[0].latencies and own[0].latencies:
        print(f"    ours is {peer[0].milliseconds(0.5) / own[0].milliseconds(0.5):.1f}x as fast")


if __name__ == "__main__":
    main()
