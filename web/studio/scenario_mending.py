"""What puts failing scenarios right, each as one step of the draft: fill a field in, take what happens now as expected, free the field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from sopwith.core.text import Text
from sopwith.definitions import Document
from sopwith.definitions.operations import Clear, Operation, Set
from sopwith.formbuilder.model import Field, FieldType
from sopwith.lab.cast import Cast
from sopwith.lab.mending import REFUSED, Accepted, Expected, accept, fill_in, missing_fields
from sopwith.lab.scenario import Scenario, Step
from sopwith.lab.trial import DO, RECORD, Trial, local_time
from sopwith.release.model import Release
from sopwith.runtime import drafting
from sopwith.runtime.trials import keep_trial
from sopwith.store.releases import Draft

from ..admin.acting import author
from ..admin.titles import Names
from ..desk.words import field_title
from ..htmx import go
from ..languages import lang
from ..visitor import get_service, visitor
from ..wording import gettext as _
from ..wording import ngettext
from .bench import Bench, bench_of
from .blueprint import blueprint, the_draft
from .deeds import deed_of
from .define import number_of
from .editors.lenient import mapping, sequence
from .editors.scenario_ground import ground_of
from .expected_words import expected_words, value_words
from .mended import asked, mended, not_mended
from .scenario_faults import Broken, Fault, broken_at, refusal_words
from .scenario_runs import Result, Runs, go_on, runs_of
from .trial_world import cast_of

AT_ONCE = 6.0
LONGEST_VALUE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Failing:
    """One failing scenario as the page shows it. can_try: its people are those of a trial."""

    id: str
    title: Text
    broken: Broken | None
    faults: tuple[Fault, ...]
    can_try: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Lacking:
    """A field that scenarios lack. choices: its values, where they are few.

    is_written: its value can be typed. can_free: taking ``required`` away is enough for it to be left empty.
    """

    type: str
    field: str
    title: str
    count: int
    choices: Sequence[tuple[Any, str]]
    is_written: bool
    is_number: bool
    can_free: bool

    @property
    def can_fill(self) -> bool:
        """Return whether a value can be chosen or typed."""
        return bool(self.choices) or self.is_written


# --- what is shown --------------------------------------------------------------------------------


def failing_of(made: Bench, release: Release, results: Sequence[Result]) -> list[Failing]:
    """Return the failing scenarios with why each fails, in the page's language."""
    found = []
    for one in results:
        if one.passed:
            continue
        broken, scenario = None, one.scenario
        faults = tuple(Fault(words=it.message(lang()), code=it.code) for it in one.found)
        if one.stopped:
            faults = (Fault(words=_("It cannot be run on this draft any more."), code=one.stopped[:120]),)  # fmt: skip
        if scenario is not None and one.broken is not None:
            broken = broken_at(release, scenario.cast, one.number, one.broken)
            faults = broken.faults
        found.append(
            Failing(
                id=one.id,
                title=one.title,
                broken=broken,
                faults=faults,
                can_try=scenario is not None and one.number > 0 and _are_there(scenario, cast_of(made, release, scenario.record_type)),
            )
        )  # fmt: skip
    return found


def _are_there(scenario: Scenario, cast: Cast) -> bool:
    """Return whether the people of a scenario are all in a trial, too: it has those of the pack's sample data."""
    people = {one.id for one in cast.people}
    return {one.id for one in scenario.cast.people} <= people and set(scenario.cast.customers) <= set(cast.customers)  # fmt: skip


def lacking_in(made: Bench, release: Release, results: Sequence[Result]) -> list[Lacking]:
    """Return the fields that scenarios lack, each once, with how many lack it."""
    every = [(run.about, name) for one in results if (run := one.broken) for name in missing_fields(run)]  # fmt: skip
    return [
        one
        for kind, name in dict.fromkeys(every)
        if (one := _lacking(made, release, kind, name, every.count((kind, name))))
    ]


def _lacking(made: Bench, release: Release, kind: str, name: str, count: int) -> Lacking | None:
    known = release.record_types.get(kind)
    field = known.all_fields.get(name) if known else None
    if field is None:
        return None
    choices = list(_choices(made, release, kind, field))
    return Lacking(
        type=kind,
        field=name,
        title=field_title(known, name),
        count=count,
        choices=choices,
        is_written=not choices and field.type in _WRITTEN,
        is_number=field.type in _NUMBERS,
        can_free=_freed(made, kind, name) is not None,
    )


_NUMBERS = frozenset({FieldType.NUMBER, FieldType.MONEY, FieldType.DURATION})
_WRITTEN = _NUMBERS | {FieldType.TEXT, FieldType.LONG_TEXT, FieldType.DATE, FieldType.DATE_TIME, FieldType.EMAIL, FieldType.PHONE, FieldType.URL}  # fmt: skip


