"""The state of one record: what its events add up to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

ERASED_TEXT = "[\N{HORIZONTAL ELLIPSIS}]"
"""What is shown where a person's words were erased; the same in every language."""


class Category(StrEnum):
    """What a workflow state means to clocks, lists and key figures."""

    OPEN = "open"
    WAITING = "waiting"
    RESOLVED = "resolved"
    CLOSED = "closed"


class ClockStatus(StrEnum):
    """Where a clock stands. A breached clock that still runs stays RUNNING with ``breached_at`` set."""

    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    BREACHED = "breached"
    CANCELLED = "cancelled"


@dataclass(slots=True, kw_only=True)
class Clock:
    """One SLA clock of one record.

    id: unique within the record: the metric, or ``state_limit:<state>``, ``task:<id>``.
    target, used: seconds of the calendar's time; *used* counts up to *since* (running) or
    for good (paused, ended). due_at: the instant of breach while running, else None.
    """

    id: str
    metric: str
    policy: str
    calendar: str
    target: int
    started_at: datetime
    status: ClockStatus = ClockStatus.RUNNING
    used: int = 0
    since: datetime | None = None
    due_at: datetime | None = None
    warn: tuple[int, ...] = ()
    warned: tuple[int, ...] = ()
    breached_at: datetime | None = None
    ended_at: datetime | None = None
    manual: bool = False
    reason: str = ""


@dataclass(slots=True, kw_only=True)
class Task:
    """One branch of a parallel state, or one task that a rule started."""

    id: str
    branch: str
    state: str
    owner: str | None = None
    team: str | None = None
    form: str | None = None
    status: str = "open"  # open | done | cancelled
    opened_at: datetime
    done_at: datetime | None = None
    done_by: str | None = None
    due_at: datetime | None = None


@dataclass(slots=True, kw_only=True)
class Vote:
    """What one approver was asked and said."""

    user: str
    asked: bool = True
    decision: str = ""  # "" | approve | reject
    at: datetime | None = None
    note: str = ""
    deputy_for: str | None = None
    due_at: datetime | None = None
    asked_at: datetime | None = None
    reminded: bool = False


@dataclass(slots=True, kw_only=True)
class Approval:
    """The approval round that is open in the present state."""

    id: str
    state: str
    mode: str  # all | any | in_turn | share
    share: int = 100
    votes: list[Vote] = field(default_factory=list)
    opened_at: datetime
    reminded: int = 0


@dataclass(slots=True, kw_only=True)
class SurveyAsk:
    """One survey that was sent, and its answer once there is one."""

    id: str
    survey: str
    asked_at: datetime
    score: int | None = None
    comment: str = ""
    answered_at: datetime | None = None


@dataclass(slots=True, kw_only=True)
class Call:
    """A call to who is on call for a team, until somebody answers.

    rung: who was called so far, in that order, the last at *rung_at*. next_at: when the next one is; None: nobody
    is left. rule: the one that called.
    """

    team: str
    template: str
    rule: str
    rung: tuple[str, ...]
    rung_at: datetime
    next_at: datetime | None = None


@dataclass(slots=True, kw_only=True)
class Tick:
    """Who ticked a step of a playbook, and when."""

    by: str | None = None
    at: datetime


@dataclass(slots=True, kw_only=True)
class Link:
    """A tie to another record, as seen from this one."""

    kind: str
    record: str
    number: str = ""
    type: str = ""


@dataclass(slots=True, kw_only=True)
class RecordState:
    """Everything the engine knows of one record.

    Only ``engine.fold`` changes one, and always its own copy. *values* are plain JSON values by
    field id; *customer* holds the facts of the customer that conditions may read, as they
    were when last noted. *ticks* holds the steps of playbooks that are done, by ``playbook/step``. *visits* counts how often each state was entered. *fired* remembers, for timed
    rules and rules that act once, the occasion they last acted on. *calls* holds those that nobody answered yet, by team. *generation*: how many records, each
    opened by a rule of the one before, lead to this one. *handlers*: who had it as owner in a state of work and has it no more, or has left that state.
    """

    id: str
    number: str
    type: str
    release: str
    version: int = 0
    state: str = ""
    category: Category = Category.OPEN
    waits_for: str = ""
    entered_at: datetime
    previous_state: str | None = None
    values: dict[str, Any] = field(default_factory=dict)
    customer_id: str | None = None
    customer: dict[str, Any] = field(default_factory=dict)
    channel: str = "portal"
    lang: str = "en"
    owner: str | None = None
    team: str | None = None
    first_owner: str | None = None
    handlers: tuple[str, ...] = ()
    reassignments: int = 0
    followers: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    created_at: datetime
    created_by: str | None = None
    updated_at: datetime
    first_reply_at: datetime | None = None
    waiting_reply_since: datetime | None = None
    last_customer_at: datetime | None = None
    last_agent_at: datetime | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    erased_at: datetime | None = None
    reopened: int = 0
    merged_into: str | None = None
    escalation: int = 0
    messages: int = 0
    clocks: dict[str, Clock] = field(default_factory=dict)
    tasks: dict[str, Task] = field(default_factory=dict)
    approval: Approval | None = None
    checklist: dict[str, bool] = field(default_factory=dict)
    ticks: dict[str, Tick] = field(default_factory=dict)
    links: tuple[Link, ...] = ()
    surveys: dict[str, SurveyAsk] = field(default_factory=dict)
    visits: dict[str, int] = field(default_factory=dict)
    fired: dict[str, str] = field(default_factory=dict)
    calls: dict[str, Call] = field(default_factory=dict)
    incidents: int = 0
    generation: int = 0

    @property
    def is_open(self) -> bool:
        """Return whether somebody still has to do something (open or waiting)."""
        return self.category in (Category.OPEN, Category.WAITING)

    @property
    def next_breach(self) -> datetime | None:
        """Return the earliest breach of a running clock, a breached one that still runs included."""
        running = (c.due_at for c in self.clocks.values() if c.status is ClockStatus.RUNNING)
        return min((due for due in running if due), default=None)
