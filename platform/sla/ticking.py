"""One clock's arithmetic: what is used up, when it is due, pausing, resuming, stopping."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from ..calendars import OutOfCalendarError, WorkingTime
from ..core.record import Clock, ClockStatus
from ..expressions import Duration

_DAY_MINUTES = 1440


def seconds_of(duration: Duration, working: WorkingTime | None) -> int:
    """Return a duration in seconds of its calendar; one business day is one usual day's working time."""
    if duration.days:
        return duration.days * (day_seconds(working) if working else 86_400) + duration.seconds
    return duration.seconds


def day_seconds(working: WorkingTime) -> int:
    """Return the working seconds of a usual day: the first weekday that has any."""
    if working.is_always_open:
        return 86_400
    for windows in working.calendar.week:
        total = sum(
            end - start if end > start else end - start + _DAY_MINUTES for start, end in windows
        )
        if total:
            return total * 60
    return 86_400


def consumed(clock: Clock, now: datetime, working: WorkingTime | None) -> int:
    """Return the seconds of the calendar's time that the clock has used up by *now*."""
    if clock.status is not ClockStatus.RUNNING or clock.since is None or now <= clock.since:
        return clock.used
    return clock.used + between(clock.since, now, working)


def between(start: datetime, end: datetime, working: WorkingTime | None) -> int:
    """Return the whole seconds from *start* to *end* that count."""
    if working is None:
        return int((end - start).total_seconds())
    return working.between(start, end)


def instant_of(clock: Clock, percent: int, working: WorkingTime | None) -> datetime | None:
    """Return when a running clock reaches *percent* of its target; its last start if that is past already.

    None when its working time never comes.
    """
    if clock.status is not ClockStatus.RUNNING or clock.since is None:
        return None
    left = max(0, -(-clock.target * percent // 100) - clock.used)
    try:
        return (
            clock.since + timedelta(seconds=left)
            if working is None
            else working.add(clock.since, left)
        )
    except (OutOfCalendarError, OverflowError):
        return None


def resume(clock: Clock, at: datetime, working: WorkingTime | None) -> Clock:
    """Return the clock running from *at*; a clock breached before keeps its breach and its due time."""
    running = replace(clock, status=ClockStatus.RUNNING, since=at)
    due = running.breached_at or instant_of(running, 100, working)
    return replace(running, due_at=due)


def pause(clock: Clock, at: datetime, working: WorkingTime | None) -> Clock:
    """Return the clock standing still from *at*."""
    used = consumed(clock, at, working)
    return replace(clock, status=ClockStatus.PAUSED, used=used, since=None, due_at=None)


def stop(clock: Clock, at: datetime, working: WorkingTime | None) -> Clock:
    """Return the clock ended at *at*: met if less than the target was used, else breached.

    A due time set by hand may lie outside working hours, so there the instant decides.
    """
    used = consumed(clock, at, working)
    over = clock.due_at <= at if clock.manual and clock.due_at is not None else used >= clock.target
    late = clock.breached_at is not None or over
    return replace(
        clock,
        status=ClockStatus.BREACHED if late else ClockStatus.MET,
        used=used,
        since=None,
        due_at=None,
        ended_at=at,
        breached_at=clock.breached_at or (clock.due_at or at if late else None),
    )
