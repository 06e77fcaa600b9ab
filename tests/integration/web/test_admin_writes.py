"""What administrators change: accounts, teams, tokens, jobs, releases; each with its line in the log."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from sopwith.store.audit import entries
from sopwith.store.customers import customer_of, organisations
from sopwith.store.inspection import all_tokens, job_of
from sopwith.store.people import StaleRowError, memberships, save_user, user, user_by_login
from sopwith.store.tokens import find_token
from tests.integration.web.conftest import Browser
from tests.integration.web.test_admin import came_in, dead_job, text
from tests.support.shop import NOW, PASSWORD, Shop

ACCOUNT = {
    "name": "Mia Chen",
    "login": "mia",
    "email": "mia@firm.test",
    "roles": ["agent"],
    "skills": "billing，returns",
    "lang": "zh-CN",
    "zone": "Asia/Shanghai",
    "capacity": "12",
}
PACK = """kind: pack
id: extra
version: 1.0.0
title: {en: Extra, zh-CN: 附加}
description: {en: More, zh-CN: 更多}
---
kind: team
id: extra-team
title: {en: Extra team, zh-CN: 附加团队}
"""


@pytest.fixture
def admin(app: Flask) -> Browser:
    """The administrator's browser."""
    return Browser(app).sign_in("ada")


def acts(shop: Shop) -> list[str]:
    with shop.database.reading() as connection:
        return [one.action for one in entries(connection)]


# people


