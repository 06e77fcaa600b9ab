"""What an administrator looks at: pages of jobs, deliveries, mails, customers and tokens; counts; size."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Text,
    cast,
    delete,
    func,
    literal_column,
    or_,
    select,
    text,
    update,
)

from ..core.plain import instant, instant_text
from .claims import LANES
from .customers import Customer, Organisation
from .jobs import DEAD, LEASED, READY, JobSummary
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
from .windows import Look, Walk, look

T = TypeVar("T")
PAGE = 50
SEPARATOR = "~"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """Some items of a list, how many there are in all, and from where it goes on ("" at its end).

    at_least: there may be more than *total*; not all was counted.
    """

    items: tuple[T, ...]
    total: int
    at_least: bool = False
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


def _number(cursor: str) -> int | None:
    return int(cursor) if cursor.isascii() and cursor.isdecimal() and len(cursor) < 19 else None


def _contains(words: str, *columns: Any) -> list[ColumnElement[bool]]:
    words = words.strip()
    if not words:
        return []
    return [or_(*(column.icontains(words, autoescape=True) for column in columns))]


def _page(found: Look, make: Callable[[Any], T], more: Callable[..., str]) -> Page[T]:
    return Page(
        items=tuple(make(row) for row in found.rows),
        total=found.total,
        at_least=found.at_least,
        more="" if found.more is None else more(*found.more),
    )


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

    def matches(row: Any) -> list[ColumnElement[bool]]:
        found = _contains(words, row.idem_key, row.last_error, cast(row.payload, Text))
        return [*found, row.kind == kind] if kind else found

    at, _, key = cursor.partition(SEPARATOR)
    instant_, number = _instant(at), _number(key)
    after = (instant_, number) if instant_ is not None and number is not None else None
    walk = Walk(parts=_of_state(state), key=("due_at", "id"))
    found = look(connection, walk, matches if kind or words.strip() else None, after, limit)
    return _page(found, _job, lambda at, key: f"{instant_text(at)}{SEPARATOR}{key}")


def _of_state(state: str) -> tuple[Select[Any], ...]:
    """Return the jobs of a state, so that the index of that state alone serves: for those that wait, lane by lane."""
    every = select(JobRow.__table__)
    if state == "ready":
        return tuple(every.where(READY, JobRow.lane == literal_column(str(one))) for one in LANES)
    return (every.where(LEASED if state == "leased" else DEAD),)


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

    def matches(row: Any) -> list[ColumnElement[bool]]:
        found = _contains(words, row.target, row.key, row.error)
        found += [row.kind == kind] if kind else []
        return found + ([row.outcome == outcome] if outcome else [])

    walk = Walk(parts=(select(DeliveryRow.__table__),), key=("id",), down=True)
    is_chosen = bool(kind or outcome or words.strip())
    found = look(connection, walk, matches if is_chosen else None, _after(cursor), limit)
    return _page(found, lambda row: Delivery(**row), str)


def tries_of(connection: Connection, key: str, limit: int = PAGE) -> list[Delivery]:
    """Return the tries of one job, the newest first."""
    mine = select(DeliveryRow.__table__).where(DeliveryRow.key == key)
    rows = connection.execute(mine.order_by(DeliveryRow.id.desc()).limit(limit)).mappings()
    return [Delivery(**row) for row in rows]


def _after(cursor: str) -> tuple[int] | None:
    number = _number(cursor)
    return None if number is None else (number,)


def caught_page(
    connection: Connection, *, words: str = "", cursor: str = "", limit: int = PAGE
) -> Page[CaughtMail]:
    """Return mails kept in the product, the newest first; words: in whom, subject and text."""

    def matches(row: Any) -> list[ColumnElement[bool]]:
        return _contains(words, row.subject, row.text, cast(row.recipients, Text))

    walk = Walk(parts=(select(CaughtMailRow.__table__),), key=("id",), down=True)
    found = look(connection, walk, matches if words.strip() else None, _after(cursor), limit)
    return _page(found, lambda row: CaughtMail(**row), str)


def inbox_page(
    connection: Connection,
    *,
    state: str = "",
    words: str = "",
    cursor: str = "",
    limit: int = PAGE,
) -> Page[InboundLine]:
    """Return what came in, the newest first."""

    def matches(row: Any) -> list[ColumnElement[bool]]:
        return _contains(words, row.ext_id, row.source, row.error)

    names = ("source", "ext_id", "received_at", "state", "error", "record_id")
    columns = [InboxRow.__table__.c[name] for name in names]
    query = select(*columns, func.length(InboxRow.raw).label("size"))
    if state:
        query = query.where(InboxRow.state == state)
    parts = cursor.split(SEPARATOR, 2)
    before = _instant(parts[0])
    after = (before, parts[1], parts[2]) if before is not None and len(parts) == 3 else None
    walk = Walk(parts=(query,), key=("received_at", "source", "ext_id"), down=True)
    found = look(connection, walk, matches if words.strip() else None, after, limit)
    return _page(
        found,
        lambda row: InboundLine(**row),
        lambda at, *key: SEPARATOR.join((instant_text(at), *key)),
    )


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

    def matches(row: Any) -> list[ColumnElement[bool]]:
        return _contains(words, row.name, row.email, row.phone)

    query = select(*(CustomerRow.__table__.c[name] for name in Customer.__dataclass_fields__))
    if organisation_id:
        query = query.where(CustomerRow.organisation_id == organisation_id)
    mine = select(CustomerRow.name).where(CustomerRow.id == cursor)
    name = connection.execute(mine).scalar_one_or_none() if cursor else None
    after = None if name is None else (name, cursor)
    walk = Walk(parts=(query,), key=("name", "id"))
    found = look(connection, walk, matches if words.strip() else None, after, limit)
    return _page(
        found, lambda row: Customer(**{**row, "tags": tuple(row["tags"])}), lambda _, key: str(key)
    )


def organisations_page(
    connection: Connection, *, words: str = "", cursor: str = "", limit: int = PAGE
) -> Page[Organisation]:
    """Return organisations by name; words: in name and domain. The cursor is the last one's id."""

    def matches(row: Any) -> list[ColumnElement[bool]]:
        return _contains(words, row.name, row.domain)

    query = select(
        *(OrganisationRow.__table__.c[name] for name in Organisation.__dataclass_fields__)
    )
    mine = select(OrganisationRow.name).where(OrganisationRow.id == cursor)
    name = connection.execute(mine).scalar_one_or_none() if cursor else None
    after = None if name is None else (name, cursor)
    walk = Walk(parts=(query,), key=("name", "id"))
    found = look(connection, walk, matches if words.strip() else None, after, limit)
    return _page(found, lambda row: Organisation(**row), lambda _, key: str(key))


def save_organisation(
    connection: Connection, organisation_id: str, *, name: str, domain: str | None, tier: str
) -> bool:
    """Change an organisation; raises IntegrityError when the domain is another's."""
    values = {"name": name, "domain": (domain or "").strip().lower() or None, "tier": tier}
    mine = OrganisationRow.id == organisation_id
    return connection.execute(update(OrganisationRow).where(mine).values(values)).rowcount == 1


def customers_by_organisation(connection: Connection, ids: Sequence[str]) -> dict[str, int]:
    """Return how many customers each of the organisations *ids* has."""
    query = (
        select(CustomerRow.organisation_id, func.count())
        .where(CustomerRow.organisation_id.in_(ids))
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
