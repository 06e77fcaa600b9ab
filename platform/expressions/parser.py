"""Tokens to a tree, with bounds on size and depth; precedence climbing, no unbounded recursion."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ..core.diagnostics import Diagnostic
from ..core.span import Span
from .lexer import Lexer, Token
from .tree import Binary, Call, Compare, Items, Literal, Logic, Name, Node, Unary, height
from .types import BOOL, DURATION, NOTHING, NUMBER, TEXT, WORKING_TIME, Type

NodeT = TypeVar("NodeT", bound=Node)

MAX_TEXT = 4_000
MAX_NODES = 2_000
MAX_DEPTH = 60
_COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">="})
_CONSTANTS = {"true": (True, BOOL), "false": (False, BOOL), "none": (None, NOTHING)}
_CLOSERS = {"(": ")", "[": "]"}


class _RefusedError(Exception):
    """Stops the parser at the first place from which it cannot go on."""

    def __init__(self, code: str, token: Token, values: dict[str, str | int]) -> None:
        super().__init__(code)
        self.code = code
        self.token = token
        self.values = values


def parse(text: str, span: Span) -> tuple[Node | None, list[Diagnostic]]:
    """Return the tree of *text* without types, and what was found; never raises."""
    if len(text) > MAX_TEXT:
        values: dict[str, str | int] = {"length": len(text), "limit": MAX_TEXT}
        return None, [Diagnostic(span=span, code="EXP001", values=values)]
    if not text.strip():
        return None, [Diagnostic(span=span, code="EXP002")]
    tokens, found = Lexer(text, span).run()
    try:
        node = _Parser(tokens).run()
    except _RefusedError as refused:
        token = refused.token
        place = span.inside(token.start, max(1, token.end - token.start))
        found.append(Diagnostic(span=place, code=refused.code, values=refused.values))
        return None, found
    return node, found


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.at = -1
        self.count = 0
        self.level = 0
        self.token = tokens[0]
        self.sign = ""
        self._advance()

    def _advance(self) -> None:
        self.at += 1
        self.token = token = self.tokens[self.at]
        self.sign = token.text if token.kind in ("op", "word") else ""

    def run(self) -> Node:
        node = self._either()
        if self.token.kind != "end":
            raise self._expected("and, or, or the end of the condition", "and、or 或条件结束")
        if height(node) > MAX_DEPTH:
            raise _RefusedError("EXP013", self.tokens[0], {"limit": MAX_DEPTH})
        return node

    def _expected(self, en: str, zh: str) -> _RefusedError:
        found = self.token
        end = found.kind == "end"
        return _RefusedError(
            "EXP005",
            found,
            {
                "expected_en": en,
                "expected_zh": zh,
                "found_en": "the end of the condition" if end else repr(found.text[:40]),
                "found_zh": "条件结束" if end else f"“{found.text[:40]}”",
            },
        )

    def _is(self, *texts: str) -> bool:
        return self.sign in texts

    def _take(self) -> Token:
        token = self.token
        if token.kind != "end":
            self._advance()
        return token

    def _made(self, node: NodeT) -> NodeT:
        self.count += 1
        if self.count > MAX_NODES:
            raise _RefusedError("EXP012", self.tokens[0], {"limit": MAX_NODES})
        return node

    def _either(self) -> Node:
        self.level += 1
        if self.level > MAX_DEPTH:
            raise _RefusedError("EXP013", self.token, {"limit": MAX_DEPTH})
        node = self._joined("or", self._both)
        self.level -= 1
        return node

    def _both(self) -> Node:
        return self._joined("and", self._negated)

    def _joined(self, op: str, part: Callable[[], Node]) -> Node:
        parts = [part()]
        while self.sign == op:
            self._take()
            parts.append(part())
        if len(parts) == 1:
            return parts[0]
        flat: list[Node] = []
        for item in parts:
            flat.extend(item.items if isinstance(item, Logic) and item.op == op else (item,))
        return self._made(
            Logic(op=op, items=tuple(flat), start=parts[0].start, end=parts[-1].end, type=BOOL)
        )

    def _negated(self) -> Node:
        nots: list[Token] = []
        while self._is("not"):
            nots.append(self._take())
        node = self._compared()
        for token in reversed(nots):
            node = self._made(
                Unary(op="not", operand=node, start=token.start, end=node.end, type=BOOL)
            )
        return node

    def _compared(self) -> Node:
        first = self._sum()
        items, ops = [first], list[str]()
        while op := self._comparison():
            ops.append(op)
            items.append(self._sum())
        if not ops:
            return first
        return self._made(
            Compare(
                ops=tuple(ops),
                items=tuple(items),
                start=first.start,
                end=items[-1].end,
                type=BOOL,
            )
        )

    def _comparison(self) -> str | None:
        if not self.sign:
            return None
        if self.sign in _COMPARISONS:
            return self._take().text
        if self._is("in"):
            self._take()
            return "in"
        if self._is("is"):
            self._take()
            if self._is("not"):
                self._take()
                return "!="
            return "=="
        if self._is("not") and self.tokens[self.at + 1].text == "in":
            self._take()
            self._take()
            return "not in"
        return None

    def _sum(self) -> Node:
        return self._chain(("+", "-"), self._product)

    def _product(self) -> Node:
        return self._chain(("*", "/"), self._signed)

    def _chain(self, ops: tuple[str, str], part: Callable[[], Node]) -> Node:
        node = part()
        while self.sign in ops:
            op = self._take().text
            right = part()
            node = self._made(
                Binary(op=op, left=node, right=right, start=node.start, end=right.end)
            )
        return node

    def _signed(self) -> Node:
        signs: list[Token] = []
        while self._is("-"):
            signs.append(self._take())
        node = self._primary()
        for token in reversed(signs):
            node = self._made(_negative(node, token))
        return node

    def _primary(self) -> Node:
        token = self.token
        if token.kind == "number":
            return self._constant(token.value, NUMBER)
        if token.kind == "text":
            return self._constant(token.value, TEXT)
        if token.kind == "duration" and token.type is not None:
            return self._constant(token.value, token.type)
        if token.kind == "word" and token.text in _CONSTANTS:
            return self._constant(*_CONSTANTS[token.text])
        if token.kind == "name":
            return self._name()
        if self._is("("):
            self._take()
            node = self._either()
            self._close(token)
            return node
        if self._is("["):
            self._take()
            items, end = self._arguments(token)
            return self._made(Items(items=items, start=token.start, end=end))
        raise self._expected("a name, a value or '('", "名称、值或“(”")

    def _constant(self, value: bool | int | float | str | None, of: Type) -> Node:
        token = self._take()
        return self._made(Literal(value=value, type=of, start=token.start, end=token.end))

    def _name(self) -> Node:
        first = last = self._take()
        path = [first.text]
        while self._is("."):
            self._take()
            last = self.token
            if last.kind not in ("name", "word"):
                raise self._expected("a name after the point", "点号后的名称")
            path.append(self._take().text)
        if self._is("(") and len(path) == 1:
            opening = self._take()
            args, end = self._arguments(opening)
            return self._made(Call(name=first.text, args=args, start=first.start, end=end))
        if self._is("("):
            good = f"{path[-1][:40]}({'.'.join(path[:-1])[:80]}, ...)"
            name = Token("name", ".".join(path), first.start, last.end)
            raise _RefusedError("EXP043", name, {"good": good})
        return self._made(Name(path=tuple(path), start=first.start, end=last.end))

    def _arguments(self, opening: Token) -> tuple[tuple[Node, ...], int]:
        items: list[Node] = []
        while not self._is(_CLOSERS[opening.text]):
            items.append(self._either())
            if not self._is(","):
                break
            self._take()
        return tuple(items), self._close(opening)

    def _close(self, opening: Token) -> int:
        closer = _CLOSERS[opening.text]
        if self._is(closer):
            return self._take().end
        if self.token.kind == "end":
            raise _RefusedError("EXP006", opening, {"open": opening.text, "close": closer})
        inside = "',' or " if opening.text == "[" else ""
        raise self._expected(f"{inside}{closer!r}", f"“{closer}”")


def _negative(node: Node, sign: Token) -> Node:
    numeric = node.type in (NUMBER, DURATION, WORKING_TIME)
    if isinstance(node, Literal) and numeric and isinstance(node.value, (int, float)):
        return Literal(value=-node.value, type=node.type, start=sign.start, end=node.end)
    return Unary(op="-", operand=node, start=sign.start, end=node.end)
