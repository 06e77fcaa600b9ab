"""When timed rules are due: working time both ways, days in a zone, sweeps."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopwith.calendars import Calendar, WorkingTime
from sopwith.expressions import Duration, parse_duration
from sopwith.rules.model import Trigger
from sopwith.rules.timers import after_due, at_due, next_sweep

SHANGHAI = ZoneInfo("Asia/Shanghai")
NINE_TO_SIX = ((540, 720), (780, 1080))
OFFICE = WorkingTime(
    Calendar(
        id="office",
        zone="Asia/Shanghai",
        week=(NINE_TO_SIX,) * 5 + ((),) * 2,
        holidays=frozenset({date(2026, 11, 24)}),
    )
)
NEVER = WorkingTime(Calendar(id="never", zone="UTC"))


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """Return a moment of November 2026 by the clock in Shanghai; the 20th is a Friday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)


def span(text: str) -> Duration:
    found = parse_duration(text)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("duration", "working", "expected"),
    [
        ("3d", OFFICE, at(23, 10)),
        ("4bh", OFFICE, at(20, 15)),
        ("8bh", OFFICE, at(23, 10)),
        ("1bd", OFFICE, at(23, 10)),
        ("2bd", OFFICE, at(25, 10)),
        ("4bh", None, at(20, 14)),
        ("2bd", None, at(22, 10)),
        ("4bh", NEVER, None),
    ],
)
def test_after(duration: str, working: WorkingTime | None, expected: datetime | None) -> None:
    trigger = Trigger(kind="after", duration=span(duration), state="resolved")
    assert after_due(trigger, at(20, 10), working) == expected


@pytest.mark.parametrize(
    ("value", "offset", "before", "expected"),
    [
        ("2026-11-25T02:00:00Z", None, False, at(25, 10)),
        ("2026-11-25T02:00:00Z", "1d", True, at(24, 10)),
        ("2026-11-25T02:00:00Z", "1d", False, at(26, 10)),
        ("2026-11-25", None, False, at(25, 9)),
        ("2026-11-25", "1d", True, at(24, 9)),
        ("2026-11-25", "1bd", True, at(23, 9)),
        ("2026-11-25T02:00:00Z", "1bh", True, at(25, 9)),
        ("2026-11-25T02:00:00Z", "2bh", True, at(23, 17)),
        ("2026-11-25T02:00:00Z", "1bh", False, at(25, 11)),
    ],
)
def test_at(value: str, offset: str | None, before: bool, expected: datetime) -> None:
    trigger = Trigger(
        kind="at",
        date_field="f",
        offset=span(offset) if offset else None,
        before=before,
        time="09:00",
    )
    assert at_due(trigger, {"f": value}, OFFICE) == expected


@pytest.mark.parametrize("value", [None, "", "soon", 7, "2026-13-01", ["2026-11-25"], "9" * 100])
def test_at_without_a_date_is_never_due(value: Any) -> None:
    trigger = Trigger(kind="at", date_field="f", offset=span("1d"), before=True)
    assert at_due(trigger, {"f": value}, None) is None
    assert at_due(trigger, {"f": value}, OFFICE) is None


def test_a_day_without_calendar_begins_in_utc() -> None:
    trigger = Trigger(kind="at", date_field="f")
    assert at_due(trigger, {"f": "2026-11-25"}, None) == datetime(2026, 11, 25, tzinfo=UTC)


@pytest.mark.parametrize(
    ("duration", "time", "last", "working", "expected"),
    [
        ("1d", "09:00", at(20, 9), None, at(21, 9)),
        ("1d", "09:00", at(20, 8), None, at(20, 9)),
        ("1d", "09:00", at(20, 17), None, at(21, 9)),
        ("1w", "09:00", at(20, 9), None, at(27, 9)),
        ("2d", "09:00", at(20, 9), None, at(22, 9)),
        ("1d", "09:00", at(20, 9), OFFICE, at(23, 9)),
        ("1d", "09:00", at(23, 9), OFFICE, at(25, 9)),
        ("1bd", "09:00", at(23, 9), OFFICE, at(25, 9)),
        ("2bd", "09:00", at(23, 9), OFFICE, at(26, 9)),
        ("15m", "", at(20, 9), None, at(20, 9, 15)),
        ("15m", "", at(20, 17, 55), OFFICE, at(23, 9)),
        ("1d", "09:00", at(20, 9), NEVER, None),
        ("15m", "", at(20, 9), NEVER, None),
    ],
)
def test_sweeps(
    duration: str, time: str, last: datetime, working: WorkingTime | None, expected: datetime | None
) -> None:
    trigger = Trigger(kind="every", duration=span(duration), time=time)
    assert next_sweep(trigger, last, "Asia/Shanghai", working) == expected


def test_a_daily_sweep_keeps_its_wall_clock_time_over_summer_time() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    trigger = Trigger(kind="every", duration=span("1d"), time="02:30")
    last = datetime(2026, 3, 27, 2, 30, tzinfo=berlin).astimezone(UTC)
    seen = []
    for _ in range(4):
        following = next_sweep(trigger, last, berlin, None)
        assert following is not None
        assert following > last
        last = following
        seen.append(last.astimezone(berlin).strftime("%d %H:%M"))
    assert seen == ["28 02:30", "29 03:30", "30 02:30", "31 02:30"]


MOMENTS = st.integers(0, 60 * 24 * 3600).map(
    lambda s: datetime(2026, 10, 1, tzinfo=UTC) + timedelta(seconds=s)
)


@settings(max_examples=200, deadline=None)
@given(MOMENTS, st.integers(1, 80 * 3600))
def test_working_time_before_an_instant_is_the_latest_start(end: datetime, seconds: int) -> None:
    trigger = Trigger(
        kind="at", date_field="f", offset=Duration(seconds=seconds, business=True), before=True
    )
    start = at_due(trigger, {"f": end.isoformat()}, OFFICE)
    assert start is not None
    assert OFFICE.between(start, end) == seconds
    assert OFFICE.between(start + timedelta(seconds=1), end) < seconds


@settings(max_examples=200, deadline=None)
@given(MOMENTS, st.sampled_from(("15m", "1d", "3d", "1w", "1bd", "2bh")), st.booleans())
def test_sweeps_go_forward(last: datetime, duration: str, with_calendar: bool) -> None:
    for time in ("", "09:00") if duration.endswith(("d", "w")) else ("",):
        trigger = Trigger(kind="every", duration=span(duration), time=time)
        following = next_sweep(trigger, last, "Asia/Shanghai", OFFICE if with_calendar else None)
        assert following is not None
        assert following > last
