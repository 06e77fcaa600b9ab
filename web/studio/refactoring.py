"""What a thing of a draft is named by, and to rename, copy, paste or take it away, each as one step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
from .bench import bench_of
from .blueprint import blueprint, the_draft
from .framing import framed
from .naming import names_in
from .removing import changes_without, declared, definition_of, number_of
from .uses import Uses, listed, uses_in

MOST_PARTS = 100
Json = Mapping[str, Any]


@blueprint.get("/<draft_id>/references")
def references_of(draft_id: str) -> ResponseReturnValue:
    """Tell every place that names a thing: as JSON, or as a part of a page for htmx and scripts that ask for one."""
    draft = the_draft(draft_id)
    target = _target(request.args)
    found, breaking = _looked_up(draft, target)
    if request.headers.get("X-Part") == "removal":
        return _removal(draft, target)
    if "HX-Request" in request.headers or "X-Part" in request.headers:
        others = [one for one in found if not one.declares]
        return render_template("studio/references.html", uses=_uses(draft, others))
    return jsonify(
        references=[_said(draft, one) for one in found],
        breaks=[_said(draft, one) for one in breaking],
    )


def _removal(draft: Draft, target: Target) -> str:
    """Return what would break without some parts of a definition, in words; nothing where nothing would."""
    parts = request.args.getlist("part")[:MOST_PARTS]
    targets = [Target(kind=target.kind, id=target.id, part=part[:200]) for part in parts]
    breaking = [one for part in targets for one in _looked_up(draft, part)[1]]
    titles = listed([_quoted(_title(draft, part).get(lang())) for part in targets])
    uses = _uses(draft, breaking)
    return render_template("studio/removal.html", uses=uses, titles=titles) if breaking else ""


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
        called=_quoted(_title(draft, target).get(lang())),
        uses=_uses(draft, [one for one in found if not one.declares and one.sure]),
        unsure=_uses(draft, [one for one in found if not one.sure]),
        breaking=_uses(draft, breaking),
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
    title = _title(draft, target)
    step = Text(f"{title.get('en')} deleted", f"删除 {title.get('zh-CN')}")
    after = _save(draft, step, changes)
    if request.is_json:
        return _answer(after, {one.file: "" for one in changes})
    flash(_("“%(name)s” is deleted. Undo brings it back.", name=title.get(lang())), "good")
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


def _uses(draft: Draft, found: Iterable[Reference]) -> Uses:
    return uses_in(draft, bench_of(draft.documents), found)


def _title(draft: Draft, target: Target) -> Text:
    """Return what people call a thing, its id where it has no title."""
    other = (target.part or target.id).split("/")[-1].split(".")[-1]
    document = definition_of(draft, target.kind, target.id)
    node = document.node
    if target.part:
        own = declared(names_in(draft.documents), document, target)
        if own is None:
            return Text(other, other)
        node = own.node if own.at is None else own.node.parent or own.node
    found = words_of(node.get("title") if node.kind == "map" else None)
    return found or Text(other, other)


def _quoted(title: str) -> str:
    return _("“%(title)s”", title=title)
