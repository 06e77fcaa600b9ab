"""Shifts that changed hands, laid over the roster of a team."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from sopwith.calendars import Calendar
from sopwith.core.directory import Person
from sopwith.definitions import read_text
from sopwith.rules.model import Team
from sopwith.rules.parse import parse_team
from sopwith.rules.roster import gaps, members_on_shift, on_call, on_shift
from sopwith.rules.swaps import ON_CALL, Swap, laid_over, turn, turns, works_then

TEAM = """kind: team
id: desk
title: {en: X, zh-CN: X}
calendar: office
shifts:
  - {id: day, title: {en: Day, zh-CN: 白班}, week: {mon-fri: ["09:00-12:00", "13:00-18:00"]}, people: [lin, kim]}
  - id: night
    title: {en: Night, zh-CN: 夜班}
    week: {mon-sun: ["22:00-06:00"]}
    rotation: {people: [max, sun], every: 1d, from: 2026-11-02}
    overrides:
      - {date: 2026-11-30, people: []}
on_call: {rotation: {people: [lin, sun], every: 1w, from: 2026-11-02}, hand_over: "09:00"}
"""
MONDAY = date(2026, 11, 23)


def team() -> Team:
    found, problems = parse_team(read_text(TEAM, "t.yaml")[0][0], {"office": Calendar(id="office")})
    assert found is not None, problems
    return found


def at(clock: str, day: str = "2026-11-23") -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=UTC)


def swap(giver: str, taker: str, shift: str = "day", day: date = MONDAY) -> Swap:
    return Swap(team="desk", shift=shift, day=day, giver=giver, taker=taker)


def on_day(swaps: list[Swap]) -> tuple[str, ...]:
    return on_shift(laid_over(team(), swaps), at("10:00"))[0].people


@pytest.mark.parametrize(
    ("swaps", "expected"),
    [
        pytest.param([], ("lin", "kim"), id="nothing agreed"),
        pytest.param([swap("lin", "max")], ("max", "kim"), id="taken over"),
        pytest.param([swap("lin", "max"), swap("max", "sun")], ("sun", "kim"), id="passed on"),
        pytest.param([swap("lin", "kim")], ("kim",), id="by somebody who is on it already"),
        pytest.param([swap("ada", "max")], ("lin", "kim"), id="the giver is not on it"),
        pytest.param([swap("lin", "max", "late")], ("lin", "kim"), id="the shift is gone"),
        pytest.param(
            [swap("lin", "max", "day", date(2026, 11, 24))], ("lin", "kim"), id="next day"
        ),
    ],
)
def test_who_is_on_shift_after_what_was_agreed(
    swaps: list[Swap], expected: tuple[str, ...]
) -> None:
    assert on_day(swaps) == expected


def test_only_the_day_that_changed_hands_is_another() -> None:
    known = laid_over(team(), [swap("lin", "max")])
    assert on_shift(known, at("17:00"))[0].people == ("max", "kim"), "after lunch as well"
    assert on_shift(known, at("10:00", "2026-11-24"))[0].people == ("lin", "kim")
    other = Swap(team="other", shift="day", day=MONDAY, giver="lin", taker="max")
    assert laid_over(team(), [other]) == team()


def test_a_night_belongs_to_the_day_on_which_it_starts() -> None:
    before = turn(team(), "night", MONDAY)
    assert before is not None
    assert (before.begins, before.ends) == (at("22:00"), at("06:00", "2026-11-24"))
    [name] = before.people
    known = laid_over(team(), [swap(name, "lin", "night")])
    assert on_shift(known, at("05:59", "2026-11-24"))[0].people == ("lin",)


def test_a_day_on_call_changes_hands_from_hand_over_to_hand_over() -> None:
    [name] = on_call_at(team(), at("12:00"))
    known = laid_over(team(), [swap(name, "kim", ON_CALL)])
    assert on_call_at(known, at("08:59")) == (on_call_at(team(), at("08:59")))
    assert on_call_at(known, at("09:00")) == ("kim",)
    assert on_call_at(known, at("08:59", "2026-11-24")) == ("kim",)
    assert on_call_at(known, at("09:00", "2026-11-24")) == (name,)


def on_call_at(of: Team, moment: datetime) -> tuple[str, ...]:
    assert of.roster is not None
    return on_call(of.roster, moment)


def test_weeks_ahead_have_each_shift_once_and_say_what_is_not_held() -> None:
    found = turns(team(), at("00:00"), at("00:00", "2026-12-01"))
    days = [one for one in found if one.shift == "day"]
    assert len(days) == len({one.day for one in days}) == 6
    assert (days[0].begins, days[0].ends) == (at("09:00"), at("18:00")), "lunch in between"
    assert [one.day for one in found if one.called_off] == [date(2026, 11, 30)]
    assert turn(team(), "day", date(2026, 11, 28)) is None, "a Saturday"


def test_what_was_agreed_leaves_no_gap_and_counts_for_routing() -> None:
    known = laid_over(team(), [swap("lin", "max"), swap("kim", "sun")])
    there = {"max", "sun"}
    found = gaps(known, None, at("08:00"), at("20:00"), there.__contains__)
    assert found == ()
    people = [Person(id=f"id-{one}", name=one, login=one) for one in ("lin", "max", "sun")]
    assert members_on_shift(known, people, at("10:00")) == frozenset({"id-max", "id-sun"})


@pytest.mark.parametrize(
    ("who", "shift", "other", "busy"),
    [
        pytest.param("lin", "day", "12:30-14:00", True, id="half an hour of it at the same time"),
        pytest.param("lin", "day", "12:00-13:00", False, id="in the break between its hours"),
        pytest.param("lin", "day", "18:00-22:00", False, id="one after the other"),
        pytest.param("max", "day", "12:30-14:00", False, id="somebody else's"),
        pytest.param("lin", ON_CALL, "12:30-14:00", False, id="being on call is beside it"),
    ],
)
def test_who_works_another_shift_meanwhile(who: str, shift: str, other: str, busy: bool) -> None:
    text = f"""kind: team
id: store
title: {{en: Y, zh-CN: Y}}
calendar: office
shifts: [{{id: late, title: {{en: Late, zh-CN: 晚班}}, week: {{mon-fri: ["{other}"]}}, people: [lin]}}]
"""
    store, problems = parse_team(read_text(text, "t.yaml")[0][0], {"office": Calendar(id="office")})
    assert store is not None, problems
    taken = turn(team(), shift, MONDAY)
    assert taken is not None
    assert works_then([store], frozenset({who}), team(), taken) is busy
    assert not works_then([store], frozenset({who}), team(), taken, ("store", "late", MONDAY))
