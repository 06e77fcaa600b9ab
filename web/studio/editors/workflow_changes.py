"""What a gesture on a workflow changes, as operations on its text: states and ways put in, led elsewhere, taken out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sopwith.core.ids import numbered
from sopwith.core.text import Text

from .lenient import label, mapping, sequence
from .workflow_blanks import TITLES, Near, asking, base_id, blank_state, owner_near

Json = dict[str, Any]
Doc = Mapping[str, Any]
SINGLE = {"approved": "approved", "rejected": "rejected", "then": "then", "reply": "on_customer_reply"}  # fmt: skip
TOP = (("start",), ("solved",), ("reopen", "to"), ("cancelled",), ("merged",))


class CannotPlanError(ValueError):
    """The gesture does not fit the workflow; the words say why, in both languages."""

    def __init__(self, words: Text) -> None:
        super().__init__(words.en)
        self.words = words


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The operations of one step, what the step is called, and what is selected afterwards."""

    operations: tuple[Json, ...]
    step: Text
    then: str = ""


def states_of(doc: Doc) -> dict[str, Json]:
    """Return the states of a workflow, however it is written."""
    return {name: mapping(state) for name, state in mapping(doc.get("states")).items()}


def title_of(doc: Doc, name: str) -> Text:
    """Return what a state is called."""
    return label(states_of(doc).get(name, {}).get("title"), name)


def ways_of(state: Json) -> dict[str, str]:
    """Return where each way out of a state leads: ``go/0``, ``approved``, ``rejected``, ``then``, ``reply``."""
    found = {
        f"go/{number}": str(mapping(way).get("to") or "")
        for number, way in enumerate(sequence(state.get("go")))
    }
    found |= {name: state[key] for name, key in SINGLE.items() if isinstance(state.get(key), str)}
    return found


def add(doc: Doc, kind: str, teams: tuple[str, ...], at: Sequence[float] = ()) -> Plan:
    """Return how a state of *kind* is put in that nothing leads to yet."""
    _known(kind)
    name = numbered(base_id(kind), states_of(doc))
    near = Near(owner=owner_near(doc, "", teams), target=_end_of(doc), back=str(doc.get("start") or ""))  # fmt: skip
    operations = [_state_in(doc, name, blank_state(kind, near))]
    if not states_of(doc):
        operations.append({"op": "set", "path": ["start"], "value": name})
    return _made(operations, kind, name, at)


def insert(doc: Doc, source: str, way: str, kind: str, teams: tuple[str, ...], at: Sequence[float] = ()) -> Plan:  # fmt: skip
    """Return how a state of *kind* is put into the *way* out of *source*.

    What the way is called leads on from there with it: the way in is called for what it does, or like the new state.
    """
    _known(kind)
    states = states_of(doc)
    target = ways_of(_state(doc, source)).get(way)
    if target is None:
        raise _gone(way)
    name = numbered(base_id(kind), states)
    called = _way(states[source], way).get("title") or ""
    near = Near(owner=owner_near(doc, source, teams), target=target, back=source, title=called)
    if kind == "closed":
        near = Near(owner={})
    operations = [
        _state_in(doc, name, blank_state(kind, near), after=source),
        {"op": "put", "path": ["states", source, *_path(way)], "value": name},
        *_called(["states", source, *_path(way)[:-1], "title"], way, kind, called),
    ]
    return _made(operations, kind, name, at)


def branch(doc: Doc, source: str, kind: str, teams: tuple[str, ...], at: Sequence[float] = ()) -> Plan:  # fmt: skip
    """Return how a new way out of *source* is made, over a new state of *kind*, that comes together with the first way."""
    _known(kind)
    state = _state(doc, source)
    _may_lead_on(state)
    name = numbered(base_id(kind), states_of(doc))
    ways = ways_of(state)
    target = next((to for to in ways.values() if to in states_of(doc)), "") or _end_of(doc)
    near = Near(owner=owner_near(doc, source, teams), target="" if target == source else target, back=source)  # fmt: skip
    operations = [
        _state_in(doc, name, blank_state(kind, near), after=source),
        _way_in(source, state, name, kind),
    ]
    return _made(operations, kind, name, at)


def connect(doc: Doc, source: str, target: str) -> Plan:
    """Return how a way from *source* to *target* is made: the outcome that is still open, else one more way out."""
    state = _state(doc, source)
    _state(doc, target)
    _may_lead_on(state)
    step = Text(
        f"{title_of(doc, source).en} leads to {title_of(doc, target).en}",
        f"“{title_of(doc, source).zh}”连到“{title_of(doc, target).zh}”",
    )
    outcomes = {"approval": ("approved", "rejected"), "parallel": ("then",)}
    for name in outcomes.get(str(state.get("type")), ()):
        if not state.get(name):
            operation = {"op": "set", "path": ["states", source, name], "value": target}
            return Plan(operations=(operation,), step=step, then=_line(source, target))
    return Plan(operations=(_way_in(source, state, target),), step=step, then=_line(source, target))


