"""What customers can do, and what they never see."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import func, select

from sopwith.core.commands import AskSurvey, Assign, Comment, Submit, Transition
from sopwith.core.events import SYSTEM
from sopwith.store.customers import by_contact
from sopwith.store.files import files_of
from sopwith.store.history import messages_of
from sopwith.store.tables import AttachmentRow, JobRow, RecordRow
from sopwith.web.app import create_app
from tests.integration.web.conftest import Browser, settings_for
from tests.support.shop import Shop

NewBrowser = Callable[[], Browser]
CONTACT = {"contact-name": "Rita Ray", "contact-email": "rita@example.test"}
FAULT = {"topic": "fault", "stopped": "true", "description": "The lamp is dark."}
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 32


def text_of(browser: Browser, path: str, **more: Any) -> str:
    return browser.get(path, **more).get_data(as_text=True)


def count(shop: Shop, table: Any = RecordRow) -> int:
    with shop.database.reading() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def submit(browser: Browser, shop: Shop, **values: Any) -> tuple[str, str]:
    """Send a wish as an anonymous customer; return its page and the record's id."""
    response = browser.post("/new/wish", FAULT | CONTACT | values)
    assert response.status_code == 303, response.get_data(as_text=True)
    path = response.headers["Location"].removesuffix("/received")
    record_id = shop.service.links.record_of(path.removeprefix("/r/"))
    assert record_id is not None
    return path, record_id


def resolve(shop: Shop, record_id: str) -> None:
    for to in ("working", "resolved"):
        shop.do(Transition(actor=shop.agent(), to=to), record_id)


def test_the_start_page_offers_what_customers_may_ask_for(visitor: Browser) -> None:
    page = text_of(visitor, "/")
    assert "A wish" in page and "Tell us what you need." in page and "/new/wish" in page
    assert "An errand" not in page


def test_colleagues_are_offered_what_is_not_for_customers(browser_of: NewBrowser) -> None:
    staff = browser_of().sign_in("sam")
    assert "An errand" in text_of(staff, "/")
    assert staff.get("/new/errand").status_code == 200
    assert browser_of().get("/new/errand").status_code == 404
    assert browser_of().sign_in("ann@example.test").get("/new/errand").status_code == 404


def test_an_anonymous_customer_gets_a_number_and_a_promise(visitor: Browser, shop: Shop) -> None:
    path, record_id = submit(visitor, shop)
    page = text_of(visitor, f"{path}/received")
    assert "W-2026-000001" in page
    assert "First answer by 14:00 today" in page
    state = shop.state(record_id)
    assert state.values["description"] == "The lamp is dark." and state.values["stopped"] is True
    assert state.channel == "portal" and state.lang == "en"
    with shop.database.reading() as connection:
        customer = by_contact(connection, email="rita@example.test")
    assert customer is not None and state.customer_id == customer.id and not customer.verified


def test_the_page_speaks_the_language_of_the_browser(visitor: Browser, shop: Shop) -> None:
    chinese = {"Accept-Language": "zh-CN,zh;q=0.9"}
    page = text_of(visitor, "/new/wish", headers=chinese)
    assert "您需要什么？" in page and "您的联系方式" in page and 'lang="zh-CN"' in page
    response = visitor.post("/new/wish", FAULT | CONTACT, headers=chinese)
    received = text_of(visitor, response.headers["Location"], headers=chinese)
    assert "我们将在今天 14:00 前首次答复您" in received
    assert next(iter_records(shop)).lang == "zh-CN"


def iter_records(shop: Shop) -> Any:
    with shop.database.reading() as connection:
        ids = connection.execute(select(RecordRow.id)).scalars().all()
    return (shop.state(one) for one in ids)


def test_a_wrong_form_comes_back_with_everything_typed_and_every_error(
    visitor: Browser, shop: Shop
) -> None:
    sent = {
        "topic": "fault",
        "description": "no",
        "count": "many",
        "contact-name": "Rita",
        "contact-email": "nonsense",
        "site": 'a"b<script>',
    }
    response = visitor.post("/new/wish", sent)
    page = response.get_data(as_text=True)
    assert response.status_code == 422 and count(shop) == 0
    assert 'value="many"' in page and ">\nno</textarea>" in page and 'value="Rita"' in page
    assert "a&#34;b&lt;script&gt;" in page
    for element in (
        "field-stopped",
        "field-description",
        "field-count",
        "field-site",
        "contact-email",
    ):
        assert f'href="#{element}"' in page, element
        assert f'id="{element}-error"' in page, element
        assert f'id="{element}"' in page, element
    assert "contact-name-error" not in page


