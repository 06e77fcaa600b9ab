"""Every kind of definition has a JSON Schema, and what ships agrees with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from sopwith.definitions import KINDS, expand, read_text, schema_findings, schemas

ROOT = Path(__file__).parent.parent.parent.parent
FILES = sorted((ROOT / "catalog" / "sop-templates").rglob("*.yaml"))


def test_every_kind_has_a_schema() -> None:
    assert set(schemas()) == set(KINDS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_what_ships_agrees_with_the_schemas(path: Path) -> None:
    if path.name == "sample.yaml":
        return
    documents, found = read_text(path.read_bytes(), path.name)
    blocks = [
        one
        for other in FILES
        for one in read_text(other.read_bytes(), other.name)[0]
        if one.kind == "block"
    ]
    for document in expand(documents, blocks).documents:
        found = (*found, *schema_findings(document))
    assert [item.render("en") for item in found] == []
