"""Count in working days instead of working hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from .model import Calendar, OutOfCalendarError, Windows
from .opening import LAST_YEAR, instant_of, offset_at, wall_seconds

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)


def add_working_days(calendar: Calendar, zone: ZoneInfo, start: datetime, days: int) -> datetime:
    """Return the wall-clock time of *start* *days* working days later, moved into that day's windows.

    start: a working moment, or exactly the end of one. A moment after midnight of a night shift belongs to the
    day on which the shift began. days: 1 or more.
    """
    span = start - _EPOCH
    stamp = span.days * 86_400 + span.seconds
    wall = stamp + offset_at(stamp, zone)
    home = _home_day(calendar, wall)
    seconds = wall - wall_seconds(home)
    target = _nth_working_day(calendar, home, days)
    moved, kept = _into_windows(seconds, calendar.windows_on(target))
    instant = _EPOCH + timedelta(0, instant_of(wall_seconds(target) + moved, zone))
    return max(start.astimezone(UTC), instant + timedelta(0, 0, span.microseconds if kept else 0))


def _home_day(calendar: Calendar, wall: int) -> date:
    """Return the working day whose window holds *wall*: the later one where a night shift meets the next."""
    today = _EPOCH.date() + timedelta(days=wall // 86_400)
    for closing in (0, 1):  # a moment inside a window goes before one at its end
        for day in (today, today - _DAY):
            seconds = wall - wall_seconds(day)
            for opens, closes in calendar.windows_on(day):
                if opens * 60 <= seconds < closes * 60 + closing:
                    return day
    return today


def _nth_working_day(calendar: Calendar, home: date, days: int) -> date:
    day = home
    while days:
        day += _DAY
        if day.year > LAST_YEAR:
            raise OutOfCalendarError(
                f"calendar {calendar.id!r}: no such working day before {LAST_YEAR + 1}"
            )
        if calendar.windows_on(day):
            days -= 1
    return day


def _into_windows(seconds: int, windows: Windows) -> tuple[int, bool]:
    """Return the nearest allowed second of the day, and whether it is the one asked for."""
    for opens, closes in windows:
        if opens * 60 <= seconds < closes * 60:
            return seconds, True
    for opens, closes in windows:
        if seconds <= opens * 60:
            return opens * 60, False
        if seconds <= closes * 60:
            return seconds, False
    return max(closes for _, closes in windows) * 60, False
