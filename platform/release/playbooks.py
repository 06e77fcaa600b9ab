"""Playbooks: what to do with one kind of record; their documents as values, and what they name that does not exist."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ..core.diagnostics import Diagnostic, has_errors
from ..core.span import NOWHERE, Span
from ..core.text import Text
from ..definitions import Document, Node, Reader, tidy
from ..definitions.references import References
from ..expressions import BOOL, Context, Expression, Schema, compile_expression
from ..messages.check import check_message_template
from ..messages.model import Template
from ..messages.nodes import Nodes
from ..messages.syntax import parse_source

ANY_TYPE = "any"
_LANGS = ("en", "zh-CN")
_LONGEST_LINK = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaybookStep:
    """One step that is ticked off."""

    id: str
    title: Text
    help: Text = Text()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaybookReply:
    """One reply to use. own: its text as a template; template: the id of one, where it has no text of its own."""

    id: str
    title: Text
    own: Template | None = None
    template: str = ""
    span: Span = NOWHERE

    def words(self, templates: Mapping[str, Template]) -> Template | None:
        """Return the template to render, None when it is gone."""
        return self.own if self.own is not None else templates.get(self.template)


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """Something to read: at an address, or here."""

    title: Text
    link: str = ""
    text: Text = Text()


@dataclass(frozen=True, slots=True, kw_only=True)
class Playbook:
    """What to do with the records of one type, or of any, for which *when* holds."""

    id: str
    title: Text
    record_type: str
    when: Expression | None = None
    steps: tuple[PlaybookStep, ...] = ()
    replies: tuple[PlaybookReply, ...] = ()
    articles: tuple[Article, ...] = ()
    span: Span = NOWHERE

    def applies(self, record_type: str, scope: Mapping[str, Any], context: Context) -> bool:
        """Return whether it is for a record of *record_type* with the values *scope*."""
        if self.record_type not in (record_type, ANY_TYPE):
            return False
        return self.when is None or self.when.holds(scope, context)


def parse_playbook(
    document: Document, schema: Schema
) -> tuple[Playbook | None, tuple[Diagnostic, ...]]:
    """Return the playbook, None if it has errors, and what is wrong with its document."""
    found: list[Diagnostic] = []
    r = Reader.of(document, found)
    title = r.label("title", required=True)
    record_type = r.identifier("record_type", required=True)
    when = None
    text = r.raw_text("when")
    if text is not None:
        when, more = compile_expression(text, schema, r.span_of("when"), want=BOOL)
        found.extend(more)
    playbook = Playbook(
        id=document.id,
        title=title,
        record_type=record_type,
        when=when,
        steps=tuple(_steps(r)),
        replies=tuple(_replies(r, record_type, schema, found)),
        articles=tuple(_articles(r)),
        span=document.span,
    )
    r.done()
    if not (r.has("steps") or r.has("replies") or r.has("articles")):
        found.append(Diagnostic(span=r.key_span("id"), code="PBK006"))
    findings = tidy(found)
    return (None if has_errors(findings) else playbook), findings


def _steps(r: Reader) -> Iterator[PlaybookStep]:
    taken: set[str] = set()
    for inner in r.readers("steps"):
        name = inner.identifier("id", required=True)
        _once(inner, name, taken)
        yield PlaybookStep(
            id=name, title=inner.label("title", required=True), help=inner.label("help")
        )
        inner.done()


def _replies(
    r: Reader, record_type: str, schema: Schema, found: list[Diagnostic]
) -> Iterator[PlaybookReply]:
    taken: set[str] = set()
    for inner in r.readers("replies"):
        name = inner.identifier("id", required=True)
        _once(inner, name, taken)
        title, template = inner.label("title"), inner.identifier("template")
        body, own = inner.label("text"), None
        if inner.has("text") == inner.has("template"):
            inner.error("PBK002", "id", id=name)
        elif inner.has("text"):
            parsed = _parsed(inner.node("text"), schema, found)
            own = Template(
                id=name,
                title=title,
                record_type=record_type,
                subject=title,
                body=body,
                parsed=parsed,
                span=inner.span_of("text"),
            )
            if not title:
                inner.error("PBK007", "id", id=name)
        yield PlaybookReply(
            id=name, title=title, own=own, template=template, span=inner.span_of("template")
        )
        inner.done()


def _parsed(
    node: Node | None, schema: Schema, found: list[Diagnostic]
) -> dict[str, tuple[Nodes, Nodes]]:
    """Return the text of each language, read; one text alone serves both."""
    parsed: dict[str, tuple[Nodes, Nodes]] = {}
    if node is None:
        return parsed
    texts = [(lang, node.get(lang)) for lang in _LANGS] if node.kind == "map" else [("en", node)]
    for lang, child in texts:
        if child is not None and child.kind == "scalar" and child.value is not None:
            nodes, more = parse_source(child.words, schema, child.inside)
            found.extend(more)
            parsed[lang] = ((), nodes)
    return parsed


def _articles(r: Reader) -> Iterator[Article]:
    for inner in r.readers("articles"):
        title, link, text = (
            inner.label("title", required=True),
            inner.text("link"),
            inner.label("text"),
        )
        if inner.has("link") == inner.has("text"):
            inner.error("PBK003", "title")
        if link and not is_https(link):
            inner.error("PBK004", "link", link=link[:80])
        yield Article(title=title, link=link, text=text)
        inner.done()


def is_https(link: str) -> bool:
    """Return whether *link* is a whole address of the web, encrypted, without a user's name in it."""
    if len(link) > _LONGEST_LINK or any(char.isspace() or ord(char) < 32 for char in link):
        return False
    try:
        parts = urlsplit(link)
        return parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return False


def _once(inner: Reader, name: str, taken: set[str]) -> None:
    if name and name in taken:
        inner.error("PBK001", "id", id=name)
    taken.add(name)


def check_playbook(
    playbook: Playbook, references: References, templates: Mapping[str, Template]
) -> tuple[Diagnostic, ...]:
    """Return the templates that do not exist or are for colleagues, and what a reply would show of internal notes."""
    found: list[Diagnostic] = []
    for one in playbook.replies:
        if one.own is not None:
            found += check_message_template(one.own, references)
        elif one.template and not references.has("message_template", one.template):
            guess = references.guess("message_template", one.template)
            values = {"kind": "message_template", "name": one.template, "guess": guess}
            found.append(Diagnostic(span=one.span, code="REL004", values=values))
        elif one.template in templates and templates[one.template].audience != "customer":
            found.append(Diagnostic(span=one.span, code="PBK005", values={"name": one.template}))
    return tuple(found)
