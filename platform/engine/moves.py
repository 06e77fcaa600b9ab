"""Moving from state to state, and what entering one brings: owner, tasks, approval round."""

from __future__ import annotations

from dataclasses import replace

from ..core.events import Cause, EventKind
from ..core.links import other_end
from ..core.plain import to_plain
from ..core.record import Category, Task
from ..workflows.step import automatic, branches_to_open, joined
from .approvals import open_round
from .barred import handled
from .draft import Draft
from .owners import resolve

WORKFLOW = Cause("workflow")


def enter(draft: Draft, to: str, cause: Cause = Cause(), *, transition: str = "") -> None:
    """Enter a state: leave the old one's open tasks behind, open what the new one needs."""
    target = draft.workflow.states[to]
    if draft.state.state:
        _drop_tasks(draft, all_of_them=target.category is Category.CLOSED)
    before = draft.state.state
    was = draft.state.category if before else None
    was_settled = bool(before) and not draft.state.is_open
    opens = target.category in (Category.OPEN, Category.WAITING)
    body = {
        "from": before or None,
        "to": to,
        "category": target.category.value,
        "waits_for": target.waits_for,
        "transition": transition,
        "reopened": was_settled and opens,
    }
    draft.emit(EventKind.STATE, body | handled(draft), cause)
    if target.category is Category.CLOSED and was is not Category.CLOSED:
        _tell_origins(draft)
    draft.awaits_owner = opens
    if target.approval is not None:
        open_round(draft, target.approval)
    if target.parallel is not None:
        _open_tasks(draft)


def _tell_origins(draft: Draft) -> None:
    """Tell the records that this one came out of that it is closed, where a rule of theirs waits for it."""
    for link in draft.state.links:
        rules = draft.release.rule_index.get(link.type)
        if not link.kind.endswith("_of") or rules is None or not rules.listening("link:closed"):
            continue
        payload = {
            "command": "link_closed",
            "record": link.record,
            "kind": other_end(link.kind),
            "other": draft.state.id,
            "state": draft.state.state,
        }
        draft.effect("command", f"link_closed:{link.record}", payload)


def _open_tasks(draft: Draft) -> None:
    place = draft.place
    assert place.parallel is not None
    visit = draft.state.visits.get(place.id, 1)
    for branch in branches_to_open(place.parallel, draft.scope(), draft.context()):
        person, team, _ = resolve(draft, branch.owner)
        task = Task(
            id=branch.id if visit == 1 else f"{branch.id}-{visit}",
            branch=branch.id,
            state=place.id,
            owner=person,
            team=team,
            form=branch.form,
            opened_at=draft.now,
        )
        draft.emit(
            EventKind.TASK, {"change": "opened", "id": task.id, "task": to_plain(task)}, WORKFLOW
        )


def _drop_tasks(draft: Draft, *, all_of_them: bool) -> None:
    """Cancel the open tasks of the state that is left; on closing those of earlier states too."""
    for task in list(draft.state.tasks.values()):
        if task.status == "open" and (all_of_them or task.state == draft.state.state):
            dropped = replace(task, status="cancelled", done_at=draft.now)
            draft.emit(
                EventKind.TASK,
                {"change": "cancelled", "id": task.id, "task": to_plain(dropped)},
                WORKFLOW,
            )


def move_on(draft: Draft) -> bool:
    """Take the step that the workflow itself takes now, if there is one: outcome, join, automatic transition."""
    place = draft.place
    if place.approval is not None and draft.state.approval is None:
        outcome = _outcome(draft)
        if outcome:
            to = place.approval.approved if outcome == "approved" else place.approval.rejected
            enter(draft, to, Cause("workflow", outcome), transition=outcome)
            return True
    if place.parallel is not None:
        branches = {branch.id for branch in place.parallel.branches}
        here = [
            task for task in draft.state.tasks.values() if _counts(task, place.id, branches, draft)
        ]
        done = sum(1 for task in here if task.status == "done")
        if joined(place.parallel, done, len(here)):
            enter(draft, place.parallel.then, Cause("workflow", "join"), transition="join")
            return True
    step = automatic(draft.workflow, place.id, draft.scope(), draft.context())
    if step is not None:
        enter(draft, step.to, Cause("workflow", step.id), transition=step.id)
        return True
    return False


def _outcome(draft: Draft) -> str:
    """Return the outcome of the round that closed in this decision in the present state."""
    for event in reversed(draft.events):
        if event.kind is EventKind.STATE:
            return ""
        if event.kind is EventKind.APPROVAL and event.body["change"] == "closed":
            return str(event.body["outcome"])
    return ""


def _counts(task: Task, place: str, branches: set[str], draft: Draft) -> bool:
    """Return whether a task belongs to this visit of the parallel state."""
    return (
        task.state == place
        and task.branch in branches
        and task.status != "cancelled"
        and task.opened_at >= draft.state.entered_at
    )
