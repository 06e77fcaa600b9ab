"""What a colleague's lists are made of: which records they may see, saved views, counts, and what waits for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Text,
    and_,
    case,
    cast,
    false,
    func,
    or_,
    select,
    true,
)

from ..core.record import RecordState
from ..expressions import Context, Expression
from .expressions_sql import JsonAt, NotInSql, to_where
from .record_json import load_state
from .tables import RecordRow

OPEN = RecordRow.category.in_(("open", "waiting"))
MOST_WAITING = 500
_DIRECT: Mapping[str, Any] = {
    "number": RecordRow.number,
    "type_of_record": RecordRow.type,
    "state": RecordRow.state,
    "previous_state": RecordRow.previous_state,
    "category": RecordRow.category,
    "owner": RecordRow.owner,
    "team": RecordRow.team,
    "channel": RecordRow.channel,
    "lang": RecordRow.lang,
    "created_at": RecordRow.created_at,
    "updated_at": RecordRow.updated_at,
    "entered_at": RecordRow.entered_at,
    "resolved_at": RecordRow.resolved_at,
    "closed_at": RecordRow.closed_at,
    "reopened": RecordRow.reopened,
    "escalation": RecordRow.escalation,
    "requester": func.coalesce(RecordRow.customer_id, RecordRow.created_by),
}
_JSON: Mapping[str, Any] = {
    "customer": RecordRow.customer,
    "tags": RecordRow.tags,
    "visits": RecordRow.visits,
}
_ONLY_IN_STATE = frozenset({"reassignments", "replied", "waits_for"})


def visible(scopes: Mapping[str, str], user_id: str, teams: Iterable[str]) -> ColumnElement[bool]:
    """Return which records somebody may see. scopes: for each record type all | team | own | none."""
    of = {
        wide: sorted(t for t, scope in scopes.items() if scope == wide)
        for wide in ("all", "team", "own")
    }
    mine = or_(
        RecordRow.owner == user_id,
        RecordRow.created_by == user_id,
        cast(RecordRow.followers, Text).contains(f'"{user_id}"', autoescape=True),
    )
    found: list[ColumnElement[bool]] = []
    if of["all"]:
        found.append(RecordRow.type.in_(of["all"]))
    if of["team"]:
        ours = or_(RecordRow.team.in_(sorted(teams)), mine)
        found.append(and_(RecordRow.type.in_(of["team"]), ours))
    if of["own"]:
        found.append(and_(RecordRow.type.in_(of["own"]), mine))
    return or_(*found) if found else false()


def of_view(
    connection: Connection, record_type: str, when: Expression | None, context: Context
) -> ColumnElement[bool] | None:
    """Return a saved view as a condition on ``RecordRow``; None when the database cannot say it."""
    kind = true() if record_type == "any" else RecordRow.type == record_type
    if when is None:
        return kind
    on_sqlite = connection.dialect.name == "sqlite"
    found = to_where(
        when, _column, dialect="sqlite" if on_sqlite else "postgresql", context=context
    )
    return None if isinstance(found, NotInSql) else and_(kind, found)


def _column(dotted: str, _type: Any) -> ColumnElement[Any] | JsonAt | None:
    first, *rest = dotted.split(".")
    if first in _ONLY_IN_STATE:
        return None
    if first in _JSON:
        return JsonAt(column=_JSON[first], keys=tuple(rest))
    if first in _DIRECT and not rest:
        found: ColumnElement[Any] = _DIRECT[first]
        return found
    return JsonAt(column=RecordRow.__table__.c["values"], keys=(first, *rest))


def count_lists(
    connection: Connection, seen: ColumnElement[bool], lists: Mapping[str, ColumnElement[bool]]
) -> dict[str, int]:
    """Return how many open records that are *seen* each of *lists* has, with one look at them."""
    if not lists:
        return {}
    sums = [
        func.coalesce(func.sum(case((condition, 1), else_=0)), 0) for condition in lists.values()
    ]
    row = connection.execute(select(*sums).where(OPEN, seen)).one()
    return {name: int(number) for name, number in zip(lists, row, strict=True)}


def due_before(at: datetime) -> ColumnElement[bool]:
    """Return that a promise is broken, or will be before *at*."""
    return RecordRow.next_breach_at <= at


def waiting_for(connection: Connection, user_id: str, teams: Iterable[str]) -> list[RecordState]:
    """Return open records with an approval or a task for the colleague or a team of theirs, and perhaps some more.

    Only those who look inside know for sure: this leaves out what certainly has neither.
    """
    text = RecordRow.state_json
    asked = and_(text.contains('"approval":{'), _holds("user", user_id))
    owned = or_(_holds("owner", user_id), *(_holds("team", team) for team in sorted(teams)))
    tasked = and_(text.contains('"tasks":{'), owned)
    query = select(text).where(OPEN, or_(asked, tasked)).order_by(RecordRow.updated_at)
    return [load_state(one) for one in connection.execute(query.limit(MOST_WAITING)).scalars()]


def _holds(key: str, value: str) -> ColumnElement[bool]:
    return RecordRow.state_json.contains(f'"{key}":"{value}"', autoescape=True)


def states_of(connection: Connection, ids: Iterable[str]) -> dict[str, RecordState]:
    """Return the states of the records *ids*, leaving out what does not exist."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    query = select(RecordRow.id, RecordRow.state_json).where(RecordRow.id.in_(wanted))
    return {key: load_state(text) for key, text in connection.execute(query)}
