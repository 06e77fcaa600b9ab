"""The customer's progress line: the main path in plain words, moving forward."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sopwith.core.record import Category
from sopwith.workflows.progress import customer_steps, main_path

from .samples import DONE, WORK, T, after_sales, workflow

SAMPLE = after_sales()
TITLES = ["We have it", "We are looking into it", "We are fixing it", "Please check", "Closed"]


def line(state: str, *visited: str) -> str:
    """Return the line as text: done steps plain, the present one in brackets, later ones dotted."""
    visits = {name: visited.count(name) for name in (*visited, state)}
    visits[state] = max(visits[state], 1)
    marks = {"done": "{}", "now": "[{}]", "later": "{}..."}
    steps = customer_steps(SAMPLE, visits, state)
    return " | ".join(marks[step.status].format(step.title.en) for step in steps)


def test_the_main_path_follows_the_usual_ways() -> None:
    assert main_path(SAMPLE) == ("received", "diagnosis", "solving", "resolved", "closed")


def test_a_new_record_stands_at_the_first_step() -> None:
    assert line("received") == (
        "[We have it] | We are looking into it... | We are fixing it... | Please check... | Closed..."
    )


def test_the_line_moves_on() -> None:
    assert line("solving", "received", "diagnosis") == (
        "We have it | We are looking into it | [We are fixing it] | Please check... | Closed..."
    )


def test_a_state_beside_the_path_lends_its_words() -> None:
    assert line("waiting", "received", "diagnosis").startswith(
        "We have it | [We need your answer] | We are fixing it..."
    )


def test_a_hidden_state_shows_the_step_it_came_from() -> None:
    assert line("tier2", "received", "diagnosis").startswith(
        "We have it | [We are looking into it] | We are fixing it..."
    )


def test_inner_back_and_forth_does_not_move_the_line_back() -> None:
    before = line("solving", "received", "diagnosis")
    assert line("diagnosis", "received", "diagnosis", "solving") == before


def test_a_record_that_comes_back_starts_again_where_it_stands() -> None:
    again = line("diagnosis", "received", "diagnosis", "solving", "resolved", "closed")
    assert again.startswith("We have it | [We are looking into it] | We are fixing it...")
    beside = line("tier2", "received", "diagnosis", "solving", "resolved", "diagnosis")
    assert beside == again


def test_a_closed_record_has_all_steps_behind_it() -> None:
    assert line("closed", "received", "diagnosis", "solving", "resolved") == " | ".join(TITLES)


def test_a_cancelled_record_ends_where_it_was() -> None:
    assert (
        line("cancelled", "received", "diagnosis")
        == "We have it | We are looking into it | Cancelled"
    )


def test_states_with_the_same_words_are_one_step() -> None:
    made = workflow(
        f"a: {WORK}, go: [{{to: b}}]}}\nb: {WORK}, go: [{{to: z}}]}}\nz: {DONE.replace('en: C', 'en: D')}"
    )
    for state in ("a", "b"):
        steps = customer_steps(made, {"a": 1, "b": 1}, state)
        assert [(step.title.en, step.status) for step in steps] == [("C", "now"), ("D", "later")]


def test_a_way_that_only_leads_back_is_not_the_main_path() -> None:
    made = workflow(
        f"a: {WORK}, go: [{{to: b}}]}}\nb: {WORK}, go: [{{to: a, style: primary}}, {{to: z}}]}}\nz: {DONE}"
    )
    assert main_path(made) == ("a", "b", "z")


def test_a_state_that_is_gone_makes_no_line_move() -> None:
    steps = customer_steps(SAMPLE, {}, "gone")
    assert {step.status for step in steps} == {"later"}


def test_a_workflow_without_customer_steps_has_no_line() -> None:
    hidden = f"{{{T}, category: closed, customer_step: false}}"
    made = workflow(f"a: {WORK}, customer_step: false, go: [{{to: z}}]}}\nz: {hidden}")
    assert customer_steps(made, {"a": 1}, "a") == ()


@given(
    st.lists(st.sampled_from(list(SAMPLE.states)), max_size=12),
    st.sampled_from(list(SAMPLE.states)),
)
def test_there_is_one_present_step_with_the_done_ones_before_it(
    walk: list[str], state: str
) -> None:
    visits = {name: walk.count(name) for name in walk} | {state: walk.count(state) + 1}
    statuses = [step.status for step in customer_steps(SAMPLE, visits, state)]
    closed = SAMPLE.states[state].category is Category.CLOSED
    assert statuses.count("now") == (0 if closed else 1)
    assert statuses == sorted(statuses, key=["done", "now", "later"].index)


@pytest.mark.parametrize(
    "unsettled", [["received", "diagnosis", "solving", "waiting", "tier2", "diagnosis"]]
)
def test_until_it_is_solved_the_line_never_goes_back(unsettled: list[str]) -> None:
    visits: dict[str, int] = {}
    before = 0
    for state in unsettled:
        visits[state] = visits.get(state, 0) + 1
        statuses = [step.status for step in customer_steps(SAMPLE, visits, state)]
        assert statuses.index("now") >= before
        before = statuses.index("now")
