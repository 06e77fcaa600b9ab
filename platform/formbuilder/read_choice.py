"""Reading what a person chose: one option, several, a node of a tree, or files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..core.guess import guess
from .fault import Fault, Reading, bound, cut
from .model import Field, FieldType, Option
from .read_text import ID_LIMIT, NOT_TEXT, Read

MAX_ITEMS = 1_000
_KEPT_FAULTS = 200
_NO_LIST = Fault("VAL028")


def walk(options: tuple[Option, ...]) -> Iterator[Option]:
    """Yield every option of a tree, parents first."""
    waiting = list(reversed(options))
    while waiting:
        option = waiting.pop()
        yield option
        waiting.extend(reversed(option.items))


def offered(options: tuple[Option, ...]) -> Iterator[Option]:
    """Yield every option of a tree that is still offered, parents first."""
    waiting = list(reversed(options))
    while waiting:
        option = waiting.pop()
        if not option.retired:
            yield option
            waiting.extend(reversed(option.items))


def choosable(field: Field) -> tuple[Option, ...]:
    """Return the options that may be chosen: the top of a list, the nodes of a tree, without retired ones."""
    if field.type is not FieldType.TREE_CHOICE:
        return tuple(one for one in field.options if not one.retired)
    nodes = offered(field.options)
    return tuple(one for one in nodes if not (field.leaf_only and _open_items(one)))


def _open_items(option: Option) -> bool:
    """Return whether something below the option is still offered."""
    return any(not one.retired for one in option.items)


def retired_ids(options: tuple[Option, ...]) -> frozenset[str]:
    """Return the ids of all options that are not offered any more."""
    every = {one.id for one in walk(options)}
    return frozenset(every - {one.id for one in offered(options)})


class _Words:
    """The options by every word that means one of them: its id, its code, and its titles where unique.

    faults: what was said about wrong words lately; a page sends the same one with every change.
    """

    __slots__ = ("branches", "faults", "ids", "retired", "words")

    def __init__(self, field: Field) -> None:
        options = choosable(field)
        self.ids = frozenset(option.id for option in options)
        self.retired = retired_ids(field.options)
        every = frozenset(option.id for option in walk(field.options))
        self.branches = every - self.ids - self.retired
        self.words: dict[str, str | None] = {}
        self.faults: dict[str, Fault] = {}
        for option in options:
            for word in {option.id.lower(), option.title.en.lower(), option.title.zh.lower()}:
                self.words[word] = None if word in self.words else option.id
        for option in options:
            if option.code:
                self.words[option.code.strip().lower()] = option.id
        for option in options:
            self.words[option.id.lower()] = option.id

    def meant(self, word: str) -> str | None:
        """Return the option whose id or title is *word*, whatever the case."""
        return self.words.get(word.strip().lower()) if len(word) <= 200 else None

    def fault(self, word: str, tree: bool) -> Fault:
        """Return why *word* is no choice, with the likely one."""
        if tree and word in self.branches:
            return Fault("VAL016", {"word": cut(word)})
        if word in self.retired:
            return Fault("VAL046", {"word": cut(word)})
        known = self.faults.get(word)
        if known is None:
            near = guess(word, sorted(self.ids)) if len(self.ids) <= MAX_ITEMS else None
            known = Fault("VAL011", {"word": cut(word)})
            if near is not None:
                known = Fault("VAL012", {"word": cut(word), "meant": near})
            if len(self.faults) >= _KEPT_FAULTS:
                self.faults.clear()
            if len(word) <= ID_LIMIT:
                self.faults[word] = known
        return known


def choice_reader(field: Field) -> Read:
    """Return the reader of one option; an import may name it by its title."""
    known = _Words(field)
    ids = known.ids
    tree = field.type is FieldType.TREE_CHOICE and field.leaf_only

    def read(raw: Any, reading: Reading) -> Any:
        if raw.__class__ is not str:
            return NOT_TEXT
        if raw in ids:
            return raw
        if not raw.strip():
            return None
        return known.meant(raw) or known.fault(raw, tree)

    return read


def _listed(raw: Any) -> list[Any] | None:
    """Return the entries of a list, a single text counting as a list of one, without blanks."""
    if raw.__class__ is str:
        raw = [raw]
    elif raw.__class__ is not list and raw.__class__ is not tuple:
        return None
    return [one for one in raw[: MAX_ITEMS + 1] if one is not None and one != ""]


def _counted(
    entries: list[Any], low: float | None, high: float | None, codes: tuple[str, str]
) -> Fault | None:
    """Return what is wrong with the number of entries."""
    if low is not None and len(entries) < low:
        return Fault(codes[0], {"limit": bound(low), "count": len(entries)})
    if len(entries) > (MAX_ITEMS if high is None else high):
        return Fault(codes[1], {"limit": bound(high or MAX_ITEMS), "count": len(entries)})
    return None


def _joined(faults: list[Fault]) -> Fault | None:
    """Return one fault that carries all."""
    if not faults:
        return None
    first = faults[0]
    return Fault(first.code, first.values, tuple(faults[1:20]))


def multi_choice_reader(field: Field) -> Read:
    """Return the reader of several options, kept in the order in which they were given."""
    known = _Words(field)
    low, high = field.low, field.high

    def one(entry: Any, kept: frozenset[str], chosen: list[str], faults: list[Fault]) -> None:
        if entry.__class__ is not str:
            faults.append(NOT_TEXT)
            return
        meant = entry if entry in known.ids or entry in kept else known.meant(entry)
        if meant is None:
            faults.append(known.fault(entry, tree=False))
        elif meant in chosen:
            faults.append(Fault("VAL013", {"word": cut(meant)}))
        else:
            chosen.append(meant)

    def read(raw: Any, reading: Reading) -> Any:
        entries = _listed(raw)
        if entries is None:
            return _NO_LIST
        if not entries:
            return None
        chosen: list[str] = []
        faults: list[Fault] = []
        kept = known.retired.intersection(reading.kept) if known.retired else known.retired
        for entry in entries:
            one(entry, kept, chosen, faults)
        if not faults and (count := _counted(chosen, low, high, ("VAL014", "VAL015"))) is not None:
            faults.append(count)
        return _joined(faults) or chosen

    return read


def accepts(accept: tuple[str, ...], name: str, kind: str) -> bool:
    """Return whether a file of this name and media type is of a kind that *accept* lists."""
    if not accept:
        return True
    name, kind = name.lower(), kind.lower()
    for entry in accept:
        if entry.startswith("."):
            if name.endswith(entry):
                return True
        elif entry.endswith("/*"):
            if kind.startswith(entry[:-1]):
                return True
        elif kind == entry:
            return True
    return False


def files_reader(field: Field) -> Read:
    """Return the reader of ids of stored files; size and kind are checked where they are known."""
    low, high = field.low, field.high
    accept = tuple(entry.lower() for entry in field.accept)

    def one(entry: Any, kept: list[str], reading: Reading) -> Fault | None:
        if entry.__class__ is not str or len(entry) > ID_LIMIT or not entry.isprintable():
            return NOT_TEXT
        if entry in kept:
            return Fault("VAL013", {"word": cut(entry)})
        kept.append(entry)
        if reading.lookup is None:
            return None
        known = reading.lookup.file(entry)
        if known is None:
            return Fault("VAL029", {"word": cut(entry)})
        name = str(known.get("name") or entry)
        if not accepts(accept, name, str(known.get("type") or "")):
            return Fault("VAL030", {"file": cut(name), "accept": ", ".join(accept)})
        if int(known.get("size") or 0) > field.max_bytes:
            return Fault("VAL031", {"file": cut(name), "limit": print_size(field.max_bytes)})
        return None

    def read(raw: Any, reading: Reading) -> Any:
        entries = _listed(raw)
        if entries is None:
            return _NO_LIST
        if not entries:
            return None
        if (count := _counted(entries, low, high, ("VAL033", "VAL032"))) is not None:
            return count
        kept: list[str] = []
        faults = [fault for entry in entries if (fault := one(entry, kept, reading)) is not None]
        return _joined(faults) or kept

    return read


def print_size(size: int) -> str:
    """Return a number of bytes as people write it."""
    for unit, amount in (("GB", 1 << 30), ("MB", 1 << 20), ("KB", 1 << 10)):
        if size >= amount:
            return f"{size / amount:.1f}".removesuffix(".0") + unit
    return f"{size}B"
