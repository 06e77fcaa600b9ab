"""For any JSON whatever: no exception; and the JSON Schema accepts just what is kept as it came."""

from __future__ import annotations

import os
import re
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
import re2
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sopwith.formbuilder.jsonschema import to_json_schema
from sopwith.formbuilder.model import Form
from sopwith.formbuilder.page import parse_page, unflatten
from sopwith.formbuilder.read_text import whole_match
from sopwith.formbuilder.view import view_form

from .samples import fill, form

FULL = os.environ.get("SOPWITH_FULL") == "1"
MANY = settings(
    max_examples=3_000 if FULL else 80,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
OPTIONS = "options: [{id: a, title: {en: A, zh-CN: 甲}}, {id: b, title: {en: B, zh-CN: 乙}}]"
EVERY = f"""\
- {{T, id: text, type: text, min: 2, pattern: "[a-z]+"}}
- {{T, id: long_text, type: long_text, require: yes_no}}
- {{T, id: num, type: number, min: 0, max: 10, decimals: 1}}
- {{T, id: money, type: money, show: num > 1}}
- {{T, id: choice, type: choice, {OPTIONS}}}
- {{T, id: multi_choice, type: multi_choice, max: 2, {OPTIONS}}}
- {{T, id: tree_choice, type: tree_choice, leaf_only: true, {OPTIONS}}}
- {{T, id: yes_no, type: yes_no, enable: choice == "a"}}
- {{T, id: date, type: date, min: today - 7d}}
- {{T, id: date_time, type: date_time, max: today + 7d}}
- {{T, id: duration, type: duration, max: 4h}}
- {{T, id: email, type: email}}
- {{T, id: phone, type: phone}}
- {{T, id: url, type: url}}
- {{T, id: files, type: files, max: 3}}
- {{T, id: user, type: user}}
- {{T, id: squad, type: team}}
- {{T, id: client, type: customer}}
"""
TABLE = """\
- id: table
  title: {en: T, zh-CN: 题}
  type: table
  max: 3
  columns:
    - {T, id: name, type: text, required: true}
    - {T, id: amount, type: money, show: name != "x"}
    - {T, id: sum, type: computed, of: number, value: amount * 2}
- {T, id: computed, type: computed, of: number, value: "sum(table, amount)"}
- {T, id: heading, type: heading}
"""
ALL = form(EVERY + TABLE)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=-(10**40), max_value=10**40)
    | st.floats()
    | st.text(st.characters(codec=None), max_size=12)
    | st.sampled_from(
        ["a", "b", "1,2", "2026-11-22", "2026-11-22T09:30", "1:30", "x@y.zz", "\ud800"]
    )
)
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["name", "amount", "_row", "zz", "\x00"]), inner, max_size=4
        )
    ),
    max_leaves=8,
)


@MANY
@given(
    typed=st.dictionaries(st.sampled_from([*ALL.by_id, "zz"]), JSON, max_size=8),
    scope=st.dictionaries(st.sampled_from(list(ALL.by_id)), JSON, max_size=4),
    partial=st.booleans(),
)
def test_no_value_raises(typed: dict[str, Any], scope: dict[str, Any], partial: bool) -> None:
    result = fill(ALL, typed, scope, partial=partial)
    for problem in result.problems:
        assert problem.message("en")
        assert problem.message("zh-CN")
    for lang in ("en", "zh-CN"):
        view_form(ALL, result, lang=lang)


@pytest.mark.parametrize("name", sorted(ALL.by_id))
@settings(MANY, max_examples=300 if FULL else 40)
@given(value=JSON)
def test_no_value_of_any_type_raises(name: str, value: Any) -> None:
    first = fill(ALL, {name: value, "choice": "a", "num": 2}, partial=True)
    if not first.problems:
        again = fill(ALL, first.values, partial=True)
        assert again.values == first.values, "what is kept must be accepted as it is"


@MANY
@given(
    st.dictionaries(
        st.text("tabl.0e12nmx_row", max_size=14)
        | st.sampled_from(["table.0.name", "text", "files"]),
        st.lists(st.text(max_size=5), max_size=3),
        max_size=8,
    )
)
def test_no_page_raises(multi: dict[str, list[str]]) -> None:
    typed = parse_page(ALL, multi)
    assert set(typed) <= set(ALL.by_id)
    fill(ALL, typed)
    fill(ALL, unflatten(multi))


# The JSON Schema


