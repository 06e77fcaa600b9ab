"""Soundness: each finding by an example, and all of them against a brute-force explorer."""

from __future__ import annotations

import os
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopwith.definitions.references import References
from sopwith.workflows.check import check_workflow
from sopwith.workflows.model import Workflow
from sopwith.workflows.step import automatic, branches_to_open, ways_out

from .samples import DONE, NOW, REFERENCES, WORK, T, after_sales, codes, workflow

EXAMPLES = 1500 if os.environ.get("SOPWITH_FULL") else 120
SOUNDNESS = {f"WFL{number:03}" for number in range(50, 60)}


def findings(made: Workflow, references: References = REFERENCES) -> list[str]:
    return [item.message("en") for item in check_workflow(made, references)]


def test_the_sample_is_sound() -> None:
    assert findings(after_sales()) == []


def test_a_state_without_a_way_in_is_named() -> None:
    made = workflow(f"a: {WORK}, go: [{{to: z}}]}}\nb: {WORK}, go: [{{to: z}}]}}\nz: {DONE}")
    assert codes(check_workflow(made, REFERENCES)) == ["WFL050"]


def test_a_rule_may_lead_into_a_state() -> None:
    made = workflow(f"a: {WORK}, go: [{{to: z}}]}}\nb: {WORK}, go: [{{to: z}}]}}\nz: {DONE}")
    rules = References(ids={**REFERENCES.ids, "entered_by_rule": frozenset({"b"})})
    assert findings(made, rules) == []


def test_a_circle_without_an_end_is_a_dead_end() -> None:
    made = workflow(
        f"a: {WORK}, go: [{{to: z}}, {{to: b}}]}}\nb: {WORK}, go: [{{to: c}}]}}\n"
        f"c: {WORK}, go: [{{to: b}}]}}\nz: {DONE}"
    )
    assert codes(check_workflow(made, REFERENCES)) == ["WFL051", "WFL051"]


REOPENED = "reopen: {to: b, within: 7d}\ncancelled: x\nmerged: x\ncancel_by: [lead]\n"


def test_a_start_that_leads_only_to_ends_is_named_although_records_are_opened_again() -> None:
    rest = f"b: {WORK}, go: [{{to: z}}]}}\nz: {DONE}\nx: {DONE}"
    made = workflow(f"a: {WORK}, go: [{{to: x}}]}}\n{rest}", head=REOPENED)
    [found] = check_workflow(made, REFERENCES)
    assert (found.code, found.severity) == ("WFL063", "warning")
    assert dict(found.values) == {"state": "a", "states": "x", "lost": "b, z"}
    right = workflow(f"a: {WORK}, go: [{{to: b}}, {{to: x}}]}}\n{rest}", head=REOPENED)
    assert findings(right) == []
    by_rule = References(ids={**REFERENCES.ids, "entered_by_rule": frozenset({"b"})})
    assert findings(made, by_rule) == []


def test_cancelling_does_not_count_as_an_end() -> None:
    made = workflow(
        f"a: {WORK}}}\nz: {DONE}\nx: {DONE}", head="cancelled: x\nmerged: x\ncancel_by: [lead]\n"
    )
    assert codes(check_workflow(made, REFERENCES)) == ["WFL051", "WFL050"]


def test_the_answer_of_the_customer_is_a_way_out() -> None:
    waiting = f"{{{T}, category: waiting, waits_for: customer, owner: {{team: first-line}}, limit: 1d, on_customer_reply: previous}}"
    made = workflow(f"a: {WORK}, go: [{{to: z}}, {{to: w}}]}}\nw: {waiting}\nz: {DONE}")
    assert findings(made) == []


def test_the_case_without_a_way_out_is_shown() -> None:
    made = workflow(
        f"""
        a: {WORK}, go: [{{to: z, when: 'solvable and kind == "bug"'}}, {{to: z, when: not solvable}}]}}
        z: {DONE}
        """
    )
    assert findings(made) == [
        "a record is stuck in 'a' when solvable = true, kind = question: no way out is open then; add one for this case"
    ]


APPROVAL = f"{{{T}, category: open, type: approval, owner: {{team: first-line}}, limit: 1d, timeout: {{after: 1bd, to: reject}}, approved: z, rejected: z"


