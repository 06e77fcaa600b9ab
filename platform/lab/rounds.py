"""The rounds of rules that act in rounds (``every``), for a world in memory."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from ..core.directory import Directory
from ..core.record import RecordState
from ..engine.scope import scope_of
from ..release.model import Release
from ..rules.model import Rule
from ..rules.sweeps import looks_at_settled, round_of
from ..rules.timers import next_sweep


class Rounds:
    """When each rule looks again, and at which records; the first round is one period after the start."""

    def __init__(self, release: Release, zone: str, start: datetime) -> None:
        self._release, self._zone = release, zone
        self._due: dict[str, datetime] = {}
        for rule in release.rules.values() if zone else ():
            self._plan(rule, start)

    def _plan(self, rule: Rule, last: datetime) -> None:
        trigger = round_of(rule)
        if trigger is None:
            return
        working = self._release.working_time.get(trigger.calendar) if trigger.calendar else None
        due = next_sweep(trigger, last, self._zone, working)
        if due is None:
            self._due.pop(rule.id, None)
        else:
            self._due[rule.id] = due

    def first(self) -> datetime | None:
        """Return when the next round is due, None when there is none."""
        return min(self._due.values(), default=None)

    def take(
        self, at: datetime, records: Iterable[RecordState], directory: Directory
    ) -> list[tuple[str, str]]:
        """Return rule and record of each visit that the rounds due at *at* make, and plan their next.

        Visits of which nothing can come are left out.
        """
        known = sorted(records, key=lambda one: one.id)
        visits: list[tuple[str, str]] = []
        for name in sorted(name for name, due in self._due.items() if due == at):
            rule = self._release.rules[name]
            self._plan(rule, at)
            visits += [(name, one.id) for one in known if _may_act(rule, one, directory)]
        return visits

    def are_idle(self, records: Iterable[RecordState], directory: Directory) -> bool:
        """Return whether nothing can come of any round before something else happens."""
        rules = [self._release.rules[name] for name in self._due]
        return not any(_may_act(rule, one, directory) for one in records for rule in rules)

    def skip(self, until: datetime) -> None:
        """Leave out the rounds before *until*."""
        for name in list(self._due):
            self._leap(name, until)
            while (due := self._due.get(name)) is not None and due < until:
                self._plan(self._release.rules[name], due)

    def _leap(self, name: str, until: datetime) -> None:
        """Pass by the rounds that only count the clock's time in one go: there are thousands in a few weeks."""
        trigger = round_of(self._release.rules[name])
        if trigger is None or trigger.time or trigger.calendar or trigger.duration is None:
            return
        step = timedelta(days=trigger.duration.days, seconds=trigger.duration.seconds)
        ahead = until - self._due[name]
        if step > timedelta(0) and ahead > timedelta(0):
            self._due[name] += step * -(-ahead // step)


def _may_act(rule: Rule, state: RecordState, directory: Directory) -> bool:
    """Return whether the rule looks at this record, and something may come of it."""
    if rule.record_type not in ("any", state.type):
        return False
    if not state.is_open and not looks_at_settled(rule):
        return False
    if rule.when is None or rule.when.reads_time:
        return True
    facts = directory.customer(state.customer_id) if state.customer_id else None
    if facts is not None and dict(facts) != state.customer:
        return True
    return rule.when.holds({**scope_of(state), "event": {"kind": "every"}})
