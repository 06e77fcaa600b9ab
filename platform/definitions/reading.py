"""Reading one file: bytes to documents and findings; never raises for what a person wrote."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress

from ..core.diagnostics import Diagnostic
from ..core.span import Span
from .document import Document
from .json_text import read_json
from .limits import LIMITS, Limits
from .node import Node
from .reader import Reader
from .readings import Reading, Readings
from .source import BOM, Source
from .tree import StopReadingError, Tally
from .yaml_text import read_yaml

_HIDDEN = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff\ud800-\udfff"
_FORBIDDEN_JSON = re.compile(f"[{_HIDDEN}]")
_FORBIDDEN_YAML = re.compile(f"[{_HIDDEN}\x85\u2028\u2029]")
_BREAKS = ("\x85", "\u2028", "\u2029")
_KNOWN = Readings()
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")


def read_text(
    data: str | bytes, path: str, limits: Limits = LIMITS
) -> tuple[tuple[Document, ...], tuple[Diagnostic, ...]]:
    """Return the documents of one YAML or JSON file, and everything wrong with its text.

    data: the content of the file. path: how findings name it; ``.json`` is read as strict
    JSON, anything else as YAML, of which JSON is a part. Documents come back even when
    there are findings, as far as they could be read.
    """
    read = _reading(data, path, limits)
    return read.documents, read.told


def read_nodes(
    data: str | bytes, path: str, limits: Limits = LIMITS
) -> tuple[tuple[Node, ...], tuple[Diagnostic, ...]]:
    """Return the roots of a file that holds plain data, without kind and id: sample records."""
    read = _reading(data, path, limits)
    return read.roots, read.found


def tidy(found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return the findings in source order; of those that say the same of one place, the first."""
    seen: dict[tuple[object, ...], Diagnostic] = {}
    for item in found:
        span, values = item.span, item.values
        about = (values.get("key"), values.get("word"))
        seen.setdefault((span.path, span.line, span.column, item.code, *about), item)
    return tuple(sorted(seen.values(), key=lambda item: (item.span, item.code)))


def _reading(data: str | bytes, path: str, limits: Limits) -> Reading:
    source, fault = _decode(data, path, limits)
    known = _KNOWN.get(path, source.text) if fault is None and limits is LIMITS else None
    if known is not None:
        return known
    tally = Tally(source, limits)
    roots = _roots(tally, fault)
    found = tidy(tally.found)
    documents = _documents(roots, tally)
    told = tidy(tally.found)
    if len(told) > limits.findings and all(item.code != "YAML024" for item in told):
        last = told[limits.findings - 1].span
        values = {"limit": limits.findings}
        told = (*told[: limits.findings], Diagnostic(span=last, code="YAML024", values=values))
    read = Reading(
        size=len(source.text), roots=tuple(roots), found=found, documents=documents, told=told
    )
    if fault is None and limits is LIMITS:
        source.reading = read
        _KNOWN.keep(path, source.text, read)
    return read


def _roots(tally: Tally, fault: Diagnostic | None) -> list[Node]:
    if fault is not None:
        tally.found.append(fault)
        return []
    roots: list[Node] = []
    try:
        _read(tally, roots)
    except StopReadingError as stop:
        tally.found.append(stop.finding)
    if not roots and not tally.found:
        tally.found.append(Diagnostic(span=Span(tally.source.path), code="YAML051"))
    return roots


def _decode(data: str | bytes, path: str, limits: Limits) -> tuple[Source, Diagnostic | None]:
    """Return the text, or the finding that keeps it from being read at all."""
    size = len(data) if isinstance(data, bytes) else len(data.encode("utf-8", "surrogatepass"))
    if size > limits.size:
        values = {"limit": limits.size}
        return Source(path, ""), Diagnostic(span=Span(path), code="YAML020", values=values)
    if isinstance(data, str):
        return Source(path, data), None
    if data.startswith(_WIDE) or (b"\x00" in data[:2] and len(data) % 2 == 0):
        return Source(path, ""), Diagnostic(span=Span(path), code="YAML030")
    try:
        return Source(path, data.decode("utf-8")), None
    except UnicodeDecodeError as error:
        good = Source(path, data[: error.start].decode("utf-8"))
        span = Span(path, *good.place(len(good.text)))
        byte = f"0x{data[error.start]:02X}"
        return good, Diagnostic(span=span, code="YAML031", values={"byte": byte})


def _read(tally: Tally, roots: list[Node]) -> None:
    """Add what can be read to *roots*; when a limit ends the reading, what came before stays."""
    text = tally.source.text.removeprefix(BOM)
    if tally.source.path.lower().endswith(".json"):
        roots += read_json(_cleaned(text, tally, _FORBIDDEN_JSON), tally)
        return
    if text.lstrip()[:1] in ("{", "[") and not _FORBIDDEN_JSON.search(text):
        # YAML readers stumble over a few things that JSON allows; a JSON reader does not.
        attempt = Tally(tally.source, tally.limits)
        with suppress(StopReadingError):
            found = read_json(text, attempt)
            if found and not attempt.found:
                roots += found
                return
    read_yaml(_cleaned(text, tally, _FORBIDDEN_YAML), tally, roots)


def _cleaned(text: str, tally: Tally, forbidden: re.Pattern[str]) -> str:
    """Report the characters that may not stand in a file, and return the text without them."""
    if forbidden.search(text) is None:
        return text
    skipped = len(tally.source.text) - len(text)
    for found in forbidden.finditer(text):
        character = found.group()
        line, column = tally.source.place(found.start() + skipped)
        code = "YAML033" if character in _BREAKS else "YAML032"
        name = f"U+{ord(character):04X}"
        fix = "" if character == BOM else None
        tally.report(code, (line, column, line, column + 1), fix=fix, character=name)
    return forbidden.sub("\ufffd", text)


def _documents(roots: list[Node], tally: Tally) -> tuple[Document, ...]:
    documents: list[Document] = []
    for root in roots:
        if root.kind != "map":
            if root.kind == "scalar" and root.value is None:
                continue
            tally.found.append(Diagnostic(span=root.where, code="YAML050"))
            continue
        reader = Reader(root, tally.found)
        kind = reader.text("kind", required=True)
        documents.append(
            Document(
                path=tally.source.path,
                node=root,
                kind=kind,
                id=reader.identifier("id", required=True),
            )
        )
    return tuple(documents)
