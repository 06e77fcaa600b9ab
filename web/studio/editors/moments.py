"""Instants and days as the editors show them: with the weekday, in a zone that is told."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_date, format_datetime, get_month_names

from ...languages import lang, locale, zone_info


def zone_named(name: str) -> ZoneInfo:
    """Return the zone called *name*, the reader's own where there is none."""
    try:
        return ZoneInfo(name) if name else zone_info()
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return zone_info()


def moment_words(at: datetime, zone: ZoneInfo) -> str:
    """Return an instant with its weekday, as the clock on the wall of *zone* shows it."""
    pattern = "y年M月d日EEE HH:mm" if lang() == "zh-CN" else "EEE d MMM y, HH:mm"
    return format_datetime(at.astimezone(zone).replace(tzinfo=None), pattern, locale=locale())


def day_words(day: date) -> str:
    """Return a day with its weekday."""
    pattern = "y年M月d日EEEE" if lang() == "zh-CN" else "EEEE, d MMMM y"
    return format_date(day, pattern, locale=locale())


def month_words() -> list[str]:
    """Return the names of the twelve months."""
    names = get_month_names("wide", context="stand-alone", locale=locale())
    return [names[month] for month in range(1, 13)]
