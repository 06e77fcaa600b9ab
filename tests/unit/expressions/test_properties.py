"""What holds for every condition: back ends agree, printing is faithful, running is total."""

from __future__ import annotations

import os
import random

import pytest

from sopwith.expressions import BOOL, Context, compile_expression
from sopwith.expressions.reference import interpret

from .samples import SCHEMA, SPAN, Writer, compiled, described, record, same_json, situation

FULL = os.environ.get("SOPWITH_FULL") == "1"
GENERATED = 100_000 if FULL else 1_500
MUTATED = 20_000 if FULL else 1_500
BATCHES = 10
NOISE = "()[]\"'\\.,=!<>&|+-*/ \n0123456789abcxyz_，（）“”。退\x00\ud800😀%{}$#@;:?~^`"
TOKENS = (
    "and", "or", "not", "in", "(", ")", "[", "]", "==", "4h", "2bd", '"x"', "none", "priority",
    "any(items, ", "count(", "date(", ",", "extra", "1e9", "...", "is not", "- -", "if(",
)  # fmt: skip


@pytest.mark.parametrize("batch", range(BATCHES))
def test_generated_python_agrees_with_the_reference(batch: int) -> None:
    for seed in range(batch, GENERATED, BATCHES):
        writer = Writer(seed)
        text = writer.condition(writer.random.randint(1, 4))
        if len(text) > 4_000:
            continue
        expression = compiled(text)
        for again in range(3):
            values, context = record(seed * 7 + again), situation(seed * 7 + again)
            got = expression.evaluate(values, context)
            want = interpret(expression.tree, values, context)
            assert same_json(got, want), f"{got!r} != {want!r}\n{described(expression, values)}"


@pytest.mark.parametrize("batch", range(BATCHES))
def test_formulas_agree_with_the_reference(batch: int) -> None:
    kinds = ("number", "text", "date", "instant", "duration")
    for seed in range(batch, GENERATED // 3, BATCHES):
        writer = Writer(seed)
        text = getattr(writer, kinds[seed % len(kinds)])(4)
        expression = compiled(text, want=None)
        values, context = record(seed), situation(seed)
        got = expression.evaluate(values, context)
        want = interpret(expression.tree, values, context)
        assert same_json(got, want), f"{got!r} != {want!r}\n{described(expression, values)}"
        assert str(got) not in ("nan", "inf", "-inf", "-0.0")


@pytest.mark.parametrize("batch", range(BATCHES))
def test_printing_and_parsing_again_gives_the_same_tree(batch: int) -> None:
    for seed in range(batch, GENERATED, BATCHES):
        writer = Writer(seed)
        text = writer.condition(4)
        if len(text) > 3_500:
            continue
        expression = compiled(text)
        again = compiled(expression.to_text())
        assert again.tree == expression.tree, text
        assert again.to_text() == expression.to_text()


@pytest.mark.parametrize("batch", range(BATCHES))
def test_mutated_text_is_compiled_or_refused_with_a_place(batch: int) -> None:
    for seed in range(batch, MUTATED, BATCHES):
        rng = random.Random(seed)
        text = list(Writer(seed).condition(3))
        for _ in range(rng.randint(1, 6)):
            at = rng.randrange(len(text) + 1)
            if rng.random() < 0.5:
                text[at : at + rng.randint(0, 3)] = rng.choice(NOISE)
            else:
                text[at:at] = rng.choice(TOKENS)
        written = "".join(text)
        expression, found = compile_expression(written, SCHEMA, SPAN, want=BOOL)
        assert (expression is None) == any(item.severity == "error" for item in found)
        for item in found:
            assert SPAN.column <= item.span.column <= SPAN.column + len(written)
            assert item.message("en")
            assert item.message("zh-CN")
        if expression is not None:
            values = record(seed)
            got = expression.evaluate(values, situation(seed))
            assert same_json(got, interpret(expression.tree, values, situation(seed))), written
            assert expression.words("en")
            assert expression.words("zh-CN")


@pytest.mark.parametrize("seed", range(0, 20))
def test_noise_is_refused_without_an_exception(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(20):
        text = "".join(rng.choice(NOISE) for _ in range(rng.randint(0, 80)))
        compile_expression(text, SCHEMA, SPAN)


def _number(rng: random.Random) -> int | float:
    whole = rng.choice((0, 1, 9, 99_999, 100_000, 123_456, 10**9, 10**14)) + rng.randint(0, 9)
    digits = rng.randint(0, 12)
    text = f"{rng.choice('- ')}{whole}.{rng.randrange(10**digits):0{digits}d}".strip(" .")
    tie = rng.choice(("", "", "5", "49999", "50001"))
    value = float(text + (tie if "." in text else ""))
    return int(value) if value.is_integer() and rng.random() < 0.5 else value


@pytest.mark.parametrize("op", ["+", "-", "*", "/"])
def test_arithmetic_is_exact_also_near_the_last_decimal(op: str) -> None:
    expression = compiled(f"amount {op} fee", want=None)
    rng = random.Random(op)
    for _ in range(GENERATED * 2):
        values = {"amount": _number(rng), "fee": _number(rng)}
        if rng.random() < 0.3:
            values["fee"] = rng.choice((0.5, 0.1, 2, 3, 0.000000001, 0.0000000005, 1.5, -1, 7))
        got = expression.evaluate(values)
        assert same_json(got, interpret(expression.tree, values, Context())), values
        assert type(got) is not float or not got.is_integer()


def test_the_same_input_gives_the_same_answer() -> None:
    expression = compiled(Writer(5).condition(4))
    answers = {repr(expression.evaluate(record(1), Context())) for _ in range(5)}
    assert len(answers) == 1
