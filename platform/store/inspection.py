"""What an administrator looks at: pages of jobs, deliveries, mails, customers and tokens; counts; size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    Text,
    cast,
    delete,
    func,
    or_,
    select,
    text,
    tuple_,
    update,
)

from ..core.plain import instant, instant_text
from .customers import Customer
from .jobs import JobSummary
from .tables import (
    ApiTokenRow,
    CaughtMailRow,
    CustomerRow,
    DeliveryRow,
    InboxRow,
    JobRow,
    OrganisationRow,
    RecordRow,
)
from .tokens import ApiToken
from .traffic import CaughtMail, Delivery
from .where import IS_OPEN

T = TypeVar("T")
PAGE = 50
SEPARATOR = "~"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """Some items of a list, how many there are in all, and from where it goes on ("" at its end)."""

    items: tuple[T, ...]
    total: int
    more: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundLine:
    """What came in, as a list shows it: without its content."""

    source: str
    ext_id: str
    received_at: datetime
    state: str
    error: str
    record_id: str | None
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCount:
    """How many open records of a type stand in a state on a release."""

    release: str
    type: str
    state: str
    count: int


def _total(connection: Connection, table: Any, conditions: Sequence[ColumnElement[bool]]) -> int:
    query = select(func.count()).select_from(table).where(*conditions)
    return connection.execute(query).scalar_one()


def _number(cursor: str) -> int | None:
    return int(cursor) if cursor.isascii() and cursor.isdecimal() and len(cursor) < 19 else None


def _contains(words: str, *columns: Any) -> list[ColumnElement[bool]]:
    words = words.strip()
    if not words:
        return []
    return [or_(*(column.icontains(words, autoescape=True) for column in columns))]


def jobs_page(
    connection: Connection,
    state: str,
    *,
    kind: str = "",
    words: str = "",
    cursor: str = "",
    limit: int = PAGE,
) -> Page[JobSummary]:
    """Return jobs in *state* by due time; words: in the key, the payload or the error."""
    conditions = [JobRow.state == state]
    if kind:
        conditions.append(JobRow.kind == kind)
    conditions += _contains(words, JobRow.idem_key, JobRow.last_error, cast(JobRow.payload, Text))
    query = select(JobRow.__table__).where(*conditions)
    at, _, key = cursor.partition(SEPARATOR)
    after = _instant(at)
    if after is not None and _number(key) is not None:
        query = query.where(tuple_(JobRow.due_at, JobRow.id) > tuple_(after, int(key)))
    rows = connection.execute(query.order_by(JobRow.due_at, JobRow.id).limit(limit + 1)).mappings()
    items = [_job(row) for row in rows]
    last = items[limit - 1] if len(items) > limit else None
    more = f"{instant_text(last.due_at)}{SEPARATOR}{last.id}" if last else ""
    return Page(items=tuple(items[:limit]), total=_total(connection, JobRow, conditions), more=more)


def _instant(words: str) -> datetime | None:
    try:
        return instant(words)
    except ValueError:
        return None


def _job(row: Mapping[Any, Any]) -> JobSummary:
    return JobSummary(
        id=row["id"],
        kind=row["kind"],
        key=row["idem_key"],
        record_id=row["record_id"],
        state=row["state"],
        due_at=row["due_at"],
        attempts=row["attempts"],
        max_attempts=row["max_attempts"],
        last_error=row["last_error"],
        payload=row["payload"],
    )


def job_of(connection: Connection, job_id: int) -> JobSummary | None:
    """Return one job, None when it is done or never was."""
    query = select(JobRow.__table__).where(JobRow.id == job_id)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else _job(row)


def drop_job(connection: Connection, job_id: int) -> bool:
    """Remove a job that nobody holds; False when it is done or being carried out."""
    mine = (JobRow.id == job_id) & (JobRow.state != "leased")
    return connection.execute(delete(JobRow).where(mine)).rowcount == 1


def deliveries_page(
    connection: Connection,
    *,
    kind: str = "",
    outcome: str = "",
    words: str = "",
    cursor: str = "",
    limit: int = PAGE,
) -> Page[Delivery]:
    """Return tries to bring something out, the newest first."""
    conditions: list[ColumnElement[bool]] = []
    if kind:
        conditions.append(DeliveryRow.kind == kind)
    if outcome:
        conditions.append(DeliveryRow.outcome == outcome)
    conditions += _contains(words, DeliveryRow.target, DeliveryRow.key, DeliveryRow.error)
    query = select(DeliveryRow.__table__).where(*conditions)
    before = _number(cursor)
    if before is not None:
        query = query.where(DeliveryRow.id < before)
    rows = connection.execute(query.order_by(DeliveryRow.id.desc()).limit(limit + 1)).mappings()
    items = [Delivery(**row) for row in rows]
    more = str(items[limit - 1].id) if len(items) > limit else ""
    total = _total(connection, DeliveryRow, conditions)
    return Page(items=tuple(items[:limit]), total=total, more=more)


def caught_page(
    connection: Connection, *, words: str = "", cursor: str = "", limit: int = PAGE
) -> Page[CaughtMail]:
    """Return mails kept in the product, the newest first; words: in whom, subject and text."""
    columns = (CaughtMailRow.subject, CaughtMailRow.text, cast(CaughtMailRow.recipients, Text))
    conditions = _contains(words, *columns)
    query = select(CaughtMailRow.__table__).where(*conditions)
    before = _number(cursor)
    if before is not None:
        query = query.where(CaughtMailRow.id < before)
    rows = connection.execute(query.order_by(CaughtMailRow.id.desc()).limit(limit + 1)).mappings()
    items = [CaughtMail(**row) for row in rows]
    more = str(items[limit - 1].id) if len(items) > limit else ""
    total = _total(connection, CaughtMailRow, conditions)
    return Page(items=tuple(items[:limit]), total=total, more=more)


def inbox_page(
    connection: Connection,
    *,
    state: str = "",
    words: str = "",
    cursor: str = "",
    limit: int = PAGE,
) -> Page[InboundLine]:
    """Return what came in, the newest first."""
    conditions: list[ColumnElement[bool]] = [InboxRow.state == state] if state else []
    conditions += _contains(words, InboxRow.ext_id, InboxRow.source, InboxRow.error)
    key = (InboxRow.received_at, InboxRow.source, InboxRow.ext_id)
    names = ("source", "ext_id", "received_at", "state", "error", "record_id")
    columns = [InboxRow.__table__.c[name] for name in names]
    query = select(*columns, func.length(InboxRow.raw).label("size")).where(*conditions)
    parts = cursor.split(SEPARATOR, 2)
    before = _instant(parts[0])
    if before is not None and len(parts) == 3:
        query = query.where(tuple_(*key) < tuple_(before, parts[1], parts[2]))
    ordered = query.order_by(*(column.desc() for column in key)).limit(limit + 1)
    items = [InboundLine(**row) for row in connection.execute(ordered).mappings()]
    last = items[limit - 1] if len(items) > limit else None
    more = (
        SEPARATOR.join((instant_text(last.received_at), last.source, last.ext_id)) if last else ""
    )
    total = _total(connection, InboxRow, conditions)
    return Page(items=tuple(items[:limit]), total=total, more=more)


def count_inbox(connection: Connection) -> dict[str, int]:
    """Return how much of what came in stands in each state."""
    query = select(InboxRow.state, func.count()).group_by(InboxRow.state)
    return {state: count for state, count in connection.execute(query)}  # noqa: C416 - typed


def customers_page(
    connection: Connection,
    *,
    words: str = "",
    organisation_id: str = "",
    cursor: str = "",
    limit: int = PAGE,
) -> Page[Customer]:
    """Return customers by name; words: in name, email and phone. The cursor is the last one's id."""
    conditions = _contains(words, CustomerRow.name, CustomerRow.email, CustomerRow.phone)
    if organisation_id:
        conditions.append(CustomerRow.organisation_id == organisation_id)
    columns = [CustomerRow.__table__.c[name] for name in Customer.__dataclass_fields__]
    query = select(*columns).where(*conditions)
    if cursor:
        name = select(CustomerRow.name).where(CustomerRow.id == cursor).scalar_subquery()
        query = query.where(tuple_(CustomerRow.name, CustomerRow.id) > tuple_(name, cursor))
    ordered = query.order_by(CustomerRow.name, CustomerRow.id).limit(limit + 1)
    items = []
    for row in connection.execute(ordered).mappings():
        data: dict[str, Any] = dict(row)
        items.append(Customer(**data | {"tags": tuple(data["tags"])}))
    more = items[limit - 1].id if len(items) > limit else ""
    total = _total(connection, CustomerRow, conditions)
    return Page(items=tuple(items[:limit]), total=total, more=more)


