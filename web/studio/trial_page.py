"""Everything that the page of a trial shows, as whoever is pretended to be sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from sopwith.access.allow import allow
from sopwith.access.model import Act
from sopwith.core import commands as c
from sopwith.core.plain import to_plain
from sopwith.core.record import Category, Clock, RecordState
from sopwith.engine.decide import decide
from sopwith.engine.scope import scope_of
from sopwith.expressions import Context
from sopwith.lab.trial import Played
from sopwith.messages.survey import lowest_score
from sopwith.release.model import RecordType, Release
from sopwith.store.files import Attachment
from sopwith.store.history import KeptMessage
from sopwith.workflows.model import State, Workflow

from ..desk.approval import ApprovalFacts, approval_facts
from ..desk.clock_facts import ClockFacts, clock_facts, shown_clocks
from ..desk.explain import Clause, Explained, clause
from ..desk.record_beside import link_word
from ..desk.ways import TaskLine, Work, show_work, shown_tasks
from ..desk.words import kind_of, labels_of, shown_values, state_title, workflow_of
from ..flowchart import FlowChart, flow_chart, workflow_names
from ..forms import ShownForm, show_form
from ..languages import lang, zone
from ..visitor import now, visitor
from .trial_steps import NEW, Wish, intake_scope
from .trial_story import Outgoing, StepLine, Storyteller
from .trial_world import Who, everybody, names_of, people_of, waits_for, world_of

TABS = ("chart", "why", "clocks", "out")


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """Classes for states and ways of a chart, and what they mean in words."""

    nodes: Mapping[str, str] = field(default_factory=dict)
    edges: Mapping[tuple[str, str], str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """The condition of one way out, as it stands now."""

    title: str
    open: bool
    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a customer, or a colleague beside the form, may do now. scores: of an unanswered survey.

    merge, link: the other records that this one can go into or be tied to, by name and title. follow: whether
    one would begin to follow it or end that, None where one may do neither.
    """

    reply: bool = False
    note: bool = False
    take: bool = False
    assign: bool = False
    solved: bool = False
    cancel: bool = False
    reopen: bool = False
    tag: bool = False
    merge: tuple[tuple[str, str], ...] = ()
    link: tuple[tuple[str, str], ...] = ()
    follow: bool | None = None
    question: str = ""
    scores: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFacts:
    """The record that the page is about, as whoever is pretended to be sees it."""

    state: RecordState
    name: str
    kind: RecordType
    workflow: Workflow
    place: State
    title: str
    may: Mapping[str, bool]
    work: Work | None
    tasks: Sequence[TaskLine]
    approval: ApprovalFacts | None
    choices: Choices
    said: Sequence[KeptMessage]
    values: Sequence[Mapping[str, Any]]
    clocks: Sequence[tuple[str, Clock]]
    chart: FlowChart
    marks: Marks
    explained: Sequence[Explained]
    guards: Sequence[Guard]
    clock_facts: Sequence[ClockFacts]
    files: Mapping[str, Attachment]
    links: Sequence[tuple[str, str, str]]
    followers: Sequence[str]
    is_long: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialPage:
    """The page. record: None before anything was opened; intake: the form that opens it then. is_new: it opens one more."""

    played: Played
    at: datetime
    next_due: datetime | None
    who: str
    people: Sequence[Who]
    wanted: str
    tab: str
    steps: Sequence[StepLine]
    out: Sequence[Outgoing]
    records: Sequence[tuple[str, str]]
    misfits: int
    record: RecordFacts | None = None
    intake: ShownForm | None = None
    kind: RecordType | None = None
    is_new: bool = False

    @property
    def count(self) -> int:
        """Return how many steps the page shows: what comes next is sent with it."""
        return len(self.played.trial.steps)


