"""Time-driven work: an empty look at many pending timers, and many due at the same moment.

Run: python -m bench timers. The embedded process: its dispatcher, its one Celery task in threads, its SQLite file.
BENCH_PENDING=1000000 puts more timers beside them, BENCH_DUE=200 lets fewer fall due; BENCH_DATABASE is the address of an
empty database of PostgreSQL.
The timers that fall due are real promises of tickets opened four days ago: each one is loaded, decided,
and brings its warnings, breaches, rules and notices with it. Others look hourly or every five minutes.
"""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select, text

from sopwith.cli.serve import embedded_executor
from sopwith.runtime.dispatcher import Executor
from sopwith.runtime.job_queue import Lane, claim_jobs, new_job
from sopwith.runtime.service import Service
from sopwith.store.jobs import add_jobs
from sopwith.store.tables import JobRow
from sopwith.wiring.build import build

from .support.installation import installed, settings_in
from .support.records import load

PENDING = int(os.environ.get("BENCH_PENDING", "100000"))
DATABASE = os.environ.get("BENCH_DATABASE", "")
DUE = int(os.environ.get("BENCH_DUE", "10000"))
LONGEST = 240.0
DAYS_AGO = timedelta(days=4)


def add_pending(service: Service, count: int) -> None:
    """Put *count* timers of the coming year into the table of work."""
    now = service.clock.now()
    for first in range(0, count, 5_000):
        jobs = [
            new_job(
                "timer",
                f"bench:{at}",
                {"key": "none"},
                now,
                due_at=now + timedelta(hours=1, minutes=5 * at),
            )
            for at in range(first, min(first + 5_000, count))
        ]
        with service.database.writing() as connection:
            add_jobs(connection, jobs)


def empty_poll(service: Service) -> list[float]:
    """Return the milliseconds of looks that find nothing."""
    found = []
    for _ in range(300):
        start = time.perf_counter()
        jobs = claim_jobs(service.database, service.clock, service.ids, "bench", {Lane.INSIDE: 20})
        found.append((time.perf_counter() - start) * 1e3)
        if jobs:
            raise SystemExit("a look that should find nothing found work")
    return sorted(found)


def make_due(service: Service, count: int, at: datetime) -> int:
    """Let *count* real timers fall due at *at* and put everything else off; return how many there are."""
    with service.database.writing() as connection:
        connection.execute(text("DELETE FROM job WHERE kind != 'timer'"))
        one = connection.execute(text("SELECT due_at FROM job LIMIT 1")).scalar_one()
        kept = at.timestamp() * 1e6 if isinstance(one, int | float) else None
        value = int(kept) if kept is not None else at.strftime("%Y-%m-%d %H:%M:%S.%f")
        done = connection.execute(
            text(
                "UPDATE job SET due_at = :at WHERE id IN (SELECT id FROM job WHERE record_id IS NOT NULL"
                " AND idem_key NOT LIKE 'bench:%' ORDER BY due_at LIMIT :count)"
            ),
            {"at": value, "count": count},
        )
        connection.execute(
            text(
                "DELETE FROM job WHERE record_id IS NOT NULL AND due_at != :at AND idem_key NOT LIKE 'bench:%'"
            ),
            {"at": value},
        )
        return done.rowcount


def main() -> None:
    """Measure the empty look, then the rush."""
    print(f"load average {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory(prefix="bench-timers-") as scratch:
        folder = Path(scratch)
        with installed(folder, database=DATABASE) as service:
            with service.database.writing() as connection:
                connection.execute(text("DELETE FROM job"))
            add_pending(service, PENDING)
            looks = empty_poll(service)
            print(
                f"  {PENDING:,} pending: an empty look takes {looks[150]:.2f} ms (p99 {looks[297]:.2f} ms; goal 0.7 to 1.8)"
            )
            opened = service.clock.now() - DAYS_AGO
            load(service, DUE // 2, at=lambda number: opened + timedelta(seconds=number))
        rush(folder)


def rush(folder: Path) -> None:
    """Start the process with many timers due a moment later, and measure how late each was done."""
    done_at: dict[int, float] = {}
    lock = threading.Lock()

    def make(run: Callable[[Sequence[int], str], None], done: Callable[[], None]) -> Executor:
        def noted(ids: Sequence[int], token: str) -> None:
            run(ids, token)
            with lock:
                done_at.update(dict.fromkeys(ids, time.time()))

        return embedded_executor(noted, done)

    process = build(settings_in(folder, database=DATABASE), make)
    cpu = time.process_time()
    try:
        at = process.service.clock.now() + timedelta(seconds=3)
        count = make_due(process.service, DUE, at)
        with process.database.reading() as connection:
            timers = set(
                connection.execute(
                    text(
                        "SELECT id FROM job WHERE record_id IS NOT NULL AND idem_key NOT LIKE 'bench:%'"
                    )
                ).scalars()
            )
        process.start()
        while time.time() < at.timestamp() + LONGEST:
            with lock:
                left = len(timers - done_at.keys())
            if not left:
                break
            time.sleep(0.1)
        late = sorted(done_at[job] - at.timestamp() for job in timers if job in done_at)
        if not late:
            raise SystemExit("no timer was carried out")
        print(
            f"  {(time.process_time() - cpu) / len(late) * 1e3:.2f} ms of CPU a timer, with all it sets off"
        )
        print(
            f"  {len(late):,} of {count:,} due at once done in {late[-1]:.1f} s ({len(late) / late[-1]:.0f} a second);"
            f" late p50 {late[len(late) // 2]:.1f} s, p99 {late[int(len(late) * 0.99)]:.1f} s"
        )
        follow_up(process.service, at.timestamp(), len(done_at) - len(late))
    finally:
        process.close()


def follow_up(service: Service, since: float, others: int) -> None:
    """Wait until what the timers set off is done too: what comes by itself later, such as a digest, is not waited for."""
    until = time.time() + LONGEST / 2
    own = JobRow.kind.not_in(("timer", "sweep", "housekeeping", "search"))
    left = 1
    while left and time.time() < until:
        due = JobRow.due_at <= service.clock.now()
        query = select(func.count()).select_from(JobRow).where(own, due, JobRow.attempts < 2)
        with service.database.reading() as connection:
            left = connection.execute(query).scalar_one()
        time.sleep(0.1)
    print(
        f"  what they set off done {time.time() - since:.1f} s after they fell due ({left} left, {others}+ others done)"
    )


if __name__ == "__main__":
    main()
