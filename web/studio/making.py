"""New definitions: a page with the kinds there are, and what is made of a kind and a title."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import request, url_for
from flask.typing import ResponseReturnValue

from sopwith.core.text import Text
from sopwith.definitions import IDENTIFIER, Document, read_text, schema_for
from sopwith.release.making import FOLDERS, New, file_of, make, new_pack, proposed_id
from sopwith.runtime import drafting
from sopwith.store.releases import Draft

from ..admin.acting import author
from ..admin.wording import kind_word
from ..htmx import go
from ..languages import lang
from ..visitor import get_service
from ..wording import gettext as _
from .bench import bench_of
from .blueprint import blueprint, the_draft
from .framing import framed
from .rule_names import UNNAMED

LONGEST_TITLE = 120
OF_NO_TYPE = frozenset({"record_type", "team", "calendar", "taxonomy", "segment", "block"})
"""The kinds that are made for no one type of record."""
HAN = re.compile(r"[㐀-鿿]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody wants made, as the page sent it."""

    kind: str = ""
    english: str = ""
    chinese: str = ""
    id: str = ""
    pack: str = ""
    record_type: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def title(self) -> Text:
        """Return the title in the languages that were given."""
        return Text(self.english, self.chinese)


def documents_of(files: Mapping[str, str]) -> list[Document]:
    """Return every document of a draft as it is written: packs and scenarios too, blocks not filled in."""
    return [
        one
        for name, text in files.items()
        if name.endswith((".yaml", ".yml", ".json"))
        for one in read_text(text, name)[0]
    ]


def taken_in(files: Mapping[str, str]) -> dict[str, set[str]]:
    """Return the ids of each kind that are taken in a draft."""
    taken: dict[str, set[str]] = {}
    for one in documents_of(files):
        taken.setdefault(one.kind, set()).add(one.id)
    return taken


def packs_in(files: Mapping[str, str]) -> list[str]:
    """Return the folders of a draft that are packs."""
    heads = ("pack.yaml", "pack.yml", "pack.json")
    return sorted({name.split("/")[0] for name in files if name.count("/") == 1 and name.endswith(heads)})  # fmt: skip


def likely_pack(files: Mapping[str, str], record_type: str = "") -> str:
    """Return the pack in which something new belongs: that of its record type, else one with record types; empty for none."""
    packs = packs_in(files)
    homes = {one.id: one.path.split("/")[0] for one in documents_of(files) if one.kind == "record_type"}  # fmt: skip
    chosen = homes.get(record_type) or next(iter(homes.values()), "") or (packs[0] if packs else "")
    return chosen if chosen in packs else ""


def pack_for(title: str) -> dict[str, str]:
    """Return the files of a new pack that is called *title*."""
    text = Text(zh=title) if HAN.search(title) else Text(en=title)
    return new_pack(proposed_id(title, (), "process"), text)


@blueprint.get("/<draft_id>/make")
def make_page(draft_id: str) -> ResponseReturnValue:
    """Show the kinds of definitions that can be made."""
    kind = request.args.get("kind", "")
    asked = Asked(kind=kind if kind in FOLDERS else "", record_type=request.args.get("record_type", ""))  # fmt: skip
    return _page(the_draft(draft_id), asked, is_short=bool(asked.kind))


@blueprint.post("/<draft_id>/make")
def make_one(draft_id: str) -> ResponseReturnValue:
    """Make a definition, as one step, and lead to it."""
    draft = the_draft(draft_id)
    asked = _asked(draft)
    if asked.errors:
        return _page(draft, asked, is_short="short" in request.form and bool(asked.kind)), 422
    files, made = _made(draft, asked)
    title = Text(f"New: {made[0].id}", f"新建：{made[0].id}")
    changes = [drafting.Rewrite(file=name, text=text) for name, text in files.items()]
    drafting.edit(get_service(), draft_id, draft.revision, title, changes, author=author())
    return lead_to(draft_id, made[0].kind, made[0].id, next(iter(files)))