def build(
    connection: Connection, played: Played, name: str, who: str, tab: str, wish: Wish
) -> TrialPage:
    """Return the page of a trial. name: of the record; the visitor is whoever is pretended to be."""
    world, release = played.player.world, played.player.release
    teller = Storyteller(played, people_of(played), names_of(played))
    steps = teller.steps()
    state = played.record(name)
    kind = release.record_types.get(played.trial.record_type)
    intake = None
    is_new = name == NEW and bool(played.trial.steps)
    if state is None and kind is not None and (is_new or not played.trial.steps):
        intake = _intake(connection, played, kind, wish)
    return TrialPage(
        played=played,
        at=world.now,
        next_due=world.next_due(),
        who=who,
        people=everybody(release, played.cast),
        wanted=waits_for(played, state) if state is not None else "",
        tab=tab if tab in TABS else TABS[0],
        steps=steps,
        out=[one for step in reversed(steps) for one in step.out],
        records=[(one, _record_title(played, one)) for one in played.names()],
        misfits=sum(1 for one in steps if one.misfit),
        record=_record(connection, played, teller, state, name, wish) if state else None,
        intake=intake,
        kind=kind,
        is_new=is_new,
    )


def _record_title(played: Played, name: str) -> str:
    state = played.record(name)
    if state is None:
        return name
    return f"{state.number} {kind_of(played.player.release, state).title.get(lang())}"


def _intake(connection: Connection, played: Played, kind: RecordType, wish: Wish) -> ShownForm | None:  # fmt: skip
    release = played.player.release
    form = release.forms.get(kind.intake)
    if form is None:
        return None
    return show_form(
        connection,
        release,
        form,
        dict(wish.typed.values),
        scope=intake_scope(played, kind),
        roles=visitor().actor.roles,
        state=None,
        told=wish.told,
        more=wish.typed.problems,
    )


def _record(
    connection: Connection,
    played: Played,
    teller: Storyteller,
    state: RecordState,
    name: str,
    wish: Wish,
) -> RecordFacts:
    release = played.player.release
    kind, workflow = kind_of(release, state), workflow_of(release, state)
    place = workflow.states[state.state]
    actor = visitor().actor
    is_customer = actor.kind == "customer"
    may = {act.value: allow(kind.access, act, actor, state) for act in Act}
    works = may["work"] and not is_customer and not state.merged_into
    events = teller.events(state.id)
    return RecordFacts(
        state=state,
        name=name,
        kind=kind,
        workflow=workflow,
        place=place,
        title=str(state.values.get("title") or state.number),
        may=may,
        work=show_work(connection, release, state, wish.typed) if works else None,
        tasks=shown_tasks(connection, release, state, wish.typed) if not is_customer else (),
        approval=None if is_customer else approval_facts(place, state, teller.people),
        choices=_choices(played, state, may),
        said=teller.said(state.id, public_only=not may["note"]),
        values=shown_values(kind, state.state, state.values, teller.names),
        clocks=shown_clocks(release, state),
        chart=flow_chart(
            workflow,
            "zh-CN" if lang() == "zh-CN" else "en",
            names=workflow_names(release, workflow),
            labels=labels_of(release, kind),
            present=state.state,
            past=frozenset(state.visits),
        ),
        marks=walked(played, state),
        explained=teller.explained(state.id),
        guards=_guards(release, state),
        clock_facts=clock_facts(release, state, events),
        files=_files(played, state, teller),
        links=[
            (link_word(one.kind), one.number, _name_of(played, one.record)) for one in state.links
        ],
        followers=[teller.people.name(one) for one in state.followers],
    )


def _files(played: Played, state: RecordState, teller: Storyteller) -> Mapping[str, Attachment]:
    """Return the files of the record's conversation and values, by the name that steps give them."""
    said = [one for message in teller.said(state.id, public_only=False) for one in message.files]
    held = [
        one for value in state.values.values() if isinstance(value, list | tuple) for one in value
    ]
    return world_of(played).files(one for one in dict.fromkeys([*said, *map(str, held)]) if one)


