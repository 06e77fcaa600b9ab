"""Uploaded files: what is known of them. Their bytes lie in a folder under random names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, insert, select, update

from .prepared import Prepared
from .tables import AttachmentRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """One uploaded file. visibility: public | internal. state: new | ready | refused."""

    id: str
    stored_name: str
    sha256: str
    size: int
    type: str
    name: str
    record_id: str | None = None
    uploaded_by: str | None = None
    visibility: str = "public"
    state: str = "ready"
    created_at: datetime


_FIELDS = tuple(Attachment.__dataclass_fields__)


def _of_record() -> Select[Any]:
    columns = (AttachmentRow.__table__.c[name] for name in _FIELDS)
    query = select(*columns).where(AttachmentRow.record_id == bindparam("record"))
    return query.order_by(AttachmentRow.created_at, AttachmentRow.id)


_OF_RECORD = Prepared(_of_record())
_PUBLIC_OF_RECORD = Prepared(_of_record().where(AttachmentRow.visibility == "public"))


def add_file(connection: Connection, attachment: Attachment) -> None:
    """Keep what is known of an upload."""
    connection.execute(insert(AttachmentRow), {name: getattr(attachment, name) for name in _FIELDS})


def file_of(connection: Connection, file_id: str) -> Attachment | None:
    """Return one upload, None when there is none."""
    return files_by_id(connection, [file_id]).get(file_id)


def files_by_id(connection: Connection, ids: Iterable[str]) -> dict[str, Attachment]:
    """Return the uploads *ids*, leaving out what does not exist."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    columns = (AttachmentRow.__table__.c[name] for name in _FIELDS)
    query = select(*columns).where(AttachmentRow.id.in_(wanted))
    return {row["id"]: Attachment(**row) for row in connection.execute(query).mappings()}


def files_of(
    connection: Connection, record_id: str, *, public_only: bool = False
) -> list[Attachment]:
    """Return the files of a record, the oldest first."""
    query = _PUBLIC_OF_RECORD if public_only else _OF_RECORD
    rows = query.rows(connection, {"record": record_id})
    return [Attachment(**dict(zip(_FIELDS, row, strict=True))) for row in rows]


def tie_files(
    connection: Connection, record_id: str, ids: Iterable[str], uploaded_by: str | None
) -> int:
    """Tie free uploads of one person to a record; return how many: others' and taken ones stay."""
    mine = AttachmentRow.id.in_(sorted(set(ids))) & AttachmentRow.record_id.is_(None)
    mine &= AttachmentRow.uploaded_by == uploaded_by
    return connection.execute(
        update(AttachmentRow).where(mine).values(record_id=record_id)
    ).rowcount


def drop_loose_files(connection: Connection, before: datetime) -> int:
    """Mark uploads that nothing used since *before* as erased, so that their bytes are deleted; return how many."""
    loose = AttachmentRow.record_id.is_(None) & (AttachmentRow.created_at < before)
    mine = update(AttachmentRow).where(loose, AttachmentRow.state != "erased")
    return connection.execute(mine.values(state="erased")).rowcount
