"""Moving findings about text of several lines to the line that they are about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..core.diagnostics import Diagnostic
from .document import Document
from .node import Node


def settle(found: Iterable[Diagnostic], documents: Iterable[Document]) -> tuple[Diagnostic, ...]:
    """Return the findings, those that run over the end of their line moved to their real place.

    The parser of expressions counts through a text as if it were one line. For text over
    several lines (block text, folded text) such a place lies behind the end of the first one.
    """
    items = tuple(found)
    if not any(item.span.end_line == item.span.line for item in items):
        return items
    starts: dict[tuple[str, int], list[tuple[int, Node]]] = {}
    for document in documents:
        for node in document.node.walk():
            if node.kind == "scalar" and node.place[2] > node.place[0]:
                first = node.inside(0)
                starts.setdefault((first.path, first.line), []).append((first.column, node))
    return tuple(_settled(item, starts) for item in items)


def _settled(item: Diagnostic, starts: dict[tuple[str, int], list[tuple[int, Node]]]) -> Diagnostic:
    span = item.span
    nodes = starts.get((span.path, span.line), ())
    if span.end_line != span.line or not nodes:
        return item
    around = [(column, node) for column, node in nodes if column <= span.column]
    if not around:
        return item
    column, node = max(around, key=lambda pair: pair[0])
    if span.end_column <= len(node.source.line(span.line)) + 1:
        return item
    place = node.inside(span.column - column, span.end_column - span.column)
    return replace(item, span=place, fix=None)
