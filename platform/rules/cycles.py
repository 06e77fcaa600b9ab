"""Rules that set each other off without end: found before they run.

A graph of rules: an edge where an action of one can make a happening that another waits for. What
provably stops is taken out: a condition that the values just set make false, a change to what is
already so, a rule that fires once for each record. What still goes round is an error that names the cycle.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from ..core.diagnostics import Diagnostic
from .model import Action, Rule, Table
from .outcome import never_holds

# The further names that change with the target of a change; what changes with everything.
_ALONG: Mapping[str, frozenset[str]] = {
    "tag": frozenset({"tags"}),
    "owner": frozenset({"team", "reassignments"}),
    "state": frozenset(
        {
            "category",
            "previous_state",
            "entered_at",
            "resolved_at",
            "closed_at",
            "reopened",
            "visits",
        }
    ),
}
_ALWAYS = frozenset({"event", "updated_at", "escalation"})


@dataclass(frozen=True, slots=True)
class _Change:
    """What one action may bring about.

    name: the happening. target: the field, tag or other thing that changes. value: what it becomes, by
    which the same change again is none; None when it may become something new each time.
    reads: the names that the new value depends on. elsewhere: the record type of another record.
    """

    name: str
    target: str
    value: Any = None
    reads: frozenset[str] = frozenset()
    elsewhere: str = ""


@dataclass(slots=True)
class _Node:
    rule: Rule
    changes: list[_Change] = field(default_factory=list)
    sets: dict[str, Any] = field(default_factory=dict)
    undoes: set[str] = field(default_factory=set)


def check_cycles(
    rules: Sequence[Rule],
    tables: Mapping[str, Table] | None = None,
    first_states: Mapping[str, Iterable[str]] | None = None,
) -> tuple[Diagnostic, ...]:
    """Return an error for each group of rules that can set each other off without end.

    tables: the decision tables that rules apply; without them a table is taken to change nothing.
    first_states: for each record type the states that a new record enters without a person.
    """
    ordered = sorted((rule for rule in rules if rule.enabled), key=lambda one: (one.order, one.id))
    nodes = [_node(rule, tables or {}) for rule in ordered]
    edges = _edges(nodes, first_states or {})
    found: list[Diagnostic] = []
    for group in _groups(range(len(nodes)), edges):
        for rest, kept in _endless(group, nodes, edges):
            cycle = _shortest(rest, kept)
            names = " -> ".join(nodes[at].rule.id for at in [*cycle, cycle[0]])
            first = nodes[cycle[0]].rule
            found.append(Diagnostic(span=first.span, code="RUL011", values={"cycle": names}))
    return tuple(sorted(found, key=lambda one: one.span))


# what a rule changes


def _node(rule: Rule, tables: Mapping[str, Table]) -> _Node:
    node = _Node(rule)
    for at, action in enumerate(rule.then):
        for change in _changes(action, tables, f"{rule.id}#{at}"):
            node.changes.append(change)
        if action.kind == "set":
            for name, value in action.args.items():
                if f"set.{name}" not in action.expressions:
                    node.sets[name] = value
        elif action.kind == "untag":
            node.undoes |= {f"tag:{tag}" for tag in action.args["tags"]}
        elif action.kind == "transition":
            node.sets["state"] = action.args["to"]
    return node


def _changes(action: Action, tables: Mapping[str, Table], here: str) -> Iterator[_Change]:
    args = action.args
    match action.kind:
        case "set":
            for name, value in args.items():
                formula = action.expressions.get(f"set.{name}")
                if formula is None:
                    yield _Change(f"changed:{name}", name, ("is", _frozen(value)))
                else:
                    timed = formula.functions & {
                        "now",
                        "today",
                        "hours_since",
                        "business_hours_since",
                        "business_time_since",
                    }
                    value = None if timed else ("formula", here)
                    reads = frozenset(one.split(".")[0] for one in formula.names)
                    yield _Change(f"changed:{name}", name, value, reads)
        case "raise":
            direction = "up" if args["by"] > 0 else "down"
            yield _Change(f"changed:{args['field']}", args["field"], ("goes", direction))
        case "table":
            table = tables.get(args["table"])
            for name in table.outputs if table else ():
                reads = frozenset(table.inputs) if table else frozenset()
                yield _Change(f"changed:{name}", name, ("table", args["table"]), reads)
        case "tag":
            for tag in args["tags"]:
                yield _Change(f"tagged:{tag}", f"tag:{tag}", ("is", True))
        case "transition":
            for name in (f"entered:{args['to']}", "left:*", "reopened"):
                yield _Change(name, "state", ("is", args["to"]))
        case "assign":
            yield _Change("assigned", "owner", ("is", _frozen(args)))
        case "route":
            yield _Change("assigned", "owner")
        case "escalate":
            if "to" in args:
                yield _Change("assigned", "owner", ("is", _frozen(args["to"])))
        case "comment":
            yield _Change("comment:agent" if args["public"] else "note", f"comment:{here}")
        case "create":
            yield _Change("created", f"create:{here}", None, elsewhere=args["type"])
            if "link" in args:
                yield _Change("linked", f"link:{here}")


def _frozen(value: Any) -> Any:
    if isinstance(value, Mapping):
        return tuple(sorted((key, _frozen(one)) for key, one in value.items()))
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


# who sets off whom


def _edges(
    nodes: list[_Node], first_states: Mapping[str, Iterable[str]] = MappingProxyType({})
) -> dict[int, dict[int, list[_Change]]]:
    waiting: dict[str, list[int]] = {}
    for at, node in enumerate(nodes):
        for trigger in node.rule.triggers:
            if trigger.kind == "event":
                waiting.setdefault(trigger.event, []).append(at)
    edges: dict[int, dict[int, list[_Change]]] = {}
    for at, node in enumerate(nodes):
        for change in _with_births(node.changes, first_states):
            for other in _listeners(change, waiting):
                if _can_set_off(node, nodes[other], change):
                    edges.setdefault(at, {}).setdefault(other, []).append(change)
    return edges


def _with_births(
    changes: Iterable[_Change], first_states: Mapping[str, Iterable[str]]
) -> Iterator[_Change]:
    """Yield *changes*, and after each that opens a record what else happens to a new one: it is given to somebody."""
    for change in changes:
        yield change
        if change.elsewhere:
            states = first_states.get(change.elsewhere, ())
            for name in ("assigned", "entered", *(f"entered:{state}" for state in states)):
                yield replace(change, name=name)


def _listeners(change: _Change, waiting: Mapping[str, list[int]]) -> Iterator[int]:
    if change.name == "left:*":
        names = [
            name
            for name in waiting
            if name.startswith("left:") and name != f"left:{change.value[1]}"
        ]
    else:
        parts = change.name.split(":")
        names = [":".join(parts[:count]) for count in range(1, len(parts) + 1)]
    seen: set[int] = set()
    for name in names:
        for at in waiting.get(name, ()):
            if at not in seen:
                seen.add(at)
                yield at


def _can_set_off(one: _Node, other: _Node, change: _Change) -> bool:
    first, second = one.rule.record_type, other.rule.record_type
    if change.elsewhere:
        if second not in ("any", change.elsewhere):
            return False
        known = {"type_of_record": change.elsewhere}
        return not never_holds(other.rule.when, known)
    if "any" not in (first, second) and first != second:
        return False
    known = {name: value for name, value in one.sets.items() if _is_sure(name, one)}
    if change.name.startswith("changed:"):
        known["event.field"] = change.target
        if change.value and change.value[0] == "is":
            known["event.to"] = change.value[1]
    elif change.name.startswith("tagged:"):
        known["event.tag"] = change.target.removeprefix("tag:")
    return not never_holds(other.rule.when, known)


def _is_sure(name: str, node: _Node) -> bool:
    """Return whether the rule leaves *name* with the value that it sets: nothing else of it changes that."""
    return len({change.value for change in node.changes if change.target == name}) == 1


# what never ends


def _endless(
    group: set[int], nodes: list[_Node], edges: Mapping[int, Mapping[int, Sequence[_Change]]]
) -> Iterator[tuple[set[int], Mapping[int, Mapping[int, Sequence[_Change]]]]]:
    """Yield the parts of a strongly connected *group* that may go round for ever, with their edges."""
    waiting = [group]
    while waiting:
        members = waiting.pop()
        doings = _doings(_reached(members, edges), nodes)
        kept = {
            at: {
                other: left
                for other, changes in edges.get(at, {}).items()
                if other in members
                and (left := [one for one in changes if not _runs_out(one, doings)])
            }
            for at in members
        }
        crosses = any(
            change.elsewhere for to in kept.values() for many in to.values() for change in many
        )
        if not crosses:  # a new record counts anew what fires once
            kept = {at: to for at, to in kept.items() if not nodes[at].rule.once}
        parts = list(_groups(kept, kept))
        if len(parts) == 1 and parts[0] == members:
            yield members, kept
        else:
            waiting += parts


def _reached(members: set[int], edges: Mapping[int, Mapping[int, Sequence[_Change]]]) -> set[int]:
    """Return *members* and all rules that they set off: those fire along and may undo what members do."""
    reached = set(members)
    waiting = list(members)
    while waiting:
        for to in edges.get(waiting.pop(), {}):
            if to not in reached:
                reached.add(to)
                waiting.append(to)
    return reached


@dataclass(frozen=True, slots=True)
class _Doings:
    """What a set of rules makes of each thing, what they undo, and the names they change."""

    values: Mapping[str, frozenset[Any]]
    undone: frozenset[str]
    touched: frozenset[str]


def _doings(fired: set[int], nodes: list[_Node]) -> _Doings:
    values: dict[str, set[Any]] = {}
    undone: set[str] = set()
    for at in fired:
        undone |= nodes[at].undoes
        for change in nodes[at].changes:
            values.setdefault(change.target, set()).add(change.value)
    touched = set(_ALWAYS) | values.keys()
    for target in values:
        touched |= _ALONG.get(target.split(":")[0], frozenset())
    return _Doings(
        values={target: frozenset(some) for target, some in values.items()},
        undone=frozenset(undone),
        touched=frozenset(touched),
    )


def _runs_out(change: _Change, doings: _Doings) -> bool:
    """Return whether this change can happen only so often while only those rules fire.

    So it is when none of them makes the same thing into something else: the second time it
    is no change.
    """
    if change.value is None or change.elsewhere or change.target in doings.undone:
        return False
    return len(doings.values[change.target]) == 1 and not change.reads & doings.touched


def _groups(members: Iterable[int], edges: Mapping[int, Mapping[int, Any]]) -> Iterator[set[int]]:
    """Yield the strongly connected groups that hold a cycle; iterative, so that depth is no matter."""
    inside = set(members)
    forward = {at: [to for to in edges.get(at, {}) if to in inside] for at in inside}
    backward: dict[int, list[int]] = {at: [] for at in inside}
    for at, many in forward.items():
        for to in many:
            backward[to].append(at)
    seen: set[int] = set()
    for start in reversed(_finished(inside, forward)):
        if start in seen:
            continue
        group = {start}
        waiting = [start]
        seen.add(start)
        while waiting:
            for to in backward[waiting.pop()]:
                if to not in seen:
                    seen.add(to)
                    group.add(to)
                    waiting.append(to)
        if len(group) > 1 or start in forward[start]:
            yield group


def _finished(inside: set[int], forward: Mapping[int, Sequence[int]]) -> list[int]:
    """Return the nodes in the order in which a depth-first walk leaves them."""
    order: list[int] = []
    seen: set[int] = set()
    for start in sorted(inside):
        if start in seen:
            continue
        seen.add(start)
        stack = [(start, iter(forward[start]))]
        while stack:
            at, rest = stack[-1]
            step = next((to for to in rest if to not in seen), None)
            if step is None:
                order.append(at)
                stack.pop()
            else:
                seen.add(step)
                stack.append((step, iter(forward[step])))
    return order


def _shortest(group: set[int], edges: Mapping[int, Mapping[int, Any]]) -> list[int]:
    """Return the shortest cycle through the first rule of *group* that is on a cycle."""
    start = min(group)
    before: dict[int, int] = {}
    waiting = deque([start])
    while waiting:
        at = waiting.popleft()
        for to in sorted(edges.get(at, {})):
            if to == start:
                path = [at]
                while path[-1] != start:
                    path.append(before[path[-1]])
                return path[::-1]
            if to in group and to not in before:
                before[to] = at
                waiting.append(to)
    return [start]
