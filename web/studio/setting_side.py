"""A definition as it was or as it is, and what a page calls the places in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sopwith.core.span import Span
from sopwith.definitions import Document
from sopwith.definitions.node import Path
from sopwith.expressions import compile_expression
from sopwith.release.model import Release
from sopwith.release.names import Names as Scopes

from ..admin.titles import Names
from ..languages import lang
from .bench import KNOWN
from .editors.controls import Control, control_at
from .editors.lenient import inside, mapping, words

LANGUAGES = ("en", "zh-CN")
_HERE = Span("", 1, 1)


@dataclass(frozen=True, kw_only=True)
class Side:
    """A definition as it was, or as it is now, with the release and the documents that it stands in."""

    release: Release
    document: Document
    documents: Sequence[Document]

    @cached_property
    def doc(self) -> Mapping[str, Any]:
        """Return the definition as a plain value."""
        return self.document.value

    @cached_property
    def names(self) -> Names:
        """Return the titles of what the definition names."""
        about = (
            self.document.id if self.document.kind == "record_type" else self.doc.get("record_type")
        )
        return Names.of(self.release, str(about or "any"))

    @cached_property
    def _scopes(self) -> Scopes:
        return Scopes(self.documents, KNOWN)

    def condition(self, path: Path, text: str) -> str:
        """Return the condition at *path* in words; as it is written where it cannot be understood."""
        scope = self._scopes.scope(self.document, path)
        expression, _found = compile_expression(text, scope.schema, _HERE, want=scope.want)
        return expression.words(lang(), scope.labels) if expression is not None else text


def concrete(doc: Any, path: Path) -> Path:
    """Return *path* with the numbers of items instead of their ids."""
    found: list[str | int] = []
    value = doc
    for step in path:
        if isinstance(value, list) and isinstance(step, str):
            number = next((place for place, one in enumerate(value) if _name(one) == step), None)
            step = step if number is None else number
        found.append(step)
        value = inside(value, (step,))
    return tuple(found)


def _name(item: Any) -> str:
    known = mapping(item)
    return next((known[key] for key in ("id", "key", "name") if isinstance(known.get(key), str)), "")  # fmt: skip


def is_item(side: Side, path: Path) -> bool:
    """Return whether *path* leads to an item of a list."""
    return isinstance(inside(side.doc, concrete(side.doc, path[:-1])), list)


def key_words(side: Side, path: Path) -> str:
    """Return what a page calls the key at the end of *path*."""
    step = str(path[-1])
    control = control_of(side, path)
    if control is not None and control.label != step.replace("_", " "):
        return control.label
    title = side.names.field(step)
    by = words(side.doc.get("by")) or "priority"
    return title if title != step else side.names.value(by, step)


def control_of(side: Side, path: Path) -> Control | None:
    """Return how the value at *path* is changed; the fields of a shared block are like those of forms."""
    if side.document.kind == "block" and path[:1] == ("items",) and len(path) > 2:
        form = {"sections": [{"fields": [inside(side.doc, path[:2])]}]}
        return control_at("form", form, ("sections", 0, "fields", 0, *path[2:]))
    return control_at(side.document.kind, side.doc, path)


def titled(item: Any) -> str:
    """Return what an item is called, empty where it has no title."""
    return label_of(mapping(item).get("title"))


def label_of(value: Any) -> str:
    """Return a title in the page's language, else in another one."""
    if isinstance(value, dict):
        return words(value.get(lang())) or next((words(one) for one in value.values()), "")
    return words(value)
