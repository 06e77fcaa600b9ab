"""What a rule does: each action with the inputs of its own kind, and the actions that may be added."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sopwith.formbuilder.model import Field, FieldType
from sopwith.release.names import Names, Scope
from sopwith.rules.actions import FIXED

from ...languages import lang
from ...wording import gettext as _
from ..name_order import AS_THEY_COME, NameOrder, order_for
from .lenient import Held, mapping, several, words
from .subject import Subject

Facts = dict[str, Any]
WHO = ("owner", "lead", "team", "customer", "followers", "approvers")
FOLLOW = ("owner", "lead")
NUMBERS = frozenset({FieldType.NUMBER, FieldType.MONEY})
CHOICES = frozenset({FieldType.CHOICE, FieldType.TREE_CHOICE})
ICONS = {
    "set": "pencil", "raise": "arrow-up", "table": "table", "assign": "user-check", "route": "route",
    "notify": "bell", "page": "phone-call", "comment": "message-circle", "tag": "tag", "untag": "tag",
    "transition": "arrow-right-circle", "escalate": "alarm", "start": "checklist", "create": "ticket",
    "survey": "star", "webhook": "world", "follow": "eye",
}  # fmt: skip


def kind_words() -> dict[str, str]:
    """Return what each action is called."""
    return {
        "set": _("Set fields"),
        "raise": _("Raise or lower a field"),
        "table": _("Apply a decision table"),
        "assign": _("Give it to a person or team"),
        "route": _("Route it by a chain"),
        "notify": _("Tell people"),
        "page": _("Call who is on call"),
        "comment": _("Write a comment"),
        "tag": _("Add tags"),
        "untag": _("Take tags away"),
        "transition": _("Move it to a state"),
        "escalate": _("Escalate"),
        "start": _("Start a task"),
        "create": _("Open a linked record"),
        "survey": _("Ask a survey"),
        "webhook": _("Call another system"),
        "follow": _("Let people follow it"),
    }


def target_words() -> dict[str, str]:
    """Return the ways to say who gets something."""
    return {
        "team": _("a team's queue"),
        "lead_of": _("the lead of a team"),
        "user": _("a certain person"),
        "user_field": _("the person in a field"),
        "role": _("somebody with a role"),
        "routing": _("whoever a routing chain finds"),
    }


MOST_LIKELY = 3


def actions_of(subject: Subject, names: Names, scope: Scope) -> list[Facts]:
    """Return the actions as cards."""
    said = kind_words()
    order = order_for(subject.draft, subject.bench, scope.record_type)
    found = []
    for place, one in enumerate(several(subject.doc.get("then"))):
        held = mapping(one)
        kind = next(iter(held), "") if len(held) == 1 else ""
        card: Facts = {
            "index": place,
            "path": ["then", place],
            "kind": kind if kind in said else "",
            "words": said.get(kind, _("Not understood yet")),
            "icon": ICONS.get(kind, "alert-circle"),
            "held": deep(held.get(kind)),
            "value": held.get(kind),
            "blank": one,
        }
        if kind == "set":
            card |= _fields_set(["then", place, "set"], card["held"], scope.fields, scope, order)
            card["likely"] = _likely(subject, card["more"])
        if kind == "create":
            card |= _created(place, card["held"], names)
        if kind in ("notify", "follow"):
            card["people"] = _people(card, kind)
        found.append(card)
    return found


def first_action(subject: Subject, scope: Scope) -> Facts:
    """Return the fields that the first action of a rule may set, those that rules set most at hand."""
    order = order_for(subject.draft, subject.bench, scope.record_type)
    found = _fields_set(["then", 0, "set"], {}, scope.fields, scope, order)
    return {**found, "likely": _likely(subject, found["more"])}


def _likely(subject: Subject, more: list[Facts]) -> list[Facts]:
    """Return of *more* the fields that rules for the same records set most."""
    own = words(subject.doc.get("record_type"))
    count = Counter(
        name
        for rule in subject.bench.partly.rules.values()
        if own in ("", "any") or rule.record_type in (own, "any")
        for act in rule.then
        for name in (act.args if act.kind == "set" else [act.args.get("field")] if act.kind == "raise" else ())
    )  # fmt: skip
    count["priority"] += 1
    known = [one for one in more if count[one["name"]]]
    return sorted(known, key=lambda one: -count[one["name"]])[:MOST_LIKELY]


def deep(value: Any) -> Held:
    """Return a mapping for templates in which mappings inside are such too."""
    return Held({key: deep(one) if isinstance(one, dict) else one for key, one in mapping(value).items()})  # fmt: skip


def _fields_set(
    path: list[Any],
    held: Facts,
    fields: Mapping[str, Field],
    scope: Scope | None,
    order: NameOrder = AS_THEY_COME,
) -> Facts:
    """Return the fields that an action sets, and those that it may set besides, under headings too."""
    rows = [_row([*path, name], name, value, fields.get(name), scope) for name, value in held.items()]  # fmt: skip
    fit = {
        name: one
        for name, one in fields.items()
        if "." not in name and name not in held and name not in FIXED and one.type not in (FieldType.HEADING, FieldType.COMPUTED, FieldType.TABLE, FieldType.FILES)
    }  # fmt: skip
    groups: list[tuple[str, list[Facts]]] = [(_("New in this draft"), []), (_("Fields"), []), (_("Every record"), [])]  # fmt: skip
    for name in order.sorted(fit):
        one = {"name": name, "title": fit[name].title.get(lang()) or name, "value": _first(fit[name])}  # fmt: skip
        groups[0 if name in order.fresh else 1][1].append(one)
    for name in ("title", "description"):
        if name not in held and name not in fields:
            groups[2][1].append({"name": name, "title": _base(name), "value": ""})
    shown = [(heading, some) for heading, some in groups if some]
    return {"rows": rows, "more": [one for _heading, some in shown for one in some], "groups": shown}  # fmt: skip


def _base(name: str) -> str:
    return {"title": _("Title"), "description": _("Description")}.get(name, name)


def _row(path: list[Any], name: str, value: Any, field: Field | None, scope: Scope | None) -> Facts:
    is_formula = isinstance(value, dict) and set(value) == {"value"}
    title = field.title.get(lang()) if field is not None else ""
    kind: str = "text"
    choices: list[tuple[Any, str]] = []
    if field is not None:
        kind, choices = _kind(field)
    if scope is not None and name not in (scope.fields if field is None else ()) and field is None:
        title = _base(name)
    return {
        "path": path,
        "name": name,
        "title": title or name,
        "kind": kind,
        "choices": choices,
        "value": value["value"] if is_formula else value,
        "is_formula": is_formula,
        "is_plain": is_formula or not isinstance(value, dict),
        "blank": _first(field) if field is not None else "",
        "is_empty": value is None,
        "lost": [],
    }


def _kind(field: Field) -> tuple[str, list[tuple[Any, str]]]:
    if field.type in CHOICES:
        return "choice", list(_options(field.options))
    if field.type is FieldType.YES_NO:
        return "choice", [(True, _("Yes")), (False, _("No"))]
    if field.type in NUMBERS:
        return "number", []
    if field.type is FieldType.MULTI_CHOICE:
        return "list", []
    if field.type is FieldType.DATE:
        return "date", []
    return "text", []


def _options(options: Any) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for one in options:
        found.append((one.id, one.title.get(lang()) or one.id))
        found += _options(one.items)
    return found


def _first(field: Field) -> Any:
    """Return the value that a new row begins with: nothing, which somebody has still to choose."""
    return [] if _kind(field)[0] == "list" else ""


def _created(place: int, held: Facts, names: Names) -> Facts:
    fields = names.fields.get(words(held.get("type")), {})
    return _fields_set(["then", place, "create", "values"], mapping(held.get("values")), fields, None)  # fmt: skip


def _people(card: Facts, kind: str) -> Facts:
    """Return whom an action names: the usual ones as switches, everybody else as text."""
    path = [*card["path"], "notify", "to"] if kind == "notify" else [*card["path"], "follow"]
    value = card["held"].get("to") if kind == "notify" else card["value"]
    held = [words(one) for one in several(value)]
    switches = []
    for name in WHO if kind == "notify" else FOLLOW:
        is_on = name in held
        after = [one for one in held if one != name] if is_on else [*held, name]
        switches.append({"name": name, "is_on": is_on, "operations": [{"op": "set", "path": path, "value": after}]})  # fmt: skip
    return {"path": path, "switches": switches, "all": held}


def additions() -> list[Facts]:
    """Return the actions that may be added, each with what it begins as."""
    said = kind_words()
    return [
        {"kind": kind, "words": said[kind], "icon": ICONS[kind], "value": {kind: value}}
        for kind, value in BLANKS.items()
    ]


NO_WORDS: Facts = {"en": "", "zh-CN": ""}
BLANKS: Facts = {
    "set": {},
    "raise": {"field": ""},
    "assign": {},
    "route": "",
    "table": "",
    "notify": {"to": [], "template": ""},
    "page": {"team": "", "template": ""},
    "comment": {"text": NO_WORDS},
    "tag": [],
    "untag": [],
    "transition": {"to": ""},
    "escalate": {"kind": "functional"},
    "start": {"id": "task", "title": {"en": "New task", "zh-CN": "新任务"}, "owner": {}},
    "create": {"type": "", "link": "related"},
    "survey": {"survey": ""},
    "webhook": {"url": ""},
    "follow": [],
}
"""What each action begins as: nothing is chosen, so that it does nothing until somebody chooses."""
