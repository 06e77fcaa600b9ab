"""What a page shows of a field whatever its value: words, options, attributes of the input."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from .model import Field, FieldType, Form, Option
from .read_choice import choosable, print_size
from .read_text import LONG_TEXT_LIMIT, TEXT_LIMIT

_INPUTS = {
    FieldType.EMAIL: ("email", "email"),
    FieldType.PHONE: ("tel", "tel"),
    FieldType.URL: ("url", "url"),
    FieldType.NUMBER: ("text", "decimal"),
    FieldType.MONEY: ("text", "decimal"),
    FieldType.DATE: ("date", ""),
    FieldType.DATE_TIME: ("datetime-local", ""),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionView:
    """One option. depth: how many levels it is indented. choosable: False for a group. tone: its colour, if any."""

    id: str
    title: str
    help: str = ""
    depth: int = 0
    choosable: bool = True
    tone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedView:
    """What does not depend on values. type: the field's own. attributes: HTML attributes of the input."""

    id: str
    type: str
    label: str
    help: str = ""
    placeholder: str = ""
    unit: str = ""
    options: tuple[OptionView, ...] = ()
    offered: frozenset[str] = frozenset()
    attributes: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, FixedView] = field(default_factory=dict)
    team: str = ""


def fixed_views(form: Form, lang: str) -> Mapping[str, FixedView]:
    """Return the fixed part of every field by id, made once for each language."""
    lang = "zh-CN" if lang.startswith("zh") else "en"
    found = form.cache.get((FixedView, lang))
    if found is None:
        found = {one.id: _fixed(one, lang) for one in form.fields}
        form.cache[FixedView, lang] = found
    views: Mapping[str, FixedView] = found
    return views


def _fixed(one: Field, lang: str) -> FixedView:
    open_ids = frozenset(option.id for option in choosable(one))
    return FixedView(
        id=one.id,
        type=one.type.value,
        label=one.title.get(lang),
        help=one.help.get(lang),
        placeholder=one.placeholder.get(lang),
        unit=one.currency,
        options=_options(one, open_ids, lang) if one.options else (),
        offered=open_ids,
        attributes=_attributes(one),
        columns={column.id: _fixed(column, lang) for column in one.columns},
        team=one.team or "",
    )


def _options(one: Field, open_ids: frozenset[str], lang: str) -> tuple[OptionView, ...]:
    views: list[OptionView] = []
    waiting: list[tuple[Option, int]] = [(option, 0) for option in reversed(one.options)]
    while waiting:
        option, depth = waiting.pop()
        if option.retired:
            continue
        views.append(
            OptionView(
                id=option.id,
                title=option.title.get(lang) or option.id,
                help=option.help.get(lang),
                depth=depth,
                choosable=option.id in open_ids,
                tone=option.color,
            )
        )
        if one.type is FieldType.TREE_CHOICE:
            waiting.extend((child, depth + 1) for child in reversed(option.items))
    return tuple(views)


def _attributes(one: Field) -> dict[str, str]:
    kind, mode = _INPUTS.get(one.type, ("", ""))
    found = {"type": kind, "inputmode": mode} if kind else {}
    if one.type in (FieldType.TEXT, FieldType.LONG_TEXT):
        limit = TEXT_LIMIT if one.type is FieldType.TEXT else LONG_TEXT_LIMIT
        found = {"type": "text"} if one.type is FieldType.TEXT else {}
        found["maxlength"] = str(int(one.high or limit))
    if one.type is FieldType.DATE:
        if one.low is not None and not one.low_is_today:
            found["min"] = date.fromordinal(int(one.low)).isoformat()
        if one.high is not None and not one.high_is_today:
            found["max"] = date.fromordinal(int(one.high)).isoformat()
    if one.type is FieldType.FILES:
        found["accept"] = ",".join(one.accept)
        found["data-max-size"] = print_size(one.max_bytes)
    return {key: value for key, value in found.items() if value}
