"""The note of a release, proposed from what changes: short, the weightiest first, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sopwith.core.text import Text
from sopwith.release.difference import ChangeKind
from sopwith.release.model import Release

from ..admin.wording import kind_word
from ..languages import lang
from ..wording import gettext as _
from ..wording import ngettext
from .changed_processes import SCENARIO, Shown

LONGEST_PROPOSED = 160
LONGEST_SAID = 60
_WEIGHT = {ChangeKind.ADDED: 0, ChangeKind.REMOVED: 1, ChangeKind.CHANGED: 2, ChangeKind.MOVED: 3}
_FIRST = ("form", "workflow", "rule")
_STOPS = "。."


def proposed_note(before: Release | None, after: Release, changes: Sequence[Shown]) -> str:
    """Return what changes in a line; empty where nothing but scenarios does."""
    told = [_clause(before, after, one) for one in sorted(changes, key=_weight) if one.what.kind != SCENARIO]  # fmt: skip
    for count in range(len(told), 0, -1):
        left = len(told) - count
        more = [ngettext("and %(num)d more", "and %(num)d more", left)] if left else []
        said = _("; ").join([*told[:count], *more])
        if len(said) <= LONGEST_PROPOSED:
            return said
    return told[0][: LONGEST_PROPOSED - 1] + "…" if told else ""


def _weight(one: Shown) -> tuple[int, int]:
    kind = one.what.kind
    inner = _FIRST.index(kind) if kind in _FIRST else len(_FIRST)
    has_new = any(it.change == "added" for it in one.said)
    return (0 if has_new else _WEIGHT[one.what.change]), inner


def _clause(before: Release | None, after: Release, one: Shown) -> str:
    said = {"kind": kind_word(one.what.kind), "title": one.what.title.get(lang()) or one.what.id}
    if one.what.change is ChangeKind.ADDED:
        return _("new: %(kind)s “%(title)s”", **said)
    if one.what.change is ChangeKind.REMOVED:
        return _("taken out: %(kind)s “%(title)s”", **said)
    was, now = (_inside(release, one) for release in (before, after))
    new = _named({name: title for name, title in now.items() if name not in was})
    gone = _named({name: title for name, title in was.items() if name not in now})
    is_form = one.what.kind == "form"
    words = []
    if new:
        words.append(_("new field %(names)s", names=new) if is_form else _("new step %(names)s", names=new))  # fmt: skip
    if gone:
        words.append(_("field %(names)s taken out", names=gone) if is_form else _("step %(names)s taken out", names=gone))  # fmt: skip
    words = words or list(_only(one))
    if words:
        return _("%(kind)s “%(title)s”: %(words)s", words=_(", ").join(words), **said)
    return _("%(kind)s “%(title)s” is changed", **said)


def _only(one: Shown) -> Iterator[str]:
    """Yield the sentence on a definition of which one short thing is to be said."""
    if len(one.said) == 1 and len(one.said[0].words) <= LONGEST_SAID and not one.said[0].more:
        yield one.said[0].words.rstrip(_STOPS)


def _inside(release: Release | None, one: Shown) -> Mapping[str, Text]:
    """Return the titles of what a definition is made of: fields of a form, steps of a workflow."""
    if release is None:
        return {}
    if one.what.kind == "form" and (form := release.forms.get(one.what.id)):
        return {field.id: field.title for field in form.fields}
    if one.what.kind == "workflow" and (workflow := release.workflows.get(one.what.id)):
        return {name: state.title for name, state in workflow.states.items()}
    return {}


def _named(titles: Mapping[str, Text]) -> str:
    return _(", ").join(_("“%(name)s”", name=title.get(lang()) or name) for name, title in titles.items())  # fmt: skip
