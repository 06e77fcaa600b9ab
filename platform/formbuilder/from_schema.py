"""A form from a JSON Schema: one field for each property, as far as a form can ask for it."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, TypeGuard

import re2

from ..core.text import Text
from .model import FieldType
from .proposals import MOST, Proposal, fresh, label, options, slug

LARGEST = 1_000_000
_DEEPEST = 6
_MOST_OPTIONS = 500
_MOST_COLUMNS = 40
_FORMATS = {
    "date": FieldType.DATE,
    "date-time": FieldType.DATE_TIME,
    "email": FieldType.EMAIL,
    "idn-email": FieldType.EMAIL,
    "uri": FieldType.URL,
    "url": FieldType.URL,
    "iri": FieldType.URL,
    "phone": FieldType.PHONE,
    "tel": FieldType.PHONE,
    "binary": FieldType.FILES,
}
_TAKEN = frozenset(
    [
        "type",
        "format",
        "title",
        "description",
        "default",
        "enum",
        "const",
        "oneOf",
        "anyOf",
        "items",
        "properties",
        "required",
        "minimum",
        "maximum",
        "minLength",
        "maxLength",
        "minItems",
        "maxItems",
        "pattern",
        "multipleOf",
        "examples",
        "allOf",
        "additionalProperties",
        "uniqueItems",
        "x-titles",
        "x-currency",
        "x-accept",
        "x-max-bytes",
        "x-unit",
        "$ref",
        "nullable",
    ]
)
Json = Mapping[str, Any]


class NoSchemaError(ValueError):
    """It is no JSON Schema of an object with properties."""


def read_schema(text: str) -> Json:
    """Return the schema that *text* is; raises NoSchemaError."""
    if len(text) > LARGEST:
        raise NoSchemaError
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NoSchemaError from error
    if not isinstance(found, dict) or not _properties(_Source(found).whole(found)):
        raise NoSchemaError
    return found


def propose(schema: Json, taken: Collection[str] = ()) -> list[Proposal]:
    """Return a field for each property of *schema*; those of objects inside it as fields of their own."""
    source = _Source(schema)
    used = set(taken)
    found: list[Proposal] = []
    for proposal in source.fields(source.whole(schema), used, "", 0):
        found.append(proposal)
        if len(found) == MOST:
            break
    return found


def _properties(schema: Json) -> Json:
    found = schema.get("properties")
    return found if isinstance(found, Mapping) else {}


class _Source:
    """A schema with what its references lead to."""

    def __init__(self, root: Json) -> None:
        self.root = root

    def whole(self, schema: Any, depth: int = 0) -> Json:
        """Return *schema* with its reference followed and the parts of ``allOf`` laid together."""
        if not isinstance(schema, Mapping) or depth > _DEEPEST:
            return {}
        made: dict[str, Any] = {}
        if isinstance(schema.get("$ref"), str):
            made.update(self.whole(self._at(schema["$ref"]), depth + 1))
        parts = schema.get("allOf")
        for part in parts[:20] if isinstance(parts, list) else ():
            more = self.whole(part, depth + 1)
            made = {**made, **more, "properties": {**_properties(made), **_properties(more)}}
        made.update({key: value for key, value in schema.items() if key not in ("$ref", "allOf")})
        if not made.get("properties"):
            made.pop("properties", None)
        return made

    def _at(self, reference: str) -> Any:
        if not reference.startswith("#/"):
            return {}
        found: Any = self.root
        for step in reference[2:].split("/"):
            name = step.replace("~1", "/").replace("~0", "~")
            found = found.get(name) if isinstance(found, Mapping) else None
        return found

    def fields(self, schema: Json, used: set[str], before: str, depth: int) -> Iterator[Proposal]:
        """Yield the fields of an object. before: what its name puts before theirs."""
        required = schema.get("required")
        must = set(map(str, required)) if isinstance(required, list) else set()
        for name, given in _properties(schema).items():
            one = self.whole(given)
            words = f"{before}{name}"
            if _properties(one) and depth < _DEEPEST:
                yield from self.fields(one, used, f"{words}_", depth + 1)
                continue
            key = fresh(slug(words) or "field", used)
            used.add(key)
            yield self._field(key, words, one, must=str(name) in must, depth=depth)

    def _field(self, key: str, source: str, one: Json, *, must: bool, depth: int) -> Proposal:
        kind, more, reason = self._kind(one, depth)
        title = one.get("title")
        title = title if isinstance(title, str) else ""
        value: dict[str, Any] = {
            "id": key,
            "type": kind.value,
            "title": label(title) or label(_spoken(source)) or {"en": key},
        }
        help_text = one.get("description")
        if isinstance(help_text, str) and help_text.strip():
            value["help"] = label(help_text)
        if must:
            value["required"] = True
        value.update(more)
        default = one.get("default")
        if _may_default(kind, default, value):
            value["default"] = default
        left = tuple(sorted(str(word) for word in one if word not in _TAKEN))
        return Proposal(value=value, source=source, reason=reason, left_out=left)

    def _kind(self, one: Json, depth: int) -> tuple[FieldType, dict[str, Any], str]:
        chosen = _choices(one)
        if chosen:
            return FieldType.CHOICE, {"options": chosen}, "enum"
        kinds = one.get("type")
        plain = [word for word in kinds if word != "null"] if isinstance(kinds, list) else [kinds]
        match plain[:1]:
            case ["boolean"]:
                return FieldType.YES_NO, {}, "schema"
            case ["integer" | "number" as word]:
                return _number(one, whole=word == "integer")
            case ["array"]:
                return self._list(one, depth)
        return _text(one)

    def _list(self, one: Json, depth: int) -> tuple[FieldType, dict[str, Any], str]:
        item = self.whole(one.get("items"))
        chosen = _choices({"x-titles": one.get("x-titles"), **item})
        if chosen:
            return FieldType.MULTI_CHOICE, {"options": chosen}, "enum"
        if _properties(item):
            used: set[str] = set()
            columns = [
                dict(found.value)
                for found in self.fields(item, used, "", _DEEPEST)
                if found.value["type"] != FieldType.TABLE.value
            ]
            if columns:
                return FieldType.TABLE, {"columns": columns[:_MOST_COLUMNS]}, "rows"
        if item.get("format") == "binary" or "x-accept" in one or "x-max-bytes" in one:
            return FieldType.FILES, {}, "schema"
        return FieldType.LONG_TEXT, {}, "list"


def _choices(one: Json) -> list[dict[str, Any]]:
    """Return the options of ``enum``, ``const`` or alternatives of constants; none when there are none."""
    titles: dict[str, Text] = {}
    words: list[str] = []
    given = one.get("enum")
    if isinstance(given, list):
        words = [str(word) for word in given if isinstance(word, str | int) and not isinstance(word, bool)]  # fmt: skip
    named = one.get("x-titles")
    if isinstance(named, Mapping):
        titles = {str(key): _both(word) for key, word in named.items() if isinstance(word, str)}
    for key in ("oneOf", "anyOf"):
        parts = one.get(key)
        constants = [part for part in parts if isinstance(part, Mapping) and "const" in part] if isinstance(parts, list) else []  # fmt: skip
        for part in constants:
            words.append(str(part["const"]))
            if isinstance(part.get("title"), str):
                titles[str(part["const"])] = _both(part["title"])
    plain = list(dict.fromkeys(word for word in words if word.strip()))
    return options(plain[:_MOST_OPTIONS], titles)


def _both(words: str) -> Text:
    made = label(words)
    return Text(made.get("en", ""), made.get("zh-CN", ""))


def _number(one: Json, *, whole: bool) -> tuple[FieldType, dict[str, Any], str]:
    if one.get("x-unit") == "seconds":
        return FieldType.DURATION, {}, "schema"
    more: dict[str, Any] = {}
    for key, word in (("min", "minimum"), ("max", "maximum")):
        if _is_number(one.get(word)):
            more[key] = one[word]
    if "min" in more and "max" in more and more["min"] > more["max"]:
        more.pop("max")
    currency = one.get("x-currency")
    step = one.get("multipleOf")
    if whole:
        more["decimals"] = 0
    elif _is_number(step) and 0 < step < 1:
        more["decimals"] = min(9, max(0, len(f"{step:.9f}".rstrip("0").partition(".")[2])))
    if isinstance(currency, str) and re.fullmatch("[A-Z]{3}", currency):
        return FieldType.MONEY, {**more, "currency": currency}, "schema"
    return FieldType.NUMBER, more, "schema"


def _text(one: Json) -> tuple[FieldType, dict[str, Any], str]:
    kind = _FORMATS.get(str(one.get("format")))
    if kind is not None:
        return kind, {}, "format"
    longest, least = one.get("maxLength"), one.get("minLength")
    long = isinstance(longest, int) and longest > 500
    more: dict[str, Any] = {}
    if isinstance(least, int) and least > 1:
        more["min"] = min(least, 10_000)
    if isinstance(longest, int) and 0 < longest <= 20_000 and longest >= more.get("min", 0):
        more["max"] = longest
    if long:
        return FieldType.LONG_TEXT, more, "long"
    pattern = _pattern(one.get("pattern"))
    if pattern:
        more["pattern"] = pattern
    examples = one.get("examples")
    if isinstance(examples, Sequence) and examples and isinstance(examples[0], str):
        more["placeholder"] = label(examples[0])
    return FieldType.TEXT, more, "schema"


def _pattern(given: Any) -> str:
    """Return what the whole text must match, where the schema says what some part of it must match."""
    if not isinstance(given, str) or not 0 < len(given) <= 500:
        return ""
    begins, ends = given.startswith("^"), given.endswith("$") and not given.endswith("\\$")
    inner = given[1 if begins else 0 : len(given) - (1 if ends else 0)]
    whole = (
        inner if begins and ends else f"{'' if begins else '.*'}(?:{inner}){'' if ends else '.*'}"
    )
    if begins and ends and "|" in inner:
        whole = f"(?:{inner})"
    try:
        re2.compile(whole)
    except re2.error:
        return ""
    return whole


def _may_default(kind: FieldType, default: Any, value: Json) -> bool:
    match kind:
        case FieldType.YES_NO:
            return isinstance(default, bool)
        case FieldType.NUMBER | FieldType.MONEY:
            return _is_number(default) and value.get("min", default) <= default <= value.get("max", default)  # fmt: skip
        case FieldType.CHOICE:
            return any(option["id"] == default for option in value["options"])
        case FieldType.TEXT:
            return isinstance(default, str) and bool(default.strip()) and "pattern" not in value and len(default) < 200 and "min" not in value and "max" not in value  # fmt: skip
    return False


def _is_number(value: Any) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 10**15


def _spoken(name: str) -> str:
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).replace("_", " ").replace("-", " ")
    words = " ".join(words.split()) or name
    return words[:1].upper() + words[1:].lower() if words.isascii() else words
