"""Where a cursor stands in YAML that is being typed, and perhaps broken: read line by line, never refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from .node import Path

Mode = Literal["key", "value", "either", "text", "comment"]
_SEPARATOR = re.compile(r"^---(?=\s|$)")
_KEY = re.compile(r"(\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'|[^\s#:{\[\]},\"'&*!|>%@`-][^:#]*?|-[^\s:#][^:#]*?)\s*:(?=\s|$)")  # fmt: skip
_LITERAL = re.compile(r"[|>][+-]?\d?[+-]?\s*(#.*)?$")
MOST_LINES = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """A place in a document. path: of the mapping for a key, of the value itself for a value.

    typed: what stands before the cursor of the word being written, without its opening quote. start: the column at which
    it begins, from 0. quote: the quote it is in. above: every key that is written, as paths. head: the values of keys at
    the top of the document.
    """

    path: Path
    mode: Mode
    typed: str = ""
    start: int = 0
    quote: str = ""
    above: frozenset[Path] = frozenset()
    head: dict[str, str] = field(default_factory=dict)

    def siblings(self) -> frozenset[str]:
        """Return the keys that stand in the mapping of this place already."""
        at = len(self.path)
        return frozenset(str(one[-1]) for one in self.above if len(one) == at + 1 and one[:at] == self.path)  # fmt: skip


@dataclass(slots=True)
class _Level:
    indent: int
    step: str | int
    is_list: bool


@dataclass(slots=True)
class _Frame:
    is_list: bool
    step: str | int | None = None


class _Flow:
    """The braces and brackets that are open, character by character."""

    def __init__(self) -> None:
        self.frames: list[_Frame] = []
        self.word, self.start, self.quote = "", 0, ""

    def feed(self, text: str, column: int) -> None:
        """Read a piece of a line that begins at *column*."""
        at = 0
        while at < len(text):
            sign = text[at]
            if self.quote:
                if sign == "\\" and self.quote == '"':
                    self.word += text[at : at + 2]
                    at += 2
                    continue
                if sign == self.quote:
                    self.quote = ""
                self.word += sign
            elif sign in "\"'" and not self.word.strip():
                self.quote, self.word, self.start = sign, sign, column + at
            elif sign in "{[":
                self.frames.append(_Frame(sign == "[", 0 if sign == "[" else None))
                self._anew(column + at + 1)
            elif sign in "}]" and self.frames:
                self.frames.pop()
                self._anew(column + at + 1)
                if not self.frames:
                    return
            elif sign == "," and self.frames:
                self._next()
                self._anew(column + at + 1)
            elif self._is_colon(text, at):
                self.frames[-1].step = _plain(self.word)
                self._anew(column + at + 1)
            elif sign == "#" and (at == 0 or text[at - 1] == " "):
                return
            else:
                if not self.word.strip() and sign != " ":
                    self.word, self.start = "", column + at
                self.word += sign
            at += 1
        if not self.word.strip() and not self.quote:
            self.word, self.start = "", column + len(text)

    def _is_colon(self, text: str, at: int) -> bool:
        return text[at] == ":" and text[at + 1 : at + 2] in ("", " ") and bool(self.frames) and not self.frames[-1].is_list  # fmt: skip

    def _next(self) -> None:
        top = self.frames[-1]
        top.step = int(top.step or 0) + 1 if top.is_list else None

    def _anew(self, column: int) -> None:
        self.word, self.start = "", column

    def path(self) -> Path:
        """Return the steps of what is open."""
        return tuple(one.step for one in self.frames if one.step is not None)

    @property
    def wants_key(self) -> bool:
        """Return whether a key comes next."""
        return bool(self.frames) and not self.frames[-1].is_list and self.frames[-1].step is None


def _plain(word: str) -> str:
    return word.strip().strip("\"'")


class _Scanner:
    """Reads the lines of one document from the top."""

    def __init__(self) -> None:
        self.levels: list[_Level] = []
        self.flow: _Flow | None = None
        self.literal: int | None = None
        self.seen: set[Path] = set()
        self.head: dict[str, str] = {}

    def path(self) -> Path:
        return tuple(one.step for one in self.levels)

    def line(self, text: str) -> None:
        """Take in one whole line."""
        if self._is_in_literal(text):
            return
        if self.flow is not None:
            self._fed(text, 0)
            return
        if not text.strip() or text.lstrip().startswith("#"):
            return
        column = self.dashes(text)
        found = _KEY.match(text, column)
        if found is None:
            value_at = column
        else:
            self.key(column, _plain(found[1]))
            value_at = found.end()
            if len(self.levels) == 1:
                self.head[str(self.levels[0].step)] = _plain(text[value_at:].split(" #")[0])
        value = text[value_at:].lstrip()
        if value[:1] in ("{", "["):
            self.flow = _Flow()
            self._fed(text[len(text) - len(value) :], len(text) - len(value))
        elif _LITERAL.match(value):
            self.literal = self.levels[-1].indent if self.levels else 0

    def _fed(self, text: str, column: int) -> None:
        assert self.flow is not None
        self.flow.feed(text, column)
        if not self.flow.frames:
            self.flow = None

    def _is_in_literal(self, text: str) -> bool:
        if self.literal is None:
            return False
        blanks = len(text) - len(text.lstrip(" "))
        if not text.strip() or blanks > self.literal:
            return True
        self.literal = None
        return False

    def dashes(self, text: str) -> int:
        """Take in the dashes of a line; return the column of what follows them."""
        column = len(text) - len(text.lstrip(" "))
        while text[column : column + 1] == "-" and text[column + 1 : column + 2] in ("", " "):
            while self.levels and (self.levels[-1].indent > column or (self.levels[-1].indent == column and not self.levels[-1].is_list and self._list_is_below(column))):  # fmt: skip
                self.levels.pop()
            if self.levels and self.levels[-1].is_list and self.levels[-1].indent == column:
                self.levels[-1].step = int(self.levels[-1].step) + 1
            else:
                self.levels.append(_Level(column, 0, True))
            column += 1
            column += len(text[column:]) - len(text[column:].lstrip(" "))
        return column

    def _list_is_below(self, column: int) -> bool:
        """Return whether a list at this column is open under the top key."""
        return len(self.levels) > 1 and self.levels[-2].is_list and self.levels[-2].indent == column

    def settle(self, column: int) -> None:
        """Leave what a line that begins at *column* is no longer in."""
        while self.levels and self.levels[-1].indent >= column:
            self.levels.pop()

    def key(self, column: int, name: str) -> None:
        """Take in a key."""
        self.settle(column)
        self.levels.append(_Level(column, name, False))
        self.seen.add(self.path())


def cursor_at(text: str, line: int, column: int) -> Cursor:
    """Return where the cursor is that stands before character *column* of *line*, both from 0.

    Whatever the text, there is an answer; lines beyond a bound are not read.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    line = max(0, min(line, len(lines) - 1))
    first, last = _document(lines, line)
    every = _Scanner()
    for one in lines[first : min(last, first + MOST_LINES)]:
        every.line(one)
    scan = _Scanner()
    for one in lines[max(first, line - MOST_LINES) : line]:
        scan.line(one)
    path, mode, typed, start, quote = _last(scan, lines[line][:column])
    return Cursor(path=path, mode=mode, typed=typed, start=start, quote=quote, above=frozenset(every.seen), head=every.head)  # fmt: skip


