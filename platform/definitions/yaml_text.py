"""YAML to trees: a stream of events from PyYAML, read within limits and never recursive."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from .node import Node, Place, Style
from .scalars import plain_value
from .source import BREAK, Source
from .tree import Tally, TreeBuilder, short
from .yaml_faults import explain

_PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C one is about ten times faster
_STYLES: dict[str | None, Style] = {
    "": "plain",
    None: "plain",
    "'": "single",
    '"': "double",
    "|": "literal",
    ">": "folded",
}
_HALF = re.compile("[\ud800-\udfff]")
_NOTHING = re.compile(r"(?:---)?(?:\s++|#[^\r\n]*+)*+")


def read_yaml(text: str, tally: Tally, roots: list[Node], parser: Any = _PARSER) -> None:
    """Add the root of every document of *text* to *roots*; what is wrong goes to the tally.

    A document that cannot be read does not hide those behind the next ``---``. *text* has
    no byte order mark and no character that YAML forbids.
    """
    for chunk, line in _chunks(text, tally.source):
        if _NOTHING.fullmatch(chunk):
            continue
        if tally.documents >= tally.limits.documents:
            tally.stop("YAML025", (line, 1, line, 4), limit=tally.limits.documents)
        tally.documents += 1
        _Reading(chunk, line - 1, tally, parser).into(roots)


def _chunks(text: str, source: Source) -> Iterator[tuple[str, int]]:
    """Yield the text of each document with its first line.

    ``---`` at the start of a line always starts a document, whatever stands around it:
    YAML forbids it inside of quotes and of block text.
    """
    skipped = len(source.text) - len(text)
    begin, line = 0, 1
    for number, start in enumerate(source.starts, 1):
        at = start - skipped
        if at > begin and text.startswith("---", at) and text[at + 3 : at + 4].strip() == "":
            yield text[begin:at], line
            begin, line = at, number
    yield text[begin:], line


class _Reading:
    """One document being read."""

    def __init__(self, chunk: str, lines_before: int, tally: Tally, parser: Any) -> None:
        self._chunk = chunk
        self._before = lines_before
        self._tally = tally
        self._parser = parser
        self._builder = TreeBuilder(tally)
        self._flows: list[bool] = []

    def into(self, roots: list[Node]) -> None:
        """Add the document's root to *roots*; a syntax error ends the document."""
        last: Any = None
        try:
            for event in yaml.parse(self._chunk, Loader=self._parser):
                last = event
                self._take(event)
                if self._builder.root is not None:
                    roots.append(self._builder.root)
                    self._builder = TreeBuilder(self._tally)
        except yaml.MarkedYAMLError as error:
            code, place, values = explain(error, BREAK.split(self._chunk))
            self._tally.report(code, self._moved(place), None, **values)
        except (yaml.YAMLError, ValueError, OverflowError, RecursionError):
            # The pure Python parser lets a few of these through, for instance for "\UFFFFFFFF".
            mark = last.end_mark if last is not None else None
            place = (mark.line + 1, mark.column + 1, 0, 0) if mark else (1, 1, 0, 0)
            self._tally.report("YAML001", self._moved(place))

    def _take(self, event: Any) -> None:
        kind = type(event)
        if kind is yaml.ScalarEvent:
            self._take_scalar(event)
        elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            self._refuse_extras(event)
            name = "map" if kind is yaml.MappingStartEvent else "list"
            self._builder.open(name, "flow" if event.flow_style else "block", self._place(event))
            self._flows.append(bool(event.flow_style))
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            end = event.end_mark
            flow = self._flows.pop()
            self._builder.close((end.line + 1 + self._before, end.column + 1) if flow else None)
        elif kind is yaml.AliasEvent:
            place = self._place(event)
            self._tally.report("YAML011", place, name=short(event.anchor))
            self._builder.scalar("", "", "double", place)
        elif kind is yaml.DocumentStartEvent and (event.version or event.tags):
            self._tally.report("YAML016", self._place(event))

    def _take_scalar(self, event: Any) -> None:
        style = _STYLES[event.style]
        text = event.value
        place = self._place(event)
        if event.tag is not None or event.anchor is not None:
            self._refuse_extras(event)
        if style == "plain":
            self._builder.scalar(plain_value(text), text, style, place)
            return
        if style == "double" and _HALF.search(text):  # only the pure Python parser lets it through
            self._tally.report("YAML034", place)
            text = _HALF.sub("\ufffd", text)
        elif style in ("literal", "folded"):
            place = self._trimmed(event, place)
        self._builder.scalar(text, text, style, place)

    def _refuse_extras(self, event: Any) -> None:
        """Report a tag and an anchor; the value is then read as if they were not there."""
        mark = event.start_mark
        place = (mark.line + 1 + self._before, mark.column + 1)
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self._tally.report("YAML010", (*place, place[0], place[1] + 1), tag=short(tag))
        if event.anchor is not None:
            end = place[1] + len(event.anchor) + 1
            self._tally.report("YAML012", (*place, place[0], end), name=short(event.anchor))

    def _place(self, event: Any) -> Place:
        start, end, before = event.start_mark, event.end_mark, self._before + 1
        return (start.line + before, start.column + 1, end.line + before, end.column + 1)

    def _trimmed(self, event: Any, place: Place) -> Place:
        """Return the place of block text without the blank lines and comments behind it."""
        first = event.start_mark.index
        body = self._chunk[first : event.end_mark.index].rstrip()
        lines = BREAK.split(body)
        column = len(lines[-1]) + (place[1] if len(lines) == 1 else 1)
        return (place[0], place[1], place[0] + len(lines) - 1, column)

    def _moved(self, place: Place) -> Place:
        """Return a place of this document as one of the file, on a character that exists."""
        line, column, end_line, end_column = place
        lines = BREAK.split(self._chunk.rstrip())
        if line > len(lines):
            line, column, end_line = len(lines), max(len(lines[-1]), 1), 0
        if not end_line:
            end_line, end_column = line, column + 1
        return (line + self._before, column, end_line + self._before, end_column)
