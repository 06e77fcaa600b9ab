"""Who is on shift and on call at an instant, the weeks ahead, and the hours that nobody covers."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from ..calendars import WorkingTime
from ..calendars.opening import Piece, instant_of, wall_seconds
from ..core.directory import Person
from .model import Team
from .roster_model import Crew, OnCall, Shift

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_Stretch = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """One shift on one day. day: that on which it starts, on the clock of the team. called_off: said so for the day."""

    shift: Shift
    day: date
    begins: datetime
    ends: datetime
    people: tuple[str, ...]
    is_other: bool = False

    @property
    def called_off(self) -> bool:
        """Return whether it was said that the shift does not take place on this day."""
        return self.is_other and not self.people


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Time in which somebody should be on shift and nobody is. shifts: the ids of those without people."""

    begins: datetime
    ends: datetime
    shifts: tuple[str, ...] = ()


def on_shift(team: Team, at: datetime) -> tuple[Duty, ...]:
    """Return the shifts of *team* that run at *at*, in the order of the definition; the moment of their end is not."""
    found = (_running(shift, at) for shift in team.shifts)
    return tuple(one for one in found if one is not None)


def duties(team: Team, start: datetime, end: datetime) -> tuple[Duty, ...]:
    """Return the shifts of *team* between two instants, by their beginning; the first and last are not cut."""
    found = [
        _duty(shift, piece) for shift in team.shifts for piece in _pieces(shift.hours, start, end)
    ]
    return tuple(sorted(found, key=lambda one: (one.begins, one.ends)))


def on_call(roster: OnCall, at: datetime) -> tuple[str, ...]:
    """Return who is on call at *at*, first level first."""
    return roster.crew.on(call_day(roster, at))


def call_day(roster: OnCall, at: datetime) -> date:
    """Return the day that counts for the roster: before the hour of handing over it is still the day before."""
    zone = ZoneInfo(roster.zone)
    day = at.astimezone(zone).date()
    began = instant_of(wall_seconds(day) + roster.hand_over * 60, zone)
    return day if (at - _EPOCH).total_seconds() >= began else day - timedelta(days=1)


def members_on_shift(
    team: Team | None, members: Iterable[Person], at: datetime
) -> frozenset[str] | None:
    """Return the ids of those of *members* whose shift runs at *at*, None where shifts do not count.

    They count once a member is on one of them: a pack's roster of strangers keeps no work from a new team.
    """
    if team is None or not team.shifts:
        return None
    known, everybody = tuple(members), roster_names(one.crew for one in team.shifts)
    if not any(is_named(one, everybody) for one in known):
        return None
    names = {name for one in on_shift(team, at) for name in one.people}
    return frozenset(one.id for one in known if is_named(one, names))


def members_on_call(
    roster: OnCall, members: Iterable[Person], at: datetime
) -> tuple[Person, ...] | None:
    """Return those of *members* who are on call at *at* and present, first level first.

    None: no member is on the roster at all, so it does not count.
    """
    known, everybody = tuple(members), roster_names([roster.crew])
    if not any(is_named(one, everybody) for one in known):
        return None
    known = tuple(one for one in known if one.present)
    named = (
        next((one for one in known if is_named(one, {name})), None) for name in on_call(roster, at)
    )
    return tuple(one for one in named if one is not None)


def roster_names(crews: Iterable[Crew]) -> frozenset[str]:
    """Return every name that stands in *crews*, on whatever day."""
    found: set[str] = set()
    for crew in crews:
        found.update(crew.people, crew.rotation.people if crew.rotation else ())
        found.update(name for one in crew.overrides for name in one.people)
    return frozenset(found)


def is_named(person: Person, names: Iterable[str]) -> bool:
    """Return whether one of *names* is the person's id or what they sign in as."""
    return person.id in names or (bool(person.login) and person.login in names)


def gaps(
    team: Team,
    opening: WorkingTime | None,
    start: datetime,
    end: datetime,
    is_there: Callable[[str], bool],
) -> tuple[Gap, ...]:
    """Return when nobody covers what somebody should: shifts without people, and working time without a shift.

    opening: the working time that the team must cover, None when only its shifts count. is_there: whether
    a name on the roster can work at all. A shift that was called off for a day leaves no gap of its own.
    """
    known = duties(team, start, end)
    filled = [one for one in known if any(is_there(name) for name in one.people)]
    empty = [one for one in known if one not in filled and not one.called_off]
    wanted = [(one.begins, one.ends) for one in empty]
    if opening is not None:
        wanted += [(_at(one.start), _at(one.end)) for one in _pieces(opening, start, end)]
    found = _without(_joined(wanted), _joined((one.begins, one.ends) for one in filled))
    cut = ((max(one, start), min(other, end)) for one, other in found)
    return tuple(
        Gap(
            begins=first,
            ends=last,
            shifts=tuple(
                dict.fromkeys(
                    one.shift.id for one in empty if one.begins < last and first < one.ends
                )
            ),
        )
        for first, last in cut
        if first < last
    )


def _running(shift: Shift, at: datetime) -> Duty | None:
    found = next(iter(_pieces(shift.hours, at, at + timedelta(seconds=1))), None)
    return _duty(shift, found) if found is not None else None


def _duty(shift: Shift, piece: Piece) -> Duty:
    return Duty(
        shift=shift,
        day=piece.day,
        begins=_at(piece.start),
        ends=_at(piece.end),
        people=shift.crew.on(piece.day),
        is_other=shift.crew.override_on(piece.day) is not None,
    )


def _pieces(hours: WorkingTime, start: datetime, end: datetime) -> Iterator[Piece]:
    """Yield the stretches that touch the time from *start* to before *end*, whole and each of one day.

    The calendar's own are cut where the clocks change and where a UTC year ends.
    """
    low, high = (start - _EPOCH) // timedelta(seconds=1), (end - _EPOCH) / timedelta(seconds=1)
    held: Piece | None = None
    for piece in _near(hours, start, end):
        if held is not None and held.end == piece.start and held.day == piece.day:
            held = Piece(held.start, piece.end, held.day)
            continue
        if held is not None and held.end > low and held.start < high:
            yield held
        held = piece
    if held is not None and held.end > low and held.start < high:
        yield held


def _near(hours: WorkingTime, start: datetime, end: datetime) -> Iterator[Piece]:
    """Yield the calendar's stretches from two days before *start* to two days after *end*."""
    margin = timedelta(days=2)
    first, last = (start - margin).astimezone(UTC), (end + margin).astimezone(UTC)
    low, high = (first - _EPOCH).total_seconds(), (last - _EPOCH).total_seconds()
    for year in range(first.year, last.year + 1):
        pieces = hours.pieces(year)
        at = max(bisect_right(pieces, low, key=lambda one: one.start) - 1, 0)
        while at < len(pieces) and pieces[at].start < high:
            yield pieces[at]
            at += 1


def _at(stamp: int) -> datetime:
    return _EPOCH + timedelta(seconds=stamp)


def _joined(stretches: Iterable[_Stretch]) -> list[_Stretch]:
    found: list[_Stretch] = []
    for begins, ends in sorted(stretches):
        if found and begins <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], ends))
        else:
            found.append((begins, ends))
    return found


def _without(wanted: list[_Stretch], covered: list[_Stretch]) -> Iterator[_Stretch]:
    """Yield what of *wanted* is not in *covered*; both sorted and disjoint."""
    for begins, ends in wanted:
        for first, last in covered:
            if last <= begins or first >= ends:
                continue
            if first > begins:
                yield begins, first
            begins = max(begins, last)
            if begins >= ends:
                break
        if begins < ends:
            yield begins, ends
