"""Generated over all operations: who sees what, foreign ids, wrong types, properties that nobody declared."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from sopwith.core import commands as c
from sopwith.runtime.publishing import publish
from sopwith.store.tables import RecordRow
from sopwith.web.api.operation import OPERATIONS, Operation
from tests.support.api import Caller, give_token
from tests.support.shop import Shop, files

STRANGE: tuple[Any, ...] = (
    [],
    ["x"],
    {},
    {"x": 1},
    7,
    -1,
    2.5,
    10**30,
    True,
    None,
    "",
    "x" * 70_000,
    "é\u202e",
)
SECRET = "the word that nobody else may read"
BODIES: dict[str, dict[str, Any]] = {
    "create": {
        "type": "wish",
        "form": "wish-form",
        "values": {"topic": "question", "description": "Where is my parcel?"},
        "customer": {"email": "new@example.test", "name": "New"},
        "channel": "api",
        "lang": "en",
        "tags": ["a"],
    },
    "fill": {"values": {"count": 3}, "form": "wish-form", "task": None, "complete": False},
    "move": {"to": "working", "values": {}, "note": "On it"},
    "check": {"item": "none", "done": True},
    "comment": {"text": "Hello", "public": True, "files": []},
    "assign": {"owner": "lin", "team": "counter", "task": None},
    "tag": {"add": ["b"], "remove": ["a"]},
    "follow": {"follow": True},
    "decide": {"decision": "approve", "note": "Fine"},
    "finish": {"values": {}},
    "reopen": {"note": "Again"},
    "cancel": {"reason": "No need"},
    "make_token": {"name": "robot", "scopes": ["records:read"], "days": 3},
}
WITH_BODY = [one for one in OPERATIONS if one.takes == "json"]
OF_A_RECORD = [one for one in OPERATIONS if "record_id" in one.holes]


def path_of(one: Operation, **ids: str) -> str:
    return one.template.format(**{name: ids.get(name, "unknown") for name in one.holes})


def ask(caller: Caller, one: Operation, body: Any = None, **ids: str) -> Any:
    more = {} if one.takes == "nothing" else {"json": BODIES[one.id] if body is None else body}
    return caller.call(one.method, path_of(one, **ids), buffered=True, **more)


def change(shop: Shop, old: str, new: str) -> None:
    """Publish the definitions again with some words replaced."""
    texts = {path: text.replace(old, new) for path, text in files().items()}
    assert texts != files()
    release, found = publish(shop.service, texts, author=None, note="")
    assert release is not None, [one.render("en") for one in found]


def narrow(shop: Shop) -> None:
    """Let agents see only what their teams have."""
    change(shop, "scope: {staff: own}", "scope: {staff: own, agent: team}")


@pytest.fixture
def caller_of(app: Flask, shop: Shop) -> Callable[[str], Caller]:
    """Makes callers with every scope."""
    return lambda user_id: Caller(app, give_token(shop, user_id))


def test_every_operation_with_a_body_is_tried_here() -> None:
    assert {one.id for one in WITH_BODY} == BODIES.keys()


@pytest.mark.parametrize("one", OF_A_RECORD, ids=lambda one: one.id)
def test_a_foreign_record_answers_exactly_like_a_missing_one(
    shop: Shop, caller_of: Callable[[str], Caller], one: Operation
) -> None:
    """Own records only, and those of other teams, are out of reach by API as they are on pages."""
    narrow(shop)
    record = shop.wish("ann")
    for outsider in ("sam", "kim"):
        caller = caller_of(outsider)
        foreign, missing = ask(caller, one, record_id=record), ask(caller, one, record_id="0" * 32)
        assert (foreign.status_code, foreign.data) == (missing.status_code, missing.data)
        assert foreign.status_code == 404
    assert ask(caller_of("lin"), one, record_id=record).status_code != 404


def test_lists_show_what_pages_show(shop: Shop, caller_of: Callable[[str], Caller]) -> None:
    narrow(shop)
    record = shop.wish("ann")
    callers = {name: caller_of(name) for name in ("sam", "kim", "lin", "ada")}
    wish = {"type": "wish", "values": BODIES["create"]["values"]}
    own = callers["sam"].post("/records", wish).json["id"]
    expected = {"sam": {own}, "kim": set(), "lin": {record, own}, "ada": {record, own}}
    for name, caller in callers.items():
        seen = {one["id"] for one in caller.get("/records").json["items"]}
        assert seen == expected[name], name


@pytest.mark.parametrize("one", WITH_BODY, ids=lambda one: one.id)
def test_no_type_in_place_of_another_breaks_anything(
    shop: Shop, caller_of: Callable[[str], Caller], one: Operation
) -> None:
    caller, record = caller_of("lin"), shop.wish("ann")
    for body in twisted(BODIES[one.id]):
        answer = ask(caller, one, body, record_id=record)
        assert answer.status_code < 500, (body, answer.json)
        assert answer.status_code < 400 or answer.mimetype == "application/problem+json"


def twisted(body: Any) -> Iterator[Any]:
    """Yield *body* with each value inside, and the whole, replaced by one of another type."""
    yield from STRANGE
    if isinstance(body, dict):
        for name, value in body.items():
            yield {key: item for key, item in body.items() if key != name}
            yield from ({**body, name: other} for other in twisted(value))
    elif isinstance(body, list):
        for index, value in enumerate(body):
            yield from ([*body[:index], other, *body[index + 1 :]] for other in twisted(value))


def test_no_type_in_a_field_of_a_form_breaks_anything(
    shop: Shop, caller_of: Callable[[str], Caller]
) -> None:
    caller, record = caller_of("lin"), shop.wish("ann")
    fields = shop.service.releases.live().forms["wish-form"].by_id
    rows: tuple[Any, ...] = (
        [{"name": 1}],
        [{"name": {"a": []}}],
        [[]],
        [None],
        [{"_row": "9"}],
        [{}] * 300,
    )
    for name in fields:
        for value in (*STRANGE, *rows):
            answer = caller.call(
                "PATCH", f"/records/{record}/values", json={"values": {name: value}}
            )
            assert answer.status_code < 500, (name, value)


@pytest.mark.parametrize("one", WITH_BODY, ids=lambda one: one.id)
def test_what_no_operation_declares_is_refused(
    shop: Shop, caller_of: Callable[[str], Caller], one: Operation
) -> None:
    """Every column of a record, and what programmers call things inside, in the body and in its objects."""
    caller, record = caller_of("lin"), shop.wish("ann")
    assert one.body is not None
    known = set(one.body["properties"])
    names = {column.name for column in RecordRow.__table__.columns} | {
        "actor",
        "expected_version",
        "user_id",
        "__class__",
    }
    before = shop.state(record)
    for name in sorted(names - known):
        answer = ask(caller, one, {**BODIES[one.id], name: "x"}, record_id=record)
        assert answer.status_code == 422
        assert {(e["pointer"], e["code"]) for e in answer.json["errors"]} == {
            (f"/{name}", "API102")
        }
    if one.id in ("create", "fill"):
        for name in sorted(names):
            answer = ask(caller, one, {**BODIES[one.id], "values": {name: "x"}}, record_id=record)
            assert (f"/values/{name}", "API102") in {
                (e["pointer"], e["code"]) for e in answer.json["errors"]
            }
    assert shop.state(record) == before


@pytest.mark.parametrize(
    "one", [one for one in OPERATIONS if one.takes != "upload"], ids=lambda one: one.id
)
def test_a_query_that_no_operation_declares_is_refused(
    caller_of: Callable[[str], Caller], shop: Shop, one: Operation
) -> None:
    caller, record = caller_of("lin"), shop.wish("ann")
    more = {} if one.takes == "nothing" else {"json": BODIES[one.id]}
    answer = caller.call(one.method, path_of(one, record_id=record) + "?admin=1", **more)
    assert answer.status_code == 422
    assert {(e["pointer"], e["in"]) for e in answer.json["errors"]} == {("/admin", "query")}


@pytest.mark.parametrize("person", ["sam", "max"])
def test_a_field_that_one_may_not_read_is_nowhere(
    shop: Shop, caller_of: Callable[[str], Caller], person: str
) -> None:
    change(shop, "roles: [customer], can: none", "roles: [customer, staff, manager], can: none")
    caller, lin = caller_of(person), caller_of("lin")
    record = lin.post("/records", {"type": "wish", "values": BODIES["create"]["values"]}).json["id"]
    saved = lin.call("PATCH", f"/records/{record}/values", json={"values": {"staff_only": SECRET}})
    assert saved.json["values"]["staff_only"] == SECRET
    shop.do(c.Follow(actor=shop.agent(), user=person), record)
    assert SECRET in lin.get(f"/records/{record}/events").get_data(as_text=True)
    for one in OPERATIONS:
        answer = ask(caller, one, record_id=record) if one.takes == "nothing" else None
        assert answer is None or SECRET not in answer.get_data(as_text=True), one.id
    assert caller.get(f"/records/{record}").status_code == 200
    body = {"values": {"staff_only": "mine"}}
    answer = caller.call("PATCH", f"/records/{record}/values", json=body)
    assert json.loads(answer.data)["errors"][0]["code"] == "API102"
