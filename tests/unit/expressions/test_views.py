"""What else one tree gives: index tests, blocks, plain words, explanations."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from sopwith.core.text import Text
from sopwith.expressions import (
    Context,
    Labels,
    Test,
    from_blocks,
    index_tests,
    required_tests,
    to_blocks,
)

from .samples import SCHEMA, Writer, codes, compiled, record, situation

LABELS = Labels(
    fields={
        "priority": Text("Priority", "优先级"),
        "customer.tier": Text("Customer tier", "客户等级"),
        "items": Text("Order lines", "订单明细"),
        "items.price": Text("Price", "单价"),
        "amount": Text("Amount", "金额"),
    },
    options={
        "customer.tier": {"vip": Text("VIP", "VIP"), "gold": Text("Enterprise", "企业版")},
    },
)


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        (
            'priority == "P0" and customer.tier in ["vip", "gold"]',
            "优先级 为 P0 且 客户等级 属于 VIP、企业版",
            "Priority is P0 and Customer tier is one of VIP, Enterprise",
        ),
        ("amount > 100 or paid", "金额 大于 100 或 paid", "Amount is more than 100 or paid"),
        ("not (amount > 1)", "不满足（金额 大于 1）", "not (Amount is more than 1)"),
        ("amount == none", "金额 为空", "Amount is empty"),
        ("any(items, price > 5)", "订单明细 中存在满足“单价 大于 5”的条目",
         "Order lines has an entry where Price is more than 5"),
        ("created_at < now() - 4h", "created_at 早于 （当前时间 减 4小时）",
         "created_at is before (now minus 4 hours)"),
        ("business_time_since(created_at) > 4bh", "created_at 以来的工作时长 大于 4个工作小时",
         "the working time since created_at is more than 4 working hours"),
        ('contains(subject, "退款")', "subject 包含 “退款”", 'subject contains "退款"'),
        ('due == "2026-11-22"', "due 为 2026-11-22", "due is 2026-11-22"),
        ("paid == true", "paid 为 是", "paid is yes"),
        ('contains(subject, "{0} {*}")', "subject 包含 “{0} {*}”", 'subject contains "{0} {*}"'),
    ],
)  # fmt: skip
def test_words(text: str, zh: str, en: str) -> None:
    expression = compiled(text)
    assert expression.words("zh-CN", LABELS) == zh
    assert expression.words("en", LABELS) == en


def test_words_take_a_plain_mapping_of_labels() -> None:
    labels = {"priority": Text("Priority", "优先级"), "priority=P0": Text("Urgent", "紧急")}
    assert compiled('priority == "P0"').words("zh-CN", labels) == "优先级 为 紧急"
    assert compiled('priority == "P0"').words("en") == "priority is P0"


def test_index_tests_of_a_typical_rule() -> None:
    text = (
        'priority == "P0" and customer.tier in ["vip", "gold"] and 100 < amount'
        ' and contains(tags, "crash") and contains(subject, "refund") and paid and fee != 1'
    )
    required = required_tests(compiled(text))
    assert required.tests == (
        Test(path="priority", op="==", values=("P0",)),
        Test(path="customer.tier", op="in", values=("vip", "gold")),
        Test(path="amount", op=">", values=(100,)),
        Test(path="tags", op="contains", values=("crash",)),
        Test(path="paid", op="==", values=(True,)),
    )
    assert required.residual is not None
    assert required.residual.text == 'contains(subject, "refund") and fee != 1'
    assert index_tests(compiled("amount > 1 or paid")) == ()
    assert required_tests(compiled("amount > 1")).residual is None


def passes(test: Test, values: Mapping[str, Any]) -> bool:
    """Return whether *test* holds, as a rule index would decide it."""
    found: Any = values
    for key in test.path.split("."):
        found = found.get(key) if isinstance(found, dict) else None
    if test.op == "contains":
        return isinstance(found, list) and test.values[0] in found
    wanted = type(test.values[0]) if test.values else str
    kinds = (int, float) if wanted in (int, float) else (wanted,)
    if type(found) not in kinds or (kinds == (int, float) and not abs(found) < 10**15):
        return False
    if test.op in ("==", "in"):
        return found in test.values
    one = test.values[0]
    return bool(
        {"<": found < one, "<=": found <= one, ">": found > one, ">=": found >= one}[test.op]
    )


def test_tests_and_residual_together_mean_the_condition() -> None:
    for seed in range(400):
        writer = Writer(seed)
        clauses = [writer.condition(1) for _ in range(3)]
        expression = compiled(" and ".join(f"({clause})" for clause in clauses))
        required = required_tests(expression)
        for again in range(4):
            values, context = record(seed + again), situation(seed)
            rest = required.residual is None or required.residual.holds(values, context)
            got = rest and all(passes(test, values) for test in required.tests)
            assert got == expression.holds(values, context), expression.text


def test_blocks_and_back_mean_the_same() -> None:
    for seed in range(500):
        expression = compiled(Writer(seed).condition(3))
        blocks = json.loads(json.dumps(to_blocks(expression)))
        again, found = from_blocks(blocks, SCHEMA)
        assert again is not None, [item.render("en") for item in found]
        assert again.tree == expression.tree, expression.text


def test_blocks_of_a_typical_rule() -> None:
    expression = compiled(
        'priority in ["P0"] and (paid or not (spent > 4h)) and due < "2026-11-22"'
        " and any(items, price > 1) and amount + 1 > 2 and is_empty(body)"
    )
    assert to_blocks(expression) == {
        "all": [
            {"field": "priority", "op": "in", "value": ["P0"]},
            {
                "any": [
                    {"field": "paid", "op": "is true"},
                    {"not": {"field": "spent", "op": ">", "value": {"duration": "4h"}}},
                ]
            },
            {"field": "due", "op": "<", "value": {"date": "2026-11-22"}},
            {"field": "items", "op": "any row", "where": {"field": "price", "op": ">", "value": 1}},
            {"text": "amount + 1 > 2"},
            {"field": "body", "op": "is_empty"},
        ]
    }


DEEP: dict[str, Any] = {"text": "paid"}
for _ in range(5_000):
    DEEP = {"not": DEEP}


@pytest.mark.parametrize(
    ("block", "code"),
    [
        (None, "EXP042"), ([], "EXP042"), ({}, "EXP042"), ({"all": []}, "EXP042"),
        ({"all": 3}, "EXP042"), ({"field": "a b", "op": "=="}, "EXP042"),
        ({"field": 'x" or true', "op": "==", "value": 1}, "EXP042"),
        ({"field": "amount", "op": "~", "value": 1}, "EXP042"),
        ({"field": "amount", "op": [], "value": 1}, "EXP042"),
        ({"field": "amount", "op": "==", "value": {"date": 1}}, "EXP042"),
        ({"field": "amount", "op": "==", "value": float("nan")}, "EXP042"),
        ({"field": "amount", "op": "==", "value": {"duration": "4h) or (paid"}}, "EXP005"),
        ({"text": "paid and"}, "EXP005"), ({"text": 7}, "EXP042"), (DEEP, "EXP042"),
        ({"field": "amuont", "op": ">", "value": 1}, "EXP020"),
        ({"field": "priority", "op": "==", "value": "P9"}, "EXP025"),
        ({"text": "amount"}, "EXP027"),
    ],
)  # fmt: skip
def test_wrong_blocks_are_findings(block: object, code: str) -> None:
    expression, found = from_blocks(block, SCHEMA)
    assert expression is None
    assert [item.code for item in found] == [code]
    assert found[0].message("en")


def test_an_explanation_names_the_clause_that_fails() -> None:
    expression = compiled('priority == "P0" and (paid or amount > 100) and not urgent')
    values = {"priority": "P0", "paid": False, "amount": 5, "urgent": False}
    why = expression.explain(values, Context(), LABELS)
    assert why.result is False
    assert [clause.result for clause in why.clauses] == [True, False, True]
    assert [leaf.text for leaf in why.failing()] == ["paid", "amount > 100"]
    second = why.clauses[1].clauses[1]
    assert second.values == {"amount": 5}
    assert second.words == Text("Amount is more than 100", "金额 大于 100")
    assert expression.explain({**values, "paid": True}).failing() == ()


def test_an_explanation_agrees_with_the_result() -> None:
    for seed in range(100):
        expression = compiled(Writer(seed).condition(3))
        values, context = record(seed), situation(seed)
        assert expression.explain(values, context).result == expression.evaluate(values, context)


def test_canonical_text() -> None:
    text = "not(paid)  and(amount*(fee+1)>=- 2 or subject!='it\\'s \"x\"')and 7200m<spent"
    canonical = (
        'not paid and (amount * (fee + 1) >= -2 or subject != "it\'s \\"x\\"") and 5d < spent'
    )
    assert compiled(text).to_text() == canonical
    assert codes(canonical) == []
