"""A limit on how long one transaction of automatic work may last, so that one bad job holds up nobody."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, text

STATEMENT_SECONDS = 4.0
LOCK_SECONDS = 2.0
_STEPS = 20_000
_LIMITS = text(
    "SELECT set_config('statement_timeout', :statement, true), set_config('lock_timeout', :lock, true)"
)


@contextmanager
def time_limit(connection: Connection) -> Iterator[None]:
    """Cut off what one statement of the transaction *connection* does for longer than four seconds.

    On PostgreSQL also what waits two seconds for somebody's lock. It fails as a database error.
    """
    if connection.dialect.name == "postgresql":
        values = {
            "statement": f"{round(STATEMENT_SECONDS * 1000)}ms",
            "lock": f"{round(LOCK_SECONDS * 1000)}ms",
        }
        connection.execute(_LIMITS, values)
        yield
        return
    driver: Any = connection.connection.driver_connection
    until = time.monotonic() + STATEMENT_SECONDS
    driver.set_progress_handler(lambda: time.monotonic() > until, _STEPS)
    try:
        yield
    finally:
        driver.set_progress_handler(None, _STEPS)
