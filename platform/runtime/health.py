"""Whether an installation can work: asked often, so it reads little."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from ..store.installation import heartbeats
from ..store.releases import live_release
from ..store.schema import newest
from .service import Service
from .time_limit import time_limit

SILENT = timedelta(minutes=3)
"""A process that gave no sign of life for so long is taken for dead; it gives one a minute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """What is there. work: a dispatcher gives signs of life, so that timers and mails do not wait."""

    database: bool = False
    tables: bool = False
    release: bool = False
    work: bool = False

    def __bool__(self) -> bool:
        """Return whether everything is there."""
        return self.database and self.tables and self.release and self.work

    @property
    def serves_pages(self) -> bool:
        """Return whether pages can be answered, whoever does the work."""
        return self.database and self.tables and self.release

    @property
    def missing(self) -> str:
        """Return the first thing that is missing, the empty string when nothing is."""
        for name in ("database", "tables", "release", "work"):
            if not getattr(self, name):
                return name
        return ""


def readiness(service: Service) -> Readiness:
    """Return what is there just now: three short reads."""
    try:
        with service.database.reading() as connection, time_limit(connection):
            if _revision(connection) != _newest():
                return Readiness(database=True)
            release = live_release(connection) is not None
            work = is_worked_on(connection, service.clock.now())
    except SQLAlchemyError:
        return Readiness()
    return Readiness(database=True, tables=True, release=release, work=work)


def is_worked_on(connection: Connection, now: datetime) -> bool:
    """Return whether a dispatcher gave a sign of life lately."""
    return any(one.kind == "dispatcher" and now - one.at < SILENT for one in heartbeats(connection))


def _revision(connection: Connection) -> str | None:
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    return found[0] if len(found) == 1 else None


@cache
def _newest() -> str | None:
    return newest()
