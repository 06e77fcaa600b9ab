"""Whether a condition can still hold once some values are known: reasoning in three values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..expressions import Expression
from ..expressions.tree import Call, Compare, Items, Literal, Logic, Name, Node, Unary

_UNKNOWN: Any = object()


def never_holds(condition: Expression | None, known: Mapping[str, Any]) -> bool:
    """Return whether *condition* is certainly not true when the names in *known* have those values."""
    return condition is not None and _truth(condition.tree, known) is False


def always_holds(condition: Expression, known: Mapping[str, Any]) -> bool:
    """Return whether *condition* is certainly true when the names in *known* have those values."""
    return _truth(condition.tree, known) is True


def _truth(node: Node, known: Mapping[str, Any]) -> bool | None:
    """Return True or False where that is certain, else None."""
    match node:
        case Logic(op=op, items=items):
            results = [_truth(item, known) for item in items]
            if op == "and":
                return False if False in results else None if None in results else True
            return True if True in results else None if None in results else False
        case Unary(op="not", operand=operand):
            inner = _truth(operand, known)
            return None if inner is None else not inner
        case Compare(ops=(op,), items=(left, right)):
            return _compare(op, left, right, known)
        case Literal(value=value):
            return value is True
        case Name():
            value = _value(node, known)
            return None if value is _UNKNOWN else value is True
        case Call(name="is_empty", args=(Name() as name,)):
            value = _value(name, known)
            return None if value is _UNKNOWN else value in (None, "", [], ())
        case _:
            return None


def _compare(op: str, left: Node, right: Node, known: Mapping[str, Any]) -> bool | None:
    one = _value(left, known)
    if one is _UNKNOWN:
        return None
    if op in ("in", "not in") and isinstance(right, Items):
        many = [_value(item, known) for item in right.items]
        if any(other is _UNKNOWN for other in many):
            return None
        if one is None:
            return False
        inside = any(_equal(one, other) for other in many)
        return inside if op == "in" else not inside
    other = _value(right, known)
    if other is _UNKNOWN or op not in ("==", "!=", "<", "<=", ">", ">="):
        return None
    if _is_none(left) or _is_none(right):
        return ((one is None) == (other is None)) is (op == "==")
    if one is None or other is None:
        return False
    if op in ("==", "!="):
        return _equal(one, other) is (op == "==")
    if (
        isinstance(one, bool)
        or not isinstance(one, (int, float))
        or not isinstance(other, (int, float))
    ):
        return None
    return {"<": one < other, "<=": one <= other, ">": one > other, ">=": one >= other}[op]


def _value(node: Node, known: Mapping[str, Any]) -> Any:
    if isinstance(node, Literal):
        return node.value
    if isinstance(node, Name) and node.scope == 0 and node.dotted in known:
        value = known[node.dotted]
        return value if value is None or isinstance(value, (bool, int, float, str)) else _UNKNOWN
    return _UNKNOWN


def _equal(one: Any, other: Any) -> bool:
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def _is_none(node: Node) -> bool:
    return isinstance(node, Literal) and node.value is None
