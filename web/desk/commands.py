"""What colleagues do with a record: each POST is one command, carried out whole or sent back with all that was typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue

from sopwith.access.allow import allow
from sopwith.access.model import Act
from sopwith.core import commands as c
from sopwith.core.decision import Decision, Problem
from sopwith.core.record import RecordState
from sopwith.formbuilder.model import Form
from sopwith.release.model import Release
from sopwith.runtime.service import Outcome
from sopwith.store.history import events_of
from sopwith.store.records import load_record

from ..forms import only_reshapes, read_page, sent_files
from ..htmx import go, is_htmx
from ..languages import lang, zone
from ..uploads import usable
from ..visitor import get_service, visitor
from ..wording import gettext as _
from .blueprint import desk
from .colleagues import colleagues, names_of
from .duplicates import DIFFERENT
from .history import Teller, is_conflict
from .lists import list_address
from .record_page import NO_EXTRA, Extra, answer, find_number, record
from .ways import NOTHING, Typed, asked_form, asks, clean, form_of, tie, way_of
from .words import kind_of

CONFLICT = "ENG001"
LONGEST = 20_000


def expected_version() -> int | None:
    """Return the version of the record that the page showed."""
    text = request.form.get("version", "")
    return int(text) if text.isdecimal() else None


def carry_out(command: c.Command, record_id: str) -> Outcome:
    """Carry out *command* as the page's version expects; what only clocks and mails did since is no conflict."""
    service = get_service()
    command = replace(command, expected_version=expected_version())
    for _try in range(3):
        outcome = service.handle(command, record_id)
        if not _is_conflict(outcome):
            break
        with service.database.reading() as connection:
            since = events_of(connection, record_id, after=command.expected_version or 0)
        if not since or any(is_conflict(one.event) for one in since):
            break
        command = replace(command, expected_version=since[-1].seq)
    return outcome


def _is_conflict(outcome: Outcome) -> bool:
    return any(one.code == CONFLICT for one in outcome.problems)


def as_seen(state: RecordState) -> RecordState:
    """Return the record with the version that the page was opened with.

    A preview must not make the page newer than what its reader has seen: saving would then
    overwrite what somebody else has changed meanwhile, without a word.
    """
    seen = expected_version()
    return state if seen is None else replace(state, version=min(seen, state.version))


def back(record_id: str, anchor: str = "") -> ResponseReturnValue:
    """Lead back to the record, with the list that was beside it."""
    kept = list_address()
    if request.args.get("tab"):
        kept["tab"] = request.args["tab"]
    return go(url_for("desk.record", record_id=record_id, _anchor=anchor or None, **kept))


def refused(
    outcome: Outcome, typed: Typed = NOTHING, extra: Extra = NO_EXTRA
) -> ResponseReturnValue:
    """Show the page again with everything typed, what is wrong, and what others changed meanwhile."""
    state, release = record()
    service = get_service()
    with service.database.reading() as connection:
        fresh = load_record(connection, state.id) or state
        extra = replace(extra, problems=outcome.problems)
        if _is_conflict(outcome):
            events = events_of(connection, state.id, after=expected_version() or 0)
            people = colleagues(connection, release)
            teller = Teller(release, fresh, people, names_of(release, people))
            lines = [one for one in teller.lines(events) if not one.quiet]
            extra = replace(extra, conflict=tuple(lines), again=_again())
    response = answer(
        fresh,
        service.releases.get(fresh.release),
        typed=typed,
        extra=extra,
        status=409 if _is_conflict(outcome) else 422,
        block="ticket" if is_htmx() else None,
    )
    if is_htmx():
        response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#ticket", "outerHTML"
    return response


def _again() -> dict[str, str]:
    """Return what the button "send again" has to send: where to, and which button it was."""
    return {
        "action": request.full_path.rstrip("?"),
        "to": request.form.get("to", ""),
        "decision": request.form.get("decision", ""),
    }


def _page(form: Form | None) -> dict[str, Any]:
    return read_page(form) if form is not None else {}


# --- forms and ways out ---------------------------------------------------------------------------


@desk.post("/records/<record_id>/preview")
def preview(record_id: str) -> ResponseReturnValue:
    """Show the form, the checklist and the ways out as they are with what was typed; nothing is saved."""
    state, release = record()
    typed = Typed(
        values=_typed_values(state, release),
        way=request.form.get("asked", ""),
        note=request.form.get("note", "")[:LONGEST],
    )
    return answer(as_seen(state), release, typed=typed, block="work")


def _typed_values(state: RecordState, release: Release) -> dict[str, Any]:
    """Return what was typed into the state's form and into what the chosen way asks for."""
    way = way_of(release, state, request.form.get("asked") or request.form.get("to", ""))
    extra = asked_form(release, state, way) if way is not None else None
    return {**_page(form_of(release, state)), **_page(extra)}


