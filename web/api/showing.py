"""Records as the API shows them: only what the caller may read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from sopwith.access.allow import allow
from sopwith.access.model import Act
from sopwith.core.plain import instant_text
from sopwith.core.record import Clock, RecordState, Task
from sopwith.core.roles import CUSTOMER
from sopwith.engine.scope import scope_of
from sopwith.expressions import Context
from sopwith.formbuilder.model import FieldType
from sopwith.formbuilder.rights import Level, level_of
from sopwith.release.model import RecordType, Release
from sopwith.release.playbooks import PlaybookStep
from sopwith.store.customers import customers_by_id
from sopwith.store.lists import RecordSummary
from sopwith.store.people import users_by_id
from sopwith.store.records import title_of
from sopwith.workflows.model import State
from sopwith.workflows.step import WayOut, missing_checks, ways_out

from ..visitor import get_service, now, visitor
from .words import lang

Json = dict[str, Any]
NO_NAMES = frozenset({"id", "name"})


def at(instant: datetime | None) -> str | None:
    """Return an instant as the API writes it."""
    return None if instant is None else instant_text(instant)


class Names:
    """The names of accounts, read together."""

    def __init__(self, connection: Connection, ids: Iterable[str | None]) -> None:
        wanted = {one for one in ids if one}
        self._known = {key: one.name for key, one in users_by_id(connection, wanted).items()}
        missing = wanted - self._known.keys()
        if missing:
            self._known |= {
                key: one.name for key, one in customers_by_id(connection, missing).items()
            }

    def person(self, key: str | None) -> Json | None:
        """Return an account with its name."""
        return None if key is None else {"id": key, "name": self._known.get(key, "")}


def kind_of(release: Release, state: RecordState) -> RecordType:
    """Return the record's type."""
    return release.record_types[state.type]


def place_of(release: Release, state: RecordState) -> State:
    """Return the workflow state that the record is in."""
    return release.workflows[kind_of(release, state).workflow].states[state.state]


def may(release: Release, state: RecordState, act: Act) -> bool:
    """Return whether the caller may do *act* with the record."""
    return allow(kind_of(release, state).access, act, visitor().actor, state)


def hidden(release: Release, state: RecordState) -> frozenset[str]:
    """Return the fields that the caller may not read now."""
    roles = visitor().actor.roles
    fields = kind_of(release, state).all_fields
    return frozenset(
        name for name, one in fields.items() if level_of(one, roles, state.state) < Level.READ
    )


def readable(release: Release, state: RecordState) -> Json:
    """Return the values that the caller may read."""
    kind, secret, roles = kind_of(release, state), hidden(release, state), visitor().actor.roles
    found: Json = {}
    for name, value in state.values.items():
        if name in secret:
            continue
        one = kind.all_fields.get(name)
        if one is not None and one.type is FieldType.TABLE and isinstance(value, list):
            shut = {c.id for c in one.columns if level_of(c, roles, state.state) < Level.READ}
            value = [{key: cell for key, cell in row.items() if key not in shut} for row in value]
        found[name] = value
    return found


def summary(one: RecordSummary, names: Names) -> Json:
    """Return a record as a list shows it, in the words of its own release."""
    release = get_service().releases.get(one.release)
    workflow = release.workflow_of(one.type)
    place = workflow.states.get(one.state) if workflow else None
    title = place.title.get(lang()) if place else one.state
    return {
        "id": one.id,
        "number": one.number,
        "type": one.type,
        "title": one.title,
        "state": {"id": one.state, "title": title, "category": one.category},
        "priority": one.priority,
        "owner": names.person(one.owner),
        "team": one.team,
        "customer": names.person(one.customer_id),
        "channel": one.channel,
        "lang": one.lang,
        "tags": list(one.tags),
        "created_at": at(one.created_at),
        "updated_at": at(one.updated_at),
        "due_at": at(one.next_breach_at),
        "escalation": one.escalation,
        "messages": one.messages,
        "version": one.version,
    }


def record(connection: Connection, state: RecordState, release: Release) -> Json:
    """Return a whole record."""
    kind, place = kind_of(release, state), place_of(release, state)
    votes = state.approval.votes if state.approval else []
    owners = [task.owner for task in state.tasks.values()]
    ticked = [one.by for one in state.ticks.values()]
    ids = [
        state.owner,
        state.created_by,
        *state.followers,
        *owners,
        *(one.user for one in votes),
        *ticked,
    ]
    names, values = Names(connection, ids), readable(release, state)
    actor = visitor().actor
    acts = [act.value for act in Act if allow(kind.access, act, actor, state)]
    priority = values.get(kind.priority_field)
    return {
        "id": state.id,
        "number": state.number,
        "type": state.type,
        "title": title_of(connection, state.id) or state.number,
        "release": state.release,
        "version": state.version,
        "state": {
            "id": state.state,
            "title": place.title.get(lang()),
            "category": state.category.value,
        },
        "previous_state": state.previous_state,
        "form": place.form,
        "priority": priority if isinstance(priority, str) else None,
        "values": values,
        "owner": names.person(state.owner),
        "team": state.team,
        "customer": _customer(state, Act.NOTE in acts),
        "channel": state.channel,
        "lang": state.lang,
        "tags": list(state.tags),
        "followers": [names.person(one) for one in state.followers],
        "created_by": names.person(state.created_by),
        "created_at": at(state.created_at),
        "updated_at": at(state.updated_at),
        "entered_at": at(state.entered_at),
        "first_reply_at": at(state.first_reply_at),
        "resolved_at": at(state.resolved_at),
        "closed_at": at(state.closed_at),
        "due_at": at(state.next_breach),
        "escalation": state.escalation,
        "reopened": state.reopened,
        "messages": state.messages,
        "merged_into": state.merged_into,
        "links": [
            {"kind": one.kind, "record": one.record, "number": one.number, "type": one.type}
            for one in state.links
        ],
        "clocks": [clock(one) for one in state.clocks.values()],
        "tasks": [task_of(one, names) for one in state.tasks.values()],
        "approval": _approval(state, names),
        "checklist": _checklist(release, state),
        "playbooks": _playbooks(release, state, names),
        "transitions": ways(release, state),
        "may": acts,
    }


