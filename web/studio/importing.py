"""Definitions on their way in: an archive or one file, looked at before anything of it counts, then a draft."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from flask import abort, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from sopwith.core.text import Text
from sopwith.definitions import LIMITS
from sopwith.runtime import drafting
from sopwith.runtime.clashing import Settled, settle, settle_text
from sopwith.runtime.installing import version_of
from sopwith.runtime.packing import Files, Plan, files_in, folder_of, plan_files
from sopwith.runtime.taking_in import CannotTakeInError, Sent, lay_file, lay_packs, packs_in
from sopwith.store.releases import (  # fmt: skip
    Draft,
    add_draft,
    draft_heads,
    draft_of,
    drop_draft,
    files_in_force,
)

from ..admin.acting import audited, author
from ..admin.archives import MOST_BYTES, ArchiveError, unpack
from ..admin.comparing import compare
from ..htmx import go
from ..visitor import get_service, now
from ..wording import gettext as _
from .bench import bench_of, by_severity
from .blueprint import PARKED, blueprint, the_draft
from .clash_choices import asked_choices
from .exporting import drafts

ONE_FILE = (".yaml", ".yml", ".json")
_PLAIN = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What was sent, laid over what it goes into. into: None for a new draft of what is in force."""

    waiting: Draft
    into: Draft | None
    folder: str
    prune: bool
    sent: Sent
    clashes: tuple[Settled, ...]
    plan: Plan

    @property
    def name(self) -> str:
        """Return the name of the file that was sent."""
        return self.waiting.title.removeprefix(PARKED)

    @property
    def is_one_file(self) -> bool:
        """Return whether it is one file of definitions, not packs."""
        return _is_one_file(self.waiting.documents)

    @property
    def same(self) -> int:
        """Return how many of the files sent are there already, to the byte."""
        return sum(self.plan.before.get(name) == text for name, text in self.waiting.documents.items())  # fmt: skip


def _is_one_file(files: Files) -> bool:
    return all("/" not in name for name in files)


@blueprint.get("/import")
def import_page() -> ResponseReturnValue:
    """Ask for an archive or a file."""
    return _ask({})


def _ask(errors: Mapping[str, str]) -> ResponseReturnValue:
    page = render_template("studio/import.html", errors=errors, largest=MOST_BYTES)
    return page, 422 if errors else 200


