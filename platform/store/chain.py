"""The hash chain of a record's events: every event vouches for all before it, erased content included.

The hash stands on a salted digest of what an event says (its body, and its actor with the display name), not on the
words themselves. When the words are erased the salt goes with them, so that the digest can neither be compared
with guessed words nor missed by the chain. Each event has 16 random bytes of its own, taken in one call for all
events of a command: a salt shared by a command's events would stay behind with those that are not erased, and
telephone numbers and names are few enough to be guessed against a known salt.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, func, select

from ..core.events import Event, EventKind
from ..core.plain import instant_text, to_plain
from ..core.text import Text
from .canonical import canonical, digest
from .chain_words import (
    ACTOR_CHANGED,
    CONTENT_CHANGED,
    END_MISSING,
    ERASED_UNSAID,
    ERASURE_CHANGED,
    NO_RECORD,
    NOT_AFTER,
    event_missing,
)
from .tables import RecordEventRow, RecordRow

START = ""
SALT_BYTES = 16
A_STEP = 500
"""Records whose events are read in one query."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenLink:
    """The first place at which a chain does not hold, and what is wrong there."""

    record_id: str
    seq: int
    words: Text

    @property
    def reason(self) -> str:
        """Return what is wrong, in English."""
        return self.words.en


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What one step of checking found. last: the id to go on after, "" when none are left.

    events, erased: how many events were checked, and of how many
    of these the words were erased.
    """

    records: int
    events: int
    erased: int
    last: str
    broken: tuple[BrokenLink, ...]


def link(
    record_id: str,
    version: int,
    head: str,
    events: Sequence[Event],
    random: Callable[[int], bytes] = os.urandom,
) -> list[dict[str, Any]]:
    """Return the rows that append *events* after *version*, whose last hash is *head*.

    random: gives the bytes of the salts; another source than the system's is for made-up data only.
    """
    actors: dict[int, str] = {}  # a command has one or two, each on many events
    salts = random(SALT_BYTES * len(events)).hex()
    size = SALT_BYTES * 2
    rows = []
    for place, event in enumerate(events):
        salt = salts[place * size : (place + 1) * size]
        who = event.actor
        actor = actors.get(id(who)) or actors.setdefault(id(who), canonical(to_plain(who)))
        row = _row(record_id, version + 1 + place, event, salt, actor)
        row["prev_hash"], row["hash"] = head, _hash(row, head)
        head = row["hash"]
        rows.append(row)
    return rows


def _row(record_id: str, seq: int, event: Event, salt: str, actor: str) -> dict[str, Any]:
    body = canonical(to_plain(event.body))
    return {
        "record_id": record_id,
        "seq": seq,
        "kind": event.kind.value,
        "at": event.at,
        "actor_kind": event.actor.kind,
        "actor_id": event.actor.id,
        "actor": actor,
        "cause_kind": event.cause.kind,
        "cause_id": event.cause.id,
        "cause_depth": event.cause.depth,
        "body": body,
        "salt": salt,
        "digest": _digest(salt, actor, body),
        "erased_at": None,
    }


def contents(event: Event) -> tuple[str, str]:
    """Return actor and body of *event* as they are kept: what an erasure may replace."""
    return canonical(to_plain(event.actor)), canonical(to_plain(dict(event.body)))


def _digest(salt: str, actor: str, body: str) -> str:
    """Return what stands for the words. JSON on one line holds no line break, so the parts cannot run together."""
    return sha256(f"{salt}\n{actor}\n{body}".encode()).hexdigest()


def _hash(row: Mapping[str, Any], head: str) -> str:
    who = row["actor_id"]
    return digest(
        head,
        instant_text(row["at"]),
        row["record_id"],
        row["seq"],
        row["kind"],
        row["actor_kind"],
        -1 if who is None else who,
        row["cause_kind"],
        row["cause_id"],
        row["cause_depth"],
        row["digest"],
    )


def redaction_digest(redacted: Iterable[tuple[int, str, str]]) -> str:
    """Return the digest of what an erasure left: number, actor and body of each event that it changed.

    It stands in the ERASED event, so that what is left is vouched for too.
    """
    summed = sha256()
    for seq, actor, body in redacted:
        summed.update(f"{seq}\n{actor}\n{body}\n".encode())
    return summed.hexdigest()


def verify(connection: Connection, record_id: str | None = None) -> Iterator[BrokenLink]:
    """Yield the first broken link of each record (or of *record_id* only); nothing when all hold.

    A tail that was cut off shows too: the record keeps the hash and the number of its last event.
    """
    after: str | None = ""
    while after is not None:
        checked = verify_some(connection, after, A_STEP, record_id=record_id)
        yield from checked.broken
        after = checked.last or None


def verify_some(
    connection: Connection, after: str, limit: int, *, record_id: str | None = None
) -> Checked:
    """Check up to *limit* records whose ids follow *after* (or only *record_id*)."""
    records = select(RecordRow.id, RecordRow.version, RecordRow.head).order_by(RecordRow.id)
    records = records.where(RecordRow.id > after).limit(limit)
    if record_id is not None:
        records = records.where(RecordRow.id == record_id)
    rows = connection.execute(records).all()
    walks = _walks(connection, [row.id for row in rows])
    broken, events, erased = [], 0, 0
    for row in rows:
        walk = walks.get(row.id) or Walk(record_id=row.id)
        found = walk.end(row.version, row.head)
        events, erased = events + walk.seq, erased + walk.erased
        if found is not None:
            broken.append(found)
    return Checked(
        records=len(rows),
        events=events,
        erased=erased,
        last=rows[-1].id if len(rows) == limit else "",
        broken=tuple(broken),
    )


def broken_links(
    records: Iterable[tuple[str, int, str]], events: Iterable[Mapping[str, Any]]
) -> Iterator[BrokenLink]:
    """Yield the first fault of each record; both come as streams in the order of the records' ids.

    records: id, version and head of each. events: rows with instants, each record's by number.
    """
    grouped = groupby(events, lambda row: str(row["record_id"]))
    waiting = next(grouped, None)
    for record_id, version, head in records:
        while waiting is not None and waiting[0] < record_id:
            yield BrokenLink(record_id=waiting[0], seq=1, words=NO_RECORD)
            waiting = next(grouped, None)
        walk = Walk(record_id=record_id)
        if waiting is not None and waiting[0] == record_id:
            for row in waiting[1]:
                walk.take(row)
            waiting = next(grouped, None)
        found = walk.end(version, head)
        if found is not None:
            yield found
    while waiting is not None:
        yield BrokenLink(record_id=waiting[0], seq=1, words=NO_RECORD)
        waiting = next(grouped, None)


def count_chains(connection: Connection) -> int:
    """Return how many records there are to be checked."""
    return connection.execute(select(func.count()).select_from(RecordRow)).scalar_one()


def _walks(connection: Connection, ids: Sequence[str]) -> dict[str, Walk]:
    """Return how far the chain of each record holds; *ids* are sorted and all there are in their range."""
    if not ids:
        return {}
    events = select(RecordEventRow.__table__).where(
        RecordEventRow.record_id.between(ids[0], ids[-1])
    )
    ordered = events.order_by(RecordEventRow.record_id, RecordEventRow.seq)
    rows = connection.execute(ordered, execution_options={"yield_per": 1000}).mappings()
    walks = {}
    for record_id, group in groupby(rows, lambda row: row["record_id"]):
        walks[record_id] = walk = Walk(record_id=record_id)
        for row in group:
            walk.take(dict(row))
    return walks


@dataclass(slots=True, kw_only=True)
class Walk:
    """Follows the chain of one record, event by event."""

    record_id: str
    seq: int = 0
    head: str = START
    erased: int = 0
    broken: BrokenLink | None = None
    open_erasures: dict[datetime, list[tuple[int, str, str]]] = field(default_factory=dict)

    def take(self, row: Mapping[str, Any]) -> None:
        """Check the next event; after the first fault nothing more is looked at."""
        if self.broken is not None:
            return
        fault = self._fault(row)
        if fault is not None:
            self._fail(self.seq + 1, fault)
            return
        self.head, self.seq = row["hash"], row["seq"]

    def end(self, version: int, head: str) -> BrokenLink | None:
        """Return the first fault, once all events were taken; the record says where they should end."""
        if self.broken is None and (self.seq, self.head) != (version, head):
            self._fail(self.seq + 1, END_MISSING)
        if self.broken is None and self.open_erasures:
            first = min(rows[0][0] for rows in self.open_erasures.values())
            self._fail(first, ERASED_UNSAID)
        return self.broken

    def _fail(self, seq: int, words: Text) -> None:
        self.broken = BrokenLink(record_id=self.record_id, seq=seq, words=words)

    def _fault(self, row: Mapping[str, Any]) -> Text | None:
        if row["seq"] != self.seq + 1:
            return event_missing(self.seq + 1)
        if row["prev_hash"] != self.head:
            return NOT_AFTER
        if row["hash"] != _hash(row, self.head):
            return CONTENT_CHANGED
        if row["erased_at"] is not None:
            self.erased += 1
            left = (row["seq"], row["actor"], row["body"])
            self.open_erasures.setdefault(row["erased_at"], []).append(left)
        elif row["digest"] != _digest(row["salt"], row["actor"], row["body"]):
            return CONTENT_CHANGED
        if (row["actor_id"], row["actor_kind"]) != _who(row["actor"]):
            return ACTOR_CHANGED
        if row["kind"] == EventKind.ERASED and not self._closes(row):
            return ERASURE_CHANGED
        return None

    def _closes(self, row: Mapping[str, Any]) -> bool:
        """Return whether what was erased in this event's name is as it was left."""
        left = self.open_erasures.pop(row["at"], [])
        return bool(json.loads(row["body"]).get("left") == redaction_digest(left))


def _who(actor: str) -> tuple[str | None, str]:
    data = json.loads(actor)
    return data.get("id"), data["kind"]
