"""Breakers of destinations: which failures count, and who is told when one opens or closes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from ..core.events import SYSTEM
from ..core.roles import ADMIN
from ..core.text import Text
from ..store import audit
from ..store.destinations import MAIL_SERVER, note_failed, note_worked
from ..store.people import users
from ..store.traffic import NewNotice, tell
from .ports import DeliveryError

_OF_SERVER = frozenset({421, 450, 451, 452, 454, 530, 534, 535, 538})
"""Answers of a mail server that are about the server or our account, not about one mail."""

OPENED = Text(
    "{name} does not work: {reason} What goes there waits and is not lost; it is tried again by itself.",
    "{name} 无法使用：{reason} 发往该处的内容会等待，不会丢失；系统将自动重试。",
)
CLOSED = Text("{name} works again.", "{name} 已恢复正常。")
NAME = Text("The mail server", "邮件服务器")


def speaks_of_destination(kind: str, error: DeliveryError) -> bool:
    """Return whether a failure says something about whoever is at the other end, not about one message."""
    if error.status is None:
        return not error.is_final  # refused, timed out, cut off
    if kind == "webhook":
        return error.status >= 500 or error.status == 429
    return error.status in _OF_SERVER


def failed(connection: Connection, name: str | None, now: datetime, reason: str) -> bool:
    """Note a failure of the destination; return whether its breaker is open now."""
    if name is None:
        return False
    known = note_failed(connection, name, now, reason)
    if known.opened_at == now and known.state == "open":
        body = {"reason": reason, "failures": known.failures}
        audit.note(connection, SYSTEM, "destination.opened", name, now, body)
        _tell(connection, name, now, OPENED, reason)
    return known.state != "closed"


def worked(connection: Connection, name: str | None, now: datetime) -> None:
    """Note that the destination took something; say so when its breaker was open."""
    if name is not None and note_worked(connection, name, now):
        audit.note(connection, SYSTEM, "destination.closed", name, now)
        _tell(connection, name, now, CLOSED, "")


def _tell(connection: Connection, name: str, now: datetime, words: Text, reason: str) -> None:
    said = reason if reason.endswith((".", "。")) or not reason else f"{reason}."
    tell(
        connection,
        [
            NewNotice(
                key=f"destination:{name}:{now.isoformat()}:{one.id}",
                user_id=one.id,
                record_id=None,
                kind="destination",
                text_en=words.en.format(name=shown_name(name).en, reason=said),
                text_zh=words.zh.format(name=shown_name(name).zh, reason=said),
                created_at=now,
            )
            for one in users(connection, active_only=True)
            if ADMIN in one.roles
        ],
    )


def shown_name(name: str) -> Text:
    """Return what people call a destination."""
    if name == MAIL_SERVER:
        return NAME
    host = name.partition(":")[2]
    return Text(host, host)
