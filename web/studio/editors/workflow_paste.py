"""States on their way from one workflow to another, as text: with their comments, under ids that are free, with the ways that fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sopwith.core.ids import numbered
from sopwith.core.text import Text
from sopwith.definitions import read_nodes
from sopwith.definitions.clipping import clipped
from sopwith.definitions.node import Node, Path
from sopwith.definitions.operations import (
    Operation,
    OperationError,
    Put,
    Remove,
    Rename,
    apply_to_value,
)
from sopwith.definitions.places import CannotSpliceError
from sopwith.definitions.splicing import operate

from .lenient import mapping, sequence
from .workflow_changes import SINGLE, CannotPlanError, Plan, at_states, states_of

NAME = "clipboard.yaml"
LARGEST = 200_000
MOST = 300
Json = dict[str, Any]


def copied(node: Node, names: Sequence[str]) -> str:
    """Return states of a workflow as YAML, as they are written, comments included; empty when none of them is there."""
    found = [one for one in (node.at(("states", name)) for name in dict.fromkeys(names)) if one is not None]  # fmt: skip
    lines = [line for one in found for line in clipped(one) or _inline(one)]
    return "".join(["states:\n", *(f"  {line}".rstrip() + "\n" for line in lines)]) if lines else ""


def _inline(node: Node) -> list[str]:
    return [f"{node.key}: {' '.join(line.strip() for line in node.raw.splitlines())}"]


def states_in(text: str) -> dict[str, Any]:
    """Return the states that a clipboard's *text* holds: ``states:`` with a mapping, or the mapping itself."""
    return _held(text[:LARGEST])[1]


def _held(text: str) -> tuple[Path, dict[str, Any]]:
    """Return where the states stand in *text*, and what they say."""
    roots, found = read_nodes(text, NAME)
    if any(one.severity == "error" for one in found) or len(roots) != 1:
        return (), {}
    value = mapping(roots[0].value)
    inner = mapping(value.get("states"))
    held = inner or value
    return ("states",) if inner else (), {name: one for name, one in held.items() if isinstance(one, dict) and "title" in one}  # fmt: skip


def paste(doc: Mapping[str, Any], text: str, after: str = "") -> Plan:
    """Return how the states in *text* are put in: under new ids where theirs are taken, with ways among them kept.

    Ways to states that are not in this workflow are left out.
    """
    text = text[:LARGEST].replace("\r\n", "\n")
    home, found = _held(text)
    taken = set(states_of(doc))
    if not found or len(found) + len(taken) > MOST:
        raise CannotPlanError(Text("What is on the clipboard holds no states of a workflow.", "剪贴板里没有流程的状态。"))  # fmt: skip
    ids: dict[str, str] = {}
    for name in found:
        ids[name] = numbered(name, taken)
        taken.add(ids[name])
    known = {**{name: name for name in states_of(doc)}, **ids}
    operations = []
    behind = after if after in states_of(doc) else ""
    for name, (value, lines) in _adapted(text, home, found, ids, known).items():
        operation: Json = {"op": "put" if behind else "set", "path": ["states", name], "value": value, "lines": lines}  # fmt: skip
        operations.append({**operation, "after": behind} if behind else operation)
        behind = name
    return Plan(
        operations=tuple(operations),
        step=Text(f"{len(found)} states pasted", f"粘贴 {len(found)} 个状态"),
        then=at_states(*ids.values()),
    )


def _adapted(
    text: str,
    home: Path,
    found: Mapping[str, Any],
    ids: Mapping[str, str],
    known: Mapping[str, str],
) -> dict[str, tuple[Json, list[str]]]:
    """Return each state as it will be, with its lines; without lines where its text cannot take the changes."""
    made: dict[str, tuple[Json, list[str]]] = {}
    for name, state in found.items():
        changes: list[Put | Remove | Rename] = [*_led(state, (*home, name), known)]
        value = state
        for one in changes:
            value = apply_to_value({"states": {name: value}} if home else {name: value}, one)
            value = (value["states"] if home else value)[name]
        if ids[name] != name:
            changes.append(Rename(path=(*home, name), key=ids[name]))
        made[ids[name]] = (value, _lines(text, changes, (*home, ids[name])))
    return made


def _lines(text: str, changes: Sequence[Operation], place: Path) -> list[str]:
    try:
        for one in changes:
            text = operate(text, NAME, one).text
        roots, _wrong = read_nodes(text, NAME)
        node = roots[0].at(place)
    except (CannotSpliceError, OperationError):
        return []
    return list(clipped(node)) if node is not None else []


def _led(state: Json, place: Path, known: Mapping[str, str]) -> list[Put | Remove]:
    """Return what makes the ways of a state lead to what *known* calls their targets, the last way first."""
    changes: list[Put | Remove] = []
    for key in SINGLE.values():
        target = state.get(key)
        if isinstance(target, str) and target not in known and target != "previous":
            changes.append(Remove(path=(*place, key)))
        elif isinstance(target, str) and known.get(target, target) != target:
            changes.append(Put(path=(*place, key), value=known[target]))
    ways = [mapping(way).get("to") for way in sequence(state.get("go"))]
    kept = [to for to in ways if str(to) in known]
    if ways and not kept:
        return [*changes, Remove(path=(*place, "go"))]
    for number, to in reversed(list(enumerate(ways))):
        if str(to) not in known:
            changes.append(Remove(path=(*place, "go", number)))
        elif known[str(to)] != to:
            changes.append(Put(path=(*place, "go", number, "to"), value=known[str(to)]))
    return changes
