"""Tables of people: customers, colleagues, and how they get in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from .columns import Base, BigId


class OrganisationRow(Base):
    """The company that customers belong to."""

    __tablename__ = "organisation"
    __table_args__ = (Index("ix_organisation_name", "name", "id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    domain: Mapped[str | None] = mapped_column(unique=True)
    tier: Mapped[str]
    facts: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


class CustomerRow(Base):
    """Who asks for help. email is kept in lower case, phone as digits with an optional plus."""

    __tablename__ = "customer"
    __table_args__ = (Index("ix_customer_phone", "phone"), Index("ix_customer_name", "name", "id"))

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    email: Mapped[str | None] = mapped_column(unique=True)
    phone: Mapped[str | None]
    lang: Mapped[str]
    tier: Mapped[str]
    tags: Mapped[list[str]]
    organisation_id: Mapped[str | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    manager: Mapped[str | None]
    facts: Mapped[dict[str, Any]]
    password_hash: Mapped[str | None]
    verified: Mapped[bool]
    active: Mapped[bool]
    erased_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    version: Mapped[int]


class UserRow(Base):
    """A colleague. *login* is kept in lower case; *roles* and *skills* are sorted lists."""

    __tablename__ = "app_user"

    id: Mapped[str] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    email: Mapped[str]
    password_hash: Mapped[str | None]
    roles: Mapped[list[str]]
    skills: Mapped[list[str]]
    lang: Mapped[str]
    zone: Mapped[str]
    active: Mapped[bool]
    away: Mapped[bool]
    capacity: Mapped[int | None]
    deputy_id: Mapped[str | None] = mapped_column(ForeignKey("app_user.id"))
    manager_id: Mapped[str | None] = mapped_column(ForeignKey("app_user.id"))
    last_given_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    version: Mapped[int]


class MembershipRow(Base):
    """Who is in a team. on_call: the order in which to ring, None for not on call."""

    __tablename__ = "membership"
    __table_args__ = (Index("ix_membership_user", "user_id"),)

    team: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("app_user.id"), primary_key=True)
    is_lead: Mapped[bool]
    on_call: Mapped[int | None]


ASKED = text("state = 'asked'")


class ShiftSwapRow(Base):
    """One shift of one day that a colleague asked another to take over, or to exchange for one of theirs.

    shift: its id, or ``@on-call``. day: ISO date. name, back_name: what the roster calls who is on it. begins_at: when
    the first of what changes hands begins; nothing is agreed after that. ends_at: when the last of it ends. state: asked | accepted | refused | withdrawn.
    """

    __tablename__ = "shift_swap"
    __table_args__ = (
        CheckConstraint("state IN ('asked', 'accepted', 'refused', 'withdrawn')", name="state"),
        Index("ix_shift_swap_team", "team", "state", "ends_at"),
        Index(
            "ix_shift_swap_open",
            "team",
            "shift",
            "day",
            "name",
            unique=True,
            sqlite_where=ASKED,
            postgresql_where=ASKED,
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    team: Mapped[str]
    shift: Mapped[str]
    day: Mapped[str]
    name: Mapped[str]
    giver: Mapped[str] = mapped_column(ForeignKey("app_user.id"))
    taker: Mapped[str] = mapped_column(ForeignKey("app_user.id"))
    back_shift: Mapped[str | None]
    back_day: Mapped[str | None]
    back_name: Mapped[str | None]
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    state: Mapped[str]
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str | None] = mapped_column(ForeignKey("app_user.id"))


class SessionRow(Base):
    """A signed-in browser; the cookie's secret is kept only as its hash."""

    __tablename__ = "session"
    __table_args__ = (
        Index("ix_session_user", "user_id"),
        Index("ix_session_customer", "customer_id"),
    )

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str | None] = mapped_column(ForeignKey("app_user.id"))
    customer_id: Mapped[str | None] = mapped_column(ForeignKey("customer.id"))
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ip: Mapped[str]
    agent: Mapped[str]
    revoked_at: Mapped[datetime | None]


class SecretLinkRow(Base):
    """A link that stands for a right: purpose status | survey | invite | reset | verify. Kept as its hash."""

    __tablename__ = "secret_link"
    __table_args__ = (Index("ix_secret_link_record", "record_id"),)

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    purpose: Mapped[str]
    record_id: Mapped[str | None] = mapped_column(ForeignKey("record.id"))
    user_id: Mapped[str | None] = mapped_column(ForeignKey("app_user.id"))
    customer_id: Mapped[str | None] = mapped_column(ForeignKey("customer.id"))
    detail: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ApiTokenRow(Base):
    """A token of the API; kept as its hash. scopes: sorted list."""

    __tablename__ = "api_token"
    __table_args__ = (Index("ix_api_token_user", "user_id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    scopes: Mapped[list[str]]
    user_id: Mapped[str] = mapped_column(ForeignKey("app_user.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class AttemptRow(Base):
    """One failed or limited try (sign-in, code, reset), counted by key within a window."""

    __tablename__ = "attempt"
    __table_args__ = (Index("ix_attempt_key", "key", "at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str]
    at: Mapped[datetime]
