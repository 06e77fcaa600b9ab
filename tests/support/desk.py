"""The small installation with a process that has everything a desk shows: forms, tasks, approvals, rules, routing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sopwith.core.events import Actor
from sopwith.core.roles import CUSTOMER
from sopwith.runtime.publishing import publish
from sopwith.store.people import Membership, put_members
from tests.support import shop
from tests.support.shop import Shop, open_shop

HERE = Path(__file__).resolve().parent / "desk"


def make_desk_template(folder: Path, more: str = "") -> Path:
    """Return a database file with the definitions of the shop, of the repairs and in *more*, and people in teams."""
    path = shop.make_template(folder)
    opened = folder / "opened"
    opened.mkdir()
    with open_shop(path, opened) as made:
        repairs = (HERE / "repair.yaml").read_text("utf-8")
        files = shop.files() | {"shop/repair.yaml": f"{repairs}\n---{more}" if more else repairs}
        release, found = publish(made.service, files, author=None, note="for tests of the desk")
        assert release is not None, [one.render("en") for one in found]
        with made.database.writing() as connection:
            put_members(
                connection,
                "counter",
                [
                    Membership(team="counter", user_id="lin"),
                    Membership(team="counter", user_id="lea", is_lead=True),
                ],
            )
            put_members(connection, "store", [Membership(team="store", user_id="kim")])
    return opened / "sopwith.db"


def customer(customer_id: str = "ann") -> Actor:
    """Return a customer who acts."""
    return Actor("customer", customer_id, frozenset({CUSTOMER}), name="Ann Miller")


def repair(
    shop: Shop, title: str = "The lamp flickers", customer_id: str = "ann", **more: Any
) -> str:
    """Return the id of a new repair of a customer."""
    outcome = shop.service.create(
        type="repair",
        values={"title": title} | more,
        actor=customer(customer_id),
        customer_id=customer_id,
    )
    assert outcome.record_id is not None, outcome.problems
    return outcome.record_id
