"""The examples of the guide to definitions are read, and use no key that does not exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sopwith.definitions import read_text, schema_findings

GUIDE = (Path(__file__).parents[3] / "docs" / "definitions.md").read_text("utf-8")
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
LEFT_OUT = {"DEF003", "DEF006", "DEF013", "DEF016", "DEF021"}
"""What an example may lack: it says "..." where the rest is told elsewhere."""


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda text: text.split("\n")[1][:40])
def test_the_example_is_read(example: str) -> None:
    text = example.replace("{...}", "{}").replace("[...]", "[]").replace(": ...", ": x")
    documents, found = read_text(text, "guide.yaml")
    assert documents
    assert not [one.render("en") for one in found]
    for document in documents:
        wrong = [
            one.render("en")
            for one in schema_findings(document)
            if one.code not in LEFT_OUT and one.values.get("key") != "..."
        ]
        assert not wrong
        assert document.kind != "scenario" or document.value["steps"]


def test_there_are_examples() -> None:
    assert len(EXAMPLES) > 12
