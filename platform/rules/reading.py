"""What the parsers of this package share: conditions, durations and constant values at their places."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from ..core.diagnostics import Diagnostic
from ..core.guess import guess
from ..core.span import Span
from ..definitions import Node, Reader
from ..expressions import (
    BOOL,
    ChoiceType,
    Duration,
    Expression,
    ListType,
    RecordType,
    Schema,
    Type,
    compile_expression,
    parse_duration,
)

CLOCK = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
_WORDS: dict[str, tuple[str, str]] = {
    "bool": ("true or false", "true 或 false"),
    "number": ("a number", "数字"),
    "text": ("a text", "文字"),
    "choice": ("one of its options", "其中一个选项"),
    "date": ("a day such as 2026-11-22", "日期，例如 2026-11-22"),
    "datetime": ("an instant such as 2026-11-22T08:00:00Z", "时刻，例如 2026-11-22T08:00:00Z"),
    "duration": ("a duration such as 4h", "时长，例如 4h"),
    "working time": ("a duration such as 4h", "时长，例如 4h"),
    "list": ("a list", "列表"),
    "record": ("nothing: its parts come from elsewhere", "不能设置：其内容来自别处"),
}


def condition(
    reader: Reader, key: str, schema: Schema, want: Type | None = BOOL
) -> Expression | None:
    """Return the compiled expression under *key*; what is wrong is reported inside it."""
    words = reader.raw_text(key)
    node = reader.node(key)
    if words is None or node is None:
        return None
    return compiled(node, schema, want, reader.found)


def compiled(
    node: Node, schema: Schema, want: Type | None, found: list[Diagnostic]
) -> Expression | None:
    """Return the expression that the scalar *node* holds."""
    words = node.words
    expression, findings = compile_expression(words, schema, text_span(node), want=want)
    found += findings
    return expression


def text_span(node: Node) -> Span:
    """Return where the text of a scalar starts, behind its quote."""
    return node.inside(0, max(len(node.words), 1)) if node.kind == "scalar" else node.where


def duration(reader: Reader, key: str, *, required: bool = False) -> Duration | None:
    """Return the duration under *key*: more than nothing."""
    words = reader.raw_text(key, required=required)
    if words is None:
        return None
    found = parse_duration(words)
    if found is None or found.seconds + found.days <= 0:
        reader.error("RUL005", key, found=words[:40])
        return None
    return found


def unknown_field(found: list[Diagnostic], code: str, node: Node, schema: Schema) -> None:
    """Report a name that is no field, with the one that was probably meant."""
    unknown(found, code, text_span(node), node.words, dotted_names(schema))


def unknown(
    found: list[Diagnostic],
    code: str,
    span: Span,
    name: str,
    candidates: Iterable[str],
    **values: str | int,
) -> None:
    """Report that *name* is none of *candidates*."""
    values["name"] = name[:80]
    if meant := guess(name, candidates):
        values["guess"] = meant
    found.append(Diagnostic(span=span, code=code, values=values))


def dotted_names(schema: Schema) -> list[str]:
    """Return every name of *schema*, those inside records too, but for the event's."""
    names: list[str] = []
    for name, of in schema.fields.items():
        if name == "event":
            continue
        names.append(name)
        if isinstance(of, RecordType):
            names += [f"{name}.{inner}" for inner in of.fields]
    return names


def type_of(name: str, schema: Schema) -> Type | None:
    """Return the type of a dotted name, None when it is unknown."""
    first, *others = name.split(".")
    of = schema.fields.get(first)
    for other in others:
        if of is not None and of.kind == "any":
            return of
        of = of.fields.get(other) if isinstance(of, RecordType) else None
    return of


def constant(node: Node, of: Type, name: str, found: list[Diagnostic]) -> Any:
    """Return the plain value that *node* gives to the field *name*; null empties the field."""
    if node.kind == "scalar" and node.value is None:
        return None
    if isinstance(of, ListType):
        return _list(node, of, name, found)
    if node.kind != "scalar":
        _unfit(node, of, name, found)
        return None
    return _scalar(node, of, name, found)


def _list(node: Node, of: ListType, name: str, found: list[Diagnostic]) -> Any:
    if isinstance(of.item, RecordType):
        if node.kind != "list":
            _unfit(node, of, name, found)
        return node.value
    children = node.children if node.kind == "list" else (node,)
    return [constant(child, of.item, name, found) for child in children]


def _scalar(node: Node, of: Type, name: str, found: list[Diagnostic]) -> Any:
    value, words = node.value, node.words
    match of.kind:
        case "choice" if isinstance(of, ChoiceType):
            if words not in of.options:
                options = ", ".join(of.options[:12]) + ("…" if len(of.options) > 12 else "")
                unknown(found, "ACT005", node.span, words, of.options, field=name, options=options)
            return words
        case "text":
            return words
        case "bool":
            good = isinstance(value, bool)
        case "number":
            good = isinstance(value, (int, float)) and not isinstance(value, bool)
        case "date":
            good = _reads_as(date, words)
        case "datetime":
            good = _reads_as(datetime, words)
        case "duration" | "working time":
            seconds = parse_duration(words)
            if seconds is not None and not seconds.days:
                return seconds.seconds
            good = isinstance(value, int) and not isinstance(value, bool)
        case "record":
            good = False
        case _:
            good = True
    if not good:
        _unfit(node, of, name, found)
    return words if of.kind in ("date", "datetime") else value


def _reads_as(kind: type[date] | type[datetime], words: str) -> bool:
    try:
        kind.fromisoformat(words)
    except ValueError:
        return False
    return True


def _unfit(node: Node, of: Type, name: str, found: list[Diagnostic]) -> None:
    en, zh = _WORDS.get(of.kind, ("another value", "其他类型的值"))
    span = node.span if node.kind == "scalar" else node.where
    values: dict[str, str | int] = {"field": name, "expected_en": en, "expected_zh": zh}
    found.append(Diagnostic(span=span, code="ACT006", values=values))
