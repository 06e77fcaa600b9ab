"""Rename, and what would break: every place in a draft that names a thing, and the texts with another name for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..core.span import Span
from ..definitions import IDENTIFIER, KINDS, NAME
from ..definitions.node import Node
from ..definitions.splicing import Cut, carry_out
from ..definitions.writing import scalar
from ..formbuilder.parse_fields import RESERVED
from .naming_model import Naming
from .schema import base_fields

MEANT = frozenset({"title", "description", "priority", "lang", "tags", "requester"})
"""Fields whose id says what they are for."""

_NOT_STATES = frozenset({"previous"})
_PARTS = {"go": "way", "checklist": "item", "branches": "task"}


class RefusedError(ValueError):
    """The thing cannot have this name. reason: unknown, same, form, taken, meant or unsure."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is to be renamed or taken away: a definition, or a part of one.

    part: of a form or record type ``FIELD``, ``FIELD/CHOICE`` or ``TABLE.COLUMN``; of a workflow ``STATE``,
    ``STATE/go/WAY``, ``STATE/checklist/ITEM`` or ``STATE/branches/TASK``; of a taxonomy a choice; of a block a field.
    """

    kind: str
    id: str
    part: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One place that names a thing. document: kind and id of what it stands in. words: the line, without its margin.

    sure: False where it may mean another thing of the same name, so that renaming leaves it.
    """

    document: tuple[str, str]
    span: Span
    words: str
    declares: bool
    sure: bool


@dataclass(frozen=True, slots=True)
class _Found:
    """All that names one thing. sure: what means it; unsure: what may mean another of the same name."""

    what: str
    name: str
    owners: frozenset[str]
    sure: tuple[Naming, ...]
    unsure: tuple[Naming, ...]


def references(names: Sequence[Naming], target: Target) -> tuple[Reference, ...]:
    """Return every place that names *target*, its own first, then in the order of files; raises RefusedError for none.

    names: every name of the draft, as ``Names`` yields them.
    """
    found = _find(names, target)
    told: dict[tuple[str, int, int], Reference] = {}
    for sure, some in ((True, found.sure), (False, found.unsure)):
        for one in some:
            source = one.node.source
            reference = Reference(
                document=one.document,
                span=one.span,
                words=source.line(one.span.line).strip()[:200],
                declares=one.declares,
                sure=sure,
            )
            kept = told.get(one.place)
            if kept is None or (reference.declares and not kept.declares):
                told[one.place] = reference
    return tuple(sorted(told.values(), key=lambda one: (not one.declares, one.span)))


def removal(names: Sequence[Naming], target: Target) -> tuple[Reference, ...]:
    """Return what would name nothing any more once *target* is gone."""
    found = _find(names, target)
    gone = [_whole(one, target).span for one in found.sure if one.declares]
    return tuple(
        one
        for one in references(names, target)
        if one.sure and not one.declares and not any(_covers(span, one.span) for span in gone)
    )


def rename(
    names: Sequence[Naming], files: Mapping[str, str], target: Target, new: str
) -> dict[str, str]:
    """Return the texts of the files that change when *target* is called *new*; raises RefusedError."""
    found = _find(names, target)
    _check(names, found, new)
    cuts: dict[str, set[Cut]] = {}
    for one in found.sure:
        span = one.span
        source = one.node.source
        start = source.offset(span.line, span.column)
        end = source.offset(span.end_line, span.end_column)
        cuts.setdefault(span.path, set()).add(Cut(start, end, _written(one, source.text[start:end], new)))  # fmt: skip
    return {path: carry_out(files[path], sorted(some)).text for path, some in cuts.items()}


def _written(one: Naming, old: str, new: str) -> str:
    """Return how *new* stands in place of *old*: in the same quotes, or in some where it needs them."""
    if old[:1] in ("'", '"'):
        return f"{old[0]}{new}{old[0]}"
    whole = (one.at is None and not one.behind) or (
        one.node.style == "plain" and one.node.words == one.name
    )
    return scalar(new, flow=True) if whole else new


