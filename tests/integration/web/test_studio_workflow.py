"""The editor of workflows: its three views, whatever is written; gestures that leave the workflow sound; copies as text."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pytest
import yaml
from flask import Flask

from sopwith.definitions import read_nodes
from sopwith.definitions.operations import (
    Clear,
    Insert,
    Move,
    Operation,
    Put,
    Remove,
    Set,
    apply_to_value,
)
from sopwith.web.studio.bench import Bench, bench_of
from sopwith.web.studio.editors import workflow_changes as changes
from sopwith.web.studio.editors.workflow_blanks import TITLES
from sopwith.web.studio.editors.workflow_paste import paste, states_in
from tests.integration.web.conftest import Browser
from tests.support.rooms import room_of
from tests.support.shipped import shipped_files
from tests.support.shop import files

FULL = bool(os.environ.get("SOPWITH_FULL"))
VIEWS = ("graph", "tree", "outline")
WRONG: tuple[Any, ...] = (
    7,
    True,
    [],
    {},
    [3],
    {"a": [1]},
    [{"id": {"a": 1}}, [[]]],
    {"en": ["x"]},
    "",
)
MAKERS: Mapping[str, Any] = {
    "put": lambda path, value, after=None, lines=(): Put(path=path, value=value, after=after),
    "insert": lambda path, index, value: Insert(path=path, index=index, value=value),
    "remove": lambda path: Remove(path=path),
    "move": lambda path, to, index: Move(path=path, to=to, index=index),
    "set": lambda path, value, lines=(): Set(path=path, value=value),
    "clear": lambda path: Clear(path=path),
}


@cache
def shipped() -> dict[str, str]:
    """Return the packs, and the small shop that most tests change."""
    packs = {name: text for name, text in shipped_files().items() if name.endswith(".yaml")}
    return {**packs, **files()}


def around(name: str) -> dict[str, str]:
    """Return the files that stand with a workflow: the shop's, or those of all packs."""
    return (
        files()
        if name.endswith("-flow")
        else {key: text for key, text in shipped().items() if key not in files()}
    )


def workflow(name: str) -> dict[str, Any]:
    """Return a workflow of the packs as a plain value."""
    for path, text in shipped().items():
        for node in read_nodes(text, path)[0]:
            if node.value.get("kind") == "workflow" and node.value.get("id") == name:
                return copy.deepcopy(node.value)
    raise LookupError(name)


def place_of(name: str) -> str:
    return next(
        path
        for path, text in shipped().items()
        if any(
            node.value.get("id") == name and node.value.get("kind") == "workflow"
            for node in read_nodes(text, path)[0]
        )
    )


def errors(made: Bench) -> set[str]:
    return {one.render("en") for one in made.found if one.severity == "error"}


def bench_with(document: dict[str, Any]) -> Bench:
    """Return the packs with *document* in place of the workflow of its id."""
    path = place_of(document["id"])
    nodes = [node.value for node in read_nodes(shipped()[path], path)[0]]
    new = [
        document if one.get("id") == document["id"] and one["kind"] == "workflow" else one
        for one in nodes
    ]
    text = yaml.safe_dump_all(new, allow_unicode=True, sort_keys=False)
    return bench_of({**around(document["id"]), path: text})


def done(document: dict[str, Any], plan: changes.Plan) -> dict[str, Any]:
    """Return *document* with the operations of *plan* done, one after the other."""
    value = document
    for sent in plan.operations:
        arguments = {key: held for key, held in sent.items() if key != "op"}
        for key in ("path", "to"):
            if key in arguments:
                arguments[key] = tuple(arguments[key])
        operation: Operation = MAKERS[sent["op"]](**arguments)
        value = apply_to_value(value, operation)
    return value


@pytest.fixture
def speaking(app: Flask) -> Iterator[None]:
    with app.test_request_context("/"):
        yield


