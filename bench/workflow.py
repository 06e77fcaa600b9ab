"""A service process of ten steps, one choice, one parallel join, two manual tasks; saved at each human step.

Run: python bench/workflow.py. Ours keeps the whole history, clocks and timers besides; SpiffWorkflow runs the
same process from BPMN, transitions a nested machine without history. Rates are of CPU time, the best of five
rounds in which all take turns; bytes are of one saved instance that waits.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from sopwith.core import commands as c
from sopwith.core.decision import Decision
from sopwith.core.directory import Person
from sopwith.core.events import Actor
from sopwith.core.plain import from_plain, to_plain
from sopwith.core.record import RecordState
from sopwith.definitions import read_text
from sopwith.engine.decide import decide
from sopwith.lab.people import Town
from sopwith.release.compile import compile_release

NOW = datetime(2026, 11, 16, 1, tzinfo=UTC)
ROUNDS = 5
Run = Callable[[int], int]


def _auto(name: str, to: str, when: str = "") -> str:
    guard = f", when: {when}" if when else ""
    return f"""  {name}:
    title: {name}
    customer_title: {name}
    category: open
    owner: {{team: desk}}
    limit: 1d
    go: [{{to: {to}, auto: true{guard}}}]
"""


OURS = f"""kind: record_type
id: order
title: Order
number: "O-{{seq}}"
workflow: flow
intake: intake
access: {{create: [agent], read: [agent], work: [agent]}}
---
kind: form
id: intake
record_type: order
title: Order
sections: [{{id: a, title: A, fields: [{{id: description, type: text, title: Text}}, {{id: amount, type: number, title: Amount}}]}}]
---
kind: team
id: desk
title: Desk
---
kind: workflow
id: flow
record_type: order
title: Flow
goal: Bench
scope: Bench
start: received
states:
{_auto("received", "checked")}{_auto("checked", "priced")}  priced:
    title: Priced
    customer_title: Priced
    category: open
    owner: {{team: desk}}
    limit: 1d
    go: [{{to: large, auto: true, when: amount > 100}}, {{to: small, auto: true}}]
{_auto("large", "both")}{_auto("small", "both")}  both:
    title: Both
    customer_title: Both
    category: open
    type: parallel
    owner: {{team: desk}}
    limit: 1d
    branches: [{{id: pack, title: Pack, owner: {{team: desk}}}}, {{id: bill, title: Bill, owner: {{team: desk}}}}]
    join: all
    then: shipped
{_auto("shipped", "billed")}{_auto("billed", "done")}  done:
    title: Done
    customer_title: Done
    category: closed
