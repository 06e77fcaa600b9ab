"""What is born in the studio comes with stock words in both languages: rewritten in one, the other one is missing.

"New field" that becomes "Invoice" is not "新字段" any more. Whatever makes something writes its words so that this module
finds them: it asks the makers themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from sopwith.core.text import LANGS, Text
from sopwith.definitions import read_nodes
from sopwith.definitions.node import Path
from sopwith.definitions.operations import Clear, Operation, OperationError, Put, Set, value_at
from sopwith.release.making import FOLDERS, make
from sopwith.release.model import Release
from sopwith.runtime.drafting import Change, Gesture

from .editors import form_field, form_palette, playbooks, record_types, rosters, sla, taxonomies
from .editors.workflow_blanks import ITEM, TASK, TITLES, Near, asking, blank_state
from .rule_names import UNNAMED

Pair = tuple[str, str]
Before = Callable[[str], Iterable[str]]
_NUMBER = re.compile(r"\d+")
_COPY = (" (copy)", "（副本）")
_SAYS_NOTHING = (
    *(
        "New ",
        "First choice",
        "Second choice",
        "Choice ",
        "First kind",
        "Second kind",
        "First, part",
    ),
    *("Task ", "Short answer", "Long answer", "Brought along", "What to know"),
)
"""How stock words begin that are nobody's title, even where they were published."""


def without_stale_words(changes: Sequence[Change], now: Mapping[str, str], before: Before) -> list[Change]:  # fmt: skip
    """Return *changes*, with the other language taken out where one language of stock words is rewritten.

    now: the draft's files. before: gives the texts that a file came from; stock words that stood there are somebody's title.
    """
    found: list[Change] = []
    for change in changes:
        found += _mended(change, now, before) if isinstance(change, Gesture) else (change,)
    return found


def _mended(change: Gesture, now: Mapping[str, str], before: Before) -> Iterator[Change]:  # fmt: skip
    path = _label_path(change.operation)
    root = _root(now.get(change.file), change) if path else None
    pair = _pair(root, path) if path and root is not None else None
    tongue = _rewritten(change.operation, pair) if pair else ""
    if not path or not pair or not tongue or not _is_stock(pair) or _was_said(root, path, pair, change.file, before):  # fmt: skip
        yield change
        return
    if isinstance(change.operation, Set | Put) and isinstance(change.operation.value, dict):
        kept = Set(path=path, value={tongue: change.operation.value[tongue]})
        yield Gesture(file=change.file, document=change.document, operation=kept)
        return
    yield change
    other = next(one for one in LANGS if one != tongue)
    yield Gesture(file=change.file, document=change.document, operation=Clear(path=(*path, other)))


def _label_path(operation: Operation) -> Path:
    """Return where the words stand that *operation* gives, () for any other operation."""
    if not isinstance(operation, Set | Put):
        return ()
    if isinstance(operation.value, dict):
        return operation.path if operation.value.keys() <= set(LANGS) else ()
    return operation.path[:-1] if operation.path[-1:] and operation.path[-1] in LANGS else ()


def _root(text: str | None, change: Gesture) -> Any:
    roots = read_nodes(text, change.file)[0] if text else ()
    return roots[change.document].value if 0 <= change.document < len(roots) else None


def _pair(root: Any, path: Path) -> Pair | None:
    """Return the words at *path*, if they are there in both languages."""
    try:
        held = value_at(root, path)
    except OperationError:
        return None
    if not isinstance(held, dict) or not all(isinstance(held.get(one), str) for one in LANGS):
        return None
    return held["en"], held["zh-CN"]


def _rewritten(operation: Operation, pair: Pair | None) -> str:
    """Return the one language that *operation* gives other words, empty for none or both."""
    if pair is None or not isinstance(operation, Set | Put):
        return ""
    value = operation.value if isinstance(operation.value, dict) else {operation.path[-1]: operation.value}  # fmt: skip
    new = [one for one, words in zip(LANGS, pair, strict=True) if isinstance(value.get(one), str) and value[one].strip() and value[one] != words]  # fmt: skip
    return new[0] if len(new) == 1 else ""


def _was_said(root: Any, path: Path, pair: Pair, file: str, before: Before) -> bool:  # fmt: skip
    """Return whether the same words stood there before the draft was begun, as somebody's title."""
    if pair[0].startswith(_SAYS_NOTHING) or _is_copy(pair):
        return False
    mine = (_name(root, path[:-1]), path[-1], pair)
    roots = (root for text in before(file) for root in read_nodes(text, file)[0])
    return any(mine in _said(one.value, "") for one in roots)


def _name(root: Any, path: Path) -> str:
    held = value_at(root, path)
    return _own_name(held, str(path[-1]) if path else "")


def _own_name(held: Any, key: str) -> str:
    named = (held.get(one) for one in ("id", "to")) if isinstance(held, dict) else ()
    return next((str(one) for one in named if one is not None), key)


def _said(value: Any, key: str) -> Iterator[tuple[str, str | int, Pair]]:
    """Yield whose words each label is, at which key, and the words."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()  # fmt: skip
    for step, one in inner:
        if isinstance(one, dict) and all(isinstance(one.get(tongue), str) for tongue in LANGS):
            yield _own_name(value, key), step, (one["en"], one["zh-CN"])
        yield from _said(one, str(step))


def _is_stock(pair: Pair) -> bool:
    return _is_copy(pair) or _plain(pair) in stock()


def _is_copy(pair: Pair) -> bool:
    return pair[0].endswith(_COPY[0]) and pair[1].endswith(_COPY[1])


def _plain(pair: Pair) -> Pair:
    """Return the words with every number the same: "Choice 3" is made like "Choice 4"."""
    return _NUMBER.sub("#", pair[0]), _NUMBER.sub("#", pair[1])


@cache
def stock() -> frozenset[Pair]:
    """Return every pair of words that something is born with, numbers as "#"."""
    return frozenset(_plain(pair) for _name, _key, pair in _said(list(_made()), ""))


def _made() -> Iterator[Any]:
    """Yield one of each thing that the studio makes."""
    for kind in form_palette.ICONS:
        yield form_palette.new_field(kind, ())
    yield form_palette.new_section((), {})
    yield form_palette.brought_section("")
    yield form_field.new_option([])
    for kind in TITLES:
        yield blank_state(kind, Near(owner={"keep": True, "team": "first"}, target="on"))
    yield asking("on")
    yield from (ITEM, TASK, record_types.NEW_FIELD, sla.NEW_POLICY, taxonomies.new_choice({}))
    yield playbooks.blanks({})
    yield rosters.SHIFT_TITLES
    yield {"title": {"en": UNNAMED.en, "zh-CN": UNNAMED.zh}}
    for kind in FOLDERS:
        yield [new.value for new in make(kind, "new", Text(), Release(hash=""), {})]
