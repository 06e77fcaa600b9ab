"""The jobs of keeping and forgetting: erasures asked for, what is kept long enough, the daily signed head."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from ..core.events import SYSTEM
from ..core.plain import instant, instant_text
from ..release.model import RecordType
from ..store import audit
from ..store.erasing import closed_before, with_files_closed_before
from ..store.heads import Sealing, SignedHead, begin_head, seal_some, sign_head
from ..store.jobs import add_jobs
from .erasure import PAGE, ErasureError, erase_attached, erase_record
from .job_queue import new_job
from .service import Service

log = logging.getLogger(__name__)

RETENTION, SEAL = "retention", "seal"
SEAL_PAGE = 500
"""Records that one step looks at, some 15 ms, in which on SQLite nobody else can write."""


def plan_keeping(connection: Connection, now: datetime) -> None:
    """See to it that today's rounds are done; one that still goes on is left alone."""
    add_jobs(connection, [new_job(kind, kind, {}, now) for kind in (RETENTION, SEAL)])


# --- what is kept long enough ---------------------------------------------------------------------


def forget_some(
    service: Service, connection: Connection, payload: Mapping[str, Any], now: datetime
) -> set[str]:
    """Erase one page of what is kept long enough; leave the next page, until all is done.

    Return the records that were looked at. What is on hold stays; what is just being sent waits for tomorrow.
    """
    counts: dict[str, int] = dict(payload.get("counts", {}))
    after: dict[str, list[str]] = dict(payload.get("after", {}))
    seen: set[str] = set()
    is_more = False
    for kind in service.releases.live(connection).record_types.values():
        if kind.retention is None or len(seen) >= PAGE:
            is_more = is_more or kind.retention is not None
            continue
        found, at = _page(connection, kind, after.get(kind.id, []), now)
        for record_id, only_files in found:
            seen.add(record_id)
            counts[kind.id] = counts.get(kind.id, 0) + _erase(
                service, connection, record_id, only_files
            )
        after[kind.id] = at
        is_more = is_more or len(found) >= PAGE
    if is_more and seen:
        left = {"counts": counts, "after": after}
        add_jobs(connection, [new_job(RETENTION, RETENTION, left, now)])
        return seen
    if any(counts.values()):
        audit.note(connection, SYSTEM, "retention.erase", "records", now, counts)
    return seen


def _page(
    connection: Connection, kind: RecordType, after: list[str], now: datetime
) -> tuple[list[tuple[str, bool]], list[str]]:
    """Return what is next to be erased of a type (a record, and whether only its files), and from where it goes on."""
    assert kind.retention is not None
    closed_at, place, file_place = (*after, "", "", "")[:3]
    found: list[tuple[str, bool]] = []
    if kind.retention.personal is not None:
        before, last = now - kind.retention.personal, (instant(closed_at), place) if place else None
        rows = closed_before(connection, kind.id, before, last, PAGE)
        found += [(record_id, False) for _at, record_id in rows]
        if rows:
            closed_at, place = instant_text(rows[-1][0]), rows[-1][1]
    if kind.retention.files is not None and len(found) < PAGE:
        before = now - kind.retention.files
        ids = with_files_closed_before(connection, kind.id, before, file_place, PAGE)
        found += [(one, True) for one in ids if (one, False) not in found]
        file_place = ids[-1] if ids else file_place
    return found, [closed_at, place, file_place]


def _erase(service: Service, connection: Connection, record_id: str, only_files: bool) -> int:
    try:
        if only_files:
            return int(erase_attached(service, connection, record_id, SYSTEM))
        erase_record(service, connection, record_id, SYSTEM, reason="retention")
    except ErasureError as error:
        log.info("kept for now: %s", error)
        return 0
    return 1


# --- the signed head ------------------------------------------------------------------------------


def seal_page(
    connection: Connection, payload: Mapping[str, Any], key: bytes, now: datetime
) -> SignedHead | None:
    """Take one page into the head in the making; leave the next page, or sign it."""
    sealing = Sealing(**payload["sealing"]) if "sealing" in payload else begin_head(connection)
    sealing, is_last = seal_some(connection, sealing, SEAL_PAGE)
    if not is_last:
        add_jobs(connection, [new_job(SEAL, SEAL, {"sealing": asdict(sealing)}, now)])
        return None
    return sign_head(connection, sealing, key, now)
