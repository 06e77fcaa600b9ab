"""Commands of people at work: forms, transitions, messages, assignment, approvals, tasks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from ..access.allow import allow
from ..access.model import Act
from ..core import commands as c
from ..core.events import Actor, Cause, EventKind
from ..core.plain import from_plain, instant_text, to_plain
from ..core.record import Category, Clock, ClockStatus, Task
from ..core.text import Text
from ..formbuilder.model import Form
from ..formbuilder.validate import evaluate_form
from ..workflows.model import Transition
from ..workflows.step import missing_checks, ways_out
from . import approvals
from .actions import say, write_values
from .barred import handled
from .draft import HUMAN, Draft
from .life import open_again, within_reopening
from .moves import enter
from .owners import resolve, route

PREVIOUS = "previous"
_LATEST_DUE = timedelta(days=3650)  # what lies further ahead is a slip, and no calendar reaches it


def may(draft: Draft, act: Act, actor: Actor) -> bool:
    """Return whether *actor* may do *act* here; refuse when not."""
    if actor.kind == "system" or allow(draft.record_type.access, act, actor, draft.state):
        return True
    draft.refuse("ENG003")
    return False


# --- forms ----------------------------------------------------------------------------------------


def fill(draft: Draft, form: Form, typed: Mapping[str, Any], *, partial: bool) -> dict[str, Any]:
    """Return the scope with what was typed into *form*, and write it down; problems refuse the command."""
    result = evaluate_form(
        form,
        typed,
        scope=draft.scope(),
        context=draft.context(),
        roles=draft.actor.roles,
        state=draft.state.state,
        partial=partial,
        lookup=draft.directory,
    )
    draft.problems.extend(result.problems)
    if not result.problems:
        write_values(
            draft, {**result.changed, **dict.fromkeys(result.removed)}, Cause("command", form.id)
        )
    return draft.scope()


def submit(draft: Draft, command: c.Submit) -> None:
    """Save a form, complete or not."""
    form = draft.release.forms.get(command.form)
    if form is None or form.record_type != draft.record_type.id:
        draft.refuse("ENG004", form=command.form)
        return
    if draft.state.category is Category.CLOSED:
        draft.refuse("ENG024")
        return
    task = draft.state.tasks.get(command.task) if command.task else None
    if command.actor.kind == "customer":
        allowed = form.audience == "customer" and command.actor.id == draft.state.customer_id
        if not allowed:
            draft.refuse("ENG003")
            return
    elif not (task and _owns(task, command.actor)) and not may(draft, Act.WORK, command.actor):
        return
    fill(draft, form, command.values, partial=command.partial)


def finish_task(draft: Draft, command: c.FinishTask) -> None:
    """Finish one task with its form."""
    task = draft.state.tasks.get(command.task)
    if task is None or task.status != "open":
        draft.refuse("ENG030")
        return
    if not _owns(task, command.actor) and not may(draft, Act.WORK, command.actor):
        return
    form = draft.release.forms.get(task.form) if task.form else None
    if form is not None:
        fill(draft, form, command.values, partial=False)
        if draft.problems:
            return
    done = replace(task, status="done", done_at=draft.now, done_by=command.actor.id)
    draft.emit(EventKind.TASK, {"change": "done", "id": task.id, "task": to_plain(done)})


def _owns(task: Task, actor: Actor) -> bool:
    return actor.kind in HUMAN and (
        task.owner == actor.id or (task.owner is None and task.team in actor.teams)
    )


# --- transitions ----------------------------------------------------------------------------------


def transition(draft: Draft, command: c.Transition) -> None:
    """Move on: fill the state's form and what the transition asks, then check guard, checklist and rights."""
    if not may(draft, Act.WORK, command.actor):
        return
    step = next(
        (way for way in draft.place.go if command.to in (way.to, way.id) and not way.auto), None
    )
    if step is None:
        draft.refuse("ENG010", state=draft.place.title, to=command.to)
        return
    form = draft.release.forms.get(draft.place.form) if draft.place.form else None
    if form is not None:
        fill(draft, form, command.values, partial=not step.form_complete)
    asked = draft.release.asked.get((draft.record_type.id, draft.place.id, step.id))
    if asked is not None:
        fill(draft, asked, command.values, partial=False)
    _check_note(draft, step, command)
    _check_gate(draft, step, command.actor)
    if draft.problems:
        return
    if command.note is not None and command.note.text.strip():
        public = step.note == "reply"
        say(draft, command.note, public=public, author="agent", human=public)
    enter(draft, step.to, transition=step.id)


