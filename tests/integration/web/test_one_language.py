"""A pack that is written in one language only, read by people of the other: its words are shown, never nothing, never a key."""

from __future__ import annotations

import html
import re
from functools import cache
from html.parser import HTMLParser
from typing import Any

import pytest
import yaml
from flask import Flask
from sqlalchemy import select

from sopwith.definitions import read_nodes
from sopwith.runtime.publishing import publish
from sopwith.store.tables import JobRow
from tests.integration.web.conftest import Browser
from tests.support.api import Caller, give_token
from tests.support.shop import Shop, files

OTHER = {"en": "zh-CN", "zh-CN": "en"}
READERS = [pytest.param("en", id="English, read in Chinese"), pytest.param("zh-CN", id="Chinese, read in English")]  # fmt: skip
NAMED = frozenset({"label", "option", "legend", "button", "a", "th", "h1", "h2", "h3", "summary"})
TELLS = re.compile("[A-Za-z\N{CJK UNIFIED IDEOGRAPH-4E00}-\N{CJK UNIFIED IDEOGRAPH-9FFF}0-9]")


@cache
def documents() -> dict[str, list[Any]]:
    return {path: [node.value for node in read_nodes(text, path)[0]] for path, text in files().items() if path.endswith(".yaml")}  # fmt: skip


def only(value: Any, lang: str) -> Any:
    """Return *value* with each text in *lang* alone."""
    if isinstance(value, dict):
        if value and value.keys() <= OTHER.keys():
            return {lang: value.get(lang) or next(iter(value.values()))}
        return {key: only(inner, lang) for key, inner in value.items()}
    return [only(inner, lang) for inner in value] if isinstance(value, list) else value


def titles(lang: str, kind: str, name: str, *keys: str) -> list[str]:
    """Return the titles below one definition."""
    found = next(one for some in documents().values() for one in some if (one.get("kind"), one.get("id")) == (kind, name))  # fmt: skip
    for key in keys:
        found = found[key]
    return [one["title"][lang] for one in (found.values() if isinstance(found, dict) else found)]


def ids() -> frozenset[str]:
    """Return every key that stands for something with a title."""
    found: set[str] = set()

    def walk(value: Any, key: str = "") -> None:
        if isinstance(value, dict):
            if isinstance(value.get("title"), dict):
                called = set(value["title"].values())
                found.update({str(value.get("id", key)), key} - called - {""})
            for name, inner in value.items():
                walk(inner, name)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    walk(list(documents().values()))
    return frozenset(found) - {"P0", "P1", "P2", "P3"}  # the desk's own names of priorities


