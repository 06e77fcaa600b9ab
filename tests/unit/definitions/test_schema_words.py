"""Every key of every kind has words for people, in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from sopwith.definitions import schemas

SHAPES = ("items", "anyOf", "oneOf", "additionalProperties", "propertyNames", "patternProperties")
REFERS = {
    *schemas(),
    "record_type_or_any",
    "field",
    "state",
    "role",
    "user",
    "person",
    "event",
    "template",
    "expression",
    "values",
    "value",
    "row",
    "cells",
    "message",
    "clocks",
    "tasks",
    "task",
    "item",
    "priority",
    "state_or_way",
    "record",
    "state_keys",
    "team_keys",
}
HAN = re.compile(r"[㐀-鿿]")


def every(schema: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Yield the schema of each key, and of each value that has its own, with its path."""
    if isinstance(schema, list):
        for number, item in enumerate(schema):
            yield from every(item, f"{path}/{number}")
    if not isinstance(schema, dict):
        return
    yield path, schema
    for key, value in schema.get("properties", {}).items():
        yield from every(value, f"{path}.{key}")
    for name, value in schema.get("$defs", {}).items():
        yield from every(value, f"{path}${name}")
    for shape in SHAPES:
        yield from every(schema.get(shape), path)


def keys(schema: Any, path: str) -> Iterator[tuple[str, Any]]:
    for at, inner in every(schema, path):
        for key, value in inner.get("properties", {}).items():
            yield f"{at}.{key}", value


@pytest.mark.parametrize("kind", sorted(schemas()))
def test_each_kind_and_key_has_a_title_and_a_description_in_both_languages(kind: str) -> None:
    schema = schemas()[kind]
    for path, one in [(kind, schema), *keys(schema, kind)]:
        assert isinstance(one, dict), path
        for key in ("title", "description"):
            assert one.get(key, "").strip(), (path, key)
            assert HAN.search(one.get(f"x-{key}-zh", "")) or one[f"x-{key}-zh"] == "SLA", path
        assert one["description"].endswith("."), path
        assert one["x-description-zh"].endswith("。"), path


@pytest.mark.parametrize("kind", sorted(schemas()))
def test_each_word_to_choose_from_is_said_in_both_languages(kind: str) -> None:
    for path, one in every(schemas()[kind], kind):
        texts = [word for word in one.get("enum", ()) if isinstance(word, str)]
        if texts:
            assert list(one["x-words"]) == texts, path
            for words in one["x-words"].values():
                assert words["en"] and words["zh-CN"], path


@pytest.mark.parametrize("kind", sorted(schemas()))
def test_what_a_key_refers_to_is_known(kind: str) -> None:
    for path, one in every(schemas()[kind], kind):
        if "x-refers" in one:
            assert one["x-refers"] in REFERS, path
