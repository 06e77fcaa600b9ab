"""What a person types, in the ways people type it, becomes one kept value or a problem."""

from __future__ import annotations

from typing import Any

import pytest

from sopwith.expressions import Context
from sopwith.formbuilder.display import display_value, input_text

from .samples import fill, form, told

CHOICES = "options: [{id: bug, title: {en: Bug report, zh-CN: 缺陷}}, {id: P0, title: {en: Urgent, zh-CN: 紧急}}]"
TREE = """\
kind: taxonomy
id: modules
title: {en: M, zh-CN: 模}
items:
  - {id: web, title: {en: Web, zh-CN: 网页}, items: [{id: login, title: {en: Login, zh-CN: 登录}}]}
---
"""


def read(keys: str, raw: Any, before: str = "") -> Any:
    """Return the kept value, or the codes of the problems."""
    result = fill(form(f"- {{T, id: x, {keys}}}", before=before), {"x": raw})
    if result.problems:
        assert "x" not in result.values
        return [code for _, code in told(result)]
    return result.values.get("x")


@pytest.mark.parametrize(
    ("keys", "raw", "kept"),
    [
        ("type: text", "  hello ", "hello"),
        ("type: text", "e\u0301te\u0301", "été"),
        ("type: text", "　全角空格　", "全角空格"),
        ("type: long_text", "a\r\nb\tc\rd", "a\nb\tc\nd"),
        ("type: text, min: 3, max: 5", "中文字", "中文字"),
        ('type: text, pattern: "[A-Z]{2}[0-9]{6}"', "AB123456", "AB123456"),
        ("type: number", "1,234.5", 1234.5),
        ("type: number", "１，２３４．５", 1234.5),
        ("type: number", "-0.50", -0.5),
        ("type: number", " 7 ", 7),
        ("type: number", 7.0, 7),
        ("type: number", "1e3", ["VAL007"]),
        ("type: money", "10.50", 10.5),
        ("type: money", 0.1, 0.1),
        ("type: yes_no", "on", True),
        ("type: yes_no", "是", True),
        ("type: yes_no", "0", False),
        ("type: yes_no", False, False),
        ("type: date", "2026/1/5", "2026-01-05"),
        ("type: date", "2026年11月22日", "2026-11-22"),
        ("type: date", "２０２６－１１－２２", "2026-11-22"),
        ("type: date", "20261122", "2026-11-22"),
        ("type: date_time", "2026-11-22T09:30", "2026-11-22T01:30:00Z"),
        ("type: date_time", "2026/11/22 09:30:15", "2026-11-22T01:30:15Z"),
        ("type: date_time", "2026-11-22T09:30:00+09:00", "2026-11-22T00:30:00Z"),
        ("type: date_time", "2026-11-22T09:30:00Z", "2026-11-22T09:30:00Z"),
        ("type: duration", "2h 30m", 9000),
        ("type: duration", "1:30", 5400),
        ("type: duration", "1.5 hours", 5400),
        ("type: duration", "2小时30分", 9000),
        ("type: duration", 90, 90),
        ("type: email", " Li.Wei@Example.COM ", "Li.Wei@example.com"),
        ("type: email", "李@例子.中国", "李@例子.中国"),
        ("type: phone", "+86 (138) 0000-0000", "+86 138 0000 0000"),
        ("type: phone", "０１０－１２３４５６７８", "010 12345678"),
        ("type: url", "HTTPS://example.com/a?b=1#c", "HTTPS://example.com/a?b=1#c"),
        (f"type: choice, {CHOICES}", "bug", "bug"),
        (f"type: choice, {CHOICES}", "缺陷", "bug"),
        (f"type: choice, {CHOICES}", "urgent", "P0"),
        (f"type: multi_choice, {CHOICES}", ["P0", "bug"], ["P0", "bug"]),
        (f"type: multi_choice, {CHOICES}", "bug", ["bug"]),
        (f"type: multi_choice, {CHOICES}", [], None),
        ("type: files", ["f1", "f2"], ["f1", "f2"]),
        ("type: user", " wang ", "wang"),
        ("type: tree_choice, from: modules", "web", "web"),
        ("type: text", "   ", None),
        ("type: number", "  ", None),
        ("type: date", "", None),
        ("type: duration", " ", None),
    ],
)
def test_value_is_kept_in_one_form(keys: str, raw: Any, kept: Any) -> None:
    found = read(keys, raw, before=TREE)
    assert found == kept
    assert found.__class__ is kept.__class__


