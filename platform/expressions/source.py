"""A typed tree to the source of a Python function.

The source is made of our own words and of names of constants; what people wrote (names,
texts, numbers) is reached as a constant, never as source.
"""

from __future__ import annotations

from typing import Any

from .check_calls import compile_pattern
from .moments import parse_date, parse_instant
from .reading import DURATION_LIMIT
from .rows import STEPS
from .texts import MAX_VALUE_TEXT, SIGMA, fold
from .tree import Binary, Call, Compare, Items, Literal, Logic, Name, Node, Unary, walk
from .types import ANY, DATE, DATETIME, NUMBER, TEXTUAL, ListType, RecordType, Type, family

_DEEP = 40
_ARGUMENTS = "v, c, b, r"
_PLAIN_CALLS = {
    "lower": "lower",
    "upper": "upper",
    "trim": "trim",
    "starts_with": "starts",
    "ends_with": "ends",
    "days_between": "days_between",
    "abs": "absolute",
    "round": "round_to",
    "min": "least",
    "max": "greatest",
    "length": "size",
}
_TIMED_CALLS = {"hours_since", "business_time_since", "business_hours_since"}
_ROW_CALLS = {"any": "any_row", "all": "all_rows", "count": "count_rows", "sum": "sum_rows"}
_READERS = {
    "date": "date_in",
    "datetime": "instant_in",
    "number": "number_in",
    "list": "list_in",
    "record": "record_in",
    "any": "any_in",
}
_ARITHMETIC = {
    ("+", "number"): "add",
    ("-", "number"): "subtract",
    ("*", "number"): "multiply",
    ("/", "number"): "divide",
    ("+", "duration"): "add",
    ("-", "duration"): "subtract",
    ("+", "working time"): "add",
    ("-", "working time"): "subtract",
}


def generate_source(tree: Node, *, inward: bool = False) -> tuple[str, dict[str, Any]]:
    """Return the Python source for *tree* and the constants that it names.

    inward: the function answers with the inner value, a date as its day number.
    """
    writer = _Writer()
    value = writer.value(tree)
    body = value if inward else _outward(value, tree.type)
    has_rows = any(isinstance(node, Call) and node.name in _ROW_CALLS for node in walk(tree))
    budget = f"    b = [{STEPS}]\n    r = ()\n" if has_rows or writer.functions else ""
    main = f"def run(v, c):\n{budget}    return {body}\n"
    return "\n".join([*writer.functions, main]), writer.constants


def _outward(source: str, kind: Type) -> str:
    if kind in (DATE, DATETIME):
        return f"{'date_out' if kind == DATE else 'instant_out'}({source})"
    if kind == ANY:
        return f"any_out({source})"
    return f"number_out({source})" if kind == NUMBER else source


