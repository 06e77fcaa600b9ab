"""The types of fields as the form builder offers them, a new field of each, and what changing the type takes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sopwith.core.text import Text
from sopwith.formbuilder.model import FieldType
from sopwith.formbuilder.parse_fields import USES
from sopwith.formbuilder.proposals import fresh

from ...admin.wording import field_type_word
from ...languages import lang
from ...wording import gettext as _

Json = dict[str, Any]
Path = Sequence[str | int]
ICONS: Mapping[str, str] = {
    "text": "letter-case",
    "long_text": "align-left",
    "email": "at",
    "phone": "phone",
    "url": "link",
    "number": "hash",
    "money": "cash",
    "duration": "hourglass",
    "date": "calendar",
    "date_time": "calendar-time",
    "choice": "circle-dot",
    "multi_choice": "list-check",
    "tree_choice": "list-tree",
    "yes_no": "toggle-left",
    "user": "user",
    "team": "users",
    "customer": "building",
    "files": "paperclip",
    "table": "table",
    "computed": "math-function",
    "heading": "heading",
}
_TITLES: Mapping[str, Text] = {
    "text": Text("Short answer", "简短回答"),
    "long_text": Text("Long answer", "详细说明"),
    "email": Text("E-mail", "电子邮箱"),
    "phone": Text("Phone", "联系电话"),
    "url": Text("Web address", "网址"),
    "number": Text("Number", "数值"),
    "money": Text("Amount", "金额"),
    "duration": Text("Length of time", "时长"),
    "date": Text("Date", "日期"),
    "date_time": Text("Date and time", "日期时间"),
    "choice": Text("Choice", "单选"),
    "multi_choice": Text("Several choices", "多选"),
    "tree_choice": Text("Category", "分类"),
    "yes_no": Text("Yes or no?", "是或否？"),
    "user": Text("Colleague", "同事"),
    "team": Text("Team", "团队"),
    "customer": Text("Customer", "客户"),
    "files": Text("Files", "附件"),
    "table": Text("Table", "明细表"),
    "computed": Text("Computed", "计算结果"),
    "heading": Text("Heading", "小标题"),
}
_GROUPS: Sequence[Sequence[str]] = (
    ("text", "long_text", "email", "phone", "url"),
    ("choice", "multi_choice", "tree_choice", "yes_no"),
    ("number", "money", "date", "date_time", "duration", "computed"),
    ("user", "team", "customer"),
    ("files", "table", "heading"),
)
_STOCK_CHOICE = re.compile(
    r"(First|Second) (choice|kind)|First, part [A-Z]|Choice [0-9]+|选项[一二0-9]+|[一二]类(之[甲乙])?"
)
_CHOICES = frozenset({"choice", "multi_choice", "tree_choice"})
# Bounds and defaults mean the same to all types of one family only.
_FAMILIES: Sequence[frozenset[str]] = (
    frozenset({"text", "long_text"}),
    frozenset({"number", "money"}),
    frozenset({"date", "date_time"}),
    frozenset({"choice", "tree_choice"}),
    frozenset({"email", "phone", "url"}),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What can be taken, a field of some type or a shared block: its word, what is put in, and what has the focus then."""

    type: str
    icon: str
    words: str
    value: Json
    step: Json
    focus: str


@lru_cache(maxsize=128)
def _type_word(tongue: str, kind: str) -> str:
    return field_type_word(kind)


def type_word(kind: str) -> str:
    """Return the word for a type of field in the page's language; looked up once for hundreds of rows."""
    return _type_word(lang(), kind)


def icon_of(kind: str) -> str:
    """Return the icon of a type of field."""
    return ICONS.get(kind, "forms")


def offers(taken: Collection[str], *, column: bool = False) -> list[tuple[str, list[Offer]]]:
    """Return the types by groups, each with a new field whose id is not *taken*.

    column: for the columns of a table, which are neither tables nor headings.
    """
    names = (_("Text"), _("Choices"), _("Numbers and time"), _("People"), _("More"))
    return [
        (name, [_offer(kind, taken) for kind in kinds if not column or kind not in ("table", "heading")])
        for name, kinds in zip(names, _GROUPS, strict=True)
    ]  # fmt: skip


def _offer(kind: str, taken: Collection[str]) -> Offer:
    title = _TITLES[kind]
    step = {"en": f"New field: {title.en}", "zh-CN": f"新增字段：{title.zh}"}
    words = type_word(kind)
    value = new_field(kind, taken)
    return Offer(type=kind, icon=icon_of(kind), words=words, value=value, step=step, focus=f"title-f-{value['id']}")  # fmt: skip


def block_offers(
    blocks: Mapping[str, Text], used: Collection[str]
) -> list[tuple[str, list[Offer]]]:
    """Return the shared blocks, by id with their titles, that the form does not use yet, as a group; none without any."""
    some = [
        Offer(
            type=f"block-{name}",
            icon="package",
            words=title.get(lang()) or name,
            value={"use": name},
            step={
                "en": f"Shared block: {title.en or name}",
                "zh-CN": f"共享片段：{title.zh or name}",
            },
            focus=f"f-{name}",
        )
        for name, title in blocks.items()
        if name not in used
    ]
    return [(_("Shared blocks"), some)] if some else []


