"""Rules of a draft whose value does not stay: another rule sets the same field right after them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sopwith.core.span import Span
from sopwith.definitions import read_nodes
from sopwith.rules.model import Rule
from sopwith.rules.overwriting import Overwrite, fire_together, narrows, overwrites, runs_before
from sopwith.store.releases import Draft, release_of

from ..admin.titles import Names as Titles
from ..languages import lang
from ..visitor import get_service
from ..wording import gettext as _
from .bench import Bench

MOST_KEPT = 4
_kept: OrderedDict[int, tuple[Bench, list[tuple[Rule, Overwrite]]]] = OrderedDict()
_lock = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """A rule that nobody has given a place among the others yet, and the first rule that overwrites what it sets.

    path: of the value that does not stay.
    """

    rule: Rule
    by: Overwrite
    path: tuple[str | int, ...]
    span: Span

    def words(self, bench: Bench) -> str:
        """Return what becomes of the value, in the page's language."""
        titles = Titles.of(bench.partly, self.rule.record_type)
        return _("“%(other)s” sets %(field)s to %(theirs)s right after it, so that its %(mine)s does not stay; open the rule to change which runs first", **said(self.by, titles))  # fmt: skip


def said(one: Overwrite, titles: Titles) -> dict[str, str]:
    """Return who overwrites what, in words."""
    return {
        "other": one.other.title.get(lang()) or one.other.id,
        "field": titles.field(one.field),
        "mine": _value(one.mine, one.field, titles),
        "theirs": _value(one.theirs, one.field, titles),
    }


def _value(value: Any, field: str, titles: Titles) -> str:
    return _("what it works out") if value is None else titles.value(field, value)


def lost_in(draft: Draft, bench: Bench) -> list[Lost]:
    """Return the rules made or changed in *draft* that run before all others and are overwritten for it.

    A new rule begins before all others; whoever moves it among them has chosen who has the last word. A rule that
    speaks of fewer cases may well overwrite a general one.
    """
    possible = _overwritten(bench)
    if not possible or draft.from_release is None:
        return []
    with get_service().database.reading() as connection:
        begun = release_of(connection, draft.from_release)
    known = _unchanged(bench, begun.documents if begun is not None else {})
    found = []
    for rule, by in possible:
        settled = [one for one in _active(bench) if one.id in known and one.record_type == rule.record_type]  # fmt: skip
        if rule.id not in known and settled and all(runs_before(rule, one) for one in settled):
            found.append(_lost(rule, by))
    return found


def _lost(rule: Rule, by: Overwrite) -> Lost:
    place = next((n for n, one in enumerate(rule.then) if one.kind == "set" and by.field in one.args), 0)  # fmt: skip
    return Lost(rule=rule, by=by, path=("then", place, "set", by.field), span=rule.span)


def _active(bench: Bench) -> Sequence[Rule]:
    return [one for one in bench.partly.rules.values() if one.enabled]


def _overwritten(bench: Bench) -> list[tuple[Rule, Overwrite]]:
    """Return every rule that is overwritten, with what overwrites it first; kept for the drafts looked at last."""
    with _lock:
        found = _kept.get(id(bench))
    if found is None:
        pairs = ((rule, _overwriting(rule, bench)) for rule in _active(bench))
        found = bench, [(rule, by) for rule, by in pairs if by is not None]
        with _lock:
            _kept[id(bench)] = (
                found  # the bench itself with it: nothing else gets its number meanwhile
            )
            while len(_kept) > MOST_KEPT:
                _kept.popitem(last=False)
    return found[1]


def _overwriting(rule: Rule, bench: Bench) -> Overwrite | None:
    """Return the first overwriting of what *rule* sets by one that is not about a part of its cases only."""
    mine = _set(rule)
    others = [
        one
        for one in (_active(bench) if mine else ())
        if one.id != rule.id
        and not mine.isdisjoint(_set(one))
        and ("any" in (one.record_type, rule.record_type) or one.record_type == rule.record_type)
        and runs_before(rule, one)
        and not narrows(one, rule)
        and fire_together(one, rule)
    ]
    found = (one for one in overwrites(rule, others) if one.field not in _asked(one.other))
    return next(found, None)


def _set(rule: Rule) -> set[str]:
    return {name for one in rule.then if one.kind == "set" for name in one.args}


def _asked(rule: Rule) -> frozenset[str]:
    return frozenset() if rule.when is None else rule.when.names


def _unchanged(bench: Bench, begun: Mapping[str, str]) -> set[str]:
    """Return the ids of the rules that say what they said when the draft was begun."""
    before: dict[str, list[Any]] = {}
    found = set()
    for one in bench.documents:
        if one.kind != "rule" or one.path not in begun:
            continue
        if one.path not in before:
            before[one.path] = [root.value for root in _roots(begun[one.path], one.path)]
        if one.value in before[one.path]:
            found.add(one.id)
    return found


def _roots(text: str, path: str) -> Iterator[Any]:
    roots, _found = read_nodes(text, path)
    yield from roots
