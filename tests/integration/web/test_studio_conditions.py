"""The builder of conditions: blocks, text and words of one expression, as the studio's pages get them."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from tests.integration.web.conftest import Browser
from tests.support.shop import PACKS

PACK = "software_p0p3"
PLACE = {"kind": "rule", "id": "probe", "path": ["when"], "uid": "c-when"}
RULE = """kind: rule
id: probe
title: {en: Probe, zh-CN: 试探}
record_type: ticket
on: [created, "changed:priority"]
when: priority == "P0" and customer.tier in ["vip", "gold"]
then:
  - set: {priority: P1}
  - set: {title: {value: "title"}}
"""


@pytest.fixture
def draft(ada: Browser) -> str:
    """The address of a draft that holds a whole pack, and a rule of ours."""
    address = str(ada.post("/studio", {"title": "Conditions"}).location)
    folder = PACKS / PACK
    texts = {f"{PACK}/{one.name}": one.read_text(encoding="utf-8") for one in folder.glob("*.yaml")}
    texts[f"{PACK}/probe.yaml"] = RULE
    changes = [{"file": name, "text": text} for name, text in texts.items()]
    assert send(ada, f"{address}/edit", {"base": 0, "changes": changes}).status_code == 200
    return address


def send(browser: Browser, address: str, body: Any) -> Any:
    """Send JSON as the page's script does."""
    if not browser.token:
        browser.get("/studio")
    return browser.client.post(address, json=body, headers={"X-CSRFToken": browser.token})


def asked(browser: Browser, draft: str, **what: Any) -> dict[str, Any]:
    """Return the builder's answer."""
    response = send(browser, f"{draft}/condition", PLACE | what)
    assert response.status_code == 200, response.get_data(as_text=True)
    found: dict[str, Any] = response.json
    return found


def test_a_text_comes_as_blocks_with_titles_and_words(ada: Browser, draft: str) -> None:
    found = asked(ada, draft, text='priority == "P0" and not is_empty(tags)')
    assert found["mode"] == "blocks"
    assert found["words"].startswith("Priority is P0")
    assert "<option value='&#34;P0&#34;' selected>P0" in found["html"]
    assert 'value="is not empty" selected' in found["html"]


def test_blocks_come_back_as_text(ada: Browser, draft: str) -> None:
    blocks = {
        "any": [
            {"field": "priority", "op": "in", "value": ["P0", "P1"]},
            {"field": "created_at", "measure": "hours_since", "op": ">", "value": "4"},
            {"field": "entered_at", "op": "<", "value": {"moment": "before", "base": "now", "count": "3", "unit": "d"}},
            {"not": {"all": [{"field": "customer.tags", "op": "has", "value": "vip"}]}},
        ]
    }  # fmt: skip
    found = asked(ada, draft, blocks=blocks)
    assert found["text"] == (
        'priority in ["P0", "P1"] or hours_since(created_at) > 4 or entered_at < now() - 3d'
        ' or not "vip" in customer.tags'
    )
    again = asked(ada, draft, text=found["text"])
    assert again["mode"] == "blocks"


def test_a_new_test_chooses_no_value_by_itself(ada: Browser, draft: str) -> None:
    found = asked(ada, draft, blocks={"all": [{"field": "priority"}]})
    assert found["text"] is None
    assert '<option value="null" selected>Choose…</option>' in found["html"]
    other = asked(ada, draft, blocks={"all": [{"field": "created_at", "op": ">", "source": "field"}]})  # fmt: skip
    assert other["text"] is None
    assert '<option value="" selected>Choose a field…</option>' in other["html"]
    assert asked(ada, draft, blocks={"all": [{"field": "title"}]})["text"] is None
    assert asked(ada, draft, blocks={"all": [{"field": ""}]})["text"] is None
    assert asked(ada, draft, blocks={"all": []})["text"] == ""
    moved = asked(ada, draft, blocks={"all": [{"field": "created_at", "op": ">", "source": "moment"}]})  # fmt: skip
    assert moved["text"] == "created_at > now() - 1d"


def test_days_and_hours_are_read_in_the_readers_zone(ada: Browser, draft: str) -> None:
    blocks = {"all": [{"field": "created_at", "op": "<", "value": "2026-11-22T16:00"}]}
    found = asked(ada, draft, blocks=blocks)
    assert found["text"] == 'created_at < datetime("2026-11-22T08:00:00Z")'
    assert 'value="2026-11-22T16:00"' in found["html"]


def test_what_has_no_block_stays_as_it_is_written(ada: Browser, draft: str) -> None:
    mixed = asked(ada, draft, text='escalation + 1 > 2 and priority == "P0"')
    assert mixed["mode"] == "blocks"
    assert 'data-block="text"' in mixed["html"]
    assert "escalation + 1 &gt; 2" in mixed["html"]
    alone = asked(ada, draft, text="escalation + 1 > 2")
    assert alone["mode"] == "text"
    assert asked(ada, draft, text="escalation + 1 > 2", mode="blocks")["mode"] == "blocks"


