"""Events to state: the only code that changes a record's state."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from copy import copy, deepcopy
from datetime import datetime
from typing import Any

from ..core.events import Event, EventKind
from ..core.plain import from_plain, instant
from ..core.record import (
    Approval,
    Call,
    Category,
    Clock,
    Link,
    RecordState,
    SurveyAsk,
    Task,
    Tick,
    Vote,
)
from ..sla.facts import PROACTIVE

Body = Mapping[str, Any]


def fold(state: RecordState | None, events: Iterable[Event]) -> RecordState:
    """Return the state after *events*; the given state is left as it is. None: the first event is CREATED."""
    present = own_copy(state) if state is not None else None
    for event in events:
        present = apply(present, event)
    if present is None:
        raise ValueError("no state and no events")
    return present


_SLOTS = tuple(RecordState.__slots__)


def own_copy(state: RecordState) -> RecordState:
    """Return a copy whose containers are its own; values inside them are never changed in place."""
    twin = RecordState.__new__(RecordState)
    for name in _SLOTS:
        setattr(twin, name, getattr(state, name))
    for name in (
        "values",
        "customer",
        "clocks",
        "checklist",
        "ticks",
        "surveys",
        "visits",
        "fired",
        "calls",
    ):
        setattr(twin, name, dict(getattr(state, name)))
    twin.tasks = {key: copy(task) for key, task in state.tasks.items()}
    twin.approval = deepcopy(state.approval)
    return twin


def apply(state: RecordState | None, event: Event) -> RecordState:
    """Return *state* changed in place by one event (or made by it)."""
    if event.kind is EventKind.CREATED:
        state = _created(event)
    elif state is None:
        raise ValueError("the first event of a record is CREATED")
    else:
        _STEPS[event.kind](state, event.body, event)
    state.version += 1
    if event.kind is not EventKind.ERASED:  # nobody worked on it: lists stay in their order
        state.updated_at = max(state.updated_at, event.at)
    return state


def _created(event: Event) -> RecordState:
    body = event.body
    return RecordState(
        id=body["id"],
        number=body["number"],
        type=body["type"],
        release=body["release"],
        values=dict(body["values"]),
        customer_id=body.get("customer_id"),
        customer=dict(body.get("customer", {})),
        channel=body.get("channel", "portal"),
        lang=body.get("lang", "en"),
        tags=tuple(body.get("tags", ())),
        links=tuple(from_plain(Link, link) for link in body.get("links", ())),
        created_at=event.at,
        created_by=body.get("created_by"),
        generation=body.get("generation", 0),
        updated_at=event.at,
        entered_at=event.at,
        last_customer_at=event.at if event.actor.kind == "customer" else None,
    )


def _values(state: RecordState, body: Body, event: Event) -> None:
    state.values.update(body.get("changed", {}))
    for name in body.get("removed", ()):
        state.values.pop(name, None)


def _customer(state: RecordState, body: Body, event: Event) -> None:
    state.customer_id = body.get("id", state.customer_id)
    state.customer = dict(body["facts"])


def _state(state: RecordState, body: Body, event: Event) -> None:
    was_open = state.is_open
    state.previous_state = state.state or None
    state.state = body["to"]
    state.category = Category(body["category"])
    state.waits_for = body.get("waits_for", "")
    state.entered_at = event.at
    state.visits[state.state] = state.visits.get(state.state, 0) + 1
    state.approval = None
    _handled(state, body.get("handled_by"))
    state.checklist = {}
    if not state.is_open:
        state.calls = {}
    if state.category is Category.RESOLVED:
        state.resolved_at = event.at
        state.waiting_reply_since = None
    if state.category is Category.CLOSED:
        state.closed_at = event.at
        state.waiting_reply_since = None
    if body.get("reopened"):
        state.reopened += 1
        state.resolved_at = None
        state.closed_at = None
        state.erased_at = None  # what is said from now on may have to be erased again
    elif state.is_open and not was_open:
        state.resolved_at = None
        state.closed_at = None


def _owner(state: RecordState, body: Body, event: Event) -> None:
    before = state.owner
    _handled(state, body.get("handled_by"))
    state.owner = body.get("owner")
    state.team = body.get("team") or state.team
    if state.owner and state.first_owner is None:
        state.first_owner = state.owner
    elif state.owner and before != state.owner:
        state.reassignments += 1


def _handled(state: RecordState, person: str | None) -> None:
    if person and person not in state.handlers:
        state.handlers = (*state.handlers, person)


def _comment(state: RecordState, body: Body, event: Event) -> None:
    state.messages += 1
    if body["author"] == "customer":
        state.last_customer_at = event.at
        if state.waiting_reply_since is None:
            state.waiting_reply_since = event.at
    elif body["public"] and body.get("human"):
        state.last_agent_at = event.at
        state.waiting_reply_since = None
        we_began = state.channel == PROACTIVE and state.last_customer_at is None
        if state.first_reply_at is None and not we_began:
            state.first_reply_at = event.at


def _tags(state: RecordState, body: Body, event: Event) -> None:
    kept = [tag for tag in state.tags if tag not in body.get("removed", ())]
    state.tags = tuple(kept + [tag for tag in body.get("added", ()) if tag not in kept])


def _followers(state: RecordState, body: Body, event: Event) -> None:
    kept = [one for one in state.followers if one not in body.get("removed", ())]
    state.followers = tuple(kept + [one for one in body.get("added", ()) if one not in kept])


def _clock(state: RecordState, body: Body, event: Event) -> None:
    clock = from_plain(Clock, body["clock"])
    state.clocks[clock.id] = clock


def _task(state: RecordState, body: Body, event: Event) -> None:
    task = from_plain(Task, body["task"])
    state.tasks[task.id] = task


def _approval(state: RecordState, body: Body, event: Event) -> None:
    change = body["change"]
    if change == "opened":
        state.approval = from_plain(Approval, body["approval"])
        return
    approval = state.approval
    if approval is None:
        return
    if change == "reminded":
        approval.reminded += 1
        if "index" in body:
            approval.votes[body["index"]].reminded = True
    elif change == "closed":
        state.approval = None
    elif change == "added":
        approval.votes.append(from_plain(Vote, body["vote"]))
    else:  # asked, voted, deputised
        approval.votes[body["index"]] = from_plain(Vote, body["vote"])


def _checklist(state: RecordState, body: Body, event: Event) -> None:
    if "playbook" not in body:
        state.checklist[body["item"]] = body["done"]
        return
    step = f"{body['playbook']}/{body['item']}"
    if body["done"]:
        state.ticks[step] = Tick(by=event.actor.id, at=event.at)
    else:
        state.ticks.pop(step, None)


def _link(state: RecordState, body: Body, event: Event) -> None:
    link = from_plain(Link, body)
    if link not in state.links:
        state.links = (*state.links, link)


def _survey(state: RecordState, body: Body, event: Event) -> None:
    if body["change"] == "asked":
        ask = SurveyAsk(id=body["id"], survey=body["survey"], asked_at=event.at)
    else:
        known = state.surveys.get(body["id"])
        asked_at = known.asked_at if known else event.at
        ask = SurveyAsk(
            id=body["id"],
            survey=body["survey"],
            asked_at=asked_at,
            score=body["score"],
            comment=body.get("comment", ""),
            answered_at=event.at,
        )
    state.surveys[ask.id] = ask


def _escalated(state: RecordState, body: Body, event: Event) -> None:
    state.escalation = body["level"]


def _call(state: RecordState, body: Body, event: Event) -> None:
    if body["change"] == "answered":
        state.calls.pop(body["team"], None)
    else:
        state.calls[body["team"]] = from_plain(Call, body["call"])


def _merged(state: RecordState, body: Body, event: Event) -> None:
    if "into" in body:
        state.merged_into = body["into"]
        return
    earlier: datetime = instant(body["created_at"])
    state.created_at = min(state.created_at, earlier)
    if body.get("first_reply_at"):
        reply = instant(body["first_reply_at"])
        state.first_reply_at = min(state.first_reply_at, reply) if state.first_reply_at else reply


def _rule(state: RecordState, body: Body, event: Event) -> None:
    state.fired[body["rule"]] = body["occasion"]


def _release(state: RecordState, body: Body, event: Event) -> None:
    state.release = body["to"]


def _incident(state: RecordState, body: Body, event: Event) -> None:
    state.incidents += 1


def _erased(state: RecordState, body: Body, event: Event) -> None:
    if body["scope"] == "personal":
        state.erased_at = event.at


def _nothing(state: RecordState, body: Body, event: Event) -> None:
    """Events that are only told, such as deliveries."""


_STEPS: dict[EventKind, Callable[[RecordState, Body, Event], None]] = {
    EventKind.VALUES: _values,
    EventKind.CUSTOMER: _customer,
    EventKind.STATE: _state,
    EventKind.OWNER: _owner,
    EventKind.COMMENT: _comment,
    EventKind.TAGS: _tags,
    EventKind.FOLLOWERS: _followers,
    EventKind.CLOCK: _clock,
    EventKind.TASK: _task,
    EventKind.APPROVAL: _approval,
    EventKind.CHECKLIST: _checklist,
    EventKind.LINK: _link,
    EventKind.SURVEY: _survey,
    EventKind.ESCALATED: _escalated,
    EventKind.CALL: _call,
    EventKind.MERGED: _merged,
    EventKind.NOTIFIED: _nothing,
    EventKind.DELIVERED: _nothing,
    EventKind.RULE: _rule,
    EventKind.MANUAL_DUE: _nothing,
    EventKind.RELEASE: _release,
    EventKind.INCIDENT: _incident,
    EventKind.ERASED: _erased,
}