def lead(doc: Doc, source: str, way: str, target: str) -> Plan:
    """Return how a way out of *source* comes to lead to *target*."""
    _state(doc, target)
    if way not in ways_of(_state(doc, source)):
        raise _gone(way)
    step = Text(f"Leads to {title_of(doc, target).en}", f"改为连到“{title_of(doc, target).zh}”")
    operation = {"op": "put", "path": ["states", source, *_path(way)], "value": target}
    return Plan(operations=(operation,), step=step, then=_line(source, target))


def cut(doc: Doc, source: str, target: str) -> Plan:
    """Return how every way from *source* to *target* is taken out."""
    state = _state(doc, source)
    ways = [way for way, to in ways_of(state).items() if to == target]
    if not ways:
        raise _gone(target)
    step = Text("Way taken out", "删除连线")
    return Plan(operations=tuple(_cut(source, state, ways)), step=step, then=at_states(source))


def remove(doc: Doc, names: Sequence[str], to: str = "") -> Plan:
    """Return how states are taken out; what leads to them leads to *to* then, or is taken out with them."""
    states = states_of(doc)
    gone = [name for name in dict.fromkeys(names) if name in states]
    if not gone or (to and (to in gone or to not in states)):
        raise _gone(", ".join(names))
    operations: list[Json] = []
    for name, state in states.items():
        if name in gone:
            continue
        ways = [way for way, target in ways_of(state).items() if target in gone]
        if to:
            operations += _led(name, state, ways, to)
        else:
            operations += _cut(name, state, ways)
    for path in TOP:
        value: Any = doc
        for key in path:
            value = mapping(value).get(key)
        if value in gone:
            operations.append(_named_else(path, to))
    operations += [{"op": "clear", "path": ["layout", name]} for name in gone if name in mapping(doc.get("layout"))]  # fmt: skip
    operations += [{"op": "remove", "path": ["states", name]} for name in gone]
    first = title_of(doc, gone[0])
    step = Text(f"{first.en} taken out", f"删除“{first.zh}”")
    if len(gone) > 1:
        step = Text(f"{len(gone)} states taken out", f"删除 {len(gone)} 个状态")
    return Plan(operations=tuple(operations), step=step, then=at_states(to) if to else "")


def pin(doc: Doc, places: Mapping[str, Sequence[float]]) -> Plan:
    """Return how states are put at places of their own on the chart."""
    operations = [_pinned(name, place) for name, place in places.items() if name in states_of(doc)]
    if not operations:
        raise _gone(", ".join(places))
    return Plan(operations=tuple(operations), step=Text("Moved on the chart", "移动图上的位置"))


def unpin(doc: Doc, names: Iterable[str]) -> Plan:
    """Return how states are placed by themselves again."""
    pinned = mapping(doc.get("layout"))
    operations = [{"op": "clear", "path": ["layout", name]} for name in names if name in pinned]
    if not operations:
        raise CannotPlanError(Text("Nothing is pinned: the chart places all states by itself.", "没有手动摆放的状态：全部由系统自动排布。"))  # fmt: skip
    return Plan(operations=tuple(operations), step=Text("Placed by itself", "自动排布"))


def become(doc: Doc, name: str, kind: str, teams: tuple[str, ...]) -> Plan:
    """Return how a state becomes one of another type, with its ways out kept as far as they fit."""
    state = _state(doc, name)
    if kind not in ("normal", "approval", "parallel"):
        raise _gone(kind)
    targets = [to for to in ways_of(state).values() if to in states_of(doc)]
    near = Near(
        owner=owner_near(doc, name, teams),
        target=targets[0] if targets else _end_of(doc),
        back=targets[1] if len(targets) > 1 else "",
    )
    fresh = blank_state({"normal": "state"}.get(kind, kind), near)
    own = {"approval": ("approvers", "decide_by", "skip_when", "remind", "timeout", "same_person", "approved", "rejected"), "parallel": ("branches", "join", "then"), "normal": ()}  # fmt: skip
    at = ["states", name]
    foreign = [key for other, keys in own.items() if other != kind for key in keys if key in state]
    operations: list[Json] = [{"op": "remove", "path": [*at, key]} for key in foreign]
    if kind == "normal":
        operations += [{"op": "clear", "path": [*at, "type"]}]
        if not sequence(state.get("go")):
            ways = [{"to": to} for to in dict.fromkeys(targets)]
            operations += [{"op": "set", "path": [*at, "go"], "value": ways}] if ways else []
    else:
        if "go" in state and kind == "approval":
            operations.append({"op": "remove", "path": [*at, "go"]})
        operations.append({"op": "set", "path": [*at, "type"], "value": kind})
        operations += [{"op": "set", "path": [*at, key], "value": fresh[key]} for key in own[kind] if key in fresh]  # fmt: skip
    words = {"normal": Text("work", "普通状态"), "approval": Text("an approval", "审批"), "parallel": Text("tasks side by side", "并行任务")}[kind]  # fmt: skip
    step = Text(f"{title_of(doc, name).en} becomes {words.en}", f"“{title_of(doc, name).zh}”改为{words.zh}")  # fmt: skip
    return Plan(operations=tuple(operations), step=step, then=at_states(name))


