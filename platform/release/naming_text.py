"""Names inside texts: what a condition, a message or an event names, and at which characters."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..core.span import NOWHERE
from ..expressions.parser import parse
from ..expressions.tree import Call, Compare, Items, Literal, Name, Node, children

_ROW_CALLS = frozenset({"any", "all", "count", "sum"})
_TAG = re.compile(r"\{\{((?:(?!\{\{|\}\}).)*)\}\}", re.DOTALL)
_INSIDE = re.compile(r"\s*(?:#\s*(if|each)\s+|/\s*(each|if)\s*$|(else)\s*$)?([^\W\d_][\w-]*(?:\.[^\W\d_][\w-]*)*)?")  # fmt: skip
Tables = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Spot:
    """One name in a text. of: what it belongs to: the table of a column, the field of a choice."""

    what: str
    name: str
    at: int
    of: str = ""


def spots_in_expression(text: str, tables: Tables) -> Iterator[Spot]:
    """Yield the names in a condition or formula; nothing where it cannot be read.

    tables: the columns of each field that is a table. A choice belongs to the name that it is compared with.
    """
    tree, _found = parse(text, NOWHERE)
    if tree is not None:
        yield from _Expression(text, tables).spots(tree, ())


class _Expression:
    def __init__(self, text: str, tables: Tables) -> None:
        self.text, self.tables = text, tables

    def spots(self, node: Node, rows: tuple[str, ...]) -> Iterator[Spot]:
        if isinstance(node, Name):
            yield from self._name(node, rows)
            return
        if isinstance(node, Compare):
            for one, other in zip(node.items, node.items[1:], strict=False):
                yield from self._choices(one, other, rows)
                yield from self._choices(other, one, rows)
        if isinstance(node, Call):
            named = [one for one in node.args if isinstance(one, Name)]
            for other in node.args:
                for one in named[:1]:
                    yield from self._choices(one, other, rows)
            if node.name in _ROW_CALLS and len(node.args) == 2 and isinstance(node.args[0], Name):
                many = node.args[0]
                yield from self._name(many, rows)
                yield from self.spots(node.args[1], (*rows, many.dotted))
                return
        for child in children(node):
            yield from self.spots(child, rows)

    def _name(self, node: Name, rows: tuple[str, ...]) -> Iterator[Spot]:
        head = node.path[0]
        table = self._table_of(head, rows)
        if table:
            yield Spot("column", head, node.start, table)
        elif head == "visits" and len(node.path) == 2:
            yield Spot("state", node.path[1], node.end - len(node.path[1]))
        elif not (head == "item" and rows):
            yield Spot("field", head, node.start)

    def _table_of(self, head: str, rows: tuple[str, ...]) -> str:
        return next((one for one in reversed(rows) if head in self.tables.get(one, ())), "")

    def _choices(self, subject: Node, other: Node, rows: tuple[str, ...]) -> Iterator[Spot]:
        if not isinstance(subject, Name):
            return
        of = subject.dotted
        if of == "item" and rows:
            of = rows[-1]
        elif table := self._table_of(subject.path[0], rows):
            of = f"{table}.{subject.path[0]}"
        for one in other.items if isinstance(other, Items) else (other,):
            if isinstance(one, Literal) and isinstance(one.value, str):
                at = one.start + (self.text[one.start : one.start + 1] in ("'", '"'))
                if self.text.startswith(one.value, at):
                    yield Spot("choice", one.value, at, of)


def spots_in_message(text: str, tables: Tables) -> Iterator[Spot]:
    """Yield the names that a message shows or asks about."""
    rows: list[str] = []
    for tag in _TAG.finditer(text):
        found = _INSIDE.match(tag[1])
        if found is None:
            continue
        block, closed, other, path = found.groups()
        if closed == "each" and rows:
            rows.pop()
        if closed or other or not path:
            continue
        at = tag.start(1) + found.start(4)
        parts = path.split(".")
        table = next((one for one in reversed(rows) if parts[0] in tables.get(one, ())), "")
        if table:
            yield Spot("column", parts[0], at, table)
        elif parts[0] == "visits" and len(parts) == 2:
            yield Spot("state", parts[1], at + len("visits."))
        else:
            yield Spot("field", parts[0], at)
        if block == "each":
            rows.append(path)


_EVENT = re.compile(r"(entered|left|changed):\s*([\w-]+)")
_EVENT_KINDS = {"entered": "state", "left": "state", "changed": "field"}


def spots_in_event(text: str) -> Iterator[Spot]:
    """Yield the state or field in what sets a rule off."""
    found = _EVENT.match(text)
    if found is not None:
        yield Spot(_EVENT_KINDS[found[1]], found[2], found.start(2))
