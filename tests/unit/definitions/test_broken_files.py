"""Broken files say themselves what must be found, and nothing else may be."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sopwith.definitions import read_text

BROKEN = Path(__file__).parents[2] / "golden" / "yaml" / "broken"
EXPECT = re.compile(rb"# expect: ([A-Z0-9, ]+)")


@pytest.mark.parametrize("path", sorted(BROKEN.glob("*.yaml")), ids=lambda path: path.stem)
def test_broken_file_gives_exactly_the_findings_it_announces(path: Path) -> None:
    data = path.read_bytes()
    expected = sorted(
        (number, code.strip().decode())
        for number, line in enumerate(data.split(b"\n"), 1)
        for codes in EXPECT.findall(line)
        for code in codes.split(b",")
    )
    _, found = read_text(data, path.name)
    assert sorted((item.span.line, item.code) for item in found) == expected, [
        item.render("en") for item in found
    ]
    assert expected


def test_there_are_broken_files() -> None:
    assert len(list(BROKEN.glob("*.yaml"))) >= 15
