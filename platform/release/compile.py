"""Documents to one release: parsed, cross-checked, indexed, hashed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from ..calendars import Calendar, WorkingTime
from ..calendars.parse import parse_calendar
from ..core.diagnostics import Diagnostic, has_errors
from ..core.roles import BUILT_IN_ROLES
from ..definitions import Document, Reader, tidy
from ..definitions.references import References
from ..expressions import TEXT, Schema
from ..expressions.types import Type
from ..formbuilder.check import check_form
from ..formbuilder.model import Field, Form, Taxonomy
from ..formbuilder.parse import (
    PlainFields,
    declared_fields,
    parse_fields,
    parse_form,
    parse_taxonomy,
)
from ..formbuilder.types import expression_type
from ..messages.check import check_message_template, check_survey
from ..messages.parse import parse_message_template, parse_survey
from ..rules.check import check_cycles, check_routing, check_rule, check_table, check_team
from ..rules.match import RuleIndex
from ..rules.overwriting import check_overwriting
from ..rules.parse import parse_routing, parse_rule, parse_table, parse_team
from ..sla.check import check_sla
from ..sla.parse import parse_sla
from ..workflows.check import check_workflow
from ..workflows.graph import automatic_steps, reached
from ..workflows.parse import parse_workflow
from .asked import asked_forms
from .check import check_record_type, check_view
from .known import Known
from .model import RecordType, Release
from .parse import parse_record_type, parse_segment, parse_view
from .playbooks import check_playbook, parse_playbook
from .schema import EVENT, base_fields

T = TypeVar("T")
ANY_TYPE = "any"
Findings = tuple[Diagnostic, ...]


def release_hash(documents: Sequence[Document]) -> str:
    """Return the SHA-256 of the documents' content: the same meaning, the same hash, whatever the layout."""
    content = sorted(
        ((d.kind, d.id, d.value) for d in documents if d.kind not in ("block", "pack", "scenario")),
        key=lambda one: (*one[:2], json.dumps(one[2], sort_keys=True)),
    )
    return hashlib.sha256(
        json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    ).hexdigest()


def compile_release(
    documents: Sequence[Document],
    *,
    roles: frozenset[str] = frozenset(),
    teams: frozenset[str] = frozenset(),
) -> tuple[Release | None, Findings]:
    """Return the release that *documents* (blocks filled in) make, None if any has errors, and every finding.

    roles, teams: further ones that the installation knows besides the definitions' own.
    """
    release, found = compile_partly(documents, roles=roles, teams=teams)
    return (None if has_errors(found) else release), found


def compile_partly(
    documents: Sequence[Document],
    *,
    roles: frozenset[str] = frozenset(),
    teams: frozenset[str] = frozenset(),
    known: Known | None = None,
) -> tuple[Release, Findings]:
    """Return what can be read of *documents*, and every finding: for pages that show half-finished work.

    A definition with errors of its own is left out; what names it stays, so this is no release to run.
    known: what the same editor knows of earlier texts; it takes note of this one.
    """
    return _Compiler(documents, BUILT_IN_ROLES | roles, teams, known).run()


def declared_names(
    documents: Sequence[Document], known: Known | None = None
) -> tuple[Mapping[str, Schema], Mapping[str, Mapping[str, Field]], Schema]:
    """Return what conditions of each record type may read, its fields, and what those of any type may read."""
    compiler = _Compiler(documents, BUILT_IN_ROLES, frozenset(), known)
    compiler.sort_documents()
    compiler.taxonomies = compiler.each("taxonomy", parse_taxonomy)
    compiler.declare_fields(compiler.taxonomies)
    return compiler.schemas, compiler.fields, compiler.any_schema()