def test_questions_come_and_go_with_the_answers(visitor: Browser) -> None:
    visitor.get("/new/wish")
    with_fault = visitor.post(
        "/new/wish/refresh", {"topic": "fault"}, headers={"HX-Request": "true"}
    )
    without = visitor.post(
        "/new/wish/refresh", {"topic": "question"}, headers={"HX-Request": "true"}
    )
    page, other = with_fault.get_data(as_text=True), without.get_data(as_text=True)
    assert "Has work stopped?" in page and "Has work stopped?" not in other
    assert "<html" not in page and "field-error" not in page


def test_without_scripts_a_button_shows_the_questions_that_fit(
    visitor: Browser, shop: Shop
) -> None:
    assert 'name="_refresh"' in text_of(visitor, "/new/wish")
    response = visitor.post("/new/wish", {"topic": "fault", "_refresh": "1"} | CONTACT)
    page = response.get_data(as_text=True)
    assert response.status_code == 200 and "Has work stopped?" in page and "field-error" not in page
    assert 'value="Rita Ray"' in page and count(shop) == 0


def test_rows_come_and_go_without_scripts(visitor: Browser, shop: Shop) -> None:
    added = visitor.post("/new/wish", {"topic": "question", "_add": "items"}).get_data(as_text=True)
    assert 'name="items.0.name"' in added
    rows = {"items.0.name": "sofa", "items.1.name": "chair"}
    less = visitor.post("/new/wish", {"_remove": "items.0"} | rows).get_data(as_text=True)
    assert 'value="chair"' in less and 'value="sofa"' not in less
    _, record_id = submit(visitor, shop, **rows)
    assert shop.state(record_id).values["items"] == [{"name": "sofa"}, {"name": "chair"}]


@pytest.mark.parametrize("name", ["_add", "_remove"])
@pytest.mark.parametrize("value", ["topic", "nothing", "items.9", "items.-1", "items.x", ""])
def test_odd_row_buttons_do_no_harm(visitor: Browser, name: str, value: str) -> None:
    assert visitor.post("/new/wish", {name: value, "items": ""}).status_code == 200


def test_every_kind_of_field_is_on_the_page_and_is_kept(visitor: Browser, shop: Shop) -> None:
    page = text_of(visitor, "/new/wish")
    for name in (
        "topic",
        "city",
        "things",
        "count",
        "price",
        "day",
        "moment",
        "wait",
        "mail",
        "phone",
        "site",
        "proof",
        "items",
    ):
        assert f'name="{name}"' in page or f'name="upload:{name}"' in page, name
    assert (
        'type="radio" id="field-topic-fault"' in page
        and '<select class="input" id="field-city"' in page
    )
    sent = {"city": "sh", "things": ["lamp", "desk"], "count": "3", "price": "9.50", "day": "2026-11-20",
            "moment": "2026-11-20T09:30", "wait": "1h 30m", "mail": "a@b.test", "phone": "+86 138 0000 0000", "site": "https://example.test/x"}  # fmt: skip
    path, record_id = submit(visitor, shop, **sent)
    values = shop.state(record_id).values
    assert values["things"] == ["lamp", "desk"] and values["count"] == 3 and values["total"] == 28.5
    assert values["moment"] == "2026-11-20T01:30:00Z"  # typed in Shanghai
    assert values["wait"] == 5400
    told = text_of(visitor, path)
    assert "¥9.50" in told and "Lamp, Desk" in told and "20 Nov 2026, 09:30" in told


