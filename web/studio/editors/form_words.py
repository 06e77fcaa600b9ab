"""All words of a form in both languages, row by row; what is missing stands out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sopwith.definitions.node import Path

from ...languages import lang
from ...wording import gettext as _
from ...written import written
from .form_rows import title_of
from .lenient import mapping, sequence, words


@dataclass(frozen=True, slots=True, kw_only=True)
class WordRow:
    """One label. where: what it belongs to, in words; what: its key; at: the selection that leads there."""

    path: Path
    where: str
    what: str
    en: str
    zh: str
    long: bool
    at: Path

    @property
    def is_missing(self) -> bool:
        """Return whether one of the firm's languages has nothing."""
        held = {"en": self.en, "zh-CN": self.zh}
        return not all(held[one].strip() for one in written())


def word_rows(doc: Mapping[str, Any]) -> list[WordRow]:
    """Return every label that the form has, in the order of the page."""
    return list(_all(doc))


def key_words() -> dict[str, str]:
    """Return what the keys of labels are called."""
    return {
        "title": _("title"),
        "help": _("help"),
        "intro": _("introduction"),
        "submit": _("button"),
        "placeholder": _("example"),
    }


def _all(doc: Mapping[str, Any]) -> Iterator[WordRow]:
    yield from _labels(doc, (), _("Form"), ("title", "intro", "submit"), ())
    for number, given in enumerate(sequence(doc.get("sections"))):
        section, path = mapping(given), ("sections", number)
        yield from _labels(section, path, title_of(section, str(number + 1)).get(lang()), ("title", "help"), path)  # fmt: skip
        for place, one in enumerate(sequence(section.get("fields"))):
            here: Path = (*path, "fields", place)
            yield from _field(mapping(one), here, "", here)


def _field(field: Mapping[str, Any], path: Path, before: str, at: Path) -> Iterator[WordRow]:
    where = before + title_of(field).get(lang())
    yield from _labels(field, path, where, ("title", "help", "placeholder"), at)
    yield from _options(field, (*path, "options"), where, at)
    for number, one in enumerate(sequence(field.get("columns"))):
        here = (*path, "columns", number)
        yield from _field(mapping(one), here, f"{where} · ", here)


def _options(held: Mapping[str, Any], path: Path, where: str, at: Path) -> Iterator[WordRow]:
    for number, given in enumerate(sequence(held.get(str(path[-1])))):
        option = mapping(given)
        here = (*path, number)
        name = f"{where} · {title_of(option).get(lang())}"
        yield from _labels(option, here, name, ("title", "help"), at)
        yield from _options(option, (*here, "items"), name, at)


def _labels(
    held: Mapping[str, Any], path: Path, where: str, keys: tuple[str, ...], at: Path
) -> Iterator[WordRow]:
    for key in keys:
        given = held.get(key)
        if given is None or isinstance(given, list):
            continue
        one = given if isinstance(given, dict) else {lang(): given}
        english, chinese = words(one.get("en")), words(one.get("zh-CN"))
        long = key in ("help", "intro") or max(len(english), len(chinese)) > 60
        yield WordRow(path=(*path, key), where=where, what=key, en=english, zh=chinese, long=long, at=at)  # fmt: skip
