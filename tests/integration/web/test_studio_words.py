"""Every kind of definition shows its words in both languages side by side, and what is missing can be filled in there."""

from __future__ import annotations

import html
import re

import pytest

from sopwith.core.text import Text
from sopwith.web.studio.bench import bench_of
from tests.integration.web.conftest import Browser
from tests.integration.web.test_studio import send
from tests.support.shop import files

FLOW = "shop/workflows.yaml"


@pytest.fixture
def draft(ada: Browser) -> str:
    return str(ada.post("/studio", {"title": "Words"}).location)


def sheet(ada: Browser, draft: str, key: str, only: str = "") -> str:
    page = ada.get(f"{draft}/define/{key}?as=words&at={only}")
    assert page.status_code == 200
    return html.unescape(page.text)


def paths(page: str) -> list[str]:
    return re.findall(r'id="(c-[^"]*)-row"', page)


def test_every_kind_shows_all_its_texts(ada: Browser, draft: str) -> None:
    """A walk over the definitions as they are compiled knows of no text that the sheets leave out."""
    made = bench_of(files())
    kinds = set()
    for one in made.documents:
        if one.kind == "form" or not one.id:
            continue
        kinds.add(one.kind)
        page = sheet(ada, draft, f"{one.kind}/{one.id}")
        for text in texts_of(one.value):
            assert f'value="{text.zh}"' in page or f"{text.zh}</textarea>" in page, (one.key, text)
    assert {"workflow", "record_type", "team"} <= kinds


def texts_of(value: object) -> list[Text]:
    if isinstance(value, dict):
        if set(value) == {"en", "zh-CN"}:
            return [Text(str(value["en"]), str(value["zh-CN"]))]
        return [one for inner in value.values() for one in texts_of(inner)]
    return [one for inner in value for one in texts_of(inner)] if isinstance(value, list) else []


def test_what_is_missing_stands_out_and_is_all_that_is_shown_when_asked_for(
    ada: Browser, draft: str
) -> None:
    assert "Every text is there in both languages." in sheet(ada, draft, "workflow/wish-flow")
    text = files()[FLOW].replace(
        "title: {en: Worked on, zh-CN: 处理中}", "title: {en: Worked on}", 1
    )
    change = {"file": FLOW, "text": text}
    assert send(ada, f"{draft}/edit", {"base": 0, "changes": [change]}).status_code == 200
    page = sheet(ada, draft, "workflow/wish-flow")
    assert "1 text is missing in one language" in page
    assert len(paths(page)) > 10
    page = sheet(ada, draft, "workflow/wish-flow", ";only=missing")
    assert paths(page) == ["c-states-working-title"]
    assert '<td class="is-empty"><input class="input" lang="zh-CN"' in page
    assert "/define/workflow/wish-flow?at=state/working#c-states-working-title" in page


def test_the_editor_leads_to_its_words_and_back(ada: Browser, draft: str) -> None:
    editor = ada.get(f"{draft}/define/record_type/wish").text
    assert "as=words" in editor and "Translations" in editor
    back = re.search(r'id="words-toggle" href="([^"]*)"', sheet(ada, draft, "record_type/wish"))
    assert back is not None and "as=" not in back[1]
    assert ada.get(back[1]).status_code == 200
    assert 'id="words-toggle"' not in ada.get(f"{draft}/define/form/wish-form").text
