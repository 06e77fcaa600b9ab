"""What the editors of kinds compute: weeks, days, selections, numbers, moves; nothing of it ever fails."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sopwith.calendars.hours import read_dates
from sopwith.calendars.parse import parse_calendar
from sopwith.calendars.public_holidays import public_holidays
from sopwith.core.span import NOWHERE
from sopwith.definitions.operations import Insert, Move, Put, Remove, apply_to_value
from sopwith.web.studio.editors import calendar_days as days_of
from sopwith.web.studio.editors.calendar_week import SLOTS, week_days
from sopwith.web.studio.editors.lenient import (
    held,
    inside,
    label,
    mapping,
    sequence,
    several,
    words,
)
from sopwith.web.studio.editors.place import Place
from sopwith.web.studio.editors.record_types import number_example

MANY = settings(max_examples=2000 if os.environ.get("SOPWITH_FULL") else 60, deadline=None)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


def carried_out(doc: Mapping[str, Any], operations: list[dict[str, Any]]) -> dict[str, Any]:
    """Return *doc* after what the page would send."""
    value: Any = dict(doc)
    for one in operations:
        path = tuple(one["path"])
        match one["op"]:
            case "set" | "put":
                value = apply_to_value(value, Put(path=path, value=one["value"]))
            case "insert":
                value = apply_to_value(value, Insert(path=path, index=one["index"], value=one["value"]))  # fmt: skip
            case "move":
                value = apply_to_value(value, Move(path=path, to=tuple(one["to"]), index=one["index"]))  # fmt: skip
            case _:
                value = apply_to_value(value, Remove(path=path))
    found: dict[str, Any] = value
    return found


def named(doc: Mapping[str, Any]) -> list[date]:
    return sorted(day for name in days_of.LISTS for one in days_of.entries(doc, name) for day in one.days)  # fmt: skip


# --- the week -------------------------------------------------------------------------------------


def test_a_range_of_weekdays_is_painted_on_each_of_them() -> None:
    week = week_days({"mon-fri": ["09:00-12:00", "13:30-18:00"], "sat": ["09:15-10:00"]})
    assert [one.with_others for one in week] == [True] * 5 + [False] * 2
    assert week[2].written == "09:00-12:00, 13:30-18:00"
    assert [week[0].cells[slot] for slot in (17, 18, 23, 24, 26, 27, 35, 36)] == ["shut", "open", "open", "shut", "shut", "open", "open", "shut"]  # fmt: skip
    assert week[5].cells[18] == "part"
    assert week[6].minutes == 0


def test_a_night_shift_reaches_into_the_next_day() -> None:
    week = week_days({"sun": ["22:00-06:00"]})
    assert week[6].cells[44:] == ("open",) * 4
    assert week[0].cells[:13] == ("carry",) * 12 + ("shut",)
    assert week[6].minutes == 8 * 60


@MANY
@given(anything)
def test_any_week_is_shown(value: Any) -> None:
    week = week_days(value)
    assert len(week) == 7
    assert all(len(one.cells) == SLOTS for one in week)


# --- days -----------------------------------------------------------------------------------------


def test_a_day_taken_out_of_a_range_cuts_it_in_two() -> None:
    doc = {"holidays": ["2026-01-01", {"date": "2026-10-01..2026-10-07", "title": "National Day"}]}
    after = carried_out(doc, days_of.freeing(doc, date(2026, 10, 3)))
    assert after["holidays"][1:] == [
        {"date": "2026-10-01..2026-10-02", "title": "National Day"},
        {"date": "2026-10-04..2026-10-07", "title": "National Day"},
    ]


def test_the_last_day_takes_its_list_along() -> None:
    doc = {"holidays": ["2026-01-01"], "working_days": ["2026-01-01", "2026-01-04"]}
    after = carried_out(doc, days_of.freeing(doc, date(2026, 1, 1)))
    assert after == {"working_days": ["2026-01-04"]}


def test_a_day_is_put_in_the_order_of_dates() -> None:
    doc = {"holidays": ["2026-01-01", "2026-10-01"]}
    after = carried_out(doc, days_of.adding(doc, "holidays", date(2026, 5, 1), "2026-05-01"))
    assert after["holidays"] == ["2026-01-01", "2026-05-01", "2026-10-01"]
    assert carried_out({}, days_of.adding({}, "holidays", date(2026, 5, 1), "x")) == {"holidays": ["x"]}  # fmt: skip


days = st.dates(date(2026, 1, 1), date(2026, 2, 28))


@MANY
@given(st.lists(st.tuples(days, days), max_size=5), st.sampled_from(days_of.LISTS), days)
def test_freeing_a_day_leaves_all_others(ranges: list[tuple[date, date]], name: str, day: date) -> None:  # fmt: skip
    written = [f"{min(pair)}..{max(pair)}" for pair in ranges]
    doc = {name: [{"date": one, "windows": ["09:00-10:00"]} if place % 2 else one for place, one in enumerate(written)]} if written else {}  # fmt: skip
    after = carried_out(doc, days_of.freeing(doc, day))
    assert named(after) == [one for one in named(doc) if one != day]


def test_the_days_of_a_country_are_written_down_once() -> None:
    known = public_holidays("CN")
    assert known is not None
    doc: dict[str, Any] = {"kind": "calendar", "id": "c", "title": {"en": "C", "zh-CN": "C"}, "zone": "Asia/Shanghai", "week": {"mon-fri": ["09:00-18:00"]}}  # fmt: skip
    after = carried_out(doc, days_of.copying(doc, known, 2026))
    calendar, found = parse_calendar(after, lambda _path: NOWHERE)
    assert calendar is not None
    assert found == ()
    assert calendar.known_until == date(2026, 12, 31)
    assert set(calendar.holidays) == {day for day in known.names if day.year == 2026}
    assert set(calendar.working_days) == {day for day in known.working_days if day.year == 2026}
    assert days_of.copying(after, known, 2026) == []


def test_a_day_tells_what_it_is() -> None:
    doc: dict[str, Any] = {"kind": "calendar", "id": "c", "title": "C", "zone": "UTC", "week": {"mon-fri": ["09:00-18:00"]}, "holidays": ["2026-10-01", "2026-10-02"], "working_days": ["2026-10-04"], "exceptions": [{"date": "2026-10-02", "windows": []}, {"date": "2026-10-05", "windows": ["10:00-11:00"]}]}  # fmt: skip
    calendar, _found = parse_calendar(doc, lambda _path: NOWHERE)
    assert calendar is not None
    kinds = [days_of.kind_of(calendar, day) for day in read_dates("2026-10-01..2026-10-06")]
    assert kinds == ["holiday", "shut", "closed", "worked", "special", "open"]
    assert days_of.hours_on(calendar, date(2026, 10, 5)) == "10:00-11:00"
    months = days_of.months_of(calendar, 2024)
    assert [sum(day is not None for week in month for day in week) for month in months][:3] == [31, 29, 31]  # fmt: skip


# --- selections and values ------------------------------------------------------------------------


@MANY
@given(st.lists(st.text(min_size=1, max_size=9), max_size=4), st.dictionaries(st.text(min_size=1, max_size=6), st.text(min_size=1, max_size=9), max_size=3))  # fmt: skip
def test_a_selection_comes_back_as_it_was_written(steps: list[str], asked: dict[str, str]) -> None:
    place = Place(steps=tuple(steps), asked=asked)
    assert Place.read(place.asking()) == place


@MANY
@given(st.text(max_size=60))
def test_any_selection_is_read(at: str) -> None:
    place = Place.read(at)
    assert Place.read(place.asking(x="")).steps == place.steps
    assert place.index(0) is None or place.first.isdigit()


@MANY
@given(anything)
def test_values_have_the_shape_that_is_asked_for(value: Any) -> None:
    assert isinstance(mapping(value), dict)
    assert isinstance(sequence(value), list)
    assert isinstance(several(value), list)
    assert isinstance(words(value), str)
    assert isinstance(label(value).get("en"), str)
    assert held(value)["no such key"] is None
    inside(value, ("a", 0, "b"))


def test_a_number_shows_what_it_will_look_like() -> None:
    at = datetime(2026, 3, 9, tzinfo=UTC)
    assert number_example("T-{yyyy}-{seq:6}", at) == "T-2026-000042"
    assert number_example("{yy}{mm}{dd}/{seq}", at) == "260309/42"
    assert number_example("T-{yyyy}", at) == ""
