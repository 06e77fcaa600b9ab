"""Take plain values apart, with a finding for each that has the wrong shape."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from ..core.diagnostics import Diagnostic
from ..core.guess import guess
from ..core.span import Span
from ..core.text import LANGS, Text, missing_in
from .hours import UnreadableError

T = TypeVar("T")
Path = tuple[str | int, ...]
SpanOf = Callable[[Path], Span]

_CHINESE = re.compile(r"[\u3400-\u9fff]")


class Shape:
    """Collects the findings of one document; what cannot be read counts as not there."""

    __slots__ = ("_key_span_of", "_span_of", "found")

    def __init__(self, span_of: SpanOf, key_span_of: SpanOf) -> None:
        self._span_of = span_of
        self._key_span_of = key_span_of
        self.found: list[Diagnostic] = []

    def place(self, path: Path) -> Span:
        """Return where the value of *path* stands."""
        return self._span_of(path)

    def report(self, code: str, path: Path, **values: str | int | None) -> None:
        """Add a finding at the value of *path*; values of None are left out."""
        self._add(code, self._span_of(path), values)

    def report_key(self, code: str, path: Path, **values: str | int | None) -> None:
        """Add a finding at the last key of *path*."""
        self._add(code, self._key_span_of(path), values)

    def known_keys(self, value: Mapping[str, Any], known: Iterable[str], path: Path) -> None:
        """Report every key of *value* that is not known."""
        for key in value:
            if key not in known:
                unused = [word for word in known if word not in value]
                near = guess(str(key), unused)
                self.report_key("DEF004", (*path, key), key=str(key), guess=near)

    def flag(self, value: Mapping[str, Any], key: str) -> bool:
        """Return true or false; false when the key is missing."""
        flag = value.get(key, False)
        if isinstance(flag, bool):
            return flag
        self.report("DEF007", (key,), key=key)
        return False

    def text(self, value: Mapping[str, Any], key: str) -> str | None:
        """Return the text of a key that must be there."""
        if value.get(key) is None:
            self.report_key("DEF003", (), key=key)
            return None
        return self.word(value[key], (key,))

    def word(self, value: Any, path: Path) -> str | None:
        """Return a scalar as text: another reader may have made a number or a date of it."""
        if isinstance(value, str):
            return value
        if isinstance(value, date | int | float):
            return str(value)
        self.report("DEF005", path, key=key_of(path))
        return None

    def items(self, value: Any, path: Path) -> Sequence[Any]:
        """Return a list, empty if it is none."""
        if isinstance(value, Sequence) and not isinstance(value, str):
            return value
        self.report("DEF012", path, key=key_of(path))
        return ()

    def label(self, value: Any, path: Path) -> Text:
        """Return words for people: a mapping of languages, or one text in one language."""
        if value is None:
            self.report_key("DEF003", path[:-1], key=key_of(path))
            return Text()
        if isinstance(value, Mapping):
            self.known_keys(value, LANGS, path)
            parts = {lang: self._part(value.get(lang), (*path, lang)) for lang in LANGS}
            words = Text(parts["en"], parts["zh-CN"])
        elif isinstance(value, str | int | float):
            word = str(value)
            words = Text(zh=word) if _CHINESE.search(word) else Text(en=word)
        else:
            self.report("DEF014", path, key=key_of(path))
            return Text()
        for lang, word in zip(LANGS, (words.en, words.zh), strict=True):
            if not word.strip():
                self.report("DEF015", path, key=key_of(path), **missing_in(lang))
        return words

    def read(self, read: Callable[[str], T], value: Any, path: Path) -> T | None:
        """Return what *read* makes of a text, None with a finding if it cannot."""
        word = self.word(value, path)
        if word is None:
            return None
        try:
            return read(word)
        except UnreadableError as error:
            self.report(error.code, path, word=error.word)
            return None

    def _part(self, value: Any, path: Path) -> str:
        return "" if value is None else self.word(value, path) or ""

    def _add(self, code: str, span: Span, values: Mapping[str, str | int | None]) -> None:
        fit = {name: value for name, value in values.items() if value is not None}
        self.found.append(Diagnostic(span=span, code=code, values=fit))


def key_of(path: Path) -> str:
    """Return the nearest key of *path*, for a message about an entry of a list."""
    return next((part for part in reversed(path) if isinstance(part, str)), "")
