"""Statements of the hot path: compiled once for each database, then run on the driver itself.

SQLAlchemy's own way from a statement to the driver costs more than most statements do. This is the
only module that goes past it; types, transactions and errors stay SQLAlchemy's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Dialect, Insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.base import Executable
from sqlalchemy.types import TypeEngine

Process = Callable[[Any], Any] | None
Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """A statement as one driver takes it: the text, the values in order, and what makes rows ours.

    binds: name, process and, for constants of the statement, its value.
    """

    text: str
    by_name: bool
    binds: tuple[tuple[str, Process], ...]
    constants: Mapping[str, Any]
    results: tuple[Process, ...]

    def parameters(self, values: Values) -> Any:
        """Return what the driver binds."""
        if self.constants:
            values = {**self.constants, **values}
        if self.by_name:
            return {
                name: values[name] if process is None else process(values[name])
                for name, process in self.binds
            }
        return [
            values[name] if process is None else process(values[name])
            for name, process in self.binds
        ]

    def row(self, found: Sequence[Any]) -> tuple[Any, ...]:
        """Return one row with the values of its types."""
        return tuple(
            [
                value if process is None else process(value)
                for value, process in zip(found, self.results, strict=True)
            ]
        )


class Prepared:
    """One statement, the same for every database or one for each by the dialect's name.

    It has no lists that expand, and no defaults made in Python. Listeners to SQLAlchemy's
    ``before_cursor_execute`` hear of it, but cannot change it.
    """

    __slots__ = ("_by_dialect", "_plans")

    def __init__(self, statement: Executable | Mapping[str, Executable]) -> None:
        self._by_dialect = statement
        self._plans: dict[tuple[str, ...], _Plan] = {}

    def run(self, connection: Connection, values: Values) -> int:
        """Execute it once; return how many rows it touched."""
        plan = self._plan(connection, values)
        cursor = _execute(connection, plan, plan.parameters(values))
        count: int = cursor.rowcount
        return count

    def run_many(self, connection: Connection, rows: Sequence[Values]) -> None:
        """Execute it once for each of *rows*, which have the same names."""
        if not rows:
            return
        plan = self._plan(connection, rows[0])
        _execute(connection, plan, [plan.parameters(row) for row in rows], many=True)

    def first(self, connection: Connection, values: Values) -> tuple[Any, ...] | None:
        """Return the first row of what it answers, None without one."""
        plan = self._plan(connection, values)
        cursor = _execute(connection, plan, plan.parameters(values))
        found = cursor.fetchone()
        cursor.close()  # SQLite keeps its snapshot as long as a query is left half read
        return None if found is None else plan.row(found)

    def rows(self, connection: Connection, values: Values) -> list[tuple[Any, ...]]:
        """Return all rows of what it answers."""
        plan = self._plan(connection, values)
        cursor = _execute(connection, plan, plan.parameters(values))
        return [plan.row(found) for found in cursor.fetchall()]

    def _plan(self, connection: Connection, values: Values) -> _Plan:
        dialect = connection.dialect
        asked = (dialect.name, *values)
        plan = self._plans.get(asked)
        if plan is None:
            statement = self._by_dialect
            if isinstance(statement, Mapping):
                statement = statement[dialect.name]
            plan = self._plans[asked] = _plan_of(statement, dialect, list(values))
        return plan


def _plan_of(statement: Any, dialect: Dialect, names: list[str]) -> _Plan:
    if isinstance(statement, Insert) and not statement._returning:
        statement = statement.inline()  # no RETURNING that nobody asked for
    compiled = statement.compile(dialect=dialect, column_keys=names)
    if compiled.post_compile_params or compiled.escaped_bind_names:
        raise ValueError(f"cannot be prepared: {compiled}")
    order = (
        compiled.positiontup if compiled.positional else dict.fromkeys(compiled.bind_names.values())
    )
    binds = tuple((name, _binding(compiled.binds[name].type, dialect)) for name in order)
    constants = {
        name: compiled.binds[name].effective_value for name, _ in binds if name not in names
    }
    unknown = [name for name in constants if compiled.binds[name].required]
    if unknown:
        raise ValueError(f"no values for {', '.join(unknown)}: {compiled}")
    columns = getattr(compiled, "_result_columns", ())
    return _Plan(
        text=str(compiled),
        by_name=not compiled.positional,
        binds=binds,
        constants=constants,
        results=tuple(_resulting(one.type, dialect) for one in columns),
    )


def _binding(kind: TypeEngine[Any], dialect: Dialect) -> Process:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _resulting(kind: TypeEngine[Any], dialect: Dialect) -> Process:
    return kind.dialect_impl(dialect).result_processor(dialect, None)


def _execute(connection: Connection, plan: _Plan, parameters: Any, *, many: bool = False) -> Any:
    if not connection.in_transaction():
        connection.begin()
    driver: Any = connection.connection.driver_connection
    cursor = driver.cursor()
    for listener in connection.dispatch.before_cursor_execute:
        listener(connection, cursor, plan.text, parameters, None, many)
    try:
        if many:
            cursor.executemany(plan.text, parameters)
        else:
            cursor.execute(plan.text, parameters)
    except connection.dialect.loaded_dbapi.Error as error:
        raise _told(connection, plan, parameters, error) from error
    return cursor


def _told(connection: Connection, plan: _Plan, parameters: Any, error: Any) -> BaseException:
    """Return the driver's error as SQLAlchemy raises it; a connection that was lost is given up."""
    dialect = connection.dialect
    lost = dialect.is_disconnect(error, connection.connection, None)
    if lost:
        connection.invalidate(error)
    told: BaseException = DBAPIError.instance(
        plan.text, parameters, error, dialect.loaded_dbapi.Error,
        connection_invalidated=lost, dialect=dialect,
    )  # fmt: skip
    return told
