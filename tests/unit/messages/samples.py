"""A schema, and short ways to make templates for the tests of this folder."""

from __future__ import annotations

from sopwith.core.diagnostics import Diagnostic
from sopwith.definitions import Document, read_text
from sopwith.definitions.references import References
from sopwith.expressions import (
    BOOL,
    DATE,
    DATETIME,
    DURATION,
    NUMBER,
    TEXT,
    ListType,
    RecordType,
    Schema,
)
from sopwith.messages.check import check_message_template, check_survey
from sopwith.messages.model import Survey, Template
from sopwith.messages.parse import parse_message_template, parse_survey

SCHEMA = Schema(
    {
        "number": TEXT,
        "title": TEXT,
        "module": TEXT,
        "amount": NUMBER,
        "stopped": BOOL,
        "created_at": DATETIME,
        "promised": DATE,
        "effort": DURATION,
        "tags": ListType(TEXT),
        "customer": RecordType("customer", {"name": TEXT, "tier": TEXT}),
        "items": ListType(RecordType("row", {"name": TEXT, "price": NUMBER})),
    }
)
REFERENCES = References(ids={"message_template": frozenset({"survey-invitation"})})


def document(text: str) -> Document:
    documents, found = read_text(text, "sample.yaml")
    assert not found, [item.render("en") for item in found]
    return documents[0]


def quoted(text: str) -> str:
    escaped = (
        text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    )
    return f'"{escaped}"'


def source(body: str, subject: str = "S", body_zh: str | None = None) -> str:
    zh = body if body_zh is None else body_zh
    return (
        "kind: message_template\nid: t\ntitle: {en: T, zh-CN: 模}\naudience: agent\n"
        f"subject: {{en: {quoted(subject)}, zh-CN: {quoted(subject)}}}\n"
        f"body: {{en: {quoted(body)}, zh-CN: {quoted(zh)}}}\n"
    )


def template(body: str, subject: str = "S", body_zh: str | None = None) -> Template:
    made, found = parse_message_template(document(source(body, subject, body_zh)), SCHEMA)
    assert made is not None, [item.render("en") for item in found]
    return made


def survey(kind: str = "csat", scale: int | None = None) -> Survey:
    text = f"kind: survey\nid: s\ntype: {kind}\nquestion: {{en: Q, zh-CN: 问}}\n" + (
        f"scale: {scale}\n" if scale is not None else ""
    )
    made, found = parse_survey(document(text))
    assert made is not None, [item.render("en") for item in found]
    return made


def findings(text: str) -> tuple[Diagnostic, ...]:
    """Return what loading, parsing and checking one template or survey finds."""
    documents, loading = read_text(text, "sample.yaml")
    found = list(loading)
    for one in documents:
        if one.kind == "survey":
            made, more = parse_survey(one)
            found += more if made is None else (*more, *check_survey(made, REFERENCES))
        else:
            words, more = parse_message_template(one, SCHEMA)
            found += more if words is None else (*more, *check_message_template(words, REFERENCES))
    return tuple(found)
