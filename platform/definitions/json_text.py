"""JSON to trees: strict JSON, read within limits and never recursive, every place known."""

from __future__ import annotations

import re
from typing import Final

from .node import Node
from .scalars import plain_value
from .tree import StopReadingError, Tally, TreeBuilder

_BLANK: Final = re.compile(r"[ \t\r\n]*")
_PLAIN: Final = re.compile(r'[^"\\\x00-\x1f]*')
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_WORD: Final = re.compile(r"[A-Za-z_0-9.+-]+")
_HEX: Final = re.compile(r"[0-9a-fA-F]{4}")
_SHORT: Final = {
    '"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t",
}  # fmt: skip
_WORDS: Final = {"true": True, "false": False, "null": None}
_VALUE: Final = '{ [ " 0-9 true false null'


def read_json(text: str, tally: Tally) -> list[Node]:
    """Return the roots of *text*: its one value, or the elements of a list at the top.

    What is wrong goes to the tally. *text* has no byte order mark.
    """
    reading = _Reading(text, tally)
    root = reading.read()
    if root is None:
        return []
    if root.kind != "list":
        return [root]
    for child in root.children:
        child.parent = child.key = None
    return list(root.children)


class _Reading:
    """One text being read: a cursor and the closers of what is open."""

    def __init__(self, text: str, tally: Tally) -> None:
        self._text = text
        self._tally = tally
        self._source = tally.source
        self._skipped = len(tally.source.text) - len(text)
        self._builder = TreeBuilder(tally)
        self._at = 0
        self._open: list[str] = []
        self._fresh = False

    def read(self) -> Node | None:
        """Return the value; None when a fault ended the reading, or when there is nothing."""
        self._blank()
        if self._at == len(self._text):
            return None
        try:
            self._value()
            while self._open:
                self._next()
            self._blank()
            if self._at < len(self._text):
                self._expected("EOF")
        except StopReadingError as stop:
            if stop.finding.code in ("YAML021", "YAML022", "YAML024"):
                raise
            self._tally.found.append(stop.finding)
        return self._builder.root

    def _next(self) -> None:
        """Read the next member or element of what is open, or its end."""
        closer, seen = self._open[-1], self._peek()
        if seen == closer:
            self._close()
            return
        if not self._fresh:
            if seen != ",":
                self._expected(f", {closer}")
            comma = self._at
            self._at += 1
            if self._peek() in ("}", "]"):
                self._tally.report("YAML041", self._place(comma, comma + 1), fix="")
                return
        self._fresh = False
        if closer == "}":
            self._member()
        else:
            self._value()

    def _member(self) -> None:
        if self._peek() != '"':
            self._expected('" }')
        self._string()
        if self._peek() != ":":
            self._expected(":")
        self._at += 1
        self._value()

    def _value(self) -> None:
        """Read a scalar, or open a mapping or list."""
        seen = self._peek()
        start = self._at
        if seen in ("{", "["):
            self._at += 1
            kind = "map" if seen == "{" else "list"
            self._builder.open(kind, "flow", self._place(start, self._at))
            self._open.append("}" if seen == "{" else "]")
            self._fresh = True
        elif seen == '"':
            self._string()
        elif seen == "/" or seen == "#":
            self._tally.stop("YAML042", self._place(start, start + 1))
        else:
            self._word()

    def _close(self) -> None:
        self._at += 1
        self._fresh = False
        self._open.pop()
        self._builder.close(self._source.place(self._at + self._skipped))

    def _word(self) -> None:
        start = self._at
        found = _WORD.match(self._text, start)
        word = found.group() if found else ""
        value: str | float | bool | None = None
        if word in _WORDS:
            value = _WORDS[word]
        elif _NUMBER.fullmatch(word):
            value = plain_value(word)
            if isinstance(value, str):
                self._tally.report("YAML043", self._place(start, start + len(word)), f'"{word}"')
        else:
            self._expected(_VALUE)
        self._at += len(word)
        self._builder.scalar(value, word, "plain", self._place(start, self._at))

    def _string(self) -> None:
        start = self._at
        parts: list[str] = []
        at = start + 1
        while True:
            found = _PLAIN.match(self._text, at)
            at = found.end() if found else at
            parts.append(found.group() if found else "")
            seen = self._text[at : at + 1]
            if seen == '"':
                break
            if seen != "\\":
                self._tally.stop("YAML004", self._place(start, start + 1))
            piece, at = self._escape(at)
            parts.append(piece)
        self._at = at + 1
        value = "".join(parts)
        self._builder.scalar(value, value, "double", self._place(start, self._at))

    def _escape(self, at: int) -> tuple[str, int]:
        """Return what the escape at *at* stands for, and where the text goes on."""
        letter = self._text[at + 1 : at + 2]
        if letter in _SHORT:
            return _SHORT[letter], at + 2
        code = self._code(at)
        if code is None:
            self._tally.report("YAML017", self._place(at, at + 2))
            return "\ufffd", at + 1 + len(letter)
        if not 0xD800 <= code <= 0xDFFF:
            return chr(code), at + 6
        low = self._code(at + 6)
        if code < 0xDC00 and low is not None and 0xDC00 <= low <= 0xDFFF:
            return chr(0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)), at + 12
        self._tally.report("YAML034", self._place(at, at + 6))
        return "\ufffd", at + 6

    def _code(self, at: int) -> int | None:
        if self._text[at : at + 2] != "\\u":
            return None
        found = _HEX.match(self._text, at + 2)
        return int(found.group(), 16) if found else None

    def _peek(self) -> str:
        self._blank()
        return self._text[self._at : self._at + 1]

    def _blank(self) -> None:
        found = _BLANK.match(self._text, self._at)
        self._at = found.end() if found else self._at

    def _place(self, start: int, end: int) -> tuple[int, int, int, int]:
        source, skipped = self._source, self._skipped
        return (*source.place(start + skipped), *source.place(end + skipped))

    def _expected(self, expected: str) -> None:
        """End the reading: something else stands where one of *expected* should."""
        text, at = self._text, self._at
        if text[at : at + 1] in ("/", "#"):
            self._tally.stop("YAML042", self._place(at, at + 1))
        if at >= len(text):
            at = max(len(text.rstrip()) - 1, 0)
        self._tally.stop("YAML040", self._place(at, at + 1), expected=expected)
