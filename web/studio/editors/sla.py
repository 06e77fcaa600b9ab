"""The editor of SLA policies: a grid of promises, and a worked example from the code that keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sopwith.core.ids import numbered
from sopwith.core.text import Text
from sopwith.release.model import Release
from sopwith.sla.model import Metric

from ...admin.rule_words import action_words, trigger_words
from ...admin.titles import Names
from ...admin.wording import metric_word
from ...languages import lang
from ...rendering import role_word
from ...wording import gettext as _
from .lenient import held, label, mapping, sequence, several, words
from .place import Place
from .sla_example import example
from .subject import Subject

GRID = (Metric.FIRST_RESPONSE, Metric.NEXT_REPLY, Metric.NEXT_UPDATE, Metric.RESOLUTION, Metric.ENGAGEMENT)  # fmt: skip
PAUSES = ("waiting:customer", "waiting:vendor", "waiting:colleague", "waiting")
NOT_CELLS = ("calendar", "role", "field")
NEW_POLICY = {"title": {"en": "New policy", "zh-CN": "新策略"}}
Facts = dict[str, Any]


def view(subject: Subject) -> Facts:
    """Return the grid, what is selected in it, and the example."""
    place, doc = Place.read(subject.at), subject.doc
    release = subject.bench.partly
    record_type = words(doc.get("record_type"))
    names = Names.of(release, record_type)
    by = words(doc.get("by")) or "priority"
    policies = sequence(doc.get("policies"))
    values = _values(release, record_type, by, policies, names)
    made = release.slas.get(subject.document.id)
    said = [names.condition(one.when) for one in made.policies] if made else []
    shown = [_policy(index, one, values, names, said) for index, one in enumerate(policies)]
    index = place.index(1) if place.first == "policies" else None
    return {
        "place": place,
        "held": held(doc),
        "by": by,
        "by_words": names.field(by),
        "by_choices": _fields(release, record_type, names, by),
        "metrics": [(metric.value, metric_word(metric), metric_help(metric)) for metric in GRID],
        "policies": shown,
        "policy": shown[index] if index is not None and index < len(shown) else None,
        "values": values,
        "pauses": [(word, pause_word(word)) for word in PAUSES],
        "pausing": several(doc["pause"]) if "pause" in doc else ["waiting:customer"],
        "warns": _warns(doc),
        "reopens": [("resume", _("goes on where it stood")), ("new_cycle", _("starts again from zero")), ("ignore", _("does nothing"))],
        "retargets": [("from_creation", _("keeps the time used so far")), ("from_change", _("starts at zero with the change"))],
        "blank": _blank(subject, policies, values),
        "roles": [(one, role_word(one)) for one in ("agent", "lead", "manager", "admin")],
        "dates": _dates(release, record_type, names),
        "escalations": _escalations(release, record_type, names),
        "example": example(release, doc, place, values, names),
    }  # fmt: skip


def _values(release: Release, record_type: str, by: str, policies: list[Any], names: Names) -> list[tuple[str, str]]:  # fmt: skip
    """Return the rows of the grid: the choices of the field, then what cells name besides."""
    kind = release.record_types.get(record_type)
    field = kind.all_fields.get(by) if kind else None
    options = list(field.options) if field else []
    taxonomy = release.taxonomies.get(field.taxonomy or "") if field else None
    if taxonomy is not None and not options:
        options = list(taxonomy.items)
    found = {one.id: one.title.get(lang()) for one in options}
    for policy in policies:
        for target in mapping(mapping(policy).get("targets")).values():
            for key in mapping(target):
                if key not in NOT_CELLS:
                    found.setdefault(key, names.value(by, key))
    return list(found.items())


def _policy(index: int, value: Any, values: list[tuple[str, str]], names: Names, said: list[str]) -> Facts:  # fmt: skip
    it = mapping(value)
    targets = mapping(it.get("targets"))
    path: list[str | int] = ["policies", index]
    return {
        "index": index,
        "path": path,
        "value": held(it),
        "id": words(it.get("id")),
        "title": label(it.get("title"), words(it.get("id"))),
        "when": words(it.get("when")),
        "said": said[index] if index < len(said) else "",
        "calendar": names.of_kind("calendar", words(it.get("calendar"))),
        "cells": {metric.value: _cells(path, metric.value, targets.get(metric.value), values) for metric in GRID},
        "promise": held(targets.get("promise")),
        "has_promise": "promise" in targets,
    }  # fmt: skip


def _cells(path: list[str | int], metric: str, target: Any, values: list[tuple[str, str]]) -> Facts:
    """Return how a column of the grid stands in one policy: one time for all, or one for each value."""
    here = [*path, "targets", metric]
    one_time = target is not None and not isinstance(target, dict)
    by_value = mapping(target)
    return {
        "path": here,
        "one": words(target) if one_time else "",
        "is_one": one_time,
        "by_value": {key: words(by_value.get(key)) for key, _title in values},
        "spread": {key: words(target) for key, _title in values} if one_time else {},
        "common": _common(by_value, values),
        "more": held(by_value),
        "is_set": target is not None,
    }


def _common(cells: Mapping[str, Any], values: list[tuple[str, str]]) -> str:
    """Return the first time of the cells: what they all become when one is to hold for all."""
    return next((words(cells[key]) for key, _title in values if words(cells.get(key))), "")


def _fields(release: Release, record_type: str, names: Names, by: str) -> list[tuple[str, str]]:
    """Return the fields that have choices: what promises may go by."""
    kind = release.record_types.get(record_type)
    fields = kind.all_fields.values() if kind else ()
    found = {one.id: names.field(one.id) for one in fields if one.type in ("choice", "tree_choice")}
    return list(({by: names.field(by)} | found).items())


def _dates(release: Release, record_type: str, names: Names) -> list[tuple[str, str]]:
    kind = release.record_types.get(record_type)
    fields = kind.all_fields.values() if kind else ()
    return [(one.id, names.field(one.id)) for one in fields if one.type in ("date", "date_time")]


def _escalations(release: Release, record_type: str, names: Names) -> list[Facts]:
    """Return the rules that a running out or broken promise sets off."""
    return [
        {
            "id": rule.id,
            "title": rule.title or Text(rule.id, rule.id),
            "on": [trigger_words(one, names) for one in rule.triggers if one.event.startswith("clock:")],
            "then": [action_words(one, names) for one in rule.then],
        }
        for rule in release.rules.values()
        if rule.record_type in (record_type, "any") and any(one.event.startswith("clock:") for one in rule.triggers)
    ]  # fmt: skip


def _warns(doc: Mapping[str, Any]) -> str:
    given = several(doc["warn"]) if "warn" in doc else ["50%", "80%"]
    return ", ".join(words(one) for one in given)


def _blank(subject: Subject, policies: list[Any], values: list[tuple[str, str]]) -> Facts:
    """Return a new policy that checks clean where the draft has a calendar."""
    taken = {words(mapping(one).get("id")) for one in policies}
    calendars = subject.others.get("calendar", [])
    usual = mapping(policies[-1]).get("calendar") if policies else None
    return {
        "id": numbered("policy", taken),
        **NEW_POLICY,
        "calendar": words(usual) or (calendars[0].id if calendars else "office"),
        "targets": {"first_response": {key: "4h" for key, _title in values} or "4h"},
    }


def pause_word(word: str) -> str:
    """Return in which waiting a clock stands still."""
    known = {
        "waiting": _("any waiting"),
        "waiting:customer": _("waiting for the customer"),
        "waiting:vendor": _("waiting for a vendor"),
        "waiting:colleague": _("waiting for a colleague"),
    }
    return known.get(word, word)


def metric_help(metric: str) -> str:
    """Return from when to when a clock runs."""
    known = {
        "first_response": _("From creation to the first answer of a person."),
        "next_reply": _("From the oldest unanswered message of the customer to our answer."),
        "next_update": _("How often the customer hears from us while it is open."),
        "resolution": _("From creation to resolved; pauses as set below."),
        "engagement": _("From creation to the first act of a colleague with the role."),
    }
    return known.get(metric, "")
