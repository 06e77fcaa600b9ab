"""The builder of conditions: blocks and text of one expression, read, printed and told in words by the server."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import abort, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from sopwith.core.diagnostics import Diagnostic
from sopwith.core.span import Span
from sopwith.definitions import Document
from sopwith.definitions.node import Path
from sopwith.expressions import (
    BOOL,
    FUNCTIONS,
    Expression,
    RecordType,
    compile_expression,
    from_blocks,
    to_blocks,
)
from sopwith.release.names import Names, Scope
from sopwith.store.people import users
from sopwith.store.releases import Draft

from ..languages import lang, zone
from ..visitor import get_service
from ..wording import gettext as _
from .bench import KNOWN, Bench, bench_of
from .blueprint import blueprint, the_draft
from .condition_blocks import BadBlocksError, Shown, show
from .condition_ground import Ground, NameChoice
from .editors.subject import Subject
from .finding_words import labelled
from .name_order import AS_THEY_COME, NameOrder, order_for

LARGEST = 200_000
MOST_PEOPLE = 200
MOST_KEPT = 8
_HERE = Span("", 1, 1)
_kept: OrderedDict[tuple[str, int], Names] = OrderedDict()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One finding in the text of the expression. start, end: offsets in it. mend: the text that would put it right."""

    severity: str
    words: str
    start: int
    end: int
    mend: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """An expression as a page shows it. mode: none | blocks | text. text: None while blocks lack something."""

    mode: str
    text: str | None
    words: str
    shown: Shown | None
    ground: Ground
    found: Sequence[Finding] = ()
    is_condition: bool = True
    can_block: bool = True

    @property
    def is_broken(self) -> bool:
        """Return whether the text cannot be understood."""
        return any(one.severity == "error" for one in self.found)


def names_of(draft: Draft, bench: Bench) -> Names:
    """Return the names of the draft's record types; kept for the revisions looked at last."""
    key = (draft.id, draft.revision)
    found = _kept.get(key)
    if found is None:
        found = _kept[key] = Names(bench.bundle.documents, KNOWN)
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return found


def scope_at(subject: Subject, path: Path, record_type: str = "") -> Scope:
    """Return what an expression at *path* may read."""
    names = names_of(subject.draft, subject.bench)
    return names.scope(subject.document, tuple(path), record_type)


def ground_of(scope: Scope, order: NameOrder = AS_THEY_COME) -> Ground:
    """Return the names of *scope* as the builder offers them, in the language of the page."""
    headings = {
        "customer": _("Customer"),
        "event": _("What happened"),
        "visits": _("Visits of states"),
    }
    fresh, own, base = _("New in this draft"), _("Fields"), _("Every record")
    inner: list[NameChoice] = []
    plain: list[NameChoice] = []
    for name, of in scope.schema.fields.items():
        if isinstance(of, RecordType):
            heading = headings.get(name, name)
            inner += [_choice(scope, f"{name}.{part}", kind, heading) for part, kind in of.fields.items()]  # fmt: skip
        else:
            heading = fresh if name in order.fresh else own if name in scope.fields else base
            plain.append(_choice(scope, name, of, heading))
    places = {name: place for place, name in enumerate(order.sorted(one.name for one in plain))}
    plain.sort(key=lambda one: (one.group not in (fresh, own), places[one.name]))
    return Ground(
        lang=lang(),
        zone=zone(),
        names=[*plain, *inner],
        labels=scope.labels,
        fields=scope.fields,
        people=_people(),
    )


def _choice(scope: Scope, name: str, of: Any, heading: str) -> NameChoice:
    title = scope.labels.fields.get(name)
    words = (title.get(lang()) if title else "") or name
    return NameChoice(name=name, title=words[:1].upper() + words[1:], group=heading, type=of)


def _people() -> list[tuple[str, str]]:
    with get_service().database.reading() as connection:
        found = users(connection, active_only=True)
    return [(one.id, one.name) for one in found[:MOST_PEOPLE]]


def condition_of(
    text: Any, scope: Scope, mode: str = "", order: NameOrder = AS_THEY_COME
) -> Condition:
    """Return the expression *text* for a page. mode: how it was asked for; text where blocks cannot show it."""
    ground = ground_of(scope, order)
    is_condition = scope.want == BOOL
    words = _plain(text)
    if not words.strip():
        shown = _empty(ground) if mode == "blocks" else None
        none = mode if mode in ("text", "blocks") else "none"
        return Condition(mode=none, text="", words="", shown=shown, ground=ground, is_condition=is_condition)  # fmt: skip
    expression, found = compile_expression(words, scope.schema, _HERE, want=scope.want)
    shown = _shown(expression, ground) if expression is not None and is_condition else None
    rich = shown is not None and all(one.kind == "text" for one in shown.items)
    blocks = shown is not None and mode != "text" and (mode == "blocks" or not rich)
    return Condition(
        mode="blocks" if blocks else "text",
        text=words,
        words=_said(expression, scope),
        shown=shown if blocks else None,
        ground=ground,
        found=_findings(found, scope),
        is_condition=is_condition,
        can_block=shown is not None,
    )


