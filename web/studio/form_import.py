"""Fields that are brought along: from a spreadsheet's rows or a JSON Schema, looked at first, then put into a form as one step."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort, flash, request, url_for
from flask.typing import ResponseReturnValue

from sopwith.core.text import Text
from sopwith.definitions import Document
from sopwith.definitions.operations import Insert, Operation, OperationError, Set
from sopwith.definitions.places import CannotSpliceError
from sopwith.formbuilder import from_cells, from_schema, from_workbook
from sopwith.formbuilder.proposals import Proposal
from sopwith.runtime import drafting
from sopwith.store.releases import Draft

from ..admin.acting import author
from ..admin.wording import field_type_word
from ..htmx import go
from ..languages import lang
from ..visitor import get_service
from ..wording import gettext as _
from ..wording import ngettext
from .bench import bench_of
from .blueprint import blueprint, the_draft
from .define import number_of
from .editors.form_palette import ICONS, brought_section, icon_of, retyped
from .editors.form_rows import title_of
from .editors.lenient import mapping, sequence, words
from .framing import framed

LARGEST = 1_000_000
LARGEST_FILE = 5_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the report. value: the field as it would be made; left_out: what of the source is not taken."""

    number: int
    source: str
    title: str
    value: Mapping[str, Any]
    kind: str
    icon: str
    why: str
    samples: tuple[str, ...]
    left_out: tuple[str, ...]
    taken: bool


@blueprint.get("/<draft_id>/bring-fields")
def form_import(draft_id: str) -> ResponseReturnValue:
    """Show where to put what is brought along."""
    draft, document = _found(draft_id)
    return _page(draft, document, "", [], "")


@blueprint.post("/<draft_id>/bring-fields")
def take_fields(draft_id: str) -> ResponseReturnValue:
    """Show what would be made of what was sent; make it when that is what was asked for."""
    draft, document = _found(draft_id)
    try:
        text = _text()
    except from_workbook.NoWorkbookError as error:
        return _page(draft, document, "", [], workbook_words(error)), 422
    try:
        proposals = _proposals(draft, document, text)
    except (from_cells.NoTableError, from_schema.NoSchemaError):
        words_ = _("This is neither a table with names in its first row nor a JSON Schema with properties.")  # fmt: skip
        return _page(draft, document, text, [], words_), 422
    lines = _lines(proposals)
    if request.form.get("act") != "take":
        return _page(draft, document, text, lines, "")
    chosen = [dict(one.value) for one in lines if one.taken]
    if not chosen:
        return _page(draft, document, text, lines, _("Choose at least one field.")), 422
    return _make(draft, document, text, lines, chosen)


def _found(draft_id: str) -> tuple[Draft, Document]:
    draft = the_draft(draft_id)
    name = request.values.get("form", "")
    found = next((one for one in bench_of(draft.documents).documents if one.key == ("form", name)), None)  # fmt: skip
    if found is None:
        abort(404)
    return draft, found