def _find(names: Sequence[Naming], target: Target) -> _Found:
    what, name, owners = _meant(names, target)
    same = [one for one in names if one.what == what and one.name == name]
    by_place: dict[tuple[str, int, int], list[Naming]] = {}
    for one in same:
        by_place.setdefault(one.place, []).append(one)
    grown = True
    while grown:  # what stands in a block belongs to all that use it
        grown = False
        for some in by_place.values():
            here = frozenset().union(*(one.owners for one in some if not one.loose))
            if here & owners and not here <= owners and len(some) > 1:
                owners, grown = owners | here, True
    sure = tuple(one for one in same if (one.owners <= owners if one.loose else one.owners & owners))  # fmt: skip
    unsure = tuple(one for one in same if one.loose and one.owners & owners and not one.owners <= owners)  # fmt: skip
    return _Found(what, name, owners, sure, unsure)


def _meant(names: Sequence[Naming], target: Target) -> tuple[str, str, frozenset[str]]:
    """Return what *target* is: its kind, its name and what it belongs to."""
    if not target.part:
        if target.kind in KINDS and any((one.what, one.name, one.declares) == (target.kind, target.id, True) for one in names):  # fmt: skip
            return target.kind, target.id, frozenset([""])
        raise RefusedError("unknown")
    steps = target.part.split("/")
    what, name, of = "field", steps[-1], ""
    if target.kind == "workflow":
        what = _PARTS.get(steps[1], "") if len(steps) == 3 else "state"
    elif target.kind == "taxonomy":
        what = "choice"
    elif len(steps) == 2:
        what, of = "choice", steps[0]
    elif "." in name:
        of, _sign, name = name.partition(".")
        what = "column"
    key = (target.kind, target.id)
    own = [one for one in names if one.declares and (one.what, one.name) == (what, name) and (one.document == key or _stands_in(one, target))]  # fmt: skip
    owners = frozenset().union(*(one.owners for one in own if not of or _belongs(one, of)))
    if not owners:
        raise RefusedError("unknown")
    return what, name, owners


def _stands_in(one: Naming, target: Target) -> bool:
    """Return whether a part of a block stands in the block that is meant."""
    if target.kind != "block":
        return False
    root = one.node
    while root.parent is not None:
        root = root.parent
    own = root.get("id")
    return own is not None and own.words == target.id


def _belongs(one: Naming, of: str) -> bool:
    return any(owner.split("#")[-1] == of for owner in one.owners)


def _check(names: Sequence[Naming], found: _Found, new: str) -> None:
    """Raise RefusedError unless what was found can be called *new*."""
    if new == found.name:
        raise RefusedError("same")
    pattern = NAME if found.what == "choice" else IDENTIFIER
    if not pattern.fullmatch(new):
        raise RefusedError("form")
    if found.what == "field" and (found.name in MEANT or new in base_fields() or new in MEANT):
        raise RefusedError("meant")
    if found.what in ("field", "column") and ("-" in new or new in RESERVED):
        raise RefusedError("form")
    if found.what == "state" and new in _NOT_STATES:
        raise RefusedError("meant")
    if any(
        one.declares and one.what == found.what and one.name == new and one.owners & found.owners
        for one in names
    ):
        raise RefusedError("taken")


def _whole(one: Naming, target: Target) -> Node:
    """Return what goes away with a thing: the state, the field, the choice, the whole definition."""
    node = one.node if one.at is None else one.node.parent or one.node
    if not target.part:
        while node.parent is not None:
            node = node.parent
    return node


def _covers(outer: Span, inner: Span) -> bool:
    return outer.path == inner.path and (outer.line, outer.column) <= (inner.line, inner.column) <= (outer.end_line, outer.end_column)  # fmt: skip