SELECTIONS = (
    "",
    "state/diagnosis",
    "state/diagnosis/solving",
    "line/diagnosis/tier2",
    "remove/diagnosis",
    "state/gone",
    "line/gone/gone",
)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("at", SELECTIONS)
def test_every_view_shows_every_selection(view: str, at: str, speaking: None) -> None:
    page = room_of(workflow("after-sales"), f"{at};view={view}")
    assert 'id="flow-room"' in page
    assert "First-line diagnosis" in page


def test_a_chart_tells_who_when_and_under_which_condition(speaking: None) -> None:
    others = {
        name: text
        for name, text in around("after-sales").items()
        if name != place_of("after-sales")
    }
    page = room_of(workflow("after-sales"), "", others)
    data = json.loads(page.split("data-chart='")[1].split("' hidden")[0])
    nodes = {one["id"]: one for one in data["nodes"]}
    said = {words for _kind, words, _x, _y in nodes["diagnosis"]["lines"]}
    assert "Form: First-line diagnosis" in said
    edge = next(
        one for one in data["edges"] if (one["source"], one["target"]) == ("diagnosis", "tier2")
    )
    assert edge["ways"] == ["go/1"]
    assert any(kind == "guard" for kind, _words in edge["lines"])
    assert ", when " in edge["words"]


@pytest.mark.parametrize("name", ["after-sales", "it-request-flow"] if FULL else ["after-sales"])
def test_the_editor_shows_whatever_is_written(name: str, speaking: None) -> None:
    document = workflow("after-sales")
    spoiled: list[tuple[Any, ...]] = [(key,) for key in document if key not in ("kind", "id")]
    spoiled += [
        ("states", "diagnosis", key)
        for key in ("title", "category", "owner", "limit", "form", "checklist", "go")
    ]
    spoiled += [
        ("states", "diagnosis"),
        ("states", "diagnosis", "go", 0),
        ("states", "diagnosis", "go", 0, "to"),
    ]
    for path in spoiled:
        for number, wrong in enumerate(WRONG):
            if not FULL and (number + len(path) + len(str(path[-1]))) % 4:
                continue  # a quarter of the ways to be wrong
            broken = apply_to_value(document, Put(path=path, value=wrong))
            at = SELECTIONS[number % len(SELECTIONS)]
            assert 'id="flow-room"' in room_of(broken, f"{at};view={VIEWS[number % 3]}"), (
                path,
                wrong,
            )


@pytest.mark.parametrize("kind", ["approval", "parallel"])
def test_odd_approvals_and_tasks_are_shown(kind: str, speaking: None) -> None:
    keys = {
        "approval": ("approvers", "decide_by", "timeout", "remind", "skip_when", "approved"),
        "parallel": ("branches", "join", "then"),
    }
    document = workflow("after-sales")
    document = done(document, changes.insert(document, "diagnosis", "go/1", kind, ("first-line",)))
    name = {"approval": "approval", "parallel": "tasks"}[kind]
    assert "flow-approval" in room_of(document, f"state/{name}") or kind == "parallel"
    for key in keys[kind]:
        for wrong in WRONG if FULL else WRONG[::3]:
            broken = apply_to_value(document, Put(path=("states", name, key), value=wrong))
            assert 'id="flow-room"' in room_of(broken, f"state/{name};view=outline"), (key, wrong)


@pytest.mark.parametrize("kind", [one for one in TITLES if one != "closed"])
def test_a_state_put_into_a_way_leaves_the_workflow_sound(kind: str) -> None:
    document = workflow("after-sales" if FULL else "wish-flow")
    before = errors(bench_with(document))
    ways = [
        (name, way) for name, state in document["states"].items() for way in changes.ways_of(state)
    ]
    for source, way in ways if FULL else ways[:3]:
        target = changes.ways_of(document["states"][source])[way]
        plan = changes.insert(document, source, way, kind, ("counter",))
        after = done(document, plan)
        name = plan.then.removeprefix("state/")
        assert changes.ways_of(after["states"][source])[way] == name
        assert target in changes.ways_of(after["states"][name]).values()
        assert list(after["states"]).index(name) == list(after["states"]).index(source) + 1
        found = {one for one in errors(bench_with(after)) if name in one or "WFL" in one}
        assert found <= before, (source, way)


