"""Trying a draft: its own release on its own forms, as anybody, at any time; nothing of it becomes a record."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import abort, flash, jsonify, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from jinja2_fragments.flask import render_block

from sopwith.core.text import Text
from sopwith.definitions.writing import Style, lines_of
from sopwith.lab.trial import (
    MOST_STEPS,
    Played,
    Trial,
    extended,
    local_time,
    scenario_of,
    shortened,
)
from sopwith.release.model import Release
from sopwith.runtime import drafting
from sopwith.runtime.trials import (
    OtherTrialError,
    end_trial,
    keep_trial,
    note_files,
    trial_of,
)
from sopwith.store.releases import Draft

from ..admin.acting import author
from ..desk.ways import NOTHING, Typed
from ..desk.words import channel_word, state_title
from ..forms import only_reshapes, read_page
from ..htmx import go
from ..limits import UPLOAD, limiter
from ..stand_in import StandIn, pretending
from ..visitor import get_service, now, visitor
from ..wording import gettext as _
from .bench import Bench, bench_of
from .blueprint import blueprint, the_draft
from .sample_values import sample_for
from .trial_choice import type_to_try
from .trial_page import build
from .trial_saving import free_name, unkeepable
from .trial_steps import (
    ACTS,
    NEW,
    Asked,
    Wish,
    opening,
    presence,
    refused,
    task_form,
    time_travel,
    typed_now,
)
from .trial_story import misfit_of
from .trial_world import home_of, playing, sample_of, visitor_of, went_on, wished, world_of

LONGEST_TITLE = 120
_AT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?")


@blueprint.get("/<draft_id>/try")
def try_out(draft_id: str) -> ResponseReturnValue:
    """Show the trial of whoever looks, or what can be tried; a form that opens a record is filled in with a sample, unless that is not wanted."""
    draft = the_draft(draft_id)
    return _page(draft, None if request.args.get("_empty") else _sampled(draft))


def _sampled(draft: Draft) -> Wish | None:
    """Return the form that opens a record filled in from the pack's sample data, None where none is opened now."""
    trial = _kept(draft)
    if trial is None or (trial.steps and _place("_record") != NEW):
        return None
    return Wish(typed=Typed(values=sample_for(bench_of(draft.documents), trial.record_type)))


def _of_sample(draft: Draft, trial: Trial, wish: Wish) -> str:
    """Return whether the form that opens a record is ``filled`` in with a sample or is ``empty`` and could be; nothing where there is none."""
    held = sample_for(bench_of(draft.documents), trial.record_type)
    if not held:
        return ""
    return "filled" if wish.typed.values == held else "" if wish.typed.values else "empty"


def _me() -> str:
    return visitor().actor.id or ""


def _owner(draft: Draft) -> str:
    return f"{draft.id}:{_me()}"


def _kept(draft: Draft) -> Trial | None:
    with get_service().database.reading() as connection:
        return trial_of(connection, draft.id, _me())


def _place(name: str) -> str:
    """Return where on the page to be: as whom, at which record, which part."""
    return str(request.values.get(name, ""))[:120]


def _address(draft_id: str, anchor: str = "", **more: str) -> str:
    kept = {name: more.get(name, _place(name)) for name in ("_as", "_record", "_tab")}
    wanted: dict[str, Any] = {name: one for name, one in kept.items() if one}
    return url_for("studio.try_out", draft_id=draft_id, _anchor=anchor or None, **wanted)


def _page(
    draft: Draft, wish: Wish | None = None, status: int = 200, block: str = ""
) -> ResponseReturnValue:
    bench, trial = bench_of(draft.documents), _kept(draft)
    if bench.release is None or trial is None:
        return _start_page(draft, bench, trial)
    with playing(_owner(draft), draft.documents, bench, bench.release, trial) as played:
        return _played_page(draft, played, wish or Wish(), status, block)


def _start_page(draft: Draft, bench: Bench, trial: Trial | None) -> ResponseReturnValue:
    zone = get_service().zone
    return render_template(
        "studio/try_start.html",
        draft=draft,
        is_broken=bench.release is None,
        kinds=list(bench.release.record_types.values()) if bench.release else [],
        zone_of_trial=zone,
        starts=f"{now().astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}",
        steps=len(trial.steps) if trial else 0,
        chosen=type_to_try(draft, bench, request.args.get("type", "")),
    )


@contextmanager
def _as(played: Played, who: str) -> Iterator[StandIn]:
    world = world_of(played)
    with pretending(world, replace(visitor_of(played, who), zone=played.trial.zone)):
        yield world


def _with_files(draft: Draft, played: Played, world: StandIn) -> Played:
    """Return the trial with the files that this request brought; they are known from now on."""
    if not world.sent:
        return played
    note_files(get_service(), draft.id, _me(), world.sent)
    return replace(played, trial=replace(played.trial, files=dict(world.known)))


