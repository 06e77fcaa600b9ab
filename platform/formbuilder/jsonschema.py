"""A form as JSON Schema 2020-12: what a program may send.

The schema accepts exactly the values that are kept as they were sent: nothing to convert, nothing
hidden, nothing missing. Conditions that only ask what was chosen become ``if`` and ``then``; any
other stands as text in ``x-show`` and ``x-require`` and is decided by the server.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ..expressions import Expression
from ..expressions.tree import Compare, Items, Literal, Logic, Name, Node, Unary
from .model import Field, FieldType, Form
from .plan import MAX_ROWS
from .read_choice import MAX_ITEMS, choosable
from .read_number import LIMIT, LONGEST
from .read_text import (
    EMAIL_PATTERN,
    ID_LIMIT,
    LONG_TEXT_LIMIT,
    PHONE_PATTERN,
    TEXT_LIMIT,
    URL_PATTERN,
)

Json = dict[str, Any]
_DATE = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_INSTANT = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"
_ONLY_RE2 = re.compile(
    r"\(\?[^:]|\\[AzZQCpP]|\[\[:"
)  # what JSON Schema's dialect has not, or has otherwise
_CONDITION_TYPES = frozenset({FieldType.CHOICE, FieldType.TREE_CHOICE, FieldType.YES_NO})
_EMPTY: Json = {"enum": [None]}


@dataclass(frozen=True, slots=True)
class _Scope:
    """The fields whose values, as sent, decide about others in the same object."""

    fields: Mapping[str, Field]


def to_json_schema(form: Form, *, lang: str = "en") -> Json:
    """Return the schema of what *form* accepts, with labels in *lang*."""
    schema: Json = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:sopwith:form:{form.id}",
        "title": form.title.get(lang),
    }
    if intro := form.intro.get(lang):
        schema["description"] = intro
    shows: dict[str, tuple[Expression, ...]] = {}
    for section in form.sections:
        for field in section.fields:
            shows[field.id] = tuple(one for one in (section.show, field.show) if one is not None)
    return {**schema, **_object(form.fields, shows, lang, keep=form.hidden_values == "keep")}


def _object(
    fields: Sequence[Field],
    shows: Mapping[str, tuple[Expression, ...]],
    lang: str,
    *,
    keep: bool,
) -> Json:
    inputs = [one for one in fields if one.type not in (FieldType.HEADING, FieldType.COMPUTED)]
    scope = _Scope(
        {one.id: one for one in inputs if _decides(one) and not (keep and shows.get(one.id))}
    )
    properties: Json = {}
    rules: list[Json] = []
    required: list[str] = []
    for field in inputs:
        schema = _property(field, lang)
        properties[field.id] = schema
        tests = [_compiled(show, scope) for show in shows.get(field.id, ())]
        if None in tests:
            schema["x-show"] = " and ".join(f"({one.text})" for one in shows[field.id])
        visible = [test for test in tests if test is not None] if None not in tests else []
        for test in visible:
            rules.append({"if": test, "else": {"properties": {field.id: _EMPTY}}})
        enabled = None if field.enable is None else _compiled(field.enable, scope)
        if enabled is not None:
            rules.append({"if": enabled, "else": {"properties": {field.id: _EMPTY}}})
        _require(field, scope, visible, schema, rules, required)
    found: Json = {"type": "object", "properties": properties, "additionalProperties": False}
    if required:
        found["required"] = required
    if rules:
        found["allOf"] = rules
    return found


def _require(
    field: Field,
    scope: _Scope,
    visible: list[Json],
    schema: Json,
    rules: list[Json],
    required: list[str],
) -> None:
    """Add what makes *field* required: always, when shown, or on its condition."""
    if not field.required and field.require is None:
        return
    tests = list(visible)
    if field.require is not None and not field.required:
        test = _compiled(field.require, scope)
        if test is None:
            schema["x-require"] = field.require.text
            return
        tests.append(test)
    elif "x-show" in schema:
        schema["x-require"] = schema["x-show"]
        return
    if field.enable is not None:
        enabled = _compiled(field.enable, scope)
        if enabled is None:
            schema["x-require"] = field.enable.text
            return
        tests.append(enabled)
    present: Json = {"properties": {field.id: {"not": _EMPTY}}}
    if field.default is None:
        if tests:
            present["required"] = [field.id]
        else:
            required.append(field.id)
    rules.append({"if": {"allOf": tests}, "then": present} if tests else present)


# values


def _property(field: Field, lang: str) -> Json:
    schema: Json = {"title": field.title.get(lang)}
    if text := field.help.get(lang):
        schema["description"] = text
    if field.default is not None:
        schema["default"] = field.default
    if field.enable is not None:
        schema["x-enable"] = field.enable.text
    schema.update(_VALUES[field.type](field, lang))
    return schema


def _text(field: Field, lang: str) -> Json:
    limit = TEXT_LIMIT if field.type is FieldType.TEXT else LONG_TEXT_LIMIT
    schema: Json = {
        "type": ["string", "null"],
        "minLength": max(1, int(field.low or 0)),
        "maxLength": int(field.high or limit),
    }
    if field.pattern:
        known = _ONLY_RE2.search(field.pattern) is None
        schema["pattern" if known else "x-pattern"] = f"^(?:{field.pattern})$"
    return schema


def _number(field: Field, lang: str) -> Json:
    schema: Json = {
        "type": ["number", "null"],
        "exclusiveMinimum": -LIMIT,
        "exclusiveMaximum": LIMIT,
    }
    if field.low is not None:
        schema["minimum"] = field.low
    if field.high is not None:
        schema["maximum"] = field.high
    decimals = 2 if field.decimals is None and field.type is FieldType.MONEY else field.decimals
    if decimals == 0:
        schema["type"] = ["integer", "null"]
    elif decimals is not None:
        schema["multipleOf"] = 10**-decimals
    if field.currency:
        schema["x-currency"] = field.currency
    return schema


def _choice(field: Field, lang: str) -> Json:
    options = choosable(field)
    return {
        "enum": [*(option.id for option in options), None],
        "x-titles": {option.id: option.title.get(lang) for option in options},
    }


def _many(field: Field, lang: str, item: Json) -> Json:
    return {
        "type": ["array", "null"],
        "items": item,
        "uniqueItems": True,
        "minItems": max(1, int(field.low or 0)),
        "maxItems": int(field.high or MAX_ITEMS),
    }


def _multi_choice(field: Field, lang: str) -> Json:
    options = choosable(field)
    item = {"enum": [option.id for option in options]}
    titles = {option.id: option.title.get(lang) for option in options}
    return {**_many(field, lang, item), "x-titles": titles}


def _files(field: Field, lang: str) -> Json:
    schema = _many(field, lang, {"type": "string", "minLength": 1, "maxLength": ID_LIMIT})
    if field.accept:
        schema["x-accept"] = list(field.accept)
    return {**schema, "x-max-bytes": field.max_bytes}


def _table(field: Field, lang: str) -> Json:
    shows = {one.id: (one.show,) for one in field.columns if one.show is not None}
    return {
        "type": ["array", "null"],
        "items": {**_object(field.columns, shows, lang, keep=False), "minProperties": 1},
        "minItems": max(1, int(field.low or 0)),
        "maxItems": int(min(field.high or MAX_ROWS, MAX_ROWS)),
    }


def _day(field: Field, lang: str) -> Json:
    schema: Json = {"type": ["string", "null"], "format": "date", "pattern": _DATE}
    if field.type is FieldType.DATE_TIME:
        schema |= {"format": "date-time", "pattern": _INSTANT}
    for key, bound, from_today in (
        ("x-from", field.low, field.low_is_today),
        ("x-to", field.high, field.high_is_today),
    ):
        if bound is not None:
            day = (
                f"today {int(bound):+}d" if from_today else date.fromordinal(int(bound)).isoformat()
            )
            schema[key] = day
    return schema


def _duration(field: Field, lang: str) -> Json:
    return {
        "type": ["integer", "null"],
        "minimum": int(field.low or 0),
        "maximum": int(LONGEST if field.high is None else field.high),
        "x-unit": "seconds",
    }


def _fixed(schema: Json) -> Callable[[Field, str], Json]:
    return lambda field, lang: dict(schema)


def _string(**more: Any) -> Callable[[Field, str], Json]:
    return _fixed({"type": ["string", "null"], "minLength": 1, **more})


_ID = _string(maxLength=ID_LIMIT)
_VALUES: Mapping[FieldType, Callable[[Field, str], Json]] = {
    FieldType.TEXT: _text,
    FieldType.LONG_TEXT: _text,
    FieldType.NUMBER: _number,
    FieldType.MONEY: _number,
    FieldType.CHOICE: _choice,
    FieldType.MULTI_CHOICE: _multi_choice,
    FieldType.TREE_CHOICE: _choice,
    FieldType.YES_NO: _fixed({"type": ["boolean", "null"]}),
    FieldType.DATE: _day,
    FieldType.DATE_TIME: _day,
    FieldType.DURATION: _duration,
    FieldType.EMAIL: _string(maxLength=254, pattern=f"^{EMAIL_PATTERN}$"),
    FieldType.PHONE: _string(pattern=f"^{PHONE_PATTERN}$"),
    FieldType.URL: _string(maxLength=2_000, pattern=f"^{URL_PATTERN}$"),
    FieldType.FILES: _files,
    FieldType.USER: _ID,
    FieldType.TEAM: _ID,
    FieldType.CUSTOMER: _ID,
    FieldType.TABLE: _table,
}


# conditions


def _decides(field: Field) -> bool:
    """Return whether conditions see just what was sent for *field*: no default, no former value."""
    return field.type in _CONDITION_TYPES and field.default is None and field.enable is None


def _compiled(expression: Expression, scope: _Scope) -> Json | None:
    """Return the schema of the objects for which *expression* holds, None when it has none."""
    return _test(expression.tree, scope)


def _test(node: Node, scope: _Scope) -> Json | None:
    match node:
        case Logic(op=word, items=items):
            parts = [_test(item, scope) for item in items]
            known = [part for part in parts if part is not None]
            return (
                {"allOf" if word == "and" else "anyOf": known} if len(known) == len(parts) else None
            )
        case Unary(op="not", operand=operand):
            inner = _test(operand, scope)
            return None if inner is None else {"not": inner}
        case Name() as name if (field := _asked(name, scope)) and field.type is FieldType.YES_NO:
            return _has(name.dotted, {"const": True})
        case Compare(ops=(word,), items=(Name() as name, right)) if _asked(name, scope):
            return _comparison(name.dotted, word, right)
        case _:
            return None


def _asked(name: Name, scope: _Scope) -> Field | None:
    """Return the field that *name* reads, if it decides."""
    return scope.fields.get(name.dotted) if name.scope == 0 else None


def _comparison(path: str, word: str, right: Node) -> Json | None:
    if isinstance(right, Literal) and right.value is None:
        filled = _has(path, {"not": _EMPTY})
        return filled if word == "!=" else {"not": filled} if word == "==" else None
    if isinstance(right, Literal) and word in ("==", "!="):
        values = [right.value]
    elif isinstance(right, Items) and word in ("in", "not in"):
        values = [item.value for item in right.items if isinstance(item, Literal)]
        if len(values) != len(right.items) or None in values:
            return None
    else:
        return None
    if word in ("!=", "not in"):
        return _has(path, {"not": {"enum": [*values, None]}})
    return _has(path, {"enum": values})


def _has(path: str, schema: Json) -> Json:
    return {"properties": {path: schema}, "required": [path]}