class _Writer:
    """Collects constants and functions while it writes the source of one expression."""

    def __init__(self) -> None:
        self.constants: dict[str, Any] = {}
        self.functions: list[str] = []
        self.temporaries = 0
        self.depth = 0

    def constant(self, value: object) -> str:
        name = f"K{len(self.constants)}"
        self.constants[name] = value
        return name

    def temporary(self) -> str:
        self.temporaries += 1
        return f"t{self.temporaries}"

    def function(self, body: str) -> str:
        name = f"f{len(self.functions)}"
        self.functions.append(f"def {name}({_ARGUMENTS}):\n    return {body}\n")
        return name

    def bounded(self, source: str) -> str:
        """Return *source*, moved to a function of its own when its brackets grow deep."""
        if _brackets(source) <= _DEEP:
            return source
        return f"{self.function(source)}({_ARGUMENTS})"

    def value(self, node: Node) -> str:
        """Return the source of the value of *node*: None for a missing one."""
        match node:
            case Literal():
                return self.constant(node.value) if node.value is not None else "None"
            case Name():
                return self._read(node)
            case Unary(op="not", operand=operand):
                return self.bounded(f"(not {self.test(operand)})")
            case Unary(operand=operand):
                return self.bounded(f"negate({self.value(operand)})")
            case Logic(op=word, items=items):
                parts = [self.test(item) for item in items]
                return self.bounded(f"({f' {word} '.join(parts)})")
            case Compare():
                return self.bounded(self._compare(node))
            case Binary():
                return self.bounded(self._arithmetic(node))
            case Call():
                return self.bounded(self._call(node))
            case Items(items=items):
                return f"({''.join(self.value(item) + ', ' for item in items)})"
        raise TypeError(f"not a node: {node!r}")

    def test(self, node: Node) -> str:
        """Return source that is True or False: a missing value counts as False."""
        source = self.value(node)
        return source if is_certain(node) else f"({source} is True)"

    def _raw(self, node: Name) -> str:
        first, *others = node.path
        holder = f"r[{node.scope - 1}]" if node.scope else "v"
        source = f"{holder}.get({self.constant(first)})"
        for key in others:
            held, name = self.temporary(), self.constant(key)
            source = (
                f"({held}.get({name}) if ({held} := {source}).__class__ is dict"
                f" else part({held}, {name}))"
            )
        return source

    def _read(self, node: Name) -> str:
        source, kind = self._raw(node), node.type.kind
        if kind in _READERS:
            return f"{_READERS[kind]}({source})"
        held = self.temporary()
        if kind == "bool":
            return f"({held} if ({held} := {source}) is True or {held} is False else None)"
        if kind in ("duration", "working time"):
            limit = self.constant(DURATION_LIMIT)
            test = f"({held} := {source}).__class__ is int and -{limit} < {held} < {limit}"
            return f"({held} if {test} else None)"
        return f"({held} if ({held} := {source}).__class__ is str else None)"

    def _compare(self, node: Compare) -> str:
        if len(node.ops) == 1:
            return self._pair(node.ops[0], node.items[0], node.items[1])
        held = [self.temporary() for _ in node.items]
        made = [
            f"({name} := {self.value(item)})" for name, item in zip(held, node.items, strict=True)
        ]
        tests = [
            self._held_pair(word, held[at], held[at + 1], node.items[at], node.items[at + 1])
            for at, word in enumerate(node.ops)
        ]
        return f"({', '.join(made)}, {' and '.join(tests)})[-1]"

    def _held_pair(self, word: str, one: str, two: str, left: Node, right: Node) -> str:
        """Return a test of two operands that are already held in names."""
        if _is_none(right) or _is_none(left):
            return f"({one if _is_none(right) else two} is {'not ' if word == '!=' else ''}None)"
        filled = f"{one} is not None and {two} is not None"
        if word in ("in", "not in"):
            inside = f"{one} in {two}"
            if left.type == ANY:
                inside = f"member({one}, {two}, any_in)"
            elif not isinstance(right, Items):
                inside = self._in_list(one, two, left, right)
            return f"({filled} and {'not ' if word == 'not in' else ''}({inside}))"
        if left.type.kind == "any" and right.type.kind == "any":
            return f"({filled} and {'not ' if word == '!=' else ''}same({one}, {two}))"
        return f"({filled} and {one} {word} {two})"

    def _pair(self, word: str, left: Node, right: Node) -> str:
        if word in ("in", "not in"):
            return self._member(word, left, right)
        if _is_none(right) or _is_none(left):
            return self._missing(word, right if _is_none(left) else left)
        if left.type.kind == "any" and right.type.kind == "any":
            return self._unknown(word, left, right)
        if isinstance(left, Literal) and not isinstance(right, Literal) and word in ("==", "!="):
            left, right = right, left
        if isinstance(right, Literal):
            return self._with_constant(word, left, right)
        one, two = self.temporary(), self.temporary()
        first = f"({one} := {self.value(left)}) is not None"
        return f"({first} and ({two} := {self.value(right)}) is not None and {one} {word} {two})"

    def _missing(self, word: str, node: Node) -> str:
        return f"({self.value(node)} is {'not ' if word == '!=' else ''}None)"

    def _unknown(self, word: str, left: Node, right: Node) -> str:
        one, two = self.temporary(), self.temporary()
        a, b = f"({one} := {self.value(left)})", f"({two} := {self.value(right)})"
        wanted = f"{'not ' if word == '!=' else ''}same({one}, {two})"
        return f"({a} is not None and {b} is not None and {wanted})"

    def _with_constant(self, word: str, left: Node, right: Literal) -> str:
        value = self.constant(right.value)
        if word == "==" and isinstance(left, Name) and left.type.kind in TEXTUAL:
            return f"({self._raw(left)} == {value})"
        if word == "==":
            return f"({self.value(left)} == {value})"
        held = self.temporary()
        return f"(({held} := {self.value(left)}) is not None and {held} {word} {value})"

    def _member(self, word: str, left: Node, right: Node) -> str:
        if isinstance(right, Items):
            return self._in_items(word, left, right)
        one, many = self.temporary(), self.temporary()
        inside = self._in_list(one, many, left, right)
        return (
            f"(({one} := {self.value(left)}) is not None and ({many} := "
            f"{self._list(right)}) is not None and {'not ' if word == 'not in' else ''}{inside})"
        )

    def _list(self, node: Node) -> str:
        return f"list_in({self._raw(node)})" if isinstance(node, Name) else self.value(node)

    def _in_list(self, one: str, many: str, left: Node, right: Node) -> str:
        item = right.type.item if isinstance(right.type, ListType) else right.type
        kinds = {family(left.type), family(item)}
        if "text" in kinds:
            return f"({one} in {many})"
        reader = _READERS.get((kinds - {"any"} or {"any"}).pop(), "any_in")
        return f"member({one}, {many}, {reader})"

    def _in_items(self, word: str, left: Node, right: Items) -> str:
        if left.type == ANY:
            held, negated = self.temporary(), "not " if word == "not in" else ""
            test = f"member({held}, {self.value(right)}, any_in)"
            return f"(({held} := {self.value(left)}) is not None and {negated}{test})"
        constant = all(isinstance(item, Literal) for item in right.items)
        if not constant:
            held = self.temporary()
            tests = [f"{held} == {self.value(item)}" for item in right.items]
            negated = "not " if word == "not in" else ""
            start = f"(({held} := {self.value(left)}) is not None and {negated}"
            return f"{start}({' or '.join(tests) or 'False'}))"
        values = [item.value for item in right.items if isinstance(item, Literal)]
        textual = left.type.kind in TEXTUAL
        if textual and word == "in" and isinstance(left, Name) and len(values) <= 8:
            return f"({self._raw(left)} in {self.constant(tuple(values))})"
        held = self.temporary()
        many = self.constant(frozenset(values) if textual else tuple(values))
        return f"(({held} := {self.value(left)}) is not None and {held} {word} {many})"

    def _arithmetic(self, node: Binary) -> str:
        left, right = node.left, node.right
        kinds = (left.type.kind, right.type.kind)
        one, two = self.value(left), self.value(right)
        if node.type in (DATE, DATETIME):
            if kinds[0] == "duration":
                one, two = two, one
            if node.op == "-":
                two = f"negate({two})"
            return f"{'shift_date' if node.type == DATE else 'shift_instant'}({one}, {two})"
        if kinds == ("date", "date"):
            return f"date_gap({one}, {two})"
        if kinds == ("datetime", "datetime"):
            return f"subtract({one}, {two})"
        return f"{_ARITHMETIC[node.op, node.type.kind]}({one}, {two})"

    def _call(self, node: Call) -> str:
        name, args = node.name, node.args
        if name in _ROW_CALLS:
            return self._rows(node)
        if name in _TIMED_CALLS:
            return f"{name}({self.value(args[0])}, c)"
        if name in _PLAIN_CALLS:
            return f"{_PLAIN_CALLS[name]}({', '.join(map(self.value, args))})"
        match name:
            case "contains":
                return self._contains(args[0], args[1])
            case "matches" if isinstance(args[1], Literal):
                pattern = self.constant(compile_pattern(str(args[1].value)))
                return f"matches({pattern}, {self.value(args[0])})"
            case "now":
                return "now_in(c)"
            case "today":
                return "today_in(c)"
            case "date" | "datetime":
                return self._date(node)
            case "changed" if isinstance(args[0], Name):
                return f"({self.constant(args[0].dotted)} in c.changed)"
            case "if":
                test, yes, no = self.test(args[0]), self.value(args[1]), self.value(args[2])
                return f"({yes} if {test} else {no})"
            case "coalesce":
                return self._coalesce(args)
            case "is_empty":
                return f"is_empty({self.value(args[0])})"
        raise TypeError(f"no code for {name}")

    def _date(self, node: Call) -> str:
        arg = node.args[0]
        if isinstance(arg, Literal):
            parse = parse_date if node.name == "date" else parse_instant
            return self.constant(parse(str(arg.value)))
        return f"day_of({self.value(arg)}, c)"

    def _contains(self, whole: Node, piece: Node) -> str:
        if isinstance(whole.type, ListType):
            return self._member("in", piece, whole)
        if isinstance(piece, Items):
            return f"has_any({self.value(whole)}, {self.value(piece)})"
        if isinstance(piece, Literal):
            needle = fold(str(piece.value))
            name = self.constant(needle)
            if SIGMA not in needle:
                held = self.temporary()
                source = self._raw(whole) if isinstance(whole, Name) else self.value(whole)
                test = f"({held} := {source}).__class__ is str"
                return f"({test} and {name} in {held}[:{MAX_VALUE_TEXT}].lower())"
        return f"has({self.value(whole)}, {self.value(piece)})"

    def _coalesce(self, args: tuple[Node, ...]) -> str:
        source = self.value(args[-1])
        for arg in reversed(args[:-1]):
            held = self.temporary()
            source = f"({held} if ({held} := {self.value(arg)}) is not None else {source})"
            source = self.bounded(source)
        return source

    def _rows(self, node: Call) -> str:
        many = node.args[0]
        if len(node.args) == 1:
            if node.name == "count":
                return f"(size({self._list(many)}) or 0)"
            inner: Node = Name(path=("item",), scope=self.depth + 1, type=NUMBER)
        else:
            inner = node.args[1]
        self.depth += 1
        body = self.value(inner) if node.name == "sum" else self.test(inner)
        self.depth -= 1
        test = self.function(body)
        item = many.type.item if isinstance(many.type, ListType) else many.type
        plain = not isinstance(item, RecordType)
        cost = 1 + sum(1 for _ in walk(inner))
        items = self._list(many)
        return f"{_ROW_CALLS[node.name]}({items}, {test}, {cost}, {plain}, {_ARGUMENTS})"


def _brackets(source: str) -> int:
    deepest = level = 0
    for char in source:
        if char == "(":
            level += 1
            deepest = max(deepest, level)
        elif char == ")":
            level -= 1
    return deepest


def _is_none(node: Node) -> bool:
    return isinstance(node, Literal) and node.value is None


def is_certain(node: Node) -> bool:
    """Return whether *node* is always True or False, never missing."""
    match node:
        case Literal(value=value):
            return value is not None
        case Name():
            return False
        case Call(name="coalesce" | "if" | "min" | "max"):
            return False
        case _:
            return True
