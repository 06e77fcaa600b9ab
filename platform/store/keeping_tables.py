"""Tables about keeping: what must not be erased, and the signed heads that tell when something is missing."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from .columns import Base, BigId


class LegalHoldRow(Base):
    """What must not be erased for now. subject: ``record`` or ``customer``; subject_id: whose."""

    __tablename__ = "legal_hold"

    subject: Mapped[str] = mapped_column(primary_key=True)
    subject_id: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str]
    author: Mapped[str | None]
    created_at: Mapped[datetime]


class SignedHeadRow(Base):
    """One signed sum of how far the chains reached; each stands on the one before.

    entries: how many records moved on since. records: how many there were. audit_seq, audit_hash: the
    end of the audit log. method: how it is signed; key_id: the fingerprint of the key.
    """

    __tablename__ = "signed_head"

    number: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    entries: Mapped[int] = mapped_column(BigId)
    records: Mapped[int] = mapped_column(BigId)
    audit_seq: Mapped[int] = mapped_column(BigId)
    audit_hash: Mapped[str]
    prev_digest: Mapped[str]
    digest: Mapped[str]
    method: Mapped[str]
    key_id: Mapped[str]
    signature: Mapped[str]


class SealedVersionRow(Base):
    """Up to which version a record's chain stands in the signed head *number*; no foreign key: it outlives a theft."""

    __tablename__ = "sealed_version"
    __table_args__ = (Index("ix_sealed_version_number", "number", "record_id"),)

    record_id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigId)
