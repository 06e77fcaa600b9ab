"""Steps that a page gives no name are called in the history after what they change, in both languages."""

from __future__ import annotations

from typing import Any

import pytest

from sopwith.core.text import Text
from sopwith.definitions.operations import Clear, Insert, Operation, Remove, Set
from sopwith.runtime.drafting import Gesture, Rewrite
from sopwith.web.studio.step_names import UNNAMED, step_name

FILE = "shop/forms.yaml"
FORM = """\
kind: form
id: intake
record_type: request
title: {en: Ask us, zh-CN: 联系我们}
sections:
  - title: {en: What, zh-CN: 内容}
    fields: [{id: note, type: text, title: {en: Note, zh-CN: 备注}}]
"""


def named(operation: Operation, title: Text = UNNAMED, document: int = 0) -> Text:
    change = Gesture(file=FILE, document=document, operation=operation)
    return step_name(title, [change], {FILE: FORM})


@pytest.mark.parametrize(
    ("operation", "english", "chinese"),
    [
        (Set(path=("title", "zh-CN"), value="问我们"), "Ask us: “Title” changed", "联系我们：修改“名称”"),
        (Set(path=("intro",), value={"en": "x"}), "Ask us: “Introduction” added", "联系我们：添加“引导语”"),
        (Clear(path=("title",)), "Ask us: “Title” removed", "联系我们：删除“名称”"),
        (Insert(path=("sections",), index=1, value={}), "Ask us: added to “Sections”", "联系我们：添加“分区”"),
        (Remove(path=("sections", 0, "fields", 0)), "Ask us: “Fields” removed", "联系我们：删除“字段”"),
    ],
)  # fmt: skip
def test_a_step_is_called_after_its_setting(operation: Operation, english: str, chinese: str) -> None:  # fmt: skip
    assert named(operation) == Text(english, chinese)


def test_what_a_page_names_keeps_its_name() -> None:
    title = Text("Colour of a choice", "修改选项颜色")
    assert named(Clear(path=("title",)), title) == title


@pytest.mark.parametrize("path", [("nobody-knows",), ()])
def test_what_no_schema_knows_stays_unnamed(path: Any) -> None:
    assert named(Set(path=path, value="x")) == UNNAMED


def test_text_and_definitions_that_are_gone_stay_unnamed() -> None:
    assert named(Clear(path=("title",)), document=4) == UNNAMED
    assert step_name(UNNAMED, [Rewrite(file=FILE, text="")], {FILE: FORM}) == UNNAMED
