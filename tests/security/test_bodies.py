"""What a body may hold: ids of others, columns that no form asks for, every field in every wrong shape."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import Connection
from werkzeug.exceptions import HTTPException

from sopwith.store.customers import customer_of
from sopwith.store.people import memberships, user
from sopwith.store.tables import METADATA
from sopwith.web.api.operation import OPERATIONS, Operation
from tests.integration.web.conftest import Browser
from tests.security.crawl import Form, Seen, forms_in
from tests.security.house import FILE, NOTE, OF_BOB, House, rows
from tests.support.api import Caller, give_token

ENDING = frozenset({"auth.sign_out", "auth.end_all", "auth.end_session", "auth.change_password"})
"""They end the session that is being used."""
SLOW = frozenset({"studio.back"})
"""It publishes; what it takes is an address and nothing else."""
COLUMNS = sorted({column.name for table in METADATA.sorted_tables for column in table.columns})
TAKING = [one for one in OPERATIONS if one.takes == "json"]
MARK, NUMBER = "massmark", "424242"


def endpoint_of(house: House, path: str) -> str:
    """Return whose address it is, empty for nobody's."""
    try:
        return str(house.app.url_map.bind("desk.test").match(urlsplit(path).path, method="POST")[0])
    except HTTPException:
        return ""


def posts(house: House, seen: list[Seen], people: tuple[str, ...]) -> list[Form]:
    """Return every form that these people can send, once for each route and set of fields."""
    found: dict[tuple[str, ...], Form] = {}
    for form in forms_in(seen):
        endpoint = endpoint_of(house, form.path)
        if form.person in people and form.sent.method == "POST" and endpoint not in ENDING | SLOW:
            found.setdefault((endpoint, *sorted(form.sent.fields)), form)
    return list(found.values())


def send(house: House, form: Form, fields: dict[str, Any]) -> Any:
    """Send *fields* as the page of *form* would."""
    browser: Browser = house.browser(form.person)
    data = fields | {"csrf_token": browser.token}
    return browser.client.post(form.path, data=data, buffered=True)


# --- T-TYPE ---------------------------------------------------------------------------------------

ODD: tuple[tuple[str, ...], ...] = (
    ("x", "y"),
    ("",),
    ("\x00",),
    ("[]", "{}"),
    ("99999999999999999999",),
    ("-1",),
    ("１２",),
    ("\ud7ff\uffff\u202e",),
    ("2026-13-45T99:99",),
    ("x" * 40_000,),
    ("' OR 1=1 --", '"'),
    ("NaN",),
)


def spoiled(form: Form) -> Iterator[dict[str, Any]]:
    """Return the form with all fields twice, all as lists, and each of its fields odd by itself."""
    fields: dict[str, Any] = dict(form.sent.fields)
    yield {name: [*values, *values] for name, values in fields.items()}
    yield {f"{name}[]": values for name, values in fields.items()}
    yield {f"{name}.0.x": ["x"] for name in fields} | {
        f"{name}.999999999999.x": ["x"] for name in fields
    }
    for turn, name in enumerate(fields):
        yield fields | {name: list(ODD[turn % len(ODD)])}
    for odd in ODD[:3]:
        yield {name: list(odd) for name in fields}


def test_no_form_breaks_on_a_field_of_another_shape(house: House, seen: list[Seen]) -> None:
    people = ("anonymous", "customer", "agent", "admin")
    broken, sent = [], 0
    for form in posts(house, seen, people):
        for fields in spoiled(form):
            answer = send(house, form, fields)
            sent += 1
            if answer.status_code >= 500:
                broken.append((form.path, {key: str(one)[:60] for key, one in fields.items()}))
    assert broken == []
    assert sent > 300


