"""Single days of a calendar: what each is, why, and the operations that make it something else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sopwith.calendars import Calendar
from sopwith.calendars.hours import UnreadableError, read_dates, show_window
from sopwith.calendars.public_holidays import PublicHolidays
from sopwith.core.text import Text

from .lenient import label, mapping, sequence, words

LISTS = ("holidays", "working_days", "exceptions")
_DAY = timedelta(days=1)
Operation = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item of a list of days: where it stands, which days it names (none when it cannot be read)."""

    name: str
    index: int
    written: str
    days: tuple[date, ...]
    title: Text
    hours: str
    value: Any

    @property
    def path(self) -> list[str | int]:
        """Return where the entry stands in the definition."""
        return [self.name, self.index]

    @property
    def date_path(self) -> list[str | int]:
        """Return where its date stands."""
        return [*self.path, "date"] if isinstance(self.value, dict) else self.path


def entries(doc: Mapping[str, Any], name: str) -> list[Entry]:
    """Return the items of one of the three lists, in the order in which they are written."""
    return [_entry(name, index, one) for index, one in enumerate(sequence(doc.get(name)))]


def _entry(name: str, index: int, value: Any) -> Entry:
    held = mapping(value)
    written = words(held.get("date") if held else value)
    try:
        days = tuple(read_dates(written))
    except UnreadableError:
        days = ()
    hours = ", ".join(words(one) for one in sequence(held.get("windows")))
    return Entry(name=name, index=index, written=written, days=days, title=label(held.get("title")), hours=hours, value=value)  # fmt: skip


def kind_of(calendar: Calendar, day: date) -> str:
    """Return what *day* is: special, shut, worked, holiday, open or closed."""
    if day in calendar.exceptions:
        return "special" if calendar.exceptions[day] else "shut"
    if day in calendar.working_days:
        return "worked"
    if day in calendar.holidays:
        return "holiday"
    return "open" if calendar.windows_on(day) else "closed"


def hours_on(calendar: Calendar, day: date) -> str:
    """Return the hours that begin on *day* as they would be written, empty when it is closed."""
    return ", ".join(show_window(one) for one in calendar.windows_on(day))


def months_of(calendar: Calendar, year: int) -> list[list[list[date | None]]]:
    """Return the twelve months of *year* as weeks of seven days, Monday first, None outside of the month."""
    months = []
    for month in range(1, 13):
        first = date(year, month, 1)
        after = date(year + month // 12, month % 12 + 1, 1)
        days: list[date | None] = [None] * first.weekday()
        days += [first + n * _DAY for n in range((after - first).days)]
        days += [None] * (-len(days) % 7)
        months.append([days[n : n + 7] for n in range(0, len(days), 7)])
    return months


def adding(doc: Mapping[str, Any], name: str, day: date, value: Any) -> list[Operation]:
    """Return the operations that put *value* for *day* into a list, in the order of dates."""
    known = entries(doc, name)
    if not known:
        return [{"op": "set", "path": [name], "value": [value]}]
    place = next((one.index for one in known if one.days and one.days[0] > day), len(known))
    return [{"op": "insert", "path": [name], "index": place, "value": value}]


def freeing(doc: Mapping[str, Any], day: date) -> list[Operation]:
    """Return the operations after which no list names *day*; a range that holds it is cut in two."""
    found: list[Operation] = []
    for name in LISTS:
        named = [one for one in entries(doc, name) if day in one.days]
        left = len(entries(doc, name))
        for one in reversed(named):
            pieces = _without(one, day)
            if pieces:
                found.append({"op": "put", "path": one.path, "value": pieces[0]})
                found += [
                    {"op": "insert", "path": [name], "index": one.index + 1, "value": more}
                    for more in pieces[1:]
                ]
            else:
                left -= 1
                path = one.path if left else [name]
                found.append({"op": "clear" if not left else "remove", "path": path})
    return found


def _without(entry: Entry, day: date) -> list[Any]:
    before = [one for one in entry.days if one < day]
    after = [one for one in entry.days if one > day]
    return [_dated(entry.value, span_of(days)) for days in (before, after) if days]


def _dated(value: Any, written: str) -> Any:
    return {**value, "date": written} if isinstance(value, dict) else written


def span_of(days: Sequence[date]) -> str:
    """Return days without a gap as they are written: ``2026-10-01..2026-10-07``."""
    first, last = days[0].isoformat(), days[-1].isoformat()
    return first if first == last else f"{first}..{last}"


def copying(doc: Mapping[str, Any], known: PublicHolidays, year: int) -> list[Operation]:
    """Return the operations that write a country's days of *year* out, but for those that are named already.

    The calendar then says that it knows the holidays of that year.
    """
    named = {day for name in LISTS for one in entries(doc, name) for day in one.days}
    off = [day for day in known.names if day.year == year and day not in named]
    worked = sorted(day for day in known.working_days if day.year == year and day not in named)
    holidays = [
        {"date": span_of(days), "title": {"en": title.get("en"), "zh-CN": title.get("zh-CN")}}
        for days, title in _runs(off, known.names)
    ]
    made = _appending(doc, "holidays", holidays)
    made += _appending(doc, "working_days", [day.isoformat() for day in worked])
    last = f"{year}-12-31"
    if made and words(doc.get("known_until")) < last:
        made.append({"op": "set", "path": ["known_until"], "value": last})
    return made


def _appending(doc: Mapping[str, Any], name: str, values: list[Any]) -> list[Operation]:
    if not values:
        return []
    had = len(sequence(doc.get(name)))
    if not had:
        return [{"op": "set", "path": [name], "value": values}]
    return [{"op": "insert", "path": [name], "index": had + n, "value": one} for n, one in enumerate(values)]  # fmt: skip


def _runs(days: Sequence[date], titles: Mapping[date, Text]) -> list[tuple[list[date], Text]]:
    """Return neighbouring days of one name together."""
    runs: list[tuple[list[date], Text]] = []
    for day in sorted(days):
        title = titles[day]
        if runs and runs[-1][1] == title and day - runs[-1][0][-1] == _DAY:
            runs[-1][0].append(day)
        else:
            runs.append(([day], title))
    return runs
