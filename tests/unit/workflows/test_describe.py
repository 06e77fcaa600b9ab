"""The SOP guide and the table of duties, in words of both languages."""

from __future__ import annotations

import re

import pytest

from sopwith.core.text import Lang, Text
from sopwith.expressions import Labels
from sopwith.workflows.describe import duties, sop_rows, teams_of

from .samples import DONE, WORK, after_sales, workflow

SAMPLE = after_sales()
NAMES = {
    ("team", "first-line"): Text("First line", "一线"),
    ("form", "diagnosis"): Text("Diagnosis sheet", "诊断表"),
    ("field", "tried_steps"): Text("Steps tried", "已尝试步骤"),
    ("calendar", "cn-office"): Text("Office hours", "办公时间"),
}
LABELS = Labels(
    fields={"solvable": Text("Solvable", "能否解决"), "kind": Text("Kind", "类型")},
    options={"kind": {"bug": Text("Bug", "缺陷"), "question": Text("Question", "咨询")}},
)


def rows(lang: Lang) -> dict[str, tuple[str, str, tuple[str, ...], tuple[str, ...]]]:
    return {
        row.state_id: (row.who, row.limit, row.what, row.ways)
        for row in sop_rows(SAMPLE, lang, NAMES, LABELS)
    }


def test_a_working_step_in_english() -> None:
    who, limit, what, ways = rows("en")["diagnosis"]
    assert who == "whoever has it already, else First line"
    assert limit == "Bug: 4 working hours, Question: 2 working hours (Office hours)"
    assert what == (
        "Try to reproduce it",
        "Fill in the form: Diagnosis sheet",
        "☐ Reproduced (required when Kind is Bug)",
        "☐ Log read (required)",
        "☐ Tea",
    )
    assert ways[0].startswith("I can solve it → Solving, when Solvable")
    assert ways[1].endswith("(only agent; asks for Steps tried; with an internal note)")


def test_a_working_step_in_chinese() -> None:
    who, limit, what, ways = rows("zh-CN")["diagnosis"]
    assert who == "原负责人，没有则为一线"
    assert limit == "缺陷：4 个工作小时，咨询：2 个工作小时（办公时间）"
    assert what[1] == "填写表单：诊断表"
    assert ways[2] == "→ 待补充"


def test_an_approval_in_words() -> None:
    _, _, what, ways = rows("en")["compensation"]
    assert what[0].startswith("Asks lead, deputy: manager, when ")
    assert what[2] == "60% must agree"
    assert what[4:] == (
        "Reminder after 4 working hours",
        "Silence of 1 working day goes to the deputy",
    )
    assert ways == ("Approved → Resolved", "Rejected → Solving")


def test_tasks_in_words() -> None:
    _, _, what, ways = rows("zh-CN")["repair"]
    assert what[0] == "账号：tier-2，4 个工作小时"
    assert what[1].startswith("通知：一线，条件：")
    assert ways == ("全部任务完成 → 处理中",)


def test_what_the_customer_does_is_a_way_out() -> None:
    assert rows("en")["waiting"][3][-1] == "The customer replies → the state before"
    assert rows("zh-CN")["resolved"][3] == (
        "→ 已关闭",
        "客户回复 → 一线诊断",
        "客户确认解决 → 已关闭",
    )


def test_every_state_and_every_way_is_in_the_guide() -> None:
    found = sop_rows(SAMPLE, "en")
    assert [row.state_id for row in found] == list(SAMPLE.states)
    for row, state in zip(found, SAMPLE.states.values(), strict=True):
        assert len(row.ways) >= len(state.go)


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
def test_all_words_are_of_one_language(lang: Lang) -> None:
    chinese = re.compile("[\u4e00-\u9fff，。；：（）]")
    for row in sop_rows(SAMPLE, lang):
        for words in (row.state, row.category, row.limit, *row.what, *row.ways):
            if words and lang == "en":
                assert not chinese.search(words)
            elif words:
                assert chinese.search(words)


def test_duties_name_who_decides_and_who_helps() -> None:
    found = {duty.state_id: duty for duty in duties(SAMPLE, "en", NAMES)}
    assert found["compensation"].decides == ("lead", "manager")
    assert found["repair"].helps == ("tier-2", "First line")
    assert found["received"].informed == ("customer",)
    assert found["tier2"].informed == ()
    assert found["received"].responsible == "by routing: software-routing"


def test_the_teams_that_take_part() -> None:
    assert teams_of(SAMPLE) == ("first-line", "tier-2", "complaints")


@pytest.mark.parametrize(
    ("owner", "english", "chinese"),
    [
        ("user_field: reviewer", "the person in 'reviewer'", "“reviewer”中的人员"),
        ("role: lead", "lead", "主管"),
        (
            "team: tier-2, not_previous: true",
            "tier-2, not the first owner",
            "tier-2，不得为首位负责人",
        ),
    ],
)
def test_owners_in_words(owner: str, english: str, chinese: str) -> None:
    made = workflow(f"a: {WORK.replace('team: first-line', owner)}, go: [{{to: z}}]}}\nz: {DONE}")
    assert sop_rows(made, "en")[0].who == english
    assert sop_rows(made, "zh-CN")[0].who == chinese
