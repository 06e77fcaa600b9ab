"""A release as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..access.model import Access
from ..calendars import Calendar, WorkingTime
from ..core.span import NOWHERE, Span
from ..core.text import Text
from ..expressions import Expression, Schema
from ..formbuilder.model import Field, Form, Taxonomy
from ..messages.model import Survey, Template
from ..rules.match import RuleIndex
from ..rules.model import Routing, Rule, Table, Team
from ..sla.model import Sla
from ..workflows.model import Workflow
from .playbooks import Playbook
from .retention import Retention


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicates:
    """When two open records of one requester may be the same request. within: seconds; alike: titles, 0 to 100."""

    within: int
    alike: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordType:
    """What a record is: its number, its forms, its process, and who may do what with it.

    number: pattern with {yyyy} {mm} {dd} {seq:6}. summary: message template that makes the title when
    no field ``title`` is filled. portal: offered to customers. without: rules for records of any type that
    leave these alone.
    """

    id: str
    title: Text
    plural: Text
    description: Text = Text()
    number: str
    workflow: str
    intake: str
    sla: str | None = None
    routing: str | None = None
    summary: str = ""
    ack: str | None = None
    portal: bool = True
    without: frozenset[str] = frozenset()
    duplicates: Duplicates | None = None
    icon: str = "ticket"
    fields: tuple[Field, ...] = ()
    forms: tuple[str, ...] = ()
    priority_field: str = "priority"
    access: Access = field(default_factory=Access)
    retention: Retention | None = None
    schema: Schema
    all_fields: Mapping[str, Field] = field(default_factory=dict)
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A saved list: condition, columns, order."""

    id: str
    title: Text
    record_type: str
    when: Expression | None = None
    columns: tuple[str, ...] = ()
    sort: tuple[str, ...] = ()
    roles: frozenset[str] = frozenset()
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A named condition on customers."""

    id: str
    title: Text
    when: Expression
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """All definitions of one moment. hash: SHA-256 over the canonical documents; the release's name."""

    hash: str
    record_types: Mapping[str, RecordType] = field(default_factory=dict)
    forms: Mapping[str, Form] = field(default_factory=dict)
    taxonomies: Mapping[str, Taxonomy] = field(default_factory=dict)
    workflows: Mapping[str, Workflow] = field(default_factory=dict)
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    slas: Mapping[str, Sla] = field(default_factory=dict)
    rules: Mapping[str, Rule] = field(default_factory=dict)
    tables: Mapping[str, Table] = field(default_factory=dict)
    routings: Mapping[str, Routing] = field(default_factory=dict)
    teams: Mapping[str, Team] = field(default_factory=dict)
    templates: Mapping[str, Template] = field(default_factory=dict)
    surveys: Mapping[str, Survey] = field(default_factory=dict)
    playbooks: Mapping[str, Playbook] = field(default_factory=dict)
    views: Mapping[str, View] = field(default_factory=dict)
    segments: Mapping[str, Segment] = field(default_factory=dict)
    working_time: Mapping[str, WorkingTime] = field(default_factory=dict)
    rule_index: Mapping[str, RuleIndex] = field(default_factory=dict)
    asked: Mapping[tuple[str, str, str], Form] = field(default_factory=dict)

    def workflow_of(self, record_type: str) -> Workflow | None:
        """Return the life that records of a type lead, None for an unknown type or one without."""
        kind = self.record_types.get(record_type)
        return self.workflows.get(kind.workflow) if kind else None
