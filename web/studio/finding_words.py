"""What the checker says, with titles in place of ids: of fields, states, choices and definitions, and of what was meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from sopwith.core.diagnostics import Diagnostic
from sopwith.core.text import Text
from sopwith.definitions import Document
from sopwith.expressions import Labels
from sopwith.formbuilder.model import every_option
from sopwith.release.model import Release

from ..languages import lang
from ..wording import gettext as _
from .bench import Bench

NO_STATE, NO_TEAM, NO_FIELD, NO_NAME, NO_CHOICE = "WFL020", "WFL022", "WFL026", "EXP020", "EXP025"
_STATES = ("state", "start")
_KINDS = {"team": "team", "state": "state", "form": "form", "decision table": "table", "routing chain": "routing", "calendar": "calendar", "survey": "survey", "message template": "message_template"}  # fmt: skip
_NAMED = {NO_TEAM: "team", "WFL021": "form", "WFL024": "routing", "WFL025": "calendar", "WFL028": "record_type"}  # fmt: skip


def titled(made: Bench, document: Document, one: Diagnostic) -> Diagnostic:
    """Return a finding of *document* that names states, fields and rules by their titles."""
    values: dict[str, str | int] = dict(one.values)
    for key, value in one.values.items():
        if document.kind == "workflow" and key in _STATES:
            values[key] = state_title(made.partly, document, str(value)) or value
        elif document.kind == "workflow" and key in ("states", "lost"):
            values[key] = _(", ").join(state_title(made.partly, document, name) or name for name in str(value).split(", "))  # fmt: skip
        elif key == "field" or (key == "name" and one.code == NO_CHOICE):
            values[key] = field_title(made.partly, document, str(value)) or value
        elif key == "options" and one.code == NO_CHOICE:
            field = str(one.values["name"])
            names = str(value).split(", ")
            values[key] = _(", ").join(_written(choice_title(made.partly, document, field, name), name) for name in names)  # fmt: skip
        elif key == "rule":
            values[key] = definition_title(made.documents, "rule", str(value)) or value
        elif key == "guess":
            values[key] = _meant(made, document, one, str(value))
    return replace(one, values=values)


def labelled(one: Diagnostic, labels: Labels) -> Diagnostic:
    """Return a finding in a condition that names fields and choices by their titles; what is to be written stands beside them."""
    values: dict[str, str | int] = dict(one.values)
    guess = str(values.get("guess", ""))
    if one.code == NO_NAME and guess:
        values["guess"] = _beside(labels.fields.get(guess), guess)
    if one.code == NO_CHOICE:
        field = str(values["name"])
        options = labels.options.get(field, {})
        values["name"] = _title(labels.fields.get(field)) or field
        values["options"] = _(", ").join(_beside(options.get(name), name) for name in str(values["options"]).split(", "))  # fmt: skip
        if guess:
            values["guess"] = _beside(options.get(guess), guess)
    return replace(one, values=values)


def _title(text: Text | None) -> str:
    return text.get(lang()) if text is not None else ""


def _beside(text: Text | None, name: str) -> str:
    return _written(_title(text), name)


def _written(title: str, name: str) -> str:
    """Return a title with the id that is written for it; the id alone where it says the same."""
    return _("%(title)s (%(name)s)", title=title, name=name) if title not in ("", name) else name


def missing(one: Diagnostic) -> tuple[str, str]:
    """Return kind and id of a definition that a finding says is missing."""
    if one.code in _NAMED:
        return _NAMED[one.code], str(one.values["word"])
    kind = str(one.values.get("kind_en") or one.values.get("kind") or "")
    return _KINDS.get(kind, kind), str(one.values.get("name") or "")


def field_title(release: Release, document: Document, name: str) -> str:
    """Return the title of a field that *document* may name, empty where there is none."""
    own = document.id if document.kind == "record_type" else document.value.get("record_type")
    kinds = release.record_types
    some = [kinds[own]] if isinstance(own, str) and own in kinds else list(kinds.values())
    found = next((kind.all_fields[name] for kind in some if name in kind.all_fields), None)
    return found.title.get(lang()) or name if found else ""


def choice_title(release: Release, document: Document, field: str, value: str) -> str:
    """Return the title of a choice of a field, empty where there is none."""
    own = document.value.get("record_type")
    kind = release.record_types.get(own) if isinstance(own, str) else None
    found = kind.all_fields.get(field) if kind else None
    return next((one.title.get(lang()) for one in every_option(found.options) if one.id == value), "") if found else ""  # fmt: skip


def state_title(release: Release, document: Document, name: str) -> str:
    """Return the title of a state of the workflow that *document* is or is about, empty where there is none."""
    own = release.workflows.get(document.id)
    workflow = own or release.workflow_of(str(document.value.get("record_type")))
    state = workflow.states.get(name) if workflow else None
    return state.title.get(lang()) or name if state else ""


def definition_title(documents: Iterable[Document], kind: str, name: str) -> str:
    """Return the title of a definition, empty where there is none."""
    found = next((one for one in documents if one.key == (kind, name)), None) if name else None
    title = found.value.get("title") if found else None
    if isinstance(title, Mapping):
        return str(title.get(lang()) or title.get("en") or name)
    return str(title or name) if found else ""


def _meant(made: Bench, document: Document, one: Diagnostic, name: str) -> str:
    """Return what was probably meant, by its title and by the id that is to be written."""
    if one.code in (NO_NAME, NO_FIELD):
        title = field_title(made.partly, document, name)
    elif one.code == NO_STATE:
        title = state_title(made.partly, document, name)
    elif one.code == NO_CHOICE:
        title = choice_title(made.partly, document, str(one.values.get("name", "")), name)
    else:
        title = definition_title(made.documents, missing(one)[0], name)
    return _written(title, name)
