"""Take out of the database what it says of a person; what figures stand on stays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, exists, func, insert, select, tuple_, update

from ..core.record import ERASED_TEXT
from .tables import (
    AttachmentRow,
    AttemptRow,
    CaughtMailRow,
    CustomerRow,
    DeliveryRow,
    DigestLineRow,
    ExplanationRow,
    IdempotencyRow,
    InboxRow,
    JobRow,
    LegalHoldRow,
    MessageRow,
    NoticeRow,
    RecordEventRow,
    RecordRow,
    SecretLinkRow,
    SessionRow,
)

WORDS = ("mail", "digest", "webhook", "notice", "create_record")
"""Kinds of jobs that carry words of people."""

_REPLACE = update(RecordEventRow).where(
    RecordEventRow.record_id == bindparam("record"),
    RecordEventRow.seq == bindparam("place"),
)


def replace_words(
    connection: Connection,
    record_id: str,
    left: Iterable[tuple[int, str, str]],
    at: datetime,
) -> None:
    """Put what is left (number, actor, body) in the place of events; their salts go."""
    rows = [
        {
            "record": record_id,
            "place": seq,
            "actor": actor,
            "body": body,
            "salt": "",
            "erased_at": at,
        }
        for seq, actor, body in left
    ]
    if rows:
        connection.execute(_REPLACE, rows)


def erased_events(connection: Connection, record_id: str) -> set[int]:
    """Return the numbers of the record's events whose words are erased already."""
    query = select(RecordEventRow.seq).where(
        RecordEventRow.record_id == record_id, RecordEventRow.erased_at.is_not(None)
    )
    return set(connection.execute(query).scalars())


def is_being_sent(connection: Connection, record_id: str) -> bool:
    """Return whether a job with words of the record is being carried out at this moment."""
    query = select(
        exists().where(
            JobRow.record_id == record_id, JobRow.state == "leased", JobRow.kind.in_(WORDS)
        )
    )
    return bool(connection.execute(query).scalar_one())


def erase_beside(connection: Connection, record_id: str, *, is_recent: bool) -> set[str]:
    """Take out what stands beside the events of a record; return what kinds of things there were.

    is_recent: it changed lately, so that answers of the API may be kept that speak of it.

    Attached files lose their name here; their bytes go by ``erased_files``.
    """
    gone = {
        "messages": _messages(connection, record_id),
        "explanations": _explanations(connection, record_id),
        "files": erase_files(connection, record_id),
        "deliveries": _deliveries(connection, record_id),
        "mails": _mails(connection, record_id),
        "jobs": _jobs(connection, record_id),
        "digests": _deleted(
            connection, delete(DigestLineRow).where(DigestLineRow.record_id == record_id)
        ),
        "notices": _deleted(connection, delete(NoticeRow).where(NoticeRow.record_id == record_id)),
        "links": _deleted(
            connection, delete(SecretLinkRow).where(SecretLinkRow.record_id == record_id)
        ),
        "answers": _answers(connection, record_id) if is_recent else 0,
    }
    return {kind for kind, count in gone.items() if count}


def _deleted(connection: Connection, statement: Any) -> int:
    return int(connection.execute(statement).rowcount)


def _messages(connection: Connection, record_id: str) -> int:
    mine = (MessageRow.record_id == record_id) & (MessageRow.text != ERASED_TEXT)
    by_customer = mine & (MessageRow.author_kind == "customer")
    connection.execute(update(MessageRow).where(by_customer).values(author_name=""))
    values = {"text": ERASED_TEXT, "html": "", "files": []}
    return connection.execute(update(MessageRow).where(mine).values(values)).rowcount


def _explanations(connection: Connection, record_id: str) -> int:
    """Leave which definition did what, without the values that it saw."""
    query = select(ExplanationRow.seq, ExplanationRow.why).where(
        ExplanationRow.record_id == record_id
    )
    changed = 0
    for seq, why in connection.execute(query).all():
        left = [_without_values(one) for one in why]
        if left != why:
            mine = (ExplanationRow.record_id == record_id) & (ExplanationRow.seq == seq)
            connection.execute(update(ExplanationRow).where(mine).values(why=left))
            changed += 1
    return changed


def _without_values(why: dict[str, Any]) -> dict[str, Any]:
    left = {key: value for key, value in why.items() if key != "parts"}
    if "values" in why:
        left["values"] = {
            name: value if isinstance(value, int) else ERASED_TEXT
            for name, value in why["values"].items()
        }
    return left


def erase_files(connection: Connection, record_id: str) -> int:
    """Let go of the record's attached files: nobody finds them any more, their bytes go next."""
    mine = AttachmentRow.record_id == record_id
    values = {
        "record_id": None,
        "uploaded_by": None,
        "name": "",
        "sha256": "",
        "visibility": "internal",
        "state": "erased",
    }
    return connection.execute(update(AttachmentRow).where(mine).values(values)).rowcount


