"""What a draft changes, process by process: its own definitions first, its scenarios in a line behind them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sopwith.release.difference import ChangeKind, Difference, DocumentDifference
from sopwith.release.model import Release

from ..admin.titles import Names
from ..wording import ngettext
from .change_words import Sentence
from .chart_changes import ChangedChart

SCENARIO = "scenario"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One definition that is different: what changes in words, and the lines of its text. process: place and title of its type of record."""

    what: DocumentDifference
    lines: tuple[tuple[str, str], ...]
    said: tuple[Sentence, ...] = ()
    process: tuple[int, str] = (0, "")
    type: str = ""


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
                told=tuple(_told(release, scenarios)),
                charts={name: one for name, one in drawn.items() if name in names},
            )
        )
    return found


# --- scenarios ------------------------------------------------------------------------------------


def _told(release: Release, scenarios: Sequence[Shown]) -> Iterator[str]:
    """Yield what becomes of the scenarios, each kind of change with how many it is about."""
    new = sum(one.what.change is ChangeKind.ADDED for one in scenarios)
    if new:
        yield ngettext("%(num)d scenario is new.", "%(num)d scenarios are new.", new)
    gone = sum(one.what.change is ChangeKind.REMOVED for one in scenarios)
    if gone:
        yield ngettext("%(num)d scenario is taken out.", "%(num)d scenarios are taken out.", gone)
    changed = [one for one in scenarios if one.what.parts]
    filled: dict[tuple[str, str], list[Any]] = {}
    others: Counter[str] = Counter()
    for one in changed:
        values = {it.path[-1]: it.after for it in one.what.parts if _fills(it)}
        for name, value in values.items():
            filled.setdefault((one.type, str(name)), []).append(value)
        others.update({_sort(it) for it in one.what.parts if not _fills(it)})
    for (kind, name), held in filled.items():
        yield _filled(Names.of(release, kind), name, held)
    for sort, count in others.items():
        yield _others(sort, count)


def _fills(part: Difference) -> bool:
    """Return whether the part is a field that a step fills in now."""
    path = part.path
    is_value = len(path) == 5 and path[0] == "steps" and path[3] == "values"
    return is_value and part.change is ChangeKind.ADDED


def _filled(names: Names, name: str, values: Sequence[Any]) -> str:
    title, count = names.field(name), len(values)
    if all(one == values[0] for one in values):
        return ngettext("%(num)d scenario: “%(field)s” filled in with “%(value)s”.", "%(num)d scenarios: “%(field)s” filled in with “%(value)s”.", count, field=title, value=names.value(name, values[0]))  # fmt: skip
    return ngettext("%(num)d scenario: “%(field)s” filled in.", "%(num)d scenarios: “%(field)s” filled in.", count, field=title)  # fmt: skip


def _sort(part: Difference) -> str:
    path = part.path
    if path[0] == "steps":
        if part.change in (ChangeKind.ADDED, ChangeKind.REMOVED) and len(path) == 2:
            return "steps"
        if path[2:3] in (("then",), ("refused",)):
            return "expects"
        return "steps"
    return "given" if path[0] == "given" else "else"


def _others(sort: str, count: int) -> str:
    match sort:
        case "steps":
            return ngettext("%(num)d scenario takes other steps.", "%(num)d scenarios take other steps.", count)  # fmt: skip
        case "expects":
            return ngettext("%(num)d scenario expects another outcome.", "%(num)d scenarios expect another outcome.", count)  # fmt: skip
        case "given":
            return ngettext("%(num)d scenario begins with other people or another time.", "%(num)d scenarios begin with other people or another time.", count)  # fmt: skip
        case _:
            return ngettext("%(num)d scenario is called or described otherwise.", "%(num)d scenarios are called or described otherwise.", count)  # fmt: skip
