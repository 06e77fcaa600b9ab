"""What a customer sees of a request, in plain words: where it stands, what was promised, what was said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from sopwith.core.commands import AnswerSolved, Cancel, Command, NewMessage, Reopen
from sopwith.core.events import Actor
from sopwith.core.record import Category, ClockStatus, RecordState
from sopwith.core.roles import CUSTOMER
from sopwith.core.text import Text
from sopwith.engine.decide import decide
from sopwith.formbuilder.display import display_value, tones_of
from sopwith.formbuilder.model import Field, FieldType
from sopwith.release.model import Release
from sopwith.sla.model import Metric
from sopwith.store.files import Attachment, files_by_id
from sopwith.store.history import KeptMessage
from sopwith.store.records import title_of
from sopwith.workflows.progress import StepView, customer_steps

from ..earlier import earlier_messages, is_earlier
from ..forms import evaluate
from ..languages import lang, zone
from ..times import by_when
from ..visitor import get_service, now
from ..wording import gettext as _

AS_CUSTOMER = frozenset({CUSTOMER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One message of the conversation. mine: by the customer. name: as the customer may know it."""

    mine: bool
    automatic: bool
    name: str
    text: str
    at: datetime
    files: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One thing that the customer filled in."""

    label: str
    value: str
    files: tuple[Attachment, ...] = ()
    tones: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Following:
    """A request as its customer follows it."""

    number: str
    title: str
    type_title: Text
    state_title: Text
    category: str
    created_at: datetime
    steps: tuple[StepView, ...]
    promise: str
    is_late: bool
    said: tuple[Said, ...]
    earlier: str
    is_earlier: bool
    answers: tuple[Answer, ...]
    may_reply: bool
    may_answer_solved: bool
    may_reopen: bool
    may_cancel: bool


def follow(connection: Connection, release: Release, state: RecordState, actor: Actor) -> Following:
    """Return the request as *actor* follows it; nothing internal is in it."""
    kind = release.record_types[state.type]
    workflow = release.workflows[kind.workflow]
    place = workflow.states[state.state]
    messages, earlier = earlier_messages(connection, state.id, public_only=True)
    wanted = [one for message in messages for one in message.files]
    answers, answer_ids = _answers(release, state)
    files = public_files(connection, state.id, [*wanted, *(i for ids in answer_ids for i in ids)])
    tries = _tries(connection, release, state, actor)
    promise, is_late = promise_words(state)
    return Following(
        number=state.number,
        title=title_of(connection, state.id),
        type_title=kind.title,
        state_title=place.customer_title or place.title,
        category=state.category.value,
        created_at=state.created_at,
        steps=customer_steps(workflow, state.visits, state.state),
        promise=promise,
        is_late=is_late,
        said=tuple(_said(one, files, state) for one in messages),
        earlier=earlier,
        is_earlier=is_earlier(),
        answers=tuple(
            Answer(
                label=one.label,
                value="" if ids else one.value,
                files=tuple(files[i] for i in ids if i in files),
                tones=one.tones,
            )
            for one, ids in zip(answers, answer_ids, strict=True)
        ),
        may_reply=state.merged_into is None,
        may_answer_solved=state.category is Category.RESOLVED and tries["solved"],
        may_reopen=state.category is Category.CLOSED and tries["reopen"],
        may_cancel=state.is_open and tries["cancel"],
    )


def public_files(
    connection: Connection, record_id: str, ids: list[str]
) -> Mapping[str, Attachment]:
    """Return those of *ids* that belong to the record and are for the customer."""
    return {
        key: one
        for key, one in files_by_id(connection, ids).items()
        if one.record_id == record_id and one.visibility == "public" and one.state == "ready"
    }


def _said(message: KeptMessage, files: Mapping[str, Attachment], state: RecordState) -> Said:
    mine = message.author_kind == "customer"
    name = message.author_name
    if mine:
        name = name or str(state.customer.get("name", "")) or _("You")
    elif message.author_kind == "system" or not name:
        name = _("Service team")
    return Said(
        mine=mine,
        automatic=message.author_kind == "system",
        name=name,
        text=message.text,
        at=message.created_at,
        files=tuple(files[one] for one in message.files if one in files),
    )


def _answers(release: Release, state: RecordState) -> tuple[list[Answer], list[list[str]]]:
    """Return what the intake form shows a customer of its filled fields, and the files of each."""
    form = release.forms[release.record_types[state.type].intake]
    result = evaluate(
        form,
        {},
        scope={**state.values, "customer": state.customer, "channel": state.channel},
        roles=AS_CUSTOMER,
        state=state.state,
        lookup=None,
        partial=True,
    )
    found: list[Answer] = []
    ids: list[list[str]] = []
    for one in form.fields:
        stand, value = result.states.get(one.id), state.values.get(one.id)
        if stand is None or not stand.visible or value in (None, "", []):
            continue
        if one.type in (FieldType.HEADING, FieldType.USER, FieldType.TEAM, FieldType.CUSTOMER):
            continue
        shown = _in_words(one, value)
        tones = tones_of(one, value, lang())
        found.append(Answer(label=one.title.get(lang()), value=shown, tones=tones))
        is_files = one.type is FieldType.FILES and isinstance(value, list)
        ids.append([str(i) for i in value] if is_files else [])
    return found, ids


def _in_words(one: Field, value: object) -> str:
    """Return a value as people read it; a table with a line for each row."""
    if one.type is not FieldType.TABLE or not isinstance(value, list):
        return display_value(one, value, lang(), zone=zone())
    lines = []
    for row in value:
        cells = (
            display_value(column, row.get(column.id), lang(), zone=zone()) for column in one.columns
        )
        lines.append(" · ".join(cell for cell in cells if cell))
    return "\n".join(lines)


def _tries(
    connection: Connection, release: Release, state: RecordState, actor: Actor
) -> dict[str, bool]:
    """Return what the engine would let *actor* do: asked by deciding it, and throwing the decision away."""
    directory = get_service().directory(connection, release, now())
    message = NewMessage(id="try", text="?")
    wishes: dict[str, Command] = {
        "solved": AnswerSolved(actor=actor, solved=True),
        "reopen": Reopen(actor=actor, message=message),
        "cancel": Cancel(actor=actor),
    }
    return {
        name: decide(release, state, wish, now(), directory).accepted
        for name, wish in wishes.items()
    }


def promise_words(state: RecordState) -> tuple[str, bool]:
    """Return what the customer was promised next in one sentence, and whether we are late."""
    if state.category in (Category.RESOLVED, Category.CLOSED):
        return "", False
    if state.category is Category.WAITING and _has_paused(state):
        return _("We are waiting for your answer; our clock stands still until then."), False
    first = _due(state, Metric.FIRST_RESPONSE)
    if first is not None:
        if first > now():
            return _("First answer by %(when)s", when=by_when(first)), False
        return _("We are late with our first answer, and we are sorry. We are on it."), True
    end = _due(state, Metric.RESOLUTION)
    if end is None:
        return "", False
    if end > now():
        return _("Solved by %(when)s", when=by_when(end)), False
    return _("This takes longer than we promised, and we are sorry. We are on it."), True


def _due(state: RecordState, metric: Metric) -> datetime | None:
    running = (
        one.due_at
        for one in state.clocks.values()
        if one.metric == metric.value and one.status is ClockStatus.RUNNING
    )
    return next((due for due in running if due is not None), None)


def _has_paused(state: RecordState) -> bool:
    return any(one.status is ClockStatus.PAUSED for one in state.clocks.values())
