"""A new rule is called after what it does, until somebody writes a title; new fields are offered first."""

from __future__ import annotations

from typing import Any

import pytest

from sopwith.definitions import read_nodes
from sopwith.store.releases import draft_of
from tests.integration.web.conftest import Browser
from tests.integration.web.test_studio import send
from tests.support.shop import Shop

FILE = "shop/rules/rule.yaml"


class Rule:
    """A rule that was made by one press, and the draft that it is in."""

    def __init__(self, ada: Browser, shop: Shop) -> None:
        self.ada, self.shop = ada, shop
        self.draft = str(ada.post("/studio", {"title": "More"}).location)
        made = ada.post(f"{self.draft}/make", {"kind": "rule", "record_type": "wish"})
        assert made.location.endswith("/open/rule/rule")

    @property
    def files(self) -> Any:
        with self.shop.database.reading() as connection:
            found = draft_of(connection, self.draft.rsplit("/", 1)[1])
        assert found is not None
        self.revision = found.revision
        return found.documents

    @property
    def value(self) -> dict[str, Any]:
        found: dict[str, Any] = read_nodes(self.files[FILE], FILE)[0][0].value
        return found

    def does(self, *operations: dict[str, Any], file: str = FILE) -> None:
        assert self.files
        changes = [{"file": file, "document": 0, "operation": one} for one in operations]
        answer = send(self.ada, f"{self.draft}/edit", {"base": self.revision, "changes": changes})
        assert answer.status_code == 200, answer.get_data(as_text=True)


@pytest.fixture
def rule(ada: Browser, shop: Shop) -> Rule:
    return Rule(ada, shop)


def put(path: list[str | int], value: Any) -> dict[str, Any]:
    return {"op": "set", "path": path, "value": value}


def test_a_rule_without_a_title_is_called_after_what_it_does(rule: Rule) -> None:
    assert rule.value["title"] == {"en": "New rule", "zh-CN": "新规则"}
    rule.does(put(["when"], 'lang == "en"'))
    assert rule.value["title"]["en"] == "New rule"  # it does nothing yet
    rule.does(put(["then"], [{"set": {"priority": ""}}]))
    assert rule.value["title"]["en"] == "New rule"  # nobody has chosen a value
    rule.does(put(["then", 0, "set", "priority"], "P0"))
    assert rule.value["title"] == {
        "en": "Language is English: Set “Priority” to P0 Urgent",
        "zh-CN": "语言 为 英文时，将“优先级”设为 P0 紧急",
    }
    rule.does(put(["then", 0, "set", "priority"], "P1"))
    assert rule.value["title"]["en"] == "Language is English: Set “Priority” to P1 High"
    rule.does({"op": "clear", "path": ["when"]})
    assert rule.value["title"]["en"] == "Set “Priority” to P1 High"


def test_the_title_is_part_of_the_step_and_goes_back_with_it(rule: Rule) -> None:
    rule.does(put(["then"], [{"set": {"priority": "P0"}}]))
    assert rule.value["title"]["en"] == "Set “Priority” to P0 Urgent"
    assert rule.ada.post(f"{rule.draft}/undo", {}).status_code == 303
    assert rule.value["title"]["en"] == "New rule" and rule.value["then"] == []


def test_a_title_that_somebody_wrote_stays(rule: Rule) -> None:
    rule.does(put(["title"], {"en": "Wishes in a hurry", "zh-CN": "新规则"}))
    assert rule.value["title"] == {"en": "Wishes in a hurry"}  # the stock words of the other go
    rule.does(put(["then"], [{"set": {"priority": "P0"}}]))
    assert rule.value["title"] == {"en": "Wishes in a hurry"}


def test_what_no_operation_can_do_is_refused_as_before(rule: Rule) -> None:
    assert rule.files
    gone = {"file": FILE, "document": 0, "operation": put(["then", 7, "set", "priority"], "P0")}
    body = {"base": rule.revision, "changes": [gone]}
    assert send(rule.ada, f"{rule.draft}/edit", body).status_code == 422


def test_fields_that_the_draft_brings_are_offered_first(rule: Rule, ada: Browser) -> None:
    name = next(name for name, text in rule.files.items() if "kind: form" in text and "record_type: wish" in text)  # fmt: skip
    roots = read_nodes(rule.files[name], name)[0]
    number, form = next((at, one.value) for at, one in enumerate(roots) if one.value.get("kind") == "form" and one.value.get("record_type") == "wish")  # fmt: skip
    count = len(form["sections"][0]["fields"])
    field = {"id": "shoe_size", "type": "text", "title": {"en": "Shoe size", "zh-CN": "鞋码"}}
    body = {"base": rule.revision, "changes": [{"file": name, "document": number, "operation": {"op": "insert", "path": ["sections", 0, "fields"], "index": count, "value": field}}]}  # fmt: skip
    assert send(ada, f"{rule.draft}/edit", body).status_code == 200
    page = ada.get(f"{rule.draft}/define/rule/rule").get_data(as_text=True)
    lists = page.split('<optgroup label="New in this draft">')
    assert len(lists) == 3  # of the condition, and of the fields to set
    for one in lists[1:]:
        assert one.lstrip().startswith('<option value="shoe_size"')
    assert page.index('<optgroup label="New in this draft">') < page.index('<optgroup label="Fields">')  # fmt: skip
