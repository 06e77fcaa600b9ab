"""Fields that are proposed for what somebody brings along: how each was understood, and what was left out."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..core.ids import numbered, stem
from ..core.text import Text
from .parse_fields import RESERVED

MOST = 300  # fields of one import
LONGEST_TITLE = 200
_WORDS: Mapping[str, tuple[str, str]] = {
    "姓名": ("name", "Name"),
    "名称": ("name", "Name"),
    "标题": ("title", "Title"),
    "主题": ("subject", "Subject"),
    "描述": ("description", "Description"),
    "问题描述": ("description", "Description"),
    "说明": ("explanation", "Explanation"),
    "备注": ("note", "Note"),
    "电话": ("phone", "Phone"),
    "手机": ("mobile", "Mobile phone"),
    "手机号": ("mobile", "Mobile phone"),
    "联系电话": ("phone", "Phone"),
    "联系人": ("contact", "Contact"),
    "邮箱": ("email", "E-mail"),
    "电子邮箱": ("email", "E-mail"),
    "地址": ("address", "Address"),
    "日期": ("day", "Date"),
    "时间": ("time", "Time"),
    "开始日期": ("starts_on", "Start date"),
    "结束日期": ("ends_on", "End date"),
    "截止日期": ("due_on", "Due date"),
    "金额": ("amount", "Amount"),
    "价格": ("price", "Price"),
    "数量": ("quantity", "Quantity"),
    "订单号": ("order_number", "Order number"),
    "订单编号": ("order_number", "Order number"),
    "编号": ("code", "Number"),
    "产品": ("product", "Product"),
    "产品名称": ("product", "Product"),
    "型号": ("model", "Model"),
    "部门": ("department", "Department"),
    "公司": ("company", "Company"),
    "公司名称": ("company", "Company"),
    "类型": ("kind", "Type"),
    "类别": ("category_of_request", "Category"),
    "优先级": ("urgency", "Priority"),
    "原因": ("reason", "Reason"),
    "解决方案": ("solution", "Solution"),
    "附件": ("attachments", "Attachments"),
    "网址": ("web_address", "Web address"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One field as it would be made.

    value: the field's definition. source: what it was called where it comes from. reason: a word for
    why it has its type, such as ``dates`` (see ``from_cells`` and ``from_schema``). samples: some
    values that were seen. left_out: what of the source has no place in a form.
    """

    value: Mapping[str, Any]
    source: str
    reason: str
    samples: tuple[str, ...] = ()
    left_out: tuple[str, ...] = field(default=())


def slug(words: str) -> str:
    """Return *words* as an id of small letters, digits and ``_``; empty when nothing of them can stand in one."""
    known = _WORDS.get(words.strip())
    if known is not None:
        return known[0]
    return stem(words)


def fresh(base: str, taken: Collection[str]) -> str:
    """Return *base*, or *base* with a number behind it, that is not *taken* and that conditions can read."""
    return numbered(base or "field", {*taken, *RESERVED})


def label(words: str) -> dict[str, str]:
    """Return the title for *words*: in the language they are in, in both where the words are known, {} for blanks."""
    words = " ".join(words.split())[:LONGEST_TITLE]
    known = _WORDS.get(words)
    if known is not None:
        return {"en": known[1], "zh-CN": words}
    tongue = "en" if words.isascii() else "zh-CN"
    return {tongue: words} if words else {}


def options(words: Sequence[str], titles: Mapping[str, Text] | None = None) -> list[dict[str, Any]]:
    """Return choices for *words*, each with an id of its own."""
    made: list[dict[str, Any]] = []
    taken: set[str] = set()
    for at, word in enumerate(words, 1):
        name = word if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", word) else slug(word)
        name = name or f"option_{at}"
        name = numbered(name, taken)
        taken.add(name)
        given = (titles or {}).get(word)
        title = {"en": given.en, "zh-CN": given.zh} if given else label(word)
        made.append({"id": name, "title": {key: one for key, one in title.items() if one}})
    return made
