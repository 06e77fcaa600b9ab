"""Where a setting stands, as a person would say it: the thing that has it with what that belongs to, and what a page calls the setting."""

from __future__ import annotations

from dataclasses import dataclass

from sopwith.definitions.node import Path

from ..languages import lang
from ..wording import gettext as _
from .editors.lenient import inside
from .setting_side import LANGUAGES, Side, concrete, key_words, titled

_ALONE = frozenset({"fields", "items", "states", "policies"})
"""Lists of which an item is known by its title alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a setting stands. thing: what has it, empty for the definition. is_other: its text is not in the page's language."""

    thing: str
    setting: str
    is_other: bool = False

    def says(self, words: str) -> str:
        """Return a sentence on the setting, with the thing before it."""
        return _("%(thing)s: %(words)s", thing=self.thing, words=words) if self.thing else words


def place_of(side: Side, path: Path) -> Place:
    """Return where *path* leads."""
    where = concrete(side.doc, path)
    things: list[str] = []
    labels: list[str] = []
    tongue = ""
    for length in range(1, len(where) + 1):
        here, step = where[:length], where[length - 1]
        value = inside(side.doc, here)
        if step in LANGUAGES and labels:
            tongue = str(step)
            continue
        key = "" if isinstance(step, int) else key_words(side, here)
        name = titled(value) if key in ("", step) else ""
        around = labels.pop() if labels and (name or not key) else ""
        if name and length < len(where):
            things = [*(() if _list_of(where, length) in _ALONE else things), _thing(side.document.kind, where, length, name)]  # fmt: skip
            labels = []
        else:
            labels.append(name or key or _numbered(side, here, around))
    return _placed(where, things, labels, tongue)


def _placed(where: Path, things: list[str], labels: list[str], tongue: str) -> Place:
    *outer, thing = things or [""]
    if outer:
        thing = _("%(thing)s (%(outer)s)", thing=thing, outer=outer[-1])
    setting = _setting(labels)
    if thing and "title" in where[-2:]:
        setting = _("Words")
    is_other = tongue not in ("", lang())
    if is_other:
        setting = _("%(setting)s in English", setting=setting) if tongue == "en" else _("%(setting)s in Chinese", setting=setting)  # fmt: skip
    return Place(thing=thing[:1].upper() + thing[1:], setting=setting, is_other=is_other)


def _setting(labels: list[str]) -> str:
    first, *rest = labels or [""]
    return _("%(setting)s (%(part)s)", setting=first, part=_(", ").join(rest)) if rest else first


def _list_of(where: Path, length: int) -> str:
    """Return the key of the list or mapping that an item stands in."""
    return str(where[length - 2]) if length > 1 else ""


def _thing(kind: str, where: Path, length: int, title: str) -> str:
    """Return what an item is, and what it is called."""
    match _list_of(where, length):
        case "states":
            return _("state “%(title)s”", title=title)
        case "go" if where[length : length + 1] == ("title",):
            return _("button “%(title)s”", title=title)
        case "go":
            return _("way “%(title)s”", title=title)
        case "fields":
            return _("field “%(title)s”", title=title)
        case "items" if kind == "block":
            return _("field “%(title)s”", title=title)
        case "sections":
            return _("section “%(title)s”", title=title)
        case "options" | "items":
            return _("choice “%(title)s”", title=title)
        case "checklist":
            return _("checklist item “%(title)s”", title=title)
        case "branches":
            return _("task “%(title)s”", title=title)
        case _:
            return f"“{title}”"


def _numbered(side: Side, here: Path, around: str) -> str:
    """Return what an item without a title is called: by its number."""
    number = int(here[-1]) + 1
    if side.document.kind == "table" and here[:-1] == ("rows",):
        return _("Row %(number)d", number=number)
    return _("%(list)s no. %(number)d", list=around, number=number)
