"""What rules name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..core.text import Text
from ..rules.model import Action, Rule, Trigger
from .mentions import Mention, of_type, reads

_NAMES = {
    "template": "message_template",
    "team": "team",
    "lead_of": "team",
    "routing": "routing",
    "user_field": "field",
    "role": "role",
    "form": "form",
    "calendar": "calendar",
    "survey": "survey",
    "table": "table",
}
"""What the arguments of actions name, whatever the action."""


def of_rule(rule: Rule) -> Iterator[Mention]:
    """Yield what a rule names."""
    yield from of_type(rule.record_type, rule.span)
    for trigger in rule.triggers:
        yield from _of_trigger(trigger)
    yield from reads(rule.when, "condition")
    if rule.recent is not None:
        recent, other = rule.recent, rule.recent.record_type
        yield Mention("record_type", other, "condition", span=recent.span)
        for name in recent.same:
            yield Mention("field", name, "condition", span=recent.span, record_type=other)
        for one in reads(recent.when, "condition"):
            yield Mention(one.kind, one.name, one.how, span=one.span, record_type=other)
    for action in rule.then:
        yield from _of_action(action)


def _of_trigger(trigger: Trigger) -> Iterator[Mention]:
    head, _, rest = trigger.event.partition(":")
    if head in ("entered", "left") and rest:
        yield Mention("state", rest, "trigger", span=trigger.span)
    if head == "changed" and rest:
        yield Mention("field", rest.split(".")[0], "trigger", span=trigger.span)
    if trigger.state:
        yield Mention("state", trigger.state, "trigger", span=trigger.span)
    if trigger.date_field:
        yield Mention("field", trigger.date_field, "trigger", span=trigger.span)
    if trigger.calendar:
        yield Mention("calendar", trigger.calendar, "trigger", span=trigger.span)


def _of_action(action: Action) -> Iterator[Mention]:
    args, kind = action.args, action.kind
    other = ""
    if kind == "set":
        for name in args:
            yield Mention("field", name, "set", span=action.place(name))
    elif kind == "raise":
        yield Mention("field", str(args.get("field", "")), "set", span=action.place("field"))
    elif kind == "transition":
        yield Mention("state", str(args.get("to", "")), "moves", span=action.place("to"))
    elif kind == "create":
        other = str(args.get("type", ""))
        yield Mention("record_type", other, "creates", span=action.place("type"))
        for name in args.get("values", {}):
            yield Mention(
                "field", name, "set", span=action.place(f"values.{name}"), record_type=other
            )
    if kind != "set":
        yield from _of_arguments(action, args, "")
    for name in ("to", "who"):
        people = args.get(name)
        if isinstance(people, (list, tuple)):
            yield from _of_people(action, people)
    for name, formula in action.expressions.items():
        yield from reads(formula, "formula", Text(name, name))


def _of_arguments(action: Action, args: Mapping[str, Any], before: str) -> Iterator[Mention]:
    for key, value in args.items():
        if key in _NAMES and isinstance(value, str):
            yield Mention(_NAMES[key], value, "action", span=action.place(before + key))
        elif key in ("to", "owner") and isinstance(value, Mapping):
            yield from _of_arguments(action, value, f"{key}.")


def _of_people(action: Action, people: list[Any] | tuple[Any, ...]) -> Iterator[Mention]:
    for who in people:
        kind, _, name = who.partition(":") if isinstance(who, str) else ("", "", "")
        if kind in ("role", "team") and name:
            yield Mention(kind, name, "action", span=action.place(who))
