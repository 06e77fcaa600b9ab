"""Public holidays and exchanged working days of countries, from the holidays package."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import import_module
from typing import Any

from ..core.text import Text

FIRST_KNOWN_YEAR = 2024
LAST_KNOWN_YEAR = 2030

_YEARS = range(FIRST_KNOWN_YEAR, LAST_KNOWN_YEAR + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicHolidays:
    """The holidays with their names, the weekend days worked in exchange, and the last day that is known."""

    names: Mapping[date, Text]
    working_days: frozenset[date]
    known_until: date


@lru_cache(maxsize=64)
def public_holidays(code: str) -> PublicHolidays | None:
    """Return the days of *code* (``CN``, ``DE-BE``) from 2024 to 2030, or None for an unknown one.

    Where weekend days are worked in exchange, a government announces them year by year: years after
    the last announced one are unknown and have no days here.
    """
    country, _, region = code.partition("-")
    days = _days(country, region or None, None)
    if days is None:
        return None
    exchanged = {day for day in getattr(days, "weekend_workdays", ()) if day.year in _YEARS}
    last = max((day.year for day in exchanged), default=LAST_KNOWN_YEAR)
    english = _named(days, country, region or None, "en_US")
    chinese = _named(days, country, region or None, "zh_CN")
    names = {
        day: Text(english.get(day, ""), chinese.get(day, ""))
        if english or chinese
        else Text(str(days[day]))
        for day in sorted(days)
        if day.year <= last
    }
    return PublicHolidays(
        names=names, working_days=frozenset(exchanged), known_until=date(last, 12, 31)
    )


def known_codes() -> tuple[str, ...]:
    """Return every country code, and every region as ``country-region``."""
    found = _package().list_supported_countries(include_aliases=False)
    regions = [f"{country}-{region}" for country in found for region in found[country]]
    return (*sorted(found), *sorted(regions))


def _named(days: Any, country: str, region: str | None, language: str) -> Mapping[date, str]:
    if language not in days.supported_languages:
        return {}
    return _days(country, region, language) or {}


def _days(country: str, region: str | None, language: str | None) -> Any:
    try:
        return _package().country_holidays(
            country, subdiv=region, years=_YEARS, language=language, expand=False
        )
    except NotImplementedError:
        return None


def _package() -> Any:
    """Import the package when the first calendar names a country: it is large."""
    return import_module("holidays")
