"""Drives the server that is to be killed: feeds it, starts it again, and counts what came of it all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import text

from sopwith.core.events import Event, EventKind
from sopwith.store.chain import verify
from sopwith.store.engine import Database, open_database
from sopwith.store.history import events_of
from sopwith.store.jobs import count_jobs, dead_jobs
from sopwith.store.lists import RecordFilter, ids_of
from sopwith.store.traffic import notices_of
from tests.support.smtp import SmtpSink
from tests.support.webhook import WebhookSink

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 45.0


@dataclass(slots=True, kw_only=True)
class Report:
    """What is left after everything settled. Each figure counts what must be zero, but for repeats and kills."""

    kills: int = 0
    lost_tickets: int = 0
    doubled_tickets: int = 0
    wrong_events: list[str] = field(default_factory=list)
    broken_chains: int = 0
    lost_mails: int = 0
    lost_hooks: int = 0
    lost_notices: int = 0
    dead: list[str] = field(default_factory=list)
    wrong_keys: int = 0
    repeated_mails: int = 0
    repeated_hooks: int = 0

    @property
    def faults(self) -> dict[str, object]:
        """Return the figures that are not zero and should be."""
        bad = "lost_tickets doubled_tickets wrong_events broken_chains lost_mails lost_hooks lost_notices"
        names = [*bad.split(), "dead", "wrong_keys"]
        return {name: getattr(self, name) for name in names if getattr(self, name)}


@dataclass(slots=True, kw_only=True)
class Driver:
    """Keeps one server going, whatever happens to it."""

    url: str
    smtp: SmtpSink
    hooks: WebhookSink
    kills: int = 0
    answers: dict[str, str] = field(default_factory=dict)
    _process: subprocess.Popen[str] | None = None
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _ready: bool = False
    _reader: threading.Thread | None = None
    _killed: subprocess.Popen[str] | None = None

    def start(self, crash_at: str | None = None) -> None:
        """Start the server; with *crash_at* it will kill itself there."""
        environment = dict(os.environ)
        environment.pop("SOPWITH_CRASH_AT", None)
        if crash_at is not None:
            environment["SOPWITH_CRASH_AT"] = crash_at
        hook = self.hooks.url("/in")
        self._ready = False
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.server", self.url, self.smtp.url, hook],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env=environment,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, args=(self._process,), daemon=True)
        self._reader.start()

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            word, _, rest = line.strip().partition(" ")
            with self._changed:
                if word == "ready":
                    self._ready = True
                elif word == "ok":
                    key, _, number = rest.partition(" ")
                    known = self.answers.setdefault(key, number)
                    assert known == number, f"{key} was {known} and is {number} now"
                self._changed.notify_all()
        process.wait()
        process.stdout.close()
        with self._changed:
            self._changed.notify_all()

    @property
    def is_alive(self) -> bool:
        """Whether the server runs."""
        return self._process is not None and self._process.poll() is None

    def ask(self, keys: list[str]) -> None:
        """Send those of *keys* that have no answer yet."""
        assert self._process is not None
        assert self._process.stdin is not None
        try:
            for key in keys:
                if key not in self.answers:
                    self._process.stdin.write(f"{key}\n")
            self._process.stdin.flush()
        except (BrokenPipeError, ValueError):
            pass

    def wait(self, seconds: float, keys: list[str]) -> bool:
        """Wait until all *keys* are answered, the server died, or time is up; return whether they are."""

        def ended() -> bool:
            return all(key in self.answers for key in keys) or not self.is_alive

        with self._changed:
            self._changed.wait_for(ended, seconds)
        return all(key in self.answers for key in keys)

    def wait_until_ready(self) -> None:
        """Wait until the server takes tickets, or died."""
        with self._changed:
            self._changed.wait_for(lambda: self._ready or not self.is_alive, PATIENCE)

    def kill(self) -> None:
        """Kill the server with SIGKILL, and see to it that it is gone."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._killed = self._process
            self.kills += 1
            self._clear_away()

    def _restart(self) -> None:
        """Start again what was killed; what ended by itself is a fault."""
        if self._process is not None:
            code = self._process.wait()
            assert code == -signal.SIGKILL, f"the server ended by itself: {code}"
            self.kills += self._process is not self._killed
            self._clear_away()
        self.start()

    def _clear_away(self) -> None:
        """Close the pipes of a server that ended."""
        assert self._process is not None
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        if self._reader is not None:
            self._reader.join(10)

    def leave(self) -> None:
        """See to it that no process and no pipe is left behind."""
        if self.is_alive:
            self.kill()
        elif self._process is not None:
            self._clear_away()

    def finish(self, keys: list[str]) -> None:
        """Start the server again as often as it takes until all *keys* are answered."""
        until = time.monotonic() + PATIENCE
        while not all(key in self.answers for key in keys):
            if time.monotonic() > until:
                raise TimeoutError(f"no answer to {sorted(set(keys) - set(self.answers))[:5]}")
            if not self.is_alive:
                self._restart()
            self.ask(keys)
            self.wait(5.0, keys)

    def settle(self) -> None:
        """Wait until nothing is due any more; start the server again if it died."""
        database = open_database(self.url)
        until = time.monotonic() + PATIENCE
        calm = 0
        while calm < 3:
            if time.monotonic() > until:
                with database.reading() as connection:
                    raise TimeoutError(f"still to be done: {count_jobs(connection)}")
            if not self.is_alive:
                self._restart()
            calm = calm + 1 if _is_calm(database) else 0
            threading.Event().wait(0.1)
        database.close()

    def stop(self) -> None:
        """End the server in order."""
        if self._process is not None and self._process.poll() is None:
            assert self._process.stdin is not None
            self._process.stdin.close()
            self._process.wait(30)
            self._clear_away()


