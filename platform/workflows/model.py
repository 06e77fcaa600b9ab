"""Workflows as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..core.record import Category
from ..core.span import NOWHERE, Span
from ..core.text import Text
from ..definitions import Node
from ..expressions import Duration, Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Who owns a record in a state, the first that is set: routing chain, team, user field, keep."""

    keep: bool = False  # whoever owns it already; *team* is the fallback
    routing: str | None = None
    team: str | None = None
    user_field: str | None = None  # a field of type user
    role: str | None = None  # least loaded with this role
    not_previous: bool = False  # somebody else than the first owner (callbacks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """How long a record may stay: one duration, or one for each value of the field *by* (usually priority)."""

    duration: Duration | None = None
    by: str = "priority"
    cells: Mapping[str, Duration] = field(default_factory=dict)
    calendar: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One way out of a state. *by*: roles that may take it (empty: whoever may work on the record).

    when: the guard. ask: fields that must be filled when it is taken. auto: taken by the
    engine as soon as the guard holds. form_complete: the state's form must be complete first.
    """

    to: str
    id: str
    title: Text
    when: Expression | None = None
    by: frozenset[str] = frozenset()
    ask: tuple[str, ...] = ()
    note: str = "none"  # none | optional | required (internal) | reply (public, required)
    auto: bool = False
    form_complete: bool = True
    style: str = "default"  # primary | default | danger
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckItem:
    """One line of a state's checklist; required_when None and required False: advice only."""

    id: str
    title: Text
    required: bool = False
    required_when: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Approver:
    """Who is asked. Exactly one of role, user, team (its lead), user_field, manager_of is set."""

    role: str | None = None
    user: str | None = None
    team: str | None = None
    user_field: str | None = None
    manager_of: str | None = None  # "requester": the requester's line manager
    when: Expression | None = None
    deputy: str | None = None  # a role that decides when the person is away or silent
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRule:
    """An approval state: 会签 all, 或签 any, 依次审批 in_turn, 票签 share."""

    approvers: tuple[Approver, ...]
    mode: str  # all | any | in_turn | share
    share: int = 100
    skip_when: Expression | None = None  # approved at once, with the reason recorded
    remind_after: Duration | None = None
    timeout_after: Duration | None = None
    timeout_to: str = "deputy"  # deputy | approve | reject
    approved: str = ""
    rejected: str = ""
    same_person: str = "forbid"  # forbid: its creator and requested_by | forbid_handlers: also who worked on it | allow


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """One parallel task."""

    id: str
    title: Text
    owner: Owner
    form: str | None = None
    when: Expression | None = None  # opened only if this holds
    limit: Limit | None = None
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class ParallelRule:
    """A parallel state. join: all | any | a number of finished branches, as ``need`` (0: all)."""

    branches: tuple[Branch, ...]
    join: str = "all"  # all | any | n
    need: int = 0
    then: str = ""  # state entered when joined


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One state. type: normal | approval | parallel. customer_title: what the customer reads."""

    id: str
    title: Text
    category: Category
    type: str = "normal"
    customer_title: Text = Text()
    customer_step: bool = True  # shown on the customer's progress line
    guidance: Text = Text()
    owner: Owner | None = None
    limit: Limit | None = None
    form: str | None = None
    checklist: tuple[CheckItem, ...] = ()
    go: tuple[Transition, ...] = ()
    approval: ApprovalRule | None = None
    parallel: ParallelRule | None = None
    waits_for: str = ""  # waiting states: customer | vendor | colleague
    on_customer_reply: str | None = None  # state to go (back) to; "previous" is allowed
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow:
    """The life of one record type. solved, reopen, cancelled, merged name states; pins: where the chart shows them."""

    id: str
    record_type: str
    title: Text
    goal: Text = Text()
    scope: Text = Text()
    start: str = ""
    # entered when the customer says it is solved (from category resolved)
    solved_state: str | None = None
    reopen_to: str | None = None  # entered on reopening
    reopen_within: Duration | None = None
    cancelled: str | None = None
    merged: str | None = None
    cancel_by: frozenset[str] = frozenset()
    states: Mapping[str, State] = field(default_factory=dict)
    pins: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    span: Span = NOWHERE
    source: Node | None = field(default=None, compare=False, repr=False)

    def place(self, *path: str | int) -> Span:
        """Return where the value at *path* is written: a single value itself, the key of anything larger.

        What is not written is shown at the closest thing around it that is.
        """
        if self.source is None:
            return self.span
        node = self.source
        for step in path:
            inner = node.get(step)
            if inner is None:
                return node.where
            node = inner
        return node.span if node.kind == "scalar" else node.where
