"""What a process under test does to itself, as its environment says; none of it is in the product.

FAULTS: shares of statements and commits that fail (``engine_faults``). FAULTS_LEASE: seconds that
every lease lasts. FAULTS_GRACE: seconds that timers wait after the clock jumped. FAULTS_TWICE: every
batch of jobs is handed on twice.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, event

from sopwith.runtime.clock import SystemClock
from sopwith.runtime.dispatcher import Dispatcher
from sopwith.runtime.local_executor import LocalExecutor
from sopwith.runtime.service import Service
from sopwith.store.jobs import JobClaim

from .engine_faults import VARIABLE, Faults, Shares

LEASE, GRACE, TWICE = "FAULTS_LEASE", "FAULTS_GRACE", "FAULTS_TWICE"
ROOM = 1_000_000_000


@dataclass(slots=True)
class Hurts:
    """What goes on in this process. pages: how large SQLite's file may become. ahead: what the clock is ahead."""

    faults: Faults | None = None
    pages: int = ROOM
    ahead: timedelta = timedelta(0)

    def before_start(self, environment: Mapping[str, str]) -> None:
        """Change what is read when the application is made."""
        if LEASE in environment:
            shorten_leases(timedelta(seconds=float(environment[LEASE])))
        if GRACE in environment:
            given: Any = Dispatcher.__init__
            given.__kwdefaults__["grace"] = timedelta(seconds=float(environment[GRACE]))
        if TWICE in environment:
            hand_on_twice()
        event.listen(Engine, "connect", self._limit_pages)
        self._bend_clock()

    def after_start(self, environment: Mapping[str, str]) -> None:
        """Begin with what would keep it from starting."""
        if VARIABLE in environment:
            self.faults = Faults(shares=Shares.read(environment[VARIABLE]))
            self.faults.attach(Engine)  # type: ignore[arg-type] # every engine there will be

    def calm(self) -> dict[str, int]:
        """End the faults of the database; return how many there were."""
        assert self.faults is not None
        self.faults.is_on = False
        return dict(self.faults.counts)

    def limit(self, service: Service, pages: int) -> int:
        """Let SQLite's file grow by no more than *pages*; return how many it has."""
        with service.database.reading() as connection:
            present: int = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        self.pages = min(ROOM, present + pages)
        service.database.write.dispose()
        return present

    def _limit_pages(self, connection: Any, _record: object) -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.execute(f"PRAGMA max_page_count = {self.pages}")

    def _bend_clock(self) -> None:
        now = SystemClock.now

        def bent(clock: SystemClock) -> datetime:
            return now(clock) + self.ahead

        SystemClock.now = bent  # type: ignore[method-assign,assignment] # that is the point


def shorten_leases(lease: timedelta) -> None:
    """Let every lease last *lease*, wherever it is read from."""
    for name, module in list(sys.modules.items()):
        if not name.startswith("sopwith."):
            continue
        if isinstance(getattr(module, "LEASE", None), timedelta):
            module.LEASE = lease  # type: ignore[attr-defined] # looked at just before
        leases = getattr(module, "LEASES", None)
        if isinstance(leases, Mapping):
            module.LEASES = dict.fromkeys(leases, lease)  # type: ignore[attr-defined] # likewise


def hand_on_twice() -> None:
    """Let each batch of jobs be carried out twice, as by a broker that delivers twice."""
    submit = LocalExecutor.submit

    def twice(executor: LocalExecutor, jobs: Sequence[JobClaim]) -> None:
        submit(executor, jobs)
        submit(executor, jobs)

    LocalExecutor.submit = twice  # type: ignore[method-assign,assignment] # that is the point