def _played_page(
    draft: Draft, played: Played, wish: Wish, status: int, block: str
) -> ResponseReturnValue:
    real, name = visitor(), _place("_record")
    name = name if name in (*played.names(), NEW) else ""
    who = wished(played, played.record(name), _place("_as"))
    if not played.trial.steps and not _place("_as"):
        customers = played.player.world.town.customers
        who = f"customer:{next(iter(customers))}" if customers else who
    with get_service().database.reading() as connection, _as(played, who):
        page = build(connection, played, name, who, _place("_tab"), wish)
    facts: dict[str, Any] = {
        "draft": draft,
        "page": page,
        "wish": wish,
        "zone_of_trial": played.trial.zone,
        "most_steps": MOST_STEPS,
        "channel_word": channel_word,
        "state_of": lambda one: state_title(page.record.workflow, one) if page.record else one,
        "at_local": f"{page.at.astimezone(ZoneInfo(played.trial.zone)):%Y-%m-%dT%H:%M}",
        "reader": real,
        "sample": _of_sample(draft, played.trial, wish) if page.intake is not None else "",
    }
    with pretending(world_of(played), replace(real, zone=played.trial.zone)):
        if block:
            return make_response(render_block("studio/try.html", block, **facts), status)
        return make_response(render_template("studio/try.html", **facts), status)


# --- beginning and ending -------------------------------------------------------------------------


@blueprint.post("/<draft_id>/try/begin")
def try_begin(draft_id: str) -> ResponseReturnValue:
    """Begin a trial of a record type, at a date and time of its own."""
    draft = the_draft(draft_id)
    release = bench_of(draft.documents).release
    kind, text, zone = request.form.get("type", ""), request.form.get("at", ""), get_service().zone
    if release is None or kind not in release.record_types:
        return go(url_for("studio.try_out", draft_id=draft_id))
    start = now()
    if _AT.fullmatch(text):
        try:
            start = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))
        except ValueError:
            flash(_("Choose a date and a time."), "error")
    trial = Trial(record_type=kind, now=local_time(start, zone), zone=zone)
    keep_trial(get_service(), draft_id, _me(), trial)
    return go(_address(draft_id, _as="", _record="", _tab=""))


@blueprint.post("/<draft_id>/try/end")
def try_end(draft_id: str) -> ResponseReturnValue:
    """Forget the trial."""
    the_draft(draft_id)
    end_trial(get_service(), draft_id, _me())
    return go(url_for("studio.try_out", draft_id=draft_id))


# --- steps ----------------------------------------------------------------------------------------


@contextmanager
def _running(draft: Draft) -> Iterator[tuple[Played, Release]]:
    """Hold the trial as it stands, or answer 404 when there is none."""
    bench, trial = bench_of(draft.documents), _kept(draft)
    if bench.release is None or trial is None:
        abort(404)
    with playing(_owner(draft), draft.documents, bench, bench.release, trial) as played:
        yield played, bench.release


@blueprint.post("/<draft_id>/try/step")
def try_step(draft_id: str) -> ResponseReturnValue:
    """Do one thing as somebody: the page again with what is missing, or one step more."""
    draft = the_draft(draft_id)
    with _running(draft) as (played, release):
        if _saw() != len(played.trial.steps):
            return _other_tab(draft_id)
        name = _place("_record")
        state = played.record(name)
        who = wished(played, state, _place("_as"))
        with get_service().database.reading() as connection, _as(played, who) as world:
            if state is None:
                kind = release.record_types.get(played.trial.record_type)
                form = release.forms.get(kind.intake) if kind else None
                if kind is None or form is None:
                    abort(404)
                if only_reshapes():
                    wish = Wish(typed=Typed(values=read_page(form)))
                else:
                    wish = opening(connection, played, kind, form)
            elif only_reshapes():
                wish = Wish(typed=_reshaped(played, release, name))
            else:
                act = ACTS.get(request.form.get("_do", ""))
                if act is None:
                    abort(400)
                asked = Asked(connection=connection, played=played, name=name, state=state, who=who)
                wish = act(asked)
        return _took(draft, _with_files(draft, played, world), wish)


def _reshaped(played: Played, release: Release, name: str) -> Typed:
    state, task = played.record(name), request.form.get("_task", "")
    if state is None:
        return NOTHING
    form = task_form(state, release, task) if task else None
    if form is not None:
        return Typed(values=read_page(form), task=task)
    return typed_now(release, state)


