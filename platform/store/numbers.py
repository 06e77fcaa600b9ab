"""The numbers that people see, such as T-2026-000123."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects import postgresql, sqlite

from .prepared import Prepared
from .tables import NumberCounterRow

_SEQUENCE = re.compile(r"\{seq(?::(\d+))?\}")


def _counting(insert: sqlite.Insert | postgresql.Insert) -> Any:
    one_more = {"last": NumberCounterRow.last + 1}
    counted = insert.on_conflict_do_update(index_elements=[NumberCounterRow.key], set_=one_more)
    return counted.returning(NumberCounterRow.last)


_COUNT = Prepared(
    {
        "sqlite": _counting(sqlite.insert(NumberCounterRow)),
        "postgresql": _counting(postgresql.insert(NumberCounterRow)),
    }
)


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
    found = _COUNT.first(connection, {"key": key, "last": 1})
    assert found is not None
    return int(found[0])


def last_number(connection: Connection, key: str) -> int:
    """Return the last count given under *key*, 0 when there is none."""
    query = select(func.coalesce(func.max(NumberCounterRow.last), 0))
    return connection.execute(query.where(NumberCounterRow.key == key)).scalar_one()
