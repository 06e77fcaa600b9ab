"""Operations as cuts into the text: what no operation names stays as it is, to the byte.

Each operation is planned from the places of the values, carried out on the text, and the new text
is read again: unless it says exactly what the operation means, nothing is changed and
CannotSpliceError names the spot.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..core.span import Span
from .node import Node
from .operations import (
    Insert,
    Move,
    Operation,
    OperationError,
    Plain,
    Put,
    Remove,
    Rename,
    apply_to_value,
    grounded,
)
from .places import COMMENT, CannotSpliceError, Places
from .reading import read_nodes
from .writing import (
    UnwritableError,
    entry,
    inline,
    item,
    quoted,
    scalar,
    stands_inline,
)


@dataclass(frozen=True, slots=True, order=True)
class Cut:
    """The characters from *start* up to *end* become *text*; offsets count from the file's start."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Spliced:
    """A changed text. cuts: made in the old text, in order. inverse: the cuts that bring it back."""

    text: str
    cuts: tuple[Cut, ...]
    inverse: tuple[Cut, ...]


def carry_out(text: str, cuts: Sequence[Cut]) -> Spliced:
    """Return *text* with all *cuts* made; raises ValueError where they overlap or lie outside."""
    pieces: list[str] = []
    inverse: list[Cut] = []
    done = shift = 0
    ordered = sorted(cuts)
    for cut in ordered:
        if cut.start < done or cut.end < cut.start or cut.end > len(text):
            raise ValueError(f"the cut at {cut.start} overlaps another or lies outside")
        pieces += (text[done : cut.start], cut.text)
        start = cut.start + shift
        inverse.append(Cut(start, start + len(cut.text), text[cut.start : cut.end]))
        shift += len(cut.text) - (cut.end - cut.start)
        done = cut.end
    changed = "".join((*pieces, text[done:]))
    return Spliced(text=changed, cuts=tuple(ordered), inverse=tuple(inverse))


def operate(text: str, path: str, operation: Operation, document: int = 0) -> Spliced:
    """Return *text* with *operation* done to its document number *document*.

    path: the file's name, which tells JSON from YAML. Raises OperationError for an operation that
    does not fit the values, CannotSpliceError where the text cannot take it without more being touched.
    """
    roots, _ = read_nodes(text, path)
    if not 0 <= document < len(roots):
        raise OperationError(f"there is no document {document} in {path}")
    root = roots[document]
    plain = grounded(root.value, operation)
    wanted = root.value if plain is None else apply_to_value(root.value, plain)
    if plain is None or _same(wanted, root.value):
        return Spliced(text=text, cuts=(), inverse=())
    try:
        done = carry_out(text, Planner(root).plan(plain))
    except UnwritableError as error:
        raise OperationError(f"the value {error} cannot be written") from error
    except ValueError as error:
        if isinstance(error, OperationError | CannotSpliceError):
            raise
        raise CannotSpliceError(_spot(root, operation), str(error)) from error
    again, _ = read_nodes(done.text, path)
    expected = [wanted if place == document else one.value for place, one in enumerate(roots)]
    if not _same([one.value for one in again], expected):
        raise CannotSpliceError(_spot(root, operation), "the text around it leaves no safe place")
    return done


def _same(one: Any, other: Any) -> bool:
    """Return whether two values are the same, with the order of their keys."""
    return json.dumps(one) == json.dumps(other)


def _spot(root: Node, operation: Operation) -> Span:
    return root.span_of(operation.path)


