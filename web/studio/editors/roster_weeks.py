"""Four weeks of a roster: who is on when, single days that are different, and what nobody covers."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_interval

from sopwith.calendars import WorkingTime
from sopwith.rules.model import Team
from sopwith.rules.roster import Duty, Gap, duties, gaps

from ...languages import lang, locale
from ...visitor import now
from ...wording import gettext as _
from .moments import zone_named
from .place import Place
from .rosters import Members

Facts = dict[str, Any]
WEEKS = 4
DAY = timedelta(days=1)


def weeks(team: Team, opening: WorkingTime | None, zone_name: str, place: Place, names: Members) -> Facts:  # fmt: skip
    """Return four weeks from the Monday that was asked for, the present one unless told.

    names: the members; while there are none, everybody counts as one.
    """
    zone = zone_named(zone_name)
    first = _first(place, zone)
    start, end = _midnight(first, zone), _midnight(first + WEEKS * 7 * DAY, zone)
    known = duties(team, start, end) if team.shifts else ()
    open_gaps = gaps(team, opening, start, end, lambda name: not names or name in names) if team.shifts else ()  # fmt: skip
    minutes = sum((one.ends - one.begins) // timedelta(minutes=1) for one in open_gaps)
    return {
        "weeks": [
            _week(team, first + number * 7 * DAY, known, open_gaps, zone, names, place)
            for number in range(WEEKS)
        ],
        "gap_hours": f"{minutes / 60:.1f}".removesuffix(".0"),
        "has_gaps": bool(open_gaps),
        "earlier": place.asking(**{"from": (first - WEEKS * 7 * DAY).isoformat()}),
        "later": place.asking(**{"from": (first + WEEKS * 7 * DAY).isoformat()}),
        "zone": zone_name,
    }


def _first(place: Place, zone: ZoneInfo) -> date:
    try:
        day = date.fromisoformat(place.asked.get("from", ""))
    except ValueError:
        day = now().astimezone(zone).date()
    if not 2000 <= day.year <= 2100:
        day = now().astimezone(zone).date()
    return day - day.weekday() * DAY


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def _week(
    team: Team,
    monday: date,
    known: tuple[Duty, ...],
    open_gaps: tuple[Gap, ...],
    zone: ZoneInfo,
    names: Members,
    place: Place,
) -> Facts:
    days = [monday + number * DAY for number in range(7)]
    today = now().astimezone(zone).date()
    rows = [
        {
            "title": shift.title,
            "cells": [
                _shift_cell([one for one in known if one.shift.id == shift.id and one.day == day], names, zone, place.to("shifts", index, day.isoformat()))
                for day in days
            ],
        }
        for index, shift in enumerate(team.shifts)
    ]  # fmt: skip
    if team.roster is not None:
        roster = team.roster
        rows.append({"title": None, "cells": [_call_cell(roster.crew.on(day), roster.crew.override_on(day) is not None, names, place.to("on_call", day.isoformat())) for day in days]})  # fmt: skip
    missing = [_gap_words(open_gaps, day, zone) for day in days]
    return {
        "title": format_interval(days[0], days[-1], "MMMd", locale=locale()),
        "days": [{"iso": day.isoformat(), "words": _day_head(day), "today": day == today} for day in days],
        "rows": rows,
        "missing": missing if any(missing) else [],
    }  # fmt: skip


def _day_head(day: date) -> str:
    return format_date(day, "EEE d日" if lang() == "zh-CN" else "EEE d", locale=locale())


def _shift_cell(some: list[Duty], names: Members, zone: ZoneInfo, to: str) -> Facts:
    if not some:
        return {"kind": "none", "people": "", "hours": "", "to": ""}
    people = some[0].people
    there = [name for name in people if not names or name in names]
    kind = "off" if some[0].called_off else "gap" if not there else "other" if some[0].is_other else "on"  # fmt: skip
    return {
        "kind": kind,
        "people": _(", ").join(names.words(name) for name in people),
        "hours": ", ".join(_clocks(one.begins, one.ends, zone) for one in some),
        "to": to,
    }


def _call_cell(people: tuple[str, ...], is_other: bool, names: Members, to: str) -> Facts:
    there = [name for name in people if not names or name in names]
    kind = "off" if is_other and not people else "gap" if not there else "other" if is_other else "on"  # fmt: skip
    return {"kind": kind, "people": _(", ").join(names.words(name) for name in people), "hours": "", "to": to}  # fmt: skip


def _gap_words(open_gaps: tuple[Gap, ...], day: date, zone: ZoneInfo) -> list[str]:
    """Return the hours of *day* that nobody covers, as the clock of the team shows them."""
    begin, end = _midnight(day, zone), _midnight(day + DAY, zone)
    cut = ((max(one.begins, begin), min(one.ends, end)) for one in open_gaps)
    return [_clocks(first, last, zone) for first, last in cut if first < last]


def _clocks(begins: datetime, ends: datetime, zone: ZoneInfo) -> str:
    first, last = begins.astimezone(zone), ends.astimezone(zone)
    till = "24:00" if last.hour == last.minute == 0 and last.date() > first.date() else f"{last:%H:%M}"  # fmt: skip
    return f"{first:%H:%M}–{till}"
