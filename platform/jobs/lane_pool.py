"""The threads of one worker: a few for each lane, so that no lane can hold up another."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any, ClassVar

from celery.concurrency.base import BasePool, apply_target

from ..runtime.lanes import Lane
from .app import queue_of

log = logging.getLogger(__name__)

STOP_SECONDS = 7.0


class Applied:
    """What Celery keeps of a task that was handed over."""

    def __init__(self, future: Future[Any]) -> None:
        self.future = future

    def wait(self, timeout: float | None = None) -> None:
        """Wait until the task ended."""
        wait([self.future], timeout)


class LanePool(BasePool):
    """Runs each task in the threads of the lane whose queue brought it.

    threads: how many for each lane; set it before the worker is made. A task that no thread has begun
    when the worker stops goes back to its queue, because it was not acknowledged yet.
    """

    threads: ClassVar[Mapping[Lane, int]] = dict.fromkeys(Lane, 1)
    body_can_be_buffer = True
    signal_safe = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._open: set[Future[Any]] = set()
        self._pools = {
            queue_of(lane): ThreadPoolExecutor(count, f"sopwith-{lane.name.lower()}")
            for lane, count in self.threads.items()
        }

    @property
    def busy(self) -> int:
        """Return how many tasks were handed over and have not ended."""
        return len(self._open)

    def on_apply(self, *arguments: Any, **options: Any) -> Any:
        """Hand a task to the threads of its lane."""
        target, args, kwargs = arguments
        callback, accept = options.get("callback"), options.get("accept_callback")
        queue = args[2]["delivery_info"]["routing_key"]
        pool = self._pools.get(queue) or next(iter(self._pools.values()))
        future = pool.submit(apply_target, target, args, kwargs, callback, accept)
        self._open.add(future)
        future.add_done_callback(self._ended)
        return Applied(future)

    def _ended(self, future: Future[Any]) -> None:
        self._open.discard(future)
        if not future.cancelled() and (error := future.exception()) is not None:
            log.error("a task could not be carried out", exc_info=error)

    def on_stop(self) -> None:
        """Begin nothing more; wait a few seconds for what runs."""
        until = time.monotonic() + STOP_SECONDS
        for pool in self._pools.values():
            pool.shutdown(wait=False, cancel_futures=True)
        wait(list(self._open), max(0.0, until - time.monotonic()))
        super().on_stop()

    on_terminate = on_stop
