"""Load the state of a record, and append what happened to it: events, row, messages, search."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from ..core.commands import NewMessage
from ..core.decision import Why
from ..core.events import Event, EventKind
from ..core.plain import to_plain
from ..core.record import ClockStatus, RecordState
from .chain import START, link
from .grams import grams
from .kept_views import NO_VIEWS, ViewPlan
from .marking import marks_row, write_marks
from .prepared import Prepared
from .record_json import dump_state, load_state
from .search import add_part, put_part
from .tables import AttachmentRow, ExplanationRow, MessageRow, RecordEventRow, RecordRow

Said = tuple[NewMessage, bool, str]
"""message, public, author: as in ``Decision.messages``."""

_RETEXT = frozenset({EventKind.CREATED, EventKind.VALUES, EventKind.CUSTOMER, EventKind.ERASED})


_NEVER_CHANGES = ("id", "number", "type", "created_at")

_STATE = select(RecordRow.state_json).where(RecordRow.id == bindparam("record"))
_LOAD = Prepared(_STATE)
_LOAD_AND_HOLD = Prepared(_STATE.with_for_update())
_HEAD = Prepared(
    select(RecordRow.version, RecordRow.head, RecordRow.marks).where(
        RecordRow.id == bindparam("record")
    )
)
_UPDATE = Prepared(
    update(RecordRow).where(
        RecordRow.id == bindparam("record"), RecordRow.version == bindparam("seen")
    )
)
_ADD_RECORD = Prepared(insert(RecordRow))
_ADD_EVENTS = Prepared(insert(RecordEventRow))
_ADD_WHY = Prepared(insert(ExplanationRow))
_ADD_MESSAGE = Prepared(insert(MessageRow))
_TITLE_OF = Prepared(select(RecordRow.title).where(RecordRow.id == bindparam("record")))


class ConflictError(Exception):
    """Somebody else changed the record first: load it again and show both."""

    def __init__(self, record_id: str, seen: int, found: int | None) -> None:
        super().__init__(f"record {record_id}: seen at version {seen}, now at {found}")
        self.record_id, self.seen, self.found = record_id, seen, found


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What one accepted command does to one record.

    before: the version that the command saw, 0 for a new record. after: the state with all *events*
    folded in. title: what lists show, None to take the field ``title``. priority likewise. plan: the
    saved views whose members are kept, of the release in force.
    """

    before: int
    events: tuple[Event, ...]
    after: RecordState
    messages: tuple[Said, ...] = ()
    why: tuple[Why, ...] = ()
    title: str | None = None
    priority: str | None = None
    plan: ViewPlan = NO_VIEWS


def load_record(connection: Connection, record_id: str) -> RecordState | None:
    """Return the state of the record, None when there is no such record.

    In a transaction that writes, nobody else changes the record until it ends.
    """
    query = _LOAD if _is_read_only(connection) else _LOAD_AND_HOLD
    found = query.first(connection, {"record": record_id})
    return None if found is None else load_state(found[0])


def id_of_number(connection: Connection, number: str) -> str | None:
    """Return the id of the record that people call *number*."""
    query = select(RecordRow.id).where(RecordRow.number == number.strip())
    return connection.execute(query).scalar_one_or_none()


def append(connection: Connection, change: Change) -> None:
    """Write *change*; raises ConflictError when the record is not at ``change.before`` any more.

    Raises ValueError when the state does not stand at the number of its events.
    """
    state = change.after
    if state.version != change.before + len(change.events) or not change.events:
        raise ValueError("the state must be the fold of all events: one version for each")
    if change.before == 0:
        rows = link(state.id, 0, START, change.events)
        _insert(connection, change, rows[-1]["hash"])
    else:
        head, marks = _head(connection, change)
        rows = link(state.id, change.before, head, change.events)
        _update(connection, change, rows[-1]["hash"], marks)
    _ADD_EVENTS.run_many(connection, rows)
    if change.why:
        why = [to_plain(one) for one in change.why]
        values = {"record_id": state.id, "seq": state.version, "why": why}
        _ADD_WHY.run(connection, values)
    _keep_messages(connection, change)


def _head(connection: Connection, change: Change) -> tuple[str, str]:
    """Return the hash that the next event is chained to, and the marks so far."""
    found = _HEAD.first(connection, {"record": change.after.id})
    version, head, marks = found or (None, "", "")
    if version != change.before:
        raise ConflictError(change.after.id, change.before, version)
    return head, marks


def _insert(connection: Connection, change: Change, head: str) -> None:
    state = change.after
    title = change.title if change.title is not None else _title(state)
    marks = marks_row(state, change.plan)
    row = project(state) | {"title": title or "", "head": head} | _priority(change) | marks
    _ADD_RECORD.run(connection, row)
    write_marks(connection, state.id, "", marks["marks"])
    add_part(connection, state.id, "head", grams(_head_texts(state, title or "")), public=True)
    add_part(connection, state.id, "values", grams(_value_texts(state)), public=False)


