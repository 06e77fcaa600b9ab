"""Templates and data to text and HTML: values are data, escaped per channel, never parsed again."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from functools import lru_cache
from html import escape
from typing import Any

from ..core.span import NOWHERE
from .filters import apply, clean
from .model import Template
from .names import LINKS
from .nodes import Each, If, Insert, Nodes, Words, asks_for
from .syntax import parse_inline, parse_source

__all__ = ["Rendered", "is_personal", "parse_inline", "render", "render_text"]

MAX_OUTPUT = 256 * 1024
MAX_SUBJECT = 998
MAX_ITEMS = 1_000
MAX_STEPS = 20_000
_ADDRESS = re.compile(r"https?://[^\s<>\"'`\\]+")
_EMPTY_LINES = re.compile(r"\n{2,}")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message ready to send; *body_html* is empty unless it was asked for."""

    subject: str
    body_text: str
    body_html: str = ""


def render(
    template: Template,
    data: Mapping[str, Any],
    lang: str,
    *,
    html: bool = False,
    zone: tzinfo = UTC,
) -> Rendered:
    """Return the message in *lang*, else in the language the template has.

    data: plain values by name; what is missing is empty text. zone: in which instants are
    shown. Text and HTML are each at most 256 KB; the subject is one line.
    """
    subject, body = _parsed(template, lang)
    head = "".join(text for text, _ in _Writer(data, lang, zone).write(subject))
    pieces = _Writer(data, lang, zone).write(body)
    text = "".join(piece for piece, _ in pieces)
    return Rendered(_one_line(head), text, _as_html(pieces) if html else "")


def is_personal(template: Template, lang: str) -> bool:
    """Return whether what the template says in *lang* depends on who reads it, beside their language and time zone."""
    return any(_names_the_reader(part) for part in _parsed(template, lang))


@lru_cache(maxsize=512)
def _names_the_reader(nodes: Nodes) -> bool:
    return asks_for(nodes, "recipient")


def render_text(source: str, data: Mapping[str, Any], lang: str, *, zone: tzinfo = UTC) -> str:
    """Return one line made from *source*, such as the summary of a record type."""
    pieces = _Writer(data, lang, zone).write(_read(source))
    return _one_line("".join(text for text, _ in pieces))


@lru_cache(maxsize=512)
def _read(source: str) -> Nodes:
    return parse_source(source, None, lambda _at, _length: NOWHERE)[0]


def _parsed(template: Template, lang: str) -> tuple[Nodes, Nodes]:
    wanted = "zh-CN" if lang.startswith("zh") else "en"
    parsed = template.parsed
    if parsed:
        subject, body = parsed.get(wanted) or next(iter(parsed.values()))
        return subject, body
    return _read(template.subject.get(lang)), _read(template.body.get(lang))


class _Writer:
    """Walks the nodes once; stops when the output or the work is at its bound."""

    def __init__(self, data: Mapping[str, Any], lang: str, zone: tzinfo) -> None:
        self.scopes: list[Any] = [data]
        self.lang = lang
        self.zone = zone
        self.left = MAX_OUTPUT - 64
        self.steps = MAX_STEPS
        self.pieces: list[tuple[str, bool]] = []

    def write(self, nodes: Nodes) -> list[tuple[str, bool]]:
        """Return the pieces of text; True beside one marks an address to be linked."""
        for node in nodes:
            self.steps -= 1
            if self.steps < 0 or self.left <= 0:
                break
            match node:
                case Words(text=text):
                    self._add(text, False)
                case Insert(path=path, filters=filters):
                    text = apply(self._value(path), filters, self.lang, self.zone)
                    self._add(text, path in LINKS and _ADDRESS.fullmatch(text) is not None)
                case If(path=path, then=then, otherwise=otherwise):
                    self.write(then if _holds(self._value(path)) else otherwise)
                case Each(path=path, body=body):
                    self._each(self._value(path), body)
        return self.pieces

    def _each(self, items: Any, body: Nodes) -> None:
        if not isinstance(items, (list, tuple)):
            return
        for item in items[:MAX_ITEMS]:
            if self.steps < 0 or self.left <= 0:
                break
            self.steps -= 1
            self.scopes.append(item)
            self.write(body)
            self.scopes.pop()

    def _value(self, path: Sequence[str]) -> Any:
        for scope in reversed(self.scopes):
            if path[0] == "this" and len(self.scopes) > 1:
                return _walk(scope, path[1:])
            if isinstance(scope, Mapping) and path[0] in scope:
                return _walk(scope, path)
        return None

    def _add(self, text: str, linked: bool) -> None:
        if not text:
            return
        cost = _cost(text, linked)
        if cost > self.left:
            while text and cost > self.left:
                text = text[: len(text) * max(self.left, 0) // cost]
                cost = _cost(text, False)
            text, linked, cost = text + "…", False, self.left
        self.left -= cost
        self.pieces.append((text, linked))


def _walk(value: Any, path: Sequence[str]) -> Any:
    """Return what a dotted path leads to in plain mappings; never an attribute of an object."""
    for name in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(name)
    return value


def _holds(value: Any) -> bool:
    if isinstance(value, (bool, int, float)):
        return value != 0
    return (isinstance(value, (str, list, tuple, Mapping)) and len(value) > 0) or (
        value is not None and hasattr(value, "isoformat")
    )


def _cost(text: str, linked: bool) -> int:
    """Return how many bytes the text takes at most, in either channel."""
    size = len(escape(text).encode()) + 8 * text.count("\n")
    return 2 * size + 32 if linked else size


def _one_line(text: str) -> str:
    """Return *text* on one line: no line break can reach a header."""
    return " ".join(clean(text).split())[:MAX_SUBJECT]


def _as_html(pieces: list[tuple[str, bool]]) -> str:
    parts = (
        f'<a href="{escape(text)}">{escape(text)}</a>' if linked else escape(text)
        for text, linked in pieces
    )
    whole = "".join(parts).strip("\n")
    if not whole:
        return ""
    paragraphs = _EMPTY_LINES.split(whole)
    return "\n".join(f"<p>{one}</p>".replace("\n", "<br>\n") for one in paragraphs)
