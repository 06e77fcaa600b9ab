"""A workflow as a tree to be read from top to bottom: each state once, below the last one that all ways to it come through."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

DEEPEST = 5  # branches within branches; beyond, the longest goes on below instead of beside


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """One way out of a state on the tree. steps: what it leads through; empty when it only jumps to *target*."""

    target: str
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One state on the tree. branches: its ways out, when it has more than the one to what stands right below it.

    A branch without steps leads to what stands below, or jumps to a state that stands elsewhere.
    """

    id: str
    branches: tuple[Branch, ...] = ()


def tree_of(start: str, ways: Mapping[str, Sequence[str]]) -> tuple[tuple[Step, ...], tuple[str, ...]]:  # fmt: skip
    """Return the tree from *start*, and the states that cannot be reached from it.

    ways: for every state where its ways lead, in order; what leads to no state is passed over.
    """
    if start not in ways:
        return (), tuple(ways)
    order = _finished_last_first(start, ways)
    above = _dominators(start, ways, order)
    below: defaultdict[str, list[str]] = defaultdict(list)
    for name in order[1:]:
        below[above[name]].append(name)
    place = {name: number for number, name in enumerate(order)}
    into: defaultdict[str, set[str]] = defaultdict(set)
    for name in order:
        for target in ways[name]:
            if target in place:
                into[target].add(name)
    builder = _Builder(ways, place, below, into)
    return tuple(builder.sequence(start, 0)), tuple(name for name in ways if name not in place)


class _Builder:
    """Makes the steps of one tree."""

    def __init__(
        self,
        ways: Mapping[str, Sequence[str]],
        place: Mapping[str, int],
        below: Mapping[str, list[str]],
        into: Mapping[str, set[str]],
    ) -> None:
        self.ways, self.place, self.below, self.into = ways, place, below, into
        self.size: dict[str, int] = {}
        for name in reversed(list(place)):
            self.size[name] = 1 + sum(self.size[one] for one in below.get(name, ()))

    def sequence(self, first: str, depth: int) -> list[Step]:
        """Return *first* and what follows it on the way down."""
        steps: list[Step] = []
        waiting = [first]
        while waiting:
            name = waiting.pop(0)
            heads, joined = self._parts(name)
            if heads and not joined and (len(heads) == 1 or depth >= DEEPEST):
                joined = [max(heads, key=lambda one: self.size[one])]
                heads.remove(joined[0])
            targets = [one for one in dict.fromkeys(self.ways[name]) if one in self.place]
            branches = [
                Branch(target=to, steps=tuple(self.sequence(to, depth + 1)) if to in heads else ())
                for to in targets
            ]
            if targets == joined[:1]:
                branches = []
            steps.append(Step(id=name, branches=tuple(branches)))
            waiting[:0] = joined
        return steps

    def _parts(self, name: str) -> tuple[list[str], list[str]]:
        """Return the states that begin a branch of *name*, and those in which its branches come together."""
        targets = set(self.ways[name])
        heads: list[str] = []
        joined: list[str] = []
        for one in self.below.get(name, ()):
            alone = one in targets and all(
                source == name or self.place[source] >= self.place[one] for source in self.into[one]
            )
            (heads if alone else joined).append(one)
        return heads, joined


def _finished_last_first(start: str, ways: Mapping[str, Sequence[str]]) -> list[str]:
    """Return what can be reached, each state before those that come after it (but for ways back)."""
    seen, finished = {start}, []
    stack = [(start, iter(list(reversed(ways[start]))))]
    while stack:
        name, targets = stack[-1]
        target = next((one for one in targets if one in ways and one not in seen), None)
        if target is None:
            finished.append(name)
            stack.pop()
        else:
            seen.add(target)
            stack.append((target, iter(list(reversed(ways[target])))))
    return finished[::-1]


def _dominators(
    start: str, ways: Mapping[str, Sequence[str]], order: Sequence[str]
) -> dict[str, str]:
    """Return for each state the last one before it that every way to it comes through."""
    place = {name: number for number, name in enumerate(order)}
    before: defaultdict[str, list[str]] = defaultdict(list)
    for name in order:
        for target in ways[name]:
            if target in place:
                before[target].append(name)
    above = {start: start}
    changed = True
    while changed:
        changed = False
        for name in order[1:]:
            found = _meeting([one for one in before[name] if one in above], above, place)
            if above.get(name) != found:
                above[name] = found
                changed = True
    return above


def _meeting(names: Iterable[str], above: Mapping[str, str], place: Mapping[str, int]) -> str:
    one, *others = names
    for other in others:
        while one != other:
            if place[one] > place[other]:
                one = above[one]
            else:
                other = above[other]
    return one
