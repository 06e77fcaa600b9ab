"""Where mails and webhooks go: how much each destination may be given, and whether it works just now.

A breaker opens after some failures in a row that speak of the destination; what waits for it stays
where it is and loses no try. One job probes it after a pause that grows; when it works, all go on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, bindparam, func, literal_column, select, update
from sqlalchemy.dialects import postgresql, sqlite

from .prepared import Prepared
from .tables import DestinationRow, JobRow

MAIL_SERVER = "mail"
OPENS_AFTER = 5
"""So many failures in a row open a breaker."""

FIRST_PAUSE = 30
LONGEST_PAUSE = 900
PROBE_LASTS = timedelta(minutes=6)
"""After so long a probe counts as lost with whoever made it."""

SPARE = 2
"""How many of a mail server's places are kept for mails that hurry."""

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How many at once, and how many a minute."""

    at_once: int
    a_minute: int


BUDGETS: Mapping[str, Budget] = {
    "mail": Budget(at_once=8, a_minute=3_000),
    "web": Budget(at_once=3, a_minute=1_200),
}
"""For destinations that an admin gave none of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """One mail server or webhook host. state: closed, open or probing."""

    name: str
    state: str = "closed"
    failures: int = 0
    pause: int = 0
    opened_at: datetime | None = None
    next_try_at: datetime | None = None
    off_at: datetime | None = None
    reason: str = ""
    at_once: int | None = None
    a_minute: int | None = None
    minute_at: datetime | None = None
    in_minute: int = 0
    worked_at: datetime | None = None

    @property
    def budget(self) -> Budget:
        """Return what it may be given: its own, or that of its kind."""
        usual = BUDGETS["mail" if self.name == MAIL_SERVER else "web"]
        return Budget(
            at_once=self.at_once or usual.at_once, a_minute=self.a_minute or usual.a_minute
        )

    def waits(self, now: datetime) -> bool:
        """Return whether nothing may go there at *now*."""
        if self.off_at is not None:
            return True
        return self.state != "closed" and (self.next_try_at is None or self.next_try_at > now)

    def left_in_minute(self, now: datetime) -> int:
        """Return how many more may go there within this minute."""
        begun = self.minute_at
        if begun is None or not timedelta(0) <= now - begun < MINUTE:
            return self.budget.a_minute
        return max(0, self.budget.a_minute - self.in_minute)


_FIELDS = tuple(Destination.__dataclass_fields__)
_ALL = select(*(DestinationRow.__table__.c[name] for name in _FIELDS)).order_by(DestinationRow.name)
_EVERY = Prepared(_ALL)
_ONE = Prepared(_ALL.where(DestinationRow.name == bindparam("destination")))
_IN_HAND = Prepared(
    select(JobRow.destination, func.count())
    .where(JobRow.state == literal_column("'leased'"), JobRow.destination.is_not(None))
    .group_by(JobRow.destination)
)


def destination_of(kind: str, payload: Mapping[str, Any]) -> str | None:
    """Return whom a job of *kind* needs: the mail server, or the host that a webhook calls."""
    if kind in ("mail", "digest"):
        return MAIL_SERVER
    if kind != "webhook":
        return None
    try:
        url = urlsplit(str(payload.get("url", "")))
        host, port = (url.hostname or "").lower(), url.port
    except ValueError:
        return "web:"
    return f"web:{host}" if port in (None, 80, 443) else f"web:{host}:{port}"


def destinations(connection: Connection) -> list[Destination]:
    """Return every destination that anything is known of, by name."""
    return [_destination(row) for row in _EVERY.rows(connection, {})]


def destination(connection: Connection, name: str) -> Destination | None:
    """Return one destination, None when nothing is known of it."""
    row = _ONE.first(connection, {"destination": name})
    return None if row is None else _destination(row)


def _destination(row: tuple[Any, ...]) -> Destination:
    return Destination(**dict(zip(_FIELDS, row, strict=True)))


def in_hand(connection: Connection) -> dict[str, int]:
    """Return how many jobs of each destination are in somebody's hands."""
    return {str(name): count for name, count in _IN_HAND.rows(connection, {})}


