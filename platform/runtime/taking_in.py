"""Files that somebody sends, laid over a set of definitions: whole packs, or definitions of one file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from ..definitions import Document
from ..definitions.segments import replaced, segments
from .packing import Files, Key, folder_of, is_file_name, is_readable
from .releases import SEPARATOR, Bundle, read_bundle

HEADS = ("pack.yaml", "pack.yml", "pack.json")


class CannotTakeInError(ValueError):
    """What was sent is no pack. why: no_pack | nested | name; at: the path that it is about."""

    def __init__(self, why: str, at: str = "") -> None:
        super().__init__(f"{why} {at}".strip())
        self.why, self.at = why, at


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What was sent, as a release would hold it. missing: of the same packs, in the target and not sent."""

    after: Files
    missing: tuple[str, ...] = ()


def packs_in(files: Files, fallback: str) -> dict[str, str]:
    """Return the files of an archive by ``pack/path``; what lies beside the packs is passed over.

    fallback: the folder of a pack whose files lie at the top. Raises CannotTakeInError.
    """
    heads = [PurePosixPath(name) for name in files if PurePosixPath(name).name in HEADS]
    if not heads:
        raise CannotTakeInError("no_pack")
    least = min(len(one.parts) for one in heads)
    homes = {one.parent for one in heads}
    if least == 1:
        homes = {PurePosixPath()}
    nested = next((one for one in homes if any(other in one.parents for other in homes)), None)
    if least > 3 or nested is not None:
        raise CannotTakeInError("nested", str(nested or heads[0]))
    found: dict[str, str] = {}
    for home in homes:
        folder = home.name or fallback
        if any(folder == folder_of(name) for name in found):
            raise CannotTakeInError("name", folder)
        start = f"{home}/" if home.parts else ""
        for name, text in files.items():
            inner = name.removeprefix(start)
            if name.startswith(start) and is_readable(inner):
                found[_named(folder, inner)] = text
    return found


def _named(folder: str, inner: str) -> str:
    name = f"{folder}{SEPARATOR}{inner}"
    if not is_file_name(name):
        raise CannotTakeInError("name", name)
    return name


def lay_packs(target: Files, sent: Files, *, prune: bool) -> Sent:
    """Return *target* with the packs in *sent*. prune: what they no longer hold goes."""
    folders = {folder_of(name) for name in sent}
    missing = tuple(sorted(name for name in target if folder_of(name) in folders and name not in sent))  # fmt: skip
    kept = {name: text for name, text in target.items() if not (prune and name in missing)}
    return Sent(after=kept | dict(sent), missing=missing)


def lay_file(target: Files, folder: str, name: str, text: str) -> Sent:
    """Return *target* with the definitions of one file.

    Those that are there already are replaced where they stand; the others come as a file of *folder*.
    Raises CannotTakeInError for a name that no file of a release can have.
    """
    path = _named(folder, name)
    read = read_bundle({path: text})
    documents = _written(read)
    here = _places(read_bundle(target)) if target else {}
    after = dict(target)
    fresh: list[int] = []
    parts = segments(text, path)
    for number, one in enumerate(documents):
        known = here.get(one.key)
        part = parts[number] if len(parts) == len(documents) else one.text
        if known is None or known[0] == path:
            fresh.append(number)
            continue
        file, place = known
        changed = replaced(after[file], file, place, part)
        if changed is None:
            fresh.append(number)
        else:
            after[file] = changed
    if path in target:
        return Sent(after=after | {path: text})
    if len(fresh) == len(documents) or not documents:
        return Sent(after=after | {path: text})
    if fresh:
        after[path] = "---\n".join(_ended(parts[number] if len(parts) == len(documents) else documents[number].text) for number in fresh)  # fmt: skip
    return Sent(after=after)


def _ended(text: str) -> str:
    return text if text.endswith("\n") else text + "\n"


def _written(bundle: Bundle) -> list[Document]:
    """Return the documents of one file, in the order of its text."""
    every = [one for pack in bundle.packs for one in (*pack.documents, *pack.scenarios)]
    return sorted(every, key=lambda one: one.span)


def _places(bundle: Bundle) -> Mapping[Key, tuple[str, int]]:
    """Return in which file each definition stands, and as which of its documents."""
    found: dict[Key, tuple[str, int]] = {}
    for pack in bundle.packs:
        every = sorted((*pack.documents, *pack.scenarios), key=lambda one: one.span)
        counts: dict[str, int] = {}
        head = pack.node.span.path if pack.node is not None else ""
        for one in every:
            number = counts.setdefault(one.path, 1 if one.path == head else 0)
            found.setdefault(one.key, (one.path, number))
            counts[one.path] = number + 1
    return found
