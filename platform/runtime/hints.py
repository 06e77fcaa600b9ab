"""Hints between processes on PostgreSQL: who wrote work says so, who claims work listens.

A hint may be lost or doubled; the dispatchers look by themselves too. Both sides have a connection of
their own, and make it anew when it breaks.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from ..store.engine import Database

log = logging.getLogger(__name__)

CHANNEL = "sopwith_jobs"
LOOK_SECONDS = 5.0
AGAIN_SECONDS = 2.0
QUIET_SECONDS = 0.02
"""Between two hints of one process at least; what comes meanwhile is one hint."""


def _driver() -> Any:
    """Return psycopg, which only an installation on PostgreSQL has."""
    return import_module("psycopg")


def address_of(database: Database) -> str:
    """Return what psycopg connects to."""
    return database.url.set(drivername="postgresql").render_as_string(hide_password=False)


@dataclass(slots=True)
class Listener:
    """Calls what it is given at each hint of another process."""

    database: Database
    _stopping: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self, wake: Callable[[], None]) -> None:
        """Start the thread; on SQLite there is nobody to listen to."""
        if self.database.is_sqlite:
            return
        self._thread = threading.Thread(
            target=self._run, args=(wake,), name="sopwith-hints", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Stop soon; nothing waits for it."""
        self._stopping.set()

    def _run(self, wake: Callable[[], None]) -> None:
        psycopg = _driver()
        while not self._stopping.is_set():
            try:
                with psycopg.connect(address_of(self.database), autocommit=True) as connection:
                    connection.execute(f"LISTEN {CHANNEL}")
                    wake()  # what was said before nobody heard
                    while not self._stopping.is_set():
                        if any(
                            True for _ in connection.notifies(timeout=LOOK_SECONDS, stop_after=1)
                        ):
                            wake()
                        elif connection.closed:
                            break
            except psycopg.Error as error:
                log.warning("no hints of work for now: %s", error)
                self._stopping.wait(AGAIN_SECONDS)


@dataclass(slots=True)
class Herald:
    """Says that there is work, from a thread of its own; call it after each commit with new work."""

    database: Database
    _said: threading.Event = field(default_factory=threading.Event)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _thread: threading.Thread | None = None

    def wake(self) -> None:
        """Say it soon; returns at once."""
        if self.database.is_sqlite:
            return
        self._said.set()
        with self._lock:
            if self._thread is None and not self._stopping.is_set():
                self._thread = threading.Thread(
                    target=self._run, name="sopwith-herald", daemon=True
                )
                self._thread.start()

    def stop(self) -> None:
        """Stop saying anything."""
        self._stopping.set()
        self._said.set()

    def _run(self) -> None:
        psycopg = _driver()
        while not self._stopping.is_set():
            try:
                with psycopg.connect(address_of(self.database), autocommit=True) as connection:
                    while not self._stopping.is_set():
                        self._said.wait()
                        self._said.clear()
                        connection.execute(f"NOTIFY {CHANNEL}")
                        self._stopping.wait(QUIET_SECONDS)
            except psycopg.Error as error:
                log.warning("no hints of work for now: %s", error)
                self._stopping.wait(AGAIN_SECONDS)