def save_organisation(
    connection: Connection, organisation_id: str, *, name: str, domain: str | None, tier: str
) -> bool:
    """Change an organisation; raises IntegrityError when the domain is another's."""
    values = {"name": name, "domain": (domain or "").strip().lower() or None, "tier": tier}
    mine = OrganisationRow.id == organisation_id
    return connection.execute(update(OrganisationRow).where(mine).values(values)).rowcount == 1


def customers_by_organisation(connection: Connection) -> dict[str, int]:
    """Return how many customers each organisation has."""
    query = (
        select(CustomerRow.organisation_id, func.count())
        .where(CustomerRow.organisation_id.is_not(None))
        .group_by(CustomerRow.organisation_id)
    )
    return {str(key): count for key, count in connection.execute(query)}


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenLine:
    """A token of the API with its end, however it came."""

    token: ApiToken
    revoked_at: datetime | None


def all_tokens(connection: Connection) -> list[TokenLine]:
    """Return all tokens of the API, those that ended included, the newest first."""
    query = select(ApiTokenRow.__table__).order_by(ApiTokenRow.created_at.desc(), ApiTokenRow.id)
    found = []
    for row in connection.execute(query).mappings():
        data = {name: row[name] for name in ApiToken.__dataclass_fields__}
        token = ApiToken(**data | {"scopes": frozenset(row["scopes"])})
        found.append(TokenLine(token=token, revoked_at=row["revoked_at"]))
    return found


