"""Every code has words in both languages and a section with a wrong and a right example."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

from sopwith.core.messages import MESSAGES

DOCS = Path(__file__).parents[2] / "docs" / "diagnostics"
FENCE = re.compile(r"^```\w*\n(.+?)^```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"[A-Z]{3,4}[0-9]{3}")


def sections() -> list[tuple[str, str, str]]:
    """Return file, code and body of every section."""
    found = []
    for path in sorted(DOCS.glob("*.md")):
        parts = re.split(r"^## (\S+)[^\n]*\n", path.read_text("utf-8"), flags=re.MULTILINE)
        found += [
            (path.name, code, body) for code, body in zip(parts[1::2], parts[2::2], strict=True)
        ]
    return found


SECTIONS = {code: body for _, code, body in sections()}


def placeholders(words: str, lang: str) -> set[str]:
    """Return the names in *words*; a value may come once for each language: found_en, found_zh."""
    names = (name for _, name, _, _ in Formatter().parse(words) if name is not None)
    return {name.removesuffix(f"_{lang}") for name in names}


@pytest.mark.parametrize("code", sorted(MESSAGES))
def test_code_has_a_section_with_a_wrong_and_a_right_example(code: str) -> None:
    body = SECTIONS.get(code)
    assert body is not None, f"docs/diagnostics has no section '## {code}'"
    words, _, rest = body.partition("Wrong:")
    wrong, _, right = rest.partition("Right:")
    assert words.strip().endswith("."), f"{code}: say in one sentence what is wrong"
    assert FENCE.search(wrong), f"{code}: the wrong example is missing"
    assert FENCE.search(right), f"{code}: the right example is missing"
    assert FENCE.findall(wrong) != FENCE.findall(right)


@pytest.mark.parametrize("code", sorted(MESSAGES))
def test_code_says_the_same_in_both_languages(code: str) -> None:
    message = MESSAGES[code]
    assert CODE.fullmatch(code)
    assert message.en.strip()
    assert re.search(r"[\u4e00-\u9fff]", message.zh), f"{code}: no Chinese words"
    assert placeholders(message.en, "en") == placeholders(message.zh, "zh")
    assert not re.search(r"[\u4e00-\u9fff][,;:?!]", message.zh), f"{code}: use full-width marks"


def test_sections_belong_to_codes_and_to_their_file() -> None:
    found = sections()
    codes = [code for _, code, _ in found]
    assert sorted(codes) == sorted(set(codes)), "a code has two sections"
    assert sorted(set(codes) - set(MESSAGES)) == [], "sections of codes that do not exist"
    strays = [
        (file, code) for file, code, _ in found if not code.startswith(file.removesuffix(".md"))
    ]
    assert strays == []
