"""All words of a definition in both languages, side by side, whatever its kind; forms have theirs in form_words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flask import url_for

from sopwith.definitions.node import Path

from ...admin.wording import kind_word
from ...languages import lang
from ..whereabouts import anchor, selection_of
from .controls import Control, controls_at
from .form_words import WordRow
from .lenient import label, words
from .place import Place
from .subject import Subject

TONGUES = frozenset({"en", "zh-CN"})
LONG = 60  # characters from which words get more than one line


def view(subject: Subject) -> Mapping[str, Any]:
    """Return every text of the definition, or only those that one of the languages lacks."""
    place = Place.read(subject.at)
    rows = list(word_rows(subject))
    only = place.asked.get("only") == "missing"
    return {
        "place": place,
        "texts": [one for one in rows if one.is_missing] if only else rows,
        "missing": sum(one.is_missing for one in rows),
        "link": lambda one: url_for("studio.define", draft_id=subject.draft.id, kind=subject.document.kind, name=subject.document.id, at=selection_of(subject.document.kind, one.path) or None, _anchor=anchor(one.path)),
    }  # fmt: skip


def word_rows(subject: Subject) -> Iterator[WordRow]:
    """Yield every text that readers of two languages read, in the order of the definition."""
    kind = subject.document.kind
    for path, value, where in _texts(subject.doc, (), ""):
        control = _control(kind, subject.doc, path)
        if not isinstance(value, dict) and (control is None or control.kind != "words"):
            continue
        held = value if isinstance(value, dict) else {lang(): value}
        english, chinese = words(held.get("en")), words(held.get("zh-CN"))
        what = control.label if control is not None else str(path[-1])
        long = (control is not None and control.is_long) or max(len(english), len(chinese)) > LONG
        yield WordRow(
            path=path,
            where=where or kind_word(kind),
            what=what,
            en=english,
            zh=chinese,
            long=long,
            at=path,
        )


def _texts(value: Any, path: Path, where: str) -> Iterator[tuple[Path, Any, str]]:
    """Yield path and value of what is one text for each language, or may be: a bare text among labels."""
    if isinstance(value, dict):
        for key, inner in value.items():
            here = (*path, str(key))
            if (isinstance(inner, dict) and inner and inner.keys() <= TONGUES) or (
                isinstance(inner, str) and key in _LABELS
            ):
                yield here, inner, where
            else:
                yield from _texts(inner, here, _inside(inner, where))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _texts(inner, (*path, number), _inside(inner, where))


_LABELS = frozenset({"title", "plural", "description", "help", "goal", "scope", "guidance", "customer_title", "subject", "body", "text"})  # fmt: skip


def _inside(value: Any, where: str) -> str:
    """Return what a part is called by: its own title, else that of what it stands in."""
    title = label(value.get("title")).get(lang()) if isinstance(value, dict) else ""
    return " · ".join(one for one in (where, title) if one)


def _control(kind: str, doc: Any, path: Path) -> Control | None:
    found = controls_at(kind, doc, path[:-1])
    return next((one for one in found if one.key == path[-1]), None)
