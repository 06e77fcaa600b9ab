"""A firm that writes one language is not asked for the other: no warnings, no second column, until it says otherwise."""

from __future__ import annotations

import re

import pytest

from sopwith.store.installation import setting
from tests.integration.web.conftest import Browser
from tests.integration.web.test_admin import text
from tests.integration.web.test_studio_forms import send
from tests.integration.web.test_studio_stock_words import FIELDS, form_id
from tests.support.shop import Shop


@pytest.fixture
def draft(ada: Browser) -> str:
    """The address of a new draft with a field that is titled in Chinese alone."""
    address = str(ada.post("/studio", {"title": "Words"}).location)
    field = {"id": "invoice", "type": "choice", "title": {"zh-CN": "发票"}, "options": [{"id": "yes", "title": {"zh-CN": "要"}}]}  # fmt: skip
    assert send(ada, address, {"op": "insert", "path": FIELDS, "index": 0, "value": field}).status_code == 200  # fmt: skip
    return address


def codes(ada: Browser, draft: str) -> list[str]:
    return [one["code"] for one in (ada.get(f"{draft}/problems").json or {})["problems"]]


def field_page(ada: Browser, draft: str) -> str:
    return text(ada, f"{draft}/define/form/{form_id()}?at=sections/0/fields/0")


def inputs(page: str, tongue: str) -> list[str]:
    """The boxes for a language, as they are written."""
    return re.findall(rf'<label class="words-one"[^>]*><span class="[a-z]+" lang="{tongue}"', page)


def test_one_press_at_the_warning_says_that_one_language_is_written(
    ada: Browser, shop: Shop, draft: str
) -> None:
    before = field_page(ada, draft)
    assert codes(ada, draft).count("DEF015") == 2
    assert 'form="written-form" name="languages" value="zh-CN"' in before
    assert not any("hidden" in one for one in inputs(before, "en"))
    back = ada.post("/studio/languages", {"languages": "zh-CN", "to": f"{draft}?at=x"})
    assert back.status_code == 303 and str(back.location).endswith("?at=x")
    assert "DEF015" not in codes(ada, draft)
    with shop.database.reading() as connection:
        assert setting(connection, "written") == {"languages": ["zh-CN"]}
    after = field_page(ada, draft)
    assert "this has no words in English yet" not in after and "Copy it to English" not in after
    assert inputs(after, "en") and all("hidden" in one for one in inputs(after, "en"))
    assert not any("hidden" in one for one in inputs(after, "zh-CN"))
    assert re.search(r'<input class="input input-small"[^>]* hidden[^>]* lang="en"', after)


def test_words_that_only_the_other_language_has_stay_in_sight(ada: Browser, draft: str) -> None:
    ada.post("/studio/languages", {"languages": "en"})
    assert codes(ada, draft).count("DEF015") == 2, "English is what is written, and is missing"
    page = field_page(ada, draft)
    title = page[page.index('id="c-sections-0-fields-0-title--field"') :][:600]
    assert not any("hidden" in one for one in inputs(title, "zh-CN"))


def test_translations_show_both_and_lead_back_to_both(ada: Browser, shop: Shop, draft: str) -> None:
    ada.post("/studio/languages", {"languages": "zh-CN"})
    page = text(ada, f"{draft}/define/form/{form_id()}?at=;tab=words")
    assert "Only Chinese is asked for here" in page and "missing in one language" not in page
    assert 'lang="en" id="c-sections-0-fields-0-title-en"' in page
    assert 'form="written-form" name="languages" value="both"' in page
    ada.post("/studio/languages", {"languages": "both"})
    assert codes(ada, draft).count("DEF015") == 2
    page = text(ada, f"{draft}/define/form/{form_id()}?at=;tab=words")
    assert "2 texts are missing in one language" in page


def test_messages_are_written_and_shown_in_the_one_language(ada: Browser, draft: str) -> None:
    ada.post(f"{draft}/make", {"kind": "message_template", "title_zh": "回执", "id": "receipt"})
    page = text(ada, f"{draft}/define/message_template/receipt")
    assert 'id="letter-en"' in page and 'class="field" hidden' not in page
    ada.post("/studio/languages", {"languages": "zh-CN"})
    page = text(ada, f"{draft}/define/message_template/receipt")
    assert 'id="letter-en"' not in page and 'id="letter-zh-CN"' in page
    assert re.search(r'<div class="field" hidden><label for="c-body-en">', page)
    assert not re.search(r'<div class="field" hidden><label for="c-body-zh-CN">', page)


def test_the_set_up_asks_for_the_languages(ada: Browser, shop: Shop) -> None:
    typed = {"name_en": "", "name_zh": "", "lang": "en", "zone": "Asia/Shanghai"}
    ada.post("/studio/setup/language", {**typed, "languages": "zh-CN"})
    page = text(ada, "/studio/setup/language")
    assert re.search(r'<option value="zh-CN" selected>\s*Chinese only', page)
    ada.post("/studio/setup/language", typed)
    with shop.database.reading() as connection:
        assert setting(connection, "written") == {"languages": ["en", "zh-CN"]}


def test_the_press_leads_nowhere_else(ada: Browser) -> None:
    back = ada.post("/studio/languages", {"languages": "klingon", "to": "//evil.example/"})
    assert str(back.location).endswith("/studio")
