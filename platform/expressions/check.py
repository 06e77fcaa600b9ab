"""Names, types and operators: an untyped tree to a typed one, with every finding on the way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from ..core.diagnostics import Diagnostic, Fix
from ..core.span import Span
from .check_calls import check_call
from .check_compare import check_compare, warn_contradiction
from .functions import FUNCTIONS
from .guess import guess
from .moments import parse_date, parse_instant
from .tree import Binary, Call, Compare, Items, Literal, Logic, Name, Node, Unary
from .types import (
    ANY,
    BOOL,
    DATE,
    DATETIME,
    DURATION,
    NOTHING,
    NUMBER,
    TYPE_WORDS,
    WORKING_TIME,
    ListType,
    RecordType,
    Schema,
    Type,
    family,
)

MAX_GUESSES = 20
_AMOUNTS = {NUMBER, DURATION, WORKING_TIME}
_SUMS: dict[tuple[str, str, str], Type] = {
    ("+", "datetime", "duration"): DATETIME,
    ("+", "duration", "datetime"): DATETIME,
    ("+", "date", "duration"): DATE,
    ("+", "duration", "date"): DATE,
    ("+", "duration", "duration"): DURATION,
    ("+", "working time", "working time"): WORKING_TIME,
    ("-", "datetime", "duration"): DATETIME,
    ("-", "datetime", "datetime"): DURATION,
    ("-", "date", "duration"): DATE,
    ("-", "date", "date"): DURATION,
    ("-", "duration", "duration"): DURATION,
    ("-", "working time", "working time"): WORKING_TIME,
    **{(op, "number", "number"): NUMBER for op in "+-*/"},
}


class Checker:
    """Types one tree against the names in scope; collects findings instead of raising."""

    def __init__(self, schema: Schema, text: str, span: Span) -> None:
        self.scopes: list[Mapping[str, Type]] = [schema.fields]
        self.text = text
        self.span = span
        self.found: list[Diagnostic] = []
        self.guesses = 0

    def report(
        self,
        code: str,
        node: Node,
        values: Mapping[str, str | int] | None = None,
        fix: str | None = None,
    ) -> None:
        """Add a finding at *node*; *fix* would replace the node's text."""
        place = self.span.inside(node.start, max(1, node.end - node.start))
        mend = None if fix is None else Fix(span=place, text=fix)
        self.found.append(Diagnostic(span=place, code=code, values=values or {}, fix=mend))

    def guess(self, word: str, known: Iterable[str]) -> str | None:
        """Return the closest of *known*; gives up after some guesses, they take time."""
        self.guesses += 1
        return guess(word[:80], known) if self.guesses <= MAX_GUESSES else None

    @contextmanager
    def rows_of(self, item: Type) -> Iterator[None]:
        """Put the columns of a row in scope; single values are named ``item``."""
        fields = item.fields if isinstance(item, RecordType) else {"item": item}
        self.scopes.append(fields)
        yield
        self.scopes.pop()

    def check(self, node: Node) -> Node:
        """Return *node* with types; what cannot be typed has type ANY after a finding."""
        match node:
            case Name():
                return self._name(node)
            case Unary(op="not"):
                return replace(node, operand=self.condition(node.operand, "not"), type=BOOL)
            case Unary():
                return self._minus(node)
            case Logic():
                items = tuple(self.condition(item, node.op) for item in node.items)
                typed = replace(node, items=items, type=BOOL)
                warn_contradiction(self, typed)
                return typed
            case Compare():
                return check_compare(self, node)
            case Binary():
                return self._arithmetic(node)
            case Call():
                return check_call(self, node)
            case Items():
                return self._items(node)
            case _:
                return node

    def condition(self, node: Node, op: str) -> Node:
        """Return the checked *node*, which has to be true or false because *op* joins it."""
        typed = self.fit(self.check(node), BOOL)
        if typed.type not in (BOOL, ANY):
            self.report("EXP029", typed, {"op": op, **words("found", typed.type)})
        return typed

    def fit(self, node: Node, want: Type) -> Node:
        """Return *node* read as *want* where that is free: unknown types, dates in quotes."""
        if node.type == ANY and isinstance(node, Name) and want != NOTHING:
            return replace(node, type=want)
        if node.type == ANY and isinstance(node, Call) and node.name in ("coalesce", "if"):
            first = 1 if node.name == "if" else 0
            args = (*node.args[:first], *(self.fit(arg, want) for arg in node.args[first:]))
            return replace(node, args=args, type=want)
        if isinstance(node, Literal) and isinstance(node.value, str) and want in (DATE, DATETIME):
            name = "date" if want == DATE else "datetime"
            parse = parse_date if want == DATE else parse_instant
            if parse(node.value) is None:
                self.bad_date(node, node.value, want)
            return Call(name=name, args=(node,), start=node.start, end=node.end, type=want)
        return node

    def bad_date(self, node: Node, text: str, want: Type) -> None:
        """Report a quoted date that is none."""
        example = '"2026-11-22"' if want == DATE else '"2026-11-22T08:00:00Z"'
        values = {"found": text[:40], "example": example, **words("expected", want)}
        self.report("EXP033", node, values)

    def _name(self, node: Name) -> Node:
        for scope in range(len(self.scopes) - 1, -1, -1):
            if node.path[0] in self.scopes[scope]:
                return self._path(node, scope)
        name = node.dotted
        values: dict[str, str | int] = {"name": name[:80]}
        likely = f"{name}()" if name in FUNCTIONS else self.guess(name, self.known())
        if likely:
            values["guess"] = likely
        self.report("EXP020", node, values, likely)
        return node

    def _path(self, node: Name, scope: int) -> Node:
        kind = self.scopes[scope][node.path[0]]
        for at, part in enumerate(node.path[1:], 1):
            if kind == ANY:
                break
            before = ".".join(node.path[:at])
            if isinstance(kind, ListType):
                self.report("EXP034", node, {"name": before, "inner": part})
                return node
            if not isinstance(kind, RecordType) or part not in kind.fields:
                values: dict[str, str | int] = {"name": node.dotted[:80]}
                known = kind.fields if isinstance(kind, RecordType) else ()
                likely = self.guess(part, known)
                fix = None
                if likely:
                    fix = ".".join((*node.path[:at], likely, *node.path[at + 1 :]))
                    values["guess"] = fix
                self.report("EXP020", node, values, fix)
                return node
            kind = kind.fields[part]
        return replace(node, type=kind, scope=scope)

    def type_of(self, node: Name) -> Type:
        """Return the type of a name without reporting; ANY when it is unknown."""
        for fields in reversed(self.scopes):
            if node.path[0] in fields:
                kind = fields[node.path[0]]
                for step in node.path[1:]:
                    inner = kind.fields if isinstance(kind, RecordType) else {}
                    kind = inner.get(step, ANY)
                return kind
        return ANY

    def is_known(self, name: str) -> bool:
        """Return whether *name* stands for something in scope, or is a function's."""
        return name in FUNCTIONS or any(name in fields for fields in self.scopes)

    def known(self) -> list[str]:
        """Return every dotted name in scope."""
        names: list[str] = []
        for fields in self.scopes:
            for name, kind in fields.items():
                names.append(name)
                if isinstance(kind, RecordType):
                    names.extend(f"{name}.{part}" for part in kind.fields)
        return names

    def _minus(self, node: Unary) -> Node:
        operand = self.fit(self.check(node.operand), NUMBER)
        if operand.type not in _AMOUNTS:
            if operand.type != ANY:
                both = {**words("left", NUMBER), **words("right", operand.type)}
                self.report("EXP026", node, {"op": "-", **both})
            return replace(node, operand=operand, type=ANY)
        return replace(node, operand=operand, type=operand.type)

    def _arithmetic(self, node: Binary) -> Node:
        left, right = self.check(node.left), self.check(node.right)
        left = self.fit(left, NUMBER if right.type == ANY else right.type)
        right = self.fit(right, NUMBER if left.type == ANY else left.type)
        result = _SUMS.get((node.op, left.type.kind, right.type.kind))
        typed = replace(node, left=left, right=right, type=result or ANY)
        if result is None and ANY not in (left.type, right.type):
            both = {**words("left", left.type), **words("right", right.type)}
            self.report("EXP026", node, {"op": node.op, **both})
        if node.op == "/" and isinstance(right, Literal) and right.value == 0:
            self.report("EXP038", node)
        return typed

    def _items(self, node: Items) -> Node:
        items: list[Node] = []
        first: Type | None = None
        for item in map(self.check, node.items):
            typed = item if first is None else self.fit(item, first)
            if typed.type == NOTHING:
                self.report("EXP037", typed)
            elif first is None:
                first = typed.type if typed.type != ANY else None
            elif family(typed.type) != family(first) and typed.type != ANY:
                both = {**words("found", typed.type), **words("expected", first)}
                self.report("EXP039", typed, both)
            items.append(typed)
        return replace(node, items=tuple(items), type=ListType(first or ANY))


def words(key: str, of: Type) -> dict[str, str | int]:
    """Return the words of a type for the message values *key*_en and *key*_zh."""
    text = TYPE_WORDS[of.kind]
    return {f"{key}_en": text.en, f"{key}_zh": text.zh}
