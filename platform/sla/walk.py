"""One pass over the metrics of one record: what each makes of what happened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from ..core.record import Category, Clock, ClockStatus, RecordState
from ..expressions import Context, Duration
from .facts import PROACTIVE, Facts
from .ledger import Ledger, alive
from .measure import answered_at, instant_in, used_in
from .model import Metric, Policy, Sla, Target
from .promises import calendar_of, target_duration
from .ticking import between, consumed, seconds_of

NO_TARGET = "no_target"
_SINCE_CREATION = (Metric.FIRST_RESPONSE, Metric.ENGAGEMENT, Metric.RESOLUTION)
Step = Callable[[Target, Duration, Clock | None, Clock | None], None]


def walk(
    ledger: Ledger,
    sla: Sla | None,
    policy: Policy | None,
    state: RecordState,
    facts: Facts,
    waits_for: str,
    scope: Mapping[str, Any],
    context: Context,
) -> None:
    """Write the changes of all metrics into *ledger*; see ``clocks.advance``."""
    _Walk(ledger, sla, policy, state, facts, waits_for, scope, context).metrics()


class _Walk:
    """One pass."""

    def __init__(
        self,
        ledger: Ledger,
        sla: Sla | None,
        policy: Policy | None,
        state: RecordState,
        facts: Facts,
        waits_for: str,
        scope: Mapping[str, Any],
        context: Context,
    ) -> None:
        self.ledger, self.sla, self.policy = ledger, sla, policy
        self.state, self.facts, self.waits_for = state, facts, waits_for
        self.scope, self.context, self.now = scope, context, ledger.now
        self.steps: dict[Metric, Step] = {
            Metric.FIRST_RESPONSE: self.first_response,
            Metric.NEXT_REPLY: self.next_reply,
            Metric.NEXT_UPDATE: self.next_update,
            Metric.ENGAGEMENT: self.engagement,
            Metric.RESOLUTION: self.resolution,
            Metric.PROMISE: self.promise,
        }

    def metrics(self) -> None:
        targets = {t.metric: t for t in self.policy.targets} if self.policy else {}
        for metric, step in self.steps.items():
            clock = self.ledger.clocks.get(metric)
            live = alive(clock)
            target = targets.get(metric)
            duration = self.promised(target, clock) if target else None
            if live and live.manual and duration is None:
                # Set by hand: nothing but its own end ends it.
                target, duration = Target(metric=metric), Duration(seconds=live.target)
            if target is None or duration is None:
                if live:
                    self.ledger.cancel(live, NO_TARGET)
                continue
            if live:
                live = self.retarget(self.backdate(live), target, duration)
            elif clock is not None and self.comes_back(clock):
                live = self.revive(clock, target, duration)
            step(target, duration, live or clock, live)

    def promised(self, target: Target, clock: Clock | None) -> Duration | None:
        if target.metric is Metric.PROMISE:
            at = instant_in(self.scope.get(target.date_field or ""), self.zone(target))
            if at is None:
                return None
            start = clock.started_at if clock else self.now
            return Duration(seconds=max(0, int((at - start).total_seconds())))
        return target_duration(self.sla, target, self.scope) if self.sla else None

    def zone(self, target: Target) -> str:
        working = self.ledger.times.of(self.calendar(target))
        return working.calendar.zone if working else self.context.zone

    def calendar(self, target: Target) -> str:
        return target.calendar or (self.policy.calendar if self.policy else "")

    def policy_name(self) -> str:
        return f"{self.sla.id}/{self.policy.id}" if self.sla and self.policy else ""

    def begin(self, target: Target, duration: Duration, at: datetime) -> Clock:
        return self.ledger.start(
            target.metric, target.metric, self.policy_name(), duration, self.calendar(target), at
        )

    # --- the same clock, measured in another way --------------------------------------------------

    def retarget(self, clock: Clock, target: Target, duration: Duration) -> Clock:
        """Apply another policy or target to a live clock; a due time set by hand stays."""
        if clock.manual:
            return clock
        calendar = calendar_of(duration, self.calendar(target))
        seconds = seconds_of(duration, self.ledger.times.of(calendar))
        if (clock.target, clock.calendar, clock.policy) == (seconds, calendar, self.policy_name()):
            return clock
        same_measure = clock.target == seconds and clock.calendar == calendar
        is_date = clock.metric == Metric.PROMISE
        from_change = self.sla is not None and self.sla.retarget == "from_change"
        changed = replace(clock, policy=self.policy_name())
        return self.ledger.remeasured(
            changed, seconds, calendar, afresh=from_change and not same_measure and not is_date
        )

    def backdate(self, clock: Clock) -> Clock:
        """Let a clock that counts from creation count from the earlier creation of what was merged in."""
        since_creation = clock.metric in _SINCE_CREATION and not clock.manual
        later_cycle = any(known.startswith(f"{clock.id}:") for known in self.ledger.clocks)
        answered = clock.metric == Metric.FIRST_RESPONSE and self.state.first_reply_at is not None
        early = self.state.created_at
        if (
            not self.facts.absorbed
            or not since_creation
            or later_cycle
            or answered
            or clock.started_at <= early
        ):
            return clock
        working = self.ledger.working(clock)
        used = consumed(clock, self.now, working) + between(early, clock.started_at, working)
        return self.ledger.moved(
            replace(clock, started_at=early, used=used, since=None, due_at=None), "merged"
        )

    def comes_back(self, clock: Clock) -> bool:
        """Return whether a clock lost its promise earlier and has one again."""
        if clock.status is not ClockStatus.CANCELLED or clock.reason != NO_TARGET or self.settled:
            return False
        if clock.metric == Metric.FIRST_RESPONSE:
            return self.state.first_reply_at is None
        if clock.metric == Metric.NEXT_REPLY:
            return self.state.waiting_reply_since is not None
        return clock.metric != Metric.NEXT_UPDATE

    def revive(self, clock: Clock, target: Target, duration: Duration) -> Clock:
        """Let a clock run on; the time without a promise counts, unless the record waits."""
        old = self.ledger.working(clock)
        stood = clock.metric == Metric.RESOLUTION and self.pausing
        gap = 0 if stood or clock.ended_at is None else between(clock.ended_at, self.now, old)
        known = replace(clock, used=clock.used + gap, ended_at=None, reason="")
        calendar = calendar_of(duration, self.calendar(target))
        working = self.ledger.times.of(calendar)
        used = known.used if calendar == clock.calendar else used_in(known, self.now, old, working)
        seconds = seconds_of(duration, working)
        again = replace(
            known, used=used, target=seconds, calendar=calendar, policy=self.policy_name()
        )
        running = self.ledger.resume(again)
        if stood and running.breached_at is None:
            return self.ledger.pause(running)
        return running

    # --- one metric each --------------------------------------------------------------------------

    def first_response(
        self, target: Target, duration: Duration, clock: Clock | None, live: Clock | None
    ) -> None:
        reply_at = self.state.first_reply_at
        if live:
            by_phone = self.settled and self.state.channel == "phone" and not self.abandoned
            if self.facts.absorbed and reply_at is not None and not self.facts.human_reply:
                self.ledger.ended(
                    answered_at(live, self.state.created_at, reply_at, self.ledger.working(live))
                )
            elif self.facts.human_reply or by_phone:
                self.ledger.end(live)
            elif self.settled:
                self.ledger.cancel(live, "settled_without_reply")
            return
        proactive = self.state.channel == PROACTIVE
        if clock is not None or self.settled or (proactive and not self.facts.customer_message):
            return
        if reply_at is None or (self.facts.human_reply and reply_at == self.now):
            started = self.begin(target, duration, self.now if proactive else self.state.created_at)
            if reply_at is not None:
                self.ledger.end(started)

    def next_reply(
        self, target: Target, duration: Duration, clock: Clock | None, live: Clock | None
    ) -> None:
        if live:
            if self.facts.human_reply:
                self.ledger.end(live)
            elif self.settled:
                self.ledger.cancel(live, "settled_without_reply")
            return
        asked = (
            self.facts.customer_message and not self.facts.created and not self.facts.human_reply
        )
        if asked and self.first_answer_is_over and not self.settled:
            self.begin(target, duration, self.now)

    @property
    def first_answer_is_over(self) -> bool:
        """Return whether the promise of a first answer no longer covers what the customer writes."""
        first = self.ledger.clocks.get(Metric.FIRST_RESPONSE)
        return self.state.first_reply_at is not None or (first is not None and alive(first) is None)

    def next_update(
        self, target: Target, duration: Duration, clock: Clock | None, live: Clock | None
    ) -> None:
        waiting = self.state.category is Category.WAITING
        promised = target.duration is not None or bool(target.cells)
        if live:
            if self.facts.human_reply:
                self.ledger.end(live)
            elif self.settled or waiting:
                self.ledger.cancel(live, "not_due")
            else:
                return
        if promised and not self.settled and not waiting:
            self.begin(target, duration, self.state.created_at if self.facts.created else self.now)

    def engagement(
        self, target: Target, duration: Duration, clock: Clock | None, live: Clock | None
    ) -> None:
        acted = target.role in self.facts.acted_roles
        if live is None and clock is None and not self.settled:
            live = self.begin(target, duration, self.state.created_at)
        if live and acted:
            self.ledger.end(live)
        elif live and self.settled:
            self.ledger.cancel(live, "settled")

    def promise(
        self, target: Target, duration: Duration, clock: Clock | None, live: Clock | None
    ) -> None:
        if live and self.settled:
            if self.abandoned:
                self.ledger.cancel(live, self.why_abandoned)
            else:
                self.ledger.end(live)
        elif clock is None and not self.settled:
            self.begin(target, duration, self.now)

    def resolution(
        self, target: Target, duration: Duration, clock: Clock | None, live: Clock | None
    ) -> None:
        if live and self.abandoned:
            self.ledger.cancel(live, self.why_abandoned)
        elif live and self.settled:
            self.ledger.end(live)
        elif live:
            self.hold(live)
        elif clock is None and not self.settled:
            self.hold(self.begin(target, duration, self.state.created_at), fresh=True)
        elif clock is not None and self.facts.reopened and not self.settled:
            self.reopen(clock, target, duration)

    def reopen(self, clock: Clock, target: Target, duration: Duration) -> None:
        if self.sla is None or self.sla.reopen == "ignore":
            return
        if self.sla.reopen == "new_cycle":
            cycle = sum(1 for known in self.ledger.clocks if known.startswith(f"{clock.id}:")) + 1
            self.ledger.put("kept", replace(clock, id=f"{clock.id}:{cycle}"))
            self.hold(self.begin(target, duration, self.now), fresh=True)
            return
        reason = "" if clock.status is ClockStatus.CANCELLED else clock.reason
        again = replace(clock, status=ClockStatus.RUNNING, ended_at=None, reason=reason)
        live = self.ledger.resume(again)
        self.hold(self.retarget(live, target, duration), fresh=True)

    def hold(self, clock: Clock, *, fresh: bool = False) -> None:
        """Pause in a pausing state, resume outside of one, and when the customer has written in one."""
        facts = self.facts
        answered = facts.customer_message and not facts.put_to_wait
        wanted = self.pausing and not answered
        if clock.status is ClockStatus.PAUSED and not wanted:
            self.ledger.resume(clock)
        elif (
            clock.status is ClockStatus.RUNNING
            and wanted
            and (fresh or facts.state_changed or facts.human_reply)
        ):
            self.ledger.pause(clock)

    # --- what is so -------------------------------------------------------------------------------

    @property
    def settled(self) -> bool:
        return not self.state.is_open

    @property
    def abandoned(self) -> bool:
        """Return whether the record was closed without having been resolved: spam, a mistake, merged away."""
        return self.state.category is Category.CLOSED and self.state.resolved_at is None

    @property
    def why_abandoned(self) -> str:
        return "merged" if self.state.merged_into else "closed_unresolved"

    @property
    def pausing(self) -> bool:
        category = self.state.category
        named = f"{category}:{self.waits_for}"
        return self.sla is not None and (str(category) in self.sla.pause or named in self.sla.pause)