"""


def ours() -> tuple[Run, int]:
    """Return what runs n instances, and the bytes of one that waits."""
    documents, found = read_text(OURS, "bench.yaml")
    release, more = compile_release(documents)
    if release is None:
        raise SystemExit("\n".join(one.render("en") for one in (*found, *more)))
    person = Person(id="ann", name="Ann", roles=frozenset({"agent"}), teams=frozenset({"desk"}))
    town = Town(people={"ann": person}, leads={"desk": "ann"})
    actor = Actor("user", "ann", frozenset({"agent"}), frozenset({"desk"}), "Ann")

    def saved(state: RecordState) -> RecordState:
        return from_plain(
            RecordState, json.loads(json.dumps(to_plain(state), separators=(",", ":")))
        )

    def state_of(decision: Decision) -> RecordState:
        assert decision.state is not None
        return decision.state

    def one(number: int) -> RecordState:
        create = c.Create(
            actor=actor, record_id=f"r{number}", number=f"O-{number}", type="order", form="intake",
            values={"description": "Order", "amount": number % 200},
        )  # fmt: skip
        state = saved(state_of(decide(release, None, create, NOW, town)))
        for task in ("pack", "bill"):
            finish = c.FinishTask(actor=actor, task=task)
            later = NOW + timedelta(hours=1)
            state = saved(state_of(decide(release, state, finish, later, town)))
        assert state.state == "done"
        return state

    def run(count: int) -> int:
        for number in range(count):
            one(number)
        return count

    create = c.Create(
        actor=actor,
        record_id="r",
        number="O-1",
        type="order",
        form="intake",
        values={"description": "Order", "amount": 1},
    )
    waiting = state_of(decide(release, None, create, NOW, town))
    return run, len(json.dumps(to_plain(waiting), separators=(",", ":")))


BPMN = """<?xml version="1.0"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="t">
<process id="order" isExecutable="true">
<startEvent id="s"/>
<scriptTask id="received"><script>x = 1</script></scriptTask><scriptTask id="checked"><script>x = 2</script></scriptTask>
<scriptTask id="priced"><script>x = 3</script></scriptTask>
<exclusiveGateway id="choice" default="f_small"/>
<scriptTask id="large"><script>x = 4</script></scriptTask><scriptTask id="small"><script>x = 5</script></scriptTask>
<exclusiveGateway id="merge"/>
<parallelGateway id="split"/>
<manualTask id="pack"/><manualTask id="bill"/>
<parallelGateway id="join"/>
<scriptTask id="shipped"><script>x = 6</script></scriptTask><scriptTask id="billed"><script>x = 7</script></scriptTask>
<endEvent id="e"/>
<sequenceFlow id="f1" sourceRef="s" targetRef="received"/><sequenceFlow id="f2" sourceRef="received" targetRef="checked"/>
<sequenceFlow id="f3" sourceRef="checked" targetRef="priced"/><sequenceFlow id="f4" sourceRef="priced" targetRef="choice"/>
<sequenceFlow id="f_large" sourceRef="choice" targetRef="large"><conditionExpression>amount &gt; 100</conditionExpression></sequenceFlow>
<sequenceFlow id="f_small" sourceRef="choice" targetRef="small"/>
<sequenceFlow id="f5" sourceRef="large" targetRef="merge"/><sequenceFlow id="f6" sourceRef="small" targetRef="merge"/>
<sequenceFlow id="f7" sourceRef="merge" targetRef="split"/>
<sequenceFlow id="f8" sourceRef="split" targetRef="pack"/><sequenceFlow id="f9" sourceRef="split" targetRef="bill"/>
<sequenceFlow id="f10" sourceRef="pack" targetRef="join"/><sequenceFlow id="f11" sourceRef="bill" targetRef="join"/>
<sequenceFlow id="f12" sourceRef="join" targetRef="shipped"/><sequenceFlow id="f13" sourceRef="shipped" targetRef="billed"/>
<sequenceFlow id="f14" sourceRef="billed" targetRef="e"/>
</process></definitions>"""


def spiff() -> tuple[Run, int]:
    """Return the same for SpiffWorkflow, definition and state saved apart as its manual advises."""
    parser_of: Any = import_module("SpiffWorkflow.bpmn.parser").BpmnParser
    workflow_of: Any = import_module("SpiffWorkflow.bpmn").BpmnWorkflow
    serializer_of: Any = import_module("SpiffWorkflow.bpmn.serializer").BpmnWorkflowSerializer
    states: Any = import_module("SpiffWorkflow").TaskState
    parser = parser_of()
    parser.add_bpmn_str(BPMN.encode())
    spec = parser.get_spec("order")
    serializer = serializer_of()

    def saved(workflow: Any) -> Any:
        return serializer.deserialize_json(serializer.serialize_json(workflow))

    def begun(number: int) -> Any:
        workflow = workflow_of(spec)
        workflow.task_tree.data["amount"] = number % 200
        for task in workflow.get_tasks(state=states.READY):
            task.data["amount"] = number % 200
        workflow.do_engine_steps()
        return workflow

    def one(number: int) -> None:
        workflow = saved(begun(number))
        for _ in range(2):
            workflow.get_tasks(state=states.READY, manual=True)[0].run()
            workflow.do_engine_steps()
            workflow = saved(workflow)
        assert workflow.is_completed()

    def run(count: int) -> int:
        for number in range(count):
            one(number)
        return count

    return run, len(serializer.serialize_json(begun(1)))


def nested_machine() -> tuple[Run, int]:
    """Return the same for transitions: a nested machine with parallel states, its state saved as JSON."""
    nesting: Any = import_module("transitions.extensions.nesting")
    machine_of: Any = nesting.HierarchicalMachine

    class Order:
        amount = 0

    steps = ["received", "checked", "priced", "large", "small", "shipped", "billed", "done"]
    both = {
        "name": "both",
        "parallel": [
            {
                "name": "pack",
                "children": ["open", "done"],
                "initial": "open",
                "transitions": [["packed", "open", "done"]],
            },
            {
                "name": "bill",
                "children": ["open", "done"],
                "initial": "open",
                "transitions": [["billed_it", "open", "done"]],
            },
        ],
    }
    ways = [
        ["a", "received", "checked"], ["b", "checked", "priced"], ["big", "priced", "large"], ["little", "priced", "small"],
        ["d", ["large", "small"], "both"], ["e", "both", "shipped"], ["f", "shipped", "billed"], ["g", "billed", "done"],
    ]  # fmt: skip
    machine = machine_of(
        model=None,
        states=[*steps, both],
        transitions=ways,
        initial="received",
        auto_transitions=False,
    )

    def one(number: int) -> Any:
        order = Order()
        machine.add_model(order)
        model: Any = order
        model.amount = number % 200
        model.a()
        model.b()
        (model.big if model.amount > 100 else model.little)()
        model.d()
        for step in ("packed", "billed_it"):
            text = json.dumps({"state": model.state, "amount": model.amount})
            model.trigger(step)
            json.loads(text)
        model.e()
        model.f()
        model.g()
        machine.remove_model(order)
        return len(text)

    def run(count: int) -> int:
        for number in range(count):
            one(number)
        return count

    return run, one(1)


def main() -> None:
    """Print instances a second and bytes, ours first, with our ratio to each peer."""
    contestants: list[tuple[str, Callable[[], tuple[Run, int]], int]] = [("Sopwith", ours, 200)]
    if find_spec("SpiffWorkflow"):
        contestants.append(("SpiffWorkflow", spiff, 30))
    if find_spec("transitions"):
        contestants.append(("transitions", nested_machine, 200))
    made = [(name, *make(), count) for name, make, count in contestants]
    best: dict[str, float] = {}
    for _ in range(ROUNDS):
        for name, run, _, count in made:
            start = time.process_time()
            run(count)
            rate = count / (time.process_time() - start)
            best[name] = max(best.get(name, 0), rate)
    print("| ten steps, saved at each human step | instances/s (CPU) | ours is | bytes waiting |")
    print("| --- | ---: | ---: | ---: |")
    for name, _, size, _ in made:
        print(f"| {name} | {best[name]:,.0f} | {best['Sopwith'] / best[name]:.1f}x | {size:,} |")
    missing = [name for name in ("SpiffWorkflow", "transitions") if find_spec(name) is None]
    if missing:
        print(f"Not installed, so not measured: {', '.join(missing)}.")


if __name__ == "__main__":
    main()