@desk.post("/records/<record_id>/save")
def save(record_id: str) -> ResponseReturnValue:
    """Keep what is filled in so far."""
    state, release = record()
    form = form_of(release, state)
    values = _page(form)
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
    values, note = _typed_values(state, release), request.form.get("note", "")[:LONGEST]
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
            values=_typed_values(fresh, release),
            way=request.form.get("asked", ""),
            note=request.form.get("note", "")[:LONGEST],
        )
        return answer(fresh, release, typed=typed, block="work")
    return back(record_id, "playbooks" if playbook else "work")


# --- tasks ----------------------------------------------------------------------------------------


def _task_form(state: RecordState, release: Release, task_id: str) -> Form | None:
    task = state.tasks.get(task_id)
    return release.forms.get(task.form) if task and task.form else None


@desk.post("/records/<record_id>/tasks/<task_id>/preview")
def preview_task(record_id: str, task_id: str) -> ResponseReturnValue:
    """Show the tasks with what was typed into one of their forms."""
    state, release = record()
    typed = Typed(values=_page(_task_form(state, release, task_id)), task=task_id)
    return answer(as_seen(state), release, typed=typed, block="tasks")


@desk.post("/records/<record_id>/tasks/<task_id>/save")
def save_task(record_id: str, task_id: str) -> ResponseReturnValue:
    """Keep what is filled into a task's form so far."""
    state, release = record()
    form = _task_form(state, release, task_id)
    values = _page(form)
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
    values = _page(form)
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


# --- messages -------------------------------------------------------------------------------------


@desk.post("/records/<record_id>/say")
def say(record_id: str) -> ResponseReturnValue:
    """Reply to the customer, or leave a note for colleagues."""
    text = request.form.get("text", "").strip()[:LONGEST]
    public = request.form.get("kind") == "reply"
    ids = [*request.form.getlist("files"), *sent_files("upload:files")]
    with get_service().database.reading() as connection:
        mine = usable(connection, [one for one in ids if one], visitor())
    message = get_service().message(
        text, files=tuple(one for one in dict.fromkeys(ids) if one in mine)
    )
    command = c.Comment(actor=visitor().actor, message=message, public=public)
    outcome = carry_out(command, record_id)
    if not outcome.accepted:
        kept = {"text": text, "kind": "reply" if public else "note", "files": list(mine)}
        return refused(outcome, extra=Extra(panel="say", kept=kept))
    flash(_("Your reply is on its way.") if public else _("The note is kept."), "good")
    return back(record_id, "composer")


# --- people ---------------------------------------------------------------------------------------


@desk.post("/records/<record_id>/assign")
def assign(record_id: str) -> ResponseReturnValue:
    """Take the record, give it to somebody or to a team's queue, or let routing choose again."""
    actor, how = visitor().actor, request.form.get("how", "give")
    owner, team = request.form.get("owner") or None, request.form.get("team") or None
    state, _release = record()
    if how == "take":
        owner, team = actor.id, None
    elif how == "release":
        owner, team = None, state.team
    elif how == "route":
        owner = team = None
    elif owner is None and team is None:
        kept = {"owner": "", "team": ""}
        return refused(_said("ENG018", "owner", record_id), extra=Extra(panel="assign", kept=kept))
    outcome = carry_out(c.Assign(actor=actor, owner=owner, team=team), record_id)
    if not outcome.accepted:
        return refused(
            outcome, extra=Extra(panel="assign", kept={"owner": owner or "", "team": team or ""})
        )
    flash(_("Assigned."), "good")
    return back(record_id)


def _said(code: str, path: str, record_id: str) -> Outcome:
    """Return a refusal that the page itself makes."""
    state, release = record()
    decision = Decision(problems=(Problem(code=code, path=path),))
    return Outcome(record_id=record_id, state=state, decision=decision, release=release)


@desk.post("/records/<record_id>/follow")
def follow(record_id: str) -> ResponseReturnValue:
    """Start or stop following."""
    actor = visitor().actor
    command = c.Follow(actor=actor, user=actor.id or "", follow=request.form.get("follow") == "1")
    outcome = get_service().handle(command, record_id)
    return back(record_id) if outcome.accepted else refused(outcome)


@desk.post("/records/<record_id>/tag")
def tag(record_id: str) -> ResponseReturnValue:
    """Add tags, separated by commas, or remove one."""
    add = tags_in(request.form.get("add", ""))
    remove = tuple(one for one in request.form.getlist("remove") if one)
    outcome = get_service().handle(c.Tag(actor=visitor().actor, add=add, remove=remove), record_id)
    if not outcome.accepted:
        return refused(outcome, extra=Extra(panel="tag", kept={"add": request.form.get("add", "")}))
    return back(record_id)


def tags_in(text: str) -> tuple[str, ...]:
    """Return the tags that somebody typed, separated by commas of either kind."""
    words = text.replace("，", ",").replace("、", ",").split(",")
    return tuple(dict.fromkeys(one.strip()[:60] for one in words if one.strip()))[:20]


# --- approvals ------------------------------------------------------------------------------------


