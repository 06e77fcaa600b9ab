"""A grown installation on this machine: real processes, started, killed and stopped by tests."""

from __future__ import annotations

import http.cookiejar
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import text

from sopwith.core.diagnostics import has_errors
from sopwith.runtime.publishing import publish
from sopwith.runtime.service import Service
from sopwith.store.engine import Database, open_database
from sopwith.store.people import Membership, User, add_user, put_members
from sopwith.wiring.build import open_service
from sopwith.wiring.settings import read_settings
from tests.support.redis import free_port
from tests.support.small_process import files
from tests.support.smtp import SmtpSink

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 90.0
_CSRF = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@dataclass(slots=True, kw_only=True)
class Grown:
    """One installation with the small process; its processes by the names that tests give them."""

    folder: Path
    database_url: str
    smtp: SmtpSink
    broker_url: str = ""
    more: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """Return the settings of every process."""
        plain = {key: value for key, value in os.environ.items() if not key.startswith("SOPWITH_")}
        ours = {
            "SOPWITH_DATA": str(self.folder),
            "SOPWITH_DATABASE_URL": self.database_url.replace("+psycopg", ""),
            "SOPWITH_BROKER_URL": self.broker_url,
            "SOPWITH_SMTP_URL": self.smtp.url,
            "SOPWITH_MAIL_SENDER": "desk@ours.test",
            "SOPWITH_BIND": f"127.0.0.1:{self.port}",
            "SOPWITH_LIMITS": "0",
            "SOPWITH_LOG_LEVEL": "WARNING",
        }
        return plain | ours | dict(self.more)

    @property
    def address(self) -> str:
        """Return where the pages are."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """Return what all processes wrote."""
        return (self.folder / "log").read_text("utf-8", "replace")

    def prepare(self, nag: str = "2s") -> None:
        """Make the tables, publish the small process, and add a colleague."""
        service = self.service()
        try:
            release, found = publish(service, _without_webhook(nag), author=None, note="")
            assert release is not None, [one.render("en") for one in found if has_errors([one])]
            with service.database.writing() as connection:
                lin = User(id="lin", login="lin", name="Lin", email="lin@ours.test")
                add_user(connection, lin, service.clock.now())
                put_members(connection, "desk", [Membership(team="desk", user_id="lin")])
        finally:
            service.database.close()

    def service(self) -> Service:
        """Return a service on the same database; close its database."""
        return open_service(read_settings(self.environment, self.folder / "none.toml"))

    def start(self, name: str, *arguments: str, **environment: str) -> None:
        """Start ``sopwith`` with *arguments* as the process *name*, in a group of its own."""
        with (self.folder / "log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", "sopwith", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=ROOT,
                env=self.environment | environment,
                start_new_session=True,
            )

    def kill(self, name: str) -> None:
        """Kill the process and what it started, with SIGKILL."""
        process = self.processes.pop(name)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def send(self, name: str, what: signal.Signals) -> None:
        """Send a signal to the process *name*: to let it stand still, say, and go on."""
        self.processes[name].send_signal(what)

    def kill_pid(self, pid: int) -> None:
        """Kill one of the processes that a process of ours started, with SIGKILL."""
        os.kill(pid, signal.SIGKILL)

    def stop(self, name: str) -> tuple[int, float]:
        """Ask the process to stop; return its exit code and how many seconds it took."""
        process, started = self.processes.pop(name), time.monotonic()
        process.terminate()
        code = process.wait(30)
        return code, time.monotonic() - started

    def leave(self) -> None:
        """Leave no process behind."""
        for name in list(self.processes):
            self.kill(name)

    def wait_for(self, claim: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
        """Wait until *claim* holds; else fail with what the processes wrote."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            ended = {name: one.poll() for name, one in self.processes.items()}
            assert not any(code is not None for code in ended.values()), f"{ended}\n{self.log}"
            if claim():
                return
            time.sleep(0.1)
        raise AssertionError(f"{what}: not within {seconds} s\n{self.counts()}\n{self.log}")

    def wait_until_ready(self) -> None:
        """Wait until the pages can work."""
        self.wait_for(self._is_ready, "the web is ready")

    def wait_for_processes(self, kind: str, count: int) -> None:
        """Wait until so many processes of *kind* gave a sign of life."""
        query = "SELECT count(*) FROM heartbeat WHERE kind = :kind"
        self.wait_for(
            lambda: self.scalar(query, kind=kind) >= count, f"{count} processes of kind {kind}"
        )

    def wait_until_calm(self) -> None:
        """Wait until nothing is due and nothing is in hand, housekeeping and retries of later aside."""
        query = (
            "SELECT count(*) FROM job WHERE state = 'leased' OR (state = 'ready' AND "
            "(due_at <= now() OR idem_key LIKE '%:rule:nag'))"
        )
        self.wait_for(lambda: self.scalar(query) == 0, "all work is done")

    def submit(self, title: str, email: str) -> int:
        """Open a ticket on the portal as a customer does, in a browser of its own; return the status."""
        page = f"{self.address}/new/ticket"
        _, form, jar = browse(page)
        fields = {
            "csrf_token": csrf_of(form),
            "title": title,
            "contact-name": "Wang Fang",
            "contact-email": email,
        }
        return browse(page, fields, jar)[0]

    def scalar(self, query: str, **values: object) -> int:
        """Return the one number that *query* finds."""
        database = open_database(self.database_url)
        try:
            with database.reading() as connection:
                return int(connection.execute(text(query), values).scalar_one())
        finally:
            database.close()

    def counts(self) -> list[tuple[object, ...]]:
        """Return what waits, for the words of a failure."""
        database: Database = open_database(self.database_url)
        query = (
            "SELECT kind, state, lane, attempts, count(*), min(due_at), max(last_error) FROM job "
            "GROUP BY kind, state, lane, attempts"
        )
        try:
            with database.reading() as connection:
                return [tuple(row) for row in connection.execute(text(query))]
        finally:
            database.close()

    def recipients(self) -> Counter[str]:
        """Return how many mails each address got."""
        return Counter(one for mail in self.smtp.mails for one in mail.recipients)

    def _is_ready(self) -> bool:
        try:
            answer = urllib.request.urlopen(f"{self.address}/readyz", timeout=5)  # noqa: S310
        except OSError:
            return False
        with answer:
            return bool(answer.status == 200)