def erased_files(connection: Connection, limit: int = 500) -> list[tuple[str, str]]:
    """Return id and stored name of files whose bytes are still to be deleted."""
    query = select(AttachmentRow.id, AttachmentRow.stored_name)
    found = connection.execute(query.where(AttachmentRow.state == "erased").limit(limit))
    return [(row.id, row.stored_name) for row in found]


def forget_files(connection: Connection, ids: Sequence[str]) -> None:
    """Forget erased files whose bytes are gone."""
    mine = AttachmentRow.id.in_(ids) & (AttachmentRow.state == "erased")
    connection.execute(delete(AttachmentRow).where(mine))


def _deliveries(connection: Connection, record_id: str) -> int:
    mine = (DeliveryRow.record_id == record_id) & (DeliveryRow.target != ERASED_TEXT)
    values = {"target": ERASED_TEXT, "error": ""}
    return connection.execute(update(DeliveryRow).where(mine).values(values)).rowcount


def _mails(connection: Connection, record_id: str) -> int:
    """Leave that mails came and went, and when; nothing of what they said or to whom."""
    kept = (CaughtMailRow.record_id == record_id) & (CaughtMailRow.subject != ERASED_TEXT)
    values: dict[str, Any] = {"sender": "", "recipients": [], "subject": ERASED_TEXT}
    values |= {"text": "", "html": "", "headers": {}}
    count = connection.execute(update(CaughtMailRow).where(kept).values(values)).rowcount
    came = (InboxRow.record_id == record_id) & (func.length(InboxRow.raw) > 0)
    empty: dict[str, Any] = {"raw": b"", "headers": {}, "sha256": "", "error": ""}
    return count + connection.execute(update(InboxRow).where(came).values(empty)).rowcount


def _jobs(connection: Connection, record_id: str) -> int:
    """Drop waiting work that carries words; of what was not delivered, only that it was not stays."""
    mine = (JobRow.record_id == record_id) & (JobRow.state != "leased")
    dropped = delete(JobRow).where(mine, JobRow.kind.in_(WORDS))
    count = int(connection.execute(dropped).rowcount)
    query = select(JobRow.id, JobRow.payload).where(mine, JobRow.kind == "command")
    for job_id, payload in connection.execute(query).all():
        if payload.get("command") == "delivered" and payload.get("target") != ERASED_TEXT:
            left = {**payload, "target": ERASED_TEXT, "error": ""}
            connection.execute(update(JobRow).where(JobRow.id == job_id).values(payload=left))
            count += 1
    connection.execute(update(JobRow).where(mine, JobRow.last_error != "").values(last_error=""))
    return count


def _answers(connection: Connection, record_id: str) -> int:
    """Forget kept answers that name the record; all are forgotten after two days anyway."""
    mine = IdempotencyRow.body.contains(record_id, autoescape=True)
    return int(connection.execute(delete(IdempotencyRow).where(mine)).rowcount)


# --- people ---------------------------------------------------------------------------------------


def erase_customer_row(connection: Connection, customer_id: str, at: datetime) -> bool:
    """Leave of a customer a number with tier, language and company; False when there is none, or it was done."""
    mine = CustomerRow.id == customer_id
    query = select(CustomerRow.email, CustomerRow.erased_at).where(mine)
    found = connection.execute(query.with_for_update()).one_or_none()
    if found is None or found.erased_at is not None:
        return False
    if found.email:
        to_them = DeliveryRow.target == found.email
        values = {"target": ERASED_TEXT, "error": ""}
        connection.execute(update(DeliveryRow).where(to_them).values(values))
        connection.execute(delete(DigestLineRow).where(DigestLineRow.address == found.email))
        tries = AttemptRow.key.contains(found.email, autoescape=True)
        connection.execute(delete(AttemptRow).where(tries))
    connection.execute(
        update(CustomerRow)
        .where(mine)
        .values(
            name=ERASED_TEXT,
            email=None,
            phone=None,
            tags=[],
            manager=None,
            facts={},
            password_hash=None,
            verified=False,
            active=False,
            erased_at=at,
            version=CustomerRow.version + 1,
        )
    )
    connection.execute(delete(SessionRow).where(SessionRow.customer_id == customer_id))
    connection.execute(delete(SecretLinkRow).where(SecretLinkRow.customer_id == customer_id))
    loose = AttachmentRow.uploaded_by == f"customer:{customer_id}"
    connection.execute(
        update(AttachmentRow)
        .where(loose, AttachmentRow.record_id.is_(None))
        .values(uploaded_by=None, name="", sha256="", state="erased")
    )
    connection.execute(update(AttachmentRow).where(loose).values(uploaded_by=None))
    return True