def _is_calm(database: Database) -> bool:
    """Return whether only what is planned for another day is left."""
    query = text(
        "SELECT count(*) FROM job WHERE state = 'leased' OR (state = 'ready' AND ("
        "kind IN ('mail', 'webhook', 'notice', 'command', 'create_record') "
        "OR idem_key LIKE '%:rule:nag' OR (kind = 'sweep' AND due_at <= CURRENT_TIMESTAMP)))"
    )
    with database.reading() as connection:
        return bool(connection.execute(query).scalar_one() == 0)


def report(driver: Driver, keys: list[str], *, swept: bool = True) -> Report:
    """Count what is lost, doubled or wrong of the tickets *keys*."""
    found = Report(kills=driver.kills)
    database = open_database(driver.url)
    with database.reading() as connection:
        ids = ids_of(connection, RecordFilter(), limit=1_000_000)
        titles: Counter[str] = Counter()
        for record_id in ids:
            titles.update(
                _check_events(found, [e.event for e in events_of(connection, record_id)], swept)
            )
        found.lost_tickets = len(set(keys) - set(titles))
        found.doubled_tickets = sum(titles.values()) - len(titles)
        found.broken_chains = len(list(verify(connection)))
        found.lost_notices = len(keys) - len(notices_of(connection, "lin", limit=1_000_000))
        found.dead = [job.last_error for job in dead_jobs(connection)]
    database.close()
    _check_mails(found, driver, keys)
    _check_hooks(found, driver, keys)
    return found


def _check_events(found: Report, events: list[Event], swept: bool) -> list[str]:
    """Return the title of the record; note what it has too little or too much of."""
    kinds: Counter[str] = Counter()
    title = ""
    for event in events:
        kind, body = event.kind, event.body
        kinds[kind.value] += 1
        if kind is EventKind.CREATED:
            title = body["values"]["title"]
        for tag in body.get("added", ()) if kind is EventKind.TAGS else ():
            kinds[f"tag:{tag}"] += 1
    wanted = {"created": 1, "owner": 1, "tag:nagged": 1, "tag:swept": int(swept), "state": 1}
    wrong = {name: kinds[name] for name, count in wanted.items() if kinds[name] != count}
    if wrong:
        found.wrong_events.append(f"{title}: {wrong}")
    return [title]


def _check_mails(found: Report, driver: Driver, keys: list[str]) -> None:
    mails = list(driver.smtp.mails)
    by_id: dict[str, set[str]] = {}
    for mail in mails:
        message = mail.message
        by_id.setdefault(str(message["Message-ID"]), set()).add(str(message["Subject"]))
    found.lost_mails = len(keys) - len(by_id)
    found.wrong_keys += sum(len(subjects) != 1 for subjects in by_id.values())
    found.wrong_keys += len(by_id) - len({subject for all_ in by_id.values() for subject in all_})
    found.repeated_mails = len(mails) - len(by_id)


def _check_hooks(found: Report, driver: Driver, keys: list[str]) -> None:
    calls = list(driver.hooks.requests)
    by_id: dict[str, set[str]] = {}
    for call in calls:
        number = call.json()["data"]["number"]
        by_id.setdefault(call.headers["webhook-id"], set()).add(number)
    found.lost_hooks = len(keys) - len(by_id)
    found.wrong_keys += sum(len(numbers) != 1 for numbers in by_id.values())
    found.wrong_keys += len(by_id) - len({number for all_ in by_id.values() for number in all_})
    found.repeated_hooks = len(calls) - len(by_id)
