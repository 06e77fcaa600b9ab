"""A record with thousands of events opens with the newest; what came before is read page by page, each once."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from sopwith.web.desk.earlier import LINES
from sopwith.web.earlier import MESSAGES
from tests.integration.web.conftest import Browser
from tests.support.desk import make_desk_template, repair
from tests.support.long_records import fill
from tests.support.shop import Shop

MANY = 10_000
NewBrowser = Callable[[], Browser]


@pytest.fixture(scope="module")
def shop_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_desk_template(tmp_path_factory.mktemp("desk"))


@pytest.fixture
def lin(browser_of: NewBrowser) -> Browser:
    return browser_of().sign_in("lin")


def text(browser: Browser, url: str) -> str:
    response = browser.get(url)
    assert response.status_code == 200
    return response.get_data(as_text=True)


def said(page: str) -> list[int]:
    return [int(one) for one in re.findall(r"message-(\d+)-end", page)]


def earlier(page: str) -> str | None:
    """Return where the page says that more is."""
    found = re.search(r'class="button" href="([^"]*before=[^"]*)"', page)
    return html.unescape(found[1]) if found else None


def test_a_conversation_of_ten_thousand_opens_with_the_newest(lin: Browser, shop: Shop) -> None:
    record_id = repair(shop, "long")
    fill(shop, record_id, MANY)
    last = shop.state(record_id).version + MANY
    page = text(lin, f"/desk/records/{record_id}")
    assert said(page) == list(range(last - MESSAGES + 1, last + 1))
    assert "To the newest messages" not in page
    following = earlier(page)
    assert following is not None
    page = text(lin, following)
    assert said(page) == list(range(last - 2 * MESSAGES + 1, last - MESSAGES + 1))
    assert "To the newest messages" in page


def test_each_message_is_on_one_page(lin: Browser, shop: Shop) -> None:
    record_id = repair(shop, "long")
    fill(shop, record_id, 2 * MESSAGES + 10)
    first = shop.state(record_id).version + 1
    seen: list[int] = []
    url: str | None = f"/desk/records/{record_id}"
    while url is not None:
        page = text(lin, url)
        seen = said(page) + seen
        url = earlier(page)
    assert seen == list(range(first, first + 2 * MESSAGES + 10))


def test_scripts_put_earlier_messages_in_the_place_of_the_button(lin: Browser, shop: Shop) -> None:
    record_id = repair(shop, "long")
    fill(shop, record_id, MESSAGES + 1)
    page = text(lin, f"/desk/records/{record_id}")
    asked = re.search(r'hx-get="([^"]*before=[^"]*)"', page)
    assert asked is not None
    part = lin.get(html.unescape(asked[1]), headers={"HX-Request": "true"}).get_data(as_text=True)
    assert part.lstrip().startswith("<section") and len(said(part)) == 1
    assert ".timeline &gt; .entry:not(:first-child)" in page, "the request itself is there already"


def test_a_history_of_ten_thousand_opens_with_what_happened_last(lin: Browser, shop: Shop) -> None:
    record_id = repair(shop, "long")
    fill(shop, record_id, MANY)
    page = text(lin, f"/desk/records/{record_id}?tab=history")
    assert len(re.findall('class="event"', page)) == LINES
    url = earlier(page)
    assert url is not None and "all=0" in url
    page = text(lin, url)
    assert len(re.findall('class="event"', page)) == LINES
    assert "To what happened last" in page
    assert earlier(text(lin, re.sub(r"before=\d+", f"before={LINES}", url))) is None, "the first"


def test_each_line_of_a_history_is_on_one_page_and_the_quiet_ones_are_skipped(
    lin: Browser, shop: Shop
) -> None:
    record_id = repair(shop, "long")
    address = f"/desk/records/{record_id}?tab=history"
    short = len(re.findall('class="event"', text(lin, address)))
    fill(shop, record_id, 1500, quiet=True)
    counted, url = 0, earlier(text(lin, address))
    assert url is not None, "a thousand quiet events were read, and there are more"
    assert 'class="event"' not in text(lin, address)
    while url is not None:
        page = text(lin, url)
        counted += len(re.findall('class="event"', page))
        url = earlier(page)
    assert counted == short
    whole, url = 0, f"{address}&all=1"
    while url is not None:
        page = text(lin, url)
        whole += len(re.findall('class="event"', page))
        url = earlier(page)
    assert whole == shop.state(record_id).version + 1500


@pytest.mark.parametrize("before", ["x", "9" * 30, "-1", "12.", "12.'; --", "٣"])
@pytest.mark.parametrize("tab", ["conversation", "history"])
def test_what_is_no_place_begins_with_the_newest(
    lin: Browser, shop: Shop, tab: str, before: str
) -> None:
    record_id = repair(shop, "short")
    response = lin.get(f"/desk/records/{record_id}", query_string={"tab": tab, "before": before})
    assert response.status_code == 200


@pytest.mark.parametrize("tab", ["why", "clocks"])
def test_other_parts_of_a_long_record_open_too(lin: Browser, shop: Shop, tab: str) -> None:
    record_id = repair(shop, "smoke from it")
    short = text(lin, f"/desk/records/{record_id}?tab={tab}")
    fill(shop, record_id, 2000)
    long = text(lin, f"/desk/records/{record_id}?tab={tab}")
    assert re.findall("<h3.*?</h3>", short) == re.findall("<h3.*?</h3>", long) != []
    if tab == "why":
        assert "This record has a long history" in long
        assert "This record has a long history" not in short
        assert "reason-idle" not in long


def test_the_portal_begins_with_the_newest_too(browser_of: NewBrowser, shop: Shop) -> None:
    record_id = repair(shop, "long")
    fill(shop, record_id, MESSAGES + 5)
    visitor, token = browser_of(), shop.service.links.portal_token(record_id)
    page = text(visitor, f"/r/{token}")
    assert len(said(page)) == MESSAGES
    following = earlier(page)
    assert following is not None
    page = text(visitor, following)
    assert len(said(page)) >= 5 and "To the newest messages" in page and earlier(page) is None
