"""Work on a record: ways out, messages, people, tasks, approvals, and how it came about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from sopwith.access.model import Act
from sopwith.core import commands as c
from sopwith.core.record import RecordState
from sopwith.core.text import Text
from sopwith.release.model import Release
from sopwith.store.history import KeptMessage, message_of, messages_of

from ..visitor import get_service, visitor
from . import showing
from .blueprint import PREFIX
from .forms import fields_of_way, files_in, unsettable, unusable
from .history import PAGE
from .operation import Answer, Call, op
from .problems import refuse
from .records import current, whole
from .shapes import IDENTIFIER, TRUTH, VALUES, among, maybe, obj, one_of, ref, text
from .writing import carry_out

TAG = "Work"
_NOTE = text(20_000)
_READ, _WRITE = "records:read", "records:write"


def _done(call: Call, record_id: str, command: c.Command, **more: Any) -> Answer:
    return carry_out(call, record_id, lambda _: command, whole, **more)


@op("GET", "/records/<record_id>/transitions", Text("Ways out of the present state", "可用流转"), tag=TAG, scope=_READ, gives=ref("Ways"))  # fmt: skip
def ways(_call: Call, record_id: str) -> Answer:
    """Answer where the record may go now, and why not elsewhere."""
    state, release = current()
    return Answer(body={"items": showing.ways(release, state)})


@op(
    "POST",
    "/records/<record_id>/transitions",
    Text("Take a way out", "执行流转"),
    tag=TAG,
    scope=_WRITE,
    body=obj({"to": IDENTIFIER}, values=VALUES, note=_NOTE),
    gives=ref("Record"),
    keyed=True,
    versioned=True,
)
def move(call: Call, record_id: str) -> Answer:
    """Move the record to another state. note: the note, or the reply to the customer, that the way asks for."""
    state, release = current()
    body, service = call.body, get_service()
    values = body.get("values", {})
    files: dict[str, str] = {}
    way = next(
        (
            one
            for one in showing.place_of(release, state).go
            if body["to"] in (one.to, one.id) and not one.auto
        ),
        None,
    )
    if way is not None:
        fields, asked = fields_of_way(release, state, way)
        files = dict(files_in(fields, values))
        with service.database.reading() as connection:
            refuse(
                [
                    *unsettable(fields, values, state.state, asked),
                    *unusable(connection, files, record_id),
                ]
            )
    note = service.message(body["note"]) if body.get("note", "").strip() else None
    command = c.Transition(
        actor=visitor().actor,
        expected_version=call.version,
        to=body["to"],
        values=values,
        note=note,
    )
    places = {"note": "/note", "checklist": ""}
    return _done(call, record_id, command, pointer_of=places, under="/values", files=files)


@op(
    "POST",
    "/records/<record_id>/checks",
    Text("Tick an item of the checklist, or a step of a playbook", "勾选检查项或处置手册的步骤"),
    tag=TAG,
    scope=_WRITE,
    body=obj({"item": IDENTIFIER}, done=TRUTH, playbook=IDENTIFIER),
    gives=ref("Record"),
    keyed=True,
    versioned=True,
)
def check(call: Call, record_id: str) -> Answer:
    """Tick or untick."""
    body = call.body
    return _done(
        call,
        record_id,
        c.Check(
            actor=visitor().actor,
            expected_version=call.version,
            item=body["item"],
            done=body.get("done", True),
            playbook=body.get("playbook", ""),
        ),
    )


@op(
    "GET",
    "/records/<record_id>/comments",
    Text("Read the conversation", "读取沟通记录"),
    tag=TAG,
    scope=_READ,
    query=obj(cursor={"type": "string", "pattern": r"^[0-9]{1,9}\.[0-9A-Za-z_-]{1,80}$"}),
    gives=ref("Comments"),
)
def comments(call: Call, record_id: str) -> Answer:
    """Answer what was said, the oldest first, a page at a time; internal notes only to those who may read them."""
    state, release = current()
    seq, _, last = str(call.query.get("cursor", "")).partition(".")
    with get_service().database.reading() as connection:
        found = messages_of(
            connection,
            record_id,
            public_only=not showing.may(release, state, Act.NOTE),
            after=(int(seq), last) if seq else None,
            limit=PAGE + 1,
        )
    page = found[:PAGE]
    more = f"{page[-1].seq}.{page[-1].id}" if len(found) > PAGE else None
    return Answer(body={"items": [_comment(one) for one in page], "next": more})


def _comment(one: KeptMessage) -> showing.Json:
    return {
        "id": one.id,
        "public": one.public,
        "author": {"kind": one.author_kind, "id": one.author_id, "name": one.author_name},
        "text": one.text,
        "files": list(one.files),
        "created_at": showing.at(one.created_at),
    }


@op(
    "POST",
    "/records/<record_id>/comments",
    Text("Say something", "添加沟通"),
    tag=TAG,
    scope=_WRITE,
    body=obj({"text": text(50_000, 1), "public": TRUTH}, files=among(IDENTIFIER, 20)),
    gives=ref("Comment"),
    status=201,
    keyed=True,
)
def comment(call: Call, record_id: str) -> Answer:
    """Reply to the customer (public), or leave a note for colleagues."""
    body, service = call.body, get_service()
    wanted = {key: f"/files/{at}" for at, key in enumerate(body.get("files", ()))}
    with service.database.reading() as connection:
        refuse(unusable(connection, wanted, None))
    message = service.message(body["text"], files=tuple(wanted))
    command = c.Comment(actor=visitor().actor, message=message, public=body["public"])

    def said(connection: Connection, state: RecordState, release: Release) -> Answer:
        found = message_of(connection, message.id)
        assert found is not None
        headers = {
            "Location": f"{PREFIX}/records/{state.id}/comments",
            "ETag": f'"{state.version}"',
        }
        return Answer(body=_comment(found), status=201, headers=headers)

    return carry_out(call, record_id, lambda _: command, said)


@op(
    "POST",
    "/records/<record_id>/assign",
    Text("Give to a colleague or team", "分派"),
    tag=TAG,
    scope=_WRITE,
    body=obj(owner=maybe(IDENTIFIER), team=maybe(IDENTIFIER), task=maybe(IDENTIFIER)),
    gives=ref("Record"),
    keyed=True,
    versioned=True,
)
def assign(call: Call, record_id: str) -> Answer:
    """Give the record, or one task, to somebody; with neither owner nor team, routing decides again."""
    command = c.Assign(
        actor=visitor().actor,
        expected_version=call.version,
        **_given(call.body, "owner", "team", "task"),
    )
    return _done(call, record_id, command)


def _given(body: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: body[name] for name in names if body.get(name) is not None}


@op(
    "POST",
    "/records/<record_id>/tags",
    Text("Add and remove tags", "调整标签"),
    tag=TAG,
    scope=_WRITE,
    body=obj(add=among(text(60, 1), 20), remove=among(text(60, 1), 50)),
    gives=ref("Record"),
    keyed=True,
)
def tag(call: Call, record_id: str) -> Answer:
    """Change the tags."""
    body = call.body
    command = c.Tag(
        actor=visitor().actor, add=tuple(body.get("add", ())), remove=tuple(body.get("remove", ()))
    )
    return _done(call, record_id, command)


@op(
    "POST",
    "/records/<record_id>/follow",
    Text("Follow a record", "关注记录"),
    tag=TAG,
    scope=_WRITE,
    body=obj(follow=TRUTH),
    gives=ref("Record"),
    keyed=True,
)
def follow(call: Call, record_id: str) -> Answer:
    """Start or stop following, for oneself."""
    actor = visitor().actor
    command = c.Follow(actor=actor, user=actor.id or "", follow=call.body.get("follow", True))
    return _done(call, record_id, command)


@op(
    "POST",
    "/records/<record_id>/decisions",
    Text("Approve or reject", "审批"),
    tag=TAG,
    scope=_WRITE,
    body=obj({"decision": one_of("approve", "reject")}, note=_NOTE),
    gives=ref("Record"),
    keyed=True,
    versioned=True,
)
def decide(call: Call, record_id: str) -> Answer:
    """Decide in the open approval."""
    body = call.body
    command = c.Decide(
        actor=visitor().actor,
        expected_version=call.version,
        decision=body["decision"],
        note=body.get("note", ""),
    )
    return _done(call, record_id, command)


@op(
    "GET",
    "/records/<record_id>/tasks",
    Text("Parallel tasks", "并行任务"),
    tag=TAG,
    scope=_READ,
    gives=ref("Tasks"),
)
def tasks(_call: Call, record_id: str) -> Answer:
    """Answer all tasks of the record."""
    state, _release = current()
    with get_service().database.reading() as connection:
        names = showing.Names(connection, [one.owner for one in state.tasks.values()])
    return Answer(body={"items": [showing.task_of(one, names) for one in state.tasks.values()]})


@op(
    "POST",
    "/records/<record_id>/tasks/<task_id>/finish",
    Text("Finish a task", "完成任务"),
    tag=TAG,
    scope=_WRITE,
    body=obj(values=VALUES),
    gives=ref("Record"),
    keyed=True,
    versioned=True,
)
def finish(call: Call, record_id: str, task_id: str) -> Answer:
    """Finish one task with its form."""
    state, release = current()
    task = state.tasks.get(task_id)
    values, files = call.body.get("values", {}), {}
    form = release.forms.get(task.form or "") if task is not None else None
    with get_service().database.reading() as connection:
        fields = form.by_id if form is not None else {}
        files = dict(files_in(fields, values))
        if task is not None:
            refuse(
                [*unsettable(fields, values, state.state), *unusable(connection, files, record_id)]
            )
    command = c.FinishTask(
        actor=visitor().actor, expected_version=call.version, task=task_id, values=values
    )
    return _done(call, record_id, command, under="/values", files=files)


@op(
    "POST",
    "/records/<record_id>/reopen",
    Text("Open again", "重新打开"),
    tag=TAG,
    scope=_WRITE,
    body=obj(note=_NOTE),
    gives=ref("Record"),
    keyed=True,
    versioned=True,
)
def reopen(call: Call, record_id: str) -> Answer:
    """Open a settled record again."""
    note = call.body.get("note", "")
    message = get_service().message(note) if note.strip() else None
    return _done(
        call,
        record_id,
        c.Reopen(actor=visitor().actor, expected_version=call.version, message=message),
    )


@op(
    "POST",
    "/records/<record_id>/cancel",
    Text("Cancel", "取消记录"),
    tag=TAG,
    scope=_WRITE,
    body=obj(reason=text(2_000)),
    gives=ref("Record"),
    keyed=True,
    versioned=True,
)
def cancel(call: Call, record_id: str) -> Answer:
    """Cancel the record."""
    command = c.Cancel(
        actor=visitor().actor, expected_version=call.version, reason=call.body.get("reason", "")
    )
    return _done(call, record_id, command)
