"""What came in raw, what went out, and what colleagues were told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, literal_column, select, update
from sqlalchemy.dialects import postgresql, sqlite

from .prepared import Prepared
from .tables import CaughtMailRow, DeliveryRow, InboxRow, NoticeRow, WebhookTargetRow


@dataclass(frozen=True, slots=True, kw_only=True)
class CaughtMail:
    """A mail kept in the product."""

    id: int = 0
    key: str
    record_id: str | None
    sender: str
    recipients: list[str]
    subject: str
    text: str
    html: str
    headers: Mapping[str, str]
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One try to bring something out."""

    id: int
    key: str
    kind: str
    record_id: str | None
    target: str
    attempt: int
    at: datetime
    outcome: str
    status: int | None
    milliseconds: int
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewNotice:
    """A line to be put into a colleague's list. key: the same key is told once."""

    key: str
    user_id: str
    record_id: str | None
    kind: str
    text_en: str
    text_zh: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A line in a colleague's list of notices."""

    id: int
    user_id: str
    record_id: str | None
    kind: str
    text_en: str
    text_zh: str
    created_at: datetime
    read_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """What came in, as it came. state: new | done | failed."""

    source: str
    ext_id: str
    received_at: datetime
    raw: bytes
    headers: Mapping[str, Any] = field(default_factory=dict)
    state: str = "new"
    error: str = ""
    record_id: str | None = None


def _is_new(connection: Connection, table: Any, row: Mapping[str, Any], mark: Any) -> bool:
    """Insert *row* unless its key is there already; return whether it was inserted."""
    return _keeping(table, mark).first(connection, row) is not None


@cache
def _keeping(table: Any, mark: Any) -> Prepared:
    make = (sqlite.insert, postgresql.insert)
    of_sqlite, of_postgres = (one(table).on_conflict_do_nothing().returning(mark) for one in make)
    return Prepared({"sqlite": of_sqlite, "postgresql": of_postgres})


def _make(connection: Connection, table: Any) -> sqlite.Insert | postgresql.Insert:
    on_sqlite = connection.dialect.name == "sqlite"
    return sqlite.insert(table) if on_sqlite else postgresql.insert(table)


def catch_mail(connection: Connection, mail: CaughtMail) -> bool:
    """Keep a mail; False when its key was kept before."""
    row = {name: getattr(mail, name) for name in CaughtMail.__dataclass_fields__ if name != "id"}
    row["headers"] = dict(mail.headers)
    return _is_new(connection, CaughtMailRow, row, CaughtMailRow.id)


def caught_mails(
    connection: Connection, *, record_id: str | None = None, limit: int = 100
) -> list[CaughtMail]:
    """Return kept mails, the newest first."""
    query = select(CaughtMailRow.__table__).order_by(CaughtMailRow.id.desc()).limit(limit)
    if record_id is not None:
        query = query.where(CaughtMailRow.record_id == record_id)
    return [CaughtMail(**row) for row in connection.execute(query).mappings()]


def caught_mail(connection: Connection, mail_id: int) -> CaughtMail | None:
    """Return one kept mail."""
    query = select(CaughtMailRow.__table__).where(CaughtMailRow.id == mail_id)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else CaughtMail(**row)


def deliveries(
    connection: Connection,
    *,
    record_id: str | None = None,
    key: str | None = None,
    limit: int = 100,
) -> list[Delivery]:
    """Return tries to bring something out, the newest first."""
    query = select(DeliveryRow.__table__).order_by(DeliveryRow.id.desc()).limit(limit)
    if record_id is not None:
        query = query.where(DeliveryRow.record_id == record_id)
    if key is not None:
        query = query.where(DeliveryRow.key == key)
    return [Delivery(**row) for row in connection.execute(query).mappings()]


def sent_since(connection: Connection, target: str, since: datetime) -> int:
    """Return how much was brought to *target* since *since*: for limits."""
    found = _SENT_SINCE.first(connection, {"since": since, "to": target})
    return 0 if found is None else int(found[0])


_SENT_SINCE = Prepared(
    select(func.count())
    .select_from(DeliveryRow)
    .where(
        DeliveryRow.at >= bindparam("since"),
        DeliveryRow.target == bindparam("to"),
        DeliveryRow.outcome == literal_column("'sent'"),
    )
)


def forget_deliveries(connection: Connection, before: datetime, limit: int = 5_000) -> int:
    """Forget up to *limit* tries older than *before*; return how many."""
    old = select(DeliveryRow.id).where(DeliveryRow.at < before).limit(limit)
    statement = delete(DeliveryRow).where(DeliveryRow.id.in_(old.scalar_subquery()))
    return connection.execute(statement).rowcount


