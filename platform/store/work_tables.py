"""Tables of work: jobs, what went out, what came in, and who was told."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from .columns import Base, BigId

READY = text("state = 'ready'")
LEASED = text("state = 'leased'")
DEAD = text("state = 'dead'")


class JobRow(Base):
    """One effect or timer still to be carried out; written in the transaction that decided it.

    lane: as in ``claims``; each is claimed in its own right. attempts is counted at claim, so that
    a job that kills its worker ends in ``dead`` too; begun is set when a try after the first really
    begins, so that what only stood behind such a job loses none.
    """

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint("state IN ('ready', 'leased', 'dead')", name="state"),
        Index("ix_job_due", "lane", "due_at", "id", sqlite_where=READY, postgresql_where=READY),
        Index("ix_job_lease", "lease_until", sqlite_where=LEASED, postgresql_where=LEASED),
        Index("ix_job_dead", "id", sqlite_where=DEAD, postgresql_where=DEAD),
        Index("ix_job_record", "record_id", "state", "lane", "due_at", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str]
    lane: Mapped[int]
    record_id: Mapped[str | None] = mapped_column(ForeignKey("record.id"))
    release: Mapped[str | None]
    due_at: Mapped[datetime]
    state: Mapped[str]
    attempts: Mapped[int]
    max_attempts: Mapped[int]
    lease_until: Mapped[datetime | None]
    lease_token: Mapped[str | None]
    lease_node: Mapped[str | None]
    begun: Mapped[bool | None]
    destination: Mapped[str | None]
    idem_key: Mapped[str] = mapped_column(unique=True)
    payload: Mapped[dict[str, Any]]
    last_error: Mapped[str]
    created_at: Mapped[datetime]


class DeliveryRow(Base):
    """One try to bring something out. outcome: sent | gathered (in a digest) | failed | dead | dropped."""

    __tablename__ = "delivery"
    __table_args__ = (
        Index("ix_delivery_key", "key"),
        Index("ix_delivery_record", "record_id"),
        Index("ix_delivery_target", "target", "at"),
        Index("ix_delivery_at", "at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str]
    kind: Mapped[str]
    record_id: Mapped[str | None] = mapped_column(ForeignKey("record.id"))
    target: Mapped[str]
    attempt: Mapped[int]
    at: Mapped[datetime]
    outcome: Mapped[str]
    status: Mapped[int | None]
    milliseconds: Mapped[int]
    error: Mapped[str]


class CaughtMailRow(Base):
    """A mail kept in the product because no mail server is set."""

    __tablename__ = "caught_mail"
    __table_args__ = (
        Index("ix_caught_mail_created", "created_at"),
        Index("ix_caught_mail_record", "record_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    record_id: Mapped[str | None] = mapped_column(ForeignKey("record.id"))
    sender: Mapped[str]
    recipients: Mapped[list[str]]
    subject: Mapped[str]
    text: Mapped[str]
    html: Mapped[str]
    headers: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


class InboxRow(Base):
    """What came in, as it came, before anything reads it. state: new | done | failed."""

    __tablename__ = "inbox"
    __table_args__ = (
        Index("ix_inbox_state", "state", "received_at"),
        Index("ix_inbox_record", "record_id"),
    )

    source: Mapped[str] = mapped_column(primary_key=True)
    ext_id: Mapped[str] = mapped_column(primary_key=True)
    received_at: Mapped[datetime]
    raw: Mapped[bytes] = mapped_column(LargeBinary)
    headers: Mapped[dict[str, Any]]
    sha256: Mapped[str]
    state: Mapped[str]
    error: Mapped[str]
    record_id: Mapped[str | None] = mapped_column(ForeignKey("record.id"))


class IdempotencyRow(Base):
    """The answer given to one request of one actor, so that the same request gets it again."""

    __tablename__ = "idempotency"
    __table_args__ = (Index("ix_idempotency_created", "created_at"),)

    actor: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str]
    status: Mapped[str]
    code: Mapped[int | None]
    body: Mapped[str | None]
    created_at: Mapped[datetime]


class NoticeRow(Base):
    """A line in a colleague's list of notices."""

    __tablename__ = "notice"
    __table_args__ = (
        Index("ix_notice_user", "user_id", "created_at", "id"),
        Index("ix_notice_record", "record_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("app_user.id"))
    record_id: Mapped[str | None] = mapped_column(ForeignKey("record.id"))
    kind: Mapped[str]
    text_en: Mapped[str]
    text_zh: Mapped[str]
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]


class HeartbeatRow(Base):
    """The last sign of life of one process. detail: what the health page shows of it."""

    __tablename__ = "heartbeat"

    node: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    version: Mapped[str]
    detail: Mapped[dict[str, Any]]


class WebhookTargetRow(Base):
    """What is known of one webhook address: failing since when, and whether it is switched off."""

    __tablename__ = "webhook_target"

    url: Mapped[str] = mapped_column(primary_key=True)
    failing_since: Mapped[datetime | None]
    failures: Mapped[int]
    disabled_at: Mapped[datetime | None]
    reason: Mapped[str]


class DestinationRow(Base):
    """What is known of the mail server, or of one host that webhooks call: its breaker and its budget.

    state: closed (all well) | open (jobs for it wait until *next_try_at*) | probing (one of them
    tries). off_at: an admin switched it off. minute_at: the minute that *in_minute* claims fell in.
    """

    __tablename__ = "destination"
    __table_args__ = (CheckConstraint("state IN ('closed', 'open', 'probing')", name="state"),)

    name: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str]
    failures: Mapped[int]
    pause: Mapped[int]
    opened_at: Mapped[datetime | None]
    next_try_at: Mapped[datetime | None]
    off_at: Mapped[datetime | None]
    reason: Mapped[str]
    at_once: Mapped[int | None]
    a_minute: Mapped[int | None]
    minute_at: Mapped[datetime | None]
    in_minute: Mapped[int]
    worked_at: Mapped[datetime | None]


class DigestLineRow(Base):
    """A mail that was gathered: one line of the digest *digest*, the key of a job."""

    __tablename__ = "digest_line"
    __table_args__ = (
        Index("ix_digest_line_digest", "digest"),
        Index("ix_digest_line_address", "address", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    address: Mapped[str]
    digest: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    record_id: Mapped[str | None] = mapped_column(ForeignKey("record.id"))
    at: Mapped[datetime]
    body: Mapped[dict[str, Any]]
