"""Packs: a folder of definitions with sample data, scenarios and a README in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ..core.diagnostics import Diagnostic
from ..core.span import Span
from ..core.text import Text
from .blocks import Expansion, expand
from .document import Document
from .node import Node
from .reader import Reader
from .reading import read_nodes, read_text, tidy

DEFINITION_ENDINGS = (".yaml", ".yml", ".json")
READMES = {"en": "README.md", "zh-CN": "README.zh-CN.md"}
_VERSION = re.compile(r"(?:0|[1-9][0-9]{0,5})(?:\.(?:0|[1-9][0-9]{0,5})){2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """What one folder holds.

    documents: everything but scenarios and the pack's own document, as written. requires:
    ids of packs whose blocks and definitions this one refers to. sample: the data of the
    demo. readmes: by language; a missing one is not in it.
    """

    id: str
    version: str
    title: Text = Text()
    description: Text = Text()
    requires: tuple[str, ...] = ()
    documents: tuple[Document, ...] = ()
    scenarios: tuple[Document, ...] = ()
    sample: Node | None = None
    readmes: Mapping[str, str] = field(default_factory=dict)
    node: Node | None = None

    @property
    def blocks(self) -> tuple[Document, ...]:
        """Return the shared blocks of this pack."""
        return tuple(item for item in self.documents if item.kind == "block")


def load_pack(files: Mapping[str, bytes], root: str) -> tuple[Pack, tuple[Diagnostic, ...]]:
    """Return the pack in *files*, and all findings.

    files: content by path inside the folder, with ``/``. root: the folder, as findings name
    it. Blocks are not filled in yet: see ``expand_pack``.
    """
    found: list[Diagnostic] = []
    head = _head(files, root, found)
    sample = None if head is None else _sample(head, files, root, found)
    documents: list[Document] = []
    for name in sorted(files):
        if name.lower().endswith(DEFINITION_ENDINGS) and name != sample:
            read, faults = read_text(files[name], inside(root, name))
            documents += read
            found += faults
    found += duplicates(documents)
    for extra in documents:
        if extra.kind == "pack" and head is not None and extra.path != head.path:
            found.append(Diagnostic(span=extra.node.where, code="PCK006"))
    pack = _pack(head, documents, found)
    readmes = _readmes(files, root, found)
    content = _sample_node(sample, files, root, found)
    return (
        Pack(
            id=pack.id,
            version=pack.version,
            title=pack.title,
            description=pack.description,
            requires=pack.requires,
            documents=tuple(item for item in documents if item.kind not in ("pack", "scenario")),
            scenarios=tuple(item for item in documents if item.kind == "scenario"),
            sample=content,
            readmes=readmes,
            node=None if head is None else head.node,
        ),
        tidy(found),
    )


def expand_pack(pack: Pack, available: Mapping[str, Pack]) -> Expansion:
    """Return the pack's documents with the blocks of it and of the packs it requires filled in.

    available: other packs by id. A required pack that is not among them is a finding.
    """
    found: list[Diagnostic] = []
    for node in _required_nodes(pack):
        if node.words not in available:
            Reader(node, found).unknown(
                "PCK003", node, [name for name in available if name != pack.id]
            )
    blocks = [*pack.blocks]
    for other in required_packs(pack, available):
        blocks += other.blocks
    done = expand(pack.documents, blocks)
    return Expansion(documents=done.documents, uses=done.uses, found=tidy((*found, *done.found)))


def required_packs(pack: Pack, available: Mapping[str, Pack]) -> tuple[Pack, ...]:
    """Return the packs that *pack* requires, and those that these require, each once."""
    order: dict[str, Pack] = {}
    waiting = list(pack.requires)
    while waiting:
        name = waiting.pop(0)
        other = available.get(name)
        if other is not None and name != pack.id and name not in order:
            order[name] = other
            waiting += other.requires
    return tuple(order.values())


def duplicates(documents: Iterable[Document]) -> list[Diagnostic]:
    """Return a finding for every document whose kind and id an earlier one has already."""
    first: dict[tuple[str, str], Document] = {}
    found: list[Diagnostic] = []
    for document in documents:
        if not document.kind or not document.id:
            continue
        earlier = first.setdefault(document.key, document)
        if earlier is not document:
            span = document.node.span_of(("id",))
            values = {
                "kind": document.kind,
                "id": document.id,
                "first": str(earlier.node.span_of(("id",))),
            }
            found.append(Diagnostic(span=span, code="DEF017", values=values))
    return found


def inside(root: str, name: str) -> str:
    """Return the path of file *name* of the folder *root*, as findings show it."""
    return f"{root.rstrip('/')}/{name}" if root else name


def _head(files: Mapping[str, bytes], root: str, found: list[Diagnostic]) -> Document | None:
    """Return the document of kind pack in pack.yaml, the one file a pack must have."""
    for name in ("pack.yaml", "pack.yml", "pack.json"):
        if name in files:
            documents, _ = read_text(files[name], inside(root, name))
            for document in documents:
                if document.kind == "pack":
                    return document
            found.append(Diagnostic(span=Span(inside(root, name)), code="PCK001"))
            return None
    found.append(Diagnostic(span=Span(inside(root, "pack.yaml")), code="PCK001"))
    return None


def _pack(head: Document | None, documents: Sequence[Document], found: list[Diagnostic]) -> Pack:
    """Return the pack as its own document describes it."""
    if head is None:
        return Pack(id="", version="")
    reader = Reader.of(head, found)
    version = reader.text("version", required=True)
    if version and not _VERSION.fullmatch(version):
        reader.error("PCK002", "version", word=version[:40])
    title = reader.label("title", required=True)
    description = reader.label("description", required=True)
    requires = tuple(dict.fromkeys(reader.identifiers("requires")))
    reader.text("sample")
    reader.done()
    return Pack(
        id=head.id, version=version, title=title, description=description, requires=requires
    )


def _sample(
    head: Document, files: Mapping[str, bytes], root: str, found: list[Diagnostic]
) -> str | None:
    """Return the name of the file with the sample data."""
    node = head.node.get("sample")
    if node is None or not isinstance(node.value, str):
        return None
    if node.value in files:
        return node.value
    Reader(head.node, found).unknown("PCK004", node, files)
    return None


def _sample_node(
    name: str | None, files: Mapping[str, bytes], root: str, found: list[Diagnostic]
) -> Node | None:
    if name is None:
        return None
    roots, faults = read_nodes(files[name], inside(root, name))
    found += faults
    return roots[0] if roots else None


def _readmes(files: Mapping[str, bytes], root: str, found: list[Diagnostic]) -> dict[str, str]:
    readmes: dict[str, str] = {}
    for lang, name in READMES.items():
        if name in files:
            readmes[lang] = files[name].decode("utf-8", "replace")
        else:
            values = {"file": name}
            found.append(Diagnostic(span=Span(inside(root, name)), code="PCK005", values=values))
    return readmes


def _required_nodes(pack: Pack) -> list[Node]:
    if pack.node is None:
        return []
    return Reader(pack.node, []).scalars("requires")
