"""Random calendars against a slow reading of the clock on the wall, minute by minute."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from sopwith.calendars import Calendar, Reason, Windows, WorkingTime

FULL = os.environ.get("SOPWITH_FULL") == "1"
SLOW = settings(max_examples=1000 if FULL else 25, deadline=None)
QUICK = settings(max_examples=2000 if FULL else 60, deadline=None)

MINUTE = timedelta(minutes=1)
ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Shanghai", "UTC"]
# Around changes of the clock in every zone above, a leap day and two ends of a year.
FIRST_DAYS = ["2026-03-27", "2026-10-23", "2026-03-06", "2026-10-30", "2026-04-03", "2026-10-02",
              "2024-02-27", "2025-12-30", "2026-06-10"]  # fmt: skip


@st.composite
def day_windows(draw: st.DrawFn) -> Windows:
    edges = draw(st.lists(st.integers(0, 95), max_size=4, unique=True))
    edges.sort()
    found = [(a * 15, b * 15) for a, b in zip(edges[::2], edges[1::2], strict=False)]
    if draw(st.integers(0, 5)) == 0:
        found.append(draw(st.sampled_from([(1320, 360), (1200, 1800), (0, 1440), (150, 151)])))
    return tuple(found)


@st.composite
def calendars(draw: st.DrawFn) -> tuple[Calendar, datetime]:
    first = date.fromisoformat(draw(st.sampled_from(FIRST_DAYS)))
    some = st.integers(-2, 9).map(lambda n: first + timedelta(days=n))
    week = tuple(draw(day_windows()) for _ in range(7))
    calendar = Calendar(
        id="random",
        zone=draw(st.sampled_from(ZONES)),
        week=week,
        holidays=frozenset(draw(st.lists(some, max_size=3))),
        working_days=draw(st.dictionaries(some, st.none() | day_windows(), max_size=2)),
        exceptions=draw(st.dictionaries(some, day_windows(), max_size=2)),
    )
    return calendar, datetime(first.year, first.month, first.day, tzinfo=UTC)


def windows_by_the_book(calendar: Calendar, day: date) -> Windows:
    if day in calendar.exceptions:
        return calendar.exceptions[day]
    if day in calendar.working_days:
        own = calendar.working_days[day]
        return calendar.week[0] if own is None else own
    return () if day in calendar.holidays else calendar.week[day.weekday()]


def clock_reads_open(calendar: Calendar, at: datetime) -> bool:
    local = at.astimezone(ZoneInfo(calendar.zone))
    minute = local.hour * 60 + local.minute
    today = local.date()
    for a, b in windows_by_the_book(calendar, today):
        if a <= minute < (b if b > a else b + 1440):
            return True
    for a, b in windows_by_the_book(calendar, today - timedelta(days=1)):
        if a <= minute + 1440 < (b if b > a else b + 1440):
            return True
    return False


@SLOW
@given(calendars(), st.integers(0, 3 * 1440), st.integers(0, 5 * 1440))
def test_between_and_add_agree_with_the_clock_on_the_wall(
    drawn: tuple[Calendar, datetime], skip: int, length: int
) -> None:
    calendar, first = drawn
    clock = WorkingTime(calendar)
    start = first + skip * MINUTE
    worked = 0
    for n in range(length):
        moment = start + n * MINUTE
        opened = clock_reads_open(calendar, moment)
        if n % 7 == 0:
            assert clock.is_open(moment) is opened
        if opened:
            worked += 60
            if worked % 1800 == 0:
                assert clock.add(start, worked) == moment + MINUTE
                assert clock.add(start, worked - 59) == moment + timedelta(seconds=1)
    end = start + length * MINUTE
    assert clock.between(start, end) == worked
    assert clock.between(end, start) == -worked


moments = st.datetimes(datetime(2025, 6, 1), datetime(2027, 6, 1)).map(  # noqa: DTZ001  made UTC at once
    lambda naive: naive.replace(tzinfo=UTC)
)


def opens_every_week(calendar: Calendar) -> bool:
    return any(calendar.week)


@QUICK
@given(calendars(), moments, st.integers(1, 400_000), st.integers(0, 100_000))
def test_between_takes_back_what_add_gave_and_due_times_never_go_backwards(
    drawn: tuple[Calendar, datetime], start: datetime, seconds: int, more: int
) -> None:
    calendar = drawn[0]
    if not opens_every_week(calendar):
        return
    clock = WorkingTime(calendar)
    due = clock.add(start, seconds)
    assert clock.between(start, due) == seconds
    assert clock.add(start, seconds + more) >= due
    assert clock.add(start + timedelta(seconds=more), seconds) >= due
    assert clock.add(clock.add(start, seconds), more) == clock.add(start, seconds + more)
    just_before = due - timedelta(microseconds=1)
    assert clock.between(start, just_before) == seconds - 1


@QUICK
@given(calendars(), moments, moments)
def test_the_breakdown_has_no_gap_and_adds_up(
    drawn: tuple[Calendar, datetime], one: datetime, two: datetime
) -> None:
    calendar = drawn[0]
    clock = WorkingTime(calendar)
    start, due = sorted([one.replace(microsecond=0), two.replace(microsecond=0)])
    parts = clock.breakdown(start, due)
    assert len(parts) <= 400
    assert sum(part.seconds for part in parts) == clock.between(start, due)
    if not parts:
        assert start == due
        return
    assert parts[0].start == start
    assert parts[-1].end == due
    for left, right in pairwise(parts):
        assert left.end == right.start
    for part in parts:
        assert part.start < part.end
        assert part.seconds == clock.between(part.start, part.end)
        if part.reason in (Reason.OPEN, Reason.WORKED, Reason.SPECIAL):
            assert part.seconds == (part.end - part.start).total_seconds()
        elif part.reason is not Reason.SUMMARY:
            assert part.seconds == 0


@QUICK
@given(calendars(), moments, st.integers(1, 12), st.integers(0, 100_000))
def test_working_days_later_is_a_working_moment_and_never_goes_backwards(
    drawn: tuple[Calendar, datetime], start: datetime, days: int, more: int
) -> None:
    calendar = drawn[0]
    if not opens_every_week(calendar):
        return
    clock = WorkingTime(calendar)
    due = clock.add_days(start, days)
    assert due >= start
    assert clock.is_open(due) or clock.is_open(due - timedelta(microseconds=1))
    assert clock.add_days(start, days + 1) >= due
