"""Every instant at which a record wants to be looked at, as a pure function of its state."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from ..calendars import WorkingTime
from ..core.decision import TimerChange
from ..core.plain import instant_text
from ..core.record import RecordState
from ..release.model import RecordType, Release
from ..rules.model import Rule, Trigger
from ..rules.timers import after_due, at_due
from ..sla.clocks import Times, next_instant
from ..sla.ticking import seconds_of


def wanted(
    release: Release, record_type: RecordType, state: RecordState | None
) -> dict[str, datetime]:
    """Return the due instants by timer key: ``sla:<clock>``, ``rule:<id>``, ``approval:<n>``, ``remind:<n>``, ``call:<team>``."""
    if state is None:
        return {}
    times = Times(by_id=release.working_time)
    found: dict[str, datetime] = {}
    for clock in state.clocks.values():
        at = next_instant(clock, times)
        if at is not None:
            found[f"sla:{clock.id}"] = at
    found.update(_of_rules(release, record_type, state))
    found.update(_of_approval(release, record_type, state))
    found.update(
        (f"call:{team}", one.next_at)
        for team, one in state.calls.items()
        if one.next_at is not None
    )
    return found


def changes(before: dict[str, datetime], now: dict[str, datetime]) -> tuple[TimerChange, ...]:
    """Return what has to be set and cancelled to come from one set of timers to the other."""
    gone = [TimerChange(key=key, due_at=None) for key in before if key not in now]
    fresh = [TimerChange(key=key, due_at=at) for key, at in now.items() if before.get(key) != at]
    return (*gone, *fresh)


def occasion(rule: Rule, trigger: Trigger, state: RecordState) -> str:
    """Return the name of the occasion a timed rule acts on, so that it acts on each once."""
    if trigger.kind == "at":
        return f"{trigger.date_field}={state.values.get(trigger.date_field)}"
    return f"{state.state}@{instant_text(state.entered_at)}"


def trigger_of(rule: Rule, state: RecordState) -> Trigger | None:
    """Return the trigger of a timed rule that this record waits for, None if it waits for none."""
    for trigger in rule.triggers:
        if trigger.kind == "after" and trigger.state == state.state:
            return trigger
        if trigger.kind == "at" and state.values.get(trigger.date_field) and state.is_open:
            return trigger
    return None


def _of_rules(
    release: Release, record_type: RecordType, state: RecordState
) -> Iterator[tuple[str, datetime]]:
    for rule in release.rule_index[record_type.id].timed():
        trigger = trigger_of(rule, state)
        if trigger is None or state.fired.get(rule.id) == occasion(rule, trigger, state):
            continue
        working = _working(release, state, trigger.calendar)
        if trigger.kind == "after":
            due = after_due(trigger, state.entered_at, working)
        else:
            due = at_due(trigger, state.values, working)
        if due is not None:
            yield f"rule:{rule.id}", due


def _working(release: Release, state: RecordState, calendar: str | None) -> WorkingTime | None:
    if calendar:
        return release.working_time.get(calendar)
    for clock in state.clocks.values():
        if clock.calendar:
            return release.working_time.get(clock.calendar)
    return None


def _of_approval(
    release: Release, record_type: RecordType, state: RecordState
) -> Iterator[tuple[str, datetime]]:
    approval = state.approval
    if approval is None:
        return
    place = release.workflows[record_type.workflow].states.get(state.state)
    remind = place.approval.remind_after if place and place.approval else None
    for index, vote in enumerate(approval.votes):
        if not vote.asked or vote.decision:
            continue
        if vote.due_at is not None:
            yield f"approval:{index}", vote.due_at
        if remind is not None and not vote.reminded:
            working = _working(release, state, None) if remind.business or remind.days else None
            seconds = seconds_of(remind, working)
            asked = vote.asked_at or approval.opened_at
            at = working.add(asked, seconds) if working else asked + timedelta(seconds=seconds)
            yield f"remind:{index}", at
