"""The steps a record may take: ways out, checklists, tasks, joins, limits."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sopwith.core.text import Text
from sopwith.expressions import Duration
from sopwith.workflows.model import Branch, Limit, Owner, ParallelRule
from sopwith.workflows.step import (
    automatic,
    branches_to_open,
    chosen_approvers,
    joined,
    limit_for,
    missing_checks,
    skipped,
    ways_out,
)

from .samples import NOW, after_sales, condition

SAMPLE = after_sales()
AGENT = frozenset({"agent"})


def doors(state: str, scope: dict[str, object], roles: frozenset[str] = AGENT) -> dict[str, str]:
    """Return the code of each way out by its id; the empty string for an open one."""
    found = ways_out(SAMPLE, state, scope, NOW, roles)
    assert all(way.open is not bool(way.code) for way in found)
    return {way.transition.id: way.code for way in found}


def test_a_guard_opens_and_closes_ways() -> None:
    assert doors("diagnosis", {"solvable": True}) == {
        "solving": "",
        "tier2": "WFL101",
        "waiting": "",
    }
    assert doors("diagnosis", {"solvable": False}) == {
        "solving": "WFL101",
        "tier2": "",
        "waiting": "",
    }


def test_a_closed_guard_says_why() -> None:
    (_, tier2, _) = ways_out(SAMPLE, "diagnosis", {"solvable": True}, NOW, AGENT)
    assert tier2.why is not None
    assert tier2.why.values == {"solvable": True}


def test_a_way_may_be_kept_for_roles() -> None:
    assert doors("diagnosis", {"solvable": False}, frozenset({"staff"}))["tier2"] == "WFL102"
    assert doors("diagnosis", {"solvable": False}, frozenset({"admin"}))["tier2"] == ""
    assert doors("diagnosis", {"solvable": True}, frozenset({"admin"}))["tier2"] == "WFL101"


def test_automatic_ways_are_not_offered_but_taken() -> None:
    assert list(doors("tier2", {"urgent": True})) == ["repair", "back"]
    taken = automatic(SAMPLE, "tier2", {"urgent": True}, NOW)
    assert taken is not None
    assert taken.to == "solving"
    assert automatic(SAMPLE, "tier2", {"urgent": False}, NOW) is None
    assert automatic(SAMPLE, "tier2", {}, NOW) is None


def test_an_unknown_state_has_no_ways() -> None:
    assert ways_out(SAMPLE, "gone", {}, NOW, AGENT) == ()
    assert automatic(SAMPLE, "gone", {}, NOW) is None


@pytest.mark.parametrize(
    ("ticked", "kind", "missing"),
    [
        ({}, "bug", ["reproduced", "logged"]),
        ({}, "question", ["logged"]),
        ({"logged": True}, "bug", ["reproduced"]),
        ({"logged": False, "reproduced": True}, "bug", ["logged"]),
        ({"logged": True, "reproduced": True}, "bug", []),
    ],
)
def test_required_checks_are_missed(ticked: dict[str, bool], kind: str, missing: list[str]) -> None:
    found = missing_checks(SAMPLE.states["diagnosis"], ticked, {"kind": kind}, NOW)
    assert [item.id for item in found] == missing


def test_only_the_branches_whose_condition_holds_are_opened() -> None:
    rule = SAMPLE.states["repair"].parallel
    assert rule is not None
    assert [b.id for b in branches_to_open(rule, {"urgent": True}, NOW)] == ["account", "notice"]
    assert [b.id for b in branches_to_open(rule, {"urgent": False}, NOW)] == ["account"]


def rule_of(join: str, need: int, count: int) -> ParallelRule:
    branch = Branch(id="b", title=Text("b"), owner=Owner(team="t"), when=condition("urgent"))
    return ParallelRule(branches=(branch,) * count, join=join, need=need, then="next")


@given(
    st.sampled_from(["all", "any", "n"]), st.integers(1, 6), st.integers(0, 6), st.integers(0, 6)
)
def test_joins_agree_with_their_definition(join: str, need: int, opened: int, done: int) -> None:
    done = min(done, opened)
    finished = [True] * done + [False] * (opened - done)
    if join == "all":
        expected = all(finished)
    elif join == "any":
        expected = any(finished) or not finished
    else:
        expected = sum(finished) >= need or all(finished)
    assert joined(rule_of(join, need if join == "n" else 0, 6), done, opened) is expected


def test_a_join_never_opens_again() -> None:
    for join, opened in product(["all", "any", "n"], range(6)):
        met = [joined(rule_of(join, 2, 6), done, opened) for done in range(opened + 1)]
        assert met == sorted(met)
        assert met[-1]


def test_approvers_are_chosen_by_their_conditions() -> None:
    rule = SAMPLE.states["compensation"].approval
    assert rule is not None
    assert [a.role for a in chosen_approvers(rule, {"amount": 500}, NOW)] == ["lead"]
    assert [a.role for a in chosen_approvers(rule, {"amount": 5000}, NOW)] == ["manager"]
    assert chosen_approvers(rule, {}, NOW) == ()
    assert skipped(rule, {"amount": 200}, NOW)
    assert not skipped(rule, {"amount": 201}, NOW)
    assert not skipped(rule, {}, NOW)


HOUR, DAY = Duration(seconds=3600), Duration(seconds=86400)


@pytest.mark.parametrize(
    ("limit", "scope", "expected"),
    [
        (None, {}, None),
        (Limit(duration=DAY), {}, DAY),
        (Limit(cells={"P0": HOUR}), {"priority": "P0"}, HOUR),
        (Limit(cells={"P0": HOUR}), {"priority": "P1"}, None),
        (Limit(cells={"P0": HOUR}, duration=DAY), {"priority": "P1"}, DAY),
        (Limit(cells={"P0": HOUR}, duration=DAY), {}, DAY),
        (Limit(by="urgent", cells={"true": HOUR}), {"urgent": True}, HOUR),
        (Limit(by="urgent", cells={"true": HOUR}), {"urgent": False}, None),
    ],
)
def test_limits(limit: Limit | None, scope: dict[str, object], expected: Duration | None) -> None:
    assert limit_for(limit, scope) == expected
