"""Records as lists show them, read from their rows."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection
from sqlalchemy.sql.base import Executable

from .record_filter import RecordFilter
from .remembered_lists import made_of


class RecordSummary(NamedTuple):
    """A record as a list shows it: a row as it comes, since making an object of each costs as much as reading it.

    Several pages may share one: what is in it is not to be changed.
    """

    id: str
    number: str
    type: str
    release: str
    version: int
    state: str
    category: str
    priority: str | None
    title: str
    owner: str | None
    team: str | None
    customer_id: str | None
    customer: dict[str, Any]
    created_by: str | None
    channel: str
    lang: str
    created_at: datetime
    updated_at: datetime
    entered_at: datetime
    first_reply_at: datetime | None
    waiting_reply_since: datetime | None
    next_due_at: datetime | None
    next_breach_at: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None
    merged_into: str | None
    escalation: int
    reopened: int
    messages: int
    tags: list[str]
    values: dict[str, Any]


FIELDS = RecordSummary._fields
Make = Callable[[Sequence[RecordFilter]], Executable]
_KNOWN: dict[tuple[Any, ...], RecordSummary] = {}
_KNOWN_AT: dict[tuple[Any, ...], tuple[int, RecordSummary]] = {}


def summaries_of(
    connection: Connection, wanted: Sequence[RecordFilter], more: Hashable, make: Make
) -> list[RecordSummary]:
    """Return the rows of the statement that *make* builds of ``FIELDS``; *more*: whatever else it is built from."""
    return made_of(connection, wanted, more, make, _KNOWN, RecordSummary._make)


def placed_summaries(
    connection: Connection, wanted: Sequence[RecordFilter], more: Hashable, make: Make
) -> list[tuple[int, RecordSummary]]:
    """Return the same of a statement that gives each row its place behind ``FIELDS``."""
    return made_of(connection, wanted, more, make, _KNOWN_AT, _placed)


def _placed(row: tuple[Any, ...]) -> tuple[int, RecordSummary]:
    return row[-1], RecordSummary._make(row[:-1])
