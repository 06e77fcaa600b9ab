"""The clocks of one record in one pass: every change is written down here, with what it makes overdue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from ..calendars import WorkingTime
from ..core.record import Clock, ClockStatus
from ..expressions import Duration
from .facts import ClockChange, Times
from .falling_due import overdue
from .measure import used_in
from .promises import calendar_of
from .ticking import consumed, pause, resume, seconds_of, stop

_ENDED = (ClockStatus.MET, ClockStatus.BREACHED, ClockStatus.CANCELLED)
_RETARGETED = "retargeted"


def alive(clock: Clock | None) -> Clock | None:
    """Return the clock if it has not ended."""
    return clock if clock is not None and clock.status not in _ENDED else None


class Ledger:
    """Clocks by id as they stand, and *changes* in order."""

    def __init__(
        self, clocks: Mapping[str, Clock], now: datetime, times: Times, warn: tuple[int, ...]
    ) -> None:
        self.now, self.times, self.warn = now, times, warn
        self.clocks = dict(clocks)
        self.changes: list[ClockChange] = []

    def put(self, change: str, clock: Clock) -> Clock:
        """Write down one change that counts now, then what the clock has missed by it."""
        self.clocks[clock.id] = clock
        self.changes.append(ClockChange(change=change, clock=clock, at=self.now))
        for late in overdue(clock, self.now, self.times):
            self.clocks[clock.id] = late.clock
            self.changes.append(late)
        return self.clocks[clock.id]

    def working(self, clock: Clock) -> WorkingTime | None:
        """Return the working time that the clock counts, None for plain time."""
        return self.times.of(clock.calendar)

    def start(
        self,
        clock_id: str,
        metric: str,
        policy: str,
        duration: Duration,
        calendar: str,
        at: datetime,
    ) -> Clock:
        """Start a clock; *calendar* counts only if the duration is one of working time."""
        counted = calendar_of(duration, calendar)
        working = self.times.of(counted)
        fresh = Clock(
            id=clock_id,
            metric=metric,
            policy=policy,
            calendar=counted,
            target=seconds_of(duration, working),
            started_at=at,
            warn=self.warn,
        )
        return self.put("started", resume(fresh, at, working))

    def end(self, clock: Clock) -> Clock:
        """End a clock now, met or late."""
        return self.ended(stop(clock, self.now, self.working(clock)))

    def ended(self, clock: Clock) -> Clock:
        """Write down a clock that has ended."""
        return self.put("met" if clock.status is ClockStatus.MET else "ended_late", clock)

    def cancel(self, clock: Clock, reason: str) -> None:
        """Cancel a clock; one that was breached stays breached."""
        if clock.breached_at is not None:
            self.end(clock)
            return
        self.put(
            "cancelled",
            replace(
                clock,
                status=ClockStatus.CANCELLED,
                used=consumed(clock, self.now, self.working(clock)),
                since=None,
                due_at=None,
                ended_at=self.now,
                reason=reason,
            ),
        )

    def pause(self, clock: Clock) -> Clock:
        """Let a clock stand still from now."""
        return self.put("paused", pause(clock, self.now, self.working(clock)))

    def resume(self, clock: Clock) -> Clock:
        """Let a clock run from now."""
        return self.put("resumed", resume(clock, self.now, self.working(clock)))

    def remeasured(
        self, clock: Clock, seconds: int, calendar: str, *, afresh: bool = False
    ) -> Clock:
        """Give a live clock another target and calendar; if that is used up already, it is breached now."""
        working = self.times.of(calendar)
        if afresh:
            used = 0
        elif calendar == clock.calendar:
            used = consumed(clock, self.now, working)
        else:
            used = used_in(clock, self.now, self.working(clock), working)
        warned = () if afresh else clock.warned
        changed = replace(
            clock,
            target=seconds,
            calendar=calendar,
            used=used,
            since=None,
            due_at=None,
            warned=warned,
        )
        return self.moved(changed, _RETARGETED)

    def moved(self, clock: Clock, reason: str) -> Clock:
        """Write down a clock whose *used* or *target* changed, standing still; let it run on if it ran."""
        over = clock.breached_at is None and clock.used >= clock.target
        if clock.status is ClockStatus.RUNNING:
            clock = resume(clock, self.now, self.working(clock))
        if over:
            clock = replace(clock, reason=reason)
            if (
                clock.status is ClockStatus.RUNNING
            ):  # working time or not, it is breached at this moment
                clock = replace(clock, due_at=self.now)
        kept = self.put(_RETARGETED, clock)
        if over and kept.breached_at is None:
            kept = self.put("breached", replace(kept, breached_at=self.now))
        return kept
