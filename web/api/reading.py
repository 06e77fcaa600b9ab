"""What came in, read within bounds and checked against its schema, with everything wrong said at once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

from flask import request
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from werkzeug.datastructures import MultiDict

from .problems import MOST_ERRORS, Fault, Slip, escaped

LARGEST_BODY = 1024 * 1024
DEEPEST, MOST_VALUES = 32, 50_000
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,8})")
_TRUTH = {"true": True, "false": False}
_SIZES = {"minLength": "API105", "maxLength": "API105", "minItems": "API108", "maxItems": "API108",
          "uniqueItems": "API108", "minProperties": "API108", "maxProperties": "API108",
          "minimum": "API107", "maximum": "API107", "pattern": "API106", "enum": "API104",
          "const": "API104", "type": "API103"}  # fmt: skip
_BOUNDS = {"API105": ("minLength", "maxLength"), "API107": ("minimum", "maximum")}


def read_json() -> Any:
    """Return the body; raises Fault 413, 415 or 400."""
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if request.mimetype != "application/json" or charset not in ("utf-8", "utf8"):
        raise Fault(415, "API006", expected="application/json")
    request.max_content_length = LARGEST_BODY
    raw = request.get_data(cache=True)
    try:
        value = json.loads(
            raw.decode(), parse_constant=_no_number, parse_float=_finite, object_pairs_hook=_object
        )
    except RecursionError:
        raise Fault(400, "API007", reason="it is nested too deeply") from None
    except UnicodeDecodeError:
        raise Fault(400, "API007", reason="it is not UTF-8") from None
    except ValueError as error:
        raise Fault(400, "API007", reason=str(error)[:200]) from None
    _bound(value)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key comes twice in one object")
    return found


def _no_number(word: str) -> Any:
    raise ValueError(f"{word} is no JSON number")


def _finite(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError("a number is too large")
    return value


def _bound(value: Any) -> None:
    """Refuse what is nested too deeply or has too many values."""
    level, seen = [value], 0
    for depth in range(DEEPEST + 2):
        seen += len(level)
        if seen > MOST_VALUES:
            raise Fault(400, "API007", reason="it has too many values")
        if depth > DEEPEST and level:
            raise Fault(400, "API007", reason="it is nested too deeply")
        level = [inner for one in level for inner in _inside(one)]


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def unkeepable(value: Any, pointer: str = "") -> Iterator[Slip]:
    """Yield the texts with characters that no database keeps: NUL and halves of surrogate pairs."""
    if isinstance(value, str):
        if not is_keepable(value):
            yield Slip(code="API112", pointer=pointer)
    elif isinstance(value, dict):
        for key, item in value.items():
            if not is_keepable(key):
                yield Slip(code="API112", pointer=pointer)
            else:
                yield from unkeepable(item, f"{pointer}/{escaped(key)}")
    elif isinstance(value, list):
        for at, item in enumerate(value):
            yield from unkeepable(item, f"{pointer}/{at}")


def is_keepable(text: str) -> bool:
    """Return whether a database can keep *text*."""
    return "\0" not in text and not any("\ud800" <= one <= "\udfff" for one in text)


def read_query(schema: Mapping[str, Any], args: MultiDict[str, str]) -> dict[str, Any]:
    """Return the query as values of its schema's types; what cannot be one stays text, for the check to find."""
    found: dict[str, Any] = {}
    for name, values in args.lists():
        kind = schema["properties"].get(name, {}).get("type")
        if kind == "array":
            found[name] = values
        else:
            found[name] = _typed(kind, values[0]) if len(values) == 1 else values
    return found


def _typed(kind: str | None, text: str) -> Any:
    if kind == "integer" and _NUMBER.fullmatch(text):
        return int(text)
    if kind == "boolean":
        return _TRUTH.get(text, text)
    return text


def read_headers(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of the headers that the schema names."""
    return {name: request.headers[name] for name in schema["properties"] if name in request.headers}


def slips(checker: Draft202012Validator, value: Any, place: str) -> Iterator[Slip]:
    """Yield everything in *value* that the schema refuses."""
    for error in checker.iter_errors(value):
        yield from _slips(error, place)


def _slips(error: ValidationError, place: str) -> Iterator[Slip]:
    pointer = "".join(f"/{escaped(str(part))}" for part in error.absolute_path)
    word, rule = str(error.validator), cast(Any, error.validator_value)
    instance = cast(Any, error.instance)
    schema = cast(Mapping[str, Any], error.schema)
    if word == "required":
        missing = next(one for one in rule if one not in instance and f"'{one}'" in error.message)
        yield Slip(code="API101", pointer=f"{pointer}/{escaped(missing)}", place=place)
    elif word == "additionalProperties":
        known = schema.get("properties", {})
        strange = [name for name in instance if name not in known]
        for name in strange[:MOST_ERRORS]:
            yield Slip(code="API102", pointer=f"{pointer}/{escaped(name)[:80]}", place=place)
    else:
        code = _SIZES.get(word, "API109")
        yield Slip(code=code, pointer=pointer, place=place, values=_values(code, schema, rule))


def _values(code: str, schema: Mapping[str, Any], rule: Any) -> dict[str, str]:
    if code in _BOUNDS:
        low, high = (schema.get(name) for name in _BOUNDS[code])
        return {"low": str(0 if low is None else low), "high": "∞" if high is None else str(high)}
    if code in ("API103", "API104"):
        return {"expected": ", ".join(map(str, rule)) if isinstance(rule, list) else str(rule)}
    return {}
