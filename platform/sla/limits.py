"""The limits of the present state and of open tasks as clocks."""

from __future__ import annotations

from ..core.record import Category, RecordState
from .facts import Facts, Limits
from .ledger import Ledger, alive
from .model import Metric
from .promises import calendar_of
from .ticking import seconds_of

_STATE_LIMIT = "state_limit"


def limit_state(
    ledger: Ledger, state: RecordState, facts: Facts, limits: Limits, calendar: str
) -> None:
    """Keep the one clock of the present state's limit; *calendar* counts where the limit names none."""
    clock = ledger.clocks.get(_STATE_LIMIT)
    live = alive(clock)
    entered = facts.created or facts.state_changed
    over = state.category is Category.CLOSED
    duration = None if over else limits.state
    if live and (entered or over):
        ledger.end(live)
        live = None
    if duration is None:
        if live:
            ledger.cancel(live, "no_target")
        return
    named = limits.state_calendar or calendar
    if live is None:
        if (
            entered
            or clock is None
            or clock.started_at < state.entered_at
            or clock.breached_at is None
        ):
            ledger.start(
                _STATE_LIMIT, Metric.STATE_LIMIT, state.state, duration, named, state.entered_at
            )
        return
    counted = calendar_of(duration, named)
    seconds = seconds_of(duration, ledger.times.of(counted))
    same = (seconds, counted) == (live.target, live.calendar)
    if not same and not live.manual and live.breached_at is None:
        ledger.remeasured(live, seconds, counted)


def limit_tasks(ledger: Ledger, state: RecordState, limits: Limits, calendar: str) -> None:
    """Keep a clock for each open task that has a limit."""
    for task in state.tasks.values():
        clock_id = f"task:{task.id}"
        clock = ledger.clocks.get(clock_id)
        live = alive(clock)
        if live and task.status == "done":
            ledger.end(live)
        elif live and task.status != "open":
            ledger.cancel(live, "task_cancelled")
        elif clock is None and task.status == "open" and task.id in limits.tasks:
            duration, named = limits.tasks[task.id]
            ledger.start(
                clock_id, Metric.TASK, task.branch, duration, named or calendar, task.opened_at
            )
