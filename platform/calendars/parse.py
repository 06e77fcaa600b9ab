"""From the value of a calendar document to a Calendar, with every finding on the way."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from ..core.diagnostics import Diagnostic, has_errors
from ..core.guess import guess
from ..core.text import Text
from .hours import (
    WEEKDAYS,
    UnreadableError,
    read_date,
    read_dates,
    read_weekdays,
    read_window,
    show_window,
)
from .model import CLOSED_WEEK, Calendar, Window, Windows
from .public_holidays import PublicHolidays, known_codes, public_holidays
from .shape import Path, Shape, SpanOf

KEYS = (
    "kind", "id", "title", "zone", "always", "week", "country",
    "holidays", "working_days", "exceptions", "known_until",
)  # fmt: skip
MAX_DATES = 10_000

_IDENTIFIER = re.compile(r"[a-z][a-z0-9_-]{0,63}")
_ZONE = re.compile(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*")


def parse_calendar(
    value: Mapping[str, Any], span_of: SpanOf, key_span_of: SpanOf | None = None
) -> tuple[Calendar | None, tuple[Diagnostic, ...]]:
    """Return the calendar that *value* describes, None if it has errors, and every finding in source order.

    span_of: where the value at a path such as ``("week", "mon-fri", 0)`` stands. key_span_of: where its
    key stands, for findings about keys; without it they point at the value.
    """
    shape = Shape(span_of, key_span_of or span_of)
    calendar = _Parser(shape).calendar(value)
    found = tuple(sorted(shape.found, key=lambda item: (item.span.line, item.span.column)))
    return (None if has_errors(found) else calendar), found


@dataclass(slots=True)
class _Days:
    """What a list of dates says: for each date its windows, if any, its title and its place."""

    windows: dict[date, Windows | None] = field(default_factory=dict)
    titles: dict[date, Text] = field(default_factory=dict)
    places: dict[date, Path] = field(default_factory=dict)


class _Parser:
    """Reads one document."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape

    def calendar(self, value: Mapping[str, Any]) -> Calendar:
        self.shape.known_keys(value, KEYS, ())
        always = self.shape.flag(value, "always")
        if always:
            return self._always(value)
        if "week" not in value:
            self.shape.report_key("DEF003", (), key="week")
        week = self._week(value.get("week", {}))
        country = self._country(value.get("country"))
        holidays = self._days(value, "holidays", windows=False)
        working = self._days(value, "working_days", windows=True)
        exceptions = self._days(value, "exceptions", windows=True)
        calendar = self._assemble(value, week, country, holidays, working, exceptions)
        self._check_working_days(calendar, holidays, working)
        self._check_whole(value, calendar)
        return calendar

    def _always(self, value: Mapping[str, Any]) -> Calendar:
        for key in ("week", "country", "holidays", "working_days", "exceptions", "known_until"):
            if key in value:
                self.shape.report_key("CAL012", (key,), key=key)
        return Calendar(
            id=self._id(value),
            title=self.shape.label(value.get("title"), ("title",)),
            zone=self._zone(value),
            always=True,
            span=self.shape.place(()),
        )

    def _assemble(
        self,
        value: Mapping[str, Any],
        week: tuple[Windows, ...],
        country: PublicHolidays | None,
        holidays: _Days,
        working: _Days,
        exceptions: _Days,
    ) -> Calendar:
        """Join the lists of the document with those of the country; the document's own words win."""
        names = dict(country.names) if country else {}
        exchanged = country.working_days - holidays.windows.keys() if country else frozenset()
        known_until = self._known_until(value)
        if known_until is None and country:
            known_until = country.known_until
        return Calendar(
            id=self._id(value),
            title=self.shape.label(value.get("title"), ("title",)),
            zone=self._zone(value),
            week=week,
            holidays=frozenset(holidays.windows) | names.keys(),
            working_days=dict.fromkeys(sorted(exchanged)) | working.windows,
            exceptions={day: windows or () for day, windows in exceptions.windows.items()},
            known_until=known_until,
            titles=names | holidays.titles | working.titles | exceptions.titles,
            span=self.shape.place(()),
        )

    # single values

    def _id(self, value: Mapping[str, Any]) -> str:
        word = self.shape.text(value, "id")
        if word is not None and not _IDENTIFIER.fullmatch(word):
            self.shape.report("DEF006", ("id",), word=word)
        return word or ""

    def _zone(self, value: Mapping[str, Any]) -> str:
        word = self.shape.text(value, "zone")
        if word is None:
            return "UTC"
        if _is_zone(word):
            return word
        self.shape.report("CAL001", ("zone",), word=word, guess=_guess_zone(word))
        return "UTC"

    def _known_until(self, value: Mapping[str, Any]) -> date | None:
        known = value.get("known_until")
        return None if known is None else self.shape.read(read_date, known, ("known_until",))

    def _country(self, value: Any) -> PublicHolidays | None:
        if value is None:
            return None
        word = self.shape.word(value, ("country",))
        if word is None:
            return None
        found = public_holidays(word)
        if found is None:
            self.shape.report("CAL017", ("country",), word=word, guess=_guess_country(word))
        return found

    # hours

    def _week(self, value: Any) -> tuple[Windows, ...]:
        if not isinstance(value, Mapping):
            self.shape.report("DEF013", ("week",), key="week")
            return CLOSED_WEEK
        week: dict[int, Windows] = {}
        places: dict[int, Path] = {}
        for key, hours in value.items():
            path: Path = ("week", key)
            windows = self._windows(hours, path)
            for weekday in self._weekdays(str(key), path):
                if weekday in week:
                    self.shape.report_key("CAL003", path, day=WEEKDAYS[weekday])
                week[weekday] = windows
                places[weekday] = path
        found = tuple(week.get(weekday, ()) for weekday in range(7))
        self._check_nights(found, places)
        return found

    def _weekdays(self, key: str, path: Path) -> list[int]:
        try:
            return read_weekdays(key)
        except UnreadableError as error:
            self.shape.report_key(
                "CAL002", path, word=error.word, guess=guess(error.word, WEEKDAYS)
            )
            return []

    def _windows(self, value: Any, path: Path) -> Windows:
        found: list[Window] = []
        for index, item in enumerate(self.shape.items(value, path)):
            here = (*path, index)
            window = self.shape.read(read_window, item, here)
            if window is None:
                continue
            other = next((one for one in found if one[0] < window[1] and window[0] < one[1]), None)
            if other:
                self.shape.report(
                    "CAL006", here, first=show_window(other), second=show_window(window)
                )
            found.append(window)
        return tuple(sorted(found))

    def _check_nights(self, week: tuple[Windows, ...], places: Mapping[int, Path]) -> None:
        reported: set[Path] = set()
        for weekday in range(7):
            following = week[(weekday + 1) % 7]
            for window in week[weekday]:
                if following and window[1] - 1440 > following[0][0]:
                    path = places[weekday]
                    if path not in reported:
                        reported.add(path)
                        self.shape.report_key(
                            "CAL007",
                            path,
                            first=show_window(window),
                            second=show_window(following[0]),
                            day=WEEKDAYS[(weekday + 1) % 7],
                        )

    # dates

    def _days(self, value: Mapping[str, Any], key: str, *, windows: bool) -> _Days:
        found = _Days()
        for index, item in enumerate(self.shape.items(value.get(key, ()), (key,))):
            if not self._day(item, (key, index), found, windows=windows):
                self.shape.report("CAL019", (key, index), key=key, most=MAX_DATES)
                break
        return found

    def _day(self, item: Any, path: Path, found: _Days, *, windows: bool) -> bool:
        """Read one entry into *found*; False when there are too many dates."""
        hours, title, place = None, Text(), path
        if isinstance(item, Mapping):
            self.shape.known_keys(
                item, ("date", "windows", "title") if windows else ("date", "title"), path
            )
            if "windows" in item and windows:
                hours = self._hours_of_day(item["windows"], (*path, "windows"))
            if "title" in item:
                title = self.shape.label(item["title"], (*path, "title"))
            if item.get("date") is None:
                self.shape.report_key("DEF003", path, key="date")
                return True
            item, place = item["date"], (*path, "date")
        if path[0] == "exceptions" and hours is None:
            self.shape.report_key("DEF003", path, key="windows")
        days = self.shape.read(read_dates, item, place)
        if not days:
            return True
        twice = next((day for day in days if day in found.windows), None)
        if twice:
            self.shape.report("CAL016", place, word=twice.isoformat(), key=str(path[0]))
        if len(found.windows) + len(days) > MAX_DATES:
            return False
        for day in days:
            found.windows[day] = hours
            found.places[day] = place
            if title:
                found.titles[day] = title
        return True

    def _hours_of_day(self, value: Any, path: Path) -> Windows:
        windows = self._windows(value, path)
        if path[0] == "working_days" and not value:
            self.shape.report("CAL020", path)
        return windows

    # meaning

    def _check_working_days(self, calendar: Calendar, holidays: _Days, working: _Days) -> None:
        reported: set[tuple[str, Path]] = set()
        for day, windows in working.windows.items():
            place = working.places[day]
            code = ""
            if windows is None and not calendar.week[0]:
                code = "CAL014"
            elif day in holidays.windows:
                code = "CAL015"
            elif windows is None and day not in calendar.holidays and calendar.week[day.weekday()]:
                code = "CAL021"
            if code and (code, place) not in reported:
                reported.add((code, place))
                self.shape.report(code, place, word=day.isoformat())

    def _check_whole(self, value: Mapping[str, Any], calendar: Calendar) -> None:
        if "week" in value and not has_errors(self.shape.found) and not any(calendar.week):
            self.shape.report("CAL013", ("week",))
        if calendar.known_until is None and value.get("holidays") and calendar.holidays:
            last = max(calendar.holidays).isoformat()
            self.shape.report("CAL018", ("holidays",), word=last)


def _is_zone(word: str) -> bool:
    if not _ZONE.fullmatch(word):
        return False
    try:
        ZoneInfo(word)
    except (KeyError, ValueError, OSError):  # the last for a folder such as Europe
        return False
    return True


def _guess_zone(word: str) -> str | None:
    zones = sorted(available_timezones())
    cities = {zone.rpartition("/")[2]: zone for zone in zones}
    city = word.rpartition("/")[2].replace(" ", "_")
    near = cities.get(city) or guess(word, zones)
    return near or cities.get(guess(city, cities) or "")


def _guess_country(word: str) -> str | None:
    codes = known_codes()
    upper = word.upper().replace("_", "-")
    return upper if upper in codes else guess(word, codes)
