"""The tasks of a record: what is filled into their forms, finishing them, taking them."""

from __future__ import annotations

from flask import flash, request
from flask.typing import ResponseReturnValue

from sopwith.core import commands as c
from sopwith.core.record import RecordState
from sopwith.formbuilder.model import Form
from sopwith.release.model import Release

from ..forms import only_reshapes
from ..visitor import get_service, visitor
from ..wording import gettext as _
from .blueprint import desk
from .carrying import as_seen, back, carry_out, page_of, refused
from .record_page import answer, record
from .ways import Typed, clean, tie


def _task_form(state: RecordState, release: Release, task_id: str) -> Form | None:
    task = state.tasks.get(task_id)
    return release.forms.get(task.form) if task and task.form else None


@desk.post("/records/<record_id>/tasks/<task_id>/preview")
def preview_task(record_id: str, task_id: str) -> ResponseReturnValue:
    """Show the tasks with what was typed into one of their forms."""
    state, release = record()
    typed = Typed(values=page_of(_task_form(state, release, task_id)), task=task_id)
    return answer(as_seen(state), release, typed=typed, block="tasks")


@desk.post("/records/<record_id>/tasks/<task_id>/save")
def save_task(record_id: str, task_id: str) -> ResponseReturnValue:
    """Keep what is filled into a task's form so far."""
    state, release = record()
    form = _task_form(state, release, task_id)
    values = page_of(form)
    if form is None or only_reshapes():
        return answer(as_seen(state), release, typed=Typed(values=values, task=task_id))
    with get_service().database.reading() as connection:
        sound = clean(connection, release, state, form, values)
    outcome = carry_out(
        c.Submit(actor=visitor().actor, form=form.id, values=sound, task=task_id), record_id
    )
    if not outcome.accepted:
        return refused(outcome, Typed(values=values, task=task_id, problems=outcome.problems))
    tie(form, record_id, values)
    flash(_("Saved."), "good")
    return back(record_id, f"task-{task_id}")


@desk.post("/records/<record_id>/tasks/<task_id>/finish")
def finish_task(record_id: str, task_id: str) -> ResponseReturnValue:
    """Finish one task with its form."""
    state, release = record()
    form = _task_form(state, release, task_id)
    values = page_of(form)
    if only_reshapes():
        return answer(as_seen(state), release, typed=Typed(values=values, task=task_id))
    with get_service().database.reading() as connection:
        sound = clean(connection, release, state, form, values)
    outcome = carry_out(c.FinishTask(actor=visitor().actor, task=task_id, values=sound), record_id)
    if not outcome.accepted:
        return refused(outcome, Typed(values=values, task=task_id, problems=outcome.problems))
    tie(form, record_id, values)
    flash(_("The task is done."), "good")
    return back(record_id, "work")


@desk.post("/records/<record_id>/tasks/<task_id>/take")
def take_task(record_id: str, task_id: str) -> ResponseReturnValue:
    """Take one task, or give it to somebody."""
    owner = request.form.get("owner") or visitor().actor.id
    outcome = carry_out(c.Assign(actor=visitor().actor, owner=owner, task=task_id), record_id)
    return back(record_id, f"task-{task_id}") if outcome.accepted else refused(outcome)
