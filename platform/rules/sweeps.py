"""Rules that act in rounds (``every``): which of a rule's triggers it is, and which records a round is for."""

from __future__ import annotations

from .model import Rule, Trigger

_OF_SETTLED = frozenset({"category", "state", "resolved_at", "closed_at", "previous_state"})


def round_of(rule: Rule | None) -> Trigger | None:
    """Return the trigger that makes the rule act in rounds, None when it has none or is off."""
    if rule is None or not rule.enabled:
        return None
    return next((one for one in rule.triggers if one.kind == "every"), None)


def looks_at_settled(rule: Rule) -> bool:
    """Return whether a round also looks at settled records: only where the rule itself speaks of where they stand."""
    names = rule.when.names if rule.when is not None else frozenset()
    return bool(names & _OF_SETTLED)
