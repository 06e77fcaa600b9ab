"""The application on a port of this machine, for browsers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from sopwith.runtime.links import Links
from sopwith.web.app import create_app
from sopwith.web.settings import WebSettings
from tests.support.shop import CHEAP, Shop, make_template, open_shop


@pytest.fixture(scope="session")
def browser_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with definitions and people, made once."""
    return make_template(tmp_path_factory.mktemp("shop"))


@pytest.fixture
def shop(browser_template: Path, tmp_path: Path) -> Iterator[Shop]:
    """An installation of the test's own."""
    with open_shop(browser_template, tmp_path) as opened:
        yield opened


@pytest.fixture
def address(shop: Shop) -> Iterator[str]:
    """The address at which the installation is served."""
    server = make_server("127.0.0.1", 0, _not_yet, threaded=True)
    url = f"http://127.0.0.1:{server.server_port}"
    shop.service.links = Links(url, b"k" * 32)
    server.app = create_app(
        shop.service,
        WebSettings(
            secret_key="s" * 48, data=shop.data, base_url=url, password_cost=CHEAP, limits=False
        ),
    )
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield url
    server.shutdown()
    server.server_close()
    thread.join()


def _not_yet(environ: object, start_response: object) -> list[bytes]:
    raise RuntimeError("the application is set before the server starts")


@contextmanager
def phone(browser: Browser, lang: str, **more: object) -> Iterator[Page]:
    """Open a page of phone width in *lang*; the test fails on an error or a refusal of the page's policy."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844},
        locale=lang,
        timezone_id="Asia/Shanghai",
        **more,  # type: ignore[arg-type] # of new_context
    )
    context.set_default_timeout(10_000)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "console",
        lambda line: errors.append(line.text) if "Content Security" in line.text else None,
    )
    try:
        yield page
    finally:
        context.close()
    assert errors == []
