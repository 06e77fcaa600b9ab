"""From a bare clone of the last commit to the first page with sample data, in one command.

Run: python -m bench startup [--cold]. Clones into a folder of its own and runs ``bin/sopwith up --demo`` there; then
starts once more. The packages come from uv's cache where they are ("warm"); with --cold the cache is empty and the network counts.
Only set-up asks the package index; what is measured runs on loopback.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from .support.server import Server, free_port

ROOT = Path(__file__).resolve().parent.parent


def started(clone: Path, data: Path, environment: dict[str, str]) -> Server:
    """Return the server that the one command starts, with its first page seen."""
    port = free_port()
    command = [
        clone / "bin" / "sopwith",
        "up",
        "--demo",
        "--bind",
        f"127.0.0.1:{port}",
        "--data",
        data,
    ]
    log = data.parent / "server.log"
    return Server(command, port, log, environment=environment, folder=clone, patience=240)


def main() -> None:
    """Clone, set up, show the first page; then the second start."""
    cold = "--cold" in sys.argv
    print(f"load average {os.getloadavg()[0]:.1f}; uv's cache is {'empty' if cold else 'warm'}")
    with tempfile.TemporaryDirectory(prefix="bench-startup-") as scratch:
        folder = Path(scratch)
        environment = {"UV_CACHE_DIR": str(folder / "cache")} if cold else {}
        start = time.perf_counter()
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder / "clone")], check=True)
        with started(folder / "clone", folder / "data", environment):
            first = time.perf_counter() - start
        start = time.perf_counter()
        with started(folder / "clone", folder / "data", environment):
            second = time.perf_counter() - start
        print(f"  bare clone to first page with sample data: {first:.1f} s (goal under 60 s)")
        print(f"  second start: {second:.1f} s")


if __name__ == "__main__":
    main()
