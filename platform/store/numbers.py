"""The numbers that people see, such as T-2026-000123."""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects import postgresql, sqlite

from .tables import NumberCounterRow

_SEQUENCE = re.compile(r"\{seq(?::(\d+))?\}")


def next_number(connection: Connection, pattern: str, now: datetime) -> str:
    """Return the next number of *pattern* (``{yyyy} {mm} {dd} {seq:6}``); unique under concurrency.

    It begins with 1 again when the date in the pattern changes. A rolled back transaction gives its
    number back; where two transactions meet, the second waits for the first. now: in the zone
    whose date is to be shown.
    """
    dated = pattern.replace("{yyyy}", f"{now:%Y}").replace("{mm}", f"{now:%m}")
    dated = dated.replace("{dd}", f"{now:%d}")
    last = _count(connection, _SEQUENCE.sub("{seq}", dated))
    return _SEQUENCE.sub(lambda found: str(last).zfill(int(found[1] or 1)), dated)


def _count(connection: Connection, key: str) -> int:
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    statement = (
        insert(NumberCounterRow)
        .values(key=key, last=1)
        .on_conflict_do_update(
            index_elements=[NumberCounterRow.key], set_={"last": NumberCounterRow.last + 1}
        )
        .returning(NumberCounterRow.last)
    )
    return connection.execute(statement).scalar_one()


def last_number(connection: Connection, key: str) -> int:
    """Return the last count given under *key*, 0 when there is none."""
    query = select(func.coalesce(func.max(NumberCounterRow.last), 0))
    return connection.execute(query.where(NumberCounterRow.key == key)).scalar_one()
