"""A trial: steps that somebody takes with a draft, kept as plain values and played again from the start each time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from ..core.directory import Person
from ..core.record import RecordState
from ..core.span import NOWHERE
from ..core.text import Text
from ..release.model import Release
from .cast import Cast
from .run import Failure, Player, StepRun
from .scenario import Scenario, Step, read_instant

MOST_STEPS = 100
MOST_DECISIONS = 2_000
"""A trial is played again now and then: what takes longer is for scenarios."""
DO, RECORD = "do", "record"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What a trial starts with, and its steps: the verb of a scenario as ``do``, ``record``, and the verb's arguments.

    now: local time in *zone*, as scenarios write it. files: the size in bytes of each file that was sent,
    by the name that steps give it; what is in them is not kept.
    """

    record_type: str
    now: str
    zone: str
    steps: tuple[Mapping[str, Any], ...] = ()
    files: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A trial as it went on one release. player: with the world as it is after the last step."""

    trial: Trial
    cast: Cast
    player: Player
    runs: tuple[StepRun, ...] = field(default=())

    @property
    def now(self) -> datetime:
        """Return the instant at which the world stands."""
        return self.player.world.now

    def take(self, step: Mapping[str, Any]) -> StepRun:
        """Return how one step more goes; the world is as it is after it."""
        return _run(self.player, step)

    def after(self, trial: Trial, run: StepRun) -> Played:
        """Return the same world as that of *trial*, which has the step more that *run* was."""
        return replace(self, trial=trial, runs=(*self.runs, run))

    def record(self, name: str = "") -> RecordState | None:
        """Return the record that *name* means in a step, None when there is none."""
        try:
            key = self.player.record(Step(verb="", args={}, record=name))
        except KeyError:
            return None
        return self.player.world.records.get(key)

    def names(self) -> list[str]:
        """Return by which names steps can speak of the records, the first one first."""
        records, named = self.player.world.records, self.player.names
        if not records:
            return []
        given = [name for name, key in named.items() if name != key]
        known = set(named.values())
        types = dict.fromkeys(one.type for one in list(records.values())[1:] if one.id not in known)
        return ["", *given, *types]


def play(release: Release, trial: Trial, cast: Cast) -> Played:
    """Return how *trial* goes on *release*; a step that does not fit fails alone, and the next ones are tried."""
    start = read_instant(trial.now, trial.zone)
    if start is None:
        raise ValueError(f"{trial.now!r} is no time")
    scenario = Scenario(
        id="trial",
        title=Text(),
        record_type=trial.record_type,
        now=start,
        zone=trial.zone,
        cast=cast,
        steps=(),
    )
    player = Player(release, scenario)
    player.world.most = MOST_DECISIONS
    runs = tuple(_run(player, one) for one in trial.steps[:MOST_STEPS])
    return Played(trial=trial, cast=cast, player=player, runs=runs)


def _run(player: Player, step: Mapping[str, Any]) -> StepRun:
    meant = step_of(step)
    try:
        return player.step(meant)
    except (RuntimeError, TypeError, ValueError) as error:
        failure = Failure(span=NOWHERE, what="step", expected="a step that fits", actual=str(error))
        return StepRun(step=meant, at=player.world.now, story=(), failures=(failure,))


def step_of(step: Mapping[str, Any]) -> Step:
    """Return a kept step as scenarios know one."""
    args = {key: value for key, value in step.items() if key not in (DO, RECORD)}
    return Step(verb=str(step[DO]), args=args, record=str(step.get(RECORD, "")))


def local_time(at: datetime, zone: str) -> str:
    """Return *at* as scenarios write a time; exact to the second, later if it lies between two."""
    if at.microsecond:
        at = at.replace(microsecond=0).fromtimestamp(int(at.timestamp()) + 1, at.tzinfo)
    text = at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S")
    return text.removesuffix(":00") if text.count(":") == 2 and text.endswith(":00") else text


# --- as a scenario --------------------------------------------------------------------------------


def scenario_of(played: Played, name: str, title: Text, sample: Cast) -> dict[str, Any]:
    """Return the document of a scenario that does the same and expects what happened.

    sample: the people that a scenario of the pack has when it names none.
    """
    trial = played.trial
    given: dict[str, Any] = {"now": trial.now, "zone": trial.zone}
    if played.cast != sample:
        given |= _cast(played.cast)
    return {
        "kind": "scenario",
        "id": name,
        "title": {"en": title.en, "zh-CN": title.zh},
        "record_type": trial.record_type,
        "given": given,
        "steps": _steps(played),
    }


def _steps(played: Played) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    again = play(played.player.release, _emptied(played.trial), played.cast).player
    before: dict[str, tuple[str, str | None]] = {}
    for kept, run in zip(played.trial.steps, played.runs, strict=False):
        _run(again, kept)
        record = str(kept.get(RECORD, ""))
        entry: dict[str, Any] = {run.step.verb: _arguments(run.step)}
        if record:
            entry["record"] = record
        if run.problems:
            entry["refused"] = sorted({one.code for one in run.problems})
        elif not run.failures:
            state = Played(trial=played.trial, cast=played.cast, player=again).record(record)
            then = expected(run, state, before.get(record)) if state is not None else {}
            if state is not None:
                before[record] = (state.state, state.owner)
            if then:
                entry["then"] = then
        else:
            continue
        found.append(entry)
    return found


def _emptied(trial: Trial) -> Trial:
    return replace(trial, steps=())


def _arguments(step: Step) -> Any:
    if set(step.args) == {"value"}:
        return step.args["value"]
    return {key: value for key, value in step.args.items() if value not in (None, "", {}, [])}


def expected(
    run: StepRun, state: RecordState, before: tuple[str, str | None] | None
) -> dict[str, Any]:
    """Return what a scenario shall expect of a step that went so: where the record stands, what acted, what went out.

    before: state and owner after the step before, None for the first.
    """
    then: dict[str, Any] = {"state": state.state}
    if before is None or before[1] != state.owner:
        then["owner"] = state.owner
    fired = _unique(
        why.id
        for done in run.done
        for why in done.decision.why
        if why.kind == "rule" and why.outcome == "fired"
    )
    mails = _unique(str(one.payload["template"]) for one in run.sent if one.kind == "mail")
    return then | ({"fired": fired} if fired else {}) | ({"mails": mails} if mails else {})


def _unique(names: Any) -> list[str]:
    return list(dict.fromkeys(names))


def _cast(cast: Cast) -> dict[str, Any]:
    found: dict[str, Any] = {"people": [_person(one, cast.leads) for one in cast.people]}
    if cast.on_call:
        found["on_call"] = {team: list(names) for team, names in cast.on_call.items()}
    found["customers"] = [
        {key: value for key, value in one.items() if value not in (None, "", [])}
        for one in cast.customers.values()
    ]
    return found


def _person(one: Person, leads: Mapping[str, str]) -> dict[str, Any]:
    led = [team for team, name in leads.items() if name == one.id]
    plain: dict[str, Any] = {
        "id": one.id,
        "name": one.name,
        "roles": sorted(one.roles),
        "teams": sorted(one.teams - set(led)),
        "lead_of": led,
        "skills": sorted(one.skills),
        "capacity": one.capacity,
        "deputy": one.deputy,
        "manager": one.manager,
        "email": one.email,
        "lang": one.lang,
    }
    filled = {key: value for key, value in plain.items() if value not in (None, "", [])}
    return filled if one.present else filled | {"present": False}


def shortened(trial: Trial, count: int) -> Trial:
    """Return *trial* with its first *count* steps only."""
    return _with(trial, trial.steps[: max(0, count)])


def extended(trial: Trial, step: Mapping[str, Any]) -> Trial:
    """Return *trial* with one step more; raises ValueError when it has all it may have."""
    if len(trial.steps) >= MOST_STEPS:
        raise ValueError(f"a trial has at most {MOST_STEPS} steps")
    return _with(trial, (*trial.steps, step))


def _with(trial: Trial, steps: Sequence[Mapping[str, Any]]) -> Trial:
    return replace(trial, steps=tuple(steps))