@pytest.mark.parametrize(
    ("keys", "raw", "code"),
    [
        ("type: text", 5, "VAL002"),
        ("type: text", {"a": 1}, "VAL002"),
        ("type: text, max: 5", "abcdef", "VAL003"),
        ("type: text", "x" * 501, "VAL003"),
        ("type: long_text", "x" * 20_001, "VAL003"),
        ("type: text, min: 3", "ab", "VAL004"),
        ("type: text", "a\x00b", "VAL005"),
        ("type: text", "a\nb", "VAL005"),
        ("type: long_text", "a\x1bb", "VAL005"),
        ("type: text", "\ud800", "VAL005"),
        ('type: text, pattern: "[A-Z]{2}"', "ABC", "VAL006"),
        ("type: number", "12,34", "VAL007"),
        ("type: number", True, "VAL007"),
        ("type: number", float("nan"), "VAL007"),
        ("type: number", "seven", "VAL007"),
        ("type: number, min: 1", "0", "VAL008"),
        ("type: number, max: 10", "10.1", "VAL009"),
        ("type: money", "1.005", "VAL010"),
        ("type: number, decimals: 0", "1.5", "VAL044"),
        (f"type: choice, {CHOICES}", "xyzzy", "VAL011"),
        (f"type: choice, {CHOICES}", "bugs", "VAL012"),
        (f"type: multi_choice, {CHOICES}", ["bug", "bug"], "VAL013"),
        (f"type: multi_choice, min: 2, {CHOICES}", ["bug"], "VAL014"),
        (f"type: multi_choice, max: 1, {CHOICES}", ["bug", "P0"], "VAL015"),
        ("type: tree_choice, from: modules, leaf_only: true", "web", "VAL016"),
        ("type: yes_no", "maybe", "VAL017"),
        ("type: yes_no", 2, "VAL017"),
        ("type: date", "2026-02-30", "VAL018"),
        ("type: date", "22/11/2026", "VAL018"),
        ("type: date, min: 2026-11-20", "2026-11-19", "VAL019"),
        ("type: date, min: today", "2026-11-21", "VAL019"),
        ("type: date, max: today + 7d", "2026-11-30", "VAL020"),
        ("type: date_time, max: today", "2026-11-23T00:00", "VAL020"),
        ("type: date_time", "2026-11-22", "VAL021"),
        ("type: date_time", "2026-11-22T25:00", "VAL021"),
        ("type: duration", "90", "VAL022"),
        ("type: duration", -5, "VAL022"),
        ("type: duration, min: 30m", "10m", "VAL023"),
        ("type: duration, max: 2h", "2h 1m", "VAL024"),
        ("type: email", "nobody", "VAL025"),
        ("type: email", "a@b..com", "VAL025"),
        ("type: phone", "1234", "VAL026"),
        ("type: phone", "call me", "VAL026"),
        ("type: url", "javascript:alert(1)", "VAL027"),
        ("type: url", "https://", "VAL027"),
        ("type: files", 5, "VAL028"),
        ("type: files, max: 1", ["a", "b"], "VAL032"),
        ("type: files, min: 2", ["a"], "VAL033"),
        ("type: number", "1" + " " * 300 + "x", "VAL007"),
        ("type: number", "1" * 300, "VAL007"),
        ("type: yes_no", "yes" + " " * 300 + "x", "VAL017"),
        ("type: date", "2026-11-22" + " " * 300 + "x", "VAL018"),
        ("type: date_time", "2026-11-22 09:30" + " " * 300 + "x", "VAL021"),
        ("type: duration", " " * 300 + "x", "VAL022"),
        ("type: number", 10**15, "VAL042"),
        ("type: number", "1.0000000000000001", "VAL042"),
    ],
)
def test_wrong_value_is_a_problem(keys: str, raw: Any, code: str) -> None:
    assert read(keys, raw, before=TREE) == [code]


def test_time_that_the_clocks_skip_is_refused() -> None:
    made = form("- {T, id: x, type: date_time}")
    result = fill(made, {"x": "2026-03-29 02:30"}, context=Context(zone="Europe/Berlin"))
    assert told(result) == [("x", "VAL043")]


def test_every_wrong_choice_of_several_is_told() -> None:
    assert read(f"type: multi_choice, {CHOICES}", ["bugs", "x", 3]) == [
        "VAL012",
        "VAL011",
        "VAL002",
    ]


