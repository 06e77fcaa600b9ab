"""How much one machine carries: commands, intake over HTTP, pages, timers, workers, memory; on both databases.

Run: make bench-scale, or python -m bench scale. Short by default; BENCH_PARTS=commands,intake chooses, BENCH_SIZES=10000,100000,1000000
loads that many records, BENCH_SECONDS=10 measures longer, BENCH_DATABASES=sqlite leaves one out. Everything is on this machine and
shares its cores: clients, servers, PostgreSQL (fsync on) and Redis. One table at the end, kept under bench/results.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from .support.kinds import Kind, kinds
from .support.outcome import Line, table, write
from .support.scale_commands import commands
from .support.scale_grown import workers
from .support.scale_http import idle, intake
from .support.scale_pages import pages
from .support.scale_timers import timers

PARTS: dict[str, Callable[[Kind, Path], Iterator[Line]]] = {
    "commands": commands,
    "intake": intake,
    "pages": pages,
    "timers": timers,
    "workers": workers,
    "idle": idle,
}
WANTED = os.environ.get("BENCH_PARTS", ",".join(PARTS)).split(",")


def main() -> None:
    """Measure each part on each database, print every line as it comes, and the table at the end."""
    print(f"load average {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores")
    lines: list[Line] = []
    with kinds() as found:
        for name, measure in PARTS.items():
            if name not in WANTED:
                continue
            for kind in found:
                with tempfile.TemporaryDirectory(
                    prefix="bench-scale-", ignore_cleanup_errors=True
                ) as scratch:
                    for line in measure(kind, Path(scratch)):
                        print(
                            f"  {line.work} | {line.database} | {line.ours} | {line.peer}",
                            flush=True,
                        )
                        lines.append(line)
    print(f"\n{table(lines)}\n{write('scale', lines)}")


if __name__ == "__main__":
    main()
