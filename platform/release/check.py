"""What record types and views refer to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..core.diagnostics import Diagnostic
from ..definitions.references import References
from ..messages.syntax import parse_inline
from .model import RecordType, Release, View


def check_record_type(
    kind: RecordType, references: References, release: Release
) -> tuple[Diagnostic, ...]:
    """Return what a record type names that does not exist, or that belongs to another record type."""
    found: list[Diagnostic] = []
    named: tuple[tuple[str, str | None, Mapping[str, Any]], ...] = (
        ("workflow", kind.workflow, release.workflows),
        ("form", kind.intake, release.forms),
        ("sla", kind.sla, release.slas),
        ("routing", kind.routing, release.routings),
    )
    for what, name, models in named:
        if name and name in models and models[name].record_type != kind.id:
            values = {"name": name, "other": models[name].record_type, "type": kind.id}
            found.append(Diagnostic(span=kind.span, code="REL007", values=values))
        elif name and not references.has(what, name):
            found.append(_missing(kind, references, what, name))
    if kind.ack and not references.has("message_template", kind.ack):
        found.append(_missing(kind, references, "message_template", kind.ack))
    for name in sorted(kind.without):
        rule = release.rules.get(name)
        if rule is not None and rule.record_type != "any":
            values = {"name": name, "other": rule.record_type}
            found.append(Diagnostic(span=kind.span, code="REL011", values=values))
        elif not references.has("rule", name):
            found.append(_missing(kind, references, "rule", name))
    if kind.summary:
        found.extend(parse_inline(kind.summary, kind.schema, kind.span)[1])
    return tuple(found)


def _missing(kind: RecordType, references: References, what: str, name: str) -> Diagnostic:
    values = {"kind": what, "name": name, "guess": references.guess(what, name)}
    return Diagnostic(span=kind.span, code="REL004", values=values)


def check_view(view: View, references: References) -> tuple[Diagnostic, ...]:
    """Return the roles and the record type that a view names and that do not exist."""
    return tuple(_view_findings(view, references))


def _view_findings(view: View, references: References) -> Iterator[Diagnostic]:
    for role in sorted(view.roles):
        if not references.has("role", role):
            values = {"kind": "role", "name": role, "guess": references.guess("role", role)}
            yield Diagnostic(span=view.span, code="REL004", values=values)