def _check_note(draft: Draft, step: Transition, command: c.Transition) -> None:
    empty = command.note is None or not command.note.text.strip()
    if empty and step.note in ("required", "reply"):
        draft.refuse("ENG011" if step.note == "required" else "ENG012", "note")


def _check_gate(draft: Draft, step: Transition, actor: Actor) -> None:
    scope, context = draft.scope(), draft.context()
    ways = ways_out(draft.workflow, draft.place.id, scope, context, actor.roles)
    way = next((one for one in ways if one.transition.id == step.id), None)
    if way is None or not way.open:
        draft.refuse(
            "ENG013" if way is None or way.code == "WFL102" else "ENG014", to=_title(draft, step.to)
        )
    for item in missing_checks(draft.place, draft.state.checklist, scope, context):
        if draft.workflow.states[step.to].category is not Category.WAITING and step.form_complete:
            draft.refuse("ENG015", f"checklist.{item.id}", item=item.title)


def _title(draft: Draft, state: str) -> Text:
    return draft.workflow.states[state].title


def check(draft: Draft, command: c.Check) -> None:
    """Tick or untick one item of the checklist."""
    if not may(draft, Act.WORK, command.actor):
        return
    if command.playbook:
        _check_step(draft, command)
        return
    if command.item not in {item.id for item in draft.place.checklist}:
        draft.refuse("ENG016", item=command.item)
        return
    if draft.state.checklist.get(command.item, False) != command.done:
        draft.emit(
            EventKind.CHECKLIST,
            {"state": draft.state.state, "item": command.item, "done": command.done},
        )


def _check_step(draft: Draft, command: c.Check) -> None:
    """Tick or untick a step of a playbook; it may be unticked when the playbook fits no more."""
    playbook = draft.release.playbooks.get(command.playbook)
    step = f"{command.playbook}/{command.item}"
    is_done = step in draft.state.ticks
    fits = playbook is not None and playbook.applies(
        draft.record_type.id, draft.scope(), draft.context()
    )
    known = playbook is not None and command.item in {one.id for one in playbook.steps}
    if not known or not (fits or (is_done and not command.done)):
        draft.refuse("ENG016", item=command.item)
        return
    if is_done != command.done:
        draft.emit(
            EventKind.CHECKLIST,
            {"playbook": command.playbook, "item": command.item, "done": command.done},
        )


# --- messages -------------------------------------------------------------------------------------


def comment(draft: Draft, command: c.Comment) -> None:
    """Add a message, and go where a customer's message leads."""
    if not command.message.text.strip() and not command.message.files:
        draft.refuse("ENG017", "text")
        return
    if command.author == "customer":
        if not may(draft, Act.REPLY, command.actor):
            return
        say(draft, command.message, public=True, author="customer")
        _customer_wrote(draft)
        return
    if draft.state.merged_into:
        draft.refuse("ENG023")
        return
    if may(draft, Act.REPLY if command.public else Act.NOTE, command.actor):
        say(
            draft,
            command.message,
            public=command.public,
            author=command.author,
            human=command.author == "agent",
        )


def _customer_wrote(draft: Draft) -> None:
    place, state = draft.place, draft.state
    if place.on_customer_reply:
        to = (
            state.previous_state if place.on_customer_reply == PREVIOUS else place.on_customer_reply
        )
        if to is None or to not in draft.workflow.states:
            to = draft.workflow.reopen_to or draft.workflow.start
        if state.category is not Category.CLOSED or within_reopening(draft):
            enter(draft, to, Cause("workflow", "customer_reply"), transition="customer_reply")
            return
    if state.category is Category.CLOSED:
        if within_reopening(draft):
            open_again(draft)
        else:
            _follow_up(draft)
    elif state.category is Category.RESOLVED and draft.workflow.reopen_to is not None:
        open_again(draft)


def _follow_up(draft: Draft) -> None:
    state = draft.state
    message = draft.messages[-1][0].text
    draft.effect(
        "create_record",
        f"follow_up:{state.messages}",
        {
            "type": state.type,
            "link": "follow_up_of",
            "values": {**state.values, "description": message},
            "parent": state.id,
            "parent_number": state.number,
            "parent_type": state.type,
            "customer_id": state.customer_id,
            "lang": state.lang,
        },
    )


# --- people ---------------------------------------------------------------------------------------


