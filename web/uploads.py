"""Uploaded files: their bytes lie under random names; what the sender called them is only words."""

from __future__ import annotations

import hashlib
import mimetypes
import secrets
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from flask import abort
from flask import session as page_cookie
from sqlalchemy import Connection
from werkzeug.datastructures import FileStorage

from sopwith.runtime.crash import crash_point
from sopwith.store.files import Attachment, add_file, files_by_id

from .visitor import Visitor, get_service, get_settings, now

RASTER = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}
"""The first bytes of images that browsers may show in place."""
INLINE = frozenset({*RASTER.values(), "image/webp"})
UNKNOWN = "application/octet-stream"
_CHUNK = 64 * 1024
_LONGEST_NAME = 180


def folder() -> Path:
    """Return where the bytes lie."""
    return get_settings().data / "files"


def uploader_of(who: Visitor) -> str:
    """Return by what the uploads of *who* are known: the account, else a secret in the page's cookie."""
    if who.user is not None:
        return f"user:{who.user.id}"
    if who.customer is not None:
        return f"customer:{who.customer.id}"
    if "uploader" not in page_cookie:
        page_cookie["uploader"] = secrets.token_urlsafe(24)
    return f"page:{page_cookie['uploader']}"


def keep(sent: FileStorage, who: Visitor) -> Attachment:
    """Keep one upload and return what is known of it; answers 413 when it is too large.

    What colleagues upload is internal until they say it to the customer.
    """
    service, stored_name = get_service(), secrets.token_hex(20)
    path = folder() / stored_name
    path.parent.mkdir(parents=True, exist_ok=True)
    size, digest, head = _write(sent, path)
    name = clean_name(sent.filename or "")
    attachment = Attachment(
        id=service.ids.new_id(),
        stored_name=stored_name,
        sha256=digest,
        size=size,
        type=kind_of(head, name),
        name=name,
        uploaded_by=uploader_of(who),
        visibility="internal" if who.user is not None else "public",
        created_at=now(),
    )
    crash_point("file:stored")
    with service.database.writing() as connection:
        add_file(connection, attachment)
        crash_point("file:written")
    return attachment


def _write(sent: FileStorage, path: Path) -> tuple[int, str, bytes]:
    """Write the bytes; return their number, their hash and the first few."""
    limit, size, digest, head = get_settings().largest_upload, 0, hashlib.sha256(), b""
    try:
        with path.open("xb") as file:
            while chunk := sent.stream.read(_CHUNK):
                head = head or chunk[:16]
                size += len(chunk)
                if size > limit:
                    abort(413)
                digest.update(chunk)
                file.write(chunk)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return size, digest.hexdigest(), head


def clean_name(name: str) -> str:
    """Return a name to show: its last part, without what cannot be seen."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    seen = "".join(one for one in last if unicodedata.category(one)[0] != "C")
    words = " ".join(unicodedata.normalize("NFC", seen).split())
    if len(words) > _LONGEST_NAME:
        stem, dot, end = words.rpartition(".")
        ending = dot + end if dot and len(end) <= 10 else ""
        words = (stem or words)[: _LONGEST_NAME - len(ending)] + ending
    return words.strip(". ") or "file"


def kind_of(head: bytes, name: str) -> str:
    """Return the media type: of images by their first bytes, of the rest by the name, and never what runs in a page."""
    for magic, kind in RASTER.items():
        if head.startswith(magic):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    guess = mimetypes.guess_type(name, strict=True)[0] or UNKNOWN
    return UNKNOWN if guess in INLINE else guess


def usable(
    connection: Connection, ids: Iterable[str], who: Visitor, record_id: str | None = None
) -> dict[str, Attachment]:
    """Return those of the uploads *ids* that *who* may use: free ones of their own, and the record's."""
    me = uploader_of(who)
    found = files_by_id(connection, list(ids)[:200])
    return {
        key: one
        for key, one in found.items()
        if (one.record_id is None and one.uploaded_by == me)
        or (record_id is not None and one.record_id == record_id)
    }