@dataclass(slots=True)
class Gate:
    """Lets through, in one claim, what each destination may be given. hurries: from the spare places too."""

    known: dict[str, Destination]
    held: dict[str, int]
    now: datetime
    hurries: bool
    _let: dict[str, int] = field(default_factory=dict)

    @property
    def shut(self) -> list[str]:
        """Return the destinations of which nothing may be claimed at all."""
        return [name for name in {*self.known, *self.held} if self._room(name) <= 0]

    def admits(self, name: str | None) -> bool:
        """Return whether one more may go there, and count it."""
        if name is None:
            return True
        if self._room(name) <= 0:
            return False
        self._let[name] = self._let.get(name, 0) + 1
        return True

    def _room(self, name: str) -> int:
        known = self.known.get(name) or Destination(name=name)
        if known.waits(self.now):
            return 0
        let = self._let.get(name, 0)
        if known.state != "closed":  # one probe, and nothing beside it
            return 1 - let
        spare = SPARE if name == MAIL_SERVER and not self.hurries else 0
        at_once = max(1, known.budget.at_once - spare) - self.held.get(name, 0)
        a_minute = known.left_in_minute(self.now)
        if spare:
            a_minute -= known.budget.a_minute // 5
        return min(at_once, a_minute) - let

    def close(self, connection: Connection) -> None:
        """Write down what was let through."""
        for name, count in self._let.items():
            known = self.known.get(name) or Destination(name=name)
            values: dict[str, Any]
            fresh = known.left_in_minute(self.now) == known.budget.a_minute
            values = {
                "minute_at": self.now if fresh else known.minute_at,
                "in_minute": count if fresh else known.in_minute + count,
            }
            if known.state != "closed":
                values |= {"state": "probing", "next_try_at": self.now + PROBE_LASTS}
            _put(connection, name, values)


def gate(connection: Connection, now: datetime, *, hurries: bool) -> Gate:
    """Return the gate of one claim. now: the instant to compare with."""
    known = {one.name: one for one in destinations(connection)}
    return Gate(known, in_hand(connection), now, hurries)


def note_worked(connection: Connection, name: str, now: datetime) -> bool:
    """Note that it took something; return whether that closed its breaker."""
    known = destination(connection, name)
    if known is None:
        return False
    was_shut = known.state != "closed"
    is_news = known.worked_at is None or now - known.worked_at > MINUTE
    if was_shut or known.failures or is_news:
        values = {"state": "closed", "failures": 0, "pause": 0, "worked_at": now}
        values |= {"next_try_at": None, "opened_at": None} if was_shut else {}
        _put(connection, name, values)
    return was_shut


def note_failed(connection: Connection, name: str, now: datetime, reason: str) -> Destination:
    """Note a failure that speaks of it; return what is known of it now.

    Its breaker opens after some in a row, and again after a probe that failed, for twice as long.
    """
    known = destination(connection, name) or Destination(name=name)
    values: dict[str, Any] = {"failures": known.failures + 1, "reason": reason[:500]}
    if known.state == "probing":
        pause = min(LONGEST_PAUSE, max(FIRST_PAUSE, known.pause * 2))
        values |= {"state": "open", "pause": pause, "next_try_at": _after(now, pause)}
    elif known.state == "closed" and known.failures + 1 >= OPENS_AFTER:
        values |= {"state": "open", "pause": FIRST_PAUSE, "opened_at": now}
        values |= {"next_try_at": _after(now, FIRST_PAUSE)}
    _put(connection, name, values)
    return destination(connection, name) or known


def _after(now: datetime, seconds: int) -> datetime:
    return now + timedelta(seconds=seconds)


def try_now(connection: Connection, name: str, now: datetime) -> bool:
    """Let the next job probe it at once; False when its breaker is not open."""
    shut = (DestinationRow.name == name) & (DestinationRow.state != "closed")
    values = {"state": "open", "next_try_at": now}
    return connection.execute(update(DestinationRow).where(shut).values(values)).rowcount == 1


def switch(connection: Connection, name: str, now: datetime, *, on: bool) -> None:
    """Switch it on or off by hand; what waits for it stays."""
    _put(connection, name, {"off_at": None if on else now})


def set_budget(
    connection: Connection, name: str, at_once: int | None, a_minute: int | None
) -> None:
    """Give it a budget of its own; None: that of its kind."""
    _put(connection, name, {"at_once": at_once, "a_minute": a_minute})


def waiting_for(connection: Connection) -> dict[str, int]:
    """Return how many jobs wait for each destination."""
    query = (
        select(JobRow.destination, func.count())
        .where(JobRow.state == literal_column("'ready'"), JobRow.destination.is_not(None))
        .where(JobRow.lane.in_((1, 2, 3)))
        .group_by(JobRow.destination)
    )
    return {str(name): count for name, count in connection.execute(query)}


def _put(connection: Connection, name: str, values: Mapping[str, Any]) -> None:
    blank = {
        "name": name,
        "state": "closed",
        "failures": 0,
        "pause": 0,
        "reason": "",
        "in_minute": 0,
    }
    make = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    statement = make(DestinationRow).values({**blank, **values})
    connection.execute(
        statement.on_conflict_do_update(index_elements=[DestinationRow.name], set_=dict(values))
    )
