"""A plain, slow interpreter of typed trees: the meaning that every back end has to agree with.

It shares no code with the generated Python: numbers are Decimal, dates and durations are the
standard library's, and every rule about missing values is spelt out. Tests compare the back ends
with it; explanations use it, because it needs no compilation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import re2

from .context import Context
from .tree import Binary, Call, Compare, Items, Literal, Logic, Name, Node, Unary, walk
from .types import ListType, RecordType, Type

_BOUND = Decimal(10) ** 15
_OFFSET = re.compile(r".*[+-](?:0\d|1[0-4]):[0-5]\d$", re.ASCII | re.DOTALL)
_DAY = re.compile(r"\d{4}-\d\d-\d\d$", re.ASCII)
_TIME = re.compile(r"[T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$", re.ASCII)


class _UsedUpError(Exception):
    """The budget of steps is used up."""


def interpret(tree: Node, values: Mapping[str, Any], context: Context) -> Any:
    """Return the result of *tree* as a JSON value, None when missing or over budget."""
    try:
        return _to_json(_Interpreter(values, context).value(tree))
    except _UsedUpError:
        return None


def _to_json(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value // timedelta(seconds=1)
    return value


def _read(raw: Any, kind: Type) -> Any:
    match kind.kind:
        case "bool":
            return raw if isinstance(raw, bool) else None
        case "number":
            return _number(raw)
        case "text" | "choice":
            return raw if isinstance(raw, str) else None
        case "date":
            return _date(raw)
        case "datetime":
            return _instant(raw)
        case "duration" | "working time":
            whole = isinstance(raw, int) and not isinstance(raw, bool) and abs(raw) < 10**12
            return timedelta(seconds=raw) if whole else None
        case "list":
            return raw if isinstance(raw, (list, tuple)) and len(raw) <= 10_000 else None
        case "record":
            return raw if isinstance(raw, Mapping) else None
    if isinstance(raw, (int, float)) and not isinstance(raw, bool):
        return _number(raw)
    return raw


def _number(raw: Any) -> Decimal | None:
    if isinstance(raw, bool) or not isinstance(raw, (int, float)):
        return None
    value = Decimal(str(raw))
    return value if value.is_finite() and abs(value) < _BOUND else None


def _date(raw: Any) -> date | None:
    if not isinstance(raw, str) or not _DAY.match(raw) or len(raw) != 10:
        return None
    try:
        return date.fromisoformat(raw)
    except ValueError:
        return None


def _instant(raw: Any) -> datetime | None:
    if not isinstance(raw, str) or not _TIME.match(raw[10:]) or raw.endswith("\n"):
        return None
    if not raw.endswith("Z") and not _OFFSET.match(raw):
        return None
    plain = re.sub(r"\.\d+", "", raw)
    try:
        if _date(plain[:10]) is None:
            return None
        return datetime.fromisoformat(plain).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _rounded(value: Decimal, places: int = 9) -> Decimal | None:
    whole = len(str(int(abs(value)))) if abs(value) >= 1 else 0
    if whole > 15:
        return None
    step = Decimal(1).scaleb(-min(places, 15 - whole))
    with localcontext(prec=60):
        result = (value / step).to_integral_value(ROUND_HALF_UP) * step
    return result if abs(result) < _BOUND else None


def _folded(text: str) -> str:
    return text[:65_536].lower().replace("\u03c2", "\u03c3")


class _Interpreter:
    def __init__(self, values: Mapping[str, Any], context: Context) -> None:
        self.scopes: list[Mapping[str, Any]] = [values]
        self.context = context
        self.steps = 10_000

    def value(self, node: Node) -> Any:
        match node:
            case Literal():
                return self._literal(node)
            case Name():
                return _read(self._raw(node), node.type)
            case Unary(op="not", operand=operand):
                return self.value(operand) is not True
            case Unary(operand=operand):
                amount = self.value(operand)
                return None if amount is None else -amount
            case Logic(op="and", items=items):
                return all(self.value(item) is True for item in items)
            case Logic(items=items):
                return any(self.value(item) is True for item in items)
            case Compare(ops=ops, items=items):
                found = [self.value(items[0])]
                ends = len(ops) == 1 and not any(map(_is_none, items))
                if ends and found[0] is None:
                    return False
                found += [self.value(item) for item in items[1:]]
                return all(
                    self._pair(op, found[at], found[at + 1], items[at], items[at + 1])
                    for at, op in enumerate(ops)
                )
            case Binary():
                return self._arithmetic(node)
            case Call():
                return self._call(node)
            case Items(items=items):
                return [self.value(item) for item in items]
        raise TypeError(f"not a node: {node!r}")

    def _literal(self, node: Literal) -> Any:
        value = node.value
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            if node.type.kind in ("duration", "working time"):
                return timedelta(seconds=value)
            return Decimal(str(value))
        return value

    def _raw(self, node: Name) -> Any:
        current: Any = self.scopes[node.scope]
        for key in node.path:
            current = current.get(key) if isinstance(current, Mapping) else None
        return current

    def _pair(self, op: str, left: Any, right: Any, one: Node, two: Node) -> bool:
        if _is_none(one) or _is_none(two):
            other = left if _is_none(two) else right
            return (other is None) == (op == "==")
        if left is None or right is None:
            return False
        if op in ("in", "not in"):
            entries = right
            if not isinstance(two, Items):
                item = two.type.item if isinstance(two.type, ListType) else two.type
                entries = [_read(entry, item) for entry in right]
            return any(_equal(left, entry) for entry in entries) == (op == "in")
        if op in ("==", "!="):
            return _equal(left, right) == (op == "==")
        less, equal = bool(left < right), bool(left == right)
        return {"<": less, "<=": less or equal, ">": not less and not equal, ">=": not less}[op]

    def _arithmetic(self, node: Binary) -> Any:
        left, right = self.value(node.left), self.value(node.right)
        if left is None or right is None:
            return None
        if isinstance(left, Decimal):
            return _calculate(node.op, left, right)
        if isinstance(left, timedelta) and isinstance(right, date):
            left, right = right, left
        if isinstance(left, date) and not isinstance(left, datetime):
            if isinstance(right, timedelta):
                right = timedelta(days=(right if node.op == "+" else -right) // timedelta(days=1))
                return _shifted(left, right)
            return left - right
        if isinstance(left, datetime) and isinstance(right, timedelta):
            return _shifted(left, right if node.op == "+" else -right)
        return left + right if node.op == "+" else left - right

    def _call(self, node: Call) -> Any:
        if node.name in ("any", "all", "count", "sum"):
            return self._rows(node)
        if node.name == "changed":
            name = node.args[0]
            return isinstance(name, Name) and name.dotted in self.context.changed
        if node.name == "if":
            return self.value(node.args[1 if self.value(node.args[0]) is True else 2])
        if node.name == "coalesce":
            for arg in node.args:
                found = self.value(arg)
                if found is not None:
                    return found
            return None
        if node.name == "contains" and isinstance(node.args[0].type, ListType):
            return self._pair("in", *map(self.value, node.args[::-1]), *node.args[::-1])
        return self._plain(node.name, [self.value(arg) for arg in node.args])

    def _plain(self, name: str, args: list[Any]) -> Any:
        now = self.context.now
        if now is not None:
            now = now.astimezone(UTC).replace(microsecond=0)
        match name, args:
            case "is_empty", [value]:
                if isinstance(value, str):
                    return value.strip() == ""
                return value is None or (isinstance(value, (list, tuple, Mapping)) and not value)
            case "now", []:
                return now
            case "today", []:
                return None if now is None else _local_day(now, self.context.zone)
            case (("contains" | "starts_with" | "ends_with" | "matches"), [whole, piece]):
                return whole is not None and piece is not None and _search(name, whole, piece)
            case (("coalesce" | "min" | "max"), _) if None in args:
                return None
            case "min", _:
                return min(args)
            case "max", _:
                return max(args)
            case _ if None in args:
                return None
            case "lower", [text]:
                return _folded(text)
            case "upper", [text]:
                return text[:65_536].upper()
            case "trim", [text]:
                return text[:65_536].strip()
            case "length", [value]:
                return Decimal(len(value))
            case "date", [str() as text]:
                return _date(text)
            case "date", [moment]:
                return _local_day(moment, self.context.zone)
            case "datetime", [text]:
                return _instant(text)
            case "days_between", [first, second]:
                return Decimal((second - first).days)
            case "abs", [amount]:
                return abs(amount)
            case "round", [amount]:
                return _rounded(amount, 0)
            case "round", [amount, places]:
                return _rounded(amount, int(places))
        return self._since(name, args[0], now)

    def _since(self, name: str, moment: Any, now: datetime | None) -> Any:
        if now is None or self.context.now is None:
            return None
        gap = now - moment
        if name != "hours_since" and self.context.business_seconds is not None:
            try:
                seconds = self.context.business_seconds(moment, self.context.now)
            except Exception:  # a calendar that does not reach so far must not stop a rule
                return None
            gap = timedelta(seconds=seconds)
        if name == "business_time_since":
            return gap
        return _rounded(Decimal(gap // timedelta(seconds=1)) / Decimal(3600))

    def _rows(self, node: Call) -> Any:
        entries = self.value(node.args[0])
        if node.name == "count" and len(node.args) == 1:
            return Decimal(len(entries or ()))
        kind = node.args[0].type
        item = kind.item if isinstance(kind, ListType) else kind
        inner = node.args[1] if len(node.args) > 1 else None
        results = self._each(entries or (), item, inner)
        if node.name == "any":
            return any(found is True for found in results)
        if node.name == "all":
            return all(found is True for found in results)
        if node.name == "count":
            return Decimal(sum(1 for found in results if found is True))
        return _rounded(sum((found for found in results if found is not None), Decimal(0)))

    def _each(self, entries: Iterable[Any], item: Type, inner: Node | None) -> Iterable[Any]:
        cost = 1 + (sum(1 for _ in walk(inner)) if inner is not None else 1)
        for entry in entries:
            self.steps -= cost
            if self.steps < 0:
                raise _UsedUpError
            if inner is None:
                yield _read(entry, item)
                continue
            row = entry if isinstance(item, RecordType) else {"item": entry}
            self.scopes.append(row if isinstance(row, Mapping) else {})
            found = self.value(inner)
            self.scopes.pop()
            yield found


def _is_none(node: Node) -> bool:
    return isinstance(node, Literal) and node.value is None


def _equal(left: Any, right: Any) -> bool:
    if right is None or isinstance(left, bool) != isinstance(right, bool):
        return False
    return bool(left == right)


def _calculate(op: str, left: Decimal, right: Decimal) -> Decimal | None:
    with localcontext(prec=60):
        if op == "+":
            return _rounded(left + right)
        if op == "-":
            return _rounded(left - right)
        if op == "*":
            return _rounded(left * right)
        return _rounded(left / right) if right else None


def _shifted(start: Any, by: timedelta) -> Any:
    try:
        return start + by
    except OverflowError:
        return None


def _local_day(moment: datetime, zone: str) -> date | None:
    try:
        where: tzinfo = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        where = UTC
    try:
        return moment.astimezone(where).date()
    except OverflowError:
        return None


def _search(name: str, whole: str, piece: Any) -> bool:
    if name == "matches":
        try:
            return re2.search(piece, whole[:65_536]) is not None
        except UnicodeError:  # half a surrogate pair
            return False
    if isinstance(piece, list):
        return any(_search(name, whole, one) for one in piece if one is not None)
    one, two = _folded(whole), _folded(piece)
    return {"contains": two in one, "starts_with": one.startswith(two)}.get(name, one.endswith(two))
