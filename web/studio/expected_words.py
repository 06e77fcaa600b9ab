"""What a scenario expects after a step, in the words of people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sopwith.core.record import Category
from sopwith.lab.cast import Cast

from ..admin.titles import Names
from ..languages import lang
from ..wording import gettext as _
from .deeds import person_name

MOST_WORDS = 160


def expected_words(key: str) -> str:
    """Return what an expectation is about."""
    known = {
        "state": _("State"),
        "category": _("Category"),
        "values": _("Values"),
        "owner": _("Owner"),
        "team": _("Team"),
        "tags": _("Tags"),
        "escalation": _("Level of escalation"),
        "clocks": _("Clocks"),
        "due": _("Due times"),
        "fired": _("Rules that fired"),
        "not_fired": _("Rules that did not fire"),
        "notices": _("Who was told"),
        "mails": _("Messages sent"),
        "webhooks": _("Webhooks called"),
        "created": _("Records created"),
        "tasks": _("Tasks"),
        "reopened": _("How often reopened"),
        "priority": _("Priority"),
        "approvers": _("Who is asked to approve"),
        "incidents": _("Incidents"),
        "surveys": _("Surveys"),
        "links": _("Links"),
    }
    return known.get(key, key)


def category_words(one: Category) -> str:
    """Return what a category of states is called."""
    return {
        Category.OPEN: _("in work"),
        Category.WAITING: _("waiting"),
        Category.RESOLVED: _("resolved"),
        Category.CLOSED: _("closed"),
    }[one]


def value_words(names: Names, cast: Cast, key: str, value: Any) -> str:
    """Return what an expectation of the kind *key* says, with titles instead of ids."""
    if value is None or value in ("", [], ()):
        return _("none")
    if isinstance(value, list | tuple):
        return _(", ").join(value_words(names, cast, key, one) for one in value)
    if isinstance(value, Mapping):
        return _(", ").join(_pair(names, cast, key, name, one) for name, one in value.items())
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    if key == "category" and text in set(Category):
        return category_words(Category(text))
    known: dict[str, Callable[[str], str]] = {
        "state": names.state,
        "team": names.team,
        "created": names.type,
        "mails": lambda name: names.of_kind("message_template", name),
        "fired": lambda name: _rule(names, name),
        "not_fired": lambda name: _rule(names, name),
        "priority": lambda name: names.value("priority", name),
    }
    if key in ("owner", "approvers", "notices"):
        return person_name(cast, text)
    said = known[key](text) if key in known else text
    return said if len(said) <= MOST_WORDS else said[: MOST_WORDS - 1] + "…"


def _pair(names: Names, cast: Cast, key: str, name: str, value: Any) -> str:
    if key == "values":
        said = value_words(names, cast, "", value) if isinstance(value, Mapping) else names.value(name, value)  # fmt: skip
        return f"{names.field(name)}{_(': ')}{said}"
    return f"{name}{_(': ')}{value_words(names, cast, key, value)}"


def _rule(names: Names, name: str) -> str:
    rule = names.release.rules.get(name)
    return (rule.title.get(lang()) if rule else "") or name
