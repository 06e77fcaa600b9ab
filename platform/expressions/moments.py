"""Dates and instants: a day number, and whole seconds since 1970 in UTC."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .arithmetic import divide
from .context import EMPTY, Context
from .reading import LIMIT

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST = -62_135_596_800
LAST = 253_402_300_799
DAYS = 3_652_059
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([01][0-9]|2[0-3]):([0-5][0-9])"
    r"(?::([0-5][0-9])(?:\.[0-9]{1,9})?)?(?:(Z)|([+-])(0[0-9]|1[0-4]):([0-5][0-9]))"
)


def date_in(raw: object) -> int | None:
    """Return the day number of an ISO date."""
    return parse_date(raw) if raw.__class__ is str else None


def instant_in(raw: object) -> int | None:
    """Return the seconds since 1970 of an ISO date with time and offset."""
    return parse_instant(raw) if raw.__class__ is str else None


@lru_cache(maxsize=4096)
def _parse_date(text: str) -> int | None:
    if not _DATE.fullmatch(text):
        return None
    try:
        return date(int(text[:4]), int(text[5:7]), int(text[8:])).toordinal()
    except ValueError:
        return None


def parse_date(text: str) -> int | None:
    """Return the day number of ``2026-11-22``, or None for anything else."""
    return _parse_date(text) if len(text) == 10 else None


@lru_cache(maxsize=4096)
def _parse_instant(text: str) -> int | None:
    found = _INSTANT.fullmatch(text)
    if found is None or (day := _parse_date(found[1])) is None:
        return None
    seconds = (day - 719_163) * 86_400 + int(found[2]) * 3600 + int(found[3]) * 60
    seconds += int(found[4] or 0)
    if found[6]:
        offset = int(found[7]) * 3600 + int(found[8]) * 60
        seconds += -offset if found[6] == "+" else offset
    return seconds if FIRST <= seconds <= LAST else None


def parse_instant(text: str) -> int | None:
    """Return the seconds since 1970 of an ISO instant with Z or an offset, or None."""
    return _parse_instant(text) if 17 <= len(text) <= 40 else None


def date_out(day: int | None) -> str | None:
    """Return a day number as ISO text."""
    return None if day is None else date.fromordinal(day).isoformat()


def instant_out(seconds: int | None) -> str | None:
    """Return seconds since 1970 as ISO text in UTC."""
    if seconds is None:
        return None
    return (EPOCH + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


def now_in(context: Context) -> int | None:
    """Return the context's instant in seconds since 1970."""
    now = context.now
    return None if now is None or now.tzinfo is None else (now - EPOCH) // timedelta(seconds=1)


def today_in(context: Context) -> int | None:
    """Return the context's day in its own zone."""
    return day_of(now_in(context), context)


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo | timezone:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def known_zone(name: str) -> str:
    """Return *name* if it is a time zone, else UTC."""
    return str(_zone(name))


def day_of(seconds: int | None, context: Context = EMPTY) -> int | None:
    """Return the day on which an instant falls in the context's zone."""
    if seconds is None:
        return None
    try:
        moment = EPOCH + timedelta(seconds=seconds)
        return moment.astimezone(_zone(context.zone)).date().toordinal()
    except OverflowError:
        return None


def shift_instant(instant: int | None, seconds: int | None) -> int | None:
    """Return an instant moved by a duration; None outside the years 1 to 9999."""
    if instant is None or seconds is None:
        return None
    moved = instant + seconds
    return moved if FIRST <= moved <= LAST else None


def shift_date(day: int | None, seconds: int | None) -> int | None:
    """Return a day moved by the whole days of a duration."""
    if day is None or seconds is None:
        return None
    moved = day + seconds // 86_400
    return moved if 1 <= moved <= DAYS else None


def date_gap(left: int | None, right: int | None) -> int | None:
    """Return the time from *right* to *left* in seconds."""
    return None if left is None or right is None else (left - right) * 86_400


def days_between(first: int | None, second: int | None) -> int | None:
    """Return the days from *first* to *second*."""
    return None if first is None or second is None else second - first


def hours_since(instant: int | None, context: Context) -> int | float | None:
    """Return the hours from *instant* to now."""
    now = now_in(context)
    return None if instant is None or now is None else divide(now - instant, 3600)


def business_time_since(instant: int | None, context: Context) -> int | None:
    """Return the working seconds from *instant* to now; calendar time without a calendar."""
    now = now_in(context)
    if instant is None or now is None or context.now is None:
        return None
    if context.business_seconds is None:
        return now - instant
    try:
        start = EPOCH + timedelta(seconds=instant)
        seconds = context.business_seconds(start, context.now)
    except Exception:  # a calendar that does not reach so far must not stop a rule
        return None
    return int(seconds) if seconds.__class__ is int and abs(seconds) < LIMIT else None


def business_hours_since(instant: int | None, context: Context) -> int | float | None:
    """Return the working hours from *instant* to now."""
    return divide(business_time_since(instant, context), 3600)
