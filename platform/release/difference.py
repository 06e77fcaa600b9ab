"""What is different between two sets of definitions, in their own terms: added, removed, changed, only moved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ..core.text import Text
from ..definitions import Document

Path = tuple[str | int, ...]
NAMES = ("id", "key", "name")


class ChangeKind(StrEnum):
    """What happened to a part."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One part of a definition that is not as it was.

    path: keys, and for items of lists their ids where they have one, else their number in the list
    that holds them (the old one for what was removed). before, after: plain values, None where there is none.
    """

    path: Path
    change: ChangeKind
    before: Any = None
    after: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentDifference:
    """One definition that is not as it was; *parts* only for one that was and is there."""

    kind: str
    id: str
    title: Text
    change: ChangeKind
    parts: tuple[Difference, ...] = ()


def compare_documents(
    before: Sequence[Document], after: Sequence[Document]
) -> tuple[DocumentDifference, ...]:
    """Return what is different, by kind and id; the same definition in another file is the same.

    One whose parts only changed places is *moved*: that changes the order in which people see things.
    """
    old, new = {one.key: one for one in before}, {one.key: one for one in after}
    found = []
    for key in sorted(old.keys() | new.keys()):
        one, other = old.get(key), new.get(key)
        parts: tuple[Difference, ...] = ()
        if one is None or other is None:
            change = ChangeKind.ADDED if one is None else ChangeKind.REMOVED
        else:
            parts = tuple(compare_values(one.value, other.value))
            if not parts:
                continue
            only_moved = all(part.change is ChangeKind.MOVED for part in parts)
            change = ChangeKind.MOVED if only_moved else ChangeKind.CHANGED
        found.append(
            DocumentDifference(
                kind=key[0], id=key[1], title=_title(other or one), change=change, parts=parts
            )
        )
    return tuple(found)


def compare_values(before: Any, after: Any, path: Path = ()) -> Iterator[Difference]:
    """Yield the parts in which two plain values differ, in the order of *after*, removed ones last."""
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _maps(before, after, path)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _lists(before, after, path)
    elif not _same(before, after):
        yield Difference(path=path, change=ChangeKind.CHANGED, before=before, after=after)


def _maps(before: Mapping[str, Any], after: Mapping[str, Any], path: Path) -> Iterator[Difference]:
    moved = _displaced(
        [key for key in before if key in after], [key for key in after if key in before]
    )
    for key, value in after.items():
        place = (*path, key)
        if key not in before:
            yield Difference(path=place, change=ChangeKind.ADDED, after=value)
            continue
        if key in moved:
            yield Difference(path=place, change=ChangeKind.MOVED, before=value, after=value)
        yield from compare_values(before[key], value, place)
    for key, value in before.items():
        if key not in after:
            yield Difference(path=(*path, key), change=ChangeKind.REMOVED, before=value)


def _lists(before: Sequence[Any], after: Sequence[Any], path: Path) -> Iterator[Difference]:
    """Match items by their id, else by being equal; what is left over is matched in order when it is alone."""
    old, new = _named(before), _named(after)
    kept = [name for name in old if name in new]
    gone, come = (
        [name for name in old if name not in new],
        [name for name in new if name not in old],
    )
    alike = (
        dict(zip(come, gone, strict=True))
        if len(gone) == len(come) and not _ids((*gone, *come))
        else {}
    )
    moved = _displaced(kept, [name for name in new if name in old])
    for name, (index, value) in new.items():
        place = (*path, _step(name, index))
        if name in old:
            if name in moved:
                yield Difference(path=place, change=ChangeKind.MOVED, before=value, after=value)
            yield from compare_values(old[name][1], value, place)
        elif name in alike:
            yield from compare_values(old[alike[name]][1], value, place)
        else:
            yield Difference(path=place, change=ChangeKind.ADDED, after=value)
    for name in gone if not alike else ():
        index, value = old[name]
        yield Difference(path=(*path, _step(name, index)), change=ChangeKind.REMOVED, before=value)


_Name = tuple[str, str, int]
"""How an item of a list is known: by id or by content, the words for it, and which of several alike."""


def _named(items: Sequence[Any]) -> dict[_Name, tuple[int, Any]]:
    found: dict[_Name, tuple[int, Any]] = {}
    for index, value in enumerate(items):
        how, words = "content", repr(_frozen(value))
        if isinstance(value, dict):
            for key in NAMES:
                if isinstance(value.get(key), str):
                    how, words = "id", value[key]
                    break
        number = 0
        while (how, words, number) in found:
            number += 1
        found[(how, words, number)] = (index, value)
    return found


def _ids(names: Sequence[_Name]) -> bool:
    return any(name[0] == "id" for name in names)


def _step(name: _Name, index: int) -> str | int:
    return name[1] if name[0] == "id" and name[2] == 0 else index


def _displaced(before: Sequence[Any], after: Sequence[Any]) -> set[Any]:
    """Return the fewest of *after* that must have been moved; both hold the same names."""
    place = {name: index for index, name in enumerate(before)}
    best: list[
        tuple[int, int]
    ] = []  # length of the longest rising run that ends here, and where it came from
    for here, name in enumerate(after):
        length, source = 1, -1
        for there in range(here):
            if place[after[there]] < place[name] and best[there][0] + 1 > length:
                length, source = best[there][0] + 1, there
        best.append((length, source))
    at = max(range(len(best)), key=lambda index: best[index][0], default=-1)
    stays = set()
    while at >= 0:
        stays.add(after[at])
        at = best[at][1]
    return set(after) - stays


def _same(one: Any, other: Any) -> bool:
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def _frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return tuple(sorted((key, _frozen(one)) for key, one in value.items()))
    if isinstance(value, list):
        return tuple(map(_frozen, value))
    return value


def _title(document: Document | None) -> Text:
    title = document.value.get("title") if document else None
    if isinstance(title, dict):
        return Text(str(title.get("en", "")), str(title.get("zh-CN", "")))
    return Text(str(title or ""), str(title or ""))
