"""Read hours and dates as people write them: ``09:00-18:00``, ``2026-10-01..2026-10-07``, ``mon-fri``."""

from __future__ import annotations

import re
from datetime import date, timedelta

from .model import Window
from .opening import FIRST_YEAR, LAST_YEAR

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MAX_RANGE_DAYS = 366

_WINDOW = re.compile(r"([0-9]{1,2}):([0-9]{2})\s*-\s*([0-9]{1,2}):([0-9]{2})")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class UnreadableError(ValueError):
    """A text that is not what it should be; *code* says why, *word* is the part that is wrong."""

    def __init__(self, code: str, word: str) -> None:
        super().__init__(code, word)
        self.code = code
        self.word = word


def read_window(text: str) -> Window:
    """Return the minutes of ``09:00-18:00``; an end before the start lies in the next day.

    Raises UnreadableError.
    """
    match = _WINDOW.fullmatch(text.strip())
    if match is None:
        raise UnreadableError("CAL004", text)
    first, first_minute, last, last_minute = (int(part) for part in match.groups())
    start, end = first * 60 + first_minute, last * 60 + last_minute
    if first_minute > 59 or last_minute > 59 or start >= 1440 or end > 1440:
        raise UnreadableError("CAL004", text)
    if start == end:
        raise UnreadableError("CAL005", text)
    return (start, end) if end > start else (start, end + 1440)


def show_window(window: Window) -> str:
    """Return ``09:00-18:00`` for the minutes of a window."""
    start, end = window
    end = end if end <= 1440 else end - 1440
    return f"{start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}"


def read_date(text: str) -> date:
    """Return the day of ``2026-10-01``. Raises UnreadableError, also outside 1970 to 2200."""
    text = text.strip()
    if not _DATE.fullmatch(text):
        raise UnreadableError("CAL008", text)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise UnreadableError("CAL008", text) from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise UnreadableError("CAL011", text)
    return day


def read_dates(text: str) -> list[date]:
    """Return the days of ``2026-10-01`` or ``2026-10-01..2026-10-07``, a year at most.

    Raises UnreadableError.
    """
    first, dots, last = text.partition("..")
    start = read_date(first)
    end = read_date(last) if dots else start
    if end < start:
        raise UnreadableError("CAL009", text)
    length = (end - start).days + 1
    if length > MAX_RANGE_DAYS:
        raise UnreadableError("CAL010", text)
    return [start + timedelta(days=n) for n in range(length)]


def read_weekdays(text: str) -> list[int]:
    """Return the weekdays, Monday 0, of ``mon`` or ``mon-fri``; ``sat-mon`` goes over the weekend.

    Raises UnreadableError.
    """
    first, dash, last = text.partition("-")
    for name in (first, last) if dash else (first,):
        if name not in WEEKDAYS:
            raise UnreadableError("CAL002", name)
    start = WEEKDAYS.index(first)
    end = WEEKDAYS.index(last) if dash else start
    return [(start + n) % 7 for n in range((end - start) % 7 + 1)]
