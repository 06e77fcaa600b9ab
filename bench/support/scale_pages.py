"""Pages of the desk over as many made-up records as wanted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import text

from sopwith.store.engine import open_database

from .. import pages as desk
from . import installation
from .kinds import Kind
from .outcome import Line

SIZES = [int(one) for one in os.environ.get("BENCH_SIZES", "10000").split(",")]


def pages(kind: Kind, folder: Path) -> Iterator[Line]:
    """Yield how fast records are made up, and each page at each size."""
    for size in SIZES:
        place, address = folder / str(size), kind.fresh()
        seconds = _fill(place, address, size)
        rate = f"{size / seconds:,.0f} records/s, {seconds:.0f} s"
        yield Line(work=f"make up {size:,} records", database=kind.name, ours=rate, goal="20,000/s")
        ids = _open_tickets(place, address)
        with installation.serve(place, address) as server:
            for name, (run, cpu) in desk.measure(server, desk.ours(server.port, ids)).items():
                half, most = run.milliseconds(0.5), run.milliseconds(0.95)
                told = f"p50 {half:.0f} ms, p95 {most:.0f} ms, {cpu:.0f} ms CPU"
                if run.failures:
                    told = f"{len(run.failures)} failed: {run.failures[0][:80]}"
                goal = f"{desk.GOALS.get(name, '')} ms"
                yield Line(
                    work=f"{name}, {size:,} records", database=kind.name, ours=told, goal=goal
                )


def _fill(place: Path, address: str, size: int) -> float:
    place.mkdir(parents=True)
    command = [sys.executable, "-m", "sopwith", "demo-data", "--records", str(size)]
    command += ["--data", str(place), "--json", *(["--database", address] if address else [])]
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"demo-data failed:\n{done.stderr[-2000:]}")
    try:
        told = json.loads(done.stdout.strip().splitlines()[-1])
    except (ValueError, IndexError):
        told = {}
    return float(told.get("seconds") or time.perf_counter() - start)


def _open_tickets(place: Path, address: str) -> list[str]:
    """Return open tickets that the sample agent works on."""
    database = open_database(address or f"sqlite:///{place / 'sopwith.db'}")
    try:
        with database.reading() as connection:
            query = "SELECT id FROM record WHERE type = 'ticket' AND category = 'open' ORDER BY id LIMIT 400"
            return list(connection.execute(text(query)).scalars())
    finally:
        database.close()