def _saw() -> int:
    text = request.form.get("_count", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else -1


def _other_tab(draft_id: str) -> ResponseReturnValue:
    flash(_("The trial went on elsewhere meanwhile. This is how it stands now."), "warning")
    return go(_address(draft_id))


def _took(draft: Draft, played: Played, wish: Wish) -> ResponseReturnValue:
    """Keep the step that somebody wished, if it fits; else show the page with what is to be said."""
    if wish.step is None:
        status = 422 if wish.error or wish.told else 200
        return _page(draft, wish, status)
    before = played.trial
    if len(before.steps) >= MOST_STEPS:
        return _page(draft, replace(wish, error=_("A trial has at most %(count)d steps. Take some back, or start over.", count=MOST_STEPS)), 422)  # fmt: skip
    run = played.take(wish.step)
    went_on(_owner(draft), draft.documents, None)
    if run.problems:
        return _page(draft, refused(wish, run.problems), 422)
    if run.failures:
        return _page(draft, replace(wish, error=misfit_of(run)), 422)
    try:
        after = extended(before, wish.step)
        keep_trial(get_service(), draft.id, _me(), after, seen=len(before.steps))
    except OtherTrialError:
        return _other_tab(draft.id)
    went_on(_owner(draft), draft.documents, played.after(after, run))
    if wish.step["do"] == "create" and "as" in wish.step:
        return go(_address(draft.id, anchor="now", _record=str(wish.step["as"])))
    return go(_address(draft.id, anchor="now"))


@blueprint.post("/<draft_id>/try/shape")
def try_shape(draft_id: str) -> ResponseReturnValue:
    """Show the form as it is with what was typed so far; nothing is done by it."""
    draft = the_draft(draft_id)
    with _running(draft) as (played, release):
        name = _place("_record")
        state = played.record(name)
        with _as(played, wished(played, state, _place("_as"))) as world:
            if state is None:
                kind = release.record_types.get(played.trial.record_type)
                form = release.forms.get(kind.intake) if kind else None
                typed = Typed(values=read_page(form)) if form else NOTHING
            else:
                typed = _reshaped(played, release, name)
        _with_files(draft, played, world)
        return _page(draft, Wish(typed=typed), block="now")


@blueprint.post("/<draft_id>/try/file")
@limiter.limit(UPLOAD)
def try_file(draft_id: str) -> ResponseReturnValue:
    """Take one file as a page sends it at once; answer the name by which the trial knows it."""
    draft = the_draft(draft_id)
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        abort(400)
    with _running(draft) as (played, _release):
        world = world_of(played)
        name = world.keep_file(sent)
        _with_files(draft, played, world)
    return jsonify(id=name, name=name, size=world.known[name]), 201


@blueprint.post("/<draft_id>/try/time")
def try_time(draft_id: str) -> ResponseReturnValue:
    """Let time pass: by a while, until the next timer, until a date and time; or send somebody away."""
    draft = the_draft(draft_id)
    with _running(draft) as (played, _release):
        if _saw() != len(played.trial.steps):
            return _other_tab(draft_id)
        wish = presence(played) if request.form.get("_by") == "presence" else time_travel(played)
        return _took(draft, played, wish)


@blueprint.post("/<draft_id>/try/back")
def try_back(draft_id: str) -> ResponseReturnValue:
    """Take steps back: the last one, or all after the one that is named."""
    draft = the_draft(draft_id)
    trial = _kept(draft)
    if trial is None:
        abort(404)
    to = request.form.get("_to", "")
    count = int(to) if to.isascii() and to.isdigit() and len(to) < 6 else len(trial.steps) - 1
    try:
        keep_trial(get_service(), draft_id, _me(), shortened(trial, count), seen=_saw())
    except OtherTrialError:
        return _other_tab(draft_id)
    return go(_address(draft_id, anchor="steps"))


# --- as a scenario --------------------------------------------------------------------------------


@blueprint.post("/<draft_id>/try/keep")
def try_keep(draft_id: str) -> ResponseReturnValue:
    """Save the trial as a scenario of the draft: a step that can be taken back."""
    draft = the_draft(draft_id)
    with _running(draft) as (played, _release):
        bench = bench_of(draft.documents)
        title = " ".join(request.form.get("_title", "").split())[:LONGEST_TITLE]
        error = unkeepable(played, title)
        if error:
            return _page(draft, Wish(error=error), 422)
        folder = home_of(bench, played.trial.record_type)
        name = free_name(bench, draft, folder, title)
        words = Text(title, title)
        made = scenario_of(played, name, words, sample_of(bench, folder))
        text = "\n".join(lines_of(made, Style())) + "\n"
        change = drafting.Rewrite(file=f"{folder}/scenarios/{name}.yaml", text=text)
        step = Text(f"Scenario: {title}", f"场景：{title}")
        drafting.edit(get_service(), draft_id, draft.revision, step, [change], author=author())
        flash(_("The scenario “%(title)s” is in the draft. It is run on every save from now on.", title=title), "good")  # fmt: skip
        return go(url_for("studio.coverage", draft_id=draft_id))
