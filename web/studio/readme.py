"""The README of a pack as a page shows it: a small part of Markdown, read into plain values that templates escape."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST = 40_000
_INLINE = re.compile(r"`(?P<code>[^`]+)`|\*\*(?P<strong>[^*]+)\*\*|(?<![\w*])\*(?P<em>[^*\s][^*]*)\*(?![\w*])|\[(?P<words>[^\]]+)\]\((?:[^()]|\([^()]*\))*\)")  # fmt: skip
_HEADING = re.compile(r"(#{1,6})\s+(.*)")
_ITEM = re.compile(r"\s{0,3}(?:[-*+]|\d{1,3}[.)])\s+(.*)")
_CJK = re.compile(r"[\u2e80-\u9fff\uff00-\uffef]")
_WIDE_STOP = "，。；：、！？）”"

Piece = tuple[str, str]
"""A stretch of text: how it stands out (code, strong, em, or nothing), and its words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of a text. kind: heading | paragraph | list | code. lines: pieces of each line or item."""

    kind: str
    lines: tuple[tuple[Piece, ...], ...]


def read_readme(text: str) -> list[Part]:
    """Return the parts of *text*; its first heading is left out, for the page has one. Links become their words."""
    parts = list(_parts(text[:LONGEST].splitlines()))
    return parts[1:] if parts and parts[0].kind == "heading" else parts


def _parts(lines: list[str]) -> Iterator[Part]:
    kind, held = "", list[str]()
    for line in lines:
        now, words = _kind(line, kind)
        if now == "more":
            held[-1] = _joined(held[-1], words)
            continue
        if now != kind or now in ("heading", ""):
            yield from _made(kind, held)
            kind, held = now, []
        if now:
            held.append(words)
    yield from _made(kind, held)


def _kind(line: str, before: str) -> tuple[str, str]:
    """Return what a line begins, or ``more`` when it goes on with the one before, and its words."""
    fence = line.lstrip().startswith("```")
    if before == "code":
        return ("", "") if fence else ("code", line)
    if fence:
        return "code", ""
    if not line.strip():
        return "", ""
    heading, item = _HEADING.fullmatch(line), _ITEM.fullmatch(line)
    if heading:
        return "heading", heading[2]
    if item:
        return "list", item[1]
    return (
        ("more", line.strip()) if before in ("list", "paragraph") else ("paragraph", line.strip())
    )


def _joined(one: str, other: str) -> str:
    """Return two lines as one; between Chinese characters stands no blank."""
    close = _CJK.match(one[-1:]) and _CJK.match(other[:1])
    return one + ("" if close or one[-1:] in _WIDE_STOP else " ") + other


def _made(kind: str, held: list[str]) -> Iterator[Part]:
    if kind == "code":
        yield Part(kind=kind, lines=tuple(((("", line)),) for line in held[1:]))
    elif kind and held:
        yield Part(kind=kind, lines=tuple(tuple(_pieces(line)) for line in held))


def _pieces(line: str) -> Iterator[Piece]:
    at = 0
    for found in _INLINE.finditer(line):
        if found.start() > at:
            yield "", line[at : found.start()]
        kind = found.lastgroup or ""
        yield ("" if kind == "words" else kind), found[kind]
        at = found.end()
    if at < len(line):
        yield "", line[at:]
