"""What a transition asks for, as a form of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from ..core.text import Text
from ..formbuilder.model import Field, FieldType, Form, Section
from ..workflows.model import Transition, Workflow
from .model import RecordType

NOT_ASKED = (FieldType.COMPUTED, FieldType.HEADING)


def asked_form(kind: RecordType, step: Transition, but_not: Iterable[str] = ()) -> Form | None:
    """Return the fields that *step* asks for, all of them required; None when it asks for none.

    but_not: fields that are asked elsewhere on the same page.
    """
    left_out = frozenset(but_not)
    fields: list[Field] = []
    for name in step.ask:
        field = kind.all_fields.get(name)
        if field is not None and name not in left_out and field.type not in NOT_ASKED:
            fields.append(
                replace(field, required=True, show=None, require=None, enable=None, rights=())
            )
    if not fields:
        return None
    return Form(
        id=f"ask:{step.id}",
        record_type=kind.id,
        title=step.title,
        sections=(Section(id="asked", title=Text(), fields=tuple(fields)),),
        by_id={field.id: field for field in fields},
    )


def asked_forms(
    kinds: Mapping[str, RecordType], workflows: Mapping[str, Workflow]
) -> dict[tuple[str, str, str], Form]:
    """Return the asked form of every transition by record type, state and transition, made once a release."""
    found: dict[tuple[str, str, str], Form] = {}
    for kind in kinds.values():
        workflow = workflows.get(kind.workflow)
        for state in workflow.states.values() if workflow else ():
            for step in state.go:
                form = asked_form(kind, step)
                if form is not None:
                    found[kind.id, state.id, step.id] = form
    return found
