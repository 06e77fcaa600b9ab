"""Rules in the studio: all of a record type in their order, one as when, if and then, and what else fires."""

from __future__ import annotations

import copy
import html
import json
import os
import random
import re
from typing import Any

import yaml

from sopwith.definitions import read_nodes
from tests.integration.web.conftest import Browser
from tests.integration.web.test_studio_conditions import send
from tests.support.shop import PACKS, Shop

PACK = "software_p0p3"
KINDS = ("rule", "table", "routing")
MOST_ODD = 400 if os.environ.get("SOPWITH_FULL") else 36


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


def test_who_has_the_last_word_on_a_field_is_told_and_can_be_changed(ada: Browser) -> None:
    other = """kind: rule
id: broken-is-low
title: {en: Broken is low, zh-CN: 故障为低}
record_type: ticket
on: created
when: type == "bug"
then:
  - set: {priority: P3}
"""
    draft = draft_with(ada, other=other)
    page = html.unescape(shown(ada, f"{draft}/define/rule/broken-is-low"))
    effects = page.index('id="rule-effects"')
    assert "“Crash or data loss is urgent” sets Priority to P0" in page[:effects]  # where it is set
    assert "first; where both apply, this rule lowers it to P3" in page[:effects]
    assert '"path": ["order"], "value": 19' in page[:effects]  # before the rule with order 20
    higher = shown(
        ada, f"{draft_with(ada, other=other.replace('P3', 'P1'))}/define/rule/broken-is-low"
    )
    page = html.unescape(higher)
    assert "sets Priority to P2" in page[page.index('id="rule-effects"') :]
    assert "before this rule; this rule's P1" in page[page.index('id="rule-effects"') :]
    told = ada.get(f"{draft}/problems").json
    assert told is not None
    [warned] = [one for one in told["problems"] if one["code"] == "RUL018"]
    assert "broken-is-low" in warned["address"]
    assert "'Propose a priority by type'" in warned["message"]
    calm = draft_with(ada, other=other.replace("on: created", "on: created\norder: 5"))
    page = html.unescape(shown(ada, f"{calm}/define/rule/broken-is-low"))
    assert "after this rule; this rule's " in page
    told = ada.get(f"{calm}/problems").json
    assert told is not None
    assert "RUL018" not in {one["code"] for one in told["problems"]}


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
    for number in range(MOST_ODD):
        one = mangled(chance.choice(some), chance) | {"id": f"odd-{number}"}
        texts.append((one["kind"], one["id"], yaml.safe_dump(one, allow_unicode=True)))
    draft = draft_with(ada, **{name: text for _kind, name, text in texts})
    for kind, name, text in texts:
        answer = ada.get(f"{draft}/define/{kind}/{name}", headers={"X-Part": "room"})
        assert answer.status_code == 200, text


TABLE = """kind: table
id: cover
title: {en: Cover, zh-CN: 保障}
record_type: ticket
inputs: [priority, customer.tier, reopened]
outputs: [priority_by_table]
hit: unique
rows:
  - {when: {priority: P0}, then: {priority_by_table: high}}
  - {when: {priority: [P0, P1], customer.tier: vip}, then: {priority_by_table: high}}
  - {when: {reopened: ">= 2", priority: "!= P0"}, then: {priority_by_table: low}}
"""


def table(**more: str) -> str:
    """Return a table whose result is a text, with some lines in another way."""
    text = TABLE.replace("priority_by_table", "title")
    for old, new in more.items():
        text = text.replace(old, new)
    return text


def test_a_table_is_a_sheet_of_cells_with_words_and_findings(ada: Browser) -> None:
    draft = draft_with(ada, cover=table())
    page = ada.get(f"{draft}/define/table/cover").get_data(as_text=True)
    found = re.findall(r'id="cell-(\d-\d)"[^>]*>([^<]*)<', page)
    cells = {place: html.unescape(words) for place, words in found}
    assert cells["0-0"] == "P0 Urgent"
    assert cells["0-1"] == "anything"
    assert cells["1-0"] == "P0 Urgent, P1 High"
    assert cells["2-0"] == "not P0 Urgent"
    assert cells["2-2"] == ">= 2"
    assert cells["2-3"] == "low"
    overlap = page[page.index('id="row-1-says"') :]
    assert "both fit" in overlap[: overlap.index("</tr>")]


def test_the_rows_that_fit_light_up(ada: Browser) -> None:
    draft = draft_with(ada, cover=table(unique="first"))
    page = shown(ada, f"{draft}/define/table/cover?at=;v.priority=P0;v.customer.tier=vip")
    lit = re.findall(r'id="row-(\d)"[^>]*class="([^"]*)"', page)
    assert [(row, words.split()) for row, words in lit if "is-fit" in words] == [
        ("0", ["is-fit", "is-answer", *lit[0][1].split()[2:]]),
        ("1", ["is-fit", *lit[1][1].split()[1:]]),
    ]
    answer = page[page.index('id="trial-answer"') :]
    assert "Row 1 answers:" in answer
    assert "= high" in answer[: answer.index("</p>")]
    nothing = shown(ada, f"{draft}/define/table/cover?at=;v.priority=P3;v.reopened=0")
    assert "No row fits" in nothing
    assert "no ticket with this number" in shown(ada, f"{draft}/define/table/cover?at=;ticket=X-1")


def test_a_chain_is_steps_in_words(ada: Browser) -> None:
    draft = draft_with(ada)
    page = shown(ada, f"{draft}/define/routing/software-routing")
    steps = re.findall(r'id="link-(\d)"[^>]*aria-label="([^"]*)"', page)
    assert [words for _at, words in steps][:2] == ["1. Who is on call in On call", "2. The customer's own manager"]  # fmt: skip
    assert "only if Priority is P0 Urgent" in page
    [added] = operations(page, 'id="chain-add-round_robin"')
    assert (added["op"], added["path"], added["index"]) == (
        "insert",
        ["chain"],
        5,
    )  # before the queue
    assert 'id="c-chain-3-field"' in page  # the field of the skill
    assert 'id="c-chain-1-field"' not in page


def test_a_chain_says_who_would_get_a_real_ticket(ada: Browser, shop: Shop) -> None:
    chain = """kind: routing
id: wishes
title: {en: Wishes, zh-CN: 请求}
record_type: wish
chain:
  - {by: dedicated}
  - {by: least_loaded, team: counter}
  - {by: queue, team: counter}
"""
    number = shop.state(shop.wish()).number
    draft = draft_with(ada, chain=chain)
    page = shown(ada, f"{draft}/define/routing/wishes?at=;ticket={number}")
    answer = page[page.index('id="route-answer"') :]
    assert "Lin Yue" in answer[: answer.index("</p>")]
    second = page[page.index('id="link-1-step"') :]
    assert "Lin Yue" in second[: second.index("</div></div>")]
    assert 'id="link-2-step"' not in page  # the chain ended before the queue
