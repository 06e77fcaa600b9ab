"""The audit log of the installation: who changed what, chained by hashes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, text

from ..core.events import Actor
from ..core.plain import instant_text
from .canonical import canonical, digest
from .tables import AuditRow

ONE_AT_A_TIME = 7_390_218
_HASHED = ("seq", "actor_kind", "actor_id", "action", "target", "body")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One line of the audit log."""

    seq: int
    at: datetime
    actor_kind: str
    actor_id: str | None
    action: str
    target: str
    body: Mapping[str, Any]


def note(
    connection: Connection,
    actor: Actor,
    action: str,
    target: str,
    now: datetime,
    body: Mapping[str, Any] | None = None,
) -> None:
    """Write one line. action: e.g. ``release.publish``. body: plain JSON, never a secret."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ONE_AT_A_TIME})
    newest = select(AuditRow.seq, AuditRow.hash).order_by(AuditRow.seq.desc()).limit(1)
    last = connection.execute(newest).one_or_none()
    row: dict[str, Any] = {
        "seq": last.seq + 1 if last else 1,
        "at": now,
        "actor_kind": actor.kind,
        "actor_id": actor.id,
        "action": action,
        "target": target,
        "body": canonical(dict(body or {})),
        "prev_hash": last.hash if last else "",
    }
    connection.execute(insert(AuditRow), row | {"hash": _hash(row)})


def entries(
    connection: Connection,
    *,
    before: int | None = None,
    target: str | None = None,
    limit: int = 100,
) -> list[AuditEntry]:
    """Return lines of the log, the newest first; before: only those with a lower number."""
    query = select(AuditRow.__table__).order_by(AuditRow.seq.desc()).limit(limit)
    if before is not None:
        query = query.where(AuditRow.seq < before)
    if target is not None:
        query = query.where(AuditRow.target == target)
    names = AuditEntry.__dataclass_fields__
    found = []
    for row in connection.execute(query).mappings():
        data = {name: row[name] for name in names}
        found.append(AuditEntry(**data | {"body": json.loads(row["body"])}))
    return found


def first_broken(connection: Connection) -> int | None:
    """Return the number of the first line that does not hold, None when the whole log does."""
    seq, head = 0, ""
    for found in connection.execute(select(AuditRow.__table__).order_by(AuditRow.seq)).mappings():
        row = dict(found)
        if row["seq"] != seq + 1 or row["prev_hash"] != head or row["hash"] != _hash(row):
            return seq + 1
        seq, head = row["seq"], row["hash"]
    return None


def _hash(row: Mapping[str, Any]) -> str:
    values = (row[name] for name in _HASHED)
    return digest(
        row["prev_hash"], instant_text(row["at"]), *(v if v is not None else -1 for v in values)
    )
