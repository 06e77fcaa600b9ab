"""Records: list, open, read, and fill in."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from datetime import datetime
from typing import Any, cast

from flask import g
from sqlalchemy import ColumnElement, Connection

from sopwith.access.allow import allow, visible_scope
from sopwith.access.model import Act
from sopwith.core.commands import Create, Submit
from sopwith.core.plain import instant
from sopwith.core.record import Category, RecordState
from sopwith.core.text import Text
from sopwith.release.model import RecordType, Release
from sopwith.store.customers import Customer, customer_of, find_or_create
from sopwith.store.lists import Order, RecordFilter, list_records
from sopwith.store.sight import Sight
from sopwith.store.tables import RecordRow

from ..visitor import get_service, now, visitor
from . import showing
from .blueprint import PREFIX
from .forms import files_in, form_of, unsettable, unusable
from .operation import Answer, Call, op
from .problems import Slip, refuse, wrong
from .reading import is_keepable
from .shapes import IDENTIFIER, INSTANT, TRUTH, VALUES, among, maybe, obj, one_of, ref, text
from .writing import carry_out

TAG = "Records"
NOBODY = "-"
ORDERS: dict[str, Order] = {"updated_at": "updated", "created_at": "created", "due_at": "breach", "number": "number",
                            "priority": "priority"}  # fmt: skip
_SORTS = [sign + name for name in ORDERS for sign in ("", "-")]
_LISTED = among(IDENTIFIER)
_EMAIL = {"type": "string", "maxLength": 254, "pattern": r"^[^@\s,;:<>()\"\\\x00-\x1f]{1,64}@[^@\s,;:<>()\"\\.\x00-\x1f]{1,63}(\.[^@\s,;:<>()\"\\.\x00-\x1f]{1,63}){1,5}$"}  # fmt: skip


def current() -> tuple[RecordState, Release]:
    """Return the record that the policy admitted the caller to."""
    return g.record, g.release


def whole(connection: Connection, state: RecordState, release: Release) -> Answer:
    """Answer the record; of one that its caller may no longer read, nothing."""
    if not showing.may(release, state, Act.READ):
        return Answer(status=204)
    headers = {"ETag": f'"{state.version}"'}
    return Answer(body=showing.record(connection, state, release), headers=headers)


@op(
    "GET",
    "/records",
    Text("List records", "列出记录"),
    tag=TAG,
    scope="records:read",
    query=obj(
        type=_LISTED,
        state=_LISTED,
        category=among(one_of(*Category)),
        owner=_LISTED | {"description": "Ids of accounts; - for nobody.", "items": {"type": "string", "pattern": r"^(-|[A-Za-z0-9][A-Za-z0-9._:@-]{0,79})$"}},
        team=_LISTED,
        priority=_LISTED,
        customer=_LISTED,
        q=text(200, 1),
        updated_since=INSTANT,
        sort=one_of(*_SORTS),
        limit={"type": "integer", "minimum": 1, "maximum": 100},
        cursor={"type": "string", "pattern": r"^[A-Za-z0-9_=-]{1,600}$"},
    ),
    gives=ref("Records"),
)  # fmt: skip
def list_all(call: Call) -> Answer:
    """Answer one page of what the caller may see, with the cursor of the next."""
    asked = call.query
    sort = str(asked.get("sort", "-updated_at"))
    order = ORDERS[sort.removeprefix("-")]
    cursor = asked.get("cursor")
    if cursor is not None and not is_cursor(str(cursor), order):
        wrong("API114", "/cursor", "query")
    with get_service().database.reading() as connection:
        page = list_records(
            connection,
            _wanted(connection, asked),
            order=order,
            descending=sort.startswith("-"),
            limit=int(asked.get("limit", 50)),
            cursor=cursor,
        )
        names = showing.Names(
            connection, [key for one in page.rows for key in (one.owner, one.customer_id)]
        )
    items = [showing.summary(one, names) for one in page.rows]
    return Answer(body={"items": items, "next": page.cursor})


def _wanted(connection: Connection, asked: Any) -> RecordFilter:
    release, who = get_service().releases.live(connection), visitor()
    scopes = {one.id: visible_scope(one.access, who.actor) for one in release.record_types.values()}
    condition: ColumnElement[bool] | None = None
    if "updated_since" in asked:
        since = moment(asked["updated_since"], "/updated_since", "query")
        condition = RecordRow.updated_at >= since

    def some(name: str) -> frozenset[str] | None:
        return frozenset(asked[name]) if asked.get(name) else None

    owners = some("owner")
    return RecordFilter(
        types=some("type"),
        states=some("state"),
        categories=some("category"),
        priorities=some("priority"),
        owners=None
        if owners is None
        else frozenset(None if one == NOBODY else one for one in owners),
        teams=cast(frozenset[str | None] | None, some("team")),
        customers=some("customer"),
        words=str(asked.get("q", "")),
        where=condition,
        seen=Sight(scopes=scopes, user=who.actor.id or "", teams=frozenset(who.teams)),
    )


def moment(words: Any, pointer: str, place: str = "body") -> datetime:
    """Return the instant that *words* say; what no calendar has is refused."""
    try:
        return instant(str(words))
    except ValueError:
        wrong("API106", pointer, place)


def is_cursor(cursor: str, order: Order) -> bool:
    """Return whether *cursor* is one that a list in this order gave."""
    try:
        value, last = json.loads(urlsafe_b64decode(cursor))
        if value is not None and order in ("updated", "created", "breach"):
            return instant(value).tzinfo is not None and is_keepable(last)
        return all(one is None or is_keepable(one) for one in (value, last)) and last is not None
    except (ValueError, TypeError, AttributeError, RecursionError):
        return False


@op(
    "POST",
    "/records",
    Text("Open a record", "创建记录"),
    tag=TAG,
    scope="records:write",
    body=obj(
        {"type": IDENTIFIER, "values": VALUES},
        form=IDENTIFIER,
        customer=obj(id=IDENTIFIER, email=_EMAIL, name=text(100, 1)) | {"oneOf": [{"required": ["id"], "maxProperties": 1}, {"required": ["email", "name"]}]},
        channel=one_of("api", "portal", "mail", "phone", "walk_in", "chat", "desk"),
        lang=one_of("en", "zh-CN"),
        tags=among(text(60, 1), 20),
    ),
    gives=ref("Record"),
    status=201,
    keyed=True,
)  # fmt: skip
def create(call: Call) -> Answer:
    """Open a record from a filled form."""
    body, who = call.body, visitor().actor
    release = get_service().releases.live()
    kind = release.record_types.get(body["type"])
    if kind is None or not allow(kind.access, Act.CREATE, who, None):
        wrong("API115", "/type")
    form = release.forms.get(body.get("form", kind.intake))
    if form is None or form.record_type != kind.id:
        wrong("API104", "/form", expected=kind.intake)
    values = body["values"]
    found = list(unsettable(form.by_id, values, None))
    if "customer" in body and visible_scope(kind.access, who) not in ("all", "team"):
        found.append(Slip(code="API110", pointer="/customer"))
    files = dict(files_in(form.by_id, values))
    customer_id = body.get("customer", {}).get("id")
    if files or customer_id:
        with get_service().database.reading() as connection:
            found += unusable(connection, files, None)
            if not found and customer_id and customer_of(connection, customer_id) is None:
                found.append(Slip(code="API113", pointer="/customer/id"))
    refuse(found)
    names = {"title": "/values/title"}
    return carry_out(
        call, None, lambda c: _create(c, call, kind, form.id), _created, pointer_of=names, under="/values", files=files
    )  # fmt: skip


def _create(connection: Connection, call: Call, kind: RecordType, form: str) -> Create:
    body, service = call.body, get_service()
    return Create(
        actor=visitor().actor,
        record_id=service.ids.new_id(),
        number="",
        type=kind.id,
        form=form,
        values=body["values"],
        customer_id=_customer(connection, body),
        channel=body.get("channel", "api"),
        lang=body.get("lang", "en"),
        tags=tuple(body.get("tags", ())),
    )


def _customer(connection: Connection, body: Any) -> str | None:
    given = body.get("customer")
    if given is None:
        return None
    if "id" in given:
        return str(given["id"])
    lang = body.get("lang", "en")
    wish = Customer(
        id=get_service().ids.new_id(), name=given["name"], email=given["email"], lang=lang
    )
    return find_or_create(connection, wish, now()).id


def _created(connection: Connection, state: RecordState, release: Release) -> Answer:
    found = whole(connection, state, release)
    place = f"{PREFIX}/records/{state.id}"
    return Answer(status=201, body=found.body, headers={**found.headers, "Location": place})


@op(
    "GET",
    "/records/<record_id>",
    Text("Read a record", "读取记录"),
    tag=TAG,
    scope="records:read",
    gives=ref("Record"),
)
def read(_call: Call, record_id: str) -> Answer:
    """Answer one record."""
    state, release = current()
    with get_service().database.reading() as connection:
        return whole(connection, state, release)


@op(
    "PATCH",
    "/records/<record_id>/values",
    Text("Fill in a form", "填写表单"),
    tag=TAG,
    scope="records:write",
    body=obj({"values": VALUES}, form=maybe(IDENTIFIER), task=maybe(IDENTIFIER), complete=TRUTH),
    gives=ref("Record"),
    keyed=True,
    versioned=True,
)
def fill(call: Call, record_id: str) -> Answer:
    """Save values of a form of the record; what is not sent stays as it is."""
    state, release = current()
    body = call.body
    form = form_of(release, state, _form_of_task(state, body))
    if form is None:
        wrong("API104", "/form", expected=", ".join(_forms(release, state)))
    values, files = body["values"], dict(files_in(form.by_id, body["values"]))
    found = list(unsettable(form.by_id, values, state.state))
    with get_service().database.reading() as connection:
        found += unusable(connection, files, record_id)
    refuse(found)
    command = Submit(
        actor=visitor().actor,
        expected_version=call.version,
        form=form.id,
        values=values,
        task=body.get("task"),
        partial=not body.get("complete", False),
    )
    return carry_out(call, record_id, lambda _: command, whole, under="/values", files=files)


def _form_of_task(state: RecordState, body: Any) -> str | None:
    task = state.tasks.get(body.get("task") or "")
    wish = body.get("form") or (task.form if task else None)
    return None if wish is None else str(wish)


def _forms(release: Release, state: RecordState) -> list[str]:
    return [one.id for one in release.forms.values() if one.record_type == state.type]
