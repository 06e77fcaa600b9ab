"""Where every definition is used: what definitions name, the other way round."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..core.span import NOWHERE, Span
from ..core.text import Text
from ..definitions import Document
from ..definitions import Use as BlockUse
from ..definitions.node import Node
from . import mentions as m
from .mentions_rules import of_rule
from .mentions_work import of_form, of_workflow
from .model import RecordType, Release

Key = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One place that uses a definition.

    kind, id: of the definition that does. how: what for, one word such as ``owner`` or ``condition``.
    part: what people call the state, field or step it stands in; empty for the definition as a
    whole. span: where it is written, as exactly as is known.
    """

    kind: str
    id: str
    how: str
    part: Text = Text()
    span: Span = NOWHERE


def field_key(record_type: str, field: str) -> Key:
    """Return under which key the uses of a field stand."""
    return ("field", f"{record_type}#{field}")


def state_key(workflow: str, state: str) -> Key:
    """Return under which key the uses of a state stand."""
    return ("state", f"{workflow}#{state}")


def usages(
    release: Release, documents: Sequence[Document], uses: Iterable[BlockUse] = ()
) -> Mapping[Key, tuple[Use, ...]]:
    """Return the places that use each definition, each once, in the order of kinds and files.

    Keys are kind and id. Fields, states, roles and blocks have the kinds ``field`` (see
    field_key), ``state`` (see state_key), ``role`` and ``block``. documents: to point at the very
    words. uses: where blocks stand.
    """
    places = _Places(documents)
    found: dict[Key, dict[Use, None]] = {}
    for kind, name, record_type, mentions in _all(release):
        for one in mentions:
            span = places.exact((kind, name), one.name, one.span)
            use = Use(kind=kind, id=name, how=one.how, part=one.part, span=span)
            for key in _keys(release, one, record_type):
                if key != (kind, name):
                    found.setdefault(key, {})[use] = None
    for block in uses:
        use = Use(kind=block.document[0], id=block.document[1], how="block", span=block.span)
        found.setdefault(("block", block.block), {})[use] = None
    return {key: tuple(kept) for key, kept in found.items()}


def _all(release: Release) -> Iterator[tuple[str, str, str, Iterator[m.Mention]]]:
    """Yield every definition: kind, id, record type, and what it names."""
    for record_type in release.record_types.values():
        yield "record_type", record_type.id, record_type.id, m.of_record_type(record_type)
    for form in release.forms.values():
        yield "form", form.id, form.record_type, of_form(form)
    for workflow in release.workflows.values():
        yield "workflow", workflow.id, workflow.record_type, of_workflow(workflow)
    for sla in release.slas.values():
        yield "sla", sla.id, sla.record_type, m.of_sla(sla)
    for rule in release.rules.values():
        yield "rule", rule.id, rule.record_type, of_rule(rule)
    for table in release.tables.values():
        yield "table", table.id, table.record_type, m.of_table(table)
    for routing in release.routings.values():
        yield "routing", routing.id, routing.record_type, m.of_routing(routing)
    for team in release.teams.values():
        yield "team", team.id, m.ANY_TYPE, m.of_team(team)
    for template in release.templates.values():
        yield "message_template", template.id, template.record_type, m.of_template(template)
    for survey in release.surveys.values():
        yield "survey", survey.id, m.ANY_TYPE, m.of_survey(survey)
    for playbook in release.playbooks.values():
        yield "playbook", playbook.id, playbook.record_type, m.of_playbook(playbook)
    for view in release.views.values():
        yield "view", view.id, view.record_type, m.of_view(view)
    for segment in release.segments.values():
        yield "segment", segment.id, m.ANY_TYPE, m.of_segment(segment)


def _keys(release: Release, mention: m.Mention, record_type: str) -> Iterator[Key]:
    """Yield what *mention* means: a field or a state, in each record type that has it."""
    kind, name = mention.kind, mention.name
    if kind not in ("field", "state"):
        yield (kind, name)
        return
    for one in _types(release, mention.record_type or record_type):
        if kind == "field" and name in one.all_fields:
            yield field_key(one.id, name)
        workflow = release.workflows.get(one.workflow)
        if kind == "state" and workflow is not None and name in workflow.states:
            yield state_key(workflow.id, name)


def _types(release: Release, name: str) -> Iterable[RecordType]:
    if name == m.ANY_TYPE:
        return release.record_types.values()
    found = release.record_types.get(name)
    return (found,) if found is not None else ()


class _Places:
    """Finds the very words of a mention inside its definition."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._documents = {document.key: document for document in documents}
        self._words: dict[Key, dict[str, list[Node]]] = {}

    def exact(self, key: Key, name: str, span: Span) -> Span:
        """Return the first place at or after *span* where *name* stands alone, else *span*."""
        for node in self._of(key).get(name, ()):
            where = node.span
            if where.path == span.path and (where.line, where.column) >= (span.line, span.column):
                return where
        return span

    def _of(self, key: Key) -> dict[str, list[Node]]:
        if key not in self._words:
            words: dict[str, list[Node]] = {}
            document = self._documents.get(key)
            for node in document.node.walk() if document is not None else ():
                if node.kind == "scalar":
                    words.setdefault(node.words, []).append(node)
            self._words[key] = words
        return self._words[key]
