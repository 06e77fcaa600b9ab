"""The working hours of a calendar set by a few questions, as cuts into its text; all else of it stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..definitions import read_text
from ..definitions.operations import Operation, Put, Remove
from ..definitions.splicing import operate
from .packing import Files

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NAMED_DAYS = ("holidays", "working_days", "known_until")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """When work is done. days: of ``DAYS``. windows: such as ``09:00-12:00``. country: whose holidays count, empty to keep those there."""

    zone: str
    days: frozenset[str]
    windows: tuple[str, ...]
    country: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarPlace:
    """A calendar and where it is written. document: its number in the file."""

    id: str
    file: str
    document: int
    value: Mapping[str, Any]


def calendars_in(files: Files) -> list[CalendarPlace]:
    """Return the calendars that are not round the clock, in the order of the files."""
    found = []
    for name in sorted(files):
        if "kind: calendar" in files[name] or '"calendar"' in files[name]:
            for number, one in enumerate(read_text(files[name], name)[0]):
                if one.kind == "calendar" and not one.value.get("always"):
                    found.append(CalendarPlace(id=one.id, file=name, document=number, value=one.value))  # fmt: skip
    return found


def with_hours(files: Files, place: CalendarPlace, hours: Hours) -> dict[str, str]:
    """Return *files* with the calendar's hours set; raises CannotSpliceError where its text does not take it."""
    text = files[place.file]
    for operation in _operations(place.value, hours):
        text = operate(text, place.file, operation, place.document).text
    return dict(files) | {place.file: text}


def _operations(value: Mapping[str, Any], hours: Hours) -> list[Operation]:
    week = {key: list(hours.windows) for key in runs_of(hours.days)}
    operations: list[Operation] = [
        Put(path=("zone",), value=hours.zone),
        Put(path=("week",), value=week, after="zone"),
    ]
    if hours.country and hours.country != value.get("country"):
        operations += [Remove(path=(key,)) for key in NAMED_DAYS if key in value]
        operations.append(Put(path=("country",), value=hours.country, after="week"))
    return operations


def runs_of(days: frozenset[str]) -> list[str]:
    """Return *days* as calendars name them: neighbours as one range."""
    runs: list[list[str]] = []
    for number, day in enumerate(DAYS):
        if day in days:
            if runs and DAYS[number - 1] in days:
                runs[-1].append(day)
            else:
                runs.append([day])
    return [run[0] if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs]


def present_hours(value: Mapping[str, Any]) -> tuple[frozenset[str], tuple[str, ...]]:
    """Return on which days a calendar is open, and the windows of the first of them, as far as both are plainly written."""
    week = value.get("week")
    days: set[str] = set()
    windows: Sequence[Any] = ()
    for key, some in week.items() if isinstance(week, Mapping) else ():
        first, _, last = str(key).partition("-")
        if first in DAYS and (not last or last in DAYS):
            start = DAYS.index(first)
            end = DAYS.index(last) if last else start
            days.update(DAYS[start : end + 1])
            windows = windows or (some if isinstance(some, list) else ())
    return frozenset(days), tuple(str(one) for one in windows)
