"""Working time of one calendar: add it, count it between two moments, find openings and closings."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from .breakdown import Reason, Slice, break_down
from .model import FULL_DAY, Calendar, OutOfCalendarError
from .opening import FIRST_YEAR, LAST_YEAR, Piece, open_pieces, year_start
from .working_days import add_working_days

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FLOOR = year_start(FIRST_YEAR)
_CEILING = year_start(LAST_YEAR + 1)


_Table = tuple[int, int, list[int], list[int], list[int]]
"""Low and high bound, then starts, worked, shift: the open intervals of whole years, after an empty one at low.

starts[i] is where interval i opens, worked[i] the working seconds before it (worked has one entry more), and
inside it shift[i + 1] + stamp is the working seconds up to stamp; both are found at i + 1 by one bisection.
A plain tuple, because unpacking one is faster than any other way to read five things at once.
"""

_NO_TABLE: _Table = (0, 0, [], [0], [0])


class WorkingTime:
    """Arithmetic on the working time of *calendar*, from 1970 to 2200, in seconds.

    The table of intervals grows by whole years when a question needs them and is swapped in one step, so
    threads may share one object. Datetimes must be aware; answers are in UTC. A moment past the table's
    bounds, and working time that never comes, raise OutOfCalendarError.
    """

    __slots__ = ("_pieces", "_table", "_zone", "calendar", "is_always_open")

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self.is_always_open = calendar.always or _never_closes(calendar)
        self._zone = ZoneInfo(calendar.zone)
        self._pieces: dict[int, tuple[Piece, ...]] = {}
        self._table = _NO_TABLE

    def add(self, start: datetime, seconds: int) -> datetime:
        """Return the moment at which *seconds* of working time after *start* are used up.

        Nothing added is *start* itself, open or not. A due moment exactly at closing stays there.
        """
        span = start - _EPOCH
        stamp = span.days * 86_400 + span.seconds
        if not span.microseconds:
            return _EPOCH + timedelta(0, self.add_epoch(stamp, seconds))
        return self._add_exact(start, stamp, span.microseconds, seconds)

    def add_epoch(self, start: int, seconds: int) -> int:
        """Return the epoch second at which *seconds* of working time after *start* are used up."""
        low, high, starts, worked, shift = self._table
        if not low <= start < high or seconds <= 0:
            if seconds <= 0 or self.is_always_open:
                return self._add_plain(start, seconds)
            _, _, starts, worked, shift = self._cover(start)
        at = bisect_right(starts, start)
        ahead = shift[at]
        used = start + ahead
        full = worked[at]
        if used > full:
            used = full
        used += seconds
        if used <= full:
            return used - ahead
        at = bisect_left(worked, used, at)
        if at < len(worked):
            return used - shift[at]
        return self._add_beyond(start, seconds)

    def between(self, start: datetime, end: datetime) -> int:
        """Return the whole seconds of working time from *start* to *end*, negative when *end* is first."""
        one, two = start - _EPOCH, end - _EPOCH
        first = one.days * 86_400 + one.seconds
        second = two.days * 86_400 + two.seconds
        if not one.microseconds and not two.microseconds:
            return self.between_epoch(first, second)
        micros = self.between_epoch(first, second) * 1_000_000
        micros += two.microseconds if self._is_open(second) else 0
        micros -= one.microseconds if self._is_open(first) else 0
        return micros // 1_000_000 if micros >= 0 else -(-micros // 1_000_000)

    def between_epoch(self, start: int, end: int) -> int:
        """Return the seconds of working time from *start* to *end*, both epoch seconds."""
        low, high, starts, worked, shift = self._table
        if not (low <= start < high and low <= end < high):
            if self.is_always_open:
                return end - start
            _, _, starts, worked, shift = self._cover(start, end)
        at = bisect_right(starts, start)
        first = start + shift[at]
        if first > worked[at]:
            first = worked[at]
        at = bisect_right(starts, end)
        second = end + shift[at]
        return (second if second < worked[at] else worked[at]) - first

    def add_days(self, start: datetime, days: int) -> datetime:
        """Return the same wall-clock time *days* working days later, moved into that day's hours.

        Before its opening becomes the opening, in a break the end of the break, after its closing the closing. A start
        outside working hours counts from the next opening; exactly at closing still belongs to its day.
        Zero days is *start* itself.
        """
        if days < 0:
            raise ValueError("working days are added, not taken away")
        if days == 0:
            return start.astimezone(UTC)
        begin = (
            start if self.is_open(start) or self._is_at_closing(start) else self.next_opening(start)
        )
        return add_working_days(self.calendar, self._zone, begin, days)

    def is_open(self, at: datetime) -> bool:
        """Return whether *at* is working time; the moment of closing is not."""
        return self._is_open(_stamp(at))

    def next_opening(self, at: datetime) -> datetime:
        """Return *at* itself when it is working time, else the next moment that is."""
        stamp = _stamp(at)
        if self._is_open(stamp):
            return at.astimezone(UTC)
        return _moment(self.add_epoch(stamp, 1) - 1)

    def closes_at(self, at: datetime) -> datetime | None:
        """Return when the working stretch around *at* ends; None when *at* is closed or it never ends."""
        stamp = _stamp(at)
        if self.is_always_open or not self._is_open(stamp):
            return None
        table = self._cover(stamp)
        while True:
            _, high, starts, worked, shift = table
            index = bisect_right(starts, stamp)
            closing = worked[index] - shift[index]
            if closing < high:
                return _moment(closing)
            if high >= _CEILING:
                return None
            table = self._double(table)

    def breakdown(self, start: datetime, due: datetime) -> tuple[Slice, ...]:
        """Return how the time from *start* to *due* was counted, stretch by stretch, at most 400."""
        start, due = start.astimezone(UTC), due.astimezone(UTC)
        if self.is_always_open:
            seconds = self.between(start, due)
            whole = Slice(start=start, end=due, seconds=seconds, reason=Reason.OPEN)
            return (whole,) if due > start else ()
        return break_down(self.calendar, self.pieces, self.between, start, due)

    def warning_for(self, day: date) -> bool:
        """Return whether the holidays of *day* are not known yet, so that plain weekly hours count.

        day: a date in the calendar's zone, or an aware datetime.
        """
        if isinstance(day, datetime):
            day = day.astimezone(self._zone).date()
        return self.calendar.is_unknown(day)

    def runs_out(self, today: date, days: int = 60) -> bool:
        """Return whether the known holidays end within *days* after *today*, or have ended."""
        return self.warning_for(today + timedelta(days=days))

    def pieces(self, year: int) -> tuple[Piece, ...]:
        """Return the open stretches inside the UTC *year* with the working day each belongs to."""
        found = self._pieces.get(year)
        if found is None:
            found = self._pieces[year] = open_pieces(self.calendar, year)
        return found

    def _is_open(self, stamp: int) -> bool:
        if self.is_always_open:
            return True
        _, _, starts, worked, shift = self._cover(stamp)
        at = bisect_right(starts, stamp)
        return stamp + shift[at] < worked[at]

    def _is_at_closing(self, at: datetime) -> bool:
        micro = (at - _EPOCH).microseconds
        return not micro and self._is_open(_stamp(at) - 1)

    def _add_plain(self, start: int, seconds: int) -> int:
        if seconds < 0:
            raise ValueError("working time is added, not taken away")
        return start + seconds

    def _add_exact(self, start: datetime, stamp: int, micro: int, seconds: int) -> datetime:
        """Add with a fraction of a second, which is spent only where *start* is open."""
        if seconds <= 0 or self.is_always_open:
            return start.astimezone(UTC) + timedelta(0, self._add_plain(0, seconds))
        if not self._is_open(stamp):
            return _moment(self.add_epoch(stamp, seconds))
        # The fraction lies strictly inside a second, and a second is never split by an opening or closing.
        return _moment(self.add_epoch(stamp, seconds + 1) - 1) + timedelta(0, 0, micro)

    def _add_beyond(self, start: int, seconds: int) -> int:
        """Add where the table was too short: double its length until the end is in it.

        Looks at one table only, because another thread may swap in a longer one meanwhile.
        """
        table = self._cover(start)
        while (due := _due_in(table, start, seconds)) is None:
            if table[1] >= _CEILING:
                raise OutOfCalendarError(
                    f"calendar {self.calendar.id!r}: {seconds} s of working time do not come before {LAST_YEAR + 1}"
                )
            table = self._double(table)
        return due

    def _cover(self, *stamps: int) -> _Table:
        """Return a table that holds every one of *stamps*."""
        table = self._table
        first, last = min(stamps), max(stamps)
        if table[0] <= first and last < table[1]:
            return table
        if first < _FLOOR or last >= _CEILING:
            raise OutOfCalendarError(
                f"calendar {self.calendar.id!r}: a moment outside {FIRST_YEAR} to {LAST_YEAR}"
            )
        return self._extend(_moment(first).year, _moment(last).year + 1)

    def _double(self, table: _Table) -> _Table:
        first, after = _moment(table[0]).year, _moment(table[1]).year
        return self._extend(first, after + max(0, after - first - 2))

    def _extend(self, first_year: int, last_year: int) -> _Table:
        """Swap in a table that holds the years of the present one and those asked for."""
        old = self._table
        if old is not _NO_TABLE:
            first_year = min(first_year, _moment(old[0]).year)
            last_year = max(last_year, _moment(old[1]).year - 1)
        last_year = min(last_year, LAST_YEAR)
        low, high = year_start(first_year), year_start(last_year + 1)
        starts, worked, end = [low], [0, 0], low - 1
        for year in range(first_year, last_year + 1):
            for piece in self.pieces(year):
                if piece.start == end:
                    worked[-1] += piece.end - piece.start
                else:
                    starts.append(piece.start)
                    worked.append(worked[-1] + piece.end - piece.start)
                end = piece.end
        shift = [done - start for done, start in zip(worked, starts, strict=False)]
        self._table = table = (low, high, starts, worked, [0, *shift])
        return table


def _due_in(table: _Table, start: int, seconds: int) -> int | None:
    """Return when *seconds* after *start* are used up, None when that lies past the table."""
    _, _, starts, worked, shift = table
    at = bisect_right(starts, start)
    used = min(start + shift[at], worked[at]) + seconds
    at = bisect_left(worked, used, at)
    return used - shift[at] if at < len(worked) else None


def _never_closes(calendar: Calendar) -> bool:
    special = calendar.holidays or calendar.exceptions or calendar.working_days
    return not special and all(windows == FULL_DAY for windows in calendar.week)


def _stamp(at: datetime) -> int:
    span = at - _EPOCH
    return span.days * 86_400 + span.seconds


def _moment(stamp: int) -> datetime:
    return _EPOCH + timedelta(0, stamp)
