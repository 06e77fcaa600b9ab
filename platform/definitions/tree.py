"""Building the tree of one document from a stream of values, within the limits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..core.diagnostics import Diagnostic, Fix
from ..core.span import Span
from .limits import Limits
from .node import Node, Place, Style
from .source import Source


class StopReadingError(Exception):
    """Reading this document ends here; the finding says why."""

    def __init__(self, finding: Diagnostic) -> None:
        super().__init__(finding.code)
        self.finding = finding


@dataclass(slots=True)
class Tally:
    """What one file has used up of its limits, and what was found in it."""

    source: Source
    limits: Limits
    nodes: int = 0
    documents: int = 0
    found: list[Diagnostic] = field(default_factory=list)

    def report(self, code: str, place: Place, fix: str | None = None, **values: str | int) -> None:
        """Add a finding; stop the reading when there are too many to be of use."""
        span = Span(self.source.path, *place)
        mend = None if fix is None else Fix(span=span, text=fix)
        self.found.append(Diagnostic(span=span, code=code, values=values, fix=mend))
        if len(self.found) >= self.limits.findings:
            self.stop("YAML024", place, limit=self.limits.findings)

    def stop(self, code: str, place: Place, **values: str | int) -> None:
        """Raise the end of the reading."""
        span = Span(self.source.path, *place)
        raise StopReadingError(Diagnostic(span=span, code=code, values=values))


@dataclass(slots=True)
class _Frame:
    """A mapping or list that is still open; its key is the one that waits for its value."""

    node: Node
    children: list[Node]
    keys: dict[str, int] | None
    key: str | None = None
    key_place: Place | None = None
    dropped: bool = False


class TreeBuilder:
    """Takes values in source order and gives the tree; never recursive.

    Soft faults (a repeated key, a key that is no text) are reported and read past; the
    limits on depth and on the number of values stop the reading.
    """

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._limits = tally.limits
        self._source = tally.source
        self._stack: list[_Frame] = []
        self.root: Node | None = None

    def scalar(self, value: Any, text: str, style: Style, place: Place) -> None:
        """Take one scalar: a key if the open mapping waits for one, else a value."""
        self._count(place)
        if len(text) > self._limits.scalar:
            self._tally.report("YAML023", _head(place), limit=self._limits.scalar)
        top = self._stack[-1] if self._stack else None
        if top is not None and top.keys is not None and top.key_place is None:
            self._take_key(top, top.keys, value, text, style, place)
            return
        self._add(Node(self._source, "scalar", style, place, value))

    def open(self, kind: str, style: Style, place: Place) -> None:
        """Open a mapping ("map") or a list ("list")."""
        self._count(place)
        if len(self._stack) >= self._limits.depth:
            self._tally.stop("YAML021", _head(place), limit=self._limits.depth)
        is_map = kind == "map"
        node = Node(self._source, "map" if is_map else "list", style, place)
        self._stack.append(_Frame(node, [], {} if is_map else None))

    def close(self, end: tuple[int, int] | None) -> None:
        """Close the innermost mapping or list; block ones end with their last value."""
        frame = self._stack.pop()
        node = frame.node
        if end is None:
            last = frame.children[-1].place if frame.children else node.place
            end = max((last[2], last[3]), (node.place[0], node.place[1]))
        node.place = (node.place[0], node.place[1], *end)
        node.adopt(frame.children)
        top = self._stack[-1] if self._stack else None
        if top is not None and top.keys is not None and top.key_place is None:
            self._tally.report("YAML014", _head(node.place))
            top.key, top.key_place, top.dropped = "", node.place, True
            return
        self._add(node)

    def _count(self, place: Place) -> None:
        self._tally.nodes += 1
        if self._tally.nodes > self._limits.nodes:
            self._tally.stop("YAML022", _head(place), limit=self._limits.nodes)

    def _take_key(
        self, top: _Frame, keys: dict[str, int], value: Any, text: str, style: Style, place: Place
    ) -> None:
        top.key, top.key_place, top.dropped = text, place, False
        if len(text) > self._limits.key:
            self._tally.report("YAML015", _head(place), limit=self._limits.key)
        if style == "plain" and text == "<<":
            self._tally.report("YAML013", place)
            top.dropped = True
        elif not isinstance(value, str):
            self._tally.report("YAML014", place, fix=f'"{text}"' if text else None)
        if not top.dropped and text in keys:
            self._tally.report("YAML002", _head(place), key=short(text), line=keys[text])
            top.dropped = True
        keys.setdefault(text, place[0])

    def _add(self, node: Node) -> None:
        if not self._stack:
            self.root = node
            return
        top = self._stack[-1]
        if top.keys is None:
            node.key = len(top.children)
            top.children.append(node)
            return
        node.key, node.key_place = top.key, top.key_place
        if not top.dropped:
            top.children.append(node)
        top.key = top.key_place = None


def short(text: str, limit: int = 40) -> str:
    """Return *text* cut to *limit* characters, fit to stand in a sentence."""
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _head(place: Place) -> Place:
    """Return the first character of a place that spans several lines, else the place."""
    line, column, end_line, _ = place
    return place if end_line == line else (line, column, line, column + 1)