def test_customers_neither_see_nor_set_what_is_for_colleagues(visitor: Browser, shop: Shop) -> None:
    assert "colleagues only" not in text_of(visitor, "/new/wish")
    path, record_id = submit(visitor, shop, staff_only="mine now", priority="P0")
    values = shop.state(record_id).values
    assert "staff_only" not in values and values["priority"] == "P2"
    shop.do(
        Submit(actor=shop.agent(), form="wish-form", values={"staff_only": "CANARY-VALUE"}),
        record_id,
    )
    assert shop.state(record_id).values["staff_only"] == "CANARY-VALUE"
    assert "CANARY-VALUE" not in text_of(visitor, path)


def test_an_address_that_is_known_gets_the_same_answer(browser_of: NewBrowser, shop: Shop) -> None:
    known, unknown = browser_of(), browser_of()
    first, _ = submit(known, shop, **{"contact-email": "ANN@example.test"})
    second, _ = submit(unknown, shop)
    pages = [
        re.sub(r"[\w-]{20,}|W-2026-\d+|ImY[\w.]+", "", text_of(browser, f"{path}/received"))
        for browser, path in ((known, first), (unknown, second))
    ]
    assert pages[0] == pages[1]
    assert "Ann Miller" not in text_of(known, first)


def test_the_confirmation_holds_nothing_that_the_sender_wrote(visitor: Browser, shop: Shop) -> None:
    submit(visitor, shop, description="BUY CHEAP PILLS at http://evil.test")
    with shop.database.reading() as connection:
        mail = connection.execute(select(JobRow.payload).where(JobRow.kind == "mail")).scalar_one()
    assert mail["to"] == "rita@example.test"
    assert "PILLS" not in str(mail) and "evil.test" not in str(mail)


def test_a_page_sent_twice_opens_one_record(visitor: Browser, shop: Shop) -> None:
    first, _ = submit(visitor, shop, once="0123456789abcdef")
    second, _ = submit(visitor, shop, once="0123456789abcdef")
    assert first == second and count(shop) == 1
    submit(visitor, shop, once="fedcba9876543210")
    assert count(shop) == 2


def test_a_refused_request_leaves_nothing_behind(visitor: Browser, shop: Shop) -> None:
    visitor.post("/new/wish", {"topic": "fault"} | CONTACT)
    with shop.database.reading() as connection:
        assert by_contact(connection, email="rita@example.test") is None
    assert count(shop) == 0


@pytest.mark.parametrize(
    "token", ["x", "0", "null", "%20", "a.b", "a" * 2000, "%00", "..%2f..", "0" * 32]
)
@pytest.mark.parametrize("path", ["/r/{}", "/s/{}", "/r/{}/received", "/r/{}/files/x"])
def test_every_wrong_token_answers_the_same_404(visitor: Browser, token: str, path: str) -> None:
    response = visitor.get(path.format(token))
    assert response.status_code == 404 and "cannot find this page" in response.get_data(
        as_text=True
    )


def test_a_link_opens_its_own_record_and_no_other(visitor: Browser, shop: Shop) -> None:
    one, two = shop.wish("ann"), shop.wish("bob")
    token = shop.service.links.portal_token(one)
    signature = token.partition(".")[2]
    assert visitor.get(f"/r/{token}").status_code == 200
    assert len(signature) >= 26  # 160 bits
    for wrong in (f"{two}.{signature}", f"{one}.", one, token[:-1], token.upper(), f"{token}.x"):
        assert visitor.get(f"/r/{wrong}").status_code == 404, wrong
    survey = shop.service.links.survey_token(one, "csat")
    assert visitor.get(f"/r/{survey}").status_code == 404
    assert visitor.get(f"/s/{token}").status_code == 404


def test_signed_in_customers_reach_their_own_requests_by_id(
    browser_of: NewBrowser, shop: Shop
) -> None:
    mine, other = shop.wish("ann"), shop.wish("bob")
    ann = browser_of().sign_in("ann@example.test")
    page = text_of(ann, "/mine")
    assert mine in page and other not in page
    assert ann.get(f"/r/{mine}").status_code == 200
    assert ann.get(f"/r/{other}").status_code == 404
    assert ann.post(f"/r/{other}/reply", {"text": "hello"}).status_code == 404