def assign(draft: Draft, command: c.Assign) -> None:
    """Give the record or one task to somebody; neither person nor team: route again."""
    taking = command.owner is not None and command.owner == command.actor.id
    if not may(draft, Act.TAKE if taking else Act.ASSIGN, command.actor):
        return
    if not draft.state.is_open:
        draft.refuse("ENG024")
        return
    person = draft.person(command.owner)
    if command.owner is not None and person is None:
        draft.refuse("ENG018", "owner")
        return
    if command.team is not None and command.team not in draft.release.teams:
        draft.refuse("ENG019", "team")
        return
    if command.task is not None:
        _assign_task(draft, command)
        return
    owner, team, via = command.owner, command.team, "person"
    if owner is None and team is None and draft.record_type.routing:
        found = route(draft, draft.record_type.routing)
        owner, team, via = found.owner, found.team, found.via
    elif team is None and person is not None and draft.state.team not in person.teams:
        team = next(iter(sorted(person.teams & draft.release.teams.keys())), None)
    if owner is None and (team or draft.state.team) is None and draft.place.owner is not None:
        owner, team, via = resolve(draft, draft.place.owner)  # never nobody's
    if (owner, team or draft.state.team) != (draft.state.owner, draft.state.team):
        body = {
            "owner": owner,
            "team": team or draft.state.team,
            "via": via,
            "from": draft.state.owner,
        }
        draft.emit(EventKind.OWNER, body | handled(draft))


def _assign_task(draft: Draft, command: c.Assign) -> None:
    task = draft.state.tasks.get(command.task or "")
    if task is None or task.status != "open":
        draft.refuse("ENG030")
        return
    given = replace(task, owner=command.owner, team=command.team or task.team)
    draft.emit(EventKind.TASK, {"change": "assigned", "id": task.id, "task": to_plain(given)})


def tag(draft: Draft, command: c.Tag) -> None:
    """Add and remove tags."""
    if not may(draft, Act.WORK, command.actor):
        return
    added = [one for one in command.add if one and one not in draft.state.tags]
    removed = [one for one in command.remove if one in draft.state.tags]
    if added or removed:
        draft.emit(EventKind.TAGS, {"added": added, "removed": removed})


def follow(draft: Draft, command: c.Follow) -> None:
    """Start or stop following."""
    if not may(draft, Act.READ, command.actor):
        return
    if command.follow != (command.user in draft.state.followers):
        key, other = ("added", "removed") if command.follow else ("removed", "added")
        draft.emit(EventKind.FOLLOWERS, {key: [command.user], other: []})


# --- approvals ------------------------------------------------------------------------------------


def decide_approval(draft: Draft, command: c.Decide) -> None:
    """Approve or reject."""
    rule = draft.place.approval
    if rule is None:
        draft.refuse("ENG303")
    elif command.decision not in ("approve", "reject"):
        draft.refuse("ENG313", "decision")
    else:
        approvals.vote(draft, rule, command.actor, command.decision, command.note)


def add_approver(draft: Draft, command: c.AddApprover) -> None:
    """Ask one more approver, or hand one's vote to a colleague."""
    rule = draft.place.approval
    if rule is None:
        draft.refuse("ENG303")
        return
    asked = draft.state.approval
    is_asked = asked is not None and any(one.user == command.actor.id for one in asked.votes)
    if is_asked or may(draft, Act.ASSIGN, command.actor):
        approvals.add_approver(draft, rule, command.actor, command.user, command.instead)


# --- due times ------------------------------------------------------------------------------------


def set_due(draft: Draft, command: c.SetDue) -> None:
    """Set a clock's due time by hand, with a reason."""
    if not may(draft, Act.SET_DUE, command.actor):
        return
    clock = draft.state.clocks.get(command.clock)
    if clock is None or clock.status not in (ClockStatus.RUNNING, ClockStatus.PAUSED):
        draft.refuse("ENG031")
    elif not command.reason.strip():
        draft.refuse("ENG032", "reason")
    elif not draft.now < command.due_at <= draft.now + _LATEST_DUE:
        draft.refuse("ENG033", "due_at")
    else:
        _move_due(draft, clock, command)


def _move_due(draft: Draft, clock: Clock, command: c.SetDue) -> None:
    working = draft.release.working_time.get(clock.calendar) if clock.calendar else None
    since = clock.since or draft.now
    ahead = (
        working.between(since, command.due_at)
        if working
        else int((command.due_at - since).total_seconds())
    )
    moved = from_plain(Clock, to_plain(clock))
    moved = replace(
        moved, target=clock.used + ahead, manual=True, reason=command.reason, breached_at=None
    )
    moved.due_at = command.due_at if clock.status is ClockStatus.RUNNING else None
    draft.emit(
        EventKind.MANUAL_DUE,
        {"clock": clock.id, "due_at": instant_text(command.due_at), "reason": command.reason},
    )
    draft.emit(
        EventKind.CLOCK,
        {"id": clock.id, "change": "retargeted", "percent": 0, "clock": to_plain(moved)},
    )
