"""What editors say of a finding: titles in place of ids, what was probably meant, and one press where one thing is right."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from sopwith.definitions.operations import apply_to_value
from tests.integration.web.conftest import Browser
from tests.integration.web.test_studio import send
from tests.integration.web.test_studio_workflow import MAKERS, bench_with, errors, workflow
from tests.support.rooms import room_of
from tests.support.shop import files


@pytest.fixture
def speaking(app: Flask) -> Iterator[None]:
    with app.test_request_context("/"):
        yield


def past_the_work(**more: Any) -> dict[str, Any]:
    """Return the wishes with a start that leads to their end alone."""
    document = workflow("wish-flow")
    document["states"]["received"]["go"] = [{"to": "cancelled"}]
    document["states"].update(more)
    return document


def codes(document: dict[str, Any]) -> list[str]:
    return [one.code for one in bench_with(document).found if one.code == "WFL063"]


def press_of(page: str) -> list[dict[str, Any]]:
    found = re.search(r'class="field-press"><button[^>]*data-do=\'([^\']*)\'', page)
    return json.loads(html.unescape(found[1])) if found else []


@pytest.mark.usefixtures("speaking")
def test_a_start_past_the_work_is_mended_by_one_press() -> None:
    document = past_the_work()
    assert codes(document) == ["WFL063"]
    page = room_of(document, "state/received;view=outline")
    assert "Add a way to “Worked on”" in html.unescape(page)
    [one] = press_of(page)
    mended = apply_to_value(document, MAKERS[one.pop("op")](**one | {"path": tuple(one["path"])}))
    assert codes(mended) == []
    assert mended["states"]["received"]["go"] == [{"to": "working"}, {"to": "cancelled"}]
    assert not errors(bench_with(mended)) - errors(bench_with(workflow("wish-flow")))


@pytest.mark.usefixtures("speaking")
def test_where_the_work_could_begin_in_two_states_somebody_has_to_choose() -> None:
    other = {**workflow("wish-flow")["states"]["working"], "go": [{"to": "working"}]}
    document = past_the_work(checking=other)
    document["states"]["working"]["go"].append({"to": "checking"})
    assert codes(document) == ["WFL063"]
    page = html.unescape(room_of(document, "state/received;view=outline"))
    assert "begins only when it is opened again" in page
    assert press_of(page) == []


@pytest.mark.usefixtures("speaking")
def test_a_finding_names_what_was_meant_by_its_title() -> None:
    document = workflow("wish-flow")
    document["states"]["received"]["go"][0]["to"] = "workin"
    page = html.unescape(room_of(document, "line/received/workin;view=outline"))
    assert "no state is called 'workin'; did you mean 'Worked on (working)'?" in page


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", "nothing here is called 'topik'; did you mean 'Topic (topic)'?"),
        ("zh-CN", "这里没有名为“topik”的内容；是否想写“主题（topic）”？"),
    ],
)
def test_the_list_of_problems_names_the_field_that_was_meant(
    app: Flask, lang: str, words: str
) -> None:
    ada = Browser(app).sign_in("ada")
    ada.post("/preferences", {"lang": lang})
    draft = str(ada.post("/studio", {"title": "Told"}).location)
    text = files()["shop/workflows.yaml"].replace("to: resolved, ", "to: resolved, when: topik != none, ", 1)  # fmt: skip
    change = {"file": "shop/workflows.yaml", "text": text}
    assert send(ada, f"{draft}/edit", {"base": 0, "changes": [change]}).status_code == 200
    told = ada.get(f"{draft}/problems").json
    assert told is not None
    assert words in [one["message"] for one in told["problems"]]


def test_steps_are_told_by_titles(app: Flask) -> None:
    ada = Browser(app).sign_in("ada")
    draft = str(ada.post("/studio", {"title": "Told"}).location)
    page = html.unescape(ada.get(f"{draft}/define/form/wish-form?at=sections/0/fields/0").text)
    steps = set(re.findall(r"data-step=\'(\{.*?\})\'", page))
    assert len(steps) > 10
    assert '"Required: Topic"' in "".join(steps) and "“必填：主题”".strip("“”") in "".join(steps)
    told = [
        one for one in steps if re.search(r"\b(topic|city|stopped|what)\b", json.loads(one)["en"])
    ]
    assert told == []
