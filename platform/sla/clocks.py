"""The clocks of one record, as a pure function of what happened (kpis-and-channels, section 3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ..core.record import RecordState
from ..expressions import Context
from .facts import PROACTIVE, ClockChange, Facts, Limits, Times
from .falling_due import due_changes, next_instant
from .ledger import Ledger
from .limits import limit_state, limit_tasks
from .model import Sla
from .promises import policy_for, target_duration
from .walk import walk

__all__ = [
    "PROACTIVE",
    "ClockChange",
    "Facts",
    "Limits",
    "Times",
    "advance",
    "due_changes",
    "next_instant",
    "policy_for",
    "target_duration",
]

_WARN = (50, 80)  # where no policies say otherwise


def advance(
    sla: Sla | None,
    state: RecordState,
    facts: Facts,
    limits: Limits,
    now: datetime,
    *,
    scope: Mapping[str, Any],
    context: Context,
    times: Times,
) -> tuple[ClockChange, ...]:
    """Return what changes in the clocks of *state* after a command at *now*.

    *state* is the record after the command, its clocks still as they were before it and already
    freed of what came due earlier (``due_changes``). Clocks that start do so at the record's
    creation when their metric began there, so that a policy that matches late is not a gift.
    """
    policy = policy_for(sla, scope, context) if sla else None
    ledger = Ledger(state.clocks, now, times, sla.warn if sla else _WARN)
    walk(ledger, sla, policy, state, facts, limits.waits_for, scope, context)
    calendar = policy.calendar if policy else ""
    limit_state(ledger, state, facts, limits, calendar)
    limit_tasks(ledger, state, limits, calendar)
    return tuple(ledger.changes)
