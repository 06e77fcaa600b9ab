"""The tour of the README, step by step, on the product with its sample data."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError

from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parents[2]
WORDS = "The export of the Gantt chart ends with an empty page."
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
STARTS_WITHIN = 120

Take = Callable[[Page, str], None]


@contextmanager
def demo(data: Path) -> Iterator[str]:
    """Run the whole product with sample data in the folder *data*; give its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        bind = f"127.0.0.1:{probe.getsockname()[1]}"
    environ = {k: v for k, v in os.environ.items() if not k.startswith("SOPWITH_")}
    environ |= {"SOPWITH_LIMITS": "0", "SOPWITH_LOG": "WARNING"}
    command = [sys.executable, "-m", "sopwith", "up", "--demo", "--bind", bind, "--data", str(data)]
    server = subprocess.Popen(
        command, cwd=data, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(f"http://{bind}/", server)
        yield f"http://{bind}"
    finally:
        server.send_signal(signal.SIGINT)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < end:
        if server.poll() is not None:
            raise RuntimeError(f"the product ended by itself with code {server.returncode}")
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310 - this machine
                return
        except (URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError(f"the product did not answer within {STARTS_WITHIN} s")


def _nothing(page: Page, name: str) -> None:
    """Take no picture."""


@dataclass(slots=True)
class Tour:
    """One walk through the product. take: called with a page and the name of its picture."""

    browser: Browser
    address: str
    take: Take = _nothing
    number: str = ""

    @contextmanager
    def visitor(self, lang: str = "en-US", size: dict[str, int] = DESKTOP) -> Iterator[Page]:
        """Open a browser of somebody new at the start page."""
        context = self.browser.new_context(
            viewport={"width": size["width"], "height": size["height"]},
            locale=lang,
            timezone_id="Asia/Shanghai",
        )
        context.set_default_timeout(15_000)
        page = context.new_page()
        try:
            page.goto(self.address)
            yield page
        finally:
            context.close()

    @contextmanager
    def signed_in(self, name: str, lang: str = "en-US") -> Iterator[Page]:
        """Press the button of a sample account on the sign-in page."""
        with self.visitor(lang) as page:
            page.goto(f"{self.address}/sign-in")
            page.get_by_role("button", name=name).click()
            page.wait_for_url("**/desk**")
            yield page

    def walk(self) -> None:
        """Go the whole way, in the order of the README."""
        self.customer()
        self.phone()
        self.agent()
        self.lead()
        self.manager()
        self.admin()

    def customer(self) -> None:
        """Ask for help without an account, and follow the request."""
        with self.visitor() as page:
            page.get_by_role("link", name="Software issue").click()
            page.get_by_label("Module").select_option(label="Gantt chart")
            assert not page.get_by_label("How many people are affected?").count()
            page.get_by_text("Something is broken").click()
            page.get_by_label("How many people are affected?").fill("12")
            page.get_by_role("group", name="Has your work come to a stop?").get_by_text(
                "Yes"
            ).click()
            page.get_by_label("What happened, or what would you like to know?").fill(WORDS)
            page.get_by_label("What did you do just before?").fill(
                "I pressed Export and chose PDF."
            )
            page.get_by_label("What did you do just before?").blur()
            settle(page)
            page.get_by_role("button", name="Add a row").click()
            page.get_by_label("Browser or app").select_option(label="Chrome or Edge")
            settle(page)
            self.take(page, "portal-form")
            page.get_by_label("Your name").fill("Ada Park")
            page.get_by_label("Your e-mail").fill("ada@park.example")
            page.get_by_role("button", name="Send request").click()
            page.get_by_role("heading", name="We have received your request").wait_for()
            page.get_by_role("link", name="Follow my request").click()
            page.get_by_role("heading", name="Where it stands").wait_for()
            self.number = page.locator(".number").first.inner_text()
            page.get_by_label("Your message").fill("It happens in every project.")
            page.get_by_role("button", name="Send", exact=True).click()
            page.get_by_text("It happens in every project.").wait_for()

    def phone(self) -> None:
        """The same form on a phone, in Chinese."""
        with self.visitor("zh-CN", PHONE) as page:
            page.get_by_role("link", name="投诉").click()
            page.get_by_role("button", name="提交").wait_for()
            settle(page)
            self.take(page, "portal-phone")

    def agent(self) -> None:
        """Take the ticket, work in the generated form, answer, and read why."""
        with self.signed_in("Emma Clark") as page:
            page.get_by_role("link", name="All open").first.click()
            page.get_by_role("link", name=WORDS).click()
            ticket = page.locator("#ticket")
            ticket.get_by_role("button", name="Take", exact=True).click()
            ticket.get_by_role("button", name="Start diagnosis").click()
            ticket.get_by_role("checkbox", name="Tried to reproduce it").click()
            ticket.get_by_role("radio", name="Major").check()
            settle(page)
            self.take(page, "desk-record")
            solve = ticket.get_by_role("button", name="I can solve it")
            assert solve.is_disabled()
            ticket.get_by_role("group", name="Can the first line solve it?").get_by_text(
                "Yes"
            ).click()
            solve.click()
            page.get_by_text("First line is solving").first.wait_for()
            ticket.get_by_label("Your words").fill("We see the empty page as well and are on it.")
            ticket.get_by_role("button", name="Send reply").click()
            ticket.get_by_text("We see the empty page as well").first.wait_for()
            ticket.get_by_role("link", name="Why", exact=True).click()
            settle(page)
            self.take(page, "desk-why")

    def lead(self) -> None:
        """See what is late, who has how much, and give a ticket to somebody else."""
        with self.signed_in("李娜 Li Na", "zh-CN") as page:
            page.get_by_role("link", name="即将到期或已逾期").first.click()
            settle(page)
            self.take(page, "desk-list")
            page.get_by_role("link", name="看板").click()
            settle(page)
            self.take(page, "desk-board")

    def manager(self) -> None:
        """Decide on a compensation of 5,000, after the lead has agreed."""
        with self.signed_in("吴建国 Wu Jianguo", "zh-CN") as page:
            page.get_by_role("link", name="审批").click()
            page.get_by_role("button", name="同意").wait_for()
            settle(page)
            self.take(page, "desk-approval")

    def admin(self) -> None:
        """Read the process, publish a change as a release, and take it back."""
        with self.signed_in("Sign in as Admin") as page:
            page.goto(f"{self.address}/admin/")
            page.get_by_role("link", name="Definitions").click()
            page.get_by_role("link", name="Software after-sales").click()
            page.get_by_role("heading", name="Flow chart").wait_for()
            settle(page)
            self.take(page, "admin-workflow")
            self.change(page)
            page.locator("summary", has_text="Roll back").first.click()
            page.get_by_label("Reason for rolling back").fill(
                "Let us try an hour for another week."
            )
            page.get_by_role("button", name="Roll back").last.click()
            page.get_by_text("Let us try an hour for another week.").filter(
                visible=True
            ).first.wait_for()

    def change(self, page: Page) -> None:
        """Promise P1 an answer in 45 minutes: in a draft, tried, published, taken back."""
        page.goto(f"{self.address}/studio")
        page.get_by_label("What is to change?").fill("P1 within 45 minutes")
        page.get_by_role("button", name="Start a draft").click()
        page.wait_for_url("**/studio/*")
        page.wait_for_load_state()
        page.get_by_label("Find a definition").fill("after-sales")
        page.locator(".bench-outline").get_by_role("link", name="Software after-sales").click()
        page.wait_for_url("**/define/workflow/*")
        settle(page)
        self.take(page, "studio-workflow")
        page.get_by_label("Find a definition").fill("software support")
        page.locator(".bench-outline").get_by_role("link", name="Software support").click()
        page.wait_for_url("**/define/sla/*")
        page.wait_for_load_state()
        cell = page.get_by_label("Everybody, P1 High, First response", exact=True)
        cell.fill("45m")
        cell.press("Enter")
        page.locator("#bench-state[data-now=saved]").wait_for()
        settle(page)
        self.take(page, "studio-sla")
        page.get_by_role("link", name="Publish").click()
        page.get_by_role("button", name="Publish", exact=True).wait_for()
        settle(page)
        self.take(page, "admin-change")
        page.get_by_label("Publish although 1 scenario fails").check(timeout=60_000)
        page.get_by_label("What changes, and why").fill("P1 is answered within 45 minutes.")
        page.get_by_role("button", name="Publish", exact=True).click()
        page.get_by_text("P1 is answered within 45 minutes.").filter(visible=True).first.wait_for()


def settle(page: Page) -> None:
    """Wait until the page has fetched what it wants, and its small movements are over."""
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(700)
