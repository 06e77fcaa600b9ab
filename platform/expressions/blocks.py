"""A condition as the nested blocks of the visual builder, and back with the same meaning.

A block is JSON: ``{"all": [...]}``, ``{"any": [...]}``, ``{"not": block}``,
``{"field": path, "op": op, "value": value}``, ``{"field": table, "op": "any row", "where": block}``
or ``{"text": "..."}`` for what has no block. A value is JSON; ``{"date": "2026-11-22"}``,
``{"datetime": "..."}`` and ``{"duration": "4h"}`` write the other constants.
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
from .tree import Call, Compare, Items, Literal, Logic, Name, Node, Unary
from .types import BOOL, DURATION, NOTHING, NUMBER, TEXT, WORKING_TIME, Schema, Type

Block = dict[str, Any]
_PATH = re.compile(r"[^\W\d]\w*(?:\.\w+)*")
_COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">=", "in", "not in"})
_CALLS = frozenset({"contains", "starts_with", "ends_with", "matches"})
_ALONE = frozenset({"is_empty", "changed"})
_ROWS = {"any row": "any", "all rows": "all"}
_TESTS = {"is none": "==", "is not none": "!="}
_OPS = (*sorted(_COMPARISONS), *sorted(_CALLS), *sorted(_ALONE), "is true", *_TESTS, *_ROWS)
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


def _block(node: Node) -> Block:
    match node:
        case Logic(op=op, items=items):
            return {"all" if op == "and" else "any": [_block(item) for item in items]}
        case Unary(op="not", operand=operand):
            return {"not": _block(operand)}
        case Name() if node.type == BOOL:
            return {"field": node.dotted, "op": "is true"}
        case Compare(ops=(op,), items=(Name() as name, other)):
            if op in ("==", "!=") and other.type == NOTHING:
                return {"field": name.dotted, "op": "is none" if op == "==" else "is not none"}
            return _valued(node, name, op, other)
        case Call(name=op, args=(Name() as name, other)) if op in _CALLS:
            return _valued(node, name, op, other)
        case Call(name=op, args=(Name() as name,)) if op in _ALONE:
            return {"field": name.dotted, "op": op}
        case Call(name="any" | "all" as op, args=(Name() as name, where)):
            word = "any row" if op == "any" else "all rows"
            return {"field": name.dotted, "op": word, "where": _block(where)}
    return {"text": print_tree(node)}


def _valued(node: Node, name: Name, op: str, other: Node) -> Block:
    try:
        return {"field": name.dotted, "op": op, "value": _value(other)}
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
        if op == "is true":
            return name
        if op in _ALONE:
            return Call(name=op, args=(name,))
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
        raise _BadBlockError(Text("value is no constant", "value 不是有效的常量"))
