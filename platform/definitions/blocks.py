"""Shared blocks: ``use: ID`` in a list is replaced by the items of a document of kind ``block``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ..core.diagnostics import Diagnostic, Fix
from ..core.guess import guess
from ..core.span import Span
from .document import Document
from .node import Node, Path
from .reading import tidy
from .tree import short

MOST_NODES = 50_000  # of one document
MOST_ALTOGETHER = 200_000
DEEPEST = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One reference to a block: its id, where the reference stands, and in which document."""

    block: str
    span: Span
    document: tuple[str, str]
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Expansion:
    """Documents with their blocks filled in, every use of a block, and what was wrong.

    The places of what came from a block point into the block's own file.
    """

    documents: tuple[Document, ...]
    uses: tuple[Use, ...]
    found: tuple[Diagnostic, ...]


class _TooLargeError(Exception):
    """The blocks of one document grew beyond the bound."""


def expand(documents: Sequence[Document], blocks: Iterable[Document]) -> Expansion:
    """Return *documents* with every ``use`` replaced; block documents come back as they are.

    blocks: what may be referred to; of two with one id the first counts. A list item
    ``{use: ID}`` becomes the block's ``items``, or its ``item`` with the keys beside ``use``
    put over it. What cannot be replaced is left out and reported.
    """
    known: dict[str, Document] = {}
    for block in blocks:
        if block.kind == "block":
            known.setdefault(block.id, block)
    work = _Expander(known)
    for block in known.values():
        work.check(block)
    done = tuple(
        document if document.kind == "block" else work.expand(document) for document in documents
    )
    return Expansion(documents=done, uses=tuple(work.uses), found=tidy(work.found))


class _Expander:
    """One expansion: the blocks it may use, and what it has found on the way."""

    def __init__(self, blocks: dict[str, Document]) -> None:
        self._blocks = blocks
        self._left = MOST_NODES
        self._left_altogether = MOST_ALTOGETHER
        self._document: Document | None = None
        self._cycles: set[frozenset[str]] = set()
        self.uses: list[Use] = []
        self.found: list[Diagnostic] = []

    def check(self, block: Document) -> None:
        """Report a block without content, and what it uses wrongly even when nobody uses it."""
        bodies = [name for name in ("item", "items") if block.node.get(name) is not None]
        body = block.node.get(bodies[0]) if len(bodies) == 1 else None
        if body is None or body.kind != ("map" if bodies[0] == "item" else "list"):
            self._report("PCK013", (body or block.node).where)
            return
        if not _has_use(body):
            return
        self._document = block
        self._left = MOST_NODES
        try:
            self._built(body, (block.id,))
        except _TooLargeError:
            self._report("PCK014", body.where, limit=MOST_NODES)

    def expand(self, document: Document) -> Document:
        """Return one document with its uses replaced; the same object when it has none."""
        if not _has_use(document.node):
            return document
        self._document = document
        self._left = MOST_NODES
        try:
            return replace(document, node=self._built(document.node, ()))
        except _TooLargeError:
            self._report("PCK014", document.node.where, limit=MOST_NODES)
            return document

    def _built(self, node: Node, chain: tuple[str, ...]) -> Node:
        """Return a copy of *node* with every use below it replaced."""
        self._left -= 1
        self._left_altogether -= 1
        if self._left < 0 or self._left_altogether < 0:
            raise _TooLargeError
        if node.kind == "scalar":
            copy = Node(node.source, "scalar", node.style, node.place, node.value)
            copy.key, copy.key_place = node.key, node.key_place
            return copy
        children: list[Node] = []
        for child in node.children:
            if _is_use(child):
                children += self._resolved(child, chain)
            else:
                children.append(self._built(child, chain))
        return _with(node, children)

    def _resolved(self, node: Node, chain: tuple[str, ...]) -> list[Node]:
        """Return what the list item *node*, a use, stands for."""
        reference = node.get("use")
        if reference is None or self._document is None:
            return []
        name = reference.words
        block = self._blocks.get(name)
        if block is None:
            self._report_unknown(reference, name)
            return []
        if len(chain) == (self._document.kind == "block"):  # written here, not in a block used here
            use = Use(block=name, span=reference.span, document=self._document.key, path=node.path)
            self.uses.append(use)
        if name in chain:
            members = chain[chain.index(name) :]
            if frozenset(members) not in self._cycles:
                self._cycles.add(frozenset(members))
                self._report("PCK011", reference.span, cycle=" → ".join((*members, name)))
            return []
        if len(chain) >= DEEPEST:
            raise _TooLargeError
        items, item = block.node.get("items"), block.node.get("item")
        if items is not None and items.kind == "list":
            for key, child in node.items():
                if key != "use":
                    self._report("PCK012", child.where, word=name, key=short(key))
            return list(self._built(items, (*chain, name)).children)
        if item is not None and item.kind == "map":
            return [self._overridden(self._built(item, (*chain, name)), node, chain)]
        return []

    def _overridden(self, item: Node, node: Node, chain: tuple[str, ...]) -> Node:
        """Return the block's *item* with the keys that stand beside ``use`` put over its own."""
        item.key = item.key_place = None
        over = {key: self._built(child, chain) for key, child in node.items() if key != "use"}
        if not over:
            return item
        children = [over.pop(str(child.key), child) for child in item.children]
        return _with(item, [*children, *over.values()])

    def _report_unknown(self, reference: Node, name: str) -> None:
        values: dict[str, str | int] = {"word": short(name)}
        meant = guess(name, self._blocks)
        fix = None
        if meant is not None:
            values["guess"] = meant
            fix = Fix(span=reference.span, text=reference.quote(meant))
        self.found.append(Diagnostic(span=reference.span, code="PCK010", values=values, fix=fix))

    def _report(self, code: str, span: Span, **values: str | int) -> None:
        self.found.append(Diagnostic(span=span, code=code, values=values))


def _has_use(node: Node) -> bool:
    return any(_is_use(child) for child in node.walk())


def _is_use(node: Node) -> bool:
    """Return whether *node* is a list item that refers to a block."""
    if node.kind != "map" or not isinstance(node.key, int):
        return False
    reference = node.get("use")
    return reference is not None and isinstance(reference.value, str)


def _with(node: Node, children: list[Node]) -> Node:
    """Return a copy of *node* that holds *children*, counted anew in a list."""
    copy = Node(node.source, node.kind, node.style, node.place)
    copy.key, copy.key_place = node.key, node.key_place
    if node.kind == "list":
        for index, child in enumerate(children):
            child.key, child.key_place = index, None
    copy.adopt(children)
    return copy
