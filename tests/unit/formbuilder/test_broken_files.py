"""Broken forms say themselves what must be found, and nothing else may be; no document raises."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopwith.core.diagnostics import Diagnostic
from sopwith.core.messages import MESSAGES
from sopwith.formbuilder.check import check_form
from sopwith.formbuilder.model import FieldType
from sopwith.formbuilder.parse_fields import USES

from .samples import REFERENCES, T, parse_all

ROOT = Path(__file__).parents[3]
BROKEN = ROOT / "tests" / "golden" / "form" / "broken"
EXPECT = re.compile(r"# expect: ([A-Z0-9, ]+)")
EXAMPLE = re.compile(r"^(Wrong|Right):\n\n```yaml\n(.+?)^```$", re.MULTILINE | re.DOTALL)
FULL = os.environ.get("SOPWITH_FULL") == "1"


def all_findings(text: str, path: str = "f.yaml") -> list[Diagnostic]:
    form, found = parse_all(text, path)
    return [*found, *(check_form(form, REFERENCES) if form is not None else ())]


@pytest.mark.parametrize("path", sorted(BROKEN.glob("*.yaml")), ids=lambda path: path.stem)
def test_broken_file_gives_exactly_the_findings_it_announces(path: Path) -> None:
    text = path.read_text("utf-8")
    expected = sorted(
        (number, code.strip())
        for number, line in enumerate(text.split("\n"), 1)
        for codes in EXPECT.findall(line)
        for code in codes.split(",")
    )
    found = all_findings(text, path.name)
    assert sorted((item.span.line, item.code) for item in found) == expected, [
        item.render("en") for item in found
    ]
    for item in found:
        assert item.message("en")
        assert item.message("zh-CN")


def test_every_code_of_forms_is_found_in_a_broken_file() -> None:
    announced = {
        code.strip()
        for path in BROKEN.glob("*.yaml")
        for codes in EXPECT.findall(path.read_text("utf-8"))
        for code in codes.split(",")
    }
    # FRM019 needs thousands of options; it has a test of its own.
    assert {code for code in MESSAGES if code.startswith("FRM")} - announced == {"FRM019"}


def test_too_many_options_columns_fields_or_sections_are_told() -> None:
    label = "title: {en: A, zh-CN: 甲}"
    head = f"kind: form\nid: f\nrecord_type: ticket\n{T}\nsections:\n"
    options = ", ".join(f"{{id: o{at}, {label}}}" for at in range(5_001))
    columns = ", ".join(f"{{id: c{at}, type: text, {label}}}" for at in range(41))
    fields = "".join(f"  - {{id: f{at}, type: text, {label}}}\n" for at in range(1_001))
    sections = "".join(
        f"- {{id: s{at}, fields: [{{id: f{at}, type: text, {label}}}]}}\n" for at in range(101)
    )
    for text, count in (
        (
            f"- id: s\n  fields:\n  - {{id: a, type: choice, {label}, options: [{options}]}}\n",
            5_001,
        ),
        (f"- id: s\n  fields:\n  - {{id: a, type: table, {label}, columns: [{columns}]}}\n", 41),
        (f"- id: s\n  fields:\n{fields}", 1_001),
        (sections, 101),
    ):
        found = all_findings(head + text)
        assert [(item.code, item.values.get("count")) for item in found] == [("FRM019", count)]


@pytest.mark.parametrize("code", sorted(code for code in MESSAGES if code.startswith("FRM")))
def test_documented_examples_are_wrong_and_right(code: str) -> None:
    text = (ROOT / "docs" / "diagnostics" / "FRM.md").read_text("utf-8")
    body = text.partition(f"## {code}\n")[2].partition("\n## ")[0]
    examples = dict(EXAMPLE.findall(body))
    if code == "FRM019":
        return
    assert code in {item.code for item in all_findings(_whole(examples["Wrong"]))}
    right = [item.render("en") for item in all_findings(_whole(examples["Right"]))]
    assert right == []


def _whole(example: str) -> str:
    """Return a document for an example that may be only the list of fields of a form."""
    if example.startswith("kind:"):
        return example
    fields = "".join(f"      {line}\n" for line in example.splitlines())
    head = f"kind: form\nid: f\nrecord_type: ticket\n{T}\n"
    return f"{head}sections:\n  - id: s\n    fields:\n{fields}"


def test_circle_is_named_in_order() -> None:
    found = all_findings((BROKEN / "circles.yaml").read_text("utf-8"))
    circles = [item.values["circle"] for item in found if item.code in ("FRM030", "FRM031")]
    assert circles == ["net → tax → net", "one → two → three → one", "self → self", "key → key"]


@pytest.mark.parametrize("key", sorted(USES))
@pytest.mark.parametrize("kind", sorted(FieldType))
def test_key_without_effect_on_a_type_is_reported(key: str, kind: FieldType) -> None:
    if kind in USES[key]:
        return
    text = f"kind: form\nid: f\nrecord_type: ticket\n{T}\nsections: [{{id: s, fields: [{{id: a, type: {kind}, {T}, {key}: 1}}]}}]"
    assert [item.values["key"] for item in all_findings(text) if item.code == "FRM007"] == [key]


KEYS = st.sampled_from([*USES, "id", "type", "title", "show", "rights", "help", "zz"])
VALUES: Any = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(sorted(FieldType))
    | st.sampled_from(["a", "a == 1", "sum(t, a)", "today", "4h", "[", "\\", "true"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=2_000 if FULL else 100, deadline=None)
@given(fields=st.lists(st.dictionaries(KEYS, VALUES, max_size=9), max_size=3), rest=VALUES)
def test_no_document_raises(fields: list[Any], rest: Any) -> None:
    document = {
        "kind": "form",
        "id": "f",
        "sections": [{"id": "s", "show": rest, "fields": fields}, rest],
        "audience": "customer",
    }
    all_findings(json.dumps(document), "f.json")
    all_findings(json.dumps({"kind": "taxonomy", "id": "t", "items": [*fields, rest]}), "f.json")
    all_findings(json.dumps({**document, "sections": rest}), "f.json")
