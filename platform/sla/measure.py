"""Amounts of time measured again: another calendar, an earlier start, a date in a field."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from ..calendars import WorkingTime
from ..core.record import Clock, ClockStatus
from .ticking import between, consumed, resume, stop

_DAY_LENGTH = 10
_LAST_SECOND = time(23, 59, 59)


def used_in(clock: Clock, now: datetime, old: WorkingTime | None, new: WorkingTime | None) -> int:
    """Return the time used so far in the calendar *new*, from the clock's start.

    Its pauses are left out as a share: seconds of two calendars cannot be added.
    """
    whole = between(clock.started_at, now, new)
    gross = between(clock.started_at, now, old)
    net = consumed(clock, now, old)
    return whole if gross <= net else whole * net // gross


def answered_at(
    clock: Clock, created_at: datetime, reply_at: datetime, working: WorkingTime | None
) -> Clock:
    """Return a clock that never pauses ended by a reply in the past, measured from *created_at* if that is earlier."""
    start = min(clock.started_at, created_at)
    fresh = replace(clock, started_at=start, used=0, status=ClockStatus.RUNNING)
    return stop(resume(fresh, start, working), max(start, reply_at), working)


def instant_in(value: Any, zone: str) -> datetime | None:
    """Return the instant of a stored date-time; a plain date counts to its last second in *zone*."""
    if not isinstance(value, str):
        return None
    place = ZoneInfo(zone)
    try:
        if len(value) == _DAY_LENGTH:
            return datetime.combine(date.fromisoformat(value), _LAST_SECOND, place).astimezone(UTC)
        at = datetime.fromisoformat(value)
        return (at if at.tzinfo else at.replace(tzinfo=place)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
