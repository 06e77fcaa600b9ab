"""A tree back to canonical text: parsing it gives the same tree."""

from __future__ import annotations

from decimal import Decimal

from .durations import print_seconds
from .lexer import quote_text
from .tree import Binary, Call, Compare, Items, Literal, Logic, Name, Node, Unary
from .types import DURATION, WORKING_TIME

_OR, _AND, _NOT, _COMPARE, _SUM, _PRODUCT, _SIGN, _ATOM = range(8)


def print_tree(node: Node) -> str:
    """Return the canonical text of *node*."""
    return _print(node)[0]


def _inside(node: Node, least: int) -> str:
    text, level = _print(node)
    return text if level >= least else f"({text})"


def _print(node: Node) -> tuple[str, int]:
    match node:
        case Literal():
            return print_literal(node), _ATOM
        case Name():
            return node.dotted, _ATOM
        case Unary(op="not", operand=operand):
            return f"not {_inside(operand, _NOT)}", _NOT
        case Unary(operand=operand):
            return f"-{_inside(operand, _SIGN)}", _SIGN
        case Logic(op=op, items=items):
            level = _AND if op == "and" else _OR
            return f" {op} ".join(_inside(item, level + 1) for item in items), level
        case Compare(ops=ops, items=items):
            parts = [_inside(items[0], _SUM)]
            for op, item in zip(ops, items[1:], strict=True):
                parts += [op, _inside(item, _SUM)]
            return " ".join(parts), _COMPARE
        case Binary(op=op, left=left, right=right):
            level = _SUM if op in "+-" else _PRODUCT
            return f"{_inside(left, level)} {op} {_inside(right, level + 1)}", level
        case Call(name=name, args=args):
            return f"{name}({', '.join(print_tree(arg) for arg in args)})", _ATOM
        case Items(items=items):
            return f"[{', '.join(print_tree(item) for item in items)}]", _ATOM
    raise TypeError(f"not a node: {node!r}")


def print_literal(node: Literal) -> str:
    """Return a constant as it is written."""
    value = node.value
    if value is None:
        return "none"
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, str):
        return quote_text(value)
    if node.type in (DURATION, WORKING_TIME) and isinstance(value, int):
        return print_seconds(value, business=node.type == WORKING_TIME)
    return f"{Decimal(repr(value)):f}"
