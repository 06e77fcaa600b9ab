"""A pack on its way in: what is new, what clashes, what was changed here; into a draft, or in force at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from sopwith.core.text import Text
from sopwith.runtime import drafting
from sopwith.runtime.clashing import Choice, Settled, Settlement, settle
from sopwith.runtime.installing import OURS, THEIRS, Installation, base_of, keep_base, put_in
from sopwith.runtime.packing import Files, Key, Plan, files_in, plan_files
from sopwith.runtime.publishing import OvertakenError, publish
from sopwith.store.releases import Draft, DraftHead, draft_heads, live_hash, release_of

from ..admin.acting import audited, author
from ..admin.comparing import Change, compare
from ..htmx import go
from ..languages import lang
from ..visitor import get_service, now
from ..wording import gettext as _
from .bench import bench_of, by_severity
from .blueprint import PARKED, blueprint, the_draft
from .clash_choices import asked_choices
from .gallery import the_offer
from .shelf import Offer, shelf

CHOICE = "choose:"
AT_ONCE, NEW = "live", "new"
LONGEST_NOTE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A pack and where it goes. draft: None for what is in force. live: the release that it would follow."""

    offer: Offer
    draft: Draft | None
    live: str
    packs: Mapping[str, Files]
    done: Installation
    settlement: Settlement
    plan: Plan

    @property
    def clashes(self) -> tuple[Settled, ...]:
        """Return the definitions of the packs whose ids something else has already, and what becomes of each."""
        return self.settlement.clashes

    @property
    def can_be_at_once(self) -> bool:
        """Return whether nothing has to be decided first."""
        is_whole = self.settlement.is_whole
        return is_whole and not (self.draft or self.done.contests or self.plan.is_broken)


def way_of(
    offer: Offer,
    draft: Draft | None,
    choices: Mapping[str, str] | None = None,
    clashes: Mapping[Key, Choice] | None = None,
) -> Way:
    """Return what putting *offer* into *draft*, or into what is in force, would do.

    choices: by file, where both changed the same lines. clashes: by kind and id, where an id is taken.
    """
    with get_service().database.reading() as connection:
        live = live_hash(connection) or ""
        kept = release_of(connection, live) if live else None
        target: Files = draft.documents if draft else kept.documents if kept else {}
        wanted = [one for one in offer.needs if not files_in(target, one)]
        packs = {one: shelf()[one].files for one in (*wanted, offer.folder)}
        bases = {
            one: base_of(connection, one, mine) if (mine := files_in(target, one)) else None
            for one in packs
        }
    done = put_in(target, packs, bases, choices)
    settlement = settle(done.files, packs, clashes or {})
    return Way(
        offer=offer,
        draft=draft,
        live=live,
        packs=packs,
        done=done,
        settlement=settlement,
        plan=plan_files(target, settlement.files),
    )


@blueprint.get("/gallery/<folder>/install")
def review_install(folder: str) -> ResponseReturnValue:
    """Show what installing the pack would bring, before anything is kept."""
    offer = the_offer(folder)
    wish = request.args.get("draft", "")
    return _page(way_of(offer, the_draft(wish) if wish else None, clashes=asked_choices()))


def _page(way: Way, errors: Mapping[str, str] | None = None, note: str = "") -> ResponseReturnValue:
    before = bench_of(way.plan.before).bundle if way.plan.before else None
    changes = compare(before, bench_of(way.plan.after).bundle)
    page = render_template(
        "studio/gallery_install.html",
        way=way,
        brings=[shelf()[one] for one in way.packs],
        added=_by_kind(changes, "added"),
        changed=[one for one in changes if one.change != "added"],
        found=by_severity(way.plan.found),
        drafts=_drafts(),
        note=note or _("Installed: %(title)s", title=way.offer.pack.title.get(lang())),
        errors=errors or {},
    )
    return page, 422 if errors else 200