def test_a_way_into_a_new_state_is_called_for_it_and_its_old_name_leads_on() -> None:
    document = workflow("after-sales")
    old = document["states"]["received"]["go"][0]
    assert old["title"]["en"] == "Start diagnosis"
    asked = done(document, changes.insert(document, "received", "go/0", "approval", ("first-line",)))  # fmt: skip
    way = asked["states"]["received"]["go"][0]
    assert way == {
        **old,
        "to": "approval",
        "title": {"en": "Ask for approval", "zh-CN": "提交审批"},
    }
    assert asked["states"]["approval"]["approved"] == "diagnosis"
    step = done(document, changes.insert(document, "received", "go/0", "state", ("first-line",)))
    way = step["states"]["received"]["go"][0]
    assert way == {key: one for key, one in {**old, "to": "step"}.items() if key != "title"}
    assert step["states"]["step"]["go"] == [{"to": "diagnosis", "title": old["title"]}]


def test_an_approval_says_who_decides_before_who_has_it(speaking: None) -> None:
    document = workflow("after-sales")
    asked = done(document, changes.insert(document, "received", "go/0", "approval", ("first-line",)))  # fmt: skip
    page = room_of(asked, "state/approval")
    inner = page[page.index('id="flow-inspector"') :]
    order = [
        inner.index(f'id="c-states-approval-{key}"')
        for key in ("approvers-0-role", "decide_by-shape", "timeout-after", "limit", "owner-shape")
    ]
    assert order == sorted(order)
    assert 'value="1" aria' not in inner
    assert '<option value="bd" selected>' in inner


def test_a_branch_comes_together_with_the_first_way() -> None:
    document = workflow("wish-flow")
    after = done(document, changes.branch(document, "working", "approval", ("counter",)))
    asked = {"en": "Ask for approval", "zh-CN": "提交审批"}
    assert after["states"]["working"]["go"][-1] == {"to": "approval", "title": asked}
    assert after["states"]["approval"]["approved"] == "resolved"
    assert not errors(bench_with(after)) - errors(bench_with(document))


def test_what_leads_to_a_removed_state_leads_elsewhere() -> None:
    document = workflow("after-sales")
    document["layout"] = {"diagnosis": [1, 2]}
    after = done(document, changes.remove(document, ["diagnosis"], "solving"))
    text = json.dumps({key: after[key] for key in ("states", "start", "reopen")})
    assert '"diagnosis"' not in text.replace('"form": "diagnosis"', "")
    assert after["reopen"]["to"] == "solving"
    assert "layout" not in after
    assert after["states"]["received"]["go"][0]["to"] == "solving"
    gone = done(document, changes.remove(document, ["tier3", "tier2"]))
    assert not {"tier2", "tier3"} & {
        to for one in gone["states"].values() for to in changes.ways_of(one).values()
    }


def test_a_way_made_twice_gets_an_id_and_can_be_cut() -> None:
    document = workflow("after-sales")
    once = done(document, changes.connect(document, "received", "solving"))
    twice = done(once, changes.connect(once, "received", "solving"))
    assert twice["states"]["received"]["go"][-1] == {"to": "solving", "id": "solving_2"}
    assert done(twice, changes.cut(twice, "received", "solving")) == document
    with pytest.raises(changes.CannotPlanError):
        changes.connect(document, "closed", "solving")


@pytest.mark.parametrize("kind", ["approval", "parallel"])
def test_a_state_becomes_another_type_and_back(kind: str) -> None:
    document = workflow("wish-flow")
    after = done(document, changes.become(document, "received", kind, ("counter",)))
    assert after["states"]["received"]["type"] == kind
    assert not errors(bench_with(after)) - errors(bench_with(document))
    back = done(after, changes.become(after, "received", "normal", ()))
    assert "type" not in back["states"]["received"]
    assert not errors(bench_with(back)) - errors(bench_with(document))


