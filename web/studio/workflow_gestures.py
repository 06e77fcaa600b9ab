"""Gestures on a workflow: the page tells what was done, and gets the operations that say so in the text."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Response, abort, jsonify, request
from flask.typing import ResponseReturnValue

from sopwith.definitions import Document

from ..languages import lang
from .bench import Bench, bench_of
from .blueprint import blueprint, the_draft
from .editors import workflow_changes as changes
from .editors.approval_times import approval_limit, with_limit
from .editors.lenient import mapping
from .editors.workflow_changes import CannotPlanError, Plan
from .editors.workflow_paste import MOST, copied, paste

Gesture = Mapping[str, Any]
Teams = tuple[str, ...]


@blueprint.post("/<draft_id>/workflows/<name>/plan")
def plan_workflow(draft_id: str, name: str) -> ResponseReturnValue:
    """Return the operations of a gesture, what the step is called, and what is selected afterwards."""
    bench, document, teams = _workflow(draft_id, name)
    sent = request.get_json(silent=True)
    gesture = sent if isinstance(sent, dict) else {}
    make = _MAKERS.get(_text(gesture, "do"))
    if make is None:
        return jsonify(message="do is one of " + ", ".join(sorted(_MAKERS))), 400
    try:
        made = make(document, gesture, teams)
    except CannotPlanError as error:
        return jsonify(message=error.words.get(lang())), 422
    step = {"en": made.step.en, "zh-CN": made.step.zh}
    operations: Sequence[Any] = made.operations
    if make is _MAKERS["insert"]:
        record_type = str(document.value.get("record_type") or "")
        operations = with_limit(operations, approval_limit(bench.partly, record_type))
    answer = {"operations": operations, "step": step, "then": made.then}
    return Response(json.dumps(answer), mimetype="application/json")  # keys in their own order


@blueprint.get("/<draft_id>/workflows/<name>/copy")
def copy_states(draft_id: str, name: str) -> ResponseReturnValue:
    """Return states of a workflow as YAML, as they are written, comments included; all when none is named."""
    _bench, document, _teams = _workflow(draft_id, name)
    wanted = request.args.getlist("state")[:MOST] or list(changes.states_of(document.value))
    text = copied(document.node, wanted)
    if not text:
        abort(404)
    return Response(text, mimetype="text/plain")


def _workflow(draft_id: str, name: str) -> tuple[Bench, Document, Teams]:
    made = bench_of(the_draft(draft_id).documents)
    found = next((one for one in made.documents if one.key == ("workflow", name)), None)
    if found is None:
        abort(404)
    return made, found, tuple(one.id for one in made.documents if one.kind == "team")


def _text(gesture: Gesture, key: str) -> str:
    value = gesture.get(key)
    return value if isinstance(value, str) else ""


def _names(gesture: Gesture) -> list[str]:
    value = gesture.get("states")
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _place(value: Any) -> Sequence[float]:
    """Return [x, y], empty for none: every pin on the chart is two numbers."""
    fine = isinstance(value, list) and len(value) == 2
    numbers = [one for one in value if isinstance(one, int | float) and not isinstance(one, bool)] if fine else []  # fmt: skip
    return numbers if len(numbers) == 2 and all(abs(one) < 1e6 for one in numbers) else ()


def _insert(doc: changes.Doc, one: Gesture, teams: Teams) -> Plan:
    source, way, kind, at = _text(one, "source"), _text(one, "way"), _text(one, "kind"), _place(one.get("at"))  # fmt: skip
    is_end = changes.states_of(doc).get(source, {}).get("category") == "closed"
    if not source or (not way and is_end):  # nothing leads on from the end: it comes in by itself
        return changes.add(doc, kind, teams, at)
    if not way:
        return changes.branch(doc, source, kind, teams, at)
    return changes.insert(doc, source, way, kind, teams, at)


def _pin(doc: changes.Doc, one: Gesture, teams: Teams) -> Plan:
    places = {name: _place(place) for name, place in mapping(one.get("places")).items()}
    return changes.pin(doc, {name: place for name, place in places.items() if place})


def _unpin(doc: changes.Doc, one: Gesture, teams: Teams) -> Plan:
    return changes.unpin(doc, _names(one) or list(mapping(doc.get("layout"))))


def _duplicate(document: Document, one: Gesture, _teams: Teams) -> Plan:
    states = changes.states_of(document.value)
    names = [name for name in _names(one) if name in states]
    return paste(document.value, copied(document.node, names), names[-1] if names else "")


def _on_value(make: Callable[[changes.Doc, Gesture, Teams], Plan]) -> Maker:
    return lambda document, one, teams: make(document.value, one, teams)


Maker = Callable[[Document, Gesture, Teams], Plan]
_MAKERS: Mapping[str, Maker] = {
    "duplicate": _duplicate,
    **{
        name: _on_value(make)
        for name, make in {
            "insert": _insert,
            "connect": lambda doc, one, _teams: changes.connect(doc, _text(one, "source"), _text(one, "target")),
            "lead": lambda doc, one, _teams: changes.lead(doc, _text(one, "source"), _text(one, "way"), _text(one, "target")),
            "cut": lambda doc, one, _teams: changes.cut(doc, _text(one, "source"), _text(one, "target")),
            "remove": lambda doc, one, _teams: changes.remove(doc, _names(one), _text(one, "to")),
            "become": lambda doc, one, teams: changes.become(doc, _text(one, "state"), _text(one, "type"), teams),
            "pin": _pin,
            "unpin": _unpin,
            "paste": lambda doc, one, _teams: paste(doc, _text(one, "text"), _text(one, "after")),
        }.items()
    },
}  # fmt: skip