@pytest.mark.parametrize(
    ("approvers", "expected"),
    [
        ("[{role: lead}]", []),
        ("[{role: lead, when: amount <= 2000}, {role: manager, when: amount > 2000}]", []),
        ("[{role: lead, when: amount <= 2000}, {role: manager, when: amount > 2500}]", ["WFL058"]),
        ("[{role: lead, when: amount > 200}], skip_when: amount <= 200", []),
        ("[{role: lead, when: amount * price > 200}]", ["WFL059"]),
        ("{role: lead}", []),
    ],
)
def test_somebody_is_always_asked(approvers: str, expected: list[str]) -> None:
    made = workflow(f"a: {APPROVAL}, approvers: {approvers}}}\nz: {DONE}")
    assert codes(check_workflow(made, REFERENCES)) == expected


def parallel(join: str, *conditions: str) -> Workflow:
    branches = ", ".join(
        f"{{id: b{n}, title: {{en: B, zh-CN: 支}}, owner: {{team: first-line}}"
        + (f", when: '{when}'}}" if when else "}")
        for n, when in enumerate(conditions)
    )
    return workflow(
        f"a: {WORK}, type: parallel, join: {join}, then: z, branches: [{branches}]}}\nz: {DONE}"
    )


@pytest.mark.parametrize(
    ("join", "conditions", "expected"),
    [
        ("all", ("urgent", "solvable"), []),
        ("any", ("urgent", ""), []),
        ("any", ("urgent", "not urgent"), []),
        ("any", ("urgent", "solvable"), ["WFL055"]),
        ("2", ("urgent", "", "not urgent"), []),
        ("2", ("urgent", "", "solvable"), ["WFL055"]),
        ("3", ("", ""), ["WFL057"]),
        ("any", ("amount * price > 3",), ["WFL056"]),
    ],
)
def test_a_join_cannot_starve(join: str, conditions: tuple[str, ...], expected: list[str]) -> None:
    assert codes(check_workflow(parallel(join, *conditions), REFERENCES)) == expected


def test_a_starving_join_says_when_and_how_many() -> None:
    assert findings(parallel("2", "urgent", "solvable")) == [
        "'a' never goes on when solvable = false: as few as 0 tasks open then, the join needs 2"
    ]


def test_a_circle_of_automatic_ways_is_named() -> None:
    made = workflow(
        f"""
        a: {WORK}, go: [{{to: b, auto: true}}, {{to: z}}]}}
        b: {WORK}, go: [{{to: a, auto: true, when: urgent}}, {{to: z}}]}}
        z: {DONE}
        """
    )
    assert findings(made)[0].startswith("records run in a circle without a person: a → b → a;")
    assert codes(check_workflow(made, REFERENCES)) == ["WFL054"]


@pytest.mark.parametrize("when", ["not urgent", "urgent and solvable and not solvable"])
def test_conditions_that_exclude_each_other_make_no_circle(when: str) -> None:
    made = workflow(
        f"""
        a: {WORK}, go: [{{to: b, auto: true, when: urgent}}, {{to: z}}]}}
        b: {WORK}, go: [{{to: a, auto: true, when: {when}}}, {{to: z}}]}}
        z: {DONE}
        """
    )
    assert findings(made) == []


def test_a_skipped_approval_can_be_part_of_a_circle() -> None:
    text = APPROVAL.replace("approved: z", "approved: b")
    made = workflow(
        f"""
        a: {text}, approvers: [{{role: lead}}], skip_when: amount <= 200}}
        b: {WORK}, go: [{{to: a, auto: true, when: amount < 100}}, {{to: z}}]}}
        z: {DONE}
        """
    )
    assert codes(check_workflow(made, REFERENCES)) == ["WFL054"]


# against a brute-force explorer

GUARDS = [
    "",
    "urgent",
    "not urgent",
    "solvable",
    'kind == "bug"',
    'kind != "bug"',
    "urgent and solvable",
    "not urgent or not solvable",
    'kind == "question" or urgent',
]
EVERY: list[dict[str, Any]] = [
    {"urgent": u, "solvable": s, "kind": k}
    for u, s, k in product((True, False), (True, False), ("bug", "question"))
]


@dataclass(frozen=True)
class Drawn:
    """One state of a random workflow: its ways out, and a parallel join if it has one."""

    ways: tuple[tuple[int, str, bool], ...]  # target, guard, automatic
    branches: tuple[str, ...] = ()
    join: int = 0
    then: int = 0


