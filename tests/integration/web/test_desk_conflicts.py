"""Two people at one record: who was typing is only stopped by what they have to know of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sopwith.store.history import messages_of
from tests.integration.web.conftest import Browser
from tests.integration.web.test_desk_records import post, text
from tests.support.desk import make_desk_template, repair
from tests.support.shop import Shop


@pytest.fixture(scope="module")
def shop_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_desk_template(tmp_path_factory.mktemp("desk"))


def tick(browser: Browser, record_id: str, done: str) -> None:
    """Tick an item as the page's script does: nothing but the work panel is drawn again."""
    answer = browser.post(
        f"/desk/records/{record_id}/check",
        {"item": "unplugged", "done": done},
        headers={"HX-Request": "true"},
    )
    assert answer.status_code == 200


def say(browser: Browser, record_id: str, seen: int, kind: str = "reply") -> Any:
    sent = {"version": str(seen), "kind": kind, "text": "It is ready."}
    return browser.post(f"/desk/records/{record_id}/say", sent)


@pytest.mark.parametrize("kind", ["reply", "note"])
def test_ones_own_tick_does_not_stop_a_reply(lin: Browser, shop: Shop, kind: str) -> None:
    record_id = repair(shop)
    seen = shop.state(record_id).version
    tick(lin, record_id, "1")
    assert shop.state(record_id).version > seen
    assert say(lin, record_id, seen, kind).status_code == 303
    with shop.database.reading() as connection:
        assert [one.text for one in messages_of(connection, record_id)] == ["It is ready."]


def test_a_colleagues_tick_stops_nobody(lin: Browser, lea: Browser, shop: Shop) -> None:
    record_id = repair(shop)
    seen = shop.state(record_id).version
    tick(lea, record_id, "1")
    answer = lin.post(f"/desk/records/{record_id}/save", {"version": str(seen), "severity": "fair"})
    assert answer.status_code == 303
    state = shop.state(record_id)
    assert state.values["severity"] == "fair" and state.checklist == {"unplugged": True}


def test_a_tick_and_a_real_change_are_a_conflict(lin: Browser, lea: Browser, shop: Shop) -> None:
    record_id = repair(shop)
    seen = shop.state(record_id).version
    tick(lin, record_id, "1")
    assert post(lea, shop, record_id, "save", severity="bad").status_code == 303
    answer = say(lin, record_id, seen)
    assert answer.status_code == 409
    assert "How bad is it?: Bad" in text(answer) and "It is ready." in text(answer)
    with shop.database.reading() as connection:
        assert messages_of(connection, record_id) == []


def test_an_item_that_was_unticked_meanwhile_keeps_a_way_closed(
    lin: Browser, lea: Browser, shop: Shop
) -> None:
    record_id = repair(shop)
    tick(lin, record_id, "1")
    seen = shop.state(record_id).version
    tick(lea, record_id, "0")
    sent = {"version": str(seen), "to": "fix", "severity": "fair", "can_fix": "true"}
    answer = lin.post(f"/desk/records/{record_id}/move", sent)
    assert answer.status_code == 422 and shop.state(record_id).state == "check"