def test_pasted_states_get_ids_of_their_own_and_keep_their_ways() -> None:
    document = workflow("after-sales")
    states = {name: document["states"][name] for name in ("tier2", "tier3")}
    text = yaml.safe_dump({"states": states}, allow_unicode=True, sort_keys=False)
    after = done(document, paste(document, text, "tier3"))
    assert after["states"]["tier2_2"]["go"][0]["to"] == "tier3_2"
    assert after["states"]["tier2_2"]["go"][1]["to"] == "diagnosis"
    empty = {"kind": "workflow", "id": "new"}
    fresh = done(empty, paste(empty, text.partition("\n")[2]))  # without "states:" as well
    assert list(fresh["states"]) == ["tier2", "tier3"]
    assert [way["to"] for way in fresh["states"]["tier2"]["go"]] == ["tier3"]


# --- over HTTP ----------------------------------------------------------------------------------


@pytest.fixture
def draft(ada: Browser) -> str:
    return str(ada.post("/studio", {"title": "More steps"}).location)


def send(browser: Browser, address: str, body: Any) -> Any:
    browser.get("/studio")
    headers = {"X-CSRFToken": browser.token, "Content-Type": "application/json"}
    return browser.client.post(
        address, data=json.dumps(body), headers=headers
    )  # keys stay as they are, as browsers send them


def test_a_gesture_is_planned_and_saved(ada: Browser, draft: str) -> None:
    planned = send(
        ada,
        f"{draft}/workflows/wish-flow/plan",
        {"do": "insert", "source": "working", "way": "go/0", "kind": "approval"},
    )
    assert planned.status_code == 200
    assert list(planned.json["operations"][0]["value"])[:3] == ["title", "type", "category"]
    found = [
        {"file": "shop/workflows.yaml", "document": 0, "operation": one}
        for one in planned.json["operations"]
    ]
    saved = send(ada, f"{draft}/edit", {"base": 0, "title": planned.json["step"], "changes": found})
    assert saved.status_code == 200
    page = ada.get(f"{draft}/define/workflow/wish-flow?at={planned.json['then']}").get_data(
        as_text=True
    )
    assert "One after the other" in page
    said = ada.get(f"{draft}/problems?file=shop/workflows.yaml").get_json()
    assert [one for one in said["problems"] if one["file"] == "shop/workflows.yaml"] == []


def test_a_state_that_is_added_while_the_end_is_selected_comes_in_by_itself(ada: Browser, draft: str) -> None:  # fmt: skip
    wish = {"do": "insert", "source": "closed", "kind": "closed"}
    planned = send(ada, f"{draft}/workflows/wish-flow/plan", wish)
    assert planned.status_code == 200
    assert planned.json["then"].startswith("state/closed")
    assert all("go" not in one["path"] for one in planned.json["operations"])


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {"do": "fly"},
        {"do": "insert", "source": "gone", "kind": "state"},
        {"do": "insert", "kind": 7},
        {"do": "remove"},
        {"do": "pin", "places": {"working": ["x", 1]}},
        {"do": "paste", "text": "a: [b"},
        {"do": "connect", "source": "closed", "target": "working"},
    ],
)
def test_what_is_no_gesture_is_refused_with_words(ada: Browser, draft: str, body: Any) -> None:
    answer = send(ada, f"{draft}/workflows/wish-flow/plan", body)
    assert answer.status_code in (400, 422)
    assert answer.json["message"]


def test_states_are_copied_as_they_are_written(ada: Browser, draft: str) -> None:
    text = ada.get(f"{draft}/workflows/wish-flow/copy?state=working&state=waiting").get_data(
        as_text=True
    )
    assert "    limit: 2d\n" in text
    assert list(states_in(text)) == ["working", "waiting"]
    answer = send(
        ada, f"{draft}/workflows/errand-flow/plan", {"do": "paste", "text": text, "after": "open"}
    )
    assert [one["path"] for one in answer.json["operations"]] == [
        ["states", "working"],
        ["states", "waiting"],
    ]
    assert answer.json["operations"][0]["after"] == "open"
    assert ada.get(f"{draft}/workflows/wish-flow/copy?state=gone").status_code == 404