def records_to_erase(connection: Connection, customer_id: str, after: str, limit: int) -> list[str]:
    """Return ids of the customer's records beyond *after*, in order."""
    query = select(RecordRow.id).where(RecordRow.customer_id == customer_id, RecordRow.id > after)
    return list(connection.execute(query.order_by(RecordRow.id).limit(limit)).scalars())


def count_records(connection: Connection, customer_id: str) -> tuple[int, int]:
    """Return how many records the customer has, and of how many the personal data is erased."""
    query = select(func.count(), func.count(RecordRow.erased_at))
    found = connection.execute(query.where(RecordRow.customer_id == customer_id)).one()
    return int(found[0]), int(found[1])


def closed_before(
    connection: Connection,
    record_type: str,
    before: datetime,
    after: tuple[datetime, str] | None,
    limit: int,
) -> list[tuple[datetime, str]]:
    """Return closing time and id of records of a type, closed before *before* and not erased since, in order.

    after: the last one seen. What is on hold is left out.
    """
    conditions = [
        RecordRow.type == record_type,
        RecordRow.closed_at.is_not(None),
        RecordRow.erased_at.is_(None),
        RecordRow.closed_at < before,
        ~held_records(),
    ]
    if after is not None:
        conditions.append(tuple_(RecordRow.closed_at, RecordRow.id) > tuple_(*after))
    query = select(RecordRow.closed_at, RecordRow.id).where(*conditions)
    ordered = query.order_by(RecordRow.closed_at, RecordRow.id).limit(limit)
    return [(row.closed_at, row.id) for row in connection.execute(ordered)]


def with_files_closed_before(
    connection: Connection, record_type: str, before: datetime, after: str, limit: int
) -> list[str]:
    """Return ids beyond *after* of records of a type, closed before *before*, that have attached files."""
    query = (
        select(RecordRow.id)
        .join(AttachmentRow, AttachmentRow.record_id == RecordRow.id)
        .where(
            RecordRow.type == record_type,
            RecordRow.closed_at < before,
            RecordRow.id > after,
            ~held_records(),
        )
        .distinct()
    )
    return list(connection.execute(query.order_by(RecordRow.id).limit(limit)).scalars())


# --- holds ----------------------------------------------------------------------------------------


def held_records() -> Any:
    """Return the condition that a record, or its customer, must not be erased for now."""
    of_record = (LegalHoldRow.subject == "record") & (LegalHoldRow.subject_id == RecordRow.id)
    of_customer = (LegalHoldRow.subject == "customer") & (
        LegalHoldRow.subject_id == RecordRow.customer_id
    )
    return exists().where(of_record | of_customer)


def put_hold(
    connection: Connection,
    subject: str,
    subject_id: str,
    *,
    reason: str,
    author: str | None,
    now: datetime,
) -> None:
    """Keep a record or a customer from being erased."""
    lift_hold(connection, subject, subject_id)
    row = insert(LegalHoldRow).values(
        subject=subject, subject_id=subject_id, reason=reason, author=author, created_at=now
    )
    connection.execute(row)


def lift_hold(connection: Connection, subject: str, subject_id: str) -> bool:
    """Let a record or a customer be erased again; False when nothing held it."""
    mine = (LegalHoldRow.subject == subject) & (LegalHoldRow.subject_id == subject_id)
    return connection.execute(delete(LegalHoldRow).where(mine)).rowcount == 1


def hold_of(connection: Connection, subject: str, subject_id: str) -> tuple[str, datetime] | None:
    """Return why and since when a record or a customer is held, None when it is not."""
    mine = (LegalHoldRow.subject == subject) & (LegalHoldRow.subject_id == subject_id)
    found = connection.execute(
        select(LegalHoldRow.reason, LegalHoldRow.created_at).where(mine)
    ).one_or_none()
    return None if found is None else (found.reason, found.created_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """What must not be erased for now."""

    subject: str
    subject_id: str
    reason: str
    author: str | None
    created_at: datetime


def holds(connection: Connection, limit: int = 500) -> list[Hold]:
    """Return what is on hold, the newest first."""
    query = select(LegalHoldRow.__table__).order_by(LegalHoldRow.created_at.desc()).limit(limit)
    return [Hold(**row) for row in connection.execute(query).mappings()]


def numbers_held(connection: Connection, customer_id: str, limit: int = 10) -> list[str]:
    """Return the numbers of the customer's records that are on hold themselves."""
    of_record = (LegalHoldRow.subject == "record") & (LegalHoldRow.subject_id == RecordRow.id)
    query = select(RecordRow.number).where(
        RecordRow.customer_id == customer_id, exists().where(of_record)
    )
    return list(connection.execute(query.order_by(RecordRow.number).limit(limit)).scalars())
