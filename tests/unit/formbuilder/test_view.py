"""What a page sends comes back as typed; what it shows says everything beside its field."""

from __future__ import annotations

from sopwith.formbuilder.page import parse_page, unflatten
from sopwith.formbuilder.view import FieldView, FormView, view_form

from .samples import fill, form

PAGE = form(
    """\
- id: kind
  type: choice
  title: {en: Kind, zh-CN: 种类}
  required: true
  options: [{id: bug, title: {en: Bug, zh-CN: 缺陷}}, {id: billing, title: {en: Billing, zh-CN: 账务}}]
- {id: refund, type: money, currency: CNY, title: {en: Refund, zh-CN: 退款}, show: kind == "billing"}
- {id: areas, type: multi_choice, title: {en: Areas, zh-CN: 领域}, options: [{id: a, title: {en: A, zh-CN: 甲}}, {id: b, title: {en: B, zh-CN: 乙}}]}
- {id: agreed, type: yes_no, title: {en: Agreed, zh-CN: 同意}}
- {id: at, type: date_time, title: {en: At, zh-CN: 时间}}
- {id: secret, type: text, title: {en: Secret, zh-CN: 机密}, rights: [{roles: [customer], can: none}]}
- {id: read_only, type: text, title: {en: Read, zh-CN: 只读}, rights: [{roles: [customer], can: read}]}
- id: items
  type: table
  title: {en: Items, zh-CN: 明细}
  columns:
    - {id: name, type: text, title: {en: Name, zh-CN: 名称}, required: true}
    - {id: count, type: number, title: {en: Count, zh-CN: 数量}}
- {id: total, type: computed, of: number, value: "sum(items, count)", title: {en: Total, zh-CN: 合计}}
- {id: hint, type: heading, title: {en: Hint, zh-CN: 提示}}
"""
)


def fields(view: FormView) -> dict[str, FieldView]:
    return {one.fixed.id: one for section in view.sections for one in section.fields}


def test_page_values_keep_their_words() -> None:
    typed = parse_page(
        PAGE,
        {
            "csrf_token": ["x"],
            "kind": ["bug"],
            "areas": ["", "a", "b"],
            "agreed": ["", "true"],
            "items": [""],
            "items.0.name": [" cable "],
            "items.0._row": ["1"],
            "items.7.count": ["1,5"],
            "items.x.count": ["9"],
            "items.7.zz": ["9"],
        },
    )
    assert typed == {
        "kind": "bug",
        "areas": ["a", "b"],
        "agreed": "true",
        "items": [{"name": " cable ", "_row": "1"}, {"count": "1,5"}],
    }


def test_nothing_chosen_differs_from_not_on_the_page() -> None:
    assert parse_page(PAGE, {"areas": [""], "agreed": [""], "items": [""]}) == {
        "areas": [],
        "agreed": "",
        "items": [],
    }
    stored = {"areas": ["a"], "agreed": True, "items": [{"name": "x"}], "kind": "bug"}
    result = fill(PAGE, parse_page(PAGE, {"areas": [""], "agreed": [""], "items": [""]}), stored)
    assert result.changed == {"areas": None, "agreed": None, "items": None, "total": 0}


def test_rows_of_a_page_are_bounded() -> None:
    typed = parse_page(PAGE, {f"items.{at}.name": ["x"] for at in range(5_000)})
    assert len(typed["items"]) == 201
    assert [one.code for one in fill(PAGE, {"kind": "bug", **typed}).problems] == ["VAL041"]


def test_flat_names_become_rows() -> None:
    assert unflatten({"a": 1, "items.1.name": "y", "items.0.name": "x", "b.c": 2}) == {
        "a": 1,
        "b.c": 2,
        "items": [{"name": "x"}, {"name": "y"}],
    }


def test_messages_stand_beside_their_fields_and_in_a_summary() -> None:
    typed = {"items": [{"name": "", "count": "many"}], "at": "soon"}
    for lang, first, label in (
        ("en", "Please fill this in.", "Kind"),
        ("zh-CN", "请填写此项。", "种类"),
    ):
        view = view_form(PAGE, fill(PAGE, typed), lang=lang, zone="Asia/Shanghai")
        shown = fields(view)
        assert shown["kind"].messages == (first,)
        assert shown["items"].rows[0].cells[1].messages
        assert [entry[2] for entry in view.problems] == [
            "field-kind",
            "field-at",
            "field-items-0-name",
            "field-items-0-count",
        ]
        assert view.problems[0] == (label, first, "field-kind")


def test_inputs_show_what_was_typed_and_display_what_it_means() -> None:
    typed = {"kind": "billing", "refund": "1,234.5", "at": "2026-11-22T09:30", "agreed": "maybe"}
    shown = fields(view_form(PAGE, fill(PAGE, typed), lang="zh-CN", zone="Asia/Shanghai"))
    assert (shown["refund"].value, shown["refund"].display) == ("1,234.5", "¥1,234.50")
    assert (shown["at"].value, shown["at"].display) == ("2026-11-22T09:30", "2026年11月22日 09:30")
    assert (shown["agreed"].value, shown["agreed"].display) == ("maybe", "")
    assert shown["total"].disabled
    assert shown["total"].value == "0"


def test_stored_values_fill_the_inputs() -> None:
    stored = {
        "kind": "gone",
        "at": "2026-11-22T01:30:00Z",
        "areas": ["b"],
        "items": [{"name": "x"}],
    }
    result = fill(PAGE, {}, stored, partial=True)
    shown = fields(view_form(PAGE, result, zone="Asia/Shanghai"))
    assert shown["at"].value == "2026-11-22T09:30"
    assert shown["areas"].value == ("b",)
    assert shown["areas"].display == "B"
    assert shown["kind"].ghost == "gone"
    assert shown["items"].rows[0].origin == "0"
    assert shown["items"].rows[0].cells[0].name == "items.0.name"


def test_page_shows_what_the_person_may_see() -> None:
    result = fill(
        PAGE, {"kind": "bug"}, {"secret": "s", "read_only": "r"}, roles=frozenset({"customer"})
    )
    shown = fields(view_form(PAGE, result))
    assert "secret" not in shown
    assert "refund" not in shown
    assert shown["read_only"].disabled
    assert shown["read_only"].value == "r"
    assert shown["kind"].required
    assert not shown["kind"].disabled


def test_view_of_plain_values_needs_no_evaluation() -> None:
    shown = fields(view_form(PAGE, {"kind": "bug"}, scope={"refund": 5}))
    assert shown["kind"].value == "bug"
    assert shown["refund"].value == "5"


def test_words_of_the_form_follow_the_language() -> None:
    for lang, submit, label in (("en", "Send", "Kind"), ("zh-CN", "提交", "种类")):
        view = view_form(PAGE, {}, lang=lang)
        assert view.submit == submit
        fixed = fields(view)["kind"].fixed
        assert fixed.label == label
        assert [option.title for option in fixed.options] == (
            ["Bug", "Billing"] if lang == "en" else ["缺陷", "账务"]
        )
