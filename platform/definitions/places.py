"""Where the values of a document stand in its text, with the lines and comments that belong to them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..core.span import Span
from .node import Node, Path
from .operations import OperationError
from .source import BREAK
from .writing import Style

_GAP = re.compile(r"(?:[ \t\r\n]+|#[^\r\n]*)*")
COMMENT = re.compile(r"[ \t]*#")


class CannotSpliceError(ValueError):
    """The text cannot be changed so without touching more than was asked for; *span* is the spot."""

    def __init__(self, span: Span, reason: str) -> None:
        super().__init__(f"{span}: {reason}")
        self.span, self.reason = span, reason


class Places:
    """Finds the text of each value of one document."""

    def __init__(self, root: Node) -> None:
        self._root = root
        self._source = root.source
        self._text = root.source.text
        found = BREAK.search(self._text)
        self._style = Style(
            step=self._measured("map", 2),
            dash=self._measured("list", 2),
            newline=found.group() if found else "\n",
            strict=root.style == "flow",
        )

    def _at(self, path: Path) -> Node:
        node = self._root.at(path)
        if node is None:
            raise OperationError("nothing stands there")
        return node

    def _start(self, node: Node) -> int:
        return self._source.offset(node.place[0], node.place[1])

    def _end(self, node: Node) -> int:
        return self._source.offset(node.place[2], node.place[3])

    def _refuse(self, node: Node, reason: str) -> CannotSpliceError:
        return CannotSpliceError(node.where, reason)

    def _head(self, node: Node) -> int:
        """Return where the entry of *node* begins: at its key, its dash, or itself in brackets."""
        if node.key_place is not None:
            return self._source.offset(node.key_place[0], node.key_place[1])
        parent = node.parent
        if parent is None or parent.style == "flow":
            return self._start(node)
        place = parent.children.index(node)
        if place == 0:
            dash = self._start(parent)
        else:
            dash = self._skip(self._end(parent.children[place - 1]))
        if self._text[dash : dash + 1] != "-":
            raise self._refuse(node, "its dash was not found")
        return dash

    def _skip(self, offset: int) -> int:
        """Return the first offset from *offset* on that is neither blank nor comment."""
        found = _GAP.match(self._text, offset)
        return found.end() if found else offset

    def _line_start(self, offset: int) -> int:
        return self._source.offset(self._source.place(offset)[0], 1)

    def _line_end(self, offset: int) -> int:
        """Return where the line of *offset* ends, its line break included."""
        found = BREAK.search(self._text, offset)
        return found.end() if found else len(self._text)

    def _begins_line(self, head: int) -> bool:
        return not self._text[self._line_start(head) : head].strip(" ")

    def _lead(self, node: Node) -> int:
        """Return where the lines of a block entry begin, comments directly above it included."""
        head = self._head(node)
        start = self._line_start(head)
        indent = head - start
        floor = self._floor(node)
        while start > floor:
            above = self._line_start(start - 1)
            line = self._text[above:start]
            blanks = len(line) - len(line.lstrip(" "))
            if above < floor or not COMMENT.match(line) or blanks != indent:
                break
            start = above
        return start

    def _floor(self, node: Node) -> int:
        """Return the offset above which nothing belongs to the entry of *node*."""
        parent = node.parent
        if parent is None:
            return 0
        place = parent.children.index(node)
        if place > 0:
            return self._line_end(self._end(parent.children[place - 1]))
        if parent.key_place is not None:
            return self._line_end(self._source.offset(parent.key_place[2], parent.key_place[3]))
        return self._line_start(self._start(self._root)) if parent.parent else 0

    def _tail(self, node: Node) -> int:
        """Return where the lines of a block entry end; only a comment may follow on its last one."""
        end = self._end(node)
        line_end = self._line_end(end)
        rest = self._text[end:line_end].strip()
        if rest and not rest.startswith("#"):
            raise self._refuse(node, "something else stands behind it on its line")
        return line_end

    def _measured(self, kind: str, usual: int) -> int:
        """Return by how much the first nested block value of *kind* is indented under its key."""
        for node in self._root.walk():
            parent = node.parent
            if (
                node.kind == kind
                and node.style == "block"
                and parent is not None
                and node.key_place
                and node.place[0] > node.key_place[0]
            ):
                return max(0, node.place[1] - node.key_place[1])
        return usual

    def _styled(self, node: Node) -> Style:
        """Return the style for a value among the children of *node*."""
        braces = (
            node.kind == "list"
            and bool(node.children)
            and all(one.style == "flow" for one in node.children)
        )
        return Style(
            step=self._style.step or 2,
            dash=self._style.dash,
            newline=self._style.newline,
            strict=self._style.strict,
            flow=braces,
        )

    def _joined(self, lines: Sequence[str], column: int) -> str:
        """Return *lines* as text whose first line stands at *column* already."""
        blanks = " " * column
        return self._style.newline.join(
            line if number == 0 or not line else blanks + line for number, line in enumerate(lines)
        )
