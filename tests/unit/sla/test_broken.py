"""Broken SLA documents say themselves what must be found; nothing more, nothing less."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sopwith.core.messages.sla import SLA

from .documents import judged_text

FOLDER = Path(__file__).parents[2] / "golden" / "sla" / "broken"
FILES = sorted(FOLDER.glob("*.yaml"))
_EXPECT = re.compile(r"# expect: (.*)$")


def expected(path: Path) -> list[tuple[int, str]]:
    wanted = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        found = _EXPECT.search(line)
        wanted += [(number, code.strip()) for code in found[1].split(",")] if found else []
    return sorted(wanted)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_exactly_what_is_expected_is_found(path: Path) -> None:
    found = judged_text(path.read_bytes(), path.name)
    shown = "\n".join(item.render("en") for item in found)
    assert sorted((item.span.line, item.code) for item in found) == expected(path), shown


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_finding_has_its_sentence_in_both_languages(path: Path) -> None:
    for item in judged_text(path.read_bytes(), path.name):
        assert item.message("en")
        assert re.search("[\u4e00-\u9fff]", item.message("zh-CN"))


def test_every_code_is_shown_by_a_broken_file() -> None:
    shown = {code for path in FILES for _, code in expected(path)}
    assert {code for code in SLA if code.startswith("SLA")} - shown == set()
