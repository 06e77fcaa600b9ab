"""A calendar: which wall-clock windows of which days count as working time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from ..core.span import NOWHERE, Span
from ..core.text import Text

Window = tuple[int, int]
"""Minutes from midnight, start included, end excluded; an end past 1440 lies in the next day."""

Windows = tuple[Window, ...]

FULL_DAY: Windows = ((0, 1440),)
CLOSED_WEEK: tuple[Windows, ...] = ((),) * 7


class OutOfCalendarError(ValueError):
    """Asked for a moment outside 1970 to 2200, or for working time that never comes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """When work is done, in the wall-clock time of one zone.

    A window belongs to the day on which it starts: a night shift 22:00-06:00 of the eve of a holiday
    runs into the holiday, and the one that would start on the holiday does not happen. A window
    whose end is not after its start crosses midnight.
    """

    id: str
    title: Text = field(default_factory=Text)
    zone: str = "UTC"
    always: bool = False
    week: tuple[Windows, ...] = CLOSED_WEEK
    holidays: frozenset[date] = frozenset()
    working_days: Mapping[date, Windows | None] = field(default_factory=dict)
    exceptions: Mapping[date, Windows] = field(default_factory=dict)
    known_until: date | None = None
    titles: Mapping[date, Text] = field(default_factory=dict)
    span: Span = NOWHERE

    def __post_init__(self) -> None:
        if len(self.week) != 7:
            raise ValueError(f"calendar {self.id!r}: a week has seven days, Monday first")

    def windows_on(self, day: date) -> Windows:
        """Return the windows that start on *day*, sorted; an end past 1440 lies in the next day.

        Precedence: exception, extra working day (Monday's windows unless it has its own), holiday, week.
        """
        if self.always:
            return FULL_DAY
        found: Windows | None = self.exceptions.get(day)
        if found is None and day in self.working_days:
            found = self.working_days[day]
            if found is None:
                found = self.week[0]
        if found is None:
            found = () if day in self.holidays else self.week[day.weekday()]
        return tuple(sorted((a, b if b > a else b + 1440) for a, b in found))

    def is_unknown(self, day: date) -> bool:
        """Return whether *day* lies past the days whose holidays are known."""
        return self.known_until is not None and day > self.known_until
