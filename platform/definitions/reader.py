"""A cursor over one mapping: short parsers that collect every finding and never raise."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ..core.diagnostics import Diagnostic, Fix
from ..core.guess import guess
from ..core.span import Span
from ..core.text import LANGS, Text, missing_in
from .document import Document
from .node import Node
from .tree import short

IDENTIFIER = re.compile(r"[a-z][a-z0-9_-]{0,63}")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_YES = frozenset({"yes", "on", "y", "True", "TRUE", "Yes", "On", "1"})
_NO = frozenset({"no", "off", "n", "False", "FALSE", "No", "Off", "0"})


class Reader:
    """Reads the keys of one mapping, each with its type; ask for all, then call ``done()``.

    Every method that finds something wrong adds a finding to the list given and answers
    with the default, so that a parser runs to its end. A key is known once it was asked for.
    """

    __slots__ = ("_asked", "found", "root")

    def __init__(self, root: Node, found: list[Diagnostic], known: Iterable[str] = ()) -> None:
        self.root = root
        self.found = found
        self._asked: dict[str, None] = dict.fromkeys(known)

    @classmethod
    def of(cls, document: Document, found: list[Diagnostic]) -> Reader:
        """Return a reader of a document, whose kind and id the loader has read already."""
        return cls(document.node, found, ("kind", "id"))

    # places and findings

    @property
    def span(self) -> Span:
        """Return where the mapping stands."""
        return self.root.span

    def span_of(self, key: str) -> Span:
        """Return where the value of *key* stands, else the place that stands for the mapping."""
        child = self.root.get(key)
        return child.span if child is not None else self.root.where

    def key_span(self, key: str) -> Span:
        """Return where *key* itself stands, else the place that stands for the mapping."""
        child = self.root.get(key)
        return child.where if child is not None else self.root.where

    def error(
        self,
        code: str,
        key: str | None = None,
        *,
        span: Span | None = None,
        fix: Fix | None = None,
        **values: str | int,
    ) -> None:
        """Add the finding *code* at the value of *key*, at *span*, or at the mapping.

        The severity is the code's own; a ``guess`` among the values adds "did you mean", and
        *key* is the message's ``{key}``.
        """
        if key is not None:
            values["key"] = key
        if span is None:
            span = self.span_of(key) if key is not None else self.root.where
        self.found.append(Diagnostic(span=span, code=code, values=values, fix=fix))

    warn = error

    # values

    def node(self, key: str) -> Node | None:
        """Return the value of *key* as it is, or None."""
        self._asked[key] = None
        return self.root.get(key)

    def has(self, key: str) -> bool:
        """Return whether *key* is there and has a value; this does not count as asking for it."""
        child = self.root.get(key)
        return child is not None and (child.kind != "scalar" or child.value is not None)

    def text(self, key: str, default: str = "", *, required: bool = False) -> str:
        """Return a text; numbers and ``true`` count as the text that is written."""
        child = self._scalar(key, required, "DEF005")
        if child is None:
            return default
        if required and not child.words.strip():
            self._wrong("DEF016", child)
        return child.words

    def raw_text(self, key: str, *, required: bool = False) -> str | None:
        """Return a scalar as it is written (``4h``, ``true``, ``priority > 2``), or None.

        For expressions and durations: ``span_of(key)`` is its place, and
        ``node(key).inside(offset, length)`` the place of a part.
        """
        child = self._scalar(key, required, "DEF005")
        return None if child is None else child.words

    duration = raw_text
    expression = raw_text

    def identifier(self, key: str, default: str = "", *, required: bool = False) -> str:
        """Return an identifier: a small letter, then small letters, digits, ``_`` or ``-``.

        A wrong one comes back as written, so that what refers to it is not wrong as well.
        """
        child = self._scalar(key, required, "DEF005")
        return default if child is None else self._identifier(child)

    def name(self, key: str, default: str = "", *, required: bool = False) -> str:
        """Return an identifier that may begin with a capital or a digit, such as ``P0``."""
        child = self._scalar(key, required, "DEF005")
        if child is None:
            return default
        if not NAME.fullmatch(child.words):
            self._wrong("DEF019", child, word=short(child.words))
        return child.words

    def label(self, key: str, *, required: bool = False) -> Text:
        """Return words for people: ``{en: ..., zh-CN: ...}``, or one text in one language."""
        child = self._present(key, required)
        return Text() if child is None else self.label_at(child)

    def label_at(self, child: Node) -> Text:
        """Return the words that *child* holds; a missing language is a warning."""
        if child.kind == "map":
            reader = Reader(child, self.found)
            text = Text(reader.text("en"), reader.text("zh-CN"))
            reader.done()
        elif child.kind == "scalar":
            chinese = _CHINESE.search(child.words) is not None
            text = Text(zh=child.words) if chinese else Text(en=child.words)
        else:
            self._wrong("DEF014", child)
            return Text()
        if not text:
            self._wrong("DEF016", child)
            return text
        for lang, words in zip(LANGS, (text.en, text.zh), strict=True):
            if not words.strip():
                self._wrong("DEF015", child, None, **missing_in(lang))
        return text

    def flag(self, key: str, default: bool = False, *, required: bool = False) -> bool:
        """Return ``true`` or ``false``."""
        child = self._present(key, required)
        if child is None:
            return default
        if isinstance(child.value, bool):
            return child.value
        fix = None
        if child.kind == "scalar" and child.words in _YES | _NO:
            meant = "true" if child.words in _YES else "false"
            fix = Fix(span=child.span, text=meant)
        self._wrong("DEF007", child, fix=fix)
        return default

    def whole(
        self,
        key: str,
        default: int = 0,
        low: int | None = None,
        high: int | None = None,
        *,
        required: bool = False,
    ) -> int:
        """Return a whole number from *low* to *high*, both included."""
        child = self._present(key, required)
        if child is None:
            return default
        value = child.value
        if isinstance(value, bool) or not isinstance(value, int):
            self._wrong("DEF008", child)
            return default
        return value if self._within(child, value, low, high) else default

    def number(
        self,
        key: str,
        default: float = 0,
        low: float | None = None,
        high: float | None = None,
        *,
        required: bool = False,
    ) -> float:
        """Return a number from *low* to *high*, both included."""
        child = self._present(key, required)
        if child is None:
            return default
        value = child.value
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            self._wrong("DEF009", child)
            return default
        return value if self._within(child, value, low, high) else default

    def choice(
        self, key: str, choices: Sequence[str], default: str = "", *, required: bool = False
    ) -> str:
        """Return one of *choices*."""
        child = self._scalar(key, required, "DEF005")
        if child is None:
            return default
        if child.words in choices:
            return child.words
        self.unknown("DEF011", child, choices, choices=", ".join(choices))
        return default

    def texts(self, key: str, *, required: bool = False) -> list[str]:
        """Return a list of texts; a single text counts as a list of one."""
        return [child.words for child in self.scalars(key, required=required)]

    def identifiers(self, key: str, *, required: bool = False) -> list[str]:
        """Return a list of identifiers; a single one counts as a list of one."""
        names = (self._identifier(child) for child in self.scalars(key, required=required))
        return [name for name in names if name]

    def scalars(self, key: str, *, required: bool = False) -> list[Node]:
        """Return the nodes of a list of single values; one value counts as a list of one."""
        child = self._present(key, required)
        if child is None:
            return []
        children = child.children if child.kind == "list" else (child,)
        good = []
        for item in children:
            if item.kind == "scalar" and item.value is not None:
                good.append(item)
            else:
                self._wrong("DEF005", item)
        if required and child.kind == "list" and not child.children:
            self._wrong("DEF016", child)
        return good

    # what is nested

    def reader(self, key: str, *, required: bool = False) -> Reader | None:
        """Return a reader of the mapping under *key*."""
        child = self._present(key, required)
        if child is None:
            return None
        return self.into(child)

    def into(self, child: Node) -> Reader | None:
        """Return a reader of *child*, which should be a mapping."""
        if child.kind != "map":
            self._wrong("DEF013", child)
            return None
        return Reader(child, self.found)

    def nodes(self, key: str, *, required: bool = False) -> tuple[Node, ...]:
        """Return the items of the list under *key*, whatever they are."""
        child = self._present(key, required)
        if child is None:
            return ()
        if child.kind != "list":
            self._wrong("DEF012", child)
            return ()
        if required and not child.children:
            self._wrong("DEF016", child)
        return child.children

    def readers(self, key: str, *, required: bool = False) -> list[Reader]:
        """Return a reader of every item of the list of mappings under *key*."""
        found = (self.into(child) for child in self.nodes(key, required=required))
        return [reader for reader in found if reader is not None]

    def mapping(
        self, key: str, *, required: bool = False, free: bool = False
    ) -> list[tuple[str, Span, Reader]]:
        """Return key, place of the key and reader of every entry of a mapping of mappings.

        free: the keys are not identifiers but any text.
        """
        return [
            (name, child.where, reader)
            for name, child in self.entries(key, required=required, free=free)
            if (reader := self.into(child)) is not None
        ]

    def entries(
        self, key: str, *, required: bool = False, free: bool = False
    ) -> list[tuple[str, Node]]:
        """Return every key and value of the mapping under *key*; keys are identifiers unless *free*."""
        child = self._present(key, required)
        if child is None:
            return []
        if child.kind != "map":
            self._wrong("DEF013", child)
            return []
        if required and not child.children:
            self._wrong("DEF016", child)
        if not free:
            for name, item in child.items():
                if not IDENTIFIER.fullmatch(name):
                    self.found.append(_bad_identifier(item.where, name, None))
        return list(child.items())

    def unknown(
        self, code: str, child: Node, candidates: Iterable[str], **values: str | int
    ) -> None:
        """Report a word that names nothing, with the likely one as guess and fix.

        The message gets ``{word}``, and ``{guess}`` when there is one.
        """
        word = child.words
        meant = guess(word, candidates)
        fix = None
        if meant is not None:
            values["guess"] = meant
            fix = Fix(span=child.span, text=child.quote(meant))
        self._wrong(code, child, fix=fix, word=short(word), **values)

    def done(self) -> None:
        """Report every key that was never asked for: it would do nothing."""
        for key, child in self.root.items():
            if key in self._asked:
                continue
            span = child.key_span or child.where
            values: dict[str, str | int] = {"key": short(key)}
            fix = None
            meant = guess(key, (name for name in self._asked if self.root.get(name) is None))
            if meant is not None:
                values["guess"] = meant
                quoted = child.key_place is not None and self.root.source.cut(span)[:1] in (
                    "'",
                    '"',
                )
                fix = Fix(span=span, text=f'"{meant}"' if quoted else meant)
            self.found.append(Diagnostic(span=span, code="DEF004", values=values, fix=fix))

    # inner

    def _present(self, key: str, required: bool) -> Node | None:
        self._asked[key] = None
        child = self.root.get(key)
        if child is not None and (child.kind != "scalar" or child.value is not None):
            return child
        if required:
            place = child.where if child is not None else self.root.where
            self.found.append(Diagnostic(span=place, code="DEF003", values={"key": key}))
        return None

    def _scalar(self, key: str, required: bool, code: str) -> Node | None:
        child = self._present(key, required)
        if child is None or child.kind == "scalar":
            return child
        self._wrong(code, child)
        return None

    def _identifier(self, child: Node) -> str:
        words = child.words
        if IDENTIFIER.fullmatch(words):
            return words
        self.found.append(_bad_identifier(child.span, words, child))
        return words

    def _within(self, child: Node, value: float, low: float | None, high: float | None) -> bool:
        if (low is None or value >= low) and (high is None or value <= high):
            return True
        self._wrong("DEF010", child, low=_bound(low), high=_bound(high))
        return False

    def _wrong(self, code: str, child: Node, fix: Fix | None = None, **values: str | int) -> None:
        """Add a finding at *child*: at a scalar itself, at the key of anything larger."""
        span = child.span if child.kind == "scalar" else child.where
        values.setdefault("key", short(str(child.key)) if child.key is not None else "")
        self.found.append(Diagnostic(span=span, code=code, values=values, fix=fix))


def _bound(number: float | None) -> str:
    return "…" if number is None else str(number)


def _bad_identifier(span: Span, words: str, child: Node | None) -> Diagnostic:
    """Return the finding for a word that is no identifier, with the nearest that is one."""
    values: dict[str, str | int] = {"word": short(words)}
    near = re.sub(r"[^a-z0-9_]+", "-", words.lower()).strip("-_").lstrip("0123456789-_")[:64]
    fix = None
    if near:
        values["guess"] = near
        fix = Fix(span=span, text=child.quote(near)) if child is not None else None
    return Diagnostic(span=span, code="DEF006", values=values, fix=fix)
