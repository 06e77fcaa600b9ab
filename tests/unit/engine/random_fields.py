"""Random fields of every type, and random conditions on them."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

Document = dict[str, Any]
PRIORITIES = ("P0", "P1", "P2", "P3")
AREAS = ("alpha", "beta", "gamma", "delta")
KINDS = (
    "text", "long_text", "number", "money", "choice", "multi_choice", "tree_choice", "yes_no", "date",
    "date_time", "duration", "email", "phone", "url", "files", "user", "team", "customer", "table",
)  # fmt: skip
_BASE_TESTS = (
    'customer.tier == "vip"', 'customer.tier in ["vip", "enterprise"]', 'channel == "mail"', "escalation > 1",
    "owner == none", "owner != none", "reopened > 0", "hours_since(created_at) > 5", "reassignments >= 2",
    'category == "open"', 'waits_for == "customer"', 'contains(tags, "red")', "replied", "not replied",
    'contains(title, "some")', "business_hours_since(entered_at) > 2", "now() > created_at + 2h", 'lang == "en"',
)  # fmt: skip


def label(text: str) -> dict[str, str]:
    """Return a title in both languages."""
    return {"en": text, "zh-CN": f"{text}（中文）"}


@dataclass
class Chance:
    """A seeded source of choices."""

    seed: int
    source: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.source = random.Random(self.seed)

    def one(self, items: Any) -> Any:
        """Return one of *items*."""
        return self.source.choice(list(items))

    def some(self, items: Any, least: int = 0, most: int = 99) -> list[Any]:
        """Return a few of *items*, in random order."""
        known = list(items)
        count = self.source.randint(min(least, len(known)), min(most, len(known)))
        return self.source.sample(known, count)

    def often(self, share: float) -> bool:
        """Return true in *share* of all cases."""
        return self.source.random() < share

    def whole(self, low: int, high: int) -> int:
        """Return a whole number."""
        return self.source.randint(low, high)

    def time(self, *, working: bool = True) -> str:
        """Return a duration, with *working* also one of working time."""
        plain = ["1m", "15m", "1h", "4h", "1d", "3d", "1w", "90m", "30s"]
        return str(self.one(plain + (["30bm", "2bh", "8bh", "1bd", "3bd"] if working else [])))


def options(names: Any) -> list[Document]:
    """Return options with these ids."""
    return [{"id": name, "title": label(name)} for name in names]


def make_field(chance: Chance, name: str, kind: str, earlier: list[Document]) -> Document:
    """Return a field of *kind*; its conditions read *earlier* ones."""
    made: Document = {"id": name, "type": kind, "title": label(name)}
    if kind in ("choice", "multi_choice"):
        made |= {"options": options(AREAS[: chance.whole(2, 4)])}
    elif kind == "tree_choice":
        made |= {"from": "areas", **({"leaf_only": True} if chance.often(0.3) else {})}
    elif kind == "money":
        made |= {"currency": "CNY", "decimals": 2, "min": 0}
    elif kind == "number":
        made |= chance.one([{}, {"min": 0, "max": 1000}, {"decimals": 1}])
    elif kind == "text":
        made |= chance.one([{}, {"max": 200}, {"pattern": "[A-Za-z ]*"}])
    elif kind == "date":
        made |= chance.one([{}, {"min": "today"}, {"max": "today + 365d"}])
    elif kind == "files":
        made |= chance.one([{}, {"max": 3}, {"max_size": "25MB"}])
    elif kind == "user" and chance.often(0.3):
        made |= {"team": "desk"}
    elif kind == "table":
        made |= {"columns": _columns(chance)}
    fits = [one for one in earlier if one["type"] not in ("table", "heading")]
    if fits and chance.often(0.2):
        made["show"] = condition(chance, fits, base=False)
    roll = chance.source.random()
    if roll < 0.15:
        made["required"] = True
    elif roll < 0.25 and fits:
        made["require"] = condition(chance, fits, base=False)
    elif roll < 0.3 and fits:
        made["enable"] = condition(chance, fits, base=False)
    if chance.often(0.1):
        roles = chance.some(["customer", "staff", "agent"], 1, 2)
        made["rights"] = [{"roles": roles, "can": chance.one(["none", "read", "write"])}]
    if kind == "yes_no" and chance.often(0.3):
        made["default"] = chance.often(0.5)
    return made


def _columns(chance: Chance) -> list[Document]:
    return [
        {"id": "item_name", "type": "text", "title": label("name")},
        {"id": "quantity", "type": "number", "title": label("quantity"), "min": 0},
        *([{"id": "urgent", "type": "yes_no", "title": label("urgent")}] * chance.often(0.5)),
    ]


def tests_of(chance: Chance, one: Document) -> list[str]:
    """Return tests that can be made of one field."""
    name, kind = one["id"], one["type"]
    missing = [f"{name} == none", f"{name} != none"]
    if kind == "table":
        return [f"count({name}) > 1", f"sum({name}, quantity) > 4", f"any({name}, quantity > 3)"]
    if kind in ("choice", "tree_choice"):
        known = [option["id"] for option in one["options"]] if "options" in one else AREAS
        few = chance.some(known, 1, 3)
        quoted = ", ".join(f'"{option}"' for option in few)
        return [f'{name} == "{few[0]}"', f'{name} != "{few[0]}"', f"{name} in [{quoted}]", *missing]
    if kind == "multi_choice":
        return [f'contains({name}, "{one["options"][0]["id"]}")', f"count({name}) > 1"]
    if kind == "yes_no":
        return [name, f"not {name}", f"{name} == true", *missing]
    if kind in ("number", "money"):
        return [f"{name} > 10", f"{name} <= 3", f"{name} * 2 < 100", f"5 <= {name} < 50", *missing]
    if kind in ("text", "long_text", "email", "phone", "url"):
        return [f'contains({name}, "some")', f"is_empty({name})", f"length({name}) > 8", *missing]
    if kind == "date":
        return [f"{name} < today() + 3d", f"{name} >= today()", *missing]
    if kind == "date_time":
        return [f"{name} < now() + 1d", f"{name} > created_at", *missing]
    if kind == "duration":
        return [f"{name} > 2h", f"{name} <= 1d", *missing]
    return missing


def condition(
    chance: Chance, fields: list[Document], *, base: bool = True, event: bool = False
) -> str:
    """Return a condition on *fields*, with *base* also on what every record has."""
    words: list[str] = []
    for _ in range(chance.one([1, 1, 1, 2, 3])):
        known = [one for one in fields if one["type"] not in ("files", "heading")]
        pool = tests_of(chance, chance.one(known)) if known else list(_BASE_TESTS)
        if base and chance.often(0.35):
            pool = list(_BASE_TESTS)
        if event and chance.often(0.2):
            pool = ['event.kind == "changed"', "event.score <= 2", 'event.actor_role == "agent"']
        words.append(f"({chance.one(pool)})")
    joined = chance.one([" and ", " or "]).join(words)
    return f"not ({joined})" if chance.often(0.1) else joined
