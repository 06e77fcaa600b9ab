"""How ties between records read from either end."""

from __future__ import annotations

from collections.abc import Mapping

_PAIRS = (
    ("follow_up_of", "followed_up_by"),
    ("callback_of", "has_callback"),
    ("feedback_of", "has_feedback"),
    ("problem_of", "has_problem"),
    ("child_of", "parent_of"),
    ("blocks", "blocked_by"),
    ("duplicate_of", "duplicated_by"),
    ("caused_by", "causes"),
    ("merged_into", "merged_from"),
)
_INVERSE: Mapping[str, str] = {a: b for one, two in _PAIRS for a, b in ((one, two), (two, one))}


def other_end(kind: str) -> str:
    """Return how the tie *kind* is called from its other end; one that is not known reads the same."""
    return _INVERSE.get(kind, kind)
