"""One definition in words: what its page shows beside its text, kind by kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from sopwith.access.allow import scope_of
from sopwith.access.model import Act
from sopwith.calendars.hours import show_window
from sopwith.calendars.model import Windows
from sopwith.core.text import Lang
from sopwith.formbuilder.model import every_option
from sopwith.release.usage import field_key
from sopwith.rules.chains import sets_off
from sopwith.rules.model import Cell, Row, Strategy
from sopwith.sla.model import Target
from sopwith.store.people import memberships, users
from sopwith.workflows.describe import duties, sop_rows

from ..flowchart import flow_chart, workflow_names
from ..languages import lang
from ..visitor import now
from ..wording import gettext as _
from .live import Known
from .rule_words import action_words, duration_words, trigger_words
from .titles import Names
from .wording import act_word, field_type_word, metric_word

Facts = dict[str, Any]


def shown(known: Known, kind: str, name: str, connection: Connection) -> Facts:
    """Return what the page of one definition shows of it; empty when only its text can be shown."""
    show = _KINDS.get(kind)
    return show(known, name, connection) if show else {}


def _record_type(known: Known, name: str, connection: Connection) -> Facts:
    one = known.release.record_types[name]
    rows = [
        {
            "field": field,
            "type": field_type_word(field.type),
            "uses": known.usages.get(field_key(name, field.id), ()),
        }
        for field in one.all_fields.values()
    ]
    roles = {role for some in one.access.acts.values() for role in some} | set(one.access.scope)
    order = ("customer", "staff", "agent", "lead", "manager", "admin")
    ranked = sorted(roles, key=lambda role: (order.index(role) if role in order else 9, role))
    acts = [
        (act_word(act), [role in one.access.acts.get(act, ()) for role in ranked]) for act in Act
    ]
    scopes = [_scope_word(scope_of(one.access, role)) for role in ranked]
    return {"type": one, "rows": rows, "roles": ranked, "acts": acts, "scopes": scopes}


def _scope_word(scope: str) -> str:
    known = {"all": _("All"), "team": _("Own teams"), "own": _("Own")}
    return known.get(scope, scope)


def _workflow(known: Known, name: str, connection: Connection) -> Facts:
    workflow = known.release.workflows[name]
    names = workflow_names(known.release, workflow)
    labels = Names.of(known.release, workflow.record_type).labels
    tongue: Lang = "zh-CN" if lang() == "zh-CN" else "en"
    return {
        "workflow": workflow,
        "chart": flow_chart(workflow, tongue, names=names, labels=labels),
        "sop": sop_rows(workflow, tongue, names, labels),
        "duties": duties(workflow, tongue, names),
    }


def _form(known: Known, name: str, connection: Connection) -> Facts:
    form = known.release.forms[name]
    names = Names.of(known.release, form.record_type)
    conditions = []
    for section in form.sections:
        if section.show is not None:
            conditions.append((section.title, _("is shown when"), names.condition(section.show)))
        for field in section.fields:
            for when, words in (
                (field.show, _("is shown when")),
                (field.require, _("is required when")),
                (field.enable, _("can be changed when")),
                (field.value, _("is computed as")),
            ):
                if when is not None:
                    conditions.append((field.title, words, names.condition(when)))
    return {"form": form, "conditions": conditions}


def _sla(known: Known, name: str, connection: Connection) -> Facts:
    sla = known.release.slas[name]
    names = Names.of(known.release, sla.record_type)
    tiers = list(dict.fromkeys(key for p in sla.policies for t in p.targets for key in t.cells))
    policies = [
        {
            "policy": one,
            "when": names.condition(one.when),
            "calendar": names.of_kind("calendar", one.calendar),
            "rows": [_target(target, tiers, names) for target in one.targets],
        }
        for one in sla.policies
    ]
    return {
        "sla": sla,
        "by": names.field(sla.by),
        "tiers": [names.value(sla.by, tier) for tier in tiers],
        "policies": policies,
        "pause": [_pause_word(word) for word in sorted(sla.pause)],
    }


def _target(target: Target, tiers: list[str], names: Names) -> Facts:
    cells = [duration_words(target.cells.get(tier) or target.duration) or "—" for tier in tiers]
    more = [names.of_kind("calendar", target.calendar)] if target.calendar else []
    more += [names.role(target.role)] if target.role else []
    more += [names.field(target.date_field)] if target.date_field else []
    return {
        "metric": metric_word(target.metric),
        "cells": cells or [duration_words(target.duration) or "—"],
        "more": _(", ").join(more),
    }


def _pause_word(word: str) -> str:
    known = {
        "waiting": _("waiting"),
        "waiting:customer": _("waiting for the customer"),
        "waiting:vendor": _("waiting for a vendor"),
        "waiting:colleague": _("waiting for a colleague"),
        "resolved": _("resolved"),
    }
    return known.get(word, word)


def _calendar(known: Known, name: str, connection: Connection) -> Facts:
    calendar = known.release.calendars[name]
    today = now().date()
    days: dict[date, tuple[str, str]] = {}
    for day in calendar.holidays:
        days[day] = ("holiday", "")
    for day, windows in calendar.working_days.items():
        days[day] = ("working", _windows(windows if windows is not None else calendar.week[0]))
    for day, windows in calendar.exceptions.items():
        days[day] = ("exception", _windows(windows))
    listed: list[Facts] = [
        {"day": day, "kind": kind, "hours": hours, "title": calendar.titles.get(day)}
        for day, (kind, hours) in sorted(days.items())
    ]
    return {
        "calendar": calendar,
        "week": [_windows(windows) for windows in calendar.week],
        "coming": [one for one in listed if one["day"] >= today],
        "past": [one for one in listed if one["day"] < today],
    }


def _windows(windows: Windows) -> str:
    return _(", ").join(show_window(one) for one in windows)


def _rule(known: Known, name: str, connection: Connection) -> Facts:
    rule = known.release.rules[name]
    names = Names.of(known.release, rule.record_type)
    chains = sets_off(tuple(known.release.rules.values()), known.release.tables)
    recent = ""
    if rule.recent is not None:
        recent = _(
            "at least %(count)d of “%(type)s” within %(time)s",
            count=rule.recent.at_least,
            type=names.type(rule.recent.record_type),
            time=duration_words(rule.recent.within),
        )
        if rule.recent.same:
            same = _(", ").join(names.field(one) for one in rule.recent.same)
            recent = _("%(count)s, alike in %(fields)s", count=recent, fields=same)
    return {
        "rule": rule,
        "type": names.type(),
        "triggers": [trigger_words(one, names) for one in rule.triggers],
        "condition": names.condition(rule.when),
        "recent": recent,
        "actions": [action_words(one, names) for one in rule.then],
        "sets_off": chains.get(name, ()),
        "set_off_by": [one for one, others in chains.items() if name in others],
    }


def _table(known: Known, name: str, connection: Connection) -> Facts:
    table = known.release.tables[name]
    names = Names.of(known.release, table.record_type)
    rows = [
        (
            [_cell(path, row, names) for path in table.inputs],
            [
                names.value(path, row.then.get(path)) if path in row.then else ""
                for path in table.outputs
            ],
        )
        for row in table.rows
    ]
    hits = {
        "first": _("The first row that fits counts."),
        "unique": _("At most one row may fit."),
        "last": _("The last row that fits counts."),
    }
    return {
        "table": table,
        "type": names.type(),
        "inputs": [names.field(path) for path in table.inputs],
        "outputs": [names.field(path) for path in table.outputs],
        "rows": rows,
        "default": [names.value(path, table.default.get(path)) for path in table.outputs],
        "hit": hits.get(table.hit, table.hit),
    }


def _cell(path: str, row: Row, names: Names) -> str:
    cell: Cell = row.cells.get(path) or Cell()
    when = row.when.get(path)
    if when is None:
        return _("any")
    words = _(", ").join(names.value(path, one) for one in cell.values)
    if cell.op == "in":
        return words
    if cell.op == "not in":
        return _("not %(values)s", values=words)
    if cell.op in ("<", "<=", ">", ">="):
        return f"{cell.op} {words}"
    return names.condition(when)


def _routing(known: Known, name: str, connection: Connection) -> Facts:
    routing = known.release.routings[name]
    names = Names.of(known.release, routing.record_type)
    steps = [(routing_words(link, names), names.condition(link.when)) for link in routing.chain]
    return {"routing": routing, "type": names.type(), "steps": steps}


def routing_words(link: Strategy, names: Names) -> str:
    """Return what one step of a routing chain looks for."""
    team = names.team(link.team or "") if link.team else _("the team")
    known: dict[str, Callable[[], str]] = {
        "on_call": lambda: _("Who is on call in %(team)s", team=team),
        "dedicated": lambda: _("The customer's own manager"),
        "last_agent": lambda: (
            _("Whoever helped this customer within %(time)s", time=duration_words(link.within))
            if link.within
            else _("Whoever helped this customer last")
        ),
        "skill": lambda: _(
            "Somebody in %(team)s with the skill in “%(field)s”",
            team=team,
            field=names.field(link.field or ""),
        ),
        "least_loaded": lambda: _("Whoever has the fewest open records in %(team)s", team=team),
        "round_robin": lambda: _("Everybody in %(team)s in turn", team=team),
        "user": lambda: _("The person in “%(field)s”", field=names.field(link.user_field or "")),
        "queue": lambda: _("The queue of %(team)s, for anybody to take", team=team),
    }
    words = known[link.by]() if link.by in known else link.by
    if link.cap is not None:
        words = _("%(words)s, up to %(count)d each", words=words, count=link.cap)
    return words


def _team(known: Known, name: str, connection: Connection) -> Facts:
    people = {one.id: one for one in users(connection)}
    members = [(people[one.user_id], one) for one in memberships(connection, team=name) if one.user_id in people]  # fmt: skip
    return {"team": known.release.teams[name], "members": members}


def _survey(known: Known, name: str, connection: Connection) -> Facts:
    survey = known.release.surveys[name]
    template = known.release.templates.get(survey.template or "")
    scale = range(0 if survey.type == "nps" else 1, survey.scale + 1)
    return {
        "survey": survey,
        "template": template,
        "scale": scale,
        "cap": duration_words(survey.cap),
        "expires": duration_words(survey.expires),
    }


def _playbook(known: Known, name: str, connection: Connection) -> Facts:
    playbook = known.release.playbooks[name]
    names = Names.of(known.release, playbook.record_type)
    return {"playbook": playbook, "type": names.type(), "condition": names.condition(playbook.when)}


def _taxonomy(known: Known, name: str, connection: Connection) -> Facts:
    taxonomy = known.release.taxonomies[name]
    return {
        "taxonomy": taxonomy,
        "choices": taxonomy.items,
        "count": sum(1 for _one in every_option(taxonomy.items)),
    }


def _view(known: Known, name: str, connection: Connection) -> Facts:
    view = known.release.views[name]
    names = Names.of(known.release, view.record_type)
    sort = [
        _("%(field)s, falling", field=names.field(one[1:]))
        if one.startswith("-")
        else names.field(one)
        for one in view.sort
    ]
    return {
        "view": view,
        "type": names.type(),
        "condition": names.condition(view.when),
        "columns": [names.field(one) for one in view.columns],
        "sort": sort,
        "roles": [names.role(one) for one in sorted(view.roles)],
    }


def _segment(known: Known, name: str, connection: Connection) -> Facts:
    segment = known.release.segments[name]
    names = Names.of(known.release, "any")
    return {"segment": segment, "condition": names.condition(segment.when)}


def _template(known: Known, name: str, connection: Connection) -> Facts:
    return {"template": known.release.templates[name]}


_KINDS: Mapping[str, Callable[[Known, str, Connection], Facts]] = {
    "record_type": _record_type,
    "workflow": _workflow,
    "form": _form,
    "sla": _sla,
    "calendar": _calendar,
    "rule": _rule,
    "table": _table,
    "routing": _routing,
    "team": _team,
    "message_template": _template,
    "survey": _survey,
    "playbook": _playbook,
    "taxonomy": _taxonomy,
    "view": _view,
    "segment": _segment,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """Open records that run on a definition: of which type and release, in which states."""

    release: str
    type: str
    count: int
    states: tuple[tuple[str, int], ...]
