"""Broken definitions say themselves what must be found; nothing more, nothing less."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sopwith.core.diagnostics import Diagnostic
from sopwith.core.messages.workflows import WORKFLOWS
from sopwith.definitions import read_text
from sopwith.definitions.references import References
from sopwith.workflows.check import check_workflow
from sopwith.workflows.parse import parse_workflow

from .samples import REFERENCES, SCHEMA

FOLDER = Path(__file__).parents[2] / "golden" / "workflow" / "broken"
FILES = sorted(FOLDER.glob("*.yaml"))
_EXPECT = re.compile(r"# expect: (.*)$")
KNOWN = References(ids={**REFERENCES.ids, "user": frozenset({"wang"})})


def findings(path: Path) -> list[Diagnostic]:
    documents, found = read_text(path.read_bytes(), path.name)
    everything = list(found)
    for document in documents:
        workflow, parsed = parse_workflow(document, SCHEMA)
        checked = check_workflow(workflow, KNOWN) if workflow is not None else ()
        everything += [*parsed, *checked]
    return everything


def expected(path: Path) -> list[tuple[int, str]]:
    wanted = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        found = _EXPECT.search(line)
        wanted += [(number, code.strip()) for code in found[1].split(",")] if found else []
    return sorted(wanted)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_exactly_what_is_expected_is_found(path: Path) -> None:
    found = findings(path)
    shown = "\n".join(item.render("en") for item in found)
    assert sorted((item.span.line, item.code) for item in found) == expected(path), shown


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_finding_has_its_sentence_in_both_languages(path: Path) -> None:
    for item in findings(path):
        assert "{" not in item.message("en").replace("{after", "").replace("{en", "")
        assert re.search("[\u4e00-\u9fff]", item.message("zh-CN"))


def test_every_code_of_a_definition_is_shown_by_a_broken_file() -> None:
    shown = {code for path in FILES for _, code in expected(path)}
    assert {code for code in WORKFLOWS if code < "WFL100"} - shown == {"WFL014"}  # 300 states
