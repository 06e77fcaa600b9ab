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


def trace(
    tree: Node, values: Mapping[str, Any], context: Context, labels: Mapping[str, Text] | Labels
) -> Trace:
    """Return the explanation of *tree*; every clause is evaluated, also behind a false one."""
    inner: tuple[Node, ...] = ()
    if isinstance(tree, Logic):
        inner = tree.items
    elif isinstance(tree, Unary) and tree.op == "not" and tree.type == BOOL:
        inner = (tree.operand,)
    return Trace(
        text=print_tree(tree),
        words=Text(to_words(tree, "en", labels), to_words(tree, "zh-CN", labels)),
        result=interpret(tree, values, context),
        values=_values_read(tree, values, context),
        start=tree.start,
        end=tree.end,
        clauses=tuple(trace(node, values, context, labels) for node in inner),
    )


def _values_read(tree: Node, values: Mapping[str, Any], context: Context) -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    for node in walk(tree):
        if isinstance(node, Name) and node.scope == 0:
            current: Any = values
            for key in node.path:
                current = current.get(key) if isinstance(current, Mapping) else None
            found[node.dotted] = current
        elif isinstance(node, Call) and node.name in ("now", "hours_since"):
            found["now()"] = instant_out(now_in(context))
    return found
