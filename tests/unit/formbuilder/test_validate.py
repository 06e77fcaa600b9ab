"""The evaluator: every problem at once, conditions, hidden values, rights, tables, computed fields."""

from __future__ import annotations

import copy
import pickle
from dataclasses import replace
from typing import Any

import pytest

from .samples import HEAD, T, fill, form, parse_all, told

KIND = "- {T, id: kind, type: choice, required: true, options: [{id: bug, T}, {id: billing, T}]}\n"


def made(fields: str, **more: str) -> Any:
    return form(fields.replace(" T}", f" {T}}}"), **more)


INTAKE = (
    KIND
    + """\
- {T, id: steps, type: long_text, required: true, min: 10, show: kind == "bug"}
- {T, id: invoice, type: text, required: true, show: kind == "billing"}
- {T, id: paid, type: yes_no, show: kind == "billing"}
- {T, id: refund, type: money, show: paid, require: kind == "billing", max: 1000}
- {T, id: note, type: text, enable: refund > 100}
"""
)


def test_all_problems_come_at_once_in_the_order_of_the_form() -> None:
    result = fill(
        made(INTAKE),
        {"kind": "billing", "invoice": " ", "paid": "yes", "refund": "2000", "note": "\x00"},
    )
    assert told(result) == [("invoice", "VAL001"), ("refund", "VAL009")]
    assert [problem.message("zh-CN") for problem in result.problems] == [
        "请填写此项。",
        "请填写不大于 1000 的数字。",
    ]


def test_hidden_field_is_neither_required_nor_checked_nor_stored() -> None:
    result = fill(made(INTAKE), {"kind": "bug", "steps": "open the page", "refund": "x" * 9000})
    assert result.accepted
    assert result.values == {"kind": "bug", "steps": "open the page"}
    assert not result.states["refund"].shown
    assert not result.states["refund"].required


def test_value_of_a_field_that_is_hidden_now_is_dropped() -> None:
    stored = {"kind": "billing", "invoice": "A-1", "paid": True, "refund": 200}
    result = fill(made(INTAKE), {"kind": "bug", "steps": "open the page"}, stored)
    assert result.removed == ("invoice", "paid", "refund")
    assert result.changed == {"kind": "bug", "steps": "open the page"}
    assert result.values == {"kind": "bug", "steps": "open the page"}


def test_value_of_a_hidden_field_is_kept_when_the_form_says_so() -> None:
    stored = {"kind": "billing", "invoice": "A-1", "paid": True, "refund": 200}
    keeping = made(INTAKE, head="hidden_values: keep\n")
    result = fill(keeping, {"kind": "bug", "steps": "open the page", "invoice": "B-2"}, stored)
    assert result.removed == ()
    assert result.values == {**stored, "kind": "bug", "steps": "open the page"}


def test_chain_of_conditions_settles_in_one_evaluation() -> None:
    result = fill(made(INTAKE), {"kind": "billing", "invoice": "A", "paid": "on", "refund": "200"})
    assert result.accepted
    assert result.states["note"].enabled
    hidden = fill(made(INTAKE), {"kind": "bug", "paid": "on", "refund": "200", "steps": "x" * 10})
    assert not hidden.states["refund"].shown


def test_condition_may_read_a_field_further_down() -> None:
    late = made('- {T, id: a, type: text, show: b == "x"}\n- {T, id: b, type: text}')
    assert fill(late, {"a": "1", "b": "x"}).values == {"a": "1", "b": "x"}
    assert fill(late, {"a": "1", "b": "y"}).values == {"b": "y"}


def test_section_hides_all_its_fields() -> None:
    hidden = form(
        "- {T, id: a, type: text, required: true}",
        section='show: customer.tier == "vip"\n',
    )
    assert fill(hidden, {"a": "x"}, {"customer": {"tier": "normal"}}).values == {}
    assert told(fill(hidden, {}, {"customer": {"tier": "vip"}})) == [("a", "VAL001")]


def test_partial_asks_for_nothing_but_checks_what_is_there() -> None:
    result = fill(made(INTAKE), {"kind": "billing", "refund": "1", "paid": "maybe"}, partial=True)
    assert told(result) == [("paid", "VAL017")]
    assert result.states["invoice"].required


def test_missing_key_leaves_the_present_value_and_an_empty_one_clears_it() -> None:
    two = form("- {T, id: a, type: text}\n- {T, id: b, type: text}")
    result = fill(two, {"b": ""}, {"a": "1", "b": "2"})
    assert result.values == {"a": "1"}
    assert result.changed == {"b": None}


def test_default_stands_in_for_what_is_missing_but_not_for_what_was_cleared() -> None:
    one = form("- {T, id: a, type: number, default: 3, required: true}")
    assert fill(one, {}).values == {"a": 3}
    assert fill(one, {}, {"a": 4}).values == {"a": 4}
    assert told(fill(one, {"a": ""})) == [("a", "VAL001")]


