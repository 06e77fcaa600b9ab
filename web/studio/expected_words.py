"""What a scenario expects after a step, in the words of people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sopwith.core.record import Category
from sopwith.expressions import Duration
from sopwith.lab.cast import Cast

from ..admin.rule_words import duration_words
from ..admin.titles import Names
from ..admin.wording import metric_word
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
    if key == "clocks" and not isinstance(value, Mapping | list | tuple):
        return _STATUSES[str(value)]() if str(value) in _STATUSES else str(value)
    if isinstance(value, Mapping):
        return _(", ").join(_pair(names, cast, key, name, one) for name, one in value.items())
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    if key == "category" and text in set(Category):
        return category_words(Category(text))
    if key == "due":
        return text.removesuffix(":00") if text.count(":") > 1 else text
    if key == "tasks":
        return {"open": _("in work"), "done": _("done"), "cancelled": _("dropped")}.get(text, text)
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
    if key == "clocks" and isinstance(value, Mapping):
        return f"{_clock(names, name)}{_(': ')}{_(', ').join(_clock_part(names, part, one) for part, one in value.items())}"  # fmt: skip
    said = _clock(names, name) if key in ("clocks", "due") else _task(names, name) if key == "tasks" else name  # fmt: skip
    return f"{said}{_(': ')}{value_words(names, cast, key, value)}"


def named_words(names: Names, key: str, name: str) -> str:
    """Return what one expectation of several of the kind *key* is about: a time limit, a task."""
    match key:
        case "due":
            return _("Due time of %(clock)s", clock=_clock(names, name))
        case "clocks":
            return _("Clock: %(clock)s", clock=_clock(names, name))
        case "tasks":
            return _("Task: %(task)s", task=_task(names, name))
        case _:
            return expected_words(key)


# --- clocks and tasks -----------------------------------------------------------------------------

_STATUSES: Mapping[str, Callable[[], str]] = {
    "running": lambda: _("running"),
    "paused": lambda: _("paused"),
    "met": lambda: _("met"),
    "breached": lambda: _("missed"),
    "cancelled": lambda: _("no longer counted"),
}


def _clock(names: Names, clock: str) -> str:
    """Return what a clock measures, by its id: ``resolution``, ``state_limit:diagnosis``, ``task:check``."""
    kind, _sep, name = clock.partition(":")
    if kind == "state_limit":
        return _("Step: %(state)s", state=names.state(name)) if name else _("This step")
    if kind == "task":
        return _("Task: %(task)s", task=_task(names, name)) if name else _("Task")
    return metric_word(kind)


def _clock_part(names: Names, part: str, value: Any) -> str:
    """Return one thing that is expected of a clock."""
    if part == "status":
        return _STATUSES[str(value)]() if str(value) in _STATUSES else str(value)
    if part == "breached":
        return _("the time limit is missed") if value else _("the time limit is not missed")
    if part == "used":
        return _("%(time)s used", time=_length(value))
    if part == "target":
        return _("%(time)s promised", time=_length(value))
    if part == "due":
        return _("due at %(time)s", time=str(value).removesuffix(":00"))
    if part == "warned":
        shares = ", ".join(f"{one}%" for one in value) if isinstance(value, list | tuple) else str(value)  # fmt: skip
        return _("warned at %(shares)s", shares=shares or _("none"))
    if part == "policy":
        return _("policy “%(policy)s”", policy=_policy(names, str(value)))
    return f"{part}{_(': ')}{value}"


def _length(value: Any) -> str:
    """Return a length of time, written or in seconds, for people."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return duration_words(Duration(seconds=int(value))) if value else _("nothing")
    return duration_words(str(value)) if value is not None else _("nothing")


def _policy(names: Names, name: str) -> str:
    policies = [one for sla in names.release.slas.values() for one in sla.policies]
    title = next((one.title.get(lang()) for one in policies if one.id == name), "")
    return title or name


def _task(names: Names, name: str) -> str:
    """Return what a task is called: by the branch that begins it, else by its name."""
    flow = names.release.workflow_of(names.record_type)
    branches = [one for state in flow.states.values() if state.parallel for one in state.parallel.branches] if flow else []  # fmt: skip
    return next((one.title.get(lang()) for one in branches if one.id == name), "") or name


def _rule(names: Names, name: str) -> str:
    rule = names.release.rules.get(name)
    return (rule.title.get(lang()) if rule else "") or name