def test_the_list_of_ones_requests_goes_on_page_by_page(browser_of: NewBrowser, shop: Shop) -> None:
    for _ in range(23):
        shop.wish("ann")
        shop.clock.forward(minutes=1)
    ann = browser_of().sign_in("ann@example.test")
    first = text_of(ann, "/mine")
    more = re.search(r'href="(/mine\?after=[^"]+)"', first)
    assert first.count('class="line"') == 20 and more is not None
    assert text_of(ann, more.group(1).replace("&amp;", "&")).count('class="line"') == 3


def test_finding_a_request_without_signing_in_always_says_the_same(
    visitor: Browser, shop: Shop
) -> None:
    number = shop.state(shop.wish("ann")).number
    for given, sent in (((number, "ann@example.test"), 1), ((number, "bob@example.test"), 1),
                        (("W-2026-999999", "ann@example.test"), 1), (("", ""), 1)):  # fmt: skip
        response = visitor.post("/find", {"number": given[0], "email": given[1]}, follow=True)
        assert "If number and address belong together" in response.get_data(as_text=True)
        with shop.database.reading() as connection:
            jobs = connection.execute(
                select(JobRow.idem_key).where(JobRow.kind == "mail")
            ).scalars()
            assert sum(key.startswith("web:") for key in jobs) == sent


def test_finding_ones_own_number_leads_there(browser_of: NewBrowser, shop: Shop) -> None:
    mine, other = shop.wish("ann"), shop.wish("bob")
    ann = browser_of().sign_in("ann@example.test")
    found = ann.post("/find", {"number": f" {shop.state(mine).number} "})
    assert found.headers["Location"] == f"/r/{mine}"
    foreign = ann.post("/find", {"number": shop.state(other).number})
    missing = ann.post("/find", {"number": "W-2026-999999"})
    assert foreign.headers["Location"] == missing.headers["Location"] == "/mine"


def test_the_page_tells_where_it_stands_in_the_customers_words(
    visitor: Browser, shop: Shop
) -> None:
    record_id = shop.wish("ann")
    page = text_of(visitor, shop.link(record_id))
    assert "Inbox of the counter" not in page and "Received" in page
    assert re.findall(r'class="step step-(\w+)"', page) == ["now", "later", "later", "later"]
    shop.do(Transition(actor=shop.agent(), to="working"), record_id)
    later = text_of(visitor, shop.link(record_id))
    assert "We are working on it" in later and "Worked on" not in later
    assert re.findall(r'class="step step-(\w+)"', later) == ["done", "now", "later", "later"]


def test_the_promise_follows_the_clock(visitor: Browser, shop: Shop) -> None:
    record_id = shop.wish("ann")
    link = shop.link(record_id)
    assert "First answer by 14:00 today" in text_of(visitor, link)
    shop.clock.forward(hours=5)
    assert "We are late with our first answer" in text_of(visitor, link)
    answer = shop.service.message("We are looking.")
    shop.do(Comment(actor=shop.agent(), message=answer, public=True), record_id)
    assert "Solved by 10:00 on Wednesday, 25 November" in text_of(visitor, link)
    shop.do(Transition(actor=shop.agent(), to="working"), record_id)
    shop.do(Transition(actor=shop.agent(), to="waiting"), record_id)
    assert "We are waiting for your answer" in text_of(visitor, link)


def test_what_is_internal_stays_internal(visitor: Browser, shop: Shop) -> None:
    record_id = shop.wish("ann")
    secret = shop.service.message("CANARY-NOTE between us")
    shop.do(Comment(actor=shop.agent(), message=secret, public=False), record_id)
    shop.do(Assign(actor=shop.agent(), owner="lin", team="counter"), record_id)
    shop.do(
        Comment(actor=shop.agent(), message=shop.service.message("Hello Ann"), public=True),
        record_id,
    )
    page = text_of(visitor, shop.link(record_id))
    assert "Hello Ann" in page and "Lin Yue" in page
    assert "CANARY-NOTE" not in page and "@firm.test" not in page and "Counter" not in page


