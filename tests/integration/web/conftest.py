"""The application on a real SQLite file, and browsers without windows that send what a page would."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from sopwith.store.releases import draft_of
from sopwith.web.app import create_app
from sopwith.web.settings import WebSettings
from tests.support.fresh import open_fresh
from tests.support.shop import CHEAP, PASSWORD, Shop, make_template, open_shop

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@pytest.fixture(scope="session")
def shop_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with definitions and people, made once."""
    return make_template(tmp_path_factory.mktemp("shop"))


@pytest.fixture
def shop(shop_template: Path, tmp_path: Path) -> Iterator[Shop]:
    """An installation of the test's own."""
    with open_shop(shop_template, tmp_path) as opened:
        yield opened


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Shop]:
    """An installation with its first administrator, and nothing else."""
    with open_fresh(tmp_path) as opened:
        yield opened


@pytest.fixture
def fresh_app(fresh: Shop) -> Flask:
    """The application of an installation with nothing in it."""
    return create_app(fresh.service, settings_for(fresh))


def settings_for(shop: Shop, **more: Any) -> WebSettings:
    given: dict[str, Any] = {
        "secret_key": "s" * 48,
        "data": shop.data,
        "base_url": "http://desk.test",
        "password_cost": CHEAP,
        "limits": False,
    }
    return WebSettings(**(given | more))


class Browser:
    """A client that takes the form token of the last page along, as a page's form does."""

    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()
        self.token = ""

    def get(self, path: str, **more: Any) -> TestResponse:
        response = self.client.get(path, buffered=True, **more)
        self._learn(response)
        return response

    def post(
        self, path: str, data: dict[str, Any] | None = None, *, follow: bool = False, **more: Any
    ) -> TestResponse:
        if not self.token:
            self.get("/")
        sent = {"csrf_token": self.token} | (data or {})
        response = self.client.post(path, data=sent, follow_redirects=follow, buffered=True, **more)
        self._learn(response)
        return response

    def sign_in(self, login: str, password: str = PASSWORD) -> Browser:
        response = self.post("/sign-in", {"login": login, "password": password})
        assert response.status_code == 303, response.get_data(as_text=True)
        self.token = ""
        return self

    def _learn(self, response: TestResponse) -> None:
        is_page = response.mimetype == "text/html"
        found = TOKEN.search(response.get_data(as_text=True)) if is_page else None
        if found is not None:
            self.token = found.group(1)


@pytest.fixture
def app(shop: Shop) -> Flask:
    """The application without rate limits."""
    return create_app(shop.service, settings_for(shop))


NewBrowser = Callable[[], Browser]


@pytest.fixture
def browser_of(app: Flask) -> NewBrowser:
    """Makes new browsers."""
    return lambda: Browser(app)


@pytest.fixture
def lin(browser_of: NewBrowser) -> Browser:
    """Lin, an agent of the counter, signed in."""
    return browser_of().sign_in("lin")


@pytest.fixture
def lea(browser_of: NewBrowser) -> Browser:
    """Lea, who leads, signed in."""
    return browser_of().sign_in("lea")


@pytest.fixture
def ada(app: Flask) -> Browser:
    """Ada, an admin, in a browser of her own."""
    return Browser(app).sign_in("ada")


@pytest.fixture
def visitor(app: Flask) -> Browser:
    """A browser that nobody signed in with."""
    return Browser(app)


def draft_files(shop: Shop, draft: str) -> dict[str, str]:
    """Return the files of the draft at an address."""
    with shop.database.reading() as connection:
        found = draft_of(connection, draft.rsplit("/", 1)[1])
    assert found is not None
    return dict(found.documents)
