"""One installation under test: its database, its sinks, its journal, and how it comes to rest."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, update
from sqlalchemy.exc import DBAPIError

from sopwith.runtime.publishing import publish
from sopwith.store.engine import Database, open_database
from sopwith.store.tables import JobRow
from tests.support.pace import allowed
from tests.support.smtp import SmtpSink
from tests.support.webhook import WebhookSink

from .auditor import PLANNED, Audit, Evidence, audit
from .clients import Clients, Line, Load
from .processes import environment_of
from .promises import Journal
from .world import found_installation, service_on

SOON = timedelta(seconds=4)
REST_SECONDS = 90.0
AT_ONCE = 8


@dataclass(slots=True, kw_only=True)
class Installation:
    """Where everything of one installation is."""

    url: str
    folder: Path
    smtp: SmtpSink
    hooks: WebhookSink
    journal: Journal = field(default_factory=Journal)
    pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(AT_ONCE))
    _database: Database | None = None

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """What its processes write."""
        return self.folder / "log"

    @property
    def hook(self) -> str:
        """The address that its definitions call."""
        return self.hooks.url("/in")

    @property
    def database(self) -> Database:
        """A connection of the test's own."""
        if self._database is None:
            self._database = open_database(self.url)
        return self._database

    def found(self, *, nag: str = "2s") -> None:
        """Make its tables and definitions."""
        self.data.mkdir(parents=True, exist_ok=True)
        found_installation(self.url, self.hook, nag=nag)

    def publish(self, files: Mapping[str, str]) -> None:
        """Put *files* in force."""
        release, found = publish(service_on(self.database), files, author=None, note="")
        if release is None:
            raise ValueError([one.render("en") for one in found])

    def environment(self, **more: str) -> dict[str, str]:
        """Return the environment of one of its processes."""
        return environment_of(self.url, self.data, self.smtp.url, **more)

    def clients(self, line: Line, *, patience: float = 120.0) -> Clients:
        """Return clients that note in its journal."""
        return Clients(line=line, journal=self.journal, patience=patience)

    def load(self, line: Line, prefix: str = "ticket", *, patience: float = 120.0) -> Load:
        """Return clients at work."""
        return Load(clients=self.clients(line, patience=patience), prefix=prefix, pool=self.pool)

    def rest(self, seconds: float = REST_SECONDS, look: Callable[[], None] = lambda: None) -> float:
        """Wait until nothing is due any more; return how long that took. look: called again and again meanwhile.

        Tries that wait for their time are made due at once, and leases of processes that died run out at once:
        how long both take is tested elsewhere.
        """
        started, calm, left = time.monotonic(), 0, 1
        while calm < 3:
            if time.monotonic() - started > allowed(seconds):
                raise TimeoutError(
                    f"after {seconds} s there are {left} jobs to be done: {self.due()}"
                )
            look()
            try:
                with self.database.writing() as connection:
                    _hurry(connection)
                    left = _left(connection)
            except DBAPIError:
                left = -1
            calm = calm + 1 if left == 0 else 0
            time.sleep(0.1)
        return time.monotonic() - started

    def bury(self) -> None:
        """Let the leases of processes that died run out at once: five minutes for a mail, else."""
        with self.database.writing() as connection:
            _bury(connection, datetime.now(UTC))

    def due(self) -> list[tuple[str, str, int, str]]:
        """Return what is to be done now: key, state, tries, error."""
        with self.database.reading() as connection:
            query = select(JobRow.idem_key, JobRow.state, JobRow.attempts, JobRow.last_error)
            rows = connection.execute(query.where(_at_work()).limit(10))
            return [(row[0], row[1], row[2], row[3]) for row in rows]

    def audit(self, *, swept: int | None = None, dead: Collection[str] = ()) -> Audit:
        """Compare everything."""
        return audit(
            Evidence(
                database=self.database,
                journal=self.journal,
                mails=list(self.smtp.mails),
                calls=list(self.hooks.requests),
                files=self.data / "files",
                swept=swept,
                dead=dead,
            )
        )

    def close(self) -> None:
        """Let go of everything."""
        self.pool.shutdown(wait=True, cancel_futures=True)
        if self._database is not None:
            self._database.close()


def _at_work() -> ColumnElement[bool]:
    soon = datetime.now(UTC) + SOON
    waiting = or_(JobRow.kind.not_in(PLANNED), JobRow.due_at < soon)
    return or_(JobRow.state == "leased", and_(JobRow.state == "ready", waiting))


def _left(connection: Connection) -> int:
    return connection.execute(
        select(func.count()).select_from(JobRow).where(_at_work())
    ).scalar_one()


def _hurry(connection: Connection) -> None:
    now = datetime.now(UTC)
    later = and_(JobRow.state == "ready", JobRow.kind.not_in(PLANNED), JobRow.due_at > now)
    connection.execute(update(JobRow).where(later).values(due_at=now))
    _bury(connection, now)


def _bury(connection: Connection, now: datetime) -> None:
    held = select(JobRow.lease_node).where(JobRow.state == "leased").distinct()
    for node in connection.execute(held).scalars().all():
        if node is not None and not Path(f"/proc/{node.rpartition(':')[2]}").exists():
            ended = (JobRow.state == "leased") & (JobRow.lease_node == node)
            before = now - timedelta(seconds=1)
            connection.execute(update(JobRow).where(ended).values(lease_until=before))
