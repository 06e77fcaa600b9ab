"""The names that conditions may read where they stand: the same as the compiler's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sopwith.core.diagnostics import has_errors
from sopwith.definitions import Document
from sopwith.definitions.node import Node
from sopwith.expressions import BOOL, compile_expression
from sopwith.release.compile import compile_release
from sopwith.release.names import Names
from sopwith.runtime.releases import read_bundle

PACKS = Path(__file__).resolve().parents[3] / "catalog" / "sop-templates"
KEYS = frozenset({"when", "show", "require", "enable", "required_when"})


def documents(*names: str) -> list[Document]:
    """Return the definitions of some packs."""
    texts = {
        f"{name}/{one.name}": one.read_text(encoding="utf-8")
        for name in names
        for one in (PACKS / name).glob("*.yaml")
    }
    return list(read_bundle(texts).documents)


def conditions(document: Document) -> Iterator[Node]:
    """Return the texts of a definition's conditions and formulas."""
    for node in document.node.walk():
        formula = node.key == "value" and node.parent is not None and (
            node.parent.get("of") is not None or len(node.parent.children) == 1
        )  # fmt: skip
        if node.kind == "scalar" and (node.key in KEYS or formula):
            yield node


@pytest.mark.parametrize("name", sorted(one.name for one in PACKS.iterdir() if (one / "pack.yaml").exists()))  # fmt: skip
def test_every_condition_of_a_pack_checks_in_its_scope(name: str) -> None:
    some = documents("base", *([name] if name != "base" else []))
    release, found = compile_release(some)
    assert release is not None, found
    names = Names(some)
    count = 0
    for document in some:
        if document.kind in ("block", "scenario", "pack"):
            continue
        for node in conditions(document):
            scope = names.scope(document, node.path)
            _expression, wrong = compile_expression(node.words, scope.schema, node.span, want=scope.want)  # fmt: skip
            assert not has_errors(wrong), (document.key, node.path, [one.render("en") for one in wrong])  # fmt: skip
            count += 1
    assert count > 3
    for kind in release.record_types.values():
        assert names.schemas[kind.id].fields == kind.schema.fields
        titled = names.labels(kind.id).fields
        assert all(titled[key] == one.title for key, one in kind.all_fields.items() if one.title)
        assert set(kind.schema.fields) - {"customer", "visits"} <= set(titled)


def test_the_scope_depends_on_where_the_expression_stands() -> None:
    some = documents("base", "software_p0p3")
    names = Names(some)
    rule = next(one for one in some if one.kind == "rule")
    assert names.scope(rule, ("when",)).want == BOOL
    assert "event" in names.scope(rule, ("when",)).schema.fields
    flow = next(one for one in some if one.kind == "workflow")
    assert "event" not in names.scope(flow, ("transitions", 0, "when")).schema.fields


def test_half_finished_definitions_have_names_too() -> None:
    text = "kind: record_type\nid: x\nfields: 3\n---\nkind: form\nid: f\nrecord_type: x\nsections:\n- fields:\n  - {id: a}\n  - 7\n"
    [pack] = read_bundle({"p/pack.yaml": "kind: pack\nid: p\n", "p/x.yaml": text}).packs
    names = Names(pack.documents)
    for document in pack.documents:
        for path in ((), ("when",), ("a", 0, "columns", 1, "show"), ("then", 0, "set", "b", "value")):  # fmt: skip
            assert names.scope(document, path).schema.fields
