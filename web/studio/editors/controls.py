"""The general inspector: what a JSON Schema lets a definition say, as controls for a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sopwith.core.text import Text
from sopwith.definitions.node import Path
from sopwith.definitions.shapes import schema_for

from ...languages import lang
from ...wording import gettext as _

DEEPEST = 9
_COMMON = "urn:sopwith:schema:common#/$defs/"
_PLAIN = {"string": "text", "number": "number", "integer": "number", "boolean": "yes_no"}
_NAMED = {
    "label": "words",
    "duration": "duration",
    "expression": "condition",
    "identifier": "text",
    "name": "text",
}
Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """One value of a definition with how it is changed.

    kind: text, number, yes_no, words, duration, condition, choice, group, list, map, raw or fixed.
    blank: what a new item of the list or map is. forms: other shapes that the value may take, by name.
    entry: what a new entry of a group is whose name is not among those of the schema; None where there may be none.
    takes_number: a text where a number may stand too: what looks like a number is one.
    is_long: words that may take several lines.
    """

    path: Path
    key: str
    label: str
    help: str
    kind: str
    value: Any
    required: bool = False
    refers: str = ""
    choices: Sequence[tuple[Any, str]] = ()
    parts: Sequence[Control] = ()
    absent: Sequence[Control] = ()
    blank: Any = None
    forms: Sequence[tuple[str, Any]] = ()
    entry: Any = None
    takes_number: bool = False
    is_long: bool = False

    @property
    def title(self) -> str:
        """Return by what an item of a list is told from the others."""
        if isinstance(self.value, dict):
            for key in ("title", "id", "to", "name", "set", "field", "when"):
                found = self.value.get(key)
                if isinstance(found, dict):
                    found = found.get(lang()) or next(iter(found.values()), None)
                if isinstance(found, str | int) and found != "":
                    return str(found)
            said = {one.key: one.label for one in self.parts}
            return _(", ").join(said.get(key) or key for key in self.value)[:60] or self.label
        if isinstance(self.value, str | int | float):
            return str(self.value)
        return self.label


def controls_at(kind: str, doc: Any, path: Path, without: Sequence[str] = ()) -> list[Control]:
    """Return a control for each key that may stand at *path* of a definition of *kind*, without those named.

    Keys that the schema does not know are shown as they are. Empty where no schema leads to *path*.
    """
    root = _root(kind)
    if root is None:
        return []
    schema, value = root, doc
    for step in path:
        below = _below(root, _fitting(root, schema, value), step)
        value = _inside(value, step)
        if below is None:
            return []
        schema = below
    shape = _fitting(root, schema, value)
    held = value if isinstance(value, dict) else {}
    return [one for one in _parts(root, shape, held, path, 0) if one.key not in without]


def control_at(kind: str, doc: Any, path: Path) -> Control | None:
    """Return the control of the one value at *path*, or None where the schema knows of none."""
    if not path:
        return None
    step = path[-1]
    if isinstance(step, int):
        root, schema, value = _schema_at(kind, doc, path)
        return None if schema is None else _control(root, schema, value, path, "", 0)
    found = (one for one in controls_at(kind, doc, path[:-1]) if one.key == step)
    return next(found, None)


def _schema_at(kind: str, doc: Any, path: Path) -> tuple[Schema, Schema | None, Any]:
    """Return the schema of the kind, what it says of the value at *path* (None for nothing), and the value."""
    root = _root(kind) or {}
    schema, value = _root(kind), doc
    for part in path:
        schema = _below(root, _fitting(root, schema or {}, value), part)
        value = _inside(value, part)
    return root, schema, value


def titles_at(kind: str, doc: Any, path: Path) -> Text:
    """Return what the schema calls the value at *path*, in both languages; empty where it knows of none."""
    root, schema, _value = _schema_at(kind, doc, path)
    if schema is None or not path:
        return Text()
    full = _resolved(root, schema)[1]
    return Text(str(full.get("title") or ""), str(full.get("x-title-zh") or ""))


def _parts(root: Schema, schema: Schema, value: Mapping[str, Any], path: Path, depth: int) -> list[Control]:  # fmt: skip
    if depth > DEEPEST:
        return []
    required = set(schema.get("required", ()))
    known = {key: one for key, one in schema.get("properties", {}).items() if "const" not in one or key not in ("kind",)}  # fmt: skip
    parts = [
        _control(root, one, value.get(key), (*path, key), key, depth, required=key in required)
        for key, one in known.items()
    ]
    for key in value:
        if key not in schema.get("properties", {}):
            inner = _below(root, schema, key) or {}
            parts.append(_control(root, inner, value[key], (*path, key), key, depth))
    return parts


def _control(root: Schema, schema: Schema, value: Any, path: Path, key: str, depth: int, *, required: bool = False) -> Control:  # fmt: skip
    name, full = _resolved(root, schema)
    branches = _branches(root, full)
    shape = _fitting(root, full, value) if branches else full
    if branches and not name:
        name = _resolved(root, shape)[0]
    kind = _NAMED.get(name) or _kind(shape, value)
    if not _holds(kind, value):
        kind = "raw"
    label, words = _words(full, key)
    parts: list[Control] = []
    blank: Any = None
    if kind == "group" and depth < DEEPEST:
        held = value if isinstance(value, dict) else {}
        parts = _parts(root, shape, held, path, depth + 1) if value is not None else []
    elif kind == "list":
        inner = shape.get("items") or {}
        blank = _blank(root, inner)
        items = value if isinstance(value, list) else []
        parts = [_control(root, inner, one, (*path, place), "", depth + 1) for place, one in enumerate(items)]  # fmt: skip
    elif kind == "map":
        held = value if isinstance(value, dict) else {}
        blank = _blank(root, _below(root, shape, "") or {})
        parts = [_control(root, _below(root, shape, one) or {}, held[one], (*path, one), one, depth + 1) for one in held]  # fmt: skip
    if kind == "group" and value is None:
        blank = _blank(root, shape)
    more = shape.get("additionalProperties")
    entry = _blank(root, more) if kind == "group" and isinstance(more, Mapping) else None
    return Control(
        path=path,
        key=key,
        label=label,
        help=words,
        kind=kind,
        value=value,
        required=required,
        refers=str(shape.get("x-refers") or full.get("x-refers") or ""),
        choices=[(one, choice_word(shape, one)) for one in shape.get("enum", ())],
        parts=[one for one in parts if one.value is not None or kind != "group"],
        absent=[one for one in parts if one.value is None] if kind == "group" else (),
        blank=blank,
        forms=_forms(root, branches) if len(branches) > 1 and not _NAMED.get(name) else (),
        entry=entry,
        takes_number=kind == "text" and any(_takes_number(one) for one in (full, *branches)),
        is_long="many" in (full.get("x-lines"), shape.get("x-lines")),
    )


def choice_word(schema: Schema, value: Any) -> str:
    """Return what a page calls one of a fixed set of words of the language of definitions."""
    words = schema.get("x-words", {}).get(str(value))
    return str(words.get(lang(), value)) if isinstance(words, Mapping) else str(value)


def _takes_number(schema: Schema) -> bool:
    kinds = schema.get("type")
    return bool({"number", "integer"} & set(kinds if isinstance(kinds, list) else [kinds]))


def _kind(schema: Schema, value: Any) -> str:
    if "const" in schema:
        return "fixed"
    if "enum" in schema:
        return "choice"
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((one for one in ("string", "number", "boolean") if one in kind), kind[0])
    if kind == "array":
        return "list"
    if kind == "object" or "properties" in schema:
        return "group" if schema.get("properties") else "map"
    if kind in _PLAIN:
        return _PLAIN[kind]
    return "raw" if isinstance(value, dict | list) else "text"


def _holds(kind: str, value: Any) -> bool:
    """Return whether a control of *kind* can show *value*, so that nothing is lost by showing it."""
    if value is None:
        return True
    match kind:
        case "words":
            return not isinstance(value, list) and (not isinstance(value, dict) or set(value) <= {"en", "zh-CN"})  # fmt: skip
        case "group" | "map":
            return isinstance(value, dict)
        case "list":
            return isinstance(value, list)
        case "yes_no":
            return isinstance(value, bool)
        case "raw":
            return True
        case _:
            return not isinstance(value, dict | list)


def _words(schema: Schema, key: str) -> tuple[str, str]:
    """Return the label and the help of a key in the page's language."""
    ours = lang() != "en"
    title = schema.get("x-title-zh") if ours else None
    words = schema.get("x-description-zh") if ours else None
    return (
        str(title or schema.get("title") or key.replace("_", " ")),
        str(words or schema.get("description") or ""),
    )


