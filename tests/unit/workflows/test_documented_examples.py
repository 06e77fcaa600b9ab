"""Every code has its section; its wrong example gives the code, its right one does not."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from sopwith.core.messages.workflows import WORKFLOWS
from sopwith.definitions import read_text
from sopwith.workflows.check import check_workflow
from sopwith.workflows.parse import parse_workflow

from .samples import SCHEMA
from .test_broken import KNOWN

DOCS = Path(__file__).parents[3] / "docs" / "diagnostics" / "WFL.md"
SECTION = re.compile(
    r"^## (\w+)\n.*?^Wrong:\n\n```(\w+)\n(.*?)^```\n\nRight:\n\n```\w+\n(.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
SECTIONS = [found.groups() for found in SECTION.finditer(DOCS.read_text("utf-8"))]
WORDS = {"en": "Words", "zh-CN": "文字"}
BASE: dict[str, Any] = {
    "kind": "workflow",
    "id": "example",
    "record_type": "ticket",
    "title": WORDS,
    "goal": WORDS,
    "scope": WORDS,
    "start": "received",
    "states": {
        "received": {
            "title": WORDS,
            "category": "open",
            "customer_title": WORDS,
            "owner": {"team": "first-line"},
            "limit": "1d",
            "go": [{"to": "closed"}],
        },
        "closed": {"title": WORDS, "category": "closed", "customer_title": WORDS},
    },
}


def findings(part: str) -> list[str]:
    """Return what is found in the example, put over a workflow that is as it should be."""
    documents, _ = read_text("kind: part\nid: part\n" + part, "part.yaml")
    shown = {key: value for key, value in documents[0].value.items() if key not in ("kind", "id")}
    states = {**BASE["states"]}
    for name, keys in shown.pop("states", {}).items():
        states[name] = {**states.get(name, {}), **keys}
    whole, _ = read_text(json.dumps({**BASE, **shown, "states": states}), "example.json")
    workflow, found = parse_workflow(whole[0], SCHEMA)
    checked = check_workflow(workflow, KNOWN) if workflow is not None else ()
    return [item.code for item in (*found, *checked)]


def test_every_code_has_its_section() -> None:
    assert [code for code, *_ in SECTIONS] == sorted(WORKFLOWS)


@pytest.mark.parametrize(
    ("code", "wrong", "right"),
    [
        pytest.param(code, wrong, right, id=code)
        for code, lang, wrong, right in SECTIONS
        if lang == "yaml"
    ],
)
def test_example_shows_what_it_says(code: str, wrong: str, right: str) -> None:
    assert code in findings(wrong)
    assert findings(right) == []
