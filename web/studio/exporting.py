"""Definitions on their way out: everything as an archive, or some of it as a pack."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping

from flask import abort, render_template, request, send_file
from flask.typing import ResponseReturnValue

from sopwith.core.text import Text
from sopwith.runtime.packing import Files, Key, folder_of, inside_of, zip_files
from sopwith.runtime.saving import Head, Saved, save_as_pack
from sopwith.store.releases import DraftHead, draft_heads, files_in_force

from ..admin.live import text_of
from ..visitor import get_service
from ..wording import gettext as _
from .bench import bench_of
from .blueprint import PARKED, blueprint, the_draft
from .shelf import ORDER

_ID = re.compile(r"[a-z][a-z0-9_-]{0,63}")
_VERSION = re.compile(r"(?:0|[1-9][0-9]{0,5})(?:\.(?:0|[1-9][0-9]{0,5})){2}")
LONGEST = 200
FIELDS = ("id", "version", "title_en", "title_zh", "about_en", "about_zh")


def source() -> tuple[str, Files]:
    """Return the draft asked for, or the empty word and what is in force; 404 while nothing is."""
    wish = request.values.get("draft", "")
    if wish:
        return wish, the_draft(wish).documents
    with get_service().database.reading() as connection:
        files = files_in_force(connection)
    return "", files


def drafts() -> list[DraftHead]:
    """Return the drafts that people work in."""
    with get_service().database.reading() as connection:
        return [one for one in draft_heads(connection) if not one.title.startswith(PARKED)]


@blueprint.get("/export")
def export_page() -> ResponseReturnValue:
    """Offer everything as an archive, and the choice of definitions for a pack."""
    return _page({"version": "1.0.0"}, frozenset())


def _page(
    typed: Mapping[str, str],
    keys: frozenset[Key],
    saved: Saved | None = None,
    errors: Mapping[str, str] | None = None,
) -> ResponseReturnValue:
    draft, files = source()
    packs = bench_of(files).bundle.packs if files else ()
    choice = []
    for pack in packs:
        written = (*pack.documents, *pack.scenarios)
        kinds = [(kind, [(one, text_of(one.node.get("title")) or Text(one.id, one.id)) for one in written if one.kind == kind]) for kind in ORDER]  # fmt: skip
        choice.append((pack, folder_of(pack.node.span.path) if pack.node else pack.id, [(kind, some) for kind, some in kinds if some]))  # fmt: skip
    page = render_template(
        "studio/export.html",
        draft=draft,
        drafts=drafts(),
        count=len(files),
        choice=choice,
        typed={name: typed.get(name, "") for name in FIELDS},
        keys=keys,
        saved=saved,
        errors=errors or {},
    )
    return page, 422 if errors else 200


@blueprint.get("/export.zip")
def export_all() -> ResponseReturnValue:
    """Send everything as an archive: a folder for each pack, each file byte for byte."""
    draft, files = source()
    if not files:
        abort(404)
    return _archive("draft" if draft else "definitions", files)


def _archive(name: str, files: Files) -> ResponseReturnValue:
    answer = send_file(
        io.BytesIO(zip_files(files)),
        mimetype="application/zip",
        as_attachment=True,
        download_name=f"{name}.zip",
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/export")
def save_pack() -> ResponseReturnValue:
    """Send the chosen definitions as a pack; or, asked to look first, say what it would need."""
    _draft, files = source()
    typed = {name: " ".join(request.form.get(name, "").split()) for name in FIELDS}
    known = {one.key for one in bench_of(files).documents} if files else set()
    if files:
        known |= {one.key for pack in bench_of(files).bundle.packs for one in pack.scenarios}
    asked = {tuple(one.split("/", 1)) for one in request.form.getlist("keys")}
    whole = set(request.form.getlist("whole"))
    if files:
        for pack in bench_of(files).bundle.packs:
            if pack.id in whole:
                asked |= {one.key for one in (*pack.documents, *pack.scenarios)}
    keys = frozenset((one[0], one[1]) for one in asked if len(one) == 2 and one in known)
    errors = _errors(typed, keys)
    if errors:
        return _page(typed, keys, errors=errors)
    saved = save_as_pack(files, keys, _head(typed))
    if "look" in request.form:
        return _page(typed, keys, saved)
    return _archive(typed["id"], inside_of(typed["id"], saved.files))


def _errors(typed: Mapping[str, str], keys: frozenset[Key]) -> dict[str, str]:
    errors = {}
    if not keys:
        errors["keys"] = _("Choose at least one definition.")
    if not _ID.fullmatch(typed["id"]):
        errors["id"] = _("An id has small letters, digits, - and _, and begins with a letter.")
    if not _VERSION.fullmatch(typed["version"]):
        errors["version"] = _("Write the version as three numbers, such as 1.0.0.")
    if not typed["title_en"] and not typed["title_zh"]:
        errors["title_en"] = _("Say what the pack is called.")
    if any(len(one) > LONGEST for one in typed.values()):
        errors["title_en"] = _("Up to %(count)d characters for each field.", count=LONGEST)
    return errors


def _head(typed: Mapping[str, str]) -> Head:
    """Return what was typed; a language that is missing speaks the other's words."""
    title = Text(typed["title_en"] or typed["title_zh"], typed["title_zh"] or typed["title_en"])
    about = Text(
        typed["about_en"] or typed["about_zh"] or title.en,
        typed["about_zh"] or typed["about_en"] or title.zh,
    )
    return Head(id=typed["id"], version=typed["version"], title=title, description=about)
