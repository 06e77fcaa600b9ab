"""The list of problems: by titles, with the editor that mends each, and the undo that takes them away."""

from __future__ import annotations

import html
import re

import pytest

from sopwith.runtime.publishing import publish
from tests.integration.web.conftest import Browser
from tests.integration.web.test_studio import send
from tests.support.shop import Shop, files

TOPIC = {"kind": "form", "id": "wish-form", "part": "topic", "sure": "1"}


@pytest.fixture
def draft(ada: Browser) -> str:
    return str(ada.post("/studio", {"title": "Told"}).location)


def test_a_field_that_was_removed_is_told_by_its_title(ada: Browser, draft: str) -> None:
    assert send(ada, f"{draft}/delete", TOPIC).status_code == 200
    told = ada.get(f"{draft}/problems").json
    assert told is not None
    one = next(one for one in told["problems"] if one["code"] == "EXP020")
    assert one["message"] == "The field “Topic” was removed, but is still asked for here."
    assert "“Has work stopped?”, when it is shown" in one["place"]
    assert "/define/form/wish-form?at=sections/0/fields/" in one["address"]
    assert one["address"].endswith("-show")
    assert ada.get(one["address"].split("#")[0]).status_code == 200
    page = ada.get(draft).get_data(as_text=True)
    assert told["list"] in page
    before = ada.get(f"{draft}/publish").get_data(as_text=True)
    assert "The field “Topic” was removed" in html.unescape(before)
    assert "bench-undo-form" not in before
    undo = re.search(r'form="bench-undo-form">.*?</button>', page)
    assert undo is not None
    assert "Undo “Topic deleted”" in html.unescape(undo.group())
    send(ada, f"{draft}/undo", {})
    assert "bench-undo-form" not in ada.get(f"{draft}/problems").json["list"]  # type: ignore[index]
    left = ada.get(f"{draft}/problems").json["problems"]  # type: ignore[index]
    assert {one["severity"] for one in left} == {"warning"}


def test_it_is_told_in_chinese_too(ada: Browser, draft: str) -> None:
    send(ada, f"{draft}/delete", TOPIC)
    ada.post("/preferences", {"lang": "zh-CN"})
    told = ada.get(f"{draft}/problems").json
    assert told is not None
    one = next(one for one in told["problems"] if one["code"] == "EXP020")
    assert one["message"].startswith("字段“")
    assert "已删除" in one["message"]
    assert "显示条件" in one["place"]


def test_undo_is_not_offered_for_what_an_earlier_step_did(ada: Browser, draft: str) -> None:
    send(ada, f"{draft}/delete", TOPIC)
    field = {"kind": "form", "id": "wish-form", "part": "city", "sure": "1"}
    assert send(ada, f"{draft}/delete", field).status_code == 200
    told = ada.get(f"{draft}/problems").json
    assert told is not None
    assert "bench-undo-form" not in told["list"]
    assert any("“Topic” was removed" in one["message"] for one in told["problems"])


def test_a_state_is_told_by_its_title(ada: Browser, draft: str) -> None:
    state = {"kind": "workflow", "id": "wish-flow", "part": "working", "sure": "1"}
    assert send(ada, f"{draft}/delete", state).status_code == 200
    told = ada.get(f"{draft}/problems").json
    assert told is not None
    gone = [one for one in told["problems"] if one["code"] == "WFL020"]
    assert gone
    assert all("The state “" in one["message"] for one in gone)
    assert any("?at=state/" in one["address"] for one in gone)


HASTE = """kind: rule
id: by-mail
title: {en: Mail waits, zh-CN: 邮件可等}
record_type: wish
on: created
order: %s
%sthen: [{set: {priority: P3}}]
"""


URGENT = """kind: rule
id: smoke
title: {en: Smoke is urgent, zh-CN: 冒烟为紧急}
record_type: wish
on: created
when: contains(title, "smoke")
then: [{set: {priority: P0}}]
"""


def lost(ada: Browser, draft: str, order: int, when: str = "") -> list[dict[str, str]]:
    """Return what is told of a new rule whose value another one overwrites."""
    change = {"file": "shop/haste.yaml", "text": HASTE % (order, when)}
    base = (ada.get(f"{draft}/problems").json or {})["revision"]
    saved = send(ada, f"{draft}/edit", {"base": base, "title": {"en": "R"}, "changes": [change]})
    assert saved.status_code == 200, saved.json
    told = (ada.get(f"{draft}/problems").json or {})["problems"]
    return [one for one in told if "does not stay" in one["message"]]


def test_a_new_rule_before_all_others_whose_value_does_not_stay_is_told(ada: Browser, shop: Shop) -> None:  # fmt: skip
    release, found = publish(shop.service, {**files(), "shop/smoke.yaml": URGENT}, author=None, note="Smoke")  # fmt: skip
    assert release is not None, [one.render("en") for one in found]
    draft = str(ada.post("/studio", {"title": "Haste"}).location)
    mail = 'when: channel == "mail"\n'
    [one] = lost(ada, draft, 90, mail)
    assert one["severity"] == "warning"
    assert "“Smoke is urgent” sets priority to" in one["message"].replace("Priority", "priority")
    assert one["address"].endswith("/define/rule/by-mail#c-then-0-set-priority")
    page = html.unescape(ada.get(one["address"].split("#")[0]).get_data(as_text=True))
    assert 'class="rule-lost"' in page[page.index('id="c-then-0-set-priority-row"') :]
    before = html.unescape(ada.get(f"{draft}/publish").get_data(as_text=True))
    assert "does not stay" in before
    assert lost(ada, draft, 110, mail) == []  # moved behind it: what it sets stays
    assert lost(ada, draft, 90) == []  # a general rule, which one for fewer cases may overwrite