def _update(connection: Connection, change: Change, head: str, marks: str) -> None:
    state = change.after
    marked = marks_row(state, change.plan)
    row = project(state) | {"head": head} | _priority(change) | marked
    for name in _NEVER_CHANGES:
        del row[name]  # an index whose columns are named is written again, changed or not
    title = change.title if change.title is not None else _title(state)
    if title is not None:
        row["title"] = title
    where = {"record": state.id, "seen": change.before}
    if _UPDATE.run(connection, row | where) != 1:
        raise ConflictError(state.id, change.before, None)
    write_marks(connection, state.id, marks, marked["marks"])
    if any(event.kind in _RETEXT for event in change.events):
        shown = title if title is not None else title_of(connection, state.id)
        put_part(connection, state.id, "head", _head_texts(state, shown), public=True)
        put_part(connection, state.id, "values", _value_texts(state), public=False)


def title_of(connection: Connection, record_id: str) -> str:
    """Return what lists show for the record, the empty string for an unknown one."""
    found = _TITLE_OF.first(connection, {"record": record_id})
    return found[0] if found is not None else ""


def project(state: RecordState) -> dict[str, Any]:
    """Return the row that screens read, without title, priority and head."""
    return {
        "id": state.id,
        "number": state.number,
        "type": state.type,
        "release": state.release,
        "version": state.version,
        "state": state.state,
        "previous_state": state.previous_state,
        "category": state.category.value,
        "owner": state.owner,
        "team": state.team,
        "customer_id": state.customer_id,
        "created_by": state.created_by,
        "channel": state.channel,
        "lang": state.lang,
        "created_at": state.created_at,
        "updated_at": state.updated_at,
        "entered_at": state.entered_at,
        "first_reply_at": state.first_reply_at,
        "waiting_reply_since": state.waiting_reply_since,
        "next_due_at": _next_due(state),
        "next_breach_at": state.next_breach,
        "resolved_at": state.resolved_at,
        "closed_at": state.closed_at,
        "erased_at": state.erased_at,
        "merged_into": state.merged_into,
        "escalation": state.escalation,
        "reopened": state.reopened,
        "messages": state.messages,
        "tags": list(state.tags),
        "followers": list(state.followers),
        "visits": state.visits,
        "customer": state.customer,
        "values": state.values,
        "state_json": dump_state(state),
    }


def _next_due(state: RecordState) -> datetime | None:
    """Return when the next promise will be broken; those broken already do not count."""
    clocks = (clock for clock in state.clocks.values() if clock.status is ClockStatus.RUNNING)
    ahead = (clock.due_at for clock in clocks if clock.breached_at is None)
    return min((due for due in ahead if due), default=None)


def _priority(change: Change) -> dict[str, Any]:
    found = change.priority if change.priority is not None else change.after.values.get("priority")
    return {"priority": None if found is None else str(found)}


def _title(state: RecordState) -> str | None:
    found = state.values.get("title")
    return str(found)[:500] if found else None


def _head_texts(state: RecordState, title: str) -> list[str]:
    return [state.number, title, *_texts(state.customer)]


def _value_texts(state: RecordState) -> list[str]:
    return list(_texts(state.values))


def _texts(value: Any) -> Iterator[str]:
    """Yield every text inside *value*; numbers too, since people look for amounts and codes."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield str(value)


def _keep_messages(connection: Connection, change: Change) -> None:
    if not change.messages:
        return
    said = {
        event.body.get("message_id"): (seq, event)
        for seq, event in enumerate(change.events, change.before + 1)
        if event.kind is EventKind.COMMENT
    }
    last = (change.after.version, change.events[-1])
    for message, public, author in change.messages:
        seq, event = said.get(message.id, last)
        _ADD_MESSAGE.run(
            connection,
            {
                "id": message.id,
                "record_id": change.after.id,
                "seq": seq,
                "public": public,
                "author_kind": author,
                "author_id": event.actor.id,
                "author_name": event.actor.name,
                "text": message.text,
                "html": message.html,
                "files": list(message.files),
                "created_at": event.at,
            },
        )
        add_part(connection, change.after.id, message.id, grams([message.text]), public=public)
        if message.files:
            _claim_files(connection, change.after.id, message.files, public)


def _claim_files(
    connection: Connection, record_id: str, files: Sequence[str], public: bool
) -> None:
    """Tie uploads to the record; one that belongs to another record stays where it is."""
    mine = AttachmentRow.id.in_(files) & AttachmentRow.record_id.is_(None)
    visibility = "public" if public else "internal"
    values = {"record_id": record_id, "visibility": visibility}
    connection.execute(update(AttachmentRow).where(mine).values(values))


def rebuild(connection: Connection, state: RecordState, plan: ViewPlan = NO_VIEWS) -> None:
    """Write the row of an existing record again from *state*, without an event: for a new projection."""
    same = (RecordRow.id == state.id) & (RecordRow.version == state.version)
    before = connection.execute(select(RecordRow.marks).where(same)).scalar_one_or_none()
    row = project(state) | marks_row(state, plan)
    if (
        before is None
        or connection.execute(update(RecordRow).where(same).values(row)).rowcount != 1
    ):
        raise ConflictError(state.id, state.version, None)
    write_marks(connection, state.id, before, row["marks"])


def _is_read_only(connection: Connection) -> bool:
    return bool(connection.get_execution_options().get("reads_only"))
