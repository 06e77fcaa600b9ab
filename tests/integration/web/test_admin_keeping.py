"""Personal data in the administration: given out, held, erased; how long what is kept."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from flask import Flask

from sopwith.core.record import ERASED_TEXT
from sopwith.store.customers import customer_of
from sopwith.store.erasing import hold_of
from sopwith.store.jobs import queued_keys
from tests.integration.web.conftest import Browser
from tests.integration.web.test_admin import text
from tests.integration.web.test_admin_writes import acts
from tests.support.shop import Shop

PAGE = "/admin/customers/ann/personal"


@pytest.fixture
def admin(app: Flask) -> Browser:
    """The administrator's browser."""
    return Browser(app).sign_in("ada")


def email_of(shop: Shop) -> str:
    with shop.database.reading() as connection:
        found = customer_of(connection, "ann")
    assert found is not None and found.email
    return found.email


def test_everything_kept_about_a_person_is_given_out(admin: Browser, shop: Shop) -> None:
    record_id = shop.wish()
    answer = admin.post(f"{PAGE}/export", {})
    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        names = archive.namelist()
        about = json.loads(archive.read("customer.json"))
        records = [json.loads(archive.read(name)) for name in names if name.startswith("records/")]
    assert about["customer"]["email"] == email_of(shop)
    assert record_id in {one["record"]["id"] for one in records}
    assert all(one["events"] for one in records)
    assert acts(shop)[0] == "customer.export"


def test_erasing_asks_for_the_exact_word(admin: Browser, shop: Shop) -> None:
    shop.wish()
    page = text(admin, PAGE)
    assert "This stays" in page and email_of(shop) in page
    wrong = admin.post(f"{PAGE}/erase", {"typed": "yes"})
    assert wrong.status_code == 422
    assert "customer.erase" not in acts(shop)
    assert admin.post(f"{PAGE}/erase", {"typed": email_of(shop)}).status_code == 303
    with shop.database.reading() as connection:
        found = customer_of(connection, "ann")
        assert queued_keys(connection, "erase") == ["erase:ann"]
    assert found is not None and found.name == ERASED_TEXT and found.email is None
    assert "This person is erased" in text(admin, PAGE)
    assert text(admin, "/admin/customers/ann")


def test_what_is_on_hold_cannot_be_erased(admin: Browser, shop: Shop) -> None:
    assert admin.post(f"{PAGE}/hold", {"reason": ""}).status_code == 422
    assert admin.post(f"{PAGE}/hold", {"reason": "case 17"}).status_code == 303
    assert "case 17" in text(admin, PAGE)
    refused = admin.post(f"{PAGE}/erase", {"typed": email_of(shop)})
    assert refused.status_code == 422
    assert "on hold" in refused.get_data(as_text=True)
    assert admin.post(f"{PAGE}/hold", {"lift": "1"}).status_code == 303
    with shop.database.reading() as connection:
        assert hold_of(connection, "customer", "ann") is None


def test_a_record_is_put_on_hold_by_its_number_and_lifted(admin: Browser, shop: Shop) -> None:
    record_id = shop.wish()
    number = shop.state(record_id).number
    assert admin.post("/admin/keeping/hold", {"number": "X-1", "reason": "x"}).status_code == 422
    held = admin.post("/admin/keeping/hold", {"number": number, "reason": "case 18"})
    assert held.status_code == 303
    page = text(admin, "/admin/keeping")
    assert "case 18" in page and number in page
    lifted = {"subject": "record", "id": record_id}
    assert admin.post("/admin/keeping/lift", lifted).status_code == 303
    assert admin.post("/admin/keeping/lift", lifted).status_code == 404
    assert acts(shop)[:2] == ["hold.lift", "hold.put"]


def test_the_log_does_not_keep_the_name_of_a_customer(admin: Browser, shop: Shop) -> None:
    with shop.database.reading() as connection:
        found = customer_of(connection, "ann")
    assert found is not None
    form = {"name": "Zebra Finch", "tier": "", "tags": "", "version": str(found.version)}
    assert admin.post("/admin/customers/ann", form).status_code == 303
    page = text(admin, "/admin/audit")
    assert "changed the customer" in page and "Zebra" not in page and found.name not in page


@pytest.mark.parametrize(("path", "words"), [("/admin/keeping", "保留与清除"), (PAGE, "将被清除")])
def test_pages_about_keeping_are_in_chinese_too(admin: Browser, path: str, words: str) -> None:
    admin.post("/preferences", {"lang": "zh-CN"})
    page = text(admin, path)
    assert 'lang="zh-CN"' in page and words in page
    assert "Put on hold" not in page
