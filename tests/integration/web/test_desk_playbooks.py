"""Playbooks at the desk: steps ticked on the record, replies for the reply box, what to read."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jsonschema import Draft202012Validator

from sopwith.web.api.shapes import SCHEMAS
from tests.integration.web.conftest import Browser, NewBrowser
from tests.support.api import Caller, give_token
from tests.support.desk import make_desk_template, repair
from tests.support.shop import Shop

HTMX = {"HX-Request": "true"}
PLAYBOOK = """
kind: playbook
id: smoke
title: {en: Smoke, zh-CN: 冒烟}
record_type: repair
when: contains(title, "smoke")
steps:
  - {id: plug, title: {en: Pull the plug, zh-CN: 拔掉插头}, help: {en: At the wall., zh-CN: 从墙上拔。}}
  - {id: window, title: {en: Open a window, zh-CN: 打开窗户}}
replies:
  - id: careful
    title: {en: Be careful, zh-CN: 注意安全}
    text:
      en: "Dear {{ recipient.name }}, leave {{ number }} <off>.{{#if owner_name}} {{ owner_name }} comes.{{/if}}"
      zh-CN: "{{ recipient.name }}：请勿使用 {{ number }}。"
  - {id: mail, template: repair-words}
articles:
  - {title: {en: Fire drill, zh-CN: 消防演练}, link: "https://help.example.com/fire?a=1"}
  - {title: {en: Numbers, zh-CN: 电话}, text: {en: Call 119., zh-CN: 拨打 119。}}
