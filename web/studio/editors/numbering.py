"""Where each definition of a draft is written, as operations count: the file, and its number there."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping

from sopwith.definitions import read_nodes

from .subject import Subject

MOST_KEPT = 4
_kept: OrderedDict[tuple[str, int, str], Mapping[tuple[str, str], tuple[str, int]]] = OrderedDict()


def numbers_of(subject: Subject, kind: str) -> Mapping[tuple[str, str], tuple[str, int]]:
    """Return for every definition of *kind* its file and its number in it; kept for a few revisions."""
    key = (subject.draft.id, subject.draft.revision, kind)
    found = _kept.get(key)
    if found is None:
        found = _kept[key] = _numbers(subject, kind)
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return found


def _numbers(subject: Subject, kind: str) -> dict[tuple[str, str], tuple[str, int]]:
    found: dict[tuple[str, str], tuple[str, int]] = {}
    places: dict[str, list[tuple[int, int, int, int]]] = {}
    for one in subject.bench.documents:
        if one.kind != kind or one.path not in subject.draft.documents:
            continue
        if one.path not in places:
            roots, _wrong = read_nodes(subject.draft.documents[one.path], one.path)
            places[one.path] = [root.place for root in roots]
        if one.node.place in places[one.path]:
            found[one.key] = (one.path, places[one.path].index(one.node.place))
    return found
