"""Erase the personal data of a record or a customer: chains hold, figures stay, records can be worked on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection

from ..core.events import SYSTEM, Actor, Event, EventKind
from ..core.record import ERASED_TEXT, RecordState
from ..engine.fold import fold
from ..engine.redact import Redacted, redact
from ..release.model import Release
from ..store import audit
from ..store.chain import contents, redaction_digest
from ..store.engine import Database
from ..store.erasing import (
    count_records,
    erase_beside,
    erase_customer_row,
    erase_files,
    erased_events,
    erased_files,
    forget_files,
    hold_of,
    is_being_sent,
    numbers_held,
    records_to_erase,
    replace_words,
)
from ..store.history import KeptEvent, events_of
from ..store.jobs import JobClaim, add_jobs, cancel
from ..store.records import Change, append, load_record
from ..store.search import drop_parts
from .crash import crash_point
from .job_queue import new_job
from .service import Service

PAGE = 10
"""Records that are erased in one transaction."""

AGAIN = timedelta(minutes=15)
ANSWERS_KEPT = timedelta(days=3)
"""Longer than answers of the API are kept: no older change can be spoken of in one."""

JOB = "erase"


class ErasureError(RuntimeError):
    """It cannot be erased now; the message says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What went from one record. kinds: of things; events: how many were changed."""

    kinds: tuple[str, ...]
    events: int


def erase_record(
    service: Service,
    connection: Connection,
    record_id: str,
    actor: Actor,
    *,
    reason: str = "asked",
) -> Erased:
    """Erase what one record says of people, in a transaction of the caller's; done twice it changes nothing.

    reason: ``asked`` or ``retention``. Raises ErasureError when the record is held, or when something
    with its words is being sent at this moment.
    """
    state = _free(connection, record_id)
    release = service.releases.get(state.release, connection)
    events, redacted = _redacted(connection, release, state)
    is_recent = service.clock.now() - state.updated_at < ANSWERS_KEPT
    kinds = erase_beside(connection, record_id, is_recent=is_recent)
    kinds |= {kind for one in redacted.values() for kind in one.gone}
    if not kinds and state.erased_at is not None:
        return Erased(kinds=(), events=0)
    drop_parts(connection, record_id)
    left = [redacted[kept.seq].event if kept.seq in redacted else kept.event for kept in events]
    changed = [(seq, *contents(one.event)) for seq, one in redacted.items()]
    event = _note(service, state, actor, reason, "personal", kinds, changed)
    replace_words(connection, record_id, changed, event.at)
    after = fold(fold(None, left), [event])
    _append(service, connection, state, event, after, title=ERASED_TEXT)
    return Erased(kinds=tuple(sorted(kinds)), events=len(changed))


def erase_attached(
    service: Service,
    connection: Connection,
    record_id: str,
    actor: Actor,
    *,
    reason: str = "retention",
) -> bool:
    """Erase the attached files of one record alone; False when it has none."""
    state = _free(connection, record_id)
    if not erase_files(connection, record_id):
        return False
    event = _note(service, state, actor, reason, "files", {"files"}, [])
    _append(service, connection, state, event, fold(state, [event]), title=None)
    return True


def _free(connection: Connection, record_id: str) -> RecordState:
    """Return the record, held for this transaction, unless it must not or cannot be erased now."""
    state = load_record(connection, record_id)
    if state is None:
        raise ErasureError("There is no such record.")
    for subject, subject_id in (("record", state.id), ("customer", state.customer_id or "")):
        held = hold_of(connection, subject, subject_id)
        if held is not None:
            raise ErasureError(
                f"{state.number} is on hold since {held[1]:%Y-%m-%d} ({held[0]}). Lift the hold first."
            )
    if is_being_sent(connection, record_id):
        raise ErasureError(
            f"Something about {state.number} is just being sent. Try again in a minute."
        )
    return state


def _redacted(
    connection: Connection, release: Release, state: RecordState
) -> tuple[list[KeptEvent], dict[int, Redacted]]:
    """Return all events of the record, and those that say something of a person as they will be left."""
    kind = release.record_types.get(state.type)
    fields = kind.all_fields if kind is not None else {}
    done = erased_events(connection, state.id)
    events = events_of(connection, state.id)
    looked_at = {kept.seq: redact(kept.event, fields) for kept in events if kept.seq not in done}
    return events, {seq: one for seq, one in looked_at.items() if one.gone}


def _note(
    service: Service,
    state: RecordState,
    actor: Actor,
    reason: str,
    scope: str,
    kinds: set[str],
    changed: list[tuple[int, str, str]],
) -> Event:
    now = service.clock.now()
    if state.erased_at is not None:  # two erasures are told apart by their instants
        now = max(now, state.erased_at + timedelta(microseconds=1))
    body = {
        "scope": scope,
        "reason": reason,
        "kinds": sorted(kinds),
        "events": len(changed),
        "left": redaction_digest(changed),
    }
    return Event(kind=EventKind.ERASED, at=now, actor=actor, body=body)


def _append(
    service: Service,
    connection: Connection,
    before: RecordState,
    event: Event,
    after: RecordState,
    *,
    title: str | None,
) -> None:
    release = service.releases.get(before.release, connection)
    kind = release.record_types.get(before.type)
    priority = after.values.get(kind.priority_field) if kind is not None else None
    change = Change(
        before=before.version,
        events=(event,),
        after=after,
        title=title,
        priority=priority if isinstance(priority, str) else None,
        plan=service.releases.view_plan(connection),
    )
    append(connection, change)


# --- a customer with all records ------------------------------------------------------------------


def ask_to_erase(
    service: Service, connection: Connection, customer_id: str, actor: Actor, *, delay: timedelta
) -> int:
    """Erase the customer's own data now, and leave a job that erases the records; return how many there are.

    Whatever happens, the job comes to its end. delay: when it begins. Raises ErasureError when something is held.
    """
    held = hold_of(connection, "customer", customer_id)
    if held is not None:
        raise ErasureError(
            f"The customer is on hold since {held[1]:%Y-%m-%d} ({held[0]}). Lift it first."
        )
    numbers = numbers_held(connection, customer_id)
    if numbers:
        raise ErasureError(
            f"These records are on hold: {', '.join(numbers)}. Lift the holds first."
        )
    now = service.clock.now()
    erase_customer_row(connection, customer_id, now)
    count, _done = count_records(connection, customer_id)
    payload = {"customer": customer_id, "by": actor.id, "after": "", "erased": 0}
    job = new_job(JOB, f"{JOB}:{customer_id}", payload, now, due_at=now + delay)
    add_jobs(connection, [job])
    audit.note(connection, actor, "customer.erase", customer_id, now, {"records": count})
    return count


def erase_page(
    service: Service, connection: Connection, customer_id: str, actor: Actor, after: str
) -> tuple[list[str], int]:
    """Erase some records of the customer beyond *after*; return them, and how many had something to erase."""
    ids = records_to_erase(connection, customer_id, after, PAGE)
    changed = 0
    for record_id in ids:
        changed += bool(erase_record(service, connection, record_id, actor).kinds)
    crash_point("erase:written")
    return ids, changed


def carry_on(service: Service, connection: Connection, job: JobClaim, now: datetime) -> list[str]:
    """Do one page of an ``erase`` job, and leave the next; return the records that were changed."""
    payload = job.payload
    customer_id = str(payload["customer"])
    actor = Actor("user", payload["by"]) if payload.get("by") else SYSTEM
    ids, changed = erase_page(service, connection, customer_id, actor, str(payload["after"]))
    erased = int(payload["erased"]) + changed
    if len(ids) == PAGE:
        left = {
            "customer": customer_id,
            "by": payload.get("by"),
            "after": ids[-1],
            "erased": erased,
        }
        add_jobs(connection, [new_job(JOB, f"{JOB}:{customer_id}", left, now)])
    else:
        audit.note(connection, actor, "customer.erased", customer_id, now, {"records": erased})
    return ids


def erase_customer(
    service: Service,
    customer_id: str,
    actor: Actor,
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> int:
    """Erase a customer and all records here and now, a page at a time; return how many records there were.

    What is interrupted is ended by the job, a quarter of an hour later, or by doing this again.
    """
    with service.database.writing() as connection:
        total = ask_to_erase(service, connection, customer_id, actor, delay=AGAIN)
    after, done, erased = "", 0, 0
    while True:
        with service.database.writing() as connection:
            ids, changed = erase_page(service, connection, customer_id, actor, after)
            erased += changed
            done += len(ids)
            if len(ids) < PAGE:
                cancel(connection, f"{JOB}:{customer_id}")
                now = service.clock.now()
                audit.note(
                    connection, actor, "customer.erased", customer_id, now, {"records": erased}
                )
        tell(done, total)
        if len(ids) < PAGE:
            return done
        after = ids[-1]


# --- the bytes of attached files ------------------------------------------------------------------


def delete_erased_files(database: Database, folder: Path) -> int:
    """Delete the bytes of files that were erased, then forget the files; return how many. Doing so again is harmless."""
    count = 0
    while True:
        with database.reading() as connection:
            found = erased_files(connection)
        for _id, name in found:
            (folder / name).unlink(missing_ok=True)
        if not found:
            return count
        with database.writing() as connection:
            forget_files(connection, [one for one, _name in found])
        count += len(found)
