"""Decision tables: which row answers, and what is wrong with a table, against brute force."""

from __future__ import annotations

import os
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopwith.expressions import EMPTY
from sopwith.rules.check import check_table
from sopwith.rules.model import Table
from sopwith.rules.parse import parse_table
from sopwith.rules.tables import decide_table

from .samples import REFERENCES, SCHEMA, document

EXAMPLES = 2000 if os.environ.get("SOPWITH_FULL") else 150


def table(
    rows: str, hit: str = "first", inputs: str = "impact, urgency", default: str = ""
) -> Table:
    text = (
        f"kind: table\nid: t\ntitle: {{en: T, zh-CN: 表}}\nrecord_type: ticket\ninputs: [{inputs}]\n"
        f"outputs: [priority]\nhit: {hit}\nrows:\n{rows}\n{default}"
    )
    made, found = parse_table(document(text), SCHEMA)
    assert made is not None, [item.render("en") for item in found]
    return made


MATRIX = """
  - {when: {impact: all, urgency: stopped}, then: {priority: P0}}
  - {when: {impact: [all, team]}, then: {priority: P1}}
  - {when: {urgency: "!= none"}, then: {priority: P2}}
"""


@pytest.mark.parametrize(
    ("values", "priority", "row"),
    [
        ({"impact": "all", "urgency": "stopped"}, "P0", 0),
        ({"impact": "team", "urgency": "stopped"}, "P1", 1),
        ({"impact": "one", "urgency": "degraded"}, "P2", 2),
        ({"impact": "one", "urgency": "none"}, "P3", None),
        ({}, "P3", None),
    ],
)
def test_first_row_that_fits(values: dict[str, str], priority: str, row: int | None) -> None:
    made = table(MATRIX, default="default: {priority: P3}")
    found = decide_table(made, values, EMPTY)
    assert (found.outputs, found.row_index) == ({"priority": priority}, row)
    assert found.inputs == {"impact": values.get("impact"), "urgency": values.get("urgency")}


def test_last_row_that_fits() -> None:
    found = decide_table(table(MATRIX, hit="last"), {"impact": "all", "urgency": "stopped"}, EMPTY)
    assert (found.row_index, found.hits) == (2, (0, 1, 2))


def test_no_row_and_no_default_decides_nothing() -> None:
    found = decide_table(table(MATRIX), {"impact": "one", "urgency": "none"}, EMPTY)
    assert (dict(found.outputs), found.row_index) == ({}, None)


@pytest.mark.parametrize(
    ("inputs", "cell", "values", "fits"),
    [
        ("amount", "'>= 100'", {"amount": 100}, True),
        ("amount", "'> 100'", {"amount": 100}, False),
        ("amount", "'<= 1.5'", {"amount": 1.5}, True),
        ("amount", "'< -2'", {"amount": -3}, True),
        ("amount", "'> 0'", {}, False),
        ("amount", "[1, 2.5]", {"amount": 2.5}, True),
        ("amount", "none", {}, True),
        ("amount", "'!= none'", {"amount": 0}, True),
        ("amount", "'!= 5'", {"amount": 6}, True),
        ("amount", "'!= 5'", {}, False),
        ("amount", "'-'", {}, True),
        ("stopped", "true", {"stopped": True}, True),
        ("stopped", "'!= true'", {"stopped": False}, True),
        ("customer.tier", "[vip, none]", {}, True),
        ("customer.tier", "vip", {"customer": {"tier": "vip"}}, True),
        ("promised", "'> 2026-11-20'", {"promised": "2026-11-21"}, True),
        ("effort", "'>= 4h'", {"effort": 14_400}, True),
        ("tags", "urgent", {"tags": ["a", "urgent"]}, True),
        ("tags", "[a, b]", {"tags": ["c"]}, False),
        ("tags", "'!= a'", {"tags": ["c"]}, True),
        ("title", "'a \"quoted\" word'", {"title": 'a "quoted" word'}, True),
    ],
)
def test_cells(inputs: str, cell: str, values: dict[str, Any], fits: bool) -> None:
    made = table(f"  - {{when: {{{inputs}: {cell}}}, then: {{priority: P0}}}}", inputs=inputs)
    assert (decide_table(made, values, EMPTY).row_index == 0) is fits


def said(made: Table) -> list[str]:
    return [item.message("en") for item in check_table(made, REFERENCES)]


def test_overlap_is_shown_by_an_example() -> None:
    rows = "  - {when: {amount: '> 10'}, then: {priority: P0}}\n  - {when: {amount: '<= 11', impact: all}, then: {priority: P1}}"
    found = said(
        table(rows, hit="unique", inputs="amount, impact", default="default: {priority: P3}")
    )
    assert found == [
        "rows 1 and 2 both fit amount = 10.5, impact = all, but only one may; narrow one of them, or choose 'hit: first'"
    ]