def condition_from(blocks: Any, scope: Scope, order: NameOrder = AS_THEY_COME) -> Condition:
    """Return the condition that the *blocks* of a page mean; what is missing in them is filled in where it can be."""
    ground = ground_of(scope, order)
    if isinstance(blocks, Mapping) and blocks.get("all") == []:
        return Condition(mode="none", text="", words="", shown=None, ground=ground)
    shown = show(blocks, ground)
    if not shown.complete:
        return Condition(mode="blocks", text=None, words="", shown=shown, ground=ground)
    expression, found = from_blocks(shown.block, scope.schema, _HERE)
    text = expression.to_text() if expression is not None else None
    return Condition(mode="blocks", text=text, words=_said(expression, scope), shown=shown, ground=ground, found=_findings(found, scope))  # fmt: skip


def _shown(expression: Expression, ground: Ground) -> Shown:
    return show(to_blocks(expression), replace(ground, faithful=True))


def _empty(ground: Ground) -> Shown:
    return show({"all": [{"field": ""}]}, ground)


def _plain(text: Any) -> str:
    if isinstance(text, bool):
        return "true" if text else "false"
    return text if isinstance(text, str) else "" if text is None else json.dumps(text)


def _said(expression: Expression | None, scope: Scope) -> str:
    if expression is None:
        return ""
    words = expression.words(lang(), scope.labels)
    return words[:1].upper() + words[1:]


def _findings(found: Sequence[Diagnostic], scope: Scope) -> list[Finding]:
    return [
        Finding(
            severity=one.severity.value,
            words=labelled(one, scope.labels).message(lang()),
            start=max(one.span.column - 1, 0),
            end=max(one.span.end_column - 1, one.span.column),
            mend=one.fix.text if one.fix is not None else None,
        )
        for one in found
    ]


@blueprint.post("/<draft_id>/condition")
def condition(draft_id: str) -> ResponseReturnValue:
    """Answer with the builder for a text, or for blocks with the text that they make; nothing is saved here."""
    draft = the_draft(draft_id)
    if (request.content_length or 0) > LARGEST:
        abort(413)
    sent = request.get_json(silent=True)
    if not isinstance(sent, Mapping):
        abort(400)
    made = bench_of(draft.documents)
    document = _document(made, sent)
    path = sent.get("path")
    if not isinstance(path, list) or not all(isinstance(one, str | int) for one in path):
        abort(400)
    scope = names_of(draft, made).scope(document, tuple(path), str(sent.get("scope") or ""))
    order = order_for(draft, made, scope.record_type)
    try:
        found = condition_from(sent["blocks"], scope, order) if "blocks" in sent else condition_of(sent.get("text"), scope, str(sent.get("mode") or ""), order)  # fmt: skip
    except BadBlocksError as error:
        return jsonify(message=str(error)), 400
    uid = str(sent.get("uid") or "c")[:200]
    return jsonify(
        html=render_template("studio/condition.html", condition=found, uid=uid),
        text=found.text,
        words=found.words,
        broken=found.is_broken,
        mode=found.mode,
    )


def _document(bench: Bench, sent: Mapping[str, Any]) -> Document:
    key = (sent.get("kind"), sent.get("id"))
    found = next((one for one in bench.documents if one.key == key), None)
    if found is None:
        abort(404)
    return found


@blueprint.app_template_global("studio_condition")
def studio_condition(
    subject: Subject, path: Path, value: Any, scope: str = "", mode: str = ""
) -> Condition:
    """Return the expression *value* at *path* for the macro that shows it. mode: how it begins where nothing is said yet."""
    where = scope_at(subject, path, scope)
    order = order_for(subject.draft, subject.bench, where.record_type)
    return condition_of(value, where, "" if _plain(value).strip() else mode, order)


@blueprint.app_template_global("condition_words")
def condition_words(subject: Subject, path: Path, value: Any, scope: str = "") -> str:
    """Return the expression *value* in words; as it is written where it cannot be understood."""
    where = scope_at(subject, path, scope)
    expression, _found = compile_expression(_plain(value), where.schema, _HERE, want=where.want)
    return _said(expression, where) or _plain(value)


@blueprint.app_template_global("condition_names")
def condition_names(ground: Ground) -> list[dict[str, str]]:
    """Return what may be written in an expression: names with titles, and functions with their use."""
    names = [{"name": one.name, "words": one.title} for one in ground.names]
    calls = [{"name": f"{name}()", "words": one.usage} for name, one in FUNCTIONS.items()]
    return [*names, *calls]


@blueprint.app_template_filter("marked")
def marked(text: str, found: Sequence[Finding]) -> tuple[str, str, str]:
    """Return *text* in three parts: before, of and after what the first error speaks of."""
    wrong = next((one for one in found if one.severity == "error"), None)
    if wrong is None:
        return text, "", ""
    start, end = wrong.start, max(wrong.end, wrong.start + 1)
    return text[:start], text[start:end] or "␣", text[end:]


@blueprint.app_template_global("condition_address")
def condition_address(subject: Subject) -> str:
    """Return where the builder sends what it holds."""
    return url_for("studio.condition", draft_id=subject.draft.id)
