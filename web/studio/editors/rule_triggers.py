"""When a rule is looked at: the choices of its triggers, in words."""

from __future__ import annotations

from typing import Any

from sopwith.expressions import Labels
from sopwith.formbuilder.model import Field, FieldType

from ...desk.explain import happening_word
from ...languages import lang
from ...wording import gettext as _
from .lenient import several, words

Facts = dict[str, Any]
FORMS = ("on", "after", "at", "every")
USUAL = (
    "created", "changed", "entered", "comment:customer", "comment:agent", "note", "assigned",
    "task:done", "survey:answered", "solved:yes", "solved:no", "reopened", "linked", "link:closed",
    "merged", "delivery:dead",
)  # fmt: skip
CLOCKS = ("clock:warned", "clock:warned:50", "clock:warned:80", "clock:breached")
APPROVALS = ("approval:opened", "approval:approved", "approval:rejected")


def event_word(name: str, labels: Labels) -> str:
    """Return what a rule listens to, in words that begin a line."""
    known = {
        "changed": _("any change of a field"),
        "entered": _("entering any state"),
        "linked": _("a link to another record"),
        "link:closed": _("the closing of a linked record"),
        "merged": _("merging"),
        "delivery:dead": _("a message that cannot be delivered"),
        "clock:warned": _("a warning of a clock"),
    }
    said = known.get(name)
    if said is None and name.startswith("tagged:"):
        said = _("the tag “%(tag)s”", tag=name.removeprefix("tagged:"))
    said = said or happening_word(name, labels)
    return said[:1].upper() + said[1:]


def triggers_of(doc: Facts, labels: Labels, fields: dict[str, Field]) -> Facts:
    """Return how the rule is set off, with everything that may be chosen instead."""
    form = next((one for one in FORMS if one in doc), "")
    held = several(doc.get("on"))
    is_list = isinstance(doc.get("on"), list)
    groups = _groups(labels)
    known = {value for _heading, some in groups for value, _words in some}
    events = []
    for place, one in enumerate(held):
        name = words(one)
        events.append(
            {
                "path": ["on", place] if is_list else ["on"],
                "value": name,
                "words": event_word(name, labels),
                "is_known": name in known,
                "is_free": name.split(":")[0] in ("tagged", "clock") and name not in known,
            }
        )
    return {
        "form": form,
        "forms": _forms(doc),
        "events": events,
        "is_list": is_list,
        "groups": groups,
        "states": _options(labels, "state"),
        "dates": [
            (key, one.title.get(lang()) or key)
            for key, one in fields.items()
            if one.type in (FieldType.DATE, FieldType.DATE_TIME)
        ]
        + [(key, labels.fields[key].get(lang())) for key in ("created_at", "entered_at", "resolved_at", "closed_at")],
    }  # fmt: skip


def _options(labels: Labels, name: str) -> list[tuple[str, str]]:
    return [(key, text.get(lang()) or key) for key, text in labels.options.get(name, {}).items()]


def _groups(labels: Labels) -> list[tuple[str, list[tuple[str, str]]]]:
    states = _options(labels, "state")
    changes = [
        (f"changed:{key}", event_word(f"changed:{key}", labels))
        for key in labels.fields
        if "." not in key and key not in ("number", "created_at", "updated_at", "visits", "type_of_record")
    ]  # fmt: skip
    return [
        (_("The record"), [(one, event_word(one, labels)) for one in USUAL]),
        (_("Entering a state"), [(f"entered:{key}", event_word(f"entered:{key}", labels)) for key, _w in states]),
        (_("Leaving a state"), [(f"left:{key}", event_word(f"left:{key}", labels)) for key, _w in states]),
        (_("A field changes"), changes),
        (_("Clocks"), [(one, event_word(one, labels)) for one in CLOCKS]),
        (_("Approvals"), [(one, event_word(one, labels)) for one in APPROVALS]),
    ]  # fmt: skip


def _forms(doc: Facts) -> list[Facts]:
    """Return the four ways to be set off, each with the operations that lead to it."""
    blanks: dict[str, Any] = {
        "on": ["created"],
        "after": {"duration": "1d", "in": ""},
        "at": {"field": "", "offset": "1d", "before": True},
        "every": {"duration": "1d", "time": "09:00"},
    }
    said = {
        "on": (_("When something happens"), "bolt"),
        "after": (_("Some time in a state"), "hourglass"),
        "at": (_("Around a date"), "calendar-event"),
        "every": (_("Again and again"), "rotate"),
    }
    found = []
    for form, (label, icon) in said.items():
        clear = [
            {"op": "clear", "path": [other]} for other in FORMS if other in doc and other != form
        ]
        found.append(
            {
                "form": form,
                "words": label,
                "icon": icon,
                "is_now": form in doc,
                "operations": [{"op": "set", "path": [form], "value": blanks[form]}, *clear],
            }
        )
    return found
