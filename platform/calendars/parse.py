"""From the value of a calendar document to a Calendar, with every finding on the way."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from ..core.diagnostics import Diagnostic, has_errors
from ..core.guess import guess
from ..core.span import Span
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
from .model import CLOSED_WEEK, Calendar, Windows
from .public_holidays import PublicHolidays, known_codes, public_holidays

T = TypeVar("T")
Path = tuple[str | int, ...]
SpanOf = Callable[[Path], Span]

KEYS = (
    "kind", "id", "title", "zone", "always", "week", "country",
    "holidays", "working_days", "exceptions", "known_until",
)  # fmt: skip
MAX_DATES = 10_000

_IDENTIFIER = re.compile(r"[a-z][a-z0-9_-]{0,63}")
_ZONE = re.compile(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*")
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_LANGUAGES = {"en": "English (en)", "zh-CN": "中文（zh-CN）"}


def parse_calendar(
    value: Mapping[str, Any], span_of: SpanOf
) -> tuple[Calendar | None, tuple[Diagnostic, ...]]:
    """Return the calendar that *value* describes, None if it has errors, and every finding in source order.

    span_of: where the value at a path such as ``("week", "mon-fri", 0)`` stands.
    """
    parser = _Parser(span_of)
    calendar = parser.calendar(value)
    found = tuple(sorted(parser.found, key=lambda item: (item.span.line, item.span.column)))
    return (None if has_errors(found) else calendar), found


@dataclass(slots=True)
class _Days:
    """What a list of dates says: for each date its windows, if any, its title and its place."""

    windows: dict[date, Windows | None] = field(default_factory=dict)
    titles: dict[date, Text] = field(default_factory=dict)
    places: dict[date, Path] = field(default_factory=dict)


class _Parser:
    """Collects the findings of one document."""

    def __init__(self, span_of: SpanOf) -> None:
        self.span_of = span_of
        self.found: list[Diagnostic] = []

    def calendar(self, value: Mapping[str, Any]) -> Calendar:
        self._known_keys(value, KEYS, ())
        always = self._flag(value, "always")
        if always:
            return self._always(value)
        if "week" not in value:
            self._report("DEF003", (), key="week")
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
                self._report("CAL012", (key,), key=key)
        return Calendar(
            id=self._id(value),
            title=self._label(value.get("title"), ("title",)),
            zone=self._zone(value),
            always=True,
            span=self.span_of(()),
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
            title=self._label(value.get("title"), ("title",)),
            zone=self._zone(value),
            week=week,
            holidays=frozenset(holidays.windows) | names.keys(),
            working_days=dict.fromkeys(sorted(exchanged)) | working.windows,
            exceptions={day: windows or () for day, windows in exceptions.windows.items()},
            known_until=known_until,
            titles=names | holidays.titles | working.titles | exceptions.titles,
            span=self.span_of(()),
        )

    # single values

    def _id(self, value: Mapping[str, Any]) -> str:
        word = self._text(value, "id")
        if word is not None and not _IDENTIFIER.fullmatch(word):
            self._report("DEF006", ("id",), word=word)
        return word or ""

    def _zone(self, value: Mapping[str, Any]) -> str:
        word = self._text(value, "zone")
        if word is None:
            return "UTC"
        if _is_zone(word):
            return word
        self._report("CAL001", ("zone",), word=word, guess=_guess_zone(word))
        return "UTC"

    def _flag(self, value: Mapping[str, Any], key: str) -> bool:
        flag = value.get(key, False)
        if isinstance(flag, bool):
            return flag
        self._report("DEF007", (key,), key=key)
        return False

    def _text(self, value: Mapping[str, Any], key: str) -> str | None:
        if value.get(key) is None:
            self._report("DEF003", (), key=key)
            return None
        return self._word(value[key], (key,))

    def _word(self, value: Any, path: Path) -> str | None:
        """Return a scalar as text; a reader may have made a date of it."""
        if isinstance(value, str):
            return value
        if isinstance(value, date | int | float):
            return str(value)
        self._report("DEF005", path, key=_key_of(path))
        return None

    def _label(self, value: Any, path: Path) -> Text:
        """Return words for people: a mapping of languages, or one text in one language."""
        if value is None:
            self._report("DEF003", path[:-1], key=_key_of(path))
            return Text()
        if isinstance(value, str):
            words = Text(zh=value) if _CHINESE.search(value) else Text(en=value)
        elif isinstance(value, Mapping):
            self._known_keys(value, ("en", "zh-CN"), path)
            parts = [
                self._word(value[lang], (*path, lang)) or "" if value.get(lang) is not None else ""
                for lang in ("en", "zh-CN")
            ]
            words = Text(*parts)
        else:
            self._report("DEF014", path, key=_key_of(path))
            return Text()
        for lang, word in (("en", words.en), ("zh-CN", words.zh)):
            if not word.strip():
                self._report("DEF015", path, key=_key_of(path), language=_LANGUAGES[lang])
        return words

    def _known_until(self, value: Mapping[str, Any]) -> date | None:
        if value.get("known_until") is None:
            return None
        word = self._word(value["known_until"], ("known_until",))
        return None if word is None else self._read(read_date, word, ("known_until",))

    def _country(self, value: Any) -> PublicHolidays | None:
        if value is None:
            return None
        word = self._word(value, ("country",))
        if word is None:
            return None
        found = public_holidays(word)
        if found is None:
            self._report("CAL017", ("country",), word=word, guess=_guess_country(word))
        return found

    # hours

    def _week(self, value: Any) -> tuple[Windows, ...]:
        if not isinstance(value, Mapping):
            self._report("DEF013", ("week",), key="week")
            return CLOSED_WEEK
        week: dict[int, Windows] = {}
        places: dict[int, Path] = {}
        for key, hours in value.items():
            path: Path = ("week", key)
            windows = self._windows(hours, path)
            for weekday in self._weekdays(str(key), path):
                if weekday in week:
                    self._report("CAL003", path, day=WEEKDAYS[weekday])
                week[weekday] = windows
                places[weekday] = path
        found = tuple(week.get(weekday, ()) for weekday in range(7))
        self._check_nights(found, places)
        return found

    def _weekdays(self, key: str, path: Path) -> list[int]:
        try:
            return read_weekdays(key)
        except UnreadableError as error:
            self._report("CAL002", path, word=error.word, guess=guess(error.word, WEEKDAYS))
            return []

    def _windows(self, value: Any, path: Path) -> Windows:
        if not isinstance(value, Sequence) or isinstance(value, str):
            self._report("DEF012", path, key=_key_of(path))
            return ()
        found: list[tuple[int, int]] = []
        for index, item in enumerate(value):
            here = (*path, index)
            word = self._word(item, here)
            window = None if word is None else self._read(read_window, word, here)
            if window is None:
                continue
            other = next((one for one in found if one[0] < window[1] and window[0] < one[1]), None)
            if other:
                self._report("CAL006", here, first=show_window(other), second=show_window(window))
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
                        self._report(
                            "CAL007",
                            path,
                            first=show_window(window),
                            second=show_window(following[0]),
                            day=WEEKDAYS[(weekday + 1) % 7],
                        )

    # dates

    def _days(self, value: Mapping[str, Any], key: str, *, windows: bool) -> _Days:
        found = _Days()
        items = value.get(key, ())
        if not isinstance(items, Sequence) or isinstance(items, str):
            self._report("DEF012", (key,), key=key)
            return found
        for index, item in enumerate(items):
            if not self._day(item, (key, index), found, windows=windows):
                self._report("CAL019", (key, index), key=key, most=MAX_DATES)
                break
        return found

    def _day(self, item: Any, path: Path, found: _Days, *, windows: bool) -> bool:
        """Read one entry into *found*; False when there are too many dates."""
        hours, title, place = None, Text(), path
        if isinstance(item, Mapping):
            self._known_keys(
                item, ("date", "windows", "title") if windows else ("date", "title"), path
            )
            if "windows" in item and windows:
                hours = self._hours_of_day(item["windows"], (*path, "windows"))
            if "title" in item:
                title = self._label(item["title"], (*path, "title"))
            if item.get("date") is None:
                self._report("DEF003", path, key="date")
                return True
            item, place = item["date"], (*path, "date")
        if path[0] == "exceptions" and hours is None:
            self._report("DEF003", path, key="windows")
        word = self._word(item, place)
        days = None if word is None else self._read(read_dates, word, place)
        if not days:
            return True
        twice = next((day for day in days if day in found.windows), None)
        if twice:
            self._report("CAL016", place, word=twice.isoformat(), key=str(path[0]))
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
            self._report("CAL020", path)
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
                self._report(code, place, word=day.isoformat())

    def _check_whole(self, value: Mapping[str, Any], calendar: Calendar) -> None:
        if "week" in value and not has_errors(self.found) and not any(calendar.week):
            self._report("CAL013", ("week",))
        if calendar.known_until is None and value.get("holidays") and calendar.holidays:
            last = max(calendar.holidays).isoformat()
            self._report("CAL018", ("holidays",), word=last)

    # findings

    def _read(self, read: Callable[[str], T], word: str, path: Path) -> T | None:
        try:
            return read(word)
        except UnreadableError as error:
            self._report(error.code, path, word=error.word)
            return None

    def _known_keys(self, value: Mapping[str, Any], known: Iterable[str], path: Path) -> None:
        for key in value:
            if key not in known:
                unused = [word for word in known if word not in value]
                self._report("DEF004", (*path, key), key=str(key), guess=guess(str(key), unused))

    def _report(self, code: str, path: Path, **values: str | int | None) -> None:
        fit = {name: value for name, value in values.items() if value is not None}
        self.found.append(Diagnostic(span=self.span_of(path), code=code, values=fit))


def _key_of(path: Path) -> str:
    """Return the nearest key of *path*, for a message about an entry of a list."""
    return next((part for part in reversed(path) if isinstance(part, str)), "")


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
