"""Those who wait for SQLite's one writer share a transaction, and with it the wait for the disk.

A commit waits for the disk, and nobody else can write meanwhile. So whoever is done writing, while
others wait for their turn, does not commit: the next one writes behind a savepoint in the same
transaction, and the last one commits for all. Nobody's block ends before that commit: what is
answered is on the disk, as if everybody had committed alone.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, RootTransaction
from sqlalchemy.exc import TimeoutError as TurnTimeoutError

MOST = 16
"""Writers that share one commit."""
LONGEST = 0.1
"""Seconds after which a transaction takes in nobody else, so that the first of it need not wait long."""


@dataclass(slots=True, eq=False)
class _Shared:
    """One transaction of several writers. error: why its commit failed, for all of them."""

    connection: Connection
    transaction: RootTransaction
    began: float
    members: int = 0
    done: threading.Event = field(default_factory=threading.Event)
    error: BaseException | None = None

    @property
    def driver(self) -> Any:
        return self.connection.connection.driver_connection


@dataclass(slots=True, eq=False)
class _Waiting:
    """Somebody in the queue, who wants the transaction for himself or not, and is in a hurry or not."""

    alone: bool
    patient: bool
    turn: threading.Event = field(default_factory=threading.Event)


class SharedCommits:
    """The turns of the writers on one engine, first come, first served."""

    def __init__(self, engine: Engine, patience: float) -> None:
        self._engine, self._patience = engine, patience
        self._lock = threading.Lock()
        self._taken = False
        self._queue: deque[_Waiting] = deque()
        self._open: _Shared | None = None

    @property
    def is_waited_for(self) -> bool:
        """Return whether somebody in a hurry waits for a turn."""
        with self._lock:
            return any(not one.patient for one in self._queue)

    @contextmanager
    def writing(self, *, alone: bool = False, patient: bool = False) -> Iterator[Connection]:
        """Give the turn and the connection; return when what was written is committed.

        alone: with a transaction of its own, for whoever writes long. patient: nobody looks on while it waits.
        """
        shared = self._enter(alone, patient)
        try:
            yield shared.connection
        except BaseException as error:
            self._give_up(shared, error)
            raise
        self._leave(shared, alone)

    # --- turns --------------------------------------------------------------------------------------

    def _enter(self, alone: bool, patient: bool) -> _Shared:
        self._wait(_Waiting(alone, patient))
        try:
            if self._open is None:
                self._open = self._begun()
            else:
                self._open.driver.execute("SAVEPOINT member")
        except BaseException as error:
            self._end(error)
            raise
        return self._open

    def _begun(self) -> _Shared:
        connection = self._engine.connect()
        try:
            return _Shared(connection, connection.begin(), time.monotonic())
        except BaseException:
            connection.close()
            raise

    def _wait(self, waiting: _Waiting) -> None:
        with self._lock:
            if not self._taken:
                self._taken = True
                return
            self._queue.append(waiting)
        if waiting.turn.wait(self._patience):
            return
        with self._lock:
            if waiting not in self._queue:
                return  # the turn came in the last moment
            self._queue.remove(waiting)
        raise TurnTimeoutError(f"nobody let go of the database within {self._patience:.0f} seconds")

    def _pass_on(self) -> None:
        """Give the turn to the next; the transaction of the last one is over."""
        with self._lock:
            if self._queue:
                self._queue.popleft().turn.set()
            else:
                self._taken = False

    # --- ends ---------------------------------------------------------------------------------------

    def _leave(self, shared: _Shared, alone: bool) -> None:
        shared.members += 1
        if alone or not self._takes_in_another(shared):
            self._end(None)
        shared.done.wait()
        if shared.error is not None:
            raise shared.error

    def _takes_in_another(self, shared: _Shared) -> bool:
        """Give the turn to whoever waits, with the transaction still open; False when nobody may have it."""
        if shared.members >= MOST or time.monotonic() - shared.began > LONGEST:
            return False
        with self._lock:
            if not self._queue or self._queue[0].alone:
                return False
            self._queue.popleft().turn.set()
        return True

    def _give_up(self, shared: _Shared, error: BaseException) -> None:
        """Undo what the last one wrote, and let the others' stay; with nobody else undo all."""
        if shared.members:
            with suppress(Exception):
                shared.driver.execute("ROLLBACK TO member")
                self._end(None, give_back=False)
                return
        self._end(error)

    def _end(self, error: BaseException | None, *, give_back: bool = True) -> None:
        """Commit, or with an error undo everything; tell all who wait for it, and pass the turn on.

        give_back: the connection; else it is thrown away, as a query left half read keeps its snapshot.
        """
        shared, self._open = self._open, None
        try:
            if shared is not None:
                self._settle(shared, error, give_back)
        finally:
            if shared is not None:
                shared.done.set()
            self._pass_on()

    def _settle(self, shared: _Shared, error: BaseException | None, give_back: bool) -> None:
        connection = shared.connection
        try:
            if error is None:
                shared.transaction.commit()
            else:
                shared.transaction.rollback()
            shared.error = error
        except BaseException as failed:
            shared.error = failed
        finally:
            with suppress(Exception):
                if shared.error is not None or not give_back:
                    connection.invalidate()
                connection.close()
