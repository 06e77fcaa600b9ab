"""What may be chosen in a workflow: states, owners, limits, roles, fields and how approvals are decided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sopwith.core.roles import BUILT_IN_ROLES
from sopwith.workflows.model import Workflow

from ...languages import lang
from ...rendering import role_word
from ...wording import gettext as _
from .lenient import words
from .subject import Subject
from .workflow_changes import states_of

Pairs = list[tuple[Any, str]]
_RANK = ("customer", "staff", "agent", "lead", "manager", "admin")


def choices(subject: Subject, workflow: Workflow | None) -> Mapping[str, Any]:
    """Return the choices that the inspectors of a workflow offer, as pairs of value and words."""
    kind = words(subject.doc.get("record_type"))
    fields, cells = _fields(subject, kind), _cells(subject, kind)
    return {
        "state_choices": _states(subject),
        "first_team": _first(subject, "team"),
        "first_routing": _first(subject, "routing"),
        "role_choices": _roles(),
        "field_choices": fields,
        "person_fields": [pair for pair in fields if pair[0] in _people(subject, kind)],
        "cell_choices": cells,
        "blank_cells": {value: "1d" for value, _words in cells} or {"P2": "1d"},
        "categories": [
            ("open", _("Open: somebody works on it")),
            ("waiting", _("Waiting: for somebody else")),
            ("resolved", _("Resolved: waits to be confirmed")),
            ("closed", _("Closed: the end")),
        ],
        "decisions": decisions(),
        "form_choices": _forms(subject, kind),
    }


def decisions() -> Pairs:
    """Return the four ways in which votes decide, each with its rule."""
    return [
        ("all", _("Joint approval: all must agree")),
        ("any", _("Either may approve: one is enough")),
        ("in_turn", _("One after the other: each asks the next")),
        ({"share": "60%"}, _("By share of votes: enough must agree")),
    ]


def _first(subject: Subject, kind: str) -> str:
    """Return the id of the first definition of *kind*; the kind itself where there is none yet."""
    return next((one.id for one in subject.others.get(kind, ())), kind)


def _states(subject: Subject) -> Pairs:
    found = []
    for name, state in states_of(subject.doc).items():
        title = state.get("title")
        said = title.get(lang()) if isinstance(title, dict) else title
        found.append((name, words(said) or name))
    return found


def _roles() -> Pairs:
    ranked = sorted(BUILT_IN_ROLES, key=lambda one: _RANK.index(one) if one in _RANK else 9)
    return [(role, role_word(role)) for role in ranked]


def _fields(subject: Subject, kind: str) -> Pairs:
    known = subject.bench.partly.record_types.get(kind)
    if known is None:
        return []
    return [(name, field.title.get(lang()) or name) for name, field in known.all_fields.items()]


def _people(subject: Subject, kind: str) -> set[str]:
    known = subject.bench.partly.record_types.get(kind)
    every = known.all_fields if known is not None else {}
    return {name for name, field in every.items() if str(field.type) == "user"}


def _cells(subject: Subject, kind: str) -> Pairs:
    """Return the priorities for which a state can have a limit each."""
    known = subject.bench.partly.record_types.get(kind)
    field = known.all_fields.get("priority") if known is not None else None
    options = field.options if field is not None else ()
    return [(one.id, one.title.get(lang()) or one.id) for one in options]


def _forms(subject: Subject, kind: str) -> Pairs:
    forms = subject.bench.partly.forms
    return [
        (name, form.title.get(lang()) or name)
        for name, form in forms.items()
        if form.record_type == kind
    ]