def test_retired_option_stays_on_the_record_that_has_it() -> None:
    one = made("- {T, id: a, type: choice, options: [{id: new, T}]}")
    assert fill(one, {"a": "old"}, {"a": "old"}).accepted
    assert told(fill(one, {"a": "older"}, {"a": "old"})) == [("a", "VAL011")]


def test_disabled_field_keeps_its_value() -> None:
    one = form(
        "- {T, id: n, type: number}\n- {T, id: a, type: text, required: true, enable: n > 1}"
    )
    result = fill(one, {"n": "1", "a": "new"}, {"a": "old"})
    assert result.values == {"n": 1, "a": "old"}
    assert fill(one, {"n": "1"}).accepted


def test_unknown_keys_are_ignored_and_told() -> None:
    one = form("- {T, id: a, type: table, columns: [{T, id: b, type: text}]}")
    result = fill(one, {"zz": 1, "a": [{"b": "x", "c": 2, "_row": "0"}]})
    assert result.accepted
    assert result.unknown == ("zz", "a.0.c")


# rights


def test_field_without_the_right_to_write_keeps_its_value() -> None:
    one = form(
        "- {T, id: a, type: text, required: true, rights: [{roles: [customer], can: read},"
        " {roles: [lead], can: write}]}"
    )
    asked = {"a": "new"}
    assert fill(one, asked, {"a": "old"}, roles=frozenset({"customer"})).values == {"a": "old"}
    assert fill(one, asked, {}, roles=frozenset({"customer"})).accepted
    assert fill(one, asked, {"a": "old"}, roles=frozenset({"lead"})).values == {"a": "new"}
    both = frozenset({"customer", "lead"})
    assert fill(one, asked, {"a": "old"}, roles=both).changed == {"a": "new"}


def test_right_may_hang_on_the_state() -> None:
    one = form(
        "- {T, id: a, type: text, rights: [{roles: [agent], can: write, states: [diagnosis]}]}"
    )
    assert fill(one, {"a": "x"}, state="diagnosis").values == {"a": "x"}
    assert fill(one, {"a": "x"}, state="solving").values == {}
    state = fill(one, {"a": "x"}, state="solving").states["a"]
    assert state.readable
    assert not state.writable


def test_unreadable_field_is_not_on_the_page_but_its_value_counts() -> None:
    one = form(
        "- {T, id: secret, type: yes_no, rights: [{roles: [customer], can: none}]}\n"
        "- {T, id: a, type: text, show: secret}"
    )
    result = fill(one, {"secret": "no", "a": "x"}, {"secret": True}, roles=frozenset({"customer"}))
    assert result.values == {"secret": True, "a": "x"}
    assert not result.states["secret"].visible


def test_hidden_value_that_the_person_may_not_write_is_not_dropped() -> None:
    one = form(
        "- {T, id: kind, type: text}\n"
        '- {T, id: cause, type: text, show: kind == "bug",'
        " rights: [{roles: [customer], can: none}]}"
    )
    stored = {"kind": "bug", "cause": "null pointer"}
    result = fill(one, {"kind": "other"}, stored, roles=frozenset({"customer"}))
    assert result.values == {"kind": "other", "cause": "null pointer"}
    assert fill(one, {"kind": "other"}, stored).removed == ("cause",)


# computed and tables

ITEMS = """\
- id: items
  title: {en: T, zh-CN: 题}
  type: table
  min: 1
  max: 3
  columns:
    - {T, id: name, type: text, required: true}
    - {T, id: quantity, type: number, decimals: 0, min: 1, default: 1}
    - {T, id: price, type: money, enable: not free}
    - {T, id: free, type: yes_no}
    - {T, id: reason, type: text, show: free, require: "total_limit > 10"}
    - {T, id: line, type: computed, of: money, value: quantity * price}
- {T, id: total, type: computed, of: money, value: "sum(items, line)"}
- {T, id: total_limit, type: number}
- {T, id: boss, type: text, require: total > 100, show: total > 50}
"""


def test_rows_are_read_computed_and_summed() -> None:
    result = fill(
        form(ITEMS),
        {"items": [{"name": "cable", "quantity": "3", "price": "20.10"}], "total": 999},
    )
    assert result.accepted
    assert result.values == {
        "items": [{"name": "cable", "quantity": 3, "price": 20.1, "line": 60.3}],
        "total": 60.3,
    }
    assert result.states["boss"].shown
    assert not result.states["boss"].required


