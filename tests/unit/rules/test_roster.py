"""Who is on shift and on call, over midnights, clock changes, turns and single days; and what nobody covers."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sopwith.calendars import Calendar, WorkingTime
from sopwith.rules.model import Team
from sopwith.rules.parse import parse_team
from sopwith.rules.roster import duties, gaps, on_call, on_shift

from .samples import document

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = Calendar(
    id="office",
    zone="Europe/Berlin",
    week=(((540, 1080),),) * 5 + ((), ()),
    holidays=frozenset({date(2026, 12, 25)}),
    working_days={date(2026, 12, 19): None},
)
HEAD = "kind: team\nid: t\ntitle: {en: T, zh-CN: 组}\ncalendar: office\n"
SHIFTS = """shifts:
  - {id: day, title: {en: Day, zh-CN: 白班}, week: {mon-fri: ["09:00-18:00"]}, people: [wang, zhao], days_off: true}
  - {id: evening, title: {en: Evening, zh-CN: 晚班}, week: {mon-fri: ["18:00-22:00"]}, people: [emma]}
  - id: night
    title: {en: Night, zh-CN: 夜班}
    week: {mon-sun: ["22:00-06:00"]}
    rotation: {people: [a, b, c], every: 1w, from: 2026-11-02}
    overrides:
      - {date: 2026-12-24..2026-12-26, people: [li]}
      - {date: 2026-12-31, people: []}
"""
ON_CALL = """on_call:
  rotation: {people: [x, y], every: 1w, from: 2026-11-02}
  people: [li, x]
  hand_over: "09:00"
  overrides: [{date: 2026-12-24, people: [z]}]
