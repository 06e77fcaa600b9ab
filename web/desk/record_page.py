"""One record as its page shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import g, request, url_for
from flask.wrappers import Response
from sqlalchemy import Connection

from sopwith.access.allow import allow
from sopwith.access.model import Act
from sopwith.core.decision import Problem
from sopwith.core.events import EventKind
from sopwith.core.record import Clock, RecordState
from sopwith.core.text import Text
from sopwith.release.model import RecordType, Release
from sopwith.store.customers import customer_of
from sopwith.store.files import Attachment, files_of
from sopwith.store.history import (
    KeptMessage,
    events_before,
    events_of,
    explanations_of,
    newest_events,
)
from sopwith.store.lists import RecordFilter, RecordSummary, list_records
from sopwith.store.records import id_of_number, title_of
from sopwith.workflows.layout import Chart, layout
from sopwith.workflows.model import State, Workflow

from ..earlier import earlier_messages, is_earlier
from ..htmx import is_htmx, show
from ..languages import lang
from ..visitor import get_service, visitor
from ..wording import gettext as _
from .approval import ApprovalFacts, approval_facts
from .clock_facts import clock_facts, shown_clocks
from .colleagues import Colleagues, colleagues, names_of
from .duplicates import Twin, twins_of
from .earlier import earlier_lines
from .explain import LONGEST_COMMAND, MOST_COMMANDS, MOST_FOLDED, Explainer
from .history import Line, Teller
from .lists import DeskList, RowWriter, list_address, row_of, show_list
from .playbooks import PlaybookPanel, playbooks_of, reply_named
from .seen import sight
from .views import DeskView
from .ways import NOTHING, TaskLine, Typed, Work, form_of, place_of, show_work, shown_tasks
from .words import (
    channel_word,
    field_title,
    kind_of,
    shown_values,
    state_title,
    workflow_of,
)

TABS = ("conversation", "history", "why", "clocks", "flow")
PANELS = ("assign", "merge", "link", "cancel", "reopen", "due", "tag", "close")
MOST_OTHERS = 6


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
    """Everything that the page of a record shows."""

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
    others: Sequence[Any]
    linked: Sequence[tuple[str, Any, str]]
    customer_notes: Mapping[str, Any]
    tab: str
    extra: Extra
    follows: bool
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
) -> RecordPage:
    """Return the page of the record."""
    live = get_service().releases.live(connection)
    people = colleagues(connection, live)
    kind, workflow, place = (
        kind_of(release, state),
        workflow_of(release, state),
        place_of(release, state),
    )
    may = allowed(state, kind)
    tab = _tab(may)
    selected = request.args.get("task", "")[:80]
    tasks = shown_tasks(connection, release, state, typed, selected) if state.tasks else []
    work = None
    if may["work"] and not state.merged_into:
        work = show_work(connection, release, state, typed)
    chosen = Extra(panel=_panel(), kept=request.args) if not extra.panel else extra
    chosen = Extra(
        panel=chosen.panel,
        kept=chosen.kept,
        problems=extra.problems,
        conflict=extra.conflict,
        again=extra.again,
    )
    title = title_of(connection, state.id) or state.number
    playbooks = playbooks_of(connection, release, state, people, replies=_replies(state, may))
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
        others=_others(connection, state, live, people),
        linked=_linked(connection, state, people),
        customer_notes=_customer(connection, state),
        tab=tab,
        extra=chosen,
        follows=visitor().actor.id in state.followers,
        merge_target=_merge_target(connection, state, live, people, chosen),
        playbooks=playbooks,
        reply=reply_named(playbooks, request.args.get("use", "")),
        twins=twins_of(connection, live, kind, state, title) if may["merge"] else (),
        **_tab_content(connection, state, release, kind, workflow, people, may, tab),
    )


def _replies(state: RecordState, may: Mapping[str, bool]) -> bool:
    """Return whether the visitor may write to the customer here."""
    return may["reply"] and bool(state.customer_id) and not state.merged_into


def _tab(may: Mapping[str, bool]) -> str:
    wish = request.args.get("tab", "")
    if wish not in TABS or (wish in ("history", "why") and not may["history"]):
        return TABS[0]
    return wish


def _panel() -> str:
    wish = request.args.get("do", "")
    return wish if wish in PANELS else ""


def _tab_content(
    connection: Connection,
    state: RecordState,
    release: Release,
    kind: RecordType,
    workflow: Workflow,
    people: Colleagues,
    may: Mapping[str, bool],
    tab: str,
) -> dict[str, Any]:
    picks = names_of(release, people)
    intake = release.forms.get(kind.intake)
    asked = intake.by_id if intake else {}
    rest = {
        name: value for name, value in state.values.items() if name not in asked and name != "title"
    }
    more = {"more_fields": shown_values(kind, state.state, rest, picks)}
    if tab == "conversation":
        messages, earlier = earlier_messages(connection, state.id, public_only=not may["note"])
        files = {one.id: one for one in files_of(connection, state.id, public_only=not may["note"])}
        first = {name: state.values[name] for name in asked if name in state.values}
        return more | {
            "messages": messages,
            "earlier": earlier,
            "files": files,
            "request_fields": shown_values(kind, state.state, first, picks),
        }
    if tab == "flow":
        return more | {"chart": layout(workflow, "zh-CN" if lang() == "zh-CN" else "en")}
    if tab == "clocks":
        events = events_of(connection, state.id, kinds=[EventKind.CLOCK])
        return more | {"clock_facts": clock_facts(release, state, events)}
    if tab == "why":
        return more | _explained(connection, state, release, kind, people)
    whole = request.args.get("all") == "1"
    teller = Teller(release, state, people, picks)
    lines, earlier = earlier_lines(connection, state.id, teller.line, whole=whole)
    return more | {"lines": lines, "earlier": earlier, "whole": whole}


def _explained(
    connection: Connection,
    state: RecordState,
    release: Release,
    kind: RecordType,
    people: Colleagues,
) -> dict[str, Any]:
    """Return why the last commands did what they did; of a very long record only what they say themselves."""
    why = explanations_of(connection, state.id, newest=MOST_COMMANDS)
    last = newest_events(connection, state.id, 1)
    is_long = bool(last) and last[0].seq > MOST_FOLDED
    if is_long:
        events = events_before(connection, state.id, list(why), LONGEST_COMMAND)
    else:
        events = events_of(connection, state.id)
    known = kind if is_long else None
    explainer = Explainer(release, people, events, why, known)
    return {"explained": explainer.commands(), "is_long": is_long}


def _others(
    connection: Connection, state: RecordState, live: Release, people: Colleagues
) -> list[Any]:
    """Return other records of the same customer that the visitor may see."""
    if state.customer_id is None:
        return []
    wanted = RecordFilter(customer_id=state.customer_id, eyes=sight(live))
    found = list_records(connection, wanted, limit=MOST_OTHERS + 1).rows
    lines = RowWriter(people)
    return [lines.row(one) for one in found if one.id != state.id][:MOST_OTHERS]


def _linked(
    connection: Connection, state: RecordState, people: Colleagues
) -> list[tuple[str, Any, str]]:
    """Return what is tied to the record: the kind of tie, the other record if it can be seen, its number."""
    found = {one.id: one for one in _seen_by_id(connection, [one.record for one in state.links])}
    return [
        (
            link_word(one.kind),
            row_of(found[one.record], people) if one.record in found else None,
            one.number,
        )
        for one in state.links
    ]


def _seen_by_id(connection: Connection, ids: list[str]) -> list[RecordSummary]:
    if not ids:
        return []
    live = get_service().releases.live(connection)
    wanted = RecordFilter(ids=frozenset(ids), eyes=sight(live))
    return list(list_records(connection, wanted, limit=len(ids)).rows)


def link_word(kind: str) -> str:
    """Return what ties two records, in words."""
    known = {
        "related": _("Related"),
        "parent": _("Belongs to"),
        "child": _("Has"),
        "follow_up_of": _("Follows up on"),
        "follow_up": _("Followed up by"),
        "merged_into": _("Merged into"),
        "merged_from": _("Took over"),
        "caused_by": _("Caused by"),
        "callback_of": _("Call-back for"),
        "different_from": _("Is not the same as"),
        "blocks": _("Blocks"),
        "blocked_by": _("Waits for"),
    }
    return known.get(kind, kind.replace("_", " "))


def _customer(connection: Connection, state: RecordState) -> dict[str, Any]:
    """Return the facts of the customer as the card shows them: from the account, over what the record noted."""
    facts = dict(state.customer)
    found = customer_of(connection, state.customer_id) if state.customer_id else None
    if found is not None:
        facts |= {
            "name": found.name,
            "email": found.email,
            "phone": found.phone,
            "tags": list(found.tags),
            **found.facts,
        }
    return facts


def _merge_target(
    connection: Connection, state: RecordState, live: Release, people: Colleagues, extra: Extra
) -> Any:
    """Return the record that the merge panel names by its number, if it can be seen."""
    number = str(extra.kept.get("number", "")).strip()
    if extra.panel != "merge" or not number:
        return None
    found = find_number(connection, live, number)
    return row_of(found, people) if found is not None and found.id != state.id else None


def find_number(connection: Connection, live: Release, number: str) -> RecordSummary | None:
    """Return the record that people call *number*, if the visitor may see it."""
    record_id = id_of_number(connection, number)
    found = _seen_by_id(connection, [record_id]) if record_id else []
    return found[0] if found else None


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
        "tabs": _tabs(page.may),
    }


def _text(value: Text) -> str:
    return value.get(lang())


def _tabs(may: Mapping[str, bool]) -> list[tuple[str, str, str]]:
    words = [
        ("conversation", _("Conversation"), "message"),
        ("history", _("History"), "history"),
        ("why", _("Why"), "bulb"),
        ("clocks", _("Clocks"), "clock"),
        ("flow", _("Process"), "sitemap"),
    ]
    return [one for one in words if may["history"] or one[0] not in ("history", "why")]


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
        page = build(connection, state, release, typed, extra)
        beside: DeskList | None = None
        if block is None or not is_htmx():
            beside = show_list(connection, list_address(), size=30)
    more: dict[str, Any] = {"list": beside, "views": beside.views if beside else {}}
    return show("desk/record.html", block, status, **context(page), **more)


__all__ = ["DeskView", "Extra", "RecordPage", "answer", "build", "context", "record"]
