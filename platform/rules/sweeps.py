"""Rules that act in rounds (``every``): which of a rule's triggers it is, and which records a round is for."""

from __future__ import annotations

from ..core.record import Category
from ..expressions import Expression
from ..expressions.tree import Compare, Literal, Logic, Name, Node
from .model import Rule, Trigger

_OPEN = frozenset({Category.OPEN.value, Category.WAITING.value})

_OF_SETTLED = frozenset({"category", "state", "resolved_at", "closed_at", "previous_state"})


def round_of(rule: Rule | None) -> Trigger | None:
    """Return the trigger that makes the rule act in rounds, None when it has none or is off."""
    if rule is None or not rule.enabled:
        return None
    return next((one for one in rule.triggers if one.kind == "every"), None)


def looks_at_settled(rule: Rule) -> bool:
    """Return whether a round also looks at settled records: only where the rule itself speaks of where they stand.

    One that asks for ``category == "open"``, whatever else it asks for, speaks of open records alone.
    """
    if rule.when is None or not rule.when.names & _OF_SETTLED:
        return False
    return not fits_open_alone(rule.when)


def fits_open_alone(when: Expression) -> bool:
    """Return whether the condition itself says that only an open or a waiting record fits."""
    tree = when.tree
    clauses = tree.items if isinstance(tree, Logic) and tree.op == "and" else (tree,)
    return any(_is_of_open(one) for one in clauses)


def _is_of_open(clause: Node) -> bool:
    """Return whether only an open or a waiting record can fit."""
    if not isinstance(clause, Compare) or clause.ops != ("==",):
        return False
    named = any(isinstance(one, Name) and one.dotted == "category" for one in clause.items)
    return named and any(isinstance(one, Literal) and one.value in _OPEN for one in clause.items)
