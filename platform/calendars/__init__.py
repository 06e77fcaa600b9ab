"""Working time: calendars of windows, holidays and exchanged days, and exact arithmetic on them."""

from __future__ import annotations

from .breakdown import MAX_SLICES, Reason, Slice
from .model import Calendar, OutOfCalendarError, Window, Windows
from .parse import parse_calendar
from .working_time import WorkingTime

__all__ = [
    "MAX_SLICES",
    "Calendar",
    "OutOfCalendarError",
    "Reason",
    "Slice",
    "Window",
    "Windows",
    "WorkingTime",
    "parse_calendar",
]
