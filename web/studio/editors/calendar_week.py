"""The week of a calendar as half hours to paint, read from whatever is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sopwith.calendars.hours import WEEKDAYS, UnreadableError, read_weekdays, read_window

from .lenient import mapping, several, words

SLOT = 30
SLOTS = 1440 // SLOT
Window = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """One key of the week: the weekdays that it names, Monday 0, and its hours as they are written."""

    key: str
    days: tuple[int, ...]
    written: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekDay:
    """One weekday. cells: for each half hour open, part, carry (from the evening before) or shut."""

    day: int
    key: str
    with_others: bool
    written: str
    cells: tuple[str, ...]
    minutes: int


def hours_of(week: Any) -> list[Hours]:
    """Return the keys of *week* that name weekdays, in order; others are left to the checker."""
    found = []
    for key, value in mapping(week).items():
        try:
            days = tuple(read_weekdays(key))
        except UnreadableError:
            continue
        found.append(Hours(key=key, days=days, written=tuple(words(one) for one in several(value) if words(one))))  # fmt: skip
    return found


def week_days(week: Any) -> list[WeekDay]:
    """Return the seven days, Monday first."""
    by_day: dict[int, Hours] = {}
    for one in hours_of(week):
        for day in one.days:
            by_day.setdefault(day, one)
    windows = [_windows(by_day.get(day)) for day in range(7)]
    return [_day(day, by_day, windows[day], windows[day - 1]) for day in range(7)]


def _day(day: int, by_day: Mapping[int, Hours], own: list[Window], eve: list[Window]) -> WeekDay:
    hours = by_day.get(day)
    late = [(0, end - 1440) for _start, end in eve if end > 1440]
    return WeekDay(
        day=day,
        key=hours.key if hours else WEEKDAYS[day],
        with_others=hours is not None and len(hours.days) > 1,
        written=", ".join(hours.written) if hours else "",
        cells=tuple(_cell(slot * SLOT, own, late) for slot in range(SLOTS)),
        minutes=sum(end - start for start, end in own),
    )


def _cell(start: int, own: list[Window], late: list[Window]) -> str:
    if inner := _covered(start, own):
        return "open" if inner >= SLOT else "part"
    return "carry" if _covered(start, late) else "shut"


def _covered(start: int, windows: list[Window]) -> int:
    return sum(max(0, min(end, start + SLOT) - max(first, start)) for first, end in windows)


def _windows(hours: Hours | None) -> list[Window]:
    found = []
    for text in hours.written if hours else ():
        try:
            found.append(read_window(text))
        except UnreadableError:
            continue
    return sorted(found)
