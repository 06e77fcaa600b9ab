"""Which characters of the source each character of a scalar's text came from."""

from __future__ import annotations

_BLANKS = " \t\r\n"
_ESCAPE_LENGTHS = {"x": 4, "u": 6, "U": 10}


def align(raw: str, words: str, style: str) -> list[tuple[int, int]] | None:
    """Return start and end in *raw* of every character of *words*, or None when they do not fit.

    raw: the source of the scalar with its quotes or its ``|`` and ``>``. style: that of the node.
    """
    at = _content(raw, style)
    pairs: list[tuple[int, int]] = []
    for letter in words:
        if letter in _BLANKS and raw[at : at + 1] in _BLANKS and at < len(raw):
            width = 2 if raw.startswith("\r\n", at) else 1
            pairs.append((at, at + width))
            at += width
            continue
        at = _skipped(raw, at, style)
        width = _width(raw, at, letter, style)
        if not width and letter == "\n" and at >= len(raw):  # the line break behind block text
            pairs.append((at, at))
            continue
        if not width:
            return None
        pairs.append((at, at + width))
        at += width
    return pairs


def _content(raw: str, style: str) -> int:
    """Return where the text begins: behind the quote, or on the line below ``|`` and ``>``."""
    if style in ("single", "double"):
        return 1
    if style in ("literal", "folded"):
        ends = [raw.find(mark) for mark in "\r\n" if mark in raw]
        return min(ends) + 1 if ends else len(raw)
    return 0


def _skipped(raw: str, at: int, style: str) -> int:
    """Return where the next character that counts stands: behind indentation and folded lines."""
    while at < len(raw):
        if raw[at] in _BLANKS:
            at += 1
        elif style == "double" and raw[at] == "\\" and raw[at + 1 : at + 2] in ("\r", "\n"):
            at += 2
        else:
            break
    return at


def _width(raw: str, at: int, letter: str, style: str) -> int:
    """Return how many characters of the source stand for *letter*; 0 when it is another one."""
    if style == "double" and raw[at : at + 1] == "\\":
        if raw[at + 1 : at + 2] == "u" and ord(letter) > 0xFFFF:
            return 12  # two halves, as JSON writes them
        return _ESCAPE_LENGTHS.get(raw[at + 1 : at + 2], 2)
    if raw[at : at + 1] != letter:
        return 0
    return 2 if style == "single" and letter == "'" else 1
