"""What the JSON Schemas say at a place: the keys that may stand there, their words, and what an id there names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .shapes import schema_for

Schema = Mapping[str, Any]
_COMMON = "urn:sopwith:schema:common#/$defs/"
_MOST = 60
_flat: dict[int, tuple[Shape, ...]] = {}  # the schemas never change and never go


@dataclass(frozen=True, slots=True)
class Shape:
    """One schema that a value may have, with the whole schema that it is a part of."""

    root: Schema
    schema: Schema

    def flat(self) -> Sequence[Shape]:
        """Return this shape and everything it refers to or leaves open: each alternative by itself."""
        found = _flat.get(id(self.schema))
        if found is None or found[0].schema is not self.schema:
            found = _flat[id(self.schema)] = tuple(self._spread())
        return found

    def _spread(self) -> Iterator[Shape]:
        waiting, seen = [self], 0
        while waiting and seen < _MOST:
            one = waiting.pop()
            seen += 1
            yield one
            more = [*one._followed(), *one._open()]
            waiting.extend(reversed(more))

    def _followed(self) -> Iterator[Shape]:
        name = self.schema.get("$ref", "")
        if name.startswith(_COMMON):
            yield Shape(self.root, self.root["$defs"]["common"]["$defs"][name[len(_COMMON) :]])
        elif name.startswith("#/$defs/"):
            yield Shape(self.root, self.root["$defs"][name[8:]])
        kind, _sign, place = self.schema.get("x-like", "").partition("#/$defs/")
        root = schema_for(kind) if place else None
        if root is not None:
            yield Shape(root, root["$defs"][place])

    def _open(self) -> Iterator[Shape]:
        for key in ("anyOf", "oneOf", "allOf"):
            for one in self.schema.get(key, ()):
                yield Shape(self.root, one)

    def inner(self, key: str) -> Shape | None:
        """Return the shape that the schema has under *key*, such as ``items``."""
        found = self.schema.get(key)
        return Shape(self.root, found) if isinstance(found, Mapping) else None


def shapes_of(kind: str) -> list[Shape]:
    """Return the shape of a whole document of *kind*; none for an unknown kind."""
    root = schema_for(kind)
    return [] if root is None else list(Shape(root, root).flat())


def below(shapes: Iterable[Shape], step: str | int) -> list[Shape]:
    """Return the shapes of the value under a key or at a place in a list."""
    found: list[Shape] = []
    for shape in shapes:
        inner = _item(shape) if isinstance(step, int) else _entry(shape, step)
        if inner is not None:
            found.extend(inner.flat())
    return found


def shapes_at(kind: str, path: Iterable[str | int]) -> list[Shape]:
    """Return the shapes of the value at *path* of a document of *kind*."""
    found = shapes_of(kind)
    for step in path:
        found = below(found, step)
    return found


def _item(shape: Shape) -> Shape | None:
    return shape.inner("items")


def _entry(shape: Shape, key: str) -> Shape | None:
    known = shape.schema.get("properties", {})
    if key in known:
        return Shape(shape.root, known[key]) if isinstance(known[key], Mapping) else None
    for pattern, one in shape.schema.get("patternProperties", {}).items():
        if re.search(pattern, key):
            return Shape(shape.root, one)
    return shape.inner("additionalProperties")


def keys_of(shapes: Iterable[Shape]) -> dict[str, Shape]:
    """Return the keys that a mapping of these shapes may have, each with the shape of its value."""
    found: dict[str, Shape] = {}
    for shape in shapes:
        for key, one in shape.schema.get("properties", {}).items():
            if isinstance(one, Mapping):
                found.setdefault(key, Shape(shape.root, one))
    return found


def first(shapes: Iterable[Shape], key: str) -> Any:
    """Return what the first of the shapes that has it says under *key*, or None."""
    return next((one.schema[key] for one in shapes if key in one.schema), None)


def choices_of(shapes: Iterable[Shape]) -> dict[Any, Mapping[str, str]]:
    """Return the values to choose from, each with its words by language (none for numbers)."""
    found: dict[Any, Mapping[str, str]] = {}
    for shape in shapes:
        words = shape.schema.get("x-words", {})
        for one in shape.schema.get("enum", ()):
            found.setdefault(one, words.get(one, {}))
        if "const" in shape.schema:
            found.setdefault(shape.schema["const"], {})
    return found


def said(shapes: Iterable[Shape], key: str, lang: str) -> str:
    """Return the title or description (*key*) of a place in *lang*, empty for none."""
    kept = list(shapes)
    chinese = first(kept, f"x-{key}-zh") if lang.startswith("zh") else None
    return str(chinese or first(kept, key) or "")
