"""Expressions on PostgreSQL 13 and later: exact numerics, casts that cannot fail, folding by table."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Boolean, Date, DateTime, Text, literal_column
from sqlalchemy import types as sql_types

from ..expressions.moments import DAYS, FIRST, LAST
from ..expressions.reading import LIMIT, MAX_ITEMS
from ..expressions.texts import BLANKS, MAX_VALUE_TEXT
from ..expressions.types import Type
from .sql_snippet import Snippet, bound, quoted
from .sql_words import JsonAt, NoSqlError, Sql

_DOTTED_I = "\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}"
_LONG = "0[13578]|1[02]"
_SHORT = "0[469]|11"
_LEAP = "[0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00"
_DAY = (
    f"([0-9]{{4}}-(({_LONG})-(0[1-9]|[12][0-9]|3[01])|({_SHORT})-(0[1-9]|[12][0-9]|30)"
    f"|02-(0[1-9]|1[0-9]|2[0-8]))|({_LEAP})-02-29)"
)
DATE_PATTERN = f"^(?!0000){_DAY}$"
INSTANT_PATTERN = (
    f"^(?!0000){_DAY}[T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\\.[0-9]{{1,9}})?)?"
    "(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])$"
)
_EPOCH_DAY = 719_163
_DAY_NUMBER = "CAST(CAST(left({}, 10) AS date) - DATE '0001-01-01' + 1 AS bigint)"
_ONE_DIGIT_SHORT = "WHEN abs(v) < 1 THEN 0 ELSE length(trunc(abs(v))::text)"
_ROUNDED = (
    "(SELECT CASE WHEN abs(w) < {limit} THEN w END FROM (SELECT CASE WHEN abs(v) < {limit}"
    " THEN round(v, LEAST({places}, 15 - CASE {digits} END)) END AS w"
    " FROM (SELECT CAST({value} AS numeric) AS v OFFSET 0) AS a OFFSET 0) AS b)"
)
_WITHIN = "(SELECT CASE WHEN v BETWEEN {least} AND {most} THEN v END FROM (SELECT {value} AS v OFFSET 0) AS a)"


@cache
def _folding() -> tuple[str, str, str]:
    """Return a class of the letters that fold beyond ASCII, and the letters and what they become."""
    pairs = [("\N{GREEK SMALL LETTER FINAL SIGMA}", "\N{GREEK SMALL LETTER SIGMA}")]
    for code in range(0x80, 0x1F000):
        char = chr(code)
        lower = "" if 0xD800 <= code <= 0xDFFF else char.lower()
        if lower and lower != char and len(lower) == 1:
            pairs.append((char, lower))
    letters = "".join(char for char, _ in pairs)
    return f"[{letters}{_DOTTED_I}]", letters, "".join(lower for _, lower in pairs)


class PostgresWords:
    """The SQL of PostgreSQL."""

    def constant(self, value: Any, kind: str) -> Sql:
        """Return *value* as a bound parameter."""
        if value is None:
            return literal_column("NULL")
        if kind == "bool":
            return literal_column("true" if value else "false")
        if kind == "number":
            return Snippet("CAST({} AS numeric)", bound(repr(value), Text()))
        return bound(value, Text() if kind == "text" else BigInteger())

    def _json(self, place: JsonAt) -> Sql:
        if not place.keys:
            return place.column
        path = ", ".join("{}" for _ in place.keys)
        keys = [quoted(key) for key in place.keys]
        return Snippet(f"jsonb_extract_path({{}}, {path})", place.column, *keys)

    def _text(self, place: JsonAt) -> Sql:
        if not place.keys:
            return Snippet("({} #>> ARRAY[]::text[])", place.column)
        path = ", ".join("{}" for _ in place.keys)
        keys = [quoted(key) for key in place.keys]
        return Snippet(f"jsonb_extract_path_text({{}}, {path})", place.column, *keys)

    def _kind(self, place: JsonAt) -> Sql:
        return Snippet("jsonb_typeof({})", self._json(place))

    def read(self, place: JsonAt, kind: Type) -> Sql:
        """Return the value at *place*, NULL when it is of another JSON type."""
        found, value = self._kind(place), self._text(place)
        match kind.kind:
            case "text" | "choice":
                return Snippet("CASE WHEN {} = 'string' THEN {} END", found, value)
            case "bool":
                test = "CASE WHEN {} = 'boolean' THEN CAST({} AS boolean) END"
                return Snippet(test, found, value)
            case "number":
                number = Snippet("CAST({} AS numeric)", value)
                within = Snippet(f"CASE WHEN abs({{}}) < {LIMIT} THEN {{}} END", number, number)
                return Snippet("CASE WHEN {} = 'number' THEN {} END", found, within)
            case "duration":
                test = (
                    "CASE WHEN {} = 'number' AND {} ~ '^-?[0-9]{1,12}$' THEN CAST({} AS bigint) END"
                )
                return Snippet(test, found, value, value)
            case "date" | "datetime":
                return Snippet(
                    "CASE WHEN {} = 'string' THEN {} END", found, self._moment(value, kind.kind)
                )
        raise NoSqlError(str(kind))

    def _moment(self, text: Sql, kind: str) -> Sql:
        if kind == "date":
            pattern = bound(DATE_PATTERN, Text())
            return Snippet(f"CASE WHEN {{}} ~ {{}} THEN {_DAY_NUMBER} END", text, pattern, text)
        seconds = (
            f"(({_DAY_NUMBER} - {_EPOCH_DAY}) * 86400"
            " + substr({}, 12, 2)::int * 3600 + substr({}, 15, 2)::int * 60"
            " + CASE WHEN substr({}, 17, 1) = ':' THEN substr({}, 18, 2)::int ELSE 0 END"
            " - CASE WHEN right({}, 1) = 'Z' THEN 0 ELSE (left(right({}, 6), 1) || '1')::int"
            " * (substr(right({}, 6), 2, 2)::int * 3600 + right({}, 2)::int * 60) END)"
        )
        value = self._within(Snippet(seconds, *[text] * 9), FIRST, LAST)
        test = "CASE WHEN length({}) <= 40 AND {} ~ {} THEN {} END"
        return Snippet(test, text, text, bound(INSTANT_PATTERN, Text()), value)

    def _within(self, value: Sql, least: int, most: int) -> Sql:
        template = _WITHIN.format(least=least, most=most, value="{}")
        return Snippet(template, value)

    def equals_text(self, place: JsonAt, values: tuple[str, ...]) -> Sql | None:
        """Return a test that an index on the JSON path can serve, None where it would be wrong."""
        if not place.keys or any(map(_is_json, values)):
            return None
        if len(place.keys) == 1:
            found: Sql = Snippet("({} ->> {})", place.column, quoted(place.keys[0]))
        else:
            found = self._text(place)
        marks = ", ".join("{}" for _ in values)
        return Snippet(f"({{}} IN ({marks}))", found, *(bound(value, Text()) for value in values))

    def column(self, column: Sql, kind: Type) -> Sql:
        """Return a column of its own as a value of *kind*."""
        held = getattr(column.type, "impl_instance", column.type)
        match kind.kind:
            case "text" | "choice" if isinstance(held, sql_types.String):
                return column
            case "number" if isinstance(held, (sql_types.Integer, sql_types.Numeric)):
                return Snippet("CAST({} AS numeric)", column)
            case "duration" if isinstance(held, sql_types.Integer):
                return Snippet("CAST({} AS bigint)", column)
            case "bool" if isinstance(held, Boolean):
                return column
            case "datetime" if isinstance(held, DateTime):
                return Snippet("CAST(floor(extract(epoch FROM {})) AS bigint)", column)
            case "date" if isinstance(held, Date):
                return Snippet("CAST({} - DATE '0001-01-01' + 1 AS bigint)", column)
            case "date" | "datetime" if isinstance(held, sql_types.String):
                return self._moment(column, kind.kind)
        raise NoSqlError(f"a column of type {held} as {kind}")

    def arithmetic(self, op: str, left: Sql, right: Sql) -> Sql:
        """Return the exact result of *op*."""
        if op == "/":
            return self.rounded(Snippet("round({}, 40) / NULLIF({}, 0)", left, right), 9)
        return self.rounded(Snippet(f"{{}} {op} {{}}", left, right), 9)

    def rounded(self, value: Sql, places: int) -> Sql:
        """Return *value* rounded half up."""
        template = _ROUNDED.format(limit=LIMIT, places=places, digits=_ONE_DIGIT_SHORT, value="{}")
        return Snippet(template, value)

    def extreme(self, name: str, values: list[Sql]) -> Sql:
        """Return the least or greatest value, NULL when one is missing."""
        rows = ", ".join("({})" for _ in values)
        test = f"CASE WHEN count(v) = {len(values)} THEN {name}(v) END"
        return Snippet(f"(SELECT {test} FROM (VALUES {rows}) AS t(v))", *values)  # noqa: S608  # our words

    def shift(self, kind: str, start: Sql, seconds: Sql) -> Sql:
        """Return a date or an instant moved by a duration."""
        if kind == "date":
            days = Snippet("{} + CAST(floor({} / 86400.0) AS bigint)", start, seconds)
            return self._within(days, 1, DAYS)
        return self._within(Snippet("{} + {}", start, seconds), FIRST, LAST)

    def day_of(self, instant: Sql, zone: str) -> Sql:
        """Return the day of an instant in *zone*."""
        day = "CAST(to_timestamp({}) AT TIME ZONE {} AS date)"
        local = f"CAST({day} - DATE '0001-01-01' + 1 AS bigint)"
        return self._within(Snippet(local, instant, bound(zone, Text())), 1, DAYS)

    def hours_since(self, instant: Sql, now: int) -> Sql:
        """Return the hours from *instant* to *now*."""
        gap = Snippet("CAST({} - {} AS numeric)", bound(now, BigInteger()), instant)
        return self.arithmetic("/", gap, literal_column("3600"))

    def lower(self, text: Sql) -> Sql:
        """Return *text* in lower case."""
        letters, upper, lower = _folding()
        folded = (
            "CASE WHEN v ~ {} THEN translate(replace(lower(v), {}, {}), {}, {}) ELSE lower(v) END"
        )
        held = f'left({{}}, {MAX_VALUE_TEXT}) COLLATE "C" AS v OFFSET 0'
        template = f"(SELECT {folded} FROM (SELECT {held}) AS a)"  # noqa: S608  # our words
        words = (letters, _DOTTED_I, _DOTTED_I.lower(), upper, lower)
        return Snippet(template, *(bound(word, Text()) for word in words), text)

    def trim(self, text: Sql) -> Sql:
        """Return *text* without blanks at its ends."""
        return Snippet(f"btrim(left({{}}, {MAX_VALUE_TEXT}), {{}})", text, bound(BLANKS, Text()))

    def search(self, name: str, whole: Sql, piece: Sql, *, folded: bool) -> Sql:
        """Return whether *whole* contains, starts with or ends with *piece*."""
        template = {
            "contains": "(strpos({}, {}) > 0)",
            "starts_with": "starts_with({}, {})",
            "ends_with": "(SELECT right(v, length(w)) = w FROM (SELECT {} AS v, {} AS w OFFSET 0) AS a)",
        }[name]
        return Snippet(template, self.lower(whole), piece if folded else self.lower(piece))

    def size(self, place: JsonAt) -> Sql:
        """Return the number of entries of a list, NULL for anything else."""
        length = Snippet("jsonb_array_length({})", self._json(place))
        short = Snippet(f"CASE WHEN {{}} <= {MAX_ITEMS} THEN {{}} END", length, length)
        return Snippet("CASE WHEN {} = 'array' THEN {} END", self._kind(place), short)

    def is_blank(self, text: Sql) -> Sql:
        """Return whether *text* is missing or has nothing but blanks."""
        return Snippet("coalesce(btrim({}, {}) = '', true)", text, bound(BLANKS, Text()))

    def is_empty(self, place: JsonAt, kind: str) -> Sql:
        """Return whether there is no list or record at *place*, or an empty one."""
        if kind != "record":
            return Snippet("coalesce({} = 0, true)", self.size(place))
        value, empty = self._json(place), bound("{}", Text())
        test = "(CASE WHEN {} = 'object' THEN {} = CAST({} AS jsonb) ELSE true END)"
        return Snippet(test, self._kind(place), value, empty)

    def is_record(self, place: JsonAt) -> Sql:
        """Return whether there is a record at *place*."""
        return Snippet("coalesce({} = 'object', false)", self._kind(place))

    def rows(self, place: JsonAt, name: str) -> tuple[Sql, JsonAt]:
        """Return the FROM clause of a list's entries under *name*, and the place of an entry."""
        guarded = Snippet(
            "CASE WHEN {} IS NOT NULL THEN {} ELSE CAST('[]' AS jsonb) END",
            self.size(place),
            self._json(place),
        )
        source = Snippet(f"jsonb_array_elements({{}}) AS {name}(item) WHERE true", guarded)
        return source, JsonAt(column=literal_column(f"{name}.item"))

    def total(self, value: Sql, rows: Sql) -> Sql:
        """Return the exact sum of *value* over *rows*."""
        return self.rounded(Snippet("(SELECT coalesce(sum({}), 0) FROM {})", value, rows), 9)


def _is_json(text: str) -> bool:
    """Return whether *text* could be how a value that is no text is written."""
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
