"""The wrong examples of the documentation give their code, the right ones give nothing at all."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .samples import findings

DOCS = Path(__file__).parents[3] / "docs" / "diagnostics"
SECTION = re.compile(
    r"^## (\w+)\n(?:(?!^## ).)*?^Wrong:\n\n```yaml\n(.*?)^```\n\nRight:\n\n```yaml\n(.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
EXAMPLES = [
    pytest.param(*found.groups(), id=found.group(1))
    for name in ("MSG", "SVY")
    for found in SECTION.finditer((DOCS / f"{name}.md").read_text("utf-8"))
]


def test_most_codes_have_an_example_that_runs() -> None:
    assert len(EXAMPLES) >= 18


@pytest.mark.parametrize(("code", "wrong", "right"), EXAMPLES)
def test_example_shows_what_it_says(code: str, wrong: str, right: str) -> None:
    assert code in [item.code for item in findings(wrong)]
    assert [item.render("en") for item in findings(right)] == []
