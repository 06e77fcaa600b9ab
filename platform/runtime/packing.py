"""Definitions on their way in and out: what a set of files would change, and files as an archive."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..core.diagnostics import Diagnostic, has_errors, unfinished
from ..definitions import Document, Pack, tidy
from ..release.compile import compile_release
from ..release.difference import ChangeKind, DocumentDifference, compare_documents
from .releases import SEPARATOR, Bundle, hash_of, read_bundle

Files = Mapping[str, str]
Key = tuple[str, str]

READABLE = (".yaml", ".yml", ".json", ".md")
"""What a release can hold: definitions and READMEs, all of them text."""
LONGEST_NAME = 200
_DAY_ONE = (1980, 1, 1, 0, 0, 0)  # archives of the same files are the same bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePlan:
    """How files differ, by ``pack/path``. Sorted; *same* to the byte."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    same: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Return whether nothing differs."""
        return not (self.added or self.changed or self.removed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """A definition that stands in two files. first: where it stands already."""

    kind: str
    id: str
    first: str
    second: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What putting *after* in the place of *before* would mean. found: of *after* as a whole."""

    before: Files
    after: Files
    files: FilePlan
    definitions: tuple[DocumentDifference, ...]
    clashes: tuple[Clash, ...]
    found: tuple[Diagnostic, ...]

    @property
    def hash(self) -> str:
        """Return the hash of the release that *after* makes."""
        return hash_of(self.after)

    @property
    def is_same(self) -> bool:
        """Return whether not a byte differs."""
        return self.files.is_empty

    @property
    def is_broken(self) -> bool:
        """Return whether *after* has errors or is not finished, so that it cannot be published."""
        return has_errors(self.found) or bool(unfinished(self.found))

    def count(self, change: ChangeKind) -> int:
        """Return how many definitions are of one kind of change."""
        return sum(one.change is change for one in self.definitions)


def plan_files(before: Files, after: Files) -> Plan:
    """Return what differs: files to the byte, definitions by what they say, and what is wrong then."""
    old, new = read_bundle(before), read_bundle(after)
    _release, found = compile_release(new.documents)
    return Plan(
        before=before,
        after=after,
        files=compare_files(before, after),
        definitions=compare_documents(documents_of(old), documents_of(new)),
        clashes=clashes_in(new.packs),
        found=tidy((*new.found, *found)),
    )


def compare_files(before: Files, after: Files) -> FilePlan:
    """Return which files differ."""
    both = before.keys() & after.keys()
    return FilePlan(
        added=tuple(sorted(after.keys() - before.keys())),
        removed=tuple(sorted(before.keys() - after.keys())),
        changed=tuple(sorted(name for name in both if before[name] != after[name])),
        same=tuple(sorted(name for name in both if before[name] == after[name])),
    )


def documents_of(bundle: Bundle) -> list[Document]:
    """Return everything that was written, scenarios and the heads of packs too; blocks are not filled in."""
    found: list[Document] = []
    for pack in bundle.packs:
        if pack.node is not None:
            head = pack.node
            found.append(Document(path=head.span.path, node=head, kind="pack", id=pack.id))
        found += (*pack.documents, *pack.scenarios)
    return found


def clashes_in(packs: Iterable[Pack]) -> tuple[Clash, ...]:
    """Return the definitions that two files hold, in the order of the files."""
    first: dict[Key, Document] = {}
    found = []
    for pack in packs:
        for one in (*pack.documents, *pack.scenarios):
            earlier = first.setdefault(one.key, one)
            if earlier is not one:
                found.append(Clash(kind=one.kind, id=one.id, first=earlier.path, second=one.path))
    return tuple(found)


def folder_of(name: str) -> str:
    """Return the folder of the pack that a file belongs to."""
    return name.partition(SEPARATOR)[0]


def files_in(files: Files, folder: str) -> dict[str, str]:
    """Return the files of one pack, by their path inside of it."""
    start = folder + SEPARATOR
    return {name.removeprefix(start): text for name, text in files.items() if name.startswith(start)}  # fmt: skip


def inside_of(folder: str, files: Files) -> dict[str, str]:
    """Return the files of one pack by ``pack/path``."""
    return {f"{folder}{SEPARATOR}{name}": text for name, text in files.items()}


def is_file_name(name: str) -> bool:
    """Return whether *name* is ``pack/path`` of a readable file: it leads nowhere else and nothing is hidden."""
    parts = name.split(SEPARATOR)
    fine = all(part and not part.startswith(".") and part.isprintable() for part in parts)
    plain = not set(name) & set("\\:")
    return fine and plain and len(parts) > 1 and len(name) <= LONGEST_NAME and is_readable(name)


def is_readable(name: str) -> bool:
    """Return whether a release can hold a file of this name."""
    return name.lower().endswith(READABLE)


def zip_files(files: Files) -> bytes:
    """Return *files* as a ZIP archive, each byte for byte; the same files make the same archive."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _DAY_ONE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, files[name].encode())
    return made.getvalue()
