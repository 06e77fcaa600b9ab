"""Rules in the studio: all of a record type in their order, one as when, if and then, and what else fires."""

from __future__ import annotations

import copy
import html
import json
import random
import re
from typing import Any

import pytest
import yaml
from flask import Flask

from sopwith.definitions import read_nodes
from tests.integration.web.conftest import Browser
from tests.integration.web.test_studio_conditions import send
from tests.support.shop import PACKS

PACK = "software_p0p3"
KINDS = ("rule", "table", "routing")


@pytest.fixture
def ada(app: Flask) -> Browser:
    return Browser(app).sign_in("ada")


def draft_with(browser: Browser, **more: str) -> str:
    """Return the address of a draft that holds two packs, and some files of ours."""
    address = str(browser.post("/studio", {"title": "Rules"}).location)
    texts = {
        f"{pack}/{one.name}": one.read_text(encoding="utf-8")
        for pack in (PACK, "it_request")
        for one in (PACKS / pack).glob("*.yaml")
    }
    texts |= {f"{PACK}/{name}.yaml": text for name, text in more.items()}
    changes = [{"file": name, "text": text} for name, text in texts.items()]
    assert send(browser, f"{address}/edit", {"base": 0, "changes": changes}).status_code == 200
    return address


def shown(browser: Browser, address: str, **headers: str) -> str:
    """Return a page without the marks of HTML in its words."""
    answer = browser.get(address, headers=headers)
    assert answer.status_code == 200, answer.get_data(as_text=True)[:400]
    return html.unescape(answer.get_data(as_text=True))


def operations(page: str, within: str) -> list[dict[str, Any]]:
    """Return what the button whose start tag has *within* would do."""
    tag = next(one for one in re.findall(r"<button[^>]*>", page) if within in one)
    found = re.search(r"data-do='([^']*)'", tag)
    assert found is not None
    done: list[dict[str, Any]] = json.loads(found[1])
    return done


def test_all_rules_of_a_type_stand_in_their_order(ada: Browser) -> None:
    draft = draft_with(ada)
    page = shown(ada, f"{draft}/define/rule/page-p0")
    order = [(int(one), name) for name, one in re.findall(r'data-rule="([^"]+)"[^>]*data-order="(-?\d+)"', page)]  # fmt: skip
    assert order == sorted(order)
    names = [name for _order, name in order]
    assert {"page-p0", "ticket-priority", "tell-assigned"} <= set(names)  # of its type, and of any
    assert "if Priority is P0 Urgent" in page
    assert "Call who is on call in On call: P0 alarm" in page
    timed = shown(ada, f"{draft}/define/rule/page-p0?at=;on=timed")
    assert 'data-rule="close-unconfirmed"' in timed
    assert 'data-rule="ticket-priority"' not in timed
    assert 'data-rule="page-p0"' in timed  # the one that is open stays in sight


def test_a_rule_is_switched_off_from_the_list(ada: Browser) -> None:
    draft = draft_with(ada)
    page = shown(ada, f"{draft}/define/rule/page-p0")
    [off] = operations(page, 'id="rule-ticket-priority-switch"')
    assert (off["op"], off["path"], off["value"]) == ("set", ["enabled"], False)
    change = {"file": off.pop("file"), "document": off.pop("document"), "operation": off}
    saved = send(ada, f"{draft}/edit", {"base": 1, "title": {"en": "Off"}, "changes": [change]})
    assert saved.status_code == 200, saved.json
    page = shown(ada, f"{draft}/define/rule/page-p0")
    [on] = operations(page, 'id="rule-ticket-priority-switch"')
    assert on["op"] == "clear"
    assert "enabled: false" in saved.json["files"][change["file"]]


def test_what_else_fires_is_told(ada: Browser) -> None:
    other = """kind: rule
id: second-page
title: {en: Second page, zh-CN: 再次呼叫}
record_type: ticket
on: "changed:priority"
when: priority == "P0" and channel == "mail"
then:
  - tag: paged
---
kind: rule
id: calm
title: {en: Calm, zh-CN: 平静}
record_type: ticket
on: "changed:priority"
when: priority == "P3"
then:
  - set: {priority: P2}
"""
    draft = draft_with(ada, other=other)
    page = shown(ada, f"{draft}/define/rule/page-p0")
    effects = page[page.index('id="rule-effects"') :]
    together = effects[effects.index("On the same occasion") :]
    together = together[: together.index("</ul>")]
    assert "Second page" in together
    assert "Calm" not in together  # P0 and P3 never hold at once
    writes = effects[effects.index("They write what this rule reads") :]
    assert "Calm" in writes[: writes.index("</ul>")]


