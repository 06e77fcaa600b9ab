"""How late timers are with a million of them pending: the benchmark ``timers``, as it prints it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from .kinds import Kind
from .outcome import Line

GOAL = "p99 1 s; 10,000 due at once in 30 s"
PENDING = os.environ.get("BENCH_PENDING", "1000000")


def timers(kind: Kind, _folder: Path) -> Iterator[Line]:
    """Yield each line of ``python -m bench timers`` on a new database of this kind."""
    command = [sys.executable, "-m", "bench", "timers"]
    asked = {"BENCH_PENDING": PENDING, "BENCH_DATABASE": kind.fresh()}
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=os.environ | asked
    )
    if done.returncode:
        raise SystemExit(f"bench timers failed:\n{(done.stderr or done.stdout)[-2000:]}")
    for one in done.stdout.splitlines():
        if one.startswith("  "):
            yield Line(work="timers", database=kind.name, ours=one.strip(), goal=GOAL)
