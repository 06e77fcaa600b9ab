"""A trial plays its steps again each time, goes on after one that does not fit, and becomes a scenario that passes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sopwith.core.text import Text
from sopwith.definitions.writing import Style, lines_of
from sopwith.lab.cast import Cast
from sopwith.lab.run import run_scenario
from sopwith.lab.scenario import parse_scenario
from sopwith.lab.stand_ins import complete, roles_of
from sopwith.lab.trial import MOST_STEPS, Trial, extended, local_time, play, scenario_of, shortened
from sopwith.release.compile import compile_release
from sopwith.release.model import Release
from sopwith.runtime.releases import read_bundle

PACKS = Path(__file__).resolve().parents[3] / "catalog" / "sop-templates"
START = "2026-11-16 09:00"


def _files(*packs: str) -> dict[str, str]:
    return {
        f"{pack}/{file.relative_to(PACKS / pack).as_posix()}": file.read_text(encoding="utf-8")
        for pack in packs
        for file in sorted((PACKS / pack).rglob("*.yaml"))
    }


@pytest.fixture(scope="module")
def release() -> Release:
    made, _found = compile_release(read_bundle(_files("base", "software_p0p3")).documents)
    assert made is not None
    return made


@pytest.fixture(scope="module")
def cast(release: Release) -> Cast:
    return complete(Cast(), release)


VALUES = {
    "module": "gantt",
    "type": "question",
    "description": "How can I export it?",
}


def trial(*steps: dict[str, Any]) -> Trial:
    create = {"do": "create", "customer": "customer-1", "values": VALUES}
    return Trial(record_type="ticket", now=START, zone="Asia/Shanghai", steps=(create, *steps))


def test_everybody_whom_a_release_asks_for_is_there(release: Release, cast: Cast) -> None:
    held = {role for one in cast.people for role in one.roles} | {"customer"}
    assert roles_of(release) <= held
    for team in release.teams:
        assert any(team in one.teams for one in cast.people)
        assert cast.leads[team] in {one.id for one in cast.people}
    assert complete(cast, release) == cast
    assert cast.customers.keys() == {"customer-1", "customer-2"}


def test_the_same_steps_lead_to_the_same_place(release: Release, cast: Cast) -> None:
    first, again = (play(release, trial({"do": "wait", "value": "2h"}), cast) for _ in range(2))
    assert first.record() == again.record()
    assert [one.story for one in first.runs] == [one.story for one in again.runs]
    assert local_time(first.now, "Asia/Shanghai") == "2026-11-16 11:00"


def test_a_step_that_does_not_fit_fails_alone(release: Release, cast: Cast) -> None:
    owner = play(release, trial(), cast).record()
    assert owner is not None
    played = play(
        release,
        trial(
            {"do": "go", "as": owner.owner, "to": "nowhere"},
            {"do": "reply", "as": "somebody-else", "text": "Hello"},
            {"do": "go", "as": owner.owner, "to": "diagnosis"},
        ),
        cast,
    )
    assert played.runs[1].problems
    assert played.runs[2].failures
    assert not played.runs[3].problems
    assert not played.runs[3].failures
    state = played.record()
    assert state is not None
    assert state.state == "diagnosis"


def test_an_unknown_type_is_told_and_not_raised(release: Release, cast: Cast) -> None:
    steps = ({"do": "create", "customer": "customer-1"}, {"do": "wait", "value": "1h"})
    gone = Trial(record_type="gone", now=START, zone="Asia/Shanghai", steps=steps)
    played = play(release, gone, cast)
    assert played.runs[0].failures
    assert played.record() is None
    assert played.names() == []


def test_steps_come_and_go() -> None:
    one = extended(trial(), {"do": "wait", "value": "1h"})
    assert shortened(one, 1) == trial()
    assert shortened(one, -3).steps == ()
    whole = trial(*({"do": "wait", "value": "1m"} for _ in range(MOST_STEPS - 1)))
    with pytest.raises(ValueError, match="at most"):
        extended(whole, {"do": "wait", "value": "1m"})


def test_a_trial_becomes_a_scenario_that_passes(release: Release, cast: Cast) -> None:
    owner = play(release, trial(), cast).record()
    assert owner is not None
    played = play(
        release,
        trial(
            {"do": "go", "as": owner.owner, "to": "nowhere"},
            {"do": "go", "as": owner.owner, "to": "diagnosis"},
            {"do": "until", "value": "2026-11-16 15:30:10"},
            {"do": "reply", "as": owner.owner, "text": 'Look: "here" # there'},
        ),
        cast,
    )
    made = scenario_of(played, "export", Text("Export", "导出"), Cast())
    text = "\n".join(lines_of(made, Style())) + "\n"
    pack = {**_files("base", "software_p0p3"), "software_p0p3/scenarios/export.yaml": text}
    [document] = [
        one for pack in read_bundle(pack).packs for one in pack.scenarios if one.id == "export"
    ]
    scenario, found = parse_scenario(document)
    assert found == ()
    assert scenario is not None
    assert set(scenario.cast.people) == set(cast.people)
    run = run_scenario(release, scenario)
    assert run.passed, [step.failures for step in run.steps]
    assert len(run.steps) == 5
    assert scenario.steps[0].then["state"] == owner.state
    assert scenario.steps[1].refused


def test_a_step_goes_on_in_the_same_world_as_if_all_were_played_anew(
    release: Release, cast: Cast
) -> None:
    played = play(release, trial(), cast)
    step = {"do": "wait", "value": "3h"}
    longer = extended(played.trial, step)
    after = played.after(longer, played.take(step))
    anew = play(release, longer, cast)
    assert after.record() == anew.record()
    assert [one.story for one in after.runs] == [one.story for one in anew.runs]
    assert after.now == anew.now


def test_what_would_take_too_long_is_refused(
    release: Release, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sopwith.lab.trial.MOST_DECISIONS", 3)
    played = play(release, trial({"do": "wait", "value": "30d"}), cast)
    assert not played.runs[0].failures
    assert "decisions" in str(played.runs[1].failures[0].actual)
