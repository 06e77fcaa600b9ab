"""Definitions and parts of them taken out of a draft, copied within it, and brought into it as text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask import Response, abort, flash, make_response, request, url_for
from flask.typing import ResponseReturnValue

from sopwith.core.ids import numbered, stem
from sopwith.core.text import Text
from sopwith.definitions import IDENTIFIER, Document, read_text
from sopwith.definitions.operations import Put, Remove
from sopwith.definitions.splicing import operate
from sopwith.definitions.whole import text_of, without
from sopwith.release.making import FOLDERS, New, file_of
from sopwith.release.naming import Names
from sopwith.release.naming_model import Naming
from sopwith.release.renaming import Target, rename
from sopwith.runtime import drafting
from sopwith.store.releases import Draft

from ..admin.acting import author
from ..htmx import go
from ..languages import lang
from ..visitor import get_service
from ..wording import gettext as _
from .blueprint import blueprint, the_draft
from .framing import framed
from .making import documents_of, lead_to, likely_pack, pack_for, packs_in, taken_in
from .naming import names_in

LONGEST = 512 * 1024


def changes_without(draft: Draft, target: Target) -> list[drafting.Change]:
    """Return the changes that take *target* out of the draft; answers 404 for what is not there."""
    document = definition_of(draft, target.kind, target.id)
    path = document.path
    number = number_of(draft, document)
    if not target.part:
        text = without(draft.documents[path], path, number)
        return [drafting.Rewrite(file=path, text=text)]
    own = declared(names_in(draft.documents), document, target)
    if own is None:
        abort(404)
    node = own.node if own.at is None else own.node.parent or own.node
    return [drafting.Gesture(file=path, document=number, operation=Remove(path=node.path))]


def declared(names: Sequence[Naming], document: Document, target: Target) -> Naming | None:
    """Return where the part of a definition is declared that *target* means."""
    wanted = target.part.split("/")[-1].split(".")[-1]
    inner = target.part.replace(".", "/").split("/")
    for one in names:
        if not one.declares or one.name != wanted or one.span.path != document.path:
            continue
        inside = document.span.line <= one.span.line <= document.span.end_line
        over = [str(step) for step in one.node.path]
        if inside and (len(inner) == 1 or inner[0] in over or (one.owners and any(owner.endswith(f"#{inner[0]}") for owner in one.owners))):  # fmt: skip
            return one
    return None


def definition_of(draft: Draft, kind: str, name: str) -> Document:
    """Return a definition of the draft as it is written, or answer 404."""
    found = next((one for one in documents_of(draft.documents) if one.key == (kind, name)), None)
    if found is None:
        abort(404)
    return found


def number_of(draft: Draft, document: Document) -> int:
    """Return which document of its file it is."""
    some = documents_of({document.path: draft.documents[document.path]})
    return next(place for place, one in enumerate(some) if one.key == document.key)


@blueprint.get("/<draft_id>/copy/<kind>/<name>")
def copy_text(draft_id: str, kind: str, name: str) -> Response:
    """Give out a definition as YAML."""
    draft = the_draft(draft_id)
    document = definition_of(draft, kind, name)
    text = text_of(draft.documents[document.path], document.path, number_of(draft, document))
    answer = make_response(text)
    answer.mimetype = "text/plain"
    return answer


@blueprint.post("/<draft_id>/duplicate")
def duplicate(draft_id: str) -> ResponseReturnValue:
    """Make a second definition like one that is there, in a file of its own."""
    draft = the_draft(draft_id)
    kind, name, new = (request.form.get(key, "").strip() for key in ("kind", "id", "new"))
    document = definition_of(draft, kind, name)
    if kind not in FOLDERS:
        abort(404)
    taken = taken_in(draft.documents).get(kind, set())
    if not IDENTIFIER.fullmatch(new) or new in taken:
        new = numbered(stem(new, "-") or name, taken, "-")
    text = text_of(draft.documents[document.path], document.path, number_of(draft, document))
    file = file_of(document.path.split("/")[0], New(kind=kind, id=new, value={}), draft.documents)
    text = operate(text, file, Put(path=("id",), value=new)).text
    title = document.value.get("title")
    if isinstance(title, dict):
        for key, mark in (("en", " (copy)"), ("zh-CN", "（副本）")):
            if isinstance(title.get(key), str):
                text = operate(text, file, Put(path=("title", key), value=title[key] + mark)).text
    step = Text(f"{name} copied as {new}", f"{name} 复制为 {new}")
    change = drafting.Rewrite(file=file, text=text)
    drafting.edit(get_service(), draft_id, draft.revision, step, [change], author=author())
    return lead_to(draft_id, kind, new, file)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pasted:
    """Text that is to become definitions. clashes: kind, id that is taken, id proposed instead. pack: where it goes."""

    text: str = ""
    pack: str = ""
    wrong: str = ""
    clashes: list[tuple[str, str, str]] = field(default_factory=list)


@blueprint.get("/<draft_id>/paste")
def paste_page(draft_id: str) -> ResponseReturnValue:
    """Show where the text of definitions can be pasted."""
    return _paste_page(the_draft(draft_id), Pasted())


def _paste_page(draft: Draft, pasted: Pasted) -> str:
    chosen = pasted.pack or likely_pack(draft.documents)
    return framed("studio/paste.html", draft, pasted=pasted, packs=packs_in(draft.documents), chosen=chosen)  # fmt: skip


@blueprint.post("/<draft_id>/paste")
def paste(draft_id: str) -> ResponseReturnValue:
    """Take the definitions of a text into the draft, as one step; ids that are taken are asked for first."""
    draft = the_draft(draft_id)
    text, pack = request.form.get("text", "").replace("\r\n", "\n")[:LONGEST], request.form.get("pack", "")  # fmt: skip
    pasted = Pasted(text=text, pack=pack if pack in packs_in(draft.documents) else "")
    documents, wrong = _readable(text)
    if wrong:
        return _paste_page(draft, Pasted(text=text, pack=pasted.pack, wrong=wrong)), 422
    text = _renamed(text, documents)
    documents, _wrong = _readable(text)
    taken = taken_in(draft.documents)
    clashes = [(one.kind, one.id, numbered(one.id, taken[one.kind], "-")) for one in documents if one.id in taken.get(one.kind, ())]  # fmt: skip
    if clashes:
        return _paste_page(draft, Pasted(text=text, pack=pasted.pack, clashes=clashes)), 409
    files = _files(draft, pasted.pack, text, documents)
    names = ", ".join(one.id for one in documents)[:80]
    step = Text(f"Pasted: {names}", f"粘贴：{names}")
    changes = [drafting.Rewrite(file=name, text=words) for name, words in files.items()]
    drafting.edit(get_service(), draft_id, draft.revision, step, changes, author=author())
    if len(documents) > 1:
        flash(_("Added: %(names)s.", names=names), "good")
        return go(url_for("studio.bench", draft_id=draft_id))
    return lead_to(draft_id, documents[0].kind, documents[0].id, next(iter(files)))


def _readable(text: str) -> tuple[list[Document], str]:
    """Return the definitions of a text, and what is wrong with it."""
    documents, found = read_text(text, "pasted.yaml")
    for one in found:
        if one.severity == "error":
            return [], _("Line %(line)d: %(words)s", line=one.span.line, words=one.message(lang()))
    unknown = next((one for one in documents if one.kind not in FOLDERS or not one.id), None)
    if unknown is not None:
        return [], _("Line %(line)d: this is no definition that can be pasted: it needs a kind and an id.", line=unknown.span.line)  # fmt: skip
    if not documents:
        return [], _("Paste the text of one or more definitions.")
    keys = [one.key for one in documents]
    if len(set(keys)) < len(keys):
        return [], _("Two of the definitions have the same kind and id.")
    return list(documents), ""


def _renamed(text: str, documents: list[Document]) -> str:
    """Return the text with the ids that were chosen instead of those that are taken."""
    for one in documents:
        new = request.form.get(f"new:{one.kind}:{one.id}", "").strip()
        if not new or new == one.id or not IDENTIFIER.fullmatch(new):
            continue
        now, _found = read_text(text, "pasted.yaml")
        names = list(Names(now, {}).all())
        if any(other.key == (one.kind, new) for other in now):
            continue
        text = rename(names, {"pasted.yaml": text}, Target(kind=one.kind, id=one.id), new)["pasted.yaml"]  # fmt: skip
    return text


def _files(draft: Draft, pack: str, text: str, documents: list[Document]) -> dict[str, str]:
    more: dict[str, str] = {}
    home = pack or likely_pack(draft.documents)
    if not home:
        more = pack_for(draft.title)
        home = next(iter(more)).split("/")[0]
    files: dict[str, str] = {}
    for number, one in enumerate(documents):
        new = New(kind=one.kind, id=one.id, value={})
        name = file_of(home, new, {*draft.documents, *files})
        files[name] = text_of(text, "pasted.yaml", number)
    return files | more
