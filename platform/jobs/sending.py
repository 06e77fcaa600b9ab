"""Send claimed jobs to workers, never more than they can soon begin."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from celery import Celery, Task

from ..runtime.job_queue import lane_of_batch
from ..runtime.lanes import LEASE, Lane
from ..store.jobs import JobClaim
from .app import queue_of

log = logging.getLogger(__name__)

PAUSE_SECONDS = 1.0
_OPTIONS: Mapping[str, Any] = {
    "expires": LEASE.total_seconds(),  # for the worker: what comes later is not begun
    "expiration": LEASE.total_seconds(),  # for the broker: what nobody fetched is dropped
    "retry": False,
    "ignore_result": True,
}


@dataclass(slots=True, kw_only=True)
class SendingExecutor:
    """Sends the ids and the token of each batch to workers. A message that is lost or doubled does no harm.

    capacity: how many more jobs the workers can begin soon, by lane. give_back: lets others have jobs that
    could not be sent. monotonic: seconds; for a moment after the broker was away nothing is claimed.
    """

    app: Celery
    task: Task[[Sequence[int], str], None]
    capacity: Callable[[], Mapping[Lane, int]]
    give_back: Callable[[Sequence[JobClaim]], None]
    monotonic: Callable[[], float]
    _connection: Any = None
    _producer: Any = None
    _unsent: list[JobClaim] = field(default_factory=list)
    _away_until: float = 0.0
    _is_away: bool = False

    def room(self) -> Mapping[Lane, int]:
        """Return how many more jobs of each lane may be under way; none while the broker is away."""
        self._return_unsent()
        if self.monotonic() < self._away_until:
            return dict.fromkeys(Lane, 0)
        if self._is_away and not self._reach():
            return dict.fromkeys(Lane, 0)
        return self.capacity()

    def submit(self, jobs: Sequence[JobClaim]) -> None:
        """Send the batch; when the broker is away its jobs are given back, which is no try."""
        if self._is_away:
            self._unsent += jobs
            return
        try:
            self._send(jobs)
        except Exception as error:  # of the transport, whichever it is
            self._lose(error)
            self._unsent += jobs

    def fallen(self) -> Sequence[JobClaim]:
        """Return nothing: what a worker could not note comes again when its lease ends."""
        return ()

    def stop(self, seconds: float) -> Sequence[JobClaim]:
        """Return what could not be sent; the rest is the workers' to end."""
        unsent, self._unsent = self._unsent, []
        self._hang_up()
        return unsent

    def _send(self, jobs: Sequence[JobClaim]) -> None:
        if self._producer is None:
            self._call()
        self.task.apply_async(
            args=([job.id for job in jobs], jobs[0].token),
            queue=queue_of(lane_of_batch(jobs)),
            producer=self._producer,
            **_OPTIONS,
        )

    def _return_unsent(self) -> None:
        if self._unsent:
            self.give_back(self._unsent)  # may raise when the database is away too: they are kept
            self._unsent = []

    def _reach(self) -> bool:
        """Look whether the broker is there again, before anything is claimed for it."""
        try:
            self._call()
        except Exception as error:
            self._lose(error)
            return False
        self._is_away = False
        log.info("the broker is there again")
        return True

    def _call(self) -> None:
        self._hang_up()
        connection = self.app.connection_for_write(heartbeat=0)
        self._connection = connection
        connection.connect()
        connection.default_channel  # noqa: B018 - opens it: a broker that only takes the call is not there
        self._producer = self.app.amqp.Producer(connection, auto_declare=False)

    def _lose(self, error: Exception) -> None:
        if not self._is_away:
            log.warning("the broker is away, work waits: %s", error)
        self._is_away = True
        self._away_until = self.monotonic() + PAUSE_SECONDS
        self._hang_up()

    def _hang_up(self) -> None:
        connection, self._connection, self._producer = self._connection, None, None
        if connection is not None:
            with suppress(Exception):
                connection.release()