class Names(HTMLParser):
    """Gathers what each element that needs a name says: its words, or those of its attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, list[str]]] = []
        self.found: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        told = dict(attributes)
        said = told.get("aria-label") or told.get("title") or ""
        if tag in NAMED and told.get("aria-hidden") == "true":
            self.open.append((tag, ["-"]))
        elif tag in NAMED:
            empty_choice = tag == "option" and told.get("value") == ""
            self.open.append((tag, ["-" if empty_choice else said]))
        elif self.open and (tag == "img" or said):
            self.open[-1][1].append(told.get("alt") or said)

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1][0] == tag:
            name, words = self.open.pop()
            self.found.append((name, " ".join(" ".join(words).split())))
            if self.open:
                self.open[-1][1].extend(words)

    def handle_data(self, data: str) -> None:
        if self.open:
            self.open[-1][1].append(data)


def wrong_names(page: str) -> list[tuple[str, str]]:
    """Return the elements that say nothing or a key."""
    reader = Names()
    reader.feed(page)
    keys = ids()
    return [(tag, words) for tag, words in reader.found if not words or words in keys]


@pytest.fixture
def written(request: pytest.FixtureRequest, shop: Shop, app: Flask) -> str:
    """The language that everything is written in, after it was published so."""
    lang: str = request.param
    texts = {path: yaml.safe_dump_all([only(one, lang) for one in some], allow_unicode=True, sort_keys=False) for path, some in documents().items()}  # fmt: skip
    others = {path: text for path, text in files().items() if path not in texts}
    release, found = publish(shop.service, {**others, **texts}, author=None, note="one language")
    assert release is not None, [one.render("en") for one in found]
    return lang


def reader(app: Flask, login: str, lang: str) -> Browser:
    browser = Browser(app).sign_in(login)
    browser.post("/preferences", {"lang": lang})
    return browser


@pytest.mark.parametrize("written", READERS, indirect=True)
def test_the_portal_shows_the_words_there_are(app: Flask, shop: Shop, written: str) -> None:
    record = shop.wish()
    ann = reader(app, "ann@example.test", OTHER[written])
    form = html.unescape(ann.get("/new/wish").text)
    for one in titles(written, "form", "wish-form", "sections"):
        assert one in form
    pages = ["/", "/new/wish", "/mine", shop.link(record)]
    for page in pages:
        answer = ann.get(page)
        assert answer.status_code == 200, page
        assert wrong_names(answer.text) == [], page
    told = html.unescape(ann.get(shop.link(record)).text)
    assert {"en": "Received", "zh-CN": "已收到"}[written] in told, "how it stands"
    refused = ann.post("/new/wish", {"topic": "fault"})
    assert refused.status_code == 422
    assert wrong_names(refused.text) == []


@pytest.mark.parametrize("written", READERS, indirect=True)
def test_the_desk_shows_the_words_there_are(app: Flask, shop: Shop, written: str) -> None:
    record = shop.wish()
    lin = reader(app, "lin", OTHER[written])
    state = titles(written, "workflow", "wish-flow", "states")[0]
    for page in ("/desk", f"/desk/records/{record}", "/desk/board", "/desk/new"):
        answer = lin.get(page)
        assert answer.status_code == 200, page
        assert wrong_names(answer.text) == [], page
    assert state in html.unescape(lin.get(f"/desk/records/{record}").text)


@pytest.mark.parametrize("written", READERS, indirect=True)
def test_mails_say_the_words_there_are(shop: Shop, written: str) -> None:
    """Customers and colleagues whose language the pack lacks get a mail all the same."""
    for customer in ("ann", "wei"):
        shop.wish(customer)
    with shop.database.reading() as connection:
        mails = list(connection.scalars(select(JobRow.payload).where(JobRow.kind == "mail")))  # fmt: skip
    assert mails
    for one in mails:
        assert TELLS.search(str(one.get("subject"))), one
        assert TELLS.search(str(one.get("text"))), one
        assert "{{" not in str(one)
        own = re.search(
            "[\N{CJK UNIFIED IDEOGRAPH-4E00}-\N{CJK UNIFIED IDEOGRAPH-9FFF}]", one["text"]
        )
        assert written == "en" or own, "the template's words"


@pytest.mark.parametrize("written", READERS, indirect=True)
def test_the_api_says_the_words_there_are(app: Flask, shop: Shop, written: str) -> None:
    record = shop.wish()
    caller = Caller(app, give_token(shop, "lin", ("records:read", "records:write")), OTHER[written])
    for path in ("/forms/wish-form/schema", "/records", f"/records/{record}"):
        answer = caller.get(path)
        assert answer.status_code == 200, (path, answer.get_data(as_text=True))
        for where, title in told_titles(answer.json):
            assert title.strip() and title not in ids(), (path, where, title)
    schema = str(caller.get("/forms/wish-form/schema").json)
    assert {"en": "Something is broken", "zh-CN": "设备故障"}[written] in schema


def told_titles(value: Any, where: str = "") -> list[tuple[str, str]]:
    """Return everything called a title in an answer."""
    if isinstance(value, dict):
        own = [(f"{where}/{key}", one) for key, one in value.items() if key in ("title", "label", "name") and isinstance(one, str)]  # fmt: skip
        return own + [one for key, inner in value.items() for one in told_titles(inner, f"{where}/{key}")]  # fmt: skip
    if isinstance(value, list):
        return [one for number, inner in enumerate(value) for one in told_titles(inner, f"{where}/{number}")]  # fmt: skip
    return []
