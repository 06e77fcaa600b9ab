"""What colleagues fill in and which way they take: each POST is one command, carried out whole or sent back."""

from __future__ import annotations

from flask import flash, request
from flask.typing import ResponseReturnValue

from sopwith.core import commands as c
from sopwith.store.records import load_record

from ..forms import only_reshapes
from ..languages import lang
from ..visitor import get_service, visitor
from ..wording import gettext as _
from .blueprint import desk
from .carrying import LONGEST, as_seen, back, carry_out, page_of, refused, typed_values
from .record_page import answer, record
from .ways import Typed, asked_form, asks, clean, form_of, tie, way_of


@desk.post("/records/<record_id>/preview")
def preview(record_id: str) -> ResponseReturnValue:
    """Show the form, the checklist and the ways out as they are with what was typed; nothing is saved."""
    state, release = record()
    typed = Typed(
        values=typed_values(state, release),
        way=request.form.get("asked", ""),
        note=request.form.get("note", "")[:LONGEST],
    )
    return answer(as_seen(state), release, typed=typed, block="work")


@desk.post("/records/<record_id>/save")
def save(record_id: str) -> ResponseReturnValue:
    """Keep what is filled in so far."""
    state, release = record()
    form = form_of(release, state)
    values = page_of(form)
    if form is None or only_reshapes():
        return answer(as_seen(state), release, typed=Typed(values=values))
    with get_service().database.reading() as connection:
        sound = clean(connection, release, state, form, values)
    outcome = carry_out(c.Submit(actor=visitor().actor, form=form.id, values=sound), record_id)
    if not outcome.accepted:
        return refused(outcome, Typed(values=values, problems=outcome.problems))
    tie(form, record_id, values)
    flash(_("Saved."), "good")
    return back(record_id, "work")


@desk.post("/records/<record_id>/move")
def move(record_id: str) -> ResponseReturnValue:
    """Take a way out; first ask what it asks."""
    state, release = record()
    way_id = request.form.get("to", "")
    way = way_of(release, state, way_id)
    values, note = typed_values(state, release), request.form.get("note", "")[:LONGEST]
    if only_reshapes():
        return answer(
            as_seen(state),
            release,
            typed=Typed(values=values, way=request.form.get("asked", ""), note=note),
        )
    if way is not None and asks(release, state, way) and request.form.get("asked") != way_id:
        return answer(
            as_seen(state), release, typed=Typed(values=values, way=way_id, note=note), block="work"
        )
    form, extra = form_of(release, state), asked_form(release, state, way) if way else None
    with get_service().database.reading() as connection:
        sound = clean(
            connection,
            release,
            state,
            form,
            values if form is None else {k: v for k, v in values.items() if k in form.by_id},
        )
        sound |= clean(
            connection,
            release,
            state,
            extra,
            {k: v for k, v in values.items() if extra and k in extra.by_id},
        )
    message = get_service().message(note.strip()) if note.strip() else None
    command = c.Transition(actor=visitor().actor, to=way_id, values=sound, note=message)
    outcome = carry_out(command, record_id)
    if not outcome.accepted:
        typed = Typed(values=values, way=way_id, note=note, problems=outcome.problems)
        return refused(outcome, typed)
    tie(form, record_id, values)
    tie(extra, record_id, values)
    if outcome.state is not None:
        place = get_service().releases.get(outcome.state.release)
        workflow = place.workflows[place.record_types[outcome.state.type].workflow]
        title = workflow.states[outcome.state.state].title.get(lang())
        flash(_("Now in: %(state)s", state=title), "good")
    return back(record_id, "work")


@desk.post("/records/<record_id>/check")
def check(record_id: str) -> ResponseReturnValue:
    """Tick or untick one item of the checklist, or one step of a playbook."""
    state, release = record()
    done, playbook = request.values.get("done") == "1", request.values.get("playbook", "")[:80]
    item = request.form.get("item", "")
    command = c.Check(actor=visitor().actor, item=item, done=done, playbook=playbook)
    outcome = get_service().handle(command, record_id)  # each tick stands for itself: no conflict
    if not outcome.accepted:
        return refused(outcome)
    if "HX-Request" in request.headers:
        with get_service().database.reading() as connection:
            fresh = load_record(connection, record_id) or state
        if playbook:
            return answer(fresh, release, block="playbooks")
        typed = Typed(
            values=typed_values(fresh, release),
            way=request.form.get("asked", ""),
            note=request.form.get("note", "")[:LONGEST],
        )
        return answer(fresh, release, typed=typed, block="work")
    return back(record_id, "playbooks" if playbook else "work")
