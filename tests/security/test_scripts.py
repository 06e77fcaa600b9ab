"""Scripts that people try to bring in: through every surface of words, looked at as everybody, in a real browser."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Dialog, Page
from werkzeug.serving import WSGIRequestHandler, make_server

from sopwith.core import commands as c
from sopwith.core.events import SYSTEM
from sopwith.runtime.links import Links
from sopwith.runtime.publishing import publish
from sopwith.store.customers import customer_of, save_customer
from sopwith.store.files import Attachment, add_file, tie_files
from sopwith.store.people import save_user, user
from sopwith.store.traffic import CaughtMail, Inbound, NewNotice, catch_mail, keep_inbound, tell
from sopwith.web.app import create_app
from tests.integration.web.conftest import Browser, settings_for
from tests.security.crawl import Walk
from tests.security.house import Facts, House, open_house
from tests.security.pages import read_page
from tests.security.test_leaks import FILES
from tests.support import shop as shop_support
from tests.support.desk import HERE, customer, repair
from tests.support.shop import NOW, PASSWORD, Shop

RUN = "window.__xss=1"
TAGS = ("<script>{run}</script>", "<img src=x onerror={run}>", "<svg onload={run}>", "<svg/onload={run}//", "<body onload={run}>",
        "<iframe srcdoc='<script>{run}</script>'>", "<iframe src='javascript:{run}'>", "<a href='javascript:{run}' autofocus onfocus={run}>x</a>",
        "<details open ontoggle={run}>", "<video><source onerror={run}>", "<math><mtext><script>{run}</script>", "<input autofocus onfocus={run}>",
        "<xss data-xss onanimationstart={run}>", "<style>@import 'x';*{{}}</style>", "<link rel=stylesheet href=//evil.test>",
        "<meta http-equiv=refresh content='0;url=javascript:{run}'>", "<base href=//evil.test/>", "<form action=//evil.test><button>x",
        "<object data='data:text/html,<script>{run}</script>'>", "<template><img src=x onerror={run}></template>",
        "<div hx-get=/mine hx-trigger=load hx-on:load='{run}'>", "<div hx-on::load='{run}' data-xss>", "<noscript><p title='</noscript><img src=x onerror={run}>'>")  # fmt: skip
BEFORE = (
    "",
    '">',
    "'>",
    "</script>",
    "</textarea>",
    "</title></style>",
    "--><!-- ]]>",
    "\"'`>",
    "{{{{",
    "</option></select>",
)
EXTRA = ("javascript:{run}", "\" onmouseover={run} autofocus onfocus={run} data-xss=\"", "' onfocus={run} autofocus data-xss='",
         "` onload={run} data-xss", "&lt;script&gt;{run}&lt;/script&gt;", "&#60;img src=x onerror={run}&#62;", "\\u003cscript\\u003e{run}\\u003c/script\\u003e",
         "%3Cscript%3E{run}%3C/script%3E", "＜script＞{run}＜/script＞", "<scr<script>ipt>{run}</scr</script>ipt>", "<<script>{run}//<</script>",
         "<ScRiPt>{run}</sCrIpT>", "<script\x0b>{run}</script>", "<img/src=x\x0conerror={run}>", "';{run}//", "\";{run}//", "</script><script>{run}//",
         "${{{run}}}", "{{{{constructor.constructor('{run}')()}}}}", "data:text/html,<script>{run}</script>", "jav&#x09;ascript:{run}",
         "<!--[if IE]><script>{run}</script><![endif]-->", "<![CDATA[<script>{run}</script>]]>", "expression({run})", "url(javascript:{run})")  # fmt: skip


def corpus() -> list[str]:
    """Return the payloads: each tag behind each way of breaking out of where it stands, and others."""
    found = [(before + tag).format(run=RUN) for before, tag in product(BEFORE, TAGS)]
    return [*dict.fromkeys([*found, *(one.format(run=RUN) for one in EXTRA)])]


PAYLOADS = corpus()
SHORT = [one for one in PAYLOADS if len(one) < 60]


def packed(limit: int, turn: int = 0) -> str:
    """Return as many payloads as fit into *limit*, another selection for each *turn*."""
    text = ""
    for one in PAYLOADS[(turn * 7) % len(PAYLOADS) :] + PAYLOADS:
        if len(text) + len(one) + 1 <= limit:
            text += one + " "
    return text.strip()


def spoiled_labels() -> dict[str, str]:
    """Return the definitions of the shop and the desk with a payload in every label."""
    files = shop_support.files() | {"shop/repair.yaml": (HERE / "repair.yaml").read_text("utf-8")}
    plain = [one for one in SHORT if "{{" not in one and "\x0b" not in one and "\x0c" not in one]
    turn = 0

    def label(_found: re.Match[str]) -> str:
        nonlocal turn
        turn += 1
        word = json.dumps(f"{plain[turn % len(plain)]} {turn}", ensure_ascii=False)
        return f"{{en: {word}, zh-CN: {word}}}"

    return {
        name: re.sub(r"\{en: [^{}\"]+, zh-CN: [^{}\"]+\}", label, text)
        if name.startswith("shop/")
        else text
        for name, text in files.items()
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoiled:
    """The house full of payloads, and pages that show them, by who looks."""

    house: House
    address: str
    pages: dict[str, list[str]]


class Silent(WSGIRequestHandler):
    """Writes no log."""

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - the name is werkzeug's
        """Say nothing."""


def fill(shop: Shop) -> dict[str, str]:
    """Put payloads everywhere; return records, by name."""
    _people(shop)
    release, found = publish(shop.service, spoiled_labels(), author=None, note=packed(200))
    assert release is not None, [one.render("en") for one in found]
    lin = replace(shop.agent(), roles=frozenset({"agent", "lead", "admin"}), name=packed(100))
    say = shop.service.message
    wish = shop.wish(
        "ann",
        description=packed(1990),
        staff_only=None,
        items=[{"name": packed(180), "broken": True}],
    )
    titled = [repair(shop, packed(195, turn)) for turn in range(1, 13)]
    chain = [titled[0], wish]
    for record in chain:
        shop.do(c.Comment(actor=lin, message=say(packed(19_000)), public=False), record)
        shop.do(c.Comment(actor=lin, message=say(packed(9_000, 3)), public=True), record)
        shop.do(c.Tag(actor=lin, add=tuple(one[:60] for one in SHORT[:18])), record)
        shop.do(c.Assign(actor=lin, owner="lin"), record)
    shop.do(c.Check(actor=lin, item="unplugged", done=True), titled[1])
    values = {"severity": "bad", "can_fix": False, "cause": packed(190), "new_price": 5}
    shop.do(
        c.Transition(actor=lin, to="replace", values=values, note=say(packed(3_000))), titled[1]
    )
    shop.do(
        c.AddLink(
            actor=lin,
            kind="related",
            record=titled[2],
            number=shop.state(titled[2]).number,
            type="repair",
        ),
        titled[0],
    )
    solved = shop.wish("bob", description=packed(1990, 5))
    for state in ("working", "resolved"):
        shop.do(c.Transition(actor=lin, to=state), solved)
    shop.do(c.AskSurvey(actor=SYSTEM, survey="csat", key="once"), solved)
    answered = c.AnswerSurvey(actor=customer("bob"), ask="once", score=1, comment=packed(1_990))
    shop.do(answered, solved)
    _traffic(shop, wish)
    return {"wish": wish, "solved": solved, "checked": titled[0], "asked": titled[1]}


def _people(shop: Shop) -> None:
    """Give customers, colleagues and a browser names that are payloads."""
    with shop.database.writing() as connection:
        ann, lin, max_ = (
            customer_of(connection, "ann"),
            user(connection, "lin"),
            user(connection, "max"),
        )
        assert ann is not None and lin is not None and max_ is not None
        save_customer(
            connection, replace(ann, name=packed(190), tier=SHORT[0][:60], tags=tuple(SHORT[:5]))
        )
        save_user(connection, replace(lin, name=packed(120), skills=frozenset(SHORT[:4])))
        save_user(connection, replace(max_, name=packed(120, 9)))


def _traffic(shop: Shop, record: str) -> None:
    (shop.data / "files").mkdir(exist_ok=True)
    with shop.database.writing() as connection:
        for turn, one in enumerate(SHORT[:24]):
            stored = f"{turn:040d}"
            (shop.data / "files" / stored).write_bytes(one.encode())
            kept = Attachment(id=f"xss-{turn}", stored_name=stored, sha256="0" * 64, size=len(one), type="text/html",
                              name=f"{one}.svg", uploaded_by="customer:ann", visibility="public", created_at=NOW)  # fmt: skip
            add_file(connection, kept)
            tie_files(connection, record, [kept.id], "customer:ann")
        for turn in range(4):
            mail = CaughtMail(
                key=f"xss-{turn}",
                record_id=record,
                sender=SHORT[turn],
                recipients=[f"{SHORT[turn + 1]}@example.test"],
                subject=packed(240, turn),
                text=packed(4_000, turn),
                html=f"<p>{packed(4_000, turn)}</p>",
                headers={"X-Loop": SHORT[turn + 2], SHORT[turn + 3]: "x"},
                created_at=NOW,
            )
            catch_mail(connection, mail)
            raw = packed(4_000, turn).encode()
            came = Inbound(source="mail", ext_id=f"x{turn}", received_at=NOW, raw=raw, headers={"subject": packed(200)},
                           state="failed", error=packed(400))  # fmt: skip
            keep_inbound(connection, came)
            notice = NewNotice(key=f"x{turn}", user_id="lin", record_id=record, kind="assigned",
                               text_en=packed(300, turn), text_zh=packed(300, turn), created_at=NOW)  # fmt: skip
            tell(connection, [notice])


@pytest.fixture(scope="module")
def spoiled(
    built: tuple[Path, Facts], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Spoiled]:
    """The house full of payloads, served at an address of this machine."""
    folder = tmp_path_factory.mktemp("spoiled")
    with open_house(*built, folder) as house:
        shop = house.shop
        records = fill(shop)
        server = make_server("127.0.0.1", 0, house.app, threaded=True, request_handler=Silent)
        address = f"http://127.0.0.1:{server.server_port}"
        files = {"public": "xss-0", "internal": "xss-1", "bob": "xss-2", "loose": "xss-3"}
        links = {
            "portal": shop.service.links.portal_token(records["wish"]),
            "survey": shop.service.links.survey_token(records["solved"], "once"),
        }
        house.facts = Facts(
            records=records | {"ann": records["wish"], "bob": records["solved"]},
            files=files,
            links=links,
            draft="",
        )
        shop.service.links = Links(address, b"k" * 32)
        server.app = create_app(shop.service, settings_for(shop, base_url=address))
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield Spoiled(house=house, address=address, pages=_pages(records, links))
        server.shutdown()
        thread.join()
        server.server_close()


def _pages(records: dict[str, str], links: dict[str, str]) -> dict[str, list[str]]:
    """Return where payloads are shown, by who looks."""
    wish, checked, asked = records["wish"], records["checked"], records["asked"]
    desk = [
        f"/desk/records/{wish}",
        f"/desk/records/{checked}",
        f"/desk/records/{asked}?tab=history",
    ]
    return {
        "anonymous": ["/", "/new/wish", f"/r/{links['portal']}", f"/s/{links['survey']}", "/sign-in?next=/%22%3E%3Cscript%3Ex"],
        "ann@example.test": ["/mine", f"/r/{wish}", f"/r/{checked}"],
        "lin": ["/desk", *desk, f"/desk/records/{checked}?tab=why", "/desk/board?type=repair", "/desk/notices",
                "/desk/palette?words=img", "/desk?q=%3Cimg%20src%3Dx%20onerror%3Dwindow.__xss%3D1%3E"],
        "lea": [f"/desk/records/{asked}", "/desk/approvals", f"/desk/records/{checked}?tab=flow"],
        "ada": ["/admin/", "/admin/users", "/admin/users/lin", "/admin/customers", "/admin/customers/ann", "/admin/mail", "/admin/mail/2",
                "/admin/inbox", "/admin/inbox/mail/x1", "/admin/audit", "/admin/teams/counter", "/admin/jobs",
                "/admin/definitions/form/wish-form", "/admin/definitions/workflow/repair-flow", "/admin/definitions/rule/praise"],
    }  # fmt: skip


def test_the_corpus_is_broad() -> None:
    assert len(PAYLOADS) >= 200 and len(SHORT) >= 60


def test_no_payload_becomes_an_element_on_any_page(spoiled: Spoiled) -> None:
    """Without a browser, on every page that anybody can reach: what was written is words and nothing else."""
    found, shown = set(), 0
    for person in ("customer", "agent", "admin"):
        for one in Walk(spoiled.house, person).answers():
            if one.page is not None and one.endpoint not in FILES:
                found |= {(one.endpoint, what) for what in one.page.running}
                shown += "__xss" in one.text
                assert one.status < 500, one.path
    assert found == set()
    assert shown > 40


def test_what_is_typed_wrongly_comes_back_as_words(spoiled: Spoiled) -> None:
    house = spoiled.house
    text = packed(1_500)
    for person, path, names in (
        ("anonymous", "/new/wish", ("description", "topic", "mail", "contact-name", "contact-email", "items.0.name", "city")),
        ("anonymous", "/sign-in", ("login", "next")),
        ("anonymous", f"/r/{house.facts.links['portal']}/reopen", ("text",)),
        ("anonymous", f"/s/{house.facts.links['survey']}", ("comment", "score")),
        ("agent", "/desk/new/repair", ("title", "name", "email", "phone", "customer_words", "channel")),
        ("agent", f"/desk/records/{house.facts.records['checked']}/merge", ("number",)),
        ("agent", f"/desk/records/{house.facts.records['checked']}/move", ("to", "note", "asked", "cause", "severity")),
        ("admin", "/admin/users/new", ("login", "name", "email", "skills", "zone", "roles", "capacity")),
        ("admin", "/admin/customers/ann", ("name", "email", "tier", "tags", "facts")),
    ):  # fmt: skip
        browser: Browser = house.browser(person)
        answer = browser.post(path, dict.fromkeys(names, text))
        page = answer.get_data(as_text=True)
        assert answer.status_code in (200, 303, 404, 422), (path, answer.status_code)
        assert read_page(page).running == [], path


WATCH = """
window.__violations = [];
document.addEventListener("securitypolicyviolation", event => window.__violations.push(event.violatedDirective));
"""
LOOK = """() => ({
  ran: window.__xss === 1,
  shown: document.documentElement.innerHTML.includes("__xss"),
  violations: window.__violations || [],
  elements: document.querySelectorAll("[data-xss], xss, iframe, object, embed, base, [onload], [onerror], [onfocus]").length,
})"""


@pytest.mark.browser
def test_nothing_runs_in_a_browser(browser: Chromium, spoiled: Spoiled) -> None:
    found: list[tuple[str, str, object]] = []
    looked = 0
    for login, paths in spoiled.pages.items():
        context = browser.new_context(base_url=spoiled.address, locale="en")
        context.add_init_script(WATCH)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("dialog", lambda dialog: _caught(found, dialog))
        if login != "anonymous":
            _sign_in(page, login)
        for path in paths:
            answer = page.goto(path, wait_until="load")
            assert answer is not None and answer.status in (200, 422), (
                login,
                path,
                answer and answer.status,
            )
            told = page.evaluate(LOOK)
            looked += bool(told.pop("shown"))
            if told != {"ran": False, "violations": [], "elements": 0}:
                found.append((login, path, told))
        context.close()
    assert found == []
    assert looked >= 20


def _caught(found: list[tuple[str, str, object]], dialog: Dialog) -> None:
    """Note a dialog that a script opened, and close it."""
    found.append(("", "dialog", dialog.message))
    dialog.dismiss()


def _sign_in(page: Page, login: str) -> None:
    page.goto("/sign-in")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(re.compile(r"/(desk|mine)"))


@pytest.mark.browser
def test_the_trap_would_notice(browser: Chromium) -> None:
    """A page that does let a script in is noticed: else the test above would prove nothing."""
    page = browser.new_context().new_page()
    page.set_content(f"<main>{TAGS[1].format(run=RUN)}<xss data-xss></xss></main>")
    page.wait_for_function("window.__xss === 1")
    assert page.evaluate(LOOK)["elements"] >= 2
