"""What the builder of conditions offers for a name: the tests of its type in words, and a first value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..core.text import Text
from .types import NUMBER, TEXT, TEXTUAL, WORKING_TIME, ChoiceType, ListType, RecordType, Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One test. takes: nothing | one | many | rows; of: the type of what it is compared with.

    measure: the function whose result is compared, empty for the value itself.
    """

    op: str
    words: Text
    takes: str = "one"
    of: Type = TEXT
    measure: str = ""

    @property
    def key(self) -> str:
        """Return the name of the test in a list of choices."""
        return f"{self.measure}:{self.op}" if self.measure else self.op


_IS = Text("is", "为")
_IS_NOT = Text("is not", "不为")
_ONE_OF = Text("is one of", "是其中之一")
_NONE_OF = Text("is none of", "不是其中任何一个")
_EMPTY = Text("is empty", "为空")
_FILLED = Text("is filled in", "已填写")
_CHANGED = Text("was changed just now", "刚刚变更")
_NUMBERS = {
    "==": Text("equals", "等于"),
    "!=": Text("does not equal", "不等于"),
    ">": Text("is more than", "大于"),
    ">=": Text("is at least", "不少于"),
    "<": Text("is less than", "小于"),
    "<=": Text("is at most", "不超过"),
}
_TIMES = {
    "<": Text("is before", "早于"),
    ">": Text("is after", "晚于"),
    "<=": Text("is not after", "不晚于"),
    ">=": Text("is not before", "不早于"),
    "==": _IS,
    "!=": _IS_NOT,
}
_TEXTS = {
    "contains": Text("contains", "包含"),
    "starts_with": Text("starts with", "开头是"),
    "ends_with": Text("ends with", "结尾是"),
    "matches": Text("matches the pattern", "匹配正则"),
}
_AGES = {
    ("hours_since", ">"): Text("was more than … hours ago", "距今超过…小时"),
    ("hours_since", "<"): Text("was less than … hours ago", "距今不到…小时"),
    ("hours_since", ">="): Text("was at least … hours ago", "距今至少…小时"),
    ("hours_since", "<="): Text("was at most … hours ago", "距今至多…小时"),
    ("business_hours_since", ">"): Text("was more than … working hours ago", "距今超过…个工作小时"),
    ("business_hours_since", "<"): Text("was less than … working hours ago", "距今不到…个工作小时"),
    ("business_hours_since", ">="): Text("was at least … working hours ago", "距今至少…个工作小时"),
    ("business_hours_since", "<="): Text("was at most … working hours ago", "距今至多…个工作小时"),
}  # fmt: skip
_WORKED = {
    ("business_time_since", ">"): Text("lies more working time back than", "距今的工作时长超过"),
    ("business_time_since", "<"): Text("lies less working time back than", "距今的工作时长不到"),
    ("business_time_since", ">="): Text("lies at least this working time back", "距今的工作时长至少"),
    ("business_time_since", "<="): Text("lies at most this working time back", "距今的工作时长至多"),
}  # fmt: skip
_LENGTHS = {
    ("length", ">"): Text("is longer than … characters", "字数多于"),
    ("length", "<"): Text("is shorter than … characters", "字数少于"),
    ("length", ">="): Text("has at least … characters", "字数不少于"),
    ("length", "<="): Text("has at most … characters", "字数不超过"),
}
_COUNTS = {
    ("count", ">"): Text("has more than … entries", "条目数多于"),
    ("count", "<"): Text("has fewer than … entries", "条目数少于"),
    ("count", ">="): Text("has at least … entries", "条目数不少于"),
    ("count", "<="): Text("has at most … entries", "条目数不超过"),
    ("count", "=="): Text("has exactly … entries", "条目数等于"),
}


def offers_for(kind: Type, *, inner: bool = False) -> tuple[Offer, ...]:
    """Return the tests for a name of *kind*, the most usual first; none for a record.

    inner: the name is part of a row or of another record, so it cannot be asked for a change.
    """
    found = _offers(kind)
    change = Offer(op="changed", words=_CHANGED, takes="nothing")
    return found if inner or not found else (*found, change)