def number_at(text: str, line: int) -> int:
    """Return which document of the file a line (from 0) belongs to, by the separators before it."""
    return sum(bool(_SEPARATOR.match(one)) for one in text.split("\n")[: line + 1])


def _document(lines: list[str], line: int) -> tuple[int, int]:
    """Return the first line of the document that *line* is in, and the line behind its last."""
    breaks = [place for place, one in enumerate(lines) if _SEPARATOR.match(one)]
    first = max((place + 1 for place in breaks if place < line), default=0)
    last = min((place for place in breaks if place >= line), default=len(lines))
    return first, last


Spot = tuple[Path, Mode, str, int, str]


def _last(scan: _Scanner, text: str) -> Spot:
    """Return the place at the end of *text*, the line up to the cursor."""
    if scan._is_in_literal(text) and text.strip():
        return scan.path(), "text", text.strip(), len(text) - len(text.lstrip()), ""
    if scan.flow is not None:
        return _in_flow(scan, scan.flow, text, 0)
    if _is_comment(text):
        return scan.path(), "comment", "", len(text), ""
    column = scan.dashes(text)
    has_dash = "-" in text[:column]
    found = _KEY.match(text, column)
    if found is None:
        scan.settle(column)
        typed = text[column:]
        if typed[:1] in ("{", "["):
            return _in_flow(scan, _Flow(), typed, column)
        quote = typed[:1] if typed[:1] in ("'", '"') else ""
        mode: Mode = "either" if has_dash else "key"
        return scan.path(), mode, typed.lstrip("\"'"), column + len(quote), quote
    scan.key(column, _plain(found[1]))
    value = text[found.end() :].lstrip()
    start = len(text) - len(value)
    if value[:1] in ("{", "["):
        return _in_flow(scan, _Flow(), value, start)
    quote = value[:1] if value[:1] in ("'", '"') else ""
    return scan.path(), "value", value[len(quote) :], start + len(quote), quote


def _in_flow(scan: _Scanner, flow: _Flow, text: str, column: int) -> Spot:
    flow.feed(text, column)
    quote = flow.quote
    word = flow.word.lstrip() if not quote else flow.word
    typed = word[1:] if quote else word
    path = (*scan.path(), *flow.path())
    if not flow.frames:
        return path, "value", "", column + len(text), ""
    mode: Mode = "key" if flow.wants_key else "either" if flow.frames[-1].is_list else "value"
    return path, mode, typed, flow.start + bool(quote), quote


def _is_comment(text: str) -> bool:
    return text.lstrip().startswith("#") or bool(re.search(r"\s#\s", re.sub(r"\"[^\"]*\"|'[^']*'", "", text)))  # fmt: skip


def words_around(text: str, column: int, letters: str = r"[\w.:-]") -> Iterator[tuple[int, int]]:
    """Yield from where to where the word around *column* of a line goes, if there is one."""
    for found in re.finditer(rf"(?:{letters})+", text):
        if found.start() <= column <= found.end():
            yield found.span()
            return