@desk.post("/records/<record_id>/decide")
def decide(record_id: str) -> ResponseReturnValue:
    """Approve or reject."""
    decision, note = request.form.get("decision", ""), request.form.get("note", "")[:LONGEST]
    outcome = carry_out(c.Decide(actor=visitor().actor, decision=decision, note=note), record_id)
    if not outcome.accepted:
        return refused(outcome, extra=Extra(panel="decide", kept={"note": note}))
    flash(_("You approved.") if decision == "approve" else _("You rejected."), "good")
    return back(record_id)


@desk.post("/records/<record_id>/approver")
def approver(record_id: str) -> ResponseReturnValue:
    """Ask one more approver (加签), or hand one's own vote over (转办)."""
    user, instead = request.form.get("user", ""), request.form.get("how") == "instead"
    command = c.AddApprover(actor=visitor().actor, user=user, instead=instead)
    outcome = carry_out(command, record_id)
    if not outcome.accepted:
        return refused(outcome, extra=Extra(panel="approver", kept={"user": user}))
    return back(record_id)


# --- the record as a whole ------------------------------------------------------------------------


@desk.post("/records/<record_id>/merge")
def merge(record_id: str) -> ResponseReturnValue:
    """Close this record as merged into the one with the given number."""
    number = request.form.get("number", "").strip()
    kept = {"number": number}
    service = get_service()
    with service.database.reading() as connection:
        target = find_number(connection, service.releases.live(connection), number)
    if target is None or target.merged_into is not None:
        return refused(_said("ENG005", "number", record_id), extra=Extra(panel="merge", kept=kept))
    command = c.Merge(actor=visitor().actor, into=target.id, into_number=target.number)
    outcome = carry_out(command, record_id)
    if not outcome.accepted:
        return refused(outcome, extra=Extra(panel="merge", kept=kept))
    flash(_("Merged into %(number)s.", number=target.number), "good")
    return go(url_for("desk.record", record_id=target.id))


@desk.post("/records/<record_id>/link")
def link(record_id: str) -> ResponseReturnValue:
    """Tie another record to this one."""
    state, release = record()
    if not allow(kind_of(release, state).access, Act.WORK, visitor().actor, state):
        return refused(_said("ENG003", "", record_id))
    number = request.form.get("number", "").strip()
    tie = DIFFERENT if request.form.get("kind") == DIFFERENT else "related"
    service = get_service()
    with service.database.reading() as connection:
        target = find_number(connection, service.releases.live(connection), number)
    if target is None or target.id == record_id:
        return refused(
            _said("ENG005", "number", record_id), extra=Extra(panel="link", kept={"number": number})
        )
    command = c.AddLink(
        actor=visitor().actor,
        kind=tie,
        record=target.id,
        number=target.number,
        type=target.type,
    )
    outcome = carry_out(command, record_id)
    if not outcome.accepted:
        return refused(outcome, extra=Extra(panel="link", kept={"number": number}))
    other = c.AddLink(
        actor=visitor().actor,
        kind=tie,
        record=record_id,
        number=state.number,
        type=state.type,
    )
    service.handle(other, target.id)
    return back(record_id)


@desk.post("/records/<record_id>/cancel")
def cancel(record_id: str) -> ResponseReturnValue:
    """Cancel the record, with the reason as a note."""
    reason = request.form.get("reason", "").strip()[:LONGEST]
    outcome = carry_out(c.Cancel(actor=visitor().actor, reason=reason), record_id)
    if not outcome.accepted:
        return refused(outcome, extra=Extra(panel="cancel", kept={"reason": reason}))
    flash(_("Cancelled."), "good")
    return back(record_id)


@desk.post("/records/<record_id>/reopen")
def reopen(record_id: str) -> ResponseReturnValue:
    """Open a settled record again."""
    reason = request.form.get("reason", "").strip()[:LONGEST]
    outcome = carry_out(c.Reopen(actor=visitor().actor, reason=reason), record_id)
    if not outcome.accepted:
        return refused(outcome, extra=Extra(panel="reopen", kept={"reason": reason}))
    flash(_("Opened again."), "good")
    return back(record_id)


@desk.post("/records/<record_id>/due")
def due(record_id: str) -> ResponseReturnValue:
    """Set a clock's due time by hand."""
    kept: Mapping[str, str] = {
        name: request.form.get(name, "") for name in ("clock", "due_at", "reason")
    }
    at = _instant(kept["due_at"])
    if at is None:
        return refused(_said("ENG033", "due_at", record_id), extra=Extra(panel="due", kept=kept))
    command = c.SetDue(
        actor=visitor().actor, clock=kept["clock"], due_at=at, reason=kept["reason"].strip()
    )
    outcome = carry_out(command, record_id)
    if not outcome.accepted:
        return refused(outcome, extra=Extra(panel="due", kept=kept))
    flash(_("The due time is set."), "good")
    return back(record_id)


def _instant(text: str) -> datetime | None:
    """Return what a date and time input sent, read in the visitor's zone."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone()))
