"""One runtime with a clock that is set, and what went out of it."""

from __future__ import annotations

from dataclasses import dataclass

from sopwith.core.record import RecordState
from sopwith.runtime.job_queue import claim_batches, claim_jobs
from sopwith.runtime.lanes import Lane
from sopwith.runtime.run_job import JobRunner
from sopwith.runtime.service import Service
from sopwith.store.engine import Database
from sopwith.store.jobs import JobClaim, dead_jobs
from sopwith.store.records import load_record
from tests.support.clocks import FixedClock
from tests.support.runtimes import Outside

ALL = dict.fromkeys(Lane, 100)


@dataclass(slots=True, kw_only=True)
class World:
    """One runtime with its clock and what went out."""

    service: Service
    clock: FixedClock
    outside: Outside
    runner: JobRunner

    @property
    def database(self) -> Database:
        return self.service.database

    def claim(self) -> list[JobClaim]:
        return claim_jobs(self.database, self.clock, self.service.ids, "n1", ALL)

    def batches(self, **room: int) -> list[list[JobClaim]]:
        """Claim by the names of the lanes, all of them without any."""
        wanted = {Lane[name.upper()]: count for name, count in room.items()} or ALL
        return claim_batches(self.database, self.clock, self.service.ids, "n1", wanted)

    def run(self, batch: list[JobClaim]) -> None:
        """Carry out one batch."""
        self.runner.run_jobs([job.id for job in batch], batch[0].token)

    def work(self) -> int:
        """Carry out what is due, and what comes of it; return how many jobs that were."""
        done = 0
        while batches := self.batches():
            for batch in batches:
                self.run(batch)
                done += len(batch)
        return done

    def state(self, record_id: str) -> RecordState:
        with self.database.reading() as connection:
            found = load_record(connection, record_id)
        assert found is not None
        return found

    def errors(self) -> list[str]:
        with self.database.reading() as connection:
            return [job.last_error for job in dead_jobs(connection)]
