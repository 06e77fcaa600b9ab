"""What it costs a page to be watched: log lines, figures, spans.

Run: python -m bench watching. The cost of one request is measured on the smallest page, where it shows: CPU time
of the thread, blocks of calls of each kind in turn: not watched at all, log lines as text (the default), JSON lines
and figures, spans besides. It is then compared with the CPU time of whole pages. On a whole page the difference
itself drowns in what else runs on the machine. Goal: lines and figures cost less than 5 % of a page.
"""

from __future__ import annotations

import io
import logging
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from sopwith.runtime.demo import PASSWORD
from sopwith.runtime.metrics import PrometheusMeters
from sopwith.runtime.service import Service
from sopwith.runtime.watching import WATCH, Watch, count_queries
from sopwith.web import watched as watching
from sopwith.web.app import create_app
from sopwith.web.settings import PasswordCost, WebSettings
from sopwith.wiring.logs import configure
from sopwith.wiring.settings import Settings
from sopwith.wiring.tracing import start_tracing

from .support import installation
from .support.clients import token_in
from .support.records import load

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "40"))
BLOCK = 50
CALLS = 60
RECORDS = 300
SMALLEST = "/healthz"
GOAL = 0.05
KINDS = ("not watched", "text lines", "JSON lines, figures", "JSON lines, figures, spans")


class _Receiver(BaseHTTPRequestHandler):
    """Takes spans and forgets them."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


def app_of(service: Service, folder: Path, *, is_watched: bool) -> Flask:
    """Return the application; without the hooks that watch when it is not to be watched."""
    cost = PasswordCost(passes=1, memory=64, lanes=1)
    settings = WebSettings(secret_key="s" * 48, data=folder, limits=False, password_cost=cost)
    app = create_app(service, settings)
    if not is_watched:
        for hooks in (
            app.before_request_funcs,
            app.after_request_funcs,
            app.teardown_request_funcs,
        ):
            for name, found in list(hooks.items()):
                hooks[name] = [one for one in found if "watched" not in one.__module__]  # type: ignore[attr-defined] # three kinds of hooks
    return app


def signed_in(app: Flask) -> FlaskClient:
    """Return a client of an agent."""
    client = app.test_client()
    form = {"login": "wang", "password": PASSWORD}
    form["csrf_token"] = token_in(client.get("/sign-in").get_data(as_text=True))
    assert client.post("/sign-in", data=form).status_code == 303
    return client


def choosers(service: Service, folder: Path, port: int) -> dict[str, Callable[[], None]]:
    """Return by kind what lets this process be watched just so."""
    root, stream = logging.getLogger(), io.StringIO()
    meters = PrometheusMeters(
        folder=folder / "metrics", role="all", version="", database=service.database
    )
    plain, json_lines = Settings(), Settings(log_format="json")
    start_tracing(Settings(otel_endpoint=f"http://127.0.0.1:{port}"), service.database, "all", "")
    spans, nobody = WATCH.spans, Watch().meters

    def choose(settings: Settings | None, *, counts: bool, draws: bool) -> Callable[[], None]:
        def chosen() -> None:
            stream.seek(0)
            stream.truncate()
            configure(settings or plain, stream)
            root.setLevel("INFO" if settings else "WARNING")
            WATCH.meters = meters if counts else nobody
            WATCH.spans = spans if draws else None

        return chosen

    return {
        KINDS[0]: choose(None, counts=False, draws=False),
        KINDS[1]: choose(plain, counts=False, draws=False),
        KINDS[2]: choose(json_lines, counts=True, draws=False),
        KINDS[3]: choose(json_lines, counts=True, draws=True),
    }


def measure(service: Service, folder: Path, ids: list[str], port: int) -> None:
    """Print what one request costs to be watched, and what part of each page that is."""
    watching.UNTOLD = frozenset()  # the smallest page is told too, so that its line is counted
    bare = signed_in(app_of(service, folder, is_watched=False))
    watched = signed_in(app_of(service, folder, is_watched=True))
    choices = choosers(service, folder, port)
    spent: dict[str, list[float]] = {kind: [] for kind in KINDS}
    for _ in range(ROUNDS):
        for kind, choose in choices.items():
            choose()
            times = [asked(bare if kind == KINDS[0] else watched, SMALLEST) for _ in range(BLOCK)]
            spent[kind] += times[BLOCK // 5 :]  # what came before another kind is forgotten by then
    found = {kind: statistics.quantiles(some, n=4)[0] for kind, some in spent.items()}
    base = found[KINDS[0]]
    print(f"  CPU of one request to {SMALLEST}, the end of the quickest quarter;", end="")
    print(f" load average {os.getloadavg()[0]:.1f}")
    for kind, one in found.items():
        print(f"    {kind:<28}{one:>8.3f} ms{(one - base) * 1000:>+8.0f} us")
    choices[KINDS[0]]()
    pages = {
        "list": lambda _at: "/desk",
        "record": lambda at: f"/desk/records/{ids[at % len(ids)]}",
        "portal": lambda _at: "/",
    }
    for page, path_of in pages.items():
        times = [asked(bare, path_of(at)) for at in range(CALLS)][5:]
        whole = statistics.quantiles(times, n=4)[0]
        shares = ", ".join(f"{kind} {(found[kind] - base) / whole:.1%}" for kind in KINDS[1:])
        print(f"    {page:<8}{whole:>8.2f} ms; {shares}")
        share = (found[KINDS[2]] - base) / whole
        print(f"            lines and figures: {'under' if share < GOAL else 'OVER'} {GOAL:.0%}")


def asked(client: FlaskClient, path: str) -> float:
    """Return the CPU milliseconds of one request."""
    before = time.thread_time()
    status = client.get(path, buffered=True).status_code
    after = time.thread_time()
    assert status == 200, (path, status)
    return (after - before) * 1e3


def main() -> None:
    """Make an installation, ask it, print."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory(prefix="bench-watching-") as scratch:
        folder = Path(scratch)
        with installation.installed(folder) as service:
            ids, _ = load(service, RECORDS)
            count_queries(service.database)
            measure(service, folder, ids, server.server_address[1])
    server.shutdown()


if __name__ == "__main__":
    main()
