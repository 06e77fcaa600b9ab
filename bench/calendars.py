"""Working time: four business hours added and spans counted, beside workclock and businesstimedelta.

Run: python bench/calendars.py. Mon-Fri 09-12 and 13-18, Europe/Berlin, ten holidays a year, the moments
spread over two years. Every peer answers the same questions in turn with us; its answers are compared.
"""

from __future__ import annotations

import operator
import time as clock
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from importlib import import_module
from typing import Any

from sopwith.calendars import Calendar, WorkingTime

BERLIN = "Europe/Berlin"
YEARS = range(2024, 2029)
FEASTS = [(1, 1), (1, 6), (3, 8), (5, 1), (5, 14), (6, 4), (10, 3), (11, 1), (12, 25), (12, 26)]
HOLIDAYS = [date(year, month, day) for year in YEARS for month, day in FEASTS]
FOUR_HOURS = 4 * 3600
MONTH, YEAR = 30 * 86_400, 360 * 86_400
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Question = tuple[Callable[[Any, Any], Any], Sequence[tuple[Any, Any]]]


def moments(count: int) -> list[int]:
    """Return *count* epoch seconds of 2025 and 2026, always the same ones."""
    first, length, state, found = 1_735_689_600, 2 * 365 * 86_400, 1, []
    for _ in range(count):
        state = state * 6_364_136_223_846_793_005 + 1_442_695_040_888_963_407 & (1 << 64) - 1
        found.append(first + (state >> 33) % length)
    return found


def rates(*questions: Question) -> list[float]:
    """Return answers a second of CPU time, the best of seven rounds in which all take turns."""
    best = [float("inf")] * len(questions)
    for _ in range(7):
        for index, (ask, pairs) in enumerate(questions):
            start = clock.process_time()
            for one, two in pairs:
                ask(one, two)
            best[index] = min(best[index], clock.process_time() - start)
    return [len(pairs) / spent for (_, pairs), spent in zip(questions, best, strict=True)]


def workclock_peer() -> tuple[Callable[..., Any], Callable[..., Any], Any]:
    """Return add and between of workclock, and what four hours are for it."""
    peer: Any = import_module("workclock")
    hours = peer.WorkDay(time(9), time(18))
    lunch = peer.Break(time(12), time(13))
    schedule = peer.Schedule([hours, lunch, peer.Holidays(HOLIDAYS)], time_zone=BERLIN)
    return schedule.add, schedule.between, timedelta(hours=4)


def businesstimedelta_peer() -> tuple[Callable[..., Any], Callable[..., Any], Any]:
    """Return add and between of businesstimedelta, and what four hours are for it."""
    peer: Any = import_module("businesstimedelta")
    zone = import_module("pytz").timezone(BERLIN)
    closed = peer.HolidayRule(dict.fromkeys(HOLIDAYS, ""), tz=zone)
    rules = peer.Rules([peer.WorkDayRule(tz=zone), peer.LunchTimeRule(tz=zone), closed])

    def between(start: datetime, end: datetime) -> timedelta:
        found: timedelta = rules.difference(start, end).timedelta
        return found

    return operator.add, between, peer.BusinessTimeDelta(rules, hours=4)


def compare(peer: Callable[[], Any], count: int) -> None:
    """Ask one peer and ourselves the same *count* questions of each sort and print the ratios."""
    name = peer.__name__.removesuffix("_peer")
    try:
        add, between, four_hours = peer()
    except ImportError:
        print(f"{name}: not installed")
        return
    print(
        f"{name:<20}{'its rate':>12}{'ours, epoch':>14}{'ratio':>10}{'ours, aware':>14}{'ratio':>10}"
    )
    working = WorkingTime(CALENDAR)
    stamps = moments(5_000)
    starts = [EPOCH + timedelta(seconds=stamp) for stamp in stamps]
    few = starts[:count]
    differ = sum(add(start, four_hours) != working.add(start, FOUR_HOURS) for start in few)
    found = rates(
        (add, [(start, four_hours) for start in few]),
        (working.add_epoch, [(stamp, FOUR_HOURS) for stamp in stamps]),
        (working.add, [(start, FOUR_HOURS) for start in starts]),
    )
    show("add four hours", found)
    for label, length in (("between, a month", MONTH), ("between, a year", YEAR)):
        spans = [(start, start + timedelta(seconds=length)) for start in starts]
        for start, end in spans[:count]:
            differ += between(start, end) != timedelta(seconds=working.between(start, end))
        found = rates(
            (between, spans[:count]),
            (working.between_epoch, [(stamp, stamp + length) for stamp in stamps]),
            (working.between, spans),
        )
        show(label, found)
    print(f"  {differ} of its {3 * count} answers differ from ours")


def show(label: str, found: Sequence[float]) -> None:
    """Print one line: the peer's rate, then ours with the ratios."""
    its, epoch, aware = found
    ours = f"{epoch:>14,.0f}{epoch / its:>9,.1f}x{aware:>14,.0f}{aware / its:>9,.1f}x"
    print(f"  {label:<18}{its:>12,.0f}{ours}")


CALENDAR = Calendar(
    id="bench",
    zone=BERLIN,
    week=(((540, 720), (780, 1080)),) * 5 + ((), ()),
    holidays=frozenset(HOLIDAYS),
)


def main() -> None:
    """Measure the building of the table, then ourselves beside each peer."""
    start = clock.process_time()
    WorkingTime(CALENDAR).between_epoch(min(moments(1_000)), max(moments(1_000)) + YEAR)
    print(f"table of five years built in {(clock.process_time() - start) * 1e3:.1f} ms")
    compare(workclock_peer, 5_000)
    compare(businesstimedelta_peer, 20)


if __name__ == "__main__":
    main()