def test_no_address_breaks_on_a_parameter_of_another_shape(house: House, seen: list[Seen]) -> None:
    names: dict[str, set[str]] = {}
    for one in seen:
        if one.person == "admin" and one.status == 200 and one.mimetype == "text/html":
            names.setdefault(one.endpoint, set()).update(
                part.partition("=")[0] for part in urlsplit(one.path).query.split("&")
            )
    paths = {
        one.endpoint: urlsplit(one.path).path
        for one in seen
        if one.person == "admin" and one.status == 200
    }
    extra = (
        "after",
        "q",
        "tab",
        "view",
        "sort",
        "part",
        "panel",
        "type",
        "state",
        "a",
        "b",
        "in",
        "as",
        "score",
    )
    client = house.browser("admin").client
    broken = []
    for turn, (endpoint, asked) in enumerate(sorted(names.items())):
        for odd in (ODD[turn % len(ODD)], ("\x00\ud7ff",), ("W10=", "W10=")):
            values = {name: [one[:3000] for one in odd] for name in (*asked, *extra) if name}
            answer = client.get(paths[endpoint], query_string=values, buffered=True)
            if answer.status_code >= 500:
                broken.append((paths[endpoint], odd))
    assert broken == []


@pytest.mark.parametrize("operation", TAKING, ids=lambda one: f"{one.method} {one.path}")
def test_the_api_refuses_a_body_that_is_no_object(standing: House, operation: Operation) -> None:
    caller = Caller(standing.app, token(standing, "lin"))
    path = path_of(standing, operation)
    odd: tuple[Any, ...] = ([], "x", 1, None, True, [{}], {"values": []}, {"values": None}, [[[]]])
    for body in odd:
        sent = {"data": json.dumps(body), "content_type": "application/json"}
        answer = caller.call(operation.method, path, **sent)
        assert answer.status_code in (400, 422), (path, body)
    for kind in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "application/xml",
    ):
        answer = caller.call(operation.method, path, data="{}", content_type=kind)
        assert answer.status_code == 415, (path, kind)


# --- T-MASS ---------------------------------------------------------------------------------------


def marked(house: House) -> list[tuple[str, str]]:
    """Return table and row of whatever holds the mark."""
    return [
        (table, row)
        for table, kept in rows(house).items()
        for row in kept
        if MARK in row or NUMBER in row
    ]


def rights(connection: Connection) -> list[Any]:
    """Return what says who may do what."""
    people = [user(connection, name) for name in ("lin", "sam", "ada")]
    told = [(one.login, one.email, one.roles, one.active, one.skills) for one in people if one]
    known = [customer_of(connection, name) for name in ("ann", "bob", "wei")]
    more = [(one.email, one.verified, one.active, one.tier, one.organisation_id, one.tags, one.manager) for one in known if one]  # fmt: skip
    return [told, more, sorted(map(repr, memberships(connection)))]


@pytest.mark.parametrize("value", [MARK, NUMBER, "1", "admin"])
def test_no_form_takes_a_column_that_it_does_not_ask_for(
    house: House, seen: list[Seen], value: str
) -> None:
    people = ("anonymous", "customer", "staff", "agent")
    forms = posts(house, seen, people)
    assert len(COLUMNS) > 100 and len(forms) > 25
    with house.shop.database.reading() as connection:
        before = rights(connection)
    owners = {name: house.shop.state(one).customer_id for name, one in house.facts.records.items()}
    known = {name for form in forms for name in form.sent.fields}
    for form in forms:
        given = {
            name: values for name, values in form.sent.fields.items() if not name.startswith("_")
        }
        extra = {name: value for name in COLUMNS if name not in known}
        assert send(house, form, extra | given).status_code < 500, form.path
    with house.shop.database.reading() as connection:
        assert rights(connection) == before
    assert {
        name: house.shop.state(one).customer_id for name, one in house.facts.records.items()
    } == owners
    assert value not in (MARK, NUMBER) or marked(house) == []


@pytest.mark.parametrize("operation", TAKING, ids=lambda one: f"{one.method} {one.path}")
def test_the_api_names_every_column_that_it_does_not_take(
    standing: House, operation: Operation
) -> None:
    assert operation.body is not None
    known = operation.body["properties"]
    extra = [name for name in COLUMNS if name not in known][:90]
    caller = Caller(standing.app, token(standing, "lin"))
    answer = caller.call(
        operation.method, path_of(standing, operation), json=dict.fromkeys(extra, MARK)
    )
    assert answer.status_code == 422
    named = {error["pointer"] for error in answer.get_json()["errors"]}
    assert {f"/{name}" for name in extra} <= named
    assert marked(standing) == []


