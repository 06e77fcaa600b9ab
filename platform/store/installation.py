"""Settings by name, and the signs of life of the installation's processes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from .prepared import Prepared
from .tables import HeartbeatRow, SettingRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """The last sign of life of one process."""

    node: str
    kind: str
    at: datetime
    version: str
    detail: Mapping[str, Any]


_SETTING = Prepared(select(SettingRow.value).where(SettingRow.name == bindparam("wanted")))


def setting(connection: Connection, name: str) -> dict[str, Any] | None:
    """Return a setting, None when it was never made."""
    found = _SETTING.first(connection, {"wanted": name})
    return None if found is None else found[0]


def put_setting(connection: Connection, name: str, value: Mapping[str, Any], now: datetime) -> None:
    """Make or change a setting."""
    make = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    values = {"value": dict(value), "updated_at": now}
    statement = make(SettingRow).values(name=name, **values)
    connection.execute(
        statement.on_conflict_do_update(index_elements=[SettingRow.name], set_=values)
    )


def forget_setting(connection: Connection, name: str) -> None:
    """Take a setting away; nothing when it was never made."""
    connection.execute(delete(SettingRow).where(SettingRow.name == name))


def beat(connection: Connection, heartbeat: Heartbeat) -> None:
    """Note a sign of life."""
    make = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    key = {"node": heartbeat.node, "kind": heartbeat.kind}
    values = {
        "at": heartbeat.at,
        "version": heartbeat.version,
        "detail": dict(heartbeat.detail),
    }
    statement = make(HeartbeatRow).values(**key, **values)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[HeartbeatRow.node, HeartbeatRow.kind], set_=values
        )
    )


def end_heartbeat(connection: Connection, node: str, kind: str) -> None:
    """Forget a process that ended in order: whoever is missed then did not."""
    mine = (HeartbeatRow.node == node) & (HeartbeatRow.kind == kind)
    connection.execute(delete(HeartbeatRow).where(mine))


def heartbeats(connection: Connection) -> list[Heartbeat]:
    """Return the signs of life, the newest first."""
    query = select(HeartbeatRow.__table__).order_by(HeartbeatRow.at.desc())
    return [Heartbeat(**row) for row in connection.execute(query).mappings()]


def forget_heartbeats(connection: Connection, before: datetime) -> None:
    """Forget processes that gave no sign since *before*."""
    connection.execute(delete(HeartbeatRow).where(HeartbeatRow.at < before))
