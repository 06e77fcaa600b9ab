"""What is wrong in a draft, for people: with titles, where it stands, the editor that mends it, and the undo that takes it away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from flask import jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from sopwith.core.diagnostics import Diagnostic
from sopwith.core.text import Text
from sopwith.runtime.drafting import before_last
from sopwith.store.releases import Draft, release_of

from ..languages import lang
from ..visitor import get_service
from ..wording import gettext as _
from .bench import Bench, bench_of, by_severity
from .blueprint import blueprint, the_draft
from .finding_words import (
    NO_CHOICE,
    NO_NAME,
    NO_STATE,
    choice_title,
    definition_title,
    field_title,
    missing,
    state_title,
    titled,
)
from .overwritten import Lost, lost_in
from .whereabouts import Whereabouts, anchor, document_at, whereabouts


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
        "language": str(one.values.get("language", "")),
        "place": place.said if place else "",
        "message": gone or _titled(made, one).message(lang()),
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
        "language": "",
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
            case code if code == NO_NAME:
                title = field_title(before.partly, document, str(one.values["name"]))
                words = _("The field “%(title)s” was removed, but is still asked for here.", title=title)  # fmt: skip
            case code if code == NO_STATE:
                title = state_title(before.partly, document, str(one.values["word"]))
                words = _("The state “%(title)s” was removed, but is still named here.", title=title)  # fmt: skip
            case code if code == NO_CHOICE:
                title = choice_title(before.partly, document, str(one.values["name"]), str(one.values["value"]))  # fmt: skip
                field = (
                    field_title(made.partly, document, str(one.values["name"]))
                    or one.values["name"]
                )
                words = _("The choice “%(title)s” of “%(field)s” was removed, but is still compared with here.", title=title, field=field)  # fmt: skip
            case _:
                kind, name = missing(one)
                title = definition_title(before.documents, kind, name)
                words = _("“%(title)s” was removed, but is still named here.", title=title)
        if title:
            return words
    return ""


def _titled(made: Bench, one: Diagnostic) -> Diagnostic:
    document = document_at(made, one.span)
    return titled(made, document, one) if document is not None else one


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