def _choices(made: Bench, release: Release, kind: str, field: Field) -> Sequence[tuple[Any, str]]:
    cast = cast_of(made, release, kind)
    return ground_of(release, {"record_type": kind}, cast, {}).of_field(field)


def _value(made: Bench, release: Release, kind: str, field: Field, text: str) -> Any:
    """Return what was chosen as it is written in a scenario; None for what cannot be."""
    choices = _choices(made, release, kind, field)
    if choices:
        known = next((value for value, _words in choices if str(value) == text), None)
        return [known] if field.type is FieldType.MULTI_CHOICE and known is not None else known
    if field.type in _NUMBERS:
        try:
            return int(text) if text.strip().lstrip("-").isascii() and text.strip().lstrip("-").isdigit() else float(text)  # fmt: skip
        except ValueError:
            return None
    return text.strip()[:LONGEST_VALUE] or None if field.type in _WRITTEN else None


# --- fill in, free --------------------------------------------------------------------------------


@blueprint.post("/<draft_id>/scenarios/fill")
def fill_scenarios(draft_id: str) -> ResponseReturnValue:
    """Fill one field in, in every scenario that fails for want of it."""
    draft, made, release = runnable(draft_id)
    sent = asked()
    kind, name = str(sent.get("type", "")), str(sent.get("field", ""))
    field = _field_of(release, kind, name)
    value = _value(made, release, kind, field, str(sent.get("value", "")))
    if value is None:
        return not_mended(draft_id, _("Choose with what the field is filled in."))
    changes: list[drafting.Change] = []
    count = 0
    for one in all_failing(draft, made, release):
        if one.scenario is None or one.broken is None:
            continue
        steps = fill_in(release, one.scenario, kind, name, value)
        count += bool(steps)
        changes += [_gesture(draft, one.document, Set(path=("steps", at, one.scenario.steps[at].verb, "values", name), value=value)) for at in steps]  # fmt: skip
    title = field.title.get("en") or name, field.title.get("zh-CN") or name
    save(draft, Text(f"“{title[0]}” filled in in scenarios", f"在场景中填写“{title[1]}”"), changes)
    words = ngettext("“%(field)s” is filled in in %(num)d scenario. Undo takes it back.", "“%(field)s” is filled in in %(num)d scenarios. Undo takes it back.", count, field=field_title(release.record_types[kind], name))  # fmt: skip
    return mended(draft_id, words)


@blueprint.post("/<draft_id>/scenarios/free")
def free_field(draft_id: str) -> ResponseReturnValue:
    """Let a field be left empty again."""
    draft, made, release = runnable(draft_id)
    sent = asked()
    kind, name = str(sent.get("type", "")), str(sent.get("field", ""))
    field, place = _field_of(release, kind, name), _freed(made, kind, name)
    if place is None:
        abort(404)
    document, operation = place
    title = field.title.get("en") or name, field.title.get("zh-CN") or name
    step = Text(f"“{title[0]}” may be left empty", f"“{title[1]}”改为选填")
    save(draft, step, [_gesture(draft, document, operation)])
    return mended(draft_id, _("“%(field)s” may be left empty now. Undo takes it back.", field=field_title(release.record_types[kind], name)))  # fmt: skip


def _freed(made: Bench, kind: str, name: str) -> tuple[Document, Operation] | None:
    """Return what makes a field optional, None where its form does not plainly say that it must be filled in."""
    for document in made.documents:
        if document.kind != "form" or document.value.get("record_type") != kind:
            continue
        for number, section in enumerate(sequence(document.value.get("sections"))):
            for place, field in enumerate(sequence(mapping(section).get("fields"))):
                if mapping(field).get("id") == name and mapping(field).get("required") is True:
                    return document, Clear(path=("sections", number, "fields", place, "required"))
    return None


def _field_of(release: Release, kind: str, name: str) -> Field:
    known = release.record_types.get(kind)
    found = known.all_fields.get(name) if known else None
    if found is None:
        abort(404)
    return found


# --- what happens now is right --------------------------------------------------------------------


@blueprint.get("/<draft_id>/scenarios/<name>/outcome")
def outcome_page(draft_id: str, name: str) -> ResponseReturnValue:
    """Show what a failing scenario would expect, were what happens now right."""
    draft, made, release = runnable(draft_id)
    result, scenario = _one_failing(draft, made, release, name)
    found = accept(release, scenario)
    return render_template(
        "studio/outcome.html",
        draft=draft,
        failing=failing_of(made, release, [result])[0],
        lines=list(_lines(release, scenario, found)),
        passes=found.passes,
    )


