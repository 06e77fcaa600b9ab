"""Small documents for the tests of this folder."""

from __future__ import annotations

import os
from collections.abc import Iterable

from hypothesis import HealthCheck, settings

from sopwith.core.diagnostics import Diagnostic
from sopwith.definitions import Document, Node, read_nodes, read_text
from sopwith.definitions.source import Source

FULL = os.environ.get("SOPWITH_FULL") == "1"
MORE = settings(
    max_examples=3_000 if FULL else 80,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


def codes(found: tuple[Diagnostic, ...] | list[Diagnostic]) -> list[str]:
    return [item.code for item in found]


def root(text: str, path: str = "a.yaml") -> Node:
    """Return the one tree of *text*, which has no faults."""
    roots, found = read_nodes(text, path)
    assert [item.render("en") for item in found] == []
    assert len(roots) == 1
    return roots[0]


def document(text: str, path: str = "a.yaml") -> Document:
    """Return the one document of *text*, which has no faults."""
    documents, found = read_text(text, path)
    assert [item.render("en") for item in found] == []
    assert len(documents) == 1
    return documents[0]


def assert_inside(found: Iterable[Diagnostic], text: str) -> None:
    """Demand that every finding lies on a character of the text, or right behind the last."""
    source = Source("", text)
    for item in found:
        assert_one_inside(item, source)


def assert_one_inside(item: Diagnostic, source: Source) -> None:
    span = item.span
    assert 1 <= span.line <= len(source.starts), (item, source.text[:200])
    assert 1 <= span.column <= len(source.line(span.line)) + 1, (item, source.text[:200])
    if span.end_line:
        assert (span.end_line, span.end_column) >= (span.line, span.column), item
        assert span.end_line <= len(source.starts), item
    assert item.render("en")
    assert item.render("zh-CN")
