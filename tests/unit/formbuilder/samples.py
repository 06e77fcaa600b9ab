"""Forms that the tests of this folder share, and short ways to make and fill one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from textwrap import dedent, indent
from typing import Any

from sopwith.core.diagnostics import Diagnostic
from sopwith.core.roles import BUILT_IN_ROLES
from sopwith.definitions import read_text
from sopwith.definitions.references import References
from sopwith.expressions import TEXT, ChoiceType, Context, RecordType, Schema
from sopwith.formbuilder.model import Form, Taxonomy
from sopwith.formbuilder.parse import declared_fields, parse_form, parse_taxonomy
from sopwith.formbuilder.result import FormResult
from sopwith.formbuilder.types import expression_type
from sopwith.formbuilder.validate import evaluate_form

T = "title: {en: T, zh-CN: 题}"
HEAD = f"kind: form\nid: f\nrecord_type: ticket\n{T}\n"
BASE = Schema(
    {
        "state": TEXT,
        "customer": RecordType("customer", {"tier": ChoiceType(("normal", "vip"))}),
    }
)
REFERENCES = References(
    ids={
        "record_type": frozenset({"ticket"}),
        "role": BUILT_IN_ROLES,
        "state": frozenset({"diagnosis", "solving"}),
        "team": frozenset({"tier-2"}),
    }
)
NOW = Context(now=datetime(2026, 11, 22, 9, 30, tzinfo=UTC), zone="Asia/Shanghai")
AGENT = frozenset({"agent"})


def parse_all(text: str, path: str = "f.yaml") -> tuple[Form | None, tuple[Diagnostic, ...]]:
    """Return the first form of a file that may hold taxonomies too, and everything found in it."""
    documents, reading = read_text(text, path)
    found = list(reading)
    taxonomies: dict[str, Taxonomy] = {}
    for document in documents:
        if document.kind == "taxonomy":
            taxonomy, more = parse_taxonomy(document)
            found += more
            if taxonomy is not None:
                taxonomies[taxonomy.id] = taxonomy
    for document in documents:
        if document.kind == "form":
            declared, _ = declared_fields(document, taxonomies)
            schema = BASE.with_fields({one.id: expression_type(one) for one in declared})
            form, more = parse_form(document, schema, taxonomies)
            return form, (*found, *more)
    return None, tuple(found)


def form(fields: str, *, head: str = "", section: str = "", before: str = "") -> Form:
    """Return the form with these *fields* (YAML list items); it must parse without findings.

    ``T`` among the keys of a field stands for a title.
    """
    text = f"{before}{HEAD}{head}sections:\n  - id: main\n{indent(section, '    ')}    fields:\n"
    text += indent(dedent(fields).strip("\n"), "      ").replace("{T,", f"{{{T},") + "\n"
    made, found = parse_all(text)
    assert not found, [item.render("en") for item in found]
    assert made is not None
    return made


def fill(
    made: Form,
    typed: Mapping[str, Any],
    scope: Mapping[str, Any] | None = None,
    *,
    roles: frozenset[str] = AGENT,
    state: str | None = None,
    partial: bool = False,
    lookup: Any = None,
    context: Context = NOW,
) -> FormResult:
    return evaluate_form(
        made,
        typed,
        scope=scope or {},
        context=context,
        roles=roles,
        state=state,
        partial=partial,
        lookup=lookup,
    )


def told(result: FormResult) -> list[tuple[str, str]]:
    return [(problem.path, problem.code) for problem in result.problems]


def codes(found: tuple[Diagnostic, ...]) -> list[str]:
    return [item.code for item in found]
