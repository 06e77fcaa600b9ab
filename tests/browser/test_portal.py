"""The counter as a customer meets it: on a phone, by keyboard, in both languages."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, FilePayload, Page, Route, expect

from sopwith.core.commands import AskSurvey, Comment, Transition
from sopwith.core.events import SYSTEM
from tests.browser.conftest import phone
from tests.support.browser import violations
from tests.support.shop import Shop


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a page says in one language."""

    lang: str
    stopped: str
    received: str
    promise: str
    follow: str
    send: str
    yes: str
    no: str
    again: str
    thanks: str


WORDS = [
    Words(
        lang="en-US",
        stopped="Has work stopped?",
        received="We have received your request",
        promise="First answer by 14:00 today",
        follow="Follow my request",
        send="Send",
        yes="Yes, it is solved",
        no="No, not yet",
        again="Open my request again",
        thanks="Thank you for your answer",
    ),
    Words(
        lang="zh-CN",
        stopped="业务是否中断？",
        received="我们已收到您的请求",
        promise="我们将在今天 14:00 前首次答复您",
        follow="查看进度",
        send="发送",
        yes="已经解决",
        no="还没有解决",
        again="重新打开请求",
        thanks="感谢您的评价",
    ),
]
each_language = pytest.mark.parametrize("words", WORDS, ids=lambda words: words.lang)


def check(page: Page) -> None:
    """Fail when the page shuts people out, or is wider than the screen."""
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def tab_to(page: Page, selector: str, most: int = 60) -> None:
    """Press Tab until *selector* has the focus, as somebody without a mouse does."""
    for _ in range(most):
        if page.evaluate("s => document.activeElement?.matches(s)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never reached {selector}")


@each_language
def test_a_request_is_sent_by_keyboard_alone(
    browser: Browser, address: str, shop: Shop, words: Words
) -> None:
    with phone(browser, words.lang) as page:
        page.goto(address)
        check(page)
        tab_to(page, "a.offer")
        page.keyboard.press("Enter")
        page.wait_for_url("**/new/wish")
        check(page)
        expect(page.get_by_text(words.stopped)).to_have_count(0)
        tab_to(page, "#field-topic-fault")
        page.keyboard.press("Space")
        expect(page.get_by_text(words.stopped)).to_be_visible()
        assert page.evaluate("document.activeElement.id") == "field-topic-fault"
        tab_to(page, "#field-stopped-true")
        page.keyboard.press("Space")
        tab_to(page, "#field-description")
        page.keyboard.type("The lamp is dark. 灯不亮了。")
        tab_to(page, "#field-items-add")
        page.keyboard.press("Enter")
        expect(page.locator("#field-items-0-name")).to_be_focused()
        page.keyboard.type("Lamp")
        check(page)
        tab_to(page, "#contact-name")
        page.keyboard.type("Rita Ray")
        page.keyboard.press("Tab")
        page.keyboard.type("rita@example.test")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text(words.received)
        expect(page.get_by_text(words.promise)).to_be_visible()
        check(page)
        tab_to(page, "main a.button-primary")
        page.keyboard.press("Enter")
        expect(page.get_by_text("W-2026-000001").first).to_be_visible()
        check(page)
    record_id = shop.service.links.record_of(page.url.rpartition("/")[2])
    assert record_id is not None
    values = shop.state(record_id).values
    assert values["description"] == "The lamp is dark. 灯不亮了。"
    assert values["stopped"] is True and values["items"] == [{"name": "Lamp"}]


@each_language
def test_errors_are_said_on_top_and_lead_to_their_fields(
    browser: Browser, address: str, words: Words
) -> None:
    with phone(browser, words.lang) as page:
        page.goto(f"{address}/new/wish")
        page.locator("#field-description").fill("no")
        page.locator("form button.button-large").click()
        expect(page.locator("#problems")).to_be_focused()
        check(page)
        page.locator("#problems a[href='#field-description']").click()
        expect(page.locator("#field-description")).to_be_focused()
        expect(page.locator("#field-description")).to_have_value("no")


def test_what_is_being_typed_survives_a_change_of_the_form(browser: Browser, address: str) -> None:
    with phone(browser, "en-US") as page:
        page.goto(f"{address}/new/wish")

        def slowly(route: Route) -> None:
            page.wait_for_timeout(400)
            route.continue_()

        page.route("**/refresh", slowly)
        page.locator("#field-topic-fault").check()
        page.locator("#field-description").press_sequentially("typed while it loads", delay=15)
        expect(page.get_by_text("Has work stopped?")).to_be_visible()
        expect(page.locator("#field-description")).to_have_value("typed while it loads")
        expect(page.locator("#field-description")).to_be_focused()


