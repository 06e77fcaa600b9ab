"""Documents to templates and surveys; every finding, in source order, at its place."""

from __future__ import annotations

from collections.abc import Iterator

from ..core.diagnostics import Diagnostic, has_errors
from ..definitions import Document, Node, Reader, tidy
from ..expressions import Duration, Schema, parse_duration
from .model import Survey, Template
from .nodes import Nodes, names_shown
from .survey import SCALES
from .syntax import parse_inline, parse_source

__all__ = ["parse_inline", "parse_message_template", "parse_survey"]

AUDIENCES = ("customer", "agent")


def parse_message_template(
    document: Document, schema: Schema
) -> tuple[Template | None, tuple[Diagnostic, ...]]:
    """Return the template, None when it has errors, and all findings.

    schema: the names of its record type; for ``any`` the base fields.
    """
    found: list[Diagnostic] = []
    reader = Reader.of(document, found)
    title = reader.label("title")
    record_type = reader.identifier("record_type", "any")
    audience = reader.choice("audience", AUDIENCES, "customer")
    subject = reader.label("subject", required=True)
    body = reader.label("body", required=True)
    reader.done()
    parsed: dict[str, tuple[Nodes, Nodes]] = {}
    heads = {lang: (node, text) for lang, node, text in _by_language(reader.node("subject"))}
    for lang, node, text in _by_language(reader.node("body")):
        head_node, head = heads.get(lang, (node, subject.get(lang)))
        head_nodes, head_found = parse_source(head, schema, head_node.inside)
        nodes, body_found = parse_source(text, schema, node.inside)
        found += [*(head_found if lang in heads else ()), *body_found]
        if lang in heads and "\n" in head.strip():
            found.append(Diagnostic(span=head_node.where, code="MSG014"))
        parsed[lang] = (head_nodes, nodes)
    for lang in heads.keys() - parsed.keys():
        node, text = heads[lang]
        found += parse_source(text, schema, node.inside)[1]
    if not has_errors(found):
        _compare(reader, parsed, found)
    findings = tidy(found)
    if has_errors(findings):
        return None, findings
    template = Template(
        id=document.id,
        title=title,
        record_type=record_type,
        subject=subject,
        body=body,
        audience=audience,
        parsed=parsed,
        span=reader.key_span("id"),
    )
    return template, findings


def parse_survey(document: Document) -> tuple[Survey | None, tuple[Diagnostic, ...]]:
    """Return the survey, None when it has errors, and all findings."""
    found: list[Diagnostic] = []
    reader = Reader.of(document, found)
    title = reader.label("title")
    kind = reader.choice("type", tuple(SCALES), "csat", required=True)
    scale = reader.whole("scale", SCALES[kind][0])
    if scale not in SCALES[kind]:
        choices = ", ".join(str(one) for one in sorted(SCALES[kind]))
        reader.error("SVY001", "scale", type=kind, scale=scale, choices=choices)
    survey = Survey(
        id=document.id,
        title=title,
        type=kind,
        scale=scale,
        question=reader.label("question", required=True),
        low_label=reader.label("low"),
        high_label=reader.label("high"),
        comment=reader.label("comment"),
        template=reader.identifier("template") or None,
        cap=_calendar_time(reader, "cap"),
        expires=_calendar_time(reader, "expires"),
        span=reader.key_span("id"),
    )
    reader.done()
    findings = tidy(found)
    return (None if has_errors(findings) else survey), findings


def _calendar_time(reader: Reader, key: str) -> Duration | None:
    words = reader.raw_text(key)
    if words is None:
        return None
    duration = parse_duration(words)
    if duration is None or duration.business or duration.seconds <= 0:
        reader.error("SVY002", key, name=key, found=words[:40])
        return None
    return duration


def _by_language(node: Node | None) -> Iterator[tuple[str, Node, str]]:
    """Yield language, node and text of each translation that a label has."""
    if node is None:
        return
    if node.kind == "map":
        for lang in ("en", "zh-CN"):
            child = node.get(lang)
            if child is not None and child.kind == "scalar" and child.value is not None:
                yield lang, child, child.words
    elif node.kind == "scalar" and node.value is not None:
        yield ("en" if _is_english(node) else "zh-CN"), node, node.words


def _is_english(node: Node) -> bool:
    return not any("\u3400" <= char <= "\u9fff" for char in node.words)


def _compare(
    reader: Reader, parsed: dict[str, tuple[Nodes, Nodes]], found: list[Diagnostic]
) -> None:
    """Warn of names that only one language of the body shows: mostly a forgotten link."""
    if len(parsed) < 2:
        return
    used = {lang: names_shown(body) for lang, (_, body) in parsed.items()}
    english, chinese = used["en"], used["zh-CN"]
    for lang, names in (("zh-CN", english - chinese), ("en", chinese - english)):
        if names:
            body = reader.node("body")
            node = body.get(lang) if body is not None else None
            span = (node or reader.root).where
            values = {"names": ", ".join(sorted(names)), "language": lang}
            found.append(Diagnostic(span=span, code="MSG015", values=values))
