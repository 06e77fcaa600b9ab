"""Ids that what comes in shares with what is there: for each one takes the other's place, stays, or comes under a new id."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from ..core.ids import numbered
from ..definitions import IDENTIFIER, Document, read_text
from ..definitions.operations import Put
from ..definitions.splicing import operate
from ..definitions.whole import without
from ..release.compile import declared_names
from ..release.known import Known
from ..release.naming import Names
from ..release.renaming import RefusedError, Target, rename
from .packing import Clash, Files, Key, clashes_in, folder_of
from .releases import Bundle, read_bundle

DEFINITIONS = (".yaml", ".yml", ".json")
LONGEST_ID = 64


class How(StrEnum):
    """What becomes of one clash."""

    OPEN = ""  # nobody decided
    REPLACE = "replace"  # what comes takes the place of what is there
    KEEP = "keep"  # what is there stays; what comes is left out
    COPY = "copy"  # what comes is called otherwise, with all that names it in what comes


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What somebody wants for one clash. new: the id for COPY, empty for the next that is free."""

    how: How = How.OPEN
    new: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """One clash and what became of it. mine, theirs: the files. new: the id it has or would get. refused: ``form`` or ``taken``."""

    kind: str
    id: str
    mine: str
    theirs: str
    how: How
    new: str
    refused: str = ""

    @property
    def is_open(self) -> bool:
        """Return whether the id still stands in two files."""
        return self.how is How.OPEN or bool(self.refused)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """Files with the clashes settled as far as somebody decided."""

    files: Files
    clashes: tuple[Settled, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Return whether no clash is left."""
        return not any(one.is_open for one in self.clashes)


def settle(files: Files, folders: Collection[str], choices: Mapping[Key, Choice]) -> Settlement:
    """Return *files* with each clash between the packs in *folders*, which come in, and the others settled by *choices*."""
    bundle = read_bundle(files)
    found = [
        one
        for one in clashes_in(bundle.packs)
        if (folder_of(one.first) in folders) is not (folder_of(one.second) in folders)
    ]
    if not found:
        return Settlement(files=files)
    taken = _taken(bundle)
    after = dict(files)
    done = []
    for clash in found:
        choice = choices.get((clash.kind, clash.id), Choice())
        one = _settled(clash, folders, choice, taken[clash.kind])
        if one.how is How.COPY and not one.refused:
            taken[clash.kind].add(one.new)
        if not one.is_open:
            _carry_out(after, folders, one)
        done.append(one)
    return Settlement(files=after, clashes=tuple(done))


def settle_text(
    files: Files,
    path: str,
    text: str,
    choices: Mapping[Key, Choice],
    *,
    by_default: How = How.REPLACE,
) -> tuple[str, tuple[Settled, ...]]:
    """Return the text of one file that comes in, without what stays as it is in *files* and with new ids for copies.

    What nobody decided is done *by_default*; what replaces is left in the text.
    """
    bundle = read_bundle(files) if files else None
    here = {one.key: one.path for one in _documents(bundle)} if bundle else {}
    taken = _taken(bundle) if bundle else {}
    for document in read_text(text, path)[0]:
        taken.setdefault(document.kind, set()).add(document.id)
    done: list[Settled] = []
    after = {path: text}
    for document in read_text(text, path)[0]:
        mine = here.get(document.key, path)
        if mine == path or document.kind == "pack":
            continue
        choice = choices.get(document.key, Choice(how=by_default))
        clash = Clash(kind=document.kind, id=document.id, first=mine, second=path)
        one = _settled(clash, {folder_of(path)}, choice, taken[document.kind], theirs=path)
        if one.how is How.COPY and not one.refused:
            taken[document.kind].add(one.new)
        if one.how in (How.KEEP, How.COPY) and not one.is_open:
            _carry_out(after, {folder_of(path)}, one)
        done.append(one)
    return after.get(path, ""), tuple(done)


def _settled(
    clash: Clash,
    folders: Collection[str],
    choice: Choice,
    taken: Collection[str],
    *,
    theirs: str = "",
) -> Settled:
    coming = theirs or (clash.second if folder_of(clash.second) in folders else clash.first)
    there = clash.first if coming == clash.second else clash.second
    new = choice.new or numbered(clash.id, taken, "-")
    refused = ""
    if choice.how is How.COPY:
        refused = "" if IDENTIFIER.fullmatch(new) else "form"
        refused = refused or ("taken" if new in taken else "")
    return Settled(
        kind=clash.kind,
        id=clash.id,
        mine=there,
        theirs=coming,
        how=choice.how,
        new=new[: 2 * LONGEST_ID],
        refused=refused,
    )


def _carry_out(after: dict[str, str], folders: Collection[str], one: Settled) -> None:
    key = (one.kind, one.id)
    if one.how is How.REPLACE:
        _take_out(after, one.mine, key)
    elif one.how is How.KEEP:
        _take_out(after, one.theirs, key)
    elif one.how is How.COPY:
        _call(after, folders, one)


def _take_out(after: dict[str, str], path: str, key: Key) -> None:
    """Take a definition out of its file, and the file away when nothing else stands in it."""
    text = without(after[path], path, _number(after[path], path, key))
    if text is None:
        del after[path]
    else:
        after[path] = text


def _call(after: dict[str, str], folders: Collection[str], one: Settled) -> None:
    """Give what comes its new id, and change all that names it in what comes; what is there keeps naming its own."""
    mine = {path: text for path, text in after.items() if folder_of(path) in folders}
    bundle = read_bundle(after)
    known = [
        document
        for document in bundle.documents
        if folder_of(document.path) in folders or document.key != (one.kind, one.id)
    ]
    documents = [
        document
        for path, text in mine.items()
        if path.endswith(DEFINITIONS)
        for document in read_text(text, path)[0]
    ]
    samples = [
        pack.sample
        for pack in bundle.packs
        if pack.sample is not None and folder_of(pack.sample.span.path) in folders
    ]
    names = tuple(Names(documents, declared_names(known, Known())[1], samples).all())
    try:
        after.update(rename(names, mine, Target(kind=one.kind, id=one.id), one.new))
    except RefusedError:  # a kind that nothing names, such as a scenario
        number = _number(after[one.theirs], one.theirs, (one.kind, one.id))
        put = Put(path=("id",), value=one.new)
        after[one.theirs] = operate(after[one.theirs], one.theirs, put, number).text


def _number(text: str, path: str, key: Key) -> int:
    return next(at for at, one in enumerate(read_text(text, path)[0]) if one.key == key)


def _documents(bundle: Bundle) -> list[Document]:
    return [one for pack in bundle.packs for one in (*pack.documents, *pack.scenarios)]


def _taken(bundle: Bundle) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for one in _documents(bundle):
        found.setdefault(one.kind, set()).add(one.id)
    return found