def test_a_reply_joins_the_conversation_and_moves_on(visitor: Browser, shop: Shop) -> None:
    record_id = shop.wish("ann")
    for to in ("working", "waiting"):
        shop.do(Transition(actor=shop.agent(), to=to), record_id)
    response = visitor.post(
        f"{shop.link(record_id)}/reply", {"text": "Here you are <b>now</b>"}, follow=True
    )
    page = response.get_data(as_text=True)
    assert (
        "Thank you, your message is with us." in page
        and "Here you are &lt;b&gt;now&lt;/b&gt;" in page
    )
    assert shop.state(record_id).state == "working"
    with shop.database.reading() as connection:
        message = messages_of(connection, record_id)[-1]
    assert (message.author_kind, message.author_id, message.public) == ("customer", "ann", True)


def test_an_empty_reply_says_so_beside_the_field(visitor: Browser, shop: Shop) -> None:
    response = visitor.post(f"{shop.link(shop.wish())}/reply", {"text": "   "})
    page = response.get_data(as_text=True)
    assert response.status_code == 422 and 'id="text-error"' in page and 'href="#text-text"' in page


def test_yes_closes_and_no_opens_again(visitor: Browser, shop: Shop) -> None:
    one, two = shop.wish(), shop.wish()
    assert "Is it solved?" not in text_of(visitor, shop.link(one))
    for record_id in (one, two):
        resolve(shop, record_id)
    page = text_of(visitor, shop.link(one))
    assert "Yes, it is solved" in page and "No, not yet" in page
    assert visitor.post(f"{shop.link(one)}/solved", {"solved": "yes"}).status_code == 303
    assert (
        visitor.post(f"{shop.link(two)}/solved", {"solved": "no", "text": "Still dark"}).status_code
        == 303
    )
    assert (shop.state(one).state, shop.state(two).state) == ("closed", "working")
    assert "Still dark" in text_of(visitor, shop.link(two))
    assert visitor.post(f"{shop.link(two)}/solved", {"solved": "maybe"}).status_code == 400
    assert visitor.post(f"{shop.link(two)}/solved", {"solved": "yes"}).status_code == 422


def test_a_closed_request_opens_again_within_its_time(visitor: Browser, shop: Shop) -> None:
    record_id = shop.wish()
    link = shop.link(record_id)
    resolve(shop, record_id)
    visitor.post(f"{link}/solved", {"solved": "yes"})
    assert "Still not right?" in text_of(visitor, link)
    assert visitor.post(f"{link}/reopen", {"text": ""}).status_code == 422
    assert visitor.post(f"{link}/reopen", {"text": "It went out again"}).status_code == 303
    assert shop.state(record_id).state == "working"


def test_after_that_time_it_stays_closed(visitor: Browser, shop: Shop) -> None:
    record_id = shop.wish()
    link = shop.link(record_id)
    resolve(shop, record_id)
    visitor.post(f"{link}/solved", {"solved": "yes"})
    shop.clock.forward(days=8)
    assert "Still not right?" not in text_of(visitor, link)
    assert visitor.post(f"{link}/reopen", {"text": "Again"}).status_code == 422
    assert shop.state(record_id).state == "closed"


def test_a_customer_withdraws_a_request(visitor: Browser, shop: Shop) -> None:
    record_id = shop.wish()
    link = shop.link(record_id)
    assert "Withdraw my request" in text_of(visitor, link)
    assert visitor.post(f"{link}/cancel", {"text": "Found it"}).status_code == 303
    assert shop.state(record_id).state == "cancelled"
    assert "Withdraw my request" not in text_of(visitor, link)


def ask(shop: Shop) -> tuple[str, str]:
    """Return the address of a survey that was sent, and its record."""
    record_id = shop.wish()
    resolve(shop, record_id)
    shop.do(AskSurvey(actor=SYSTEM, survey="csat", key="once"), record_id)
    return f"/s/{shop.service.links.survey_token(record_id, 'once')}", record_id


def test_a_survey_is_one_press_and_a_change_of_mind_is_allowed(
    visitor: Browser, shop: Shop
) -> None:
    path, record_id = ask(shop)
    assert path in text_of(visitor, shop.link(record_id))
    page = text_of(visitor, f"{path}?score=4")
    assert re.search(r'value="4" checked', page)
    assert shop.state(record_id).surveys["once"].score is None  # looking answers nothing
    response = visitor.post(path, {"score": "4", "comment": "Quick"}, follow=True)
    assert "Thank you for your answer" in response.get_data(as_text=True)
    assert (
        shop.state(record_id).surveys["once"].score,
        shop.state(record_id).surveys["once"].comment,
    ) == (4, "Quick")
    again = text_of(visitor, path)
    assert "Change my answer" in again and "Quick" in again
    visitor.post(path, {"score": "2", "comment": ""})
    assert shop.state(record_id).surveys["once"].score == 2


