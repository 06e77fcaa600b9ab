"""A condition in plain words, zh-CN and en."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from ..core.text import Text
from .functions import FUNCTIONS
from .printing import print_literal
from .tree import Binary, Call, Compare, Items, Literal, Logic, Name, Node, Unary
from .types import DURATION, WORKING_TIME, ListType


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """The titles that people know: of fields by dotted path, of options by path and key."""

    fields: Mapping[str, Text] = field(default_factory=dict)
    options: Mapping[str, Mapping[str, Text]] = field(default_factory=dict)


_OPERATORS: dict[str, Text] = {
    "==": Text("is", "为"),
    "!=": Text("is not", "不为"),
    "<": Text("is less than", "小于"),
    "<=": Text("is at most", "不超过"),
    ">": Text("is more than", "大于"),
    ">=": Text("is at least", "不少于"),
    "in": Text("is one of", "属于"),
    "not in": Text("is none of", "不属于"),
}
_TIMES: dict[str, Text] = {
    "<": Text("is before", "早于"),
    "<=": Text("is not after", "不晚于"),
    ">": Text("is after", "晚于"),
    ">=": Text("is not before", "不早于"),
}
_NUMBERS: dict[str, Text] = {"==": Text("equals", "等于"), "!=": Text("does not equal", "不等于")}
_JOINS: dict[str, Text] = {"and": Text("and", "且"), "or": Text("or", "或")}
_SIGNS: dict[str, Text] = {
    "+": Text("plus", "加"),
    "-": Text("minus", "减"),
    "*": Text("times", "乘"),
    "/": Text("divided by", "除以"),
}
_CONSTANTS: dict[object, Text] = {True: Text("yes", "是"), False: Text("no", "否")}
_UNITS: dict[bool, tuple[tuple[int, Text, Text], ...]] = {
    False: (
        (86_400, Text("day", "天"), Text("days", "天")),
        (3_600, Text("hour", "小时"), Text("hours", "小时")),
        (60, Text("minute", "分钟"), Text("minutes", "分钟")),
        (1, Text("second", "秒"), Text("seconds", "秒")),
    ),
    True: (
        (3_600, Text("working hour", "个工作小时"), Text("working hours", "个工作小时")),
        (60, Text("working minute", "个工作分钟"), Text("working minutes", "个工作分钟")),
        (1, Text("working second", "个工作秒"), Text("working seconds", "个工作秒")),
    ),
}


def to_words(tree: Node, lang: str, labels: Mapping[str, Text] | Labels) -> str:
    """Return *tree* in plain words; a mapping of labels gives titles of fields by dotted path.

    A mapping may hold titles of options too, under ``path=key``.
    """
    return _Speaker(lang, _as_labels(labels)).say(tree)


def _as_labels(labels: Mapping[str, Text] | Labels) -> Labels:
    if isinstance(labels, Labels):
        return labels
    options: dict[str, dict[str, Text]] = {}
    fields: dict[str, Text] = {}
    for key, text in labels.items():
        path, sign, option = key.partition("=")
        if sign:
            options.setdefault(path, {})[option] = text
        else:
            fields[key] = text
    return Labels(fields=fields, options=options)


class _Speaker:
    def __init__(self, lang: str, labels: Labels) -> None:
        self.lang = lang
        self.labels = labels
        self.chinese = lang.startswith("zh")
        self.tables: list[str] = []

    def say(self, node: Node) -> str:
        match node:
            case Literal():
                return self._constant(node, None)
            case Name():
                return self._title(node)
            case Unary(op="not", operand=operand):
                inner = self.say(operand)
                return f"不满足（{inner}）" if self.chinese else f"not ({inner})"
            case Unary(operand=operand):
                return f"{'负' if self.chinese else 'minus '}{self._grouped(operand)}"
            case Logic(op=op, items=items):
                join = f" {_JOINS[op].get(self.lang)} "
                return join.join(self._clause(item) for item in items)
            case Compare():
                return self._compare(node)
            case Binary(op=op, left=left, right=right):
                sign = _SIGNS[op].get(self.lang)
                return f"{self._grouped(left)} {sign} {self._grouped(right)}"
            case Call():
                return self._call(node)
            case Items():
                return self._list(node, None)
        raise TypeError(f"not a node: {node!r}")

    def _clause(self, node: Node) -> str:
        text = self.say(node)
        return self._bracketed(text) if isinstance(node, Logic) else text

    def _grouped(self, node: Node) -> str:
        text = self.say(node)
        return self._bracketed(text) if isinstance(node, (Binary, Logic, Compare)) else text

    def _bracketed(self, text: str) -> str:
        return f"（{text}）" if self.chinese else f"({text})"

    def _key(self, node: Name) -> str:
        if node.scope and node.scope <= len(self.tables):
            return f"{self.tables[node.scope - 1]}.{node.dotted}"
        return node.dotted

    def _title(self, node: Name) -> str:
        found = self.labels.fields.get(self._key(node))
        return (found.get(self.lang) if found else "") or node.dotted

    def _constant(self, node: Literal, beside: Node | None) -> str:
        value = node.value
        if value is None:
            return "空" if self.chinese else "empty"
        if isinstance(value, bool):
            return _CONSTANTS[value].get(self.lang)
        if isinstance(value, str):
            return self._option(value, beside) or value
        if node.type in (DURATION, WORKING_TIME):
            return self._amount(int(value), business=node.type == WORKING_TIME)
        return f"{Decimal(repr(value)):f}"

    def _option(self, value: str, beside: Node | None) -> str:
        if not isinstance(beside, Name):
            return ""
        found = self.labels.options.get(self._key(beside), {}).get(value)
        return found.get(self.lang) if found else ""

    def _amount(self, seconds: int, *, business: bool) -> str:
        for size, one, many in _UNITS[business]:
            if seconds % size == 0 or size == 1:
                count = seconds // size
                unit = (one if abs(count) == 1 else many).get(self.lang)
                return f"{count}{unit}" if self.chinese else f"{count} {unit}"
        return str(seconds)

    def _value(self, node: Node, beside: Node) -> str:
        if isinstance(node, Literal):
            return self._constant(node, beside)
        if isinstance(node, Items):
            return self._list(node, beside)
        if isinstance(node, Call) and node.name in ("date", "datetime"):
            return self.say(node)
        return self._grouped(node)

    def _list(self, node: Items, beside: Node | None) -> str:
        words = [
            self._constant(item, beside) if isinstance(item, Literal) else self._grouped(item)
            for item in node.items
        ]
        if not words:
            return "空列表" if self.chinese else "nothing"
        return ("、" if self.chinese else ", ").join(words)

    def _compare(self, node: Compare) -> str:
        clauses = [
            self._pair(op, node.items[at], node.items[at + 1]) for at, op in enumerate(node.ops)
        ]
        return f" {_JOINS['and'].get(self.lang)} ".join(clauses)

    def _pair(self, op: str, left: Node, right: Node) -> str:
        if isinstance(left, Literal) and op in ("==", "!=") and not isinstance(right, Literal):
            left, right = right, left
        if isinstance(right, Literal) and right.value is None:
            filled = Text("is filled in", "已填写") if op == "!=" else Text("is empty", "为空")
            return f"{self._value(left, right)} {filled.get(self.lang)}"
        if op in ("in", "not in") and isinstance(right.type, ListType) and isinstance(right, Name):
            verb = Text("contains", "包含") if op == "in" else Text("does not contain", "不包含")
            return f"{self._title(right)} {verb.get(self.lang)} {self._value(left, right)}"
        words = _OPERATORS
        if left.type.kind in ("date", "datetime"):
            words = {**_OPERATORS, **_TIMES}
        elif left.type.kind == "number":
            words = {**_OPERATORS, **_NUMBERS}
        verb = words[op]
        return f"{self._value(left, right)} {verb.get(self.lang)} {self._value(right, left)}"

    def _call(self, node: Call) -> str:
        if node.name in ("date", "datetime") and isinstance(node.args[0], Literal):
            return str(node.args[0].value)
        template = FUNCTIONS[node.name].words.get(self.lang)
        args = [self._argument(node, arg, at) for at, arg in enumerate(node.args)]
        if node.name in ("count", "sum") and len(args) == 2 and node.name == "count":
            template = "{0} 中满足“{1}”的数量" if self.chinese else "the number of {0} where {1}"
        if node.name == "sum" and len(args) == 1:
            template = "{0} 的合计" if self.chinese else "the sum of {0}"
        if node.name == "round" and len(args) == 2:
            template += "到 {1} 位小数" if self.chinese else " to {1} decimals"
        joined = ("、" if self.chinese else ", ").join(args)
        return _filled(template, args, joined)

    def _argument(self, call: Call, arg: Node, at: int) -> str:
        if call.name in ("any", "all", "count", "sum") and at == 1:
            table = call.args[0]
            self.tables.append(self._key(table) if isinstance(table, Name) else "")
            text = self.say(arg)
            self.tables.pop()
            return text
        if isinstance(arg, Literal) and call.name in ("contains", "starts_with", "ends_with"):
            return (
                self._option(str(arg.value), call.args[0])
                or f"“{arg.value}”" * (self.chinese)
                or print_literal(arg)
            )
        if call.name == "date" and isinstance(arg, Literal):
            return str(arg.value)
        return self._value(arg, call.args[0])


def _filled(template: str, args: list[str], joined: str) -> str:
    """Fill a template of ours; arguments are never read as templates."""
    parts = template.replace("{*}", "\0*\0")
    for at in range(len(args)):
        parts = parts.replace(f"{{{at}}}", f"\0{at}\0")
    pieces = parts.split("\0")
    return "".join(
        piece if not at % 2 else (joined if piece == "*" else args[int(piece)])
        for at, piece in enumerate(pieces)
    )
