"""What changes in a definition of a kind without sentences of its own: each setting by its title, what it was and what it is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sopwith.core.span import Span
from sopwith.definitions import Document
from sopwith.definitions.node import Path
from sopwith.expressions import compile_expression
from sopwith.release.difference import ChangeKind, Difference
from sopwith.release.model import Release
from sopwith.release.names import Names as Scopes

from ..admin.rule_words import duration_words, who_words
from ..admin.titles import Names
from ..admin.wording import metric_word
from ..desk.view_columns import column_title
from ..languages import lang
from ..wording import gettext as _
from ..wording import ngettext
from .bench import KNOWN
from .editors.controls import Control, control_at
from .editors.lenient import inside, mapping, words

MOST_SAID = 14
LONGEST = 90
_DURATION = re.compile(r"[0-9]{1,9}(?:s|m|h|d|w|bs|bm|bh|bd)")
_LANGUAGES = ("en", "zh-CN")
_HERE = Span("", 1, 1)
Said = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Side:
    """A definition as it was, or as it is now, with the release and the documents that it stands in."""

    release: Release
    document: Document
    documents: Sequence[Document]

    @cached_property
    def doc(self) -> Mapping[str, Any]:
        """Return the definition as a plain value."""
        return self.document.value

    @cached_property
    def names(self) -> Names:
        """Return the titles of what the definition names."""
        about = (
            self.document.id if self.document.kind == "record_type" else self.doc.get("record_type")
        )
        return Names.of(self.release, str(about or "any"))

    @cached_property
    def _scopes(self) -> Scopes:
        return Scopes(self.documents, KNOWN)

    def condition(self, path: Path, text: str) -> str:
        """Return the condition at *path* in words; as it is written where it cannot be understood."""
        scope = self._scopes.scope(self.document, path)
        expression, _found = compile_expression(text, scope.schema, _HERE, want=scope.want)
        return expression.words(lang(), scope.labels) if expression is not None else text


def setting_sentences(old: Side, new: Side, parts: Sequence[Difference]) -> Iterator[Said]:
    """Yield a change (added, removed, changed, moved) and its sentence for each part that is not as it was."""
    told: dict[Said, None] = {}
    anew = _anew(old, new, parts)
    for part in parts:
        if (around := _concrete(new.doc, part.path[:-1])) in anew:
            told["changed", anew[around]] = None
            continue
        if part.path[:1] in (("title",), ("id",), ("kind",)) and _is_told_elsewhere(part):
            continue
        told[_sentence(old, new, part)] = None
    yield from list(told)[:MOST_SAID]
    if len(told) > MOST_SAID:
        left = len(told) - MOST_SAID
        yield "changed", ngettext("and %(num)d more change, as the text shows", "and %(num)d more changes, as the text shows", left)  # fmt: skip


def _anew(old: Side, new: Side, parts: Sequence[Difference]) -> Mapping[Path, str]:
    """Return a sentence for each short list of plain values in which more than one is another one, by its place."""
    places = Counter(_concrete(new.doc, part.path[:-1]) for part in parts)
    found: dict[Path, str] = {}
    for path, count in places.items():
        was, now = (inside(side.doc, _concrete(side.doc, path)) for side in (old, new))
        if count > 1 and path and _is_plain_list(was) and _is_plain_list(now):
            said = [_(", ").join(_value(side, (*path, 0), one, side) for one in some) for side, some in ((old, was), (new, now))]  # fmt: skip
            if not any(map(_is_long, said)):
                found[path] = _("“%(what)s” is “%(now)s” now (before: “%(was)s”).", what=_place(new, path), was=said[0], now=said[1])  # fmt: skip
    return found


def _is_plain_list(value: Any) -> bool:
    return isinstance(value, list) and not any(isinstance(one, list | dict) for one in value)


def _is_told_elsewhere(part: Difference) -> bool:
    """Return whether the sentence on the title tells the part: it is in the page's language."""
    is_title = part.path in (("title",), ("title", lang()))
    return is_title and isinstance(part.before, str) and isinstance(part.after, str)


def _sentence(old: Side, new: Side, part: Difference) -> Said:
    match part.change:
        case ChangeKind.MOVED:
            what = _place(new, part.path[:-1])
            return "moved", _("The order in “%(what)s” is another one.", what=what) if what else _("Only the order in which people see it is another one.")  # fmt: skip
        case ChangeKind.ADDED:
            return "added", _added(new, part)
        case ChangeKind.REMOVED:
            return "removed", _removed(old, part)
        case _:
            return "changed", _changed(old, new, part)


