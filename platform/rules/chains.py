"""Which rules set off which others, as far as can be said before they run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .cycles import _edges, _node
from .model import Rule, Table


def sets_off(
    rules: Sequence[Rule], tables: Mapping[str, Table] | None = None
) -> Mapping[str, tuple[str, ...]]:
    """Return for each rule the ids of those that its actions can set off, by what the check of cycles knows.

    tables: the decision tables that rules apply. Rules that are switched off have no part in it.
    """
    active = [rule for rule in rules if rule.enabled]
    edges = _edges([_node(rule, tables or {}) for rule in active])
    return {
        rule.id: tuple(active[other].id for other in edges.get(at, {}))
        for at, rule in enumerate(active)
    }
