"""The editor of record types: number, process and promises, who may do what, own fields, keeping and doubles."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sopwith.access.model import SCOPES, Act
from sopwith.access.parse import DEFAULTS
from sopwith.core.ids import numbered
from sopwith.core.roles import ADMIN, AGENT, CUSTOMER, LEAD, MANAGER, STAFF
from sopwith.formbuilder.parse_fields import TYPES
from sopwith.release.model import Release

from ...admin.wording import act_word, field_type_word
from ...languages import lang, zone_info
from ...rendering import role_word
from ...visitor import now
from ...wording import gettext as _
from .lenient import held, label, mapping, sequence, several, words
from .place import Place
from .subject import Subject

ROLES = (CUSTOMER, STAFF, AGENT, LEAD, MANAGER, ADMIN)
ICONS = ("ticket", "tool", "bug", "phone", "message-report", "device-laptop", "key", "star", "package", "bulb", "file-text", "users")  # fmt: skip
SHOWN_OF_FIELD = ("id", "type", "title", "help", "from", "default", "required")
_SEQ = re.compile(r"\{seq(?::([1-9]))?\}")
Facts = dict[str, Any]
NEW_FIELD = {"type": "text", "title": {"en": "New field", "zh-CN": "新字段"}}


def view(subject: Subject) -> Facts:
    """Return all that a record type says, ready to be changed."""
    place, doc, release = Place.read(subject.at), subject.doc, subject.bench.partly
    fields = sequence(doc.get("fields"))
    index = place.index(1) if place.first == "fields" else None
    return {
        "place": place,
        "held": held(doc),
        "number_example": number_example(words(doc.get("number")), now().astimezone(zone_info())),
        "icons": ICONS,
        "duplicates": held(doc.get("duplicates")),
        "has_duplicates": "duplicates" in doc,
        "retention": held(doc.get("retention")),
        "has_retention": "retention" in doc,
        "erase": [("personal", _("everything personal")), ("files", _("attached files alone"))],
        **_access(doc),
        "fields": [_field(one, place_of) for place_of, one in enumerate(fields)],
        "fields_are_list": bool(fields),
        "field": _field_details(fields[index], index) if index is not None and index < len(fields) else None,
        "field_types": [(one, field_type_word(one)) for one in TYPES if one != "heading"],
        "blank_field": {"id": numbered("field", {words(mapping(one).get("id")) for one in fields}), **NEW_FIELD},
        "asked": _asked(release, subject.document.id, fields),
        "without": _without(doc, release),
    }  # fmt: skip


def number_example(pattern: str, at: datetime) -> str:
    """Return the number that *pattern* gives to the 42nd record at *at*, empty for one without a count."""
    if len(_SEQ.findall(pattern)) != 1:
        return ""
    dated = pattern
    for part, value in (("yyyy", f"{at:%Y}"), ("yy", f"{at:%y}"), ("mm", f"{at:%m}"), ("dd", f"{at:%d}")):  # fmt: skip
        dated = dated.replace("{" + part + "}", value)
    return _SEQ.sub(lambda found: "42".zfill(int(found[1] or 1)), dated)


# --- who may do what ------------------------------------------------------------------------------


def _access(doc: Mapping[str, Any]) -> Facts:
    access = mapping(doc.get("access"))
    scope = mapping(access.get("scope"))
    named = {words(role) for act in Act for role in several(access.get(act.value))} | set(scope)
    roles = [*ROLES, *sorted(named - set(ROLES) - {""})]
    return {
        "roles": [(one, role_word(one)) for one in roles],
        "acts": [_act(act, access, roles) for act in Act],
        "scopes": [_scope(one, scope) for one in roles],
        "scope_choices": [(one, scope_word(one)) for one in SCOPES],
    }


def _act(act: Act, access: Mapping[str, Any], roles: list[str]) -> Facts:
    """Return one row of the grid: for each role whether it may, and the roles after it is pressed."""
    is_written = act.value in access
    default = [one for one in roles if one in DEFAULTS[act]]
    chosen = [words(one) for one in several(access.get(act.value))] if is_written else default
    return {
        "act": act.value,
        "words": act_word(act.value),
        "is_written": is_written,
        "cells": [
            {
                "role": one,
                "words": role_word(one),
                "on": one in chosen,
                "after": [role for role in chosen if role != one] if one in chosen else [*chosen, one],
            }
            for one in roles
        ],
    }  # fmt: skip


def _scope(role: str, scope: Mapping[str, Any]) -> Facts:
    usual = "own" if role in (CUSTOMER, STAFF) else "all"
    return {"role": role, "words": role_word(role), "value": words(scope.get(role)), "usual": usual, "usual_words": scope_word(usual)}  # fmt: skip


def scope_word(scope: str) -> str:
    """Return how far a role sees, in words."""
    known = {"all": _("All"), "team": _("Own teams"), "own": _("Own")}
    return known.get(scope, scope)


# --- fields ---------------------------------------------------------------------------------------


def _field(value: Any, index: int) -> Facts:
    it = mapping(value)
    kind = words(it.get("type"))
    return {
        "index": index,
        "path": ["fields", index],
        "id": words(it.get("id")),
        "title": label(it.get("title"), words(it.get("id"))),
        "type": field_type_word(kind) if kind else words(it.get("use")),
    }


def _field_details(value: Any, index: int) -> Facts:
    it = mapping(value)
    return {
        **_field(value, index),
        "value": held(it),
        "others": [(key, one) for key, one in it.items() if key not in SHOWN_OF_FIELD],
        "kind": words(it.get("type")),
        "is_choice": words(it.get("type")) in ("choice", "multi_choice", "tree_choice"),
        "plain_default": not isinstance(it.get("default"), dict | list),
        "plain_required": isinstance(it.get("required", False), bool),
    }


def _asked(release: Release, name: str, own: list[Any]) -> list[Facts]:
    """Return the forms of the type with the fields that they ask for."""
    return [
        {
            "id": form.id,
            "title": form.title,
            "fields": [one.title.get(lang()) or one.id for one in form.fields if one.type != "heading"],
        }
        for form in release.forms.values()
        if form.record_type == name
    ]  # fmt: skip


def _without(doc: Mapping[str, Any], release: Release) -> list[Facts]:
    """Return the rules for records of any type, with whether they leave these alone."""
    chosen = [words(one) for one in several(doc.get("without"))]
    general = {one.id: one.title.get(lang()) or one.id for one in release.rules.values() if one.record_type == "any"}  # fmt: skip
    every = {**general, **{one: one for one in chosen if one not in general}}
    return [
        {
            "id": one,
            "title": title,
            "off": one in chosen,
            "after": [other for other in chosen if other != one] if one in chosen else [*chosen, one],
        }
        for one, title in every.items()
    ]  # fmt: skip
