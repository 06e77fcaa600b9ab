"""The index behind rule matching: hashed constants, sorted bounds, and what is left to evaluate."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from math import inf, nextafter
from operator import itemgetter
from typing import Any

from ..expressions import Context, Expression, Test, required_tests
from ..expressions.reading import LIMIT
from ..expressions.tree import Name, walk
from .model import Rule

MAX_KEYS = 256
"""A rule stands in at most this many buckets; further tests are left to evaluation."""

_MAX_KEPT = 50_000
_MAX_HASHED = 3
_NUMERIC = frozenset({int, float})
_BOUNDS = frozenset({"<", "<=", ">", ">="})


class _Mark:
    """A key that no JSON value equals."""


_ABSENT, _TRUE, _FALSE = _Mark(), _Mark(), _Mark()


def plain_key(value: Any) -> Any:
    """Return *value* as a key: booleans apart from numbers, what is no scalar as a key of nothing."""
    of = value.__class__
    if of is str:
        return value
    if of in _NUMERIC:
        return value if -LIMIT < value < LIMIT else _ABSENT
    if of is bool:
        return _TRUE if value else _FALSE
    return value if isinstance(value, str) else _ABSENT


@dataclass(frozen=True, slots=True)
class Plan:
    """How one rule is indexed.

    hashed: paths of equality tests, with the keys under which the rule stands. entry: the path
    of a list that must hold one of the keys. bound: path, whether it is a lower bound, and its
    value. is_exact: the index says it all.
    """

    hashed: tuple[str, ...] = ()
    keys: tuple[Any, ...] = ((),)
    entry: str | None = None
    bound: tuple[str, bool, float] | None = None
    is_exact: bool = True

    @property
    def shape(self) -> tuple[Any, ...]:
        """Return what rules have in common that are looked up together."""
        bound = self.bound[:2] if self.bound else None
        return (self.hashed, self.entry, bound)


def plan_of(condition: Expression | None) -> Plan:
    """Return how a rule with *condition* is indexed."""
    if condition is None:
        return Plan()
    required = required_tests(condition)
    timed = _durations(condition)
    tests = [test for test in required.tests if test.path not in timed]
    exact = required.residual is None and len(tests) == len(required.tests)
    sets: dict[str, frozenset[Any]] = {}
    bounds: list[Test] = []
    entries: list[Test] = []
    for test in tests:
        if test.op in ("==", "in"):
            some = frozenset(map(plain_key, test.values))
            sets[test.path] = sets[test.path] & some if test.path in sets else some
        elif test.op in _BOUNDS and test.values[0].__class__ in _NUMERIC:
            bounds.append(test)
        elif test.op == "contains":
            entries.append(test)
        else:
            exact = False
    hashed = _selective(sets)
    entry = entries[0] if entries and not hashed else None
    used = len(hashed) + (entry is not None) + min(len(bounds), 1)
    exact = exact and used == len(sets) + len(entries) + len(bounds)
    keys: tuple[Any, ...]
    if entry is not None:
        keys = (entry.values[0],)
    elif len(hashed) == 1:
        keys = tuple(sets[hashed[0]])
    else:
        keys = tuple(product(*(sets[path] for path in hashed)))
    return Plan(
        hashed=hashed,
        keys=keys,
        entry=entry.path if entry else None,
        bound=_bound(bounds[0]) if bounds else None,
        is_exact=exact,
    )


def _selective(sets: Mapping[str, frozenset[Any]]) -> tuple[str, ...]:
    """Return the paths to hash: the shortest lists first, while the combinations stay few."""
    chosen: list[str] = []
    count = 1
    for path in sorted(sets, key=lambda one: (len(sets[one]), one)):
        count *= max(len(sets[path]), 1)
        if len(chosen) == _MAX_HASHED or count > MAX_KEYS:
            break
        chosen.append(path)
    return tuple(sorted(chosen))


def _bound(test: Test) -> tuple[str, bool, float]:
    """Return a bound that is strict: ``>= b`` is ``>`` the number just below b."""
    value = float(test.values[0])
    if test.op == ">=":
        value = nextafter(value, -inf)
    elif test.op == "<=":
        value = nextafter(value, inf)
    return (test.path, test.op in (">", ">="), value)


def _durations(condition: Expression) -> frozenset[str]:
    """Return the paths that hold durations: those are whole seconds only, which keys cannot say."""
    return frozenset(
        node.dotted
        for node in walk(condition.tree)
        if isinstance(node, Name) and node.type.kind in ("duration", "working time")
    )


@dataclass(slots=True)
class _Bucket:
    """Rules of one shape and key, by rank; sorted by their bound where they have one."""

    is_lower: bool
    sure: list[tuple[float, int]] = field(default_factory=list)
    unsure: list[tuple[float, int]] = field(default_factory=list)
    bounds: tuple[list[float], list[float]] = ([], [])
    kept: dict[tuple[int, int], tuple[tuple[int, ...], tuple[int, ...]]] = field(
        default_factory=dict
    )
    most_kept: int = 16

    def close(self) -> None:
        self.sure.sort()
        self.unsure.sort()
        self.bounds = ([one for one, _ in self.sure], [one for one, _ in self.unsure])
        self.most_kept = max(16, _MAX_KEPT // max(len(self.sure) + len(self.unsure), 1))

    def within(self, value: float) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Return the ranks of the rules whose bound *value* keeps: sure ones, ones to evaluate."""
        find = bisect_left if self.is_lower else bisect_right
        cut = (find(self.bounds[0], value), find(self.bounds[1], value))
        found = self.kept.get(cut)
        if found is None:
            if len(self.kept) >= self.most_kept:
                self.kept.clear()
            found = self.kept[cut] = (
                self._ranks(self.sure, cut[0]),
                self._ranks(self.unsure, cut[1]),
            )
        return found

    def whole(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Return the ranks of all rules: for shapes without a bound."""
        found = self.kept.get((0, 0))
        if found is None:
            found = self.kept[0, 0] = (
                tuple(sorted(rank for _, rank in self.sure)),
                tuple(sorted(rank for _, rank in self.unsure)),
            )
        return found

    def _ranks(self, entries: Sequence[tuple[float, int]], cut: int) -> tuple[int, ...]:
        part = entries[:cut] if self.is_lower else entries[cut:]
        return tuple(sorted(rank for _, rank in part))


@dataclass(slots=True)
class _Shape:
    """All rules that test the same paths the same way."""

    key: Callable[[list[Any]], Any] | None
    entry: int | None
    bound: int | None
    is_lower: bool
    buckets: dict[Any, _Bucket] = field(default_factory=dict)


class Matcher:
    """Finds those of some rules whose condition holds; rules are named by their rank."""

    __slots__ = ("_conditions", "_paths", "_shapes", "needs_event")

    def __init__(self, rules: Sequence[tuple[int, Rule]], plans: Mapping[int, Plan]) -> None:
        self._conditions = {rank: rule.when for rank, rule in rules}
        paths: dict[str, int] = {}
        shapes: dict[tuple[Any, ...], _Shape] = {}
        for rank, _rule in rules:
            plan = plans[rank]
            shape = shapes.get(plan.shape)
            if shape is None:
                shape = shapes[plan.shape] = _new_shape(plan, paths)
            bound = plan.bound[2] if plan.bound else 0.0
            for key in plan.keys:
                bucket = shape.buckets.get(key)
                if bucket is None:
                    bucket = shape.buckets[key] = _Bucket(shape.is_lower)
                (bucket.sure if plan.is_exact else bucket.unsure).append((bound, rank))
        for shape in shapes.values():
            for bucket in shape.buckets.values():
                bucket.close()
        self._shapes = tuple(shapes.values())
        self._paths = tuple(tuple(path.split(".")) for path in paths)
        names = {name for rule in self._conditions.values() if rule for name in rule.names}
        self.needs_event = any(name.split(".")[0] == "event" for name in names)

    def ranks(self, values: Mapping[str, Any], context: Context) -> tuple[int, ...]:
        """Return the ranks of the rules whose condition holds, in order."""
        seen = [_read(values, path) for path in self._paths]
        keys = [plain_key(value) for value in seen]
        found: list[tuple[int, ...]] = []
        doubtful: list[int] = []
        for shape in self._shapes:
            for bucket in _buckets(shape, seen, keys):
                if shape.bound is None:
                    sure, unsure = bucket.whole()
                else:
                    bound: Any = keys[shape.bound]
                    if type(bound) not in _NUMERIC:
                        continue
                    sure, unsure = bucket.within(bound)
                if sure:
                    found.append(sure)
                if unsure:
                    doubtful += unsure
        if doubtful:
            found.append(self._holding(doubtful, values, context))
        if len(found) == 1:
            return found[0]
        return tuple(sorted(rank for part in found for rank in part))

    def _holding(
        self, ranks: list[int], values: Mapping[str, Any], context: Context
    ) -> tuple[int, ...]:
        """Return those whose whole condition holds; it is compiled when first needed."""
        good = []
        for rank in sorted(ranks):
            condition = self._conditions[rank]
            if condition is not None and condition.holds(values, context):
                good.append(rank)
        return tuple(good)


def _new_shape(plan: Plan, paths: dict[str, int]) -> _Shape:
    def place(path: str) -> int:
        return paths.setdefault(path, len(paths))

    places = [place(path) for path in plan.hashed]
    return _Shape(
        key=itemgetter(*places) if places else None,
        entry=place(plan.entry) if plan.entry is not None else None,
        bound=place(plan.bound[0]) if plan.bound else None,
        is_lower=plan.bound[1] if plan.bound else True,
    )


def _buckets(shape: _Shape, seen: list[Any], keys: list[Any]) -> Sequence[_Bucket]:
    if shape.entry is None:
        bucket = shape.buckets.get(shape.key(keys) if shape.key else ())
        return (bucket,) if bucket is not None else ()
    entries = seen[shape.entry]
    if not isinstance(entries, (list, tuple)):
        return ()
    unique = dict.fromkeys(one for one in entries if isinstance(one, str))
    return [shape.buckets[one] for one in unique if one in shape.buckets]


def _read(values: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    found: Any = values
    for name in path:
        if found.__class__ is not dict and not isinstance(found, Mapping):
            return None
        found = found.get(name)
    return found
