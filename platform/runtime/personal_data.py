"""All that is kept about one customer, as one zip: JSON a record, and the attached files."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, select

from ..core.plain import instant_text, to_plain
from ..store.customers import customer_of, organisation_of
from ..store.erasing import records_to_erase
from ..store.files import files_of
from ..store.history import events_of, explanations_of, messages_of
from ..store.records import load_record
from ..store.tables import (
    CaughtMailRow,
    DeliveryRow,
    InboxRow,
    JobRow,
    NoticeRow,
    SecretLinkRow,
    SessionRow,
)

PAGE = 100
_BESIDE: Mapping[str, tuple[Any, tuple[str, ...]]] = {
    "deliveries": (DeliveryRow, ("at", "kind", "target", "outcome", "error")),
    "mails_kept_here": (
        CaughtMailRow,
        ("created_at", "sender", "recipients", "subject", "text", "html"),
    ),
    "came_in": (InboxRow, ("received_at", "source", "ext_id", "headers", "raw")),
    "waiting": (JobRow, ("due_at", "kind", "payload")),
    "notices_to_colleagues": (NoticeRow, ("created_at", "user_id", "text_en", "text_zh")),
}


def write_personal_data(
    connection: Connection, customer_id: str, files: Path | None, out: IO[bytes], now: datetime
) -> int:
    """Write the zip into *out*; return how many records it holds. One record is in memory at a time."""
    customer = customer_of(connection, customer_id)
    if customer is None:
        raise KeyError(customer_id)
    company = (
        organisation_of(connection, customer.organisation_id) if customer.organisation_id else None
    )
    count, after = 0, ""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        about = {
            "exported_at": instant_text(now),
            "customer": asdict(customer),
            "organisation": company.name if company else None,
            "sessions": _rows(
                connection,
                SessionRow,
                ("created_at", "last_seen_at", "ip", "agent"),
                SessionRow.customer_id == customer_id,
            ),
            "links": _rows(
                connection,
                SecretLinkRow,
                ("created_at", "purpose", "expires_at", "used_at"),
                SecretLinkRow.customer_id == customer_id,
            ),
        }
        archive.writestr("customer.json", _json(about))
        while ids := records_to_erase(connection, customer_id, after, PAGE):
            for record_id in ids:
                _record(connection, archive, record_id, files)
            count, after = count + len(ids), ids[-1]
    return count


def _record(
    connection: Connection, archive: zipfile.ZipFile, record_id: str, folder: Path | None
) -> None:
    state = load_record(connection, record_id)
    if state is None:
        return
    attached = files_of(connection, record_id)
    found: dict[str, Any] = {
        "record": to_plain(state),
        "events": [
            {"seq": kept.seq, **to_plain(kept.event)} for kept in events_of(connection, record_id)
        ],
        "messages": [asdict(one) for one in messages_of(connection, record_id)],
        "explanations": {
            str(seq): [to_plain(why) for why in some]
            for seq, some in explanations_of(connection, record_id).items()
        },
        "files": [
            {
                "id": one.id,
                "name": one.name,
                "type": one.type,
                "size": one.size,
                "sha256": one.sha256,
            }
            for one in attached
        ],
    }
    for name, (table, columns) in _BESIDE.items():
        found[name] = _rows(connection, table, columns, table.record_id == record_id)
    archive.writestr(f"records/{state.number}.json", _json(found))
    for one in attached:
        path = folder / one.stored_name if folder is not None else None
        if path is not None and path.is_file():
            archive.write(path, f"files/{state.number}/{one.id}-{_safe(one.name)}")


def _rows(
    connection: Connection, table: Any, columns: tuple[str, ...], condition: Any
) -> list[dict[str, Any]]:
    query = select(*(table.__table__.c[name] for name in columns)).where(condition)
    return [dict(row) for row in connection.execute(query).mappings()]


def _safe(name: str) -> str:
    """Return a name that lies in its folder wherever it is unpacked."""
    return "".join(one if one.isalnum() or one in "._- " else "_" for one in name).strip(". ")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return instant_text(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, tuple | frozenset | set):
        return list(value)
    if isinstance(value, Mapping):
        return dict(value)
    return str(value)
