"""Many records at once, by the engine and the store, some hundred to a transaction."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sopwith.core import commands as c
from sopwith.core.events import Actor
from sopwith.runtime.ports import Clock
from sopwith.runtime.service import Service

from .texts import text_of

CUSTOMERS = ("acme", "nora", "bluebay", "tomas")
MODULES = ("tasks", "gantt", "approval", "api", "permissions", "billing", "other")
AGENT = Actor("user", "wang", frozenset({"agent"}), frozenset({"first-line"}), "Wang Fang")
AT_ONCE = 200


@dataclass(slots=True)
class FixedClock:
    """A clock that stands where it was put."""

    at: datetime
    beside: Clock

    def now(self) -> datetime:
        """Return the instant it was put to."""
        return self.at

    def monotonic(self) -> float:
        """Return the seconds of the true clock."""
        return self.beside.monotonic()


def open_command(service: Service, number: int) -> c.Create:
    """Return the command that opens ticket *number*."""
    return c.Create(
        actor=AGENT,
        record_id=service.ids.new_id(),
        number="",
        type="ticket",
        form="ticket-intake",
        values={"module": MODULES[number % 7], "type": "question", "description": text_of(number)},
        customer_id=CUSTOMERS[number % 4],
        channel="phone",
        lang="zh-CN" if number % 2 else "en",
    )


def load(
    service: Service, count: int, *, at: Callable[[int], datetime] | None = None
) -> tuple[list[str], float]:
    """Open *count* tickets; return their ids and the seconds it took. at: when each was opened."""
    start, ids = time.perf_counter(), []
    true_clock = service.clock
    try:
        for first in range(0, count, AT_ONCE):
            with service.database.writing() as connection:
                for number in range(first, min(first + AT_ONCE, count)):
                    if at is not None:
                        service.clock = FixedClock(at(number), true_clock)
                    outcome = service.handle_within(connection, open_command(service, number), None)
                    if outcome.record_id is None:
                        raise SystemExit(f"a ticket was refused: {outcome.problems}")
                    ids.append(outcome.record_id)
    finally:
        service.clock = true_clock
    return ids, time.perf_counter() - start
