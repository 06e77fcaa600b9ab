"""The administration: who may see it, what its lists show, and that definitions explain themselves."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from sopwith.runtime.publishing import publish
from sopwith.store.customers import Customer, Organisation, add_customer, add_organisation
from sopwith.store.jobs import NewJob, add_jobs
from sopwith.store.people import User, add_user
from sopwith.store.traffic import CaughtMail, Inbound, catch_mail, keep_inbound
from sopwith.web.admin.customers import MOST_OFFERED
from tests.integration.web.conftest import Browser
from tests.support.shop import NOW, Shop, files

EVIL = '<script>alert("x")</script>'
PAGES = (
    "/admin/",
    "/admin/definitions",
    "/admin/jobs",
    "/admin/deliveries",
    "/admin/mail",
    "/admin/inbox",
    "/admin/users",
    "/admin/users/new",
    "/admin/users/lin",
    "/admin/teams",
    "/admin/teams/counter",
    "/admin/customers",
    "/admin/customers/ann",
    "/admin/organisations",
    "/admin/tokens",
    "/admin/audit",
)


@pytest.fixture
def admin(app: Flask) -> Browser:
    """The administrator's browser."""
    return Browser(app).sign_in("ada")


def text(browser: Browser, path: str, status: int = 200) -> str:
    response = browser.get(path)
    assert response.status_code == status, path
    return response.get_data(as_text=True)


def test_every_page_opens_for_an_administrator_in_both_languages(admin: Browser) -> None:
    for path in PAGES:
        assert 'aria-current="page"' in text(admin, path), path
    admin.post("/preferences", {"lang": "zh-CN"})
    for path in PAGES:
        page = text(admin, path)
        assert 'lang="zh-CN"' in page and "系统管理" in page, path


def test_nobody_else_sees_that_there_is_an_administration(app: Flask) -> None:
    writes = ("/admin/users/lin", "/admin/teams/counter", "/admin/tokens", "/admin/audit/verify")
    for who in ("lea", "max", "lin", "sam", "ann@example.test"):
        browser = Browser(app).sign_in(who)
        for path in PAGES:
            assert browser.get(path).status_code == 404, (who, path)
        for path in writes:
            assert browser.post(path, {"name": "x"}).status_code == 404, (who, path)


def test_a_stranger_is_led_to_the_sign_in(visitor: Browser) -> None:
    response = visitor.get("/admin/")
    assert response.status_code == 303 and "/sign-in" in response.headers["Location"]


def test_writes_need_the_token_of_a_page(app: Flask) -> None:
    admin = Browser(app).sign_in("ada")
    answer = admin.client.post("/admin/teams/counter", data={"member": "lin"})
    assert answer.status_code == 400


def test_the_overview_says_what_is_in_force_and_how_all_is(admin: Browser, shop: Shop) -> None:
    shop.wish()
    page = text(admin, "/admin/")
    assert shop.service.releases.live().hash[:8] in page
    assert "for tests" in page and "SQLite" in page
    assert "All is well" in page


def test_the_overview_says_what_to_do_with_dead_jobs_and_unread_mail(
    admin: Browser, shop: Shop
) -> None:
    dead_job(shop)
    came_in(shop, "failed")
    page = text(admin, "/admin/")
    assert "1 job was given up." in page and "/admin/jobs?state=dead" in page
    assert "could not be read" in page and "All is well" not in page


def test_every_definition_has_a_page(admin: Browser) -> None:
    listed = re.findall(
        r'href="(/admin/definitions/[a-z_]+/[^"#?]+)"', text(admin, "/admin/definitions")
    )
    assert len(set(listed)) > 25
    for path in sorted(set(listed)):
        page = text(admin, path)
        assert 'id="uses"' in page and 'id="source"' in page and 'id="L' in page, path


def test_definitions_are_found_by_words_of_either_language_kind_and_pack(admin: Browser) -> None:
    everything = text(admin, "/admin/definitions")
    only = text(admin, "/admin/definitions?kind=workflow")
    assert only.count("/admin/definitions/workflow/") >= 1
    assert "/admin/definitions/form/" not in only and "/admin/definitions/form/" in everything
    assert "Nothing fits" in text(admin, "/admin/definitions?q=no-such-thing")
    assert "/admin/definitions/team/counter" in text(
        admin, "/admin/definitions?q=counter&pack=shop"
    )


