"""Documents to one release: parsed, cross-checked, indexed, hashed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from ..calendars import WorkingTime
from ..calendars.parse import parse_calendar
from ..core.diagnostics import Diagnostic, has_errors
from ..core.roles import BUILT_IN_ROLES
from ..definitions import Document, Reader, tidy
from ..definitions.references import References
from ..expressions import TEXT, Schema
from ..expressions.types import Type
from ..formbuilder.check import check_form
from ..formbuilder.model import Field, Form, Taxonomy
from ..formbuilder.parse import declared_fields, parse_fields, parse_form, parse_taxonomy
from ..formbuilder.types import expression_type
from ..messages.check import check_message_template, check_survey
from ..messages.parse import parse_message_template, parse_survey
from ..rules.check import check_cycles, check_routing, check_rule, check_table
from ..rules.match import RuleIndex
from ..rules.parse import parse_routing, parse_rule, parse_table, parse_team
from ..sla.check import check_sla
from ..sla.parse import parse_sla
from ..workflows.check import check_workflow
from ..workflows.parse import parse_workflow
from .check import check_record_type, check_segment, check_view
from .model import RecordType, Release
from .parse import parse_record_type, parse_segment, parse_view
from .schema import EVENT, base_fields

T = TypeVar("T")
ANY_TYPE = "any"
Findings = tuple[Diagnostic, ...]


def release_hash(documents: Sequence[Document]) -> str:
    """Return the SHA-256 of the documents' content: the same meaning, the same hash, whatever the layout."""
    content = sorted((d.kind, d.id, d.value) for d in documents if d.kind not in ("block", "pack", "scenario"))
    return hashlib.sha256(
        json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    ).hexdigest()


def compile_release(
    documents: Sequence[Document], *, roles: frozenset[str] = frozenset(), teams: frozenset[str] = frozenset()
) -> tuple[Release | None, Findings]:
    """Return the release that *documents* (blocks filled in) make, None if any has errors, and every finding.

    roles, teams: further ones that the installation knows besides the definitions' own.
    """
    return _Compiler(documents, BUILT_IN_ROLES | roles, teams).run()


