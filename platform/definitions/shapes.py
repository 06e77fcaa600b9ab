"""The JSON Schema of each kind, and its findings in our own words at the right place."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from ..core.diagnostics import Diagnostic, Fix
from ..core.guess import guess
from .document import Document
from .kinds import KINDS
from .node import Node
from .reading import tidy
from .tree import short

_COMMON = "common"
_TYPES = {
    "string": "DEF005",
    "boolean": "DEF007",
    "integer": "DEF008",
    "number": "DEF009",
    "array": "DEF012",
    "object": "DEF013",
}


@cache
def schemas() -> Mapping[str, Mapping[str, Any]]:
    """Return the schema of every kind that has one, by kind; each stands on its own.

    What they share comes with each, as an embedded resource.
    """
    folder = resources.files(__package__).joinpath("schemas")
    read: dict[str, dict[str, Any]] = {}
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".json"):
            read[entry.name.removesuffix(".json")] = json.loads(entry.read_text("utf-8"))
    common = read.pop(_COMMON)
    for schema in read.values():
        schema.setdefault("$defs", {})[_COMMON] = common
    return MappingProxyType(read)


def schema_for(kind: str) -> Mapping[str, Any] | None:
    """Return the JSON Schema (2020-12) of *kind*, or None."""
    return schemas().get(kind)


def schema_findings(document: Document) -> tuple[Diagnostic, ...]:
    """Return what is wrong with the shape of *document*, and an unknown kind."""
    found: list[Diagnostic] = []
    if document.kind not in KINDS:
        node = document.node.get("kind")
        if node is not None and document.kind:
            found.append(_unknown(node, "DEF018", KINDS, {}))
        return tuple(found)
    checker = _validator(document.kind)
    if checker is not None:
        for error in checker.iter_errors(document.value):
            found += _translated(error, document.node)
    return tidy(found)


def without_echoes(
    shape: Iterable[Diagnostic], meaning: Iterable[Diagnostic]
) -> tuple[Diagnostic, ...]:
    """Return both, in source order, less the findings on shape where meaning has one as well.

    For a parser that reads a document after its schema: it often finds the same, in better words.
    """
    told = list(meaning)
    places = {(item.span.path, item.span.line, item.span.column) for item in told}
    new = (
        item for item in shape if (item.span.path, item.span.line, item.span.column) not in places
    )
    return tidy((*told, *new))


@cache
def _validator(kind: str) -> Draft202012Validator | None:
    schema = schema_for(kind)
    return None if schema is None else Draft202012Validator(dict(schema))


def _translated(error: ValidationError, root: Node) -> Iterator[Diagnostic]:
    """Yield the findings for one complaint of the validator."""
    node = root.at(tuple(error.absolute_path)) or root
    schema: Any = error.schema
    rule = error.validator
    if rule in ("anyOf", "oneOf"):
        yield from _of_alternatives(error, node, root)
    elif rule == "additionalProperties":
        yield from _unknown_keys(node, schema)
    elif rule == "required":
        for key in schema.get("required", ()):
            if node.get(key) is None:
                yield Diagnostic(span=node.where, code="DEF003", values={"key": key})
    elif node.kind == "map" and isinstance(error.instance, str):
        yield _bad_key(error.instance, schema, node)
    elif node.kind == "scalar" and node.value is None and rule != "const":
        yield Diagnostic(span=node.where, code="DEF016", values={"key": _key(node)})
    else:
        yield _simple(str(rule), error.validator_value, schema, node)


def _simple(rule: str, wanted: Any, schema: Mapping[str, Any], node: Node) -> Diagnostic:
    """Return the finding for a complaint about one value."""
    values: dict[str, str | int] = {
        "key": _key(node),
        "word": short(node.words) if node.kind == "scalar" else "",
    }
    code = "DEF021"
    if rule in ("enum", "const") and node.kind == "scalar":
        choices = [str(item) for item in (wanted if rule == "enum" else [wanted])]
        return _unknown(node, "DEF011", choices, {**values, "choices": ", ".join(choices)})
    if "x-code" in schema:
        code = schema["x-code"]
    elif rule == "type" and isinstance(wanted, str):
        code = _TYPES.get(wanted, code)
    elif rule == "type" and node.kind != "scalar" and not {"array", "object"} & set(wanted):
        code = "DEF005"
    elif rule in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
        code = "DEF010"
        values["low"] = str(schema.get("minimum", schema.get("exclusiveMinimum", "…")))
        values["high"] = str(schema.get("maximum", schema.get("exclusiveMaximum", "…")))
    elif rule in ("minItems", "maxItems", "minProperties", "maxProperties"):
        code = "DEF022"
        values["low"] = str(schema.get("minItems", schema.get("minProperties", 0)))
        values["high"] = str(schema.get("maxItems", schema.get("maxProperties", "…")))
        if not node.children:
            code = "DEF016"
    elif rule == "minLength" and not node.words:
        code = "DEF016"
    elif rule == "uniqueItems":
        return _repeated(node, values)
    span = node.span if node.kind == "scalar" else node.where
    return Diagnostic(span=span, code=code, values=values)


def _of_alternatives(error: ValidationError, node: Node, root: Node) -> Iterator[Diagnostic]:
    """Yield the findings of the alternative that was most likely meant, else one for all."""
    branches: dict[Any, list[ValidationError]] = {}
    for inner in error.context or ():
        branches.setdefault(inner.schema_path[0], []).append(inner)
    depth = len(error.absolute_path)
    likely = list(branches.values())
    for rules, level in (({"type"}, depth), ({"const", "enum"}, depth + 1)):
        likely = [branch for branch in likely if not _has(branch, rules, level)]
    fewest = min((len(branch) for branch in likely), default=0)
    likely = [branch for branch in likely if len(branch) == fewest]
    if len(likely) == 1:
        for item in likely[0]:
            yield from _translated(item, root)
        return
    schema: Any = error.schema
    yield _simple(str(error.validator), None, schema, node)


def _has(branch: list[ValidationError], rules: set[str], depth: int) -> bool:
    """Return whether the value itself (or, one deeper, a value in it) rules this branch out."""
    return any(item.validator in rules and len(item.absolute_path) == depth for item in branch)


def _unknown_keys(node: Node, schema: Mapping[str, Any]) -> Iterator[Diagnostic]:
    known = schema.get("properties", {})
    patterns = schema.get("patternProperties", {})
    for key, child in node.items():
        if key in known or any(re.search(pattern, key) for pattern in patterns):
            continue
        values: dict[str, str | int] = {"key": short(key)}
        fix = None
        meant = guess(key, [name for name in known if node.get(name) is None])
        span = child.key_span or child.where
        if meant is not None:
            values["guess"] = meant
            quoted = node.source.cut(span)[:1] in ("'", '"')
            fix = Fix(span=span, text=f'"{meant}"' if quoted else meant)
        yield Diagnostic(span=span, code="DEF004", values=values, fix=fix)


def _bad_key(key: str, schema: Mapping[str, Any], node: Node) -> Diagnostic:
    """Return the finding for a key that ``propertyNames`` does not allow."""
    child = node.get(key)
    span = child.where if child is not None else node.where
    code = schema.get("x-code", "DEF021")
    return Diagnostic(span=span, code=code, values={"key": short(key), "word": short(key)})


def _repeated(node: Node, values: dict[str, str | int]) -> Diagnostic:
    """Return the finding for the first item that a list holds twice."""
    seen: list[Any] = []
    for child in node.children:
        if child.value in seen:
            values["word"] = short(child.raw)
            return Diagnostic(span=child.where, code="DEF023", values=values)
        seen.append(child.value)
    return Diagnostic(span=node.where, code="DEF021", values=values)


def _unknown(node: Node, code: str, candidates: Any, values: dict[str, str | int]) -> Diagnostic:
    fix = None
    values = {**values, "word": short(node.words)}
    meant = guess(node.words, candidates)
    if meant is not None:
        values["guess"] = meant
        fix = Fix(span=node.span, text=node.quote(meant))
    return Diagnostic(span=node.span, code=code, values=values, fix=fix)


def _key(node: Node) -> str:
    """Return the nearest key, for messages: that of the list, for an item of a list."""
    while isinstance(node.key, int) and node.parent is not None:
        node = node.parent
    return short(str(node.key)) if node.key is not None else "kind"
