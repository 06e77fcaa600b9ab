"""Rules, decision tables, routing chains and teams as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..core.span import NOWHERE, Span
from ..core.text import Text
from ..expressions import Duration, Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One thing a rule does. kind: set | table | assign | route | notify | comment | tag | untag | start |
    transition | escalate | webhook | survey | create | follow | link_similar.

    args: plain JSON by kind (see docs/definitions.md); expressions: compiled parts by dotted name,
    e.g. ``set.priority`` -> Expression for a computed value.
    """

    kind: str
    args: Mapping[str, Any]
    expressions: Mapping[str, Expression] = field(default_factory=dict)
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Recent:
    """A count over past records: at least *at_least* of *record_type* within *within* with equal *same* fields."""

    record_type: str
    within: Duration
    at_least: int
    same: tuple[str, ...] = ()
    when: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """When a rule is looked at. kind: event | after | at | every.

    event: name such as ``created`` or ``entered:diagnosis`` (see docs/definitions.md). after: *duration*
    in state *state* (or since event). at: the date field plus *offset*. every: *duration* at *time*.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a decision table: a condition a column, and the results."""

    when: Mapping[str, Expression | None]
    then: Mapping[str, Any]
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A decision table. hit: first | unique | last."""

    id: str
    title: Text
    record_type: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    hit: str
    rows: tuple[Row, ...]
    default: Mapping[str, Any] = field(default_factory=dict)
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
    """A team as definitions know it; who is in it is data of the installation."""

    id: str
    title: Text
    level: int = 1
    skills: tuple[str, ...] = ()
    on_call: bool = False
    span: Span = NOWHERE