@blueprint.post("/<draft_id>/scenarios/<name>/outcome")
def take_outcome(draft_id: str, name: str) -> ResponseReturnValue:
    """Take what happens now as what the scenario expects."""
    draft, made, release = runnable(draft_id)
    result, scenario = _one_failing(draft, made, release, name)
    changes = [_gesture(draft, result.document, one) for one in _operations(accept(release, scenario))]  # fmt: skip
    said = scenario.title
    step = Text(f"New outcome taken: {said.get('en') or name}", f"接受新结果：{said.get('zh-CN') or name}")  # fmt: skip
    save(draft, step, changes)
    flash(_("“%(title)s” expects now what happens. Undo takes it back.", title=said.get(lang()) or name), "good")  # fmt: skip
    return go(url_for("studio.coverage", draft_id=draft_id))


def _operations(found: Accepted) -> Iterator[Operation]:
    for one in found.changes:
        at = ("steps", one.step)
        if one.key == REFUSED:
            yield Clear(path=(*at, REFUSED)) if one.is_gone else Set(path=(*at, REFUSED), value=one.now)  # fmt: skip
        elif one.is_gone:
            yield Clear(path=(*at, "then", one.key))
        else:
            yield Set(path=(*at, "then", one.key), value=one.now)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeLine:
    """One expectation that changes, in words. was, now: empty for none."""

    number: int
    icon: str
    deed: str
    what: str
    was: str
    now: str


def _lines(release: Release, scenario: Scenario, found: Accepted) -> Iterator[OutcomeLine]:
    for one in found.changes:
        step = scenario.steps[one.step]
        names = Names.of(release, _type_of(scenario, step))
        icon, deed = deed_of(names, scenario.cast, step)
        was, now = (_expectation(names, scenario, one, value) for value in (one.was, one.now))
        yield OutcomeLine(number=one.step + 1, icon=icon, deed=deed, what=_("Refused") if one.key == REFUSED else expected_words(one.key), was=was, now=now)  # fmt: skip


def _expectation(names: Names, scenario: Scenario, one: Expected, value: Any) -> str:
    if one.key == REFUSED:
        return " ".join(refusal_words(code) for code in value or ()) or _("it is accepted")
    return value_words(names, scenario.cast, one.key, value)


def _type_of(scenario: Scenario, step: Step) -> str:
    """Return the type of the record that a step is about: what the record it names was opened as, else the scenario's."""
    for one in scenario.steps:
        if one.verb == "create" and (one is step or (step.record and step.record in (one.args.get("as"), one.args.get("type")))):  # fmt: skip
            return str(one.args.get("type", scenario.record_type))
    return scenario.record_type


# --- as a trial -----------------------------------------------------------------------------------


@blueprint.post("/<draft_id>/scenarios/<name>/try")
def try_scenario(draft_id: str, name: str) -> ResponseReturnValue:
    """Begin a trial with the steps of a failing scenario up to the one that does not hold."""
    draft, made, release = runnable(draft_id)
    result, scenario = _one_failing(draft, made, release, name)
    zone = scenario.zone
    steps = scenario.steps[: result.number - (0 if result.broken and not result.broken.problems else 1)]  # fmt: skip
    trial = Trial(
        record_type=scenario.record_type,
        now=local_time(scenario.now, zone),
        zone=zone,
        steps=tuple(_kept(one) for one in steps),
    )
    keep_trial(get_service(), draft_id, visitor().actor.id or "", trial)
    return go(url_for("studio.try_out", draft_id=draft_id))


def _kept(step: Step) -> Mapping[str, Any]:
    return {DO: step.verb, **({RECORD: step.record} if step.record else {}), **step.args}


# --- what they share ------------------------------------------------------------------------------


def runnable(draft_id: str) -> tuple[Draft, Bench, Release]:
    """Return a draft and the release that it makes; 404 for one that makes none."""
    draft = the_draft(draft_id)
    made = bench_of(draft.documents)
    if made.release is None:
        abort(404)
    return draft, made, made.release


def all_failing(draft: Draft, made: Bench, release: Release) -> list[Result]:
    """Return how those of the draft's scenarios went that fail, as far as they could be run in a few seconds."""
    runs: Runs = runs_of(draft.documents, made)
    go_on(runs, release, AT_ONCE)
    return [one for one in runs.in_order() if not one.passed]


def _one_failing(draft: Draft, made: Bench, release: Release, name: str) -> tuple[Result, Scenario]:
    found = next((one for one in all_failing(draft, made, release) if one.id == name), None)
    if found is None or found.scenario is None or found.broken is None:
        abort(404)
    return found, found.scenario


def _gesture(draft: Draft, document: Document, operation: Operation) -> drafting.Gesture:
    return drafting.Gesture(file=document.path, document=number_of(draft, document), operation=operation)  # fmt: skip


def save(draft: Draft, title: Text, changes: Sequence[drafting.Change]) -> None:
    """Save changes as one step of the draft, nothing where there are none."""
    if changes:
        drafting.edit(get_service(), draft.id, draft.revision, title, changes, author=author())