---
kind: message_template
id: repair-words
title: {en: About the repair, zh-CN: 关于维修}
record_type: repair
audience: customer
subject: {en: "About {{ number }}", zh-CN: "关于 {{ number }}"}
body: {en: "It is in {{ state_title }}: {{ link }}", zh-CN: "状态：{{ state_title }} {{ link }}"}
"""


@pytest.fixture(scope="module")
def shop_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_desk_template(tmp_path_factory.mktemp("desk"), PLAYBOOK)


def text(response: Any) -> str:
    return str(response.get_data(as_text=True))


def panel(page: str) -> str:
    found = re.search(r'<div id="playbooks".*?</div>(?=\s*<section|\s*</aside|\s*$)', page, re.S)
    assert found is not None
    return found[0]


def test_it_stands_beside_the_records_that_it_is_for(lin: Browser, shop: Shop) -> None:
    page = text(lin.get(f"/desk/records/{repair(shop, 'smoke')}"))
    assert "Playbook: Smoke" in page and "0 / 2" in page and "At the wall." in page
    assert (
        'href="https://help.example.com/fire?a=1" target="_blank" rel="noopener noreferrer"' in page
    )
    assert "Call 119." in page
    assert "Playbook: Smoke" not in text(lin.get(f"/desk/records/{repair(shop, 'Lamp')}"))


def test_a_step_is_ticked_without_a_script_and_history_tells_it(lin: Browser, shop: Shop) -> None:
    made = repair(shop, "smoke")
    answer = lin.post(f"/desk/records/{made}/check?playbook=smoke&done=1", {"item": "plug"})
    assert answer.status_code == 303 and answer.location.endswith("#playbooks")
    page = text(lin.get(f"/desk/records/{made}"))
    assert "1 / 2" in page and re.search(r'id="step-smoke-plug"[^>]*aria-checked="true"', page)
    assert re.search(r"playbook-by\">Lin Yue · ", page)
    assert "Ticked “Pull the plug” in the playbook “Smoke”" in text(
        lin.get(f"/desk/records/{made}?tab=history")
    )
    lin.post(f"/desk/records/{made}/check?playbook=smoke&done=0", {"item": "plug"})
    assert shop.state(made).ticks == {}
    assert "Unticked “Pull the plug”" in text(lin.get(f"/desk/records/{made}?tab=history"))


def test_with_a_script_only_the_playbooks_come_back(lin: Browser, shop: Shop) -> None:
    made = repair(shop, "smoke")
    answer = lin.post(
        f"/desk/records/{made}/check?playbook=smoke", {"item": "plug", "done": "1"}, headers=HTMX
    )
    page = text(answer)
    assert page.lstrip().startswith('<div id="playbooks"') and "1 / 2" in page and "<form" in page
    assert 'id="work"' not in page


def test_what_is_no_step_is_refused(lin: Browser, shop: Shop) -> None:
    made = repair(shop, "smoke")
    address = f"/desk/records/{made}/check?playbook=smoke&done=1"
    assert lin.post(address, {"item": "fly"}).status_code == 422
    other = repair(shop, "Lamp")
    address = f"/desk/records/{other}/check?playbook=smoke&done=1"
    assert lin.post(address, {"item": "plug"}).status_code == 422
    assert shop.state(other).ticks == {}


def test_who_may_only_read_sees_the_steps_without_buttons(
    browser_of: NewBrowser, shop: Shop
) -> None:
    made = repair(shop, "smoke")
    boss = browser_of().sign_in("max")
    page = text(boss.get(f"/desk/records/{made}"))
    assert "Pull the plug" in page and 'name="item" value="plug"' not in page
    assert "data-reply" not in page
    answer = boss.post(f"/desk/records/{made}/check?playbook=smoke&done=1", {"item": "plug"})
    assert answer.status_code == 422 and shop.state(made).ticks == {}


def test_a_reply_is_filled_in_and_goes_into_the_box(lin: Browser, shop: Shop) -> None:
    made = repair(shop, "smoke")
    number = shop.state(made).number
    lin.post(f"/desk/records/{made}/assign", {"how": "take"})
    page = text(lin.get(f"/desk/records/{made}"))
    words = f"Dear Ann Miller, leave {number} <off>. Lin Yue comes."
    offered = [unescape(one) for one in re.findall(r'data-reply="([^"]*)"', page)]
    assert offered[0] == words
    assert offered[1].startswith("It is in ") and shop.link(made) in offered[1]
    page = text(lin.get(f"/desk/records/{made}?use=smoke/careful"))
    box = re.search(r'<textarea[^>]*id="say-text"[^>]*>(.*?)</textarea>', page, re.S)
    assert box is not None and unescape(box[1]) == words
    page = text(lin.get(f"/desk/records/{made}?use=smoke/no-such"))
    assert re.search(r'id="say-text"[^>]*></textarea>', page)


def test_a_reply_speaks_the_customers_language(lin: Browser, shop: Shop) -> None:
    made = repair(shop, "smoke", "wei")
    page = text(lin.get(f"/desk/records/{made}"))
    assert "Playbook: Smoke" in page, "the page speaks the reader's language"
    assert f"请勿使用 {shop.state(made).number}。" in page and "Dear " not in page


def test_a_tick_meanwhile_does_not_stop_a_reply(lin: Browser, shop: Shop) -> None:
    made = repair(shop, "smoke")
    page = text(lin.get(f"/desk/records/{made}"))
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version is not None
    lin.post(f"/desk/records/{made}/check?playbook=smoke&done=1", {"item": "plug"})
    sent = {"kind": "reply", "text": "Leave it off.", "version": version[1]}
    assert lin.post(f"/desk/records/{made}/say", sent).status_code == 303


def test_the_customer_sees_nothing_of_it(browser_of: NewBrowser, shop: Shop) -> None:
    made = repair(shop, "smoke")
    page = text(browser_of().get(shop.link(made)))
    assert "Pull the plug" not in page and "Playbook" not in page


def test_a_program_reads_and_ticks_the_steps(app: Flask, shop: Shop) -> None:
    made = repair(shop, "smoke")
    caller = Caller(app, give_token(shop, "lin"))
    body = {"item": "window", "playbook": "smoke"}
    answer = caller.post(f"/records/{made}/checks", body)
    assert answer.status_code == 200, answer.json
    (one,) = answer.json["playbooks"]
    assert [(step["id"], step["done"]) for step in one["steps"]] == [
        ("plug", False),
        ("window", True),
    ]
    assert one["steps"][1]["by"]["name"] == "Lin Yue" and one["steps"][1]["at"]
    schema = {"$ref": "#/components/schemas/Record", "components": {"schemas": SCHEMAS}}
    assert list(Draft202012Validator(schema).iter_errors(answer.json)) == []
    assert caller.post(f"/records/{made}/checks", body | {"item": "fly"}).status_code == 422