def traffic_since(connection: Connection, since: datetime) -> dict[tuple[str, str], int]:
    """Return how many tries there were since *since*, by kind and outcome; mails kept here are ``caught``."""
    query = (
        select(DeliveryRow.kind, DeliveryRow.outcome, func.count())
        .where(DeliveryRow.at >= since)
        .group_by(DeliveryRow.kind, DeliveryRow.outcome)
    )
    found = {(kind, outcome): count for kind, outcome, count in connection.execute(query)}
    caught = (
        select(func.count()).select_from(CaughtMailRow).where(CaughtMailRow.created_at >= since)
    )
    found["mail", "caught"] = connection.execute(caught).scalar_one()
    return found


def open_counts(connection: Connection) -> list[OpenCount]:
    """Return how many open records there are by release, type and state."""
    columns = (RecordRow.release, RecordRow.type, RecordRow.state)
    query = (
        select(*columns, func.count().label("count"))
        .where(IS_OPEN)
        .group_by(*columns)
        .order_by(*columns)
    )
    return [OpenCount(**row) for row in connection.execute(query).mappings()]


def numbers_of(connection: Connection, record_ids: Sequence[str | None]) -> dict[str, str]:
    """Return the numbers by which people know the records."""
    wanted = sorted({one for one in record_ids if one})
    if not wanted:
        return {}
    query = select(RecordRow.id, RecordRow.number).where(RecordRow.id.in_(wanted))
    return {key: number for key, number in connection.execute(query)}  # noqa: C416 - typed


def some_records(
    connection: Connection, record_type: str, limit: int = 10
) -> list[tuple[str, str, str]]:
    """Return id, number and title of the records of a type that were changed last."""
    query = select(RecordRow.id, RecordRow.number, RecordRow.title)
    if record_type:
        query = query.where(RecordRow.type == record_type)
    rows = connection.execute(query.order_by(RecordRow.updated_at.desc()).limit(limit))
    return [(row.id, row.number, row.title) for row in rows]


def database_size(connection: Connection) -> int:
    """Return how many bytes the database takes."""
    if connection.dialect.name == "sqlite":
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()
        return int(pages) * int(connection.execute(text("PRAGMA page_size")).scalar_one())
    return int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())
