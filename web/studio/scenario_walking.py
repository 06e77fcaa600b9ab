"""Scenarios that a new state stands in the way of: which ones, what they would do there, and putting it in as one step of the draft."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import abort
from flask.typing import ResponseReturnValue

from sopwith.core.directory import Person
from sopwith.core.text import Text
from sopwith.definitions import Document
from sopwith.definitions.operations import Clear, Insert, Operation, Set
from sopwith.lab.cast import Cast
from sopwith.lab.mending import REFUSED, missing_fields
from sopwith.lab.scenario import Scenario, Step
from sopwith.lab.walking import Detour, Walk, taken, walk_through
from sopwith.release.model import Release
from sopwith.runtime import drafting

from ..admin.titles import Names
from ..languages import lang
from ..wording import gettext as _
from ..wording import ngettext
from .bench import Bench
from .blueprint import blueprint
from .deeds import deed_of
from .define import number_of
from .editors.lenient import mapping, sequence
from .mended import asked, mended
from .scenario_mending import all_failing, runnable, save
from .scenario_runs import Result, Runs, runs_of
from .trial_world import cast_of

LONGEST = 60.0
"""Seconds that putting it in may look for scenarios that need it."""
_MENDED = frozenset({"state", REFUSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one scenario would do on its way: its title, and each deed in words with its icon."""

    id: str
    title: Text
    deeds: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Astray:
    """Scenarios that go straight to where a way over *through* leads now.

    key: by which the detour is asked for. source: empty where their step arrives at *through* already.
    states: the ids of what it leads through.
    """

    key: str
    workflow: str
    states: tuple[str, ...]
    source: str
    through: str
    target: str
    examples: tuple[Told, ...]

    @property
    def ids(self) -> frozenset[str]:
        """Return the ids of the scenarios."""
        return frozenset(one.id for one in self.examples)


def look_on(runs: Runs, made: Bench, release: Release, seconds: float) -> bool:
    """Look for about so long which failing scenarios a detour puts right, at one at least; return whether all were looked at."""
    until = time.monotonic() + seconds
    for one in _unseen(runs):
        with runs.lock:
            runs.walks[one.id] = _walk(made, release, one)
        if time.monotonic() >= until:
            break
    return is_all_seen(runs)


def is_all_seen(runs: Runs) -> bool:
    """Return whether all failing scenarios were looked at, of those that were run."""
    return not _unseen(runs)


def _unseen(runs: Runs) -> list[Result]:
    return [one for one in runs.in_order() if one.id not in runs.walks and _may_stray(one)]


def astray(release: Release, runs: Runs) -> list[Astray]:
    """Return the detours that would put failing scenarios right, each with the scenarios that need it, as far as was looked."""
    found: dict[str, Astray] = {}
    for one, scenario, walk in _walks(runs):
        first, flow = walk.detours[0], release.workflows[walk.detours[0].workflow]
        names = Names.of(release, flow.record_type)
        told = Told(id=one.id, title=one.title, deeds=tuple(_deeds(names, scenario, walk)))
        key = _key(first)
        known = found.get(key)
        if known is None:
            known = Astray(
                key=key,
                workflow=first.workflow,
                states=first.through,
                source=names.state(first.source) if first.to else "",
                through=" → ".join(names.state(state) for state in first.through),
                target=names.state(first.target),
                examples=(),
            )
        found[key] = replace(known, examples=(*known.examples, told))
    return list(found.values())


def _walks(runs: Runs) -> Iterator[tuple[Result, Scenario, Walk]]:
    """Yield the failing scenarios that a detour puts right, with all they need."""
    for one in runs.in_order():
        walk = runs.walks.get(one.id)
        if one.scenario is not None and walk is not None and walk.detours:
            yield one, one.scenario, walk


def _may_stray(one: Result) -> bool:
    """Return whether a scenario fails in a way that a detour may put right; to lack a field is not one."""
    run = one.broken
    return one.scenario is not None and run is not None and bool({it.what for it in run.failures} & _MENDED) and not missing_fields(run)  # fmt: skip


