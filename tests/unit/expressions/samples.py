"""Random conditions and random records over one schema; the same seed gives the same ones."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from sopwith.core.span import Span
from sopwith.expressions import (
    ANY,
    BOOL,
    DATE,
    DATETIME,
    DURATION,
    NUMBER,
    TEXT,
    ChoiceType,
    Context,
    Expression,
    ListType,
    RecordType,
    Schema,
    compile_expression,
)

SPAN = Span("rules/crash.yaml", 3, 9)
PRIORITIES = ("P0", "P1", "P2")
TIERS = ("vip", "gold", "basic")
ROW = RecordType(
    "item", {"price": NUMBER, "sku": TEXT, "sent": BOOL, "kind": ChoiceType(("part", "service"))}
)
SCHEMA = Schema(
    {
        "priority": ChoiceType(PRIORITIES),
        "customer": RecordType(
            "customer", {"tier": ChoiceType(TIERS), "name": TEXT, "balance": NUMBER}
        ),
        "subject": TEXT,
        "body": TEXT,
        "amount": NUMBER,
        "fee": NUMBER,
        "paid": BOOL,
        "urgent": BOOL,
        "due": DATE,
        "ordered": DATE,
        "created_at": DATETIME,
        "updated_at": DATETIME,
        "spent": DURATION,
        "tags": ListType(TEXT),
        "channels": ListType(ChoiceType(("mail", "phone", "chat"))),
        "scores": ListType(NUMBER),
        "items": ListType(ROW),
        "extra": ANY,
        "bag": ANY,
    }
)
WORDS = (
    "refund", "Refund", "退款", "REFUND", "ÀÉ", "àé", "Σας", "ΣΑΣ", "İstanbul", "ß", "a b", "",
    " ", "x", "re", "紧急退款", "ｆｕｌｌ", "ＦＵＬＬ", "100%", "a_b", "it's", 'say "hi"', "back\\slash",
    "P0", "vip", "Ж", "ж", "\u00a0nbsp\u3000", "tab\t", "%", "_", "😀", "ǅ", "ﬁ",
)  # fmt: skip
NUMBERS = ("0", "1", "2", "3", "0.1", "0.2", "0.3", "10", "2.5", "100", "7", "0.000000001", "99.99",
           "123456789012345", "-1", "-0.5", "1000000", "0.333333333")  # fmt: skip
DATES = ("2026-11-22", "2024-02-29", "2026-12-31", "0001-01-01", "9999-12-31", "2026-11-21")
INSTANTS = (
    "2026-11-22T08:00:00Z", "2026-11-22T16:00:00+08:00", "2024-02-29T23:59:59.999Z",
    "2026-11-21T18:30Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-11-22 07:59:59-05:30",
)  # fmt: skip
DURATIONS = ("4h", "30m", "1d", "90s", "2w", "0s", "36h")
ZONES = ("UTC", "Asia/Shanghai", "America/New_York", "Europe/Berlin")
ODD: tuple[Any, ...] = (
    None, True, False, 0, 1, -0.0, 1.5, "", "x", [], ["x"], {}, {"tier": "vip"}, 10**20, 1e300,
    float("nan"), float("inf"), "2026-02-30", "2026-11-22T25:00:00Z", "2026-13-01", [None, 1, "a"],
    "0000-01-01", "2026-11-22T08:00:00", "２０２６-11-22", 10**400, [[1]], "2026-11-22\n",
)  # fmt: skip


def compiled(text: str, schema: Schema = SCHEMA, **options: Any) -> Expression:
    """Return the expression of *text*, which has to be free of errors."""
    expression, found = compile_expression(text, schema, SPAN, **options)
    assert expression is not None, [item.render("en") for item in found]
    return expression


def codes(text: str, schema: Schema = SCHEMA, **options: Any) -> list[str]:
    """Return the codes found in *text*."""
    return [item.code for item in compile_expression(text, schema, SPAN, **options)[1]]


class Writer:
    """Writes well-typed conditions.

    portable: leave out what has no SQL. rows: the columns in scope, inside of a table.
    """

    def __init__(self, seed: int, *, portable: bool = False) -> None:
        self.random = random.Random(seed)
        self.portable = portable
        self.in_row = False

    def one(self, *choices: Callable[[int], str], depth: int) -> str:
        return self.random.choice(choices)(depth - 1)

    def pick(self, values: tuple[str, ...]) -> str:
        return self.random.choice(values)

    def condition(self, depth: int = 4) -> str:
        """Return a condition of at most *depth* levels."""
        leaves = (self.compare, self.compare, self.member, self.text_test, self.missing, self.flag)
        if depth <= 0:
            return self.one(*leaves, depth=depth)
        deeper: tuple[Callable[[int], str], ...]
        deeper = (self.joined, self.joined, self.negated)
        if not self.in_row:
            deeper = (*deeper, self.rows)
        if not self.portable:
            deeper = (*deeper, self.choose)
        return self.one(*leaves, *deeper, *deeper, depth=depth)

    def joined(self, depth: int) -> str:
        word = self.pick((" and ", " or "))
        parts = [self.condition(depth) for _ in range(self.random.randint(2, 3))]
        return "(" + word.join(parts) + ")"

    def negated(self, depth: int) -> str:
        return f"not ({self.condition(depth)})"

    def choose(self, depth: int) -> str:
        parts = [self.condition(depth) for _ in range(3)]
        return f"{self.pick(('if', 'if', 'coalesce'))}({', '.join(parts)})"

    def compare(self, depth: int) -> str:
        kind = self.random.choice(
            (
                self.number,
                self.text,
                self.date,
                self.instant,
                self.duration,
                self.choice,
                self.loose,
            )
        )
        ordered = kind not in (self.text, self.choice, self.loose)
        ops: tuple[str, ...] = ("==", "!=")
        if ordered:
            ops = (*ops, "<", "<=", ">", ">=")
        count = 3 if ordered and self.random.random() < 0.15 else 2
        if kind == self.choice:
            return f'{self.choice(0)} {self.pick(ops)} "{self.pick(PRIORITIES)}"'
        if kind == self.loose:
            other = self.pick((self.number(0), self.text(0), "true", "bag.one", "extra"))
            return f"extra {self.pick(ops)} {other}"
        parts = [kind(depth)]
        for _ in range(count - 1):
            parts += [self.pick(ops), kind(depth)]
        return " ".join(parts)

    def member(self, depth: int) -> str:
        word = self.pick(("in", "not in"))
        match self.random.randint(0, 5):
            case 0:
                names = self.random.sample(TIERS, self.random.randint(1, 3))
                listed = ", ".join(f'"{name}"' for name in names)
                return f"customer.tier {word} [{listed}]"
            case 1:
                return f"{self.text(depth)} {word} tags"
            case 2:
                listed = ", ".join(self.number(0) for _ in range(self.random.randint(1, 3)))
                return f"{self.number(depth)} {word} [{listed}]"
            case 3:
                return f"{self.number(depth)} {word} scores"
            case 4:
                return f"contains(channels, {self.pick(QUOTED_CHANNELS)})"
            case _:
                listed = ", ".join(self.text(0) for _ in range(self.random.randint(1, 10)))
                return f"{self.text(depth)} {word} [{listed}]"

    def text_test(self, depth: int) -> str:
        call = self.pick(("contains", "starts_with", "ends_with"))
        if not self.portable and self.random.random() < 0.2:
            pattern = self.pick(('"^re"', '"[a-z]+$"', '"(?i)REFUND"', '"退.?款"', '"\\\\s"'))
            return f"matches({self.text(depth)}, {pattern})"
        if self.random.random() < 0.2:
            return f"contains({self.text(depth)}, [{self.text(0)}, {self.text(0)}])"
        return f"{call}({self.text(depth)}, {self.text(depth)})"

    def missing(self, depth: int) -> str:
        name = self.pick(
            (
                self.number(depth),
                self.text(depth),
                self.date(0),
                "paid",
                "tags",
                "customer",
                "items",
            )
        )
        if self.random.random() < 0.4:
            return f"is_empty({name})"
        return f"{name} {self.pick(('==', '!=', 'is', 'is not'))} none"

    def flag(self, depth: int) -> str:
        if self.in_row and self.random.random() < 0.5:
            return "sent"
        flags = (
            "paid",
            "urgent",
            "paid == urgent",
            "paid == true",
            "true",
            "false",
            "paid != false",
        )
        if self.portable:
            return self.pick(flags)
        return self.pick((*flags, "changed(priority)", "changed(amount)", "extra"))

    def rows(self, depth: int) -> str:
        if self.random.random() < 0.2:
            name = "tags" if self.portable else self.pick(("tags", "extra", "channels"))
            return f"{self.pick(('any', 'all'))}({name}, contains(item, {self.text(0)}))"
        self.in_row = True
        inner = self.condition(min(depth, 2))
        self.in_row = False
        return f"{self.pick(('any', 'all'))}(items, {inner})"

    def number(self, depth: int) -> str:
        names: tuple[str, ...] = (
            "amount",
            "fee",
            "customer.balance",
            *(("price",) if self.in_row else ()),
        )
        names = (*names, *self.untyped())
        if depth <= 0 or self.random.random() < 0.4:
            return self.pick((*names, *NUMBERS))
        one = self.number(depth - 1)
        match self.random.randint(0, 9):
            case 0 | 1 | 2 | 3:
                return f"({one} {self.pick(('+', '-', '*', '/'))} {self.number(depth - 1)})"
            case 4:
                return f"{self.pick(('min', 'max'))}({one}, {self.number(depth - 1)})"
            case 5:
                call = self.pick(("abs({})", "round({})", "round({}, 2)", "-{}", "coalesce({}, 1)"))
                return call.format(one)
            case 6:
                return f"length({self.pick((self.text(depth - 1), 'tags', 'items'))})"
            case 7:
                return f"days_between({self.date(depth - 1)}, {self.date(depth - 1)})"
            case 8 if not self.in_row:
                call = self.pick(
                    ("count(items)", "sum(items, price)", "sum(scores)", "count(tags)")
                )
                return f"({call} + 0)" if self.random.random() < 0.3 else call
            case _:
                return f"hours_since({self.instant(depth - 1)})"

    def text(self, depth: int) -> str:
        names: tuple[str, ...] = (
            "subject",
            "body",
            "customer.name",
            *(("sku",) if self.in_row else ()),
        )
        names = (*names, *self.untyped())
        if depth <= 0 or self.random.random() < 0.6:
            if self.random.random() < 0.6:
                return self.pick(names)
            word = self.pick(WORDS).replace("\\", "\\\\").replace('"', '\\"')
            return f'"{word}"'
        calls: tuple[str, ...] = ("lower({})", "trim({})", 'coalesce({}, "x")')
        if not self.portable:
            calls = (*calls, "upper({})", "if(paid, {}, subject)")
        return self.pick(calls).format(self.text(depth - 1))

    def untyped(self) -> tuple[str, ...]:
        return () if self.portable else ("extra", "bag.one", "coalesce(extra, bag.one)")

    def choice(self, depth: int) -> str:
        return "priority"

    def loose(self, depth: int) -> str:
        return "extra"

    def date(self, depth: int) -> str:
        if depth <= 0 or self.random.random() < 0.5:
            return self.pick(("due", "ordered", f'date("{self.pick(DATES)}")', "today()"))
        if self.random.random() < 0.4:
            return f"date({self.instant(depth - 1)})"
        return f"({self.date(depth - 1)} {self.pick(('+', '-'))} {self.duration(depth - 1)})"

    def instant(self, depth: int) -> str:
        if depth <= 0 or self.random.random() < 0.6:
            written = f'datetime("{self.pick(INSTANTS)}")'
            return self.pick(("created_at", "updated_at", written, "now()"))
        return f"({self.instant(depth - 1)} {self.pick(('+', '-'))} {self.duration(depth - 1)})"

    def duration(self, depth: int) -> str:
        if depth <= 0 or self.random.random() < 0.6:
            return self.pick(("spent", *DURATIONS))
        kind = self.random.choice((self.instant, self.date))
        return f"({kind(0)} - {kind(0)})"


QUOTED_CHANNELS = ('"mail"', '"phone"', '"chat"')


def record(seed: int, *, odd: float = 0.08) -> dict[str, Any]:
    """Return a record: mostly fit values, some missing, a share *odd* of the wrong JSON type."""
    rng = random.Random(seed)

    def maybe(value: Any) -> Any:
        chance = rng.random()
        return rng.choice(ODD) if chance < odd else (None if chance < odd + 0.1 else value)

    def number() -> Any:
        return rng.choice(
            (0, 1, 0.1, 0.2, 0.30000000000000004, -2.5, 100, 99.99, 3, 12345.678, 2.0)
        )

    def item() -> Any:
        return maybe(
            {
                "price": maybe(number()),
                "sku": maybe(rng.choice(WORDS)),
                "sent": maybe(rng.random() < 0.5),
                "kind": "part",
            }
        )

    found = {
        "priority": maybe(rng.choice(PRIORITIES)),
        "customer": maybe(
            {
                "tier": maybe(rng.choice(TIERS)),
                "name": maybe(rng.choice(WORDS)),
                "balance": maybe(number()),
            }
        ),
        "subject": maybe(rng.choice(WORDS) + rng.choice(WORDS)),
        "body": maybe(rng.choice(WORDS)),
        "amount": maybe(number()),
        "fee": maybe(number()),
        "paid": maybe(rng.random() < 0.5),
        "urgent": maybe(rng.random() < 0.5),
        "due": maybe(rng.choice(DATES)),
        "ordered": maybe(rng.choice(DATES)),
        "created_at": maybe(rng.choice(INSTANTS)),
        "updated_at": maybe(rng.choice(INSTANTS)),
        "spent": maybe(rng.choice((0, 60, 3600, 14400, 86400, -5))),
        "tags": maybe([maybe(rng.choice(WORDS)) for _ in range(rng.randint(0, 3))]),
        "channels": maybe(rng.sample(("mail", "phone", "chat"), rng.randint(0, 3))),
        "scores": maybe([maybe(number()) for _ in range(rng.randint(0, 3))]),
        "items": maybe([item() for _ in range(rng.randint(0, 3))]),
        "extra": maybe(rng.choice((True, 1, 0, "x", 1.5, "P0", ["x", 1], {"one": 1}))),
        "bag": maybe({"one": maybe(rng.choice((1, "x", True)))}),
    }
    return {key: value for key, value in found.items() if rng.random() > 0.05}


def situation(seed: int) -> Context:
    """Return a context with a fixed now, a zone and some changed fields."""
    rng = random.Random(seed)
    return Context(
        now=datetime(2026, 11, 22, 8, 0, 0, 123456, tzinfo=UTC) if rng.random() < 0.9 else None,
        zone=rng.choice(ZONES),
        changed=frozenset(rng.sample(("priority", "amount"), rng.randint(0, 2))),
    )


def same_json(left: Any, right: Any) -> bool:
    """Return whether two results are the same JSON value: true is not 1, 2.0 is 2."""
    return isinstance(left, bool) == isinstance(right, bool) and bool(left == right)


def described(expression: Expression, values: Mapping[str, Any]) -> str:
    """Return what a failed comparison has to show."""
    read = {name.split(".")[0] for name in expression.names}
    return f"{expression.text}\n{ ({name: values.get(name) for name in read}) }"
