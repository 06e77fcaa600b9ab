"""What a whole definition says, for one that is new or taken out: each of its settings by its title."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sopwith.definitions.node import Path

from ..wording import gettext as _
from .setting_places import place_of
from .setting_side import LANGUAGES, Side, label_of, titled
from .setting_values import value_of
from .setting_words import Said, shortened

LONGEST = 240
_UNTOLD = frozenset({"kind", "id", "title", "record_type", "version"})


def setting_list(side: Side, change: str) -> Iterator[Said]:
    """Yield a sentence for each setting of a definition. change: added or removed."""
    lines = [line for key, value in side.doc.items() if key not in _UNTOLD for line in _lines(side, (str(key),), value)]  # fmt: skip
    yield from shortened([Said(change=change, words=line) for line in lines])


def _lines(side: Side, path: Path, value: Any) -> Iterator[str]:
    """Yield one line for a value, for a list or mapping of things one for each of them."""
    for step in _things(value):
        yield _line(side, (*path, step), value[step])
    if not _things(value):
        yield _line(side, path, value)


def _things(value: Any) -> list[Any]:
    """Return the numbers or keys of a list or mapping of things, nothing for any other value."""
    if isinstance(value, list) and any(isinstance(one, dict) for one in value):
        return list(range(len(value)))
    if isinstance(value, dict) and value and all(isinstance(one, dict) for one in value.values()):
        return list(value)
    return []


def _line(side: Side, path: Path, value: Any) -> str:
    place = place_of(side, path)
    what = _("%(thing)s, %(setting)s", thing=place.thing, setting=place.setting) if place.thing else place.setting  # fmt: skip
    said = _inside(side, path, value)
    return _("“%(what)s”: %(now)s", what=what, now=said) if said else _("“%(what)s”", what=what)


def _inside(side: Side, path: Path, value: Any) -> str:
    """Return what a value says; of a thing with a title, what it says besides."""
    if isinstance(value, dict) and not set(value) <= set(LANGUAGES) and titled(value):
        parts = [(key, one) for key, one in value.items() if key not in ("id", "title")]
        said = _("; ").join(f"{place_of(side, (*path, str(key))).setting}{_(': ')}{value_of(side, (*path, str(key)), one)}" for key, one in parts)  # fmt: skip
    elif isinstance(value, dict) and set(value) <= set(LANGUAGES):
        said = label_of(value)
    else:
        said = value_of(side, path, value)
    line = " ".join(said.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