class _Compiler:
    """One compilation."""

    def __init__(self, documents: Sequence[Document], roles: frozenset[str], teams: frozenset[str]) -> None:
        self.documents = documents
        self.roles, self.more_teams = roles, teams
        self.found: list[Diagnostic] = []
        self.by_kind: dict[str, dict[str, Document]] = {}
        self.fields: dict[str, dict[str, Field]] = {}
        self.own_fields: dict[str, tuple[Field, ...]] = {}
        self.schemas: dict[str, Schema] = {}

    def run(self) -> tuple[Release | None, Findings]:
        self.sort_documents()
        taxonomies = self.each("taxonomy", parse_taxonomy)
        self.declare_fields(taxonomies)
        forms = self.each("form", lambda d: parse_form(d, self.schema_of(d), taxonomies))
        workflows = self.each("workflow", lambda d: parse_workflow(d, self.schema_of(d)))
        slas = self.each("sla", lambda d: parse_sla(d, self.schema_of(d)))
        rules = self.each("rule", lambda d: parse_rule(d, self.schema_of(d, event=True)))
        tables = self.each("table", lambda d: parse_table(d, self.schema_of(d)))
        routings = self.each("routing", lambda d: parse_routing(d, self.schema_of(d)))
        teams = self.each("team", parse_team)
        templates = self.each("message_template", lambda d: parse_message_template(d, self.schema_of(d, event=True)))
        surveys = self.each("survey", parse_survey)
        views = self.each("view", lambda d: parse_view(d, self.schema_of(d)))
        segments = self.each("segment", parse_segment)
        calendars = self.each("calendar", lambda d: parse_calendar(d.value, d.node.span_of, lambda p: (d.node.at(p) or d.node).where))
        record_types = self.each("record_type", lambda d: self.record_type(d, forms))
        self.check(
            taxonomies, forms, workflows, slas, rules, tables, routings, teams, templates, surveys, views, segments,
            calendars, record_types,
        )
        found = tidy(self.found)
        if has_errors(found):
            return None, found
        release = Release(
            hash=release_hash(self.documents),
            record_types=record_types,
            forms=forms,
            taxonomies=taxonomies,
            workflows=workflows,
            calendars=calendars,
            slas=slas,
            rules=rules,
            tables=tables,
            routings=routings,
            teams=teams,
            templates=templates,
            surveys=surveys,
            views=views,
            segments=segments,
            working_time={name: WorkingTime(calendar) for name, calendar in calendars.items()},
            rule_index={name: RuleIndex(rules.values(), name) for name in record_types},
        )
        return release, found

    # --- reading ----------------------------------------------------------------------------------

    def sort_documents(self) -> None:
        for document in self.documents:
            kept = self.by_kind.setdefault(document.kind, {})
            first = kept.setdefault(document.id, document)
            if first is not document:
                span = document.node.span_of(("id",))
                values = {"kind": document.kind, "id": document.id, "first": first.path}
                self.found.append(Diagnostic(span=span, code="REL001", values=values))

    def each(self, kind: str, parse: Callable[[Document], tuple[T | None, Findings]]) -> dict[str, T]:
        models: dict[str, T] = {}
        for document in self.by_kind.get(kind, {}).values():
            model, found = parse(document)
            self.found.extend(found)
            if model is not None:
                models[document.id] = model
        return models

    def type_named(self, document: Document) -> str:
        value = document.value.get("record_type")
        return value if isinstance(value, str) else ""

    def schema_of(self, document: Document, *, event: bool = False) -> Schema:
        name = self.type_named(document)
        if name and name != ANY_TYPE and name not in self.schemas:
            reader = Reader.of(document, self.found)
            node = reader.node("record_type")
            if node is not None:
                reader.unknown("REL003", node, self.schemas)
        schema = self.schemas.get(name) or self.any_schema()
        return schema.with_fields({"event": EVENT}) if event else schema

    def any_schema(self) -> Schema:
        """Return the names that every record type has; ``priority`` is any text there."""
        return Schema({**base_fields(), "priority": TEXT})

    def declare_fields(self, taxonomies: Mapping[str, Taxonomy]) -> None:
        """Gather the fields of every record type from its own list and from its forms."""
        for name, document in self.by_kind.get("record_type", {}).items():
            node = document.node.get("fields")
            own: tuple[Field, ...] = ()
            if node is not None:
                own, found = parse_fields(node, None, taxonomies)
                self.found.extend(found)
            self.own_fields[name] = own
            known: dict[str, tuple[Field, str]] = {}
            self.gather(known, own, document.path)
            for form in self.by_kind.get("form", {}).values():
                if self.type_named(form) == name:
                    fields, found = declared_fields(form, taxonomies)
                    self.found.extend(found)
                    self.gather(known, fields, form.path)
            self.fields[name] = {key: field for key, (field, _) in known.items()}
            self.schemas[name] = Schema({**base_fields(self.states_of(document)), **self.types(name)})

    def gather(self, known: dict[str, tuple[Field, str]], fields: tuple[Field, ...], path: str) -> None:
        for field in fields:
            if field.type == "heading":
                continue
            earlier = known.setdefault(field.id, (field, path))
            if expression_type(earlier[0]) != expression_type(field):
                values = {"field": field.id, "type": str(field.type), "other": str(earlier[0].type), "where": earlier[1]}
                self.found.append(Diagnostic(span=field.span, code="REL002", values=values))

    def types(self, record_type: str) -> dict[str, Type]:
        return {name: expression_type(field) for name, field in self.fields[record_type].items()}

    def states_of(self, document: Document) -> tuple[str, ...] | None:
        workflow = self.by_kind.get("workflow", {}).get(str(document.value.get("workflow")))
        states = workflow.value.get("states") if workflow else None
        return tuple(str(name) for name in states) if isinstance(states, dict) else None

    def record_type(self, document: Document, forms: Mapping[str, Form]) -> tuple[RecordType | None, Findings]:
        name = document.id
        own = tuple(key for key, form in forms.items() if form.record_type == name)
        return parse_record_type(
            document, self.own_fields[name], self.fields[name], own, self.schemas[name], self.roles
        )

    # --- checking ---------------------------------------------------------------------------------

    def references(self, record_type: str, taxonomies: Any, workflow: Document | None) -> References:
        ids = {kind: frozenset(documents) for kind, documents in self.by_kind.items()}
        ids["team"] = ids.get("team", frozenset()) | self.more_teams
        ids["template"] = ids.get("message_template", frozenset())
        ids["role"] = self.roles
        fields = self.fields.get(record_type)
        if fields is None:
            fields = {name: field for known in self.fields.values() for name, field in known.items()}
        ids["field"] = frozenset(fields) | frozenset(base_fields())
        ids["form"] = frozenset(
            name for name, form in self.by_kind.get("form", {}).items() if record_type in (ANY_TYPE, self.type_named(form))
        )
        states: set[str] = set()
        for name, document in self.by_kind.get("record_type", {}).items():
            if record_type in (name, ANY_TYPE):
                states |= set(self.states_of(document) or ())
        ids["state"] = frozenset(states)
        return References(ids=ids)

    def check(
        self, taxonomies: Any, forms: Any, workflows: Any, slas: Any, rules: Any, tables: Any, routings: Any, teams: Any,
        templates: Any, surveys: Any, views: Any, segments: Any, calendars: Any, record_types: Any,
    ) -> None:
        cache: dict[str, References] = {}

        def refs(record_type: str) -> References:
            if record_type not in cache:
                cache[record_type] = self.references(record_type, taxonomies, None)
            return cache[record_type]

        def fields(record_type: str) -> Mapping[str, Field]:
            return self.fields.get(record_type, {})

        for form in forms.values():
            self.found.extend(check_form(form, refs(form.record_type)))
        for workflow in workflows.values():
            self.found.extend(check_workflow(workflow, refs(workflow.record_type)))
        for sla in slas.values():
            self.found.extend(check_sla(sla, refs(sla.record_type), fields(sla.record_type), calendars))
        for rule in rules.values():
            self.found.extend(check_rule(rule, refs(rule.record_type), fields(rule.record_type)))
        self.found.extend(check_cycles(tuple(rules.values())))
        for table in tables.values():
            self.found.extend(check_table(table, refs(table.record_type), fields(table.record_type)))
        for routing in routings.values():
            self.found.extend(check_routing(routing, refs(routing.record_type)))
        for template in templates.values():
            self.found.extend(check_message_template(template, refs(template.record_type)))
        for survey in surveys.values():
            self.found.extend(check_survey(survey, refs(ANY_TYPE)))
        for view in views.values():
            self.found.extend(check_view(view, refs(view.record_type)))
        for segment in segments.values():
            self.found.extend(check_segment(segment))
        for record_type in record_types.values():
            self.found.extend(check_record_type(record_type, refs(record_type.id), forms, workflows, slas, routings))