@blueprint.post("/import")
def send_in() -> ResponseReturnValue:
    """Read what was sent, within bounds, and show what it would change. Nothing counts by this."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return _ask({"file": _("Choose a ZIP archive, or a YAML or JSON file.")})
    try:
        files = read_sent(sent)
    except ArchiveError as error:
        return _ask({"file": str(error)})
    except CannotTakeInError as error:
        return _ask({"file": _why(error)})
    finally:
        sent.close()
    waiting = Draft(
        id=get_service().ids.new_id(),
        title=PARKED + PurePosixPath(sent.filename.replace("\\", "/")).name[:80],
        from_release=None,
        documents=files,
        revision=0,
        author=author(),
        created_at=now(),
        updated_at=now(),
    )
    with audited("draft.upload", waiting.title.removeprefix(PARKED)) as connection:
        for old in draft_heads(connection, limit=1_000):
            if old.title.startswith(PARKED) and old.author == author():
                drop_draft(connection, old.id)
        add_draft(connection, waiting)
    return go(url_for("studio.import_report", upload_id=waiting.id))


def read_sent(sent: FileStorage) -> dict[str, str]:
    """Return the files sent: of packs by ``pack/path``, a single one by its name alone.

    Raises ArchiveError and CannotTakeInError for what is not taken in.
    """
    sent.stream.seek(0, 2)
    size = sent.stream.tell()
    sent.stream.seek(0)
    name = PurePosixPath((sent.filename or "").replace("\\", "/")).name
    if name.lower().endswith(ONE_FILE):
        if size > LIMITS.size:
            raise ArchiveError(_("The file is larger than %(size)d MB.", size=LIMITS.size // 1_000_000))  # fmt: skip
        try:
            return {_plain(name): sent.stream.read(LIMITS.size + 1).decode("utf-8")}
        except UnicodeDecodeError as error:
            raise ArchiveError(_("“%(name)s” is not written in UTF-8.", name=name)) from error
    if size > MOST_BYTES:
        raise ArchiveError(_("The archive is larger than %(size)d MB.", size=MOST_BYTES // 1024 // 1024))  # fmt: skip
    files = unpack(sent.stream)
    return packs_in(files, _plain(name.rpartition(".")[0]) or "pack")


def _plain(name: str) -> str:
    return _PLAIN.sub("-", name).strip("-.")[:80]


def _why(error: CannotTakeInError) -> str:
    known = {
        "no_pack": _("There is no pack.yaml in the archive. Pack the folder of a pack, or one that holds folders of packs."),
        "nested": _("The packs lie in one another or too deep: %(name)s. Pack the folder that holds them.", name=error.at[:80]),
        "name": _("This name cannot be used: %(name)s.", name=error.at[:80]),
    }  # fmt: skip
    return known[error.why]


def _waiting(upload_id: str) -> Draft:
    with get_service().database.reading() as connection:
        found = draft_of(connection, upload_id)
    if found is None or not found.title.startswith(PARKED):
        abort(404)
    return found


def _arrival(upload_id: str) -> Arrival:
    """Return what was sent, laid over what the page asks for."""
    waiting = _waiting(upload_id)
    wish = request.values.get("into", "")
    into = the_draft(wish) if wish else None
    with get_service().database.reading() as connection:
        present = files_in_force(connection)
    target: Files = into.documents if into else present
    prune = request.values.get("prune") == "1"
    folders = sorted({folder_of(name) for name in target})
    folder = request.values.get("pack", "")
    folder = folder if folder in folders else _best(target, folders)
    if _is_one_file(waiting.documents):
        name, text = next(iter(waiting.documents.items()))
        text, clashes = settle_text(target, f"{folder}/{name}", text, asked_choices())
        sent = lay_file(target, folder, name, text) if text.strip() else Sent(after=target)
    else:
        sent = lay_packs(target, waiting.documents, prune=prune)
        coming = {folder_of(one) for one in waiting.documents}
        settlement = settle(sent.after, coming, asked_choices())
        sent, clashes = replace(sent, after=settlement.files), settlement.clashes
    return Arrival(
        waiting=waiting,
        into=into,
        folder=folder,
        prune=prune,
        sent=sent,
        clashes=clashes,
        plan=plan_files(target, sent.after),
    )


def _best(target: Files, folders: list[str]) -> str:
    """Return the pack that a loose file most likely belongs to: one of one's own, not the shared one."""
    own = [one for one in folders if version_of(files_in(target, one)) and one != "base"]
    return (own or folders or ["own"])[0]


@blueprint.get("/import/<upload_id>")
def import_report(upload_id: str) -> ResponseReturnValue:
    """Show what taking it in would change: new, changed, the same, clashes and findings."""
    try:
        arrival = _arrival(upload_id)
    except CannotTakeInError as error:
        return _ask({"file": _why(error)})
    before = bench_of(arrival.plan.before).bundle if arrival.plan.before else None
    changes = compare(before, bench_of(arrival.plan.after).bundle)
    return render_template(
        "studio/import_report.html",
        arrival=arrival,
        added=[one for one in changes if one.change == "added"],
        changed=[one for one in changes if one.change != "added"],
        found=by_severity(arrival.plan.found),
        drafts=drafts(),
        folders=sorted({folder_of(name) for name in arrival.plan.before}),
    )


@blueprint.post("/import/<upload_id>")
def take_in(upload_id: str) -> ResponseReturnValue:
    """Make a draft of it, or one step of the draft that was chosen; or drop it."""
    if "drop" in request.form:
        waiting = _waiting(upload_id)
        with audited("draft.drop", waiting.title.removeprefix(PARKED)) as connection:
            drop_draft(connection, upload_id)
        flash(_("Nothing was changed."), "good")
        return go(url_for("studio.import_page"))
    try:
        arrival = _arrival(upload_id)
    except CannotTakeInError as error:
        return _ask({"file": _why(error)})
    service = get_service()
    name = _("Import: %(name)s", name=arrival.name)
    draft = arrival.into or drafting.open_draft(service, title=name, author=author())
    files = arrival.plan.files
    changes: list[drafting.Change] = [
        drafting.Rewrite(file=path, text=arrival.plan.after.get(path))
        for path in (*files.added, *files.changed, *files.removed)
    ]
    step = Text(f"Imported: {arrival.name}", f"导入：{arrival.name}")
    drafting.edit(service, draft.id, draft.revision, step, changes, author=author())
    with audited("draft.import", arrival.name, {"draft": draft.title}) as connection:
        drop_draft(connection, upload_id)
    flash(_("It is in the draft. Look at it, then publish."), "good")
    return go(url_for("studio.bench", draft_id=draft.id))
