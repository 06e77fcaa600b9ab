"""The tree view: every state once, branches side by side, and where they come together below them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from sopwith.workflows.tree import Step, tree_of

EXAMPLES = 1000 if os.environ.get("SOPWITH_FULL") else 80
graphs = st.integers(1, 12).flatmap(
    lambda size: st.lists(st.lists(st.integers(0, size), max_size=4), min_size=size, max_size=size)
)


def every(steps: Sequence[Step]) -> Iterator[Step]:
    for step in steps:
        yield step
        for branch in step.branches:
            yield from every(branch.steps)


def shape(steps: Sequence[Step]) -> list[object]:
    """Return the ids, with the branches of a state as a list of (target, shape) behind it."""
    found: list[object] = []
    for step in steps:
        found.append(step.id)
        if step.branches:
            found.append([(branch.target, shape(branch.steps)) for branch in step.branches])
    return found


@settings(max_examples=EXAMPLES, deadline=None)
@given(graphs)
def test_every_state_stands_once_and_no_way_is_lost(graph: list[list[int]]) -> None:
    ways = {f"s{place}": [f"s{to}" for to in targets] for place, targets in enumerate(graph)}
    steps, left = tree_of("s0", ways)
    names = [step.id for step in every(steps)]
    assert sorted([*names, *left]) == sorted(ways)
    assert names[0] == "s0"
    follows: dict[str, str | None] = dict(_followers(steps))
    for step in every(steps):
        shown: list[str | None] = [branch.target for branch in step.branches] or [
            follows.get(step.id)
        ]
        wanted = list(dict.fromkeys(to for to in ways[step.id] if to in ways))
        assert [one for one in shown if one] == wanted or not wanted


def _followers(steps: Sequence[Step]) -> Iterator[tuple[str, str]]:
    for place, step in enumerate(steps):
        if place + 1 < len(steps):
            yield step.id, steps[place + 1].id
        for branch in step.branches:
            yield from _followers(branch.steps)


def test_branches_come_together_below() -> None:
    ways = {"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": ["e"], "e": []}
    assert shape(tree_of("a", ways)[0]) == [
        "a",
        [("b", ["b", [("d", [])]]), ("c", ["c", [("d", [])]])],
        "d",
        "e",
    ]


def test_a_way_back_is_a_jump() -> None:
    ways = {"a": ["b"], "b": ["c", "a"], "c": []}
    assert shape(tree_of("a", ways)[0]) == ["a", "b", [("c", []), ("a", [])], "c"]


def test_what_nothing_leads_to_is_told() -> None:
    assert tree_of("a", {"a": [], "b": ["a"]})[1] == ("b",)
    assert tree_of("gone", {"a": []}) == ((), ("a",))


def test_long_chains_do_not_run_out_of_room() -> None:
    ways = {f"s{n}": [f"s{n + 1}"] for n in range(300)}
    steps, _left = tree_of("s0", {**ways, "s300": []})
    assert len(steps) == 301


def test_side_ways_of_a_long_chain_do_not_nest_without_end() -> None:
    ways = {f"s{n}": [f"s{n + 1}", f"end{n}"] for n in range(150)}
    ends: dict[str, list[str]] = {f"end{n}": [] for n in range(150)}
    steps, left = tree_of("s0", {**ways, **ends, "s150": []})
    assert not left
    assert depth(steps) < 15


def depth(steps: Sequence[Step]) -> int:
    inner = [depth(branch.steps) for step in steps for branch in step.branches]
    return 1 + max(inner, default=0)
