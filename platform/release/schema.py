"""The names that conditions may read besides a record type's own fields, and their types."""

from __future__ import annotations

from ..expressions import BOOL, DATETIME, NUMBER, TEXT, ChoiceType, ListType, RecordType, Type

CUSTOMER = RecordType(
    "customer",
    {
        "id": TEXT,
        "name": TEXT,
        "email": TEXT,
        "phone": TEXT,
        "tier": TEXT,
        "tags": ListType(TEXT),
        "organisation": TEXT,
        "lang": TEXT,
        "manager": TEXT,
    },
)

EVENT = RecordType(
    "event",
    {
        "kind": TEXT,
        "field": TEXT,
        "from": TEXT,
        "to": TEXT,
        "metric": TEXT,
        "percent": NUMBER,
        "score": NUMBER,
        "text": TEXT,
        "tag": TEXT,
        "actor_role": TEXT,
        "task": TEXT,
        "outcome": TEXT,
    },
)


def base_fields(states: tuple[str, ...] | None = None) -> dict[str, Type]:
    """Return the types of the names every record has; *states* None leaves the state any text."""
    state: Type = ChoiceType(states) if states else TEXT
    return {
        "number": TEXT,
        "title": TEXT,
        "description": TEXT,
        "type_of_record": TEXT,
        "state": state,
        "previous_state": state,
        "category": ChoiceType(("open", "waiting", "resolved", "closed")),
        "waits_for": ChoiceType(("customer", "vendor", "colleague")),
        "owner": TEXT,
        "team": TEXT,
        "channel": TEXT,
        "lang": TEXT,
        "tags": ListType(TEXT),
        "requester": TEXT,
        "created_at": DATETIME,
        "updated_at": DATETIME,
        "entered_at": DATETIME,
        "resolved_at": DATETIME,
        "closed_at": DATETIME,
        "reopened": NUMBER,
        "escalation": NUMBER,
        "reassignments": NUMBER,
        "replied": BOOL,
        "visits": RecordType("visits", dict.fromkeys(states or (), NUMBER)),
        "customer": CUSTOMER,
    }
