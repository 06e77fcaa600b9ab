"""What is wrong in a draft, for people: with titles, where it stands, the editor that mends it, and the undo that takes it away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from sopwith.core.diagnostics import Diagnostic
from sopwith.core.text import Text
from sopwith.definitions import Document
from sopwith.formbuilder.model import every_option
from sopwith.release.model import Release
from sopwith.runtime.drafting import before_last
from sopwith.store.releases import Draft, release_of

from ..languages import lang
from ..visitor import get_service
from ..wording import gettext as _
from .bench import Bench, bench_of, by_severity
from .blueprint import blueprint, the_draft
from .overwritten import Lost, lost_in
from .whereabouts import Whereabouts, anchor, document_at, whereabouts

_STATES = ("state", "start")
_KINDS = {"team": "team", "state": "state", "form": "form", "decision table": "table", "routing chain": "routing", "calendar": "calendar", "survey": "survey", "message template": "message_template"}  # fmt: skip
_NO_STATE, _NO_TEAM, _NO_NAME, _NO_CHOICE = "WFL020", "WFL022", "EXP020", "EXP025"


@blueprint.get("/<draft_id>/problems")
def problems(draft_id: str) -> ResponseReturnValue:
    """Tell what is wrong in the draft as it is now, and the text of the file that is asked for."""
    draft = the_draft(draft_id)
    made = bench_of(draft.documents)
    name = request.args.get("file", "")
    told = problems_of(draft, made)
    return jsonify(
        revision=draft.revision,
        text=draft.documents.get(name),
        problems=told["found"],
        list=render_template("studio/problem_list.html", **told),
        marks=_marks(made),
    )


def problems_of(draft: Draft, made: Bench) -> dict[str, Any]:
    """Return all findings, errors first, and the step whose undoing takes some of them away."""
    found = by_severity(made.found)
    errors = [one for one in found if one.severity == "error"]
    earlier: list[Bench] = []
    undo: dict[str, Any] | None = None
    if errors:
        with get_service().database.reading() as connection:
            last = before_last(connection, draft)
            begun = release_of(connection, draft.from_release) if draft.from_release else None
        if last is not None:
            earlier.append(bench_of(last[1]))
            undo = _undo(last[0], earlier[0], errors)
        if begun is not None:
            earlier.append(bench_of(begun.documents))
    told = [said(draft, made, one, earlier) for one in found]
    return {"found": [*told, *(_lost(draft, made, one) for one in lost_in(draft, made))], "undo": undo}  # fmt: skip


def said(draft: Draft, made: Bench, one: Diagnostic, earlier: Sequence[Bench] = ()) -> dict[str, Any]:  # fmt: skip
    """Return a finding as pages and scripts read it. earlier: the draft as it was, which knows what is gone."""
    span = one.span
    place = whereabouts(draft, made, span)
    text = url_for("studio.file", draft_id=draft.id, name=span.path, line=max(span.line, 1)) if span.path in draft.documents else ""  # fmt: skip
    gone = _gone(made, one, earlier)
    return {
        "file": span.path,
        "line": span.line,
        "column": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
        "fix": _mended(one),
        "severity": one.severity.value,
        "code": one.code,
        "place": place.said if place else "",
        "message": gone or _titled(made, one, earlier).message(lang()),
        "address": _address(place) or text,
        "text": text,
    }


def _lost(draft: Draft, made: Bench, one: Lost) -> dict[str, Any]:
    """Return that a rule's value does not stay, as a warning that leads to the action."""
    span, place = one.span, whereabouts(draft, made, one.span)
    text = url_for("studio.file", draft_id=draft.id, name=span.path, line=max(span.line, 1))
    editor = url_for("studio.define", draft_id=draft.id, kind="rule", name=one.rule.id, _anchor=anchor(one.path))  # fmt: skip
    return {
        "file": span.path,
        "line": span.line,
        "column": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
        "fix": None,
        "severity": "warning",
        "code": "",
        "place": place.name if place else "",
        "message": one.words(made),
        "address": editor,
        "text": text,
    }


def _address(place: Whereabouts | None) -> str:
    return place.address if place else ""


def _marks(made: Bench) -> dict[str, str]:
    """Return what the outline shows beside each definition in which something was found."""
    lines = [one for _kind, some in made.outline() for one in some if one.errors or one.warnings]
    return {f"{one.kind}/{one.id}": render_template("studio/mark.html", one=one) for one in lines}


def _undo(title: Text, before: Bench, errors: Iterable[Diagnostic]) -> dict[str, Any] | None:
    """Return the last step, where the draft had fewer errors without it."""
    now = Counter(map(_meaning, errors))
    was = Counter(_meaning(one) for one in before.found if one.severity == "error")
    gone = (now - was).total()
    return {"step": title.get(lang()), "count": gone} if gone and not was - now else None