def _customer(state: RecordState, whole: bool) -> Json | None:
    """Return what is known of the customer; only the name for those who have no part in the work."""
    if state.customer_id is None:
        return None
    facts = (
        state.customer
        if whole
        else {key: state.customer[key] for key in NO_NAMES & state.customer.keys()}
    )
    return {**facts, "id": state.customer_id}


def clock(one: Clock) -> Json:
    """Return a clock as it stands."""
    return {
        "id": one.id,
        "metric": one.metric,
        "status": one.status.value,
        "policy": one.policy,
        "calendar": one.calendar,
        "target_seconds": one.target,
        "used_seconds": one.used,
        "started_at": at(one.started_at),
        "due_at": at(one.due_at),
        "breached_at": at(one.breached_at),
        "ended_at": at(one.ended_at),
        "manual": one.manual,
    }


def task_of(one: Task, names: Names) -> Json:
    """Return a task."""
    return {
        "id": one.id,
        "branch": one.branch,
        "state": one.state,
        "form": one.form,
        "status": one.status,
        "owner": names.person(one.owner),
        "team": one.team,
        "opened_at": at(one.opened_at),
        "done_at": at(one.done_at),
        "due_at": at(one.due_at),
    }


def _approval(state: RecordState, names: Names) -> Json | None:
    found = state.approval
    if found is None:
        return None
    votes = [
        {
            "user": names.person(one.user),
            "asked": one.asked,
            "decision": one.decision or None,
            "at": at(one.at),
            "note": one.note,
            "deputy_for": one.deputy_for,
        }
        for one in found.votes
    ]
    return {
        "id": found.id,
        "mode": found.mode,
        "share": found.share,
        "opened_at": at(found.opened_at),
        "votes": votes,
    }


def _checklist(release: Release, state: RecordState) -> list[Json]:
    place, scope, context = (
        place_of(release, state),
        scope_of(state),
        Context(now=now(), zone=get_service().zone),
    )
    needed = {one.id for one in missing_checks(place, {}, scope, context)}
    return [
        {
            "id": one.id,
            "title": one.title.get(lang()),
            "done": state.checklist.get(one.id, False),
            "required": one.id in needed,
        }
        for one in place.checklist
    ]


def _playbooks(release: Release, state: RecordState, names: Names) -> list[Json]:
    """Return the playbooks for the record, with who ticked each step."""
    scope, context = scope_of(state), Context(now=now(), zone=get_service().zone)
    found = []
    for one in release.playbooks.values():
        if one.applies(state.type, scope, context):
            steps = [_step(state, one.id, step, names) for step in one.steps]
            found.append({"id": one.id, "title": one.title.get(lang()), "steps": steps})
    return found


def _step(state: RecordState, playbook: str, step: PlaybookStep, names: Names) -> Json:
    tick = state.ticks.get(f"{playbook}/{step.id}")
    return {
        "id": step.id,
        "title": step.title.get(lang()),
        "done": tick is not None,
        "by": names.person(tick.by) if tick else None,
        "at": at(tick.at) if tick else None,
    }


def ways(release: Release, state: RecordState) -> list[Json]:
    """Return the ways out of the present state, the closed ones with the reason; none without the right to work."""
    if not may(release, state, Act.WORK) or state.merged_into:
        return []
    workflow = release.workflows[kind_of(release, state).workflow]
    context = Context(now=now(), zone=get_service().zone)
    found = ways_out(
        workflow, state.state, scope_of(state), context, visitor().actor.roles - {CUSTOMER}
    )
    return [_way(one, place_of(release, state)) for one in found]


def _way(one: WayOut, place: State) -> Json:
    way = one.transition
    failing = one.why.failing() if one.why is not None else ()
    return {
        "id": way.id,
        "to": way.to,
        "title": way.title.get(lang()),
        "open": one.open,
        "code": one.code or None,
        "reason": "; ".join(part.words.get(lang()) for part in failing) or None,
        "note": way.note,
        "ask": list(way.ask),
        "form": place.form,
    }
