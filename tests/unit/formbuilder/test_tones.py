"""Colours of choices: read with their place, told with the words, legible in both themes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sopwith.definitions import read_text
from sopwith.expressions import Schema
from sopwith.formbuilder.attributes import fixed_views
from sopwith.formbuilder.display import tones_of
from sopwith.formbuilder.model import TONES, Form
from sopwith.formbuilder.parse import parse_form

STYLES = Path(__file__).resolve().parents[3] / "web" / "static" / "css"
TEXT = """\
kind: form
id: intake
record_type: ticket
title: {en: Intake, zh-CN: 受理}
sections:
  - id: what
    fields:
      - id: one
        type: choice
        title: {en: One, zh-CN: 单选}
        options:
          - {id: bad, color: red, title: {en: Bad, zh-CN: 严重}}
          - {id: fair, title: {en: Fair, zh-CN: 一般}}
      - id: some
        type: multi_choice
        title: {en: Some, zh-CN: 多选}
        options:
          - {id: bad, color: red, title: {en: Bad, zh-CN: 严重}}
          - {id: fair, title: {en: Fair, zh-CN: 一般}}
      - id: node
        type: tree_choice
        title: {en: Node, zh-CN: 节点}
        options:
          - id: parts
            color: violet
            title: {en: Parts, zh-CN: 配件}
            items:
              - {id: bulb, title: {en: Bulb, zh-CN: 灯泡}}
              - {id: fuse, color: amber, title: {en: Fuse, zh-CN: 保险丝}}
"""


@pytest.fixture(scope="module")
def form() -> Form:
    made, found = parse_form(read_text(TEXT, "f.yaml")[0][0], Schema({}), {})
    assert made is not None and not found, [one.render("en") for one in found]
    return made


def test_a_choice_is_told_with_its_words_and_tone(form: Form) -> None:
    one, some, node = (form.by_id[name] for name in ("one", "some", "node"))
    assert tones_of(one, "bad", "zh-CN") == (("严重", "red"),)
    assert tones_of(one, "fair", "en") == ()
    assert tones_of(one, None, "en") == ()
    assert tones_of(some, ["fair", "bad"], "en") == (("Fair", ""), ("Bad", "red"))
    assert tones_of(node, "bulb", "en") == (("Parts / Bulb", "violet"),)
    assert tones_of(node, "fuse", "en") == (("Parts / Fuse", "amber"),)
    assert [one.tone for one in fixed_views(form, "en")["one"].options] == ["red", ""]


@pytest.mark.parametrize(("written", "guess"), [("rad", "red"), ('"#ff0000"', "")])
def test_a_colour_that_is_none_is_found_where_it_stands(written: str, guess: str) -> None:
    text = TEXT.replace("{id: bad, color: red", f"{{id: bad, color: {written}", 1)
    _made, found = parse_form(read_text(text, "f.yaml")[0][0], Schema({}), {})
    assert [(one.code, one.span.line, one.span.column) for one in found] == [("DEF011", 12, 30)]
    assert all(tone in found[0].message("en") for tone in TONES)
    assert guess in found[0].message("en")


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_every_tone_is_legible_in_both_themes(theme: int) -> None:
    tokens = dict(
        re.findall(r"--([\w-]+): light-dark\((.*)\);", (STYLES / "tokens.css").read_text("utf-8"))
    )
    rules = dict(
        re.findall(r"\.tone-(\w+) \{ (.*?) \}", (STYLES / "components.css").read_text("utf-8"))
    )
    assert rules.keys() == set(TONES)
    for tone, rule in rules.items():
        ground, ink = (
            tokens[name].split(",")[theme].strip()
            for name in re.findall(r"var\(--([\w-]+)\)", rule)
        )
        assert contrast(ground, ink) >= 4.5, tone


def contrast(one: str, other: str) -> float:
    """Return how far two colours are apart, as WCAG counts it."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
