"""How fast workers work, and with it how much may be claimed for them: no more than they soon begin."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from ..store.backlog import living, under_way
from ..store.engine import Database
from ..store.installation import Heartbeat
from .lanes import IN_DATABASE, LEASE, Lane
from .ports import Clock
from .pulse import MISSED

SOON = LEASE / 3
"""What is claimed is begun within this time, so that no lease ends before."""

_FORGETS = 0.9
_FIRST: Mapping[Lane, float] = {lane: 0.1 if lane in IN_DATABASE else 5.0 for lane in Lane}
"""Seconds that a job is taken to last before one was measured."""

_MOST: Mapping[Lane, int] = {lane: 400 if lane in IN_DATABASE else 4 for lane in Lane}
"""Jobs for each thread at most: outside, the next call may last as long as it is allowed to."""

LOOK_SECONDS = 2.0


def threads_of(lanes: Iterable[Lane], threads: int) -> dict[Lane, int]:
    """Return how many threads each lane of a worker has: inside the database they share one process anyway."""
    found = {}
    for lane in lanes:
        inside = 1 if lane is Lane.BULK else max(1, threads // 2)
        found[lane] = inside if lane in IN_DATABASE else threads
    return found


@dataclass(slots=True)
class Pace:
    """Measures how long jobs last, by lane: at once when they get slow, slowly when they get fast."""

    monotonic: Callable[[], float]
    seconds: dict[Lane, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def measured(self, lane: Lane, count: int) -> Iterator[None]:
        """Measure what is done to *count* jobs of *lane*."""
        started = self.monotonic()
        try:
            yield
        finally:
            self.note(lane, (self.monotonic() - started) / max(1, count))

    def note(self, lane: Lane, lasted: float) -> None:
        """Note that a job lasted so many seconds."""
        with self._lock:
            known = self.seconds.get(lane, lasted)
            self.seconds[lane] = max(lasted, known * _FORGETS + lasted * (1 - _FORGETS))

    def told(self) -> dict[str, float]:
        """Return the figures by the names of the lanes, as a sign of life tells them."""
        with self._lock:
            return {lane.name.lower(): round(one, 4) for lane, one in self.seconds.items()}


@dataclass(slots=True, kw_only=True)
class Capacity:
    """Tells how many more jobs of each lane the living workers would begin soon."""

    database: Database
    clock: Clock
    _known: Mapping[Lane, int] = field(default_factory=dict)
    _until: float = 0.0

    def __call__(self) -> Mapping[Lane, int]:
        """Return how many more jobs of each lane may be claimed now."""
        steady, now = self.clock.monotonic(), self.clock.now()
        with self.database.reading() as connection:
            if steady >= self._until:
                self._known = capacity_of(living(connection, "worker", now, MISSED))
                self._until = steady + LOOK_SECONDS
            busy = under_way(connection, now) if any(self._known.values()) else {}
        return {lane: max(0, self._known.get(lane, 0) - busy.get(lane, 0)) for lane in Lane}


def capacity_of(workers: Iterable[Heartbeat]) -> dict[Lane, int]:
    """Return how many jobs of each lane *workers* would begin within ``SOON``."""
    found = dict.fromkeys(Lane, 0)
    for worker in workers:
        for lane in Lane:
            found[lane] += _of_worker(worker.detail, lane)
    return found


def _of_worker(detail: Mapping[str, Any], lane: Lane) -> int:
    name = lane.name.lower()
    threads = int(detail.get("lanes", {}).get(name, 0))
    seconds = float(detail.get("seconds", {}).get(name, _FIRST[lane]))
    each = min(_MOST[lane], int(SOON.total_seconds() / max(seconds, 0.001)))
    return threads * (1 + max(0, each))