@pytest.mark.parametrize("score", ["", "0", "6", "99", "-1", "x", "4.5", "１", "1" * 50])
def test_a_score_that_there_is_not_is_refused(visitor: Browser, shop: Shop, score: str) -> None:
    path, record_id = ask(shop)
    response = visitor.post(path, {"score": score, "comment": "kept"})
    assert response.status_code == 422 and "kept" in response.get_data(as_text=True)
    assert shop.state(record_id).surveys["once"].score is None


def test_files_come_along_without_scripts(visitor: Browser, shop: Shop) -> None:
    sent = (
        FAULT
        | CONTACT
        | {"upload:proof": [(BytesIO(PNG), "照片.png"), (BytesIO(b"<svg onload=x>"), "x.svg")]}
    )
    response = visitor.post("/new/wish", sent, content_type="multipart/form-data")
    assert response.status_code == 303
    path = response.headers["Location"].removesuffix("/received")
    page = text_of(visitor, path)
    assert "照片.png" in page and "x.svg" in page
    links = re.findall(r'href="(/r/[^"]+/files/\w+)"', page)
    first, second = (visitor.get(link) for link in links)
    assert first.mimetype == "image/png" and first.data == PNG
    assert first.headers["Content-Disposition"].startswith("inline")
    assert second.headers["Content-Disposition"].startswith("attachment")
    for answer in (first, second):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    names = [one.name for one in (shop.data / "files").iterdir()]
    assert len(names) == 2 and all(re.fullmatch(r"[0-9a-f]{40}", name) for name in names)


def test_files_are_kept_when_the_form_comes_back(visitor: Browser, shop: Shop) -> None:
    sent = {"topic": "fault", "upload:proof": (BytesIO(PNG), "one.png")}
    page = visitor.post("/new/wish", sent, content_type="multipart/form-data").get_data(
        as_text=True
    )
    kept = re.search(r'name="proof" value="(\w+)" checked', page)
    assert "one.png" in page and kept is not None
    _, record_id = submit(visitor, shop, proof=kept.group(1))
    with shop.database.reading() as connection:
        assert [one.name for one in files_of(connection, record_id)] == ["one.png"]


def test_nobody_takes_over_the_upload_of_another(browser_of: NewBrowser, shop: Shop) -> None:
    owner, thief = browser_of(), browser_of()
    owner.get("/")
    file_id = owner.post(
        "/files", {"file": (BytesIO(PNG), "mine.png")}, content_type="multipart/form-data"
    ).get_json()["id"]
    assert owner.get(f"/files/{file_id}").status_code == 200
    assert thief.get(f"/files/{file_id}").status_code == 404
    path, record_id = submit(thief, shop, proof=file_id)
    assert "mine.png" not in text_of(thief, path)
    thief.post(f"{path}/reply", {"text": "and now?", "files": file_id})
    assert "mine.png" not in text_of(thief, path)
    with shop.database.reading() as connection:
        assert files_of(connection, record_id) == []


def test_internal_files_are_not_for_customers(browser_of: NewBrowser, shop: Shop) -> None:
    agent, customer = browser_of().sign_in("lin"), browser_of()
    agent.get("/")
    ids = [
        agent.post(
            "/files", {"file": (BytesIO(PNG), name)}, content_type="multipart/form-data"
        ).get_json()["id"]
        for name in ("inner.png", "outer.png")
    ]
    record_id = shop.wish("ann")
    for file_id, public in zip(ids, (False, True), strict=True):
        message = shop.service.message("see file", files=(file_id,))
        shop.do(Comment(actor=shop.agent(), message=message, public=public), record_id)
    link = shop.link(record_id)
    page = text_of(customer, link)
    assert "outer.png" in page and "inner.png" not in page
    assert customer.get(f"{link}/files/{ids[1]}").status_code == 200
    assert customer.get(f"{link}/files/{ids[0]}").status_code == 404
    ann, bob = browser_of().sign_in("ann@example.test"), browser_of().sign_in("bob@example.test")
    assert [ann.get(f"/files/{one}").status_code for one in ids] == [404, 200]
    assert [bob.get(f"/files/{one}").status_code for one in ids] == [404, 404]
    assert [agent.get(f"/files/{one}").status_code for one in ids] == [200, 200]


