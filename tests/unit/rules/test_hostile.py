"""Whatever stands in a document, the parsers and checks answer with findings and never raise."""

from __future__ import annotations

import os
import random
from pathlib import Path

from sopwith.core.span import NOWHERE
from sopwith.definitions import read_text
from sopwith.expressions import EMPTY
from sopwith.rules.check import check_cycles
from sopwith.rules.match import Happening, RuleIndex
from sopwith.rules.model import Rule
from sopwith.rules.parse import parse_routing, parse_rule, parse_table, parse_team
from sopwith.rules.tables import decide_table

from .samples import SCHEMA, findings
from .test_schemas import FULL

MUTATIONS = 5_000 if os.environ.get("SOPWITH_FULL") else 500
GOLDEN = Path(__file__).parents[2] / "golden"
STARTS = (
    FULL,
    *(
        path.read_text("utf-8")
        for kind in ("rule", "table", "routing")
        for path in (GOLDEN / kind / "broken").glob("*.yaml")
    ),
)
PIECES = (
    "{}",
    "[]",
    "null",
    "true",
    "7",
    "1e400",
    "'-'",
    "{value: amount}",
    "[[x]]",
    "{a: {b: c}}",
    "-1",
    "3bd",
    "P0",
    "!= none",
    '"x"',
    "，",
    "..",
    "state",
)


def mutated(rng: random.Random, text: str) -> str:
    lines = text.split("\n")
    for _ in range(rng.randrange(1, 5)):
        at = rng.randrange(len(lines))
        line = lines[at]
        match rng.randrange(5):
            case 0:
                del lines[at]
            case 1:
                lines.insert(at, rng.choice(lines) if lines else "")
            case 2 if ": " in line:
                key, _, _ = line.partition(": ")
                lines[at] = f"{key}: {rng.choice(PIECES)}"
            case 3 if line:
                start = rng.randrange(len(line))
                lines[at] = line[:start] + rng.choice(PIECES) + line[start + rng.randrange(4) :]
            case _ if line:
                words = line.split(" ")
                words[rng.randrange(len(words))] = rng.choice(PIECES)
                lines[at] = " ".join(words)
        if not lines:
            lines = ["kind: rule"]
    return "\n".join(lines)


def test_mutated_definitions_never_raise() -> None:
    rng = random.Random(5)
    good: list[Rule] = []
    for _ in range(MUTATIONS):
        text = mutated(rng, rng.choice(STARTS))
        for item in findings(text):
            assert item.span != NOWHERE
            assert item.render("en")
            assert item.render("zh-CN")
        for one in read_text(text, "m.yaml")[0]:
            made, found = parse_rule(one, SCHEMA)
            assert made is not None or found
            if made is not None:
                good.append(made)
            table, more = parse_table(one, SCHEMA)
            assert table is not None or more
            if table is not None:
                decide_table(table, {"impact": 7, "amount": "x", "promised": []}, EMPTY)
            assert parse_routing(one, SCHEMA)
            assert parse_team(one)
    index = RuleIndex(good, "ticket")
    for name in ("created", "changed:priority", "entered:diagnosis"):
        index.matching([Happening(name)], {"priority": "P0", "amount": [], "customer": 3}, EMPTY)
    check_cycles(good[:200])
    assert good
