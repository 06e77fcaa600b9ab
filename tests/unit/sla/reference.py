"""One resolution clock, minute by minute: slow, simple, and written without the table of ``sopwith.calendars``.

Every minute it asks whether the clock runs and whether the minute is worked; it knows nothing of due times.
Only whole minutes happen. The calendar is weekly windows in UTC, with days off.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

MINUTE = timedelta(minutes=1)
NEVER: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Hours:
    """Windows of each weekday in minutes from midnight (an end past 1440 is next day); none at all: plain time."""

    week: tuple[tuple[tuple[int, int], ...], ...] = ()
    off: frozenset[date] = frozenset()
    days: dict[date, bytes] = field(default_factory=dict, compare=False)

    def worked(self, minute: datetime) -> bool:
        """Return whether the minute that begins here counts."""
        return bool(self.day(minute.date())[minute.hour * 60 + minute.minute])

    def day(self, day: date) -> bytes:
        """Return a day minute by minute, 1 where it counts."""
        known = self.days.get(day)
        if known is None:
            windows = self.windows(day)
            before = self.windows(day - timedelta(days=1))
            known = self.days[day] = bytes(
                not self.week
                or any(a <= n < b for a, b in windows)
                or any(a <= n + 1440 < b for a, b in before)
                for n in range(1440)
            )
        return known

    def windows(self, day: date) -> tuple[tuple[int, int], ...]:
        return NEVER if day in self.off or not self.week else self.week[day.weekday()]


@dataclass(kw_only=True)
class SlowClock:
    """A clock that is carried through time by ``tick``; the log says what happened at which minute."""

    target: int
    hours: Hours
    now: datetime
    warn: tuple[int, ...]
    used: int = 0
    running: bool = True
    ended: str = ""
    breached: datetime | None = None
    warned: set[int] = field(default_factory=set)
    log: list[tuple[str, datetime]] = field(default_factory=list)

    def tick(self, until: datetime) -> None:
        """Walk to *until*, one minute after the other."""
        while self.now < until:
            counts = self.running and not self.ended
            if counts and self.hours.worked(self.now):
                self.used += 1
            self.now += MINUTE
            if counts:
                self.look()

    def look(self) -> None:
        """Note what the used time has reached by now."""
        if self.breached is not None:
            return
        for share in self.warn:
            if share not in self.warned and self.used * 100 >= self.target * share:
                self.warned.add(share)
                self.log.append((f"warned{share}", self.now))
        if self.used >= self.target:
            self.breached = self.now
            self.log.append(("breached", self.now))

    def pause(self) -> None:
        self.running = False

    def resume(self) -> None:
        self.running = True

    def retarget(self, target: int, *, afresh: bool) -> None:
        """Change the promise; over it already means breached at this moment."""
        if target == self.target:
            return
        self.target = target
        if afresh:
            self.used = 0
            self.warned = set()
        if self.running:
            self.look()
        elif self.used >= self.target and self.breached is None:
            self.breached = self.now
            self.log.append(("breached", self.now))

    def stop(self) -> None:
        late = self.breached is not None or self.used >= self.target
        self.ended = "breached" if late else "met"
        self.running = False

    def reopen(self) -> None:
        self.ended = ""
        self.running = True

    def due(self) -> datetime | None:
        """Return when the target will be used up if nothing more happens."""
        if not self.running or self.ended:
            return None
        minute, used = self.now, self.used
        while used < self.target:
            used += self.hours.worked(minute)
            minute += MINUTE
            if not minute.hour and not minute.minute and not any(self.hours.day(minute.date())):
                minute += timedelta(days=1)  # nothing counts on this day
        return minute
