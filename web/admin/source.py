"""The text of a definition as a page shows it: numbered lines, marked words, findings beside their line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sopwith.core.diagnostics import Diagnostic
from sopwith.definitions import Document

_TOKENS = re.compile(
    r"""(?P<comment>(?:^|(?<=\s))\#.*$)
    |(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')
    |(?P<key>[\w.-]+(?=\s*:(?:\s|$)))
    |(?P<number>(?<![\w.-])\d+(?:\.\d+)?(?:bd|bh|[smhdw%])?(?![\w.-]))
    |(?P<word>(?<![\w.-])(?:true|false|null|yes|no|and|or|not|in)(?![\w.-]))""",
    re.VERBOSE,
)
_LONGEST = 2_000
MOST_LINES = 3_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """One line. parts: pieces of text with their kind: comment, key, text, number, word or ''."""

    number: int
    parts: tuple[tuple[str, str], ...]
    found: tuple[Diagnostic, ...] = ()


def source_lines(text: str, first: int, found: Sequence[Diagnostic]) -> list[SourceLine]:
    """Return *text*, whose first line is number *first* of its file, with findings beside their lines."""
    by_line: dict[int, list[Diagnostic]] = {}
    for one in found:
        by_line.setdefault(one.span.line, []).append(one)
    return [
        SourceLine(number=number, parts=tuple(_parts(line)), found=tuple(by_line.get(number, ())))
        for number, line in enumerate(text.splitlines()[:MOST_LINES], first)
    ]


def lines_of(document: Document, files_text: str, found: Sequence[Diagnostic]) -> list[SourceLine]:
    """Return the whole lines of a definition in its file, with the comments right above it."""
    lines = files_text.splitlines()
    first, last = document.span.line, max(document.span.end_line, document.span.line)
    if document.span.end_column == 1 and last > first:
        last -= 1
    while first > 1 and lines[first - 2].lstrip().startswith("#"):
        first -= 1
    text = "\n".join(lines[first - 1 : last])
    return source_lines(text.rstrip(), first, found)


def _parts(line: str) -> Iterator[tuple[str, str]]:
    if len(line) > _LONGEST:
        yield ("", line)
        return
    at = 0
    for match in _TOKENS.finditer(line):
        if match.start() > at:
            yield ("", line[at : match.start()])
        yield (match.lastgroup or "", match.group())
        at = match.end()
    if at < len(line):
        yield ("", line[at:])
