"""Whatever goes round for ever when it is run is found before: rules played in rounds, as the engine does."""

from __future__ import annotations

import os
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sopwith.expressions import EMPTY
from sopwith.rules.check import check_cycles
from sopwith.rules.match import Happening, RuleIndex
from sopwith.rules.model import Rule

from .samples import rule

EXAMPLES = 3000 if os.environ.get("SOPWITH_FULL") else 200
PRIORITIES = ("P0", "P1", "P2", "P3")
TRIGGERS = (
    "changed:priority",
    "changed:type",
    "changed:module",
    "changed",
    "tagged:a",
    "tagged:b",
    "entered:diagnosis",
    "entered:resolved",
    "left:diagnosis",
    "left:resolved",
)
WHENS = (
    "",
    'priority == "P0"',
    'priority in ["P1", "P2"]',
    'type == "bug"',
    'type != "bug"',
    'module == "gantt"',
    'state == "resolved"',
    'contains(tags, "a")',
    'event.field == "type"',
)
ACTIONS = (
    "set: {priority: P0}",
    "set: {priority: P2}",
    "set: {type: bug}",
    "set: {type: question, module: tasks}",
    "set: {module: gantt}",
    "set: {module: {value: \"if(type == 'bug', 'gantt', 'tasks')\"}}",
    "set: {type: {value: \"if(priority == 'P0', 'question', 'bug')\"}}",
    "raise: {field: priority, by: 1}",
    "raise: {field: priority, by: -1}",
    "tag: [a]",
    "tag: [b]",
    "untag: [a]",
    "transition: {to: diagnosis}",
    "transition: {to: resolved}",
)


@st.composite
def rule_sets(draw: st.DrawFn) -> list[Rule]:
    made = []
    for at in range(draw(st.integers(1, 5))):
        on = draw(st.sampled_from(TRIGGERS))
        when = draw(st.sampled_from(WHENS))
        then = draw(st.lists(st.sampled_from(ACTIONS), min_size=1, max_size=2, unique=True))
        once = draw(st.integers(0, 7)) == 0
        lines = [f"id: r{at}", "record_type: ticket", f'on: "{on}"', f"once: {str(once).lower()}"]
        lines += [f"when: {when}"] if when else []
        lines += ["then:", *(f"  - {one}" for one in then)]
        made.append(rule("\n".join(lines)))
    return made


def act(one: Rule, state: dict[str, Any], scope: dict[str, Any]) -> list[Happening]:
    """Carry out the actions of a rule as the engine does: what does not change anything is no event."""
    told: list[Happening] = []
    for action in one.then:
        wanted: dict[str, Any] = {}
        if action.kind == "set":
            for name, value in action.args.items():
                formula = action.expressions.get(f"set.{name}")
                wanted[name] = formula.evaluate(scope, EMPTY) if formula else value
        elif action.kind == "raise" and state["priority"] in PRIORITIES:
            place = PRIORITIES.index(state["priority"]) - action.args["by"]
            wanted["priority"] = PRIORITIES[min(max(place, 0), 3)]
        elif action.kind == "transition" and state["state"] != action.args["to"]:
            told += [Happening(f"left:{state['state']}"), Happening(f"entered:{action.args['to']}")]
            state["state"] = action.args["to"]
        elif action.kind == "tag":
            added = [tag for tag in action.args["tags"] if tag not in state["tags"]]
            state["tags"] = sorted([*state["tags"], *added])
            told += [Happening(f"tagged:{tag}", {"tag": tag}) for tag in added]
        elif action.kind == "untag":
            state["tags"] = [tag for tag in state["tags"] if tag not in action.args["tags"]]
        for name, value in wanted.items():
            if state.get(name) != value:
                state[name] = value
                told.append(Happening(f"changed:{name}", {"field": name, "to": value}))
    return told


def runs_for_ever(rules: list[Rule], state: dict[str, Any], first: str) -> bool:
    """Return whether the same situation comes back: then it comes back for ever."""
    index = RuleIndex(rules, "ticket")
    pending = [Happening(first, {"field": first.partition(":")[2]})]
    fired: set[str] = set()
    seen: set[str] = set()
    while pending:
        situation = repr((sorted(state.items()), sorted(fired), pending))
        if situation in seen:
            return True
        seen.add(situation)
        scope = {**state, "tags": list(state["tags"])}
        following: list[Happening] = []
        done: set[str] = set()
        for one, happening in index.matching(pending, scope, EMPTY):
            if one.id in done or (one.once and one.id in fired):
                continue
            done.add(one.id)
            fired |= {one.id} if one.once else set()
            following += act(one, state, {**scope, "event": happening.event})
        pending = following
    return False


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    rule_sets(),
    st.fixed_dictionaries(
        {
            "priority": st.sampled_from(PRIORITIES),
            "type": st.sampled_from(("bug", "question")),
            "module": st.sampled_from(("tasks", "gantt")),
            "state": st.sampled_from(("diagnosis", "resolved", "received")),
            "tags": st.sampled_from(([], ["a"], ["b"], ["a", "b"])),
        }
    ),
    st.sampled_from(tuple(one for one in TRIGGERS if ":" in one)),
)
def test_what_runs_for_ever_is_found(rules: list[Rule], state: dict[str, Any], first: str) -> None:
    if runs_for_ever(rules, state, first):
        assert check_cycles(rules)


def test_the_player_tells_endless_from_ending() -> None:
    state: dict[str, Any] = {
        "priority": "P3",
        "type": "bug",
        "module": "tasks",
        "state": "received",
        "tags": [],
    }
    to_and_fro = [
        rule(
            "id: a\nrecord_type: ticket\non: entered:diagnosis\nthen: [{transition: {to: resolved}}]"
        ),
        rule(
            "id: b\nrecord_type: ticket\non: entered:resolved\nthen: [{transition: {to: diagnosis}}]"
        ),
    ]
    assert runs_for_ever(to_and_fro, dict(state), "entered:diagnosis")
    assert not runs_for_ever(to_and_fro[:1], dict(state), "entered:diagnosis")
