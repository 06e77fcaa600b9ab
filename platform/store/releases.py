"""Releases, the pointer to the one in force, and drafts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, delete, func, insert, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from .people import StaleRowError
from .prepared import Prepared
from .tables import (
    DraftOperationRow,
    DraftRow,
    LiveReleaseRow,
    RecordRow,
    ReleaseRow,
    SettingRow,
)
from .where import IS_OPEN

_LIVE = Prepared(select(LiveReleaseRow.release).order_by(LiveReleaseRow.id.desc()).limit(1))
_ONE_PUBLISHER = text("SELECT pg_advisory_xact_lock(7402117)")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRelease:
    """A release as it was published. documents: text by path."""

    hash: str
    documents: Mapping[str, str]
    created_at: datetime
    author: str | None
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveRelease:
    """One move of the pointer. kind: publish | rollback."""

    id: int
    release: str
    at: datetime
    author: str | None
    note: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Definitions being changed; *revision* counts the operations."""

    id: str
    title: str
    from_release: str | None
    documents: Mapping[str, str]
    revision: int
    author: str | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftHead:
    """A draft without its text, for lists."""

    id: str
    title: str
    from_release: str | None
    revision: int
    author: str | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftOperation:
    """One edit of a draft, with what takes it back."""

    revision: int
    author: str | None
    at: datetime
    operation: Mapping[str, Any]
    inverse: Mapping[str, Any]
    undone: bool


def keep_release(
    connection: Connection,
    release_hash: str,
    documents: Mapping[str, str],
    now: datetime,
    *,
    author: str | None = None,
    note: str = "",
) -> None:
    """Keep a release; the same content again changes nothing."""
    make = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    row = {
        "hash": release_hash,
        "documents": json.dumps(dict(documents), ensure_ascii=False, sort_keys=True),
        "created_at": now,
        "author": author,
        "note": note,
    }
    connection.execute(make(ReleaseRow).values(row).on_conflict_do_nothing())


def release_of(connection: Connection, release_hash: str) -> KeptRelease | None:
    """Return a release, None when it was never kept."""
    query = select(ReleaseRow.__table__).where(ReleaseRow.hash == release_hash)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else KeptRelease(**dict(row) | {"documents": _texts(row)})


def go_live(
    connection: Connection,
    release_hash: str,
    now: datetime,
    *,
    author: str | None = None,
    note: str = "",
    kind: str = "publish",
) -> None:
    """Move the pointer to a release that was kept."""
    row = {"release": release_hash, "at": now, "author": author, "note": note, "kind": kind}
    connection.execute(insert(LiveReleaseRow), row)


def live_release(connection: Connection) -> LiveRelease | None:
    """Return the release in force, None before the first was published."""
    return next(iter(live_releases(connection, limit=1)), None)


def live_hash(connection: Connection) -> str | None:
    """Return the hash of the release in force, None before the first was published."""
    found = _LIVE.first(connection, {})
    return None if found is None else str(found[0])


def files_in_force(connection: Connection) -> Mapping[str, str]:
    """Return the texts of the release in force by file, none before the first was published."""
    live = live_hash(connection)
    kept = release_of(connection, live) if live else None
    return kept.documents if kept else {}


