"""What time alone does to clocks: warnings and breaches, each at its own instant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from ..core.record import Clock, ClockStatus
from .facts import ClockChange, Times
from .ticking import instant_of

_WHOLE = 100


def due_changes(
    clocks: Mapping[str, Clock], now: datetime, times: Times
) -> tuple[ClockChange, ...]:
    """Return the warnings and breaches that have come due by *now*, in due order, each at its own instant."""
    found = [change for clock in clocks.values() for change in overdue(clock, now, times)]
    return tuple(
        sorted(found, key=lambda change: (change.at, change.clock.id, change.percent or _WHOLE))
    )


def overdue(clock: Clock, now: datetime, times: Times) -> Iterator[ClockChange]:
    """Yield the warnings of one clock that came due, then its breach."""
    if clock.status is not ClockStatus.RUNNING or clock.breached_at is not None:
        return
    present = clock
    for percent in clock.warn:
        at = instant_of(clock, percent, times.of(clock.calendar))
        if percent not in clock.warned and at is not None and at <= now:
            present = replace(present, warned=(*present.warned, percent))
            yield ClockChange(change="warned", clock=present, at=at, percent=percent)
    if clock.due_at is not None and clock.due_at <= now:
        breached = replace(present, breached_at=clock.due_at)
        yield ClockChange(change="breached", clock=breached, at=clock.due_at)


def next_instant(clock: Clock, times: Times) -> datetime | None:
    """Return when this clock next wants to be looked at: its next warning or its breach."""
    if clock.status is not ClockStatus.RUNNING or clock.breached_at is not None:
        return None
    waits = [
        instant_of(clock, percent, times.of(clock.calendar))
        for percent in clock.warn
        if percent not in clock.warned
    ]
    return min([at for at in [*waits, clock.due_at] if at is not None], default=None)