def test_a_file_is_sent_as_soon_as_it_is_chosen(browser: Browser, address: str, shop: Shop) -> None:
    with phone(browser, "en-US") as page:
        page.goto(f"{address}/new/wish")
        file: FilePayload = {"name": "照片.png", "mimeType": "image/png", "buffer": b"\x89PNG"}
        page.set_input_files("#field-proof-upload", files=[file])
        expect(page.get_by_text("照片.png").first).to_be_visible()
        page.locator("#field-topic-question").check()
        page.locator("#field-description").fill("See the picture")
        page.locator("#contact-name").fill("Rita")
        page.locator("#contact-email").fill("rita@example.test")
        expect(page.get_by_text("照片.png").first).to_be_visible()
        page.locator("form button.button-large").click()
        page.get_by_role("link", name="Follow my request").click()
        expect(page.get_by_role("link", name="照片.png")).to_be_visible()


@each_language
def test_a_conversation_ends_well_opens_again_and_is_judged(
    browser: Browser, address: str, shop: Shop, words: Words
) -> None:
    record_id = shop.wish("wei" if words.lang == "zh-CN" else "ann")
    hello = shop.service.message("We are on it. 我们正在处理。")
    shop.do(Comment(actor=shop.agent(), message=hello, public=True), record_id)
    for to in ("working", "resolved"):
        shop.do(Transition(actor=shop.agent(), to=to), record_id)
    with phone(browser, words.lang) as page:
        page.goto(address + shop.link(record_id))
        check(page)
        page.locator("#text-text").fill("Thank you! 谢谢！")
        page.get_by_role("button", name=words.send, exact=True).click()
        expect(page.get_by_text("Thank you! 谢谢！")).to_be_visible()
        assert shop.state(record_id).state == "working"  # a word from the customer opens it again
        shop.do(Transition(actor=shop.agent(), to="resolved"), record_id)
        page.reload()
        page.get_by_role("button", name=words.no).click()
        expect(page.get_by_role("button", name=words.yes)).to_have_count(0)
        assert shop.state(record_id).state == "working"
        shop.do(Transition(actor=shop.agent(), to="resolved"), record_id)
        page.reload()
        page.get_by_role("button", name=words.yes).click()
        expect(page.get_by_role("button", name=words.again)).to_be_visible()
        check(page)
        assert shop.state(record_id).state == "closed"
        page.locator("#reopen-text").fill("It went dark again. 又坏了。")
        page.get_by_role("button", name=words.again).click()
        expect(page.get_by_text("It went dark again. 又坏了。")).to_be_visible()
        assert shop.state(record_id).state == "working"
        shop.do(Transition(actor=shop.agent(), to="resolved"), record_id)
        shop.do(AskSurvey(actor=SYSTEM, survey="csat", key="once"), record_id)
        page.goto(f"{address}/s/{shop.service.links.survey_token(record_id, 'once')}")
        check(page)
        page.locator("label.score", has_text="5").click()
        page.locator("form button.button-large").click()
        expect(page.get_by_role("heading", name=words.thanks)).to_be_visible()
        check(page)
        assert shop.state(record_id).surveys["once"].score == 5


def test_everything_works_without_scripts(browser: Browser, address: str, shop: Shop) -> None:
    with phone(browser, "en-US", java_script_enabled=False) as page:
        page.goto(f"{address}/new/wish")
        page.locator("#field-topic-fault").check()
        page.get_by_role("button", name="Show the questions that fit my answers").click()
        page.locator("#field-stopped-false").check()
        page.locator("#field-items-add").click()
        page.locator("#field-items-0-name").fill("Lamp")
        page.locator("#field-description").fill("Dark since noon")
        page.locator("#contact-name").fill("Rita")
        page.locator("#contact-email").fill("rita@example.test")
        page.get_by_role("button", name="Send it").click()
        page.get_by_role("link", name="Follow my request").click()
        page.locator("#text-text").fill("Any news?")
        page.get_by_role("button", name="Send", exact=True).click()
        expect(page.get_by_text("Any news?")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/", "/sign-in", "/new/wish", "/nowhere"])
def test_pages_can_be_read_in_both_themes(
    browser: Browser, address: str, scheme: str, path: str
) -> None:
    with phone(browser, "zh-CN", color_scheme=scheme) as page:
        page.goto(address + path)
        check(page)


def test_a_customer_signs_in_and_sees_the_sessions(browser: Browser, address: str) -> None:
    with phone(browser, "en-US") as page:
        page.goto(f"{address}/mine")
        page.locator("#login").fill("ann@example.test")
        page.locator("#password").fill("correct horse battery")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("My requests")
        page.goto(f"{address}/account")
        expect(page.get_by_text("this browser")).to_be_visible()
        check(page)
