"""Small records, events and changes for tests; everything a test does not care about has a default."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert

from sopwith.core.events import Actor, Event, EventKind
from sopwith.core.record import RecordState
from sopwith.store.records import Change
from sopwith.store.tables import CustomerRow, UserRow

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
AGENT = Actor("user", "lin", frozenset({"agent"}), frozenset({"first-line"}), "Lin")


def later(**amount: float) -> datetime:
    return NOW + timedelta(**amount)


def state(number: int = 1, **fields: Any) -> RecordState:
    given: dict[str, Any] = {
        "id": f"{number:032x}",
        "number": f"T-2026-{number:06}",
        "type": "ticket",
        "release": "r1",
        "state": "received",
        "version": 1,
        "entered_at": NOW,
        "created_at": NOW,
        "updated_at": NOW,
    }
    return RecordState(**(given | fields))


def event(kind: EventKind = EventKind.TAGS, at: datetime = NOW, **body: Any) -> Event:
    return Event(kind=kind, at=at, actor=AGENT, body=body)


def created(number: int = 1, title: str | None = None, **fields: Any) -> Change:
    """Return the change that opens record *number*."""
    return Change(
        before=0, events=(event(EventKind.CREATED),), after=state(number, **fields), title=title
    )


def changed(before: RecordState, *events: Event, **fields: Any) -> Change:
    """Return the change that appends *events* (or one) and sets *fields*."""
    happened = events or (event(),)
    after = replace(before, version=before.version + len(happened), **fields)
    return Change(before=before.version, events=happened, after=after)


def add_customer(connection: Connection, customer_id: str = "c1", **fields: Any) -> None:
    given: dict[str, Any] = {
        "id": customer_id,
        "name": "Wang Fang",
        "email": f"{customer_id}@example.test",
        "phone": None,
        "lang": "zh-CN",
        "tier": "vip",
        "tags": [],
        "organisation_id": None,
        "manager": None,
        "facts": {},
        "password_hash": None,
        "verified": True,
        "active": True,
        "created_at": NOW,
        "version": 1,
    }
    connection.execute(insert(CustomerRow), given | fields)


def add_user(connection: Connection, user_id: str = "lin", **fields: Any) -> None:
    given: dict[str, Any] = {
        "id": user_id,
        "login": user_id,
        "name": user_id.title(),
        "email": f"{user_id}@example.test",
        "password_hash": None,
        "roles": ["agent"],
        "skills": [],
        "lang": "en",
        "zone": "Asia/Shanghai",
        "active": True,
        "away": False,
        "capacity": None,
        "deputy_id": None,
        "manager_id": None,
        "last_given_at": None,
        "created_at": NOW,
        "version": 1,
    }
    connection.execute(insert(UserRow), given | fields)
