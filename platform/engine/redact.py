"""Events without what they say of a person: what is left still adds up to a state, with the same figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..core.events import Event, EventKind
from ..core.record import ERASED_TEXT
from ..formbuilder.model import Field
from ..formbuilder.personal import without_personal

Body = Mapping[str, Any]
FACTS_KEPT = ("id", "lang", "tier")
"""What an event may still say of the customer: figures are parted by these."""


@dataclass(frozen=True, slots=True)
class Redacted:
    """One event after an erasure. gone: what kinds of things were taken; empty: the event is as it was."""

    event: Event
    gone: frozenset[str]


def redact(event: Event, fields: Mapping[str, Field]) -> Redacted:
    """Return *event* without personal data. fields: those of its record type, by id."""
    step = _STEPS.get(event.kind)
    body = step(event.body, fields) if step is not None else event.body
    gone = set()
    if body != event.body:
        gone.add(_NAMES[event.kind])
    actor = event.actor
    if actor.kind == "customer" and actor.name:
        actor = replace(actor, name="")
        gone.add("customer")
    if not gone:
        return Redacted(event, frozenset())
    return Redacted(replace(event, actor=actor, body=body), frozenset(gone))


def _created(body: Body, fields: Mapping[str, Field]) -> Body:
    return {
        **body,
        "values": without_personal(body["values"], fields),
        "customer": _facts(body.get("customer") or {}),
    }


def _values(body: Body, fields: Mapping[str, Field]) -> Body:
    cleared = {
        name: without_personal(body[name], fields) for name in ("changed", "before") if name in body
    }
    return {**body, **cleared}


def _customer(body: Body, fields: Mapping[str, Field]) -> Body:
    return {**body, "facts": _facts(body["facts"])}


def _facts(facts: Body) -> dict[str, Any]:
    return {name: facts[name] for name in FACTS_KEPT if name in facts}


def _clock(body: Body, fields: Mapping[str, Field]) -> Body:
    return {**body, "clock": _without(body["clock"], "reason")}


def _approval(body: Body, fields: Mapping[str, Field]) -> Body:
    found = dict(body)
    if "vote" in body:
        found["vote"] = _without(body["vote"], "note")
    if "approval" in body:
        votes = [_without(vote, "note") for vote in body["approval"].get("votes", ())]
        found["approval"] = {**body["approval"], "votes": votes}
    return found


def _without(data: Body, name: str) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key != name}


def _survey(body: Body, fields: Mapping[str, Field]) -> Body:
    return {**body, "comment": ""} if body.get("comment") else body


def _manual_due(body: Body, fields: Mapping[str, Field]) -> Body:
    return {**body, "reason": ERASED_TEXT} if body.get("reason") else body


def _delivered(body: Body, fields: Mapping[str, Field]) -> Body:
    return {**body, "target": ERASED_TEXT, "error": ""}


def _incident(body: Body, fields: Mapping[str, Field]) -> Body:
    values = {
        name: ERASED_TEXT if isinstance(value, str) else value
        for name, value in body.get("values", {}).items()
    }
    return {**body, "values": values}


_STEPS: Mapping[EventKind, Callable[[Body, Mapping[str, Field]], Body]] = {
    EventKind.CREATED: _created,
    EventKind.VALUES: _values,
    EventKind.CUSTOMER: _customer,
    EventKind.CLOCK: _clock,
    EventKind.APPROVAL: _approval,
    EventKind.SURVEY: _survey,
    EventKind.MANUAL_DUE: _manual_due,
    EventKind.DELIVERED: _delivered,
    EventKind.INCIDENT: _incident,
}
_NAMES: Mapping[EventKind, str] = {
    EventKind.CREATED: "values",
    EventKind.VALUES: "values",
    EventKind.CUSTOMER: "customer",
    EventKind.CLOCK: "reasons",
    EventKind.APPROVAL: "reasons",
    EventKind.SURVEY: "surveys",
    EventKind.MANUAL_DUE: "reasons",
    EventKind.DELIVERED: "deliveries",
    EventKind.INCIDENT: "reasons",
}