class Store:
    """Files, people, teams and customers that exist."""

    files = {
        "f1": {"name": "app.log", "size": 10, "type": "text/plain"},
        "f2": {"name": "photo.png", "size": 3_000_000, "type": "image/png"},
        "f3": {"name": "run.exe", "size": 10, "type": "application/x-msdownload"},
    }

    def file(self, file_id: str) -> dict[str, object] | None:
        return self.files.get(file_id)

    def user_exists(self, user_id: str) -> bool:
        return user_id in ("wang", "li")

    def is_member(self, user_id: str, team: str) -> bool:
        return (user_id, team) == ("li", "tier-2")

    def team_exists(self, team_id: str) -> bool:
        return team_id == "tier-2"

    def customer_exists(self, customer_id: str) -> bool:
        return customer_id == "acme"


@pytest.mark.parametrize(
    ("keys", "raw", "found"),
    [
        ("type: user", "wang", []),
        ("type: user", "zhao", ["VAL034"]),
        ("type: user, team: tier-2", "wang", ["VAL035"]),
        ("type: user, team: tier-2", "li", []),
        ("type: team", "nobody", ["VAL036"]),
        ("type: customer", "nobody", ["VAL037"]),
        ("type: customer", "acme", []),
        ('type: files, accept: [".log", "image/*"], max_size: 5MB', ["f1", "f2"], []),
        ('type: files, accept: [".log"]', ["f1", "f3", "f9"], ["VAL030", "VAL029"]),
        ("type: files, max_size: 1MB", ["f2"], ["VAL031"]),
    ],
)
def test_ids_are_looked_up(keys: str, raw: Any, found: list[str]) -> None:
    result = fill(form(f"- {{T, id: x, {keys}}}"), {"x": raw}, lookup=Store())
    assert [code for _, code in told(result)] == found


@pytest.mark.parametrize(
    ("keys", "value", "en", "zh"),
    [
        (f"type: choice, {CHOICES}", "bug", "Bug report", "缺陷"),
        (f"type: choice, {CHOICES}", "retired", "retired", "retired"),
        (f"type: multi_choice, {CHOICES}", ["bug", "P0"], "Bug report, Urgent", "缺陷、紧急"),
        ("type: tree_choice, from: modules", "login", "Web / Login", "网页 / 登录"),
        ("type: yes_no", False, "No", "否"),
        ("type: date", "2026-11-02", "2 Nov 2026", "2026年11月2日"),
        ("type: date_time", "2026-11-22T01:30:00Z", "22 Nov 2026, 09:30", "2026年11月22日 09:30"),
        ("type: duration", 9000, "2h 30m", "2小时30分"),
        ("type: money, currency: CNY", 1234.5, "¥1,234.50", "¥1,234.50"),
        ("type: money, currency: CHF, decimals: 0", -1234, "-CHF 1,234", "-CHF 1,234"),
        ("type: number", 12345.5, "12,345.5", "12,345.5"),
        ("type: files", ["a", "b"], "a, b", "a、b"),
        ("type: table, columns: [{T, id: a, type: text}]", [{"a": "x"}], "1 row", "1 行"),
        ("type: computed, of: money, currency: CNY, value: 1 + 1", 2, "¥2.00", "¥2.00"),
        ("type: user", "wang", "wang", "wang"),
        ("type: text", None, "", ""),
    ],
)
def test_value_reads_in_both_languages(keys: str, value: Any, en: str, zh: str) -> None:
    field = form(f"- {{T, id: x, {keys}}}", before=TREE).by_id["x"]
    assert display_value(field, value, "en", zone="Asia/Shanghai") == en
    assert display_value(field, value, "zh-CN", zone="Asia/Shanghai") == zh


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        ("type: text", "abc"),
        ("type: number", 1234.5),
        ("type: money", 10.5),
        ("type: yes_no", True),
        ("type: date", "2026-11-22"),
        ("type: date_time", "2026-11-22T01:30:00Z"),
        ("type: date_time", "2026-11-22T01:30:15Z"),
        ("type: duration", 93_784),
        ("type: duration", 0),
        ("type: phone", "+86 138 0000 0000"),
    ],
)
def test_what_stands_in_an_input_reads_back_the_same(keys: str, value: Any) -> None:
    made = form(f"- {{T, id: x, {keys}}}")
    text = input_text(made.by_id["x"], value, "Asia/Shanghai")
    assert fill(made, {"x": text}).values == {"x": value}


def test_second_of_two_equal_wall_times_reads_back_the_same() -> None:
    made = form("- {T, id: x, type: date_time}")
    for value in ("2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"):
        text = input_text(made.by_id["x"], value, "Europe/Berlin")
        result = fill(made, {"x": text}, context=Context(zone="Europe/Berlin"))
        assert result.values == {"x": value}