# --- parts ----------------------------------------------------------------------------------------


def _made(operations: list[Json], kind: str, name: str, at: Sequence[float]) -> Plan:
    if at:
        operations.append(_pinned(name, at))
    title = TITLES[kind]
    return Plan(operations=tuple(operations), step=Text(f"Added: {title.en}", f"添加：{title.zh}"), then=at_states(name))  # fmt: skip


def _known(kind: str) -> None:
    if kind not in TITLES:
        raise _gone(kind)


def _state(doc: Doc, name: str) -> Json:
    found = states_of(doc).get(name)
    if found is None:
        raise _gone(name)
    return found


def _gone(name: str) -> CannotPlanError:
    return CannotPlanError(Text(f"“{name}” is not in the workflow any more.", f"流程里已经没有“{name}”。"))  # fmt: skip


def _may_lead_on(state: Json) -> None:
    if state.get("category") == "closed":
        raise CannotPlanError(Text("A closed state leads nowhere. Change its category first.", "已关闭的状态没有出口。请先修改类别。"))  # fmt: skip


def _end_of(doc: Doc) -> str:
    """Return a closed state that is not the one for cancelled or merged records, empty for none."""
    aside = {doc.get("cancelled"), doc.get("merged")}
    closed = [name for name, one in states_of(doc).items() if one.get("category") == "closed"]
    return next((name for name in closed if name not in aside), closed[0] if closed else "")


def _state_in(doc: Doc, name: str, state: Json, after: str = "") -> Json:
    if after:
        return {"op": "put", "path": ["states", name], "value": state, "after": after}
    return {"op": "set", "path": ["states", name], "value": state}


def _way(state: Json, way: str) -> Json:
    """Return a way out of *state* as it is written; nothing for one that has no title of its own."""
    return mapping(sequence(state.get("go"))[int(way[3:])]) if way.startswith("go/") else {}


def _called(path: list[str | int], way: str, kind: str, before: Any) -> list[Json]:
    """Return what calls a way anew that leads to a new state of *kind* now."""
    if not way.startswith("go/"):
        return []
    if kind == "approval":
        return [{"op": "set", "path": path, "value": asking("")["title"]}]
    return [{"op": "clear", "path": path}] if before else []


def _way_in(source: str, state: Json, target: str, kind: str = "") -> Json:
    ways = [mapping(way) for way in sequence(state.get("go"))]
    way: Json = asking(target) if kind == "approval" else {"to": target}
    taken = {str(one.get("id") or one.get("to")) for one in ways}
    if target in taken:
        way["id"] = numbered(target, taken)
    path = ["states", source, "go"]
    if isinstance(state.get("go"), list):
        return {"op": "insert", "path": path, "index": len(ways), "value": way}
    return {"op": "set", "path": path, "value": [way]}


def _path(way: str) -> list[str | int]:
    if way.startswith("go/"):
        return ["go", int(way[3:]), "to"]
    return [SINGLE[way]]


def _cut(source: str, state: Json, ways: Sequence[str]) -> list[Json]:
    """Return what takes *ways* out of a state; the list of ways goes with its last one."""
    numbers = sorted((int(way[3:]) for way in ways if way.startswith("go/")), reverse=True)
    at = ["states", source]
    found: list[Json] = [{"op": "clear", "path": [*at, SINGLE[way]]} for way in ways if way in SINGLE]  # fmt: skip
    if numbers and len(numbers) == len(sequence(state.get("go"))):
        return [*found, {"op": "clear", "path": [*at, "go"]}]
    return [*found, *({"op": "remove", "path": [*at, "go", number]} for number in numbers)]


def _led(source: str, state: Json, ways: Sequence[str], to: str) -> list[Json]:
    """Return what leads *ways* to *to*; a plain way that would be there twice is taken out."""
    others = {target for way, target in ways_of(state).items() if way not in ways}
    twice = [way for way in ways if way.startswith("go/") and (to in others or way != ways[0]) and _is_plain(state, way)]  # fmt: skip
    led: list[Json] = [{"op": "put", "path": ["states", source, *_path(way)], "value": to} for way in ways if way not in twice]  # fmt: skip
    return [*led, *_cut(source, state, twice)]


def _is_plain(state: Json, way: str) -> bool:
    return set(mapping(sequence(state.get("go"))[int(way[3:])])) <= {"to", "title", "style"}


def _named_else(path: Sequence[str], to: str) -> Json:
    if to:
        return {"op": "put", "path": list(path), "value": to}
    return {"op": "clear", "path": list(path[:1])}


def _pinned(name: str, place: Sequence[float]) -> Json:
    x, y = (min(max(round(float(one)), 0), 20_000) for one in place)
    return {"op": "set", "path": ["layout", name], "value": [x, y]}


def at_states(*names: str) -> str:
    """Return the selection of these states, empty for none."""
    return "state/" + "/".join(names) if names else ""


def _line(source: str, target: str) -> str:
    return f"line/{source}/{target}"