def _text() -> str:
    """Return what was sent: a file, else what was pasted. Raises NoWorkbookError for a spreadsheet that cannot be read."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return request.form.get("text", "")[: LARGEST + 1]
    raw = sent.stream.read(LARGEST_FILE + 1)
    if from_workbook.is_workbook(raw) or sent.filename.lower().endswith((".xlsx", ".xlsm", ".xls")):
        _name, rows = from_workbook.read_workbook(raw)
        return from_workbook.tabbed(rows)
    for coding in ("utf-8-sig", "gb18030"):
        try:
            return raw[: LARGEST + 1].decode(coding)
        except UnicodeDecodeError:
            continue
    return ""


def workbook_words(error: from_workbook.NoWorkbookError) -> str:
    """Return what is wrong with a spreadsheet, where, and what to do."""
    match error.reason:
        case "protected":
            return _("This spreadsheet is behind a password, or in the old format .xls. Save it as .xlsx without a password.")  # fmt: skip
        case "too_large" if error.where:
            return _("This spreadsheet holds too much to be read here, in its part %(part)s. Copy its first rows and paste them.", part=error.where)  # fmt: skip
        case "too_large":
            return _("This spreadsheet is too large to be read here. Copy its first rows and paste them.")  # fmt: skip
        case "broken" if error.line:
            return _("This spreadsheet is damaged in its part %(part)s, line %(line)d. Open it where it was made and save it again.", part=error.where, line=error.line)  # fmt: skip
        case "broken":
            return _("This spreadsheet is damaged in its part %(part)s. Open it where it was made and save it again.", part=error.where)  # fmt: skip
        case "empty":
            return _("Nothing stands in the sheet “%(name)s”. The first row holds the names of the fields.", name=error.where)  # fmt: skip
    return _("This file is no spreadsheet. A file may be .xlsx, .csv, .tsv or .json.")


def _proposals(draft: Draft, document: Document, text: str) -> list[Proposal]:
    taken = _taken(draft, document)
    if text.lstrip("\ufeff \r\n\t").startswith(("{", "[")):
        return from_schema.propose(from_schema.read_schema(text.lstrip("\ufeff")), taken)
    return from_cells.propose(from_cells.read_cells(text), taken)


def _taken(draft: Draft, document: Document) -> set[str]:
    """Return the ids that are in use: of all fields of the record type, but for those that give way."""
    release = bench_of(draft.documents).partly
    known = release.record_types.get(words(document.value.get("record_type")))
    own = {words(mapping(field).get("id")) for section in sequence(document.value.get("sections")) for field in sequence(mapping(section).get("fields"))}  # fmt: skip
    if request.form.get("where") == "instead":
        elsewhere = {one.id for form in release.forms.values() if known and form.record_type == known.id and form.id != document.id for one in form.fields}  # fmt: skip
        return elsewhere | ({one.id for one in known.fields} if known else set())
    return own | (set(known.all_fields) if known else set())


def _lines(proposals: Sequence[Proposal]) -> list[Line]:
    first = "act" not in request.form or request.form.get("seen") != str(len(proposals))
    found = []
    for number, one in enumerate(proposals):
        kind = request.form.get(f"type-{number}", "")
        now = str(one.value["type"])
        changed = not first and kind in ICONS and kind != now
        value = retyped(dict(one.value), kind) if changed else dict(one.value)
        if not first:
            value.pop("required", None)
            if f"must-{number}" in request.form:
                value = {"id": value["id"], "type": value["type"], "required": True, **value}
        found.append(
            Line(
                number=number,
                source=one.source,
                title=title_of(value).get(lang()),
                value=value,
                kind=str(value["type"]),
                icon=icon_of(str(value["type"])),
                why=_("chosen by you") if changed else reason_words(one.reason),
                samples=one.samples,
                left_out=one.left_out,
                taken=first or f"take-{number}" in request.form,
            )
        )
    return found


def reason_words(reason: str) -> str:
    """Return why a field got its type."""
    known = {
        "yes_no": _("every cell says yes or no"),
        "email": _("every cell is an e-mail address"),
        "url": _("every cell is a web address"),
        "dates": _("every cell is a day"),
        "times": _("every cell is a day with a time"),
        "phones": _("every cell is a phone number"),
        "durations": _("every cell is a length of time"),
        "numbers": _("every cell is a number"),
        "money": _("every cell is an amount of money"),
        "choices": _("a few words come again and again"),
        "long": _("long texts"),
        "words": _("different words"),
        "name": _("by its name"),
        "empty": _("no values to go by"),
        "enum": _("the schema lists the values"),
        "format": _("the schema names the format"),
        "schema": _("as the schema says"),
        "rows": _("a list of objects becomes a table"),
        "list": _("a list becomes a long text"),
    }
    return known.get(reason, reason)


def _page(draft: Draft, document: Document, text: str, lines: Sequence[Line], error: str) -> str:
    return framed(
        "studio/form_import.html",
        draft,
        form_id=document.id,
        form_title=title_of(document.value, document.id),
        text=text[:LARGEST],
        lines=lines,
        error=error,
        where=request.form.get("where", "new"),
        types=[
            (kind, field_type_word(kind)) for kind in ICONS if kind not in ("computed", "heading")
        ],
    )


def _make(
    draft: Draft,
    document: Document,
    text: str,
    lines: Sequence[Line],
    chosen: Sequence[Mapping[str, Any]],
) -> ResponseReturnValue:
    there = document.value.get("sections")
    sections = there if isinstance(there, list) else []
    instead = request.form.get("where") == "instead" or not sections
    ids = () if instead else {words(mapping(one).get("id")) for one in sections}
    section = brought_section(_fresh_section(ids), chosen)
    done: Operation = (
        Set(path=("sections",), value=[section])
        if instead
        else Insert(path=("sections",), index=len(sections), value=section)
    )
    step = Text(f"{len(chosen)} fields brought along", f"导入{len(chosen)}个字段")
    change = drafting.Gesture(file=document.path, document=number_of(draft, document), operation=done)  # fmt: skip
    try:
        drafting.edit(get_service(), draft.id, draft.revision, step, [change], author=author())
    except (OperationError, CannotSpliceError, drafting.ConflictingEditError):
        words_ = _("The text of the form does not let them in here. Change it in the text, or try again.")  # fmt: skip
        return _page(draft, document, text, lines, words_), 422
    flash(ngettext("%(num)d field was brought along. Undo takes it back.", "%(num)d fields were brought along. Undo takes them back.", len(chosen)), "good")  # fmt: skip
    return go(url_for("studio.define", draft_id=draft.id, kind="form", name=document.id))


def _fresh_section(taken: Collection[str]) -> str:
    name, number = "brought", 1
    while name in taken:
        number += 1
        name = f"brought_{number}"
    return name
