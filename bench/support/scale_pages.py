"""Pages of the desk over as many made-up records as wanted."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from .. import pages as desk
from . import installation
from .kinds import Kind
from .made_up import fill, open_tickets
from .outcome import Line

SIZES = [int(one) for one in os.environ.get("BENCH_SIZES", "10000").split(",")]


def pages(kind: Kind, folder: Path) -> Iterator[Line]:
    """Yield how fast records are made up, and each page at each size."""
    for size in SIZES:
        place, address = folder / str(size), kind.fresh()
        seconds = fill(place, address, size)
        rate = f"{size / seconds:,.0f} records/s, {seconds:.0f} s"
        yield Line(work=f"make up {size:,} records", database=kind.name, ours=rate, goal="20,000/s")
        ids = open_tickets(place, address)
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
