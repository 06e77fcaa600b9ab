"""The open stretches of a calendar in epoch seconds, exact over every change of the zone's clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from .model import Calendar

FIRST_YEAR = 1970
LAST_YEAR = 2200

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = _EPOCH.date()
_DAY = 86_400
_MARGIN_BEFORE = timedelta(days=4)
_MARGIN_AFTER = timedelta(days=2)


class Piece(NamedTuple):
    """One open stretch from *start* to *end* in epoch seconds, counted for the working day *day*."""

    start: int
    end: int
    day: date


class Stretch(NamedTuple):
    """A stretch of epoch seconds with one distance between wall clock and UTC."""

    start: int
    end: int
    offset: int


def year_start(year: int) -> int:
    """Return the epoch second at which *year* begins in UTC."""
    return (date(year, 1, 1) - _EPOCH_DAY).days * _DAY


def wall_seconds(day: date) -> int:
    """Return the seconds from the wall-clock start of 1970 to that of *day*."""
    return (day - _EPOCH_DAY).days * _DAY


def offset_at(stamp: int, zone: ZoneInfo) -> int:
    """Return how many seconds the wall clock of *zone* is ahead of UTC at *stamp*."""
    shown = (_EPOCH + timedelta(0, stamp)).astimezone(zone).utcoffset()
    assert shown is not None
    return shown.days * _DAY + shown.seconds


@lru_cache(maxsize=4096)
def stretches(zone_name: str, year: int) -> tuple[Stretch, ...]:
    """Return the stretches of constant offset that cover *year*, with a margin of days around it."""
    zone = ZoneInfo(zone_name)
    low = year_start(year) - 8 * _DAY
    high = year_start(year + 1) + 8 * _DAY
    found: list[Stretch] = []
    start, before = low, offset_at(low, zone)
    for probe in range(low + _DAY, high + 1, _DAY):
        after = offset_at(probe, zone)
        if after != before:
            change = _change_between(probe - _DAY, probe, before, zone)
            found.append(Stretch(start, change, before))
            start, before = change, after
    found.append(Stretch(start, high, before))
    return tuple(found)


def _change_between(low: int, high: int, before: int, zone: ZoneInfo) -> int:
    """Return the first second after *low* whose offset is no longer *before*."""
    while high - low > 1:
        middle = (low + high) // 2
        if offset_at(middle, zone) == before:
            low = middle
        else:
            high = middle
    return high


def open_pieces(calendar: Calendar, year: int) -> tuple[Piece, ...]:
    """Return the open stretches inside the UTC *year*, sorted and disjoint.

    A moment is open exactly when the clock on the wall then shows a time inside a window, so a lost hour
    is missing from the count and a doubled hour counts twice.
    """
    low, high = year_start(year), year_start(year + 1)
    cover = stretches(calendar.zone, year)
    found: list[Piece] = []
    day = date(year, 1, 1) - _MARGIN_BEFORE
    last = date(year, 12, 31) + _MARGIN_AFTER
    while day <= last:
        midnight = wall_seconds(day)
        for opens, closes in calendar.windows_on(day):
            for start, end, offset in cover:
                first = max(midnight + opens * 60 - offset, start, low)
                stop = min(midnight + closes * 60 - offset, end, high)
                if first < stop:
                    found.append(Piece(first, stop, day))
        day += timedelta(days=1)
    found.sort()
    return _without_overlap(found)


def _without_overlap(pieces: list[Piece]) -> tuple[Piece, ...]:
    kept: list[Piece] = []
    reached = -1
    for piece in pieces:
        start = max(piece.start, reached)
        if start < piece.end:
            kept.append(Piece(start, piece.end, piece.day))
            reached = piece.end
    return tuple(kept)


def instant_of(wall: int, zone: ZoneInfo) -> int:
    """Return the epoch second at which the wall clock of *zone* first shows *wall* or skips it.

    wall: seconds on the wall clock since the start of 1970. Of a doubled time the first counts; a time that
    does not exist becomes the moment of the change.
    """
    naive = datetime(1970, 1, 1) + timedelta(0, wall)  # noqa: DTZ001  a wall-clock reading
    early, late = sorted(wall - _offset_of(naive, fold, zone) for fold in (0, 1))
    if early == late or early + offset_at(early, zone) == wall:
        return early
    return _change_between(early, late, offset_at(early, zone), zone)


def _offset_of(naive: datetime, fold: int, zone: ZoneInfo) -> int:
    shown = naive.replace(tzinfo=zone, fold=fold).utcoffset()
    assert shown is not None
    return shown.days * _DAY + shown.seconds
