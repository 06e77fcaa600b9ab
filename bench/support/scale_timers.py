"""How late timers are: the benchmark ``timers``, on SQLite, as it prints it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from .kinds import Kind
from .outcome import Line

GOAL = "p99 1 s; 10,000 due at once in 30 s"


def timers(kind: Kind, _folder: Path) -> Iterator[Line]:
    """Yield each line of ``python -m bench timers`` that belongs to this database."""
    command = [sys.executable, "-m", "bench", "timers", kind.name]
    if kind.name != "sqlite":
        return
    done = subprocess.run(command[:-1], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"bench timers failed:\n{(done.stderr or done.stdout)[-2000:]}")
    for one in done.stdout.splitlines():
        if one.startswith("  "):
            yield Line(work="timers", database=kind.name, ours=one.strip(), goal=GOAL)
