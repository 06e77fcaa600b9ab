"""What a draft changes: every setting by its title, what it was and is; scenarios in one line behind; and undo where one reads it."""

from __future__ import annotations

import html
import re

import pytest
from flask import Flask

from sopwith.web.studio.bench import bench_of
from sopwith.web.studio.publishing import changes_of
from tests.integration.web.conftest import Browser
from tests.integration.web.test_studio_failing import FORM, NEEDED, SCENARIO, put
from tests.integration.web.test_studio_mending import approved
from tests.support.shop import Shop, files

TYPES = next(name for name, text in files().items() if "id: wish-sla" in text)
FLOW = next(name for name, text in files().items() if "id: wish-flow" in text)
CALENDARS, VIEWS = "base/calendars.yaml", "base/views.yaml"
LEFT = {"en": "en", "zh-CN": "zh-CN,zh;q=0.9"}


def said(app: Flask, lang: str, name: str, *pairs: tuple[str, str]) -> list[str]:
    """Return the sentences on what changes when one file says other things."""
    text = files()[name]
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new, 1)
    with app.test_request_context("/studio", headers={"Accept-Language": LEFT[lang]}):
        found = changes_of(bench_of(files()), bench_of({**files(), name: text}))
        return [it.words for one in found for it in one.said]


FASTER = ("first_response: {P0: 1h, P1: 1h", "first_response: {P0: 1h, P1: 30m")
CHANGES = {
    "another promise": (
        TYPES, (FASTER,),
        "“Everybody”: First response for “P1 High” is promised within 30 m (before: 1 h).",
        "“所有人”：“P1 高”的首次响应改为30 分钟（原为1 小时）。",
    ),
    "a promise less": (
        TYPES, (("      first_response: {P0: 1h, P1: 1h, P2: 4h, P3: 4h}\n", "      first_response: {P0: 1h, P1: 1h, P2: 4h}\n"),),
        "“Everybody”: First response for “P3 Low” is not promised any more (before: within 4 h).",
        "“所有人”：“P3 低”的首次响应不再承诺（原为4 小时）。",
    ),
    "other hours": (
        CALENDARS, (('mon-fri: ["09:00-18:00"]', 'mon-fri: ["09:00-12:00", "13:30-18:00"]'),),
        "“Weekly hours (Monday to Friday)” is “09:00-12:00, 13:30-18:00” now (before: “09:00-18:00”).",
        "“每周工作时间（周一至周五）”由“09:00-18:00”改为“09:00-12:00、13:30-18:00”。",
    ),
    "a column less": (
        VIEWS, (("columns: [number, title, customer.name, state,", "columns: [number, title, state,"),),
        "Taken out of “Columns”: Customer.",
        "从“列”中删除：客户。",
    ),
    "another condition": (
        VIEWS, (('when: category == "waiting"', 'when: category == "waiting" and lang == "en"'),),
        "“When” is “phase is waiting and language is English” now (before: “phase is waiting”).",
        "“条件”由“阶段 为 等待中”改为“阶段 为 等待中 且 语言 为 英文”。",
    ),
    "another time limit": (
        FLOW, (("limit: 2d", "limit: 3d"),),
        " is “3 d” now (before: “2 d”).",
        "由“2 天”改为“3 天”。",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_a_setting_is_told_as_what_it_was_and_is(app: Flask, name: str) -> None:
    file, pairs, english, chinese = CHANGES[name]
    for lang, words in (("en", english), ("zh-CN", chinese)):
        found = said(app, lang, file, *pairs)
        assert len(found) == 1, found
        assert found[0].endswith(words), found


def test_no_change_of_any_kind_is_only_counted(app: Flask) -> None:
    before = files()
    places = [(name, re.search(r"\b(\d+)([dhm])\b", text)) for name, text in before.items()]
    counted = 0
    for name, place in places:
        if place is None:
            continue
        text = before[name]
        other = f"{text[: place.start()]}{int(place[1]) + 1}{place[2]}{text[place.end() :]}"
        with app.test_request_context("/studio", headers={"Accept-Language": "en"}):
            found = changes_of(bench_of(before), bench_of({**before, name: other}))
            words = [it.words for one in found for it in one.said]
        counted += len(found)
        assert len(words) >= len(found), (name, place[0])
        assert not [one for one in words if "Details change" in one], (name, place[0])
    assert counted > 3


BEGIN = "title: {en: Begin, zh-CN: 开始}"
ENGLISH = (BEGIN, "title: {en: Take it up, zh-CN: 开始}")


def test_a_setting_is_told_with_what_it_belongs_to(app: Flask) -> None:
    assert said(app, "zh-CN", FLOW, ENGLISH) == ["按钮“开始”（状态“柜台收件”）：“英文文字”由“Begin”改为“Take it up”。"]  # fmt: skip


def test_several_texts_of_the_other_language_fold_behind_one_line(app: Flask) -> None:
    text = files()[FLOW]
    for old, new in (ENGLISH, ("{en: Worked on", "{en: In work"), ("limit: 2d", "limit: 3d")):
        assert old in text
        text = text.replace(old, new, 1)
    with app.test_request_context("/studio", headers={"Accept-Language": LEFT["zh-CN"]}):
        (one,) = changes_of(bench_of(files()), bench_of({**files(), FLOW: text}))
    first, folded = one.said
    assert first.words.endswith("由“2 天”改为“3 天”。")
    assert (folded.words, len(folded.more)) == ("2 处英文文字", 2)
    assert folded.more[1] == "状态“处理中”：“英文文字”由“Worked on”改为“In work”。"


WHOLE = {
    "a team": ("base/more.yaml", "kind: team\nid: night\ntitle: {en: Night, zh-CN: 夜班}\nlevel: 2\nskills: [print]\n", ["“支持级别”：2", "“技能”：print"]),
    "promises": ("base/more.yaml", "kind: sla\nid: night-sla\ntitle: {en: Night, zh-CN: 夜间}\nrecord_type: wish\nby: priority\npolicies:\n  - id: all\n    title: {en: All, zh-CN: 全部}\n    calendar: always\n    targets: {first_response: {P0: 15m, P1: 1h}, resolution: {P0: 4h, P1: 8h}}\n", ["“依据字段”：优先级", "“全部”：日历：全天候（7×24 小时）；时限：首次响应：P0 紧急：15 分钟、P1 高：1 小时；解决：P0 紧急：4 小时、P1 高：8 小时"]),
    "choices": ("base/more.yaml", "kind: taxonomy\nid: sizes\ntitle: {en: Sizes, zh-CN: 尺码}\nitems:\n  - {id: s, title: {en: Small, zh-CN: 小}}\n  - {id: l, title: {en: Large, zh-CN: 大}, help: {en: Ask, zh-CN: 先问}}\n", ["“小”", "“大”：说明：先问"]),
}  # fmt: skip


@pytest.mark.parametrize("name", WHOLE)
def test_what_is_new_or_taken_out_is_told_by_its_settings(app: Flask, name: str) -> None:
    file, text, words = WHOLE[name]
    more = {**files(), file: text}
    with app.test_request_context("/studio", headers={"Accept-Language": LEFT["zh-CN"]}):
        for before, after, change in ((files(), more, "added"), (more, files(), "removed")):
            (one,) = changes_of(bench_of(before), bench_of(after))
            assert [(it.change, it.words) for it in one.said] == [(change, it) for it in words]


def test_no_kind_is_told_by_its_title_alone(app: Flask) -> None:
    with app.test_request_context("/studio", headers={"Accept-Language": "en"}):
        found = changes_of(None, bench_of(files()))
        silent = {one.what.kind for one in found if not one.said}
    assert len({one.what.kind for one in found}) > 8
    assert silent <= {"scenario", "team"}  # these teams say no more than their titles


# --- on the page ----------------------------------------------------------------------------------


@pytest.fixture
def draft(ada: Browser) -> str:
    """The address of a new draft with two scenarios, published, and a new field that must be filled in."""
    address = str(ada.post("/studio", {"title": "Another way"}).location)
    put(ada, address, {f"shop/scenarios/{one}.yaml": SCENARIO.format(id=one) for one in ("first", "second")})  # fmt: skip
    assert ada.post(f"{address}/publish", {"note": "Begin", "revision": "1"}).status_code == 303
    address = str(ada.post("/studio", {"title": "More"}).location)
    text = files()[FORM]
    at = text.index("      - id: description") if "      - id: description" in text else text.index("      - {id: description")  # fmt: skip
    put(ada, address, {FORM: text[:at] + NEEDED + text[at:]})
    return address


def page_of(ada: Browser, path: str) -> str:
    answer = ada.get(path)
    assert answer.status_code == 200
    return html.unescape(answer.get_data(as_text=True))


def test_why_scenarios_fail_stands_in_the_chip_and_before_publishing(
    ada: Browser, draft: str
) -> None:
    answer = ada.get(f"{draft}/scenarios").get_json()
    assert answer["reason"] == "2 scenarios do not fill in “How badly does it hurt?”"
    assert answer["reason"] in page_of(ada, f"{draft}/publish")
    ada.post("/preferences", {"lang": "zh-CN"})
    assert ada.get(f"{draft}/scenarios").get_json()["reason"] == "2 个场景没有填写“影响程度”"


def test_scenarios_that_were_filled_in_are_one_line_behind_the_changes_of_the_process(
    ada: Browser, draft: str
) -> None:
    fill = {"type": "wish", "field": "pain", "value": "little"}
    assert ada.post(f"{draft}/scenarios/fill", fill).status_code == 303
    page = page_of(ada, f"{draft}/publish")
    line = "2 scenarios: “How badly does it hurt?” filled in with “A little”."
    assert page.count(line) == 1
    assert page.index("New field “How badly does it hurt?”") < page.index(line)
    assert page.index('class="change-scenarios"') < page.index("Begun first") < page.index('id="publish"')  # fmt: skip


def test_scenarios_that_walk_on_besides_are_counted_with_those_that_are_filled_in(
    ada: Browser, draft: str, shop: Shop
) -> None:
    ada.post(f"{draft}/scenarios/fill", {"type": "wish", "field": "pain", "value": "little"})
    put(ada, draft, approved())
    walk = {"through": "wish-flow received look working"}
    assert ada.post(f"{draft}/scenarios/walk", walk).status_code == 303
    assert ada.get(f"{draft}/scenarios").get_json()["passed"] == 2
    page = page_of(ada, f"{draft}/publish")
    assert "2 scenarios: “How badly does it hurt?” filled in with “A little”." in page
    assert "2 scenarios take other steps." in page
    assert "expect another outcome" not in page


def test_undo_stands_beside_the_scenarios_and_leads_back_to_them(ada: Browser, draft: str) -> None:
    ada.post(f"{draft}/scenarios/fill", {"type": "wish", "field": "pain", "value": "little"})
    page = page_of(ada, f"{draft}/coverage")
    assert 'title="Undo: “How badly does it hurt?” filled in' in page
    kept = re.search(r'name="to" value="([^"]+)"', page)
    assert kept is not None
    back = ada.post(f"{draft}/undo", {"to": kept[1]})
    assert str(back.location).endswith(f"{draft}/coverage")
    assert "do not fill in" in page_of(ada, f"{draft}/coverage")
    for strange in ("https://elsewhere.test/", "//elsewhere.test", "/desk", "/studio"):
        left = str(ada.post(f"{draft}/redo", {"to": strange}).location)
        assert left.endswith(draft), strange


def test_open_records_that_no_change_is_about_are_told_apart(
    ada: Browser, draft: str, shop: Shop
) -> None:
    shop.wish()
    shop.wish()
    page = page_of(ada, f"{draft}/publish")
    assert 'id="open-records">Open records <span class="count">2</span>' in page
    assert "goes by nothing that changes here" not in page
    errand = shop.service.create(type="errand", values={"description": "Ink"}, actor=shop.agent())
    assert errand.accepted, errand.problems
    page = page_of(ada, f"{draft}/publish")
    assert 'id="open-records">Open records <span class="count">2</span>' in page
    assert "1 other open record goes by nothing that changes here and stays as it is." in page


@pytest.mark.parametrize("lang", LEFT)
def test_a_title_in_both_languages_is_told_once_and_a_translation_alone_is_told(
    app: Flask, lang: str
) -> None:
    begin = "title: {en: Begin, zh-CN: 开始}"
    both = said(app, lang, FLOW, (begin, "title: {en: Take it up, zh-CN: 受理}"))
    assert len(both) == 1
    other = "title: {en: Begin, zh-CN: 受理}" if lang == "en" else "title: {en: Take it up, zh-CN: 开始}"  # fmt: skip
    alone = said(app, lang, FLOW, (begin, other))
    assert len(alone) == 1
    assert ("受理" if lang == "en" else "Take it up") in alone[0]
