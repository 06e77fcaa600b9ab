"""Which names an event has for rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..core.events import Event, EventKind
from ..core.record import RecordState
from ..rules.match import Happening


def happenings_of(event: Event, state: RecordState, told: Mapping[str, Any]) -> Iterator[Happening]:
    """Yield what *event*, with what was *told* beside it, means to rules, the most telling first."""
    body = {**event.body, **told}
    role = _role(event)
    for name, details in _names(event.kind, body, state):
        yield Happening(name, {"kind": name.split(":")[0], "actor_role": role, **details})


def _role(event: Event) -> str:
    if event.actor.kind != "user":
        return event.actor.kind
    for role in ("admin", "manager", "lead", "agent"):
        if role in event.actor.roles:
            return role
    return next(iter(sorted(event.actor.roles)), "user")


def _names(
    kind: EventKind, body: Mapping[str, Any], state: RecordState
) -> Iterator[tuple[str, dict[str, Any]]]:
    if kind is EventKind.CREATED:
        yield "created", {}
    elif kind is EventKind.VALUES:
        for name, value in body.get("changed", {}).items():
            yield (
                f"changed:{name}",
                {
                    "field": name,
                    "to": _text(value),
                    "from": _text(body.get("before", {}).get(name)),
                },
            )
        for name in body.get("removed", ()):
            yield (
                f"changed:{name}",
                {"field": name, "from": _text(body.get("before", {}).get(name))},
            )
    elif kind is EventKind.STATE:
        if body.get("from"):
            yield f"left:{body['from']}", {"from": body["from"], "to": body["to"]}
        yield f"entered:{body['to']}", {"from": body.get("from"), "to": body["to"]}
        if body.get("reopened"):
            yield "reopened", {"from": body.get("from"), "to": body["to"]}
    elif kind is EventKind.OWNER:
        yield "assigned", {"to": body.get("owner"), "from": body.get("from")}
    elif kind is EventKind.COMMENT:
        if body["author"] == "customer":
            yield "comment:customer", {"text": body.get("text", "")}
        elif body["public"]:
            yield "comment:agent", {"text": body.get("text", "")}
        else:
            yield "note", {"text": body.get("text", "")}
    elif kind is EventKind.TAGS:
        for tag in body.get("added", ()):
            yield f"tagged:{tag}", {"tag": tag}
    elif kind is EventKind.CLOCK:
        metric = body["clock"]["metric"]
        if body["change"] == "warned":
            yield f"clock:warned:{body['percent']}", {"metric": metric, "percent": body["percent"]}
        elif body["change"] == "breached":
            yield "clock:breached", {"metric": metric, "percent": 100}
    elif kind is EventKind.TASK:
        if body["change"] == "done":
            yield "task:done", {"task": body["task"]["branch"]}
    elif kind is EventKind.APPROVAL:
        if body["change"] == "opened":
            yield "approval:opened", {"to": body["approval"]["state"]}
        elif body["change"] == "closed":
            yield f"approval:{body['outcome']}", {"outcome": body["outcome"], "from": state.state}
    elif kind is EventKind.SURVEY:
        if body["change"] == "answered":
            yield (
                "survey:answered",
                {"score": body["score"], "text": body.get("comment", ""), "field": body["survey"]},
            )
    elif kind is EventKind.LINK:
        yield "linked", {"to": body["kind"]}
    elif kind is EventKind.MERGED:
        yield "merged", {}
    elif kind is EventKind.DELIVERED and body["outcome"] == "dead":
        yield "delivery:dead", {"to": body.get("target", ""), "outcome": "dead"}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None if value is None else str(value)