def test_problem_in_a_cell_names_its_row() -> None:
    rows = [
        {"name": "a", "quantity": "0", "price": "1"},
        {"name": " ", "quantity": ""},
        {"quantity": "2.5", "price": "x", "free": "yes"},
    ]
    result = fill(form(ITEMS), {"items": rows, "total_limit": "11"})
    assert told(result) == [
        ("items.0.quantity", "VAL008"),
        ("items.2.name", "VAL001"),
        ("items.2.quantity", "VAL044"),
        ("items.2.reason", "VAL001"),
    ]
    assert result.states["items.2.reason"].required
    assert not result.states["items.2.price"].enabled


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        ("rows", [("items", "VAL038")]),
        ([{"name": "a"}] * 4, [("items", "VAL041")]),
        ([1, {"name": "a"}], [("items.0", "VAL039")]),
        ([], []),
        ([{}], []),
    ],
)
def test_table_of_the_wrong_shape_is_a_problem(raw: Any, found: list[tuple[str, str]]) -> None:
    assert told(fill(form(ITEMS), {"items": raw})) == found


def test_required_table_needs_a_row_and_min_counts_rows() -> None:
    one = form(
        "- {T, id: t, type: table, required: true, min: 2, columns: [{T, id: a, type: text}]}"
    )
    assert told(fill(one, {"t": [{"a": " "}]})) == [("t", "VAL001")]
    assert told(fill(one, {"t": [{"a": "x"}]})) == [("t", "VAL040")]
    assert fill(one, {"t": [{"a": "x"}, {"a": ""}, {"a": "y"}]}).values == {
        "t": [{"a": "x"}, {"a": "y"}]
    }


def test_read_only_cell_stays_with_its_row_when_another_row_is_removed() -> None:
    one = form(
        "- {T, id: t, type: table, columns: [{T, id: a, type: text},"
        " {T, id: b, type: text, rights: [{roles: [agent], can: read}]}]}"
    )
    stored = {"t": [{"a": "1", "b": "one"}, {"a": "2", "b": "two"}]}
    result = fill(one, {"t": [{"_row": "1", "a": "2!", "b": "hack"}, {"a": "3"}]}, stored)
    assert result.values == {"t": [{"a": "2!", "b": "two"}, {"a": "3"}]}


def test_computed_field_follows_a_change_elsewhere() -> None:
    stored = {"items": [{"name": "a", "quantity": 2, "price": 10, "line": 20}], "total": 20}
    result = fill(form(ITEMS), {"total_limit": "5"}, stored)
    assert result.changed == {"total_limit": 5}
    typed = {"items": [{"name": "a", "quantity": 3, "price": 10}]}
    assert fill(form(ITEMS), typed, stored).changed["total"] == 30


def test_computed_value_goes_when_it_is_hidden() -> None:
    one = form(
        "- {T, id: n, type: number}\n"
        "- {T, id: twice, type: computed, of: number, value: n * 2, show: n > 1}"
    )
    assert fill(one, {"n": "2"}).values == {"n": 2, "twice": 4}
    assert fill(one, {"n": "1"}, {"n": 2, "twice": 4}).removed == ("twice",)
    keeping = form(
        "- {T, id: n, type: number}\n"
        "- {T, id: twice, type: computed, of: number, value: n * 2, show: n > 1}",
        head="hidden_values: keep\n",
    )
    assert fill(keeping, {"n": "1"}, {"n": 2, "twice": 4}).values == {"n": 1, "twice": 4}


def test_row_without_values_is_not_kept_but_its_cells_have_a_state() -> None:
    result = fill(form(ITEMS), {"items": [{"name": "", "free": ""}]})
    assert result.accepted
    assert "items" not in result.values
    assert result.states["items.0.name"].required
    assert not result.states["items.0.reason"].shown


def test_circle_of_conditions_still_ends_with_an_answer() -> None:
    text = (
        HEAD + "sections: [{id: s, fields: ["
        f'{{{T}, id: a, type: text, show: b == "x"}}, {{{T}, id: b, type: text, show: a == "x"}}]}}]'
    )
    circle, found = parse_all(text)
    assert circle is not None
    assert not found
    assert fill(circle, {"a": "x", "b": "x"}).accepted


def test_large_form_with_a_condition_on_every_field_is_evaluated() -> None:
    fields = "- {T, id: f0, type: number}\n" + "\n".join(
        f"- {{T, id: f{at}, type: number, show: f{at - 1} > 0, required: true}}"
        for at in range(1, 500)
    )
    big = form(fields)
    typed = {f"f{at}": "1" for at in range(500)}
    assert fill(big, typed).accepted
    assert len(fill(big, typed | {"f250": "0"}).values) == 251


def test_form_that_was_used_can_be_pickled_and_copied() -> None:
    used = form(ITEMS)
    typed = {"items": [{"name": "a", "price": "2"}]}
    first = fill(used, typed)
    for other in (pickle.loads(pickle.dumps(used)), copy.deepcopy(used), replace(used, id="g")):  # noqa: S301  # our own bytes
        assert not other.cache
        assert fill(other, typed).values == first.values
