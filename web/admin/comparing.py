"""What is different between two sets of definitions; what only moved counts as the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import unified_diff

from sopwith.core.text import Text
from sopwith.definitions import Document
from sopwith.release.usage import Key
from sopwith.runtime.releases import Bundle

from .live import text_of

MOST_LINES = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One definition that came, went or changed. lines: of the difference: sign and text."""

    kind: str
    id: str
    title: Text
    change: str  # added | removed | changed
    lines: tuple[tuple[str, str], ...]


def compare(before: Bundle | None, after: Bundle) -> list[Change]:
    """Return the changes from *before* to *after*, by kind and id."""
    old, new = documents(before.packs if before else ()), documents(after.packs)
    found = []
    for key in sorted(old.keys() | new.keys()):
        one, other = old.get(key), new.get(key)
        if one is not None and other is not None and one.value == other.value:
            continue
        shown = other or one
        if shown is not None:
            change = "added" if one is None else "removed" if other is None else "changed"
            title = text_of(shown.node.get("title")) or Text(key[1], key[1])
            lines = tuple(difference(one.text if one else "", other.text if other else ""))
            found.append(Change(kind=key[0], id=key[1], title=title, change=change, lines=lines))
    return found


def documents(packs: Iterable[object]) -> Mapping[Key, Document]:
    """Return the definitions of *packs* as they were written, scenarios left out."""
    return {one.key: one for pack in packs for one in getattr(pack, "documents", ())}


def difference(before: str, after: str) -> Iterator[tuple[str, str]]:
    """Yield the lines of the difference: ``+``, ``-``, blank for the same, ``@`` where lines were left out."""
    lines = unified_diff(before.splitlines(), after.splitlines(), n=3, lineterm="")
    for number, line in enumerate(lines):
        if number >= MOST_LINES:
            return
        if line.startswith(("---", "+++")) and number < 2:
            continue
        yield ("@", "") if line.startswith("@@") else (line[:1], line[1:])
