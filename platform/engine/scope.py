"""The values of the names that conditions and templates may read; their types: release.schema."""

from __future__ import annotations

from typing import Any

from ..core.plain import instant_text
from ..core.record import RecordState


def scope_of(state: RecordState) -> dict[str, Any]:
    """Return the present values of all names: field values over base values."""
    created, changed, entered = state.created_at, state.updated_at, state.entered_at
    created_at = instant_text(created)
    updated_at = created_at if changed is created else instant_text(changed)
    return {
        "number": state.number,
        "type_of_record": state.type,
        "state": state.state,
        "previous_state": state.previous_state,
        "category": state.category.value,
        "waits_for": state.waits_for or None,
        "owner": state.owner,
        "team": state.team,
        "channel": state.channel,
        "lang": state.lang,
        "tags": list(state.tags),
        "requester": state.customer_id or state.created_by,
        "created_at": created_at,
        "updated_at": updated_at,
        "entered_at": updated_at if entered is changed else instant_text(entered),
        "resolved_at": instant_text(state.resolved_at) if state.resolved_at else None,
        "closed_at": instant_text(state.closed_at) if state.closed_at else None,
        "reopened": state.reopened,
        "escalation": state.escalation,
        "reassignments": state.reassignments,
        "replied": state.first_reply_at is not None,
        "visits": state.visits,
        "customer": state.customer,
        **state.values,
    }
