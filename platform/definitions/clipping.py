"""Entries of a mapping as they are written, comments included, cut out of one text to be put into another."""

from __future__ import annotations

from .node import Node
from .places import COMMENT, CannotSpliceError, Places


def clipped(node: Node) -> tuple[str, ...]:
    """Return the lines of the entry of *node*, from the margin on; nothing for one inside of braces."""
    if node.key_place is None or node.parent is None or node.parent.style == "flow":
        return ()
    root = node
    while root.parent is not None:
        root = root.parent
    return _Cutter(root).lines(node)


class _Cutter(Places):
    """Finds the lines that belong to an entry."""

    def lines(self, node: Node) -> tuple[str, ...]:
        try:
            start, end = self._lead(node), self._tail(node)
        except CannotSpliceError:
            return ()
        margin = self._head(node) - self._line_start(self._head(node))
        end = self._behind(end, margin)
        return tuple(_out(line, margin) for line in self._text[start:end].splitlines())

    def _behind(self, end: int, margin: int) -> int:
        """Return where the comments end that stand behind the last value, further in than the key."""
        while end < len(self._text):
            after = self._line_end(end)
            line = self._text[end:after]
            if not COMMENT.match(line) or len(line) - len(line.lstrip(" ")) <= margin:
                break
            end = after
        return end


def _out(line: str, margin: int) -> str:
    """Return *line* without its margin; a line that stands further out keeps what it has."""
    return line[min(margin, len(line) - len(line.lstrip(" "))) :].rstrip("\r")