def hold_live(connection: Connection) -> str | None:
    """Return the hash of the release in force, which nobody else changes until this transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(_ONE_PUBLISHER)
    return live_hash(connection)


def live_releases(connection: Connection, limit: int = 100) -> list[LiveRelease]:
    """Return the moves of the pointer, the newest first."""
    query = select(LiveReleaseRow.__table__).order_by(LiveReleaseRow.id.desc()).limit(limit)
    return [LiveRelease(**row) for row in connection.execute(query).mappings()]


def open_records_by_release(connection: Connection) -> dict[str, int]:
    """Return how many open records run on each release."""
    query = select(RecordRow.release, func.count()).where(IS_OPEN).group_by(RecordRow.release)
    return dict(connection.execute(query).all())


def add_draft(connection: Connection, draft: Draft) -> None:
    """Keep a new draft."""
    connection.execute(insert(DraftRow), _draft_row(draft))


def draft_of(connection: Connection, draft_id: str) -> Draft | None:
    """Return a draft, None when there is none."""
    query = select(DraftRow.__table__).where(DraftRow.id == draft_id)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else Draft(**dict(row) | {"documents": _texts(row)})


def drafts(connection: Connection) -> list[Draft]:
    """Return all drafts, the last changed first."""
    query = select(DraftRow.__table__).order_by(DraftRow.updated_at.desc())
    rows = connection.execute(query).mappings()
    return [Draft(**dict(row) | {"documents": _texts(row)}) for row in rows]


def draft_heads(connection: Connection, limit: int = 200) -> list[DraftHead]:
    """Return the drafts without their text, the last changed first."""
    query = _heads().order_by(DraftRow.updated_at.desc(), DraftRow.id).limit(limit)
    return [DraftHead(**row) for row in connection.execute(query).mappings()]


def draft_head(connection: Connection, draft_id: str) -> DraftHead | None:
    """Return a draft without its text, None when there is none."""
    row = connection.execute(_heads().where(DraftRow.id == draft_id)).mappings().one_or_none()
    return None if row is None else DraftHead(**row)


def _heads() -> Select[Any]:
    return select(*(DraftRow.__table__.c[name] for name in DraftHead.__dataclass_fields__))


def save_draft(
    connection: Connection, draft: Draft, operation: DraftOperation | None = None
) -> None:
    """Save a draft one revision further; raises StaleRowError when somebody else did so first.

    draft.revision: the one that the editor saw. operation: what was done.
    """
    same = (DraftRow.id == draft.id) & (DraftRow.revision == draft.revision)
    values = _draft_row(draft) | {"revision": draft.revision + 1}
    if connection.execute(update(DraftRow).where(same).values(values)).rowcount != 1:
        raise StaleRowError(draft.id)
    if operation is not None:
        row = {
            "draft_id": draft.id,
            "revision": draft.revision + 1,
            "author": operation.author,
            "at": operation.at,
            "operation": dict(operation.operation),
            "inverse": dict(operation.inverse),
            "undone": operation.undone,
        }
        connection.execute(insert(DraftOperationRow), row)


def operations_of(connection: Connection, draft_id: str, *, after: int = 0) -> list[DraftOperation]:
    """Return the edits of a draft beyond revision *after*, in order."""
    names = DraftOperation.__dataclass_fields__
    query = select(*(DraftOperationRow.__table__.c[name] for name in names)).where(
        DraftOperationRow.draft_id == draft_id, DraftOperationRow.revision > after
    )
    rows = connection.execute(query.order_by(DraftOperationRow.revision)).mappings()
    return [DraftOperation(**row) for row in rows]


def mark_undone(connection: Connection, draft_id: str, revision: int, undone: bool) -> None:
    """Note that an edit was taken back, or done again."""
    mine = (DraftOperationRow.draft_id == draft_id) & (DraftOperationRow.revision == revision)
    connection.execute(update(DraftOperationRow).where(mine).values(undone=undone))


def drop_draft(connection: Connection, draft_id: str) -> None:
    """Remove a draft with its edits, and what was tried with it."""
    connection.execute(delete(DraftRow).where(DraftRow.id == draft_id))
    tried = SettingRow.name.startswith(trial_setting(draft_id, ""), autoescape=True)
    connection.execute(delete(SettingRow).where(tried))


def trial_setting(draft_id: str, user_id: str) -> str:
    """Return the name of the setting in which it is kept what somebody tries with a draft."""
    return f"trial:{draft_id}:{user_id}"


def _draft_row(draft: Draft) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(draft, name) for name in Draft.__dataclass_fields__}
    text = json.dumps(dict(draft.documents), ensure_ascii=False, sort_keys=True)
    return row | {"documents": text}


def _texts(row: RowMapping) -> dict[str, str]:
    texts: dict[str, str] = json.loads(row["documents"])
    return texts
