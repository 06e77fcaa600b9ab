"""Frees what processes began that give no sign of life any more, long before their leases end."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from ..store.engine import Database
from ..store.holders import end_leases_of, silent_holders
from .job_queue import instant_of
from .ports import Clock
from .pulse import SILENT

log = logging.getLogger(__name__)

LOOK_SECONDS = 5.0
LOOKS_BELONG_TOGETHER = 15.0
PATIENCE: Mapping[str, timedelta] = {"worker": SILENT, "web": SILENT}


@dataclass(slots=True, kw_only=True)
class Vigil:
    """Looks every few seconds for holders of jobs that fell silent.

    A node must be silent in two looks, one shortly after the other: where the database was away for everybody,
    the living give their next sign between them. SQLite has one process, which frees all at its start.
    """

    database: Database
    clock: Clock
    _suspects: frozenset[str] = frozenset()
    _looked: float | None = field(default=None)

    def look(self) -> int:
        """Free what the dead hold, when it is time to look; return how many jobs."""
        steady = self.clock.monotonic()
        since = LOOKS_BELONG_TOGETHER if self._looked is None else steady - self._looked
        if self.database.is_sqlite or (self._looked is not None and since < LOOK_SECONDS):
            return 0
        now = instant_of(self.database, self.clock)
        with self.database.reading() as connection:
            silent = frozenset(silent_holders(connection, now, PATIENCE))
        dead = sorted(silent & self._suspects) if since < LOOKS_BELONG_TOGETHER else []
        self._suspects, self._looked = silent, steady
        if not dead:
            return 0
        with self.database.writing() as connection:
            freed = end_leases_of(connection, dead, now)
        log.warning("%s gave no sign of life; %s jobs that they began are freed", dead, freed)
        return freed
