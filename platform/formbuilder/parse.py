"""The document of a form: text to model, with everything that is wrong in it."""

from __future__ import annotations

from collections.abc import Mapping

from ..core.diagnostics import Diagnostic
from ..definitions import Document, Reader, tidy
from ..expressions import Schema
from .model import Field, FieldType, Form, Section, Taxonomy
from .parse_fields import FieldParser, PlainFields, parse_fields
from .parse_options import parse_taxonomy

__all__ = ["PlainFields", "declared_fields", "parse_fields", "parse_form", "parse_taxonomy"]

MOST_FIELDS = 1_000
MOST_SECTIONS = 100
_AUDIENCES = ("agent", "customer")
_HIDDEN = ("drop", "keep")


def declared_fields(
    document: Document, taxonomies: Mapping[str, Taxonomy], plain: PlainFields | None = None
) -> tuple[tuple[Field, ...], tuple[Diagnostic, ...]]:
    """Return the fields of a form without their conditions, to build the record's schema from.

    There are no findings: ``parse_form`` reports them all. plain: where it finds again the fields that have no conditions.
    """
    form, _ = _parse(document, None, taxonomies, plain)
    return tuple(field for field in form.fields if field.type is not FieldType.HEADING), ()


def parse_form(
    document: Document,
    schema: Schema,
    taxonomies: Mapping[str, Taxonomy],
    plain: PlainFields | None = None,
) -> tuple[Form | None, tuple[Diagnostic, ...]]:
    """Return the form that *document* states, and every finding in source order.

    schema: the names that conditions may read. None comes back only when there is no field at
    all; a form that comes with errors holds what could be read.
    """
    form, found = _parse(document, schema, taxonomies, plain)
    return (form if form.by_id else None), tidy(found)


def _parse(
    document: Document,
    schema: Schema | None,
    taxonomies: Mapping[str, Taxonomy],
    plain: PlainFields | None,
) -> tuple[Form, list[Diagnostic]]:
    parser = FieldParser(schema, taxonomies, plain=plain)
    reader = Reader.of(document, parser.found)
    seen: dict[str, Field] = {}
    form = Form(
        id=document.id,
        record_type=reader.identifier("record_type", required=True),
        title=reader.label("title", required=True),
        intro=reader.label("intro"),
        submit=reader.label("submit"),
        audience=reader.choice("audience", _AUDIENCES, "agent"),
        hidden_values=reader.choice("hidden_values", _HIDDEN, "drop"),
        sections=_sections(parser, reader, seen),
        span=document.span,
        places={
            "record_type": reader.span_of("record_type"),
            "sections": reader.key_span("sections"),
        },
        by_id=seen,
    )
    _count(reader, form)
    reader.done()
    return form, parser.found


def _sections(parser: FieldParser, reader: Reader, seen: dict[str, Field]) -> tuple[Section, ...]:
    sections: list[Section] = []
    ids: set[str] = set()
    for inner in reader.readers("sections", required=True):
        name = inner.identifier("id", required=True)
        if name in ids:
            inner.error("FRM006", "id", word=name)
        ids.add(name)
        sections.append(
            Section(
                id=name,
                title=inner.label("title"),
                help=inner.label("help"),
                columns=inner.whole("columns", 1, 1, 4),
                show=parser.condition(inner, "show"),
                fields=parser.fields(inner.nodes("fields", required=True), seen),
                span=inner.span,
            )
        )
        inner.done()
    return tuple(sections)


def _count(reader: Reader, form: Form) -> None:
    """Report a form without anything to fill in, and one with too much of it."""
    if all(field.type is FieldType.HEADING for field in form.fields):
        reader.error("FRM018", span=reader.key_span("sections"))
    for count, limit, en, zh in (
        (len(form.fields), MOST_FIELDS, "fields", "字段"),
        (len(form.sections), MOST_SECTIONS, "sections", "分区"),
    ):
        if count > limit:
            span = reader.key_span("sections")
            reader.error("FRM019", span=span, count=count, limit=limit, what_en=en, what_zh=zh)
