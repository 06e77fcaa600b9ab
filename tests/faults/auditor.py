"""Compares what clients were promised with what exists, and with what came out: nothing lost, nothing done twice.

Every finding says what was promised and what was found. The definitions are those of ``world``: each record
leads to one mail, one call of the webhook, one notice and, after a while, one tag.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select, text

from sopwith.core.events import EventKind
from sopwith.core.record import RecordState
from sopwith.engine.fold import fold
from sopwith.runtime.releases import Releases
from sopwith.store.chain import verify
from sopwith.store.engine import Database
from sopwith.store.files import files_by_id
from sopwith.store.history import KeptEvent, KeptMessage, events_of, messages_of
from sopwith.store.records import load_record
from sopwith.store.tables import (
    DeliveryRow,
    IdempotencyRow,
    JobRow,
    NoticeRow,
    RecordRow,
)
from tests.support.smtp import ReceivedMail
from tests.support.webhook import ReceivedRequest

from .projection import differences
from .promises import Journal, Kind, Promise
from .side_tables import SideTables
from .world import CHILD, EVENT, NAGGED, OWNER, SWEPT

PLANNED = frozenset({"timer", "sweep", "housekeeping", "search", "retention", "seal"})
"""Kinds of jobs that may wait for another day."""

_CROWD = re.compile(r"(\d+) messages at once")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One promise that was not kept. what: a word to sort by."""

    what: str
    promised: str
    found: str

    def __str__(self) -> str:
        return f"{self.what}: promised {self.promised}; found {self.found}"