def test_a_search_by_htmx_brings_the_list_only(admin: Browser) -> None:
    answer = admin.get("/admin/definitions?kind=team", headers={"HX-Request": "true"})
    page = answer.get_data(as_text=True)
    assert page.lstrip().startswith('<div id="results">') and "<html" not in page


def test_a_workflow_shows_its_chart_its_guide_and_its_duties(admin: Browser, shop: Shop) -> None:
    workflow = next(iter(shop.service.releases.live().workflows.values()))
    page = text(admin, f"/admin/definitions/workflow/{workflow.id}")
    assert '<svg class="chart-svg"' in page and "style=" not in page
    for state in workflow.states.values():
        assert f'id="state-{state.id}"' in page
    assert "Duties" in page and "its workflow" in page


def test_a_field_knows_where_it_is_used(admin: Browser) -> None:
    page = text(admin, "/admin/definitions/record_type/wish")
    line = re.search(r'<details class="field-line" id="topic">.*?</details>', page, re.DOTALL)
    assert line is not None and "has this field" in line.group()
    assert re.search(r'/admin/definitions/form/[^"]+#L\d+', line.group())


def test_open_records_that_run_on_a_definition_are_counted(admin: Browser, shop: Shop) -> None:
    assert 'id="running"' not in text(admin, "/admin/definitions/record_type/wish")
    shop.wish()
    page = text(admin, "/admin/definitions/record_type/wish")
    assert 'id="running"' in page and shop.service.releases.live().hash[:8] in page


def test_a_form_is_previewed_in_either_language_and_reacts_without_keeping_anything(
    admin: Browser, shop: Shop
) -> None:
    form = shop.service.releases.live().record_types["wish"].intake
    path = f"/admin/definitions/form/{form}"
    english, chinese = text(admin, f"{path}?in=en"), text(admin, f"{path}?in=zh-CN")
    title = shop.service.releases.live().forms[form].title
    assert f'<strong class="preview-title">{title.en}' in english
    assert f'<strong class="preview-title">{title.zh}' in chinese
    answer = admin.post(f"{path}/preview?in=zh-CN&as=customer", {"topic": "question"})
    assert answer.status_code == 200 and title.zh in answer.get_data(as_text=True)
    with shop.database.reading() as connection:
        assert connection.exec_driver_sql("select count(*) from record").scalar() == 0


def test_a_message_is_shown_about_a_real_record_in_both_languages(
    admin: Browser, shop: Shop
) -> None:
    shop.wish(description=EVIL)
    release = shop.service.releases.live()
    name = next(one.id for one in release.templates.values() if one.audience == "customer")
    page = text(admin, f"/admin/definitions/message_template/{name}")
    assert page.count('class="panel letter"') == 2
    assert EVIL not in page


def test_an_unknown_definition_or_release_is_not_found(admin: Browser) -> None:
    for path in ("/definitions/form/nope", "/definitions/nope/wish", "/definitions/form/wish-form?release=abc", "/jobs/99", "/mail/99", "/users/nope", "/customers/nope", "/organisations/nope", "/teams/nope", "/inbox/mail/nope"):  # fmt: skip
        assert admin.get(f"/admin{path}").status_code == 404, path


def test_findings_stand_beside_their_line(admin: Browser, shop: Shop) -> None:
    changed = files()
    name = next(one for one in changed if one.startswith("shop/") and "kind: team" in changed[one])
    changed[name] += '---\nkind: segment\nid: lonely\nwhen: customer.tier == "vip"\n'
    with_warning = publish(shop.service, changed, author=None, note="x")
    assert with_warning[0] is not None
    page = text(admin, "/admin/definitions/segment/lonely")
    assert "customer" in page and 'id="source"' in page


# names stay text