@cache
def _root(kind: str) -> Schema | None:
    """Return the schema of a kind, with the parts of those kinds that something in it is written like."""
    schema = schema_for(kind)
    if schema is None:
        return None
    parts: dict[str, Any] = {}
    for other in sorted({like.partition("#")[0] for like in _likes(schema)}):
        parts |= (schema_for(other) or {}).get("$defs", {})
    return {**schema, "$defs": parts | schema.get("$defs", {})} if parts else schema


def _likes(schema: Any) -> list[str]:
    """Return every ``x-like`` in a schema, such as ``form#/$defs/field``."""
    if isinstance(schema, list):
        return [like for one in schema for like in _likes(one)]
    if not isinstance(schema, dict):
        return []
    found = [like for one in schema.values() for like in _likes(one)]
    return [*found, schema["x-like"]] if isinstance(schema.get("x-like"), str) else found


def _resolved(root: Schema, schema: Schema) -> tuple[str, Schema]:
    """Return the schema with what it refers to or is written like, and the name of what was referred to last."""
    name = ""
    for _time in range(8):
        where = schema.get("$ref") or schema.get("x-like")
        if not isinstance(where, str):
            break
        name = where.rpartition("/")[2]
        defs = root.get("$defs", {})
        found = defs.get("common", {}).get("$defs", {}) if where.startswith(_COMMON) else defs
        if where == "#":
            found, name = {"": root}, ""
        schema = {**found.get(name, {}), **{key: one for key, one in schema.items() if key not in ("$ref", "x-like")}}  # fmt: skip
    return name, schema


