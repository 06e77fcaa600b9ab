"""Shifts that colleagues agreed to take over from one another, laid over the roster of their team."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ..calendars.opening import instant_of, wall_seconds
from .model import Team
from .roster import Duty, duties
from .roster_model import Crew, OnCall, Override, Shift

ON_CALL = "@on-call"
"""What stands for being on call where else the id of a shift does."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """One shift of one day that *taker* has instead of *giver*; both as the roster names people."""

    team: str
    shift: str
    day: date
    giver: str
    taker: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One shift of one day, or one day on call: when, and who."""

    shift: str
    day: date
    begins: datetime
    ends: datetime
    people: tuple[str, ...]
    called_off: bool = False


def laid_over(team: Team, swaps: Iterable[Swap]) -> Team:
    """Return *team* with the *swaps* as days that are different, the earlier ones first.

    A swap whose shift is gone, or on whose day the giver is not on it any more, changes nothing.
    """
    shifts, roster = list(team.shifts), team.roster
    places = {shift.id: place for place, shift in enumerate(shifts)}
    touched = False
    for swap in swaps:
        if swap.team != team.id:
            continue
        if swap.shift == ON_CALL and roster is not None:
            crew = _with(roster.crew, swap)
            roster = replace(roster, crew=crew) if crew is not None else roster
        elif swap.shift in places:
            place = places[swap.shift]
            crew = _with(shifts[place].crew, swap)
            if crew is not None:
                shifts[place] = _manned(shifts[place], crew)
        else:
            continue
        touched = touched or crew is not None
    return replace(team, shifts=tuple(shifts), roster=roster) if touched else team


def turn(team: Team, shift: str, day: date) -> Turn | None:
    """Return the shift, or the day on call, of that *day*; None where there is none."""
    start = datetime.combine(day, time(0), UTC) - timedelta(days=1)
    return next((one for one in turns(team, start, start + timedelta(days=3)) if (one.shift, one.day) == (shift, day)), None)  # fmt: skip


def turns(team: Team, start: datetime, end: datetime) -> tuple[Turn, ...]:
    """Return all shifts and days on call of *team* between two instants, by their beginning."""
    found: dict[tuple[str, date], Turn] = {}
    for duty in duties(team, start, end) if team.shifts else ():
        key = duty.shift.id, duty.day
        known = found.get(key)
        found[key] = Turn(
            shift=duty.shift.id,
            day=duty.day,
            begins=known.begins if known else duty.begins,
            ends=max(known.ends, duty.ends) if known else duty.ends,
            people=duty.people,
            called_off=duty.called_off,
        )
    if team.roster is not None:
        found |= {(ON_CALL, one.day): one for one in _calls(team.roster, start, end)}
    return tuple(sorted(found.values(), key=lambda one: (one.begins, one.ends, one.shift)))


def works_then(
    teams: Iterable[Team],
    names: frozenset[str],
    team: Team,
    taken: Turn,
    given: tuple[str, str, date] | None = None,
) -> bool:
    """Return whether whoever rosters call one of *names* has a shift in any of *teams* while *taken* of *team* lasts.

    given: the team, shift and day of one that they would give away for it. Being on call clashes with nothing.
    """
    own = (team.id, taken.shift, taken.day)
    hours = [one for one in _shifts(team, taken) if (one.shift.id, one.day) == own[1:]]
    return any(
        one.begins < mine.ends and mine.begins < one.ends
        for other in teams
        for one in _shifts(other, taken)
        if names & set(one.people) and (other.id, one.shift.id, one.day) not in (own, given)
        for mine in hours
    )


def _shifts(team: Team, over: Turn) -> Iterable[Duty]:
    found = duties(team, over.begins, over.ends) if team.shifts else ()
    return (one for one in found if not one.called_off)


def _calls(roster: OnCall, start: datetime, end: datetime) -> Iterable[Turn]:
    zone = ZoneInfo(roster.zone)
    day, last = start.astimezone(zone).date() - timedelta(days=1), end.astimezone(zone).date()
    while day <= last:
        begins, ends = _hand_over(roster, day, zone), _hand_over(roster, day + timedelta(days=1), zone)  # fmt: skip
        if ends > start and begins < end:
            people, other = roster.crew.on(day), roster.crew.override_on(day)
            off = other is not None and not other.people
            yield Turn(shift=ON_CALL, day=day, begins=begins, ends=ends, people=people, called_off=off)  # fmt: skip
        day += timedelta(days=1)


def _hand_over(roster: OnCall, day: date, zone: ZoneInfo) -> datetime:
    return _EPOCH + timedelta(seconds=instant_of(wall_seconds(day) + roster.hand_over * 60, zone))


def _with(crew: Crew, swap: Swap) -> Crew | None:
    """Return *crew* with the taker in the giver's place on that day, None where the giver is not on it."""
    people = crew.on(swap.day)
    if swap.giver not in people:
        return None
    others = (swap.taker if name == swap.giver else name for name in people)
    other = Override(first=swap.day, last=swap.day, people=tuple(dict.fromkeys(others)))
    return replace(crew, overrides=(other, *crew.overrides))


def _manned(shift: Shift, crew: Crew) -> Shift:
    """Return *shift* with another crew; its hours are those that were worked out already."""
    found = replace(shift, crew=crew)
    object.__setattr__(found, "hours", shift.hours)
    return found
