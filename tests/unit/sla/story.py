"""One record and its clocks, told as a story: what happens at which time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sopwith.calendars import Calendar, WorkingTime
from sopwith.core.record import Category, Clock, ClockStatus, RecordState, Task
from sopwith.core.text import Text
from sopwith.expressions import Context, Duration, parse_duration
from sopwith.sla.clocks import ClockChange, Facts, Limits, Times, advance, due_changes
from sopwith.sla.model import Metric, Policy, Sla, Target
from sopwith.sla.ticking import consumed

MONDAY = datetime(2026, 11, 16, tzinfo=UTC)
OFFICE = Calendar(id="office", week=(((540, 1080),),) * 5 + ((), ()))
NIGHTS = Calendar(id="nights", week=(((1320, 360),),) * 7)
SHANGHAI = Calendar(id="shanghai", zone="Asia/Shanghai", week=(((540, 1080),),) * 5 + ((), ()))
_NOTHING = Facts()
TIMES = Times(by_id={one.id: WorkingTime(one) for one in (OFFICE, NIGHTS, SHANGHAI)})


def at(text: str) -> datetime:
    """Return a moment of the week of the stories, UTC: ``mon 09:30``; ``tue2`` is a week later."""
    day, clock = text.split()
    week = int(day[3:] or 1) - 1
    hours, minutes, *seconds = (int(part) for part in clock.split(":"))
    number = ("mon", "tue", "wed", "thu", "fri", "sat", "sun").index(day[:3])
    extra = timedelta(hours=hours, minutes=minutes, seconds=sum(seconds))
    return MONDAY + timedelta(days=number, weeks=week) + extra


def length(text: str) -> Duration:
    found = parse_duration(text)
    assert found is not None
    return found


def target(metric: Metric, promise: str | Mapping[str, str], **more: Any) -> Target:
    if isinstance(promise, str):
        return Target(metric=metric, duration=length(promise), **more)
    return Target(metric=metric, cells={key: length(one) for key, one in promise.items()}, **more)


def policy(
    *targets: Target, name: str = "standard", calendar: str = "office", when: Any = None
) -> Policy:
    return Policy(id=name, title=Text(en=name), when=when, calendar=calendar, targets=targets)


def sla(*policies: Policy, **more: Any) -> Sla:
    return Sla(id="sla", record_type="ticket", title=Text(en="SLA"), policies=policies, **more)


class Story:
    """Drives ``advance`` and ``due_changes`` as the engine does; *log* holds every change."""

    def __init__(
        self,
        rules: Sla | None,
        start: str | datetime = "mon 09:00",
        *,
        channel: str = "portal",
        state_limit: str | None = None,
        calendar: str | None = None,
        **values: Any,
    ) -> None:
        self.rules = rules
        self.now = at(start) if isinstance(start, str) else start
        self.log: list[ClockChange] = []
        self.limits = Limits(
            state=length(state_limit) if state_limit else None, state_calendar=calendar
        )
        self.state = RecordState(
            id="r1",
            number="T-1",
            type="ticket",
            release="r",
            state="new",
            entered_at=self.now,
            created_at=self.now,
            updated_at=self.now,
            channel=channel,
            values={"priority": "P2", **values},
        )
        self.tell(Facts(created=True, state_changed=True))

    # --- time and telling

    def go(self, when: str | datetime | None) -> None:
        if when is not None:
            self.now = at(when) if isinstance(when, str) else when
        self.keep(due_changes(self.state.clocks, self.now, TIMES))

    def keep(self, changes: tuple[ClockChange, ...]) -> None:
        for change in changes:
            self.state.clocks[change.clock.id] = change.clock
        self.log.extend(changes)

    def tell(self, facts: Facts = _NOTHING) -> None:
        self.keep(
            advance(
                self.rules,
                self.state,
                facts,
                self.limits,
                self.now,
                scope=dict(self.state.values),
                context=Context(now=self.now),
                times=TIMES,
            )
        )

    # --- what can happen

    def reply(self, when: str | None = None, **more: Any) -> None:
        self.go(when)
        self.state.first_reply_at = self.state.first_reply_at or self.now
        self.state.waiting_reply_since = None
        self.tell(Facts(human_reply=True, **more))

    def automatic_reply(self, when: str | None = None) -> None:
        self.go(when)
        self.tell()

    def customer(self, when: str | None = None, **more: Any) -> None:
        self.go(when)
        self.state.waiting_reply_since = self.state.waiting_reply_since or self.now
        self.state.last_customer_at = self.now
        self.tell(Facts(customer_message=True, **more))

    def enter(
        self, category: Category, when: str | None = None, *, waits_for: str = "", **facts: Any
    ) -> None:
        self.go(when)
        was_open = self.state.is_open
        self.state.category, self.state.state = category, f"{category}-{len(self.log)}"
        self.state.entered_at = self.now
        if category is Category.RESOLVED:
            self.state.resolved_at = self.now
        self.limits = replace(self.limits, waits_for=waits_for)
        reopened = not was_open and self.state.is_open
        if reopened:
            self.state.resolved_at = None
        self.tell(Facts(state_changed=True, reopened=reopened, **facts))

    def wait(self, when: str | None = None, waits_for: str = "customer", **facts: Any) -> None:
        self.enter(Category.WAITING, when, waits_for=waits_for, **facts)

    def work(self, when: str | None = None, **facts: Any) -> None:
        self.enter(Category.OPEN, when, **facts)

    def resolve(self, when: str | None = None) -> None:
        self.enter(Category.RESOLVED, when)

    def close(self, when: str | None = None) -> None:
        self.enter(Category.CLOSED, when)

    def set(self, when: str | None = None, **values: Any) -> None:
        self.go(when)
        self.state.values.update(values)
        self.tell()

    def act(self, role: str, when: str | None = None) -> None:
        self.go(when)
        self.tell(Facts(acted_roles=frozenset({role})))

    def absorb(self, when: str, created: str, replied: str | None = None) -> None:
        self.go(when)
        self.state.created_at = min(self.state.created_at, at(created))
        if replied:
            known = self.state.first_reply_at
            self.state.first_reply_at = min(known, at(replied)) if known else at(replied)
        self.tell(Facts(absorbed=True))

    def set_due(self, clock_id: str, when: str, due: str) -> None:
        """Set a due time by hand, as the engine's command does."""
        self.go(when)
        clock = self.state.clocks[clock_id]
        working = TIMES.of(clock.calendar)
        since = clock.since or self.now
        ahead = (
            working.between(since, at(due)) if working else int((at(due) - since).total_seconds())
        )
        moved = replace(clock, target=clock.used + ahead, manual=True, breached_at=None)
        moved.due_at = at(due) if clock.status is ClockStatus.RUNNING else None
        self.keep((ClockChange(change="retargeted", clock=moved, at=self.now),))

    def task(self, when: str, task_id: str, status: str, limit: str | None = None) -> None:
        self.go(when)
        known = self.state.tasks.get(task_id)
        opened = known.opened_at if known else self.now
        self.state.tasks[task_id] = Task(
            id=task_id, branch=task_id, state=self.state.state, status=status, opened_at=opened
        )
        if limit:
            self.limits = replace(self.limits, tasks={task_id: (length(limit), None)})
        self.tell()

    # --- what is so

    def clock(self, clock_id: str) -> Clock:
        return self.state.clocks[clock_id]

    def used(self, clock_id: str) -> int:
        """Return the minutes used so far."""
        clock = self.clock(clock_id)
        return consumed(clock, self.now, TIMES.of(clock.calendar)) // 60

    def told(self, clock_id: str) -> list[str]:
        """Return the changes of one clock: ``breached mon 10:00``."""
        return [f"{said(one)} {shown(one.at)}" for one in self.log if one.clock.id == clock_id]


def said(change: ClockChange) -> str:
    return f"warned{change.percent}" if change.change == "warned" else change.change


def shown(moment: datetime) -> str:
    week = (moment - MONDAY).days // 7 + 1
    return (
        moment.strftime("%a").lower() + (str(week) if week > 1 else "") + moment.strftime(" %H:%M")
    )
