"""The controls of one step of a scenario: what it is told and what must hold then, each with what may be chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sopwith.formbuilder.model import Field, FieldType

from ...languages import lang
from ...wording import gettext as _
from .lenient import mapping
from .scenario_ground import UNASKED, WRITTEN, Ground

Facts = dict[str, Any]
Path = Sequence[str | int]
MOST_OFFERED = 80

# What an argument of a step names. Of a create step ``as`` is the name that the record gets.
ARGUMENTS: Mapping[str, str] = {
    "as": "anybody", "by": "anybody", "customer": "customer", "owner": "person", "user": "person", "person": "person",
    "team": "team", "to": "state", "form": "form", "task": "task", "item": "item", "type": "type", "into": "record", "other": "record",
}  # fmt: skip
EXPECTATIONS: Mapping[str, str] = {
    "state": "state", "category": "category", "owner": "person", "team": "team", "priority": "priority",
}  # fmt: skip
LISTS: Mapping[str, str] = {
    "fired": "rule", "not_fired": "rule", "mails": "message_template", "notices": "anybody", "approvers": "person", "created": "type",
}  # fmt: skip
NUMBERS = frozenset({FieldType.NUMBER, FieldType.MONEY, FieldType.DURATION})


def argument(verb: str, key: str, value: Any, path: Path, said: str, ground: Ground) -> Facts:
    """Return the control of one argument."""
    if key == "values":
        return values(value, path, said, ground)
    if key == "answer":
        return _choice(value, path, said, [("yes", _("yes")), ("no", _("no"))])
    if key == "lang":
        return _choice(value, path, said, [("zh-CN", "中文"), ("en", "English")])
    kind = "" if verb == "create" and key == "as" else ARGUMENTS.get(key, "")
    return _choice(value, path, said, ground.of(kind))


def expectation(key: str, value: Any, path: Path, said: str, ground: Ground) -> Facts:
    """Return the control of one thing that must hold."""
    if key == "values":
        return values(value, path, said, ground)
    if key in LISTS:
        return _names(value, path, said, ground.of(LISTS[key]))
    return _choice(value, path, said, ground.of(EXPECTATIONS.get(key, "")))


def values(value: Any, path: Path, said: str, ground: Ground) -> Facts:
    """Return a control for each field that has a value, and the fields that may be given one."""
    if not (value is None or isinstance(value, dict)):
        return _plain(value, path, said)
    held = mapping(value)
    asked = [one for one in ground.fields.values() if one.type not in UNASKED and one.id not in held]  # fmt: skip
    return {
        "kind": "values",
        "path": list(path),
        "words": said,
        "rows": [
            {"is_unknown": False, **_of_field(name, one, [*path, name], ground), "removing": [{"op": "remove" if len(held) > 1 else "clear", "path": [*path, name]}]}
            for name, one in held.items()
        ],
        "adding": [(_title(one), [{"op": "set", "path": [*path, one.id], "value": _blank(one, ground)}]) for one in asked[:MOST_OFFERED]],
    }  # fmt: skip


def _of_field(name: str, value: Any, path: Path, ground: Ground) -> Facts:
    known = ground.fields.get(name)
    if known is None:
        return {**_plain(value, path, name), "is_unknown": bool(ground.fields)}
    said = _title(known)
    if known.type == FieldType.MULTI_CHOICE:
        return _names(value, path, said, ground.of_field(known))
    if known.type in WRITTEN:
        return {**_plain(value, path, said), "kind": "yaml"}
    if known.type in NUMBERS and not isinstance(value, dict | list):
        return {**_plain(value, path, said), "kind": "number"}
    return _choice(value, path, said, ground.of_field(known))


def _choice(value: Any, path: Path, said: str, choices: Sequence[tuple[Any, str]]) -> Facts:
    """Return a list to choose from; what is no plain value, or has nothing to choose from, is written."""
    if not choices or isinstance(value, dict | list):
        return _plain(value, path, said)
    return {"kind": "choice", "path": list(path), "words": said, "value": value, "choices": _distinct(choices)}  # fmt: skip


def _names(value: Any, path: Path, said: str, choices: Sequence[tuple[Any, str]]) -> Facts:
    """Return a list of names with those that may be added."""
    if not isinstance(value, list) or any(isinstance(one, dict | list) for one in value):
        return _plain(value, path, said)
    known = dict(choices)
    return {
        "kind": "names",
        "path": list(path),
        "words": said,
        "rows": [(one, known.get(one, one)) for one in value],
        "adding": [
            (words, [{"op": "insert", "path": list(path), "index": len(value), "value": name}])
            for name, words in _distinct(choices)
            if name not in value
        ][:MOST_OFFERED],
        "written": ", ".join(map(str, value)),
    }


def _distinct(choices: Sequence[tuple[Any, str]]) -> list[tuple[Any, str]]:
    """Return the choices, each once, and those that read alike with their ids."""
    once = list(dict(choices).items())
    said = [words for _, words in once]
    return [(name, words if said.count(words) == 1 else f"{words} ({name})") for name, words in once]  # fmt: skip


def _plain(value: Any, path: Path, said: str) -> Facts:
    return {"kind": kept_as(value), "path": list(path), "words": said, "value": value}


def kept_as(value: Any) -> str:
    """Return what a control keeps a value as, so that a number stays a number: text, number, yes_no or yaml."""
    if isinstance(value, dict | list):
        return "yaml"
    if isinstance(value, bool):
        return "yes_no"
    return "number" if isinstance(value, int | float) else "text"


def _title(one: Field) -> str:
    return one.title.get(lang()) or one.id


def _blank(one: Field, ground: Ground) -> Any:
    """Return the value with which a field begins."""
    choices = ground.of_field(one)
    if one.type in WRITTEN:
        return []
    if one.type == FieldType.MULTI_CHOICE:
        return [choices[0][0]] if choices else []
    if choices:
        return choices[0][0]
    return 0 if one.type in NUMBERS else ""
