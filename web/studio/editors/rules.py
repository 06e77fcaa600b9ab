"""The editor of rules: all rules of a record type in the order in which they are looked at, and one as cards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sopwith.core.roles import BUILT_IN_ROLES
from sopwith.definitions import Document
from sopwith.release.names import Names
from sopwith.rules.model import Rule
from sopwith.rules.overwriting import Overwrite, narrows, runs_before
from sopwith.store.people import users

from ...admin.rule_words import action_words, trigger_words, who_words
from ...admin.titles import Names as Titles
from ...languages import lang
from ...visitor import get_service
from ...wording import gettext as _
from ..conditions import names_of, scope_at
from ..overwritten import said
from ..processes import ANY, rules_words
from ..rule_names import is_by_itself
from .lenient import label, several, words
from .numbering import numbers_of
from .place import Place
from .rule_actions import actions_of, additions, deep, first_action, target_words
from .rule_effects import Raised, beside, lowers
from .rule_triggers import event_word, triggers_of
from .subject import Subject

Facts = dict[str, Any]
TIMED = "timed"
MOST_PEOPLE = 200


def view(subject: Subject) -> Facts:
    """Return the rule as when, if and then, among the others of its record type."""
    names = names_of(subject.draft, subject.bench)
    scope = scope_at(subject, ("when",))
    own = words(subject.doc.get("record_type")) or ANY
    place = Place.read(subject.at)
    shown = place.asked.get("type") or own
    titles = Titles(subject.bench.partly, shown, names.labels(shown))
    every = _lines(subject, titles, shown)
    wanted = place.asked.get("on", "")
    effects = _effects(subject, titles)
    return {
        "place": place,
        "is_unnamed": is_by_itself(subject.bench, subject.document),
        "held": deep(subject.doc),
        "types": _types(subject),
        "shown_type": shown,
        "lines": [one for one in every if not wanted or wanted in one["heads"] or one["is_this"]],
        "count": len(every),
        "told": _told(every) if shown != ANY else "",
        "heads": _heads(every),
        "wanted": wanted,
        "when": triggers_of(subject.doc, scope.labels, dict(scope.fields)),
        "actions": _with_lost(actions_of(subject, names, scope), effects),
        "then_is_list": isinstance(subject.doc.get("then"), list),
        "first": first_action(subject, scope),
        "additions": additions(),
        "targets": target_words(),
        "choices": _choices(subject, names, own),
        "who": lambda one: who_words(one, titles),
        "effects": effects,
    }


def _told(every: Sequence[Facts]) -> str:
    shared = sum(bool(one["is_any"]) for one in every)
    return rules_words(len(every) - shared, shared) if shared else ""


def _types(subject: Subject) -> list[tuple[str, str]]:
    known = [(one.id, one.title.get(lang())) for one in subject.others.get("record_type", [])]
    return [*known, (ANY, _("Records of any type"))]


def _lines(subject: Subject, titles: Titles, shown: str) -> list[Facts]:
    """Return all rules for records of the type *shown*, in the order in which they are looked at."""
    numbers = numbers_of(subject, "rule")
    wanted = {shown, ANY}
    found = [
        _line(subject, one, titles, numbers.get(one.key))
        for one in subject.bench.documents
        if one.kind == "rule"
        and (one.key == subject.document.key or (words(one.value.get("record_type")) or ANY) in wanted)
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one["order"], one["id"]))


def _line(subject: Subject, one: Document, titles: Titles, number: tuple[str, int] | None) -> Facts:
    doc = one.value
    rule = subject.bench.partly.rules.get(one.id)
    order = doc.get("order")
    enabled = doc.get("enabled") is not False
    switch: Facts = {"op": "set", "value": False} if enabled else {"op": "clear"}
    place = {"file": one.path, "document": number[1] if number else 0}
    events = [words(name) for name in several(doc.get("on"))]
    timed = any(form in doc for form in ("after", "at", "every"))
    return {
        "id": one.id,
        "title": label(doc.get("title"), one.id),
        "file": one.path,
        "number": number[1] if number else 0,
        "order": order if isinstance(order, int) and not isinstance(order, bool) else 100,
        "enabled": enabled,
        "switch": [{**switch, "path": ["enabled"], **place}],
        "is_any": (words(doc.get("record_type")) or ANY) == ANY,
        "is_this": one.key == subject.document.key,
        "heads": {name.split(":")[0] for name in events} | ({TIMED} if timed else set()),
        "is_right": rule is not None,
        **(_said(rule, titles) if rule else {"when": events, "if": words(doc.get("when")), "then": []}),
    }  # fmt: skip


def _said(rule: Rule, titles: Titles) -> Facts:
    return {
        "when": [_trigger(one, titles) for one in rule.triggers],
        "if": titles.condition(rule.when),
        "then": [action_words(one, titles) for one in rule.then],
    }


def _trigger(trigger: Any, titles: Titles) -> str:
    if trigger.kind == "event":
        return event_word(trigger.event, titles.labels)
    return trigger_words(trigger, titles)


def _heads(lines: list[Facts]) -> list[tuple[str, str]]:
    """Return the triggers that rules listen to, for filtering, with their words."""
    known = {
        "created": _("Opening"),
        "changed": _("Changes"),
        "entered": _("Entering states"),
        "left": _("Leaving states"),
        "comment": _("Messages"),
        "clock": _("Clocks"),
        "approval": _("Approvals"),
        "survey": _("Surveys"),
        "task": _("Tasks"),
        "assigned": _("Assignments"),
        "solved": _("Solved or not"),
        "tagged": _("Tags"),
        TIMED: _("Time"),
    }
    present = {head for one in lines for head in one["heads"]}
    return [(head, known.get(head, head)) for head in sorted(present, key=lambda one: (one not in known, one))]  # fmt: skip


def _choices(subject: Subject, names: Names, own: str) -> Facts:
    """Return what the inputs of triggers and actions choose from."""
    labels = names.labels(own)
    fields = names.scope(subject.document, ("when",)).fields
    with get_service().database.reading() as connection:
        people = [(one.id, one.name) for one in users(connection, active_only=True)[:MOST_PEOPLE]]
    return {
        "state": [(key, one.get(lang()) or key) for key, one in labels.options.get("state", {}).items()],
        "raise": [(key, one.title.get(lang()) or key) for key, one in fields.items() if one.options and "." not in key],
        "person": [(key, one.title.get(lang()) or key) for key, one in fields.items() if one.type == "user"],
        "role": sorted(BUILT_IN_ROLES),
        "user": people,
    }  # fmt: skip


def _effects(subject: Subject, titles: Titles) -> Facts | None:
    rule = subject.bench.partly.rules.get(subject.document.id)
    if rule is None:
        return None
    found = beside(subject.bench.partly, rule)
    placed = any(runs_before(one, rule) for one in subject.bench.partly.rules.values() if one.record_type == rule.record_type)  # fmt: skip
    return {
        "together": [_named(one) for one in found.together],
        "overwrites": [_overwrite(one, rule, titles, placed=placed, lowers=lowers(subject.bench.partly, rule, one)) for one in found.overwrites]
        + [_raise(one, titles) for one in found.raised],
        "causes": [_named(one) for one in found.causes],
        "caused_by": [_named(one) for one in found.caused_by],
        "writes": [
            {**_named(one), "fields": [titles.field(name) for name in names]}
            for one, names in found.writes
        ],
        "enabled": rule.enabled,
    }  # fmt: skip


def _overwrite(one: Overwrite, rule: Rule, titles: Titles, *, placed: bool, lowers: bool) -> Facts:
    """Return who sets a field first, who has the last word, and the order that would change it.

    placed: whether the rule stands among the others already, where somebody put it. lowers: see ``rule_effects``.
    """
    told = said(one, titles)
    if lowers:
        words = _("“%(other)s” sets %(field)s to %(theirs)s first; where both apply, this rule lowers it to %(mine)s.", **told)  # fmt: skip
    elif one.last:
        words = _("“%(other)s” sets %(field)s to %(theirs)s before this rule; this rule's %(mine)s stays.", **told)  # fmt: skip
    else:
        words = _("“%(other)s” sets %(field)s to %(theirs)s after this rule; this rule's %(mine)s does not stay.", **told)  # fmt: skip
    order = one.other.order + (-1 if one.last else 1)
    return {
        "id": one.other.id,
        "field": one.field,
        "is_meant": not lowers and (placed or narrows(one.other, rule)),
        "lowers": lowers,
        "words": words,
        "last": one.last,
        "turn": _("Run before it") if one.last else _("Run after it"),
        "operations": [{"op": "set", "path": ["order"], "value": max(-10000, min(10000, order))}],
    }


def _raise(one: Raised, titles: Titles) -> Facts:
    """Return who raises the value of this rule after it, and the order that would keep it."""
    told = {
        "other": one.other.title.get(lang()) or one.other.id,
        "field": titles.field(one.field),
        "mine": titles.value(one.field, one.mine),
        "becomes": titles.value(one.field, one.becomes),
    }
    return {
        "id": one.other.id,
        "field": one.field,
        "is_meant": True,
        "lowers": False,
        "words": _("“%(other)s” raises %(field)s after this rule: where both apply, %(mine)s becomes %(becomes)s.", **told),
        "last": True,
        "turn": _("Run after it"),
        "operations": [{"op": "set", "path": ["order"], "value": min(10000, one.other.order + 1)}],
    }  # fmt: skip


def _with_lost(cards: list[Facts], effects: Facts | None) -> list[Facts]:
    """Return the cards with what tells, beside each field that is set, that another rule overwrites it, or that it lowers what another set."""
    lost = [one for one in effects["overwrites"] if one["lowers"] or not one["last"]] if effects else []  # fmt: skip
    last = {
        row["name"]: card["index"]
        for card in cards
        if card["kind"] == "set"
        for row in card["rows"]
    }
    for card in cards:
        for row in card.get("rows", ()) if card["kind"] == "set" else ():
            row["lost"] = [
                one
                for one in lost
                if one["field"] == row["name"] and last[row["name"]] == card["index"]
            ]
    return cards


def _named(rule: Rule) -> Facts:
    return {"id": rule.id, "title": rule.title, "fields": []}
