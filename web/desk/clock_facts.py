"""Each clock of a record: where it stands, and how its due time is made up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sopwith.calendars import Reason, Slice
from sopwith.core.record import Clock, ClockStatus, RecordState
from sopwith.engine.due import Stretch, how_due
from sopwith.release.model import Release
from sopwith.store.history import KeptEvent

from ..languages import lang, zone_info
from ..times import span
from ..visitor import now
from ..wording import gettext as _
from .words import clock_title, workflow_of

MOST_SLICES = 12
_RANK = {ClockStatus.RUNNING: 0, ClockStatus.PAUSED: 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One open or closed part of a stretch. counts: it is working time."""

    words: str
    when: str
    length: str
    counts: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One stretch of a clock's life, in words."""

    kind: str
    words: str
    when: str
    length: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockFacts:
    """One clock. used, target: lengths of its own time; share: how much is used, in percent."""

    clock: Clock
    title: str
    calendar: str
    used: str
    target: str
    share: int
    pieces: tuple[Piece, ...]


def shown_clocks(release: Release, state: RecordState) -> list[tuple[str, Clock]]:
    """Return the clocks that still matter, the next due first, with their titles."""
    workflow = workflow_of(release, state)
    live = [one for one in state.clocks.values() if one.status in _RANK]
    live.sort(key=lambda one: (_RANK[one.status], one.due_at.timestamp() if one.due_at else 0))
    return [(clock_title(workflow, state, one), one) for one in live]


def clock_facts(
    release: Release, state: RecordState, events: Sequence[KeptEvent]
) -> list[ClockFacts]:
    """Return all clocks: those that count first, then what has ended, the newest first."""
    workflow = workflow_of(release, state)
    clocks = sorted(
        state.clocks.values(),
        key=lambda one: (_RANK.get(one.status, 2), -one.started_at.timestamp()),
    )
    return [_facts(release, one, clock_title(workflow, state, one), events) for one in clocks]


def _facts(release: Release, clock: Clock, title: str, events: Sequence[KeptEvent]) -> ClockFacts:
    working = release.working_time.get(clock.calendar)
    made = how_due(clock, (one.event for one in events), now(), working)
    calendar = release.calendars.get(clock.calendar)
    return ClockFacts(
        clock=clock,
        title=title,
        calendar=calendar.title.get(lang()) if calendar else _("Every hour counts"),
        used=length(made.used),
        target=length(made.target),
        share=min(100, round(made.used * 100 / made.target)) if made.target else 100,
        pieces=tuple(_piece(one) for one in made.stretches),
    )


def _piece(one: Stretch) -> Piece:
    known = {
        "counted": _("Counted"),
        "stood_still": _("Stood still"),
        "to_come": _("Still to come"),
    }
    parts = [_part(part) for part in one.slices[:MOST_SLICES]]
    if len(one.slices) > MOST_SLICES:
        rest = one.slices[MOST_SLICES:]
        seconds = sum(part.seconds for part in rest)
        parts.append(
            Part(
                words=_("and so on"),
                when=period(rest[0].start, rest[-1].end),
                length=length(seconds),
                counts=seconds > 0,
            )
        )
    return Piece(
        kind=one.kind,
        words=known[one.kind],
        when=period(one.start, one.end),
        length=length(one.seconds) if one.kind != "stood_still" else "",
        parts=tuple(parts) if len(parts) > 1 or any(not part.counts for part in parts) else (),
    )


def _part(one: Slice) -> Part:
    counts = one.seconds > 0
    words = one.title.get(lang()) or reason_word(one.reason)
    return Part(
        words=words,
        when=period(one.start, one.end),
        length=length(one.seconds) if counts else "",
        counts=counts,
    )


def reason_word(reason: Reason) -> str:
    """Return why a stretch of time counts or does not."""
    return {
        Reason.OPEN: _("open"),
        Reason.WORKED: _("day worked in exchange"),
        Reason.SPECIAL: _("open by exception"),
        Reason.BREAK: _("break"),
        Reason.NIGHT: _("night"),
        Reason.OUT_OF_HOURS: _("outside working hours"),
        Reason.WEEKEND: _("weekend"),
        Reason.DAY_OFF: _("day off"),
        Reason.HOLIDAY: _("public holiday"),
        Reason.CLOSED: _("closed by exception"),
        Reason.SUMMARY: _("several days"),
    }[reason]


def length(seconds: int) -> str:
    """Return an amount of a clock's time."""
    return (
        span(timedelta(seconds=seconds))
        if seconds >= 60
        else _("%(count)d s", count=max(0, seconds))
    )


def period(start: datetime, end: datetime) -> str:
    """Return from when until when, each day said once."""
    first, last = start.astimezone(zone_info()), end.astimezone(zone_info())
    until = f"{last:%H:%M}" if first.date() == last.date() else _day(last)
    return f"{_day(first)} – {until}"


def _day(at: datetime) -> str:
    if lang() == "zh-CN":
        return f"{at.month}月{at.day}日（周{'一二三四五六日'[at.weekday()]}）{at:%H:%M}"
    return f"{at:%a} {at.day} {at:%b} {at:%H:%M}"
