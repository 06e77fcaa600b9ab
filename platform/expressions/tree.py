"""The tree of an expression: every node knows its place in the text and its type."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from .types import ANY, Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A part of an expression.

    start, end: offsets in the text, the end exclusive; two trees are equal wherever they stand.
    """

    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)
    type: Type = ANY


@dataclass(frozen=True, slots=True, kw_only=True)
class Literal(Node):
    """A constant: durations and working time in seconds, everything else as itself."""

    value: bool | int | float | str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Name(Node):
    """A value read by its dotted path; scope 0 is the record, 1 and up the rows around it."""

    path: tuple[str, ...]
    scope: int = 0

    @property
    def dotted(self) -> str:
        """Return the path as it is written."""
        return ".".join(self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unary(Node):
    """``not`` or ``-`` before a part."""

    op: str
    operand: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Logic(Node):
    """Two or more clauses joined by ``and`` or by ``or``; never directly inside its own kind."""

    op: str
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compare(Node):
    """A comparison, or a chain such as ``1 < x <= 5``: ops[i] stands before items[i + 1]."""

    ops: tuple[str, ...]
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Binary(Node):
    """Arithmetic: ``+ - * /``."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Node):
    """A function of the library with its arguments."""

    name: str
    args: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Items(Node):
    """A list written out in brackets."""

    items: tuple[Node, ...]


def children(node: Node) -> tuple[Node, ...]:
    """Return the parts directly inside *node*, in the order of the text."""
    match node:
        case Unary(operand=operand):
            return (operand,)
        case Logic(items=items) | Compare(items=items) | Items(items=items) | Call(args=items):
            return items
        case Binary(left=left, right=right):
            return (left, right)
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """Yield *node* and every part inside it; safe for trees of any depth."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting.extend(reversed(children(current)))


def height(node: Node) -> int:
    """Return the number of levels of *node*, itself included; safe for trees of any depth."""
    highest = 0
    waiting = [(node, 1)]
    while waiting:
        current, level = waiting.pop()
        highest = max(highest, level)
        waiting.extend((child, level + 1) for child in children(current))
    return highest
