"""Documents to teams: who they are, their shifts and their on-call roster."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from ..calendars import Calendar, parse_calendar
from ..calendars.hours import UnreadableError, read_date, read_dates
from ..core.diagnostics import Diagnostic, has_errors
from ..definitions import Document, Node, Reader, tidy
from .model import DEFAULT_ESCALATION, Team
from .reading import CLOCK, duration
from .roster_model import Crew, OnCall, Override, Rotation, Shift

MAX_TURN_DAYS = 366
_ESCALATION = (timedelta(minutes=1), timedelta(days=1))
_TURN = re.compile(r"([1-9][0-9]{0,2})([dw])")
_WORDS: Mapping[str, Any] = {"id": "shift", "title": {"en": "Shift", "zh-CN": "班次"}}


def parse_team(
    document: Document, calendars: Mapping[str, Calendar] | None = None
) -> tuple[Team | None, tuple[Diagnostic, ...]]:
    """Return the team, None when it has errors, and all findings.

    calendars: those by which shifts may run; one that is not there counts as UTC without days off.
    """
    found: list[Diagnostic] = []
    reader = Reader.of(document, found)
    title = reader.label("title", required=True)
    calendar = reader.identifier("calendar") or None
    clock = (calendars or {}).get(calendar or "") or Calendar(id="none", always=True)
    shifts = _shifts(reader, clock)
    has_roster, roster, escalate_after = _on_call(reader, clock)
    if (shifts or roster is not None) and calendar is None:
        key = "shifts" if shifts else "on_call"
        reader.error("TEA006", span=reader.key_span(key))
    team = Team(
        id=document.id,
        title=title,
        level=reader.whole("level", 1, 1, 9),
        skills=tuple(reader.texts("skills")),
        on_call=has_roster,
        escalate_after=escalate_after,
        calendar=calendar,
        shifts=shifts,
        roster=roster,
        span=reader.key_span("id"),
        calendar_span=reader.span_of("calendar"),
    )
    reader.done()
    findings = tidy(found)
    return (None if has_errors(findings) else team), findings


def _shifts(reader: Reader, clock: Calendar) -> tuple[Shift, ...]:
    found: list[Shift] = []
    for inner in reader.readers("shifts"):
        shift = _shift(inner, clock)
        if shift.id and shift.id in {one.id for one in found}:
            inner.error("TEA001", "id", name=shift.id)
        found.append(shift)
    return tuple(found)


def _shift(reader: Reader, clock: Calendar) -> Shift:
    days_off = reader.flag("days_off")
    shift = Shift(
        id=reader.identifier("id", required=True),
        title=reader.label("title", required=True),
        week=_week(reader, clock, days_off),
        crew=_crew(reader),
        days_off=days_off,
        span=reader.span_of("id"),
    )
    if not shift.crew.people and not reader.has("rotation"):
        reader.error("TEA002", span=reader.span_of("id"), name=shift.id)
    reader.done()
    return shift


def _week(reader: Reader, clock: Calendar, days_off: bool) -> Calendar:
    """Return the weekly hours as a calendar of its own, read as those of calendars are."""
    node = reader.node("week")
    empty = Calendar(id="shift", zone=clock.zone)
    if node is None:
        reader.error("DEF003", key="week", span=reader.root.where)
        return empty
    value = {**_WORDS, "zone": clock.zone, "week": node.value}
    known, findings = parse_calendar(value, _placed(node), _placed_keys(node))
    reader.found.extend(findings)
    if known is None:
        return empty
    if not days_off or clock.always:
        return known
    return Calendar(
        id=known.id,
        zone=clock.zone,
        week=known.week,
        holidays=clock.holidays,
        working_days=dict.fromkeys(clock.working_days),
        exceptions={day: hours for day, hours in clock.exceptions.items() if not hours},
    )


def _placed(node: Node) -> Any:
    return lambda path: node.span_of(path[1:])


def _placed_keys(node: Node) -> Any:
    return lambda path: (node.at(path[1:]) or node).where


def _on_call(reader: Reader, clock: Calendar) -> tuple[bool, OnCall | None, timedelta]:
    """Return whether the team has a roster, the one that the definition keeps, and how long a call waits."""
    node = reader.node("on_call")
    if node is None or node.kind != "map":
        return reader.flag("on_call"), None, DEFAULT_ESCALATION
    inner = Reader(node, reader.found)
    escalate_after = _escalation(inner)
    if set(node.value) <= {"escalate_after"}:  # the order is set with the members
        inner.done()
        return True, None, escalate_after
    at = inner.raw_text("hand_over")
    if at is not None and not CLOCK.fullmatch(at):
        inner.error("TEA007", "hand_over", found=at[:40])
        at = None
    hour, _, minute = (at or "00:00").partition(":")
    crew = _crew(inner)
    if not crew.people and not inner.has("rotation"):
        inner.error("TEA002", span=node.where, name="on_call")
    inner.done()
    minutes = int(hour) * 60 + int(minute)
    roster = OnCall(crew=crew, zone=clock.zone, hand_over=minutes, span=node.where)
    return True, roster, escalate_after


def _escalation(reader: Reader) -> timedelta:
    found = duration(reader, "escalate_after")
    if found is None:
        return DEFAULT_ESCALATION
    least, most = _ESCALATION
    wanted = timedelta(days=found.days, seconds=found.seconds)
    if found.business or not least <= wanted <= most:
        reader.error("TEA008", "escalate_after", found=str(found)[:40])
        return DEFAULT_ESCALATION
    return wanted


def _crew(reader: Reader) -> Crew:
    return Crew(
        people=_people(reader, "people"),
        rotation=_rotation(reader.reader("rotation")),
        overrides=_overrides(reader),
    )


def _people(reader: Reader, key: str, *, required: bool = False) -> tuple[str, ...]:
    found: list[str] = []
    for node in reader.scalars(key, required=required):
        if node.words in found:
            reader.error("TEA004", span=node.span, name=node.words)
        elif node.words.strip():
            found.append(node.words)
    return tuple(found)


def _rotation(reader: Reader | None) -> Rotation | None:
    if reader is None:
        return None
    people = tuple(node.words for node in reader.scalars("people", required=True))
    days = _days(reader)
    start = _date(reader)
    reader.done()
    return Rotation(people=people, days=days, start=start) if start is not None else None


def _days(reader: Reader) -> int:
    words = reader.raw_text("every", required=True)
    match = _TURN.fullmatch(words) if words is not None else None
    days = int(match[1]) * (7 if match[2] == "w" else 1) if match is not None else 0
    if words is not None and not 1 <= days <= MAX_TURN_DAYS:
        reader.error("TEA003", "every", found=words[:40])
    return days or 1


def _date(reader: Reader) -> date | None:
    words = reader.raw_text("from", required=True)
    if words is None:
        return None
    try:
        return read_date(words)
    except UnreadableError as error:
        reader.error(error.code, "from", word=error.word)
        return None


def _overrides(reader: Reader) -> tuple[Override, ...]:
    found: list[Override] = []
    for inner in reader.readers("overrides"):
        if not inner.has("people") and inner.root.get("people") is None:
            inner.error("DEF003", key="people", span=inner.root.where)
        days = _dates(inner)
        people = _people(inner, "people")
        inner.done()
        if not days:
            continue
        one = Override(first=days[0], last=days[-1], people=people, span=inner.span_of("date"))
        if any(other.first <= one.last and one.first <= other.last for other in found):
            inner.error("TEA005", "date", word=_span_words(days))
        found.append(one)
    return tuple(found)


def _span_words(days: Iterable[date]) -> str:
    all_days = list(days)
    first, last = all_days[0].isoformat(), all_days[-1].isoformat()
    return first if first == last else f"{first}..{last}"


def _dates(reader: Reader) -> list[date]:
    words = reader.raw_text("date", required=True)
    if words is None:
        return []
    try:
        return read_dates(words)
    except UnreadableError as error:
        reader.error(error.code, "date", word=error.word)
        return []
