"""Rows in a form that no database owns: read from one kind, written into another, value for value.

A row is a list of plain JSON values in the order of its table's columns: instants as ISO 8601 in UTC with six digits,
JSON as its text, bytes as base64. Tables come in an order in which each refers only to those before it.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Connection, Float, Integer, LargeBinary, Table, text

from .columns import WRITTEN, UtcDateTime, dump_json
from .tables import FULL_TEXT, METADATA

Row = list[Any]
Convert = Callable[[Any], Any]
A_STEP = 2000
"""Rows that are in memory at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableForm:
    """One table: its columns, of which kind each is (text, int, float, bool, instant, json, bytes), and its key."""

    name: str
    columns: tuple[str, ...]
    kinds: tuple[str, ...]
    key: tuple[str, ...]


def table_forms() -> list[TableForm]:
    """Return the form of every table of this version, in the order in which they can be filled."""
    return [_form(table) for table in METADATA.sorted_tables]


def _form(table: Table) -> TableForm:
    return TableForm(
        name=table.name,
        columns=tuple(column.name for column in table.columns),
        kinds=tuple(_kind(column.type) for column in table.columns),
        key=tuple(column.name for column in table.primary_key.columns),
    )


def _kind(kind: Any) -> str:
    known: tuple[tuple[type, str], ...] = (
        (UtcDateTime, "instant"),
        (Boolean, "bool"),
        (JSON, "json"),
        (LargeBinary, "bytes"),
        (Integer, "int"),
        (Float, "float"),
    )
    return next((name for one, name in known if isinstance(kind, one)), "text")


def count_rows(connection: Connection, form: TableForm) -> int:
    """Return how many rows the table has."""
    return int(connection.execute(text(f'SELECT count(*) FROM "{form.name}"')).scalar_one())  # noqa: S608


def read_rows(connection: Connection, form: TableForm) -> Iterator[Row]:
    """Yield all rows by their key, the same order on both databases; a few at a time are in memory."""
    on_sqlite = connection.dialect.name == "sqlite"
    columns = ", ".join(
        f'"{name}"' if on_sqlite or kind != "json" else f'"{name}"::text'
        for name, kind in zip(form.columns, form.kinds, strict=True)
    )
    kinds = dict(zip(form.columns, form.kinds, strict=True))
    order = ", ".join(
        f'"{name}"' + ("" if on_sqlite or kinds[name] != "text" else ' COLLATE "C"')
        for name in form.key
    )
    statement = f'SELECT {columns} FROM "{form.name}" ORDER BY {order}'  # noqa: S608 - our own names
    converters = _converters(form, _FROM_SQLITE if on_sqlite else _FROM_POSTGRES)
    for row in map(list, _streamed(connection, statement)):
        for place, convert in converters:
            if row[place] is not None:
                row[place] = convert(row[place])
        yield row


def _streamed(connection: Connection, statement: str) -> Iterable[Sequence[Any]]:
    """Return the rows as they come; SQLite's driver holds one at a time, and is asked without a detour."""
    if connection.dialect.name == "sqlite":
        driver: Any = connection.connection.driver_connection
        rows: Iterable[Sequence[Any]] = driver.execute(statement)
        return rows
    options = {"stream_results": True, "max_row_buffer": A_STEP}
    return connection.exec_driver_sql(statement, execution_options=options)


def write_rows(connection: Connection, form: TableForm, rows: Iterable[Row]) -> None:
    """Insert *rows* into the empty table, as a stream."""
    on_sqlite = connection.dialect.name == "sqlite"
    converters = _converters(form, _TO_SQLITE if on_sqlite else _TO_POSTGRES)
    columns = ", ".join(f'"{name}"' for name in form.columns)
    driver: Any = connection.connection.driver_connection
    if on_sqlite:
        marks = ", ".join("?" * len(form.columns))
        statement = f'INSERT INTO "{form.name}" ({columns}) VALUES ({marks})'  # noqa: S608
        driver.executemany(statement, _converted(rows, converters))
        return
    with driver.cursor() as cursor, cursor.copy(f'COPY "{form.name}" ({columns}) FROM STDIN') as to:
        for row in _converted(rows, converters):
            to.write_row(row)


def finish_writing(connection: Connection, forms: Sequence[TableForm]) -> None:
    """Make what follows from the rows: the full-text index of SQLite, the counters of PostgreSQL's ids.

    Raises ValueError when a row refers to one that is not there.
    """
    if connection.dialect.name == "sqlite":
        if any(form.name == "search_part" for form in forms):
            connection.exec_driver_sql(f"INSERT INTO {FULL_TEXT} ({FULL_TEXT}) VALUES ('rebuild')")  # noqa: S608
        lost = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if lost is not None:
            raise ValueError(f"a row of {lost[0]} refers to a row of {lost[2]} that is not there")
        return
    for form in forms:
        table = METADATA.tables[form.name]
        column = table.autoincrement_column
        if column is not None:
            connection.exec_driver_sql(
                f"SELECT setval(pg_get_serial_sequence('\"{form.name}\"', '{column.name}'), "  # noqa: S608
                f'coalesce(max("{column.name}"), 0) + 1, false) FROM "{form.name}"'
            )


def _converted(
    rows: Iterable[Row], converters: Sequence[tuple[int, Convert]]
) -> Iterator[Sequence[Any]]:
    for row in rows:
        for place, convert in converters:
            if row[place] is not None:
                row[place] = convert(row[place])
        yield row


def _converters(form: TableForm, known: dict[str, Convert]) -> list[tuple[int, Convert]]:
    return [(place, known[kind]) for place, kind in enumerate(form.kinds) if kind in known]


def _instant_of_sqlite(value: str) -> str:
    if len(value) == WRITTEN:
        return f"{value[:10]}T{value[11:]}Z"
    return instant_form(datetime.fromisoformat(value))  # by another hand than ours


def instant_form(value: datetime) -> str:
    """Return an instant as rows hold it; one without a zone is in UTC."""
    aware = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    return f"{aware.isoformat('T', 'microseconds')[:-6]}Z"


def _instant_to_sqlite(value: str) -> str:
    return value[:-1].replace("T", " ")


def _compact(value: str) -> str:
    return dump_json(json.loads(value))


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


_FROM_SQLITE: dict[str, Convert] = {"instant": _instant_of_sqlite, "bool": bool, "bytes": _base64}
_FROM_POSTGRES: dict[str, Convert] = {"instant": instant_form, "json": _compact, "bytes": _base64}
_TO_SQLITE: dict[str, Convert] = {
    "instant": _instant_to_sqlite,
    "bool": int,
    "bytes": base64.b64decode,
}
_TO_POSTGRES: dict[str, Convert] = {"bytes": base64.b64decode}
