"""Carries jobs out in threads of this process, a few for each lane."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from ..store.jobs import JobClaim
from .job_queue import lane_of_batch
from .lanes import Lane

log = logging.getLogger(__name__)

THREADS: Mapping[Lane, int] = {
    Lane.INSIDE: 2,
    Lane.MAIL: 2,
    Lane.WEB: 2,
    Lane.URGENT: 2,
    Lane.BULK: 1,
}
AHEAD: Mapping[Lane, int] = {
    Lane.INSIDE: 100,
    Lane.MAIL: 2,
    Lane.WEB: 1,
    Lane.URGENT: 2,
    Lane.BULK: 50,
}
"""How many jobs may wait for each thread: inside jobs take milliseconds, a web call up to 15 seconds."""


@dataclass(slots=True)
class LocalExecutor:
    """Runs each batch by *run* in the threads of its lane, so that no lane can hold up another.

    run: carries out jobs by their ids and their token; it never raises. done: called after each batch.
    """

    run: Callable[[Sequence[int], str], None]
    done: Callable[[], None] = field(default=lambda: None)
    _pools: dict[Lane, ThreadPoolExecutor] = field(init=False)
    _open: dict[Future[None], Sequence[JobClaim]] = field(default_factory=dict, init=False)
    _fallen: list[JobClaim] = field(default_factory=list, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def __post_init__(self) -> None:
        self._pools = {
            lane: ThreadPoolExecutor(count, f"sopwith-{lane.name.lower()}")
            for lane, count in THREADS.items()
        }

    def room(self) -> Mapping[Lane, int]:
        """Return how many more jobs each lane may take."""
        busy = dict.fromkeys(THREADS, 0)
        with self._lock:
            for jobs in self._open.values():
                busy[lane_of_batch(jobs)] += len(jobs)
        return {
            lane: max(0, count * (1 + AHEAD[lane]) - busy[lane]) for lane, count in THREADS.items()
        }

    def submit(self, jobs: Sequence[JobClaim]) -> None:
        """Let a thread of their lane carry out jobs that share a token."""
        future = self._pools[lane_of_batch(jobs)].submit(self._carry_out, jobs)
        with self._lock:
            self._open[future] = jobs
        future.add_done_callback(self._forget)

    def fallen(self) -> Sequence[JobClaim]:
        """Return, once, the jobs during which *run* raised."""
        with self._lock:
            found, self._fallen = self._fallen, []
        return found

    def stop(self, seconds: float) -> Sequence[JobClaim]:
        """Return the jobs that no thread had begun; wait up to *seconds* for the others."""
        with self._lock:
            futures = dict(self._open)
        left = [job for future, jobs in futures.items() if future.cancel() for job in jobs]
        wait([future for future in futures if not future.cancelled()], seconds)
        for pool in self._pools.values():
            pool.shutdown(wait=False, cancel_futures=True)
        return left

    def _carry_out(self, jobs: Sequence[JobClaim]) -> None:
        try:
            self.run([job.id for job in jobs], jobs[0].token)
        except Exception:  # the database is away, or else the jobs would know
            log.exception("%s jobs could not be carried out, %s first", len(jobs), jobs[0].key)
            with self._lock:
                self._fallen += jobs

    def _forget(self, future: Future[None]) -> None:
        with self._lock:
            self._open.pop(future, None)
        self.done()
