"""Who may not decide an approval, because the record is their own or they worked on it (职责分离)."""

from __future__ import annotations

from ..core.record import RecordState
from ..workflows.model import ApprovalRule
from .draft import Draft


def barred(rule: ApprovalRule, state: RecordState) -> frozenset[str]:
    """Return the ids of those whom *rule* keeps from deciding on a record.

    ``forbid``: who opened it and its requested_by. ``forbid_handlers``: also who had it as its owner in a
    state of work, and who did one of its tasks; owners of approval states are not meant, they decide.
    """
    if rule.same_person == "allow":
        return frozenset()
    asked = {state.created_by, state.values.get("requested_by")}
    if rule.same_person == "forbid_handlers":
        asked.update(state.handlers)
        asked.update(task.done_by for task in state.tasks.values())
    return frozenset(one for one in asked if isinstance(one, str) and one)


def handled(draft: Draft) -> dict[str, str]:
    """Return what an event that ends somebody's turn as the owner tells of them, nothing where they are known.

    Owners of approval states decide, they do not work; and whom a state has from the one before it did not work there.
    """
    state = draft.state
    if not state.owner or state.owner in state.handlers or draft.awaits_owner:
        return {}
    place = draft.workflow.states.get(state.state)  # None: a later release removed it
    return {} if place and place.approval else {"handled_by": state.owner}