def browse(
    address: str,
    fields: Mapping[str, str] | None = None,
    jar: http.cookiejar.CookieJar | None = None,
) -> tuple[int, str, http.cookiejar.CookieJar]:
    """Get a page, or send a form to it; return the status, the page and the cookies. No redirect is followed."""
    jar = http.cookiejar.CookieJar() if jar is None else jar
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar), _Stay())
    body = None if fields is None else urllib.parse.urlencode(fields).encode()
    request = urllib.request.Request(address, data=body, headers={"Referer": address})  # noqa: S310
    try:
        with browser.open(request, timeout=30) as answer:
            return answer.status, answer.read().decode(), jar
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.code, answer.read().decode(), jar


def csrf_of(page: str) -> str:
    """Return the token that the form of *page* must bring back."""
    found = _CSRF.search(page)
    assert found is not None, page
    return found[1]


def _without_webhook(nag: str) -> Mapping[str, str]:
    """Return the small process without its call to another machine."""
    texts = dict(files(nag=nag))
    parts = texts["small/all.yaml"].split("---\n")
    texts["small/all.yaml"] = "---\n".join(one for one in parts if "id: call-out" not in one)
    return texts


class _Stay(urllib.request.HTTPRedirectHandler):
    """Shows the answer itself, not where it leads."""

    def redirect_request(self, *_: object) -> None:
        return None


@contextmanager
def grown_installation(
    folder: Path,
    database_url: str,
    smtp: SmtpSink,
    *,
    broker_url: str = "",
    more: Mapping[str, str] | None = None,
) -> Iterator[Grown]:
    """Yield an installation without a process yet; leave none behind."""
    grown = Grown(
        folder=folder,
        database_url=database_url,
        smtp=smtp,
        broker_url=broker_url,
        more=more or {},
    )
    try:
        yield grown
    finally:
        grown.leave()
