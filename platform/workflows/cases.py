"""Deciding about conditions by trying every case that can make a difference to them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..expressions import BOOL, NUMBER, TEXT, ChoiceType, Expression, Type
from ..expressions.printing import print_tree
from ..expressions.tree import Compare, Items, Literal, Logic, Name, Node, Unary, children

MOST_CASES = 4096
_OPPOSITE = {">": "<=", ">=": "<", "!=": "==", "not in": "in"}
Wrong = Callable[[Sequence[bool]], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A case that should not be possible.

    certain: False when it could not be decided, or only with values that the field may never
    have. case: the values that matter, by dotted name.
    """

    certain: bool
    case: Mapping[str, Any]

    def __str__(self) -> str:
        shown = (f"{name} = {_shown(value)}" for name, value in self.case.items())
        return ", ".join(shown) or "…"


def _shown(value: object) -> str:
    if value is None:
        return "none"
    return str(value).lower() if isinstance(value, bool) else str(value)


def find_gap(conditions: Sequence[Expression], wrong: Wrong) -> Gap | None:
    """Return a case in which *wrong* is true of the truth of *conditions*, None when there is none.

    Choices and yes/no fields take each of their values, numbers and texts one from each
    range that the conditions tell apart. Fields are taken as filled in, unless a condition
    asks for ``none``. What cannot be enumerated counts as a free yes or no, which can prove
    that there is no gap, but not that there is one.
    """
    table = _Table(conditions)
    if table.size > MOST_CASES:
        return Gap(certain=False, case={})
    doubtful: Gap | None = None
    for values in table.rows():
        if not wrong(table.truths(values)):
            continue
        if table.is_certain(values):
            return Gap(certain=True, case=table.essential(values, wrong))
        doubtful = doubtful or Gap(certain=False, case=table.named(values))
    return doubtful