def test_every_action_has_inputs_of_its_own(ada: Browser) -> None:
    many = """kind: rule
id: everything
title: {en: Everything, zh-CN: 全部动作}
record_type: ticket
on: created
then:
  - set: {priority: P1, title: {value: "upper(title)"}}
  - raise: {field: priority, by: 1}
  - assign: {team: tier-2}
  - notify: {to: [owner, "role:lead"], template: p0-page, channel: mail}
  - comment: {text: {en: Hello, zh-CN: 您好}, public: true}
  - tag: [one, two]
  - escalate: {kind: functional, to: {role: lead}}
  - start: {id: look, title: {en: Look, zh-CN: 查看}, owner: {team: tier-2}, limit: 4h}
  - create: {type: problem, link: problem_of, values: {module: {value: module}}}
  - webhook: {url: "https://example.test/hook", secret: "env:HOOK"}
  - follow: [lead]
"""
    draft = draft_with(ada, many=many)
    page = shown(ada, f"{draft}/define/rule/everything")
    for place, (kind, control) in enumerate(
        [
            ("Set fields", "c-then-0-set-priority"), ("Raise or lower a field", "c-then-1-raise-by"),
            ("Give it to a person or team", "c-then-2-assign-team"), ("Tell people", "c-then-3-notify-template"),
            ("Write a comment", "c-then-4-comment-text-en"), ("Add tags", "c-then-5-tag"),
            ("Escalate", "c-then-6-escalate-to-role"), ("Start a task", "c-then-7-start-limit"),
            ("Open a linked record", "c-then-8-create-type"), ("Call another system", "c-then-9-webhook-url"),
            ("Let people follow it", "c-then-10-follow"),
        ]
    ):  # fmt: skip
        card = page[page.index(f'id="action-{place}"') :]
        assert kind in card[: card.index("</strong>")]
        assert f'id="{control}"' in card
    assert 'id="c-then-0-set-title-value-cond"' in page
    [without] = operations(page, 'id="c-then-3-notify-to-who-owner"')
    assert without["value"] == ["role:lead"]
    added = operations(page, 'id="add-survey"')
    assert (added[0]["op"], added[0]["path"], added[0]["index"]) == ("insert", ["then"], 11)


def test_a_copy_has_an_id_and_a_file_of_its_own(ada: Browser) -> None:
    draft = draft_with(ada)
    page = shown(ada, f"{draft}/define/rule/page-p0")
    found = re.search(r"data-copy-rule='([^']*)'", page)
    assert found is not None
    made = json.loads(found[1])
    assert made["id"] not in ("page-p0", "")
    value = yaml.safe_load(made["text"])
    assert value["id"] == made["id"]
    answer = send(ada, f"{draft}/edit", {"base": 1, "changes": [{"file": made["file"], "text": made["text"]}]})  # fmt: skip
    assert answer.status_code == 200
    assert f'data-rule="{made["id"]}"' in shown(ada, f"{draft}/define/rule/{made['id']}")


def mangled(value: Any, chance: random.Random) -> Any:
    """Return a definition in which something is missing or of another shape."""
    found = copy.deepcopy(value)
    places: list[tuple[Any, Any]] = []
    waiting: list[Any] = [found]
    while waiting:
        one = waiting.pop()
        keys = one.items() if isinstance(one, dict) else enumerate(one)
        for key, inner in keys:
            if key not in ("kind", "id"):
                places.append((one, key))
            if isinstance(inner, dict | list):
                waiting.append(inner)
    for _ in range(chance.randint(1, 3)):
        holder, key = chance.choice(places)
        try:
            if chance.random() < 0.3:
                del holder[key]
            else:
                holder[key] = chance.choice([None, "", "-", 7, True, [], {}, [7], {"a": {"b": 1}}, "x y", [[]], [{}], "priority =="])  # fmt: skip
        except (KeyError, IndexError):
            continue
    return found


def samples() -> list[dict[str, Any]]:
    """Return the rules, tables and chains of the packs."""
    found = []
    for pack in ("base", PACK, "it_request", "complaint_heat"):
        for path in (PACKS / pack).glob("*.yaml"):
            for one in (
                node.value for node in read_nodes(path.read_text(encoding="utf-8"), path.name)[0]
            ):
                if isinstance(one, dict) and one.get("kind") in KINDS:
                    found.append(one)
    return found


def test_no_half_written_definition_breaks_the_room(ada: Browser) -> None:
    chance = random.Random(4)
    some = samples()
    texts = []
    for number in range(60):
        one = mangled(chance.choice(some), chance) | {"id": f"odd-{number}"}
        texts.append((one["kind"], one["id"], yaml.safe_dump(one, allow_unicode=True)))
    draft = draft_with(ada, **{name: text for _kind, name, text in texts})
    for kind, name, text in texts:
        answer = ada.get(f"{draft}/define/{kind}/{name}", headers={"X-Part": "room"})
        assert answer.status_code == 200, text