FREE = (
    st.sampled_from(["ab", "abc", "x" * 30, "9", "AB"]),
    st.integers(-3, 14) | st.sampled_from([0.5, 1.5, 1.25, 10.5, 1.005, 99.99]),
    st.sampled_from(["a", "b", "c"]),
    st.booleans(),
    st.lists(st.sampled_from(["a", "b", "c"]), max_size=4),
    st.sampled_from(["2026-11-22", "2026-02-30", "2026-11-22T09:30:00Z", "2026-11-22T25:30:00Z"]),
    st.sampled_from(["x@y.zz", "x@y", "+86 138 0000", "12 34", "https://x.y/z", "ftp://x"]),
    st.integers(-1, 15_000),
)
KEYS = {
    "text": "type: text, min: 2, max: 20, pattern: '[a-z]+'",
    "num": "type: number, min: 0, max: 12, decimals: 1",
    "money": "type: money",
    "whole": "type: number, decimals: 0",
    "choice": f"type: choice, {OPTIONS}",
    "flag": "type: yes_no",
    "other": f"type: choice, {OPTIONS}",
    "tree": f"type: tree_choice, {OPTIONS}",
    "many": f"type: multi_choice, min: 2, {OPTIONS}",
    "day": "type: date",
    "instant": "type: date_time",
    "time": "type: duration, min: 1m, max: 4h",
    "email": "type: email",
    "phone": "type: phone",
    "url": "type: url",
    "files": "type: files, max: 2",
    "table": "type: table, max: 2, columns: [{T, id: name, type: text, required: true},"
    f" {{T, id: kind, type: choice, {OPTIONS}}},"
    ' {T, id: cost, type: money, show: kind == "a", require: kind == "a"}]',
}
CONDITIONS = st.sampled_from(
    [
        'choice == "a"',
        'choice != "a"',
        'choice in ["a", "b"]',
        'choice not in ["a"]',
        "choice == none",
        "choice != none",
        "flag",
        "not flag",
        'flag and choice == "b"',
        'flag or not (choice == "a")',
        'other == "b" and not (flag or choice == "a")',
    ]
)
DECIDING = ("choice", "flag", "other")


@st.composite
def forms(draw: st.DrawFn) -> Form:
    names = [name for name in KEYS if name not in DECIDING]
    chosen = [
        *DECIDING,
        *draw(st.lists(st.sampled_from(names), unique=True, min_size=1, max_size=5)),
    ]
    lines = []
    for name in chosen:
        keys = KEYS[name]
        if name not in DECIDING:
            if draw(st.booleans()):
                keys += f", show: '{draw(CONDITIONS)}'"
            keys += draw(
                st.sampled_from(["", ", required: true"])
                | CONDITIONS.map(lambda text: f", require: '{text}'")
            )
            if draw(st.integers(0, 3)) == 0:
                keys += f", enable: '{draw(CONDITIONS)}'"
        elif name == "other" and draw(st.booleans()):
            keys += ", show: 'choice == \"a\"'"
        lines.append(f"- {{T, id: {name}, {keys}}}")
    return form("\n".join(lines))


def values_of(made: Form) -> st.SearchStrategy[dict[str, Any]]:
    row = st.fixed_dictionaries(
        {},
        optional={
            "name": st.sampled_from(["ab", "q"]) | st.integers(0, 1),
            "kind": st.sampled_from(["a", "b", "c"]),
            "cost": st.sampled_from([1, 2.5, 1.005]),
        },
    )
    anything = st.none() | st.one_of(*FREE) | st.lists(row, max_size=3)
    right = {
        "text": FREE[0], "num": FREE[1], "money": FREE[1], "whole": FREE[1], "choice": FREE[2],
        "other": FREE[2], "tree": FREE[2], "flag": FREE[3], "many": FREE[4], "day": FREE[5],
        "instant": FREE[5], "time": FREE[7], "email": FREE[6], "phone": FREE[6], "url": FREE[6],
        "files": FREE[4], "table": st.lists(row, min_size=1, max_size=3),
    }  # fmt: skip
    good = {
        "text": "abc", "num": 1.5, "money": 99.99, "whole": 3, "choice": "a", "other": "b",
        "tree": "b", "flag": True, "many": ["b", "a"], "day": "2026-11-22",
        "instant": "2026-11-22T09:30:00Z", "time": 5400, "email": "x@y.zz", "phone": "+86 138 0000",
        "url": "https://x.y/z", "files": ["f1"], "table": [{"name": "ab", "kind": "a", "cost": 1}],
    }  # fmt: skip
    wild = {name: right[name] | anything for name in made.by_id}
    deciding = {name: right[name] for name in DECIDING}
    tame = {name: st.just(good[name]) for name in made.by_id} | deciding
    some = st.fixed_dictionaries({}, optional=tame)
    one_wild = st.sampled_from(sorted(made.by_id)).flatmap(
        lambda name: st.fixed_dictionaries({**tame, name: wild[name]})
    )
    return some | one_wild | st.fixed_dictionaries({}, optional=wild)


