"""The flow chart: nothing overlaps, every line ends at its states, and no line runs over a state."""

from __future__ import annotations

import os
from dataclasses import replace
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopwith.core.record import Category
from sopwith.core.text import Text
from sopwith.workflows.layout import Chart, ChartNode, Point, layout
from sopwith.workflows.model import State, Transition, Workflow

from .samples import after_sales

EXAMPLES = 400 if os.environ.get("SOPWITH_FULL") else 40


def chain(targets: list[list[int]], titles: list[str]) -> Workflow:
    states = {}
    for number, title in enumerate(titles):
        ways = (
            [target % len(titles) for target in targets[number % len(targets)]] if targets else []
        )
        states[f"s{number}"] = State(
            id=f"s{number}",
            title=Text(title),
            category=Category.OPEN,
            go=tuple(
                Transition(to=f"s{target}", id=f"t{position}", title=Text("go"))
                for position, target in enumerate(ways)
            ),
        )
    return Workflow(id="w", record_type="t", title=Text("w"), start="s0", states=states)


workflows = st.builds(
    chain,
    st.lists(st.lists(st.integers(0, 30), max_size=4), min_size=1, max_size=14),
    st.lists(st.text("ab 处理中", max_size=60), min_size=1, max_size=14),
)


def overlap(one: ChartNode, other: ChartNode) -> bool:
    return (
        one.x < other.x + other.w
        and other.x < one.x + one.w
        and one.y < other.y + other.h
        and other.y < one.y + one.h
    )


def on_border(point: Point, node: ChartNode) -> bool:
    x, y = point
    inside = (
        node.x - 0.1 <= x <= node.x + node.w + 0.1 and node.y - 0.1 <= y <= node.y + node.h + 0.1
    )
    edges = (x - node.x, node.x + node.w - x, y - node.y, node.y + node.h - y)
    return inside and min(abs(side) for side in edges) < 0.2


def crosses(one: Point, other: Point, node: ChartNode) -> bool:
    """Return whether the straight line comes into the inside of the box (tried at many points)."""
    for part in range(1, 40):
        x = one[0] + (other[0] - one[0]) * part / 40
        y = one[1] + (other[1] - one[1]) * part / 40
        if node.x + 1 < x < node.x + node.w - 1 and node.y + 1 < y < node.y + node.h - 1:
            return True
    return False


def assert_tidy(chart: Chart) -> None:
    nodes = {node.id: node for node in chart.nodes}
    for one, other in combinations(chart.nodes, 2):
        assert not overlap(one, other), (one, other)
    for node in chart.nodes:
        assert node.x >= 0
        assert node.y >= 0
        assert node.x + node.w <= chart.width
        assert node.y + node.h <= chart.height
    for edge in chart.edges:
        assert on_border(edge.points[0], nodes[edge.source]), edge
        assert on_border(edge.points[-1], nodes[edge.target]), edge
        for x, y in (*edge.points, edge.at):
            assert 0 <= x <= chart.width
            assert 0 <= y <= chart.height
        for here, there in pairwise(edge.points):
            assert not any(crosses(here, there, node) for node in chart.nodes), edge


@settings(max_examples=EXAMPLES, deadline=None)
@given(workflows)
def test_any_chart_is_tidy_and_complete(made: Workflow) -> None:
    chart = layout(made, "en")
    assert_tidy(chart)
    assert [node.id for node in chart.nodes] == list(made.states)
    wanted = {(s.id, way.to) for s in made.states.values() for way in s.go}
    assert {(edge.source, edge.target) for edge in chart.edges} == wanted
    assert layout(made, "en") == chart


def test_the_sample_reads_from_top_to_bottom() -> None:
    chart = layout(after_sales(), "zh-CN")
    assert_tidy(chart)
    top = {node.id: node.y for node in chart.nodes}
    assert top["received"] < top["diagnosis"] < top["solving"] < top["resolved"] < top["closed"]
    assert [node.id for node in chart.nodes if node.start] == ["received"]
    labels = {(edge.source, edge.target): edge for edge in chart.edges}
    assert labels["compensation", "resolved"].label == "同意"
    assert labels["compensation", "solving"].back
    assert labels["solving", "compensation"].conditional
    assert not labels["tier2", "solving"].conditional  # one of the two ways has no condition
    assert labels["resolved", "closed"].label == "客户确认解决"
    assert top["cancelled"] == top["closed"]


def test_both_languages_have_their_own_words() -> None:
    english = {node.id: node.lines for node in layout(after_sales(), "en").nodes}
    chinese = {node.id: node.lines for node in layout(after_sales(), "zh-CN").nodes}
    assert english["waiting"] == ("Waiting for the", "customer")
    assert chinese["waiting"] == ("待补充",)


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    workflows,
    st.dictionaries(
        st.sampled_from(["s0", "s1", "s5", "gone"]),
        st.tuples(st.integers(0, 900), st.integers(0, 900)),
    ),
)
def test_pinned_states_stand_where_they_are_put(
    made: Workflow, pins: dict[str, tuple[int, int]]
) -> None:
    plain = {node.id: node for node in layout(made, "en").nodes}
    chart = layout(
        replace(made, pins={name: (float(x), float(y)) for name, (x, y) in pins.items()}), "en"
    )
    nodes = {node.id: node for node in chart.nodes}
    for name, node in nodes.items():
        assert (node.x, node.y) == (pins.get(name) or (plain[name].x, plain[name].y))
        assert node.x + node.w <= chart.width
        assert node.y + node.h <= chart.height
    for edge in chart.edges:
        assert on_border(edge.points[0], nodes[edge.source]), edge
        assert on_border(edge.points[-1], nodes[edge.target]), edge


@pytest.mark.parametrize("words", ["", "x" * 500, "长" * 500, "a " * 300])
def test_a_title_fits_into_two_lines(words: str) -> None:
    (node,) = layout(chain([[]], [words]), "en").nodes
    assert 1 <= len(node.lines) <= 2
    assert node.w <= 270


def test_no_more_than_300_states_are_drawn() -> None:
    chart = layout(chain([[1, 7, 29], [2, 30], [0]], ["state"] * 320), "en")
    assert len(chart.nodes) == 300
    assert chart.left_out == 20


def test_long_ways_beyond_all_measure_are_led_around() -> None:
    """A chain of 300 where every state also leads to the end would need 45,000 passages."""
    states = {
        f"s{n}": State(
            id=f"s{n}",
            title=Text("x"),
            category=Category.OPEN,
            go=tuple(
                Transition(to=f"s{to}", id=f"t{to}", title=Text("x"))
                for to in dict.fromkeys((min(n + 1, 299), 299))
                if n < 299
            ),
        )
        for n in range(300)
    }
    made = Workflow(id="w", record_type="t", title=Text("w"), start="s0", states=states)
    chart = layout(made, "en")
    assert len(chart.edges) == 597
    assert not any(edge.back for edge in chart.edges)
