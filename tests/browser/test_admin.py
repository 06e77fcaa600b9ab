"""The administration in a browser: nothing shuts people out, nothing runs over the edge, keys reach everything."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from werkzeug.serving import make_server

from sopwith.web.app import create_app
from sopwith.web.settings import WebSettings
from tests.support.browser import violations
from tests.support.shop import CHEAP, PASSWORD, make_template, open_shop

PAGES = (
    "/admin/",
    "/admin/definitions",
    "/admin/definitions/record_type/wish",
    "/admin/jobs",
    "/admin/mail",
    "/admin/users",
    "/admin/users/lin",
    "/admin/teams/counter",
    "/admin/tokens",
    "/admin/audit",
    "/admin/keeping",
    "/admin/customers/ann/personal",
)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a shop with its pages is served."""
    template = make_template(tmp_path_factory.mktemp("template"))
    with open_shop(template, tmp_path_factory.mktemp("shop")) as shop:
        settings = WebSettings(
            secret_key="s" * 48, data=shop.data, password_cost=CHEAP, limits=False
        )
        server = make_server("127.0.0.1", 0, create_app(shop.service, settings), threaded=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("width", [1280, 390])
def test_pages_shut_nobody_out_and_fit_their_window(
    browser: Browser, address: str, width: int
) -> None:
    with browser.new_context(viewport={"width": width, "height": 844}) as context:
        page = context.new_page()
        complaints: list[str] = []
        page.on(
            "console", lambda said: complaints.append(said.text) if said.type == "error" else None
        )
        page.goto(f"{address}/sign-in")
        page.fill("#login", "ada")
        page.fill("#password", PASSWORD)
        page.press("#password", "Enter")
        page.wait_for_load_state()
        for path in PAGES:
            page.goto(address + path)
            assert violations(page) == [], path
            over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert over <= 0, path
        page.goto(f"{address}/admin/users/lin")
        page.locator(".confirm > summary", has_text="Disable").focus()
        page.keyboard.press("Enter")
        assert page.get_by_text("Disable the account of Lin Yue?").is_visible()
        assert complaints == []