def test_a_file_that_is_too_large_is_refused_and_leaves_nothing(shop: Shop) -> None:
    browser = Browser(create_app(shop.service, settings_for(shop, largest_upload=1000)))
    browser.get("/")
    for size, status in ((1000, 201), (1001, 413)):
        sent = {"file": (BytesIO(b"x" * size), "some.bin")}
        answer = browser.post("/files", sent, content_type="multipart/form-data")
        assert answer.status_code == status
    assert len(list((shop.data / "files").iterdir())) == 1 and count(shop, AttachmentRow) == 1


def test_an_upload_is_a_part_of_a_form_and_nothing_else(visitor: Browser, shop: Shop) -> None:
    visitor.get("/")
    headers = {"X-CSRFToken": visitor.token}
    told = {"file": "/etc/passwd", "path": "/etc/passwd", "filename": "x"}
    for more in ({"json": told}, {"data": told}, {"data": b"x", "content_type": "text/plain"}):
        assert visitor.client.post("/files", headers=headers, **more).status_code == 400
    assert count(shop, AttachmentRow) == 0


def test_an_employee_follows_an_own_request(browser_of: NewBrowser, shop: Shop) -> None:
    sam = browser_of().sign_in("sam")
    sam.get("/new/errand")
    response = sam.post("/new/errand", {"description": "Fetch the keys"})
    path = response.headers["Location"].removesuffix("/received")
    assert response.status_code == 303 and sam.get(path).status_code == 200
    assert browser_of().get(path).status_code == 404
    assert browser_of().sign_in("ann@example.test").get(path).status_code == 404


def test_a_colleague_with_the_customers_link_looks_and_does_not_act(
    browser_of: NewBrowser, shop: Shop
) -> None:
    path, record_id = ask(shop)
    link = shop.link(record_id)
    agent = browser_of().sign_in("lin")
    page = text_of(agent, link)
    assert "This is how the customer sees the request." in page
    assert "Yes, it is solved" not in page and "Write to us" not in page
    assert "Only the customer can answer this." in text_of(agent, path)
    for address, sent in (
        (f"{link}/solved", {"solved": "yes"}),
        (f"{link}/reply", {"text": "I am the customer"}),
        (f"{link}/cancel", {}),
        (path, {"score": "5"}),
    ):
        assert agent.post(address, sent).status_code == 404, address
    assert shop.state(record_id).state == "resolved"
    assert shop.state(record_id).surveys["once"].score is None


ATTACKS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "<svg/onload=alert(1)>",
    "javascript:alert(1)",
    "{{ 7*7 }}{% raw %}",
    "</textarea><script>alert(1)</script>",
    "<!--",
)


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_somebody_writes_is_never_markup(visitor: Browser, shop: Shop, attack: str) -> None:
    values = {"description": f"look: {attack}", "items.0.name": attack, "contact-name": attack}
    back = visitor.post("/new/wish", values | {"count": attack, "site": attack}).get_data(
        as_text=True
    )
    file = {"upload:proof": (BytesIO(b"x"), f"{attack}.txt")}
    response = visitor.post(
        "/new/wish", FAULT | CONTACT | values | file, content_type="multipart/form-data"
    )
    assert response.status_code == 303
    path = response.headers["Location"].removesuffix("/received")
    visitor.post(f"{path}/reply", {"text": attack})
    pages = [back, text_of(visitor, path), text_of(visitor, f"{path}/received")]
    for page in pages:
        for bad in ("<script>alert", "<img src=x", "<svg/onload", "' onmouseover='"):
            assert bad not in page.replace('src="/static', ""), bad
        assert not re.search(r'href="\s*javascript:', page)