def test_a_user_is_added_and_gets_in_by_a_one_time_link(
    app: Flask, admin: Browser, shop: Shop
) -> None:
    answer = admin.post("/admin/users/new", ACCOUNT)
    assert answer.status_code == 303
    with shop.database.reading() as connection:
        made = user_by_login(connection, "mia")
    assert made is not None and made.skills == {"billing", "returns"} and made.capacity == 12
    page = admin.post(f"/admin/users/{made.id}/link").get_data(as_text=True)
    link = re.search(r"http://desk\.test(/password/[^\"]+)", page)
    assert link is not None
    guest = Browser(app)
    assert "mia" in text(guest, link.group(1))
    wrong = guest.post(link.group(1), {"new": "short", "again": "short"})
    assert wrong.status_code == 422
    done = guest.post(link.group(1), {"new": PASSWORD, "again": PASSWORD})
    assert done.status_code == 303
    assert guest.get("/account").status_code == 200
    assert Browser(app).get(link.group(1)).status_code == 404
    assert {"user.add", "user.reset", "user.password"} <= set(acts(shop))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"login": "No Blanks"}, "login"),
        ({"login": "lin"}, "login"),
        ({"email": "nobody"}, "email"),
        ({"roles": []}, "roles"),
        ({"zone": "Mars/Base"}, "zone"),
        ({"capacity": "-1"}, "capacity"),
        ({"deputy_id": "nobody"}, "deputy_id"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_stays(
    admin: Browser, shop: Shop, change: dict[str, Any], field: str
) -> None:
    answer = admin.post("/admin/users/new", ACCOUNT | change)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert f'id="f-{field}-error"' in page and f'href="#f-{field}"' in page
    assert 'value="billing，returns"' in page
    assert "user.add" not in acts(shop)


def test_a_user_is_changed_and_the_log_says_what(admin: Browser, shop: Shop) -> None:
    sent = ACCOUNT | {"name": "Lin New", "version": "1", "deputy_id": "kim", "away": "1"}
    assert admin.post("/admin/users/lin", sent).status_code == 303
    with shop.database.reading() as connection:
        changed = user(connection, "lin")
        line = entries(connection)[0]
    assert changed is not None and (changed.name, changed.login, changed.away, changed.deputy_id) == ("Lin New", "lin", True, "kim")  # fmt: skip
    assert line.action == "user.change" and line.actor_id == "ada"
    assert line.body["name"] == ["Lin Yue", "Lin New"]


def test_two_people_do_not_overwrite_each_other(admin: Browser, shop: Shop) -> None:
    with shop.database.writing() as connection:
        found = user(connection, "lin")
        assert found is not None
        save_user(connection, found)
    answer = admin.post("/admin/users/lin", ACCOUNT | {"version": "1"})
    assert answer.status_code == 422 and "meanwhile" in answer.get_data(as_text=True)
    with pytest.raises(StaleRowError), shop.database.writing() as connection:
        save_user(connection, found)


def test_disabling_ends_the_sessions_and_nobody_disables_or_demotes_themselves(
    app: Flask, admin: Browser, shop: Shop
) -> None:
    lin = Browser(app).sign_in("lin")
    assert lin.get("/account").status_code == 200
    assert admin.post("/admin/users/lin/active", {"active": ""}).status_code == 303
    assert lin.get("/account").status_code == 303
    assert "user.disable" in acts(shop)
    assert admin.post("/admin/users/lin/active", {"active": "1"}).status_code == 303
    admin.post("/admin/users/ada/active", {"active": ""})
    assert admin.get("/admin/").status_code == 200
    demoted = admin.post("/admin/users/ada", ACCOUNT | {"version": "1"})
    assert demoted.status_code == 422


def test_one_session_of_somebody_is_ended(app: Flask, admin: Browser, shop: Shop) -> None:
    lin = Browser(app).sign_in("lin")
    action = re.search(
        r'action="(/admin/users/lin/sessions/[^"]+)"', text(admin, "/admin/users/lin")
    )
    assert action is not None
    assert admin.post(action.group(1)).status_code == 303
    assert lin.get("/account").status_code == 303
    assert admin.post("/admin/users/lin/sessions/none/end").status_code == 404


def test_members_lead_and_order_of_a_team_are_saved(admin: Browser, shop: Shop) -> None:
    sent = {"member": ["lin", "kim"], "lead": ["lea"], "call-kim": "1"}
    assert admin.post("/admin/teams/counter", sent).status_code == 303
    with shop.database.reading() as connection:
        found = {
            one.user_id: (one.is_lead, one.on_call)
            for one in memberships(connection, team="counter")
        }
    assert found == {"lin": (False, None), "kim": (False, 1), "lea": (True, None)}
    wrong = admin.post("/admin/teams/counter", {"member": ["lin"], "call-lin": "soon"})
    assert wrong.status_code == 422 and 'value="soon"' in wrong.get_data(as_text=True)
    assert acts(shop)[0] == "team.change"


def test_a_customer_and_an_organisation_are_changed(admin: Browser, shop: Shop) -> None:
    assert (
        admin.post("/admin/organisations", {"name": "Acme", "domain": "acme.test"}).status_code
        == 303
    )
    taken = admin.post("/admin/organisations", {"name": "Other", "domain": "acme.test"})
    assert taken.status_code == 422 and "Another organisation" in taken.get_data(as_text=True)
    with shop.database.reading() as connection:
        acme = organisations(connection)[0]
    sent = {"name": "Ann", "tier": "vip", "tags": "loud，kind", "organisation_id": acme.id, "manager": "lin", "version": "1"}  # fmt: skip
    assert admin.post("/admin/customers/ann", sent).status_code == 303
    with shop.database.reading() as connection:
        ann = customer_of(connection, "ann")
    assert ann is not None and (ann.tier, ann.tags, ann.organisation_id, ann.manager) == ("vip", ("loud", "kind"), acme.id, "lin")  # fmt: skip
    assert "Acme" in text(admin, "/admin/customers?q=Ann")
    assert admin.post("/admin/customers/ann", sent).status_code == 422
    assert (
        admin.post(
            f"/admin/organisations/{acme.id}", {"name": "Acme AG", "tier": "gold"}
        ).status_code
        == 303
    )
    assert "Acme AG" in text(admin, "/admin/organisations")
    assert acts(shop)[:3] == ["organisation.change", "customer.change", "organisation.add"]


# tokens and the log


def test_a_token_is_shown_once_and_ends_when_revoked(admin: Browser, shop: Shop) -> None:
    wrong = admin.post(
        "/admin/tokens", {"name": "", "scopes": [], "user_id": "x", "expires": "2020-01-01"}
    )
    page = wrong.get_data(as_text=True)
    assert wrong.status_code == 422
    assert all(f'id="f-{name}-error"' in page for name in ("name", "scopes", "user_id", "expires"))
    sent = {
        "name": "Shop front",
        "scopes": ["records:read"],
        "user_id": "lin",
        "expires": "2027-01-01",
    }
    page = admin.post("/admin/tokens", sent).get_data(as_text=True)
    secret = re.search(r'value="(sop_[^"]+)"', page)
    assert secret is not None
    with shop.database.reading() as connection:
        token = find_token(connection, secret.group(1), NOW)
    assert token is not None and token.user_id == "lin" and token.scopes == {"records:read"}
    assert secret.group(1) not in text(admin, "/admin/tokens")
    assert admin.post(f"/admin/tokens/{token.id}/revoke").status_code == 303
    with shop.database.reading() as connection:
        assert find_token(connection, secret.group(1), NOW) is None
        assert all_tokens(connection)[0].revoked_at is not None
        assert all(secret.group(1) not in str(one.body) for one in entries(connection))


def test_the_history_is_checked_and_what_was_changed_is_found(admin: Browser, shop: Shop) -> None:
    record = shop.wish()
    whole = admin.post("/admin/audit/verify").get_data(as_text=True)
    assert "The history is whole" in whole and "1 of 1 records" in whole
    with shop.database.writing() as connection:
        connection.exec_driver_sql("update record set head='x' where id=?", (record,))
    broken = admin.post("/admin/audit/verify").get_data(as_text=True)
    assert shop.state(record).number in broken and "The history is whole" not in broken
    assert "the last events are missing" in broken
    admin.post("/preferences", {"lang": "zh-CN"})
    broken = admin.post("/admin/audit/verify").get_data(as_text=True)
    assert "末尾的事件缺失" in broken and "missing" not in broken


# work


def test_a_dead_job_is_tried_again_sent_elsewhere_or_dropped(admin: Browser, shop: Shop) -> None:
    number = dead_job(shop)
    assert "refused" in text(admin, "/admin/jobs?state=dead")
    wrong = admin.post(f"/admin/jobs/{number}", {"to": "nobody"})
    assert wrong.status_code == 422 and 'value="nobody"' in wrong.get_data(as_text=True)
    assert admin.post(f"/admin/jobs/{number}", {"to": "new@example.test"}).status_code == 303
    with shop.database.reading() as connection:
        job = job_of(connection, number)
    assert job is not None and (job.state, job.payload["to"], job.attempts) == ("ready", "new@example.test", 0)  # fmt: skip
    assert job.payload["subject"] == "Hi" and shop.woken
    assert admin.post(f"/admin/jobs/{number}/retry").status_code == 404
    assert admin.post(f"/admin/jobs/{number}/drop").status_code == 303
    with shop.database.reading() as connection:
        assert job_of(connection, number) is None
    assert acts(shop)[:2] == ["job.drop", "job.change"]


def test_a_timer_that_waits_cannot_be_dropped(admin: Browser, shop: Shop) -> None:
    number = dead_job(shop, kind="timer")
    with shop.database.writing() as connection:
        connection.exec_driver_sql("update job set state='ready'")
    assert admin.post(f"/admin/jobs/{number}/drop").status_code == 404


def test_what_could_not_be_read_is_read_again(admin: Browser, shop: Shop) -> None:
    came_in(shop, "failed")
    assert admin.post("/admin/inbox/mail/m1").status_code == 303
    assert "Not read yet" in text(admin, "/admin/inbox/mail/m1")
    assert admin.post("/admin/inbox/mail/m1").status_code == 404
