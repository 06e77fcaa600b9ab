"""One condition on one record: Sopwith beside zen-engine, Google's CEL and hand-written Python.

Run: python bench/expressions.py. Records of 8 keys, 6 % true; rates are per second of CPU time, the best of
seven rounds in which all take turns. The peers' answers are compared with ours.
"""

from __future__ import annotations

import os
import time as clock
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

from sopwith.core.span import Span
from sopwith.expressions import (
    NUMBER,
    TEXT,
    ChoiceType,
    Expression,
    RecordType,
    Schema,
    compile_expression,
    index_tests,
)
from sopwith.expressions.context import EMPTY
from sopwith.expressions.python import generate
from sopwith.expressions.reference import interpret

TICKET = Schema(
    {
        "priority": ChoiceType(("P0", "P1", "P2", "P3")),
        "customer": RecordType("customer", {"tier": ChoiceType(("vip", "gold", "basic"))}),
        "subject": TEXT,
        "amount": NUMBER,
    }
)
OURS = 'priority == "P0" and customer.tier in ["vip", "gold"] and contains(subject, "refund")'
ZEN = "priority == 'P0' and customer.tier in ['vip', 'gold'] and contains(subject, 'refund')"
CEL = "priority == 'P0' && customer.tier in ['vip', 'gold'] && subject.contains('refund')"
SUMS = "amount * 1.13 + 0.1 > 100 and amount / 3 < 500"
ZEN_SUMS = "amount * 1.13 + 0.1 > 100 and amount / 3 < 500"
CEL_SUMS = "amount * 1.13 + 0.1 > 100.0 && amount / 3.0 < 500.0"

Record = dict[str, Any]
Test = Callable[[Record], bool]


def records(count: int) -> list[Record]:
    """Return tickets of 8 keys, always the same ones."""
    found: list[Record] = []
    state = 1
    for number in range(count):
        state = state * 6_364_136_223_846_793_005 + 1_442_695_040_888_963_407 & (1 << 64) - 1
        roll = state >> 33
        found.append(
            {
                "id": number,
                "priority": f"P{roll % 4}",
                "customer": {"tier": ("vip", "gold", "basic")[roll // 4 % 3], "name": "Acme"},
                "subject": "please refund my order" if roll // 12 % 8 < 3 else "it does not start",
                "amount": roll % 100_000 / 100,
                "channel": "mail",
                "tags": ["billing"],
                "created_at": "2026-11-22T08:00:00Z",
            }
        )
    return found


def compiled(text: str) -> Expression:
    """Return our expression of *text*."""
    expression, found = compile_expression(text, TICKET, Span("bench"))
    if expression is None:
        raise ValueError([item.render("en") for item in found])
    return expression


def zen_peer(text: str) -> Test:
    """Return zen-engine's compiled expression."""
    expression: Any = import_module("zen").compile_expression(text)
    return lambda record: expression.evaluate(record) is True


def cel_peer(text: str) -> Test:
    """Return Google's CEL, compiled, with its variables declared."""
    cel: Any = import_module("cel_expr_python.cel")
    string, kind = cel.Type.STRING, cel.Type
    names = {
        "priority": string,
        "customer": kind.Map(string, kind.DYN),
        "subject": string,
        "amount": kind.DOUBLE,
    }
    expression = cel.NewEnv(variables=names).compile(text)
    return lambda record: expression.eval(data=record).plain_value() is True


def by_hand(record: Record) -> bool:
    """Return what a programmer would write who trusts the record to be complete."""
    return (
        record["priority"] == "P0"
        and record["customer"]["tier"] in ("vip", "gold")
        and "refund" in record["subject"]
    )


def sums_by_hand(record: Record) -> bool:
    """Return the same with binary floats: not exact, and an exception away from a missing field."""
    amount = record["amount"]
    return bool(amount * 1.13 + 0.1 > 100 and amount / 3 < 500)


def rates(tests: Sequence[Test], samples: Sequence[Record]) -> list[float]:
    """Return evaluations a second of CPU time, the best of seven rounds."""
    best = [float("inf")] * len(tests)
    for _ in range(7):
        for at, test in enumerate(tests):
            start = clock.process_time()
            for sample in samples:
                test(sample)
            best[at] = min(best[at], clock.process_time() - start)
    return [len(samples) / spent for spent in best]


def compare(title: str, ours: str, hand: Test, peers: dict[str, Callable[[], Test]]) -> None:
    """Measure one condition and print the table."""
    expression, samples = compiled(ours), records(20_000)
    tests: dict[str, Test] = {"sopwith": expression.holds, "python by hand": hand}
    for name, make in peers.items():
        try:
            tests[name] = make()
        except ImportError:
            print(f"  {name}: not installed")
    wanted = [expression.holds(sample) for sample in samples]
    print(f"{title}: {sum(wanted) / len(wanted):.0%} true")
    found = rates(list(tests.values()), samples)
    for (name, test), rate in zip(tests.items(), found, strict=True):
        differ = sum(test(sample) != want for sample, want in zip(samples, wanted, strict=True))
        print(f"  {name:<18}{rate:>12,.0f}/s{found[0] / rate:>9.1f}x{differ:>8} answers differ")


def costs() -> None:
    """Print what it costs to check, to generate and to explain one condition."""
    expression, sample = compiled(OURS), records(1)[0]
    work: dict[str, Callable[[], object]] = {
        "parse and check": lambda: compiled(OURS),
        "generate Python": lambda: generate(expression.tree),
        "plain words": lambda: expression.words("zh-CN"),
        "index tests": lambda: index_tests(expression),
        "reference": lambda: interpret(expression.tree, sample, EMPTY),
        "explanation": lambda: expression.explain(sample),
    }
    for name, task in work.items():
        start = clock.process_time()
        for _ in range(500):
            task()
        print(f"  {name:<18}{(clock.process_time() - start) / 500 * 1e6:>12,.0f} us")


def main() -> None:
    """Measure a typical condition, one with arithmetic, and the cost of preparing one."""
    print(f"load average {os.getloadavg()[0]:.1f}; the ratio is ours to theirs")
    compare(
        "typical condition",
        OURS,
        by_hand,
        {"zen-engine": lambda: zen_peer(ZEN), "cel-expr-python": lambda: cel_peer(CEL)},
    )
    compare(
        "exact arithmetic",
        SUMS,
        sums_by_hand,
        {"zen-engine": lambda: zen_peer(ZEN_SUMS), "cel-expr-python": lambda: cel_peer(CEL_SUMS)},
    )
    print("one condition")
    costs()


if __name__ == "__main__":
    main()