def _offers(kind: Type) -> tuple[Offer, ...]:
    if isinstance(kind, RecordType):
        return ()
    if isinstance(kind, ListType):
        return _list(kind)
    if kind.kind in TEXTUAL or kind.kind == "any":
        return _text(kind)
    if kind.kind == "bool":
        return (
            Offer(op="is true", words=Text("is yes", "为“是”"), takes="nothing"),
            Offer(op="==", words=_IS, of=kind),
            Offer(op="!=", words=_IS_NOT, of=kind),
            *_missing(),
        )
    words = _TIMES if kind.kind in ("date", "datetime") else _NUMBERS
    plain = tuple(Offer(op=op, words=said, of=kind) for op, said in words.items())
    ages = _ages() if kind.kind == "datetime" else ()
    return (*plain, *ages, *_many(kind), *_missing())


def _text(kind: Type) -> tuple[Offer, ...]:
    first = (Offer(op="==", words=_IS, of=kind), Offer(op="!=", words=_IS_NOT, of=kind))
    if isinstance(kind, ChoiceType):
        return (*first, *_many(kind), *_missing())
    texts = tuple(Offer(op=op, words=said) for op, said in _TEXTS.items())
    long = _measured(_LENGTHS) if kind.kind == "text" else ()
    return (*first, *_many(kind), *texts, *_missing(), *_hollow(), *long)


def _list(kind: ListType) -> tuple[Offer, ...]:
    if isinstance(kind.item, RecordType):
        rows = (
            Offer(op="any row", words=Text("has an entry where", "存在条目满足"), takes="rows"),
            Offer(op="all rows", words=Text("has only entries where", "每个条目都满足"), takes="rows"),
        )  # fmt: skip
        return (*rows, *_hollow(), *_measured(_COUNTS))
    entries = (
        Offer(op="has", words=Text("contains", "包含"), of=kind.item),
        Offer(op="has not", words=Text("does not contain", "不包含"), of=kind.item),
        Offer(op="contains", words=Text("contains (search)", "包含（检索）"), of=kind.item),
    )
    return (*entries, *_hollow(), *_measured(_COUNTS))


def _many(kind: Type) -> tuple[Offer, ...]:
    return (
        Offer(op="in", words=_ONE_OF, takes="many", of=kind),
        Offer(op="not in", words=_NONE_OF, takes="many", of=kind),
    )


def _missing() -> tuple[Offer, ...]:
    return (
        Offer(op="is none", words=_EMPTY, takes="nothing"),
        Offer(op="is not none", words=_FILLED, takes="nothing"),
    )


def _hollow() -> tuple[Offer, ...]:
    return (
        Offer(op="is_empty", words=Text("is empty or blank", "为空或无内容"), takes="nothing"),
        Offer(op="is not empty", words=Text("is not empty or blank", "不为空且有内容"), takes="nothing"),
    )  # fmt: skip


def _ages() -> tuple[Offer, ...]:
    return (*_measured(_AGES), *_measured(_WORKED, WORKING_TIME))


def _measured(words: Mapping[tuple[str, str], Text], of: Type = NUMBER) -> tuple[Offer, ...]:
    return tuple(
        Offer(op=op, words=said, of=of, measure=measure) for (measure, op), said in words.items()
    )


def offer_of(block: Mapping[str, Any], offers: tuple[Offer, ...]) -> Offer | None:
    """Return which of *offers* a block makes use of."""
    wanted = (str(block.get("op")), str(block.get("measure") or ""))
    return next((one for one in offers if (one.op, one.measure) == wanted), None)


def fits(value: Any, offer: Offer) -> bool:
    """Return whether *value*, as blocks write it, can stand in the controls that *offer* shows."""
    if offer.takes in ("nothing", "rows"):
        return True
    if offer.takes == "many":
        return isinstance(value, list) and all(_fits(one, offer.of) for one in value)
    return _fits(value, offer.of)


def _fits(value: Any, kind: Type) -> bool:
    if isinstance(value, Mapping):
        keys = set(value)
        moving = {"date": {"today"}, "datetime": {"now"}}.get(kind.kind, set())
        constants = {"date": {"date"}, "datetime": {"datetime"}, "duration": {"duration"}, "working time": {"duration"}}  # fmt: skip
        return keys <= {"field"} | moving | constants.get(kind.kind, set())
    if isinstance(value, bool):
        return kind.kind in ("bool", "any")
    if isinstance(value, (int, float)):
        return kind.kind in ("number", "any")
    if isinstance(kind, ChoiceType):
        return value in kind.options
    return isinstance(value, str) and kind.kind in ("text", "any")
