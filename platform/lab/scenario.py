"""Scenarios: saved examples of how a process must behave; documents to model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ..core.diagnostics import Diagnostic, has_errors
from ..core.span import NOWHERE, Span
from ..core.text import Text
from ..definitions import Document, Reader
from ..expressions import parse_duration
from .cast import Cast, read_cast

VERBS = (
    "create", "wait", "until", "reply", "message", "note", "submit", "go", "approve", "reject", "finish", "assign",
    "check", "solved", "survey", "cancel", "reopen", "away", "back", "tag", "merge", "add_approver", "link", "follow",
)  # fmt: skip
EXPECTED = (
    "state", "category", "values", "owner", "team", "tags", "escalation", "clocks", "due", "fired", "not_fired",
    "notices", "mails", "webhooks", "created", "tasks", "reopened", "priority", "approvers", "incidents", "surveys", "links",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that is done, and what must hold afterwards. refused: the codes it must be refused with."""

    verb: str
    args: Mapping[str, Any]
    then: Mapping[str, Any] = field(default_factory=dict)
    refused: tuple[str, ...] = ()
    record: str = ""
    span: Span = NOWHERE
    spans: Mapping[str, Span] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One scenario with the world it starts in."""

    id: str
    title: Text
    record_type: str
    now: datetime
    zone: str
    cast: Cast
    steps: tuple[Step, ...]
    span: Span = NOWHERE


def parse_scenario(
    document: Document, sample: Cast | None = None
) -> tuple[Scenario | None, tuple[Diagnostic, ...]]:
    """Return the scenario, None if it has errors, and every finding.

    sample: the people and customers of the pack's sample data, for a scenario that names none.
    """
    sample = sample or Cast()
    found: list[Diagnostic] = []
    r = Reader.of(document, found)
    title = r.label("title", required=True)
    record_type = r.identifier("record_type", required=True)
    given = r.reader("given", required=True)
    zone, now, cast = "Asia/Shanghai", None, None
    if given is not None:
        zone = given.text("zone", zone)
        now = read_instant(given.text("now", required=True), zone)
        if now is None:
            given.error("SCN001", "now")
        cast = read_cast(given)
        given.done()
    steps = tuple(step for one in r.readers("steps") if (step := read_step(one, zone)))
    if not steps:
        r.error("SCN003", "steps")
    r.done()
    if now is None or cast is None or has_errors(found):
        return None, tuple(found)
    scenario = Scenario(
        id=document.id,
        title=title,
        record_type=record_type,
        now=now,
        zone=zone,
        cast=cast if cast.people or cast.customers else sample,
        steps=steps,
        span=document.span,
    )
    return scenario, tuple(found)


def read_step(r: Reader, zone: str) -> Step | None:
    """Return one step, None when it does not do exactly one thing. zone: of the times that it names."""
    verbs = [verb for verb in VERBS if r.root.get(verb) is not None]
    if len(verbs) != 1:
        r.error("SCN004", count=len(verbs))
        return None
    verb = verbs[0]
    node = r.node(verb)
    assert node is not None
    args: Mapping[str, Any] = node.value if isinstance(node.value, dict) else {"value": node.value}
    if verb == "wait" and _wait_seconds(str(args.get("value", ""))) is None:
        r.error("SCN005", verb)
    if verb == "until" and read_instant(str(args.get("value", "")), zone) is None:
        r.error("SCN001", verb)
    then_node = r.node("then")
    then = then_node.value if then_node is not None and isinstance(then_node.value, dict) else {}
    spans: dict[str, Span] = {}
    if then_node is not None and then_node.kind == "map":
        for key, child in then_node.items():
            spans[key] = child.span
            if key not in EXPECTED:
                Reader(then_node, r.found).unknown("SCN006", child, EXPECTED)
    step = Step(
        verb=verb,
        args=args,
        then=then,
        refused=tuple(r.texts("refused")),
        record=r.text("record"),
        span=r.span,
        spans=spans,
    )
    r.done()
    return step


def _wait_seconds(text: str) -> int | None:
    """Return the seconds of a wait such as ``14m59s`` or ``1d 2h``."""
    total, rest = 0, ""
    for letter in text.replace(" ", ""):
        rest += letter
        if letter.isalpha():
            duration = parse_duration(rest)
            if duration is None or duration.business or duration.days:
                return None
            total, rest = total + duration.seconds, ""
    return total if total and not rest else None


def wait_seconds(text: str) -> int:
    """Return the seconds of a wait; a text that is none waits not at all (it was reported when read)."""
    return _wait_seconds(text) or 0


def read_instant(text: str, zone: str) -> datetime | None:
    """Return the aware instant of ``2026-11-16 09:00`` in *zone*, None if the text is no such thing."""
    try:
        at = datetime.fromisoformat(text.strip())
        return at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))
    except (ValueError, ZoneInfoNotFoundError):
        return None
