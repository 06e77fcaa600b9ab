"""Signed-in browsers, and tries that are counted. Only the hash of a session's secret is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from .canonical import hashed
from .prepared import Prepared
from .tables import AttemptRow, SessionRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A signed-in browser of a colleague or a customer. id: the hash of its secret, for no page to show."""

    id: str
    user_id: str | None
    customer_id: str | None
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    ip: str
    agent: str

    @property
    def handle(self) -> str:
        """Return what pages name the session by: nothing that a secret could be compared with."""
        return hashed(self.id)[:24]


def open_session(
    connection: Connection,
    secret: str,
    *,
    now: datetime,
    expires_at: datetime,
    user_id: str | None = None,
    customer_id: str | None = None,
    ip: str = "",
    agent: str = "",
) -> None:
    """Keep a new session of a colleague or of a customer."""
    if (user_id is None) == (customer_id is None):
        raise ValueError("a session is either a colleague's or a customer's")
    values = {
        "token_hash": hashed(secret),
        "user_id": user_id,
        "customer_id": customer_id,
        "created_at": now,
        "last_seen_at": now,
        "expires_at": expires_at,
        "ip": ip,
        "agent": agent[:300],
    }
    connection.execute(insert(SessionRow), values)


_SESSION = (
    SessionRow.token_hash,
    SessionRow.user_id,
    SessionRow.customer_id,
    SessionRow.created_at,
    SessionRow.last_seen_at,
    SessionRow.expires_at,
    SessionRow.ip,
    SessionRow.agent,
)
_BY_SECRET = Prepared(
    select(*_SESSION).where(
        SessionRow.token_hash == bindparam("hash"),
        SessionRow.revoked_at.is_(None),
        SessionRow.expires_at > bindparam("now"),
    )
)


def find_session(connection: Connection, secret: str, now: datetime) -> Session | None:
    """Return the session of *secret* unless it ended, was revoked or never was."""
    found = _BY_SECRET.first(connection, {"hash": hashed(secret), "now": now})
    if found is None:
        return None
    token_hash, user_id, customer_id, created_at, last_seen_at, expires_at, ip, agent = found
    return Session(
        id=token_hash,
        user_id=user_id,
        customer_id=customer_id,
        created_at=created_at,
        last_seen_at=last_seen_at,
        expires_at=expires_at,
        ip=ip,
        agent=agent,
    )


def sessions_of(
    connection: Connection,
    now: datetime,
    *,
    user_id: str | None = None,
    customer_id: str | None = None,
) -> list[Session]:
    """Return the sessions that are open, the last used first."""
    query = select(SessionRow.__table__).where(
        _owner(user_id, customer_id),
        SessionRow.revoked_at.is_(None),
        SessionRow.expires_at > now,
    )
    rows = connection.execute(query.order_by(SessionRow.last_seen_at.desc())).mappings()
    return [_session(row) for row in rows]


def touch_session(connection: Connection, session_id: str, now: datetime) -> None:
    """Note that the session was used now."""
    mine = SessionRow.token_hash == session_id
    connection.execute(update(SessionRow).where(mine).values(last_seen_at=now))


def close_session(connection: Connection, session_id: str, now: datetime) -> None:
    """End one session."""
    mine = SessionRow.token_hash == session_id
    connection.execute(update(SessionRow).where(mine).values(revoked_at=now))


def close_sessions(
    connection: Connection,
    now: datetime,
    *,
    user_id: str | None = None,
    customer_id: str | None = None,
    keep: str | None = None,
) -> int:
    """End all sessions of one person, but for *keep*; return how many were open."""
    open_ones = _owner(user_id, customer_id) & SessionRow.revoked_at.is_(None)
    if keep is not None:
        open_ones &= SessionRow.token_hash != keep
    statement = update(SessionRow).where(open_ones).values(revoked_at=now)
    return connection.execute(statement).rowcount


def _owner(user_id: str | None, customer_id: str | None) -> ColumnElement[bool]:
    if (user_id is None) == (customer_id is None):
        raise ValueError("name either a colleague or a customer")
    if user_id is not None:
        return SessionRow.user_id == user_id
    return SessionRow.customer_id == customer_id


def _session(row: RowMapping) -> Session:
    return Session(
        id=row["token_hash"],
        user_id=row["user_id"],
        customer_id=row["customer_id"],
        created_at=row["created_at"],
        last_seen_at=row["last_seen_at"],
        expires_at=row["expires_at"],
        ip=row["ip"],
        agent=row["agent"],
    )


def note_attempt(connection: Connection, key: str, now: datetime) -> None:
    """Note one failed or limited try under *key*, e.g. ``login:lin`` or ``reset-ip:192.0.2.1``."""
    connection.execute(insert(AttemptRow), {"key": key, "at": now})


def attempts_since(connection: Connection, key: str, since: datetime) -> int:
    """Return how many tries *key* has had since *since*."""
    query = select(func.count()).select_from(AttemptRow)
    return connection.execute(
        query.where(AttemptRow.key == key, AttemptRow.at > since)
    ).scalar_one()


def forget_attempts(connection: Connection, key: str) -> None:
    """Begin counting anew, for example after a sign-in that worked."""
    connection.execute(delete(AttemptRow).where(AttemptRow.key == key))


def sweep_sessions(connection: Connection, before: datetime) -> int:
    """Remove sessions and tries that ended before *before*; return how many."""
    ended = (
        delete(SessionRow).where(SessionRow.expires_at < before),
        delete(AttemptRow).where(AttemptRow.at < before),
    )
    return sum(connection.execute(statement).rowcount for statement in ended)