def lead_to(draft_id: str, kind: str, name: str, file: str) -> ResponseReturnValue:
    """Lead to the place where a definition is changed."""
    if kind == "scenario":
        return go(url_for("studio.file", draft_id=draft_id, name=file))
    return go(url_for("studio.open_definition", draft_id=draft_id, kind=kind, name=name))


def _page(draft: Draft, asked: Asked, *, is_short: bool) -> str:
    """Return the page; short: for the one kind that was asked for, with its title alone in view."""
    return framed(
        "studio/make.html",
        draft,
        asked=asked,
        is_short=is_short,
        heading=new_word(asked.kind) if is_short else _("New definition"),
        described=_described(asked.kind),
        kinds=[] if is_short else [(kind, kind_word(kind), _described(kind)) for kind in FOLDERS],
        types=() if asked.kind in OF_NO_TYPE and is_short else bench_of(draft.documents).partly.record_types.values(),
        packs=packs_in(draft.documents),
    )  # fmt: skip


@blueprint.app_template_filter("can_be_made")
def can_be_made(kind: str) -> bool:
    """Return whether the studio makes new definitions of *kind*."""
    return kind in FOLDERS


@blueprint.app_template_filter("new_word")
def new_word(kind: str) -> str:
    """Return what making a definition of *kind* is called."""
    return _("New rule") if kind == "rule" else _("New: %(kind)s", kind=kind_word(kind))


def _described(kind: str) -> str:
    schema = schema_for(kind) or {}
    return str(schema.get("x-description-zh" if lang() == "zh-CN" else "description", ""))


def _asked(draft: Draft) -> Asked:
    """Return what was sent, with what is wrong in it."""
    sent = {name: " ".join(request.form.get(name, "").split())[:LONGEST_TITLE] for name in ("kind", "title_en", "title_zh", "id", "pack", "record_type")}  # fmt: skip
    errors: dict[str, str] = {}
    if sent["kind"] not in FOLDERS:
        errors["kind"] = _("Choose what to make.")
    if sent["kind"] == "rule" and not sent["title_en"] and not sent["title_zh"]:
        sent |= {"title_en": UNNAMED.en, "title_zh": UNNAMED.zh}
    if not sent["title_en"] and not sent["title_zh"]:
        errors["title"] = _("Give it a title, in one language at least.")
    if sent["id"] and not IDENTIFIER.fullmatch(sent["id"]):
        errors["id"] = _("An id begins with a small letter and holds small letters, digits, - and _, at most 64.")  # fmt: skip
    elif sent["id"] in taken_in(draft.documents).get(sent["kind"], ()):
        errors["id"] = _("There is one with this id already. Choose another.")
    if sent["pack"] and sent["pack"] not in packs_in(draft.documents):
        errors["pack"] = _("There is no such pack in the draft.")
    return Asked(
        kind=sent["kind"],
        english=sent["title_en"],
        chinese=sent["title_zh"],
        id=sent["id"],
        pack=sent["pack"],
        record_type=sent["record_type"],
        errors=errors,
    )


def _made(draft: Draft, asked: Asked) -> tuple[dict[str, str], tuple[New, ...]]:
    """Return the new files, that of the wanted definition first, and the definitions in them."""
    taken = taken_in(draft.documents)
    english = "" if asked.title == UNNAMED else asked.english
    name = asked.id or proposed_id(english, taken.get(asked.kind, ()), asked.kind)
    release = bench_of(draft.documents).partly
    made = make(asked.kind, name, asked.title, release, taken, asked.record_type)
    pack = asked.pack or likely_pack(draft.documents, asked.record_type)
    more: dict[str, str] = {}
    if not pack:
        more = pack_for(draft.title)
        pack = next(iter(more)).split("/")[0]
    files: dict[str, str] = {}
    for new in made:
        files[file_of(pack, new, {*draft.documents, *files})] = new.text
    return files | more, made