def without_nothing(value: Any) -> Any:
    """Return a value without what means nothing: null in place of a value."""
    if isinstance(value, dict):
        return {key: without_nothing(one) for key, one in value.items() if one is not None}
    return [without_nothing(one) for one in value] if isinstance(value, list) else value


def same(left: Any, right: Any) -> bool:
    """Return whether two JSON values are equal; true is not 1."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    return isinstance(left, bool) == isinstance(right, bool) and bool(left == right)


@MANY
@given(data=st.data())
def test_schema_accepts_exactly_what_is_kept_as_it_was_sent(data: st.DataObject) -> None:
    made = data.draw(forms())
    schema = to_json_schema(made)
    validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    assert "x-show" not in str(schema)
    assert "x-require" not in str(schema)
    for typed in data.draw(st.lists(values_of(made), min_size=5, max_size=5)):
        result = fill(made, typed)
        kept = result.accepted and same(result.values, without_nothing(typed))
        assert validator.is_valid(typed) == kept, (typed, result, schema)


def test_schema_leaves_to_the_server_what_hangs_on_former_values() -> None:
    made = form(
        f"- {{T, id: kind, type: choice, default: a, {OPTIONS}}}\n"
        f'- {{T, id: other, type: choice, show: kind == "a", {OPTIONS}}}\n'
        '- {T, id: note, type: text, show: other == "b", required: true}\n'
        '- {T, id: vip, type: text, require: customer.tier == "vip"}\n'
        "- {T, id: shut, type: text, enable: length(note) > 3, required: true}",
        head="hidden_values: keep\n",
    )
    schema = to_json_schema(made)
    found = {
        name: {
            key: value for key, value in one.items() if key.startswith("x-") and key != "x-titles"
        }
        for name, one in schema["properties"].items()
    }
    assert found == {
        "kind": {},
        "other": {"x-show": '(kind == "a")'},
        "note": {"x-show": '(other == "b")', "x-require": '(other == "b")'},
        "vip": {"x-require": 'customer.tier == "vip"'},
        "shut": {"x-enable": "length(note) > 3", "x-require": "length(note) > 3"},
    }
    assert "allOf" not in schema


def test_schema_states_a_pattern_only_where_every_dialect_reads_it_alike() -> None:
    made = form(
        '- {T, id: a, type: text, pattern: "[A-Z]{2}|x(?:y)?"}\n'
        "- {T, id: b, type: text, pattern: '(?i)abc'}\n"
        "- {T, id: c, type: text, pattern: '\\pL+'}"
    )
    properties = to_json_schema(made)["properties"]
    assert properties["a"]["pattern"] == "^(?:[A-Z]{2}|x(?:y)?)$"
    assert properties["b"]["x-pattern"] == "^(?:(?i)abc)$"
    assert "pattern" not in properties["c"]


def test_schema_is_a_valid_schema_for_both_validators() -> None:
    schema = to_json_schema(ALL, lang="zh-CN")
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema_rs.meta.validate(schema)
    assert schema["properties"]["money"]["x-show"] == "(num > 1)"
    assert schema["properties"]["yes_no"]["x-enable"] == 'choice == "a"'
    assert schema["properties"]["choice"]["x-titles"] == {"a": "甲", "b": "乙"}
    assert "computed" not in schema["properties"]


ATOMS = st.sampled_from(
    ["A", "7", "-", "_", " ", "[A-Z]", "[0-9]", "\\d", "[ab.]", "[A-Z0-9]", "/", "[a+*]"]
)
COUNTS = st.sampled_from(["", "", "{2}", "{1,3}", "+", "*", "?"])


@MANY
@given(
    parts=st.lists(st.tuples(ATOMS, COUNTS), min_size=1, max_size=5),
    texts=st.lists(st.text("A7-_ ab.Z/+*９é", max_size=7), min_size=3, max_size=8),
)
def test_quick_match_agrees_with_re2(parts: list[tuple[str, str]], texts: list[str]) -> None:
    pattern = "".join(atom + count for atom, count in parts)
    quick, slow = whole_match(pattern), re2.compile(pattern).fullmatch
    for text in texts:
        assert (quick(text) is None) == (slow(text) is None)


@pytest.mark.parametrize(
    ("pattern", "is_quick"),
    [
        ("[A-Z]{2}[0-9]{6}", True),
        ("SN-\\d{4}", True),
        ("[a-z]+-7", True),
        ("[A-Z]+[A-Z]+[A-Z]+x", False),
        ("(a+)+b", False),
        ("a|b", False),
        ("(?i)abc", False),
        ("\\pL+", False),
    ],
)
def test_only_patterns_that_cannot_backtrack_far_leave_re2(pattern: str, is_quick: bool) -> None:
    assert (type(getattr(whole_match(pattern), "__self__", None)) is re.Pattern) == is_quick
