"""Tables of definitions and of the installation: releases, drafts, settings, the audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from .columns import Base, BigId


class ReleaseRow(Base):
    """One immutable set of definitions. documents: text by path, as it was written."""

    __tablename__ = "release"

    hash: Mapped[str] = mapped_column(primary_key=True)
    documents: Mapped[str]
    created_at: Mapped[datetime]
    author: Mapped[str | None]
    note: Mapped[str]


class LiveReleaseRow(Base):
    """One move of the pointer to the release in force; the newest row counts."""

    __tablename__ = "live_release"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    release: Mapped[str] = mapped_column(ForeignKey("release.hash"))
    at: Mapped[datetime]
    author: Mapped[str | None]
    note: Mapped[str]
    kind: Mapped[str]


class DraftRow(Base):
    """Definitions being changed. revision counts the operations; an edit names the one that it saw."""

    __tablename__ = "draft"

    id: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    from_release: Mapped[str | None] = mapped_column(ForeignKey("release.hash"))
    documents: Mapped[str]
    revision: Mapped[int]
    author: Mapped[str | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class DraftOperationRow(Base):
    """One edit of a draft, with what takes it back."""

    __tablename__ = "draft_operation"

    draft_id: Mapped[str] = mapped_column(
        ForeignKey("draft.id", ondelete="CASCADE"), primary_key=True
    )
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    author: Mapped[str | None]
    at: Mapped[datetime]
    operation: Mapped[dict[str, Any]]
    inverse: Mapped[dict[str, Any]]
    undone: Mapped[bool]


class SettingRow(Base):
    """One setting of the installation, by name."""

    __tablename__ = "setting"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime]


class AuditRow(Base):
    """Who did what to the installation; chained by hashes, never changed."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_at", "at"), Index("ix_audit_target", "target"))

    seq: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor_kind: Mapped[str]
    actor_id: Mapped[str | None]
    action: Mapped[str]
    target: Mapped[str]
    body: Mapped[str]
    prev_hash: Mapped[str]
    hash: Mapped[str]
