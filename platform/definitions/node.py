"""The tree of one document: plain values, each with the place where it is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from ..core.span import Span
from .alignment import align
from .source import Source

Kind = Literal["map", "list", "scalar"]
Style = Literal["plain", "single", "double", "literal", "folded", "flow", "block"]
Place = tuple[int, int, int, int]
Path = tuple[str | int, ...]

_UNSET: Any = object()


class Node:
    """One value of a document. Read-only for everyone but the builder.

    A plain slotted class: a file holds tens of thousands of them, so spans and the plain
    values of mappings and lists are made when they are asked for.
    """

    __slots__ = ("_index", "_value", "children", "key", "key_place", "kind", "parent", "place", "source", "style")  # fmt: skip

    def __init__(
        self,
        source: Source,
        kind: Kind,
        style: Style,
        place: Place,
        value: Any = _UNSET,
    ) -> None:
        self.source = source
        self.kind: Kind = kind
        self.style: Style = style
        self.place = place
        self.parent: Node | None = None
        self.key: str | int | None = None
        self.key_place: Place | None = None
        self.children: tuple[Node, ...] = ()
        self._value = value
        self._index: dict[str, Node] | None = None

    def adopt(self, children: Sequence[Node]) -> None:
        """Take *children* in; only the builder and the expansion of blocks call this."""
        self.children = tuple(children)
        for child in children:
            child.parent = self
        if self.kind == "map":
            self._index = {child.key: child for child in children if isinstance(child.key, str)}

    @property
    def span(self) -> Span:
        """Return where the value is written, with its exact end."""
        return Span(self.source.path, *self.place)

    @property
    def key_span(self) -> Span | None:
        """Return where the key of this value is written, when it stands in a mapping."""
        return Span(self.source.path, *self.key_place) if self.key_place else None

    @property
    def where(self) -> Span:
        """Return the place that stands for this value in a finding: its key, else its first line."""
        if self.key_place:
            return Span(self.source.path, *self.key_place)
        line, column, end_line, end_column = self.place
        if end_line == line:
            return Span(self.source.path, line, column, end_line, end_column)
        return Span(self.source.path, line, column, line, len(self.source.line(line)) + 1)

    @property
    def value(self) -> Any:
        """Return the plain JSON value: dict, list, str, int, float, bool or None."""
        if self._value is _UNSET:
            if self.kind == "map":
                self._value = {child.key: child.value for child in self.children}
            else:
                self._value = [child.value for child in self.children]
        return self._value

    @property
    def raw(self) -> str:
        """Return the source text of the value, quotes and comments included."""
        return self.source.cut(self.span)

    @property
    def words(self) -> str:
        """Return a scalar as the text that stands in the file: ``on``, ``0123``, ``1.50``."""
        return self.value if isinstance(self.value, str) else self.raw

    @property
    def path(self) -> Path:
        """Return the keys and indices that lead here from the root of the document."""
        steps: list[str | int] = []
        node: Node | None = self
        while node is not None and node.parent is not None:
            steps.append(node.key if node.key is not None else 0)
            node = node.parent
        return tuple(reversed(steps))

    def get(self, key: str | int) -> Node | None:
        """Return the value under *key* (a position, in a list), or None."""
        if self._index is not None:
            return self._index.get(key) if isinstance(key, str) else None
        if self.kind == "list" and isinstance(key, int) and 0 <= key < len(self.children):
            return self.children[key]
        return None

    def items(self) -> Iterator[tuple[str, Node]]:
        """Yield the keys and values of a mapping in the order of the file."""
        if self.kind == "map":
            for child in self.children:
                yield str(child.key), child

    def at(self, path: Sequence[str | int]) -> Node | None:
        """Return the value that *path* leads to, or None."""
        node: Node | None = self
        for step in path:
            node = node.get(step) if node is not None else None
        return node

    def span_of(self, path: Sequence[str | int]) -> Span:
        """Return the span of the value at *path*, else that of its closest parent that exists."""
        node = self
        for step in path:
            found = node.get(step)
            if found is None:
                break
            node = found
        return node.span

    def walk(self) -> Iterator[Node]:
        """Yield this node and all below it, parents first, in the order of the file."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.children))

    def quote(self, text: str) -> str:
        """Return *text* as it would be written in place of this scalar, in its own quotes."""
        if self.style == "double":
            return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
        if self.style == "single":
            return "'" + text.replace("'", "''") + "'"
        return text

    def inside(self, offset: int, length: int = 1) -> Span:
        """Return where *length* characters of the text of a scalar stand in the file.

        offset: counted in the text (``words``); at its end or beyond, the place right behind it.
        Exact through quotes, escapes, folding and indentation.
        """
        start = self.source.offset(self.place[0], self.place[1])
        raw, words = self.raw, self.words
        if self.style == "plain" and raw == words:
            return self.source.span(start + offset, start + offset + max(length, 1))
        pairs = align(raw, words, self.style)
        if pairs is None:
            return self.span
        if offset >= len(pairs):
            end = start + (pairs[-1][1] if pairs else 0)
            return self.source.span(end, end)
        last = min(offset + max(length, 1), len(pairs)) - 1
        return self.source.span(start + pairs[offset][0], start + pairs[last][1])
