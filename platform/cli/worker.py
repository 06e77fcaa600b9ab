"""``sopwith worker``: carries out what a dispatcher sends."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from .. import __version__
from ..jobs.worker import Patience, make_worker, stop_on_signals
from ..runtime.clock import SystemClock
from ..runtime.lanes import Lane
from ..runtime.pace import Pace, threads_of
from ..wiring.build import build_worker
from ..wiring.watch import start_watching
from .dispatcher import grown_settings

STOP_SECONDS = 9.0


@click.command()
@click.option(
    "--lanes",
    help=f"The kinds of work it does, parted by commas: {','.join(one.name.lower() for one in Lane)}. All by default.",
)
@click.option(
    "--concurrency",
    type=click.IntRange(1, 64),
    help="Jobs at the same time in each lane; half as many inside the database. 4 by default.",
)
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    help="The data folder; ./var by default.",
)
def worker(lanes: str | None, concurrency: int | None, data: Path | None) -> None:
    """Carry out the jobs that dispatchers send, until it is interrupted.

    As many as you like may run. SIGTERM stops it in order: what runs may end within a few seconds,
    what was not begun goes to others.

    Example: sopwith worker --lanes mail,urgent,web --concurrency 8
    """
    settings = grown_settings(worker_lanes=lanes, worker_threads=concurrency, data=data)
    threads = threads_of(
        (Lane[one.upper()] for one in settings.worker_lanes), settings.worker_threads
    )
    pace = Pace(SystemClock().monotonic)

    def detail() -> Mapping[str, Any]:
        counts = {lane.name.lower(): count for lane, count in threads.items()}
        return {"lanes": counts, "concurrency": sum(counts.values()), "seconds": pace.told()}

    process = build_worker(settings, detail, version=__version__)
    assert process.runner is not None
    carry_out = Patience(run=process.runner.run_jobs, database=process.database, pace=pace)
    controller = make_worker(settings.broker_url, threads, carry_out)

    def stopping() -> None:
        carry_out.stopping.set()
        _end_by_force(STOP_SECONDS)

    stop_on_signals(stopping)
    watching = start_watching(settings, process.service, "worker", version=__version__)
    process.held.callback(watching.close)
    process.start()
    click.echo(f"The worker runs, for {', '.join(settings.worker_lanes)}.", err=True)
    controller.start()
    process.close()
    # What still runs is cut off now: its lease ends by itself, and it comes again.
    sys.stderr.flush()
    os._exit(controller.exitcode or 0)


def _end_by_force(seconds: float) -> None:
    """End this process after *seconds* at the latest, whatever a job or the broker does."""
    last = threading.Timer(seconds, os._exit, (0,))
    last.daemon = True
    last.start()