drawn_states = st.builds(
    Drawn,
    st.lists(
        st.tuples(
            st.integers(0, 5), st.sampled_from(GUARDS), st.sampled_from([False, False, True])
        ),
        max_size=3,
    ).map(tuple),
    st.one_of(st.just(()), st.lists(st.sampled_from(GUARDS), min_size=1, max_size=3).map(tuple)),
    st.integers(1, 3),
    st.integers(0, 5),
)


def written(drawn: list[Drawn]) -> str:
    lines = []
    for number, state in enumerate(drawn):
        ways = ", ".join(
            f"{{to: s{to % (len(drawn) + 1)}"
            + (f", when: '{when}'" if when else "")
            + (", auto: true}" if auto else "}")
            for to, when, auto in state.ways
        )
        text = f"s{number}: {WORK}, go: [{ways}]"
        if state.branches:
            branches = ", ".join(
                f"{{id: b{n}, title: {{en: B, zh-CN: 支}}, owner: {{team: first-line}}"
                + (f", when: '{when}'}}" if when else "}")
                for n, when in enumerate(state.branches)
            )
            text += f", type: parallel, join: {state.join}, then: s{state.then % (len(drawn) + 1)}, branches: [{branches}]"
        lines.append(text + "}")
    return "\n".join([*lines, f"s{len(drawn)}: {DONE}"])


def naive_successors(made: Workflow) -> dict[str, set[str]]:
    return {
        name: {way.to for way in state.go} | ({state.parallel.then} if state.parallel else set())
        for name, state in made.states.items()
    }


def closure(starts: set[str], follow: dict[str, set[str]]) -> set[str]:
    seen = set(starts)
    while True:
        more = seen.union(*(follow[name] for name in seen))
        if more == seen:
            return seen
        seen = more


def explored(made: Workflow, drawn: list[Drawn]) -> set[tuple[str, str]]:
    """Return (code, state) of everything that is wrong, by walking all states with all values."""
    wrong: set[tuple[str, str]] = set()
    follow = naive_successors(made)
    end = f"s{len(drawn)}"
    reachable = closure({"s0"}, follow)
    for name, state in made.states.items():
        if name not in reachable:
            wrong.add(("WFL050", name))
        elif end not in closure({name}, follow):
            wrong.add(("WFL051", name))
        rule = state.parallel
        if rule is not None:
            if rule.need > len(rule.branches):
                wrong.add(("WFL057", name))
            elif any(len(branches_to_open(rule, v, NOW)) < rule.need for v in EVERY):
                wrong.add(("WFL055", name))
        elif state.go and any(is_stuck(made, name, values) for values in EVERY):
            wrong.add(("WFL052", name))
    for values in EVERY:
        alone = {name: moves(made, name, values) for name in made.states}
        for name in made.states:
            if name in closure(alone[name], alone):
                wrong.add(("WFL054", name))
    return wrong


def is_stuck(made: Workflow, name: str, values: dict[str, Any]) -> bool:
    manual = ways_out(made, name, values, NOW, frozenset({"agent"}))
    return not any(way.open for way in manual) and automatic(made, name, values, NOW) is None


def moves(made: Workflow, name: str, values: dict[str, Any]) -> set[str]:
    """Return where the engine may go on to by itself."""
    way = automatic(made, name, values, NOW)
    found = {way.to} if way is not None else set()
    rule = made.states[name].parallel
    if rule is not None and not branches_to_open(rule, values, NOW):
        found.add(rule.then)
    return found


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(drawn_states, min_size=1, max_size=5))
def test_the_checks_find_what_an_explorer_finds(drawn: list[Drawn]) -> None:
    made = workflow(written(drawn), start="s0")
    expected = explored(made, drawn)
    found = set()
    circles = set()
    for item in check_workflow(made, REFERENCES):
        if item.code == "WFL054":
            circles |= set(str(item.values["cycle"]).split(" → "))
        elif item.code in SOUNDNESS:
            found.add((item.code, str(item.values["state"])))
    assert found == {pair for pair in expected if pair[0] != "WFL054"}
    assert bool(circles) == any(code == "WFL054" for code, _ in expected)
    assert {name for code, name in expected if code == "WFL054"} <= circles
