"""How a due time is made up: what the clock counted, when it stood still, and what is still to come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ..calendars import Reason, Slice, WorkingTime
from ..core.events import Event, EventKind
from ..core.plain import from_plain
from ..core.record import Clock, ClockStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """One stretch of a clock's life. kind: counted | stood_still | to_come. slices: its open and closed parts."""

    kind: str
    start: datetime
    end: datetime
    seconds: int
    slices: tuple[Slice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DueMade:
    """The due time of one clock with everything it is made of, in the order of time."""

    clock: Clock
    stretches: tuple[Stretch, ...]
    target: int
    used: int


def how_due(
    clock: Clock, events: Iterable[Event], now: datetime, working: WorkingTime | None
) -> DueMade:
    """Return how *clock* came to its due time. events: the record's; working: of its calendar, None for calendar time."""
    stretches: list[Stretch] = []
    since: datetime | None = None
    stood: datetime | None = None
    for event in events:
        if event.kind is not EventKind.CLOCK or event.body["id"] != clock.id:
            continue
        known = from_plain(Clock, event.body["clock"])
        change = event.body["change"]
        if change == "started":
            stretches, since, stood = [], known.since, None
            if known.since is None:
                stood = known.started_at
        elif change == "paused" and since is not None:
            stretches.append(_stretch("counted", since, event.at, working))
            since, stood = None, event.at
        elif change == "resumed":
            if stood is not None:
                stretches.append(
                    Stretch(kind="stood_still", start=stood, end=event.at, seconds=0, slices=())
                )
            since, stood = event.at, None
        elif change in ("met", "ended_late", "cancelled"):
            if since is not None:
                stretches.append(_stretch("counted", since, event.at, working))
            since, stood = None, event.at
    if since is not None:
        reached = min(now, clock.due_at) if clock.due_at else now
        if reached > since:
            stretches.append(_stretch("counted", since, reached, working))
        if (
            clock.status is ClockStatus.RUNNING
            and clock.due_at is not None
            and clock.due_at > reached
        ):
            stretches.append(_stretch("to_come", reached, clock.due_at, working))
    elif stood is not None and clock.status is ClockStatus.PAUSED and now > stood:
        stretches.append(Stretch(kind="stood_still", start=stood, end=now, seconds=0, slices=()))
    used = sum(one.seconds for one in stretches if one.kind == "counted")
    return DueMade(clock=clock, stretches=tuple(stretches), target=clock.target, used=used)


def _stretch(kind: str, start: datetime, end: datetime, working: WorkingTime | None) -> Stretch:
    if end <= start:
        return Stretch(kind=kind, start=start, end=end, seconds=0, slices=())
    if working is None:
        seconds = int((end - start).total_seconds())
        whole = Slice(start=start, end=end, seconds=seconds, reason=Reason.OPEN)
        return Stretch(kind=kind, start=start, end=end, seconds=seconds, slices=(whole,))
    slices = working.breakdown(start, end)
    return Stretch(
        kind=kind, start=start, end=end, seconds=working.between(start, end), slices=slices
    )
