"""Links and tokens that stand for a right. Only the hashes of their secrets are kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    RowMapping,
    Select,
    bindparam,
    delete,
    insert,
    or_,
    select,
    update,
)

from .canonical import hashed
from .prepared import Prepared
from .tables import ApiTokenRow, SecretLinkRow

SCOPES = ("records:read", "records:write", "files:write", "definitions:read", "tokens:write")
"""What a token of the API may be good for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretLink:
    """What a link stands for."""

    purpose: str
    record_id: str | None
    user_id: str | None
    customer_id: str | None
    detail: str
    expires_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """A token of the API, without its secret."""

    id: str
    name: str
    scopes: frozenset[str]
    user_id: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


def make_link(
    connection: Connection,
    secret: str,
    purpose: str,
    *,
    now: datetime,
    expires_at: datetime,
    record_id: str | None = None,
    user_id: str | None = None,
    customer_id: str | None = None,
    detail: str = "",
) -> None:
    """Keep what a new link stands for. detail: what else it needs, e.g. the survey's ask."""
    values = {
        "token_hash": hashed(secret),
        "purpose": purpose,
        "record_id": record_id,
        "user_id": user_id,
        "customer_id": customer_id,
        "detail": detail,
        "created_at": now,
        "expires_at": expires_at,
    }
    connection.execute(insert(SecretLinkRow), values)


def find_link(
    connection: Connection, secret: str, purpose: str, now: datetime
) -> SecretLink | None:
    """Return what the link stands for, None when it ended, is for another purpose, or never was."""
    query = select(SecretLinkRow.__table__).where(
        SecretLinkRow.token_hash == hashed(secret),
        SecretLinkRow.purpose == purpose,
        SecretLinkRow.expires_at > now,
    )
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        return None
    names = SecretLink.__dataclass_fields__
    return SecretLink(**{name: row[name] for name in names})


def use_link(connection: Connection, secret: str, purpose: str, now: datetime) -> bool:
    """Use up a link that works once; False when it was used, ended or never was."""
    fresh = (
        (SecretLinkRow.token_hash == hashed(secret))
        & (SecretLinkRow.purpose == purpose)
        & (SecretLinkRow.expires_at > now)
        & SecretLinkRow.used_at.is_(None)
    )
    return connection.execute(update(SecretLinkRow).where(fresh).values(used_at=now)).rowcount == 1


def end_links(connection: Connection, purpose: str, user_id: str, now: datetime) -> None:
    """Use up whatever links of one purpose a colleague still has."""
    mine = (
        (SecretLinkRow.purpose == purpose)
        & (SecretLinkRow.user_id == user_id)
        & SecretLinkRow.used_at.is_(None)
    )
    connection.execute(update(SecretLinkRow).where(mine).values(used_at=now))


def add_token(
    connection: Connection,
    secret: str,
    *,
    token_id: str,
    name: str,
    scopes: frozenset[str],
    user_id: str,
    now: datetime,
    expires_at: datetime | None = None,
) -> None:
    """Keep a new token of the API."""
    values = {
        "id": token_id,
        "token_hash": hashed(secret),
        "name": name,
        "scopes": sorted(scopes),
        "user_id": user_id,
        "created_at": now,
        "expires_at": expires_at,
    }
    connection.execute(insert(ApiTokenRow), values)


def find_token(connection: Connection, secret: str, now: datetime) -> ApiToken | None:
    """Return the token of *secret* unless it ended, was revoked or never was."""
    row = _BY_SECRET.first(connection, {"now": now, "secret": hashed(secret)})
    return None if row is None else _token(dict(zip(_TOKEN, row, strict=True)))


def tokens_of(connection: Connection, user_id: str, now: datetime) -> list[ApiToken]:
    """Return the tokens of one colleague that work, the newest first."""
    query = _live_tokens(now).where(ApiTokenRow.user_id == user_id)
    rows = connection.execute(query.order_by(ApiTokenRow.created_at.desc())).mappings()
    return [_token(row) for row in rows]


def note_token_use(connection: Connection, token_id: str, now: datetime) -> None:
    """Note that the token was used now."""
    mine = ApiTokenRow.id == token_id
    connection.execute(update(ApiTokenRow).where(mine).values(last_used_at=now))


def revoke_token(connection: Connection, token_id: str, now: datetime) -> bool:
    """End a token; False when there is none, or it ended before."""
    mine = (ApiTokenRow.id == token_id) & ApiTokenRow.revoked_at.is_(None)
    return connection.execute(update(ApiTokenRow).where(mine).values(revoked_at=now)).rowcount == 1


def _live_tokens(now: Any) -> Select[Any]:
    alive = or_(ApiTokenRow.expires_at.is_(None), ApiTokenRow.expires_at > now)
    return select(ApiTokenRow.__table__).where(ApiTokenRow.revoked_at.is_(None), alive)


_TOKEN = tuple(ApiTokenRow.__table__.c.keys())
_BY_SECRET = Prepared(
    _live_tokens(bindparam("now", type_=ApiTokenRow.created_at.type)).where(
        ApiTokenRow.token_hash == bindparam("secret")
    )
)


def _token(row: Mapping[str, Any] | RowMapping) -> ApiToken:
    return ApiToken(
        id=row["id"],
        name=row["name"],
        scopes=frozenset(row["scopes"]),
        user_id=row["user_id"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        last_used_at=row["last_used_at"],
    )


def sweep_links(connection: Connection, before: datetime) -> int:
    """Remove links that ended before *before*; return how many."""
    ended = delete(SecretLinkRow).where(SecretLinkRow.expires_at < before)
    return connection.execute(ended).rowcount