def _walk(made: Bench, release: Release, one: Result) -> Walk:
    if one.scenario is None:
        return Walk(detours=(), passes=False)
    return walk_through(release, one.scenario, _others(made, release, one.document, one.scenario))


def _others(made: Bench, release: Release, document: Document, scenario: Scenario) -> Cast:
    """Return who may join a scenario: nobody where it has the people of the sample data, who are all there."""
    own = sequence(mapping(document.value.get("given")).get("people"))
    return cast_of(made, release, scenario.record_type) if own else Cast()


def _key(detour: Detour) -> str:
    workflow, source, through, target = detour.key
    return " ".join((workflow, source, *through, target))


def _deeds(names: Names, scenario: Scenario, walk: Walk) -> Iterator[tuple[str, str]]:
    """Yield what is put in, in words."""
    for detour in walk.detours:
        for person in detour.joins:
            yield "user-plus", _("%(name)s joins the people of the scenario.", name=person.name)
        after = taken(scenario, detour)
        first = detour.at if detour.to else detour.at + 1
        for step in after.steps[first : detour.at + 1 + len(detour.steps)]:
            yield deed_of(names, after.cast, step)
        scenario = after


# --- putting it in --------------------------------------------------------------------------------


@blueprint.post("/<draft_id>/scenarios/walk")
def walk_scenarios(draft_id: str) -> ResponseReturnValue:
    """Let every scenario that goes straight where a way over other states leads now walk through them."""
    draft, made, release = runnable(draft_id)
    key = str(asked().get("through", ""))
    changes: list[drafting.Change] = []
    through, count = Text(), 0
    all_failing(draft, made, release)
    runs = runs_of(draft.documents, made)
    look_on(runs, made, release, LONGEST)
    for one, scenario, walk in _walks(runs):
        first = walk.detours[0]
        if _key(first) != key:
            continue
        states = release.workflows[first.workflow].states
        through = states[first.through[-1]].title if first.through else Text()
        count += 1
        number = number_of(draft, one.document)
        changes += [
            drafting.Gesture(file=one.document.path, document=number, operation=operation)
            for operation in operations_of(one.document.value, scenario, walk)
        ]
    if not count:
        abort(404)
    step = Text(
        f"Scenarios walk through “{through.get('en')}”", f"场景改为经过“{through.get('zh-CN')}”"
    )
    save(draft, step, changes)
    words = ngettext("%(num)d scenario walks through “%(state)s” now. Undo takes it back.", "%(num)d scenarios walk through “%(state)s” now. Undo takes it back.", count, state=through.get(lang()))  # fmt: skip
    return mended(draft_id, words)


def operations_of(written: Mapping[str, Any], scenario: Scenario, walk: Walk) -> Iterator[Operation]:  # fmt: skip
    """Yield what the text of a scenario needs for its detours, in the order in which it is done."""
    steps = [dict(mapping(one)) for one in sequence(written.get("steps"))]
    people = len(sequence(mapping(written.get("given")).get("people")))
    for detour in walk.detours:
        for person in detour.joins:
            yield Insert(path=("given", "people"), index=people, value=_written_person(person))
            people += 1
        at, step = detour.at, steps[detour.at]
        then = step.pop("then", None)
        if detour.to:
            yield Set(path=("steps", at, "go", "to"), value=detour.to)
        if then is not None:
            yield Clear(path=("steps", at, "then"))
        added = [_written_step(one) for one in detour.steps]
        if then is not None:
            added[-1]["then"] = then
        for place, one in enumerate(added, at + 1):
            yield Insert(path=("steps",), index=place, value=one)
        steps[at + 1 : at + 1] = added


def _written_step(step: Step) -> dict[str, Any]:
    return {**({"record": step.record} if step.record else {}), step.verb: dict(step.args)}


def _written_person(person: Person) -> dict[str, Any]:
    """Return somebody as scenarios write people."""
    written: dict[str, Any] = {"id": person.id, "name": person.name, "roles": sorted(person.roles)}
    if person.teams:
        written["teams"] = sorted(person.teams)
    if person.email and person.email != f"{person.id}@example.com":
        written["email"] = person.email
    return written
