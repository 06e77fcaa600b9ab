"""The wrong examples of the documentation give their code, the right ones do not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sopwith.core.diagnostics import Diagnostic
from sopwith.definitions import (
    Document,
    Pack,
    Reader,
    duplicates,
    expand,
    expand_pack,
    load_pack,
    read_text,
    schema_findings,
)

DOCS = Path(__file__).parents[3] / "docs" / "diagnostics"
SECTION = re.compile(
    r"^## (\w+)\n.*?^Wrong:\n\n```(\w+)\n(.*?)^```\n\nRight:\n\n```(\w+)\n(.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
EXAMPLES = [
    pytest.param(*found.groups(), id=found.group(1))
    for name in ("YAML", "DEF", "PCK")
    for found in SECTION.finditer((DOCS / f"{name}.md").read_text("utf-8"))
    if found.group(2) != "text"
]


def findings(text: str, language: str) -> set[str]:
    """Return the codes that loading, expansion, schemas and a small parser find."""
    documents, found = read_text(text, f"example.{language}")
    every: list[Diagnostic] = [*found, *duplicates(documents)]
    every += expand(documents, documents).found
    for document in documents:
        every += schema_findings(document)
        if document.kind == "form":
            every += parsed(document)
        if document.kind == "pack":
            files = {"pack.yaml": text.encode()}
            if "sample:" in text:
                files["sample.yaml"] = b"kind: form\nid: sample\n"
            pack, more = load_pack(files, "")
            every += (*more, *expand_pack(pack, {"base": Pack(id="base", version="1.0.0")}).found)
    return {item.code for item in every}


def parsed(document: Document) -> list[Diagnostic]:
    """Read a few keys, as the parsers on the floor above do."""
    found: list[Diagnostic] = []
    reader = Reader.of(document, found)
    reader.flag("portal")
    reader.whole("columns", 1, 1, 4)
    reader.number("amount")
    reader.choice("audience", ("customer", "agent"))
    reader.name("option")
    if 0 < len(reader.nodes("scale")) < 2:
        reader.error("DEF022", "scale", low=2, high=10)
    return found


def test_most_codes_have_an_example_that_runs() -> None:
    assert len(EXAMPLES) >= 55


@pytest.mark.parametrize(("code", "language", "wrong", "right_language", "right"), EXAMPLES)
def test_example_shows_what_it_says(
    code: str, language: str, wrong: str, right_language: str, right: str
) -> None:
    assert code in findings(wrong, language)
    assert code not in findings(right, right_language)
    loader = {item.code for item in read_text(right, f"example.{right_language}")[1]}
    assert not loader
