"""Which life is copied when: a past that ends now, in the order of time, with numbers in a row."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import accumulate
from random import Random
from zoneinfo import ZoneInfo

from ..calendars import Calendar
from ..lab.lives import Life
from .bulk_mould import Mould
from .bulk_stamp import Copy

WEEK = 7
SELDOM = 1e-6
"""The share of histories that are not wanted: taken where there are no others."""
DAY = 86_400.0  # seconds
Counting = tuple[str, str, int, str]
"""A counter's key, and what stands before and after a count of at least so many digits."""

_SEQUENCE = re.compile(r"\{seq(?::(\d+))?\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The time that a life takes. pending: the first instant at which something comes by itself, None when nothing does.

    last: the last instant that it knows of, past or ahead. taken_back: whoever asked took it back.
    """

    begins: datetime
    ends: datetime
    pending: datetime | None
    last: datetime
    taken_back: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What decides where a life may be copied to. place: of its mould. who: the customers that it may have.

    open: how many of its records are open.
    """

    place: int
    mould: Mould
    span: Span
    open: int
    who: tuple[int, ...]


def span_of(life: Life) -> Span:
    """Return the time that *life* takes."""
    return Span(
        begins=life.begins,
        ends=life.ends,
        pending=min(life.pending, default=None),
        last=max([life.ends, *life.pending]),
        taken_back=life.taken_back,
    )


@dataclass(slots=True, kw_only=True)
class Plan:
    """Chooses copies. counters: the last number given under each key; fresh: the next whole number by table.

    Both move on as copies are chosen. numbers: the pattern by record type. short: the share of settled records that
    whoever asked took back, whose histories are short.
    """

    settled: Sequence[Origin]
    unsettled: Sequence[Origin]
    calendars: Sequence[Calendar]
    numbers: Mapping[str, str]
    zone: str
    now: datetime
    head_start: timedelta
    short: float
    counters: dict[str, int]
    fresh: dict[str, int]
    _known: dict[tuple[str, date], object] = field(default_factory=dict)
    _keys: dict[tuple[str, date], Counting] = field(default_factory=dict)
    _countings: dict[tuple[int, int], tuple[Counting, ...]] = field(default_factory=dict)

    def copies(self, records: int, open_share: float, days: int, chance: Random) -> Iterator[Copy]:
        """Yield copies that make exactly *records* records, about *open_share* of them open."""
        wanted_open = min(records, round(records * open_share))
        unsettled = self._unsettled(wanted_open, chance)
        made = sum(len(one.mould.pressed.records) for one, _ in unsettled)
        chosen = self._settled(records - made, days, chance) + unsettled
        begins = {
            one.place: one.span.begins.timestamp() for one in (*self.settled, *self.unsettled)
        }
        chosen.sort(key=lambda one: begins[one[0].place] + DAY * one[1])
        for origin, moved in chosen:
            yield self._copy(origin, moved, chance)

    def _settled(self, records: int, days: int, chance: Random) -> list[tuple[Origin, int]]:
        """Return settled lives moved over the last *days*, small ones more often than large ones."""
        weeks = self._weeks(days)
        small = [one for one in self.settled if len(one.mould.pressed.records) == 1]
        chosen: list[tuple[Origin, int]] = []
        made = 0
        while made < records:
            moved, origins, weights = weeks[int(len(weeks) * chance.random() ** 0.85)]
            one = origins[bisect(weights, chance.random() * weights[-1], 0, len(origins) - 1)]
            if made + len(one.mould.pressed.records) > records:
                one, moved = chance.choice(small), min(moved, -WEEK)
            chosen.append((one, moved))
            made += len(one.mould.pressed.records)
        return chosen

    def _weeks(self, days: int) -> list[tuple[int, list[Origin], list[float]]]:
        found = []
        first = max(one.span.begins for one in self.settled)
        for moved in range(
            -WEEK * max(1, (days - (self.now - first).days) // WEEK), 8 * WEEK, WEEK
        ):
            origins = [one for one in self.settled if self._fits(one, moved)]
            if origins:
                found.append((moved, origins, _weights(origins, self.short)))
        return found

    def _unsettled(self, wanted: int, chance: Random) -> list[tuple[Origin, int]]:
        chosen: list[tuple[Origin, int]] = []
        made = 0
        while made < wanted:
            one = chance.choice(self.unsettled)
            chosen.append((one, 0))
            made += one.open
        return chosen

    def _fits(self, one: Origin, moved: int) -> bool:
        """Return whether everything that happened stays in the past, what comes stays ahead, and days count the same."""
        by = timedelta(days=moved)
        if one.span.ends + by > self.now:
            return False
        if one.span.pending is not None and one.span.pending + by < self.now + self.head_start:
            return False
        return all(self._agree(calendar, one, moved) for calendar in self.calendars)

    def _agree(self, calendar: Calendar, one: Origin, moved: int) -> bool:
        """Return whether the calendar is open at the same hours of the days that the life spans."""
        zone = ZoneInfo(calendar.zone)
        if (
            one.span.begins.astimezone(zone).utcoffset()
            != (one.span.begins + timedelta(days=moved)).astimezone(zone).utcoffset()
        ):
            return False
        day, last = (
            one.span.begins.date() - timedelta(days=1),
            one.span.last.date() + timedelta(days=1),
        )
        while day <= last:
            then = day + timedelta(days=moved)
            if self._windows(calendar, day) != self._windows(calendar, then):
                return False
            day += timedelta(days=1)
        return True

    def _windows(self, calendar: Calendar, day: date) -> object:
        key = (calendar.id, day)
        if key not in self._known:
            self._known[key] = (calendar.windows_on(day), calendar.is_unknown(day))
        return self._known[key]

    def _copy(self, origin: Origin, moved: int, chance: Random) -> Copy:
        countings = self._countings.get((origin.place, moved))
        if countings is None:
            countings = self._countings[origin.place, moved] = self._countings_of(origin, moved)
        numbers = []
        for key, before, width, after in countings:
            self.counters[key] = last = self.counters.get(key, 0) + 1
            numbers.append(f"{before}{last:0{width}}{after}")
        counts = origin.mould.counts
        fresh = []
        for table in origin.mould.fresh:
            first = self.fresh.get(table, 1)
            fresh.append((table, first))
            self.fresh[table] = first + counts[table]
        return Copy(
            origin.place,
            moved,
            tuple(numbers),
            origin.who[int(chance.random() * len(origin.who))],
            tuple(fresh),
        )

    def _countings_of(self, origin: Origin, moved: int) -> tuple[Counting, ...]:
        """Return how the records of a life are numbered when it is moved by so many days."""
        pressed, by = origin.mould.pressed, timedelta(days=moved)
        return tuple(
            self._counting(kind, at + by)
            for kind, at in zip(pressed.types, pressed.created, strict=True)
        )

    def _counting(self, kind: str, at: datetime) -> Counting:
        day = at.astimezone(ZoneInfo(self.zone)).date()
        known = self._keys.get((kind, day))
        if known is None:
            known = self._keys[kind, day] = _pattern(self.numbers[kind], day)
        return known


def _weights(origins: Sequence[Origin], short: float) -> list[float]:
    """Return how often each is copied, added up: record types alike, short histories more often than long ones."""
    each = []
    sums: dict[tuple[str, bool], float] = {}
    for one in origins:
        weight = 1 / sum(one.mould.events) ** 2
        group = one.mould.pressed.types[0], one.span.taken_back
        sums[group] = sums.get(group, 0.0) + weight
        each.append((group, weight))
    shares = {True: max(short, SELDOM), False: max(1 - short, SELDOM)}
    return list(accumulate(weight * shares[group[1]] / sums[group] for group, weight in each))


def _pattern(pattern: str, day: date) -> Counting:
    dated = pattern.replace("{yyyy}", f"{day:%Y}").replace("{mm}", f"{day:%m}")
    dated = dated.replace("{dd}", f"{day:%d}")
    found = _SEQUENCE.search(dated)
    if found is None:
        raise ValueError(f"the numbers {pattern!r} have no {{seq}}")
    width = int(found[1] or 1)
    return _SEQUENCE.sub("{seq}", dated), dated[: found.start()], width, dated[found.end() :]
