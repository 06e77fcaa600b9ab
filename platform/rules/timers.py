"""When timed rules are due: pure arithmetic on instants, zones and working time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from ..calendars import OutOfCalendarError, WorkingTime
from ..expressions import Duration
from .model import Trigger

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LOOK_AHEAD = 800  # days until the next working day; more means never


def after_due(
    trigger: Trigger, entered_at: datetime, working: WorkingTime | None
) -> datetime | None:
    """Return when a record that entered its state at *entered_at* has been in it for the duration.

    working: the calendar in force; without one working time is calendar time. None when working
    time never comes.
    """
    return _later(entered_at, trigger.duration or Duration(seconds=0), working)


def at_due(
    trigger: Trigger, values: Mapping[str, Any], working: WorkingTime | None
) -> datetime | None:
    """Return the instant in the trigger's field with its offset; None without a valid date.

    A field that holds a day counts from the trigger's time (midnight) in the zone of *working*, else UTC.
    """
    zone: tzinfo = ZoneInfo(working.calendar.zone) if working else UTC
    start = _instant(values.get(trigger.date_field), trigger.time, zone)
    if start is None or trigger.offset is None:
        return start
    if trigger.before:
        return _earlier(start, trigger.offset, working)
    return _later(start, trigger.offset, working)


def next_sweep(
    trigger: Trigger, last: datetime, zone: str | tzinfo, working: WorkingTime | None
) -> datetime | None:
    """Return the first sweep after *last* of an ``every`` trigger.

    With a time of day: that wall-clock time in *zone*, whole days apart; where *last* is no sweep
    itself the next occurrence. With a calendar (*working*): moved to the next working day, without
    a time of day to the next opening. None when working time never comes.
    """
    place = ZoneInfo(zone) if isinstance(zone, str) else zone
    duration = trigger.duration or Duration(seconds=86_400)
    if not trigger.time:
        due = _later(last, duration, working)
        if due is None or working is None or working.is_open(due):
            return due
        return _next_opening(due, working)
    clock = time.fromisoformat(trigger.time)
    local = last.astimezone(place)
    is_sweep = _at(local.date(), clock, place) == last
    step = duration.days or max(1, duration.seconds // 86_400)
    if duration.days and working is not None:
        return _nth_working_day(local.date(), clock, place, working, step if is_sweep else 1, last)
    day = local.date() + timedelta(days=step if is_sweep else 0)
    due = _at(day, clock, place)
    if due <= last:
        due = _at(day + timedelta(days=1), clock, place)
    return due if working is None else _on_working_day(due, clock, place, working)


def _nth_working_day(
    day: date, clock: time, zone: tzinfo, working: WorkingTime, count: int, last: datetime
) -> datetime | None:
    for _ in range(_LOOK_AHEAD):
        due = _at(day, clock, zone)
        if due > last and working.calendar.windows_on(day):
            count -= 1
            if count == 0:
                return due
        day += timedelta(days=1)
    return None


def _on_working_day(
    due: datetime, clock: time, zone: tzinfo, working: WorkingTime
) -> datetime | None:
    day = due.astimezone(zone).date()
    for _ in range(_LOOK_AHEAD):
        if working.calendar.windows_on(day):
            return _at(day, clock, zone)
        day += timedelta(days=1)
    return None


def _at(day: date, clock: time, zone: tzinfo) -> datetime:
    """Return the instant of a wall-clock time; one that a clock change skips comes after the gap."""
    return datetime.combine(day, clock, zone).astimezone(UTC)


def _next_opening(at: datetime, working: WorkingTime) -> datetime | None:
    try:
        return working.next_opening(at)
    except OutOfCalendarError:
        return None


def _later(start: datetime, amount: Duration, working: WorkingTime | None) -> datetime | None:
    try:
        if working is not None and amount.business:
            if amount.days:
                return working.add_days(start, amount.days)
            return working.add(start, amount.seconds)
        return start + _plain(amount)
    except (OutOfCalendarError, OverflowError):
        return None


def _earlier(end: datetime, amount: Duration, working: WorkingTime | None) -> datetime | None:
    """Return the latest instant from which *amount* of time leads to *end*."""
    try:
        if working is None or not amount.business:
            return end - _plain(amount)
        if amount.days:
            return _working_days_before(end, amount.days, working)
        return _working_seconds_before(end, amount.seconds, working)
    except (OutOfCalendarError, OverflowError):
        return None


def _plain(amount: Duration) -> timedelta:
    return timedelta(days=amount.days, seconds=amount.seconds)


def _working_days_before(end: datetime, days: int, working: WorkingTime) -> datetime | None:
    """Return the same wall-clock time *days* working days earlier."""
    zone = ZoneInfo(working.calendar.zone)
    local = end.astimezone(zone)
    day = local.date()
    for _ in range(_LOOK_AHEAD + days):
        day -= timedelta(days=1)
        if working.calendar.windows_on(day):
            days -= 1
            if days == 0:
                return _at(day, local.time(), zone)
    return None


def _working_seconds_before(end: datetime, seconds: int, working: WorkingTime) -> datetime:
    """Halve the span until the latest start is found: working time never runs backwards."""
    last = (end - _EPOCH) // timedelta(seconds=1)
    span = max(seconds, 1)
    while working.between_epoch(last - span, last) < seconds:
        span *= 2
    low, high = last - span, last  # between(low) >= seconds > between(high), or seconds is 0
    if seconds <= 0:
        return end
    while high - low > 1:
        middle = (low + high) // 2
        if working.between_epoch(middle, last) >= seconds:
            low = middle
        else:
            high = middle
    return _EPOCH + timedelta(seconds=low)


def _instant(value: Any, clock: str, zone: tzinfo) -> datetime | None:
    """Return the instant that a date or date-time value stands for."""
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        if len(value) == 10:
            return _at(date.fromisoformat(value), time.fromisoformat(clock or "00:00"), zone)
        found = datetime.fromisoformat(value)
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
