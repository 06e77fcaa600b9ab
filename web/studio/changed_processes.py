"""What a draft changes, process by process: its own definitions first, its scenarios in a line behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sopwith.release.difference import DocumentDifference
from sopwith.release.model import Release

from ..admin.titles import Names
from .change_words import Sentence
from .chart_changes import ChangedChart
from .scenario_changes import told

SCENARIO = "scenario"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One definition that is different: what changes in words, and the lines of its text.

    process: place and title of its type of record. was, now: the definition as plain values, None where there is none.
    """

    what: DocumentDifference
    lines: tuple[tuple[str, str], ...]
    said: tuple[Sentence, ...] = ()
    process: tuple[int, str] = (0, "")
    was: Mapping[str, Any] | None = None
    now: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What changes of one process. told: what its scenarios have in common that change. charts: by workflow."""

    place: int
    title: str
    own: tuple[Shown, ...]
    scenarios: tuple[Shown, ...]
    told: tuple[str, ...]
    charts: Mapping[str, ChangedChart]


def by_process(
    release: Release, changes: Sequence[Shown], charts: Sequence[ChangedChart]
) -> list[Changed]:
    """Return *changes* by process, those for all processes last."""
    drawn = {one.workflow.id: one for one in charts}
    found = []
    for place, title in sorted({one.process for one in changes}):
        some = [one for one in changes if one.process == (place, title)]
        scenarios = tuple(one for one in some if one.what.kind == SCENARIO)
        own = tuple(one for one in some if one.what.kind != SCENARIO)
        names = {one.what.id for one in own if one.what.kind == "workflow"}
        found.append(
            Changed(
                place=place,
                title=title,
                own=own,
                scenarios=scenarios,
                told=tuple(
                    told(
                        [(one.was, one.now) for one in scenarios],
                        lambda kind: Names.of(release, kind),
                    )
                ),
                charts={name: one for name, one in drawn.items() if name in names},
            )
        )
    return found
