"""Which comparisons make sense, and what is wrong with those that do not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .lexer import quote_text
from .tree import Compare, Items, Literal, Logic, Name, Node
from .types import (
    ANY,
    BOOL,
    NOTHING,
    NUMBER,
    ORDERED,
    SCALAR,
    TEXT,
    TEXTUAL,
    TYPE_WORDS,
    ChoiceType,
    ListType,
    Type,
    family,
)

if TYPE_CHECKING:
    from .check import Checker

_MEMBERSHIP = ("in", "not in")


def check_compare(checker: Checker, node: Compare) -> Node:
    """Return the typed comparison; every pair of a chain is checked."""
    quoted = _quoted(checker, node)
    items = [checker.check(item) for item in quoted.items]
    for at, op in enumerate(quoted.ops):
        left, right = items[at], items[at + 1]
        if op in _MEMBERSHIP:
            left, right = _member(checker, op, left, right)
        else:
            left, right = _pair(checker, op, left, right)
        items[at], items[at + 1] = left, right
    typed = replace(quoted, items=tuple(items), type=BOOL)
    _warn_constant(checker, typed)
    return typed


def _quoted(checker: Checker, node: Compare) -> Compare:
    """Return *node* with bare words beside a text or choice read as text, each reported."""
    kinds = [checker.type_of(item) for item in node.items if isinstance(item, Name)]
    if not any(kind.kind in TEXTUAL for kind in kinds):
        return node
    options = {word for kind in kinds if isinstance(kind, ChoiceType) for word in kind.options}
    items: list[Node] = []
    for item in node.items:
        if isinstance(item, Items):
            inner = tuple(_quote_word(checker, part, options) for part in item.items)
            items.append(replace(item, items=inner))
        else:
            items.append(_quote_word(checker, item, options))
    return replace(node, items=tuple(items))


def _quote_word(checker: Checker, node: Node, options: set[str]) -> Node:
    if not isinstance(node, Name) or len(node.path) > 1 or checker.is_known(node.path[0]):
        return node
    word = node.path[0]
    if word not in options and checker.guess(word, checker.known()) is not None:
        return node
    good = quote_text(node.path[0])
    checker.report("EXP041", node, {"good": good}, good)
    return Literal(value=node.path[0], type=TEXT, start=node.start, end=node.end)


def _pair(checker: Checker, op: str, left: Node, right: Node) -> tuple[Node, Node]:
    if NOTHING in (left.type, right.type):
        if op not in ("==", "!="):
            checker.report("EXP037", left if left.type == NOTHING else right)
        return left, right
    left = checker.fit(left, right.type)
    right = checker.fit(right, left.type)
    if op not in ("==", "!="):
        left, right = checker.fit(left, NUMBER), checker.fit(right, NUMBER)
    if ANY in (left.type, right.type):
        return left, right
    if op in ("==", "!="):
        if left.type.kind not in SCALAR or family(left.type) != family(right.type):
            _impossible(checker, left, right)
        else:
            check_options(checker, left, right)
            check_options(checker, right, left)
    elif family(left.type) != family(right.type):
        _impossible(checker, left, right)
    elif left.type.kind not in ORDERED:
        text = TYPE_WORDS[left.type.kind]
        checker.report("EXP030", left, {"op": op, "found_en": text.en, "found_zh": text.zh})
    return left, right


def _member(checker: Checker, op: str, left: Node, right: Node) -> tuple[Node, Node]:
    if isinstance(right, Items):
        if isinstance(right.type, ListType):
            left = checker.fit(left, right.type.item)
        parts = tuple(checker.fit(part, left.type) for part in right.items)
        right = replace(right, items=parts)
        for part in parts:
            if ANY in (left.type, part.type) or part.type == NOTHING:
                continue
            if left.type.kind not in SCALAR or family(left.type) != family(part.type):
                _impossible(checker, left, part)
                break
            check_options(checker, left, part)
        return left, right
    if right.type == ANY:
        return left, right
    if not isinstance(right.type, ListType) or not isinstance(right, Name):
        text = TYPE_WORDS[right.type.kind]
        checker.report("EXP040", right, {"op": op, "found_en": text.en, "found_zh": text.zh})
        return left, right
    check_member(checker, right, left)
    return checker.fit(left, right.type.item), right


def check_member(checker: Checker, many: Node, one: Node) -> None:
    """Report *one* if it can never be an entry of the list *many*."""
    item = many.type.item if isinstance(many.type, ListType) else ANY
    if ANY in (item, one.type):
        return
    if item.kind not in SCALAR or family(item) != family(one.type):
        report_pair(checker, one, item, one.type)
    elif isinstance(item, ChoiceType):
        check_option(checker, many, item, one)


def check_options(checker: Checker, choice: Node, value: Node) -> None:
    """Report *value* if it is a text that *choice* can never be."""
    if isinstance(choice.type, ChoiceType):
        check_option(checker, choice, choice.type, value)


def check_option(checker: Checker, named: Node, kind: ChoiceType, value: Node) -> None:
    """Report the quoted *value* if it is not an option of *kind*."""
    if not isinstance(value, Literal) or value.value in kind.options:
        return
    written = str(value.value)
    options = ", ".join(kind.options[:12]) + (", ..." if len(kind.options) > 12 else "")
    name = checker.text[named.start : named.end]
    values: dict[str, str | int] = {"value": written[:80], "name": name, "options": options}
    likely = checker.guess(written, kind.options)
    if likely:
        values["guess"] = likely
    checker.report("EXP025", value, values, quote_text(likely) if likely else None)


def _impossible(checker: Checker, left: Node, right: Node) -> None:
    report_pair(checker, right, left.type, right.type)


def report_pair(checker: Checker, node: Node, left: Type, right: Type) -> None:
    """Report at *node* that two types do not compare."""
    one, two = TYPE_WORDS[left.kind], TYPE_WORDS[right.kind]
    values = {"left_en": one.en, "left_zh": one.zh, "right_en": two.en, "right_zh": two.zh}
    checker.report("EXP024", node, values)


def _warn_constant(checker: Checker, node: Compare) -> None:
    if len(node.ops) != 1:
        return
    left, right = node.items
    if isinstance(right, Items) and not right.items:
        _constant(checker, node, result=False)
    elif left == right and not isinstance(left, Items):
        _constant(checker, node, result=node.ops[0] in ("==", "<=", ">="))
    elif isinstance(left, Literal) and isinstance(right, Literal) and node.ops[0] in ("==", "!="):
        _constant(checker, node, result=(left.value == right.value) == (node.ops[0] == "=="))


def warn_contradiction(checker: Checker, node: Logic) -> None:
    """Report an ``and`` that asks one name to equal two different constants."""
    if node.op != "and":
        return
    wanted: dict[Name, object] = {}
    for item in node.items:
        match item:
            case Compare(ops=("==",), items=(Name() as name, Literal(value=value))):
                if value is not None and wanted.setdefault(name, value) != value:
                    _constant(checker, item, result=False)


def _constant(checker: Checker, node: Node, *, result: bool) -> None:
    values = {"result_en": "true" if result else "false", "result_zh": "真" if result else "假"}
    checker.report("EXP036", node, values)
