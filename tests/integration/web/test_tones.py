"""A choice with a colour is a chip of that tone, with its words, wherever a record shows it; the studio chooses it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from sopwith.runtime.publishing import publish
from tests.integration.web.conftest import Browser
from tests.support.shop import Shop, files

NewBrowser = Callable[[], Browser]
FORMS = "shop/forms.yaml"
CHIP = '<span class="badge tone tone-green">A question</span>'
VIEW = """kind: view
id: topics
title: {en: Topics, zh-CN: 主题}
record_type: wish
columns: [number, topic, city]
"""


@pytest.fixture
def wish(shop: Shop) -> str:
    """The id of a wish whose topic has a colour."""
    found = files()
    text = found[FORMS].replace("{id: question, title", "{id: question, color: green, title")
    release, problems = publish(
        shop.service,
        found | {FORMS: text, "shop/topics.yaml": VIEW},
        author=None,
        note="Colours",
    )
    assert release is not None, [one.render("en") for one in problems]
    return shop.wish(city="bj")


def text(response: Any) -> str:
    assert response.status_code == 200
    return str(response.get_data(as_text=True))


def test_lists_records_boards_forms_and_customers_show_the_chip(
    browser_of: NewBrowser, shop: Shop, wish: str
) -> None:
    lin = browser_of().sign_in("lin")
    table = text(lin.get("/desk?view=view:topics"))
    assert CHIP in table
    assert "tone" not in table.partition("Beijing")[0].rpartition("<td")[2]  # the city has none
    assert CHIP in text(lin.get(f"/desk/records/{wish}?tab=conversation"))
    assert CHIP in text(lin.get("/desk/board?type=wish&by=state"))
    assert CHIP in text(browser_of().get(shop.link(wish)))
    form = text(browser_of().get("/new/wish"))
    assert CHIP in form
    assert "<span>Something is broken" in form


def test_the_studio_chooses_the_colour_of_a_choice(browser_of: NewBrowser) -> None:
    ada = browser_of().sign_in("ada")
    draft = str(ada.post("/studio", {"title": "Colours"}).location)
    page = text(ada.get(f"{draft}/define/form/wish-form?at=sections/0/fields/0"))
    assert "A question" in page
    picker = re.search(r'<select[^>]*options-1-color".*?</select>', page, re.DOTALL)
    assert picker is not None
    tones = re.findall(r"<option value='&#34;(\w+)&#34;'", picker[0])
    assert tones == ["grey", "blue", "green", "amber", "red", "violet"]
