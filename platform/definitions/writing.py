"""Values to YAML or JSON text in the style of what stands around them."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .scalars import plain_value

WIDTH = 110
_INDICATORS = frozenset("-?:,[]{}#&*!|>'\"%@`=~")
_UNPLAIN = re.compile(r": |:$| #|[\x00-\x1f\x7f-\xa0\u2028\u2029\ufeff]|^\s|\s$|^\.\.\.|^---")
_UNFLOW = re.compile(r"[,\[\]{}]|:$|:(?=[\"'\[{])")
_HIDDEN = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")
_DOUBTFUL = frozenset(
    ["yes", "no", "on", "off", "y", "n"]
)  # other readers take them for true and false
_UNLITERAL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\r\t]")


class UnwritableError(ValueError):
    """A value that no file of ours can hold, such as a number of forty digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How the document is written. step: blanks of one level. dash: blanks before the dashes of a
    list under its key. newline: of this file. strict: JSON. flow: items of lists stand in braces.
    """

    step: int = 2
    dash: int = 2
    newline: str = "\n"
    strict: bool = False
    flow: bool = False


class Clipping(dict[str, Any]):
    """A mapping whose words are known. lines: the whole entry from its margin on, its key and the comments above it too."""

    def __init__(self, value: dict[str, Any], lines: Sequence[str]) -> None:
        super().__init__(value)
        self.lines = tuple(lines)


def scalar(value: Any, *, flow: bool = False, strict: bool = False) -> str:
    """Return one value that is neither list nor mapping as it stands in a file.

    flow: inside of braces. strict: JSON. Raises UnwritableError.
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        text = json.dumps(value)
        if plain_value(text) != value:
            raise UnwritableError(text)
        return text
    if not isinstance(value, str):
        raise UnwritableError(str(type(value)))
    if strict or not _is_plain(value, flow):
        return quoted(value)
    return value


def quoted(text: str) -> str:
    """Return *text* in double quotes, right for YAML and JSON."""
    plain = json.dumps(text, ensure_ascii=False)
    return _HIDDEN.sub(lambda found: f"\\u{ord(found.group()):04x}", plain)


def _is_plain(text: str, flow: bool) -> bool:
    return not (
        not text
        or text[0] in _INDICATORS
        or _UNPLAIN.search(text)
        or (flow and _UNFLOW.search(text))
        or text.lower() in _DOUBTFUL
        or not isinstance(plain_value(text), str)
        or text == "<<"
        or _HIDDEN.search(text)
    )


def inline(value: Any, *, strict: bool = False) -> str:
    """Return *value* on one line, in braces and brackets."""
    if isinstance(value, dict):
        pairs = (
            f"{scalar(key, flow=True, strict=strict)}: {inline(one, strict=strict)}"
            for key, one in value.items()
        )
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(inline(one, strict=strict) for one in value) + "]"
    return scalar(value, flow=True, strict=strict)


def lines_of(value: Any, style: Style) -> list[str]:
    """Return *value* as lines of its own, without indentation; a single line for what is short."""
    if isinstance(value, dict) and value:
        return [line for key, one in value.items() for line in entry(str(key), one, style)]
    if isinstance(value, list | tuple) and value:
        return [line for one in value for line in item(one, style)]
    if isinstance(value, str) and _is_literal(value):
        return literal(value, style)
    return [inline(value) if isinstance(value, dict | list | tuple) else scalar(value)]


def entry(key: str, value: Any, style: Style) -> list[str]:
    """Return the lines of one key with its value; a clipping brings the lines that it was written in."""
    if isinstance(value, Clipping) and value.lines and not style.strict:
        return list(value.lines)
    name = scalar(key)
    if stands_inline(value, len(name) + 2):
        return [
            f"{name}: {inline(value) if isinstance(value, dict | list | tuple) else scalar(value)}"
        ]
    lines = lines_of(value, style)
    if isinstance(value, str):
        return [f"{name}: {lines[0]}", *lines[1:]]
    blanks = " " * (style.dash if isinstance(value, list | tuple) else style.step)
    return [f"{name}:", *(_indented(line, blanks) for line in lines)]


def item(value: Any, style: Style) -> list[str]:
    """Return the lines of one item of a list, dash and all."""
    if (style.flow and isinstance(value, dict) and len(inline(value)) < WIDTH) or stands_inline(
        value, 2
    ):
        return [f"- {inline(value) if isinstance(value, dict | list | tuple) else scalar(value)}"]
    lines = lines_of(value, style)
    return [f"- {lines[0]}", *(_indented(line, "  ") for line in lines[1:])]


def stands_inline(value: Any, taken: int) -> bool:
    """Return whether *value* is short and flat enough for the line on which *taken* characters stand."""
    if isinstance(value, str):
        return not _is_literal(value)
    if not isinstance(value, dict | list | tuple) or not value:
        return True
    inner = value.values() if isinstance(value, dict) else value
    flat = all(
        not isinstance(one, dict | list | tuple) and not (isinstance(one, str) and "\n" in one)
        for one in inner
    )
    return flat and len(inline(value)) + taken < WIDTH


def literal(text: str, style: Style) -> list[str]:
    """Return *text* of several lines as block text: its head, then its lines."""
    body = text.rstrip("\n")
    ends = len(text) - len(body)
    head = "|-" if ends == 0 else "|" if ends == 1 else "|+"
    rest = [""] * (ends - 1)
    return [head, *(_indented(line, " " * style.step) for line in (*body.split("\n"), *rest))]


def _is_literal(text: str) -> bool:
    """Return whether block text can hold *text* as it is."""
    body = text.rstrip("\n")
    return (
        "\n" in text
        and bool(body.strip())
        and not body.startswith((" ", "\n"))
        and not _UNLITERAL.search(text)
        and not _HIDDEN.search(text)
        and not any(line != line.rstrip() for line in body.split("\n"))
    )


def _indented(line: str, blanks: str) -> str:
    return blanks + line if line else line
