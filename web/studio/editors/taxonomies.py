"""The editor of taxonomies: a list or a tree of choices, moved by dragging or by keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sopwith.core.ids import numbered
from sopwith.core.text import Text
from sopwith.release.model import Release

from ...languages import lang
from .lenient import held, inside, label, mapping, sequence, words
from .place import Place
from .subject import Subject

DEEPEST = 12
Facts = dict[str, Any]
Path = list[str | int]


def view(subject: Subject) -> Facts:
    """Return the tree, and the choice that is selected in it."""
    place, doc = Place.read(subject.at), subject.doc
    chosen = _chosen(doc, place)
    nodes = _nodes(doc.get("items"), ["items"], place, 0)
    return {
        "place": place,
        "held": held(doc),
        "nodes": nodes,
        "count": sum(_count(one) for one in nodes),
        "is_list": isinstance(doc.get("items"), list) and bool(doc["items"]),
        "chosen": _details(doc, chosen) if chosen else None,
        "blank": new_choice(doc),
        "used": _used(subject.bench.partly, subject.document.id),
    }


def _nodes(items: Any, path: Path, place: Place, depth: int) -> list[Facts]:
    if depth > DEEPEST:
        return []
    return [_node(one, [*path, index], place, depth) for index, one in enumerate(sequence(items))]


def _node(value: Any, path: Path, place: Place, depth: int) -> Facts:
    it = mapping(value)
    at = place.to(*path)
    return {
        "path": path,
        "id": words(it.get("id")),
        "title": label(it.get("title"), words(it.get("id")) or words(value)),
        "at": at,
        "code": words(it.get("code")),
        "color": words(it.get("color")),
        "retired": it.get("retired") is True,
        "is_chosen": place.steps == tuple(str(step) for step in path),
        "below": _nodes(it.get("items"), [*path, "items"], place, depth + 1),
        "below_path": [*path, "items"],
    }


def _count(node: Facts) -> int:
    return 1 + sum(_count(one) for one in node["below"])


def _chosen(doc: Mapping[str, Any], place: Place) -> Path | None:
    """Return the path of the choice that is selected, when there is one."""
    path: Path = [int(step) if step.isascii() and step.isdigit() and len(step) < 7 else step for step in place.steps]  # fmt: skip
    fits = bool(path) and path[0] == "items" and isinstance(path[-1], int)
    return path if fits and inside(doc, path) is not None else None


def _details(doc: Mapping[str, Any], path: Path) -> Facts:
    value = mapping(inside(doc, path))
    home, index = path[:-1], path[-1]
    assert isinstance(index, int)
    around = sequence(inside(doc, home))
    return {
        "path": path,
        "value": held(value),
        "title": label(value.get("title"), words(value.get("id"))),
        "home": home,
        "index": index,
        "is_last": index == len(around) - 1,
        "count": len(sequence(value.get("items"))),
        "retired": value.get("retired") is True,
        "up": _to(home, index - 1),
        "down": _to(home, index + 1),
        "inward": _inward(around, home, index, value),
        "outward": _outward(path),
    }


def _to(home: Path, index: int) -> Path:
    return [*home, index]


def _inward(around: Sequence[Any], home: Path, index: int, value: Any) -> Facts | None:
    """Return how the choice goes below the one above it."""
    if index == 0 or not isinstance(around[index - 1], dict):
        return None
    under = [*home, index - 1, "items"]
    held_there = around[index - 1].get("items")
    if isinstance(held_there, list) and held_there:
        operations = [{"op": "move", "path": [*home, index], "to": under, "index": len(held_there)}]
        return {"operations": operations, "path": [*under, len(held_there)]}
    operations = [
        {"op": "set", "path": under, "value": [value]},
        {"op": "remove", "path": [*home, index]},
    ]
    return {"operations": operations, "path": [*under, 0]}


def _outward(path: Path) -> Facts | None:
    """Return how the choice goes beside the one it is below."""
    if len(path) < 4:
        return None
    home, parent = path[:-3], path[-3]
    assert isinstance(parent, int)
    operations = [{"op": "move", "path": path, "to": home, "index": parent + 1}]
    return {"operations": operations, "path": [*home, parent + 1]}


def new_choice(doc: Mapping[str, Any]) -> Facts:
    """Return one more choice for the tree of *doc*."""
    return {"id": numbered("choice", _ids(doc.get("items"))), "title": {"en": "New choice", "zh-CN": "新选项"}}  # fmt: skip


def _ids(items: Any, depth: int = 0) -> set[str]:
    found: set[str] = set()
    for one in sequence(items) if depth <= DEEPEST else ():
        found.add(words(mapping(one).get("id")))
        found |= _ids(mapping(one).get("items"), depth + 1)
    return found


def _used(release: Release, name: str) -> list[tuple[str, str, Text]]:
    """Return the fields that choose from the list: record type, field, title."""
    return [
        (kind.title.get(lang()), field.id, field.title)
        for kind in release.record_types.values()
        for field in kind.all_fields.values()
        if field.taxonomy == name
    ]
