"""How a due time is shown to be made up."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from sopwith.calendars import MAX_SLICES, Calendar, Reason, WorkingTime
from sopwith.core.text import Text

from .calendar_samples import NINE_TO_SIX, WITH_LUNCH, at, china

A = WorkingTime(china(NINE_TO_SIX))


def told(clock: WorkingTime, start: datetime, due: datetime) -> list[tuple[str, str, int, str]]:
    zone = timedelta(hours=8)
    return [
        (f"{part.start + zone:%m-%d %H:%M}", f"{part.end + zone:%m-%d %H:%M}", part.seconds // 60, part.reason)
        for part in clock.breakdown(start, due)
    ]  # fmt: skip


def test_a_due_time_over_a_worked_saturday() -> None:
    start = at("2026-10-09 16:00")
    assert told(A, start, A.add(start, 4 * 3600)) == [
        ("10-09 16:00", "10-09 18:00", 120, "open"),
        ("10-09 18:00", "10-10 09:00", 0, "night"),
        ("10-10 09:00", "10-10 11:00", 120, "worked"),
    ]


def test_a_due_time_over_a_holiday_and_a_weekend() -> None:
    start = at("2026-02-14 17:30")
    assert told(A, start, A.add(start, 3600)) == [
        ("02-14 17:30", "02-14 18:00", 30, "worked"),
        ("02-14 18:00", "02-24 09:00", 0, "holiday"),
        ("02-24 09:00", "02-24 09:30", 30, "open"),
    ]
    start = at("2026-11-20 17:00")
    assert told(A, start, A.add(start, 4 * 3600)) == [
        ("11-20 17:00", "11-20 18:00", 60, "open"),
        ("11-20 18:00", "11-23 09:00", 0, "weekend"),
        ("11-23 09:00", "11-23 12:00", 180, "open"),
    ]


def test_a_weekend_before_a_holiday_and_a_start_while_closed() -> None:
    clock = WorkingTime(
        Calendar(
            id="x",
            zone="Asia/Shanghai",
            week=(WITH_LUNCH,) * 5 + ((), ()),
            holidays=frozenset({date(2026, 3, 9)}),
            exceptions={date(2026, 3, 10): (), date(2026, 3, 11): ((1200, 1260),)},
            titles={date(2026, 3, 9): Text("Founding day", "厂庆"), date(2026, 3, 11): Text("Sale", "促销")},
        )
    )  # fmt: skip
    assert told(clock, at("2026-03-06 12:30"), at("2026-03-12 08:00")) == [
        ("03-06 12:30", "03-06 13:30", 0, "break"),
        ("03-06 13:30", "03-06 18:00", 270, "open"),
        ("03-06 18:00", "03-09 00:00", 0, "weekend"),
        ("03-09 00:00", "03-10 00:00", 0, "holiday"),
        ("03-10 00:00", "03-11 20:00", 0, "closed"),
        ("03-11 20:00", "03-11 21:00", 60, "special"),
        ("03-11 21:00", "03-12 08:00", 0, "night"),
    ]
    parts = clock.breakdown(at("2026-03-06 12:30"), at("2026-03-12 08:00"))
    assert parts[3].title == Text("Founding day", "厂庆")
    assert parts[5].title == Text("Sale", "促销")
    assert told(clock, at("2026-03-07 10:00"), at("2026-03-08 10:00")) == [
        ("03-07 10:00", "03-08 10:00", 0, "weekend")
    ]


def test_a_day_off_in_the_week_and_hours_between_shifts() -> None:
    nights = ((1320, 1800),)
    week = (nights, nights, (), NINE_TO_SIX, (), (), ())
    clock = WorkingTime(Calendar(id="n", zone="Asia/Shanghai", week=week))
    assert told(clock, at("2026-03-02 23:00"), at("2026-03-05 10:00")) == [
        ("03-02 23:00", "03-03 06:00", 420, "open"),
        ("03-03 06:00", "03-03 22:00", 0, "out_of_hours"),
        ("03-03 22:00", "03-04 06:00", 480, "open"),
        ("03-04 06:00", "03-05 09:00", 0, "day_off"),
        ("03-05 09:00", "03-05 10:00", 60, "open"),
    ]


def test_days_that_touch_are_one_stretch() -> None:
    week = (((0, 1440),),) * 5 + ((), ())
    clock = WorkingTime(Calendar(id="d", zone="Asia/Shanghai", week=week))
    assert told(clock, at("2026-12-30 12:00"), at("2027-01-04 01:00")) == [
        ("12-30 12:00", "01-02 00:00", 3600, "open"),
        ("01-02 00:00", "01-04 00:00", 0, "weekend"),
        ("01-04 00:00", "01-04 01:00", 60, "open"),
    ]


def test_a_long_story_ends_in_a_summary() -> None:
    start = at("2025-03-03 09:00")
    due = A.add(start, 2 * 250 * 9 * 3600)
    parts = A.breakdown(start, due)
    assert len(parts) == MAX_SLICES
    assert parts[-1].reason is Reason.SUMMARY
    assert parts[-1].end == due
    assert sum(part.seconds for part in parts) == 2 * 250 * 9 * 3600


@pytest.mark.parametrize("calendar", [Calendar(id="a", always=True), china(NINE_TO_SIX)])
def test_nothing_to_break_down(calendar: Calendar) -> None:
    clock = WorkingTime(calendar)
    assert clock.breakdown(at("2026-03-03"), at("2026-03-03")) == ()
    assert clock.breakdown(at("2026-03-03"), at("2026-03-02")) == ()


def test_always_open_is_one_stretch_and_never_open_is_one_closed_one() -> None:
    start, due = at("2026-03-03"), at("2026-03-05")
    (part,) = WorkingTime(Calendar(id="a", always=True)).breakdown(start, due)
    assert (part.start, part.end, part.seconds, part.reason) == (
        start,
        due,
        2 * 86_400,
        Reason.OPEN,
    )
    (part,) = WorkingTime(Calendar(id="n")).breakdown(start, due)
    assert (part.start, part.end, part.seconds, part.reason) == (start, due, 0, Reason.DAY_OFF)