@dataclass(slots=True, kw_only=True)
class Audit:
    """What was found. counts: how much was looked at; repeats are allowed outside, with the same key only."""

    findings: list[Finding] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, what: str, promised: object, found: object) -> None:
        """Note a promise that was not kept."""
        self.findings.append(Finding(what=what, promised=str(promised), found=str(found)))

    @property
    def kinds(self) -> set[str]:
        """Return the words of all findings."""
        return {one.what for one in self.findings}

    def __str__(self) -> str:
        counted = ", ".join(f"{name} {count}" for name, count in sorted(self.counts.items()))
        shown = "\n".join(f"  {one}" for one in self.findings[:20])
        more = f"\n  ... and {len(self.findings) - 20} more" if len(self.findings) > 20 else ""
        return f"{len(self.findings)} findings ({counted})\n{shown}{more}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is to be compared. swept: how often the daily rule tagged, None: not looked at. dead: keys given up.

    mails, calls, files: None when they are not looked at.
    """

    database: Database
    journal: Journal
    mails: Sequence[ReceivedMail] | None
    calls: Sequence[ReceivedRequest] | None
    files: Path | None = None
    swept: int | None = None
    dead: Collection[str] = ()


def audit(evidence: Evidence) -> Audit:
    """Return everything that is lost, doubled, torn or left over."""
    found = Audit()
    for words in evidence.journal.contradictions:
        found.add("answer", "the same answer to the same key", words)
    with evidence.database.reading() as connection:
        _Records(found, evidence, connection).check()
        _check_work(found, evidence, connection)
        _check_deliveries(found, connection)
        _check_outside(found, evidence, connection)
        sides = SideTables(connection, Releases(evidence.database).view_plan(connection))
        for what, promised, there in sides.differences():
            found.add(what, promised, there)
        found.counts.update(sides.counts)
        if evidence.files is not None:
            _check_files(found, evidence.journal, connection, evidence.files)
    if evidence.database.is_sqlite:
        _check_file(found, evidence.database)
    return found


class _Records:
    """The records: that each is there once, and is what its events say."""

    def __init__(self, found: Audit, evidence: Evidence, connection: Connection) -> None:
        self._found, self._evidence, self._connection = found, evidence, connection
        self._promises: Mapping[str, list[Promise]] = _by_record(evidence.journal)

    def check(self) -> None:
        rows = self._connection.execute(
            select(RecordRow.id, RecordRow.number, RecordRow.title).order_by(RecordRow.id)
        ).all()
        self._found.counts["records"] = len(rows)
        self._check_numbers([row.number for row in rows])
        self._check_tickets({row.id: (row.number, row.title) for row in rows})
        for broken in verify(self._connection):
            self._found.add("chain", f"an unbroken chain of {broken.record_id}", broken)
        for row in rows:
            self._check_record(row.id)

    def _check_numbers(self, numbers: Sequence[str]) -> None:
        for number, count in Counter(numbers).items():
            if count > 1:
                self._found.add("number", f"one record with {number}", f"{count}")

    def _check_tickets(self, rows: Mapping[str, tuple[str, str]]) -> None:
        titles = Counter(title for _, title in rows.values())
        for one in self._evidence.journal.of(Kind.TICKET):
            self._found.counts["tickets promised"] += 1
            row = rows.get(one.record_id)
            if row is None:
                self._found.add("lost ticket", f"{one.number} for {one.key}", "no such record")
            elif row != (one.number, one.said):
                self._found.add("lost ticket", f"{one.number} {one.said!r}", row)
            if titles[one.said] > 1:
                self._found.add("doubled ticket", f"one record for {one.key}", titles[one.said])
        children = len(self._evidence.journal.of(Kind.CHILD))
        if titles[CHILD] != children:
            self._found.add("child", f"{children} records opened by the rule", titles[CHILD])

    def _check_record(self, record_id: str) -> None:
        kept = events_of(self._connection, record_id)
        said = messages_of(self._connection, record_id)
        self._found.counts["events"] += len(kept)
        try:
            state = fold(None, [one.event for one in kept])
        except (KeyError, ValueError) as error:
            self._found.add("replay", f"events of {record_id} that make a record", repr(error))
            return
        if load_record(self._connection, record_id) != state:
            self._found.add(
                "state", f"{state.number} as its events say", "state_json says otherwise"
            )
        for place, promised, found in differences(self._connection, state, said):
            self._found.add("projection", f"{state.number}: {place} = {promised}", found)
        self._check_effects(state, kept)
        self._check_conversation(state, kept, said)

    def _check_effects(self, state: RecordState, kept: Sequence[KeptEvent]) -> None:
        counted: Counter[str] = Counter(one.event.kind.value for one in kept)
        for one in kept:
            if one.event.kind is EventKind.TAGS:
                counted.update(f"tag {tag}" for tag in one.event.body.get("added", ()))
            if one.event.kind is EventKind.STATE:
                counted[f"state {one.event.body['to']}"] += 1
        wanted = {"created": 1, "owner": 1}
        moves = [one.said for one in self._promises.get(state.id, ()) if one.kind is Kind.MOVE]
        wanted |= {f"state {to}": count for to, count in Counter(moves).items()}
        # Who leaves the state in time is not nagged; nobody is nagged twice.
        wanted[f"tag {NAGGED}"] = 1 if not moves else min(1, counted[f"tag {NAGGED}"])
        if self._evidence.swept is not None and not moves:
            wanted[f"tag {SWEPT}"] = self._evidence.swept
        for name, count in wanted.items():
            if counted[name] != count:
                self._found.add("effect", f"{state.number}: {name} {count} times", counted[name])

    def _check_conversation(
        self, state: RecordState, kept: Sequence[KeptEvent], said: Sequence[KeptMessage]
    ) -> None:
        told = {
            one.event.body.get("message_id") for one in kept if one.event.kind is EventKind.COMMENT
        }
        shown = {one.id for one in said}
        if told != shown:
            self._found.add(
                "message", f"{state.number}: messages {sorted(map(str, told))}", sorted(shown)
            )
        texts = Counter(one.text for one in said)
        for promise in self._promises.get(state.id, ()):
            if promise.kind is Kind.REPLY:
                self._found.counts["replies promised"] += 1
                if texts[promise.said] != 1:
                    what = "lost reply" if not texts[promise.said] else "doubled reply"
                    found = texts[promise.said]
                    self._found.add(what, f"{promise.said!r} once in {state.number}", found)
            elif promise.kind is Kind.MOVE:
                self._found.counts["moves promised"] += 1


def _by_record(journal: Journal) -> Mapping[str, list[Promise]]:
    found: defaultdict[str, list[Promise]] = defaultdict(list)
    for one in journal:
        found[one.record_id].append(one)
    return found


def _check_work(found: Audit, evidence: Evidence, connection: Connection) -> None:
    """Nothing is in anybody's hands, overdue or given up without cause; no request is half answered."""
    for job in connection.execute(select(JobRow.__table__)).mappings():
        found.counts["jobs left"] += 1
        if job["state"] == "leased":
            found.add("lease", f"{job['idem_key']} given back or done", job["lease_node"])
        elif job["state"] == "dead":
            found.counts["dead"] += 1
            if job["idem_key"] not in evidence.dead:
                found.add("dead", f"{job['idem_key']} done", job["last_error"])
        elif job["kind"] not in PLANNED:
            found.add("left over", f"{job['idem_key']} done", f"{job['state']} {job['last_error']}")
    half = select(IdempotencyRow.key).where(IdempotencyRow.status != "done")
    for key in connection.execute(half).scalars():
        found.add("request", f"an answer kept for {key}", "still under way")


def _check_deliveries(found: Audit, connection: Connection) -> None:
    """The log says of each effect once that it went out."""
    sent = select(DeliveryRow.key, func.count().label("times"))
    grouped = sent.where(DeliveryRow.outcome == "sent").group_by(DeliveryRow.key)
    for row in connection.execute(grouped):
        found.counts["sent"] += 1
        if row.times > 1:
            found.add("delivery", f"{row.key} sent once", f"noted {row.times} times")


