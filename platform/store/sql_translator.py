"""The walk from a typed tree to SQL; what a database says for each step is in its words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, DateTime, literal_column

from ..expressions import Context
from ..expressions.moments import EPOCH, known_zone, now_in
from ..expressions.python import generate
from ..expressions.texts import fold
from ..expressions.tree import Binary, Call, Compare, Items, Logic, Name, Node, Unary, walk
from ..expressions.tree import Literal as Constant
from ..expressions.types import DATE, DATETIME, TEXTUAL, ListType, RecordType, Type
from .sql_snippet import Snippet, bound
from .sql_words import JsonAt, NoSqlError, Sql, Words

Columns = Callable[[str, Type], "ColumnElement[Any] | JsonAt | None"]
MAX_PIECES = 4_000
_JOINED = 40
_NULL: Sql = literal_column("NULL")
_OPERATORS = {"==": "=", "!=": "<>"}


class Translator:
    """Writes one condition; counts what it writes so that the SQL stays bounded."""

    def __init__(self, words: Words, columns: Columns, context: Context) -> None:
        self.words = words
        self.columns = columns
        self.context = context
        self.rows: list[tuple[JsonAt, bool]] = []
        self.tables = 0
        self.pieces = 0

    def test(self, node: Node, *, positive: bool) -> Sql:
        """Return a truth value; *positive*: NULL may stand for false."""
        self._count()
        if _is_constant(node):
            return self.words.constant(self._fold(node) is True, "bool")
        match node:
            case Logic(op=op, items=items):
                return _join(op.upper(), [self.test(item, positive=positive) for item in items])
            case Unary(op="not", operand=operand):
                return Snippet("(NOT {})", self.test(operand, positive=False))
            case Compare():
                found = self._compare(node)
            case Call() if node.name not in ("coalesce", "if"):
                found = self._call(node)
            case _:
                found = self._value(node)
                found = Snippet("{} = {}", found, self.words.constant(True, "bool"))
        return found if positive else Snippet("coalesce({}, false)", found)

    def value(self, node: Node) -> Sql:
        """Return the value of *node*, NULL when it is missing."""
        self._count()
        if _is_constant(node):
            return self.words.constant(self._fold(node), _plain(node.type))
        if isinstance(node, (Logic, Compare)) or (isinstance(node, Unary) and node.op == "not"):
            return self.test(node, positive=False)
        return self._value(node)

    def _value(self, node: Node) -> Sql:
        match node:
            case Name():
                place = self._place(node)
                if isinstance(place, JsonAt):
                    return self.words.read(place, node.type)
                return self.words.column(place, node.type)
            case Unary(operand=operand):
                return Snippet("(-{})", self.value(operand))
            case Binary():
                return self._arithmetic(node)
            case Call():
                found = self._call(node)
                is_test = node.type.kind == "bool" and node.name not in ("coalesce", "if")
                return Snippet("coalesce({}, false)", found) if is_test else found
        raise NoSqlError(f"a value of type {node.type}")

    def _count(self) -> None:
        self.pieces += 1
        if self.pieces > MAX_PIECES:
            raise NoSqlError("too many parts")

    def _fold(self, node: Node) -> Any:
        return generate(node, inward=True)({}, self.context)

    def _place(self, node: Name) -> ColumnElement[Any] | JsonAt:
        if node.scope:
            entry, plain = self.rows[node.scope - 1]
            return entry if plain else entry.inside(node.path)
        found = self.columns(node.dotted, node.type)
        if found is None:
            raise NoSqlError(node.dotted)
        return found

    def _json(self, node: Node) -> JsonAt:
        place = self._place(node) if isinstance(node, Name) else None
        if not isinstance(place, JsonAt):
            raise NoSqlError(f"{node.dotted if isinstance(node, Name) else 'a list'} is not JSON")
        return place

    def _compare(self, node: Compare) -> Sql:
        pairs = [
            self._pair(op, node.items[at], node.items[at + 1]) for at, op in enumerate(node.ops)
        ]
        return _join("AND", pairs)

    def _pair(self, op: str, left: Node, right: Node) -> Sql:
        if op in ("in", "not in"):
            if isinstance(right, Items):
                return self._in_items(op, left, right)
            return self._in_list(op, left, right)
        if _is_none(left) or _is_none(right):
            return self._missing(op, right if _is_none(left) else left)
        if op == "==":
            for one, other in ((left, right), (right, left)):
                if (found := self._indexed(one, [other])) is not None:
                    return found
        if (found := self._by_time(op, left, right)) is not None:
            return found
        return Snippet(f"({{}} {_OPERATORS.get(op, op)} {{}})", self.value(left), self.value(right))

    def _missing(self, op: str, node: Node) -> Sql:
        word = "IS NULL" if op == "==" else "IS NOT NULL"
        kind = node.type.kind
        if kind == "list":
            return Snippet(f"({{}} {word})", self.words.size(self._json(node)))
        if kind == "record":
            found = self.words.is_record(self._json(node))
            return Snippet("(NOT {})", found) if op == "==" else found
        return Snippet(f"({{}} {word})", self.value(node))

    def _indexed(self, left: Node, others: list[Node]) -> Sql | None:
        """Return equality of a JSON text with constants in the form that an index serves."""
        if not isinstance(left, Name) or left.type.kind not in TEXTUAL:
            return None
        values = tuple(
            item.value
            for item in others
            if isinstance(item, Constant) and isinstance(item.value, str)
        )
        place = self._place(left)
        if len(values) < len(others) or not values or not isinstance(place, JsonAt):
            return None
        return self.words.equals_text(place, values)

    def _by_time(self, op: str, left: Node, right: Node) -> Sql | None:
        """Return a comparison of an instant column with a constant as the column's index knows it."""
        if not isinstance(left, Name) or left.type != DATETIME or not _is_constant(right):
            return None
        column = self._place(left)
        if isinstance(column, JsonAt) or not _is_instant(column):
            return None
        seconds = self._fold(right)
        if seconds is None:
            return _NULL
        try:
            start, end = (
                bound(EPOCH + timedelta(seconds=at), column.type) for at in (seconds, seconds + 1)
            )
        except OverflowError:
            return None
        template, parts = {
            "<": ("({} < {})", (column, start)),
            "<=": ("({} < {})", (column, end)),
            ">": ("({} >= {})", (column, end)),
            ">=": ("({} >= {})", (column, start)),
            "==": ("({} >= {} AND {} < {})", (column, start, column, end)),
            "!=": ("({} < {} OR {} >= {})", (column, start, column, end)),
        }[op]
        return Snippet(template, *parts)

    def _in_items(self, op: str, left: Node, right: Items) -> Sql:
        if not right.items:
            missing = Snippet("({} IS NOT NULL)", self.value(left))
            return missing if op == "not in" else Snippet("false")
        if op == "in" and (found := self._indexed(left, list(right.items))) is not None:
            return found
        items = [self.value(item) for item in right.items]
        marks = ", ".join("{}" for _ in items)
        inside = Snippet(f"({{}} IN ({marks}))", self.value(left), *items)
        if op == "in":
            return inside
        return Snippet("({} IS NOT NULL AND NOT coalesce({}, false))", self.value(left), inside)

    def _in_list(self, op: str, left: Node, right: Node) -> Sql:
        place = self._json(right)
        item = right.type.item if isinstance(right.type, ListType) else right.type
        rows, entry = self.words.rows(place, self._table())
        one = self.value(left)
        read = self.words.read(entry, item)
        found = Snippet("EXISTS (SELECT 1 FROM {} AND {} = {})", rows, read, one)
        if op == "in":
            return found
        size = self.words.size(place)
        return Snippet("({} IS NOT NULL AND {} IS NOT NULL AND NOT {})", one, size, found)

    def _table(self) -> str:
        self.tables += 1
        return f"q{self.tables}"

    def _arithmetic(self, node: Binary) -> Sql:
        left, right = node.left, node.right
        kinds = (left.type.kind, right.type.kind)
        if node.type in (DATE, DATETIME):
            if kinds[0] == "duration":
                left, right = right, left
            seconds = self.value(right)
            if node.op == "-":
                seconds = Snippet("(-{})", seconds)
            return self.words.shift(node.type.kind, self.value(left), seconds)
        if kinds == ("date", "date"):
            return Snippet("(({} - {}) * 86400)", self.value(left), self.value(right))
        if "number" in kinds:
            return self.words.arithmetic(node.op, self.value(left), self.value(right))
        return Snippet(f"({{}} {node.op} {{}})", self.value(left), self.value(right))

    def _call(self, node: Call) -> Sql:
        name, args = node.name, node.args
        match name:
            case "any" | "all" | "count" | "sum":
                return self._rows(node)
            case "contains" if isinstance(args[0].type, ListType):
                return self._in_list("in", args[1], args[0])
            case "contains" | "starts_with" | "ends_with":
                return self._search(name, args[0], args[1])
            case "lower":
                return self.words.lower(self.value(args[0]))
            case "trim":
                return self.words.trim(self.value(args[0]))
            case "length" if args[0].type.kind == "list":
                return self.words.size(self._json(args[0]))
            case "length":
                return Snippet("length({})", self.value(args[0]))
            case "is_empty":
                return self._is_empty(args[0])
            case "abs":
                return Snippet("abs({})", self.value(args[0]))
            case "round":
                places = int(self._fold(args[1])) if len(args) > 1 else 0
                return self.words.rounded(self.value(args[0]), places)
            case "min" | "max":
                return self.words.extreme(name, [self.value(arg) for arg in args])
            case "coalesce":
                marks = ", ".join("{}" for _ in args)
                return Snippet(f"coalesce({marks})", *(self.value(arg) for arg in args))
            case "if":
                parts = (self.test(args[0], positive=True), *map(self.value, args[1:]))
                return Snippet("(CASE WHEN {} THEN {} ELSE {} END)", *parts)
            case "date":
                return self.words.day_of(self.value(args[0]), known_zone(self.context.zone))
            case "days_between":
                return Snippet("({} - {})", self.value(args[1]), self.value(args[0]))
            case "hours_since":
                now = now_in(self.context)
                return _NULL if now is None else self.words.hours_since(self.value(args[0]), now)
        raise NoSqlError(f"{name}()")

    def _search(self, name: str, whole: Node, piece: Node) -> Sql:
        if isinstance(piece, Items):
            parts = [self._search(name, whole, item) for item in piece.items]
            return _join("OR", parts) if parts else Snippet("false")
        if not _is_constant(piece):
            return self.words.search(name, self.value(whole), self.value(piece), folded=False)
        text = self._fold(piece)
        if text is None:
            return Snippet("false")
        needle = self.words.constant(fold(text), "text")
        return self.words.search(name, self.value(whole), needle, folded=True)

    def _is_empty(self, node: Node) -> Sql:
        kind = node.type.kind
        if kind in ("list", "record"):
            return self.words.is_empty(self._json(node), kind)
        if kind in TEXTUAL:
            return self.words.is_blank(self.value(node))
        return Snippet("({} IS NULL)", self.value(node))

    def _rows(self, node: Call) -> Sql:
        if self.rows:
            raise NoSqlError(f"{node.name}() inside of a table")
        place = self._json(node.args[0])
        kind = node.args[0].type
        item = kind.item if isinstance(kind, ListType) else kind
        if node.name == "count" and len(node.args) == 1:
            return Snippet("coalesce({}, 0)", self.words.size(place))
        rows, entry = self.words.rows(place, self._table())
        if node.name == "sum" and len(node.args) == 1:
            return self.words.total(self.words.read(entry, item), rows)
        self.rows.append((entry, not isinstance(item, RecordType)))
        inner = node.args[1]
        if node.name == "sum":
            found = self.words.total(self.value(inner), rows)
        elif node.name == "all":
            missing = Snippet("NOT {}", self.test(inner, positive=False))
            found = Snippet("(NOT EXISTS (SELECT 1 FROM {} AND {}))", rows, missing)
        else:
            what = "(SELECT count(*) FROM {} AND {})"
            template = "EXISTS (SELECT 1 FROM {} AND {})" if node.name == "any" else what
            found = Snippet(template, rows, self.test(inner, positive=True))
        self.rows.pop()
        return found


def _join(word: str, parts: list[Sql]) -> Sql:
    """Join in groups: databases refuse a chain of a thousand."""
    while len(parts) > 1:
        groups = [parts[at : at + _JOINED] for at in range(0, len(parts), _JOINED)]
        parts = [
            Snippet("(" + f" {word} ".join("{}" for _ in group) + ")", *group) for group in groups
        ]
    return parts[0]


def _plain(kind: Type) -> str:
    return (
        "duration"
        if kind.kind == "working time"
        else "text"
        if kind.kind == "choice"
        else kind.kind
    )


def _is_none(node: Node) -> bool:
    return isinstance(node, Constant) and node.value is None


def _is_constant(node: Node) -> bool:
    return not isinstance(node, Items) and not any(isinstance(part, Name) for part in walk(node))


def _is_instant(column: ColumnElement[Any]) -> bool:
    return isinstance(getattr(column.type, "impl_instance", column.type), DateTime)
