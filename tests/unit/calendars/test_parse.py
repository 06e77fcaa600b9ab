"""Calendar documents: what they come to, and every finding with its place."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopwith.calendars import Calendar, WorkingTime, parse_calendar
from sopwith.core.diagnostics import Diagnostic
from sopwith.core.span import Span
from sopwith.core.text import Text

from .calendar_samples import CN_HOLIDAYS, CN_WORKED, NINE_TO_SIX, WITH_LUNCH, at

TITLE = {"en": "Office", "zh-CN": "办公"}
WEEK = {"mon-fri": ["09:00-18:00"]}


def place(path: tuple[str | int, ...]) -> Span:
    return Span(".".join(str(part) for part in path) or "document")


def read(**keys: Any) -> tuple[Calendar | None, tuple[Diagnostic, ...]]:
    value = {"kind": "calendar", "id": "office", "title": TITLE, "zone": "Asia/Shanghai"} | keys
    return parse_calendar(value, place)


def findings(**keys: Any) -> list[tuple[str, str]]:
    return [(item.code, item.span.path) for item in read(**keys)[1]]


def calendar_of(**keys: Any) -> Calendar:
    calendar, found = read(**keys)
    assert not found, [item.render("en") for item in found]
    assert calendar is not None
    return calendar


def test_every_key_has_its_effect() -> None:
    calendar = calendar_of(
        week={"mon-fri": ["13:30-18:00", "9:00-12:00"], "sat": []},
        holidays=[
            "2026-01-01..2026-01-03",
            {"date": "2026-10-01..2026-10-02", "title": {"en": "National Day", "zh-CN": "国庆节"}},
        ],
        working_days=[
            "2026-01-04",
            {"date": "2026-02-14", "windows": ["09:00-12:00"], "title": {"en": "S", "zh-CN": "调"}},
        ],
        exceptions=[
            {"date": "2026-11-11", "windows": ["08:00-24:00"], "title": {"en": "Sale", "zh-CN": "双十一"}},
            {"date": "2026-12-24", "windows": []},
        ],
        known_until="2026-12-31",
    )  # fmt: skip
    assert (calendar.id, calendar.title, calendar.zone) == (
        "office",
        Text("Office", "办公"),
        "Asia/Shanghai",
    )
    assert calendar.week == (WITH_LUNCH,) * 5 + ((), ())
    assert calendar.holidays == {date(2026, 1, day) for day in (1, 2, 3)} | {
        date(2026, 10, 1), date(2026, 10, 2)
    }  # fmt: skip
    assert calendar.working_days == {date(2026, 1, 4): None, date(2026, 2, 14): ((540, 720),)}
    assert calendar.exceptions == {date(2026, 11, 11): ((480, 1440),), date(2026, 12, 24): ()}
    assert calendar.known_until == date(2026, 12, 31)
    assert calendar.titles[date(2026, 10, 2)] == Text("National Day", "国庆节")
    assert calendar.titles[date(2026, 11, 11)] == Text("Sale", "双十一")
    assert calendar.span == Span("document")
    assert not calendar.always


def test_always_is_open_round_the_clock() -> None:
    calendar = calendar_of(always=True)
    assert calendar.always
    assert WorkingTime(calendar).between(at("2026-10-01"), at("2026-10-02")) == 86_400
    assert calendar_of(always=False, week=WEEK).week == (NINE_TO_SIX,) * 5 + ((), ())


@pytest.mark.parametrize(
    ("week", "minutes"),
    [
        ({"fri": ["22:00-06:00"]}, [(4, (1320, 1800))]),
        ({"sat-mon": ["18:00-00:00"]}, [(0, (1080, 1440)), (5, (1080, 1440)), (6, (1080, 1440))]),
        ({"tue": ["00:00-24:00"]}, [(1, (0, 1440))]),
        ({"mon": [" 09:00 - 18:00 "]}, [(0, (540, 1080))]),
    ],
)
def test_hours_of_the_week(week: dict[str, list[str]], minutes: list[tuple[int, Any]]) -> None:
    found = calendar_of(week=week).week
    assert [(day, window) for day in range(7) for window in found[day]] == minutes


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"week": WEEK, "zone": "Asia/Beijing"}, [("CAL001", "zone")]),
        ({"week": WEEK, "zone": "../etc/passwd"}, [("CAL001", "zone")]),
        ({"week": WEEK, "zone": "Europe"}, [("CAL001", "zone")]),
        ({"week": {"mon-fry": []}}, [("CAL002", "week.mon-fry")]),
        ({"week": {"Mon": []}}, [("CAL002", "week.Mon")]),
        ({"week": WEEK | {"wed": []}}, [("CAL003", "week.wed")]),
        ({"week": {"mon": ["9-18"]}}, [("CAL004", "week.mon.0")]),
        ({"week": {"mon": ["09:00-24:01"]}}, [("CAL004", "week.mon.0")]),
        ({"week": {"mon": ["24:00-06:00"]}}, [("CAL004", "week.mon.0")]),
        ({"week": {"mon": ["09:60-18:00"]}}, [("CAL004", "week.mon.0")]),
        ({"week": {"mon": ["09:00-09:00"]}}, [("CAL005", "week.mon.0")]),
        ({"week": {"mon": ["09:00-12:00", "11:59-18:00"]}}, [("CAL006", "week.mon.1")]),
        ({"week": {"mon": ["09:00-12:00", "12:00-18:00"]}}, []),
        ({"week": {"mon-tue": ["06:00-09:00", "22:00-07:00"]}}, [("CAL007", "week.mon-tue")]),
        ({"week": {"sun": ["22:00-07:00"], "mon": ["06:00-09:00"]}}, [("CAL007", "week.sun")]),
        ({"week": WEEK, "exceptions": [{"date": "11-11", "windows": []}]},
         [("CAL008", "exceptions.0.date")]),
        ({"week": WEEK, "known_until": "2026"}, [("CAL008", "known_until")]),
        ({"week": WEEK, "known_until": "2026-01-01..2026-02-01"}, [("CAL008", "known_until")]),
        ({"week": WEEK, "exceptions": [{"date": "2026-02-02..2026-02-01", "windows": []}]},
         [("CAL009", "exceptions.0.date")]),
        ({"week": WEEK, "working_days": ["2026-01-01..2027-01-02"]}, [("CAL010", "working_days.0")]),
        ({"week": WEEK, "working_days": ["1969-12-31"]}, [("CAL011", "working_days.0")]),
        ({"always": True, "week": WEEK, "known_until": "2026-12-31"},
         [("CAL012", "week"), ("CAL012", "known_until")]),
        ({"week": {}}, [("CAL013", "week")]),
        ({"week": {"tue": ["09:00-10:00"]}, "working_days": ["2026-02-14"]},
         [("CAL014", "working_days.0")]),
        ({"week": WEEK, "holidays": ["2026-02-14"], "working_days": ["2026-02-14"],
          "known_until": "2026-12-31"}, [("CAL015", "working_days.0")]),
        ({"week": WEEK, "holidays": ["2026-02-16", {"date": "2026-02-16"}],
          "known_until": "2026-12-31"}, [("CAL016", "holidays.1.date")]),
        ({"week": WEEK, "country": "ZZ"}, [("CAL017", "country")]),
        ({"week": WEEK, "holidays": ["2026-02-16"]}, [("CAL018", "holidays")]),
        ({"week": WEEK, "working_days": [{"date": "2026-02-14", "windows": []}]},
         [("CAL020", "working_days.0.windows")]),
        ({"week": WEEK, "working_days": ["2026-02-13"]}, [("CAL021", "working_days.0")]),
        ({}, [("DEF003", "document")]),
        ({"week": WEEK, "id": ""}, [("DEF006", "id")]),
        ({"week": WEEK, "zone": ""}, [("CAL001", "zone")]),
        ({"week": WEEK, "zone": None}, [("DEF003", "document")]),
        ({"week": WEEK, "id": "My Office"}, [("DEF006", "id")]),
        ({"week": WEEK, "title": None}, [("DEF003", "document")]),
        ({"week": WEEK, "title": ["a"]}, [("DEF014", "title")]),
        ({"week": WEEK, "title": "办公"}, [("DEF015", "title")]),
        ({"week": WEEK, "title": TITLE | {"fr": "Bureau"}}, [("DEF004", "title.fr")]),
        ({"week": WEEK, "zone": {"name": "UTC"}}, [("DEF005", "zone")]),
        ({"week": [], "holidays": {}}, [("DEF013", "week"), ("DEF012", "holidays")]),
        ({"week": {"mon": "09:00-18:00"}}, [("DEF012", "week.mon")]),
        ({"week": {"mon": [["09:00-18:00"]]}}, [("DEF005", "week.mon.0")]),
        ({"week": WEEK, "always": "yes"}, [("DEF007", "always")]),
        ({"week": WEEK, "holiday": []}, [("DEF004", "holiday")]),
        ({"week": WEEK, "holidays": [{"windows": []}], "known_until": "2026-12-31"},
         [("DEF004", "holidays.0.windows"), ("DEF003", "holidays.0")]),
        ({"week": WEEK, "exceptions": ["2026-11-11"]}, [("DEF003", "exceptions.0")]),
    ],
)  # fmt: skip
def test_findings(keys: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert findings(**keys) == expected


def test_all_findings_come_in_one_run() -> None:
    calendar, found = read(
        zone="Asia/Shanghia",
        week={"mon-fri": ["09:00-18:00", "17:00-19:00"], "sunn": []},
        holidays=["2026-13-01"],
        holidayz=[],
    )
    assert calendar is None
    assert {item.code for item in found} == {"CAL001", "CAL002", "CAL006", "CAL008", "DEF004"}


@pytest.mark.parametrize(
    ("keys", "guess"),
    [
        ({"zone": "Shanghai"}, "Asia/Shanghai"),
        ({"zone": "Europe/Berln"}, "Europe/Berlin"),
        ({"week": {"tues": []}}, "tue"),
        ({"country": "cn"}, "CN"),
        ({"holiday": []}, "holidays"),
    ],
)
def test_a_near_miss_gets_a_guess(keys: dict[str, Any], guess: str) -> None:
    found = read(**({"week": WEEK} | keys))[1]
    assert [item.values.get("guess") for item in found] == [guess]
    assert f"did you mean '{guess}'?" in found[0].message("en")


def test_a_warning_does_not_keep_the_calendar_back() -> None:
    calendar, found = read(week=WEEK, holidays=["2026-02-16"])
    assert [item.code for item in found] == ["CAL018"]
    assert calendar is not None


def test_country_gives_the_announced_years_of_china() -> None:
    calendar = calendar_of(week=WEEK, country="CN")
    weekdays_off = {day for day in CN_HOLIDAYS if day.weekday() < 5}
    years = (2025, 2026)
    assert {
        day for day in calendar.holidays if day.year in years and day.weekday() < 5
    } == weekdays_off
    assert {day for day in calendar.working_days if day.year in years} == set(CN_WORKED)
    assert calendar.known_until == date(2026, 12, 31)
    assert max(calendar.holidays) < calendar.known_until
    assert calendar.titles[date(2026, 10, 1)] == Text("National Day", "国庆节")


def test_the_lists_of_the_document_win_over_the_country() -> None:
    calendar = calendar_of(
        week=WEEK,
        country="CN",
        holidays=["2026-02-14"],
        working_days=[{"date": "2026-10-01", "windows": ["10:00-11:00"]}],
        known_until="2027-12-31",
    )
    assert calendar.windows_on(date(2026, 2, 14)) == ()
    assert calendar.windows_on(date(2026, 10, 1)) == ((600, 660),)
    assert calendar.known_until == date(2027, 12, 31)


def test_a_region_has_its_own_holidays() -> None:
    berlin = calendar_of(week=WEEK, country="DE-BE", zone="Europe/Berlin")
    germany = calendar_of(week=WEEK, country="DE", zone="Europe/Berlin")
    womens_day = date(2027, 3, 8)
    assert womens_day in berlin.holidays
    assert womens_day not in germany.holidays
    assert berlin.known_until == date(2030, 12, 31)
    assert germany.titles[date(2026, 12, 25)].en == "Christmas Day"


words = st.sampled_from(
    ["mon", "mon-fri", "09:00-18:00", "22:00-06:00", "2026-10-01", "2026-10-01..2026-10-07", "CN",
     "DE-BE", "UTC", "date", "windows", "title", "en", "zh-CN", "", "x"]
)  # fmt: skip
leaves = st.none() | st.booleans() | st.integers(-9, 9) | st.floats(allow_nan=False) | words
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3)
)


@settings(max_examples=100, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["id", "title", "zone", "always", "week", "country", "holidays",
                         "working_days", "exceptions", "known_until", "other"]), values
    )
)  # fmt: skip
def test_reading_never_raises(value: dict[str, Any]) -> None:
    calendar, found = parse_calendar(value, place)
    assert calendar is not None or found
    for item in found:
        assert item.render("en")
        assert item.render("zh-CN")
