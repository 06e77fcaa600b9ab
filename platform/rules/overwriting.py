"""Rules that set the same field on the same occasion: which runs first, and whose value stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..core.diagnostics import Diagnostic
from ..expressions import Expression, required_tests
from .model import Rule
from .outcome import always_holds, never_holds

NO_ORDER = 100
"""The order of rules that are given none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overwrite:
    """A field that two rules set. mine, theirs: the values; None for one that is worked out. last: whether mine stays."""

    other: Rule
    field: str
    mine: Any
    theirs: Any
    last: bool


def overwrites(rule: Rule, others: Sequence[Rule]) -> tuple[Overwrite, ...]:
    """Return the fields that *rule* and some of *others* set to different values, in the order in which those run."""
    mine = _set(rule)
    found = [
        Overwrite(other=one, field=name, mine=mine[name], theirs=value, last=runs_before(one, rule))
        for one in sorted(others, key=lambda one: (one.order, one.id))
        for name, value in _set(one).items()
        if name in mine and (value is None or mine[name] != value)
    ]
    return tuple(found)


def runs_before(one: Rule, other: Rule) -> bool:
    """Return whether *one* is carried out first where both fire."""
    return (one.order, one.id) < (other.order, other.id)


def fire_together(one: Rule, other: Rule) -> bool:
    """Return whether one occasion may set off both, and nothing says that their conditions cannot hold at once."""
    return (
        any(_covers(a, b) or _covers(b, a) for a in _events(one) for b in _events(other))
        and not never_holds(one.when, _known(other))
        and not never_holds(other.when, _known(one))
    )


def narrows(one: Rule, other: Rule) -> bool:
    """Return whether *one* is certainly about a part of the cases of *other* only, or about the same."""
    return other.when is None or always_holds(other.when, _known(one))


def check_overwriting(rules: Sequence[Rule]) -> tuple[Diagnostic, ...]:
    """Warn of rules without an order of their own that overwrite what others, which have one, have just set."""
    active = [one for one in rules if one.enabled]
    found = []
    for rule in active:
        if rule.order != NO_ORDER:
            continue
        ordered = [one for one in active if one.order < NO_ORDER and _meets(one, rule) and fire_together(one, rule)]  # fmt: skip
        asked = frozenset() if rule.when is None else rule.when.names
        clash = next((one for one in overwrites(rule, ordered) if one.field not in asked), None)
        if clash is not None:
            values = {"rule": clash.other.id, "field": clash.field}
            found.append(Diagnostic(span=rule.span, code="RUL018", values=values))
    return tuple(found)


def _meets(one: Rule, other: Rule) -> bool:
    return one.id != other.id and ("any" in (one.record_type, other.record_type) or one.record_type == other.record_type)  # fmt: skip


def _set(rule: Rule) -> dict[str, Any]:
    """Return the fields that a rule sets, each with its last value; None for one that is worked out."""
    found: dict[str, Any] = {}
    for action in rule.then:
        if action.kind == "set":
            found |= {name: None if _is_worked_out(value) else value for name, value in action.args.items()}  # fmt: skip
            found |= {name.split(".")[-1]: None for name in action.expressions if name.split(".")[-1] in action.args}  # fmt: skip
    return found


def _is_worked_out(value: Any) -> bool:
    return isinstance(value, Mapping | Expression)


def _events(rule: Rule) -> list[str]:
    found = [one.event for one in rule.triggers if one.kind == "event"]
    found += [f"in:{one.state}" for one in rule.triggers if one.kind == "after"]
    return found + [f"at:{one.date_field}" for one in rule.triggers if one.kind == "at"]


def _covers(wide: str, narrow: str) -> bool:
    return wide == narrow or narrow.startswith(f"{wide}:")


def _known(rule: Rule) -> dict[str, Any]:
    if rule.when is None:
        return {}
    return {one.path: one.values[0] for one in required_tests(rule.when).tests if one.op == "=="}
