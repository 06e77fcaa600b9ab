"""How a record came to be as it is: events, reasons, clocks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sopwith.core.decision import Why, sentence
from sopwith.core.events import EventKind
from sopwith.core.messages import MESSAGES
from sopwith.core.text import Text
from sopwith.engine.due import how_due
from sopwith.store.history import KeptEvent, events_of, explanations_of

from ..visitor import get_service, now
from . import showing
from .operation import Answer, Call, op
from .records import current
from .shapes import obj, ref
from .words import lang

TAG = "History"
PAGE = 200
AFTER = {"type": "integer", "minimum": 0, "maximum": 999_999_999}
_VALUES = ("values", "changed")


@op(
    "GET",
    "/records/<record_id>/events",
    Text("What happened", "事件记录"),
    tag=TAG,
    scope="records:read",
    query=obj(after=AFTER),
    gives=ref("Events"),
)
def events(call: Call, record_id: str) -> Answer:
    """Answer the events beyond *after*, in order, a page at a time."""
    state, release = current()
    secret = showing.hidden(release, state)
    with get_service().database.reading() as connection:
        found = events_of(
            connection, record_id, after=int(call.query.get("after", 0)), limit=PAGE + 1
        )
    page = found[:PAGE]
    more = page[-1].seq if len(found) > PAGE else None
    return Answer(body={"items": [_event(one, secret) for one in page], "next": more})


def _event(kept: KeptEvent, secret: frozenset[str]) -> showing.Json:
    one = kept.event
    return {
        "seq": kept.seq,
        "kind": one.kind.value,
        "at": showing.at(one.at),
        "actor": {"kind": one.actor.kind, "id": one.actor.id, "name": one.actor.name},
        "cause": {"kind": one.cause.kind, "id": one.cause.id, "depth": one.cause.depth},
        "body": bare(one.body, secret),
        "hash": kept.hash,
    }


def bare(value: Any, secret: frozenset[str]) -> Any:
    """Return what was written down, without the values of *secret* fields."""
    if isinstance(value, list | tuple):
        return [bare(item, secret) for item in value]
    if not isinstance(value, Mapping):
        return value
    found = {}
    for key, item in value.items():
        if key in _VALUES and isinstance(item, Mapping):
            item = {
                name: inner for name, inner in item.items() if name.partition(".")[0] not in secret
            }
        elif key == "removed" and isinstance(item, list):
            item = [name for name in item if name not in secret]
        found[key] = bare(item, secret)
    return found


@op(
    "GET",
    "/records/<record_id>/why",
    Text("Why it is so", "决策说明"),
    tag=TAG,
    scope="records:read",
    query=obj(after=AFTER),
    gives=ref("Whys"),
)
def why(call: Call, record_id: str) -> Answer:
    """Answer the explanation of each command by the version that it led to, beyond *after*, a page at a time."""
    state, release = current()
    secret = showing.hidden(release, state)
    with get_service().database.reading() as connection:
        found = explanations_of(
            connection, record_id, after=int(call.query.get("after", 0)), limit=PAGE + 1
        )
    page = list(found.items())[:PAGE]
    items = [
        {"version": seq, "reasons": [_reason(one, secret) for one in reasons]}
        for seq, reasons in page
    ]
    return Answer(body={"items": items, "next": page[-1][0] if len(found) > PAGE else None})


def _reason(one: Why, secret: frozenset[str]) -> showing.Json:
    words = sentence(one.code, one.values, lang()) if one.code in MESSAGES else one.outcome
    return {
        "kind": one.kind,
        "id": one.id,
        "outcome": one.outcome,
        "code": one.code,
        "words": words,
        "parts": [bare(part, secret) for part in one.parts],
    }


@op("GET", "/records/<record_id>/clocks", Text("Promises and how their due times are made", "时限"), tag=TAG, scope="records:read", gives=ref("Clocks"))  # fmt: skip
def clocks(_call: Call, record_id: str) -> Answer:
    """Answer every clock with the stretches that it counted, stood still, and has before it."""
    state, release = current()
    with get_service().database.reading() as connection:
        kept = events_of(connection, record_id, kinds=[EventKind.CLOCK])
    happened = [one.event for one in kept]
    items: list[showing.Json] = []
    for one in state.clocks.values():
        made = how_due(one, happened, now(), release.working_time.get(one.calendar))
        stretches: list[showing.Json] = [
            {
                "kind": part.kind,
                "start": showing.at(part.start),
                "end": showing.at(part.end),
                "seconds": part.seconds,
            }
            for part in made.stretches
        ]
        items.append(
            {"clock": showing.clock(one) | {"used_seconds": made.used}, "stretches": stretches}
        )
    return Answer(body={"items": items})
