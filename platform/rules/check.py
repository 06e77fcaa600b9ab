"""References and meaning of rules and routing chains."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..core.diagnostics import Diagnostic
from ..core.guess import guess
from ..core.span import Span
from ..definitions.references import References
from .check_table import check_table
from .cycles import check_cycles
from .fields import UNSETTABLE, FieldLike
from .model import Action, Routing, Rule, Strategy, Team

__all__ = ["FieldLike", "check_cycles", "check_routing", "check_rule", "check_table", "check_team"]

_WORDS: Mapping[str, tuple[str, str]] = {
    "record_type": ("record type", "单据类型"),
    "state": ("state", "状态"),
    "team": ("team", "团队"),
    "form": ("form", "表单"),
    "table": ("decision table", "决策表"),
    "routing": ("routing chain", "分派规则"),
    "calendar": ("calendar", "日历"),
    "survey": ("survey", "调查"),
    "message_template": ("message template", "消息模板"),
    "role": ("role", "角色"),
}
# Arguments that name something, by action: dotted name and what kind it names.
_NAMING: Mapping[str, tuple[tuple[str, str], ...]] = {
    "table": (("table", "table"),),
    "route": (("routing", "routing"),),
    "assign": (("team", "team"), ("lead_of", "team")),
    "notify": (("template", "message_template"),),
    "page": (("team", "team"), ("template", "message_template")),
    "comment": (("template", "message_template"),),
    "transition": (("to", "state"),),
    "escalate": (("to.team", "team"), ("to.lead_of", "team"), ("to.role", "role")),
    "start": (
        ("form", "form"),
        ("owner.team", "team"),
        ("owner.lead_of", "team"),
        ("owner.role", "role"),
        ("owner.routing", "routing"),
    ),
    "create": (
        ("type", "record_type"),
        ("calendar", "calendar"),
        ("owner.team", "team"),
        ("owner.lead_of", "team"),
        ("owner.role", "role"),
        ("owner.routing", "routing"),
    ),
    "survey": (("survey", "survey"),),
}
_USER_FIELDS = ("user_field", "to.user_field", "owner.user_field")


def check_rule(
    rule: Rule,
    references: References,
    schema_fields: Mapping[str, FieldLike],
    fields_by_type: Mapping[str, Mapping[str, FieldLike]] | None = None,
) -> tuple[Diagnostic, ...]:
    """Return what *rule* names that does not exist, and fields that cannot be used as it does.

    schema_fields: the fields of its record type. fields_by_type: the fields of every record
    type, to check the values of records that the rule creates.
    """
    checks = _Checks(references)
    for trigger in rule.triggers:
        head, _, state = trigger.event.partition(":")
        if head in ("entered", "left") and state:
            checks.exists("state", state, trigger.span)
        if trigger.kind == "after":
            checks.exists("state", trigger.state, trigger.span)
        if trigger.calendar:
            checks.exists("calendar", trigger.calendar, trigger.span)
    if rule.recent is not None:
        checks.exists("record_type", rule.recent.record_type, rule.recent.span)
    for action in rule.then:
        _check_action(checks, action, schema_fields, fields_by_type or {})
    return tuple(checks.found)


def _check_action(
    checks: _Checks,
    action: Action,
    fields: Mapping[str, FieldLike],
    fields_by_type: Mapping[str, Mapping[str, FieldLike]],
) -> None:
    for name, kind in _NAMING.get(action.kind, ()):
        value = _argument(action.args, name)
        if isinstance(value, str):
            checks.exists(kind, value, action.place(name))
    for who in [*action.args.get("to", ()), *action.args.get("who", ())]:
        kind, _, name = who.partition(":") if isinstance(who, str) else ("", "", "")
        if kind in ("role", "team") and name:
            checks.exists(kind, name, action.place(who))
    for name in _USER_FIELDS:
        value = _argument(action.args, name)
        if isinstance(value, str) and value in fields and str(fields[value].type) != "user":
            checks.report("ACT008", action.place(name), name=value)
    if action.kind == "set":
        for name in action.args:
            if name in fields and str(fields[name].type) in UNSETTABLE:
                checks.report("ACT020", action.place(name), name=name)
    if action.kind == "create":
        known = fields_by_type.get(str(action.args.get("type")))
        for name in action.args.get("values", {}) if known is not None else ():
            if known is not None and name not in known and name not in ("title", "description"):
                checks.unknown("ACT003", name, action.place(f"values.{name}"), known)


def _argument(args: Mapping[str, Any], name: str) -> Any:
    found: Any = args
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


class _Checks:
    """Collects findings about names."""

    def __init__(self, references: References) -> None:
        self.references = references
        self.found: list[Diagnostic] = []

    def report(self, code: str, span: Span, **values: str | int) -> None:
        self.found.append(Diagnostic(span=span, code=code, values=values))

    def unknown(self, code: str, name: str, span: Span, candidates: Iterable[str]) -> None:
        values: dict[str, str | int] = {"name": name}
        if meant := guess(name, candidates):
            values["guess"] = meant
        self.report(code, span, **values)

    def exists(self, kind: str, name: str, span: Span) -> None:
        """Report a name that is none of its kind; roles only where the roles are known."""
        references = self.references
        if not name or references.has(kind, name):
            return
        if kind == "role" and kind not in references.ids:
            return
        en, zh = _WORDS[kind]
        values: dict[str, str | int] = {"kind_en": en, "kind_zh": zh, "name": name}
        if meant := references.guess(kind, name):
            values["guess"] = meant
        self.report("RUL007", span, **values)


def check_routing(
    routing: Routing,
    references: References,
    schema_fields: Mapping[str, FieldLike] | None = None,
    teams: Mapping[str, Team] | None = None,
) -> tuple[Diagnostic, ...]:
    """Return what is wrong with a chain: it must end in a queue, reach every link, and name what exists.

    teams: to compare the options of a skill field with the skills that the team declares.
    """
    checks = _Checks(references)
    fields = schema_fields or {}
    ended_at: Strategy | None = None
    for link in routing.chain:
        if ended_at is not None:
            checks.report("RTE005", link.span, team=ended_at.team or "")
        elif link.by == "queue" and link.when is None:
            ended_at = link
        if link.team:
            checks.exists("team", link.team, link.span)
        field = fields.get(link.user_field or "")
        if field is not None and str(field.type) != "user":
            checks.report("RTE008", link.span, name=link.user_field or "")
        team = (teams or {}).get(link.team or "")
        if link.by == "skill" and team is not None:
            _check_skills(checks, link, fields, team)
    if ended_at is None and routing.chain:
        last = routing.chain[-1]
        checks.report("RTE009" if last.by == "queue" else "RTE004", last.span)
    return tuple(checks.found)


def check_team(team: Team, references: References) -> tuple[Diagnostic, ...]:
    """Return what *team* names that does not exist: the calendar by which its shifts run."""
    checks = _Checks(references)
    if team.calendar:
        checks.exists("calendar", team.calendar, team.calendar_span)
    return tuple(checks.found)


def _check_skills(
    checks: _Checks, link: Strategy, fields: Mapping[str, FieldLike], team: Team
) -> None:
    options = getattr(fields.get(link.field or ""), "options", ())
    known = {str(option.id) for option in options}
    if known and not known & set(team.skills):
        checks.report("RTE011", link.span, team=team.id, field=link.field or "")
