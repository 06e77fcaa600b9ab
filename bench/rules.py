"""Which of N rules match one event: the rule index beside zen-engine and a loop over compiled conditions.

Run: python bench/rules.py. Rules: `product == X and customer.tier in [...] and amount > Y`, 50 products, 1 %
match. Rates are events a second of CPU time, the best of five rounds in which all take turns; for zen-engine
its table with indexed columns and one list of all conditions, whichever is faster. All answers are compared.
"""

from __future__ import annotations

import json
import os
import random
import time as clock
from collections.abc import Callable
from importlib import import_module
from typing import Any

from sopwith.core.span import Span
from sopwith.core.text import Text
from sopwith.expressions import EMPTY, NUMBER, TEXT, RecordType, Schema, compile_expression
from sopwith.rules.match import Happening, RuleIndex
from sopwith.rules.model import Rule, Trigger

SCHEMA = Schema(
    {"product": TEXT, "amount": NUMBER, "customer": RecordType("customer", {"tier": TEXT})}
)
TIERS = ("vip", "gold", "basic")
Event = dict[str, Any]
Match = Callable[[Event], list[int]]
Rows = list[tuple[str, list[str], int]]


def rows(count: int) -> Rows:
    """Return product, tiers and bound of each rule, always the same ones."""
    rng = random.Random(7)
    return [
        (f"p{rng.randrange(50)}", rng.sample(TIERS, 2), rng.randrange(500)) for _ in range(count)
    ]


def events(count: int) -> list[Event]:
    """Return events of 6 keys, always the same ones."""
    rng = random.Random(8)
    return [
        {
            "number": f"T-{number}",
            "product": f"p{rng.randrange(50)}",
            "customer": {"tier": rng.choice(TIERS), "name": "Acme"},
            "amount": rng.randrange(1000),
            "channel": "mail",
            "tags": ["billing"],
        }
        for number in range(count)
    ]


def condition(row: tuple[str, list[str], int]) -> str:
    """Return the condition of one rule; zen-engine reads the same text."""
    product, tiers, bound = row
    return f"product == '{product}' and customer.tier in {tiers} and amount > {bound}"


def compiled(made: Rows) -> list[Rule]:
    """Return our rules, named by their place."""
    rules = []
    for place, row in enumerate(made):
        expression, found = compile_expression(condition(row), SCHEMA, Span("bench"))
        if expression is None:
            raise ValueError([item.render("en") for item in found])
        created = Trigger(kind="event", event="created")
        rules.append(
            Rule(
                id=f"{place:06}",
                title=Text(),
                record_type="ticket",
                triggers=(created,),
                when=expression,
            )
        )
    return rules


def by_index(rules: list[Rule]) -> Match:
    """Return the rule index."""
    index = RuleIndex(rules, "ticket")
    created = Happening("created")
    return lambda event: [int(rule.id) for rule in index.rules_for(created, event, EMPTY)]


def index_alone(rules: list[Rule]) -> Callable[[Event], object]:
    """Return the rule index without turning its answer into numbers."""
    index = RuleIndex(rules, "ticket")
    created = Happening("created")
    return lambda event: index.rules_for(created, event, EMPTY)


def by_loop(rules: list[Rule]) -> Match:
    """Return a loop over our own compiled conditions."""
    tests = [(place, rule.when) for place, rule in enumerate(rules) if rule.when]
    return lambda event: [place for place, when in tests if when.holds(event, EMPTY)]


def _graph(node: dict[str, Any]) -> str:
    place = {"x": 0, "y": 0}
    ends = (
        {"id": "i", "type": "inputNode", "name": "i"},
        {"id": "o", "type": "outputNode", "name": "o"},
    )
    nodes = [{"position": place, **one} for one in (*ends, {"id": "n", "name": "n", **node})]
    edges = [("a", "i", "n"), ("b", "n", "o")]
    return json.dumps(
        {
            "nodes": nodes,
            "edges": [
                {"id": name, "sourceId": one, "targetId": other, "type": "edge"}
                for name, one, other in edges
            ],
        }
    )


