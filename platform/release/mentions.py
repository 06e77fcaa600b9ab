"""What the simpler kinds of definitions name: record types, promises, tables, chains, messages, lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..core.span import NOWHERE, Span
from ..core.text import Text
from ..expressions import Expression
from ..formbuilder.model import Field
from ..messages.model import Survey, Template
from ..messages.nodes import Each, If, Insert, Nodes
from ..messages.syntax import parse_source
from ..rules.model import Routing, Table, Team
from ..sla.model import Sla
from .model import RecordType, Segment, View
from .playbooks import Playbook

ANY_TYPE = "any"


@dataclass(frozen=True, slots=True)
class Mention:
    """One name in a definition. how: what for. record_type: of fields and states, if not the definition's own."""

    kind: str
    name: str
    how: str
    part: Text = Text()
    span: Span = NOWHERE
    record_type: str = ""


def reads(when: Expression | None, how: str, part: Text = Text()) -> Iterator[Mention]:
    """Yield the fields that a condition or formula reads."""
    if when is None:
        return
    names = {name.split(".")[0] for name in (*when.names, *when.columns)}
    for name in sorted(names):
        yield Mention("field", name, how, part, when.span)


def named(pairs: Iterable[tuple[str, str | None]], how: str, part: Text, span: Span) -> Iterator[Mention]:  # fmt: skip
    """Yield the names of *pairs* of kind and name that are there."""
    for kind, name in pairs:
        if name:
            yield Mention(kind, name, how, part, span)


def of_field(field: Field, *, how: str = "field") -> Iterator[Mention]:
    """Yield what one field names, itself first."""
    part = field.title or Text(field.id, field.id)
    yield Mention("field", field.id, how, part, field.span)
    yield from named([("taxonomy", field.taxonomy)], "choices", part, field.span)
    yield from named([("team", field.team)], "people", part, field.span)
    for condition, why in (
        (field.show, "show"),
        (field.require, "require"),
        (field.enable, "enable"),
        (field.value, "formula"),
    ):
        yield from reads(condition, why, part)
    for right in field.rights:
        for role in sorted(right.roles):
            yield Mention("role", role, "rights", part, right.places.get(role, field.span))
        for state in sorted(right.states):
            yield Mention("state", state, "rights", part, right.places.get(state, field.span))
    for column in field.columns:
        for mention in of_field(column):
            if (mention.kind, mention.name) != ("field", column.id):
                yield mention


def of_record_type(one: RecordType) -> Iterator[Mention]:
    """Yield what a record type names."""
    nothing = Text()
    yield Mention("workflow", one.workflow, "workflow", span=one.span)
    yield Mention("form", one.intake, "intake", span=one.span)
    yield from named([("sla", one.sla)], "promise", nothing, one.span)
    yield from named([("routing", one.routing)], "route", nothing, one.span)
    yield from named([("message_template", one.ack)], "acknowledge", nothing, one.span)
    yield from named([("rule", name) for name in sorted(one.without)], "without", nothing, one.span)
    summary = parse_source(one.summary, None, lambda _at, _length: NOWHERE)[0]
    for name in sorted(set(_read(summary))):
        yield Mention("field", name, "text", span=one.span)
    for field in one.fields:
        yield from of_field(field)
    roles = {role for some in one.access.acts.values() for role in some} | set(one.access.scope)
    for role in sorted(roles):
        yield Mention("role", role, "access", span=one.span)


def of_sla(sla: Sla) -> Iterator[Mention]:
    """Yield what promises name."""
    yield Mention("record_type", sla.record_type, "record_type", span=sla.span)
    yield Mention("field", sla.by, "tiers", span=sla.span)
    for policy in sla.policies:
        yield from reads(policy.when, "condition", policy.title)
        yield Mention("calendar", policy.calendar, "calendar", policy.title, policy.span)
        for target in policy.targets:
            pairs = (("calendar", target.calendar), ("role", target.role), ("field", target.date_field))  # fmt: skip
            yield from named(pairs, "target", policy.title, target.span)


def of_table(table: Table) -> Iterator[Mention]:
    """Yield what a decision table names."""
    yield from of_type(table.record_type, table.span)
    for names, how in ((table.inputs, "input"), (table.outputs, "output")):
        for name in names:
            yield Mention("field", name.split(".")[0], how, span=table.span)


def of_routing(routing: Routing) -> Iterator[Mention]:
    """Yield what a routing chain names."""
    yield from of_type(routing.record_type, routing.span)
    for number, link in enumerate(routing.chain, 1):
        part = Text(f"Step {number}", f"第 {number} 步")
        yield from reads(link.when, "condition", part)
        pairs = (("team", link.team), ("field", link.field), ("field", link.user_field))
        yield from named(pairs, "route", part, link.span)


def of_team(team: Team) -> Iterator[Mention]:
    """Yield what a team names: the calendar by which its shifts run."""
    yield from named([("calendar", team.calendar)], "shifts", Text(), team.calendar_span)


def of_template(template: Template) -> Iterator[Mention]:
    """Yield what a message template shows or asks about."""
    yield from of_type(template.record_type, template.span)
    names = {name for pair in template.parsed.values() for nodes in pair for name in _read(nodes)}
    for name in sorted(names):
        yield Mention("field", name, "text", span=template.span)


def _read(nodes: Nodes) -> Iterator[str]:
    for node in nodes:
        match node:
            case Insert(path=path):
                yield path[0]
            case If(path=path, then=then, otherwise=otherwise):
                yield path[0]
                yield from _read(then)
                yield from _read(otherwise)
            case Each(path=path, body=body):
                yield path[0]
                yield from _read(body)


def of_survey(survey: Survey) -> Iterator[Mention]:
    """Yield what a survey names."""
    yield from named([("message_template", survey.template)], "invitation", Text(), survey.span)


def of_playbook(playbook: Playbook) -> Iterator[Mention]:
    """Yield what a playbook names."""
    yield from of_type(playbook.record_type, playbook.span)
    yield from reads(playbook.when, "condition")
    for one in playbook.replies:
        yield from named(
            [("message_template", one.template)], "playbook_reply", one.title, one.span
        )
        if one.own is not None:
            names = {
                name for pair in one.own.parsed.values() for nodes in pair for name in _read(nodes)
            }
            for name in sorted(names):
                yield Mention("field", name, "text", one.title, one.own.span)


def of_view(view: View) -> Iterator[Mention]:
    """Yield what a saved list names."""
    yield from of_type(view.record_type, view.span)
    yield from reads(view.when, "condition")
    for name in view.columns:
        yield Mention("field", name, "column", span=view.span)
    for name in view.sort:
        yield Mention("field", name.lstrip("-"), "sort", span=view.span)
    for role in sorted(view.roles):
        yield Mention("role", role, "access", span=view.span)


def of_segment(segment: Segment) -> Iterator[Mention]:
    """Yield what a segment reads."""
    yield from reads(segment.when, "condition")


def of_type(record_type: str, span: Span) -> Iterator[Mention]:
    """Yield the record type that a definition is for, unless it is for all."""
    if record_type != ANY_TYPE:
        yield Mention("record_type", record_type, "record_type", span=span)
