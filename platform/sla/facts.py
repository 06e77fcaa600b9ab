"""What clocks are told, and what they answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ..calendars import WorkingTime
from ..core.record import Clock
from ..expressions import Duration

PROACTIVE = "proactive"
"""The channel of records in which we wrote first: the promise of an answer starts with the customer's message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What one command did, as far as clocks care.

    human_reply: a person of ours wrote to the customer. customer_message: the customer wrote.
    put_to_wait: after that message the record was put into its present state. acted_roles: the roles of the
    colleague who acted, if one did. reopened: left resolved or closed. absorbed: took over another record.
    """

    created: bool = False
    state_changed: bool = False
    human_reply: bool = False
    customer_message: bool = False
    put_to_wait: bool = False
    reopened: bool = False
    absorbed: bool = False
    acted_roles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limit of the present state and of its open tasks, and what the state waits for."""

    state: Duration | None = None
    state_calendar: str | None = None
    waits_for: str = ""
    tasks: Mapping[str, tuple[Duration, str | None]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockChange:
    """One change of one clock: what it is called, the clock afterwards, and when it counts.

    change: started | paused | resumed | warned | breached | met | ended_late | retargeted | cancelled |
    kept (a finished cycle put aside under a name of its own). percent: for warned.
    """

    change: str
    clock: Clock
    at: datetime
    percent: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """The working time of every calendar by id."""

    by_id: Mapping[str, WorkingTime]

    def of(self, calendar: str) -> WorkingTime | None:
        """Return the working time, None for plain calendar time."""
        return self.by_id.get(calendar) if calendar else None
