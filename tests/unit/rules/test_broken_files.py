"""Broken files say themselves what must be found, and nothing else may be."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .samples import findings

GOLDEN = Path(__file__).parents[2] / "golden"
EXPECT = re.compile(r"# expect: ([A-Z0-9, ]+)")
FILES = [
    path
    for kind in ("rule", "table", "routing", "team")
    for path in sorted((GOLDEN / kind / "broken").glob("*.yaml"))
]


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_broken_file_gives_exactly_the_findings_it_announces(path: Path) -> None:
    text = path.read_text("utf-8")
    expected = sorted(
        (number, code.strip())
        for number, line in enumerate(text.split("\n"), 1)
        for codes in EXPECT.findall(line)
        for code in codes.split(",")
    )
    found = findings(text)
    assert sorted((item.span.line, item.code) for item in found) == expected, [
        item.render("en") for item in found
    ]
    assert expected


def test_there_are_broken_files() -> None:
    assert {path.parts[-3] for path in FILES} == {"rule", "table", "routing", "team"}
