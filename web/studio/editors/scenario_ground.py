"""What a step of a scenario may name: people, states, fields and their choices, rules, messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sopwith.core.record import Category
from sopwith.core.text import Text
from sopwith.formbuilder.model import Field, FieldType, Option
from sopwith.lab.cast import Cast
from sopwith.release.model import Release
from sopwith.workflows.model import Workflow

from ...languages import lang
from ...wording import gettext as _
from ..expected_words import category_words
from .lenient import mapping, sequence, words

Choices = Sequence[tuple[Any, str]]
UNASKED = frozenset({FieldType.COMPUTED, FieldType.HEADING})
WRITTEN = frozenset({FieldType.FILES, FieldType.TABLE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The names that fit, by what they are for: ``state``, ``person``, ``team`` and so on. fields: of the record type."""

    choices: Mapping[str, Choices] = field(default_factory=dict)
    fields: Mapping[str, Field] = field(default_factory=dict)

    def of(self, kind: str) -> Choices:
        """Return the choices of *kind*; none for what is not known."""
        return self.choices.get(kind, ())

    def of_field(self, one: Field) -> Choices:
        """Return the values that a field may have, where they are few."""
        match one.type:
            case FieldType.CHOICE | FieldType.TREE_CHOICE | FieldType.MULTI_CHOICE:
                return list(_options(one.options))
            case FieldType.YES_NO:
                return [(True, _("yes")), (False, _("no"))]
            case FieldType.USER:
                return self.of("person")
            case FieldType.TEAM:
                return self.of("team")
            case FieldType.CUSTOMER:
                return self.of("customer")
        return ()


def ground_of(release: Release, doc: Mapping[str, Any], sample: Cast, step: Any) -> Ground:
    """Return what *step* of the scenario *doc* may name. sample: who is there where it names nobody of its own."""
    kind = release.record_types.get(record_type_of(doc, step))
    flow = release.workflows.get(kind.workflow) if kind is not None else None
    people, customers = _cast(mapping(doc.get("given")), sample)
    both = [*people, *((name, _("%(name)s (customer)", name=said)) for name, said in customers)]
    priority = kind.all_fields.get(kind.priority_field) if kind is not None else None
    known: dict[str, Choices] = {
        "person": people,
        "customer": customers,
        "anybody": both,
        "record": [(name, name) for name in _records(doc)],
        "type": _titled(release.record_types),
        "team": _titled(release.teams),
        "rule": _titled(release.rules),
        "message_template": [(name, name) for name in release.templates],
        "form": [(one.id, _said(one.title, one.id)) for one in release.forms.values() if kind is None or one.record_type == kind.id],
        "category": [(one.value, category_words(one)) for one in Category],
        "priority": list(_options(priority.options)) if priority is not None else (),
        **(_of_flow(flow) if flow is not None else {}),
    }  # fmt: skip
    return Ground(choices=known, fields=kind.all_fields if kind is not None else {})


def _of_flow(flow: Workflow) -> dict[str, Choices]:
    states = flow.states.values()
    return {
        "state": [(one.id, _said(one.title, one.id)) for one in states],
        "item": [(item.id, _said(item.title, item.id)) for one in states for item in one.checklist],
        "task": [
            (branch.id, _said(branch.title, branch.id))
            for one in states
            if one.parallel is not None
            for branch in one.parallel.branches
        ],
    }


def record_type_of(doc: Mapping[str, Any], step: Any) -> str:
    """Return the record type that *step* is about: what the record it names was opened as, else the scenario's."""
    it = mapping(step)
    own = words(mapping(it.get("create")).get("type"))
    if own:
        return own
    name = words(it.get("record"))
    for one in sequence(doc.get("steps")):
        made = mapping(mapping(one).get("create"))
        if name and words(made.get("as")) == name and made.get("type"):
            return words(made["type"])
    return words(doc.get("record_type"))


def _records(doc: Mapping[str, Any]) -> list[str]:
    """Return the names that steps give to the records they open."""
    made = (mapping(mapping(one).get("create")) for one in sequence(doc.get("steps")))
    return list(dict.fromkeys(words(one.get("as")) for one in made if words(one.get("as"))))


def _cast(given: Mapping[str, Any], sample: Cast) -> tuple[Choices, Choices]:
    own = [_who(given.get(key)) for key in ("people", "customers")]
    if own[0] or own[1]:
        return own[0], own[1]
    people = [(one.id, one.name) for one in sample.people]
    return people, [(name, str(one.get("name") or name)) for name, one in sample.customers.items()]


def _who(some: Any) -> list[tuple[str, str]]:
    known = [mapping(one) for one in sequence(some)]
    return [(words(one.get("id")), words(one.get("name")) or words(one.get("id"))) for one in known if words(one.get("id"))]  # fmt: skip


def _titled(some: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(name, _said(one.title, name)) for name, one in some.items()]


def _said(title: Text, other: str) -> str:
    return title.get(lang()) or other


def _options(options: Iterable[Option], above: str = "") -> Iterable[tuple[str, str]]:
    for one in options:
        said = f"{above} / {_said(one.title, one.id)}" if above else _said(one.title, one.id)
        yield one.id, said
        yield from _options(one.items, said)
