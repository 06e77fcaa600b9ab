"""What a page of a trial sends, as a step: the same that portal and desk would make a command of."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import request
from sqlalchemy import Connection

from sopwith.access.allow import allow
from sopwith.access.model import Act
from sopwith.core.decision import Problem
from sopwith.core.record import RecordState
from sopwith.formbuilder.model import Form
from sopwith.lab.steps import RELATED
from sopwith.lab.trial import Played, local_time
from sopwith.release.model import RecordType, Release

from ..desk.duplicates import DIFFERENT
from ..desk.people_commands import tags_in
from ..desk.ways import Typed, asked_form, asks, clean, form_of, way_of
from ..forms import directory_of, evaluate, read_page, sent_files
from ..languages import lang
from ..visitor import visitor
from ..wording import gettext as _

LONGEST = 20_000
LONGEST_NAME = 200
MOST_FILES = 20
"""One message may have so many."""
FARTHEST = timedelta(days=400)
JUMPS = ("10m", "1h", "8h", "1d", "7d")
_AT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?")
Step = dict[str, Any]
NEW = "+"
"""In the place of a record's name: one more is to be opened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants to do. step: None while the page has something to ask or to say first."""

    step: Step | None = None
    typed: Typed = field(default_factory=Typed)
    told: bool = False
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """About which record of which trial, and as whom."""

    connection: Connection
    played: Played
    name: str
    state: RecordState
    who: str

    @property
    def release(self) -> Release:
        """Return the draft's release."""
        return self.played.player.release

    def by(self, do: str, **more: Any) -> Step:
        """Return a step of whoever is pretended to be, without what is empty."""
        step: Step = {"do": do}
        if self.who.startswith("user:"):
            step["as"] = self.who.partition(":")[2]
        if self.name:
            step["record"] = self.name
        return step | {key: one for key, one in more.items() if one not in (None, "", {}, [])}


