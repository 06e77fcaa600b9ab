"""A worker: carries out the jobs that the dispatcher sends, in threads of its own for each lane."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from celery import Celery, bootsteps
from celery.worker import WorkController, state
from sqlalchemy.exc import SQLAlchemyError

from ..runtime.lanes import Lane
from ..runtime.pace import Pace
from ..store.engine import Database
from .app import PREFETCH, make_app, queue_of
from .lane_pool import LanePool
from .tasks import Run, register

log = logging.getLogger(__name__)

TICK_SECONDS = 0.1
WAITS = (0.5, 1.0, 2.0, 2.0, 2.0, 4.0, 4.0, 4.0, 8.0, 8.0)
"""Seconds between two tries while the database is away; together less than a lease."""


@dataclass(slots=True, kw_only=True)
class Patience:
    """Carries out a batch; while the database is away it waits and tries again, as long as the lease may hold.

    Trying again is harmless: what was noted is done, what was not is still held by the token.
    """

    run: Run
    database: Database
    pace: Pace
    stopping: threading.Event = field(default_factory=threading.Event)

    def __call__(self, lane: Lane, ids: Sequence[int], token: str) -> None:
        """Carry out the jobs *ids* of *lane*; raises what the database raises when it stays away."""
        for seconds in WAITS:
            try:
                with self.pace.measured(lane, len(ids)):
                    self.run(ids, token)
            except SQLAlchemyError as error:
                log.warning("the database is away: %s", str(error).splitlines()[0])
                if self.stopping.wait(seconds):
                    return
            else:
                return
        self.run(ids, token)


class Heart(bootsteps.StartStopStep):
    """Wakes the worker's loop ten times a second, to acknowledge what began and to see a wish to stop.

    Threads cannot wake the loop, and it sleeps as long as the broker is silent.
    """

    requires = ("celery.worker.components:Hub", "celery.worker.components:Timer")

    def __init__(self, worker: Any, **options: Any) -> None:
        self._entry: Any = None
        super().__init__(worker, **options)

    def start(self, worker: Any) -> None:
        """Begin to wake it."""
        self._entry = worker.timer.call_repeatedly(TICK_SECONDS, lambda: None)

    def stop(self, worker: Any) -> None:
        """Wake it no more."""
        if self._entry is not None:
            self._entry.cancel()


def make_worker(
    broker_url: str, threads: Mapping[Lane, int], carry_out: Patience
) -> WorkController:
    """Return a worker of the lanes in *threads*; ``start`` works until ``ask_to_stop``.

    Call it once in a process: Celery keeps the wish to stop for the whole process.
    """
    app = make_app(broker_url)
    app.set_default()  # the threads look for the task in the application of the process
    logging.getLogger("celery").setLevel(logging.WARNING)
    register_lanes(app, carry_out)
    LanePool.threads = dict(threads)
    app.steps["worker"].add(Heart)
    return WorkController(
        app=app,
        hostname=None,
        pool_cls=LanePool,
        concurrency=sum(threads.values()),
        prefetch_multiplier=max(2, PREFETCH // sum(threads.values())),
        queues=[queue_of(lane) for lane in threads],
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        loglevel="WARNING",
    )


def register_lanes(app: Celery, carry_out: Callable[[Lane, Sequence[int], str], None]) -> None:
    """Register the one task; the lane is told by the queue that brought the message."""
    by_queue = {queue_of(lane): lane for lane in Lane}

    def run(ids: Sequence[int], token: str) -> None:
        queue = (task.request.delivery_info or {}).get("routing_key")
        carry_out(by_queue.get(queue or "", Lane.INSIDE), ids, token)

    task = register(app, run)


def ask_to_stop(*_: object) -> None:
    """Let the worker of this process stop in order: a handler of signals."""
    vars(state)["should_stop"] = 0  # an exit code; False would mean that nobody wishes to stop


def stop_on_signals(also: Callable[[], None]) -> None:
    """Stop in order on SIGTERM and SIGINT; *also* is called first."""

    def handle(*_: object) -> None:
        also()
        ask_to_stop()

    signal.signal(signal.SIGTERM, handle)
    signal.signal(signal.SIGINT, handle)
