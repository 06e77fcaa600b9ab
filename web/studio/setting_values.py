"""The value of a setting in words: titles instead of ids, lengths of time and conditions as people say them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from sopwith.definitions.node import Path

from ..admin.rule_words import duration_words, who_words
from ..admin.titles import Names
from ..desk.view_columns import column_title
from ..languages import lang
from ..wording import gettext as _
from .editors.controls import Control
from .setting_side import LANGUAGES, Side, concrete, control_of, key_words, label_of, titled

_DURATION = re.compile(r"[0-9]{1,9}(?:s|m|h|d|w|bs|bm|bh|bd)")


def value_of(side: Side, path: Path, value: Any, like: Side | None = None) -> str:
    """Return *value* in words. like: in which version its place is looked up, where that is another."""
    where = like or side
    place = concrete(where.doc, path)
    control = control_of(where, place)
    if value is None:
        return _("nothing")
    if isinstance(value, dict) and (title := titled(value)):
        return f"“{title}”"
    if control is not None and control.value == value and (control.parts or control.kind == "list"):
        return _composed(side, control)
    return _plain(side, place, value, control)


def _composed(side: Side, control: Control) -> str:
    """Return a value of several parts: each with its title, without ids."""
    if control.kind == "words" or not control.parts:
        return _plain(side, control.path, control.value, control)
    if control.kind == "list":
        return _(", ").join(titled(one.value) or _composed(side, one) for one in control.parts)
    parts = [one for one in control.parts if one.value is not None and one.key != "id"]
    between = _("; ") if any(isinstance(one.value, dict | list) for one in parts) else _(", ")
    return between.join(f"{key_words(side, one.path)}{_(': ')}{titled(one.value) or _composed(side, one)}" for one in parts)  # fmt: skip


def _plain(side: Side, path: Path, value: Any, control: Control | None) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return _(", ").join(_plain(side, path, one, control) for one in value) or _("nothing")
    if isinstance(value, dict):
        if set(value) <= set(LANGUAGES):
            return label_of(value)
        return _(", ").join(_entry(side, (*path, str(key)), one) for key, one in value.items())
    text = str(value)
    if side.document.kind == "view" and path[0] in ("columns", "sort"):
        return _column_title(side, text)
    if control is not None:
        known = dict(control.choices).get(value)
        if known is not None:
            return str(known)
        if control.kind == "condition" or control.refers == "expression":
            return side.condition(path, text)
        said = _REFERS.get(control.refers or _around(side, path))
        if said is not None:
            return said(side.names, text)
    if _DURATION.fullmatch(text):
        return duration_words(text)
    column = _column(side, path)
    return side.names.value(column, value) if column else text


def _entry(side: Side, path: Path, value: Any) -> str:
    """Return one key of a mapping with its value."""
    known = control_of(side, path)
    return f"{key_words(side, path)}{_(': ')}{_plain(side, path, value, known)}"


def _column_title(side: Side, name: str) -> str:
    """Return what a column of a list is called; of one that is sorted by, which way round."""
    kind = side.release.record_types.get(str(side.doc.get("record_type")))
    title = column_title(name.removeprefix("-"), kind)
    return _("%(column)s, descending", column=title) if name.startswith("-") else title


def _around(side: Side, path: Path) -> str:
    """Return what the items of the list name that *path* is one of."""
    if side.document.kind == "record_type" and path[0] == "access":
        return "role"
    control = control_of(side, path[:-1]) if isinstance(path[-1], int) else None
    return control.refers if control is not None else ""


def _column(side: Side, path: Path) -> str:
    """Return the field of which a cell of a decision table holds a value."""
    is_cell = side.document.kind == "table" and len(path) > 2 and path[0] in ("rows", "default")
    names = [str(one) for one in path[1:] if isinstance(one, str) and one not in ("when", "then")]
    return names[0] if is_cell and names else ""


def _rule(names: Names, name: str) -> str:
    rule = names.release.rules.get(name)
    return (
        label_of({"en": rule.title.get("en"), "zh-CN": rule.title.get("zh-CN")}) if rule else name
    )


def _of(kind: str) -> Callable[[Names, str], str]:
    return lambda names, name: names.of_kind(kind, name)


_REFERS: Mapping[str, Callable[[Names, str], str]] = {
    "field": lambda names, name: names.field(name),
    "record_type": lambda names, name: names.type(name),
    "record_type_or_any": lambda names, name: names.type(name),
    "team": lambda names, name: names.team(name),
    "role": lambda names, name: names.role(name),
    "state": lambda names, name: names.state(name),
    "rule": _rule,
    "recipient": lambda names, name: who_words(name, names),
    "workflow": lambda names, name: _workflow(names, name),
    "sla": lambda names, name: _sla(names, name),
    **{kind: _of(kind) for kind in ("message_template", "form", "table", "routing", "survey", "calendar", "taxonomy")},
}  # fmt: skip


def _workflow(names: Names, name: str) -> str:
    known = names.release.workflows.get(name)
    return known.title.get(lang()) or name if known else name


def _sla(names: Names, name: str) -> str:
    known = names.release.slas.get(name)
    return known.title.get(lang()) or name if known else name
