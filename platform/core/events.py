"""What happened to a record: facts, appended once and never changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class EventKind(StrEnum):
    """The kinds of events; the body of each is described beside it."""

    # type, number, release, values, customer_id, customer, channel, lang, created_by
    CREATED = "created"
    VALUES = "values"  # changed: {field: new}, removed: [field]
    CUSTOMER = "customer"  # id, facts
    STATE = "state"  # from, to, category, transition, reopened: bool
    OWNER = "owner"  # owner, team, via (strategy or "person")
    COMMENT = "comment"  # message_id, public, author ("customer" | "agent" | "system"), human: bool
    TAGS = "tags"  # added: [], removed: []
    FOLLOWERS = "followers"  # added: [], removed: []
    CLOCK = "clock"  # id, change (started, paused, resumed, warned, breached, met, ended_late, retargeted, cancelled), clock: {...}, percent
    TASK = "task"  # id, change (opened, done, cancelled, assigned), task: {...}
    APPROVAL = "approval"  # id, change (opened, asked, voted, deputised, reminded, closed), ...
    CHECKLIST = "checklist"  # state, item, done; playbook: whose step the item is, where it is none of the state
    LINK = "link"  # kind, record, number, type
    SURVEY = "survey"  # id, survey, change (asked, answered), score, comment
    ESCALATED = "escalated"  # level, kind, to
    CALL = "call"  # team, change (rung, answered), call: {...}
    MERGED = "merged"  # into | absorbed
    RULE = "rule"  # rule, occasion: a timed rule, or one that acts once, has acted
    MANUAL_DUE = "manual_due"  # clock, due_at, reason
    NOTIFIED = "notified"  # template, to: [...], channel
    DELIVERED = "delivered"  # job key, kind, target, outcome
    RELEASE = "release"  # from, to (migration)
    INCIDENT = "incident"  # code, values
    # scope ("personal" | "files"), reason ("asked" | "retention"), kinds: [what went], events: how many
    # were changed, left: digest of what remained of them
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who caused something. kind: user | customer | system | token; id is None for the system."""

    kind: str
    id: str | None = None
    roles: frozenset[str] = frozenset()
    teams: frozenset[str] = frozenset()
    name: str = ""


SYSTEM = Actor("system")


@dataclass(frozen=True, slots=True)
class Cause:
    """Why the event happened besides its actor: the rule (or workflow, sla, routing) and the command."""

    kind: str = "command"  # command | rule | workflow | sla | routing | timer
    id: str = ""
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Event:
    """One fact. *body* holds plain JSON values only; instants in it are ISO 8601 UTC texts."""

    kind: EventKind
    at: datetime
    actor: Actor = SYSTEM
    cause: Cause = Cause()
    body: Mapping[str, Any] = field(default_factory=dict)