class _Compiler:
    """One compilation."""

    def __init__(
        self,
        documents: Sequence[Document],
        roles: frozenset[str],
        teams: frozenset[str],
        known: Known | None = None,
    ) -> None:
        self.documents = documents
        self.known = known or Known()
        self.plain: PlainFields = {}
        self.roles, self.more_teams = roles, teams
        self.found: list[Diagnostic] = []
        self.by_kind: dict[str, dict[str, Document]] = {}
        self.fields: dict[str, dict[str, Field]] = {}
        self.own_fields: dict[str, tuple[Field, ...]] = {}
        self.schemas: dict[str, Schema] = {}
        self.taxonomies: dict[str, Taxonomy] = {}

    def run(self) -> tuple[Release, Findings]:
        self.sort_documents()
        taxonomies = self.taxonomies = self.each("taxonomy", parse_taxonomy)
        self.declare_fields(taxonomies)
        forms = self.each("form", self.form, lambda d: (self.schema_of(d), taxonomies))
        calendars = self.each("calendar", _calendar)
        rules = self.each("rule", parse_rule, self.with_event)
        record_types: dict[str, RecordType] = {}
        for document in self.by_kind.get("record_type", {}).values():
            kind, found = self.record_type(document, forms)
            self.found.extend(found)
            if kind is not None:
                record_types[document.id] = kind
        workflows = self.each("workflow", parse_workflow, self.with_schema)
        release = Release(
            hash=release_hash(self.documents),
            record_types=record_types,
            forms=forms,
            taxonomies=taxonomies,
            workflows=workflows,
            asked=asked_forms(record_types, workflows),
            calendars=calendars,
            slas=self.each("sla", parse_sla, self.with_schema),
            rules=rules,
            tables=self.each("table", parse_table, self.with_schema),
            routings=self.each("routing", parse_routing, self.with_schema),
            teams=self.each("team", parse_team, lambda _: (calendars,)),
            templates=self.each("message_template", parse_message_template, self.with_event),
            surveys=self.each("survey", parse_survey),
            playbooks=self.each("playbook", parse_playbook, self.with_schema),
            views=self.each("view", parse_view, self.with_schema),
            segments=self.each("segment", parse_segment),
            working_time={name: WorkingTime(calendar) for name, calendar in calendars.items()},
            rule_index={
                name: RuleIndex((one for one in rules.values() if one.id not in kind.without), name)
                for name, kind in record_types.items()
            },
        )
        self.check(release)
        return release, tidy(self.found)

    # --- reading ----------------------------------------------------------------------------------

    def sort_documents(self) -> None:
        for document in self.documents:
            kept = self.by_kind.setdefault(document.kind, {})
            first = kept.setdefault(document.id, document)
            if first is not document:
                span = document.node.span_of(("id",))
                values = {"kind": document.kind, "id": document.id, "first": first.path}
                self.found.append(Diagnostic(span=span, code="REL001", values=values))

    def each(
        self,
        kind: str,
        parse: Callable[..., tuple[T | None, Findings]],
        given: Callable[[Document], tuple[object, ...]] = lambda _: (),
    ) -> dict[str, T]:
        """Return the models of all definitions of *kind* by id. given: what *parse* needs besides the document."""
        models: dict[str, T] = {}
        for document in self.by_kind.get(kind, {}).values():
            model, found = self.known.read(kind, document, given(document), parse)
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

    def with_schema(self, document: Document) -> tuple[Schema]:
        return (self.schema_of(document),)

    def with_event(self, document: Document) -> tuple[Schema]:
        schema = self.schema_of(document, event=True)
        return (self.known.same("event", self.type_named(document), schema),)

    def form(self, document: Document, schema: Schema, taxonomies: Mapping[str, Taxonomy]) -> tuple[Form | None, Findings]:  # fmt: skip
        return parse_form(document, schema, taxonomies, self.plain)

    def declared(self, document: Document, taxonomies: Mapping[str, Taxonomy]) -> tuple[tuple[Field, ...], Findings]:  # fmt: skip
        return declared_fields(document, taxonomies, self.plain)

    def any_schema(self) -> Schema:
        """Return the names that every record type has; ``priority`` is any text there."""
        return self.known.same("schema", ANY_TYPE, Schema({**base_fields(), "priority": TEXT}))

    def declare_fields(self, taxonomies: Mapping[str, Taxonomy]) -> None:
        """Gather the fields of every record type from its own list and from its forms."""
        for name, document in self.by_kind.get("record_type", {}).items():
            node = document.node.get("fields")
            own: tuple[Field, ...] = ()
            if node is not None:
                own, _ = parse_fields(node, None, taxonomies)
            self.own_fields[name] = own
            known: dict[str, tuple[Field, str]] = {}
            self.gather(known, own, document.path)
            for form in self.by_kind.get("form", {}).values():
                if self.type_named(form) == name:
                    given = (taxonomies,)
                    fields, found = self.known.read("declared", form, given, self.declared)
                    self.found.extend(found)
                    self.gather(known, fields, form.path)
            self.fields[name] = {key: field for key, (field, _) in known.items()}
            schema = Schema({**base_fields(self.states_of(document)), **self.types(name)})
            self.schemas[name] = self.known.same("schema", name, schema)

    def gather(
        self, known: dict[str, tuple[Field, str]], fields: tuple[Field, ...], path: str
    ) -> None:
        for field in fields:
            if field.type == "heading":
                continue
            earlier = known.setdefault(field.id, (field, path))
            if expression_type(earlier[0]) != expression_type(field):
                values = {
                    "field": field.id,
                    "type": str(field.type),
                    "other": str(earlier[0].type),
                    "where": earlier[1],
                }
                self.found.append(Diagnostic(span=field.span, code="REL002", values=values))

    def types(self, record_type: str) -> dict[str, Type]:
        return {name: expression_type(field) for name, field in self.fields[record_type].items()}

    def states_of(self, document: Document) -> tuple[str, ...] | None:
        workflow = self.by_kind.get("workflow", {}).get(str(document.value.get("workflow")))
        states = workflow.value.get("states") if workflow else None
        return tuple(str(name) for name in states) if isinstance(states, dict) else None

    def record_type(
        self, document: Document, forms: Mapping[str, Form]
    ) -> tuple[RecordType | None, Findings]:
        name = document.id
        node = document.node.get("fields")
        if node is not None:  # once more, now that conditions can be read
            self.own_fields[name], found = parse_fields(node, self.schemas[name], self.taxonomies)
            self.found.extend(found)
        own = tuple(key for key, form in forms.items() if form.record_type == name)
        return parse_record_type(
            document, self.own_fields[name], self.fields[name], own, self.schemas[name], self.roles
        )

    # --- checking ---------------------------------------------------------------------------------

    def references(self, record_type: str, release: Release) -> References:
        """Return what definitions of *record_type* may name."""
        ids = {kind: frozenset(documents) for kind, documents in self.by_kind.items()}
        ids["team"] = ids.get("team", frozenset()) | self.more_teams
        ids["template"] = ids.get("message_template", frozenset())
        ids["role"] = self.roles
        fields = self.fields.get(record_type)
        if fields is None:
            fields = {
                name: field for known in self.fields.values() for name, field in known.items()
            }
        ids["field"] = frozenset(fields) | frozenset(base_fields())
        ids["form"] = frozenset(
            name
            for name, form in self.by_kind.get("form", {}).items()
            if record_type in (ANY_TYPE, self.type_named(form))
        )
        states: set[str] = set()
        for name, document in self.by_kind.get("record_type", {}).items():
            if record_type in (name, ANY_TYPE):
                states |= set(self.states_of(document) or ())
        ids["state"] = frozenset(states)
        ids["entered_by_rule"] = frozenset(
            str(action.args["to"])
            for rule in release.rules.values()
            if rule.record_type in (record_type, ANY_TYPE)
            for action in rule.then
            if action.kind == "transition"
        )
        return References(ids=ids)

    def check(self, release: Release) -> None:
        """Look for what definitions name and mean together."""
        known: dict[str, References] = {}

        def refs(record_type: str) -> References:
            if record_type not in known:
                known[record_type] = self.references(record_type, release)
            return known[record_type]

        def fields(record_type: str) -> Mapping[str, Field]:
            return self.fields.get(record_type, {})

        add = self.found.extend
        for form in release.forms.values():
            add(check_form(form, refs(form.record_type)))
        for workflow in release.workflows.values():
            add(check_workflow(workflow, refs(workflow.record_type)))
        for sla in release.slas.values():
            add(check_sla(sla, refs(sla.record_type), fields(sla.record_type), release.calendars))
        for rule in release.rules.values():
            add(check_rule(rule, refs(rule.record_type), fields(rule.record_type), self.fields))
        add(check_cycles(tuple(release.rules.values()), release.tables, _first_states(release)))
        add(check_overwriting(tuple(release.rules.values())))
        for table in release.tables.values():
            add(check_table(table, refs(table.record_type), fields(table.record_type)))
        for routing in release.routings.values():
            add(
                check_routing(
                    routing, refs(routing.record_type), fields(routing.record_type), release.teams
                )
            )
        for team in release.teams.values():
            add(check_team(team, refs(ANY_TYPE)))
        for template in release.templates.values():
            add(check_message_template(template, refs(template.record_type)))
        for survey in release.surveys.values():
            add(check_survey(survey, refs(ANY_TYPE)))
        for playbook in release.playbooks.values():
            add(check_playbook(playbook, refs(playbook.record_type), release.templates))
        for view in release.views.values():
            add(check_view(view, refs(view.record_type)))
        for record_type in release.record_types.values():
            add(check_record_type(record_type, refs(record_type.id), release))


def _first_states(release: Release) -> dict[str, frozenset[str]]:
    """Return for each record type the states that a new record may enter without a person."""
    found: dict[str, frozenset[str]] = {}
    for name, kind in release.record_types.items():
        workflow = release.workflows.get(kind.workflow)
        if workflow is not None:
            follow: dict[str, list[str]] = {}
            for step in automatic_steps(workflow):
                follow.setdefault(step.source, []).append(step.target)
            found[name] = reached({workflow.start}, follow)
    return found


def _calendar(document: Document) -> tuple[Calendar | None, Findings]:
    node = document.node
    return parse_calendar(document.value, node.span_of, lambda path: (node.at(path) or node).where)
