"""The history of one record a page at a time: what happened last, and the way to what happened before."""

from __future__ import annotations

from collections.abc import Callable

from flask import request
from sqlalchemy import Connection

from sopwith.store.history import KeptEvent, newest_events

from .history import Line

LINES = 50
READ = 200
MOST_READS = 5


def earlier_lines(
    connection: Connection, record_id: str, tell: Callable[[KeptEvent], Line], *, whole: bool
) -> tuple[list[Line], str]:
    """Return the lines of the page that was asked for, the newest first, and what asks for the one before it.

    whole: with what nobody did. Where nearly all is left out a page may be short: no more than a thousand events are read.
    """
    asked = request.args.get("before", "")
    before = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else None
    lines: list[Line] = []
    for _ in range(MOST_READS):
        events = newest_events(connection, record_id, READ, before=before)
        for one in events:
            line = tell(one)
            if whole or not line.quiet:
                lines.append(line)
            before = one.seq
            if len(lines) == LINES:
                return lines, str(before) if before > 1 else ""
        if len(events) < READ:
            return lines, ""
    return lines, str(before)
