"""The main reason why scenarios of a draft fail, in one short sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sopwith.core.text import Text
from sopwith.lab.walking import NO_WAY
from sopwith.release.model import Release

from ..admin.titles import Names
from ..desk.words import field_title
from ..languages import lang
from ..wording import gettext as _
from ..wording import ngettext
from .scenario_faults import broken_at
from .scenario_runs import Result

MOST_LOOKED_AT = 60
Reason = tuple[str, ...]


def main_reason(release: Release, results: Sequence[Result]) -> str:
    """Return why most of the failing scenarios fail, empty where none does; of two reasons the one with a remedy.

    The first sixty of them are looked at.
    """
    counts: dict[Reason, int] = {}
    for one in [one for one in results if not one.passed][:MOST_LOOKED_AT]:
        for reason in dict.fromkeys(_reasons(release, one)):
            counts[reason] = counts.get(reason, 0) + 1
    if not counts:
        return ""
    most = max(counts, key=lambda reason: (counts[reason], reason[0] != "fault"))
    return _words(most, counts[most])


def _reasons(release: Release, one: Result) -> list[Reason]:
    """Return what one scenario fails for: fields that it lacks, a way that is gone, else its first fault."""
    if one.scenario is None or one.broken is None:
        said = one.found[0].message(lang()) if one.found else _("It cannot be run on this draft any more.")  # fmt: skip
        return [("fault", said)]
    broken = broken_at(release, one.scenario.cast, one.number, one.broken)
    if broken.missing:
        return [("missing", field_title(release.record_types.get(kind), name)) for kind, name in broken.missing]  # fmt: skip
    names = Names.of(release, one.broken.about)
    ways = [it.values for it in one.broken.problems if it.code == NO_WAY]
    if ways:
        return [("way", _title(names, it.get("state")), _title(names, it.get("to"))) for it in ways]  # fmt: skip
    return [("fault", broken.faults[0].words)] if broken.faults else []


def _title(names: Names, state: Any) -> str:
    """Return what a state is called that is told by its title or by its id."""
    return state.get(lang()) if isinstance(state, Text) else names.state(str(state))


def _words(reason: Reason, count: int) -> str:
    match reason:
        case ("missing", title):
            return ngettext("%(num)d scenario does not fill in “%(field)s”", "%(num)d scenarios do not fill in “%(field)s”", count, field=title)  # fmt: skip
        case ("way", source, target):
            return ngettext("%(num)d scenario goes straight from “%(source)s” to “%(target)s”", "%(num)d scenarios go straight from “%(source)s” to “%(target)s”", count, source=source, target=target)  # fmt: skip
        case _:
            words = reason[1].rstrip(".。")
            return words if count == 1 else ngettext("%(num)d scenario: %(why)s", "%(num)d scenarios: %(why)s", count, why=words)  # fmt: skip
