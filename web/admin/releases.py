"""Releases: what was in force when, what changed, back again, and new packs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import abort, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from sopwith.core.diagnostics import Diagnostic, has_errors
from sopwith.core.text import Text
from sopwith.definitions import Pack, load_pack
from sopwith.runtime.publishing import publish, roll_back
from sopwith.runtime.releases import Bundle, NoReleaseError, compile_files, read_bundle
from sopwith.store.inspection import open_counts
from sopwith.store.people import users_by_id
from sopwith.store.releases import Draft, add_draft, draft_of, drop_draft, live_releases

from ..htmx import go
from ..visitor import get_service, now
from ..wording import gettext as _
from .acting import audited, author
from .archives import MOST_BYTES, ArchiveError, read_archive, shipped
from .blueprint import blueprint
from .comparing import Change, compare
from .live import known

PURPOSE = "upload:"
"""How the titles of drafts begin that hold an uploaded pack; the studio does not show them."""
LONGEST_NOTE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A pack that comes with the product. installed: its version here, empty when it is not."""

    folder: str
    title: Text
    description: Text
    version: str
    installed: str
    same: bool


@blueprint.get("/releases")
def releases() -> ResponseReturnValue:
    """List the moves of the pointer, the packs in force, and those that can be installed."""
    return _page({})


def _page(errors: Mapping[str, str]) -> ResponseReturnValue:
    with get_service().database.reading() as connection:
        moves = live_releases(connection, limit=200)
        authors = users_by_id(connection, [one.author for one in moves if one.author])
        running: dict[str, int] = {}
        for one in open_counts(connection):
            running[one.release] = running.get(one.release, 0) + one.count
    now_live = moves[0].release if moves else ""
    page = render_template(
        "admin/releases.html",
        moves=moves,
        authors=authors,
        running=running,
        live=now_live,
        packs=_packs(now_live),
        offers=_offers(_files(now_live)),
        errors=errors,
        largest=MOST_BYTES,
    )
    return page, 422 if errors else 200


def _files(release: str) -> dict[str, str]:
    return dict(get_service().releases.files(release)) if release else {}


def _packs(release: str) -> list[Pack]:
    return list(known(release).bundle.packs) if release else []


def _offers(files: Mapping[str, str]) -> list[Offer]:
    found = []
    for folder, content in shipped().items():
        pack = _pack(folder, content)
        here = _of(files, folder)
        same = bool(here) and {
            name: text for name, text in content.items() if name.endswith(".yaml")
        } == {name: text for name, text in here.items() if name.endswith(".yaml")}
        found.append(
            Offer(
                folder=folder,
                title=pack.title,
                description=pack.description,
                version=pack.version,
                installed=_pack(folder, here).version if here else "",
                same=same,
            )
        )
    return found


def _pack(folder: str, content: Mapping[str, str]) -> Pack:
    """Return the head of a pack, without its definitions."""
    heads = {name: text.encode() for name, text in content.items() if name.startswith("pack.")}
    return load_pack(heads, folder)[0]


def _of(files: Mapping[str, str], folder: str) -> dict[str, str]:
    return {
        name.removeprefix(f"{folder}/"): text
        for name, text in files.items()
        if name.startswith(f"{folder}/")
    }


@blueprint.get("/releases/compare")
def compare_releases() -> ResponseReturnValue:
    """Show what is different between two releases."""
    one, other = request.args.get("from", ""), request.args.get("to", "")
    try:
        before, after = known(one).bundle, known(other).bundle
    except NoReleaseError:
        abort(404)
    return render_template(
        "admin/compare.html", one=one, other=other, changes=compare(before, after)
    )


@blueprint.post("/releases/<release>/back")
def back(release: str) -> ResponseReturnValue:
    """Put an earlier release in force again."""
    note = request.form.get("note", "").strip()[:LONGEST_NOTE]
    with get_service().database.reading() as connection:
        moves = live_releases(connection, limit=1000)
    if release not in {one.release for one in moves} or moves[0].release == release:
        abort(404)
    try:
        roll_back(get_service(), release, author=author(), note=note or _("Rolled back"))
    except NoReleaseError:
        flash(_("This release cannot be put in force: its definitions do not check clean with this version."), "error")  # fmt: skip
        return go(url_for("admin.releases"))
    with audited("release.rollback", release, {"from": moves[0].release, "note": note}):
        pass
    flash(_("Release %(name)s is in force again.", name=release[:8]), "good")
    return go(url_for("admin.releases"))


@blueprint.post("/releases/upload")
def upload() -> ResponseReturnValue:
    """Read a pack from an archive, and show what it would change. Nothing is in force by this."""
    sent = request.files.get("archive")
    if sent is None or not sent.filename:
        return _page({"archive": _("Choose the ZIP archive of a pack.")})
    sent.stream.seek(0, 2)
    if sent.stream.tell() > MOST_BYTES:
        return _page(
            {
                "archive": _(
                    "The archive is larger than %(size)d MB.", size=MOST_BYTES // 1024 // 1024
                )
            }
        )
    sent.stream.seek(0)
    try:
        folder, files = read_archive(sent.stream)
    except ArchiveError as error:
        return _page({"archive": str(error)})
    folder = folder or _pack("pack", files).id or "pack"
    return _prepare({folder: files})


