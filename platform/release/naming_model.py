"""One name in the text of a draft, and what is known where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..core.span import Span
from ..definitions import Document
from ..definitions.node import Node
from ..formbuilder.model import Field
from .naming_text import Tables

ANY_TYPE = "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """One name as it is written. what: a kind of definition, or field, column, choice, state, way, item, task.

    owners: what it may belong to: the record type of a field, ``type#table`` of a column, the workflow of a state, what
    lists a choice; nothing for definitions. node, at: in whose text, from which character; at None for the key.
    behind: how many characters of the key stand before the name.
    loose: in a definition for any record type, where it may mean more than one. document: that it counts for.
    """

    what: str
    name: str
    node: Node
    at: int | None = 0
    owners: frozenset[str] = frozenset([""])
    declares: bool = False
    loose: bool = False
    document: tuple[str, str] = ("", "")
    behind: int = 0

    @property
    def place(self) -> tuple[str, int, int]:
        """Return file, line and column."""
        span = self.span
        return (span.path, span.line, span.column)

    @property
    def span(self) -> Span:
        """Return where the name stands, with its exact end."""
        if self.at is None:
            return self._key()
        if self.node.kind == "scalar" and self.at == 0 and self.node.words == self.name:
            return self.node.span
        return self.node.inside(self.at, len(self.name))

    def _key(self) -> Span:
        span = self.node.key_span or self.node.where
        if not self.behind:
            return span
        quoted = self.node.source.cut(span)[:1] in ("'", '"')
        return span.inside(self.behind + quoted, len(self.name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """What is known on the way down a document."""

    document: tuple[str, str]
    record_type: str = ""
    formulas: str = ""
    field: str = ""
    by: str = "priority"
    events: tuple[str, ...] = ()
    list_of: str = ""
    seen: tuple[str, ...] = ()


def tables_in(fields: Mapping[str, Field]) -> Tables:
    """Return the columns of each field that is a table."""
    return {name: frozenset(one.id for one in some.columns) for name, some in fields.items() if some.columns}  # fmt: skip


def type_of(document: Document) -> str:
    """Return the record type that a definition is for; ``any`` for all, empty for none."""
    if document.kind == "record_type":
        return document.id
    value = document.value.get("record_type")
    if isinstance(value, str):
        return value
    return ANY_TYPE if document.kind in ("rule", "message_template", "view") else ""
