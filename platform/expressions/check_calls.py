"""The arguments of each function of the library."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import re2

from .check_compare import check_member, report_pair
from .functions import FUNCTIONS
from .moments import parse_date, parse_instant
from .tree import Call, Items, Literal, Name, Node
from .types import (
    ANY,
    BOOL,
    DATE,
    DATETIME,
    NOTHING,
    NUMBER,
    ORDERED,
    SCALAR,
    TEXT,
    TYPE_WORDS,
    ChoiceType,
    ListType,
    Type,
    family,
)

if TYPE_CHECKING:
    from .check import Checker

MAX_PATTERN = 500


def check_call(checker: Checker, node: Call) -> Node:
    """Return the typed call."""
    function = FUNCTIONS.get(node.name)
    if function is None:
        values: dict[str, str | int] = {"name": node.name[:80]}
        likely = checker.guess(node.name, FUNCTIONS)
        if likely:
            values["guess"] = likely
        head = replace(node, args=(), end=node.start + len(node.name))
        checker.report("EXP021", head, values, likely)
        for arg in node.args:
            checker.check(arg)
        return node
    count = len(node.args)
    if not function.least <= count <= function.most:
        span = f"{function.least}" + (f"-{function.most}" if function.most > function.least else "")
        values = {"name": node.name, "expected": span, "found": count, "usage": function.usage}
        checker.report("EXP022", node, values)
        return replace(node, type=function.result or ANY)
    if function.parameters is None:
        return _SPECIAL[node.name](checker, node)
    pairs = zip(node.args, function.parameters, strict=True)
    args = tuple(_argument(checker, node, at, arg, want) for at, (arg, want) in enumerate(pairs, 1))
    return replace(node, args=args, type=function.result or ANY)


def _argument(checker: Checker, call: Call, at: int, arg: Node, want: Type) -> Node:
    typed = checker.fit(checker.check(arg), want)
    if family(typed.type) != family(want) and typed.type != ANY:
        _wrong(checker, call, at, typed, want)
    return typed


def _wrong(checker: Checker, call: Call, at: int, arg: Node, want: Type) -> None:
    expected, found = TYPE_WORDS[want.kind], TYPE_WORDS[arg.type.kind]
    checker.report(
        "EXP023",
        arg,
        {
            "number": at,
            "name": call.name,
            "expected_en": expected.en,
            "expected_zh": expected.zh,
            "found_en": found.en,
            "found_zh": found.zh,
        },
    )


def _must_be_written(checker: Checker, call: Call, at: int, arg: Node, en: str, zh: str) -> None:
    values: dict[str, str | int] = {
        "number": at,
        "name": call.name,
        "expected_en": en,
        "expected_zh": zh,
    }
    checker.report("EXP032", arg, values)


def _contains(checker: Checker, node: Call) -> Node:
    whole = checker.fit(checker.check(node.args[0]), TEXT)
    part = checker.check(node.args[1])
    if isinstance(whole.type, ListType) and isinstance(whole, Name):
        check_member(checker, whole, part)
        part = checker.fit(part, whole.type.item)
    elif whole.type.kind == "list":
        _must_be_written(checker, node, 1, whole, "a name", "名称")
    elif family(whole.type) == "text":
        part = _needle(checker, node, part)
    elif whole.type != ANY:
        _wrong(checker, node, 1, whole, TEXT)
    return replace(node, args=(whole, part), type=BOOL)


def _needle(checker: Checker, node: Call, part: Node) -> Node:
    if not isinstance(part, Items):
        part = checker.fit(part, TEXT)
        if family(part.type) != "text" and part.type != ANY:
            _wrong(checker, node, 2, part, TEXT)
        return part
    items = tuple(checker.fit(item, TEXT) for item in part.items)
    for item in items:
        if family(item.type) != "text" and item.type not in (ANY, NOTHING):
            _wrong(checker, node, 2, item, TEXT)
            break
    return replace(part, items=items)


def _matches(checker: Checker, node: Call) -> Node:
    text = _argument(checker, node, 1, node.args[0], TEXT)
    pattern = node.args[1]
    if not isinstance(pattern, Literal) or not isinstance(pattern.value, str):
        _must_be_written(checker, node, 2, pattern, "a pattern in quotes", "带引号的正则表达式")
        return replace(node, args=(text, checker.check(pattern)), type=BOOL)
    reason = pattern_error(pattern.value)
    if reason:
        checker.report("EXP031", pattern, {"reason": reason})
    return replace(node, args=(text, pattern), type=BOOL)


def pattern_error(pattern: str) -> str | None:
    """Return why *pattern* cannot be used, or None when it can."""
    if len(pattern) > MAX_PATTERN:
        return f"{len(pattern)} > {MAX_PATTERN} characters"
    try:
        compile_pattern(pattern)
    except (re2.error, UnicodeError) as error:
        words = error.args[0] if error.args else "?"
        return words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
    return None


def compile_pattern(pattern: str) -> re2._Regexp[str]:
    """Return the compiled RE2 *pattern*; quiet and bounded in memory."""
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 20
    return re2.compile(pattern, options=options)


def _length(checker: Checker, node: Call) -> Node:
    arg = checker.fit(checker.check(node.args[0]), TEXT)
    if family(arg.type) not in ("text", "list", "any") or isinstance(arg, Items):
        _wrong(checker, node, 1, arg, TEXT)
    return replace(node, args=(arg,), type=NUMBER)


def _date(checker: Checker, node: Call) -> Node:
    arg = node.args[0]
    if isinstance(arg, Literal) and isinstance(arg.value, str):
        if parse_date(arg.value) is None:
            checker.bad_date(arg, arg.value, DATE)
        return replace(node, type=DATE)
    typed = checker.fit(checker.check(arg), DATETIME)
    if typed.type not in (DATETIME, ANY):
        _wrong(checker, node, 1, typed, DATETIME)
    return replace(node, args=(typed,), type=DATE)


def _datetime(checker: Checker, node: Call) -> Node:
    arg = node.args[0]
    if not isinstance(arg, Literal) or not isinstance(arg.value, str):
        _must_be_written(checker, node, 1, arg, "text in quotes", "带引号的文本")
    elif parse_instant(arg.value) is None:
        checker.bad_date(arg, arg.value, DATETIME)
    return replace(node, type=DATETIME)


def _days_between(checker: Checker, node: Call) -> Node:
    args: list[Node] = []
    for at, arg in enumerate(node.args, 1):
        typed = checker.fit(checker.check(arg), DATE)
        if typed.type == DATETIME:
            typed = Call(name="date", args=(typed,), type=DATE, start=typed.start, end=typed.end)
        elif typed.type not in (DATE, ANY):
            _wrong(checker, node, at, typed, DATE)
        args.append(typed)
    return replace(node, args=tuple(args), type=NUMBER)


def _changed(checker: Checker, node: Call) -> Node:
    arg = node.args[0]
    if not isinstance(arg, Name):
        _must_be_written(checker, node, 1, arg, "the name of a field", "字段名称")
        return replace(node, type=BOOL)
    return replace(node, args=(checker.check(arg),), type=BOOL)


def _rows(checker: Checker, node: Call) -> Node:
    many = checker.check(node.args[0])
    result = NUMBER if node.name in ("count", "sum") else BOOL
    many = checker.fit(many, ListType(ANY))
    if not isinstance(many.type, ListType) or not isinstance(many, Name):
        _wrong(checker, node, 1, many, ListType(ANY))
        return replace(node, type=result)
    want = NUMBER if node.name == "sum" else BOOL
    if len(node.args) == 1:
        if node.name == "sum" and many.type.item != NUMBER:
            _wrong(checker, node, 1, many, NUMBER)
        return replace(node, args=(many,), type=result)
    with checker.rows_of(many.type.item):
        inner = _argument(checker, node, 2, node.args[1], want)
    return replace(node, args=(many, inner), type=result)


def _least(checker: Checker, node: Call) -> Node:
    args, kind = _unified(checker, node.args)
    if kind == ANY:
        args, kind = tuple(checker.fit(arg, NUMBER) for arg in args), NUMBER
    elif kind.kind not in ORDERED:
        _wrong(checker, node, 1, args[0], NUMBER)
    return replace(node, args=args, type=kind)


def _round(checker: Checker, node: Call) -> Node:
    value = _argument(checker, node, 1, node.args[0], NUMBER)
    if len(node.args) == 1:
        return replace(node, args=(value,), type=NUMBER)
    places = node.args[1]
    if not isinstance(places, Literal) or places.value not in range(10) or places.type != NUMBER:
        _must_be_written(checker, node, 2, places, "a number from 0 to 9", "0 到 9 之间的数字")
    return replace(node, args=(value, places), type=NUMBER)


def _coalesce(checker: Checker, node: Call) -> Node:
    args, kind = _unified(checker, node.args)
    return replace(node, args=args, type=kind)


def _if(checker: Checker, node: Call) -> Node:
    condition = checker.condition(node.args[0], "if")
    args, kind = _unified(checker, node.args[1:])
    return replace(node, args=(condition, *args), type=kind)


def _unified(checker: Checker, args: tuple[Node, ...]) -> tuple[tuple[Node, ...], Type]:
    """Return the arguments read as one type, and that type; ``none`` fits every type."""
    typed = [checker.check(arg) for arg in args]
    known = [arg.type for arg in typed if arg.type not in (ANY, NOTHING)]
    dates = [kind for kind in known if kind in (DATE, DATETIME)]
    kind = (dates or known or [ANY])[0]
    fitted = [checker.fit(arg, kind) for arg in typed]
    for arg in fitted:
        if arg.type in (ANY, NOTHING):
            continue
        if arg.type.kind not in SCALAR or family(arg.type) != family(kind):
            report_pair(checker, arg, kind, arg.type)
            return tuple(fitted), ANY
    if any(arg.type not in (kind, NOTHING) for arg in fitted) and isinstance(kind, ChoiceType):
        kind = TEXT
    return tuple(fitted), kind


def _is_empty(checker: Checker, node: Call) -> Node:
    arg = checker.check(node.args[0])
    if isinstance(arg, Items):
        _wrong(checker, node, 1, arg, TEXT)
    return replace(node, args=(arg,), type=BOOL)


_SPECIAL: dict[str, Callable[[Checker, Call], Node]] = {
    "contains": _contains,
    "matches": _matches,
    "length": _length,
    "date": _date,
    "datetime": _datetime,
    "days_between": _days_between,
    "changed": _changed,
    "count": _rows,
    "any": _rows,
    "all": _rows,
    "sum": _rows,
    "min": _least,
    "max": _least,
    "round": _round,
    "coalesce": _coalesce,
    "if": _if,
    "is_empty": _is_empty,
}
