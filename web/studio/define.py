"""The room in which one definition is changed: its editor, redrawn after each gesture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import yaml
from flask import abort, flash, jsonify, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from sopwith.core.text import Text
from sopwith.definitions import Document, read_nodes
from sopwith.definitions.node import Path
from sopwith.store.releases import Draft

from ..htmx import go
from ..languages import lang
from ..wording import gettext as _
from .bench import Bench, bench_of, by_severity
from .blueprint import blueprint, the_draft
from .editors import Subject
from .editors.catalogue import GENERAL, WORDS, editor_of
from .editors.controls import Control, control_at, controls_at
from .editors.lengths import length_of
from .editors.lenient import label
from .framing import framed
from .parts import has_part, part_of
from .whereabouts import anchor

LONGEST_SELECTION = 400


@blueprint.get("/<draft_id>/define/<kind>/<name>")
def define(draft_id: str, kind: str, name: str) -> ResponseReturnValue:
    """Show one definition for changing; only the room itself for a page that asks for a part."""
    draft = the_draft(draft_id)
    made = bench_of(draft.documents)
    part = request.headers.get("X-Part") == "room"
    document = next((one for one in made.documents if one.key == (kind, name)), None)
    if document is None:
        return _unreadable(draft, made, kind, name, part=part)
    subject = Subject(
        draft=draft,
        bench=made,
        document=document,
        number=number_of(draft, document),
        at=request.args.get("at", "")[:LONGEST_SELECTION],
    )
    own = editor_of(kind)
    shape = request.args.get("as", "")
    editor = {"sheet": GENERAL, "words": WORDS}.get(shape, own)
    context: dict[str, Any] = {
        **editor.view(subject),
        "draft": draft,
        "subject": subject,
        "doc": subject.doc,
        "editor": editor.template,
        "is_sheet": shape == "sheet",
        "is_words": shape == "words",
        "has_own": own is not GENERAL,
    }
    if part:
        return make_response(render_template("studio/room.html", **context))
    return framed("studio/editor.html", **context, name=document.path)


def _unreadable(draft: Draft, made: Bench, kind: str, name: str, *, part: bool) -> ResponseReturnValue:  # fmt: skip
    """Answer for a definition that is not there: gone, or in a text that cannot be read just now."""
    broken = [one for one in by_severity(made.found) if one.severity == "error" and one.span.path in draft.documents]  # fmt: skip
    wanted = request.args.get("file", "")
    here = [one for one in broken if one.span.path == wanted] or broken
    if part:
        words = (
            here[0].message(lang()) if here else _("This definition is not in the draft any more.")
        )
        line = here[0].span.line if here else 0
        return jsonify(message=words, file=here[0].span.path if here else "", line=line), 409
    if not here:
        abort(404)
    span = here[0].span
    flash(_("“%(name)s” cannot be read just now. Mend the text at line %(line)d, then it shows again.", name=name, line=span.line), "warning")  # fmt: skip
    return go(url_for("studio.file", draft_id=draft.id, name=span.path, line=max(span.line, 1)))


def number_of(draft: Draft, document: Document) -> int:
    """Return which document of its file it is, as operations count them."""
    roots, _found = read_nodes(draft.documents[document.path], document.path)
    places = [root.place for root in roots]
    return places.index(document.node.place) if document.node.place in places else 0


blueprint.add_app_template_global(part_of)
blueprint.add_app_template_global(has_part)
blueprint.add_app_template_filter(length_of, "as_length")


@blueprint.app_template_filter("called")
def called(title: Any, other: str) -> Mapping[str, str]:
    """Return a title as it is written in both languages, *other* without one: for the names of steps."""
    found = title if isinstance(title, Text) else label(title, other)
    return {"en": found.get("en") or other, "zh": found.get("zh-CN") or other}


@blueprint.app_template_filter("path_id")
def path_id(path: Sequence[str | int]) -> str:
    """Return an id of a page's element for the value at *path*, the same each time."""
    return anchor(path)


@blueprint.app_template_global("studio_controls")
def studio_controls(subject: Subject, path: Path, without: Sequence[str] = ()) -> list[Control]:
    """Return the general controls at *path* of the definition, for templates."""
    return controls_at(subject.document.kind, subject.doc, tuple(path), without)


@blueprint.app_template_global("studio_control")
def studio_control(subject: Subject, path: Path) -> Control | None:
    """Return the general control of one value."""
    return control_at(subject.document.kind, subject.doc, tuple(path))


@blueprint.app_template_filter("said")
def said_value(value: Any) -> str:
    """Return a label as it stands in a definition, a text or one for each language, in the page's language."""
    if isinstance(value, dict):
        value = value.get(lang()) or next((one for one in value.values() if one), "")
    return "" if value is None or isinstance(value, dict | list) else str(value)


@blueprint.app_template_filter("yaml_text")
def yaml_text(value: Any) -> str:
    """Return a plain value as YAML, for a text area."""
    if value is None:
        return ""
    return yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=100).removesuffix("...\n").rstrip("\n")  # fmt: skip
