"""What a run found, as one table."""

from __future__ import annotations

import json
import os
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

RESULTS = Path(__file__).parents[1] / "results"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One measurement. ratio: how many times the peer's rate, or its latency, ours is better."""

    work: str
    database: str
    ours: str
    peer: str = ""
    ratio: float | None = None
    goal: str = ""
    load: float = field(default_factory=lambda: os.getloadavg()[0])


def table(lines: list[Line]) -> str:
    """Return the lines as Markdown."""
    rows = [
        "| work | database | load | ours | peer | ratio | goal |",
        "|---|---|---:|---|---|---:|---|",
    ]
    for one in lines:
        ratio = "" if one.ratio is None else f"{one.ratio:.1f}x"
        rows.append(
            f"| {one.work} | {one.database} | {one.load:.1f} | {one.ours} | {one.peer} | {ratio} | {one.goal} |"
        )
    return "\n".join(rows) + "\n"


def write(name: str, lines: list[Line]) -> Path:
    """Keep the table and its figures under ``bench/results``; return the table's file."""
    RESULTS.mkdir(exist_ok=True)
    at = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    path = RESULTS / f"{name}-{at}.md"
    path.write_text(f"# {name}, {at}, {os.cpu_count()} cores\n\n{table(lines)}", encoding="utf-8")
    figures = json.dumps([asdict(one) for one in lines], indent=1, ensure_ascii=False)
    path.with_suffix(".json").write_text(figures, encoding="utf-8")
    return path
