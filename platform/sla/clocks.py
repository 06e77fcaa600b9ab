"""The clocks of one record, as a pure function of what happened (kpis-and-channels, section 3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from ..calendars import WorkingTime
from ..core.record import Category, Clock, ClockStatus, RecordState
from ..expressions import Context, Duration
from .model import Metric, Policy, Sla, Target
from .ticking import consumed, instant_of, pause, resume, seconds_of, stop

_ENDED = (ClockStatus.MET, ClockStatus.BREACHED, ClockStatus.CANCELLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What one command did, as far as clocks care.

    human_reply: a person of ours wrote to the customer. customer_message: the customer wrote.
    acted_roles: the roles of the colleague who acted, if one did. reopened: left resolved or closed.
    """

    created: bool = False
    state_changed: bool = False
    human_reply: bool = False
    customer_message: bool = False
    reopened: bool = False
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

    change: started | paused | resumed | warned | breached | met | ended_late | retargeted | cancelled.
    percent: for warned.
    """

    change: str
    clock: Clock
    at: datetime
    percent: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """The working time of every calendar by id, and the calendar for working durations that name none."""

    by_id: Mapping[str, WorkingTime]

    def of(self, calendar: str) -> WorkingTime | None:
        """Return the working time, None for plain calendar time."""
        return self.by_id.get(calendar) if calendar else None


def policy_for(sla: Sla, scope: Mapping[str, Any], context: Context) -> Policy | None:
    """Return the first policy whose condition holds."""
    for policy in sla.policies:
        if policy.when is None or policy.when.holds(scope, context):
            return policy
    return None


def target_duration(sla: Sla, target: Target, scope: Mapping[str, Any]) -> Duration | None:
    """Return the promised duration of *target* for a record with these values, None if none is promised."""
    if target.cells:
        cell = target.cells.get(str(scope.get(sla.by)))
        return cell if cell is not None else target.duration
    return target.duration


def due_changes(
    clocks: Mapping[str, Clock], now: datetime, times: Times
) -> tuple[ClockChange, ...]:
    """Return the warnings and breaches that have come due by *now*, in due order, each at its own instant."""
    found = [change for clock in clocks.values() for change in _due(clock, now, times)]
    return tuple(sorted(found, key=lambda change: (change.at, change.clock.id, change.percent)))


def _due(clock: Clock, now: datetime, times: Times) -> Iterator[ClockChange]:
    if clock.status is not ClockStatus.RUNNING or clock.breached_at is not None:
        return
    present = clock
    for percent in clock.warn:
        at = instant_of(clock, percent, times.of(clock.calendar))
        if percent not in clock.warned and at is not None and at <= now:
            present = replace(present, warned=(*present.warned, percent))
            yield ClockChange(change="warned", clock=present, at=at, percent=percent)
    if clock.due_at is not None and clock.due_at <= now:
        breached = replace(present, breached_at=clock.due_at)
        yield ClockChange(change="breached", clock=breached, at=clock.due_at)


def next_instant(clock: Clock, times: Times) -> datetime | None:
    """Return when this clock next wants to be looked at: its next warning or its breach."""
    if clock.status is not ClockStatus.RUNNING or clock.breached_at is not None:
        return None
    waits = [
        instant_of(clock, percent, times.of(clock.calendar))
        for percent in clock.warn
        if percent not in clock.warned
    ]
    return min([at for at in [*waits, clock.due_at] if at is not None], default=None)


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
    walk = _Walk(sla, state, facts, limits, now, scope, context, times)
    walk.metrics()
    walk.state_limit()
    walk.tasks()
    return tuple(walk.changes)


class _Walk:
    """One pass over all clocks of one record."""

    def __init__(
        self,
        sla: Sla | None,
        state: RecordState,
        facts: Facts,
        limits: Limits,
        now: datetime,
        scope: Mapping[str, Any],
        context: Context,
        times: Times,
    ) -> None:
        self.sla, self.state, self.facts, self.limits = sla, state, facts, limits
        self.now, self.scope, self.times = now, scope, times
        self.policy = policy_for(sla, scope, context) if sla else None
        self.changes: list[ClockChange] = []
        self.clocks = dict(state.clocks)

    # --- writing down -----------------------------------------------------------------------------

    def put(self, change: str, clock: Clock) -> Clock:
        self.clocks[clock.id] = clock
        self.changes.append(ClockChange(change=change, clock=clock, at=self.now))
        return clock

    def working(self, clock: Clock) -> WorkingTime | None:
        return self.times.of(clock.calendar)

    def start(
        self, clock_id: str, metric: str, policy: str, duration: Duration, calendar: str, at: datetime
    ) -> Clock:
        used_calendar = calendar if duration.business or duration.days else ""
        working = self.times.of(used_calendar)
        fresh = Clock(
            id=clock_id,
            metric=metric,
            policy=policy,
            calendar=used_calendar,
            target=seconds_of(duration, working),
            started_at=at,
            warn=self.sla.warn if self.sla else (50, 80),
        )
        started = self.put("started", resume(fresh, at, working))
        self.late(started)
        return self.clocks[clock_id]

    def late(self, clock: Clock) -> None:
        """Note at once what a backdated start, a shorter target or a resumed clock has already missed."""
        for change in _due(clock, self.now, self.times):
            self.clocks[clock.id] = change.clock
            self.changes.append(change)

    def end(self, clock: Clock) -> None:
        ended = stop(clock, self.now, self.working(clock))
        self.put("met" if ended.status is ClockStatus.MET else "ended_late", ended)

    def cancel(self, clock: Clock, reason: str) -> None:
        """Cancel a clock; one that was breached stays breached."""
        if clock.breached_at is not None:
            self.end(clock)
            return
        used = consumed(clock, self.now, self.working(clock))
        self.put(
            "cancelled",
            replace(
                clock,
                status=ClockStatus.CANCELLED,
                used=used,
                since=None,
                due_at=None,
                ended_at=self.now,
                reason=reason,
            ),
        )

    # --- the metrics of the policy ----------------------------------------------------------------

    def metrics(self) -> None:
        targets = {t.metric: t for t in self.policy.targets} if self.policy else {}
        for metric, step in (
            (Metric.FIRST_RESPONSE, self.first_response),
            (Metric.NEXT_REPLY, self.next_reply),
            (Metric.NEXT_UPDATE, self.next_update),
            (Metric.ENGAGEMENT, self.engagement),
            (Metric.RESOLUTION, self.resolution),
            (Metric.PROMISE, self.promise),
        ):
            target = targets.get(metric)
            clock = self.clocks.get(metric)
            live = clock if clock and clock.status not in _ENDED else None
            duration = self.promised(target) if target else None
            if live and duration is None and not live.manual:
                self.cancel(live, "no_target")
                continue
            if live and target and duration:
                live = self.retarget(live, target, duration)
            if target and duration:
                step(target, duration, clock if live is None else live, live)

    def promised(self, target: Target) -> Duration | None:
        assert self.sla is not None
        if target.metric is Metric.PROMISE:
            at = _instant(self.scope.get(target.date_field or ""))
            if at is None:
                return None
            return Duration(seconds=max(0, int((at - self.state.created_at).total_seconds())), business=False)
        return target_duration(self.sla, target, self.scope)

    def calendar(self, target: Target) -> str:
        assert self.policy is not None
        return target.calendar or self.policy.calendar

    def policy_name(self) -> str:
        assert self.sla is not None and self.policy is not None
        return f"{self.sla.id}/{self.policy.id}"

    def begin(self, target: Target, duration: Duration, at: datetime) -> Clock:
        return self.start(
            target.metric, target.metric, self.policy_name(), duration, self.calendar(target), at
        )

    def retarget(self, clock: Clock, target: Target, duration: Duration) -> Clock:
        """Apply another policy or target to a live clock; a due time set by hand stays."""
        if clock.manual:
            return clock
        calendar = self.calendar(target) if duration.business or duration.days else ""
        working = self.times.of(calendar)
        seconds = seconds_of(duration, working)
        if (clock.target, clock.calendar, clock.policy) == (seconds, calendar, self.policy_name()):
            return clock
        assert self.sla is not None
        same_measure = clock.target == seconds and clock.calendar == calendar
        afresh = self.sla.retarget == "from_change" and not same_measure
        changed = replace(clock, target=seconds, calendar=calendar, policy=self.policy_name())
        if calendar != clock.calendar:  # seconds of two calendars cannot be added: measure again
            used = 0 if afresh else self.measured_again(clock, working)
        else:
            used = 0 if afresh else consumed(clock, self.now, working)
        changed = replace(changed, used=used, since=None, due_at=None)
        if clock.status is ClockStatus.RUNNING:
            changed = resume(changed, self.now, working)
            if changed.breached_at is None and used >= seconds:
                changed = replace(changed, due_at=self.now, reason="retargeted")
        kept = self.put("retargeted", changed)
        self.late(kept)
        return self.clocks[clock.id]

    def measured_again(self, clock: Clock, working: WorkingTime | None) -> int:
        """Return the time used so far in the new calendar, from the clock's start, its pauses left out as a share."""
        whole = _between(clock.started_at, self.now, working)
        old = self.working(clock)
        gross = _between(clock.started_at, self.now, old)
        net = consumed(clock, self.now, old)
        return whole if gross <= net else whole * net // gross

    def first_response(self, target: Target, duration: Duration, clock: Clock | None, live: Clock | None) -> None:
        if live:
            if self.facts.human_reply or (self.settled and self.state.channel == "phone"):
                self.end(live)
            elif self.settled:
                self.cancel(live, "settled_without_reply")
        elif clock is None and self.state.first_reply_at is None and not self.settled:
            started = self.begin(target, duration, self.state.created_at)
            if self.facts.human_reply:
                self.end(started)

    def next_reply(self, target: Target, duration: Duration, clock: Clock | None, live: Clock | None) -> None:
        if live:
            if self.facts.human_reply:
                self.end(live)
            elif self.settled:
                self.cancel(live, "settled_without_reply")
        elif (
            self.facts.customer_message
            and not self.facts.created
            and self.state.first_reply_at is not None
            and not self.settled
            and not self.facts.human_reply
        ):
            self.begin(target, duration, self.now)

    def next_update(self, target: Target, duration: Duration, clock: Clock | None, live: Clock | None) -> None:
        waiting = self.state.category is Category.WAITING
        if live and (self.facts.human_reply or self.settled or waiting):
            if self.facts.human_reply:
                self.end(live)
            else:
                self.cancel(live, "not_due")
            live = None
            if self.settled or waiting:
                return
            self.begin(target, duration, self.now)
        elif live is None and not self.settled and not waiting:
            self.begin(target, duration, self.state.created_at if self.facts.created else self.now)

    def engagement(self, target: Target, duration: Duration, clock: Clock | None, live: Clock | None) -> None:
        acted = target.role in self.facts.acted_roles
        if live:
            if acted:
                self.end(live)
            elif self.settled:
                self.cancel(live, "settled")
        elif clock is None and not self.settled:
            started = self.begin(target, duration, self.state.created_at)
            if acted:
                self.end(started)

    def promise(self, target: Target, duration: Duration, clock: Clock | None, live: Clock | None) -> None:
        if live:
            if self.settled:
                self.end(live)
        elif clock is None and not self.settled:
            self.begin(target, duration, self.state.created_at)

    def resolution(self, target: Target, duration: Duration, clock: Clock | None, live: Clock | None) -> None:
        assert self.sla is not None
        if live:
            if self.settled:
                if self.state.category is Category.CLOSED and self.state.resolved_at is None:
                    self.cancel(live, "closed_unresolved")
                else:
                    self.end(live)
            else:
                self.hold(live)
            return
        if clock is None:
            if not self.settled:
                self.hold(self.begin(target, duration, self.state.created_at))
        elif self.facts.reopened and not self.settled:
            self.reopen(clock, target, duration)

    def reopen(self, clock: Clock, target: Target, duration: Duration) -> None:
        assert self.sla is not None
        if self.sla.reopen == "ignore":
            return
        if self.sla.reopen == "new_cycle":
            cycle = sum(1 for known in self.clocks if known.startswith("resolution:")) + 1
            self.put("met" if clock.status is ClockStatus.MET else "ended_late", replace(clock, id=f"resolution:{cycle}"))
            self.begin(target, duration, self.now)
            return
        again = resume(replace(clock, status=ClockStatus.RUNNING, ended_at=None), self.now, self.working(clock))
        live = self.put("resumed", again)
        self.late(live)
        self.hold(self.retarget(self.clocks[clock.id], target, duration))

    def hold(self, clock: Clock) -> None:
        """Pause in a pausing state, resume outside of one, and when the customer has written in one."""
        pausing = self.pausing
        if clock.status is ClockStatus.PAUSED and (not pausing or self.facts.customer_message):
            live = self.put("resumed", resume(clock, self.now, self.working(clock)))
            self.late(live)
        elif clock.status is ClockStatus.RUNNING and pausing and not self.facts.customer_message:
            if self.facts.created or self.facts.state_changed or self.facts.human_reply:
                self.put("paused", pause(clock, self.now, self.working(clock)))

    # --- the limits of states and tasks -----------------------------------------------------------

    def state_limit(self) -> None:
        clock = self.clocks.get("state_limit")
        live = clock if clock and clock.status not in _ENDED else None
        entered = self.facts.created or self.facts.state_changed
        duration = self.limits.state
        if live and (entered or duration is None):
            self.end(live)
            live = None
        if duration is None or self.state.category is Category.CLOSED:
            return
        calendar = self.limit_calendar(self.limits.state_calendar)
        if live is None:
            if entered:
                self.start(
                    "state_limit", Metric.STATE_LIMIT, self.state.state, duration, calendar, self.now
                )
            return
        working = self.working(live)
        seconds = seconds_of(duration, self.times.of(calendar) if duration.business or duration.days else None)
        if seconds != live.target and not live.manual and live.breached_at is None:
            used = consumed(live, self.now, working)
            changed = resume(replace(live, target=seconds, used=used), self.now, working)
            if used >= seconds:
                changed = replace(changed, due_at=self.now, reason="retargeted")
            kept = self.put("retargeted", changed)
            self.late(kept)

    def tasks(self) -> None:
        for task in self.state.tasks.values():
            clock_id = f"task:{task.id}"
            clock = self.clocks.get(clock_id)
            live = clock if clock and clock.status not in _ENDED else None
            if live and task.status == "done":
                self.end(live)
            elif live and task.status != "open":
                self.cancel(live, "task_cancelled")
            elif clock is None and task.status == "open" and task.id in self.limits.tasks:
                duration, calendar = self.limits.tasks[task.id]
                self.start(
                    clock_id, Metric.TASK, task.branch, duration, self.limit_calendar(calendar), self.now
                )

    def limit_calendar(self, named: str | None) -> str:
        return named or (self.policy.calendar if self.policy else "")

    # --- what is so -------------------------------------------------------------------------------

    @property
    def settled(self) -> bool:
        return not self.state.is_open

    @property
    def pausing(self) -> bool:
        assert self.sla is not None
        category = self.state.category
        named = f"{category}:{self.limits.waits_for}"
        return str(category) in self.sla.pause or named in self.sla.pause


def _between(start: datetime, end: datetime, working: WorkingTime | None) -> int:
    if working is None:
        return int((end - start).total_seconds())
    return working.between(start, end)


def _instant(value: Any) -> datetime | None:
    """Return the aware instant of a stored date-time; a plain date counts to its last second, UTC."""
    if not isinstance(value, str):
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    if len(value) == 10:
        at += timedelta(days=1) - timedelta(seconds=1)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
