"""Schemas of what comes in and goes out: JSON Schema 2020-12, which OpenAPI 3.1 takes as it is."""

from __future__ import annotations

from typing import Any

from sopwith.access.model import Act
from sopwith.core.events import EventKind
from sopwith.core.record import Category, ClockStatus
from sopwith.store.tokens import SCOPES

Json = dict[str, Any]

ID = r"^[A-Za-z0-9][A-Za-z0-9._:@-]{0,79}$"
INSTANT_PATTERN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z$"
KEEPABLE = r"^[^\x00]*$"
MOST_VALUES_OF_A_FORM = 500


def ref(name: str) -> Json:
    """Return a reference to one of ``SCHEMAS``."""
    return {"$ref": f"#/components/schemas/{name}"}


def obj(required: Json | None = None, **optional: Json) -> Json:
    """Return an object that has *required*, may have *optional*, and nothing else."""
    needed = required or {}
    found: Json = {
        "type": "object",
        "properties": {**needed, **optional},
        "additionalProperties": False,
    }
    if needed:
        found["required"] = list(needed)
    return found


def whole(**properties: Json) -> Json:
    """Return an object of exactly these properties."""
    return obj(properties)


def text(longest: int = 200, shortest: int = 0) -> Json:
    """Return a text of bounded length."""
    found: Json = {"type": "string", "maxLength": longest, "pattern": KEEPABLE}
    return found | {"minLength": shortest} if shortest else found


def maybe(schema: Json) -> Json:
    """Return *schema*, or null."""
    if "$ref" in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    found = dict(schema, type=[schema["type"], "null"])
    if "enum" in found:
        found["enum"] = [*found["enum"], None]
    return found


def many(items: Json, most: int | None = None, least: int = 0) -> Json:
    """Return a list."""
    found: Json = {"type": "array", "items": items}
    if most is not None:
        found["maxItems"] = most
    return found | {"minItems": least} if least else found


def one_of(*values: str) -> Json:
    """Return one of *values*."""
    return {"type": "string", "enum": list(values)}


def among(items: Json, most: int = 50) -> Json:
    """Return a list without repeats."""
    return many(items, most) | {"uniqueItems": True}


STRING: Json = {"type": "string"}
TRUTH: Json = {"type": "boolean"}
NUMBER: Json = {"type": "integer"}
FREE: Json = {"type": "object"}
IDENTIFIER: Json = {"type": "string", "pattern": ID}
INSTANT: Json = {"type": "string", "format": "date-time", "pattern": INSTANT_PATTERN}
VALUES: Json = {
    "type": "object",
    "description": "Values by field id; see GET /forms/{form_id}/schema. A file is given by the id that POST /files answered.",
    "maxProperties": MOST_VALUES_OF_A_FORM,
    "additionalProperties": True,
}

HEADERS: dict[str, Json] = {
    "Idempotency-Key": {
        "type": "string",
        "pattern": r"^[!-~]{1,200}$",
        "description": "The same key with the same request gets the same answer and has its effect once. Kept for two days.",
    },
    "If-Match": {
        "type": "string",
        "pattern": r'^"[0-9]{1,9}"$',
        "description": "The ETag of the version that you saw; 409 when the record has moved on.",
    },
}