def new_field(kind: str, taken: Collection[str]) -> Json:
    """Return a small field of type *kind* that checks clean."""
    title = _TITLES[kind]
    value = {"id": fresh(kind, taken), "type": kind, "title": both(title.en, title.zh)}
    return value | _needed(kind)


def new_section(taken: Collection[str], field: Json) -> Json:
    """Return a section that holds *field*."""
    return {"id": fresh("section", taken), "title": both("New section", "新分区"), "fields": [field]}  # fmt: skip


def brought_section(name: str, fields: Sequence[Mapping[str, Any]] = ()) -> Json:
    """Return a section that holds fields which were brought along from elsewhere."""
    return {"id": name, "title": both("Brought along", "导入的字段"), "fields": list(fields)}


def both(english: str, chinese: str) -> Json:
    """Return a label in both languages."""
    return {"en": english, "zh-CN": chinese}


def _needed(kind: str) -> Json:
    """Return the keys without which a field of type *kind* has errors."""
    if kind == "tree_choice":
        below = [{"id": "first_a", "title": both("First, part A", "一类之甲")}]
        first = {"id": "first", "title": both("First kind", "一类"), "items": below}
        return {"options": [first, {"id": "second", "title": both("Second kind", "二类")}]}
    if kind in _CHOICES:
        return {"options": [{"id": "first", "title": both("First choice", "选项一")}, {"id": "second", "title": both("Second choice", "选项二")}]}  # fmt: skip
    if kind == "table":
        item = {"id": "what", "type": "text", "title": both("Item", "项目")}
        return {"columns": [item, {"id": "quantity", "type": "number", "title": both("Quantity", "数量")}]}  # fmt: skip
    if kind == "computed":
        return {"of": "number", "value": "0"}
    return {}


def unnamed(field: Mapping[str, Any]) -> list[str]:
    """Return the choices that still are called as they were born, of a field that has a name of its own by now."""
    kind, title = field.get("type"), field.get("title")
    born = _TITLES.get(kind) if isinstance(kind, str) else None
    if born is None or not isinstance(title, dict) or title == both(born.en, born.zh):
        return []
    return [one for option in _every(field.get("options")) if (one := _stock_word(option.get("title")))]  # fmt: skip


def _every(options: Any) -> Iterator[Mapping[str, Any]]:
    for one in options if isinstance(options, list) else ():
        if isinstance(one, dict):
            yield one
            yield from _every(one.get("items"))


def _stock_word(title: Any) -> str:
    """Return what a choice is called in the page's language, if that are the words of a new one in all its languages."""
    said = title if isinstance(title, dict) else {}
    words = {tongue: one for tongue, one in said.items() if one}
    if not words or not all(_STOCK_CHOICE.fullmatch(str(one)) for one in words.values()):
        return ""
    return str(words.get(lang()) or next(iter(words.values())))


def _family(kind: str) -> frozenset[str]:
    return next((one for one in _FAMILIES if kind in one), frozenset({kind}))


def type_changes(
    path: Path, field: Json, *, column: bool = False
) -> list[tuple[str, str, list[Json]]]:
    """Return for every other type its name, its word, and the operations that make *field* one of it.

    Keys that the new type does not know go, and those that it needs come.
    """
    now = field.get("type")
    found = []
    for kind in (one for group in _GROUPS for one in group):
        if kind == now or (column and kind in ("table", "heading")):
            continue
        found.append((kind, type_word(kind), _changes(path, field, str(now), kind)))
    return found


def _changes(path: Path, field: Json, now: str, kind: str) -> list[Json]:
    same = kind in _family(now)
    gone = [key for key, kinds in USES.items() if key in field and FieldType(kind) not in kinds]
    if not same:
        gone += [key for key in ("min", "max", "default") if key in field and key not in gone]
    if "default" in gone and same:
        gone.remove("default")
    done: list[Json] = [{"op": "clear", "path": [*path, key]} for key in gone]
    done.append({"op": "set", "path": [*path, "type"], "value": kind})
    for key, value in _needed(kind).items():
        if key not in field and not (key == "options" and "from" in field):
            done.append({"op": "set", "path": [*path, key], "value": value})
    return done


def retyped(value: Json, kind: str) -> Json:
    """Return the field *value* as one of type *kind*: without what that does not know, with what it needs."""
    kept = {
        key: one
        for key, one in value.items()
        if fits(key, kind) and key not in ("min", "max", "default")
    }
    return {
        **kept,
        "type": kind,
        **{key: one for key, one in _needed(kind).items() if key not in kept},
    }


def fits(key: str, kind: str) -> bool:
    """Return whether *key* means something to fields of type *kind*."""
    try:
        return key not in USES or FieldType(kind) in USES[key]
    except ValueError:
        return True
