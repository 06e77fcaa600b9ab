"""Scenarios that a new state stands in the way of walk through it: who decides is asked, what they expect stays theirs."""

from __future__ import annotations

from pathlib import Path

import pytest

from sopwith.definitions import Document
from sopwith.lab.cast import Cast
from sopwith.lab.run import run_scenario
from sopwith.lab.sample import parse_sample
from sopwith.lab.scenario import Scenario, parse_scenario
from sopwith.lab.walking import taken, walk_through
from sopwith.release.compile import compile_release
from sopwith.release.model import Release
from sopwith.runtime.releases import read_bundle

PACKS = Path(__file__).resolve().parents[3] / "catalog" / "sop-templates"
BEGIN = "{to: diagnosis, title: {en: Start diagnosis, zh-CN: 开始诊断}, style: primary}"
AROUND = """{to: look, title: {en: Ask the lead, zh-CN: 请组长审批}, style: primary}"""
LOOK = """  look:
    title: {{en: The lead looks at it, zh-CN: 组长审批}}
    category: open
    type: approval
    customer_title: {{en: Received, zh-CN: 已收到}}
    owner: {{keep: true, team: first-line}}
    limit: 1bd
    approvers: [{approvers}]
    decide_by: {mode}
    timeout: {{after: 1bd, to: deputy}}
    approved: diagnosis
    rejected: cancelled
"""


def _files(flow: tuple[str, str] = ("", "")) -> dict[str, str]:
    return {
        f"{pack}/{file.relative_to(PACKS / pack).as_posix()}": file.read_text(encoding="utf-8").replace(*flow, 1) if flow[0] and file.name == "workflow.yaml" else file.read_text(encoding="utf-8")
        for pack in ("base", "software_p0p3")
        for file in sorted((PACKS / pack).rglob("*.yaml"))
    }  # fmt: skip


def _made(*, approvers: str = "{role: lead, deputy: manager}", mode: str = "any", between: bool = True) -> tuple[Release, list[tuple[Document, Scenario]]]:  # fmt: skip
    """Return the after-sales pack with an approval between its first two states, and its scenarios."""
    files = _files()
    name = "software_p0p3/workflow.yaml"
    if between:
        text = files[name]
        assert BEGIN in text
        look = LOOK.format(mode=mode, approvers=approvers)
        files[name] = text.replace(BEGIN, AROUND, 1).replace("  diagnosis:\n", f"{look}  diagnosis:\n", 1)  # fmt: skip
    bundle = read_bundle(files)
    release, found = compile_release(bundle.documents)
    assert release is not None, found
    scenarios: list[tuple[Document, Scenario]] = []
    for pack in bundle.packs:
        cast = parse_sample(pack.sample)[0].cast if pack.scenarios else Cast()
        for document in pack.scenarios:
            scenario, wrong = parse_scenario(document, cast)
            assert scenario is not None, wrong
            scenarios.append((document, scenario))
    return release, scenarios


def _failing(release: Release, scenarios: list[tuple[Document, Scenario]]) -> list[Scenario]:
    return [one for _document, one in scenarios if not run_scenario(release, one).passed]


def test_scenarios_that_pass_need_no_detour() -> None:
    release, scenarios = _made(between=False)
    assert all(not walk_through(release, one).detours for _document, one in scenarios[:3])


@pytest.mark.parametrize(
    ("approvers", "mode", "votes"),
    [
        ("{role: lead, deputy: manager}", "any", 1),
        ("{role: lead, deputy: manager}, {role: agent, deputy: admin}", "all", 2),
    ],
)
def test_an_approval_put_into_a_way_is_walked_through(
    approvers: str, mode: str, votes: int
) -> None:
    release, scenarios = _made(approvers=approvers, mode=mode)
    failing = _failing(release, scenarios)
    assert len(failing) >= 3
    others = next(one.cast for _document, one in scenarios if len(one.cast.people) > 4)
    most = 0
    for one in failing:
        walk = walk_through(release, one, others)
        first = walk.detours[0]
        assert (first.source, first.through, first.target, first.to) == ("received", ("look",), "diagnosis", "look"), one.id  # fmt: skip
        assert {step.verb for step in first.steps} == {"approve"}
        most = max(most, len(first.steps))
        assert walk.passes, one.id
        after = one
        for detour in walk.detours:
            after = taken(after, detour)
        assert run_scenario(release, after).passed
        straight, arrived = one.steps[first.at], after.steps[first.at + len(first.steps)]
        assert arrived.then == straight.then
        assert not after.steps[first.at].then
    assert most == votes


def test_what_no_way_leads_to_needs_no_detour() -> None:
    release, scenarios = _made(between=False)
    files = _files((BEGIN, BEGIN.replace("to: diagnosis", "to: closed")))
    closed, _found = compile_release(read_bundle(files).documents)
    assert closed is not None
    stuck = _failing(closed, scenarios)
    assert stuck
    assert all(not walk_through(closed, one).detours for one in stuck)
    assert not _failing(release, scenarios)
