"""What scenarios exercise of a workflow: each counts once, and two ways between the same two states count apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from sopwith.definitions import read_text
from sopwith.lab.coverage import Coverage, Move, coverage_of, ways_of
from sopwith.lab.run import ScenarioRun, run_scenario
from sopwith.lab.scenario import parse_scenario
from sopwith.release.compile import compile_release
from sopwith.release.model import Release
from sopwith.runtime.releases import read_bundle
from tests.support.shop import files

DONE = "      - {to: resolved, title: {en: Done, zh-CN: 完成}, style: primary}\n"
QUICK = "      - {to: resolved, id: quick, title: {en: Done at once, zh-CN: 当场解决}}\n"
BEGUN: tuple[Mapping[str, Any], ...] = (
    {"create": {"by": "lin", "values": {"topic": "question", "description": "Where?"}}},
    {"go": {"as": "lin", "to": "working"}},
)


def release() -> Release:
    """Return the shop's release, whose work can be done in two ways that lead to the same state."""
    texts = files()
    assert DONE in texts["shop/workflows.yaml"]
    texts["shop/workflows.yaml"] = texts["shop/workflows.yaml"].replace(DONE, DONE + QUICK)
    made, found = compile_release(read_bundle(texts).documents)
    assert made is not None, found
    return made


def run(made: Release, *steps: Mapping[str, Any]) -> ScenarioRun:
    """Return how a scenario goes."""
    document = {
        "kind": "scenario",
        "id": "one",
        "title": {"en": "One", "zh-CN": "一"},
        "record_type": "wish",
        "given": {
            "now": "2026-11-16 09:00",
            "zone": "Asia/Shanghai",
            "people": [{"id": "lin", "name": "Lin", "roles": ["agent"], "teams": ["counter"]}],
        },
        "steps": [*BEGUN, *steps],
    }
    text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False)
    scenario, found = parse_scenario(read_text(text, "one.yaml")[0][0])
    assert scenario is not None, found
    went = run_scenario(made, scenario)
    assert went.passed, went.steps[-1].failures
    return went


def counts(found: Coverage, source: str, to: str) -> dict[str, int]:
    return {way.key: count for way, count in found.between(source, to)}


def test_two_ways_between_the_same_states_count_apart() -> None:
    made = release()
    workflow = made.workflows["wish-flow"]
    runs = [
        run(made, {"go": {"as": "lin", "to": "quick"}}),
        run(made, {"go": {"as": "lin", "to": "quick"}}),
        run(made),
    ]
    found = coverage_of(workflow, [one.walked for one in runs])
    assert counts(found, "working", "resolved") == {"go/0": 0, "go/1": 2}
    assert counts(found, "received", "working") == {"go/0": 3}
    assert (found.states["working"], found.states["resolved"], found.states["waiting"]) == (3, 2, 0)
    assert runs[0].visited == {"received", "working", "resolved"}


def test_a_scenario_counts_once_however_often_it_comes_by() -> None:
    made = release()
    to_and_fro = run(
        made,
        {"go": {"as": "lin", "to": "waiting"}},
        {"go": {"as": "lin", "to": "working"}},
        {"go": {"as": "lin", "to": "waiting"}},
    )
    found = coverage_of(made.workflows["wish-flow"], [to_and_fro.walked])
    assert found.states["waiting"] == 1
    assert counts(found, "working", "waiting") == {"go/2": 1}
    assert counts(found, "waiting", "working") == {"go/0": 1, "reply": 0}


def test_what_the_chart_draws_is_counted_and_nothing_else() -> None:
    workflow = release().workflows["wish-flow"]
    assert {(one.source, one.key) for one in ways_of(workflow)} == {
        ("received", "go/0"),
        ("working", "go/0"),
        ("working", "go/1"),
        ("working", "go/2"),
        ("waiting", "go/0"),
        ("waiting", "reply"),
        ("resolved", "go/0"),
        ("resolved", "solved"),
    }
    moved = [Move("wish-flow", "received", "working", "rule"), Move("other", "", "working", "go")]
    found = coverage_of(workflow, [moved])
    assert found.states["working"] == 1
    assert not any(found.ways.values())  # a rule that moves a record takes none of its ways
