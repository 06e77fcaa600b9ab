"""Those who read the same share what is written; whoever is named in it reads their own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from sopwith.core import commands as c
from sopwith.core.directory import Person
from sopwith.core.events import Actor
from sopwith.definitions import read_text
from sopwith.engine import notices
from sopwith.engine.decide import decide
from sopwith.lab.people import Town
from sopwith.messages.render import Rendered, render
from sopwith.release.compile import compile_release

NOW = datetime(2026, 11, 16, 1, tzinfo=UTC)
ACTOR = Actor("user", "boss", frozenset({"agent"}), frozenset(), "Boss")
PEOPLE = {
    "ann": Person(id="ann", name="Ann", teams=frozenset({"desk"}), email="ann@x.example", lang="en"),
    "bob": Person(id="bob", name="Bob", teams=frozenset({"desk"}), email="bob@x.example", lang="en"),
    "wei": Person(id="wei", name="小伟", teams=frozenset({"desk"}), email="w@x.example", lang="zh-CN"),
    "far": Person(id="far", name="Far", teams=frozenset({"desk"}), lang="en", zone="Europe/Berlin"),
}  # fmt: skip
PACK = """kind: record_type
id: case
title: Case
number: "C-{{seq}}"
workflow: flow
intake: intake
access: {{create: [agent], read: [agent], work: [agent]}}
---
kind: form
id: intake
record_type: case
title: Case
sections: [{{id: a, title: A, fields: [{{id: description, type: text, title: Text}}]}}]
---
kind: team
id: desk
title: Desk
---
kind: workflow
id: flow
record_type: case
title: Flow
goal: Tell
scope: Tell
start: open
states:
  open: {{title: Open, customer_title: Open, category: open, owner: {{team: desk}}, limit: 1d, go: [{{to: done}}]}}
  done: {{title: Done, customer_title: Done, category: closed}}
---
kind: message_template
id: told
title: Told
audience: agent
record_type: case
subject: {{en: "New {{{{ number }}}}", zh-CN: "新单 {{{{ number }}}}"}}
body: {{en: "{hello} at {{{{ created_at }}}}", zh-CN: "{hello} {{{{ created_at }}}}"}}
---
kind: rule
id: tell
title: Tell
record_type: case
on: created
then: [{{notify: {{to: ["team:desk"], template: told, channel: both}}}}]
"""


def told(hello: str) -> dict[str, str]:
    """Return the text of each mail, and the notice of whoever has no address, by reader."""
    documents, found = read_text(PACK.format(hello=hello), "pack.yaml")
    release, more = compile_release(documents)
    assert release is not None, [
        one.render("en") for one in (*found, *more) if one.severity == "error"
    ]
    create = c.Create(
        actor=ACTOR, record_id="r", number="C-1", type="case", form="intake", values={"description": "Help"}
    )  # fmt: skip
    decision = decide(release, None, create, NOW, Town(people=PEOPLE, leads={"desk": "ann"}))
    by_mail = {
        one.payload["to_name"]: one.payload["text"]
        for one in decision.effects
        if one.kind == "mail"
    }
    notices = {
        one.payload["user"]: one.payload["text"] for one in decision.effects if one.kind == "notice"
    }
    assert notices.keys() == PEOPLE.keys()
    return by_mail | {"notice of " + user: text for user, text in notices.items()}


def test_a_message_that_names_its_reader_is_written_for_each() -> None:
    found = told("Dear {{ recipient.name }}")
    assert [found[name].split(" at ")[0].split(" 2026")[0] for name in ("Ann", "Bob", "小伟")] == [
        "Dear Ann",
        "Dear Bob",
        "Dear 小伟",
    ]


def test_others_read_the_same_in_their_language_and_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[object] = []

    def counted(*args: Any, **more: Any) -> Rendered:
        written.append(args)
        return render(*args, **more)

    monkeypatch.setattr(notices, "render", counted)
    found = told("All")
    assert found["Ann"] == found["Bob"] != found["小伟"]
    assert found["notice of ann"] == "New C-1"
    assert found["notice of wei"] == "新单 C-1"
    assert len(written) == 3  # English here, Chinese here, English in Berlin
