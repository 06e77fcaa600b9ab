"""The editor of calendars: a week to paint, a year to look at, and the days that are different."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from babel import Locale

from sopwith.calendars import Calendar
from sopwith.calendars.public_holidays import PublicHolidays, known_codes, public_holidays

from ...languages import lang, locale
from ...visitor import now
from ...wording import gettext as _
from . import calendar_days as days_of
from .calendar_days import Entry, Operation
from .calendar_week import SLOT, SLOTS, WeekDay, hours_of, week_days
from .lenient import held, words
from .moments import day_words, month_words
from .place import Place
from .subject import Subject

FIRST_YEAR, LAST_YEAR = 2000, 2100
ZONES = (
    "Asia/Shanghai", "Asia/Hong_Kong", "Asia/Taipei", "Asia/Tokyo", "Asia/Seoul", "Asia/Singapore", "Asia/Kolkata",
    "Asia/Dubai", "Australia/Sydney", "Europe/London", "Europe/Berlin", "Europe/Paris", "Europe/Madrid", "Europe/Moscow",
    "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "America/Sao_Paulo", "UTC",
)  # fmt: skip
HOME = {"Asia/Shanghai": "CN", "Asia/Hong_Kong": "HK", "Asia/Taipei": "TW", "Asia/Tokyo": "JP", "Europe/Berlin": "DE", "Europe/London": "GB", "America/New_York": "US"}  # fmt: skip
Facts = dict[str, Any]


def view(subject: Subject) -> Facts:
    """Return the week, the year that was asked for, and what is selected."""
    place, doc = Place.read(subject.at), subject.doc
    calendar = subject.bench.partly.calendars.get(subject.document.id)
    year = _year(place)
    country = words(doc.get("country"))
    week = week_days(doc.get("week"))
    return {
        "place": place,
        "held": held(doc),
        "always": doc.get("always") is True,
        "week": week,
        "hour_marks": range(0, 24, 2),
        "slots": [_time(slot) for slot in range(SLOTS + 1)],
        "weekdays": weekday_words(),
        "week_data": {
            "keys": [
                {"key": one.key, "days": one.days, "windows": one.written}
                for one in hours_of(doc.get("week"))
            ],
            "slot": SLOT,
        },
        "usual": _usual(),
        "zones": ZONES,
        "year": year,
        "kind_words": {
            kind: kind_word(kind) for kind in ("open", "holiday", "worked", "special", "closed")
        },
        "years": [year - 1, year, year + 1],
        "months": _months(calendar, year) if calendar is not None else [],
        "lists": {name: days_of.entries(doc, name) for name in days_of.LISTS},
        "total": _total(week),
        **_country(doc, country, place, year),
        **_selected(doc, calendar, place),
    }


def _year(place: Place) -> int:
    asked = place.asked.get("year", "")
    if asked.isascii() and asked.isdigit() and FIRST_YEAR <= int(asked) <= LAST_YEAR:
        return int(asked)
    return now().year


def _time(slot: int) -> str:
    return f"{slot * SLOT // 60:02}:{slot * SLOT % 60:02}"


def weekday_words() -> list[str]:
    """Return the names of the weekdays, Monday first."""
    return [_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday")]  # fmt: skip


def _usual() -> list[tuple[str, Any]]:
    """Return weeks that many firms have, by what they are called."""
    return [
        (_("Monday to Friday, 9 to 18"), {"mon-fri": ["09:00-18:00"]}),
        (_("with a lunch break"), {"mon-fri": ["09:00-12:00", "13:30-18:00"]}),
        (_("Monday to Saturday"), {"mon-fri": ["09:00-18:00"], "sat": ["09:00-12:00"]}),
        (_("every day, 9 to 21"), {"mon-sun": ["09:00-21:00"]}),
    ]


def _total(week: list[WeekDay]) -> str:
    minutes = sum(one.minutes for one in week)
    return f"{minutes / 60:.2f}".rstrip("0").rstrip(".")


def _months(calendar: Calendar, year: int) -> list[Facts]:
    today = now().date()
    return [
        {
            "name": name,
            "weeks": [[_day(calendar, day, today) for day in week] for week in weeks],
        }
        for name, weeks in zip(month_words(), days_of.months_of(calendar, year), strict=True)
    ]


def _day(calendar: Calendar, day: date | None, today: date) -> Facts | None:
    if day is None:
        return None
    kind = days_of.kind_of(calendar, day)
    title = calendar.titles.get(day)
    said = [day_words(day), kind_word(kind), title.get(lang()) if title else ""]
    if kind != "closed":
        said.append(days_of.hours_on(calendar, day))
    return {
        "date": day.isoformat(),
        "number": day.day,
        "kind": kind,
        "words": _(", ").join(one for one in said if one),
        "today": day == today,
        "unknown": calendar.is_unknown(day),
    }


def kind_word(kind: str) -> str:
    """Return the words for what a day is."""
    known = {
        "open": _("working day"),
        "closed": _("closed"),
        "holiday": _("day off"),
        "worked": _("worked in exchange"),
        "special": _("hours of its own"),
        "shut": _("closed by exception"),
    }
    return known.get(kind, kind)


def _country(doc: Mapping[str, Any], country: str, place: Place, year: int) -> Facts:
    """Return what is known of the public holidays of the country that is set, asked for, or near."""
    code = (place.asked.get("country") or country or HOME.get(words(doc.get("zone")), "")).upper()
    known = public_holidays(code) if _is_code(code) else None
    return {
        "country": country,
        "code": code,
        "countries": _countries(),
        "known_country": known is not None,
        "announced": known is not None and year <= known.known_until.year,
        "public": _public(known, year),
        "copying": days_of.copying(doc, known, year) if known and not country else [],
    }


def _is_code(code: str) -> bool:
    return code in known_codes()


def _public(known: PublicHolidays | None, year: int) -> Facts:
    if known is None:
        return {"off": [], "worked": []}
    return {
        "off": [(day, title) for day, title in known.names.items() if day.year == year],
        "worked": sorted(day for day in known.working_days if day.year == year),
    }


def _countries() -> list[tuple[str, str]]:
    """Return the codes of countries with their names, in the order of the names."""
    names = Locale.parse(locale()).territories
    found = [(code, str(names.get(code, code))) for code in known_codes() if "-" not in code]
    return sorted(found, key=lambda one: one[1])


def _selected(doc: Mapping[str, Any], calendar: Calendar | None, place: Place) -> Facts:
    """Return the day, or the item of a list, that the inspector shows."""
    nothing: Facts = {"day": None, "entry": None}
    if place.first == "day" and len(place.steps) == 2:
        try:
            day = date.fromisoformat(place.steps[1])
        except ValueError:
            return nothing
        return {**nothing, "day": _one_day(doc, calendar, day)}
    index = place.index(1)
    if place.first in days_of.LISTS and index is not None:
        known = days_of.entries(doc, place.first)
        if index < len(known):
            return {**nothing, "entry": known[index]}
    return nothing


def _one_day(doc: Mapping[str, Any], calendar: Calendar | None, day: date) -> Facts:
    named = [one for name in days_of.LISTS for one in days_of.entries(doc, name) if day in one.days]
    kind = days_of.kind_of(calendar, day) if calendar else ""
    title = calendar.titles.get(day) if calendar else None
    return {
        "date": day.isoformat(),
        "words": day_words(day),
        "kind": kind,
        "kind_words": kind_word(kind),
        "title": title,
        "hours": days_of.hours_on(calendar, day) if calendar else "",
        "named": named,
        "ways": _ways(doc, day, named),
    }


def _ways(doc: Mapping[str, Any], day: date, named: list[Entry]) -> list[tuple[str, str, list[Operation]]]:  # fmt: skip
    """Return what the day can be made: icon, words, operations."""
    iso, free = day.isoformat(), days_of.freeing(doc, day)
    plain = _after(doc, free)
    made = [
        ("sun", _("Day off"), [*free, *days_of.adding(plain, "holidays", day, iso)]),
        ("briefcase", _("Worked in exchange, Monday's hours"), [*free, *days_of.adding(plain, "working_days", day, iso)]),
        ("clock", _("Hours of its own"), [*free, *days_of.adding(plain, "exceptions", day, {"date": iso, "windows": ["09:00-12:00"]})]),
    ]  # fmt: skip
    if named:
        made.append(("arrow-back-up", _("As in every week"), free))
    return made


def _after(doc: Mapping[str, Any], operations: list[Operation]) -> Mapping[str, Any]:
    """Return the three lists as they are when *operations* are done."""
    lists: dict[str, Any] = {
        name: list(doc[name]) for name in days_of.LISTS if isinstance(doc.get(name), list)
    }
    for one in operations:
        path = one["path"]
        if one["op"] == "clear":
            lists.pop(path[0], None)
        elif one["op"] == "remove":
            del lists[path[0]][path[1]]
        elif one["op"] == "put":
            lists[path[0]][path[1]] = one["value"]
        else:
            lists[path[0]].insert(one["index"], one["value"])
    return lists
