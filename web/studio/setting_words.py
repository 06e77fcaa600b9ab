"""What changes in a definition of a kind without sentences of its own: each setting by its title, what it was and what it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sopwith.definitions.node import Path
from sopwith.release.difference import ChangeKind, Difference

from ..admin.wording import metric_word
from ..languages import lang
from ..wording import gettext as _
from ..wording import ngettext
from .editors.lenient import inside, mapping, words
from .setting_places import Place, place_of
from .setting_side import Side, concrete, is_item, label_of
from .setting_values import value_of

MOST_SAID = 14
LONGEST = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A sentence on one change: added, removed, changed or moved. is_other: it is on a text in the other language."""

    change: str
    words: str
    is_other: bool = False


def setting_sentences(old: Side, new: Side, parts: Sequence[Difference]) -> Iterator[Said]:
    """Yield a sentence for each part that is not as it was."""
    told: dict[Said, None] = {}
    anew = _anew(old, new, parts)
    for part in parts:
        if (around := concrete(new.doc, part.path[:-1])) in anew:
            told[Said(change="changed", words=anew[around])] = None
            continue
        if part.path[:1] in (("title",), ("id",), ("kind",)) and _is_told_elsewhere(part):
            continue
        told[_sentence(old, new, part)] = None
    yield from shortened(list(told))


def shortened(told: Sequence[Said]) -> Iterator[Said]:
    """Yield the first of many sentences, and how many more there are."""
    yield from told[:MOST_SAID]
    left = len(told) - MOST_SAID
    if left > 0:
        more = ngettext("and %(num)d more change, as the text shows", "and %(num)d more changes, as the text shows", left)  # fmt: skip
        yield Said(change="changed", words=more)


def _anew(old: Side, new: Side, parts: Sequence[Difference]) -> Mapping[Path, str]:
    """Return a sentence for each short list of plain values in which more than one is another one, by its place."""
    places = Counter(concrete(new.doc, part.path[:-1]) for part in parts)
    found: dict[Path, str] = {}
    for path, count in places.items():
        was, now = (inside(side.doc, concrete(side.doc, path)) for side in (old, new))
        if count > 1 and path and _is_plain_list(was) and _is_plain_list(now):
            said = [_(", ").join(value_of(side, (*path, 0), one, side) for one in some) for side, some in ((old, was), (new, now))]  # fmt: skip
            if not any(map(_is_long, said)):
                place = place_of(new, path)
                found[path] = place.says(_("“%(what)s” is “%(now)s” now (before: “%(was)s”).", what=place.setting, was=said[0], now=said[1]))  # fmt: skip
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
            return Said(change="moved", words=_moved(place_of(new, part.path[:-1])))
        case ChangeKind.ADDED:
            is_in_list = is_item(new, part.path)
            place = place_of(new, part.path[:-1] if is_in_list else part.path)
            words = _promised(new, part) or place.says(_added(new, part, place, is_in_list=is_in_list))  # fmt: skip
            return Said(change="added", words=words, is_other=place.is_other)
        case ChangeKind.REMOVED:
            is_in_list = is_item(old, part.path)
            place = place_of(old, part.path[:-1] if is_in_list else part.path)
            words = _promised(old, part) or place.says(_removed(old, part, place, is_in_list=is_in_list))  # fmt: skip
            return Said(change="removed", words=words, is_other=place.is_other)
        case _:
            place = place_of(new, part.path)
            words = _named_anew(part) or _promised_anew(old, new, part) or place.says(_changed(old, new, part, place))  # fmt: skip
            return Said(change="changed", words=words, is_other=place.is_other)


def _moved(place: Place) -> str:
    if not place.setting:
        return _("Only the order in which people see it is another one.")
    return place.says(_("The order in “%(what)s” is another one.", what=place.setting))


def _added(new: Side, part: Difference, place: Place, *, is_in_list: bool) -> str:
    now, what = value_of(new, part.path, part.after), place.setting
    if is_in_list:
        return _("New in “%(what)s”: %(now)s.", what=what, now=now)
    if _is_long(now):
        return _("“%(what)s” is written now; it was empty before.", what=what)
    return _("“%(what)s” is “%(now)s” now; it was not set before.", what=what, now=now)


def _removed(old: Side, part: Difference, place: Place, *, is_in_list: bool) -> str:
    was, what = value_of(old, part.path, part.before), place.setting
    if is_in_list:
        return _("Taken out of “%(what)s”: %(was)s.", what=what, was=was)
    if _is_long(was):
        return _("“%(what)s” is empty now.", what=what)
    return _("“%(what)s” is not set any more (before: “%(was)s”).", what=what, was=was)


def _changed(old: Side, new: Side, part: Difference, place: Place) -> str:
    was, now = value_of(old, part.path, part.before, new), value_of(new, part.path, part.after)
    what = place.setting
    if _is_long(was) or _is_long(now):
        return _("“%(what)s” is worded anew.", what=what)
    return _("“%(what)s” is “%(now)s” now (before: “%(was)s”).", what=what, now=now, was=was)


def _named_anew(part: Difference) -> str:
    is_title = part.path[-1:] == ("title",) or part.path[-2:] == ("title", lang())
    if is_title and isinstance(part.before, str) and isinstance(part.after, str):
        return _("“%(old)s” is called “%(new)s” now.", old=part.before, new=part.after)
    return ""


def _promised(side: Side, part: Difference) -> str:
    """Return the sentence on a time that is promised now, or not any more; empty for anything else."""
    sla = _promise(side, part.path)
    if sla is None:
        return ""
    if part.change is ChangeKind.ADDED:
        return _("“%(policy)s”: %(metric)s is promised within %(now)s now; nothing was promised before.", now=value_of(side, part.path, part.after), **sla)  # fmt: skip
    return _("“%(policy)s”: %(metric)s is not promised any more (before: within %(was)s).", was=value_of(side, part.path, part.before), **sla)  # fmt: skip


def _promised_anew(old: Side, new: Side, part: Difference) -> str:
    sla = _promise(new, part.path)
    if sla is None:
        return ""
    was, now = value_of(old, part.path, part.before, new), value_of(new, part.path, part.after)
    return _("“%(policy)s”: %(metric)s is promised within %(now)s (before: %(was)s).", was=was, now=now, **sla)  # fmt: skip


def _is_long(said: str) -> bool:
    return len(said) > LONGEST


def _promise(side: Side, path: Path) -> Mapping[str, str] | None:
    """Return the policy, and what is promised for which value, where *path* is one promised time."""
    if side.document.kind != "sla" or path[:1] != ("policies",) or path[2:3] != ("targets",):
        return None
    if len(path) not in (4, 5) or path[-1] in ("calendar", "role", "field") or path[3] == "promise":
        return None
    if len(path) == 4 and isinstance(inside(side.doc, concrete(side.doc, path)), dict):
        return None
    policy = mapping(inside(side.doc, concrete(side.doc, path[:2])))
    metric = metric_word(str(path[3]))
    if len(path) == 5:
        value = side.names.value(words(side.doc.get("by")) or "priority", path[4])
        metric = _("%(metric)s for “%(value)s”", metric=metric, value=value)
    return {"policy": label_of(policy.get("title")) or words(policy.get("id")), "metric": metric}
