"""One piece of SQL made of fixed words of ours and of parts: columns, bound values, other pieces."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Text, literal, literal_column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.visitors import InternalTraversal
from sqlalchemy.types import TypeEngine

_CASE = re.compile(r"\bCASE\b")
_END = re.compile(r"\bEND\b")
_NAME = re.compile(r"[A-Za-z0-9_]+(?:\"\.\"[A-Za-z0-9_]+)*")


@cache
def _weights(template: str) -> tuple[int, ...]:
    """Return for each part about how many symbols a parser holds when it comes to it."""
    weights: list[int] = []
    before = ""
    for words in template.split("{}")[:-1]:
        before += words
        open_brackets = before.count("(") - before.count(")")
        open_cases = len(_CASE.findall(before)) - len(_END.findall(before))
        selects = before.count("SELECT") if open_brackets else 0
        weights.append(2 + 3 * open_brackets + 5 * open_cases + 7 * selects)
    return tuple(weights)


class Snippet(ColumnElement[Any]):
    """A template in which each ``{}`` is one of the parts, in order.

    Templates are written in this package only; everything that people wrote is a bound part.
    """

    __visit_name__ = "snippet"
    inherit_cache = True
    _traverse_internals = [
        ("template", InternalTraversal.dp_string),
        ("clauses", InternalTraversal.dp_clauseelement_list),
        ("type", InternalTraversal.dp_type),
    ]

    def __init__(
        self, template: str, *parts: ColumnElement[Any], type_: TypeEngine[Any] | None = None
    ) -> None:
        self.template = template
        self.clauses = list(parts)
        self.type = type_ or Text()
        inner = [part.depth if isinstance(part, Snippet) else 1 for part in parts]
        pairs = zip(_weights(template), inner, strict=True)
        self.depth: int = max((weight + depth for weight, depth in pairs), default=1)

    @property
    def _from_objects(self) -> list[FromClause]:
        return [found for part in self.clauses for found in part._from_objects]

    def self_group(self, against: Any = None) -> Any:
        """Return the piece as it is: ``= 1`` behind a truth value would hide it from indexes."""
        return self

    def get_children(self, **options: Any) -> Iterator[ColumnElement[Any]]:
        """Yield the parts, so that SQLAlchemy finds the columns inside."""
        yield from self.clauses


@compiles(Snippet)
def _compile(element: Snippet, compiler: SQLCompiler, **options: Any) -> str:
    words = element.template.split("{}")
    parts = [compiler.process(part, **options) for part in element.clauses]
    pieces = [words[0]]
    for part, word in zip(parts, words[1:], strict=True):
        pieces += [part, word]
    return "".join(pieces)


def quoted(key: str, template: str = "'{}'") -> ColumnElement[Any]:
    """Return a field's name as a quoted constant, which an index on an expression needs.

    Only letters, digits and underscores go into SQL as they are; anything else is bound.
    """
    words = template.format(key)
    if _NAME.fullmatch(key):
        return literal_column(words)
    return literal(words[1:-1], Text())


def bound(value: Any, type_: TypeEngine[Any]) -> ColumnElement[Any]:
    """Return *value* as a bound parameter."""
    return literal(value, type_)
