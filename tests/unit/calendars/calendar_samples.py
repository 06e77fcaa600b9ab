"""Calendars and moments that the tests of this folder share."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sopwith.calendars import Calendar, Windows

NINE_TO_SIX: Windows = ((540, 1080),)
WITH_LUNCH: Windows = ((540, 720), (810, 1080))


def days(first: str, last: str | None = None) -> list[date]:
    start, end = date.fromisoformat(first), date.fromisoformat(last or first)
    return [start + timedelta(days=n) for n in range((end - start).days + 1)]


CN_HOLIDAYS = frozenset(
    day
    for first, last in [
        ("2025-01-01", "2025-01-01"),
        ("2025-01-28", "2025-02-04"),
        ("2025-04-04", "2025-04-06"),
        ("2025-05-01", "2025-05-05"),
        ("2025-05-31", "2025-06-02"),
        ("2025-10-01", "2025-10-08"),
        ("2026-01-01", "2026-01-03"),
        ("2026-02-15", "2026-02-23"),
        ("2026-04-04", "2026-04-06"),
        ("2026-05-01", "2026-05-05"),
        ("2026-06-19", "2026-06-21"),
        ("2026-09-25", "2026-09-27"),
        ("2026-10-01", "2026-10-07"),
    ]
    for day in days(first, last)
)
CN_WORKED = tuple(
    date.fromisoformat(day)
    for day in [
        "2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11",
        "2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10",
    ]
)  # fmt: skip


def china(windows: Windows) -> Calendar:
    return Calendar(
        id="cn",
        zone="Asia/Shanghai",
        week=(windows,) * 5 + ((), ()),
        holidays=CN_HOLIDAYS,
        working_days=dict.fromkeys(CN_WORKED),
        known_until=date(2026, 12, 31),
    )


def at(text: str, zone: str = "Asia/Shanghai", fold: int = 0) -> datetime:
    """Return the UTC moment at which the clock of *zone* shows *text*."""
    local = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)
    return local.astimezone(UTC)
