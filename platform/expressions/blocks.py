"""A condition as the nested blocks of the visual builder, and back with the same meaning.

A block is JSON: ``{"all": [...]}``, ``{"any": [...]}``, ``{"not": block}``,
``{"field": path, "op": op, "value": value}``, ``{"field": table, "op": "any row", "where": block}``
or ``{"text": "..."}`` for what has no block. A ``measure`` beside the field compares what a function
makes of it: ``{"field": "created_at", "measure": "hours_since", "op": ">", "value": 4}``. A value is
JSON; ``{"date": "2026-11-22"}``, ``{"datetime": "..."}`` and ``{"duration": "4h"}`` write the other
constants, ``{"field": path}`` another field, ``{"now": "-4h"}`` and ``{"today": "+3d"}`` a moment that
moves (an empty text: now, today).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..core.diagnostics import Diagnostic
from ..core.span import NOWHERE, Span
from ..core.text import Text
from .compilation import compile_expression
from .expression import Expression
from .lexer import WORDS
from .parser import MAX_DEPTH, MAX_NODES, parse
from .printing import print_literal, print_tree
from .tree import Binary, Call, Compare, Items, Literal, Logic, Name, Node, Unary
from .types import BOOL, DURATION, NOTHING, NUMBER, TEXT, WORKING_TIME, ListType, Schema, Type

Block = dict[str, Any]
_PATH = re.compile(r"[^\W\d]\w*(?:\.\w+)*")
_COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">=", "in", "not in"})
_CALLS = frozenset({"contains", "starts_with", "ends_with", "matches"})
_ALONE = frozenset({"is_empty", "changed"})
_ROWS = {"any row": "any", "all rows": "all"}
_TESTS = {"is none": "==", "is not none": "!="}
_ENTRIES = {"has": "in", "has not": "not in"}
_MEASURES = frozenset(
    {"hours_since", "business_hours_since", "business_time_since", "length", "count"}
)
_MOMENTS = frozenset({"now", "today"})
_SHIFT = re.compile(r"\s*([+-])\s*(\S+)\s*")
_OPS = (
    *sorted(_COMPARISONS),
    *sorted(_CALLS),
    *sorted(_ALONE),
    "is true",
    "is not empty",
    *_TESTS,
    *_ENTRIES,
    *_ROWS,
)
_SHAPES = Text(
    "a block has all, any, not, field or text", "条件块应包含 all、any、not、field 或 text"
)


class _BadBlockError(Exception):
    """A block that is none; the argument says why, or holds the findings of a text block."""

    def __init__(self, reason: Text, found: tuple[Diagnostic, ...] = ()) -> None:
        super().__init__(reason.en)
        self.reason = reason
        self.found = found


def to_blocks(expression: Expression) -> Block:
    """Return the condition as JSON blocks."""
    return _block(expression.tree)


def from_blocks(
    block: object, schema: Schema, span: Span = NOWHERE, *, want: Type | None = BOOL
) -> tuple[Expression | None, tuple[Diagnostic, ...]]:
    """Return the expression that *block* means, or None, and all findings.

    The expression's text is canonical; columns of findings count in that text. Never raises.
    """
    try:
        tree = _Reader(span).node(block, 1)
    except _BadBlockError as bad:
        values = {"reason_en": bad.reason.en, "reason_zh": bad.reason.zh}
        return None, bad.found or (Diagnostic(span=span, code="EXP042", values=values),)
    return compile_expression(print_tree(tree), schema, span, want=want)


def print_block(block: object) -> str | None:
    """Return the text that *block* means, unchecked; None where it is no block."""
    try:
        return print_tree(_Reader(NOWHERE).node(block, 1))
    except _BadBlockError:
        return None


def _block(node: Node) -> Block:
    match node:
        case Logic(op=op, items=items):
            return {"all" if op == "and" else "any": [_block(item) for item in items]}
        case Unary(op="not", operand=Call(name="is_empty", args=(Name() as name,))):
            return {"field": name.dotted, "op": "is not empty"}
        case Unary(op="not", operand=operand):
            return {"not": _block(operand)}
        case Name() if node.type == BOOL:
            return {"field": node.dotted, "op": "is true"}
        case Compare(ops=(op,), items=(Name() as name, other)):
            if op in ("==", "!=") and other.type == NOTHING:
                return {"field": name.dotted, "op": "is none" if op == "==" else "is not none"}
            return _valued(node, name, op, other)
        case Compare(ops=("in" | "not in" as op,), items=(Literal() as one, Name() as name)):
            word = "has" if op == "in" else "has not"
            return _valued(node, name, word, one) if _is_list(name) else {"text": print_tree(node)}
        case Compare(ops=(op,), items=(Call(name=measure, args=(Name() as name,)), other)) if (
            measure in _MEASURES
        ):
            return _valued(node, name, op, other, measure)
        case Call(name=op, args=(Name() as name, other)) if op in _CALLS:
            return _valued(node, name, op, other)
        case Call(name=op, args=(Name() as name,)) if op in _ALONE:
            return {"field": name.dotted, "op": op}
        case Call(name="any" | "all" as op, args=(Name() as name, where)):
            word = "any row" if op == "any" else "all rows"
            return {"field": name.dotted, "op": word, "where": _block(where)}
    return {"text": print_tree(node)}


def _is_list(name: Name) -> bool:
    return isinstance(name.type, ListType)


def _valued(node: Node, name: Name, op: str, other: Node, measure: str = "") -> Block:
    told = {"measure": measure} if measure else {}
    try:
        return {"field": name.dotted, **told, "op": op, "value": _value(other)}
    except ValueError:
        return {"text": print_tree(node)}


def _value(node: Node) -> Any:
    match node:
        case Literal(type=kind) if kind in (DURATION, WORKING_TIME):
            return {"duration": print_literal(node)}
        case Literal(value=value) if value is not None:
            return value
        case Call(name="date" | "datetime" as name, args=(Literal(value=str(text)),)):
            return {name: text}
        case Items(items=items):
            return [_value(item) for item in items]
        case Name():
            return {"field": node.dotted}
        case Call(name="now" | "today" as name, args=()):
            return {name: ""}
        case Binary(
            op=sign, left=Call(name="now" | "today" as name, args=()), right=Literal() as amount
        ):
            return {name: f"{sign}{print_literal(amount)}"}
    raise ValueError("not a constant")


class _Reader:
    def __init__(self, span: Span) -> None:
        self.span = span
        self.count = 0

    def node(self, block: object, level: int) -> Node:
        """Return the untyped tree of *block*."""
        self._bounded(level)
        if not isinstance(block, Mapping):
            raise _BadBlockError(_SHAPES)
        for key, op in (("all", "and"), ("any", "or")):
            if key in block:
                return self._joined(block[key], op, level)
        if "not" in block:
            return Unary(op="not", operand=self.node(block["not"], level + 1), type=BOOL)
        if "field" in block:
            return self._test(block, level)
        if isinstance(block.get("text"), str):
            return self._text(block["text"])
        raise _BadBlockError(_SHAPES)

    def _bounded(self, level: int) -> None:
        self.count += 1
        if level > MAX_DEPTH or self.count > MAX_NODES:
            raise _BadBlockError(Text("there are too many blocks", "条件块过多"))

    def _joined(self, blocks: object, op: str, level: int) -> Node:
        if not isinstance(blocks, list) or not blocks:
            raise _BadBlockError(
                Text("all and any hold a list of blocks", "all 和 any 中应为条件块列表")
            )
        flat: list[Node] = []
        for block in blocks:
            item = self.node(block, level + 1)
            flat.extend(item.items if isinstance(item, Logic) and item.op == op else (item,))
        return flat[0] if len(flat) == 1 else Logic(op=op, items=tuple(flat), type=BOOL)

    def _text(self, text: str) -> Node:
        tree, found = parse(text, self.span)
        if tree is None or found:
            raise _BadBlockError(Text("its text is wrong", "文本有误"), tuple(found))
        return tree

    def _test(self, block: Mapping[Any, Any], level: int) -> Node:
        name, op = self._name(block["field"]), str(block.get("op"))
        if "measure" in block:
            return self._measured(block, name, op, level)
        if op == "is true":
            return name
        if op in _ALONE:
            return Call(name=op, args=(name,))
        if op == "is not empty":
            return Unary(op="not", operand=Call(name="is_empty", args=(name,)), type=BOOL)
        if op in _ENTRIES:
            one = self._constant(block.get("value"), level)
            return Compare(ops=(_ENTRIES[op],), items=(one, name), type=BOOL)
        if op in _TESTS:
            return Compare(ops=(_TESTS[op],), items=(name, Literal(value=None, type=NOTHING)))
        if op in _ROWS:
            where = self.node(block.get("where"), level + 1)
            return Call(name=_ROWS[op], args=(name, where))
        if op in _CALLS:
            return Call(name=op, args=(name, self._constant(block.get("value"), level)))
        if op in _COMPARISONS:
            value = self._constant(block.get("value"), level)
            return Compare(ops=(op,), items=(name, value), type=BOOL)
        raise _BadBlockError(
            Text(f"op is one of {', '.join(_OPS)}", f"op 应为以下之一：{'、'.join(_OPS)}")
        )

    def _measured(self, block: Mapping[Any, Any], name: Name, op: str, level: int) -> Node:
        measure = str(block["measure"])
        if measure not in _MEASURES or op not in _COMPARISONS:
            known = ", ".join(sorted(_MEASURES))
            raise _BadBlockError(
                Text(f"measure is one of {known}", f"measure 应为以下之一：{known}")
            )
        value = self._constant(block.get("value"), level)
        return Compare(ops=(op,), items=(Call(name=measure, args=(name,)), value), type=BOOL)

    def _name(self, path: object) -> Name:
        if not isinstance(path, str) or not _PATH.fullmatch(path) or path in WORDS:
            raise _BadBlockError(Text("field is a dotted name", "field 应为字段名称"))
        return Name(path=tuple(path.split(".")))

    def _constant(self, value: object, level: int) -> Node:
        self._bounded(level)
        if isinstance(value, bool):
            return Literal(value=value, type=BOOL)
        if isinstance(value, str):
            return Literal(value=value, type=TEXT)
        if isinstance(value, (int, float)) and abs(value) < 10**15:
            plain = int(value) if value == int(value) else value
            return Literal(value=plain, type=NUMBER)
        if isinstance(value, list):
            return Items(items=tuple(self._constant(item, level + 1) for item in value))
        if isinstance(value, Mapping) and len(value) == 1:
            ((kind, text),) = value.items()
            if kind in ("date", "datetime") and isinstance(text, str):
                return Call(name=kind, args=(Literal(value=text, type=TEXT),))
            if kind == "duration" and isinstance(text, str):
                return self._text(text)
            if kind == "field":
                return self._name(text)
            if kind in _MOMENTS and isinstance(text, str):
                return self._moment(kind, text)
        raise _BadBlockError(Text("value is no constant", "value 不是有效的常量"))

    def _moment(self, kind: str, shift: str) -> Node:
        call = Call(name=kind, args=())
        found = _SHIFT.fullmatch(shift)
        if not shift.strip():
            return call
        if found is None:
            raise _BadBlockError(Text("a shift is +4h or -4h", "偏移应写成 +4h 或 -4h"))
        return Binary(op=found[1], left=call, right=self._text(found[2]))
