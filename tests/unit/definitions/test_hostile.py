"""Hostile and broken texts: a located finding, never an exception."""

from __future__ import annotations

import random
import re
from contextlib import suppress
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sopwith.definitions import LIMITS, read_text
from sopwith.definitions.source import Source
from sopwith.definitions.tree import StopReadingError, Tally
from sopwith.definitions.yaml_text import read_yaml

from .documents import FULL, MORE, assert_inside, codes

BOMBS: dict[str, tuple[str | bytes, str]] = {
    "alias bomb": (
        "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
        + "".join(
            f"{c}: &{c} [{','.join(['*' + p] * 10)}]\n"
            for p, c in zip("abcdefghi", "bcdefghij", strict=True)
        ),
        "YAML011",
    ),
    "200,000 nested brackets": ("[" * 200_000 + "]" * 200_000, "YAML021"),
    "50,000 nested braces": ("{a: " * 50_000 + "}" * 50_000, "YAML021"),
    "merge bomb": (
        "a0: &a0 {k: 1}\n"
        + "".join(f"a{i + 1}: &a{i + 1} {{<<: [*a{i},*a{i}]}}\n" for i in range(22)),
        "YAML013",
    ),
    "flat": ("\n".join(f"k{i}: v{i}" for i in range(120_000)), "YAML020"),
    "many values": ("- 1\n" * 60_000, "YAML022"),
    "python tag": ("!!python/object/apply:os.system [echo x]", "YAML010"),
    "custom tag": ("a: !foo bar", "YAML010"),
    "duplicate key": ("role: agent\nrole: admin", "YAML002"),
    "self alias": ("a: &a [*a]", "YAML011"),
    "block nesting": ("".join(" " * i + "- \n" for i in range(300)), "YAML021"),
    "nested question marks": ("? " * 100_000, "YAML021"),
    "nested dashes": ("- " * 300_000, "YAML021"),
    "invalid utf-8": (b"a: \xff\xfe", "YAML031"),
    "NUL": ("a: \x00", "YAML032"),
    "tab indentation": ("a:\n\t- b", "YAML003"),
    "huge scalar": ("a: " + "x" * 100_000, "YAML023"),
    "anchor only": ("a: &x 1", "YAML012"),
    "many documents": ("--- {kind: form, id: a}\n" * 2_000, "YAML025"),
    "many findings": ("1: a\n" * 100_000, "YAML024"),
    "control characters": ("\x01" * 500_000, "YAML024"),
    "directives": ("%a\n" * 100_000, "YAML016"),
    "escape beyond Unicode": ('a: "\\UFFFFFFFF"', "YAML034"),
}
HARMLESS = {
    "sexagesimal": "a: 1" + ":59" * 20_000,
    "two documents": "a: 1\n---\na: 2",
    "only separators": "---\n" * 200_000,
    "only line breaks": "\n" * 900_000,
    "only comments": "#\n" * 400_000,
}
SEED = """\
kind: workflow
id: onboard
title: {en: "Onboard", zh-CN: '入职 😀'}
version: 3
steps:
  - id: a
    when: 'priority > 2'
    do: {notify: [agent, "x y"]}
  - id: b
    wait: 2h
    next: [a, 'c']
sla:
  first: 4h
  text: |
    line
    line
  more: >-
    folded
    text
"""
PIECES = (
    "[", "]", "{", "}", ": ", "- ", "&a ", "*a", "!!", "<<: ", "|", ">", "'", '"', "\t", "\n",
    "---\n", "...\n", "%YAML 1.1\n", "\x00", "? ", "#", "  " * 30, "[" * 100, "\r\n", "\r", "😀",
    "\ufeff", "\u2028", "\x85", "\\u", '"\\ud83d"', ",", "@", "`", "!", "&", "*", "use: x",
)  # fmt: skip


class Reference(yaml.CSafeLoader):
    """PyYAML itself with our rules for plain words: what a clean text must mean."""

    yaml_implicit_resolvers: dict[Any, Any] = {}


for _tag, _pattern, _first in (
    ("bool", r"true|false", "tf"),
    ("null", r"null|~|", ["n", "~", ""]),
    ("int", r"-?(?:0|[1-9][0-9]{0,14})", "-0123456789"),
    ("float", r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,15})?(?:[eE][-+]?[0-9]{1,2})?", "-0123456789"),
):
    Reference.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), list(_first)
    )


def _floats(loader: Reference, node: yaml.ScalarNode) -> float:
    return float(node.value)


Reference.add_constructor("tag:yaml.org,2002:float", _floats)


@pytest.mark.parametrize("name", BOMBS)
@pytest.mark.parametrize("path", ["a.yaml", "a.json"])
def test_bomb_gives_a_located_finding(name: str, path: str) -> None:
    data, code = BOMBS[name]
    _, found = read_text(data, path)
    text = data.decode("utf-8", "replace") if isinstance(data, bytes) else data
    assert_inside(found, text)
    assert len(found) <= LIMITS.findings + 1
    assert found
    if path == "a.yaml":
        assert code in codes(found)


@pytest.mark.parametrize("name", HARMLESS)
def test_strange_but_harmless_text_is_read(name: str) -> None:
    _, found = read_text(HARMLESS[name], "a.yaml")
    assert set(codes(found)) <= {"DEF003", "YAML051"}


def mutated(rnd: random.Random) -> str:
    text = SEED
    for _ in range(rnd.randint(1, 8)):
        at = rnd.randrange(len(text) + 1)
        kind = rnd.randrange(3)
        if kind == 0:
            text = text[:at] + rnd.choice(PIECES) + text[at:]
        elif kind == 1:
            text = text[:at] + text[at + rnd.randint(1, 15) :]
        else:
            text = text[:at] + text[at : at + 30] * rnd.randint(1, 20) + text[at:]
    return text


def test_mutated_definitions_are_read_or_refused_with_a_place() -> None:
    rnd = random.Random(5)
    clean = 0
    for _ in range(20_000 if FULL else 1_500):
        text = mutated(rnd)
        documents, found = read_text(text, "a.yaml")
        assert_inside(found, text)
        if any(item.code.startswith("YAML") for item in found):
            continue
        clean += 1
        plain = [value for value in yaml.load_all(text, Reference) if value is not None]
        assert [item.value for item in documents] == plain, text
    assert clean > 50


def test_mutated_bytes_never_raise() -> None:
    rnd = random.Random(6)
    for _ in range(5_000 if FULL else 500):
        data = bytearray(mutated(rnd).encode("utf-8", "replace"))
        for _ in range(rnd.randint(1, 4)):
            data[rnd.randrange(len(data)) if data else 0 : 0] = bytes([rnd.randrange(256)])
        for path in ("a.yaml", "a.json"):
            _, found = read_text(bytes(data), path)
            assert_inside(found, bytes(data).decode("utf-8", "replace"))


def test_the_pure_python_parser_never_raises_either() -> None:
    rnd = random.Random(7)
    for _ in range(3_000 if FULL else 200):
        text = re.sub("[\x00\x85\u2028\ufeff]", "", mutated(rnd))
        tally = Tally(Source("a.yaml", text), LIMITS)
        with suppress(StopReadingError):
            read_yaml(text, tally, [], yaml.SafeLoader)
        assert_inside(tally.found, text)


@MORE
@given(st.text(max_size=60) | st.text(alphabet="{}[]:,-?#&*!|>'\"%@` \n\tab1", max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    for path in ("a.yaml", "a.json"):
        _, found = read_text(text, path)
        assert_inside(found, text)