def _by_kind(changes: list[Change], change: str) -> list[tuple[str, list[Change]]]:
    found: dict[str, list[Change]] = {}
    for one in changes:
        if one.change == change:
            found.setdefault(one.kind, []).append(one)
    return list(found.items())


def _drafts() -> list[DraftHead]:
    with get_service().database.reading() as connection:
        return [one for one in draft_heads(connection) if not one.title.startswith(PARKED)]


@blueprint.post("/gallery/<folder>/install")
def install_pack(folder: str) -> ResponseReturnValue:
    """Put the pack into a draft as one step, or in force at once where nothing has to be decided."""
    offer = the_offer(folder)
    where = request.form.get("where", NEW)
    choices = {
        name.removeprefix(CHOICE): THEIRS if value == THEIRS else OURS
        for name, value in request.form.items()
        if name.startswith(CHOICE)
    }
    draft = None if where in (AT_ONCE, NEW) else the_draft(where)
    way = way_of(offer, draft, choices, asked_choices())
    if way.plan.is_same:
        flash(_("Nothing would change: the pack is there as it comes."), "good")
        return go(url_for("studio.pack", folder=folder))
    return _at_once(way) if where == AT_ONCE else _into_draft(way)


def _at_once(way: Way) -> ResponseReturnValue:
    note = request.form.get("note", "").strip()
    errors: dict[str, str] = {}
    if not way.can_be_at_once:
        errors["where"] = _("Something has to be decided first. Put the pack into a draft and look at it there.")  # fmt: skip
    if request.form.get("from", "") != way.live:
        errors["where"] = _overtaken()
    if not note or len(note) > LONGEST_NOTE:
        errors["note"] = _("Say in a sentence what changes and why, up to %(count)d characters.", count=LONGEST_NOTE)  # fmt: skip
    if errors:
        return _page(way, errors, note)
    try:
        put_in_force(way, note)
    except OvertakenError:
        return _page(way, {"where": _overtaken()}, note)
    flash(_("“%(title)s” is installed and in force.", title=way.offer.pack.title.get(lang())), "good")  # fmt: skip
    return go(url_for("studio.pack", folder=way.offer.folder))


def _overtaken() -> str:
    return _("Another release was published meanwhile. Look again at what would change.")


def put_in_force(way: Way, note: str) -> None:
    """Publish what *way* leads to, and note the packs as they came; raises OvertakenError."""
    release, found = publish(
        get_service(), way.plan.after, author=author(), note=note, expected=way.live or None
    )
    if release is None:
        raise RuntimeError(f"{way.offer.folder}: {found[0].render('en')}")
    body = {"note": note, "packs": list(way.packs)}
    with audited("release.publish", release.hash, body) as connection:
        for folder, files in way.packs.items():
            keep_base(connection, folder, files, now())


def put_into(draft: Draft, way: Way) -> None:
    """Save the pack's files as one step of *draft*."""
    title, files = way.offer.pack.title, way.plan.files
    changes: list[drafting.Change] = [
        drafting.Rewrite(file=name, text=way.plan.after.get(name))
        for name in (*files.added, *files.changed, *files.removed)
    ]
    step = Text(f"Pack put in: {title.en}", f"装入模板包：{title.zh}")
    drafting.edit(get_service(), draft.id, draft.revision, step, changes, author=author())


def _into_draft(way: Way) -> ResponseReturnValue:
    """Save the pack's files as one step of a draft, which can be taken back."""
    service = get_service()
    title = way.offer.pack.title
    draft = way.draft
    if draft is None:
        name = _("Install: %(title)s", title=title.get(lang()))
        draft = drafting.open_draft(service, title=name, author=author())
    put_into(draft, way)
    with audited("draft.install", draft.title, {"packs": list(way.packs)}) as connection:
        for folder, texts in way.packs.items():
            keep_base(connection, folder, texts, now())
    flash(_("The pack is in the draft. Look at it, change what you like, then publish."), "good")
    return go(url_for("studio.bench", draft_id=draft.id))
