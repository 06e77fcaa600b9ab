"""The state's form, its checklist and the ways out, as they stand with what was typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection

from sopwith.core.decision import Problem
from sopwith.core.record import Category, RecordState, Task
from sopwith.engine.scope import scope_of
from sopwith.expressions import Context
from sopwith.formbuilder.model import Form
from sopwith.release.asked import asked_form as fields_asked
from sopwith.release.model import Release
from sopwith.store.files import tie_files
from sopwith.workflows.model import State, Transition
from sopwith.workflows.step import ROLE_MISSING, missing_checks, ways_out

from ..forms import ShownForm, directory_of, evaluate, file_ids, keep_own_files, show_form
from ..languages import lang, zone
from ..rendering import role_word
from ..uploads import uploader_of
from ..visitor import get_service, now, visitor
from ..wording import gettext as _
from .words import comma, kind_of, labels_of, state_title, task_title, workflow_of

PREVIOUS = "previous"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way out. reasons: why it is closed, in words; asks: it wants a note, a reply or more fields."""

    id: str
    title: str
    to: str
    style: str
    open: bool
    asks: bool
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckLine:
    """One item of the checklist."""

    id: str
    title: str
    done: bool
    required: bool
    missing: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What a way out asks for before it is taken. note: optional | required | reply, empty for none."""

    way: Way
    form: ShownForm | None
    note: str
    text: str
    note_problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskLine:
    """One task of a parallel state. mine: the visitor may work on it."""

    task: Task
    title: str
    form: ShownForm | None
    form_id: str
    mine: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What came with a request: typed values by form, the way that was chosen, and what the engine said to it."""

    values: Mapping[str, Any] = field(default_factory=dict)
    way: str = ""
    note: str = ""
    task: str = ""
    problems: tuple[Problem, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What is to be done now."""

    form: ShownForm | None
    form_id: str
    ways: tuple[Way, ...]
    checks: tuple[CheckLine, ...]
    asking: Asking | None
    problems: tuple[tuple[str, str, str], ...]


NOTHING = Typed()


def place_of(release: Release, state: RecordState) -> State:
    """Return the workflow state that the record is in."""
    return workflow_of(release, state).states[state.state]


def form_of(release: Release, state: RecordState) -> Form | None:
    """Return the form of the present state."""
    name = place_of(release, state).form
    return release.forms.get(name) if name else None


def way_of(release: Release, state: RecordState, way_id: str) -> Transition | None:
    """Return the way out with this id."""
    go = place_of(release, state).go
    return next((one for one in go if one.id == way_id and not one.auto), None)


def asked_form(release: Release, state: RecordState, way: Transition) -> Form | None:
    """Return the fields that a way asks for beyond those of the state's form; None without any."""
    present = form_of(release, state)
    return fields_asked(kind_of(release, state), way, present.by_id if present else ())


def asks(release: Release, state: RecordState, way: Transition) -> bool:
    """Return whether the page has to ask something before this way is taken."""
    return way.note != "none" or asked_form(release, state, way) is not None


def clean(
    connection: Connection,
    release: Release,
    state: RecordState,
    form: Form | None,
    typed: Mapping[str, Any],
) -> dict[str, Any]:
    """Return what the engine shall take of *typed*: read in the reader's zone where it is sound, else word for word."""
    if form is None:
        return {}
    mine = dict(typed)
    keep_own_files(connection, form, mine, state.id)
    directory = directory_of(connection, release)
    result = evaluate(
        form,
        mine,
        scope=scope_of(state),
        roles=visitor().actor.roles,
        state=state.state,
        lookup=directory,
        partial=True,
    )
    if not result.accepted:
        return mine
    return {name: result.values.get(name) for name in mine}


def tie(form: Form | None, record_id: str, typed: Mapping[str, Any]) -> None:
    """Let the files of a saved form belong to the record."""
    ids = file_ids(form, typed) if form is not None else []
    if ids:
        with get_service().database.writing() as connection:
            tie_files(connection, record_id, ids, uploader_of(visitor()))


def show_work(
    connection: Connection, release: Release, state: RecordState, typed: Typed = NOTHING
) -> Work:
    """Return what is to be done in the present state, with what was typed laid over it."""
    place, form = place_of(release, state), form_of(release, state)
    scope = scope_of(state)
    shown, values = None, {}
    problems = typed.problems if not typed.task else None
    if form is not None:
        shown = _show(connection, release, state, form, typed.values, problems)
        values = shown.result.values
    context = Context(now=now(), zone=zone(), changed=frozenset())
    now_scope = {**scope, **values}
    ways = _ways(release, state, now_scope, context)
    chosen = next((one for one in ways if one.id == typed.way), None)
    asking = None
    if chosen is not None and chosen.open and chosen.asks:
        asking = _asking(connection, release, state, chosen, typed, problems)
    return Work(
        form=shown and demanded(shown, place, ways),
        form_id=form.id if form else "",
        ways=ways,
        checks=_checks(place, state, now_scope, context, problems),
        asking=asking,
        problems=tuple(_summary(shown, asking, problems)),
    )


def _show(
    connection: Connection,
    release: Release,
    state: RecordState,
    form: Form,
    typed: Mapping[str, Any],
    problems: tuple[Problem, ...] | None,
) -> ShownForm:
    return show_form(
        connection,
        release,
        form,
        dict(typed),
        scope=scope_of(state),
        roles=visitor().actor.roles,
        state=state.state,
        record_id=state.id,
        told=False,
        more=problems,
    )


def demanded(shown: ShownForm, place: State, ways: Sequence[Way]) -> ShownForm:
    """Return the form with the open ways out that demand a field said at the field, before one is pressed."""
    open_ways = {one.id: one.title for one in ways if one.open}
    wanted: dict[str, list[str]] = {}
    for step in place.go:
        for name in step.ask if step.id in open_ways else ():
            wanted.setdefault(name, []).append(open_ways[step.id])
    if not wanted:
        return shown
    sections = tuple(
        replace(
            section,
            fields=tuple(
                replace(one, wanted_by=tuple(wanted.get(one.name, ()))) for one in section.fields
            ),
        )
        for section in shown.view.sections
    )
    return replace(shown, view=replace(shown.view, sections=sections))


def _ways(
    release: Release, state: RecordState, scope: Mapping[str, Any], context: Context
) -> tuple[Way, ...]:
    workflow = workflow_of(release, state)
    roles = visitor().actor.roles
    labels = labels_of(release, kind_of(release, state))
    found = []
    for one in ways_out(workflow, state.state, scope, context, roles):
        way, reasons = one.transition, []
        if not one.open and one.code == ROLE_MISSING:
            names = comma().join(role_word(role) for role in sorted(way.by))
            reasons.append(_("Only for: %(roles)s", roles=names))
        elif not one.open and way.when is not None:
            trace = way.when.explain(scope, context, labels)
            reasons += [part.words.get(lang()) for part in trace.failing()]
        title = state.previous_state if way.to == PREVIOUS else way.to
        found.append(
            Way(
                id=way.id,
                title=way.title.get(lang()),
                to=state_title(workflow, title),
                style=way.style,
                open=one.open,
                asks=asks(release, state, way),
                reasons=tuple(reasons),
            )
        )
    return tuple(found)


def _checks(
    place: State,
    state: RecordState,
    scope: Mapping[str, Any],
    context: Context,
    problems: Sequence[Problem] | None,
) -> tuple[CheckLine, ...]:
    missing = {one.id for one in missing_checks(place, {}, scope, context)}
    told = {one.path for one in problems or ()}
    return tuple(
        CheckLine(
            id=one.id,
            title=one.title.get(lang()),
            done=state.checklist.get(one.id, False),
            required=one.id in missing,
            missing=f"checklist.{one.id}" in told,
        )
        for one in place.checklist
    )


def _asking(
    connection: Connection,
    release: Release,
    state: RecordState,
    chosen: Way,
    typed: Typed,
    problems: tuple[Problem, ...] | None,
) -> Asking:
    way = way_of(release, state, chosen.id)
    assert way is not None
    form = asked_form(release, state, way)
    shown = _show(connection, release, state, form, typed.values, problems) if form else None
    note = "" if way.note == "none" else way.note
    told = [one.message(lang()) for one in problems or () if one.path == "note"]
    return Asking(way=chosen, form=shown, note=note, text=typed.note, note_problem=" ".join(told))


def _summary(
    shown: ShownForm | None, asking: Asking | None, problems: Sequence[Problem] | None
) -> list[tuple[str, str, str]]:
    """Return everything wrong with a link to where it is; what belongs to no field has none."""
    found = list(shown.view.problems) if shown else []
    if asking is not None and asking.form is not None:
        found += asking.form.view.problems
    said = {message for _label, message, _element in found}
    for one in problems or ():
        message = one.message(lang())
        if message in said:
            continue
        said.add(message)
        element = "move-note" if one.path == "note" else ""
        if one.path.startswith("checklist."):
            element = "check-" + one.path.partition(".")[2]
        found.append(("", message, element))
    return found


def shown_tasks(
    connection: Connection,
    release: Release,
    state: RecordState,
    typed: Typed = NOTHING,
    selected: str = "",
) -> list[TaskLine]:
    """Return the tasks of the present state and those that rules started, open ones first.

    Only one shows its form: two forms may have the same fields.
    """
    actor, found = visitor().actor, []
    selected = typed.task or selected or _first_task(release, state)
    workflow = workflow_of(release, state)
    for task in state.tasks.values():
        if task.status == "cancelled" or (task.status == "done" and task.state != state.state):
            continue
        mine = task.owner == actor.id or (task.owner is None and task.team in actor.teams)
        shows = task.form is not None and task.status == "open" and task.id == selected
        form = release.forms.get(task.form or "") if shows else None
        here = typed if typed.task == task.id else NOTHING
        shown = (
            _show(connection, release, state, form, here.values, here.problems) if form else None
        )
        title = task_title(release, workflow.states.get(task.state), task)
        found.append(
            TaskLine(task=task, title=title, form=shown, form_id=form.id if form else "", mine=mine)
        )
    found.sort(key=lambda one: (one.task.status != "open", not one.mine))
    return found


def _first_task(release: Release, state: RecordState) -> str:
    """Return the task that shows its form by itself: the visitor's own, where the state has no form."""
    if form_of(release, state) is not None:
        return ""
    actor = visitor().actor
    tasks = [one for one in state.tasks.values() if one.status == "open"]
    mine = [
        one
        for one in tasks
        if one.owner == actor.id or (one.owner is None and one.team in actor.teams)
    ]
    return next((one.id for one in mine), "")


def is_settled(state: RecordState) -> bool:
    """Return whether nothing is to be worked on any more."""
    return state.category is Category.CLOSED