def filled(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that say something: a scenario is read by people."""
    return {key: one for key, one in values.items() if one not in (None, "", [])}


# --- opening --------------------------------------------------------------------------------------


def intake_scope(played: Played, kind: RecordType) -> dict[str, Any]:
    """Return what conditions of the intake form see before anything is filled in."""
    who = visitor()
    facts = played.player.world.town.customers.get(who.customer.id, {}) if who.customer else {}
    defaults = {one.id: one.default for one in kind.fields if one.default is not None}
    return {**defaults, "customer": dict(facts), "channel": "portal", "lang": lang()}


def opening(connection: Connection, played: Played, kind: RecordType, form: Form) -> Wish:
    """Return the step that opens the record, or the form with what is wrong in it."""
    who = visitor()
    typed = read_page(form)
    result = evaluate(
        form,
        typed,
        scope=intake_scope(played, kind),
        roles=who.actor.roles,
        state=None,
        lookup=directory_of(connection, played.player.release),
    )
    if not result.accepted:
        return Wish(typed=Typed(values=typed), told=True)
    step: Step = {"do": "create"}
    behalf = request.form.get("_for", "")
    if who.customer is not None:
        step["customer"] = who.customer.id
    elif who.user is not None:
        step["by"] = who.user.id
        if behalf in played.player.world.town.customers:
            step["customer"] = behalf
    if lang() != "en":
        step["lang"] = lang()
    if played.trial.steps:
        step["as"] = _next_name(played)
    values = {name: result.values.get(name) for name in form.by_id if name in result.values}
    return Wish(step=step | {"values": filled(values)}, typed=Typed(values=typed))


def _next_name(played: Played) -> str:
    """Return by which name steps speak of the next record that is opened by hand."""
    taken, number = played.names(), 2
    while f"R{number}" in taken:
        number += 1
    return f"R{number}"


# --- forms and ways out ---------------------------------------------------------------------------


def typed_now(release: Release, state: RecordState) -> Typed:
    """Return what is typed into the state's form and into what the chosen way asks for."""
    chosen = request.form.get("_asked") or request.form.get("_to", "")
    way = way_of(release, state, chosen)
    form, extra = form_of(release, state), asked_form(release, state, way) if way else None
    values = {**(read_page(form) if form else {}), **(read_page(extra) if extra else {})}
    return Typed(values=values, way=request.form.get("_asked", ""), note=_text("_note"))


def _text(name: str) -> str:
    return request.form.get(name, "").replace("\r\n", "\n").strip()[:LONGEST]


def _sound(asked: Asked, form: Form | None, values: Mapping[str, Any]) -> dict[str, Any]:
    mine = {key: one for key, one in values.items() if form is not None and key in form.by_id}
    return clean(asked.connection, asked.release, asked.state, form, mine)


def _go(asked: Asked) -> Wish:
    release, state, to = asked.release, asked.state, request.form.get("_to", "")
    typed, way = typed_now(release, state), way_of(release, state, to)
    if way is not None and asks(release, state, way) and request.form.get("_asked") != to:
        return Wish(typed=Typed(values=typed.values, way=to, note=typed.note))
    extra = asked_form(release, state, way) if way else None
    values = _sound(asked, form_of(release, state), typed.values) | _sound(asked, extra, typed.values)  # fmt: skip
    kept = Typed(values=typed.values, way=to, note=typed.note)
    return Wish(step=asked.by("go", to=to, values=filled(values), note=typed.note), typed=kept)


def _submit(asked: Asked) -> Wish:
    form, typed = form_of(asked.release, asked.state), typed_now(asked.release, asked.state)
    if form is None:
        return Wish(error=_("This state has no form."))
    values = _sound(asked, form, typed.values)
    return Wish(step=asked.by("submit", form=form.id, values=filled(values)), typed=typed)


def _check(asked: Asked) -> Wish:
    item, _sep, done = request.form.get("_item", "").partition("=")
    step = asked.by("check", item=item)
    return Wish(step=step if done == "1" else step | {"done": False})


def task_form(asked_state: RecordState, release: Release, task_id: str) -> Form | None:
    """Return the form of a task, None when it has none."""
    task = asked_state.tasks.get(task_id)
    return release.forms.get(task.form) if task and task.form else None


def _finish(asked: Asked) -> Wish:
    task = request.form.get("_task", "")
    form = task_form(asked.state, asked.release, task)
    values = read_page(form) if form else {}
    sound = clean(asked.connection, asked.release, asked.state, form, values)
    step = asked.by("finish", task=task, values=filled(sound))
    return Wish(step=step, typed=Typed(values=values, task=task))


# --- the rest -------------------------------------------------------------------------------------


def _decide(asked: Asked) -> Wish:
    return Wish(step=asked.by(request.form["_do"], note=_text("_note")))


def _say(asked: Asked) -> Wish:
    sent = [*request.form.getlist("files"), *sent_files("upload:files")]
    files = [one[:LONGEST_NAME] for one in dict.fromkeys(sent) if one][:MOST_FILES]
    if not _text("_text") and not files:
        return Wish(error=_("Write something first."))
    return Wish(step=asked.by(request.form["_do"], text=_text("_text"), files=files))


def _assign(asked: Asked) -> Wish:
    owner = request.form.get("_owner", "")
    return Wish(step=asked.by("assign", owner=owner, task=request.form.get("_task", "")))


def _solved(asked: Asked) -> Wish:
    answer = "yes" if request.form.get("_answer") == "yes" else "no"
    return Wish(step=asked.by("solved", answer=answer, text=_text("_text")))


def _survey(asked: Asked) -> Wish:
    score = request.form.get("_score", "")
    if not score.isascii() or not score.isdigit() or len(score) > 2:
        return Wish(error=_("Please choose an answer."))
    return Wish(step={**asked.by("survey", comment=_text("_text")), "score": int(score)})


def _cancel(asked: Asked) -> Wish:
    return Wish(step=asked.by("cancel", reason=_text("_text")))


def _reopen(asked: Asked) -> Wish:
    return Wish(step=asked.by("reopen", text=_text("_text")))


def _approver(asked: Asked) -> Wish:
    user, instead = request.form.get("_user", ""), request.form.get("_how") == "instead"
    return Wish(step=asked.by("add_approver", user=user, instead=instead or None))


def _tag(asked: Asked) -> Wish:
    wanted = tags_in(_text("_tags"))
    add = [one for one in wanted if one not in asked.state.tags]
    remove = [one for one in asked.state.tags if one not in wanted]
    if not add and not remove:
        return Wish(error=_("These are its tags already."))
    return Wish(step=asked.by("tag", add=add, remove=remove))


def _merge(asked: Asked) -> Wish:
    """Close the record as merged into another of the trial; the first one has no name but its id."""
    name = request.form.get("_into", "")
    other = asked.played.record(name)
    if other is None or other.id == asked.state.id:
        return Wish(error=_("Choose the record into which this one goes."))
    return Wish(step=asked.by("merge", into=name or other.id))


def _link(asked: Asked) -> Wish:
    """Tie another record of the trial to this one, as the desk ties two by number."""
    name = request.form.get("_other", "")
    other = asked.played.record(name)
    access = asked.release.record_types[asked.state.type].access
    if other is None or other.id == asked.state.id:
        return Wish(error=_("Choose the record to link."))
    if not allow(access, Act.WORK, visitor().actor, asked.state):
        return Wish(error=_("Whoever you act as may not work on this record."))
    kind = DIFFERENT if request.form.get("_kind") == DIFFERENT else RELATED
    return Wish(step=asked.by("link", other=name or other.id, kind=kind))


def _follow(asked: Asked) -> Wish:
    step = asked.by("follow")
    return Wish(step=step if request.form.get("_follow") == "1" else step | {"follow": False})


ACTS: Mapping[str, Callable[[Asked], Wish]] = {
    "go": _go,
    "submit": _submit,
    "check": _check,
    "finish": _finish,
    "approve": _decide,
    "reject": _decide,
    "reply": _say,
    "note": _say,
    "message": _say,
    "assign": _assign,
    "solved": _solved,
    "survey": _survey,
    "cancel": _cancel,
    "reopen": _reopen,
    "add_approver": _approver,
    "tag": _tag,
    "merge": _merge,
    "link": _link,
    "follow": _follow,
}


def time_travel(played: Played) -> Wish:
    """Return the step that moves the clock on: by a while, to the next timer, or to a date and time."""
    wish, world = request.form.get("_by", ""), played.player.world
    if wish in JUMPS:
        return Wish(step={"do": "wait", "value": wish})
    zone = played.trial.zone
    if wish == "next":
        due = world.next_due()
        if due is None:
            return Wish(error=_("Nothing waits for a time now."))
        return Wish(step={"do": "until", "value": local_time(max(due, world.now), zone)})
    text = request.form.get("_at", "")
    if not _AT.fullmatch(text):
        return Wish(error=_("Choose a date and a time."))
    try:
        at = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))
    except ValueError:
        return Wish(error=_("Choose a date and a time."))
    if not world.now < at <= world.now + FARTHEST:
        return Wish(error=_("Choose a time after the clock of the trial, at most %(days)d days later.", days=FARTHEST.days))  # fmt: skip
    return Wish(step={"do": "until", "value": local_time(at, zone)})


def presence(played: Played) -> Wish:
    """Return the step that sends a colleague away, or brings them back."""
    person = played.player.world.town.people.get(request.form.get("_person", ""))
    if person is None:
        return Wish(error=_("Choose a colleague."))
    return Wish(step={"do": "away" if person.present else "back", "value": person.id})


def refused(wish: Wish, problems: tuple[Problem, ...]) -> Wish:
    """Return the wish as it stands after the engine said no."""
    kept = wish.typed
    typed = Typed(
        values=kept.values, way=kept.way, note=kept.note, task=kept.task, problems=problems
    )
    words = " ".join(one.message(lang()) for one in problems)
    return Wish(typed=typed, told=True, error=words)