SCHEMAS: dict[str, Json] = {
    "Problem": obj(
        {"type": STRING, "title": STRING, "status": NUMBER, "code": STRING, "detail": STRING},
        errors=many(whole(**{"code": STRING, "in": one_of("body", "query", "header"), "pointer": STRING, "detail": STRING})),
    ),
    "Person": whole(id=STRING, name=STRING),
    "State": whole(id=STRING, title=STRING, category=one_of(*Category)),
    "Clock": whole(
        id=STRING, metric=STRING, status=one_of(*ClockStatus), policy=STRING, calendar=STRING, target_seconds=NUMBER,
        used_seconds=NUMBER, started_at=INSTANT, due_at=maybe(INSTANT), breached_at=maybe(INSTANT), ended_at=maybe(INSTANT),
        manual=TRUTH,
    ),
    "ClockDetail": whole(
        clock=ref("Clock"),
        stretches=many(whole(kind=one_of("counted", "stood_still", "to_come"), start=INSTANT, end=INSTANT, seconds=NUMBER)),
    ),
    "Task": whole(
        id=STRING, branch=STRING, state=STRING, form=maybe(STRING), status=one_of("open", "done", "cancelled"),
        owner=maybe(ref("Person")), team=maybe(STRING), opened_at=INSTANT, done_at=maybe(INSTANT), due_at=maybe(INSTANT),
    ),
    "Approval": whole(
        id=STRING, mode=STRING, share=NUMBER, opened_at=INSTANT,
        votes=many(whole(user=ref("Person"), asked=TRUTH, decision=maybe(one_of("approve", "reject")), at=maybe(INSTANT),
                         note=STRING, deputy_for=maybe(STRING))),
    ),
    "Way": whole(
        id=STRING, to=STRING, title=STRING, open=TRUTH, code=maybe(STRING), reason=maybe(STRING),
        note=one_of("none", "optional", "required", "reply"), ask=many(STRING), form=maybe(STRING),
    ),
    "CheckItem": whole(id=STRING, title=STRING, done=TRUTH, required=TRUTH),
    "Playbook": whole(
        id=STRING, title=STRING,
        steps=many(whole(id=STRING, title=STRING, done=TRUTH, by=maybe(ref("Person")), at=maybe(INSTANT))),
    ),
    "RecordSummary": whole(
        id=STRING, number=STRING, type=STRING, title=STRING, state=ref("State"), priority=maybe(STRING),
        owner=maybe(ref("Person")), team=maybe(STRING), customer=maybe(ref("Person")), channel=STRING, lang=STRING,
        tags=many(STRING), created_at=INSTANT, updated_at=INSTANT, due_at=maybe(INSTANT), escalation=NUMBER, messages=NUMBER,
        version=NUMBER,
    ),
    "Records": whole(items=many(ref("RecordSummary")), next=maybe(STRING)),
    "Record": whole(
        id=STRING, number=STRING, type=STRING, title=STRING, release=STRING, version=NUMBER, state=ref("State"),
        previous_state=maybe(STRING), form=maybe(STRING), priority=maybe(STRING), values=FREE, owner=maybe(ref("Person")),
        team=maybe(STRING), customer=maybe(FREE), channel=STRING, lang=STRING, tags=many(STRING), followers=many(ref("Person")),
        created_by=maybe(ref("Person")), created_at=INSTANT, updated_at=INSTANT, entered_at=INSTANT,
        first_reply_at=maybe(INSTANT), resolved_at=maybe(INSTANT), closed_at=maybe(INSTANT), due_at=maybe(INSTANT),
        escalation=NUMBER, reopened=NUMBER, messages=NUMBER, merged_into=maybe(STRING),
        links=many(whole(kind=STRING, record=STRING, number=STRING, type=STRING)), clocks=many(ref("Clock")),
        tasks=many(ref("Task")), approval=maybe(ref("Approval")), checklist=many(ref("CheckItem")), playbooks=many(ref("Playbook")),
        transitions=many(ref("Way")), may=many(one_of(*Act)),
    ),
    "Comment": whole(
        id=STRING, public=TRUTH, author=whole(kind=STRING, id=maybe(STRING), name=STRING), text=STRING, files=many(STRING),
        created_at=INSTANT,
    ),
    "Comments": whole(items=many(ref("Comment")), next=maybe(STRING)),
    "Event": whole(
        seq=NUMBER, kind=one_of(*EventKind), at=INSTANT, actor=whole(kind=STRING, id=maybe(STRING), name=STRING),
        cause=whole(kind=STRING, id=STRING, depth=NUMBER), body=FREE, hash=STRING,
    ),
    "Events": whole(items=many(ref("Event")), next=maybe(NUMBER)),
    "Why": whole(
        version=NUMBER,
        reasons=many(whole(kind=STRING, id=STRING, outcome=STRING, code=STRING, words=STRING, parts=many(FREE))),
    ),
    "Whys": whole(items=many(ref("Why")), next=maybe(NUMBER)),
    "Clocks": whole(items=many(ref("ClockDetail"))),
    "Ways": whole(items=many(ref("Way"))),
    "Tasks": whole(items=many(ref("Task"))),
    "File": whole(
        id=STRING, name=STRING, type=STRING, size=NUMBER, sha256=STRING, record_id=maybe(STRING),
        visibility=one_of("public", "internal"), created_at=INSTANT,
    ),
    "Definitions": whole(release=STRING, items=many(whole(kind=STRING, id=STRING, path=STRING))),
    "Definition": whole(release=STRING, kind=STRING, id=STRING, path=STRING, source=STRING, value=FREE),
    "JsonSchema": FREE,
    "Token": obj(
        {"id": STRING, "name": STRING, "scopes": many(one_of(*SCOPES)), "created_at": INSTANT, "expires_at": maybe(INSTANT),
         "last_used_at": maybe(INSTANT)},
    ),
    "NewToken": whole(token=ref("Token"), secret=STRING),
    "Tokens": whole(items=many(ref("Token"))),
    "Me": whole(
        id=STRING, login=STRING, name=STRING, email=STRING, roles=many(STRING), teams=many(STRING), lang=STRING, zone=STRING,
        scopes=many(one_of(*SCOPES)),
    ),
}  # fmt: skip
