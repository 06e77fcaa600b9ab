"""What the product does for itself: once a day forget what ended and fold SQLite's log back; tidy its full-text index."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from ..store.engine import Database
from ..store.files import drop_loose_files
from ..store.idempotency import sweep_requests
from ..store.installation import forget_heartbeats
from ..store.jobs import add_jobs
from ..store.marking import fold_tallies
from ..store.search_upkeep import merge_some
from ..store.sessions import sweep_sessions
from ..store.tokens import sweep_links
from ..store.traffic import forget_deliveries
from .crash import crash_point
from .job_queue import new_job
from .keeping import plan_keeping

KEY = "housekeeping"
SEARCH = "search"
SEARCH_PAUSE = timedelta(minutes=10)
"""Between two rounds over SQLite's full-text index: what comes in meanwhile leaves it in well under 1,000 parts."""
REQUESTS_KEPT = timedelta(days=2)
ENDED_KEPT = timedelta(days=7)
DELIVERIES_KEPT = timedelta(days=400)
LOOSE_KEPT = timedelta(days=2)
"""Uploads of forms that were never sent."""
PAGE = 5_000
"""How many deliveries are forgotten in one transaction."""


def plan_housekeeping(database: Database, now: datetime) -> None:
    """See to it that the next rounds are planned."""
    jobs = [new_job(KEY, KEY, {}, now, due_at=now + timedelta(hours=1))]
    if database.is_sqlite:
        jobs.append(new_job(SEARCH, SEARCH, {}, now, due_at=now + timedelta(minutes=1)))
    with database.writing() as connection:
        add_jobs(connection, jobs)


def keep_house(connection: Connection, now: datetime) -> None:
    """Do one round, and plan the next: at once when there is more to forget than is done in one go."""
    sweep_requests(connection, now - REQUESTS_KEPT)
    sweep_sessions(connection, now - ENDED_KEPT)
    sweep_links(connection, now - ENDED_KEPT)
    is_more = forget_deliveries(connection, now - DELIVERIES_KEPT, PAGE) == PAGE
    forget_heartbeats(connection, now - ENDED_KEPT)
    fold_tallies(connection)
    drop_loose_files(connection, now - LOOSE_KEPT)
    plan_keeping(connection, now)
    due_at = now if is_more else now + timedelta(days=1)
    add_jobs(connection, [new_job(KEY, KEY, {}, now, due_at=due_at)])
    crash_point("housekeeping:written")


def tidy_search(connection: Connection, now: datetime) -> None:
    """Do one step for the full-text index, and plan the next: at once while there is more to do."""
    due_at = now if merge_some(connection) else now + SEARCH_PAUSE
    add_jobs(connection, [new_job(SEARCH, SEARCH, {}, now, due_at=due_at)])
