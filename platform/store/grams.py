"""Text as search terms: two-character grams for Chinese, Japanese and Korean, words otherwise."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

LIMIT = 65_536
"""Characters of one text that are searched; the rest is kept but not found."""

_IDEOGRAPHS = "\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_PARTS = re.compile(rf"[{_IDEOGRAPHS}]+|[^\W_{_IDEOGRAPHS}]+")
_LONGEST_WORD = 64


def grams(texts: Iterable[str]) -> str:
    """Return the terms of *texts* in order, separated by blanks.

    A run of ideographs gives its pairs and its last character, so that one character can be found
    as the beginning of a term. Between two texts stands a term that no query has.
    """
    return " | ".join(" ".join(_terms(text[:LIMIT])) for text in texts if text)


def _terms(text: str) -> Iterator[str]:
    for part in _parts(text):
        if _is_ideographic(part):
            yield from (part[i : i + 2] for i in range(len(part)))
        else:
            yield part[:_LONGEST_WORD]


def query_terms(text: str) -> list[list[str]]:
    """Return what a text must contain to be found: phrases of terms; the last term of each is a beginning."""
    phrases = []
    for part in _parts(text[:200]):
        if not _is_ideographic(part):
            phrases.append([part[:_LONGEST_WORD]])
        elif len(part) == 1:
            phrases.append([part])
        else:
            phrases.append([part[i : i + 2] for i in range(len(part) - 1)])
    return phrases[:10]


def is_pair(term: str) -> bool:
    """Return whether *term* is a pair of ideographs: a whole term, never the beginning of another."""
    return len(term) == 2 and _is_ideographic(term)


def _parts(text: str) -> list[str]:
    return _PARTS.findall(unicodedata.normalize("NFKC", text).lower())


def _is_ideographic(part: str) -> bool:
    return re.match(rf"[{_IDEOGRAPHS}]", part) is not None