def zen_table(made: Rows) -> tuple[Callable[[Event], Any], Callable[[Any], list[int]]]:
    """Return zen-engine's decision table that collects, a column for each field: these it indexes."""
    fields = {"p": "product", "t": "customer.tier", "a": "amount"}
    content = {
        "hitPolicy": "collect",
        "inputs": [{"id": key, "name": key, "field": field} for key, field in fields.items()],
        "outputs": [{"id": "x", "name": "x", "field": "rule"}],
        "rules": [
            {
                "_id": str(place),
                "p": f"'{product}'",
                "t": ", ".join(f"'{one}'" for one in tiers),
                "a": f"> {bound}",
                "x": str(place),
            }
            for place, (product, tiers, bound) in enumerate(made)
        ],
    }
    run = _zen({"type": "decisionTableNode", "content": content})
    return run, lambda answer: [one["rule"] for one in answer["result"]]


def zen_list(made: Rows) -> tuple[Callable[[Event], Any], Callable[[Any], list[int]]]:
    """Return zen-engine's expression that lists the result of every condition."""
    listed = ", ".join(f"({condition(row)}) ? {place} : -1" for place, row in enumerate(made))
    content = {"expressions": [{"id": "e", "key": "rules", "value": f"[{listed}]"}]}
    run = _zen({"type": "expressionNode", "content": content})
    return run, lambda answer: [one for one in answer["result"]["rules"] if one >= 0]


def _zen(node: dict[str, Any]) -> Callable[[Event], Any]:
    zen: Any = import_module("zen")
    content = zen.ZenDecisionContent(_graph(node))
    engine = zen.ZenEngine({"loader": lambda _: content})
    return lambda event: engine.evaluate("rules", event)


def rate(task: Callable[[Event], object], samples: list[Event]) -> float:
    """Return events a second of CPU time."""
    start = clock.process_time()
    for sample in samples:
        task(sample)
    return len(samples) / max(clock.process_time() - start, 1e-9)


def compare(count: int, goal: int) -> None:
    """Measure *count* rules and print the table."""
    made, samples = rows(count), events(2_000)
    start = clock.process_time()
    rules = compiled(made)
    spent = clock.process_time() - start
    tasks: dict[str, tuple[Callable[[Event], object], list[Event]]] = {
        "sopwith index": (index_alone(rules), samples),
        "compiled loop": (by_loop(rules), samples[: 200_000 // count]),
    }
    wanted = [by_loop(rules)(sample) for sample in samples[:50]]
    answers: dict[str, list[list[int]]] = {
        "sopwith index": [by_index(rules)(sample) for sample in samples[:50]],
    }
    for name, make in (("zen-engine table", zen_table), ("zen-engine list", zen_list)):
        try:
            run, read = make(made)
        except ImportError:
            print(f"  {name}: not installed (the dependency group bench has it)")
            continue
        tasks[name] = (run, samples[: 1_000_000 // count])
        answers[name] = [sorted(read(run(sample))) for sample in samples[:50]]
    best = dict.fromkeys(tasks, 0.0)
    for _ in range(5):
        for name, (task, some) in tasks.items():
            best[name] = max(best[name], rate(task, some))
    share = sum(map(len, wanted)) / len(wanted) / count
    print(f"{count} rules, {share:.1%} match; parsed and checked in {spent:.2f} s")
    for name, found in best.items():
        differ = sum(
            one != other for one, other in zip(answers.get(name, wanted), wanted, strict=True)
        )
        ratio = best["sopwith index"] / found
        print(f"  {name:<18}{found:>12,.0f} events/s{ratio:>9.1f}x{differ:>6} answers differ")
    zen = max((found for name, found in best.items() if name.startswith("zen")), default=0.0)
    if zen:
        print(f"  goal {goal}x zen-engine: {best['sopwith index'] / zen:.1f}x")


def main() -> None:
    """Measure 1,000 and 10,000 rules."""
    print(f"load average {os.getloadavg()[0]:.1f}; the ratio is ours to theirs")
    compare(1_000, 10)
    compare(10_000, 50)


if __name__ == "__main__":
    main()
