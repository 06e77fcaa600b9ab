"""Conditions on records in the form that the indexes are made for."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, literal_column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.visitors import InternalTraversal

from .tables import RecordRow

# Written out, not bound: a bound value would keep both databases from using the partial index.
IS_OPEN: ColumnElement[bool] = RecordRow.category.in_(
    (literal_column("'open'"), literal_column("'waiting'"))
)
IS_SETTLED: ColumnElement[bool] = RecordRow.category.in_(
    (literal_column("'resolved'"), literal_column("'closed'"))
)
IS_WAITING: ColumnElement[bool] = RecordRow.category == literal_column("'waiting'")


class Beside(ColumnElement[Any]):
    """A column that only sifts: SQLite must not choose an index for its sake, and then sort half a table."""

    __visit_name__ = "beside"
    inherit_cache = True
    _traverse_internals = [("column", InternalTraversal.dp_clauseelement)]

    def __init__(self, column: Any) -> None:
        self.column = (
            column.__clause_element__() if hasattr(column, "__clause_element__") else column
        )
        self.type = self.column.type

    @property
    def _from_objects(self) -> list[Any]:
        return list(self.column._from_objects)

    def self_group(self, against: Any = None) -> Any:
        """Return it as it is: a sign before a column binds tighter than anything."""
        return self


@compiles(Beside)
def _plain(element: Beside, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.column, **options)


@compiles(Beside, "sqlite")
def _signed(element: Beside, compiler: SQLCompiler, **options: Any) -> str:
    return "+" + compiler.process(element.column, **options)
