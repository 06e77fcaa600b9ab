"""Rules, decision tables, routing chains and teams as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from ..core.span import NOWHERE, Span
from ..core.text import Text
from ..expressions import Duration, Expression
from .roster_model import OnCall, Shift

DEFAULT_ESCALATION = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One thing a rule does. *args* are plain JSON; durations in them stay texts such as ``3bd``.

    By kind: set {FIELD: value} - raise {field, by} - table {table} - assign {team | user | user_field |
    lead_of} - route {routing} - notify {to: [...], template, channel} - page {team, template} - comment
    {template | text: {en, zh-CN}, public} - tag, untag {tags: [...]} - transition {to} - escalate {kind, to: {...}} -
    start {id, title, owner: {...}, form, limit} - create {type, link, delay, calendar, values: {...}, owner: {...}} -
    survey {survey, delay} - webhook {url, secret, event} - follow {who: [...]}. Keys that were not
    written and have no default are absent; defaults that are filled in: raise.by 1, notify.channel
    both, comment.public False, escalate.kind functional.

    expressions: compiled parts by dotted name for values written as {value: "..."}: ``set.FIELD``
    and ``create.FIELD``. spans: places of arguments by the same kind of name (``notify.template``).
    """

    kind: str
    args: Mapping[str, Any]
    expressions: Mapping[str, Expression] = field(default_factory=dict)
    span: Span = NOWHERE
    spans: Mapping[str, Span] = field(default_factory=dict)

    def place(self, name: str) -> Span:
        """Return where the argument *name* stands, else where the action does."""
        return self.spans.get(f"{self.kind}.{name}", self.span)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recent:
    """A count over past records: at least *at_least* of *record_type* within *within* with equal *same* fields."""

    record_type: str
    within: Duration
    at_least: int
    same: tuple[str, ...] = ()
    when: Expression | None = None
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """When a rule is looked at. kind: event | after | at | every.

    event: name such as ``created`` or ``entered:diagnosis`` (see docs/definitions.md). after: *duration*
    in state *state*. at: the date field plus *offset*, or minus it with *before*; *time* is the wall-clock
    time ("09:00") when the field holds a day only. every: *duration*, at *time*.
    calendar: whose working time and days count.
    """

    kind: str
    event: str = ""
    duration: Duration | None = None
    state: str = ""
    date_field: str = ""
    offset: Duration | None = None
    before: bool = False
    time: str = ""
    calendar: str | None = None
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule. record_type ``any``: for all record types. order: lower first, then by id."""

    id: str
    title: Text
    record_type: str
    triggers: tuple[Trigger, ...]
    when: Expression | None = None
    recent: Recent | None = None
    then: tuple[Action, ...] = ()
    order: int = 100
    enabled: bool = True
    once: bool = False  # at most once for each record
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Cell:
    """What one cell of a decision table accepts.

    op: any | in | not in | < | <= | > | >= | other; a single value is ``in`` with one. A missing
    value fits ``any``, and ``in`` with None among the values, nothing else. other: an entry of a
    list, about which checks make no claims.
    """

    op: str = "any"
    values: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a decision table: a condition a column, and the results.

    when: the compiled cell of each input, None for anything. cells: the same cells as sets and
    intervals, for checks.
    """

    when: Mapping[str, Expression | None]
    then: Mapping[str, Any]
    cells: Mapping[str, Cell] = field(default_factory=dict)
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A decision table. hit: first | unique | last.

    domains: all values of the inputs that have finitely many: choices, and true and false.
    """

    id: str
    title: Text
    record_type: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    hit: str
    rows: tuple[Row, ...]
    default: Mapping[str, Any] = field(default_factory=dict)
    has_default: bool = False
    domains: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Strategy:
    """One link of a routing chain.

    by: on_call | dedicated | last_agent | skill | least_loaded | round_robin | user | queue.
    """

    by: str
    team: str | None = None
    when: Expression | None = None
    field: str | None = None  # skill: the field whose value is the skill needed
    user_field: str | None = None
    within: Duration | None = None  # last_agent
    cap: int | None = None
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """A chain of strategies; the first that finds somebody wins; a queue ends it."""

    id: str
    title: Text
    record_type: str
    chain: tuple[Strategy, ...]
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """A team as definitions know it; who is in it is data of the installation.

    on_call: whether it has an on-call roster; it stands in *roster*, or else with the installation's members.
    escalate_after: how long a call waits for an answer before the next one is called.
    calendar: by whose clock and days off the shifts run, and whose working time they should cover.
    """

    id: str
    title: Text
    level: int = 1
    skills: tuple[str, ...] = ()
    on_call: bool = False
    escalate_after: timedelta = DEFAULT_ESCALATION
    calendar: str | None = None
    shifts: tuple[Shift, ...] = ()
    roster: OnCall | None = None
    span: Span = NOWHERE
    calendar_span: Span = NOWHERE
