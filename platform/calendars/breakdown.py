"""How a due time is made up, stretch by stretch, in the words of a page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from itertools import islice
from zoneinfo import ZoneInfo

from ..core.text import Text
from .model import Calendar
from .opening import FIRST_YEAR, LAST_YEAR, Piece, instant_of, offset_at, wall_seconds

MAX_SLICES = 400

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)


class Reason(StrEnum):
    """Why a stretch counts (the first three) or does not; a summary stands for many stretches."""

    OPEN = "open"
    WORKED = "worked"  # a day worked in exchange
    SPECIAL = "special"  # open by an exception
    BREAK = "break"
    NIGHT = "night"
    OUT_OF_HOURS = "out_of_hours"
    WEEKEND = "weekend"
    DAY_OFF = "day_off"  # a weekday that the week leaves out
    HOLIDAY = "holiday"
    CLOSED = "closed"  # closed by an exception
    SUMMARY = "summary"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """One stretch of a breakdown; *seconds* of it were counted. *title* names the holiday or special day."""

    start: datetime
    end: datetime
    seconds: int
    reason: Reason
    title: Text = field(default_factory=Text)


def break_down(
    calendar: Calendar,
    pieces: Callable[[int], tuple[Piece, ...]],
    count: Callable[[datetime, datetime], int],
    start: datetime,
    due: datetime,
) -> tuple[Slice, ...]:
    """Return the stretches from *start* to *due* without a gap, at most MAX_SLICES.

    pieces: the open stretches of a UTC year. count: working seconds between two moments. What does
    not fit is summed up in a last slice. Both moments are in UTC. Empty when *due* is not after *start*.
    """
    if due <= start:
        return ()
    found = list(islice(_merged(_all_slices(calendar, pieces, start, due)), MAX_SLICES + 1))
    if len(found) <= MAX_SLICES:
        return tuple(found)
    kept = found[: MAX_SLICES - 1]
    reached = kept[-1].end
    seconds = count(start, due) - sum(part.seconds for part in kept)
    return (*kept, Slice(start=reached, end=due, seconds=seconds, reason=Reason.SUMMARY))


def closed_reason(calendar: Calendar, day: date) -> Reason:
    """Return why *day*, which has no windows, is closed."""
    if day in calendar.exceptions:
        return Reason.CLOSED
    if day in calendar.holidays:
        return Reason.HOLIDAY
    return Reason.WEEKEND if day.weekday() >= 5 else Reason.DAY_OFF


def open_reason(calendar: Calendar, day: date) -> Reason:
    """Return why *day*, which has windows, is open."""
    if day in calendar.exceptions:
        return Reason.SPECIAL
    return Reason.WORKED if day in calendar.working_days else Reason.OPEN


def _all_slices(
    calendar: Calendar,
    pieces: Callable[[int], tuple[Piece, ...]],
    start: datetime,
    due: datetime,
) -> Iterator[Slice]:
    begin, end = _stamp(start), _stamp(due)
    before: Piece | None = None
    cursor = start
    for piece in _pieces_around(pieces, start.year):
        if piece.end <= begin:
            before = piece
            continue
        if _moment(piece.start) > cursor:
            opening = min(_moment(piece.start), due)
            yield from _closed(calendar, before, piece, cursor, opening)
            cursor = opening
        if cursor >= due:
            return
        stop = min(_moment(piece.end), due)
        counted = min(piece.end, end) - max(piece.start, begin)
        reason = open_reason(calendar, piece.day)
        title = Text() if reason is Reason.OPEN else _title(calendar, piece.day)
        yield Slice(start=cursor, end=stop, seconds=counted, reason=reason, title=title)
        cursor, before = stop, piece
        if cursor >= due:
            return
    yield Slice(start=cursor, end=due, seconds=0, reason=Reason.DAY_OFF)


def _pieces_around(pieces: Callable[[int], tuple[Piece, ...]], year: int) -> Iterator[Piece]:
    for each in range(max(year - 1, FIRST_YEAR), LAST_YEAR + 1):
        yield from pieces(each)


def _closed(
    calendar: Calendar, before: Piece | None, after: Piece, start: datetime, end: datetime
) -> Iterator[Slice]:
    """Split the closed stretch between two open ones by the reasons of its days."""
    zone = ZoneInfo(calendar.zone)
    low = before.end if before else _stamp(start)
    runs = _runs(calendar, _local_day(low, zone), _local_day(after.start - 1, zone))
    if not runs:
        yield Slice(start=start, end=end, seconds=0, reason=_short_reason(before, after, zone))
        return
    cursor = start
    for index, (_, reason, title) in enumerate(runs):
        last = index + 1 == len(runs)
        stop = end if last else _moment(instant_of(wall_seconds(runs[index + 1][0]), zone))
        stop = min(stop, end)
        if stop > cursor:
            yield Slice(start=cursor, end=stop, seconds=0, reason=reason, title=title)
            cursor = stop


def _runs(calendar: Calendar, first: date, last: date) -> list[tuple[date, Reason, Text]]:
    """Return first day, reason and title of each run of closed days; open days join a neighbour."""
    found: list[tuple[date, Reason, Text]] = []
    day = first
    while day <= last:
        if not calendar.windows_on(day):
            reason, title = closed_reason(calendar, day), _title(calendar, day)
            if not found or (reason, title) != found[-1][1:]:
                found.append((day, reason, title))
        day += _DAY
    return found


def _short_reason(before: Piece | None, after: Piece, zone: ZoneInfo) -> Reason:
    if before and before.day == after.day:
        return Reason.BREAK
    if before and _local_day(before.end, zone) == _local_day(after.start, zone):
        return Reason.OUT_OF_HOURS
    return Reason.NIGHT


def _merged(parts: Iterator[Slice]) -> Iterator[Slice]:
    """Join open slices that touch and have one reason, so that nights and years leave no seam."""
    held: Slice | None = None
    for part in parts:
        if held and part.seconds and (held.reason, held.title) == (part.reason, part.title):
            held = replace(held, end=part.end, seconds=held.seconds + part.seconds)
            continue
        if held:
            yield held
        held = part
    if held:
        yield held


def _title(calendar: Calendar, day: date) -> Text:
    return calendar.titles.get(day, Text())


def _local_day(stamp: int, zone: ZoneInfo) -> date:
    return _EPOCH.date() + timedelta(days=(stamp + offset_at(stamp, zone)) // 86_400)


def _stamp(at: datetime) -> int:
    span = at - _EPOCH
    return span.days * 86_400 + span.seconds


def _moment(stamp: int) -> datetime:
    return _EPOCH + timedelta(0, stamp)
