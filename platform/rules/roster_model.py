"""Who of a team works when: shifts, turns by rotation, days that are different, and who is on call."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from ..calendars import Calendar, WorkingTime
from ..core.span import NOWHERE, Span
from ..core.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """People who take turns. days: how long a turn is. start: the first day of the first one's first turn."""

    people: tuple[str, ...]
    days: int
    start: date

    def turn(self, day: date) -> str | None:
        """Return whose turn *day* is, None before the rotation begins."""
        passed = (day - self.start).days
        if passed < 0 or not self.people:
            return None
        return self.people[passed // self.days % len(self.people)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """Other people from *first* to *last*, both included; nobody: it does not take place."""

    first: date
    last: date
    people: tuple[str, ...]
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """Who it is on which day: those named always, one by turn, and others on single days."""

    people: tuple[str, ...] = ()
    rotation: Rotation | None = None
    overrides: tuple[Override, ...] = ()

    def override_on(self, day: date) -> Override | None:
        """Return what is said about *day* itself; of several the first."""
        return next((one for one in self.overrides if one.first <= day <= one.last), None)

    def on(self, day: date) -> tuple[str, ...]:
        """Return the people of *day*, who has the turn first, nobody twice."""
        other = self.override_on(day)
        if other is not None:
            return other.people
        by_turn = self.rotation.turn(day) if self.rotation else None
        rest = (one for one in self.people if one != by_turn)
        return (by_turn, *rest) if by_turn else tuple(rest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """Hours that people of a team work together.

    week: its weekly hours on the clock of the team's calendar, without the calendar's days off where
    days_off is set. A shift belongs to the day on which it starts, also past midnight.
    """

    id: str
    title: Text
    week: Calendar
    crew: Crew = field(default_factory=Crew)
    days_off: bool = False
    span: Span = NOWHERE
    hours: WorkingTime = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "hours", WorkingTime(self.week))


@dataclass(frozen=True, slots=True, kw_only=True)
class OnCall:
    """Who answers when nobody is on shift, first level first.

    hand_over: minutes from midnight at which a turn of the rotation begins, on the clock of *zone*.
    """

    crew: Crew
    zone: str = "UTC"
    hand_over: int = 0
    span: Span = NOWHERE
