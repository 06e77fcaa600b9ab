"""What somebody, or a timer, wants done with a record. Every write comes in as one of these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .events import SYSTEM, Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """A message to be kept beside the events. id: given by the runtime. files: ids of stored attachments."""

    id: str
    text: str
    html: str = ""
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """The base of all commands. expected_version: refuse with a conflict when the record has moved on."""

    actor: Actor = SYSTEM
    expected_version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Create(Command):
    """Open a record from a filled form. ids and the number are made by the runtime."""

    record_id: str
    number: str
    type: str
    form: str
    values: Mapping[str, Any]
    customer_id: str | None = None
    channel: str = "portal"
    lang: str = "en"
    links: tuple[tuple[str, str, str, str], ...] = ()  # kind, record, number, type
    tags: tuple[str, ...] = ()
    team: str | None = None  # the team to give it to, instead of the start state's
    not_user: str | None = None  # who must not be given it
    generation: int = 0  # see RecordState


@dataclass(frozen=True, slots=True, kw_only=True)
class Submit(Command):
    """Save a form of the present state (or of one task); *partial* keeps what is there and asks for nothing."""

    form: str
    values: Mapping[str, Any]
    task: str | None = None
    partial: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition(Command):
    """Move to another state. values: what the transition asks for, and the state's form as filled."""

    to: str
    values: Mapping[str, Any] = field(default_factory=dict)
    note: NewMessage | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment(Command):
    """Say something: to the customer (public) or to colleagues."""

    message: NewMessage
    public: bool
    author: str = "agent"  # agent | customer | system


@dataclass(frozen=True, slots=True, kw_only=True)
class Assign(Command):
    """Give the record (or one task) to a person and a team; both None asks for routing again."""

    owner: str | None = None
    team: str | None = None
    task: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag(Command):
    """Add and remove tags."""

    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Follow(Command):
    """Start or stop following."""

    user: str
    follow: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Check(Command):
    """Tick or untick one item of the present state's checklist, or one step of a playbook that fits the record."""

    item: str
    done: bool = True
    playbook: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decide(Command):
    """Approve or reject in the open approval."""

    decision: str  # approve | reject
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddApprover(Command):
    """Ask one more approver, or hand one's own vote to a colleague (转办) when *instead* is set."""

    user: str
    instead: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishTask(Command):
    """Finish one of several parallel tasks, with its form."""

    task: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerSolved(Command):
    """The customer's answer to "is it solved?"."""

    solved: bool
    message: NewMessage | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopen(Command):
    """Open a resolved or closed record again."""

    message: NewMessage | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel(Command):
    """Cancel the record."""

    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge(Command):
    """Close this record as merged into another; the runtime sends ``Absorb`` to that one."""

    into: str
    into_number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Absorb(Command):
    """Take over what was merged in."""

    record: str
    number: str
    created_at: datetime
    first_reply_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddLink(Command):
    """Tie another record to this one."""

    kind: str
    record: str
    number: str = ""
    type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkClosed(Command):
    """A record that came out of this one was closed. kind: the tie as seen from here; state: where it ended."""

    kind: str
    record: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskSurvey(Command):
    """Send a survey, unless the customer was asked too recently or the record is open again."""

    survey: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerSurvey(Command):
    """The customer's answer to a survey."""

    ask: str
    score: int
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerFired(Command):
    """A timer of this record came due. due_at: the instant it was set for, which counts as the event's time."""

    key: str
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRule(Command):
    """A timed rule met this record in its sweep. round: names the sweep, so that one sweep acts once."""

    rule: str
    round: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetDue(Command):
    """Set a clock's due time by hand; automatic re-targets do not move it afterwards."""

    clock: str
    due_at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered(Command):
    """A delivery of this record ended: sent, or given up after all tries."""

    key: str
    kind: str
    target: str
    outcome: str  # sent | dead
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Migrate(Command):
    """Take the record over to another release. states: the new state for each old one that is gone or should change.

    to: the hash of that release, for whoever has to look it up.
    """

    states: Mapping[str, str] = field(default_factory=dict)
    to: str = ""