def _added(new: Side, part: Difference) -> str:
    now = _value(new, part.path, part.after)
    if sla := _promise(new, part.path):
        return _("“%(policy)s”: %(metric)s is promised within %(now)s now; nothing was promised before.", now=now, **sla)  # fmt: skip
    if _is_item(new, part.path):
        return _("New in “%(what)s”: %(now)s.", what=_place(new, part.path[:-1]), now=now)
    what = _place(new, part.path)
    if _is_long(now):
        return _("“%(what)s” is written now; it was empty before.", what=what)
    return _("“%(what)s” is “%(now)s” now; it was not set before.", what=what, now=now)


def _removed(old: Side, part: Difference) -> str:
    was = _value(old, part.path, part.before)
    if sla := _promise(old, part.path):
        return _("“%(policy)s”: %(metric)s is not promised any more (before: within %(was)s).", was=was, **sla)  # fmt: skip
    if _is_item(old, part.path):
        return _("Taken out of “%(what)s”: %(was)s.", what=_place(old, part.path[:-1]), was=was)
    what = _place(old, part.path)
    if _is_long(was):
        return _("“%(what)s” is empty now.", what=what)
    return _("“%(what)s” is not set any more (before: “%(was)s”).", what=what, was=was)


def _changed(old: Side, new: Side, part: Difference) -> str:
    is_title = part.path[-1:] == ("title",) or part.path[-2:] == ("title", lang())
    if is_title and isinstance(part.before, str) and isinstance(part.after, str):
        return _("“%(old)s” is called “%(new)s” now.", old=part.before, new=part.after)
    was, now = _value(old, part.path, part.before, new), _value(new, part.path, part.after)
    if sla := _promise(new, part.path):
        return _("“%(policy)s”: %(metric)s is promised within %(now)s (before: %(was)s).", was=was, now=now, **sla)  # fmt: skip
    what = _place(new, part.path)
    if _is_long(was) or _is_long(now):
        return _("“%(what)s” is worded anew.", what=what)
    return _("“%(what)s” is “%(now)s” now (before: “%(was)s”).", what=what, now=now, was=was)


def _is_long(said: str) -> bool:
    return len(said) > LONGEST


def _promise(side: Side, path: Path) -> Mapping[str, str] | None:
    """Return the policy, and what is promised for which value, where *path* is one promised time."""
    if side.document.kind != "sla" or path[:1] != ("policies",) or path[2:3] != ("targets",):
        return None
    if len(path) not in (4, 5) or path[-1] in ("calendar", "role", "field") or path[3] == "promise":
        return None
    if len(path) == 4 and isinstance(inside(side.doc, _concrete(side.doc, path)), dict):
        return None
    policy = mapping(inside(side.doc, _concrete(side.doc, path[:2])))
    metric = metric_word(str(path[3]))
    if len(path) == 5:
        value = side.names.value(words(side.doc.get("by")) or "priority", path[4])
        metric = _("%(metric)s for “%(value)s”", metric=metric, value=value)
    return {"policy": _label(policy.get("title")) or words(policy.get("id")), "metric": metric}


# --- where it stands ------------------------------------------------------------------------------


def _concrete(doc: Any, path: Path) -> Path:
    """Return *path* with the numbers of items instead of their ids."""
    found: list[str | int] = []
    value = doc
    for step in path:
        if isinstance(value, list) and isinstance(step, str):
            number = next((place for place, one in enumerate(value) if _name(one) == step), None)
            step = step if number is None else number
        found.append(step)
        value = inside(value, (step,))
    return tuple(found)


def _name(item: Any) -> str:
    known = mapping(item)
    return next((known[key] for key in ("id", "key", "name") if isinstance(known.get(key), str)), "")  # fmt: skip


def _is_item(side: Side, path: Path) -> bool:
    return isinstance(inside(side.doc, _concrete(side.doc, path[:-1])), list)


