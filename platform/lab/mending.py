"""What would put a scenario right that fails: a field filled in where it is missing now, or what happens taken as expected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..release.model import Release
from .agreement import agrees
from .run import Failure, StepRun, run_scenario
from .scenario import Scenario, Step

MISSING = "VAL001"
FILLS = frozenset({"create", "submit", "go", "finish"})
"""The verbs that can fill in fields."""
REFUSED = "refused"
_AS_SETS = frozenset({"fired", "mails", "notices", "created", "approvers", "links"})
_BY_NAME = frozenset({"values", "clocks", "due", "tasks"})
_NOBODY = frozenset({"owner", "team", "priority"})
_UNREACHED = frozenset({"name", "step", "run"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """One expectation as it would be written. step: from 0. key: of ``then``, or ``refused``."""

    step: int
    key: str
    was: Any
    now: Any

    @property
    def is_gone(self) -> bool:
        """Return whether it is taken away: nothing is left of it to expect."""
        return _is_gone(self.key, self.now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """What is expected anew. passes: whether the whole scenario holds then."""

    changes: tuple[Expected, ...]
    passes: bool


def missing_fields(run: StepRun) -> tuple[str, ...]:
    """Return the fields that a step would have to fill in and does not; none where it cannot."""
    if run.step.verb not in FILLS or not run.failures:
        return ()
    found = [one.path for one in run.problems if one.code == MISSING]
    return tuple(dict.fromkeys(one for one in found if one and "." not in one))


def fill_in(release: Release, scenario: Scenario, record_type: str, field: str, value: Any) -> tuple[int, ...]:  # fmt: skip
    """Return the steps, from 0, that must fill *field* of a *record_type* with *value* for none to lack it."""
    places: list[int] = []
    for _ in scenario.steps:
        run = run_scenario(release, scenario)
        at, last = len(run.steps) - 1, run.steps[-1]
        if at in places or last.about != record_type or field not in missing_fields(last):
            break
        places.append(at)
        args = {**last.step.args, "values": {**(last.step.args.get("values") or {}), field: value}}
        scenario = _with(scenario, at, replace(last.step, args=args))
    return tuple(places)


def accept(release: Release, scenario: Scenario) -> Accepted:
    """Return what the scenario must expect for what happens now to be right; later steps are looked at as they are reached."""
    found: dict[tuple[int, str], Expected] = {}
    for _ in range(2 * len(scenario.steps)):
        run = run_scenario(release, scenario)
        if run.passed:
            return Accepted(changes=tuple(found.values()), passes=True)
        at, last = len(run.steps) - 1, run.steps[-1]
        step = last.step
        for one in last.failures:
            if one.what in _UNREACHED:
                return Accepted(changes=tuple(found.values()), passes=False)
            now = _refusal(last) if one.what == REFUSED else _as_found(one)
            before = found.get((at, one.what))
            was = before.was if before else _written(step, one.what)
            found[at, one.what] = Expected(step=at, key=one.what, was=was, now=now)
            step = _expecting(step, one.what, now)
        scenario = _with(scenario, at, step)
    return Accepted(changes=tuple(found.values()), passes=run_scenario(release, scenario).passed)


def _written(step: Step, key: str) -> Any:
    return (list(step.refused) or None) if key == REFUSED else step.then.get(key)


def _expecting(step: Step, key: str, value: Any) -> Step:
    if key == REFUSED:
        return replace(step, refused=tuple(value or ()))
    then = {name: one for name, one in step.then.items() if name != key}
    return replace(step, then=then if _is_gone(key, value) else {**then, key: value})


def _is_gone(key: str, value: Any) -> bool:
    return value is None and key not in _NOBODY


def _refusal(run: StepRun) -> list[str] | None:
    """Return the codes with which the step is refused now, None when it is not."""
    return sorted({one.code for one in run.problems}) or None


def _as_found(failure: Failure) -> Any:
    """Return what to expect instead: no more than was asked for, None for nothing."""
    key, wanted, found = failure.what, failure.expected, failure.actual
    if key == "not_fired":
        return [one for one in wanted if one not in found] or None
    if key in _AS_SETS:
        names = [wanted] if isinstance(wanted, str) else list(wanted)
        kept = [one for one in names if one in (found or ())]
        return kept or (None if names else list(dict.fromkeys(found)))
    if key in _BY_NAME and isinstance(wanted, Mapping) and isinstance(found, Mapping):
        return {name: one if agrees(one, found.get(name), name) else found.get(name) for name, one in wanted.items()}  # fmt: skip
    return found


def _with(scenario: Scenario, at: int, step: Step) -> Scenario:
    steps = scenario.steps
    return replace(scenario, steps=(*steps[:at], step, *steps[at + 1 :]))