def _branches(root: Schema, schema: Schema) -> list[Schema]:
    found = schema.get("anyOf") or schema.get("oneOf") or ()
    return [{**_resolved(root, one)[1], "$name": _resolved(root, one)[0]} for one in found if not set(one) <= {"required", "not"}]  # fmt: skip


def _fitting(root: Schema, schema: Schema, value: Any) -> Schema:
    """Return the alternative of *schema* that *value* takes; the plainest where there is no value."""
    _name, full = _resolved(root, schema)
    branches = _branches(root, full)
    if not branches:
        return full
    best = max(branches, key=lambda one: _fit(root, one, value))
    name = best.get("$name")
    merged = {**full, **best}
    merged.pop("anyOf", None)
    merged.pop("oneOf", None)
    if name:
        where = _COMMON if name in _NAMED else "#/$defs/"
        merged["$ref"] = where + str(name)
        merged.pop("$name", None)
    return merged


def _fit(root: Schema, schema: Schema, value: Any) -> int:
    """Return how well *value* fits an alternative; the plain ones first where there is none."""
    kinds = schema.get("type", "object" if "properties" in schema else None)
    kinds = kinds if isinstance(kinds, list) else [kinds]
    if value is None:
        return int("array" not in kinds and "object" not in kinds)
    says = {str: "string", bool: "boolean", int: "integer", float: "number", list: "array", dict: "object"}[type(value)]  # fmt: skip
    if says not in kinds and not (says == "integer" and "number" in kinds):
        return -10
    if "const" in schema or "enum" in schema:
        return 8 if value in schema.get("enum", [schema.get("const")]) else -5
    if not isinstance(value, dict):
        return 5
    keys = schema.get("properties", {})
    odd = [key for key in value if key not in keys] if schema.get("additionalProperties") is False else []  # fmt: skip
    missing = [key for key in schema.get("required", ()) if key not in value]
    consts = [key for key, one in keys.items() if "const" in one and key in value and value[key] != one["const"]]  # fmt: skip
    return 5 - 2 * len(odd) - 2 * len(missing) - 4 * len(consts)


def _below(root: Schema, schema: Schema, step: str | int) -> Schema | None:
    """Return the schema of what stands under *step*."""
    _name, full = _resolved(root, schema)
    if isinstance(step, int):
        items = full.get("items")
        return items if isinstance(items, Mapping) else {}
    properties = full.get("properties", {})
    if step in properties:
        found: Schema = properties[step]
        return found
    for one in full.get("patternProperties", {}).values():
        return dict(one) if isinstance(one, Mapping) else {}
    more = full.get("additionalProperties")
    return more if isinstance(more, Mapping) else {}


def _inside(value: Any, step: str | int) -> Any:
    if isinstance(value, dict):
        return value.get(str(step))
    if isinstance(value, list) and isinstance(step, int) and 0 <= step < len(value):
        return value[step]
    return None


def _forms(root: Schema, branches: Sequence[Schema]) -> list[tuple[str, Any]]:
    return [(_form_word(one), _blank(root, one)) for one in branches]


def _form_word(schema: Schema) -> str:
    if schema.get("title"):
        return _words(schema, "")[0]
    if "const" in schema:
        return str(schema["const"])
    kind = schema.get("type", "object" if "properties" in schema else "")
    keys = list(schema.get("required", ())) or list(schema.get("properties", {}))
    if kind == "object" and keys:
        return ", ".join(keys[:3])
    named = {"string": _("a text"), "number": _("a number"), "integer": _("a number"), "boolean": _("yes or no"), "array": _("a list"), "object": _("parts")}  # fmt: skip
    return named.get(kind, _("a value")) if isinstance(kind, str) else _("a value")


def _blank(root: Schema, schema: Schema, depth: int = 0) -> Any:
    """Return the smallest value of that shape."""
    name, full = _resolved(root, schema)
    if name == "label":
        return {"en": "", "zh-CN": ""}
    branches = _branches(root, full)
    if branches:
        full = branches[0]
    if "const" in full:
        return full["const"]
    if "default" in full:
        return full["default"]
    if full.get("enum"):
        return full["enum"][0]
    kind = full.get("type", "object" if "properties" in full else "string")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        properties = full.get("properties", {})
        keys = full.get("required", ()) if depth < DEEPEST else ()
        return {key: _blank(root, properties.get(key, {}), depth + 1) for key in keys}
    return {"array": [], "boolean": True, "number": 0, "integer": 0}.get(kind, "")
