"""Record types, views and segments: documents to model."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..access.parse import parse_access
from ..core.diagnostics import Diagnostic, has_errors
from ..core.text import Text
from ..definitions import Document, Reader
from ..expressions import Schema, compile_expression, parse_duration
from ..formbuilder.model import Field
from .model import Duplicates, RecordType, Segment, View
from .retention import parse_retention
from .schema import CUSTOMER

_SEQ = re.compile(r"\{seq(?::[1-9])?\}")
_PART = re.compile(r"\{(?:yyyy|yy|mm|dd|seq(?::[1-9])?)\}")
COLUMNS = frozenset(
    {
        "due",
        "number",
        "title",
        "customer.name",
        "customer.tier",
        "customer.organisation",
        "updated_at",
        "created_at",
    }
)


NOT_SORTED = frozenset({"reassignments", "replied", "waits_for"})
"""What only the record's state knows, which no database can order by."""


def parse_record_type(
    document: Document,
    fields: tuple[Field, ...],
    all_fields: Mapping[str, Field],
    forms: tuple[str, ...],
    schema: Schema,
    roles: frozenset[str],
) -> tuple[RecordType | None, tuple[Diagnostic, ...]]:
    """Return the record type, None if it has errors, and what is wrong with its document.

    fields: its own ``fields``, read before; all_fields: those with the fields of its forms.
    """
    found: list[Diagnostic] = []
    r = Reader.of(document, found)
    title = r.label("title", required=True)
    number = r.text("number", required=True)
    if number and (len(_SEQ.findall(number)) != 1 or re.search(r"[{}]", _PART.sub("", number))):
        r.error("REL005", "number")
    r.node("fields")
    access, more = parse_access(r.node("access"), roles)
    found.extend(more)
    record_type = RecordType(
        id=document.id,
        title=title,
        plural=r.label("plural") or title,
        description=r.label("description"),
        number=number,
        workflow=r.identifier("workflow", required=True),
        intake=r.identifier("intake", required=True),
        sla=r.identifier("sla") or None,
        routing=r.identifier("routing") or None,
        summary=r.text("summary"),
        ack=r.identifier("acknowledge") or None,
        portal=r.flag("portal", True),
        without=frozenset(r.identifiers("without")),
        duplicates=_duplicates(r.reader("duplicates")),
        icon=r.text("icon", "ticket"),
        fields=fields,
        forms=forms,
        access=access,
        retention=parse_retention(r),
        schema=schema,
        all_fields=all_fields,
        span=document.span,
    )
    r.done()
    return (None if has_errors(found) else record_type), tuple(found)


def _duplicates(r: Reader | None) -> Duplicates | None:
    if r is None:
        return None
    within = parse_duration(r.text("within", required=True))
    alike = r.whole("alike", 60, 1, 100)
    if r.has("within") and (within is None or within.business or not within.seconds):
        r.error("REL010", "within")
    r.done()
    return Duplicates(within=within.seconds, alike=alike) if within is not None else None


def parse_view(document: Document, schema: Schema) -> tuple[View | None, tuple[Diagnostic, ...]]:
    """Return the view, None if it has errors, and what is wrong with its document."""
    found: list[Diagnostic] = []
    r = Reader.of(document, found)
    title = r.label("title", required=True)
    record_type = r.identifier("record_type", required=True)
    when = None
    text = r.raw_text("when")
    if text is not None:
        when, more = compile_expression(text, schema, r.span_of("when"))
        found.extend(more)
    columns, sort = tuple(r.texts("columns")), tuple(r.texts("sort"))
    for name in columns:
        if not is_shown(name, schema):
            code = "REL013" if name in schema.fields else "REL006"
            r.error(code, "columns", name=name)
    for name in (one.removeprefix("-") for one in sort):
        if not is_sorted(name, schema):
            code = "REL012" if name in schema.fields else "REL006"
            r.error(code, "sort", name=name)
    roles = frozenset(r.texts("roles"))
    r.done()
    view = View(
        id=document.id,
        title=title,
        record_type=record_type,
        when=when,
        columns=columns,
        sort=sort,
        roles=roles,
        span=document.span,
    )
    return (None if has_errors(found) else view), tuple(found)


def is_shown(name: str, schema: Schema) -> bool:
    """Return whether a list may have a column *name*: it has a value of its own."""
    found = schema.fields.get(name)
    return name in COLUMNS or (found is not None and found.kind != "record")


def is_sorted(name: str, schema: Schema) -> bool:
    """Return whether lists can be put in the order of *name*: it has one value, which the database knows."""
    if name in COLUMNS:
        return True
    found = schema.fields.get(name)
    single = found is not None and found.kind not in ("record", "list", "any")
    return single and name not in NOT_SORTED


def parse_segment(document: Document) -> tuple[Segment | None, tuple[Diagnostic, ...]]:
    """Return the segment, None if it has errors, and what is wrong with its document."""
    found: list[Diagnostic] = []
    r = Reader.of(document, found)
    title = r.label("title") or Text(document.id)
    text = r.raw_text("when", required=True)
    when = None
    if text is not None:
        when, more = compile_expression(text, Schema({"customer": CUSTOMER}), r.span_of("when"))
        found.extend(more)
    r.done()
    if when is None or has_errors(found):
        return None, tuple(found)
    return Segment(id=document.id, title=title, when=when, span=document.span), tuple(found)
