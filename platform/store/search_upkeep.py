"""Keep SQLite's full-text index in few parts, a little at a time, so that no writer ever waits for all of it.

SQLite adds a part with each transaction and puts parts together beside later writes. When one level has too many parts
(16 unless told otherwise) it merges that level at once, however large its parts are: among 1,000,000 records such a
merge stopped all writers for 12.6 seconds. So the migrations set that limit out of reach, and parts are merged in
steps here. Source: https://sqlite.org/fts5.html, "The 'crisismerge' configuration option" and "The 'merge' command".
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from .tables import FULL_TEXT

PAGES = 100
"""Pages of the index that one step reads and writes: about 20 ms of the processor."""

_MERGE = f"INSERT INTO {FULL_TEXT} ({FULL_TEXT}, rank) VALUES ('merge', ?)"  # noqa: S608 - our own name
_WORKED = 2
"""Rows that the command changes at least when it merged anything; one when there was nothing to do."""


def merge_some(connection: Connection, pages: int = PAGES) -> bool:
    """Merge up to about *pages* of the index; return whether there may be more to do. PostgreSQL needs none of it."""
    if connection.dialect.name != "sqlite":
        return False
    driver: Any = connection.connection.driver_connection
    before = driver.total_changes
    driver.execute(_MERGE, (pages,))
    return bool(driver.total_changes - before >= _WORKED)
