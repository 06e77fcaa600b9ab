"""One record as its page shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask import g, request, url_for
from flask.wrappers import Response
from sqlalchemy import Connection

from sopwith.access.allow import allow
from sopwith.access.model import Act
from sopwith.core.decision import Problem
from sopwith.core.record import Clock, RecordState
from sopwith.core.text import Text
from sopwith.release.model import RecordType, Release
from sopwith.store.files import Attachment
from sopwith.store.history import KeptMessage
from sopwith.store.records import title_of
from sopwith.workflows.layout import Chart
from sopwith.workflows.model import State, Workflow

from ..earlier import is_earlier
from ..htmx import is_htmx, show
from ..languages import lang
from ..visitor import get_service, visitor
from .approval import ApprovalFacts, approval_facts
from .clock_facts import shown_clocks
from .colleagues import Colleagues, colleagues
from .duplicates import Twin, twins_of
from .history import Line
from .lists import DeskList, list_address, show_list
from .playbooks import PlaybookPanel, playbooks_of, reply_named
from .record_beside import customer_facts, linked_to, merge_target, others_of
from .record_tabs import chosen_tab, tab_content, tabs_of
from .views import DeskView
from .ways import NOTHING, TaskLine, Typed, Work, form_of, place_of, show_work, shown_tasks
from .words import channel_word, field_title, kind_of, state_title, workflow_of

WHOLE = (None, "ticket")
"""What shows all there is of a record: its page, and the part of it that htmx puts beside the list."""
PANELS = ("assign", "merge", "link", "cancel", "reopen", "due", "tag", "close")


@dataclass(frozen=True, slots=True, kw_only=True)
class Extra:
    """What a command left behind: the panel to show with what was typed into it, and what went wrong."""

    panel: str = ""
    kept: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    conflict: tuple[Line, ...] = ()
    again: Mapping[str, str] = field(default_factory=dict)


NO_EXTRA = Extra()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPage:
    """Everything that the page of a record shows; of a part of it only what that part needs."""

    state: RecordState
    release: Release
    kind: RecordType
    workflow: Workflow
    place: State
    title: str
    people: Colleagues
    may: Mapping[str, bool]
    clocks: Sequence[tuple[str, Clock]]
    work: Work | None
    tasks: Sequence[TaskLine]
    approval: ApprovalFacts | None
    guidance: str
    tab: str
    extra: Extra
    follows: bool
    others: Sequence[Any] = ()
    linked: Sequence[tuple[str, Any, str]] = ()
    customer_notes: Mapping[str, Any] = field(default_factory=dict)
    messages: Sequence[KeptMessage] = ()
    files: Mapping[str, Attachment] = field(default_factory=dict)
    request_fields: Sequence[Mapping[str, Any]] = ()
    more_fields: Sequence[Mapping[str, Any]] = ()
    lines: Sequence[Line] = ()
    whole: bool = False
    earlier: str = ""
    explained: Sequence[Any] = ()
    clock_facts: Sequence[Any] = ()
    chart: Chart | None = None
    merge_target: Any = None
    twins: Sequence[Twin] = ()
    is_long: bool = False
    playbooks: Sequence[PlaybookPanel] = ()
    reply: str = ""


def record() -> tuple[RecordState, Release]:
    """Return the record that the policy admitted the visitor to."""
    return g.record, g.release


def allowed(state: RecordState, kind: RecordType) -> dict[str, bool]:
    """Return for each act whether the visitor may do it here."""
    actor = visitor().actor
    return {act.value: allow(kind.access, act, actor, state) for act in Act}


def build(
    connection: Connection,
    state: RecordState,
    release: Release,
    typed: Typed = NOTHING,
    extra: Extra = NO_EXTRA,
    part: str | None = None,
) -> RecordPage:
    """Return the page of the record. part: the one block of it that is going to be shown."""
    live = get_service().releases.live(connection)
    people = colleagues(connection, live)
    kind, workflow, place = (
        kind_of(release, state),
        workflow_of(release, state),
        place_of(release, state),
    )
    may = allowed(state, kind)
    tab = chosen_tab(may)
    selected = request.args.get("task", "")[:80]
    tasks = shown_tasks(connection, release, state, typed, selected) if state.tasks else []
    work = None
    if may["work"] and not state.merged_into:
        work = show_work(connection, release, state, typed)
    chosen = _with_panel(extra)
    title = title_of(connection, state.id) or state.number
    more: dict[str, Any] = {}
    if part in WHOLE:
        more = _beside(connection, state, live, people)
        more["twins"] = twins_of(connection, live, kind, state, title) if may["merge"] else ()
    if part in (*WHOLE, "tab"):
        more |= tab_content(connection, state, release, kind, workflow, people, may, tab)
    if part in (*WHOLE, "tab", "playbooks"):
        playbooks = playbooks_of(connection, release, state, people, replies=_replies(state, may))
        more |= {
            "playbooks": playbooks,
            "reply": reply_named(playbooks, request.args.get("use", "")),
        }
    return RecordPage(
        state=state,
        release=release,
        kind=kind,
        workflow=workflow,
        place=place,
        title=title,
        people=people,
        may=may,
        clocks=shown_clocks(release, state),
        work=work,
        tasks=tasks,
        approval=approval_facts(place, state, people),
        guidance=place.guidance.get(lang()),
        tab=tab,
        extra=chosen,
        follows=visitor().actor.id in state.followers,
        merge_target=merge_target(connection, state, live, people, chosen.panel, chosen.kept),
        **more,
    )


def _beside(
    connection: Connection, state: RecordState, live: Release, people: Colleagues
) -> dict[str, Any]:
    return {
        "others": others_of(connection, state, live),
        "linked": linked_to(connection, state, people),
        "customer_notes": customer_facts(connection, state),
    }


def _with_panel(extra: Extra) -> Extra:
    """Return what a command left behind, else with the panel that the address opens."""
    return extra if extra.panel else replace(extra, panel=_panel(), kept=request.args)


def _replies(state: RecordState, may: Mapping[str, bool]) -> bool:
    """Return whether the visitor may write to the customer here."""
    return may["reply"] and bool(state.customer_id) and not state.merged_into


def _panel() -> str:
    wish = request.args.get("do", "")
    return wish if wish in PANELS else ""


def context(page: RecordPage) -> dict[str, Any]:
    """Return what the templates of the record read."""
    state = page.state
    back = list_address()
    return {
        "page": page,
        "state": state,
        "may": page.may,
        "work": page.work,
        "back": back,
        "address": url_for("desk.record", record_id=state.id, **back),
        "state_name": page.place.title.get(lang()),
        "state_of": lambda one: state_title(page.workflow, one),
        "channel": channel_word(state.channel),
        "field_title": lambda name: field_title(page.kind, name),
        "priority": state.values.get(page.kind.priority_field),
        "type_title": page.kind.title.get(lang()),
        "has_form": form_of(page.release, state) is not None,
        "text": _text,
        "is_earlier": is_earlier(),
        "tabs": tabs_of(page.may),
    }


def _text(value: Text) -> str:
    return value.get(lang())


def answer(
    state: RecordState,
    release: Release,
    *,
    typed: Typed = NOTHING,
    extra: Extra = NO_EXTRA,
    status: int = 200,
    block: str | None = None,
) -> Response:
    """Return the page of the record, or for htmx the block that it asked for."""
    with get_service().database.reading() as connection:
        part = block if is_htmx() else None
        page = build(connection, state, release, typed, extra, part)
        beside: DeskList | None = None
        if part is None:
            beside = show_list(connection, list_address(), size=30, people=page.people)
    more: dict[str, Any] = {"list": beside, "views": beside.views if beside else {}}
    return show("desk/record.html", block, status, **context(page), **more)


__all__ = ["DeskView", "Extra", "RecordPage", "answer", "build", "context", "record"]
