"""Mark all records by the views in force: after a release that changed a view, after a bulk load, or by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from ..store.jobs import JobClaim, NewJob, add_jobs
from ..store.marking import fold_tallies
from ..store.remarking import count_stale, forget_all, readiness, remark_some
from .job_queue import new_job
from .service import Service

KIND = "remark"
BATCH = 200
AGAIN = timedelta(seconds=70)
"""Later than any transaction may last that still knew the views before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How many records were marked anew so far, of how many."""

    done: int
    total: int


def remark_job(now: datetime, key: str, *, due_at: datetime | None = None) -> NewJob:
    """Return the job that marks what is not marked by the views in force."""
    return new_job(KIND, f"{KIND}:{key}", {}, now, due_at=due_at)


def plan_remarking(connection: Connection, service: Service, release: str, now: datetime) -> None:
    """Plan it in the transaction that puts *release* in force, and once more when none of before can still write."""
    if readiness(connection, service.releases.plan(service.releases.get(release)).id).all:
        return
    later = remark_job(now, f"{release}:again", due_at=now + AGAIN)
    add_jobs(connection, [remark_job(now, release), later])


def remark_page(connection: Connection, service: Service, job: JobClaim, now: datetime) -> None:
    """Mark some records; the next job of this kind goes on, the last one brings the tallies together."""
    plan = service.releases.view_plan(connection)
    if remark_some(connection, plan, BATCH):
        number = int(job.payload.get("number", 0)) + 1
        key = f"{job.key.partition('#')[0]}#{number}"
        add_jobs(connection, [new_job(KIND, key, {"number": number}, now)])
    else:
        fold_tallies(connection)


def batches(service: Service) -> Iterator[int]:
    """Mark one batch after the other, yielding how many records each had, until all are marked."""
    while True:
        with service.database.writing() as connection:
            plan = service.releases.view_plan(connection)
            done = remark_some(connection, plan, BATCH)
        if not done:
            return
        yield done


def remark_all(
    service: Service, tell: Callable[[Progress], None], *, anew: bool = False
) -> Progress:
    """Mark every record that is not marked by the views in force; *tell* hears of each batch.

    anew: forget all marks and counters first, as after a damage to them.
    """
    if anew:
        with service.database.writing() as connection:
            forget_all(connection)
    with service.database.reading() as connection:
        total = count_stale(connection, service.releases.view_plan(connection).id)
    progress = Progress(done=0, total=total)
    for done in batches(service):
        progress = Progress(done=progress.done + done, total=max(total, progress.done + done))
        tell(progress)
    with service.database.writing() as connection:
        fold_tallies(connection)
    return progress