COMMENTED = """  # Where urgent things go.
  urgent:   # asked for by the shop
    title: {en: Urgent, zh-CN: 加急}
    category: open   # always
    customer_title: {en: In work, zh-CN: 处理中}
    owner: {team: counter}
    # Not longer than a shift.
    limit: 8h
    go:
      # The usual way.
      - {to: waiting, title: {en: Ask, zh-CN: 询问}}
      - {to: urgent, id: again, title: {en: Once more, zh-CN: 再来一次}}   # for the impatient
      - {to: resolved, title: {en: Done, zh-CN: 完成}}
      # No other ways out.
"""


def test_comments_travel_from_one_workflow_to_another(ada: Browser, draft: str) -> None:
    name = "shop/workflows.yaml"
    text = files()[name].replace("  waiting:\n", f"{COMMENTED}  waiting:\n", 1)
    changed = {"base": 0, "changes": [{"file": name, "text": text}]}
    assert send(ada, f"{draft}/edit", changed).status_code == 200
    copied = ada.get(f"{draft}/workflows/wish-flow/copy?state=urgent").get_data(as_text=True)
    assert copied == f"states:\n{COMMENTED}"
    gesture = {"do": "paste", "text": copied, "after": "open"}
    for turn, expected in enumerate(("urgent", "urgent_2"), 1):
        planned = send(ada, f"{draft}/workflows/errand-flow/plan", gesture).json
        assert planned["then"] == f"state/{expected}"
        operations = [
            {"file": name, "document": 1, "operation": one} for one in planned["operations"]
        ]
        edit = {"base": turn, "title": planned["step"], "changes": operations}
        saved = send(ada, f"{draft}/edit", edit)
        assert saved.status_code == 200, saved.json
    first, second = saved.json["files"][name].split("id: errand-flow")
    assert first == text.split("id: errand-flow")[0]
    gone = "      - {to: waiting, title: {en: Ask, zh-CN: 询问}}\n"
    last = "      - {to: resolved, title: {en: Done, zh-CN: 完成}}\n"
    here = COMMENTED.replace(gone, "").replace(last, "")
    again = here.replace("  urgent:", "  urgent_2:").replace("to: urgent,", "to: urgent_2,")
    for block in (here, again):
        kept = block.replace(
            "      # The usual way.\n", ""
        )  # it goes with its way, which leads nowhere here
        assert kept in second


def test_a_duplicate_keeps_its_comments(ada: Browser, draft: str) -> None:
    name = "shop/workflows.yaml"
    text = files()[name].replace("  waiting:\n", f"{COMMENTED}  waiting:\n", 1)
    send(ada, f"{draft}/edit", {"base": 0, "changes": [{"file": name, "text": text}]})
    gesture = {"do": "duplicate", "states": ["urgent"]}
    planned = send(ada, f"{draft}/workflows/wish-flow/plan", gesture).json
    [operation] = planned["operations"]
    assert operation["after"] == "urgent"
    lines = COMMENTED.replace("  urgent:", "  urgent_2:").replace("to: urgent,", "to: urgent_2,")
    assert "".join(f"  {line}\n" for line in operation["lines"]) == lines


def test_lines_that_say_something_else_than_the_value_are_refused(ada: Browser, draft: str) -> None:
    operation = {"op": "set", "path": ["states", "odd"], "value": {"title": "Odd"}, "lines": ["odd:", "  title: Even"]}  # fmt: skip
    change = {"file": "shop/workflows.yaml", "document": 0, "operation": operation}
    assert send(ada, f"{draft}/edit", {"base": 0, "changes": [change]}).status_code == 422
    change["operation"] = {**operation, "lines": ["odd: 1\nstart: x"]}
    assert send(ada, f"{draft}/edit", {"base": 0, "changes": [change]}).status_code == 400
