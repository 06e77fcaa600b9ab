"""The conversation of one record a page at a time: the newest messages, and the way to earlier ones."""

from __future__ import annotations

import re

from flask import request
from sqlalchemy import Connection

from sopwith.store.history import KeptMessage, newest_messages

MESSAGES = 50
_CURSOR = re.compile(r"(\d{1,9})\.([0-9A-Za-z_-]{1,80})")


def is_earlier() -> bool:
    """Return whether an earlier page than the newest was asked for."""
    return bool(request.args.get("before"))


def earlier_messages(
    connection: Connection, record_id: str, *, public_only: bool
) -> tuple[list[KeptMessage], str]:
    """Return the messages of the page that was asked for, the oldest first, and what asks for the one before it."""
    asked = _CURSOR.fullmatch(request.args.get("before", ""))
    before = (int(asked[1]), asked[2]) if asked else None
    found = newest_messages(
        connection, record_id, MESSAGES + 1, before=before, public_only=public_only
    )
    shown = found[:MESSAGES][::-1]
    more = f"{shown[0].seq}.{shown[0].id}" if len(found) > MESSAGES else ""
    return shown, more