class Planner(Places):
    """Plans the cuts of one operation on one document."""

    def plan(self, operation: Plain) -> list[Cut]:
        """Return the cuts that carry *operation* out."""
        match operation:
            case Put():
                return self._put(operation)
            case Insert():
                return self._insert(
                    self._at(operation.path), operation.index, None, operation.value
                )
            case Remove():
                return self._remove(self._at(operation.path))
            case Move():
                return self._move(operation)
            case Rename():
                return self._rename(self._at(operation.path), operation.key)

    # --- one value in place of another -----------------------------------------------------------

    def _put(self, operation: Put) -> list[Cut]:
        parent = self._at(operation.path[:-1])
        key = operation.path[-1]
        node = parent.get(key)
        if node is not None:
            return self._replace(node, operation.value)
        keys = [one.key for one in parent.children]
        index = len(keys) if operation.after is None else keys.index(operation.after) + 1
        return self._insert(parent, index, str(key), operation.value)

    def _replace(self, node: Node, value: Any) -> list[Cut]:
        start, end = self._start(node), self._end(node)
        in_braces = node.parent is None or node.parent.style == "flow"
        flat = not isinstance(value, dict | list | tuple)
        long = isinstance(value, str) and "\n" in value
        if node.kind == "scalar" and flat and (in_braces or not long):
            return [self._reworded(node, value, in_braces)]
        if in_braces or (node.style == "flow" and stands_inline(value, node.place[1])):
            blank = " " if start == end else ""
            return [Cut(start, end, blank + inline(value, strict=self._style.strict))]
        if node.key_place is None:
            return [self._item_anew(node, value)]
        return self._entry_anew(node, value)

    def _reworded(self, node: Node, value: Any, in_braces: bool) -> Cut:
        """Return the cut that gives a scalar other words, in the quotes that it had."""
        start, end = self._start(node), self._end(node)
        words = scalar(value, flow=in_braces, strict=self._style.strict)
        if node.style == "single" and words == value:
            words = node.quote(value)
        elif node.style == "double" and isinstance(value, str):
            words = quoted(value)
        return Cut(start, end, (" " if start == end else "") + words)

    def _item_anew(self, node: Node, value: Any) -> Cut:
        """Return the cut that gives a list's item another content behind its dash."""
        start, end = self._start(node), self._end(node)
        dash = self._head(node)
        if self._text[dash + 1 : start].strip(" "):
            raise self._refuse(node, "its content does not follow its dash")
        column = dash - self._line_start(dash)
        assert node.parent is not None
        return Cut(dash, end, self._joined(item(value, self._styled(node.parent)), column))

    def _entry_anew(self, node: Node, value: Any) -> list[Cut]:
        """Return the cuts that give a key of a block mapping a value of another shape."""
        assert node.key_place is not None
        assert node.parent is not None
        head = self._head(node)
        colon = self._text.find(":", self._source.offset(node.key_place[2], node.key_place[3]))
        column = node.key_place[1] - 1
        end = self._end(node)
        gap = self._text[colon + 1 : self._start(node)]
        if "#" in gap:
            raise self._refuse(node, "a comment stands between the key and its value")
        lines = entry(str(node.key), value, self._styled(node.parent))
        words = self._joined(lines, column)
        fresh = words[words.index(":", len(scalar(str(node.key)))) + 1 :]
        if head > colon:
            raise self._refuse(node, "its colon was not found")
        return [Cut(colon + 1, end, fresh)]

    # --- new entries -----------------------------------------------------------------------------

    def _insert(self, parent: Node, index: int, key: str | None, value: Any) -> list[Cut]:
        if parent.kind == "scalar" or not parent.children:
            grown = [value] if key is None else {key: value}
            if parent.parent is None and parent.style != "flow":
                raise self._refuse(parent, "the document is empty")
            return (
                self._replace(parent, grown)
                if parent.parent
                else [Cut(self._start(parent), self._end(parent), inline(grown, strict=True))]
            )
        if parent.style == "flow":
            words = inline(value, strict=self._style.strict)
            name = "" if key is None else f"{scalar(key, flow=True, strict=self._style.strict)}: "
            return [self._flow_insert(parent, index, name + words)]
        style = self._styled(parent)
        lines = item(value, style) if key is None else entry(key, value, style)
        return [self._block_insert(parent, index, lines)]

    def _flow_insert(self, parent: Node, index: int, words: str) -> Cut:
        children = parent.children
        if index < len(children):
            before = self._head(children[index])
            return Cut(before, before, words + self._between(parent, before))
        after = self._end(children[-1])
        return Cut(
            after, after, self._between(parent, self._head(children[-1]), comma_first=True) + words
        )

    def _between(self, parent: Node, head: int, *, comma_first: bool = False) -> str:
        """Return what parts two entries in braces: a comma, and a line break where each has a line."""
        start = self._line_start(head)
        own_line = not self._text[start:head].strip() and start > self._start(parent)
        return "," + (self._style.newline + self._text[start:head] if own_line else " ")

    def _block_insert(self, parent: Node, index: int, lines: Sequence[str]) -> Cut:
        children = parent.children
        first = self._head(children[0])
        column = first - self._line_start(first)
        words = self._joined(lines, column)
        if index == 0 and not self._begins_line(first):
            return Cut(first, first, words + self._style.newline + " " * column)
        if index == 0:
            lead = self._lead(children[0])
            return Cut(lead, lead, " " * column + words + self._style.newline)
        at = self._tail(children[index - 1])
        if at == len(self._text) and not self._text.endswith(("\n", "\r")):
            return Cut(at, at, self._style.newline + " " * column + words)
        return Cut(at, at, " " * column + words + self._style.newline)

    # --- taking away and moving ------------------------------------------------------------------

    def _remove(self, node: Node) -> list[Cut]:
        parent = node.parent
        if parent is None:
            raise OperationError("the whole document cannot be taken away by one operation")
        if parent.style == "flow":
            return [self._flow_removal(node)]
        if len(parent.children) == 1:
            return self._emptied(parent)
        start, end = self._region(node)
        return [Cut(start, end, "")]

    def _region(self, node: Node) -> tuple[int, int]:
        """Return from where to where the text of a block entry reaches, one of several."""
        head = self._head(node)
        assert node.parent is not None
        children = node.parent.children
        if self._begins_line(head):
            return self._lead(node), self._tail(node)
        place = children.index(node)
        following = self._head(children[place + 1]) if place + 1 < len(children) else -1
        if following < 0 or COMMENT.search(self._text[self._end(node) : following]):
            raise self._refuse(node, "a comment stands behind it that would be lost")
        return head, following

    def _emptied(self, parent: Node) -> list[Cut]:
        """Return the cuts that leave nothing in a block list or mapping."""
        nothing = "[]" if parent.kind == "list" else "{}"
        end = self._end(parent)
        if parent.key_place is None:
            if parent.parent is None:
                raise self._refuse(parent, "the document would be empty")
            return [Cut(self._start(parent), end, nothing)]
        colon = self._text.find(":", self._source.offset(parent.key_place[2], parent.key_place[3]))
        line_end = self._line_end(colon)
        if self._start(parent) < line_end:
            return [Cut(self._start(parent), end, nothing)]
        last = self._tail(parent)
        cuts = [Cut(colon + 1, colon + 1, " " + nothing), Cut(line_end, last, "")]
        if last == len(self._text) and not self._text.endswith(("\n", "\r")):
            brk = line_end - len(self._style.newline)
            cuts[1] = Cut(brk, last, "")
        return cuts

    def _flow_removal(self, node: Node) -> Cut:
        assert node.parent is not None
        children = node.parent.children
        place = children.index(node)
        start, end = self._head(node), self._end(node)
        if place + 1 < len(children):
            end = self._head(children[place + 1])
        elif place > 0:
            start = self._end(children[place - 1])
        if "#" in self._gaps(start, end, node):
            raise self._refuse(node, "a comment beside it would be lost")
        return Cut(start, end, "")

    def _gaps(self, start: int, end: int, node: Node) -> str:
        """Return what stands between *start* and *end* outside of the entry itself."""
        return self._text[start : max(start, self._head(node))] + self._text[self._end(node) : end]

    def _move(self, operation: Move) -> list[Cut]:
        node, target = self._at(operation.path), self._at(operation.to)
        parent = node.parent
        if parent is None:
            raise OperationError("the whole document cannot be moved")
        children = target.children
        if target is parent and children.index(node) in (operation.index, operation.index - 1):
            return []
        if len(parent.children) == 1 or not children or "flow" in (parent.style, target.style):
            return self._moved_anew(node, target, operation.index)
        if not self._begins_line(self._head(node)) or not self._begins_line(
            self._head(children[0])
        ):
            return self._moved_anew(node, target, operation.index)
        start, end = self._lead(node), self._tail(node)
        here = self._head(node) - self._line_start(self._head(node))
        there = self._head(children[0]) - self._line_start(self._head(children[0]))
        words = self._shifted(self._text[start:end], there - here)
        if not words.endswith(("\n", "\r")):
            words += self._style.newline
        at = (
            self._lead(children[operation.index])
            if operation.index < len(children)
            else self._tail(children[-1])
        )
        if at == len(self._text) and not self._text.endswith(("\n", "\r")):
            words = self._style.newline + words.rstrip("\r\n")
        return [Cut(start, end, ""), Cut(at, at, words)]

    def _moved_anew(self, node: Node, target: Node, index: int) -> list[Cut]:
        """Return the cuts that write a value again where its text cannot go as it is."""
        if self._has_comments(node):
            raise self._refuse(node, "it holds comments that would be lost on the way")
        key = str(node.key) if node.key_place is not None else None
        return [*self._remove(node), *self._insert(target, index, key, node.value)]

    def _has_comments(self, node: Node) -> bool:
        """Return whether a comment goes with the entry: above it, inside, or behind it on its line."""
        start, end = self._head(node), self._end(node)
        if node.parent is not None and node.parent.style != "flow" and self._begins_line(start):
            start, end = self._lead(node), self._tail(node)
        covered = [
            (self._start(one), self._end(one)) for one in node.walk() if one.kind == "scalar"
        ]
        return any(
            not any(first <= found.start() < last for first, last in covered)
            for found in re.compile(r"(?<![^\s])#").finditer(self._text, start, end)
        )

    def _shifted(self, text: str, by: int) -> str:
        """Return whole lines of *text* with *by* more blanks before each, or fewer."""
        if by == 0:
            return text
        lines = re.split("(?<=\n)|(?<=\r)(?!\n)", text)
        moved = []
        for line in lines:
            if not line.strip():
                moved.append(line)
            elif by > 0:
                moved.append(" " * by + line)
            else:
                blanks = len(line) - len(line.lstrip(" "))
                moved.append(line[min(-by, blanks) :])
        return "".join(moved)

    def _rename(self, node: Node, key: str) -> list[Cut]:
        if node.key_place is None:
            raise OperationError("an item of a list has no name")
        start = self._source.offset(node.key_place[0], node.key_place[1])
        end = self._source.offset(node.key_place[2], node.key_place[3])
        flow = node.parent is not None and node.parent.style == "flow"
        return [Cut(start, end, scalar(key, flow=flow, strict=self._style.strict))]
