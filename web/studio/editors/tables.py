"""The editor of decision tables: a sheet of cells, and which rows answer for given values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sopwith.expressions import BOOL, ListType, RecordType, Type
from sopwith.expressions.types import TYPE_WORDS
from sopwith.release.names import Scope
from sopwith.rules.actions import FIXED
from sopwith.rules.model import Table
from sopwith.rules.parse_table import MAX_ROWS
from sopwith.rules.tables import decide_table

from ...languages import lang
from ...wording import gettext as _
from ..condition_ground import Ground, NameChoice
from ..conditions import ground_of, scope_at
from ..name_order import order_for
from .lenient import held, mapping, several, words
from .place import Place
from .subject import Subject
from .tryout import context, recent, record_numbered, values_of

Facts = dict[str, Any]
ANYTHING = "-"


def view(subject: Subject) -> Facts:
    """Return the table as a sheet: its columns, its rows, and the answer to the values that were asked for."""
    scope = scope_at(subject, ("rows",))
    ground = ground_of(scope, order_for(subject.draft, subject.bench, scope.record_type))
    doc = subject.doc
    place = Place.read(subject.at)
    inputs = [_column(one, "inputs", at, scope, ground) for at, one in enumerate(several(doc.get("inputs")))]  # fmt: skip
    outputs = [_column(one, "outputs", at, scope, ground) for at, one in enumerate(several(doc.get("outputs")))]  # fmt: skip
    rows = doc.get("rows")
    trial = _trial(subject, inputs, place)
    return {
        "place": place,
        "held": held(doc),
        "inputs": inputs,
        "outputs": outputs,
        "columns": [*inputs, *outputs],
        "inputs_are_list": isinstance(doc.get("inputs"), list),
        "outputs_are_list": isinstance(doc.get("outputs"), list),
        "rows": [_row(subject, at, one, inputs, outputs, trial) for at, one in enumerate((rows if isinstance(rows, list) else [])[:MAX_ROWS])],
        "rows_are_list": isinstance(rows, list),
        "most_rows": MAX_ROWS,
        "default": _default(doc, outputs),
        "has_default": "default" in doc,
        "more_inputs": _more(ground, {one["name"] for one in (*inputs, *outputs)}, is_output=False),
        "more_outputs": _more(ground, {one["name"] for one in (*inputs, *outputs)}, is_output=True),
        "hits": _hits(),
        "types": [(one.id, one.title.get(lang())) for one in subject.others.get("record_type", [])],
        "trial": trial,
        "used": _used(subject),
    }  # fmt: skip


def _hits() -> list[tuple[str, str]]:
    return [
        ("first", _("The first row that fits, from above, answers")),
        ("unique", _("Only one row may fit; two that fit at once are an error")),
        ("last", _("The last row that fits answers")),
    ]


def _column(name: Any, key: str, at: int, scope: Scope, ground: Ground) -> Facts:
    told = words(name)
    known = ground.known(told)
    of = _item(known.type) if known else None
    return {
        "name": told,
        "title": known.title if known else told,
        "key": key,
        "index": at,
        "is_known": known is not None,
        "type": of.kind if of else "text",
        "type_words": TYPE_WORDS[of.kind].get(lang()) if of else "",
        "choices": _choices(known, ground),
        "record_type": scope.record_type,
    }


def _item(of: Type) -> Type:
    return of.item if isinstance(of, ListType) else of


def _choices(known: NameChoice | None, ground: Ground) -> list[tuple[str, str]]:
    """Return the values of a column as they are written, with their titles."""
    if known is None:
        return []
    found = ground.choices(known)
    return [("true" if key is True else "false" if key is False else str(key), said) for key, said in found]  # fmt: skip


def _row(subject: Subject, at: int, row: Any, inputs: list[Facts], outputs: list[Facts], trial: Facts) -> Facts:  # fmt: skip
    when, then = mapping(mapping(row).get("when")), mapping(mapping(row).get("then"))
    path = ("rows", at)
    says = [
        one
        for some in ((), ("when",), ("then",))
        for one in subject.says((*path, *some))
    ]  # fmt: skip
    return {
        "index": at,
        "cells": [
            *(_cell(one, when, "when", at, subject) for one in inputs),
            *(_cell(one, then, "then", at, subject) for one in outputs),
        ],
        "says": says,
        "worst": subject.worst(path),
        "fits": at in trial["hits"],
        "answers": at == trial["row"],
        "set": len(when),
    }


def _cell(column: Facts, held_by: Mapping[str, Any], key: str, at: int, subject: Subject) -> Facts:
    name = column["name"]
    value = held_by.get(name)
    text = written(value) if name in held_by else ""
    return {
        "column": column,
        "path": ["rows", at, key, name],
        "text": "" if key == "when" and text == ANYTHING else text,
        "said": _said(value, column, is_result=key == "then") if name in held_by else "",
        "is_set": name in held_by,
        "says": subject.says(("rows", at, key, name)),
    }


def written(value: Any) -> str:
    """Return the value of a cell as somebody would type it."""
    if isinstance(value, list):
        return ", ".join(written(one) for one in value)
    if value is None:
        return "none"
    if isinstance(value, dict):
        return f"= {written(value['value'])}" if set(value) == {"value"} else str(value)
    return words(value)


def _said(value: Any, column: Facts, *, is_result: bool) -> str:
    """Return the value of a cell in words; nothing where it accepts anything."""
    if isinstance(value, list):
        return _(", ").join(_said(one, column, is_result=is_result) for one in value)
    text = written(value)
    if text == ANYTHING and not is_result:
        return ""
    if text == "none":
        return _("empty")
    titles = dict(column["choices"])
    for sign in ("==", "!="):
        if text.startswith(sign):
            rest = text[len(sign) :].strip()
            said = str(titles.get(rest, rest))
            return _("not %(value)s", value=said) if sign == "!=" else said
    return str(titles.get(text, text))


def _default(doc: Facts, outputs: list[Facts]) -> list[Facts]:
    given = mapping(doc.get("default"))
    return [
        {
            "column": one,
            "path": ["default", one["name"]],
            "text": written(given[one["name"]]) if one["name"] in given else "",
            "said": _said(given[one["name"]], one, is_result=True) if one["name"] in given else "",
            "is_set": one["name"] in given,
            "says": [],
        }
        for one in outputs
    ]


def _more(ground: Ground, taken: set[str], *, is_output: bool) -> list[tuple[str, list[NameChoice]]]:  # fmt: skip
    """Return the names that may become columns, by heading."""
    found = []
    for heading, some in ground.groups:
        fit = [
            one
            for one in some
            if one.name not in taken
            and not isinstance(_item(one.type), RecordType)
            and not one.name.startswith("event.")
            and not (is_output and ("." in one.name or one.name in FIXED))
        ]
        if fit:
            found.append((heading, fit))
    return found


def _used(subject: Subject) -> list[Facts]:
    """Return the rules that apply the table."""
    name = subject.document.id
    return [
        {"id": one.id, "title": one.title}
        for one in subject.bench.partly.rules.values()
        if any(act.kind == "table" and act.args.get("table") == name for act in one.then)
    ]


def _trial(subject: Subject, inputs: list[Facts], place: Place) -> Facts:
    """Return which rows fit the values that were asked for, and what the table answers."""
    table: Table | None = subject.bench.partly.tables.get(subject.document.id)
    record_type = words(subject.doc.get("record_type"))
    number = place.asked.get("ticket", "")
    state = record_numbered(number)
    values: dict[str, Any] = values_of(state) if state is not None else {}
    typed = {}
    for one in inputs:
        given = place.asked.get(f"v.{one['name']}", "")
        if given:
            _put(values, one["name"], _typed(given, one))
        typed[one["name"]] = given
    found: Facts = {
        "ticket": number,
        "is_missing": bool(number) and state is None,
        "recent": recent(record_type),
        "typed": typed,
        "read": {one["name"]: _shown(values, one) for one in inputs},
        "is_asked": bool(number or any(typed.values())),
        "hits": frozenset(),
        "row": None,
        "outputs": [],
        "is_right": table is not None,
        "is_default": False,
    }
    if table is None or not found["is_asked"]:
        return found
    answer = decide_table(table, values, context())
    fits = [at for at, row in enumerate(table.rows) if all(cell is None or cell.holds(values, context()) for cell in row.when.values())]  # fmt: skip
    columns = {words(one): one for one in several(subject.doc.get("outputs"))}
    return found | {
        "hits": frozenset(fits),
        "row": answer.row_index,
        "is_default": answer.row_index is None and table.has_default,
        "outputs": [(name, value) for name, value in answer.outputs.items() if name in columns],
    }


def _put(values: dict[str, Any], name: str, value: Any) -> None:
    first, _sign, rest = name.partition(".")
    if rest:
        inner = values.get(first)
        values[first] = {**(inner if isinstance(inner, Mapping) else {}), rest: value}
    else:
        values[first] = value


def _typed(text: str, column: Facts) -> Any:
    """Return what somebody gave for a column as a record would hold it."""
    if text == "none":
        return None
    if column["type"] == BOOL.kind:
        return text == "true"
    if column["type"] == "number":
        try:
            return float(text)
        except ValueError:
            return None
    return text


def _shown(values: Mapping[str, Any], column: Facts) -> str:
    found: Any = values
    for step in column["name"].split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return "" if found is None else _said(found, column, is_result=True)