def test_names_of_people_mails_and_jobs_stay_text(admin: Browser, shop: Shop) -> None:
    with shop.database.writing() as connection:
        add_user(connection, User(id="evil", login="evil", name=EVIL, email="e@x.test"), NOW)
        add_customer(connection, Customer(id="evil", name=EVIL, tier=EVIL, tags=(EVIL,)), NOW)
        mail = CaughtMail(key="k", record_id=None, sender="a@x.test", recipients=[EVIL], subject=EVIL, text=EVIL, html=EVIL, headers={"X": EVIL}, created_at=NOW)  # fmt: skip
        catch_mail(connection, mail)
    came_in(shop, "failed", raw=EVIL.encode(), error=EVIL)
    job = dead_job(shop, error=EVIL)
    for path in ("/users", "/users/evil", "/teams/counter", "/customers", "/customers/evil", "/mail", "/mail/1", "/inbox", "/inbox/mail/m1", "/jobs?state=dead", f"/jobs/{job}", "/tokens"):  # fmt: skip
        page = text(admin, f"/admin{path}")
        assert EVIL not in page, path
        assert "&lt;script&gt;" in page, path


# lists go on


def test_long_lists_go_on_behind_their_last_line(admin: Browser, shop: Shop) -> None:
    with shop.database.writing() as connection:
        for number in range(120):
            add_customer(connection, Customer(id=f"n{number:03}", name=f"Name {number:03}"), NOW)
    seen: list[str] = []
    path = "/admin/customers?q=Name"
    for _turn in range(5):
        page = text(admin, path).replace("&amp;", "&")
        seen += re.findall(r'href="/admin/customers/(n\d+)"', page)
        more = re.search(r'href="(/admin/customers\?[^"]*after=[^"]*)"', page)
        if more is None:
            break
        path = more.group(1)
    assert seen == [f"n{number:03}" for number in range(120)]


def test_kept_mail_is_searched_and_read(admin: Browser, shop: Shop) -> None:
    with shop.database.writing() as connection:
        for number in range(3):
            mail = CaughtMail(key=f"k{number}", record_id=None, sender="a@x.test", recipients=["b@x.test"], subject=f"About {number}", text="Hello there", html="<p>Hello</p>", headers={"Message-ID": "<1@x>"}, created_at=NOW)  # fmt: skip
            catch_mail(connection, mail)
    page = text(admin, "/admin/mail?q=About+1")
    assert "About 1" in page and "About 2" not in page
    one = text(admin, "/admin/mail/2")
    assert "Hello there" in one and "&lt;p&gt;Hello&lt;/p&gt;" in one and "Message-ID" in one


def dead_job(shop: Shop, *, kind: str = "mail", error: str = "refused") -> int:
    job = NewJob(kind=kind, lane=1, key=f"{kind}:1", payload={"to": "ann@example.test", "subject": "Hi", "text": "Hi"}, due_at=NOW, created_at=NOW)  # fmt: skip
    with shop.database.writing() as connection:
        add_jobs(connection, [job])
        key = (error, job.key)
        connection.exec_driver_sql(
            "update job set state='dead', last_error=? where idem_key=?", key
        )
        found = connection.exec_driver_sql("select id from job where idem_key=?", (job.key,))
        return int(found.scalar_one())


def came_in(
    shop: Shop, state: str, *, raw: bytes = b"From: a\n\nhello", error: str = "no sender"
) -> None:
    inbound = Inbound(
        source="mail", ext_id="m1", received_at=NOW, raw=raw, state=state, error=error
    )
    with shop.database.writing() as connection:
        keep_inbound(connection, inbound)


def test_many_organisations_come_page_by_page(admin: Browser, shop: Shop) -> None:
    with shop.database.writing() as connection:
        for number in range(MOST_OFFERED + 10):
            made = Organisation(id=f"o{number:03}", name=f"Firm {number:03}", domain=None, tier="")
            add_organisation(connection, made, NOW)
    seen: list[str] = []
    path = "/admin/organisations"
    while path:
        page = text(admin, path)
        seen += re.findall(r"<strong>(Firm \d+)</strong>", page)
        more = re.search(r'href="(/admin/organisations\?[^"]*after=[^"]*)"', page)
        path = more[1].replace("&amp;", "&") if more else ""
    assert seen == [f"Firm {number:03}" for number in range(MOST_OFFERED + 10)]
    found = text(admin, "/admin/organisations?q=firm+207")
    assert "Firm 207" in found and "Firm 000" not in found
    assert "Firm 000" not in text(admin, "/admin/customers"), "too many to choose from"
    assert "Firm 207" in text(admin, "/admin/customers?organisation=o207")
