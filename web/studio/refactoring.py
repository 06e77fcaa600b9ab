"""What a thing of a draft is named by, and to rename, copy, paste or take it away, each as one step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, abort, flash, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from sopwith.core.text import Text
from sopwith.definitions.whole import text_of
from sopwith.release.renaming import Reference, RefusedError, Target, references, removal, rename
from sopwith.runtime import drafting
from sopwith.store.releases import Draft

from ..admin.acting import author
from ..admin.live import text_of as words_of
from ..htmx import go
from ..languages import lang
from ..visitor import get_service
from ..wording import gettext as _
from .blueprint import blueprint, the_draft
from .framing import framed
from .naming import names_in
from .removing import changes_without, definition_of, number_of

Json = Mapping[str, Any]


@blueprint.get("/<draft_id>/references")
def references_of(draft_id: str) -> ResponseReturnValue:
    """Tell every place that names a thing: as JSON, or as a part of a page for htmx and scripts that ask for one."""
    draft = the_draft(draft_id)
    target = _target(request.args)
    found, breaking = _looked_up(draft, target)
    if "HX-Request" in request.headers or "X-Part" in request.headers:
        return render_template("studio/references.html", draft=draft, places=_shown(draft, found))
    return jsonify(
        references=[_said(draft, one) for one in found],
        breaks=[_said(draft, one) for one in breaking],
    )


@blueprint.get("/<draft_id>/things/<kind>/<name>")
def thing(draft_id: str, kind: str, name: str) -> ResponseReturnValue:
    """Show what names a definition or a part of it, and the ways to rename, copy and delete it."""
    draft = the_draft(draft_id)
    target = Target(kind=kind, id=name, part=request.args.get("part", ""))
    return _page(draft, target)


def _page(draft: Draft, target: Target, wrong: str = "", new: str = "") -> str:
    found, breaking = _looked_up(draft, target)
    document = definition_of(draft, target.kind, target.id)
    return framed(
        "studio/thing.html",
        draft,
        target=target,
        title=words_of(document.node.get("title")) or Text(document.id, document.id),
        places=_shown(draft, [one for one in found if not one.declares and one.sure]),
        unsure=_shown(draft, [one for one in found if not one.sure]),
        breaking=_shown(draft, breaking),
        text=text_of(draft.documents[document.path], document.path, number_of(draft, document)),
        wrong=wrong,
        new=new,
    )


@blueprint.post("/<draft_id>/rename")
def rename_thing(draft_id: str) -> ResponseReturnValue:
    """Give a thing another id, and all that names it."""
    draft = the_draft(draft_id)
    sent = _sent()
    target, new = _target(sent), str(sent.get("new", "")).strip()
    try:
        texts = rename(names_in(draft.documents), draft.documents, target, new)
    except RefusedError as error:
        if error.reason == "unknown":
            abort(404)
        words = refusal(error.reason)
        if request.is_json:
            return jsonify(message=words, reason=error.reason), 422
        return _page(draft, target, words, new), 422
    old = (target.part or target.id).split("/")[-1].split(".")[-1]
    step = Text(f"{old} renamed to {new}", f"{old} 改名为 {new}")
    after = _save(draft, step, [drafting.Rewrite(file=name, text=text) for name, text in texts.items()])  # fmt: skip
    if request.is_json:
        return _answer(after, texts, new=new)
    flash(_("“%(old)s” is called “%(new)s” now, everywhere.", old=old, new=new), "good")
    head, _sign, tail = target.part.rpartition(old)
    if target.part:
        return go(url_for("studio.thing", draft_id=draft_id, kind=target.kind, name=target.id, part=head + new + tail))  # fmt: skip
    return go(url_for("studio.thing", draft_id=draft_id, kind=target.kind, name=new))


@blueprint.post("/<draft_id>/delete")
def delete_thing(draft_id: str) -> ResponseReturnValue:
    """Take a thing away; what would break is told first, unless ``sure`` says that it was read."""
    draft = the_draft(draft_id)
    sent = _sent()
    target = _target(sent)
    _found, breaking = _looked_up(draft, target)
    if breaking and not sent.get("sure"):
        words = _("It is still named in other places. Look at them, then delete it.")
        if request.is_json:
            return jsonify(message=words, breaks=[_said(draft, one) for one in breaking]), 409
        return _page(draft, target, words), 409
    changes = changes_without(draft, target)
    name = target.part or target.id
    after = _save(draft, Text(f"{name} deleted", f"删除 {name}"), changes)
    if request.is_json:
        return _answer(after, {one.file: "" for one in changes})
    flash(_("“%(name)s” is deleted. Undo brings it back.", name=name), "good")
    if target.part:
        return go(url_for("studio.open_definition", draft_id=draft_id, kind=target.kind, name=target.id))  # fmt: skip
    return go(url_for("studio.bench", draft_id=draft_id))


def refusal(reason: str) -> str:
    """Return why a thing cannot be called so, in the page's language."""
    known = {
        "same": _("It has this id already."),
        "form": _("An id begins with a small letter and holds small letters, digits, - and _ (fields: no -), at most 64."),
        "taken": _("There is one with this id already. Choose another."),
        "meant": _("This id has a meaning of its own, so it cannot be changed or given."),
    }  # fmt: skip
    return known.get(reason, reason)


def _target(sent: Mapping[str, Any]) -> Target:
    kind, name, part = (str(sent.get(key, ""))[:200] for key in ("kind", "id", "part"))
    return Target(kind=kind, id=name, part=part)


def _sent() -> Json:
    if request.is_json:
        sent = request.get_json(silent=True)
        return sent if isinstance(sent, Mapping) else {}
    return request.form


def _looked_up(draft: Draft, target: Target) -> tuple[tuple[Reference, ...], tuple[Reference, ...]]:
    names = names_in(draft.documents)
    try:
        return references(names, target), removal(names, target)
    except RefusedError:
        abort(404)


def _save(draft: Draft, title: Text, changes: list[drafting.Change]) -> Draft:
    return drafting.edit(get_service(), draft.id, draft.revision, title, changes, author=author())


def _answer(draft: Draft, files: Mapping[str, str], **more: Any) -> Response:
    with get_service().database.reading() as connection:
        back, forth = drafting.can_turn(connection, draft.id)
    return jsonify(
        revision=draft.revision,
        files={name: draft.documents.get(name) for name in files},
        undo=back.get(lang()) if back else None,
        redo=forth.get(lang()) if forth else None,
        **more,
    )


def _said(draft: Draft, one: Reference) -> dict[str, Any]:
    span = one.span
    return {
        "kind": one.document[0],
        "id": one.document[1],
        "file": span.path,
        "line": span.line,
        "column": span.column,
        "words": one.words,
        "declares": one.declares,
        "sure": one.sure,
        "address": url_for("studio.file", draft_id=draft.id, name=span.path, line=span.line),
    }


def _shown(draft: Draft, found: Any) -> list[dict[str, Any]]:
    """Return references for a page: one for each line."""
    lines: dict[tuple[str, int], dict[str, Any]] = {}
    for one in found:
        lines.setdefault((one.span.path, one.span.line), _said(draft, one))
    return list(lines.values())
