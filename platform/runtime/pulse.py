"""The signs of life of one process: who it is, what it does, how much memory it takes."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from ..store.claims import database_now
from ..store.engine import Database
from ..store.holders import end_leases_of, holds_any
from ..store.installation import Heartbeat, beat, end_heartbeat
from .job_queue import instant_of
from .ports import Clock
from .signs import Sign

log = logging.getLogger(__name__)

EVERY: Mapping[str, float] = {"worker": 5.0, "web": 20.0}
"""Seconds between two signs of a process, by its kind. Each sign tells them as ``every``."""

MISSED = timedelta(seconds=20)
"""A worker that gave no sign for so long gets no more work."""

SILENT = timedelta(seconds=30)
"""A process that gave no sign for so long has lost what it began; whoever carries out jobs signs every 5 s."""


@dataclass(slots=True, kw_only=True)
class Pulse:
    """Gives a sign of life at even times until it is stopped; a database that is away is waited for.

    kind: worker | web. does_work: it carries out jobs, so others wait for its signs. detail: what else each
    sign tells. On PostgreSQL signs carry the database's own time, so that those of several machines
    compare; ``clock`` in the detail is this machine's. sign: for health checks on this machine.
    """

    database: Database
    clock: Clock
    node: str
    kind: str
    version: str = ""
    does_work: bool = True
    detail: Callable[[], Mapping[str, Any]] = field(default=lambda: {})
    sign: Sign | None = None
    _stopping: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Give the first sign now. Call it after every fork, and before any work begins.

        What a process of the same name began is over: a container's next process has the number of the last.
        """
        with suppress(SQLAlchemyError), self.database.writing() as connection:
            end_leases_of(connection, [self.node], instant_of(self.database, self.clock))
        self._thread = threading.Thread(target=self._run, name="sopwith-pulse", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop, and take the sign away: the process ends in order.

        When it is cut off in the middle of a job, its sign stays and grows old, and so the job is freed.
        """
        self._stopping.set()
        if self.sign is not None:
            self.sign.end()
        if self._thread is None:
            return
        self._thread.join(5.0)
        with suppress(SQLAlchemyError), self.database.writing() as connection:
            if not holds_any(connection, self.node):
                end_heartbeat(connection, self.node, self.kind)

    @property
    def every(self) -> float:
        """Return the seconds between two signs."""
        return EVERY["worker" if self.does_work else self.kind]

    def give(self) -> None:
        """Give one sign."""
        clock = self.clock.now()
        more = {
            "pid": os.getpid(),
            "memory": memory(),
            "every": self.every,
            "clock": clock.isoformat(),
        }
        with self.database.writing() as connection:
            sign = Heartbeat(
                node=self.node,
                kind=self.kind,
                at=database_now(connection) or clock,
                version=self.version,
                detail={**more, **self.detail()},
            )
            beat(connection, sign)
        if self.sign is not None:
            self.sign.give()

    def _run(self) -> None:
        is_lost = False
        while True:
            try:
                self.give()
            except SQLAlchemyError as error:
                if not is_lost:
                    log.warning("no sign of life can be given: %s", str(error).splitlines()[0])
                is_lost = True
            else:
                is_lost = False
            if self._stopping.wait(1.0 if is_lost else self.every):
                return


def memory() -> int:
    """Return how many bytes of memory this process takes, 0 where it cannot be told."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
