"""The operations of the API: what they answer, to whom, and in which words."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from string import Formatter
from typing import Any

import pytest
from flask import Flask
from jsonschema import Draft202012Validator
from sqlalchemy import select, update

from sopwith.core import commands as c
from sopwith.store.customers import by_contact
from sopwith.store.people import save_user, user
from sopwith.store.tables import ApiTokenRow, IdempotencyRow, JobRow
from sopwith.store.tokens import SCOPES
from sopwith.web.api.operation import OPERATIONS
from sopwith.web.api.shapes import SCHEMAS
from sopwith.web.api.words import WORDS
from sopwith.web.app import create_app
from sopwith.web.policy import TABLE
from tests.integration.web.conftest import Browser, settings_for
from tests.support.api import PREFIX, Caller, give_token
from tests.support.long_records import fill
from tests.support.shop import NOW, Shop

WISH: dict[str, Any] = {
    "type": "wish",
    "values": {"topic": "question", "description": "Where is my parcel?"},
}
CallerOf = Callable[..., Caller]


@pytest.fixture
def caller_of(app: Flask, shop: Shop) -> CallerOf:
    """Makes callers."""
    return lambda user_id, *scopes, lang="en": Caller(
        app, give_token(shop, user_id, scopes or SCOPES), lang
    )


@pytest.fixture
def lin(caller_of: CallerOf) -> Caller:
    """An agent of the counter."""
    return caller_of("lin")


def errors(answer: Any) -> set[tuple[str, str]]:
    assert answer.mimetype == "application/problem+json", answer.get_data(as_text=True)
    return {(one["pointer"], one["code"]) for one in answer.json.get("errors", ())}


def fits(name: str, value: Any) -> None:
    schema = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": SCHEMAS}}
    assert list(Draft202012Validator(schema).iter_errors(value)) == []


# --- who calls


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer short", "Bearer " + "x" * 43, "Basic bGluOng=", "Bearer " + "é" * 30],
)
def test_without_a_token_that_works_nobody_gets_in(app: Flask, header: str) -> None:
    headers = {"Authorization": header} if header else {}
    answer: Any = app.test_client().get(f"{PREFIX}/me", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.json["code"] == "API001"


def test_a_wrong_token_is_not_made_up_for_by_a_session(browser_of: Callable[[], Browser]) -> None:
    browser = browser_of().sign_in("lin")
    assert browser.get(f"{PREFIX}/me").status_code == 200
    wrong = {"Authorization": "Bearer " + "x" * 43}
    assert browser.get(f"{PREFIX}/me", headers=wrong).status_code == 401


def test_ended_tokens_and_disabled_accounts_are_out(app: Flask, shop: Shop, lin: Caller) -> None:
    late = Caller(app, give_token(shop, "lin", name="late", expires_at=NOW + timedelta(days=1)))
    assert late.get("/me").status_code == 200
    shop.clock.forward(days=2)
    assert late.get("/me").status_code == 401
    with shop.database.writing() as connection:
        account = user(connection, "lin")
        assert account is not None
        save_user(connection, replace(account, active=False))
    assert lin.get("/me").status_code == 401


@pytest.mark.parametrize("scope", SCOPES)
def test_a_token_reaches_what_its_scope_says_and_nothing_else(
    caller_of: CallerOf, scope: str
) -> None:
    caller = caller_of("ada", scope)
    for one in OPERATIONS:
        answer = caller.call(one.method, one.template.replace("{", "").replace("}", ""))
        allowed = one.scope in ("", "any", scope)
        assert (answer.status_code == 403) is not allowed, (one.id, answer.status_code)
        if not allowed:
            assert answer.json["code"] == "API002"


def test_the_policy_asks_for_the_scope_that_the_document_names() -> None:
    for one in OPERATIONS:
        marks = {mark for mark in TABLE[f"api.{one.id}"].who if mark.startswith("token:")}
        expected = (
            {f"token:{one.scope}"}
            if one.scope not in ("", "any")
            else {f"token:{s}" for s in SCOPES}
        )
        assert marks == expected, one.id


def test_a_token_never_may_more_than_its_account(caller_of: CallerOf) -> None:
    staff = caller_of("sam")
    assert "definitions:read" not in staff.get("/me").json["scopes"]
    assert staff.get("/definitions").status_code == 403


def test_a_page_needs_its_form_token_and_then_may_what_its_person_may(
    browser_of: Callable[[], Browser],
) -> None:
    browser = browser_of().sign_in("lin")
    browser.get("/")
    forged: Any = browser.client.post(f"{PREFIX}/records", json=WISH)
    assert (forged.status_code, forged.json["code"]) == (403, "API011")
    headers = {"X-CSRFToken": browser.token}
    assert browser.client.post(f"{PREFIX}/records", json=WISH, headers=headers).status_code == 201


def test_customers_have_no_part_in_it(browser_of: Callable[[], Browser], shop: Shop) -> None:
    mine = shop.wish("ann")
    browser = browser_of().sign_in("ann@example.test")
    for path in ("/me", "/records", f"/records/{mine}", "/tokens", "/definitions"):
        assert browser.get(PREFIX + path).status_code == 404


def test_calls_are_counted_for_each_token(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    app = create_app(shop.service, settings_for(shop, limits=True))
    first, second = Caller(app, give_token(shop, "lin")), Caller(app, give_token(shop, "lea"))
    monkeypatch.setattr("sopwith.web.api.bearer.CALLS", "5 per minute")
    answers = [first.get("/me") for _ in range(6)]
    assert answers[-2].status_code == 200
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) <= 60
    assert answers[-1].json["code"] == "API010"
    assert second.get("/me").status_code == 200


# --- records


def test_create_then_read(lin: Caller, shop: Shop) -> None:
    made = lin.post("/records", WISH | {"tags": ["web"], "lang": "zh-CN"})
    assert made.status_code == 201
    assert made.headers["Location"] == f"{PREFIX}/records/{made.json['id']}"
    fits("Record", made.json)
    read = lin.get(f"/records/{made.json['id']}")
    assert read.json == made.json
    assert read.headers["ETag"] == f'"{made.json["version"]}"'
    state = shop.state(made.json["id"])
    assert (state.channel, state.lang, state.created_by, state.tags) == (
        "api",
        "zh-CN",
        "lin",
        ("web",),
    )
    assert shop.woken


def test_a_customer_is_known_by_address_or_id(lin: Caller, shop: Shop) -> None:
    new = {"customer": {"email": "Neu@Example.test", "name": "Neu"}}
    first, second = (lin.post("/records", WISH | new).json for _ in range(2))
    assert first["customer"]["id"] == second["customer"]["id"]
    assert first["customer"]["email"] == "neu@example.test"
    known = lin.post("/records", WISH | {"customer": {"id": "ann"}})
    assert known.json["customer"]["name"] == "Ann Miller"
    unknown = lin.post("/records", WISH | {"customer": {"id": "nobody"}})
    assert errors(unknown) == {("/customer/id", "API113")}


def test_staff_open_records_for_themselves_only(caller_of: CallerOf) -> None:
    staff = caller_of("sam")
    assert staff.post("/records", WISH).status_code == 201
    for customer in ({"id": "ann"}, {"id": "nobody"}, {"email": "a@b.test", "name": "A"}):
        assert errors(staff.post("/records", WISH | {"customer": customer})) == {
            ("/customer", "API110")
        }


def test_everything_wrong_is_said_at_once_where_it_is_and_in_the_callers_language(
    caller_of: CallerOf,
) -> None:
    english, chinese = caller_of("lin"), caller_of("lea", lang="zh-CN,zh;q=0.9")
    wrong = {"type": "wish", "values": {"topic": "quesion", "count": 0, "items": [{"broken": "x"}]}}
    answer = english.post("/records", wrong)
    assert answer.status_code == 422
    assert errors(answer) >= {
        ("/values/topic", "VAL012"),
        ("/values/description", "VAL001"),
        ("/values/items/0/name", "VAL001"),
    }
    assert "question" in str(answer.json["errors"])
    answer = chinese.post("/records", wrong)
    assert answer.headers["Content-Language"] == "zh-CN"
    assert "请填写此项" in str(answer.json["errors"])
    fits("Problem", answer.json)
    shape = english.post("/records", {"type": 1, "values": [], "lang": "fr", "more": 1, "a/b": 1})
    assert errors(shape) == {
        ("/type", "API103"),
        ("/values", "API103"),
        ("/lang", "API104"),
        ("/more", "API102"),
        ("/a~1b", "API102"),
    }
    assert errors(english.post("/records", {})) == {("/type", "API101"), ("/values", "API101")}


def test_fields_that_nobody_fills_in_are_refused(
    lin: Caller, caller_of: CallerOf, shop: Shop
) -> None:
    values = WISH["values"] | {
        "total": 3,
        "note": "x",
        "zzz": 1,
        "priority": "P0",
        "state": "closed",
    }
    assert errors(lin.post("/records", WISH | {"values": values})) == {
        ("/values/total", "API110"),
        ("/values/note", "API110"),
        ("/values/zzz", "API102"),
        ("/values/priority", "API102"),
        ("/values/state", "API102"),
    }
    row = WISH["values"] | {"items": [{"name": "Lamp", "price": 1}]}
    assert errors(lin.post("/records", WISH | {"values": row})) == {
        ("/values/items/0/price", "API102")
    }


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        pytest.param(b"{}", "text/plain", 415, "API006", id="not json by its type"),
        pytest.param(b"{}", "", 415, "API006", id="no type"),
        pytest.param(b"{}", "application/json; charset=latin-1", 415, "API006", id="not utf-8 by its type"),
        pytest.param(b"", "application/json", 400, "API007", id="empty"),
        pytest.param(b"{", "application/json", 400, "API007", id="cut"),
        pytest.param(b"\xff{}", "application/json", 400, "API007", id="not utf-8"),
        pytest.param(b'{"type": NaN}', "application/json", 400, "API007", id="nan"),
        pytest.param(b'{"type": 1e999}', "application/json", 400, "API007", id="infinite"),
        pytest.param(b'{"a": 1, "a": 2}', "application/json", 400, "API007", id="twice"),
        pytest.param(b"[" * 200_000, "application/json", 400, "API007", id="nested without end"),
        pytest.param(b'{"type":' + b"[" * 40 + b"]" * 40 + b"}", "application/json", 400, "API007", id="deep"),
        pytest.param(b'{"type":[' + b"1," * 60_000 + b"1]}", "application/json", 400, "API007", id="many"),
        pytest.param(b'{"type":' + b"9" * 5_000 + b"}", "application/json", 400, "API007", id="long number"),
        pytest.param(b'"' + b"x" * 1_100_000 + b'"', "application/json", 413, "API005", id="large"),
        pytest.param(b"[]", "application/json", 422, "API013", id="a list"),
        pytest.param(b"null", "application/json", 422, "API013", id="null"),
    ],
)  # fmt: skip
def test_what_is_no_json_object_is_refused(
    lin: Caller, body: bytes, kind: str, status: int, code: str
) -> None:
    answer = lin.call("POST", "/records", data=body, content_type=kind)
    assert (answer.status_code, answer.json["code"]) == (status, code)
    fits("Problem", answer.json)


@pytest.mark.parametrize("text", ["a\x00bcdef", "half \ud800 a pair"])
def test_text_that_no_database_keeps_is_refused(lin: Caller, text: str) -> None:
    body = json.dumps({"type": "wish", "values": {"topic": "question", "description": text}})
    answer = lin.call("POST", "/records", data=body, content_type="application/json")
    assert errors(answer) == {("/values/description", "API112")}


def test_lists_page_without_gaps_or_repeats_in_every_order(lin: Caller, shop: Shop) -> None:
    made = set()
    for number in range(7):
        made.add(shop.wish("ann" if number % 2 else "bob"))
        shop.clock.forward(minutes=number % 3)
    for sort in (
        "updated_at",
        "-updated_at",
        "created_at",
        "-due_at",
        "number",
        "priority",
        "-priority",
    ):
        seen: list[str] = []
        cursor = ""
        while True:
            page = lin.get(f"/records?sort={sort}&limit=3{cursor}").json
            fits("Records", page)
            seen += [one["id"] for one in page["items"]]
            if page["next"] is None:
                break
            cursor = f"&cursor={page['next']}"
        assert len(seen) == 7, sort
        assert set(seen) == made


def test_lists_filter(lin: Caller, shop: Shop) -> None:
    ann, bob = shop.wish("ann"), shop.wish("bob", description="The lamp is dark")
    shop.clock.forward(hours=1)
    shop.do(c.Assign(actor=shop.agent(), owner="lin"), bob)
    later = shop.clock.now().isoformat().replace("+00:00", "Z")
    for query, expected in {
        "customer=ann": {ann},
        "customer=ann&customer=bob": {ann, bob},
        "owner=lin": {bob},
        "owner=-": {ann},
        "owner=-&owner=lin": {ann, bob},
        "q=lamp": {bob},
        "type=errand": set(),
        "state=received": {ann, bob},
        "category=closed": set(),
        "team=counter": {ann, bob},
        "priority=P2": {ann, bob},
        f"updated_since={later}": {bob},
    }.items():
        page = lin.get(f"/records?{query}").json
        assert {one["id"] for one in page["items"]} == expected, query


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("limit=0", ("/limit", "API107")),
        ("limit=x", ("/limit", "API103")),
        ("limit=01", ("/limit", "API103")),
        ("limit=1&limit=2", ("/limit", "API103")),
        ("sort=hash", ("/sort", "API104")),
        ("secret=1", ("/secret", "API102")),
        ("updated_since=yesterday", ("/updated_since", "API106")),
        ("updated_since=2026-13-45T00:00:00Z", ("/updated_since", "API106")),
        ("cursor=abcd", ("/cursor", "API114")),
        ("cursor=WyJ4IiwgIngiXQ==", ("/cursor", "API114")),  # ["x", "x"] is no instant
        ("q=%00", ("/q", "API106")),
        ("type=%20", ("/type/0", "API106")),
    ],
)
def test_a_wrong_query_is_refused(lin: Caller, query: str, error: tuple[str, str]) -> None:
    answer = lin.get(f"/records?{query}")
    assert answer.status_code == 422
    assert errors(answer) == {error}
    assert {one["in"] for one in answer.json["errors"]} == {"query"}


def test_values_are_saved_against_the_version_that_was_seen(lin: Caller, shop: Shop) -> None:
    record = shop.wish("ann")
    seen = lin.get(f"/records/{record}").headers["ETag"]
    body = {"values": {"count": 3, "price": 2.5}}
    saved = lin.call("PATCH", f"/records/{record}/values", json=body, headers={"If-Match": seen})
    assert saved.status_code == 200
    assert saved.json["values"]["total"] == 7.5
    again = lin.call("PATCH", f"/records/{record}/values", json=body, headers={"If-Match": seen})
    assert (again.status_code, again.json["code"]) == (409, "ENG001")
    wrong = lin.call("PATCH", f"/records/{record}/values", json=body, headers={"If-Match": "*"})
    assert errors(wrong) == {("/If-Match", "API106")}
    other = lin.call(
        "PATCH", f"/records/{record}/values", json={"values": {}, "form": "errand-form"}
    )
    assert errors(other) == {("/form", "API104")}


# --- work


def test_the_whole_life_of_a_record(lin: Caller, shop: Shop) -> None:
    record = lin.post("/records", WISH | {"customer": {"id": "ann"}}).json["id"]
    path = f"/records/{record}"
    ways = lin.get(f"{path}/transitions").json
    fits("Ways", ways)
    assert [(one["id"], one["open"]) for one in ways["items"]] == [("working", True)]
    moved = lin.post(f"{path}/transitions", {"to": "working"})
    assert moved.json["state"]["id"] == "working"
    assert lin.post(f"{path}/assign", {"owner": "lin"}).json["owner"] == {
        "id": "lin",
        "name": "Lin Yue",
    }
    assert lin.post(f"{path}/tags", {"add": ["a", "b"]}).json["tags"] == ["a", "b"]
    assert lin.post(f"{path}/tags", {"remove": ["a"]}).json["tags"] == ["b"]
    assert [one["id"] for one in lin.post(f"{path}/follow", {}).json["followers"]] == ["lin"]
    assert lin.post(f"{path}/follow", {"follow": False}).json["followers"] == []
    said = lin.post(f"{path}/comments", {"text": "We look.", "public": True})
    assert said.status_code == 201
    fits("Comment", said.json)
    assert lin.get(path).json["first_reply_at"] is not None
    lin.post(f"{path}/comments", {"text": "Careful.", "public": False})
    comments = lin.get(f"{path}/comments").json
    fits("Comments", comments)
    assert [(one["text"], one["public"]) for one in comments["items"]] == [
        ("We look.", True),
        ("Careful.", False),
    ]
    assert (
        lin.post(f"{path}/transitions", {"to": "resolved"}).json["state"]["category"] == "resolved"
    )
    assert lin.post(f"{path}/reopen", {"note": "Not yet"}).json["state"]["id"] == "working"
    assert lin.post(f"{path}/cancel", {}).status_code == 403
    for name, shape in (
        ("events", "Events"),
        ("why", "Whys"),
        ("clocks", "Clocks"),
        ("tasks", "Tasks"),
    ):
        fits(shape, lin.get(f"{path}/{name}").json)
    kinds = [one["kind"] for one in lin.get(f"{path}/events").json["items"]]
    assert {"created", "state", "owner", "tags", "followers", "comment"} <= set(kinds)


def test_what_the_engine_refuses_is_told_where_it_is(lin: Caller, shop: Shop) -> None:
    record = shop.wish("ann")
    path = f"/records/{record}"
    for name, body, status, error in (
        ("transitions", {"to": "closed"}, 422, ("", "ENG010")),
        ("checks", {"item": "nothing"}, 422, ("", "ENG016")),
        ("assign", {"owner": "nobody"}, 422, ("/owner", "ENG018")),
        ("assign", {"team": "nobody"}, 422, ("/team", "ENG019")),
        ("comments", {"text": " ", "public": True}, 422, ("/text", "ENG017")),
        ("decisions", {"decision": "approve"}, 422, ("", "ENG303")),
        ("tasks/none/finish", {}, 422, ("", "ENG030")),
        ("reopen", {}, 422, ("", "ENG020")),
        ("cancel", {}, 403, ("", "ENG003")),
    ):
        answer = lin.post(f"{path}/{name}", body)
        assert answer.status_code == status, (name, answer.json)
        assert errors(answer) == {error}, name


def test_a_long_conversation_comes_in_pages_each_message_once(lin: Caller, shop: Shop) -> None:
    record = shop.wish("ann")
    fill(shop, record, 450)
    path, cursor, found, pages = f"/records/{record}/comments", "", [], 0
    while pages < 4:
        answer = lin.get(f"{path}{cursor and f'?cursor={cursor}'}").json
        fits("Comments", answer)
        found += [one["text"] for one in answer["items"]]
        pages, cursor = pages + 1, answer["next"]
        if cursor is None:
            break
    assert pages == 3
    texts = [text for text in found if text.startswith("message-")]
    assert len(texts) == len(set(texts)) == 450
    assert texts == sorted(texts, key=lambda text: int(text.split("-")[1]))
    wrong = lin.get(f"{path}?cursor=nothing")
    assert wrong.status_code in (400, 422)


def test_an_internal_note_is_not_for_those_who_only_asked(caller_of: CallerOf, lin: Caller) -> None:
    staff = caller_of("sam")
    record = staff.post("/records", WISH).json["id"]
    lin.post(f"/records/{record}/comments", {"text": "Between us", "public": False})
    lin.post(f"/records/{record}/comments", {"text": "For you", "public": True})
    said = staff.get(f"/records/{record}/comments").json["items"]
    assert [one["text"] for one in said] == ["For you"]
    assert staff.get(f"/records/{record}/events").status_code == 404
    assert staff.get(f"/records/{record}/why").status_code == 404
    assert staff.get(f"/records/{record}").json["transitions"] == []
    assert staff.post(f"/records/{record}/transitions", {"to": "working"}).status_code == 403


# --- once


def test_the_same_request_gets_the_same_answer_and_one_effect(lin: Caller, shop: Shop) -> None:
    headers = {"Idempotency-Key": "order-1"}
    first = lin.post("/records", WISH, headers=headers)
    shop.clock.forward(minutes=5)
    again = lin.post("/records", dict(reversed(WISH.items())), headers=headers)
    assert (again.status_code, again.json, again.headers["Location"]) == (
        201,
        first.json,
        first.headers["Location"],
    )
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(lin.get("/records").json["items"]) == 1
    other = lin.post("/records", WISH | {"lang": "zh-CN"}, headers=headers)
    assert (other.status_code, other.json["code"]) == (422, "API009")
    moved = lin.post(f"/records/{first.json['id']}/tags", {"add": ["x"]}, headers=headers)
    assert (moved.status_code, moved.json["code"]) == (422, "API009")


def test_a_key_belongs_to_one_account(lin: Caller, caller_of: CallerOf) -> None:
    headers = {"Idempotency-Key": "shared"}
    mine = lin.post("/records", WISH, headers=headers)
    theirs = caller_of("lea").post("/records", WISH, headers=headers)
    assert theirs.status_code == 201
    assert theirs.json["id"] != mine.json["id"]


def test_a_refused_request_leaves_its_key_free(lin: Caller) -> None:
    headers = {"Idempotency-Key": "second-try"}
    wrong = WISH | {"values": {"topic": "question"}}
    assert lin.post("/records", wrong, headers=headers).status_code == 422
    assert lin.post("/records", WISH, headers=headers).status_code == 201


def test_a_request_that_has_not_ended_answers_conflict(lin: Caller, shop: Shop) -> None:
    headers = {"Idempotency-Key": "slow"}
    lin.post("/records", WISH, headers=headers)
    with shop.database.writing() as connection:
        connection.execute(update(IdempotencyRow).values(status="in_flight"))
    answer = lin.post("/records", WISH, headers=headers)
    assert (answer.status_code, answer.json["code"]) == (409, "API008")
    assert answer.headers["Retry-After"] == "1"


def test_many_at_once_with_one_key_have_one_effect(lin: Caller, app: Flask, shop: Shop) -> None:
    headers = {"Idempotency-Key": "crowd"}
    secret = lin.headers["Authorization"].removeprefix("Bearer ")

    def send(_: int) -> Any:
        return Caller(app, secret).post("/records", WISH, headers=headers)

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(send, range(12)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json["id"] for answer in answers}) == 1
    assert sum("Idempotency-Replayed" in answer.headers for answer in answers) == 11
    assert len(lin.get("/records").json["items"]) == 1


@pytest.mark.parametrize("key", ["", "a b", "x" * 201, "é"])
def test_a_key_is_short_and_plain(lin: Caller, key: str) -> None:
    answer = lin.post("/records", WISH, headers={"Idempotency-Key": key})
    assert errors(answer) == {("/Idempotency-Key", "API106")}


def test_nothing_stays_of_a_refused_record(lin: Caller, shop: Shop) -> None:
    with shop.database.reading() as connection:
        before = connection.execute(select(JobRow.id)).all()
    new = {"email": "left@over.test", "name": "Left"}
    lin.post("/records", WISH | {"customer": new, "values": {"topic": "question"}})
    with shop.database.reading() as connection:
        assert by_contact(connection, email="left@over.test") is None
        assert connection.execute(select(JobRow.id)).all() == before


# --- files


def upload(caller: Caller, name: str = "a.txt", content: bytes = b"hello") -> Any:
    return caller.call("POST", "/files", data={"file": (io.BytesIO(content), name)})


def test_a_file_goes_from_its_sender_to_the_record(lin: Caller, caller_of: CallerOf) -> None:
    kept = upload(lin)
    assert kept.status_code == 201
    fits("File", kept.json)
    file_id = kept.json["id"]
    lea = caller_of("lea")
    assert lea.get(f"/files/{file_id}").status_code == 404
    assert lin.get(f"/files/{file_id}/content", buffered=True).data == b"hello"
    values = WISH["values"] | {"proof": [file_id]}
    stolen = lea.post("/records", WISH | {"values": values})
    assert errors(stolen) == {("/values/proof/0", "API111")}
    record = lin.post("/records", WISH | {"values": values})
    assert record.status_code == 201
    assert lea.get(f"/files/{file_id}").json["record_id"] == record.json["id"]
    other = lin.post("/records", WISH | {"values": values})
    assert errors(other) == {("/values/proof/0", "API111")}, "it belongs to the first one"


def test_a_file_in_a_comment_must_be_ones_own(lin: Caller, caller_of: CallerOf, shop: Shop) -> None:
    record, mine = shop.wish("ann"), upload(lin).json["id"]
    theirs = upload(caller_of("lea")).json["id"]
    path = f"/records/{record}/comments"
    for foreign in (theirs, "nothing"):
        answer = lin.post(path, {"text": "See", "public": True, "files": [mine, foreign]})
        assert errors(answer) == {("/files/1", "API111")}
    assert lin.post(path, {"text": "See", "public": True, "files": [mine]}).json["files"] == [mine]


def test_a_file_must_come_as_one_part(lin: Caller) -> None:
    assert lin.post("/files", {}).status_code == 415
    assert errors(
        lin.call("POST", "/files", data={"x": "y"}, content_type="multipart/form-data")
    ) == {
        ("/x", "API102"),
        ("/file", "API101"),
    }


# --- definitions, account, document


def test_definitions_are_read_as_text_and_as_json(lin: Caller) -> None:
    found = lin.get("/definitions").json
    fits("Definitions", found)
    assert {"kind": "workflow", "id": "wish-flow", "path": "shop/workflows.yaml"} in found["items"]
    assert {one["kind"] for one in lin.get("/definitions?kind=form").json["items"]} == {"form"}
    one = lin.get("/definitions/workflow/wish-flow").json
    fits("Definition", one)
    assert one["source"].startswith("kind: workflow\nid: wish-flow")
    assert one["value"]["start"] == "received"
    assert lin.get("/definitions/workflow/none").status_code == 404
    assert lin.get("/schemas/workflow").json["$schema"].endswith("2020-12/schema")
    assert lin.get("/schemas/none").status_code == 404


def test_the_schema_of_a_form_tells_what_may_be_sent(lin: Caller, caller_of: CallerOf) -> None:
    schema = lin.get("/forms/wish-form/schema").json
    assert list(Draft202012Validator(schema).iter_errors(WISH["values"])) == []
    assert schema["properties"]["topic"]["title"] == "Topic"
    chinese = caller_of("lea", lang="zh-CN").get("/forms/wish-form/schema").json
    assert chinese["properties"]["topic"]["title"] == "主题"
    assert lin.get("/forms/none/schema").status_code == 404


def test_tokens_are_made_listed_and_ended_by_their_owner(
    app: Flask, lin: Caller, caller_of: CallerOf
) -> None:
    made = lin.post("/tokens", {"name": "robot", "scopes": ["records:read"], "days": 30})
    assert made.status_code == 201
    fits("NewToken", made.json)
    robot = Caller(app, made.json["secret"])
    assert robot.get("/me").json["scopes"] == ["records:read"]
    assert robot.post("/records", WISH).status_code == 403
    listed = lin.get("/tokens").json
    fits("Tokens", listed)
    assert "secret" not in json.dumps(listed).replace("secret-of", "")
    token_id = made.json["token"]["id"]
    lea = caller_of("max")
    assert {lea.call("DELETE", f"/tokens/{one}").status_code for one in (token_id, "unknown")} == {
        404
    }
    assert lin.call("DELETE", f"/tokens/{token_id}").status_code == 204
    assert robot.get("/me").status_code == 401
    assert lin.call("DELETE", f"/tokens/{token_id}").status_code == 404


def test_a_token_gives_no_more_and_lives_no_longer_than_itself(app: Flask, shop: Shop) -> None:
    ends = NOW + timedelta(days=2)
    secret = give_token(shop, "lin", ["tokens:write", "records:read"], expires_at=ends)
    parent = Caller(app, secret)
    answer = parent.post("/tokens", {"name": "x", "scopes": ["records:read", "records:write"]})
    assert errors(answer) == {("/scopes/1", "API116")}
    child = parent.post("/tokens", {"name": "x", "scopes": ["records:read"], "days": 300})
    assert child.json["token"]["expires_at"] == "2026-11-25T02:00:00Z"


def test_the_use_of_a_token_is_noted(lin: Caller, shop: Shop) -> None:
    shop.clock.forward(hours=1)
    lin.get("/me")
    with shop.database.reading() as connection:
        assert connection.execute(select(ApiTokenRow.last_used_at)).scalar_one() == shop.clock.now()


def test_unknown_addresses_and_methods_answer_as_problems(lin: Caller) -> None:
    assert (lin.get("/nothing").status_code, lin.get("/nothing").mimetype) == (
        404,
        "application/problem+json",
    )
    answer = lin.call("DELETE", "/records")
    assert answer.status_code == 405
    assert {"GET", "POST"} <= set(answer.headers["Allow"].split(", "))


@pytest.mark.parametrize("name", ["%00", "a%2Fb", "é", "x" * 81, "%ff", "a b", "'--"])
def test_an_id_that_is_none_answers_as_a_missing_one(lin: Caller, name: str) -> None:
    for path in ("/records/{}", "/files/{}", "/definitions/form/{}", "/forms/{}/schema"):
        assert lin.get(path.format(name)).status_code == 404


def test_the_document_is_readable_and_every_code_is_explained(app: Flask) -> None:
    page = app.test_client().get("/api/docs")
    words = page.get_data(as_text=True)
    assert page.status_code == 200
    assert all(f'id="{code}"' in words for code in WORDS)
    assert all(f">/api/v1{one.template}</code>" in words for one in OPERATIONS)


def test_words_say_the_same_in_both_languages() -> None:
    for code, one in WORDS.items():
        names = [
            {name for _, name, _, _ in Formatter().parse(text) if name} for text in (one.en, one.zh)
        ]
        assert names[0] == names[1], code
        assert any("\u4e00" <= letter <= "\u9fff" for letter in one.zh), code


def test_a_failure_of_ours_tells_nothing(
    shop: Shop, app: Flask, lin: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("secret words")

    monkeypatch.setattr("sopwith.web.api.records.list_records", broken)
    app.logger.disabled = True
    answer = lin.get("/records")
    assert (answer.status_code, answer.json["code"]) == (500, "API012")
    assert "secret words" not in answer.get_data(as_text=True)