@blueprint.post("/releases/shipped/<folder>")
def install(folder: str) -> ResponseReturnValue:
    """Show what a pack that comes with the product would change, with the packs that it needs."""
    known_packs = shipped()
    if folder not in known_packs:
        abort(404)
    installed = {name.partition("/")[0] for name in _files(_live())}
    by_id = {_pack(name, content).id: name for name, content in known_packs.items()}
    wanted, waiting = {folder: known_packs[folder]}, [folder]
    while waiting:
        for need in _pack(waiting[0], known_packs[waiting.pop(0)]).requires:
            name = by_id.get(need, "")
            if name and name not in installed and name not in wanted:
                wanted[name] = known_packs[name]
                waiting.append(name)
    return _prepare(wanted)


def _live() -> str:
    with get_service().database.reading() as connection:
        moves = live_releases(connection, limit=1)
    return moves[0].release if moves else ""


def _prepare(packs: Mapping[str, Mapping[str, str]]) -> ResponseReturnValue:
    """Keep the definitions as they would be, and lead to the page that shows the change."""
    live = _live()
    files = {
        name: text for name, text in _files(live).items() if name.partition("/")[0] not in packs
    }
    for folder, content in packs.items():
        files |= {f"{folder}/{name}": text for name, text in content.items()}
    draft = Draft(
        id=get_service().ids.new_id(),
        title=PURPOSE + ", ".join(packs),
        from_release=live or None,
        documents=files,
        revision=0,
        author=author(),
        created_at=now(),
        updated_at=now(),
    )
    with audited("release.prepare", ", ".join(packs)) as connection:
        add_draft(connection, draft)
    return go(url_for("admin.prepared", draft_id=draft.id))


@blueprint.get("/releases/prepared/<draft_id>")
def prepared(draft_id: str) -> ResponseReturnValue:
    """Show what would be published: findings and changes."""
    return _prepared_page(_draft(draft_id))


def _draft(draft_id: str) -> Draft:
    with get_service().database.reading() as connection:
        draft = draft_of(connection, draft_id)
    if draft is None or not draft.title.startswith(PURPOSE):
        abort(404)
    return draft


def _prepared_page(
    draft: Draft, note: str = "", errors: Mapping[str, str] | None = None
) -> ResponseReturnValue:
    bundle = read_bundle(draft.documents)
    found = compile_files(draft.documents)[1]
    page = render_template(
        "admin/prepared.html",
        draft=draft,
        packs=draft.title.removeprefix(PURPOSE),
        found=_by_file(found),
        is_broken=has_errors(found),
        is_stale=(draft.from_release or "") != _live(),
        changes=_changes(draft, bundle),
        note=note,
        errors=errors or {},
    )
    return page, 422 if errors else 200


def _changes(draft: Draft, bundle: Bundle) -> list[Change]:
    before = known(draft.from_release).bundle if draft.from_release else None
    return compare(before, bundle)


def _by_file(found: tuple[Diagnostic, ...]) -> list[Diagnostic]:
    order = {"error": 0, "warning": 1}
    return sorted(found, key=lambda one: (order.get(one.severity, 2), one.span))


@blueprint.post("/releases/prepared/<draft_id>")
def publish_prepared(draft_id: str) -> ResponseReturnValue:
    """Put what was prepared in force, with a note that says why."""
    draft, note = _draft(draft_id), request.form.get("note", "").strip()
    errors: dict[str, str] = {}
    if not note or len(note) > LONGEST_NOTE:
        errors["note"] = _(
            "Say in a sentence what changes and why, up to %(count)d characters.",
            count=LONGEST_NOTE,
        )
    if (draft.from_release or "") != _live():
        errors["note"] = _(
            "Another release was published meanwhile. Prepare this one again, so that nothing of it is lost."
        )
    if errors:
        return _prepared_page(draft, note, errors)
    release, _found = publish(get_service(), draft.documents, author=author(), note=note)
    if release is None:
        return _prepared_page(
            draft, note, {"note": _("The definitions have errors; nothing was published.")}
        )
    with audited("release.publish", release.hash, {"note": note}) as connection:
        drop_draft(connection, draft_id)
    flash(
        _(
            "Release %(name)s is in force. Records that run already stay on theirs.",
            name=release.hash[:8],
        ),
        "good",
    )
    return go(url_for("admin.releases"))


@blueprint.post("/releases/prepared/<draft_id>/drop")
def drop_prepared(draft_id: str) -> ResponseReturnValue:
    """Do not publish what was prepared."""
    draft = _draft(draft_id)
    with audited("release.drop", draft.title.removeprefix(PURPOSE)) as connection:
        drop_draft(connection, draft_id)
    flash(_("Nothing was changed."), "good")
    return go(url_for("admin.releases"))
