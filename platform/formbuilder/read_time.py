"""Reading what a person typed as a date, or as a date with time in the reader's zone."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .fault import Fault, Reading
from .model import Field
from .read_text import NOT_TEXT, Read

_WIDE = str.maketrans("０１２３４５６７８９－／．：　", "0123456789-/.: ")  # noqa: RUF001  # full-width marks are what people type
_DATE = re.compile(
    r"([0-9]{4})(?:-([0-9]{1,2})-([0-9]{1,2})|/([0-9]{1,2})/([0-9]{1,2})|\.([0-9]{1,2})\.([0-9]{1,2})"
    r"|年([0-9]{1,2})月([0-9]{1,2})日?|([0-9]{2})([0-9]{2}))"
)
_TIME = re.compile(
    r"([01]?[0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9])(?:\.[0-9]{1,9})?)?"
    r"\s*(?:(Z|z)|([+-])([01][0-9]):?([0-5][0-9]))?"
)
_LONGEST_TEXT = 64
_NO_DATE = Fault("VAL018")
_NO_INSTANT = Fault("VAL021")
_NO_SUCH_TIME = Fault("VAL043")


@lru_cache(maxsize=64)
def zone_of(name: str) -> tzinfo:
    """Return the zone called *name*, UTC when there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def spelt_date(text: str) -> date | None:
    """Return the day of ``2026-11-22``, ``2026/11/22``, ``2026.11.22``, ``20261122`` or ``2026年11月22日``."""
    if len(text) > _LONGEST_TEXT:
        return None
    if not text.isascii():
        text = text.translate(_WIDE)
    if len(text) == 10 and text[4] == text[7] == "-":
        try:
            return date.fromisoformat(text)
        except ValueError:
            return None
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    year, month, day = (int(part) for part in found.groups() if part is not None)
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _limits(field: Field, reading: Reading) -> tuple[float | None, float | None]:
    """Return the first and the last day allowed; bounds from today need to know today."""
    low, high = field.low, field.high
    if field.low_is_today and low is not None:
        low = None if reading.today is None else reading.today.toordinal() + low
    if field.high_is_today and high is not None:
        high = None if reading.today is None else reading.today.toordinal() + high
    return low, high


def _within(day: date, field: Field, reading: Reading) -> Fault | None:
    low, high = _limits(field, reading)
    number = day.toordinal()
    if low is not None and number < low:
        return Fault("VAL019", {"limit": date.fromordinal(max(1, int(low))).isoformat()})
    if high is not None and number > high:
        return Fault("VAL020", {"limit": date.fromordinal(max(1, int(high))).isoformat()})
    return None


def _is_kept_date(text: str) -> bool:
    """Return whether *text* is a day in the form that is kept."""
    if len(text) != 10 or text[4] != "-" or text[7] != "-":
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def date_reader(field: Field) -> Read:
    """Return the reader of a day, kept as ``2026-11-22``."""
    bounded = field.low is not None or field.high is not None

    def read(raw: Any, reading: Reading) -> Any:
        if raw.__class__ is not str:
            return NOT_TEXT
        if not bounded and _is_kept_date(raw):
            return raw
        text = raw.strip()
        if not text:
            return None
        day = spelt_date(text)
        if day is None:
            return _NO_DATE
        if bounded and (fault := _within(day, field, reading)) is not None:
            return fault
        return day.isoformat()

    return read


def spelt_instant(text: str, zone: str) -> datetime | Fault:
    """Return the UTC instant of a date with time; without an offset it is local time in *zone*."""
    text = text if text.isascii() else text.translate(_WIDE)
    head, _, tail = text.replace("T", " ", 1).replace("t", " ", 1).partition(" ")
    day, time = spelt_date(head), _TIME.fullmatch(tail.strip())
    if day is None or time is None:
        return _NO_INSTANT
    local = datetime(  # noqa: DTZ001  # the zone follows
        day.year, day.month, day.day, int(time[1]), int(time[2]), int(time[3] or 0)
    )
    try:
        if time[4]:
            return local.replace(tzinfo=UTC)
        if time[5]:
            offset = timedelta(hours=int(time[6]), minutes=int(time[7]))
            return (local - offset if time[5] == "+" else local + offset).replace(tzinfo=UTC)
        place = zone_of(zone)
        instant = local.replace(tzinfo=place).astimezone(UTC)
        there_and_back = instant.astimezone(place).replace(tzinfo=None)
    except (OverflowError, ValueError):
        return _NO_INSTANT
    return instant if there_and_back == local else _NO_SUCH_TIME


def kept_instant(text: str) -> datetime | None:
    """Return the instant of ``2026-11-22T08:00:00Z``, the form that is kept."""
    if len(text) != 20 or text[10] != "T" or text[19] != "Z" or text[11:13] == "24":
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def date_time_reader(field: Field) -> Read:
    """Return the reader of a date with time, kept as ``2026-11-22T08:00:00Z``."""
    bounded = field.low is not None or field.high is not None

    def read(raw: Any, reading: Reading) -> Any:
        if raw.__class__ is not str:
            return NOT_TEXT
        if not bounded and len(raw) == 20 and kept_instant(raw) is not None:
            return raw
        text = raw.strip()
        if not text:
            return None
        if len(text) > _LONGEST_TEXT:
            return _NO_INSTANT
        instant = kept_instant(text) or spelt_instant(text, reading.zone)
        if isinstance(instant, Fault):
            return instant
        if bounded:
            day = instant.astimezone(zone_of(reading.zone)).date()
            if (fault := _within(day, field, reading)) is not None:
                return fault
        return instant.replace(tzinfo=None).isoformat() + "Z"

    return read
