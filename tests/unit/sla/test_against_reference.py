"""The clock of a solution against a slow one that walks minute by minute, over random weeks."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from hypothesis import event, given, settings
from hypothesis import strategies as st

from sopwith.calendars import Calendar, WorkingTime
from sopwith.core.record import Category, ClockStatus, RecordState
from sopwith.core.text import Text
from sopwith.expressions import Context, Duration
from sopwith.sla.clocks import ClockChange, Facts, Limits, Times, advance, due_changes, next_instant
from sopwith.sla.model import Metric, Policy, Sla, Target
from sopwith.sla.ticking import consumed

from .reference import Hours, SlowClock

EXAMPLES = 2000 if os.environ.get("SOPWITH_FULL") else 60
START = datetime(2026, 11, 16, tzinfo=UTC)
RESOLUTION = Metric.RESOLUTION
WARN = (50, 80)


class Happening(NamedTuple):
    """What happens after some minutes; *late*: the scheduler has slept until now."""

    after: int
    what: str
    cell: str
    late: bool


@st.composite
def hours(draw: st.DrawFn) -> Hours:
    """Weekly windows, sometimes with a break, a night shift, days off; sometimes plain time."""
    if draw(st.integers(0, 4)) == 0:
        return Hours()
    opening = draw(st.integers(0, 1400))
    closing = draw(st.integers(opening + 120, min(opening + 900, 1440 + opening - 1)))
    windows = [(opening, closing)]
    middle = (opening + closing) // 2
    if closing - opening > 120 and draw(st.booleans()):
        windows = [(opening, middle - 20), (middle + 20, closing)]
    days = draw(st.sets(st.integers(0, 6), min_size=3, max_size=7))
    week = tuple(tuple(windows) if day in days else () for day in range(7))
    off = draw(st.sets(st.integers(0, 13), max_size=2))
    return Hours(week=week, off=frozenset(date(2026, 11, 16) + timedelta(days=n) for n in off))


HAPPENINGS = st.lists(
    st.builds(
        Happening,
        after=st.integers(0, 900),
        what=st.sampled_from(
            [
                "wait",
                "wait",
                "work",
                "customer",
                "reply",
                "priority",
                "priority",
                "policy",
                "resolve",
                "look",
            ]
        ),
        cell=st.sampled_from(["P0", "P1", "P2"]),
        late=st.booleans(),
    ),
    max_size=10,
)


class Fast:
    """The clock under test, told the same story through facts."""

    def __init__(self, rules: Sla, calendar: Calendar | None, start: datetime) -> None:
        self.rules, self.now = rules, start
        self.times = Times(by_id={calendar.id: WorkingTime(calendar)} if calendar else {})
        self.log: list[ClockChange] = []
        self.waits_for = ""
        self.state = RecordState(
            id="r", number="1", type="ticket", release="", state="x", entered_at=start,
            created_at=start, updated_at=start, values={"priority": "P1", "tier": "a"},
        )  # fmt: skip
        self.tell(Facts(created=True, state_changed=True))

    def keep(self, changes: tuple[ClockChange, ...]) -> None:
        for change in changes:
            self.state.clocks[change.clock.id] = change.clock
        self.log.extend(changes)

    def catch_up(self) -> None:
        self.keep(due_changes(self.state.clocks, self.now, self.times))

    def tell(self, facts: Facts) -> None:
        self.catch_up()
        self.keep(
            advance(
                self.rules, self.state, facts, Limits(waits_for=self.waits_for), self.now,
                scope=self.state.values, context=Context(now=self.now), times=self.times,
            )
        )  # fmt: skip

    def enter(self, category: Category, waits_for: str = "") -> None:
        self.catch_up()
        was_open = self.state.is_open
        self.state.category, self.waits_for = category, waits_for
        self.state.resolved_at = self.now if category is Category.RESOLVED else None
        self.tell(Facts(state_changed=True, reopened=not was_open and self.state.is_open))

    def punctual_until(self, until: datetime) -> None:
        """Let timers fire exactly when they are wanted."""
        while (at := next_instant(self.clock, self.times)) is not None and at <= until:
            self.now = max(self.now, at)
            before = len(self.log)
            self.catch_up()
            assert len(self.log) > before, "a timer that finds nothing to do"
        self.now = until

    @property
    def clock(self):  # type: ignore[no-untyped-def]
        return self.state.clocks[RESOLUTION]

    @property
    def used(self) -> int:
        return consumed(self.clock, self.now, self.times.of(self.clock.calendar))


def rules_for(cells: dict[str, int], business: bool, retarget: str, reopen: str) -> Sla:
    durations = {key: Duration(seconds=60 * n, business=business) for key, n in cells.items()}
    target = Target(metric=RESOLUTION, cells=durations)
    policy = Policy(id="p", title=Text("P"), when=None, calendar="c", targets=(target,))
    return Sla(
        id="s", record_type="ticket", title=Text("S"), policies=(policy,), warn=WARN,
        retarget=retarget, reopen=reopen,
    )  # fmt: skip


def told(fast: Fast) -> list[tuple[str, datetime]]:
    return [
        (f"warned{one.percent}" if one.change == "warned" else one.change, one.at)
        for one in fast.log
        if one.change in ("warned", "breached")
    ]


def compare(fast: Fast, slow: SlowClock) -> None:
    """Demand the same of both clocks at this minute."""
    clock = fast.clock
    assert fast.used == slow.used * 60
    assert clock.breached_at == slow.breached
    assert set(clock.warned) == slow.warned
    if slow.ended:
        assert clock.status == slow.ended
    else:
        assert clock.status is (ClockStatus.RUNNING if slow.running else ClockStatus.PAUSED)
    if clock.status is ClockStatus.RUNNING:
        assert clock.due_at is not None
        assert clock.due_at == (slow.breached or slow.due())
    else:
        assert clock.due_at is None


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    hours(),
    st.fixed_dictionaries(
        {key: st.integers(1, 90).map(lambda n: n * 10) for key in ("P0", "P1", "P2")}
    ),
    st.sampled_from(["from_creation", "from_change"]),
    st.sampled_from(["resume", "ignore", "new_cycle"]),
    HAPPENINGS,
    st.integers(0, 1439),
)
def test_the_clock_is_the_one_that_walks(
    kept: Hours,
    cells: dict[str, int],
    retarget: str,
    reopen: str,
    happenings: list[Happening],
    first: int,
) -> None:
    start = START + timedelta(minutes=first)
    calendar = Calendar(id="c", week=kept.week, holidays=kept.off) if kept.week else None
    rules = rules_for(cells, calendar is not None, retarget, reopen)
    fast = Fast(rules, calendar, start)
    slow = SlowClock(target=cells["P1"], hours=kept, now=start, warn=WARN)
    compare(fast, slow)
    waiting, answered = False, False
    for one in happenings:
        until = fast.now + timedelta(minutes=one.after)
        if one.late:
            fast.now = until
        else:
            fast.punctual_until(until)
        slow.tick(until)
        if slow.ended and one.what not in ("work", "look"):
            continue
        event(one.what)
        match one.what:
            case "wait":
                fast.enter(Category.WAITING, "customer")
                waiting, answered = True, False
                slow.pause()
            case "work":
                fast.enter(Category.OPEN)
                waiting = False
                if not slow.ended:
                    slow.resume()
                elif reopen == "resume":
                    slow.reopen()
                    slow.retarget(fast_target(cells, fast), afresh=retarget == "from_change")
                elif reopen == "new_cycle":
                    slow = SlowClock(
                        target=fast_target(cells, fast), hours=kept, now=until, warn=WARN
                    )
                else:
                    break
            case "customer":
                fast.tell(Facts(customer_message=True))
                answered = True
                slow.resume()
            case "reply":
                fast.tell(Facts(human_reply=True))
                answered = False
                if waiting:
                    slow.pause()
            case "priority":
                fast.catch_up()
                fast.state.values["priority"] = one.cell
                fast.tell(Facts())
                slow.retarget(cells[one.cell], afresh=retarget == "from_change")
            case "policy":
                fast.catch_up()
                name = f"p{len(fast.log)}"
                fast.rules = replace(rules, policies=(replace(rules.policies[0], id=name),))
                fast.tell(Facts())
            case "resolve":
                fast.enter(Category.RESOLVED)
                waiting = False
                slow.stop()
            case _:
                fast.catch_up()
        compare(fast, slow)
        assert slow.running == (not waiting or answered) or slow.ended
    if reopen != "new_cycle":
        assert told(fast) == slow.log
    instants = [one.at for one in fast.log if one.change == "breached"]
    assert len(instants) == len(set(instants))


def fast_target(cells: dict[str, int], fast: Fast) -> int:
    return cells[str(fast.state.values["priority"])]
