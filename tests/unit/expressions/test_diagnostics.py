"""What is wrong is found at its place, with a guess and a fix; the documented examples are true."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from sopwith.core.diagnostics import Severity, has_errors
from sopwith.core.messages.expressions import EXPRESSIONS
from sopwith.expressions import BOOL, DATE, FUNCTIONS, NUMBER, TEXT, compile_expression, from_blocks

from .samples import SCHEMA, SPAN, codes

DOCS = Path(__file__).parents[3] / "docs" / "diagnostics" / "EXP.md"
SHORTENED = {"EXP001", "EXP012"}
SECTION = re.compile(r"## (EXP\d+)\n.*?```text\n(.*?)\n```.*?```text\n(.*?)\n```", re.DOTALL)
EXAMPLES = {code: (wrong, right) for code, wrong, right in SECTION.findall(DOCS.read_text("utf-8"))}


def found_in(example: str) -> list[str]:
    if example.startswith("{"):
        return [item.code for item in from_blocks(json.loads(example), SCHEMA)[1]]
    if example.startswith("want: number\n"):
        return codes(example.removeprefix("want: number\n"), want=NUMBER)
    return codes("" if example == '""' else example)


@pytest.mark.parametrize("code", sorted(EXPRESSIONS))
def test_documented_examples_are_true(code: str) -> None:
    wrong, right = EXAMPLES[code]
    if code not in SHORTENED:
        assert code in found_in(wrong)
    assert found_in(right) == []


def test_too_long_too_large_too_deep() -> None:
    assert codes("a" * 4_001) == ["EXP001"]
    assert codes("(" * 100_000) == ["EXP001"]
    assert codes("extra in[" + "1," * 1_994 + "1]") == []
    assert codes("amount in[" + "-1," * 1_100 + "1]") == ["EXP012"]
    assert codes("(" * 3_000) == ["EXP013"]
    assert codes("[" * 3_000) == ["EXP013"]
    assert codes("not " * 900 + "paid") == ["EXP013"]
    assert codes("-" * 1_500 + "amount > 1") == ["EXP013"]
    assert codes("abs(" * 900 + "1") == ["EXP013"]
    assert codes("+".join(["amount"] * 62) + " > 1") == ["EXP013"]
    assert codes("+".join(["amount"] * 55) + " > 1") == []
    assert codes(" and ".join(["paid"] * 440)) == []


def test_hundreds_of_unknown_names_are_all_reported_but_guessed_at_only_at_first() -> None:
    schema = SCHEMA.with_fields({f"field_{number:04}": NUMBER for number in range(500)})
    text = " or ".join(f"fild_{number:04}>1" for number in range(250))
    _, found = compile_expression(text, schema, SPAN)
    assert [item.code for item in found] == ["EXP020"] * 250
    assert sum("guess" in item.values for item in found) == 20


@pytest.mark.parametrize(
    ("text", "code", "column", "guess", "fix"),
    [
        ('priorty == "P0"', "EXP020", 1, "priority", "priority"),
        ('paid and customer.teir == "vip"', "EXP020", 10, "customer.tier", "customer.tier"),
        ('custmer.tier == "vip"', "EXP020", 1, "customer.tier", "customer.tier"),
        ("now > created_at", "EXP020", 1, "now()", "now()"),
        ("any(items, prise > 1)", "EXP020", 12, "price", "price"),
        ("contians(subject, 'x')", "EXP021", 1, "contains", "contains"),
        ('priority == "p0"', "EXP025", 13, "P0", '"P0"'),
        ('customer.tier in ["vip", "glod"]', "EXP025", 26, "gold", '"gold"'),
        ('contains(channels, "mial")', "EXP025", 20, "mail", '"mail"'),
        ("paid  = true", "EXP007", 7, None, "=="),
        ("paid && urgent", "EXP008", 6, None, "and"),
        ("paid || urgent", "EXP008", 6, None, "or"),
        ("!paid", "EXP008", 1, None, "not "),
        ("paid AND urgent", "EXP008", 6, None, "and"),
        ("amount <> 1", "EXP008", 8, None, "!="),
        ("amount == null", "EXP008", 11, None, "none"),
        ("priority == “P0”", "EXP009", 13, None, '"P0"'),
        ("contains(subject，'a')", "EXP009", 17, None, ","),
        ("amount ≥ 1", "EXP009", 8, None, ">="),
        ("priority == P1", "EXP041", 13, None, '"P1"'),
        ("priority in [P1]", "EXP041", 14, None, '"P1"'),
    ],
)
def test_place_guess_and_fix(
    text: str, code: str, column: int, guess: str | None, fix: str | None
) -> None:
    _, found = compile_expression(text, SCHEMA, SPAN)
    assert [item.code for item in found] == [code]
    (item,) = found
    assert item.span.column == SPAN.column + column - 1
    assert item.values.get("guess") == guess
    assert (item.fix.text if item.fix else None) == fix
    if item.fix is not None:
        start, end = (at - SPAN.column for at in (item.fix.span.column, item.fix.span.end_column))
        mended = text[:start] + item.fix.text + text[end:]
        assert codes(mended) == []


def test_every_mistake_is_reported_in_the_order_of_the_text() -> None:
    text = 'priorty == "P0" && amont > 1 and contain(subject, "x") and amount == "x"'
    assert codes(text) == ["EXP020", "EXP008", "EXP020", "EXP021", "EXP024"]


@pytest.mark.parametrize(
    "text",
    [
        "amount == 'x'", "amount > subject", "paid == 1", "due == created_at", "tags == 'x'",
        "customer == 'x'", "spent == 3", "spent > 4bh", "business_time_since(created_at) > 4h",
        "amount in ['x']", "'x' in scores", "contains(tags, 1)", "amount < paid",
    ],
)  # fmt: skip
def test_impossible_comparisons(text: str) -> None:
    assert codes(text) == ["EXP024"]


@pytest.mark.parametrize(
    "text",
    [
        "subject", "length(subject)", "tags", "customer", "due", "spent", "created_at",
        "coalesce(amount, 1)", "none", "items", "4h", "[true]",
    ],
)  # fmt: skip
def test_a_condition_is_true_or_false(text: str) -> None:
    assert codes(text) == ["EXP027"]


@pytest.mark.parametrize(
    "text",
    [
        "amount == amount", "amount != amount", "amount in []", "1 == 1", "subject == subject",
        "priority == 'P0' and paid and priority == 'P1'",
    ],
)  # fmt: skip
def test_what_is_always_the_same_is_a_warning(text: str) -> None:
    expression, found = compile_expression(text, SCHEMA, SPAN)
    assert expression is not None
    assert [(item.code, item.severity) for item in found] == [("EXP036", Severity.WARNING)]


def test_whole_numbers_compare_with_decimals_and_text_with_choices() -> None:
    assert (
        codes("amount == 1 and amount < 1.5 and priority == subject and due < '2026-11-22'") == []
    )


def test_findings_of_one_code_have_words_for_every_value() -> None:
    for text in ("items.price > 1", "matches(subject, body)", "amount + subject", "paid and 1"):
        expression, found = compile_expression(text, SCHEMA, SPAN, want=BOOL)
        assert expression is None
        assert has_errors(found)
        assert all("{" not in item.message(lang) for item in found for lang in ("en", "zh-CN"))


def test_every_function_is_documented_and_its_usage_is_true() -> None:
    guide = (DOCS.parents[1] / "expressions.md").read_text("utf-8")
    names = {
        **dict.fromkeys(("email", "code", "nickname", "name"), TEXT),
        **dict.fromkeys(("a", "b"), NUMBER),
        "order_date": DATE,
    }
    for name, function in FUNCTIONS.items():
        assert f"{name}(" in guide
        assert codes(function.usage, SCHEMA.with_fields(names), want=None) == [], name
