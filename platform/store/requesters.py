"""What else the requester of a record asked for: read beside the record, so only the columns that are shown."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, select

from .record_filter import OPEN_CATEGORIES, Order, RecordFilter, conditions
from .remembered_lists import made_of
from .sight import Sight
from .tables import RecordRow


class OtherRecord(NamedTuple):
    """Another record of somebody. type, release and state: for its words."""

    id: str
    number: str
    title: str
    type: str
    release: str
    state: str


class AlikeRecord(NamedTuple):
    """An open record that may be the same request as another one."""

    id: str
    number: str
    title: str
    created_at: datetime


_OTHERS: dict[tuple[Any, ...], OtherRecord] = {}
_ALIKE: dict[tuple[Any, ...], AlikeRecord] = {}


def newest_of_customer(
    connection: Connection, customer_id: str, eyes: Sight, limit: int
) -> list[OtherRecord]:
    """Return the records of a customer that *eyes* see, those changed last first."""
    wanted = RecordFilter(customer_id=customer_id, eyes=eyes)

    def make(asked: Sequence[RecordFilter]) -> Select[Any]:
        return _newest(connection, OtherRecord._fields, asked[0], "updated", limit)

    shape: Hashable = ("newest of customer", limit)
    return made_of(connection, [wanted], shape, make, _OTHERS, OtherRecord._make)


def opened_between(
    connection: Connection,
    record_type: str,
    since: datetime,
    before: datetime,
    eyes: Sight,
    limit: int,
    *,
    customer_id: str | None = None,
    created_by: str | None = None,
) -> list[AlikeRecord]:
    """Return the open records of a type, of one customer or opened by one colleague, that *eyes* see: the last first."""
    wanted = RecordFilter(
        types=frozenset({record_type}),
        categories=OPEN_CATEGORIES,
        customer_id=customer_id,
        created_by=created_by,
        created_since=since,
        created_before=before,
        eyes=eyes,
    )

    def make(asked: Sequence[RecordFilter]) -> Select[Any]:
        return _newest(connection, AlikeRecord._fields, asked[0], "created", limit)

    shape: Hashable = ("opened between", limit)
    return made_of(connection, [wanted], shape, make, _ALIKE, AlikeRecord._make)


def _newest(
    connection: Connection, names: Sequence[str], wanted: RecordFilter, order: Order, limit: int
) -> Select[Any]:
    of_record = RecordRow.__table__.c
    query = select(*(of_record[name] for name in names)).where(
        *conditions(connection, wanted, order)
    )
    return query.order_by(of_record[f"{order}_at"].desc(), of_record.id.desc()).limit(limit)
