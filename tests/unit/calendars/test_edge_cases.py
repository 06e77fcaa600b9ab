"""The moments at which calendars of other tools go wrong."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sopwith.calendars import Calendar, OutOfCalendarError, WorkingTime

from .calendar_samples import NINE_TO_SIX, at, china

BERLIN = "Europe/Berlin"
HOUR = 3600
DAY_SHIFT = ((540, 720), (780, 1080))
EASTER = frozenset({date(2026, 4, 3), date(2026, 4, 6)})


def berlin(**more: object) -> WorkingTime:
    values: dict[str, object] = {"id": "b", "zone": BERLIN, "week": (DAY_SHIFT,) * 5 + ((), ())}
    return WorkingTime(Calendar(**(values | {"holidays": EASTER} | more)))  # type: ignore[arg-type]  # defaults by name


OFFICE = berlin()
ROUND_THE_CLOCK = berlin(week=(((0, 1440),),) * 7, holidays=frozenset())
EVERY_DAY_BUT_ONE = berlin(week=(((0, 1440),),) * 7, holidays=frozenset({date(2026, 5, 1)}))
NIGHTS = berlin(week=(((1320, 360),),) * 7, holidays=frozenset())


@pytest.mark.parametrize("clock", [ROUND_THE_CLOCK, EVERY_DAY_BUT_ONE, berlin(always=True)])
def test_a_day_of_a_changed_clock_has_23_or_25_hours(clock: WorkingTime) -> None:
    assert clock.between(at("2026-03-29", BERLIN), at("2026-03-30", BERLIN)) == 23 * HOUR
    assert clock.between(at("2026-10-25", BERLIN), at("2026-10-26", BERLIN)) == 25 * HOUR
    lost, doubled = at("2026-03-28 12:00", BERLIN), at("2026-10-24 12:00", BERLIN)
    assert clock.add(lost, 24 * HOUR) == at("2026-03-29 13:00", BERLIN) == lost + timedelta(days=1)
    assert clock.add(doubled, 86_400) == at("2026-10-25 11:00", BERLIN)


@pytest.mark.parametrize(
    ("clock", "start", "end", "hours"),
    [
        pytest.param(NIGHTS, "2026-03-28 22:00", "2026-03-29 06:00", 7, id="night, lost hour"),
        pytest.param(NIGHTS, "2026-10-24 22:00", "2026-10-25 06:00", 9, id="night, doubled hour"),
        pytest.param(NIGHTS, "2026-03-10 22:00", "2026-03-11 06:00", 8, id="plain night"),
        pytest.param(OFFICE, "2026-03-10 12:30", "2026-03-10 14:00", 1, id="starts inside lunch"),
        pytest.param(OFFICE, "2026-03-10 18:00", "2026-03-10 09:00", -8, id="end before start"),
        pytest.param(OFFICE, "2031-03-11 09:00", "2031-03-11 18:00", 8, id="after last holiday"),
        pytest.param(
            berlin(exceptions={date(2026, 12, 24): ((540, 720),)}),
            "2026-12-24 00:00", "2026-12-25 00:00", 3, id="half day",
        ),
    ],
)  # fmt: skip
def test_hours_between(clock: WorkingTime, start: str, end: str, hours: int) -> None:
    assert clock.between(at(start, BERLIN), at(end, BERLIN)) == hours * HOUR


@pytest.mark.parametrize(
    ("clock", "start", "hours", "due"),
    [
        pytest.param(NIGHTS, "2026-03-10 22:00", 4, "2026-03-11 02:00", id="night shift"),
        pytest.param(OFFICE, "2026-04-06 10:00", 1, "2026-04-07 10:00", id="starts on a holiday"),
        pytest.param(OFFICE, "2026-04-02 17:00", 2, "2026-04-07 10:00", id="over Easter"),
        pytest.param(OFFICE, "2026-03-10 16:00", 2, "2026-03-10 18:00", id="exactly at closing"),
        pytest.param(OFFICE, "2026-03-10 10:00", 2, "2026-03-10 12:00", id="exactly at lunch"),
        pytest.param(
            OFFICE, "2026-03-10 20:00", 0, "2026-03-10 20:00", id="nothing, outside hours"
        ),
        pytest.param(OFFICE, "2026-03-10 10:00", 0, "2026-03-10 10:00", id="nothing, inside hours"),
        pytest.param(OFFICE, "2026-03-10 18:00", 1, "2026-03-11 10:00", id="starts at closing"),
    ],
)
def test_due_times(clock: WorkingTime, start: str, hours: int, due: str) -> None:
    assert clock.add(at(start, BERLIN), hours * HOUR) == at(due, BERLIN)


def test_worked_saturday_in_china_and_a_zone_without_clock_changes() -> None:
    clock = WorkingTime(china(NINE_TO_SIX))
    assert clock.between(at("2026-02-14"), at("2026-02-15")) == 9 * HOUR
    assert clock.add(at("2026-03-27 17:00"), 3 * HOUR) == at("2026-03-30 11:00")


def test_a_year_that_is_not_announced_counts_weekly_hours_and_warns() -> None:
    clock = WorkingTime(china(NINE_TO_SIX))
    assert clock.add(at("2027-10-01 09:00"), HOUR) == at("2027-10-01 10:00")
    assert clock.warning_for(date(2027, 1, 1))
    assert not clock.warning_for(date(2026, 12, 31))
    assert clock.warning_for(at("2027-01-01 00:30"))
    assert not clock.warning_for(at("2026-12-31 23:30"))
    assert not OFFICE.warning_for(date(2199, 1, 1))
    assert clock.runs_out(date(2026, 11, 2))
    assert not clock.runs_out(date(2026, 11, 1))


def test_a_window_edge_inside_the_lost_hour_opens_at_the_change() -> None:
    clock = berlin(week=(((150, 240),),) * 7, holidays=frozenset())
    assert clock.next_opening(at("2026-03-29 00:00", BERLIN)) == datetime(
        2026, 3, 29, 1, tzinfo=UTC
    )
    assert clock.between(at("2026-03-29", BERLIN), at("2026-03-30", BERLIN)) == HOUR
    assert clock.between(at("2026-10-25", BERLIN), at("2026-10-26", BERLIN)) == 2 * HOUR


def test_lord_howe_moves_its_clock_by_half_an_hour() -> None:
    clock = berlin(zone="Australia/Lord_Howe", week=(((60, 240),),) * 7, holidays=frozenset())
    day = at("2026-10-04", "Australia/Lord_Howe"), at("2026-10-05", "Australia/Lord_Howe")
    assert clock.between(*day) == 2.5 * HOUR
    day = at("2026-04-05", "Australia/Lord_Howe"), at("2026-04-06", "Australia/Lord_Howe")
    assert clock.between(*day) == 3.5 * HOUR


def test_a_day_that_a_zone_left_out_counts_nothing() -> None:
    clock = berlin(zone="Pacific/Apia", week=(NINE_TO_SIX,) * 7)
    start = at("2011-12-29 17:00", "Pacific/Apia")
    assert clock.add(start, 2 * HOUR) == at("2011-12-31 10:00", "Pacific/Apia")


def test_precedence_is_exception_then_worked_then_holiday_then_week() -> None:
    calendar = Calendar(
        id="p",
        week=(((540, 600),),) * 5 + ((), ()),
        holidays=frozenset({date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 4)}),
        working_days={
            date(2026, 3, 3): None, date(2026, 3, 4): ((0, 60),), date(2026, 3, 7): ((60, 120),)
        },
        exceptions={date(2026, 3, 4): ((300, 360),), date(2026, 3, 5): ()},
    )  # fmt: skip
    found = [calendar.windows_on(date(2026, 3, day)) for day in (2, 3, 4, 5, 6, 7, 8)]
    assert found == [(), ((540, 600),), ((300, 360),), (), ((540, 600),), ((60, 120),), ()]


def test_a_night_shift_runs_into_a_holiday_but_does_not_start_on_it() -> None:
    clock = berlin(week=(((1320, 360),),) * 7, holidays=frozenset({date(2026, 5, 1)}))
    assert clock.between(at("2026-04-30 12:00", BERLIN), at("2026-05-01 12:00", BERLIN)) == 8 * HOUR
    assert clock.between(at("2026-05-01 12:00", BERLIN), at("2026-05-02 12:00", BERLIN)) == 0


def test_overlapping_windows_count_once() -> None:
    week = (((0, 720), (600, 900)), ((1320, 1800),), ((300, 420),), (), (), (), ())
    clock = WorkingTime(Calendar(id="o", week=week))
    monday = datetime(2026, 3, 2, tzinfo=UTC)
    assert clock.between(monday, monday + timedelta(days=7)) == (900 + 480 + 60) * 60


def test_fractions_of_a_second_are_kept_and_spent_only_while_open() -> None:
    half = timedelta(milliseconds=500)
    close, opening = at("2026-03-10 18:00", BERLIN), at("2026-03-11 09:00", BERLIN)
    second = timedelta(seconds=1)
    assert OFFICE.add(close - half, 1) == opening + half
    assert OFFICE.add(close - second - half, 1) == close - half
    assert OFFICE.add(close + half, 1) == opening + second
    assert OFFICE.add(close + half, 0) == close + half
    assert OFFICE.between(close - half, opening + half) == 1
    assert OFFICE.between(opening + half, close - half) == -1
    assert OFFICE.between(close - half, opening) == 0
    assert berlin(always=True).add(close + half, 5) == close + half + 5 * second


def test_opening_and_closing() -> None:
    noon, one = at("2026-03-10 12:00", BERLIN), at("2026-03-10 13:00", BERLIN)
    assert OFFICE.is_open(noon - timedelta(seconds=1))
    assert not OFFICE.is_open(noon)
    assert OFFICE.next_opening(noon) == one
    assert OFFICE.next_opening(one) == one
    assert OFFICE.closes_at(noon - timedelta(minutes=1)) == noon
    assert OFFICE.closes_at(noon) is None
    assert OFFICE.closes_at(one) == at("2026-03-10 18:00", BERLIN)
    assert NIGHTS.closes_at(at("2026-12-31 23:00", BERLIN)) == at("2027-01-01 06:00", BERLIN)
    assert EVERY_DAY_BUT_ONE.closes_at(at("2025-05-02", BERLIN)) == at("2026-05-01", BERLIN)
    assert EVERY_DAY_BUT_ONE.closes_at(at("2026-05-02", BERLIN)) is None
    assert ROUND_THE_CLOCK.closes_at(noon) is None
    assert ROUND_THE_CLOCK.next_opening(noon) == noon


def test_questions_without_an_answer_say_so() -> None:
    never = WorkingTime(Calendar(id="never"))
    with pytest.raises(OutOfCalendarError, match="do not come"):
        never.add(at("2026-01-01"), 1)
    assert never.between(at("2026-01-01"), at("2027-01-01")) == 0
    with pytest.raises(OutOfCalendarError, match="1970 to 2200"):
        OFFICE.add(datetime(1969, 12, 31, tzinfo=UTC), 1)
    with pytest.raises(OutOfCalendarError, match="do not come"):
        OFFICE.add(datetime(2200, 12, 31, tzinfo=UTC), 40 * HOUR)
    with pytest.raises(OutOfCalendarError, match="working day"):
        OFFICE.add_days(datetime(2200, 12, 30, 10, tzinfo=UTC), 5)
    for clock in (OFFICE, ROUND_THE_CLOCK):
        with pytest.raises(ValueError, match="not taken away"):
            clock.add(at("2026-01-01"), -1)
    with pytest.raises(ValueError, match="not taken away"):
        OFFICE.add_days(at("2026-01-01"), -1)
    with pytest.raises(TypeError):
        OFFICE.add(datetime(2026, 1, 1), 1)  # noqa: DTZ001  a naive time is a programmer's mistake


def test_the_order_of_questions_does_not_change_answers() -> None:
    fresh, warm = berlin(), berlin()
    far, near = datetime(2060, 5, 3, 12, tzinfo=UTC), datetime(1999, 5, 3, 12, tzinfo=UTC)
    warm.add(far, 500_000_000)
    assert warm.between(near, far) == fresh.between(near, far)
    assert warm.add(near, 999_999) == berlin().add(near, 999_999)


@pytest.mark.parametrize(
    ("clock", "start", "days", "due"),
    [
        pytest.param(OFFICE, "2026-03-10 10:30", 2, "2026-03-12 10:30", id="same wall time"),
        pytest.param(OFFICE, "2026-04-02 10:30", 2, "2026-04-08 10:30", id="over Easter"),
        pytest.param(OFFICE, "2026-03-27 10:30", 1, "2026-03-30 10:30", id="over a clock change"),
        pytest.param(OFFICE, "2026-03-10 10:30", 0, "2026-03-10 10:30", id="no day"),
        pytest.param(OFFICE, "2026-03-10 07:00", 1, "2026-03-11 09:00", id="before opening"),
        pytest.param(OFFICE, "2026-03-10 12:30", 1, "2026-03-11 13:00", id="in the lunch break"),
        pytest.param(OFFICE, "2026-03-10 20:00", 1, "2026-03-12 09:00", id="after closing"),
        pytest.param(OFFICE, "2026-03-14 11:00", 1, "2026-03-17 09:00", id="on a weekend"),
        pytest.param(OFFICE, "2026-03-10 18:00", 1, "2026-03-11 18:00", id="exactly at closing"),
        pytest.param(OFFICE, "2026-03-10 12:00", 1, "2026-03-11 12:00", id="exactly at lunch"),
        pytest.param(
            berlin(exceptions={date(2026, 3, 11): ((600, 720), (840, 900))}),
            "2026-03-10 17:00", 1, "2026-03-11 15:00", id="shorter day: its closing",
        ),
        pytest.param(
            berlin(exceptions={date(2026, 3, 11): ((600, 720), (840, 900))}),
            "2026-03-10 09:30", 1, "2026-03-11 10:00", id="later day: its opening",
        ),
        pytest.param(
            berlin(exceptions={date(2026, 3, 11): ((600, 720), (840, 900))}),
            "2026-03-10 13:30", 1, "2026-03-11 14:00", id="longer break: its end",
        ),
        pytest.param(NIGHTS, "2026-03-11 02:00", 1, "2026-03-12 02:00", id="night shift"),
        pytest.param(NIGHTS, "2026-03-28 02:30", 1, "2026-03-29 03:00", id="into the lost hour"),
        pytest.param(NIGHTS, "2026-10-24 02:30", 1, "2026-10-25 02:30", id="into a doubled hour"),
        pytest.param(
            berlin(week=(((1320, 360),), (), (), ((540, 600),), (), (), ()), holidays=frozenset()),
            "2026-03-10 02:00", 1, "2026-03-12 10:00", id="a night belongs to its first day",
        ),
        pytest.param(berlin(always=True), "2026-03-10 12:00", 3, "2026-03-13 12:00", id="always"),
    ],
)  # fmt: skip
def test_working_days_later(clock: WorkingTime, start: str, days: int, due: str) -> None:
    assert clock.add_days(at(start, BERLIN), days) == at(due, BERLIN)


def test_a_worked_saturday_is_a_working_day() -> None:
    clock = WorkingTime(china(NINE_TO_SIX))
    assert clock.add_days(at("2026-02-13 10:00"), 1) == at("2026-02-14 10:00")
    assert clock.add_days(at("2026-02-13 10:00"), 2) == at("2026-02-24 10:00")
    fraction = timedelta(microseconds=7)
    assert clock.add_days(at("2026-02-13 10:00") + fraction, 1) == at("2026-02-14 10:00") + fraction


def test_any_zone_may_ask_and_the_answer_is_in_utc() -> None:
    local = at("2026-03-10 10:00", BERLIN).astimezone(ZoneInfo("America/New_York"))
    closing = at("2026-03-10 12:00", BERLIN)
    answers = [
        OFFICE.add(local, 2 * HOUR),
        OFFICE.add(local, 0) + timedelta(hours=2),
        OFFICE.next_opening(local) + timedelta(hours=2),
        OFFICE.add_days(local, 0) + timedelta(hours=2),
        OFFICE.closes_at(local),
        OFFICE.breakdown(local, closing.astimezone(ZoneInfo(BERLIN)))[0].end,
        OFFICE.breakdown(local, closing)[0].start + timedelta(hours=2),
    ]
    assert answers == [closing] * 7
    assert all(answer is not None and answer.tzinfo is UTC for answer in answers)


def test_a_table_that_another_thread_made_longer_meanwhile_still_answers() -> None:
    clock = berlin()
    start = int(datetime(2198, 3, 3, 10, tzinfo=UTC).timestamp())
    clock.next_opening(datetime(2200, 12, 30, tzinfo=UTC))
    due = clock.add_epoch(start, 100 * HOUR)
    assert clock._add_beyond(start, 100 * HOUR) == due
