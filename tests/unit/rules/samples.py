"""A schema, people and short ways to make rules for the tests of this folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sopwith.calendars import Calendar
from sopwith.core.diagnostics import Diagnostic
from sopwith.core.directory import Person
from sopwith.core.span import NOWHERE
from sopwith.core.text import Text
from sopwith.definitions import Document, read_text
from sopwith.definitions.references import References
from sopwith.expressions import (
    BOOL,
    DATE,
    DATETIME,
    DURATION,
    NUMBER,
    TEXT,
    ChoiceType,
    Expression,
    ListType,
    RecordType,
    Schema,
    compile_expression,
)
from sopwith.rules.check import check_routing, check_rule, check_table, check_team
from sopwith.rules.model import Rule, Strategy, Team, Trigger
from sopwith.rules.parse import parse_routing, parse_rule, parse_table, parse_team
from sopwith.rules.roster import members_on_shift

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)

_EVENT_TEXTS = (
    "kind",
    "field",
    "from",
    "to",
    "metric",
    "text",
    "tag",
    "actor_role",
    "task",
    "outcome",
)
EVENT = RecordType(
    "event", {**dict.fromkeys(_EVENT_TEXTS, TEXT), "percent": NUMBER, "score": NUMBER}
)
SCHEMA = Schema(
    {
        "number": TEXT,
        "title": TEXT,
        "state": TEXT,
        "category": TEXT,
        "owner": TEXT,
        "team": TEXT,
        "channel": TEXT,
        "tags": ListType(TEXT),
        "created_at": DATETIME,
        "type_of_record": TEXT,
        "escalation": NUMBER,
        "priority": ChoiceType(("P0", "P1", "P2", "P3")),
        "type": ChoiceType(("bug", "question")),
        "module": ChoiceType(("tasks", "gantt")),
        "impact": ChoiceType(("all", "team", "one")),
        "urgency": ChoiceType(("stopped", "degraded", "none")),
        "stopped": BOOL,
        "amount": NUMBER,
        "total": NUMBER,
        "promised": DATE,
        "visit_at": DATETIME,
        "effort": DURATION,
        "reviewer": TEXT,
        "areas": ListType(ChoiceType(("north", "south"))),
        "customer": RecordType("customer", {"name": TEXT, "tier": TEXT, "tags": ListType(TEXT)}),
        "event": EVENT,
    }
)


@dataclass(frozen=True)
class Option:
    id: str


@dataclass(frozen=True)
class Field:
    type: str
    options: tuple[Option, ...] = ()


FIELDS = {
    "priority": Field("choice"),
    "module": Field("choice", (Option("tasks"), Option("gantt"))),
    "reviewer": Field("user"),
    "title": Field("text"),
    "total": Field("computed"),
    "amount": Field("number"),
}
REFERENCES = References(
    ids={
        "record_type": frozenset({"ticket", "callback"}),
        "state": frozenset({"received", "diagnosis", "resolved", "escalated"}),
        "team": frozenset({"first-line", "tier-2", "on-call"}),
        "table": frozenset({"priority-matrix"}),
        "routing": frozenset({"software-routing"}),
        "message_template": frozenset({"sla-warning", "received-note"}),
        "calendar": frozenset({"cn-office"}),
        "form": frozenset({"diagnosis"}),
        "survey": frozenset({"csat"}),
        "role": frozenset({"lead", "agent"}),
    }
)
CALENDARS = {"cn-office": Calendar(id="cn-office", zone="Asia/Shanghai", week=(((540, 1080),),) * 5 + ((), ()))}  # fmt: skip
TEAMS = {"first-line": Team(id="first-line", title=Text("First line"), skills=("tasks", "gantt"))}


def document(text: str, path: str = "sample.yaml") -> Document:
    documents, found = read_text(text, path)
    assert not found, [item.render("en") for item in found]
    return documents[0]


def findings(text: str, path: str = "sample.yaml") -> tuple[Diagnostic, ...]:
    """Return what loading, parsing and checking one definition of this package finds."""
    documents, loading = read_text(text, path)
    found = list(loading)
    for one in documents:
        found += _findings(one)
    return tuple(found)


def _findings(one: Document) -> tuple[Diagnostic, ...]:
    match one.kind:
        case "rule":
            rule, found = parse_rule(one, SCHEMA)
            return found if rule is None else (*found, *check_rule(rule, REFERENCES, FIELDS))
        case "table":
            table, found = parse_table(one, SCHEMA)
            return found if table is None else (*found, *check_table(table, REFERENCES, FIELDS))
        case "routing":
            routing, found = parse_routing(one, SCHEMA)
            if routing is None:
                return found
            return (*found, *check_routing(routing, REFERENCES, FIELDS, TEAMS))
        case _:
            team, found = parse_team(one, CALENDARS)
            return found if team is None else (*found, *check_team(team, REFERENCES))


def codes(text: str) -> list[str]:
    return [item.code for item in findings(text)]


def condition(text: str, schema: Schema = SCHEMA) -> Expression:
    expression, found = compile_expression(text, schema, NOWHERE)
    assert expression is not None, [item.render("en") for item in found]
    return expression


def rule(text: str) -> Rule:
    """Return a rule from its keys behind id and title."""
    head = "" if "\nid:" in f"\n{text}" else "id: r\n"
    found, problems = parse_rule(
        document(f"kind: rule\n{head}title: {{en: R, zh-CN: 规}}\n{text}"), SCHEMA
    )
    assert found is not None, [item.render("en") for item in problems]
    return found


def plain_rule(
    name: str,
    when: str = "",
    on: tuple[str, ...] = ("created",),
    order: int = 100,
    kind: str = "ticket",
) -> Rule:
    """Return a rule without actions."""
    return Rule(
        id=name,
        title=Text(name),
        record_type=kind,
        triggers=tuple(Trigger(kind="event", event=event) for event in on),
        when=condition(when) if when else None,
        order=order,
    )


def person(name: str, load: int = 0, **more: Any) -> Person:
    teams = frozenset(more.pop("teams", ("first-line",)))
    skills = frozenset(more.pop("skills", ()))
    return Person(id=name, name=name.title(), load=load, teams=teams, skills=skills, **more)


@dataclass
class People:
    """A directory in memory."""

    people: tuple[Person, ...] = ()
    roster: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    customers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    last: Mapping[str, tuple[str, datetime]] = field(default_factory=dict)
    teams: Mapping[str, Team] = field(default_factory=dict)

    def person(self, user_id: str) -> Person | None:
        return next((one for one in self.people if one.id == user_id), None)

    def members(self, team: str) -> tuple[Person, ...]:
        return tuple(
            sorted((one for one in self.people if team in one.teams), key=lambda one: one.id)
        )

    def lead(self, team: str) -> Person | None:
        return None

    def on_call(self, team: str, at: datetime) -> tuple[Person, ...]:
        found = (self.person(name) for name in self.roster.get(team, ()))
        return tuple(one for one in found if one is not None)

    def on_shift(self, team: str, at: datetime) -> frozenset[str] | None:
        known = self.teams.get(team)
        return None if known is None else members_on_shift(known, self.members(team), at)

    def with_role(self, role: str) -> tuple[Person, ...]:
        return tuple(one for one in self.people if role in one.roles)

    def customer(self, customer_id: str) -> Mapping[str, Any] | None:
        return self.customers.get(customer_id)

    def last_agent(self, customer_id: str, since: datetime) -> str | None:
        name, at = self.last.get(customer_id, ("", since))
        return name if name and at >= since else None

    def count_records(
        self, record_type: str, since: datetime, same: Mapping[str, Any], condition: Any
    ) -> int:
        return 0

    def was_surveyed(self, asker_id: str, since: datetime) -> bool:
        return False

    def portal_link(self, record_id: str) -> str:
        return ""

    def desk_link(self, record_id: str) -> str:
        return ""

    def survey_link(self, record_id: str, ask_id: str) -> str:
        return ""

    def file(self, file_id: str) -> Mapping[str, Any] | None:
        return None

    def user_exists(self, user_id: str) -> bool:
        return self.person(user_id) is not None

    def is_member(self, user_id: str, team: str) -> bool:
        return any(one.id == user_id for one in self.members(team))

    def team_exists(self, team_id: str) -> bool:
        return bool(self.members(team_id))

    def customer_exists(self, customer_id: str) -> bool:
        return customer_id in self.customers


def link(by: str, **more: Any) -> Strategy:
    return Strategy(by=by, **more)
