"""The JSON Schemas for editors and the parsers agree: what is right passes both."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from sopwith.definitions import read_text, schema_findings, schema_for

ROOT = Path(__file__).parents[3]
RIGHT = re.compile(r"^Right:\n\n```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXAMPLES = [
    text
    for name in ("MSG", "SVY")
    for text in RIGHT.findall((ROOT / "docs" / "diagnostics" / f"{name}.md").read_text("utf-8"))
]


@pytest.mark.parametrize("kind", ["message_template", "survey"])
def test_schema_is_valid_and_describes_every_key(kind: str) -> None:
    schema = schema_for(kind)
    assert schema is not None
    Draft202012Validator.check_schema(dict(schema))
    for name, part in schema["properties"].items():
        assert name == "kind" or part.get("description"), name


@pytest.mark.parametrize("text", EXAMPLES)
def test_what_is_right_passes_the_schema(text: str) -> None:
    for one in read_text(text, "right.yaml")[0]:
        assert [item.render("en") for item in schema_findings(one)] == []