def test_a_wrong_text_tells_where_and_what_to_write_instead(ada: Browser, draft: str) -> None:
    found = asked(ada, draft, text='priorty == "P0"')
    assert found["broken"]
    assert "<mark>priorty</mark>" in found["html"]
    assert 'data-mend="priority"' in found["html"]
    assert found["mode"] == "text"
    assert asked(ada, draft, text='priority == "P9"', mode="blocks")["mode"] == "text"


def test_a_value_is_written_as_text_and_has_its_type(ada: Browser, draft: str) -> None:
    place = {"path": ["then", 1, "set", "title", "value"]}
    assert asked(ada, draft, text="1 + 1", **place)["broken"]
    found = asked(ada, draft, text="upper(title)", **place)
    assert (found["mode"], found["words"]) == ("text", "Title in upper case")


def test_requests_that_are_none_are_refused(ada: Browser, draft: str) -> None:
    assert send(ada, f"{draft}/condition", []).status_code == 400
    assert send(ada, f"{draft}/condition", PLACE | {"id": "gone"}).status_code == 404
    assert send(ada, f"{draft}/condition", PLACE | {"path": 3}).status_code == 400
    deep: dict[str, Any] = {"field": "priority"}
    for _ in range(200):
        deep = {"not": {"all": [deep]}}
    assert send(ada, f"{draft}/condition", PLACE | {"blocks": deep}).status_code == 400
    wrong: tuple[Any, ...] = (None, [], 3, {"all": 3}, {"text": 7}, {"all": [7]})
    for blocks in wrong:
        assert send(ada, f"{draft}/condition", PLACE | {"blocks": blocks}).status_code == 400


def test_the_room_of_a_rule_holds_the_builder(ada: Browser, draft: str) -> None:
    page = ada.get(f"{draft}/define/rule/probe").get_data(as_text=True)
    assert 'id="c-when-cond"' in page
    assert "Priority is P0 Urgent and customer tier is one of vip, gold" in page


def many_fields(browser: Browser, draft: str) -> None:
    """Put a form with 500 fields into the draft."""
    fields = [f"      - {{id: f{number}, type: text, title: {{en: Field {number}, zh-CN: 字段 {number}}}}}" for number in range(500)]  # fmt: skip
    head = "kind: form\nid: large\nrecord_type: ticket\naudience: agent\ntitle: {en: Large, zh-CN: 大}\nsections:\n  - id: all\n    title: {en: All, zh-CN: 全部}\n    fields:\n"
    base = (browser.get(f"{draft}/state").json or {})["revision"]
    change = {"file": f"{PACK}/large.yaml", "text": head + "\n".join(fields) + "\n"}
    assert send(browser, f"{draft}/edit", {"base": base, "changes": [change]}).status_code == 200


def test_the_names_are_sent_once_however_many_tests_there_are(ada: Browser, draft: str) -> None:
    many_fields(ada, draft)
    one = asked(ada, draft, text='f0 == "x"')
    many = asked(ada, draft, text=" and ".join(f'f{number} == "x"' for number in range(50)))
    html = many["html"]
    assert html.count('value="f499"') == 1
    assert html.count('data-names-from="c-when-0-0-field"') == 49
    assert html.count('<option value="f49" selected>Field 49</option>') == 1
    assert len(html) - len(one["html"]) < 49 * 3_000


def test_names_of_rows_come_from_a_list_of_their_own(ada: Browser, draft: str) -> None:
    table = "kind: form\nid: parts\nrecord_type: ticket\naudience: agent\ntitle: {en: Parts, zh-CN: 配件}\nsections:\n  - id: all\n    title: {en: All, zh-CN: 全部}\n    fields:\n      - id: parts\n        type: table\n        title: {en: Parts, zh-CN: 配件}\n        columns:\n          - {id: what, type: text, title: {en: What, zh-CN: 名称}}\n          - {id: many, type: number, title: {en: How many, zh-CN: 数量}}\n"
    change = {"file": f"{PACK}/parts.yaml", "text": table}
    base = (ada.get(f"{draft}/state").json or {})["revision"]
    assert send(ada, f"{draft}/edit", {"base": base, "changes": [change]}).status_code == 200
    found = asked(ada, draft, text='priority == "P0" and any(parts, many > 1 and what == "a") and title == "b"')  # fmt: skip
    assert found["mode"] == "blocks"
    lists = re.findall(r'<select class="input cond-name"[^>]*>.*?</select>', found["html"], re.S)
    sources = [re.search(r'data-names-from="([^"]*)"', one) for one in lists]
    assert sources[0] is None and 'value="many"' not in lists[0]
    whole = [one for one, source in zip(lists, sources, strict=True) if source is None]
    assert len(whole) == 2 and 'value="what"' in whole[1], "the row has names of its own"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            'severity == "majr"',
            "'majr' is not an option of Severity; options are Critical (critical), Major (major), Minor (minor), Trivial (trivial); did you mean 'Major (major)'?",
        ),
        ("severty == none", "nothing here is called 'severty'; did you mean 'Severity (severity)'?"),
    ],
)  # fmt: skip
def test_findings_say_titles_with_what_is_written_for_them(ada: Browser, draft: str, text: str, said: str) -> None:  # fmt: skip
    assert said in unescape(asked(ada, draft, text=text)["html"])