def _meaning(one: Diagnostic) -> tuple[str, str, tuple[tuple[str, str | int], ...]]:
    return one.code, one.span.path, tuple(sorted(one.values.items()))


# --- titles -------------------------------------------------------------------------------------


def _gone(made: Bench, one: Diagnostic, earlier: Sequence[Bench]) -> str:
    """Return the words for a name that stood for something until somebody took that away; empty for any other finding."""
    document = document_at(made, one.span)
    if document is None:
        return ""
    for before in earlier:
        match one.code:
            case code if code == _NO_NAME:
                title = _field(before.partly, document, str(one.values["name"]))
                words = _("The field “%(title)s” was removed, but is still asked for here.", title=title)  # fmt: skip
            case code if code == _NO_STATE:
                title = _state(before.partly, document, str(one.values["word"]))
                words = _("The state “%(title)s” was removed, but is still named here.", title=title)  # fmt: skip
            case code if code == _NO_CHOICE:
                title = _choice(before.partly, document, str(one.values["name"]), str(one.values["value"]))  # fmt: skip
                field = _field(made.partly, document, str(one.values["name"])) or one.values["name"]
                words = _("The choice “%(title)s” of “%(field)s” was removed, but is still compared with here.", title=title, field=field)  # fmt: skip
            case _:
                kind, name = _definition(one)
                title = _line(before, kind, name)
                words = _("“%(title)s” was removed, but is still named here.", title=title)
        if title:
            return words
    return ""


def _definition(one: Diagnostic) -> tuple[str, str]:
    """Return kind and id of a definition that a finding says is missing."""
    if one.code == _NO_TEAM:
        return "team", str(one.values["word"])
    kind = str(one.values.get("kind_en") or one.values.get("kind") or "")
    return _KINDS.get(kind, kind), str(one.values.get("name") or "")


def _titled(made: Bench, one: Diagnostic, earlier: Sequence[Bench]) -> Diagnostic:
    """Return a finding that names states and fields by their titles."""
    document = document_at(made, one.span)
    if document is None:
        return one
    values: dict[str, str | int] = dict(one.values)
    for key, value in one.values.items():
        if document.kind == "workflow" and key in _STATES:
            values[key] = _state(made.partly, document, str(value)) or value
        elif document.kind == "workflow" and key in ("states", "lost"):
            values[key] = _(", ").join(_state(made.partly, document, name) or name for name in str(value).split(", "))  # fmt: skip
        elif key == "field" or (key == "name" and one.code == _NO_CHOICE):
            values[key] = _field(made.partly, document, str(value)) or value
        elif key == "rule":
            values[key] = _line(made, "rule", str(value)) or value
    return replace(one, values=values)


def _field(release: Release, document: Document, name: str) -> str:
    own = document.id if document.kind == "record_type" else document.value.get("record_type")
    kinds = release.record_types
    some = [kinds[own]] if isinstance(own, str) and own in kinds else list(kinds.values())
    found = next((kind.all_fields[name] for kind in some if name in kind.all_fields), None)
    return found.title.get(lang()) or name if found else ""


def _choice(release: Release, document: Document, field: str, value: str) -> str:
    own = document.value.get("record_type")
    kind = release.record_types.get(own) if isinstance(own, str) else None
    found = kind.all_fields.get(field) if kind else None
    return next((one.title.get(lang()) for one in every_option(found.options) if one.id == value), "") if found else ""  # fmt: skip


def _state(release: Release, document: Document, name: str) -> str:
    workflow = release.workflows.get(document.id)
    if workflow is None:
        kind = release.record_types.get(str(document.value.get("record_type")))
        workflow = release.workflows.get(kind.workflow) if kind else None
    state = workflow.states.get(name) if workflow else None
    return state.title.get(lang()) or name if state else ""


def _line(made: Bench, kind: str, name: str) -> str:
    found = next((one for one in made.documents if one.key == (kind, name)), None) if name else None
    title = found.value.get("title") if found else None
    if isinstance(title, Mapping):
        return str(title.get(lang()) or title.get("en") or name)
    return str(title or name) if found else ""


def _mended(one: Diagnostic) -> dict[str, Any] | None:
    """Return the splice that mends a finding, with its words."""
    fix = one.fix
    if fix is None or not fix.span.end_line:
        return None
    span, words = fix.span, fix.text[:60]
    return {
        "line": span.line,
        "column": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
        "text": fix.text,
        "label": _("Write “%(words)s” instead", words=words),
        "step": {"en": f"“{words}” written instead", "zh-CN": f"改为“{words}”"},
    }
