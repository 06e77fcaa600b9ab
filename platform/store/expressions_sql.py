"""A condition as SQL: the same answers as the generated Python, on both databases.

Differences that remain: the budget of steps does not exist in SQL, so a condition over a table
of more than some hundred rows may answer where Python gives up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Boolean, ColumnElement

from ..expressions import EMPTY, Context, Expression
from ..expressions.tree import Call, Name, walk
from .sql_postgres import PostgresWords
from .sql_snippet import Snippet
from .sql_sqlite import SqliteWords, add_functions
from .sql_translator import Columns, Translator
from .sql_words import JsonAt, NoSqlError, Words

Dialect = Literal["sqlite", "postgresql"]
# SQLite's parser holds 100 symbols before version 3.46, some of which the query around needs.
MAX_DEPTH: dict[str, int] = {"sqlite": 75, "postgresql": 1_000}
_WORDS: dict[str, Callable[[], Words]] = {"sqlite": SqliteWords, "postgresql": PostgresWords}
_ABSENT = frozenset({"matches", "changed", "upper", "business_hours_since", "business_time_since"})


@dataclass(frozen=True, slots=True, kw_only=True)
class NotInSql:
    """What keeps a condition from being SQL; filter in Python instead."""

    reasons: tuple[str, ...]


def to_sql(
    expression: Expression, columns: Columns, *, dialect: Dialect, context: Context = EMPTY
) -> ColumnElement[bool] | NotInSql:
    """Return *expression* as SQL that is true or false, never NULL.

    columns: the column of a dotted path, a ``JsonAt`` in a JSON column, or None. context: now
    and the zone are bound as values. On SQLite the connection needs ``add_functions``.
    """
    return _translated(expression, columns, dialect, context, positive=False)


def to_where(
    expression: Expression, columns: Columns, *, dialect: Dialect, context: Context = EMPTY
) -> ColumnElement[bool] | NotInSql:
    """Return *expression* for a WHERE clause, where NULL counts as false and indexes can serve."""
    return _translated(expression, columns, dialect, context, positive=True)


def _translated(
    expression: Expression, columns: Columns, dialect: Dialect, context: Context, *, positive: bool
) -> ColumnElement[bool] | NotInSql:
    reasons = _unsupported(expression, columns)
    if reasons:
        return NotInSql(reasons=reasons)
    translator = Translator(_WORDS[dialect](), columns, context)
    try:
        found = translator.test(expression.tree, positive=positive)
    except NoSqlError as error:
        return NotInSql(reasons=(str(error),))
    if isinstance(found, Snippet) and found.depth > MAX_DEPTH[dialect]:
        return NotInSql(reasons=("nested too deeply",))
    return Snippet("({})", found, type_=Boolean())


def _unsupported(expression: Expression, columns: Columns) -> tuple[str, ...]:
    reasons = {f"{name}()" for name in expression.functions & _ABSENT}
    for node in walk(expression.tree):
        if isinstance(node, (Name, Call)) and node.type.kind == "any":
            reasons.add(node.dotted if isinstance(node, Name) else f"{node.name}()")
        elif isinstance(node, Name) and node.scope == 0 and columns(node.dotted, node.type) is None:
            reasons.add(node.dotted)
    return tuple(sorted(reasons))


__all__ = ["Columns", "JsonAt", "NotInSql", "add_functions", "to_sql", "to_where"]
