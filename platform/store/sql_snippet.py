"""One piece of SQL made of fixed words of ours and of parts: columns, bound values, other pieces."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Text, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.visitors import InternalTraversal
from sqlalchemy.types import TypeEngine


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

    @property
    def _from_objects(self) -> list[FromClause]:
        return [found for part in self.clauses for found in part._from_objects]

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


def bound(value: Any, type_: TypeEngine[Any]) -> ColumnElement[Any]:
    """Return *value* as a bound parameter."""
    return literal(value, type_)
