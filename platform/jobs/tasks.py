"""The one task: carry out claimed jobs of one batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from celery import Celery, Task

from ..runtime.dispatcher import Executor
from ..runtime.job_queue import LEASE, Lane
from ..runtime.local_executor import LocalExecutor
from ..store.jobs import JobClaim

NAME = "sopwith.run_jobs"
Run = Callable[[Sequence[int], str], None]


def register(app: Celery, run: Run) -> Task[[Sequence[int], str], None]:
    """Return the task of *app* that carries out jobs by *run*. Doing so twice is harmless: see ``run_jobs``."""

    @app.task(name=NAME, acks_late=False, ignore_result=True, shared=False)
    def run_jobs(ids: Sequence[int], token: str) -> None:
        run(ids, token)

    return run_jobs


def local_executor(
    task: Task[[Sequence[int], str], None], done: Callable[[], None] = lambda: None
) -> Executor:
    """Return what applies *task* in threads of this process: no broker, nothing to install."""

    def apply(ids: Sequence[int], token: str) -> None:
        task.apply(args=(list(ids), token), throw=True)

    return LocalExecutor(apply, done)


@dataclass(slots=True)
class SendingExecutor:
    """Sends the ids and the token of each batch to workers. A message that is lost or doubled does no harm.

    waiting: how many jobs are claimed and not begun, by lane; so many at most are sent ahead.
    """

    task: Task[[Sequence[int], str], None]
    waiting: Callable[[], Mapping[int, int]]
    ahead: Mapping[Lane, int] = field(
        default_factory=lambda: {
            Lane.INSIDE: 200,
            Lane.MAIL: 16,
            Lane.WEB: 8,
            Lane.URGENT: 16,
            Lane.BULK: 100,
        }
    )

    def room(self) -> Mapping[Lane, int]:
        """Return how many more jobs of each lane may be under way."""
        under_way = self.waiting()
        return {lane: max(0, most - under_way.get(lane, 0)) for lane, most in self.ahead.items()}

    def submit(self, jobs: Sequence[JobClaim]) -> None:
        """Send the batch; if the broker is away its lease runs out and it comes again."""
        self.task.apply_async(
            args=([job.id for job in jobs], jobs[0].token),
            expires=LEASE.total_seconds(),
            retry=False,
            ignore_result=True,
        )

    def fallen(self) -> Sequence[JobClaim]:
        """Return nothing: what a worker could not note comes again when its lease ends."""
        return ()

    def stop(self, seconds: float) -> Sequence[JobClaim]:
        """Return nothing: what was sent is the workers' to end."""
        return ()
