"""The published known answers for China's exchanged working days."""

from __future__ import annotations

import pytest

from sopwith.calendars import WorkingTime

from .calendar_samples import NINE_TO_SIX, WITH_LUNCH, at, china

A = WorkingTime(china(NINE_TO_SIX))
B = WorkingTime(china(WITH_LUNCH))


@pytest.mark.parametrize(
    ("start", "minutes", "due_a", "due_b"),
    [
        ("2026-09-30 17:00", 240, "2026-10-08 12:00", "2026-10-08 12:00"),
        ("2026-10-09 16:00", 240, "2026-10-10 11:00", "2026-10-10 11:00"),
        ("2026-09-19 20:00", 60, "2026-09-20 10:00", "2026-09-20 10:00"),
        ("2026-02-14 17:30", 60, "2026-02-24 09:30", "2026-02-24 09:30"),
        ("2025-12-31 17:45", 30, "2026-01-04 09:15", "2026-01-04 09:15"),
        ("2026-11-20 17:00", 240, "2026-11-23 12:00", "2026-11-23 12:00"),
        ("2026-04-30 10:00", 24 * 60, "2026-05-07 16:00", "2026-05-08 11:30"),
        ("2026-09-24 09:00", 72 * 60, "2026-10-12 18:00", "2026-10-14 15:00"),
    ],
)
def test_due_times_over_exchanged_days(start: str, minutes: int, due_a: str, due_b: str) -> None:
    assert A.add(at(start), minutes * 60) == at(due_a)
    assert B.add(at(start), minutes * 60) == at(due_b)
    assert A.between(at(start), at(due_a)) == minutes * 60
    assert B.between(at(start), at(due_b)) == minutes * 60


def test_business_time_over_the_spring_festival() -> None:
    start, end = at("2026-02-13 17:00"), at("2026-02-24 10:00")
    assert A.between(start, end) == 11 * 3600
    assert B.between(start, end) == 9.5 * 3600
