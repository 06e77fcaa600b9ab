"""The wrong examples of the documentation give their code, the right ones give nothing at all."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sopwith.definitions import read_text
from sopwith.rules.check import check_cycles, check_routing
from sopwith.rules.model import Team
from sopwith.rules.overwriting import check_overwriting
from sopwith.rules.parse import parse_routing, parse_rule, parse_team

from .samples import FIELDS, REFERENCES, SCHEMA, findings

DOCS = Path(__file__).parents[3] / "docs" / "diagnostics"
SECTION = re.compile(
    r"^## (\w+)\n(?:(?!^## ).)*?^Wrong:\n\n```yaml\n(.*?)^```\n\nRight:\n\n```yaml\n(.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
EXAMPLES = [
    pytest.param(*found.groups(), id=found.group(1))
    for name in ("RUL", "ACT", "TBL", "RTE", "TEA")
    for found in SECTION.finditer((DOCS / f"{name}.md").read_text("utf-8"))
]


def codes(text: str) -> list[str]:
    """Return the codes of one file: those of each definition, and those of all together."""
    documents, _ = read_text(text, "example.yaml")
    parsed = [parse_rule(one, SCHEMA)[0] for one in documents if one.kind == "rule"]
    rules = [one for one in parsed if one is not None]
    every = [*findings(text), *check_cycles(rules), *check_overwriting(rules)]
    teams: dict[str, Team] = {}
    for one in documents:
        team = parse_team(one)[0] if one.kind == "team" else None
        if team is not None:
            teams[team.id] = team
    if not teams:
        return [item.code for item in every]
    for one in documents:
        routing = parse_routing(one, SCHEMA)[0] if one.kind == "routing" else None
        if routing is not None:
            found = check_routing(routing, REFERENCES, FIELDS, teams)
            every = [item for item in every if item.code != "RTE011"] + list(found)
    return [item.code for item in every]


def test_most_codes_have_an_example_that_runs() -> None:
    assert len(EXAMPLES) >= 50


@pytest.mark.parametrize(("code", "wrong", "right"), EXAMPLES)
def test_example_shows_what_it_says(code: str, wrong: str, right: str) -> None:
    assert code in codes(wrong)
    assert codes(right) == []