def _place(side: Side, path: Path) -> str:
    """Return where *path* leads, by titles; what is inside a titled item does not name the list around it."""
    concrete = _concrete(side.doc, path)
    found: list[str] = []
    for length in range(1, len(concrete) + 1):
        here, step = concrete[:length], concrete[length - 1]
        value = inside(side.doc, here)
        if isinstance(step, int):
            around = found.pop() if found else ""
            titled = _titled(value)
            is_row = side.document.kind == "table" and here[:-1] == ("rows",)
            found.append(titled or (_("Row %(number)d", number=step + 1) if is_row else _("%(list)s no. %(number)d", list=around, number=step + 1)))  # fmt: skip
        elif step in _LANGUAGES and found:
            found += [] if step == lang() else [_("English") if step == "en" else _("Chinese")]
        else:
            key = _key(side, here)
            if key == step and found and _titled(value):
                found.pop()
            found.append(_titled(value) or key if key == step else key)
    return _(", ").join(one for one in found if one)


def _key(side: Side, path: Path) -> str:
    """Return what a page calls the key at the end of *path*."""
    step = str(path[-1])
    control = _control(side, path)
    if control is not None and control.label != step.replace("_", " "):
        return control.label
    title = side.names.field(step)
    by = words(side.doc.get("by")) or "priority"
    return title if title != step else side.names.value(by, step)


def _control(side: Side, path: Path) -> Control | None:
    """Return how the value at *path* is changed; the fields of a shared block are like those of forms."""
    if side.document.kind == "block" and path[:1] == ("items",) and len(path) > 2:
        form = {"sections": [{"fields": [inside(side.doc, path[:2])]}]}
        return control_at("form", form, ("sections", 0, "fields", 0, *path[2:]))
    return control_at(side.document.kind, side.doc, path)


def _titled(item: Any) -> str:
    """Return what an item is called, empty where it has no title."""
    return _label(mapping(item).get("title"))


def _label(value: Any) -> str:
    if isinstance(value, dict):
        return words(value.get(lang())) or next((words(one) for one in value.values()), "")
    return words(value)


# --- what it says ---------------------------------------------------------------------------------


def _value(side: Side, path: Path, value: Any, like: Side | None = None) -> str:
    """Return *value* in words. like: in which version its place is looked up, where that is another."""
    where = like or side
    concrete = _concrete(where.doc, path)
    control = _control(where, concrete)
    if value is None:
        return _("nothing")
    if isinstance(value, dict) and (title := _titled(value)):
        return f"“{title}”"
    if control is not None and control.value == value and (control.parts or control.kind == "list"):
        return _composed(side, control)
    return _plain(side, concrete, value, control)


def _composed(side: Side, control: Control) -> str:
    """Return a value of several parts: each with its title, without ids."""
    if control.kind == "words" or not control.parts:
        return _plain(side, control.path, control.value, control)
    if control.kind == "list":
        return _(", ").join(_titled(one.value) or _composed(side, one) for one in control.parts)
    parts = [one for one in control.parts if one.value is not None and one.key != "id"]
    return _(", ").join(f"{_key(side, one.path)}{_(': ')}{_titled(one.value) or _composed(side, one)}" for one in parts)  # fmt: skip


def _plain(side: Side, path: Path, value: Any, control: Control | None) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return _(", ").join(_plain(side, path, one, control) for one in value) or _("nothing")
    if isinstance(value, dict):
        if set(value) <= set(_LANGUAGES):
            return _label(value)
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
    known = _control(side, path)
    return f"{_key(side, path)}{_(': ')}{_plain(side, path, value, known)}"


def _column_title(side: Side, name: str) -> str:
    """Return what a column of a list is called; of one that is sorted by, which way round."""
    kind = side.release.record_types.get(str(side.doc.get("record_type")))
    title = column_title(name.removeprefix("-"), kind)
    return _("%(column)s, descending", column=title) if name.startswith("-") else title


def _around(side: Side, path: Path) -> str:
    """Return what the items of the list name that *path* is one of."""
    if side.document.kind == "record_type" and path[0] == "access":
        return "role"
    control = _control(side, path[:-1]) if isinstance(path[-1], int) else None
    return control.refers if control is not None else ""


def _column(side: Side, path: Path) -> str:
    """Return the field of which a cell of a decision table holds a value."""
    is_cell = side.document.kind == "table" and len(path) > 2 and path[0] in ("rows", "default")
    names = [str(one) for one in path[1:] if isinstance(one, str) and one not in ("when", "then")]
    return names[0] if is_cell and names else ""


def _rule(names: Names, name: str) -> str:
    rule = names.release.rules.get(name)
    return _label({"en": rule.title.get("en"), "zh-CN": rule.title.get("zh-CN")}) if rule else name


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
