"""Statements of the hot path: compiled once for each database, then run on the driver itself.

SQLAlchemy's own way from a statement to the driver costs more than most statements do. This is the
only module that goes past it; types, transactions and errors stay SQLAlchemy's.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any, TypeVar

from sqlalchemy import JSON, Connection, Dialect, Insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.base import Executable
from sqlalchemy.types import TypeEngine

from .columns import load_json

T = TypeVar("T")
Make = Callable[[tuple[Any, ...]], T]
Process = Callable[[Any], Any] | None
Values = Mapping[str, Any]
_NONE: Values = {}
TOGETHER = 12
"""Rows that PostgreSQL is given in one statement: each is a way there and back, and the driver's own way of many costs more."""
_VALUES = " VALUES ("
_NAME = re.compile(r"%\((\w+)\)s")
MOST_KNOWN = 2_048
"""Rows of which one statement remembers what was made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """A statement as one driver takes it: the text, the values in order, and what makes rows ours.

    names: of the values in order. binds: places among those whose values are made ready, and how. results: places in a row whose
    values are made, and how.
    """

    text: str
    by_name: bool
    names: tuple[str, ...]
    binds: tuple[tuple[int, Callable[[Any], Any]], ...]
    constants: Mapping[str, Any]
    results: tuple[tuple[int, Callable[[Any], Any]], ...]
    is_insert: bool = False

    def parameters(self, values: Values) -> Any:
        """Return what the driver binds."""
        if self.constants:
            values = {**self.constants, **values}
        made = [values[name] for name in self.names]
        for at, process in self.binds:
            made[at] = process(made[at])
        return dict(zip(self.names, made, strict=True)) if self.by_name else made

    def together(self, count: int) -> str:
        """Return an INSERT of one row as one of *count* rows, the values of each with a number behind their names."""
        start = self.text.index(_VALUES) + len(_VALUES) - 1
        end, depth = start, 0
        while depth or end == start:
            depth += {"(": 1, ")": -1}.get(self.text[end], 0)
            end += 1
        row = self.text[start:end]
        rows = (_NAME.sub(rf"%(\1_{number})s", row) for number in range(count))
        return self.text[:start] + ", ".join(rows) + self.text[end:]

    def row(self, found: Sequence[Any]) -> tuple[Any, ...]:
        """Return one row with the values of its types."""
        values = list(found)
        for at, process in self.results:
            values[at] = process(values[at])
        return tuple(values)


class Prepared:
    """One statement, the same for every database or one for each by the dialect's name.

    It has no lists that expand, and no defaults made in Python. Listeners to SQLAlchemy's
    ``before_cursor_execute`` hear of it, but cannot change it.
    """

    __slots__ = ("_by_dialect", "_plans", "_together")

    def __init__(self, statement: Executable | Mapping[str, Executable]) -> None:
        self._by_dialect = statement
        self._plans: dict[tuple[str, ...], _Plan] = {}
        self._together: dict[tuple[str, int], _Plan] = {}

    def run(self, connection: Connection, values: Values) -> int:
        """Execute it once; return how many rows it touched."""
        plan = self._plan(connection, values)
        cursor = _execute(connection, plan, plan.parameters(values))
        count: int = cursor.rowcount
        return count

    def run_many(self, connection: Connection, rows: Sequence[Values]) -> None:
        """Execute it once for each of *rows*, which have the same names; no two of them may be in conflict."""
        if not rows:
            return
        plan = self._plan(connection, rows[0])
        if len(rows) == 1:
            _execute(connection, plan, plan.parameters(rows[0]))
        elif plan.is_insert and plan.by_name:
            self._run_together(connection, plan, rows)
        else:
            _execute(connection, plan, [plan.parameters(row) for row in rows], many=True)

    def _run_together(self, connection: Connection, plan: _Plan, rows: Sequence[Values]) -> None:
        for start in range(0, len(rows), TOGETHER):
            some = rows[start : start + TOGETHER]
            together = self._together.get((plan.text, len(some)))
            if together is None:
                together = replace(plan, text=plan.together(len(some)))
                self._together[plan.text, len(some)] = together
            made = [plan.parameters(row) for row in some]
            given = dict(made[0])  # of what stands behind the rows
            for number, row in enumerate(made):
                given.update((f"{name}_{number}", value) for name, value in row.items())
            _execute(connection, together, given)

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

    def made(
        self, connection: Connection, values: Values, known: dict[tuple[Any, ...], T], make: Make[T]
    ) -> list[T]:
        """Return what *make* makes of each row. known: of rows as the driver gave them before, which are not made again.

        For rows that hardly ever change and that every page reads; what is made must be frozen.
        """
        plan = self._plan(connection, values)
        cursor = _execute(connection, plan, plan.parameters(values))
        return _made_of(connection, plan, cursor.fetchall(), known, make)

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


class Remembered:
    """Statements built from what is asked: the last *most* of them are kept as the driver takes them.

    To build one with lists in it, and to tell whether it is one of those before, costs more than to run it.
    """

    __slots__ = ("_lock", "_most", "_plans")

    def __init__(self, most: int = 512) -> None:
        self._most = most
        self._plans: OrderedDict[Hashable, _Plan] = OrderedDict()
        self._lock = Lock()

    def rows(
        self,
        connection: Connection,
        asked: Hashable,
        make: Callable[[], Executable],
        values: Values = _NONE,
    ) -> list[tuple[Any, ...]]:
        """Return all rows of what *make* builds. asked: everything that it is built from.

        values: of the names in it that are filled in at each run; all others keep the value they were built with.
        """
        plan = self._plan(connection, asked, make, values)
        cursor = _execute(connection, plan, plan.parameters(values))
        return [plan.row(one) for one in cursor.fetchall()]

    def made(
        self,
        connection: Connection,
        asked: Hashable,
        build: Callable[[], Executable],
        values: Values,
        known: dict[tuple[Any, ...], T],
        make: Make[T],
    ) -> list[T]:
        """Return what *make* makes of each row of what *build* builds: as ``rows``, and ``made`` of a prepared one."""
        plan = self._plan(connection, asked, build, values)
        cursor = _execute(connection, plan, plan.parameters(values))
        return _made_of(connection, plan, cursor.fetchall(), known, make)

    def _plan(
        self,
        connection: Connection,
        asked: Hashable,
        make: Callable[[], Executable],
        values: Values,
    ) -> _Plan:
        key = (connection.dialect.name, asked)
        with self._lock:
            plan = self._plans.get(key)
            if plan is not None:
                self._plans.move_to_end(key)
        if plan is None:
            plan = _whole_plan_of(make(), connection.dialect, values)
            with self._lock:
                self._plans[key] = plan
                if len(self._plans) > self._most:
                    self._plans.popitem(last=False)
        return plan


def _made_of(
    connection: Connection,
    plan: _Plan,
    rows: Sequence[Any],
    known: dict[tuple[Any, ...], T],
    make: Make[T],
) -> list[T]:
    """Return what *make* makes of each of *rows*; on SQLite of one that is *known* nothing new."""
    if connection.dialect.name != "sqlite":  # whose driver gives plain texts and numbers
        return [make(plan.row(row)) for row in rows]
    found = []
    for row in rows:
        one = known.get(row)
        if one is None:
            if len(known) >= MOST_KNOWN:
                known.clear()
            one = known[row] = make(plan.row(row))
        found.append(one)
    return found


def _whole_plan_of(statement: Any, dialect: Dialect, values: Values) -> _Plan:
    """Return a statement with its lists expanded; what is not of *values* is ready for the driver."""
    compiled = statement.compile(dialect=dialect)
    state = compiled.construct_expanded_state(values)
    expanded = {name for names in state.parameter_expansion.values() for name in names}

    def process(name: str) -> Process:
        if name in expanded:
            found: Process = state.processors.get(name)
            return found
        return _binding(compiled.binds[name].type, dialect)

    lists = set(state.parameter_expansion)
    order = state.positiontup if compiled.positional else state.parameters
    names = [name for name in order if name not in lists]
    ready = {
        name: value if (make := process(name)) is None else make(value)
        for name, value in state.parameters.items()
        if name not in values and name not in lists
    }
    return _Plan(
        text=state.statement,
        by_name=not compiled.positional,
        names=tuple(names),
        binds=_made(process(name) if name in values else None for name in names),
        constants=ready,
        results=_results_of(compiled, dialect),
    )


def _results_of(compiled: Any, dialect: Dialect) -> tuple[tuple[int, Callable[[Any], Any]], ...]:
    columns = getattr(compiled, "_result_columns", ())
    return _made(_resulting(one.type, dialect) for one in columns)


def _made(processes: Iterable[Process]) -> tuple[tuple[int, Callable[[Any], Any]], ...]:
    """Return the places of those values that are made into something else, and how."""
    return tuple((at, process) for at, process in enumerate(processes) if process is not None)


def _plan_of(statement: Any, dialect: Dialect, names: list[str]) -> _Plan:
    if isinstance(statement, Insert) and not statement._returning:
        statement = statement.inline()  # no RETURNING that nobody asked for
    compiled = statement.compile(dialect=dialect, column_keys=names)
    if compiled.post_compile_params or compiled.escaped_bind_names:
        raise ValueError(f"cannot be prepared: {compiled}")
    order = (
        compiled.positiontup if compiled.positional else dict.fromkeys(compiled.bind_names.values())
    )
    order = tuple(order)
    constants = {name: compiled.binds[name].effective_value for name in order if name not in names}
    unknown = [name for name in constants if compiled.binds[name].required]
    if unknown:
        raise ValueError(f"no values for {', '.join(unknown)}: {compiled}")
    return _Plan(
        text=str(compiled),
        by_name=not compiled.positional,
        names=order,
        binds=_made(_binding(compiled.binds[name].type, dialect) for name in order),
        constants=constants,
        results=_results_of(compiled, dialect),
        is_insert=isinstance(statement, Insert),
    )


def _binding(kind: TypeEngine[Any], dialect: Dialect) -> Process:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _resulting(kind: TypeEngine[Any], dialect: Dialect) -> Process:
    if dialect.name == "sqlite" and isinstance(kind.dialect_impl(dialect), JSON):
        return _from_json
    return kind.dialect_impl(dialect).result_processor(dialect, None)


def _from_json(text: str | None) -> Any:
    """Return what SQLAlchemy would make of JSON, in one step instead of three."""
    return None if text is None else load_json(text)


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
        raise told(connection, plan.text, parameters, error) from error
    return cursor


def told(connection: Connection, text: str, parameters: Any, error: Any) -> BaseException:
    """Return the driver's error as SQLAlchemy raises it; a connection that was lost is given up."""
    dialect = connection.dialect
    lost = dialect.is_disconnect(error, connection.connection, None)
    if lost:
        connection.invalidate(error)
    raised: BaseException = DBAPIError.instance(
        text, parameters, error, dialect.loaded_dbapi.Error,
        connection_invalidated=lost, dialect=dialect,
    )  # fmt: skip
    return raised
