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


@dataclass(frozen=True, slots=True)
class Hits:
    """Rules that match, by rank and as they are, in order."""

    ranks: tuple[int, ...]
    rules: tuple[Rule, ...]


NO_HITS = Hits((), ())


class _Side:
    """Rules of one bucket in the order of their bounds; answers are kept once they were put in order."""

    __slots__ = ("_entries", "_find", "_is_lower", "_kept", "_most", "_rules", "bounds")

    def __init__(
        self, entries: list[tuple[float, int]], is_lower: bool, rules: Mapping[int, Rule]
    ) -> None:
        self._entries = sorted(entries)
        self._is_lower = is_lower
        self._rules = rules
        self._find: Callable[[list[float], float], int] = bisect_left if is_lower else bisect_right
        self._kept: dict[int, Hits] = {}
        self._most = max(16, _MAX_KEPT // len(entries))
        self.bounds = [bound for bound, _ in self._entries]

    def at(self, value: float) -> Hits:
        """Return the rules whose bound *value* keeps."""
        cut = self._find(self.bounds, value)
        found = self._kept.get(cut)
        return found if found is not None else self._part(cut)

    def all(self) -> Hits:
        """Return all rules."""
        cut = len(self._entries) if self._is_lower else 0
        found = self._kept.get(cut)
        return found if found is not None else self._part(cut)

    def _part(self, cut: int) -> Hits:
        if len(self._kept) >= self._most:
            self._kept.clear()
        entries = self._entries[:cut] if self._is_lower else self._entries[cut:]
        found = self._kept[cut] = _hits(sorted(rank for _, rank in entries), self._rules)
        return found


class _Bucket:
    """Rules of one shape and key: those that match for sure, and those still to be evaluated."""

    __slots__ = ("sure", "unsure")

    def __init__(self) -> None:
        self.sure: _Side | None = None
        self.unsure: _Side | None = None


@dataclass(slots=True)
class _Shape:
    """All rules that test the same paths the same way.

    key: picks the bucket's key out of all keys; entry, bound: the place of the path that holds
    the list to look into, and of the number that bounds compare with.
    """

    key: Callable[[list[Any]], Any] | None
    entry: int | None
    bound: int | None
    is_lower: bool
    buckets: dict[Any, _Bucket] = field(default_factory=dict)


class Matcher:
    """Finds those of some rules whose condition holds; rules are named by their rank."""

    __slots__ = ("_paths", "_rules", "_shapes", "needs_event")

    def __init__(self, rules: Sequence[tuple[int, Rule]], plans: Mapping[int, Plan]) -> None:
        self._rules = dict(rules)
        paths: dict[str, int] = {}
        shapes: dict[tuple[Any, ...], _Shape] = {}
        entries: dict[tuple[Any, Any, bool], list[tuple[float, int]]] = {}
        for rank, _ in rules:
            plan = plans[rank]
            if plan.shape not in shapes:
                shapes[plan.shape] = _new_shape(plan, paths)
            bound = plan.bound[2] if plan.bound else 0.0
            for key in plan.keys:
                entries.setdefault((plan.shape, key, plan.is_exact), []).append((bound, rank))
        for (name, key, is_exact), some in entries.items():
            shape = shapes[name]
            bucket = shape.buckets.setdefault(key, _Bucket())
            side = _Side(some, shape.is_lower, self._rules)
            if is_exact:
                bucket.sure = side
            else:
                bucket.unsure = side
        self._shapes = tuple(shapes.values())
        self._paths = tuple((path.split(".")[0], tuple(path.split(".")[1:])) for path in paths)
        names = {name for _, rule in rules if rule.when for name in rule.when.names}
        self.needs_event = any(name.split(".")[0] == "event" for name in names)

    def find(self, values: Mapping[str, Any], context: Context) -> Hits:
        """Return the rules whose condition holds."""
        keys: list[Any] = []
        for first, rest in self._paths:  # the hot path: what plain_key does, without the calls
            value: Any = values.get(first)
            if rest:
                value = _inside(value, rest)
            of = value.__class__
            if (of is int and -LIMIT < value < LIMIT) or of is str:
                keys.append(value)
            else:
                keys.append(plain_key(value))
        found: list[Hits] = []
        doubtful: list[int] = []
        for shape in self._shapes:
            if shape.entry is None:
                bucket = shape.buckets.get(shape.key(keys) if shape.key else ())
                buckets: Sequence[_Bucket] = () if bucket is None else (bucket,)
            else:
                first, rest = self._paths[shape.entry]
                buckets = _entered(shape, _inside(values.get(first), rest))
            for bucket in buckets:
                bound: Any = None if shape.bound is None else keys[shape.bound]
                if bound is not None and type(bound) not in _NUMERIC:
                    break
                if bucket.sure is not None:
                    found.append(bucket.sure.all() if bound is None else bucket.sure.at(bound))
                if bucket.unsure is not None:
                    side = bucket.unsure
                    doubtful += (side.all() if bound is None else side.at(bound)).ranks
        if doubtful:
            found.append(self._holding(doubtful, values, context))
        if len(found) == 1:
            return found[0]
        return _hits(sorted([rank for part in found for rank in part.ranks]), self._rules)

    def _holding(self, ranks: list[int], values: Mapping[str, Any], context: Context) -> Hits:
        """Return those whose whole condition holds; it is compiled when first needed."""
        good = []
        for rank in sorted(ranks):
            condition = self._rules[rank].when
            if condition is not None and condition.holds(values, context):
                good.append(rank)
        return _hits(good, self._rules)


def _hits(ranks: list[int], rules: Mapping[int, Rule]) -> Hits:
    return Hits(tuple(ranks), tuple(map(rules.__getitem__, ranks))) if ranks else NO_HITS


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


def _entered(shape: _Shape, entries: Any) -> Sequence[_Bucket]:
    """Return the buckets of the entries of a list, each once."""
    if not isinstance(entries, (list, tuple)):
        return ()
    unique = dict.fromkeys(one for one in entries if isinstance(one, str))
    return [shape.buckets[one] for one in unique if one in shape.buckets]


def _inside(found: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        if found.__class__ is not dict and not isinstance(found, Mapping):
            return None
        found = found.get(name)
    return found