def _check_notices(found: Audit, connection: Connection) -> None:
    """The owner was told once of each record; very many at once may stand in one line, which says how many."""
    query = select(NoticeRow.record_id, NoticeRow.kind, NoticeRow.text_en)
    rows = connection.execute(query.where(NoticeRow.user_id == OWNER)).all()
    told = Counter(row.record_id for row in rows if row.kind == "given")
    crowds = [_CROWD.match(row.text_en) for row in rows if row.kind == "crowd"]
    together = sum(int(one[1]) for one in crowds if one is not None)
    missing: list[str] = []
    for number, record_id in connection.execute(select(RecordRow.number, RecordRow.id)):
        if told[record_id] > 1:
            found.add("notice", f"{OWNER} told once of {number}", told[record_id])
        elif told[record_id] == 0:
            missing.append(number)
    if len(missing) != together:
        found.add("notice", f"{OWNER} told of {missing}", f"{together} told of in one line")
    found.counts["notices"] = sum(told.values())
    found.counts["notices in one line"] = together


def _check_outside(found: Audit, evidence: Evidence, connection: Connection) -> None:
    records = set(
        connection.execute(
            select(RecordRow.number).where(RecordRow.customer_id.is_not(None))
        ).scalars()
    )
    everybody = set(connection.execute(select(RecordRow.number)).scalars())
    _check_notices(found, connection)
    if evidence.mails is not None:
        replies = Counter(one.number for one in evidence.journal.of(Kind.REPLY))
        wanted = {f"[{number}] received": 1 for number in records}
        wanted |= {f"[{number}] answered": replies[number] for number in records if replies[number]}
        sent = [
            (str(mail.message["Message-ID"]), str(mail.message["Subject"]), _body_of(mail))
            for mail in evidence.mails
        ]
        _compare(found, "mail", wanted, sent, whole=True)
    if evidence.calls is not None:
        wanted = {f"{EVENT} {number}": 1 for number in everybody}
        sent = [
            (call.headers["webhook-id"], f"{EVENT} {call.json()['data']['number']}", str(call.body))
            for call in evidence.calls
        ]
        _compare(found, "webhook", wanted, sent, whole=True)


def _body_of(mail: ReceivedMail) -> str:
    body = mail.message.get_body(("plain",))
    words = "" if body is None else str(body.get_content())
    return f"{sorted(mail.recipients)} {words}"


def _compare(
    found: Audit,
    what: str,
    wanted: Mapping[str, int],
    sent: Iterable[tuple[str, str, str]],
    *,
    whole: bool,
) -> None:
    """*wanted*: how many different keys each subject must have. *sent*: key, subject and content of all that came."""
    contents: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    count = 0
    for key, subject, content in sent:
        contents[key].add((subject, content))
        count += 1
    keys = Counter(subject for some in contents.values() for subject, _ in some)
    for key, some in contents.items():
        if len(some) > 1:
            found.add(
                f"{what} key", f"{key} for one message", f"for {len(some)}: {sorted(some)[:2]}"
            )
    for subject, promised in wanted.items():
        if keys[subject] < promised:
            found.add(f"lost {what}", f"{subject} {promised} times", keys[subject])
        elif keys[subject] > promised:
            found.add(f"doubled {what}", f"{subject} with {promised} keys", keys[subject])
    for subject in keys.keys() - wanted.keys() if whole else ():
        found.add(f"strange {what}", "nothing of the kind", subject)
    found.counts[f"{what}s"] = len(contents)
    found.counts[f"{what}s repeated"] = count - len(contents)


def _check_files(found: Audit, journal: Journal, connection: Connection, folder: Path) -> None:
    """Each upload that was answered is known, and its bytes are those that were sent."""
    promised = journal.of(Kind.FILE)
    known = files_by_id(connection, [one.record_id for one in promised])
    for one in promised:
        found.counts["files promised"] += 1
        row = known.get(one.record_id)
        path = folder / row.stored_name if row is not None else None
        if path is None or not path.is_file():
            found.add("lost file", f"{one.key} {one.said}", "no row" if row is None else "no bytes")
        elif hashlib.sha256(path.read_bytes()).hexdigest() != one.said:
            found.add("torn file", f"{one.key} {one.said}", f"{path.stat().st_size} other bytes")


def _check_file(found: Audit, database: Database) -> None:
    """SQLite itself finds nothing wrong in its file and in its full-text index."""
    for words in _complaints(database):
        found.add("file", "a database file that is whole", words)


def _complaints(database: Database) -> Iterator[str]:
    with database.reading() as connection:
        said = connection.execute(text("PRAGMA integrity_check")).scalars().all()
        yield from (str(one) for one in said if one != "ok")
        for row in connection.execute(text("PRAGMA foreign_key_check")).all():
            yield f"a reference that leads nowhere: {tuple(row)}"


def summary_of(audits: Mapping[str, Audit]) -> str:
    """Return the counts of several audits as lines, for whoever runs them by hand."""
    lines: list[str] = []
    for name, one in audits.items():
        counted: Mapping[str, Any] = dict(sorted(one.counts.items()))
        lines.append(f"{name}: {counted}")
    return "\n".join(lines)
