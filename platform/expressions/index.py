"""The simple tests that must hold for a condition to hold: what a rule index hashes and sorts."""

from __future__ import annotations

from dataclasses import dataclass

from .expression import Expression
from .names import names_read
from .printing import print_tree
from .tree import Call, Compare, Items, Literal, Logic, Name, Node, walk
from .types import BOOL, ListType

_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "=="}
_CONSTANT_TYPES = frozenset({"text", "choice", "number", "bool"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """One necessary test of a value.

    op: ``==``, ``in``, ``<``, ``<=``, ``>``, ``>=`` or ``contains`` (a list has the entry).
    values: the constants, one but for ``in``. A value of another JSON type than the constant
    fails every test; true is not 1. So does a number of 10**15 or more: to a condition it is missing.
    """

    __test__ = False

    path: str
    op: str
    values: tuple[bool | int | float | str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Required:
    """A condition as tests that must all hold and the rest, None when the tests say it all."""

    tests: tuple[Test, ...]
    residual: Expression | None


def index_tests(expression: Expression) -> tuple[Test, ...]:
    """Return the simple tests in the ``and`` chain at the top of *expression*."""
    return required_tests(expression).tests


def required_tests(expression: Expression) -> Required:
    """Return *expression* split into simple tests and the residual condition."""
    tree = expression.tree
    clauses = tree.items if isinstance(tree, Logic) and tree.op == "and" else (tree,)
    tests: list[Test] = []
    rest: list[Node] = []
    for clause in clauses:
        found = _simple(clause)
        if found is None:
            rest.append(clause)
        else:
            tests.append(found)
    return Required(tests=tuple(tests), residual=_rest(expression, rest) if rest else None)


def _rest(expression: Expression, clauses: list[Node]) -> Expression:
    if len(clauses) == 1:
        tree = clauses[0]
    else:
        start, end = clauses[0].start, clauses[-1].end
        tree = Logic(op="and", items=tuple(clauses), type=BOOL, start=start, end=end)
    if tree == expression.tree:
        return expression
    names, columns = names_read(tree)
    return Expression(
        text=print_tree(tree),
        span=expression.span,
        type=tree.type,
        tree=tree,
        names=names,
        columns=columns,
        functions=frozenset(node.name for node in walk(tree) if isinstance(node, Call)),
    )


def _simple(node: Node) -> Test | None:
    match node:
        case Compare(ops=(op,), items=(Name() as name, Literal(value=value))):
            return _test(name, op, (value,))
        case Compare(ops=(op,), items=(Literal(value=value), Name() as name)) if op in _MIRRORED:
            return _test(name, _MIRRORED[op], (value,))
        case Compare(ops=("in",), items=(Name() as name, Items(items=items))):
            constants = tuple(item.value for item in items if isinstance(item, Literal))
            return _test(name, "in", constants) if len(constants) == len(items) else None
        case (
            Compare(ops=("in",), items=(Literal(value=str(value)), Name() as name))
            | Call(name="contains", args=(Name() as name, Literal(value=str(value))))
        ):
            if isinstance(name.type, ListType) and name.scope == 0:
                return Test(path=name.dotted, op="contains", values=(value,))
            return None
        case Name(type=kind, scope=0) if kind == BOOL:
            return Test(path=node.dotted, op="==", values=(True,))
        case _:
            return None


def _test(name: Name, op: str, values: tuple[bool | int | float | str | None, ...]) -> Test | None:
    if name.scope or op in ("!=", "not in") or name.type.kind not in _CONSTANT_TYPES:
        return None
    known = tuple(value for value in values if value is not None)
    if len(known) != len(values):
        return None
    return Test(path=name.dotted, op=op, values=known)
