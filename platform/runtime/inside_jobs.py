"""Jobs that touch only our own database: those claimed together are done in one transaction.

Each has a savepoint of its own: what raises takes back only itself, and is settled as failed beside
the others. A transaction is closed when it has lasted a while, so that nobody waits long for it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from ..core import commands as c
from ..store.claims import load_claims, renew
from ..store.engine import Database
from ..store.jobs import JobClaim, add_jobs, finish
from ..store.people import user
from ..store.savepoint import Savepoint
from ..store.traffic import NewNotice, tell
from .crash import crash_point
from .crowds import crowds_of, one_for_many
from .erasure import carry_on, delete_erased_files
from .housekeeping import keep_house, tidy_search
from .job_commands import back_link, command_of, creation_of
from .job_queue import Failure, due_of, instant_of, new_job, settle_failure
from .keeping import forget_some, seal_page
from .lanes import LEASES, Lane
from .moving import ONE_KIND, PAGE_KIND, command_for, move_page
from .remarking import remark_page
from .service import LeaseLostError, Outcome, Service
from .sharing import Sharing
from .sweeps import sweep
from .time_limit import time_limit
from .watching import job_ended, watched_job

log = logging.getLogger(__name__)

TOGETHER_SECONDS = 0.25
"""How long one transaction goes on taking jobs: other jobs wait for it."""
SHORT_SECONDS = 0.02
"""How long it does so when somebody in a hurry waits for it, who pressed a button."""


class RefusedError(Exception):
    """The engine refused what the job asks for; trying again would not help."""


@dataclass(slots=True, kw_only=True)
class Work:
    """One transaction in which jobs are carried out. after: what to do once it is committed."""

    connection: Connection
    shared: Sharing
    now: datetime
    after: list[Callable[[], None]] = field(default_factory=list)
    is_news: bool = False
    _users: dict[str, bool] = field(default_factory=dict)

    def is_known(self, user_id: str) -> bool:
        """Return whether there is such an account; asked once, for one crisis tells the same few people much."""
        if user_id not in self._users:
            self._users[user_id] = user(self.connection, user_id) is not None
        return self._users[user_id]


Handler = Callable[[Work, JobClaim], None]


@dataclass(slots=True, kw_only=True)
class InsideJobs:
    """Carries out jobs of the lanes inside the database. node: as in ``OutsideJobs``."""

    service: Service
    node: str = ""
    _handlers: Mapping[str, Handler] = field(init=False)

    def __post_init__(self) -> None:
        self._handlers = {
            "notice": self._notice,
            "timer": self._timer,
            "command": self._command,
            "create_record": self._create_record,
            "sweep": self._sweep,
            "housekeeping": self._housekeeping,
            "search": self._tidy_search,
            "erase": self._erase,
            "retention": self._retention,
            "seal": self._seal,
            "remark": self._remark,
            PAGE_KIND: self._move_page,
            ONE_KIND: self._move_one,
        }

    def carry_out(self, ids: Sequence[int], token: str) -> None:
        """Carry out the jobs that *token* still holds, in the order of their due times.

        Raises what the database raises when it is away; then nothing is noted about the rest.
        """
        left = list(ids)
        while left:
            try:
                done = self._together(left, token)
            except DBAPIError as error:
                if error.connection_invalidated:
                    raise
                log.warning("%s jobs could not be done together; one by one now", len(left))
                done = self._one_by_one(left, token)
            left = [one for one in left if one not in done]

    def _one_by_one(self, ids: Sequence[int], token: str) -> set[int]:
        for job_id in ids:
            try:
                self._together([job_id], token)
            except DBAPIError as error:
                if error.connection_invalidated:
                    raise
                log.exception("job %s failed", job_id)
                self._fail_alone(job_id, token, error)
        return set(ids)

    def _fail_alone(self, job_id: int, token: str, error: Exception) -> None:
        """Settle a job whose transaction cannot be used any more."""
        with self._database.writing() as connection:
            for job in load_claims(connection, [job_id], token):
                settle_failure(connection, job, _failure_of(error), self.service.clock.now())

    def _together(self, ids: Sequence[int], token: str, begun: int | None = None) -> set[int]:
        """Carry out the first of the jobs in one transaction; return which are settled or not ours.

        begun: the job that was noted as begun again.
        """
        started = self.service.clock.monotonic()
        with self._database.writing(patient=True) as connection, time_limit(connection):
            held = load_claims(connection, ids, token)
            done = set(ids) - {job.id for job in held}
            jobs = first_of(held)
            again = jobs[0] if jobs and jobs[0].attempt > 1 and jobs[0].id != begun else None
            if again is None:
                work = self._do(connection, jobs, done, started)
                crash_point("handle:written")
        if again is not None:
            self._begin_again(again, token)
            return self._together(ids, token, again.id)
        crash_point("handle:committed")
        for act in work.after:
            act()
        if work.is_news:
            self.service.wake()
        return done

    def _do(
        self, connection: Connection, jobs: Sequence[JobClaim], done: set[int], started: float
    ) -> Work:
        """Carry out *jobs* until the transaction has lasted long enough, and note in *done* which are settled."""
        clock = self.service.clock
        work = Work(connection=connection, shared=Sharing(connection), now=clock.now())
        work.shared.read_ahead(job.record_id for job in jobs if job.record_id)
        for crowd in crowds_of(jobs):
            self._tell_at_once(work, crowd)
            done |= {job.id for job in crowd}
        for job in jobs:
            if job.id in done:
                continue
            self._one(work, job)
            done.add(job.id)
            lasted = clock.monotonic() - started
            if lasted > TOGETHER_SECONDS or (
                lasted > SHORT_SECONDS and self._database.is_waited_for
            ):
                break
        return work

    def _begin_again(self, job: JobClaim, token: str) -> None:
        """Note that a job really begins that was tried before: it may be what killed a process."""
        with self._database.writing() as connection:
            now = instant_of(self._database, self.service.clock)
            renew(connection, job.id, token, now, LEASES[Lane(job.lane)], node=self.node)

    def _one(self, work: Work, job: JobClaim) -> None:
        """Carry out one job in its savepoint; a failure is settled outside of it, in the same transaction."""
        crash_point("job:started")
        savepoint = Savepoint(work.connection)
        try:
            with watched_job(job, self.service.clock.now):
                self._handle(work, job)
            savepoint.keep()
        except LeaseLostError:
            savepoint.take_back()
            log.info("job %s is in other hands", job.key)
        except Exception as error:
            if isinstance(error, DBAPIError) and error.connection_invalidated:
                raise
            if not isinstance(error, RefusedError):
                log.exception("job %s failed", job.key)
            savepoint.take_back()
            work.shared.forget(job.record_id)
            settle_failure(work.connection, job, _failure_of(error), work.now)

    def _tell_at_once(self, work: Work, jobs: Sequence[JobClaim]) -> None:
        """Put many notices for one person into one line of their list, all or none."""
        with work.connection.begin_nested():
            held = [job for job in jobs if finish(work.connection, job)]
            if held and user(work.connection, str(held[0].payload["user"])) is not None:
                tell(work.connection, [one_for_many(held, work.now)])

    def _handle(self, work: Work, job: JobClaim) -> None:
        handler = self._handlers.get(job.kind)
        if handler is None:
            raise RefusedError(f"no job of kind {job.kind!r} is known to this version")
        # First the job's end: the command may set the very timer again that led to it.
        if not finish(work.connection, job):
            job_ended("lost")
            raise LeaseLostError(job.key)
        handler(work, job)

    @property
    def _database(self) -> Database:
        return self.service.database

    # --- kinds of jobs ----------------------------------------------------------------------------

    def _notice(self, work: Work, job: JobClaim) -> None:
        payload = job.payload
        text = str(payload.get("text", ""))
        if not work.is_known(str(payload["user"])):
            log.warning("notice for %s: no such account", payload["user"])
            return
        notice = NewNotice(
            key=job.key,
            user_id=str(payload["user"]),
            record_id=job.record_id,
            kind=str(payload.get("template", "")),
            text_en=str(payload.get("text_en") or text),
            text_zh=str(payload.get("text_zh") or text),
            created_at=work.now,
        )
        tell(work.connection, [notice])
        crash_point("notice:written")

    def _timer(self, work: Work, job: JobClaim) -> None:
        command = c.TimerFired(key=job.payload["key"], due_at=due_of(job))
        self._act(work, command, job.record_id)

    def _command(self, work: Work, job: JobClaim) -> None:
        record_id = job.payload.get("record") or job.record_id
        self._act(work, command_of(job.payload), record_id)

    def _create_record(self, work: Work, job: JobClaim) -> None:
        release = self.service.releases.live(work.connection)
        outcome = self._act(work, creation_of(job, release), None)
        link = back_link(job, outcome.number)
        key = f"link:{job.key}"
        parent = new_job("command", key, link, work.now, record_id=link["record"])
        add_jobs(work.connection, [parent])
        work.is_news = True
        crash_point("create:written")
        work.after.append(lambda: crash_point("create:committed"))

    def _act(self, work: Work, command: c.Command, record_id: str | None) -> Outcome:
        """Carry out *command*; what is refused stays in sight as the error of its job."""
        outcome = self.service.handle_within(work.connection, command, record_id, work.shared)
        if outcome.problems:
            raise RefusedError("; ".join(one.message("en") for one in outcome.problems))
        work.is_news = work.is_news or bool(outcome.decision.effects or outcome.decision.timers)
        return outcome

    def _move_page(self, work: Work, job: JobClaim) -> None:
        move_page(work.connection, job, work.now)
        work.is_news = True

    def _move_one(self, work: Work, job: JobClaim) -> None:
        """Move one record to another release; one that cannot go any more stays, which is no failure."""
        state = work.shared.state(job.record_id or "")
        command = command_for(work.connection, job, state) if state else None
        if command is None:
            return
        outcome = self.service.handle_within(work.connection, command, job.record_id, work.shared)
        work.is_news = work.is_news or bool(outcome.decision.effects or outcome.decision.timers)
        crash_point("move:written")
        work.after.append(lambda: crash_point("move:committed"))

    def _sweep(self, work: Work, job: JobClaim) -> None:
        sweep(work.connection, self.service, job, work.now)
        work.is_news = True
        crash_point("sweep:written")

    def _housekeeping(self, work: Work, job: JobClaim) -> None:
        keep_house(work.connection, work.now)
        work.after.append(self._database.tidy)
        work.after.append(self._delete_files)

    def _tidy_search(self, work: Work, _job: JobClaim) -> None:
        tidy_search(work.connection, work.now)

    def _erase(self, work: Work, job: JobClaim) -> None:
        for record_id in carry_on(self.service, work.connection, job, work.now):
            work.shared.forget(record_id)
        work.after.append(self._delete_files)

    def _retention(self, work: Work, job: JobClaim) -> None:
        for record_id in forget_some(self.service, work.connection, job.payload, work.now):
            work.shared.forget(record_id)
        work.after.append(self._delete_files)

    def _seal(self, work: Work, job: JobClaim) -> None:
        seal_page(work.connection, job.payload, self.service.head_key, work.now)

    def _remark(self, work: Work, job: JobClaim) -> None:
        remark_page(work.connection, self.service, job, work.now)

    def _delete_files(self) -> None:
        if self.service.files is not None:
            delete_erased_files(self._database, self.service.files)


def first_of(jobs: Sequence[JobClaim]) -> Sequence[JobClaim]:
    """Return the first jobs that are done together: one that was tried before is done alone."""
    if jobs and jobs[0].attempt > 1:
        return jobs[:1]
    place = next((at for at, job in enumerate(jobs) if job.attempt > 1), len(jobs))
    return jobs[:place]


def _failure_of(error: Exception) -> Failure:
    if isinstance(error, RefusedError):
        return Failure(error=str(error), is_final=True)
    return Failure(error=f"{type(error).__name__}: {error}")