def test_row_that_only_several_others_cover_together_is_found() -> None:
    rows = """
  - {when: {impact: [all, team]}, then: {priority: P0}}
  - {when: {impact: [one, none]}, then: {priority: P1}}
  - {when: {urgency: stopped}, then: {priority: P2}}
"""
    assert [item.code for item in check_table(table(rows), REFERENCES)] == ["TBL007"]
    turned = "\n".join(reversed(rows.strip("\n").split("\n")))
    assert [item.code for item in check_table(table(turned, hit="last"), REFERENCES)] == ["TBL008"]


def test_gap_is_shown_by_an_example() -> None:
    rows = "  - {when: {amount: '> 10'}, then: {priority: P0}}\n  - {when: {amount: '< 10'}, then: {priority: P1}}"
    assert said(table(rows, inputs="amount")) == [
        "no row fits amount = 10 and there is no default, so nothing would be decided; add a row or a default"
    ]
    closed = rows.replace("< 10", "<= 10")
    assert said(table(closed, inputs="amount")) == []


def test_lists_make_no_false_claims() -> None:
    rows = (
        "  - {when: {tags: a}, then: {priority: P0}}\n  - {when: {tags: b}, then: {priority: P1}}"
    )
    assert said(table(rows, hit="unique", inputs="tags")) == []


def test_a_table_too_large_to_check_says_so() -> None:
    names = "impact, urgency, module, type, priority_of, stopped, amount"
    inputs = names.replace("priority_of", "escalation")
    rows = []
    for at in range(300):
        cells = f"impact: '!= {['all', 'team', 'one'][at % 3]}', amount: '!= {at}', escalation: '!= {at}', module: '!= {['tasks', 'gantt'][at % 2]}'"
        rows.append(f"  - {{when: {{{cells}}}, then: {{priority: P0}}}}")
    found = [item.code for item in check_table(table("\n".join(rows), inputs=inputs), REFERENCES)]
    assert set(found) <= {"TBL007", "TBL010", "TBL013"}


IMPACTS, URGENCIES, AMOUNTS = (
    ("all", "team", "one"),
    ("stopped", "degraded", "none"),
    (0, 5, 7.5, 10, 12),
)
CELLS = {
    "impact": st.sampled_from(("all", "[all, team]", "'!= one'", "'-'", "one")),
    "urgency": st.sampled_from(("stopped", "'!= stopped'", "[stopped, none]", "'-'")),
    "amount": st.sampled_from(
        ("'> 5'", "'>= 5'", "'< 10'", "'<= 10'", "5", "[5, 10]", "'!= 5'", "'-'", "none")
    ),
}


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    st.sampled_from(("first", "last", "unique")),
    st.booleans(),
    st.lists(st.fixed_dictionaries({}, optional=CELLS), min_size=1, max_size=6),
)
def test_findings_agree_with_trying_every_case(
    hit: str, has_default: bool, rows: list[dict[str, str]]
) -> None:
    text = "\n".join(
        "  - {when: {"
        + ", ".join(f"{key}: {cell}" for key, cell in (row or {"impact": "'-'"}).items())
        + "}, then: {priority: P0}}"
        for row in rows
    )
    made = table(
        text, hit, "impact, urgency, amount", "default: {priority: P3}" if has_default else ""
    )
    seen: set[int] = set()
    double: set[int] = set()
    gaps = 0
    for impact, urgency, amount in product(
        (*IMPACTS, None), (*URGENCIES, None), (*AMOUNTS, -1, 20, None)
    ):
        values = {"impact": impact, "urgency": urgency, "amount": amount}
        fits = decide_table(Table(**{**fields(made), "hit": "last"}), values, EMPTY).hits
        gaps += not fits and None not in values.values()
        if fits:
            seen.add(fits[-1] if hit == "last" else fits[0])
            double |= set(fits[1:])
    found = check_table(made, REFERENCES)
    by_code = {
        code: {item.span.line for item in found if item.code == code}
        for code in ("TBL006", "TBL007", "TBL008", "TBL010")
    }
    lines = [row.span.line for row in made.rows]
    if hit == "unique":
        assert by_code["TBL006"] == {lines[at] for at in double}
    else:
        unreached = {line for at, line in enumerate(lines) if at not in seen}
        assert by_code["TBL007" if hit == "first" else "TBL008"] == unreached
    assert bool(by_code["TBL010"]) is (bool(gaps) and not has_default)


def fields(made: Table) -> dict[str, Any]:
    return {name: getattr(made, name) for name in Table.__slots__}
