"""What a colleague's lists are made of: which records they may see, saved views, counts, and what waits for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    func,
    select,
    true,
)

from ..core.record import RecordState
from ..expressions import Context, Expression
from .expressions_sql import JsonAt, NotInSql, to_where
from .mark_tables import RecordMarkRow
from .marks import ASKED, TASK, TEAM_TASK
from .record_json import load_state
from .sight import Sight, seen_by
from .tables import RecordRow
from .where import IS_OPEN

OPEN = IS_OPEN
WAITING_PAGE = 100
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
    """Return which records somebody may see. scopes: for each record type all | team | own | none.

    Own are those that somebody owns or has a part in: opened it, follows it, is asked about it, has a
    task in it, or may take a task of a team in it.
    """
    sight = Sight(scopes=scopes, user=user_id, teams=frozenset(teams))
    return seen_by(sight)


def of_view(
    connection: Connection, record_type: str, when: Expression | None, context: Context
) -> ColumnElement[bool] | None:
    """Return a saved view as a condition on ``RecordRow``; None when the database cannot say it."""
    kind = true() if record_type == "any" else RecordRow.type == record_type
    if when is None:
        return kind
    on_sqlite = connection.dialect.name == "sqlite"
    found = to_where(
        when, column_of, dialect="sqlite" if on_sqlite else "postgresql", context=context
    )
    return None if isinstance(found, NotInSql) else and_(kind, found)


def column_of(dotted: str, _type: Any = None) -> ColumnElement[Any] | JsonAt | None:
    """Return where the row has what conditions call *dotted*; None for what only the state knows."""
    first, *rest = dotted.split(".")
    if first in _ONLY_IN_STATE:
        return None
    if first in _JSON:
        return JsonAt(column=_JSON[first], keys=tuple(rest))
    if first in _DIRECT and not rest:
        found: ColumnElement[Any] = _DIRECT[first]
        return found
    return JsonAt(column=RecordRow.__table__.c["values"], keys=(first, *rest))


def due_before(at: datetime) -> ColumnElement[bool]:
    """Return that a promise is broken, or will be before *at*."""
    return RecordRow.next_breach_at <= at


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingPage:
    """Some of the records in which something waits, those opened first first; more: where the next begin."""

    states: tuple[RecordState, ...]
    more: str | None = None


def waiting_for(
    connection: Connection,
    user_id: str,
    teams: Iterable[str] = (),
    *,
    asked: bool = True,
    tasks: bool = True,
    after: str = "",
    limit: int = WAITING_PAGE,
) -> WaitingPage:
    """Return open records with an approval or a task for the colleague, or a task that a team of theirs may take."""
    mark = RecordMarkRow
    wanted = [and_(mark.name == ASKED, mark.text == user_id)] if asked else []
    if tasks:
        wanted.append(and_(mark.name == TASK, mark.text == user_id))
        if ours := sorted(teams):
            wanted.append(and_(mark.name == TEAM_TASK, mark.text.in_(ours)))
    ids = [
        select(mark.record_id)
        .where(one, mark.open, mark.record_id > after)
        .order_by(mark.record_id)
        .limit(limit + 1)
        for one in wanted
    ]
    found = sorted({key for query in ids for key in connection.execute(query).scalars()})
    shown = found[:limit]
    states = states_of(connection, shown)
    return WaitingPage(
        states=tuple(states[key] for key in shown if key in states),
        more=shown[-1] if len(found) > limit else None,
    )


def states_of(connection: Connection, ids: Iterable[str]) -> dict[str, RecordState]:
    """Return the states of the records *ids*, leaving out what does not exist."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    query = select(RecordRow.id, RecordRow.state_json).where(RecordRow.id.in_(wanted))
    return {key: load_state(text) for key, text in connection.execute(query)}