class _Table:
    """The values to try for each name and each part that cannot be enumerated."""

    def __init__(self, conditions: Sequence[Expression]) -> None:
        self._conditions = conditions
        self._uses: dict[str, _Use] = {}
        self._opaque: dict[str, None] = {}
        for condition in conditions:
            _note_uses(condition.tree, self._uses)
        hopeless = {name for name, use in self._uses.items() if not use.domain()}
        self._clouded = [self._find_opaque(item.tree, hopeless) for item in conditions]
        self._domains: dict[str, tuple[Any, ...]] = {
            name: use.domain() for name, use in self._uses.items() if name not in hopeless
        }
        self._hopeless = hopeless
        self.size = 1
        for domain in self._domains.values():
            self.size = min(self.size * len(domain), MOST_CASES + 1)
        for _ in self._opaque:
            self.size = min(self.size * 2, MOST_CASES + 1)

    def rows(self) -> Iterator[dict[str, Any]]:
        keys = [*self._domains, *self._opaque]
        choices = [*self._domains.values(), *((True, False) for _ in self._opaque)]
        for combination in itertools.product(*choices):
            yield dict(zip(keys, combination, strict=True))

    def truths(self, values: Mapping[str, Any]) -> list[bool]:
        scope = _nested(values)
        return [
            self._truth(item.tree, values) if clouded else item.holds(scope)
            for item, clouded in zip(self._conditions, self._clouded, strict=True)
        ]

    def is_certain(self, values: Mapping[str, Any]) -> bool:
        if self._opaque:
            return False
        return all(self._uses[name].is_usual(values[name]) for name in self._domains)

    def named(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {name: values[name] for name in self._domains}

    def essential(self, values: Mapping[str, Any], wrong: Wrong) -> dict[str, Any]:
        """Return the values without those names whose value makes no difference to the gap."""
        open_names: list[str] = []
        for name in self._domains:
            trial = [*open_names, name]
            size = 1
            for free in trial:
                size *= len(self._domains[free])
            if size > 256:
                break
            choices = itertools.product(*(self._domains[free] for free in trial))
            if all(
                wrong(self.truths({**values, **dict(zip(trial, choice, strict=True))}))
                for choice in choices
            ):
                open_names = trial
        return {name: values[name] for name in self._domains if name not in open_names}

    def _find_opaque(self, tree: Node, hopeless: set[str]) -> bool:
        """Note the smallest true-or-false parts that read what cannot be enumerated."""
        inner = _logic_parts(tree)
        if inner:
            clouded = [self._find_opaque(part, hopeless) for part in inner]  # all of them
            return any(clouded)
        if not _is_opaque(tree, hopeless):
            return False
        self._opaque[_key(tree)[0]] = None
        return True

    def _truth(self, tree: Node, values: Mapping[str, Any]) -> bool:
        match tree:
            case Logic(op="and", items=items):
                return all(self._truth(item, values) for item in items)
            case Logic(items=items):
                return any(self._truth(item, values) for item in items)
            case Unary(op="not", operand=operand):
                return not self._truth(operand, values)
        if _is_opaque(tree, self._hopeless):
            key, positive = _key(tree)
            return bool(values[key]) is positive
        expression = Expression(
            text="", span=self._conditions[0].span, type=BOOL, tree=tree, names=frozenset()
        )
        return expression.holds(_nested(values))


@dataclass(slots=True)
class _Use:
    """How the conditions use one name: its type and the constants that it is compared with."""

    type: Type
    constants: dict[Any, None]
    ordered: bool = False
    asks_none: bool = False
    plain: bool = True  # only ever compared with constants, or a choice or yes/no field

    def domain(self) -> tuple[Any, ...]:
        """Return one value for each case that the conditions can tell apart; empty: not possible."""
        values: tuple[Any, ...] = ()
        if self.type == BOOL:
            values = (True, False)
        elif isinstance(self.type, ChoiceType):
            values = self.type.options
        elif self.type == NUMBER and self.plain:
            values = tuple(_points(sorted(self.constants)))
        elif self.type == TEXT and self.plain and not self.ordered:
            values = (*self.constants, _fresh(self.constants))
        return (*values, None) if values and self.asks_none else values

    def is_usual(self, value: Any) -> bool:
        """Return whether a field surely may have *value*: it is whole, or not below zero, like the constants."""
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return True
        negative = any(number < 0 for number in self.constants)
        broken = any(number != int(number) for number in self.constants)
        return (value >= 0 or negative) and (value == int(value) or broken)


def _points(numbers: list[float]) -> Iterator[float]:
    """Yield each number, one value between each two neighbours, and one beyond either end."""
    if not numbers:
        yield 0
        return
    yield numbers[0] - 1
    for here, after in itertools.pairwise(numbers):
        yield here
        yield here + 1 if here + 1 < after else (here + after) / 2
    yield numbers[-1]
    yield numbers[-1] + 1


def _fresh(constants: Mapping[Any, None]) -> str:
    word = "…"
    while word in constants:
        word += "…"
    return word


def _note_uses(tree: Node, uses: dict[str, _Use]) -> None:
    """Collect for every name of the record what it is compared with."""
    if isinstance(tree, Name):
        _use(tree, uses).plain = False
    elif isinstance(tree, Compare):
        _note_comparison(tree, uses)
    else:
        for part in children(tree):
            _note_uses(part, uses)


def _note_comparison(tree: Compare, uses: dict[str, _Use]) -> None:
    names = [item for item in tree.items if isinstance(item, Name)]
    constants = [_constants(item) for item in tree.items if not isinstance(item, Name)]
    simple = len(names) == 1 and all(found is not None for found in constants)
    for item in tree.items:
        if not isinstance(item, Name):
            _note_uses(item, uses)
            continue
        use = _use(item, uses)
        if not simple:
            use.plain = False
            continue
        use.ordered = use.ordered or any(op[0] in "<>" for op in tree.ops)
        for value in itertools.chain.from_iterable(found or () for found in constants):
            if value is None:
                use.asks_none = True
            else:
                use.constants[value] = None


def _use(name: Name, uses: dict[str, _Use]) -> _Use:
    return uses.setdefault(name.dotted, _Use(name.type, {}))


def _constants(node: Node) -> list[Any] | None:
    """Return the constants that *node* consists of, None when it is more than constants."""
    match node:
        case Literal(value=value):
            return [value]
        case Unary(op="-", operand=Literal(value=int() | float() as value)):
            return [-value]
        case Items(items=items):
            found = [_constants(item) for item in items]
            if any(part is None for part in found):
                return None
            return [value for part in found for value in part or ()]
    return None


def _logic_parts(tree: Node) -> tuple[Node, ...]:
    match tree:
        case Logic(items=items):
            return items
        case Unary(op="not", operand=operand):
            return (operand,)
    return ()


def _is_opaque(tree: Node, hopeless: set[str]) -> bool:
    """Return whether a part cannot be evaluated from the table: it calls a function or reads something else."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Name):
            if node.scope or node.dotted in hopeless:
                return True
        elif not isinstance(node, (Literal, Compare, Items, Unary, Logic)):
            return True
        waiting.extend(children(node))
    return False


def _key(tree: Node) -> tuple[str, bool]:
    """Return the name of an opaque part, and False when it is the opposite of the part so named."""
    if isinstance(tree, Compare) and len(tree.ops) == 1 and tree.ops[0] in _OPPOSITE:
        opposite = Compare(ops=(_OPPOSITE[tree.ops[0]],), items=tree.items, type=tree.type)
        return f"({print_tree(opposite)})", False
    return f"({print_tree(tree)})", True


def _nested(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values as a scope: ``customer.tier`` becomes a key of the mapping ``customer``."""
    scope: dict[str, Any] = {}
    for name, value in values.items():
        *outer, last = name.split(".") if not name.startswith("(") else [name]
        inner = scope
        for step in outer:
            inner = inner.setdefault(step, {})
        inner[last] = value
    return scope
