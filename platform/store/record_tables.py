"""Tables of records: the row that screens read, the events it comes from, and what belongs to it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, TextClause, text
from sqlalchemy.orm import Mapped, mapped_column

from .columns import Base, BigId

OPEN = text("category IN ('open', 'waiting')")
SETTLED = text("category IN ('resolved', 'closed')")
WAITING = text("category = 'waiting'")
BY_COLLEAGUE = text("created_by IS NOT NULL")
CLOCKED = text("next_breach_at IS NOT NULL")
KEPT = text("closed_at IS NOT NULL AND erased_at IS NULL")
SIEVE = ("type", "state", "priority", "team", "owner")
"""What lists are narrowed by: in the index, so that a record that does not fit is never read."""


def _where(name: str, condition: TextClause, *columns: str) -> Index:
    return Index(f"ix_record_{name}", *columns, sqlite_where=condition, postgresql_where=condition)


def _open(name: str, *columns: str) -> Index:
    return _where(f"open_{name}", OPEN, *columns)


class RecordRow(Base):
    """One record as lists and conditions read it. A projection: ``state_json`` and the events are the truth."""

    __tablename__ = "record"
    __table_args__ = (
        Index("ix_record_recent", "updated_at", "id"),
        Index("ix_record_updated", "type", "updated_at", "id"),
        Index("ix_record_made", "created_at", "id"),
        Index("ix_record_created", "type", "created_at", "id"),
        Index("ix_record_state", "type", "state", "updated_at", "id"),
        Index("ix_record_customer", "customer_id", "updated_at", "id"),
        _where("creator", BY_COLLEAGUE, "created_by", "updated_at", "id"),
        Index("ix_record_owner", "owner", "category", "updated_at", "id"),
        Index("ix_record_team", "team", "category", "updated_at", "id"),
        Index("ix_record_plan", "plan", "id"),
        _open("breach", "next_breach_at", "id", *SIEVE),
        _open("updated", "updated_at", "id", *SIEVE),
        _open("created", "created_at", "id", *SIEVE),
        _open("priority", "priority", "id", "type", "state", "team", "owner"),
        _open("queue", "type", "state", "next_breach_at", "id", "priority", "team", "owner"),
        _open("team", "team", "next_breach_at", "id", "type", "state", "priority", "owner"),
        _open("owner", "owner", "next_breach_at", "id", "type", "state", "priority", "team"),
        _open("customer", "customer_id", "created_at", "id", "type"),
        _open("plan", "plan", "id"),
        _open("release", "release", "type", "state", "category"),
        _where("settled", SETTLED, "updated_at", "id", *SIEVE),
        _where("waiting", WAITING, "updated_at", "id", *SIEVE),
        _where("breach", CLOCKED, "type", "next_breach_at", "id"),
        _where("kept", KEPT, "type", "closed_at", "id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    type: Mapped[str]
    release: Mapped[str]
    version: Mapped[int]
    state: Mapped[str]
    previous_state: Mapped[str | None]
    category: Mapped[str]
    priority: Mapped[str | None]
    title: Mapped[str]
    owner: Mapped[str | None]
    team: Mapped[str | None]
    customer_id: Mapped[str | None] = mapped_column(ForeignKey("customer.id"))
    created_by: Mapped[str | None]
    channel: Mapped[str]
    lang: Mapped[str]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    entered_at: Mapped[datetime]
    first_reply_at: Mapped[datetime | None]
    waiting_reply_since: Mapped[datetime | None]
    next_due_at: Mapped[datetime | None]
    next_breach_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    merged_into: Mapped[str | None]
    escalation: Mapped[int]
    reopened: Mapped[int]
    messages: Mapped[int]
    tags: Mapped[list[str]]
    followers: Mapped[list[str]]
    visits: Mapped[dict[str, Any]]
    customer: Mapped[dict[str, Any]]
    values: Mapped[dict[str, Any]]
    state_json: Mapped[str]
    head: Mapped[str]
    marks: Mapped[str] = mapped_column(server_default="")
    plan: Mapped[str] = mapped_column(server_default="")


class RecordEventRow(Base):
    """One fact of one record, appended once: triggers refuse every change but an erasure.

    seq: the record's version after it. digest: the salted SHA-256 of actor and body, which *hash* stands on in
    their place. An erasure replaces actor and body, empties the salt and sets erased_at, once and for good.
    """

    __tablename__ = "record_event"

    record_id: Mapped[str] = mapped_column(ForeignKey("record.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    at: Mapped[datetime]
    actor_kind: Mapped[str]
    actor_id: Mapped[str | None]
    actor: Mapped[str]
    cause_kind: Mapped[str]
    cause_id: Mapped[str]
    cause_depth: Mapped[int]
    body: Mapped[str]
    salt: Mapped[str]
    digest: Mapped[str]
    erased_at: Mapped[datetime | None]
    prev_hash: Mapped[str]
    hash: Mapped[str]


class ExplanationRow(Base):
    """Why the command that ended at *seq* did what it did."""

    __tablename__ = "explanation"

    record_id: Mapped[str] = mapped_column(ForeignKey("record.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    why: Mapped[list[Any]]


class MessageRow(Base):
    """What somebody said on a record. *seq* is that of its comment event."""

    __tablename__ = "message"
    __table_args__ = (Index("ix_message_record", "record_id", "seq", "id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    record_id: Mapped[str] = mapped_column(ForeignKey("record.id"))
    seq: Mapped[int]
    public: Mapped[bool]
    author_kind: Mapped[str]
    author_id: Mapped[str | None]
    author_name: Mapped[str]
    text: Mapped[str]
    html: Mapped[str]
    files: Mapped[list[str]]
    created_at: Mapped[datetime]


class AttachmentRow(Base):
    """One uploaded file. stored_name: random, the only name that reaches the disk. state: new | ready | refused."""

    __tablename__ = "attachment"
    __table_args__ = (Index("ix_attachment_record", "record_id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    stored_name: Mapped[str] = mapped_column(unique=True)
    sha256: Mapped[str]
    size: Mapped[int] = mapped_column(BigId)
    type: Mapped[str]
    name: Mapped[str]
    record_id: Mapped[str | None] = mapped_column(ForeignKey("record.id"))
    uploaded_by: Mapped[str | None]
    visibility: Mapped[str]
    state: Mapped[str]
    created_at: Mapped[datetime]


class SearchPartRow(Base):
    """One searchable text of a record as bigrams: its fields (part ``record``), or one message."""

    __tablename__ = "search_part"
    __table_args__ = (Index("ix_search_part_record", "record_id", "part", unique=True),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    record_id: Mapped[str] = mapped_column(ForeignKey("record.id"))
    part: Mapped[str]
    public: Mapped[bool]
    grams: Mapped[str]


class NumberCounterRow(Base):
    """The last number given for one pattern in one period."""

    __tablename__ = "number_counter"

    key: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int] = mapped_column(BigId)
