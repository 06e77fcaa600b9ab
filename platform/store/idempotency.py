"""One request, one effect: the same request gets the answer that it got."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from .prepared import Prepared
from .tables import IdempotencyRow


def _reserving(insert: sqlite.Insert | postgresql.Insert) -> sqlite.Insert | postgresql.Insert:
    return insert.on_conflict_do_nothing()


_RESERVE = Prepared(
    {
        "sqlite": _reserving(sqlite.insert(IdempotencyRow)),
        "postgresql": _reserving(postgresql.insert(IdempotencyRow)),
    }
)
_KEEP = Prepared(
    update(IdempotencyRow)
    .where(IdempotencyRow.actor == bindparam("whose"), IdempotencyRow.key == bindparam("request"))
    .values(status="done")
)


class Verdict(StrEnum):
    """What to do with a request that carries an idempotency key."""

    NEW = "new"  # carry it out, then call ``keep_answer``
    DONE = "done"  # give the kept answer
    IN_FLIGHT = "in_flight"  # the first one has not ended: answer 409
    OTHER = "other"  # the key was used for something else: answer 422


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The verdict, and the answer when there is one."""

    verdict: Verdict
    code: int | None = None
    body: str | None = None


def begin_request(
    connection: Connection, actor: str, key: str, fingerprint: str, now: datetime
) -> Kept:
    """Reserve *key* for *actor*; NEW for whoever comes first. fingerprint: a hash of the whole request.

    In one transaction with the effect, a failure releases the key with everything else.
    """
    row = {
        "actor": actor,
        "key": key,
        "fingerprint": fingerprint,
        "status": Verdict.IN_FLIGHT.value,
        "created_at": now,
    }
    if _RESERVE.run(connection, row) == 1:
        return Kept(verdict=Verdict.NEW)
    mine = (IdempotencyRow.actor == actor) & (IdempotencyRow.key == key)
    found = connection.execute(select(IdempotencyRow.__table__).where(mine)).one()
    if found.fingerprint != fingerprint:
        return Kept(verdict=Verdict.OTHER)
    return Kept(verdict=Verdict(found.status), code=found.code, body=found.body)


def keep_answer(connection: Connection, actor: str, key: str, code: int, body: str) -> None:
    """Keep the answer to the request, for when it comes again."""
    _KEEP.run(connection, {"whose": actor, "request": key, "code": code, "body": body})


def release_key(connection: Connection, actor: str, key: str) -> None:
    """Forget a request that failed before it did anything, so that it may be tried again."""
    mine = (IdempotencyRow.actor == actor) & (IdempotencyRow.key == key)
    connection.execute(
        delete(IdempotencyRow).where(mine, IdempotencyRow.status == Verdict.IN_FLIGHT.value)
    )


def sweep_requests(connection: Connection, before: datetime) -> int:
    """Forget answers older than *before*; return how many."""
    return connection.execute(
        delete(IdempotencyRow).where(IdempotencyRow.created_at < before)
    ).rowcount
