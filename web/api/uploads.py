"""Files: send one, then name its id in a form or a comment."""

from __future__ import annotations

from flask import Response, request

from sopwith.core.text import Text
from sopwith.store.files import Attachment, file_of

from ..files import answer as bytes_of
from ..files import may_see
from ..uploads import keep
from ..visitor import get_service, visitor
from .blueprint import PREFIX
from .operation import Answer, Call, op
from .problems import Fault, Slip, refuse
from .shapes import ref
from .showing import Json, at

TAG = "Files"


def _shown(one: Attachment) -> Json:
    return {
        "id": one.id,
        "name": one.name,
        "type": one.type,
        "size": one.size,
        "sha256": one.sha256,
        "record_id": one.record_id,
        "visibility": one.visibility,
        "created_at": at(one.created_at),
    }


def _seen(file_id: str) -> Attachment:
    with get_service().database.reading() as connection:
        found = file_of(connection, file_id)
        if found is None or not may_see(found, connection):
            raise Fault(404)
    return found


@op(
    "POST",
    "/files",
    Text("Send a file", "上传文件"),
    tag=TAG,
    scope="files:write",
    upload=True,
    gives=ref("File"),
    status=201,
)
def upload_file(_call: Call) -> Answer:
    """Keep one file, the part ``file`` of a multipart body."""
    strange = {*request.form, *request.files} - {"file"}
    found = [Slip(code="API102", pointer=f"/{name[:80]}") for name in sorted(strange)]
    sent = request.files.getlist("file")
    if not sent or not sent[0].filename:
        found.append(Slip(code="API101", pointer="/file"))
    elif len(sent) > 1:
        found.append(Slip(code="API108", pointer="/file"))
    refuse(found)
    kept = keep(sent[0], visitor())
    return Answer(body=_shown(kept), status=201, headers={"Location": f"{PREFIX}/files/{kept.id}"})


@op(
    "GET",
    "/files/<file_id>",
    Text("What is known of a file", "文件信息"),
    tag=TAG,
    scope="records:read",
    gives=ref("File"),
)
def file_facts(_call: Call, file_id: str) -> Answer:
    """Answer name, type, size and hash."""
    return Answer(body=_shown(_seen(file_id)))


@op(
    "GET",
    "/files/<file_id>/content",
    Text("The bytes of a file", "文件内容"),
    tag=TAG,
    scope="records:read",
    raw=True,
)
def file_content(_call: Call, file_id: str) -> Response:
    """Answer the bytes."""
    return bytes_of(_seen(file_id))
