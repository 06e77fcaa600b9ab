"""The one task: carry out claimed jobs of one batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from celery import Celery, Task

from ..runtime.dispatcher import Executor
from ..runtime.local_executor import LocalExecutor

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
