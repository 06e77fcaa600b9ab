"""Parsing choices: the items of a taxonomy, and the options of a field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..core.diagnostics import Diagnostic
from ..core.text import Text
from ..definitions import Document, Node, Reader, tidy
from .model import TONES, Option, Taxonomy
from .read_choice import walk

MOST_OPTIONS = 5_000
LONGEST_CODE = 64


def parse_taxonomy(document: Document) -> tuple[Taxonomy | None, tuple[Diagnostic, ...]]:
    """Return the taxonomy that *document* states, and every finding in source order."""
    found: list[Diagnostic] = []
    reader = Reader.of(document, found)
    title = reader.label("title", required=True)
    options = parse_options(reader, "items", found, required=True)
    reader.done()
    taxonomy = Taxonomy(id=document.id, title=title, items=options, span=document.span)
    return (taxonomy if options else None), tidy(found)


def parse_options(
    reader: Reader, key: str, found: list[Diagnostic], *, required: bool = False
) -> tuple[Option, ...]:
    """Return the tree of options under *key*; ids are unique in the whole of it."""
    seen: set[str] = set()
    options = _options(reader.nodes(key, required=required), found, seen)
    _check_offer(reader, key, options)
    if len(seen) > MOST_OPTIONS:
        reader.error(
            "FRM019",
            span=reader.key_span(key),
            count=len(seen),
            limit=MOST_OPTIONS,
            what_en="options",
            what_zh="选项",
        )
    return options


def _check_offer(reader: Reader, key: str, options: tuple[Option, ...]) -> None:
    """Find codes that stand for two choices, and lists of which nothing is offered."""
    taken: set[str] = set()
    for one in walk(options):
        if one.code and one.code.casefold() in taken:
            reader.error("FRM042", span=reader.key_span(key), word=one.code)
        taken.add(one.code.casefold())
    if options and all(one.retired for one in options):
        reader.error("FRM043", span=reader.key_span(key))


def _options(nodes: Sequence[Node], found: list[Diagnostic], seen: set[str]) -> tuple[Option, ...]:
    options = []
    for node in nodes:
        if node.kind != "map":
            found.append(Diagnostic(span=node.where, code="DEF013", values={"key": "options"}))
            continue
        option = _option(Reader(node, found), found, seen)
        if option is not None:
            options.append(option)
    return tuple(options)


def _option(reader: Reader, found: list[Diagnostic], seen: set[str]) -> Option | None:
    name = reader.name("id", required=True)
    repeated = name in seen
    if repeated:
        reader.error("FRM004", "id", word=name)
    seen.add(name)
    option = Option(
        id=name,
        title=reader.label("title", required=True),
        help=reader.label("help"),
        items=_options(reader.nodes("items"), found, seen),
        code=reader.text("code"),
        retired=reader.flag("retired"),
        color=reader.choice("color", TONES),
    )
    if option.code and len(option.code) > LONGEST_CODE:
        reader.error("FRM041", "code", word=option.code[:40], limit=LONGEST_CODE)
    reader.done()
    return None if repeated or not name else option


def choices(
    reader: Reader, taxonomies: Mapping[str, Taxonomy], found: list[Diagnostic]
) -> tuple[tuple[Option, ...], str | None]:
    """Return what a field offers, and the taxonomy it comes from."""
    options = parse_options(reader, "options", found)
    name = reader.text("from")
    if not name:
        return options, None
    if reader.has("options"):
        reader.error("FRM003", span=reader.key_span("from"))
        return options, None
    taxonomy = taxonomies.get(name)
    if taxonomy is not None:
        return taxonomy.items, name
    node = reader.node("from")
    if node is not None:
        reader.unknown("FRM001", node, taxonomies)
    return (Option(id="", title=Text()),), name