"""


def team(text: str = SHIFTS, calendar: Calendar = OFFICE) -> Team:
    found, problems = parse_team(document(HEAD + text), {"office": calendar})
    assert found is not None and not problems, [item.render("en") for item in problems]
    return found


def at(day: str, clock: str, fold: int = 0) -> datetime:
    """Return what the clock on the wall shows in Berlin."""
    local = datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=BERLIN, fold=fold)
    return local.astimezone(UTC)


def who(day: str, clock: str, of: Team | None = None) -> list[str]:
    found = on_shift(of or team(), at(day, clock))
    return [f"{one.shift.id}: {' '.join(one.people)}" for one in found]


@pytest.mark.parametrize(
    ("day", "clock", "expected"),
    [
        pytest.param("2026-11-20", "10:00", ["day: wang zhao"], id="a morning"),
        pytest.param("2026-11-20", "18:00", ["evening: emma"], id="the end is not, the beginning is"),
        pytest.param("2026-11-20", "20:00", ["evening: emma"], id="an evening"),
        pytest.param("2026-11-20", "23:00", ["night: c"], id="the third week"),
        pytest.param("2026-11-23", "05:59", ["night: c"], id="Monday morning is still Sunday's night"),
        pytest.param("2026-11-23", "06:00", [], id="then nobody"),
        pytest.param("2026-11-23", "22:00", ["night: a"], id="and the round begins anew"),
        pytest.param("2026-11-01", "23:00", ["night: "], id="before the rotation begins"),
        pytest.param("2026-12-25", "10:00", [], id="a day off"),
        pytest.param("2026-12-25", "19:00", ["evening: emma"], id="a shift that days off do not matter to"),
        pytest.param("2026-12-19", "10:00", ["day: wang zhao"], id="a Saturday worked in exchange"),
        pytest.param("2026-12-26", "23:00", ["night: li"], id="somebody else"),
        pytest.param("2026-12-27", "03:00", ["night: li"], id="until the morning after"),
        pytest.param("2026-12-27", "23:00", ["night: b"], id="then as ever"),
        pytest.param("2026-12-31", "23:00", ["night: "], id="called off"),
        pytest.param("2027-01-01", "03:00", ["night: "], id="called off until the new year's morning"),
    ],
)  # fmt: skip
def test_who_is_on_shift(day: str, clock: str, expected: list[str]) -> None:
    assert who(day, clock) == expected


def test_a_night_over_the_end_of_the_year_is_one_shift() -> None:
    found = on_shift(team(), at("2028-01-01", "03:00"))[0]
    assert (found.begins, found.ends) == (at("2027-12-31", "22:00"), at("2028-01-01", "06:00"))
    before = on_shift(team(), at("2027-12-31", "22:30"))[0]
    assert (before.begins, before.ends, before.people) == (found.begins, found.ends, found.people)


@pytest.mark.parametrize(
    ("evening", "morning", "hours"),
    [
        pytest.param("2027-03-27", "2027-03-28", 7, id="an hour is lost"),
        pytest.param("2026-10-24", "2026-10-25", 9, id="an hour comes twice"),
        pytest.param("2026-11-20", "2026-11-21", 8, id="a plain night"),
    ],
)
def test_a_night_in_which_the_clocks_change(evening: str, morning: str, hours: int) -> None:
    found = on_shift(team(), at(morning, "01:30"))[0]
    assert found.begins == at(evening, "22:00")
    assert found.ends - found.begins == timedelta(hours=hours)
    assert found.day == date.fromisoformat(evening)
    last = on_shift(team(), found.ends - timedelta(seconds=1))
    assert [one.begins for one in last] == [found.begins]
    assert not on_shift(team(), found.ends)


def test_shifts_follow_the_clock_of_the_calendar() -> None:
    shanghai = team(calendar=Calendar(id="office", zone="Asia/Shanghai"))
    utc = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)  # 20:00 in Shanghai
    assert [one.shift.id for one in on_shift(shanghai, utc)] == ["evening"]


def test_a_week_of_duties_is_whole_and_in_order() -> None:
    found = duties(team(), at("2026-11-16", "00:00"), at("2026-11-23", "00:00"))
    assert [one.shift.id for one in found].count("day") == 5
    assert [one.day for one in found if one.shift.id == "night"] == [
        date(2026, 11, 15) + timedelta(days=n) for n in range(8)
    ]
    assert list(found) == sorted(found, key=lambda one: one.begins)
    assert all(one.ends - one.begins <= timedelta(hours=9) for one in found)


@pytest.mark.parametrize(
    ("day", "clock", "expected"),
    [
        pytest.param("2026-11-09", "08:59", ("x", "li"), id="before handing over, nobody twice"),
        pytest.param("2026-11-09", "09:00", ("y", "li", "x"), id="handed over"),
        pytest.param("2026-12-25", "08:00", ("z",), id="the day that is different ends at handing over"),
        pytest.param("2026-12-25", "09:00", ("y", "li", "x"), id="and then as ever"),
        pytest.param("2026-11-02", "08:00", ("li", "x"), id="before the rotation only who is always"),
    ],
)  # fmt: skip
def test_who_is_on_call(day: str, clock: str, expected: tuple[str, ...]) -> None:
    roster = team(ON_CALL).roster
    assert roster is not None
    assert on_call(roster, at(day, clock)) == expected


def test_handing_over_in_the_hour_that_comes_twice_happens_once() -> None:
    text = (
        'on_call: {rotation: {people: [x, y], every: 1d, from: 2026-10-24}, hand_over: "02:30"}\n'
    )
    roster = team(text).roster
    assert roster is not None
    moments = [at("2026-10-25", "02:29"), at("2026-10-25", "02:30"), at("2026-10-25", "02:10", 1)]
    assert [on_call(roster, one) for one in moments] == [("x",), ("y",), ("y",)]


def test_gaps_are_working_time_without_a_shift_and_shifts_without_people() -> None:
    text = """shifts:
  - {id: late, title: {en: Late, zh-CN: 晚班}, week: {mon: ["12:00-20:00"]}, people: [emma]}
  - {id: ghost, title: {en: Ghost, zh-CN: 空班}, week: {mon: ["19:00-21:00"]}, people: [gone]}
  - id: off
    title: {en: Off, zh-CN: 停班}
    week: {mon: ["22:00-23:00"]}
    people: [gone]
    overrides: [{date: 2026-11-16, people: []}]
"""
    one = team(text)
    window = (at("2026-11-16", "00:00"), at("2026-11-17", "00:00"))
    found = gaps(one, WorkingTime(OFFICE), *window, lambda name: name != "gone")
    assert [(gap.begins, gap.ends, gap.shifts) for gap in found] == [
        (at("2026-11-16", "09:00"), at("2026-11-16", "12:00"), ()),
        (at("2026-11-16", "20:00"), at("2026-11-16", "21:00"), ("ghost",)),
    ]
    assert [gap.shifts for gap in gaps(one, None, *window, lambda _: False)] == [("late", "ghost")]


def test_a_rota_of_three_gives_each_a_week_and_no_gap() -> None:
    start = at("2026-11-02", "06:00")
    found = duties(team(), start, start + timedelta(days=21))
    turns = [one.people[0] for one in found if one.shift.id == "night" and one.begins >= start]
    assert turns == ["a"] * 7 + ["b"] * 7 + ["c"] * 7


def test_a_team_without_shifts_has_nobody_on_shift_and_no_duties() -> None:
    plain = team("skills: [x]\n")
    assert on_shift(plain, at("2026-11-20", "10:00")) == ()
    assert duties(plain, at("2026-11-20", "10:00"), at("2026-11-30", "10:00")) == ()
