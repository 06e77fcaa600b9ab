"""What is needed comes first; circles are seen; everything comes exactly once."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

from hypothesis import given, settings
from hypothesis import strategies as st

from sopwith.formbuilder.plan import in_order

NAMES = [f"f{at}" for at in range(8)]
GRAPHS = st.dictionaries(
    st.sampled_from(NAMES), st.frozensets(st.sampled_from([*NAMES, "elsewhere"]), max_size=3)
)


@settings(max_examples=300, deadline=None)
@given(GRAPHS)
def test_order_agrees_with_a_topological_sort(needs: dict[str, frozenset[str]]) -> None:
    order, circle = in_order(NAMES, needs)
    assert sorted(order) == list(range(len(NAMES)))
    try:
        TopologicalSorter(needs).prepare()
    except CycleError:
        assert circle
        return
    assert not circle
    place = {NAMES[at]: rank for rank, at in enumerate(order)}
    for name, needed in needs.items():
        assert all(place[one] < place[name] for one in needed if one in place)


def test_fields_without_needs_keep_the_order_of_the_page() -> None:
    assert in_order(NAMES, {}) == (list(range(8)), False)
    assert in_order(NAMES, {"f1": ["f5"]})[0] == [0, 5, 1, 2, 3, 4, 6, 7]