def _name_of(played: Played, record: str) -> str:
    """Return by which name the page speaks of a record of the trial."""
    return next(
        (name for name in played.names() if (one := played.record(name)) and one.id == record), ""
    )


def walked(played: Played, state: RecordState) -> Marks:
    """Return the path that the record took, lit."""
    found = {}
    for event in played.player.world.events.get(state.id, ()):
        if event.kind == "state" and event.body.get("from"):
            found[str(event.body["from"]), str(event.body["to"])] = "lit"
    return Marks(nodes=dict.fromkeys(state.visits, "lit"), edges=found)


def _guards(release: Release, state: RecordState) -> list[Guard]:
    """Return each condition on a way out of the present state, clause by clause, with what it saw."""
    workflow = workflow_of(release, state)
    labels = labels_of(release, kind_of(release, state))
    scope, context = scope_of(state), Context(now=now(), zone=zone(), changed=frozenset())
    found = []
    for way in workflow.states[state.state].go:
        if way.when is not None:
            trace = way.when.explain(scope, context, labels)
            title = way.title.get(lang()) or state_title(workflow, way.to)
            clauses = (clause(way.when, to_plain(trace), labels),)
            found.append(Guard(title=title, open=trace.result is True, clauses=clauses))
    return found


def _others(played: Played, state: RecordState) -> tuple[tuple[str, str, RecordState], ...]:
    """Return the other records of the trial, by name and title."""
    found = [(name, played.record(name)) for name in played.names()]
    return tuple(
        (name, _record_title(played, name), one)
        for name, one in found
        if one is not None and one.id != state.id
    )


def _mergeable(played: Played, state: RecordState) -> tuple[tuple[str, str], ...]:
    """Return the records of the trial into which *state* can be merged."""
    if state.merged_into or workflow_of(played.player.release, state).merged is None:
        return ()
    return tuple(
        (name, title)
        for name, title, one in _others(played, state)
        if one.type == state.type and not one.merged_into
    )


def _linkable(played: Played, state: RecordState) -> tuple[tuple[str, str], ...]:
    """Return the records of the trial that can be tied to *state*."""
    tied = {one.record for one in state.links}
    return tuple((name, title) for name, title, one in _others(played, state) if one.id not in tied)


def _choices(played: Played, state: RecordState, may: Mapping[str, bool]) -> Choices:
    actor = visitor().actor
    is_customer = actor.kind == "customer"
    own = not is_customer or actor.id == state.customer_id
    open_asks = [one for one in state.surveys.values() if one.answered_at is None]
    survey = played.player.release.surveys.get(open_asks[-1].survey) if open_asks else None
    asks_now = survey is not None and is_customer and own

    def works(command: c.Command) -> bool:
        world = played.player.world
        return decide(world.release, state, command, world.now, world.town).accepted

    return Choices(
        reply=own and may["reply"] and not state.merged_into and bool(state.customer_id),
        note=may["note"] and not is_customer,
        take=may["take"] and not is_customer and state.is_open and state.owner != actor.id,
        assign=may["assign"] and not is_customer and state.is_open,
        solved=is_customer
        and own
        and state.category is Category.RESOLVED
        and works(c.AnswerSolved(actor=actor, solved=True)),
        cancel=own and may["cancel"] and works(c.Cancel(actor=actor, reason="")),
        tag=may["work"] and not is_customer and not state.merged_into,
        merge=_mergeable(played, state) if may["merge"] and not is_customer else (),
        link=_linkable(played, state) if may["work"] and not is_customer else (),
        follow=None if is_customer or not may["read"] else actor.id not in state.followers,
        reopen=own and may["reopen"] and not state.is_open and works(c.Reopen(actor=actor)),
        question=survey.question.get(lang()) if survey is not None and asks_now else "",
        scores=tuple(range(lowest_score(survey), survey.scale + 1))
        if survey is not None and asks_now
        else (),
    )
