"""Files in and out over the web."""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint, Response, abort, jsonify, request, send_file
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from sopwith.access.allow import allow
from sopwith.access.model import Act
from sopwith.store.files import Attachment, file_of
from sopwith.store.records import load_record

from .limits import UPLOAD, limiter
from .uploads import INLINE, folder, keep, uploader_of
from .visitor import get_service, visitor

files = Blueprint("files", __name__)
SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'"


@files.post("/files")
@limiter.limit(UPLOAD)
def upload() -> ResponseReturnValue:
    """Take one file, as multipart only; answer its id, to be put into a form."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        abort(400)
    attachment = keep(sent, visitor())
    return jsonify(id=attachment.id, name=attachment.name, size=attachment.size), 201


@files.get("/files/<file_id>")
def download(file_id: str) -> ResponseReturnValue:
    """Return a file that the visitor may see: their own upload, or one of a record that they may read."""
    with get_service().database.reading() as connection:
        attachment = file_of(connection, file_id)
        if attachment is None or not may_see(attachment, connection):
            abort(404)
    return answer(attachment)


def may_see(attachment: Attachment, connection: Connection) -> bool:
    """Return whether the visitor may see the file: their own upload, or one of a record that they may read."""
    service, who = get_service(), visitor()
    if attachment.record_id is None:
        return attachment.uploaded_by == uploader_of(who)
    state = load_record(connection, attachment.record_id)
    if state is None:
        return False
    access = service.releases.get(state.release).record_types[state.type].access
    if not allow(access, Act.READ, who.actor, state):
        return False
    return attachment.visibility == "public" or allow(access, Act.NOTE, who.actor, state)


def answer(attachment: Attachment) -> Response:
    """Return the bytes: images in place, everything else to be saved, and nothing that could run."""
    path = folder() / attachment.stored_name
    if attachment.state != "ready" or not path.is_file():
        abort(404)
    inline = attachment.type in INLINE
    response = send_file(path, mimetype=attachment.type, conditional=True, etag=attachment.sha256)
    place = "inline" if inline else "attachment"
    response.headers["Content-Disposition"] = (
        f"{place}; filename=\"file\"; filename*=UTF-8''{quote(attachment.name, safe='')}"
    )
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["Cache-Control"] = "private, no-store"
    return response
