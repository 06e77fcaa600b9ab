"""Template text to nodes: bounded, never recursive, never raises."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from ..core.diagnostics import Diagnostic
from ..core.guess import guess
from ..core.span import Span
from ..expressions import Schema
from ..expressions.types import Type
from .filters import FILTERS, FITTING, IMPLIED, clean
from .names import Scopes, inner_scope, is_open, near, scopes_of, type_of
from .nodes import Each, Filter, If, Insert, Nodes, TemplateNode, Words

MAX_SOURCE = 64 * 1024
MAX_DEPTH = 8
MAX_TAGS = 2_000
Locate = Callable[[int, int], Span]

_NAME = r"[^\W\d_][\w-]*"
_PATH = re.compile(rf"{_NAME}(?:\.{_NAME})*")
_BLOCK = re.compile(r"#\s*(\w+)\s+(\S+)\s*")
_CLOSE = re.compile(r"/\s*(\w+)\s*")
_STEP = re.compile(r"\s*\|\s*(\w+)\s*(?::\s*(?:(\d{1,5})|\"([^\"]*)\"|'([^']*)'))?\s*")
_TAG = re.compile(r"\{\{((?:(?!\{\{|\}\}).)*)\}\}", re.DOTALL)


@dataclass(slots=True)
class _Block:
    """A block that is still open, or the whole text (kind is empty)."""

    kind: str
    path: tuple[str, ...]
    at: tuple[int, int]
    nodes: list[TemplateNode] = field(default_factory=list)
    otherwise: list[TemplateNode] | None = None

    @property
    def target(self) -> list[TemplateNode]:
        return self.nodes if self.otherwise is None else self.otherwise


def parse_source(
    source: str, schema: Schema | None, locate: Locate
) -> tuple[Nodes, list[Diagnostic]]:
    """Return the nodes of *source*; a tag that is not understood stays as literal text.

    schema: the names that may be used; None leaves names unchecked. locate: the span of some
    characters of *source*, by offset and length.
    """
    if len(source) > MAX_SOURCE:
        values: dict[str, str | int] = {"limit": MAX_SOURCE}
        return (Words(clean(source[:MAX_SOURCE])),), [
            Diagnostic(span=locate(0, 1), code="MSG001", values=values)
        ]
    reading = _Reading(source, schema, locate)
    return reading.run(), reading.found


def parse_inline(source: str, schema: Schema, span: Span) -> tuple[Nodes, tuple[Diagnostic, ...]]:
    """Return the nodes of one line of text that begins at *span*, and what is wrong with it."""
    nodes, found = parse_source(source, schema, span.inside)
    return nodes, tuple(found)


class _Reading:
    def __init__(self, source: str, schema: Schema | None, locate: Locate) -> None:
        self.source = source
        self.locate = locate
        self.found: list[Diagnostic] = []
        self.scopes: list[Scopes] = [] if schema is None else [scopes_of(schema)]
        self.stack = [_Block("", (), (0, 0))]

    def run(self) -> Nodes:
        at = 0
        for count, tag in enumerate(_TAG.finditer(self.source)):
            if count >= MAX_TAGS:
                self._report("MSG002", tag.start(), 2, limit=MAX_TAGS)
                break
            start, end = tag.span()
            block = tag[1].strip()[:1] in ("#", "/") or tag[1].strip() == "else"
            left, right = self._standing(start, end) if block else (start, end)
            self._words(at, max(left, at))
            if self._take(tag):
                at = right
            else:
                self._words(max(left, at), end)
                at = end
        self._words(at, len(self.source))
        for open_block in self.stack[1:]:
            self._report("MSG006", *open_block.at, block=open_block.kind)
        while len(self.stack) > 1:
            self._close()
        return tuple(self.stack[0].nodes)

    def _words(self, start: int, end: int) -> None:
        """Add literal text; a ``{{`` left in it was never closed."""
        text = self.source[start:end]
        if not text:
            return
        lost = text.find("{{")
        if lost >= 0 and not _TAG.match(self.source, start + lost):
            self._report("MSG003", start + lost, 2)
        text = clean(text)
        target = self.stack[-1].target
        if target and isinstance(target[-1], Words):
            target[-1] = Words(target[-1].text + text)
        else:
            target.append(Words(text))

    def _standing(self, start: int, end: int) -> tuple[int, int]:
        """Return the whole line for a block tag that stands alone on it, else the tag."""
        line = self.source.rfind("\n", 0, start) + 1
        after = self.source.find("\n", end)
        last = len(self.source) if after < 0 else after + 1
        alone = not self.source[line:start].strip() and not self.source[end:last].strip()
        return (line, last) if alone and "\n" in self.source else (start, end)

    def _take(self, tag: re.Match[str]) -> bool:
        """Take one tag; False when it is not understood and stays as text."""
        inner = tag[1].strip()
        offset = tag.start(1) + len(tag[1]) - len(tag[1].lstrip())
        if inner == "else":
            return self._otherwise(tag)
        if found := _CLOSE.fullmatch(inner):
            return self._closing(tag, found[1])
        if found := _BLOCK.fullmatch(inner):
            return self._opening(tag, found, offset)
        return self._insert(tag, inner, offset)

    def _opening(self, tag: re.Match[str], found: re.Match[str], offset: int) -> bool:
        kind = found[1]
        if kind not in ("if", "each") or not _PATH.fullmatch(found[2]):
            self._misread(tag)
            return False
        if len(self.stack) > MAX_DEPTH:
            self._report("MSG005", tag.start(), len(tag[0]), limit=MAX_DEPTH)
            return False
        path = tuple(found[2].split("."))
        of = self._typed(path, offset + found.start(2))
        if kind == "each" and of is not None and of.kind not in ("list", "any"):
            self._report("MSG009", offset + found.start(2), len(found[2]), name=found[2])
        if self.scopes:
            added = [inner_scope(of)] if kind == "each" and of is not None else []
            self.scopes.append([*self.scopes[-1], *added])
        self.stack.append(_Block(kind, path, (tag.start(), len(tag[0]))))
        return True

    def _otherwise(self, tag: re.Match[str]) -> bool:
        block = self.stack[-1]
        if block.kind != "if" or block.otherwise is not None:
            self._report("MSG007", tag.start(), len(tag[0]), tag="else")
            return False
        block.otherwise = []
        return True

    def _closing(self, tag: re.Match[str], kind: str) -> bool:
        if self.stack[-1].kind != kind:
            self._report("MSG007", tag.start(), len(tag[0]), tag=f"/{kind[:20]}")
            return False
        self._close()
        return True

    def _close(self) -> None:
        block = self.stack.pop()
        if self.scopes:
            self.scopes.pop()
        body = tuple(block.nodes)
        if block.kind == "if":
            self.stack[-1].target.append(If(block.path, body, tuple(block.otherwise or ())))
        else:
            self.stack[-1].target.append(Each(block.path, body))

    def _insert(self, tag: re.Match[str], inner: str, offset: int) -> bool:
        name = _PATH.match(inner)
        if name is None:
            self._misread(tag)
            return False
        path = tuple(name[0].split("."))
        filters = self._filters(tag, inner, name.end(), offset)
        if filters is None:
            return False
        of = self._typed(path, offset)
        if of is not None:
            filters = self._fitting(path, of, filters, offset)
        self.stack[-1].target.append(Insert(path, filters))
        return True

    def _filters(
        self, tag: re.Match[str], inner: str, at: int, offset: int
    ) -> tuple[Filter, ...] | None:
        filters: list[Filter] = []
        while at < len(inner):
            step = _STEP.match(inner, at)
            if step is None:
                self._misread(tag)
                return None
            filters.append(self._filter(step, offset))
            at = step.end()
        return tuple(filters)

    def _filter(self, step: re.Match[str], offset: int) -> Filter:
        name, at = step[1], offset + step.start(1)
        argument: str | int | None = int(step[2]) if step[2] else step[3]
        if argument is None:
            argument = step[4]
        if name not in FILTERS:
            values: dict[str, str | int] = {"filter": name[:40], "choices": ", ".join(FILTERS)}
            if meant := guess(name, FILTERS):
                values["guess"] = meant
            self._report("MSG010", at, len(name), **values)
        elif FILTERS[name] is None and argument is not None:
            self._report("MSG011", at, len(name), filter=name, usage=name)
        elif (wanted := FILTERS[name]) is not None and not isinstance(argument, wanted):
            usage = "trim:80" if wanted is int else 'default:"-"'
            self._report("MSG011", at, len(name), filter=name, usage=usage)
        return Filter(name, argument)

    def _fitting(
        self, path: tuple[str, ...], of: Type, filters: tuple[Filter, ...], offset: int
    ) -> tuple[Filter, ...]:
        """Check the value's type, and add the filter that its type implies."""
        name = ".".join(path)
        kind = of.kind
        rows = kind == "list" and getattr(of, "item", of).kind == "record"
        if kind == "record" or rows:
            self._report("MSG008", offset, len(name), name=name)
            return filters
        for one in filters:
            if kind not in FITTING.get(one.name, (kind,)):
                self._report("MSG012", offset, len(name), name=name, filter=one.name)
            if one.name in FITTING:
                return filters
        implied = IMPLIED.get(kind)
        if implied is None:
            return filters
        defaults = tuple(one for one in filters if one.name == "default")
        return (implied, *filters) if not defaults else (*defaults, implied, *filters)

    def _typed(self, path: tuple[str, ...], at: int) -> Type | None:
        """Return the type of a name; report one that is unknown."""
        if not self.scopes:
            return None
        scopes = self.scopes[-1]
        of = type_of(path, scopes)
        if of is None and not any(is_open(scope.get("this")) for scope in scopes):
            name = ".".join(path)
            values: dict[str, str | int] = {"name": name[:80]}
            if meant := near(path, scopes):
                values["guess"] = meant
            self._report("MSG004", at, len(name), **values)
        return of

    def _misread(self, tag: re.Match[str]) -> None:
        text = " ".join(tag[0].split())
        self._report(
            "MSG013", tag.start(), len(tag[0]), text=text if len(text) < 60 else text[:59] + "…"
        )

    def _report(self, code: str, at: int, length: int, **values: str | int) -> None:
        self.found.append(Diagnostic(span=self.locate(at, length), code=code, values=values))