# --- T-REF ----------------------------------------------------------------------------------------


def token(house: House, person: str) -> str:
    """Return a token of *person*, made at the first call."""
    made = f"secret-of-the-token-of-{person}-{'x' * 16}"
    caller = Caller(house.app, made)
    return made if caller.get("/me").status_code == 200 else give_token(house.shop, person)


def path_of(house: House, operation: Operation) -> str:
    """Return an address of the operation."""
    record = house.facts.records["ann"]
    return (
        operation.path.replace("<record_id>", record)
        .replace("<task_id>", "unknown")
        .replace("<file_id>", house.facts.files["bob"])
    )


def foreign_ids(house: House) -> list[str]:
    """Return ids of what a customer, or a colleague without rights, may not touch."""
    facts = house.facts
    numbers = [house.shop.state(facts.records[name]).number for name in ("bob", "errand")]
    return [
        facts.records["bob"],
        facts.records["errand"],
        *facts.files.values(),
        *numbers,
        "bob",
        "gone",
    ]


@pytest.mark.parametrize("person", ["anonymous", "customer", "staff"])
def test_no_form_reaches_what_somebody_elses_id_names(
    house: House, seen: list[Seen], person: str
) -> None:
    """Each field of each form, with each foreign id: nothing foreign changes, nothing of it is shown."""
    names = ("bob",) if person == "staff" else ("bob", "errand")
    guarded = [house.facts.records[name] for name in names]
    versions = [house.shop.state(one).version for one in guarded]
    files = [row for row in rows(house)["attachment"] if "'user:max'" in row]
    forms = posts(house, seen, (person,))
    assert forms
    for form in forms:
        if house.facts.links["bob"] in form.path:
            continue  # whoever holds the link may
        for foreign in foreign_ids(house):
            for extra in ((), ("files", "proof", "record_id", "record", "customer_id", "ids")):
                fields = (*form.sent.fields, *extra)
                given = {name: foreign for name in fields if name != "csrf_token"}
                text = send(house, form, given).get_data(as_text=True)
                words = (OF_BOB, FILE, NOTE)
                assert not [word for word in words if word in text], (form.path, foreign)
    assert [house.shop.state(one).version for one in guarded] == versions
    assert [row for row in rows(house)["attachment"] if "'user:max'" in row] == files


@pytest.mark.parametrize("person", ["sam", "kim"])
def test_the_api_reaches_nothing_that_a_foreign_id_names(house: House, person: str) -> None:
    """Every operation on records that one may not see, and bodies that name such records, files and people."""
    caller = Caller(house.app, token(house, person))
    hidden = house.facts.records["ann" if person == "sam" else "checked"]
    missing = "0" * 32
    before = rows(house)
    for operation in OPERATIONS:
        if "record_id" not in operation.holes and "file_id" not in operation.holes:
            continue
        told = []
        for one in (hidden, missing):
            path = operation.path.replace("<record_id>", one).replace("<task_id>", "unknown")
            path = path.replace(
                "<file_id>", house.facts.files["internal"] if one == hidden else missing
            )
            sent: dict[str, Any] = {"json": {}} if operation.takes == "json" else {}
            if person == "kim" and "file_id" in operation.holes:
                continue  # an agent reads wishes, with their internal files
            answer = caller.call(operation.method, path, **sent)
            told.append((answer.status_code, json.dumps(answer.get_json()).replace(one, "")))
        assert not told or (told[0] == told[1] and told[0][0] == 404), operation.path
    bodies: tuple[dict[str, Any], ...] = (
        {"type": "wish", "values": {"topic": "question", "description": "Where is it?", "proof": [house.facts.files["loose"]]}},
        {"type": "errand", "values": {"description": "x"}, "customer": {"id": "bob" if person == "sam" else "no-one"}},
        {"type": "errand", "values": {"description": "x", "helper": "nobody-here"}},
        {"type": "errand", "values": {"description": "x", "crew": "no-team"}},
    )  # fmt: skip
    for body in bodies:
        assert caller.post("/records", body).status_code == 422, body
    after = rows(house)
    assert [name for name in before if before[name] != after[name]] == []
