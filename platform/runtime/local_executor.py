"""Carries jobs out in threads of this process, a few for each lane."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from ..store.jobs import JobClaim
from .job_queue import Lane

log = logging.getLogger(__name__)

THREADS: Mapping[Lane, int] = {Lane.INSIDE: 2, Lane.MAIL: 2, Lane.WEB: 2}
AHEAD: Mapping[Lane, int] = {Lane.INSIDE: 20, Lane.MAIL: 2, Lane.WEB: 1}
"""How many jobs may wait for each thread: inside jobs take milliseconds, a web call up to 15 seconds."""


@dataclass(slots=True)
class LocalExecutor:
    """Runs each job by *run* in the threads of its lane, so that no lane can hold up another.

    run: carries out one job by id and token; it never raises. done: called after each job.
    """

    run: Callable[[int, str], None]
    done: Callable[[], None] = field(default=lambda: None)
    _pools: dict[Lane, ThreadPoolExecutor] = field(init=False)
    _open: dict[Future[None], JobClaim] = field(default_factory=dict, init=False)
    _fallen: list[JobClaim] = field(default_factory=list, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def __post_init__(self) -> None:
        self._pools = {
            lane: ThreadPoolExecutor(count, f"sopwith-{lane.name.lower()}")
            for lane, count in THREADS.items()
        }

    def room(self) -> Mapping[Lane, int]:
        """Return how many more jobs each lane may take."""
        with self._lock:
            busy = [job.lane for job in self._open.values()]
        return {
            lane: max(0, count * (1 + AHEAD[lane]) - busy.count(lane))
            for lane, count in THREADS.items()
        }

    def submit(self, job: JobClaim) -> None:
        """Let a thread of the job's lane carry it out."""
        future = self._pools[Lane(job.lane)].submit(self._carry_out, job)
        with self._lock:
            self._open[future] = job
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
        left = [job for future, job in futures.items() if future.cancel()]
        wait([future for future in futures if not future.cancelled()], seconds)
        for pool in self._pools.values():
            pool.shutdown(wait=False, cancel_futures=True)
        return left

    def _carry_out(self, job: JobClaim) -> None:
        try:
            self.run(job.id, job.token)
        except Exception:  # the database is away, or else the job would know
            log.exception("job %s could not be carried out", job.key)
            with self._lock:
                self._fallen.append(job)

    def _forget(self, future: Future[None]) -> None:
        with self._lock:
            self._open.pop(future, None)
        self.done()
