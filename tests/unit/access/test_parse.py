"""The access part of a record type: defaults, faults, and the examples of the documentation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopwith.access.model import Access, Act
from sopwith.access.parse import parse_access
from sopwith.core.diagnostics import Diagnostic
from sopwith.core.messages.access import ACCESS
from sopwith.core.roles import BUILT_IN_ROLES
from sopwith.definitions import read_text

DOCS = Path(__file__).parents[3] / "docs" / "diagnostics" / "ACC.md"
SECTION = re.compile(
    r"^## (\w+)\n.*?^Wrong:\n\n```(\w+)\n(.*?)^```\n\nRight:\n\n```\w+\n(.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
SECTIONS = [found.groups() for found in SECTION.finditer(DOCS.read_text("utf-8"))]


def parse(text: str, roles: frozenset[str] = frozenset()) -> tuple[Access, tuple[Diagnostic, ...]]:
    documents, found = read_text(f"kind: record_type\nid: ticket\n{text}", "t.yaml")
    assert not found
    return parse_access(documents[0].node.get("access"), roles)


def test_without_access_there_are_defaults_for_every_act() -> None:
    access, found = parse_access(None)
    assert not found
    assert set(access.acts) == set(Act)
    assert access.acts[Act.CREATE] == BUILT_IN_ROLES
    assert access.acts[Act.READ] == {"agent", "lead", "manager", "admin"}
    assert access.scope == {"customer": "own", "staff": "own"}


def test_what_is_written_replaces_the_default() -> None:
    access, found = parse("access: {read: [agent], work: lead, cancel: [], scope: {agent: team}}")
    assert not found
    assert access.acts[Act.READ] == {"agent"}
    assert access.acts[Act.WORK] == {"lead"}
    assert access.acts[Act.CANCEL] == frozenset()
    assert access.acts[Act.REPLY] == {"agent", "lead"}
    assert access.scope == {"customer": "own", "staff": "own", "agent": "team"}


def test_further_roles_may_be_named() -> None:
    access, found = parse(
        "access: {read: [finance], scope: {finance: team}}", frozenset({"finance"})
    )
    assert not found
    assert access.acts[Act.READ] == {"finance"}


def test_every_fault_is_found_where_it_stands() -> None:
    text = """\
access:
  read: [agnet, agent, agent]
  note: [customer]
  rede: [agent]
  scope: {agnet: all, customer: team, admin: own, lead: everything, staff: own}
"""
    _, found = parse(text)
    places = [(item.span.line - 2, item.span.column, item.code) for item in found]
    assert places == [
        (2, 10, "ACC001"),
        (2, 24, "ACC004"),
        (3, 10, "ACC002"),
        (4, 3, "DEF004"),
        (5, 11, "ACC001"),
        (5, 33, "ACC003"),
        (5, 46, "ACC003"),
        (5, 57, "DEF011"),
    ]
    assert found[0].values["guess"] == "agent"
    assert found[0].message("en").endswith("did you mean 'agent'?")


@pytest.mark.parametrize(
    "text", ["access: all", "access: [agent]", "access: {scope: all}", "access: {read: {a: b}}"]
)
def test_wrong_shapes_are_told(text: str) -> None:
    access, found = parse(text)
    assert len(found) == 1
    assert set(access.acts) == set(Act)


def test_every_code_has_its_section() -> None:
    assert [code for code, *_ in SECTIONS] == sorted(ACCESS)


@pytest.mark.parametrize(
    ("code", "wrong", "right"),
    [(code, wrong, right) for code, lang, wrong, right in SECTIONS if lang == "yaml"],
)
def test_example_shows_what_it_says(code: str, wrong: str, right: str) -> None:
    assert code in {item.code for item in parse(wrong)[1]}
    assert parse(right)[1] == ()


VALUES = st.recursive(
    st.sampled_from(["agent", "customer", "x", "[", "true", "7", "own"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["read", "note", "scope", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=60)
@given(VALUES)
def test_nothing_makes_it_fail(value: object) -> None:
    text = repr(value).replace("'", '"')
    documents, _ = read_text(f'{{"kind": "r", "id": "r", "access": {text}}}', "t.json")
    access, _ = parse_access(documents[0].node.get("access"))
    assert set(access.acts) == set(Act)
