"""What puts failing scenarios of a draft right by one press each, and whether that is all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sopwith.lab.mending import MISSING, REFUSED, missing_fields
from sopwith.release.model import Release
from sopwith.store.releases import files_in_force

from ..visitor import get_service
from ..wording import ngettext
from .bench import Bench, bench_of
from .scenario_mending import Lacking, lacking_in
from .scenario_runs import Result, Runs
from .scenario_walking import Astray, astray, is_all_seen, look_on


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """What the presses are. failing: how many scenarios fail; words: what is to be done, where the presses put all of them right.

    is_whole: whether all failing scenarios were looked at.
    """

    failing: int = 0
    lacking: Sequence[Lacking] = ()
    detours: Sequence[Astray] = ()
    words: str = ""
    is_whole: bool = True

    @property
    def walking(self) -> frozenset[str]:
        """Return the ids of the scenarios that a detour puts right."""
        return frozenset(name for one in self.detours for name in one.ids)


def offers_of(made: Bench, release: Release, runs: Runs, seconds: float | None = None) -> Offers:  # fmt: skip
    """Return what puts the failing scenarios right, as far as they were run. seconds: how long to look for more, None for not at all."""
    is_whole = is_all_seen(runs) if seconds is None else look_on(runs, made, release, seconds)
    failing = [one for one in runs.in_order() if not one.passed]
    lacking = lacking_in(made, release, failing)
    detours = astray(release, runs)
    known = {(one.type, one.field) for one in lacking if one.can_fill}
    is_calm = runs.is_done and is_whole and all(_is_mended(one, runs, known) for one in failing) and _are_new(detours)  # fmt: skip
    return Offers(
        failing=len(failing),
        lacking=lacking,
        detours=detours,
        words=_words(len(failing), lacking, detours) if failing and is_calm else "",
        is_whole=is_whole,
    )


def _is_mended(one: Result, runs: Runs, known: set[tuple[str, str]]) -> bool:
    """Return whether nothing else is wrong with a scenario than what the presses put right."""
    walk, run = runs.walks.get(one.id), one.broken
    if walk is not None and walk.detours:
        return walk.passes
    if run is None or {it.what for it in run.failures} != {REFUSED}:
        return False
    lacks = missing_fields(run)
    refused = {it.path for it in run.problems} if {it.code for it in run.problems} == {MISSING} else set()  # fmt: skip
    return bool(lacks) and refused == set(lacks) and {(run.about, name) for name in lacks} <= known


def _are_new(detours: Sequence[Astray]) -> bool:
    """Return whether the draft itself put in what each detour leads through: another one may hide a fault."""
    if not detours:
        return True
    with get_service().database.reading() as connection:
        flows = bench_of(files_in_force(connection)).partly.workflows
    known = {name: frozenset(one.states) for name, one in flows.items()}
    return all(set(one.states) - known.get(one.workflow, frozenset()) for one in detours)


def _words(count: int, lacking: Sequence[Lacking], detours: Sequence[Astray]) -> str:
    """Return in a few words what the failing scenarios need."""
    if len(lacking) == 1 and not detours:
        return ngettext("%(num)d sample scenario still lacks “%(field)s”: one press fills it in", "%(num)d sample scenarios still lack “%(field)s”: one press fills it in", count, field=lacking[0].title)  # fmt: skip
    if len(detours) == 1 and not lacking:
        return ngettext("%(num)d sample scenario has to go through “%(state)s”: one press does it", "%(num)d sample scenarios have to go through “%(state)s”: one press does it", count, state=detours[0].through)  # fmt: skip
    presses = len(lacking) + len(detours)
    return ngettext("%(num)d sample scenario needs %(presses)d presses to follow your change", "%(num)d sample scenarios need %(presses)d presses to follow your change", count, presses=presses)  # fmt: skip