def tell(connection: Connection, notices: Sequence[NewNotice]) -> int:
    """Put lines into colleagues' lists, each key once; return how many were new."""
    names = NewNotice.__dataclass_fields__
    added = 0
    for notice in notices:
        row = {name: getattr(notice, name) for name in names}
        added += _is_new(connection, NoticeRow, row, NoticeRow.id)
    return added


def notices_of(
    connection: Connection, user_id: str, *, unread_only: bool = False, limit: int = 50
) -> list[Notice]:
    """Return a colleague's notices, the newest first."""
    columns = (NoticeRow.__table__.c[name] for name in Notice.__dataclass_fields__)
    query = select(*columns).where(NoticeRow.user_id == user_id)
    if unread_only:
        query = query.where(NoticeRow.read_at.is_(None))
    ordered = query.order_by(NoticeRow.created_at.desc(), NoticeRow.id.desc()).limit(limit)
    return [Notice(**row) for row in connection.execute(ordered).mappings()]


def count_unread(connection: Connection, user_id: str) -> int:
    """Return how many notices the colleague has not read."""
    query = select(func.count()).select_from(NoticeRow)
    return connection.execute(
        query.where(NoticeRow.user_id == user_id, NoticeRow.read_at.is_(None))
    ).scalar_one()


def mark_read(
    connection: Connection, user_id: str, now: datetime, notice_ids: Iterable[int] | None = None
) -> int:
    """Mark the colleague's notices as read, all of them or *notice_ids*; return how many were not."""
    mine = (NoticeRow.user_id == user_id) & NoticeRow.read_at.is_(None)
    if notice_ids is not None:
        mine &= NoticeRow.id.in_(list(notice_ids))
    return connection.execute(update(NoticeRow).where(mine).values(read_at=now)).rowcount


def keep_inbound(connection: Connection, inbound: Inbound) -> bool:
    """Keep what came in before anything reads it; False when it came before."""
    row: dict[str, Any] = {name: getattr(inbound, name) for name in Inbound.__dataclass_fields__}
    row |= {"headers": dict(inbound.headers), "sha256": sha256(inbound.raw).hexdigest()}
    return _is_new(connection, InboxRow, row, InboxRow.ext_id)


def inbound_of(connection: Connection, source: str, ext_id: str) -> Inbound | None:
    """Return one thing that came in."""
    found = _inbound(connection, InboxRow.source == source, InboxRow.ext_id == ext_id)
    return found[0] if found else None


def inbound_in(connection: Connection, state: str, limit: int = 100) -> list[Inbound]:
    """Return what stands in *state*, the oldest first."""
    return _inbound(connection, InboxRow.state == state)[:limit]


def _inbound(connection: Connection, *conditions: Any) -> list[Inbound]:
    columns = (InboxRow.__table__.c[name] for name in Inbound.__dataclass_fields__)
    query = select(*columns).where(*conditions).order_by(InboxRow.received_at).limit(1000)
    return [Inbound(**row) for row in connection.execute(query).mappings()]


def settle_inbound(
    connection: Connection,
    source: str,
    ext_id: str,
    state: str,
    *,
    record_id: str | None = None,
    error: str = "",
) -> None:
    """Note what became of something that came in: done or failed, or new again."""
    mine = (InboxRow.source == source) & (InboxRow.ext_id == ext_id)
    values = {"state": state, "record_id": record_id, "error": error[:500]}
    connection.execute(update(InboxRow).where(mine).values(values))


def is_disabled(connection: Connection, url: str) -> bool:
    """Return whether the webhook address was switched off."""
    query = select(WebhookTargetRow.disabled_at).where(WebhookTargetRow.url == url)
    return connection.execute(query).scalar_one_or_none() is not None


def note_target(
    connection: Connection,
    url: str,
    now: datetime,
    *,
    worked: bool,
    disable: bool = False,
    reason: str = "",
) -> datetime | None:
    """Note how a call of the address went; return since when it fails without a break."""
    fresh: dict[str, Any] = {
        "failing_since": None if worked else now,
        "failures": 0 if worked else 1,
        "disabled_at": now if disable else None,
        "reason": reason[:500],
    }
    again: dict[str, Any] = dict(fresh)
    if not worked:
        again["failing_since"] = func.coalesce(WebhookTargetRow.failing_since, now)
        again["failures"] = WebhookTargetRow.failures + 1
        if not disable:
            again["disabled_at"] = WebhookTargetRow.disabled_at
    statement = (
        _make(connection, WebhookTargetRow)
        .values(url=url, **fresh)
        .on_conflict_do_update(index_elements=[WebhookTargetRow.url], set_=again)
        .returning(WebhookTargetRow.failing_since)
    )
    return connection.execute(statement).scalar_one()


def enable_target(connection: Connection, url: str) -> None:
    """Switch a webhook address on again."""
    mine = WebhookTargetRow.url == url
    values = {"failing_since": None, "failures": 0, "disabled_at": None, "reason": ""}
    connection.execute(update(WebhookTargetRow).where(mine).values(values))
