"""Why a condition holds or not: every clause with its result and the values that it read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..core.text import Text
from .context import Context
from .moments import instant_out, now_in
from .printing import print_tree
from .reference import interpret
from .tree import Call, Logic, Name, Node, Unary, walk
from .types import BOOL
from .words import Labels, to_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One clause of an explanation.

    text: the clause as it is written. words: the same for people. result: its value, None
    when missing. values: what it read, by dotted path; clauses: the clauses inside.
    """

    text: str
    words: Text
    result: Any
    values: Mapping[str, Any]
    start: int
    end: int
    clauses: tuple[Trace, ...] = ()

    def failing(self) -> tuple[Trace, ...]:
        """Return the innermost clauses that keep the whole from being true."""
        if self.result is True or not self.clauses:
            return () if self.result is True else (self,)
        found = tuple(leaf for clause in self.clauses for leaf in clause.failing())
        return found or (self,)


@dataclass(frozen=True, slots=True, kw_only=True)
class TracePlan:
    """What all explanations of one clause have in common, found out once.

    names: the dotted paths that it reads, beside their keys, in the order of the text; the path
    ``now()`` has no keys.
    """

    tree: Node
    text: str
    words: Text
    names: tuple[tuple[str, tuple[str, ...]], ...]
    clauses: tuple[TracePlan, ...]

    def follow(self, values: Mapping[str, Any], context: Context) -> Trace:
        """Return the explanation; every clause is evaluated, also behind a false one."""
        return Trace(
            text=self.text,
            words=self.words,
            result=interpret(self.tree, values, context),
            values={
                name: _inside(values, path) if path else instant_out(now_in(context))
                for name, path in self.names
            },
            start=self.tree.start,
            end=self.tree.end,
            clauses=tuple(one.follow(values, context) for one in self.clauses),
        )


def plan_trace(tree: Node, labels: Mapping[str, Text] | Labels) -> TracePlan:
    """Return how *tree* is explained, with the titles that *labels* give."""
    inner: tuple[Node, ...] = ()
    if isinstance(tree, Logic):
        inner = tree.items
    elif isinstance(tree, Unary) and tree.op == "not" and tree.type == BOOL:
        inner = (tree.operand,)
    return TracePlan(
        tree=tree,
        text=print_tree(tree),
        words=Text(to_words(tree, "en", labels), to_words(tree, "zh-CN", labels)),
        names=tuple(_names_read(tree).items()),
        clauses=tuple(plan_trace(node, labels) for node in inner),
    )


def _names_read(tree: Node) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for node in walk(tree):
        if isinstance(node, Name) and node.scope == 0:
            found[node.dotted] = tuple(node.path)
        elif isinstance(node, Call) and node.name in ("now", "hours_since"):
            found["now()"] = ()
    return found


def _inside(values: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    current: Any = values
    for key in path:
        current = current.get(key) if isinstance(current, Mapping) else None
    return current
