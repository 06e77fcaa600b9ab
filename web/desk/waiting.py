"""What waits for the colleague who looks: tasks, approvals, notices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import request, url_for
from flask.typing import ResponseReturnValue

from sopwith.core.record import Clock, RecordState, Task
from sopwith.release.model import Release
from sopwith.store.records import load_record
from sopwith.store.traffic import count_unread, mark_read, notices_of
from sopwith.store.worklists import waiting_for

from ..htmx import go, show
from ..languages import lang
from ..visitor import get_service, now, visitor
from .approval import is_asked, mode_words
from .blueprint import desk
from .colleagues import Colleagues, colleagues, names_of
from .words import kind_of, shown_values, state_title, task_title, workflow_of


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingTask:
    """One task that the visitor may do."""

    record_id: str
    number: str
    title: str
    task: Task
    task_title: str
    customer: str
    mine: bool
    team: str
    clock: Clock | None
    priority: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingApproval:
    """One approval that the visitor is asked for."""

    record_id: str
    number: str
    title: str
    version: int
    state: str
    customer: str
    mode: str
    rule: str
    due_at: datetime | None
    asked_at: datetime
    facts: Sequence[tuple[str, str]]


@desk.get("/tasks")
def tasks() -> ResponseReturnValue:
    """List the open tasks of the visitor and of the visitor's teams."""
    who, service = visitor(), get_service()
    with service.database.reading() as connection:
        page = waiting_for(connection, who.actor.id or "", who.teams, asked=False, after=_after())
        people = colleagues(connection, service.releases.live(connection))
    found = []
    for state in page.states:
        release = service.releases.get(state.release)
        workflow = workflow_of(release, state)
        for task in state.tasks.values():
            mine = task.owner == who.actor.id
            if task.status != "open" or not (
                mine or (task.owner is None and task.team in who.teams)
            ):
                continue
            found.append(
                WaitingTask(
                    record_id=state.id,
                    number=state.number,
                    title=_title(state),
                    task=task,
                    task_title=task_title(release, workflow.states.get(task.state), task),
                    customer=str(state.customer.get("name") or ""),
                    mine=mine,
                    team=people.team(task.team),
                    clock=state.clocks.get(f"task:{task.id}"),
                    priority=state.values.get(kind_of(release, state).priority_field),
                )
            )
    found.sort(key=lambda one: (not one.mine, one.task.opened_at))
    return show("desk/tasks.html", tasks=found, more=page.more)


@desk.get("/approvals")
def approvals() -> ResponseReturnValue:
    """List what the visitor is asked to approve."""
    who, service = visitor(), get_service()
    with service.database.reading() as connection:
        page = waiting_for(connection, who.actor.id or "", tasks=False, after=_after())
        people = colleagues(connection, service.releases.live(connection))
        found = []
        for state in page.states:
            round_ = state.approval
            if round_ is None or not is_asked(round_, who.actor.id):
                continue
            release = service.releases.get(state.release)
            vote = next(
                one for one in round_.votes if one.user == who.actor.id and not one.decision
            )
            word, means = mode_words(round_.mode, round_.share)
            found.append(
                WaitingApproval(
                    record_id=state.id,
                    number=state.number,
                    title=_title(state),
                    version=state.version,
                    state=state_title(workflow_of(release, state), state.state),
                    customer=str(state.customer.get("name") or ""),
                    mode=word,
                    rule=means,
                    due_at=vote.due_at,
                    asked_at=round_.opened_at,
                    facts=_facts(release, people, state),
                )
            )
    return show("desk/approvals.html", approvals=found, more=page.more)


def _after() -> str:
    """Return the record after which the page goes on."""
    return request.args.get("after", "")[:80]


def _facts(release: Release, people: Colleagues, state: RecordState) -> list[tuple[str, str]]:
    """Return the short fields of the record, as what is to be decided on."""
    kind, names = kind_of(release, state), names_of(release, people)
    shown = shown_values(kind, state.state, state.values, names)
    return [
        (one["label"], one["words"]) for one in shown if not one["long"] and one["id"] != "title"
    ][:10]


def _title(state: RecordState) -> str:
    return str(state.values.get("title") or state.number)


@desk.get("/notices")
def notices() -> ResponseReturnValue:
    """List the visitor's notices, the newest first."""
    user_id = visitor().actor.id or ""
    with get_service().database.reading() as connection:
        found = notices_of(connection, user_id, limit=100)
        unread = count_unread(connection, user_id)
    return show(
        "desk/notices.html", "list", notices=found, unread=unread, chinese=lang() == "zh-CN"
    )


@desk.get("/notices/count")
def notice_count() -> ResponseReturnValue:
    """Return the bell with the number of unread notices."""
    with get_service().database.reading() as connection:
        unread = count_unread(connection, visitor().actor.id or "")
    return show("desk/bell.html", unread=unread)


@desk.post("/notices/read")
def read_notices() -> ResponseReturnValue:
    """Mark one notice or all as read, and lead on to the record if there is one."""
    one = request.form.get("id", "")
    ids = [int(one)] if one.isdecimal() else None
    user_id = visitor().actor.id or ""
    record_id = request.form.get("record", "")
    with get_service().database.writing() as connection:
        mark_read(connection, user_id, now(), ids)
        known = load_record(connection, record_id) is not None if record_id else False
    if known:
        return go(url_for("desk.record", record_id=record_id))
    return go(url_for("desk.notices"))
