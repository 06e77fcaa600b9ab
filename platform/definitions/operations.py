"""What may be done to a document: small typed operations, and what each does to plain values."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .node import Path


class OperationError(ValueError):
    """The operation does not fit the document: its path leads nowhere, or something stands there already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """Give the key at the end of *path* a value: a new one, or in place of the one that is there.

    The last step may be the index of a list item that exists. after: a new key comes behind this
    one; None for the end of its mapping.
    """

    path: Path
    value: Any
    after: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Insert:
    """Put a new item into the list at *path*, before the one at *index*."""

    path: Path
    index: int
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Remove:
    """Take away the value at *path*, with its key."""

    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Take the value at *path* to the list or mapping at *to*, before what stands at *index* there.

    *to* and *index* are of the document before the move; in a mapping the key goes along.
    """

    path: Path
    to: Path
    index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rename:
    """Call the key at the end of *path* by another name; its place stays."""

    path: Path
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Set:
    """Give the key at the end of *path* a value, with the mappings on the way that are missing."""

    path: Path
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Clear:
    """Take away what stands at *path*, with the keys above it that would hold nothing then; nothing when it is gone."""

    path: Path


Plain = Put | Insert | Remove | Move | Rename
Operation = Plain | Set | Clear


def grounded(value: Any, operation: Operation) -> Plain | None:
    """Return the plain operation that *operation* comes to on *value*; None when there is nothing to do."""
    match operation:
        case Set():
            return _grounded_set(value, operation)
        case Clear():
            return _grounded_clear(value, operation)
        case _:
            return operation


def _grounded_set(value: Any, operation: Set) -> Put:
    path, held = operation.path, operation.value
    for length in range(1, len(path)):
        if not _stands(value, path[:length]):
            for key in reversed(path[length:]):
                if isinstance(key, int):
                    raise OperationError(f"nothing stands at {_shown(path)}")
                held = {key: held}
            return Put(path=path[:length], value=held)
    return Put(path=path, value=held)


def _grounded_clear(value: Any, operation: Clear) -> Remove | None:
    path = operation.path
    if not _stands(value, path):
        return None
    while len(path) > 1 and isinstance(path[-2], str) and len(value_at(value, path[:-1])) == 1:
        path = path[:-1]
    return Remove(path=path)


def _stands(value: Any, path: Path) -> bool:
    try:
        value_at(value, path)
    except OperationError:
        return False
    return True


def apply_to_value(value: Any, operation: Operation) -> Any:
    """Return a copy of the plain *value* with *operation* done; raises OperationError."""
    root = copy.deepcopy(value)
    apply_in_place(root, operation)
    return root


def apply_in_place(root: Any, operation: Operation) -> None:
    """Do *operation* to the plain value *root* itself; raises OperationError."""
    plain = grounded(root, operation)
    match plain:
        case None:
            pass
        case Put():
            _put(root, plain)
        case Insert():
            _insert(_list_at(root, plain.path), plain.index, plain.value)
        case Remove():
            _take(root, plain.path)
        case Move():
            _move(root, plain)
        case Rename():
            _rename(root, plain)


def value_at(root: Any, path: Path) -> Any:
    """Return what *path* leads to; raises OperationError."""
    found = root
    for step in path:
        keyed = isinstance(found, Mapping) and step in found
        counted = isinstance(found, list) and isinstance(step, int) and 0 <= step < len(found)
        if not keyed and not counted:
            raise OperationError(f"nothing stands at {_shown(path)}")
        found = found[step]
    return found


def _put(root: Any, operation: Put) -> None:
    parent, key = _parent(root, operation.path)
    value = copy.deepcopy(operation.value)
    if isinstance(parent, list):
        value_at(parent, (key,))
        parent[int(key)] = value
    elif key in parent or operation.after is None:
        parent[key] = value
    else:
        keys = list(parent)
        if operation.after not in parent:
            raise OperationError(f"there is no key {operation.after} to come behind")
        _order(parent, keys.index(operation.after) + 1, key, value)


def _insert(items: list[Any], index: int, value: Any) -> None:
    if not 0 <= index <= len(items):
        raise OperationError(f"there is no place {index} in a list of {len(items)}")
    items.insert(index, copy.deepcopy(value))


def _take(root: Any, path: Path) -> Any:
    parent, key = _parent(root, path)
    found = value_at(parent, (key,))
    del parent[key]
    return found


def _move(root: Any, operation: Move) -> None:
    if operation.to[: len(operation.path)] == operation.path:
        raise OperationError("a value cannot be moved into itself")
    source, key = _parent(root, operation.path)
    target = value_at(root, operation.to)
    moved = value_at(source, (key,))
    if not isinstance(target, list | dict) or not 0 <= operation.index <= len(target):
        raise OperationError(f"there is no place {operation.index} at {_shown(operation.to)}")
    if isinstance(target, list) is not isinstance(source, list):
        raise OperationError("an item goes to a list, a key to a mapping")
    index = operation.index
    place = int(key) if isinstance(source, list) else list(source).index(key)
    if target is source and place < index:
        index -= 1
    if isinstance(target, dict) and target is not source and key in target:
        raise OperationError(f"there is a key {key} already")
    del source[key]
    if isinstance(target, list):
        target.insert(index, moved)
    else:
        _order(target, index, str(key), moved)


def _rename(root: Any, operation: Rename) -> None:
    parent, key = _parent(root, operation.path)
    if not isinstance(parent, dict) or key not in parent:
        raise OperationError(f"no key stands at {_shown(operation.path)}")
    if operation.key in parent and operation.key != key:
        raise OperationError(f"there is a key {operation.key} already")
    renamed = {operation.key if name == key else name: held for name, held in parent.items()}
    parent.clear()
    parent.update(renamed)


def _order(mapping: dict[str, Any], index: int, key: Any, value: Any) -> None:
    """Put *key* into *mapping* as its entry number *index*."""
    entries = list(mapping.items())
    entries.insert(index, (key, value))
    mapping.clear()
    mapping.update(entries)


def _parent(root: Any, path: Path) -> tuple[Any, Any]:
    if not path:
        raise OperationError("the whole document cannot be changed by one operation")
    parent, key = value_at(root, path[:-1]), path[-1]
    fits = isinstance(parent, list) if isinstance(key, int) else isinstance(parent, dict)
    if not fits:
        raise OperationError(f"nothing can stand at {_shown(path)}")
    return parent, key


def _list_at(root: Any, path: Path) -> list[Any]:
    found = value_at(root, path)
    if not isinstance(found, list):
        raise OperationError(f"there is no list at {_shown(path)}")
    return found


def _shown(path: Path) -> str:
    return ".".join(map(str, path)) or "the top"
