"""The release in force, and every release that a record is still pinned to."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from ..core.diagnostics import Diagnostic, has_errors
from ..definitions import Document, Pack, expand, load_pack, tidy
from ..release.compile import compile_release
from ..release.model import Release
from ..store.engine import Database
from ..store.kept_views import NO_VIEWS, ViewPlan, plan_of
from ..store.releases import live_hash, release_of

SEPARATOR = "/"


class NoReleaseError(LookupError):
    """Nothing was published yet, or a release is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """All files of one release, read: the packs, their documents with blocks filled in, and what was found."""

    packs: tuple[Pack, ...]
    documents: tuple[Document, ...]
    uses: tuple[object, ...]
    found: tuple[Diagnostic, ...]


def read_bundle(files: Mapping[str, str]) -> Bundle:
    """Return what *files* (text by ``pack/path``) hold, blocks of all packs filled in."""
    by_pack: dict[str, dict[str, bytes]] = {}
    for path, text in files.items():
        home, _, name = path.partition(SEPARATOR)
        by_pack.setdefault(home, {})[name] = text.encode()
    packs: list[Pack] = []
    found: list[Diagnostic] = []
    for name in sorted(by_pack):
        pack, faults = load_pack(by_pack[name], name)
        packs.append(pack)
        found += faults
    blocks = [block for pack in packs for block in pack.blocks]
    expansion = expand([document for pack in packs for document in pack.documents], blocks)
    return Bundle(
        packs=tuple(packs),
        documents=expansion.documents,
        uses=tuple(expansion.uses),
        found=tidy((*found, *expansion.found)),
    )


def compile_files(files: Mapping[str, str]) -> tuple[Release | None, tuple[Diagnostic, ...]]:
    """Return the release that *files* make, None if anything in them is wrong, and every finding."""
    bundle = read_bundle(files)
    release, found = compile_release(bundle.documents)
    found = tidy((*bundle.found, *found))
    if release is None or has_errors(found):
        return None, found
    return replace(release, hash=hash_of(files)), found


def hash_of(files: Mapping[str, str]) -> str:
    """Return the SHA-256 of *files*, names and texts: a comment or a scenario that changed is a release of its own."""
    whole = hashlib.sha256()
    for name in sorted(files):
        for text in (name, files[name]):
            data = text.encode("utf-8", "surrogatepass")
            whole.update(len(data).to_bytes(8, "big"))
            whole.update(data)
    return whole.hexdigest()


class Releases:
    """Compiled releases by hash; compiling is done once in each process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.RLock()
        self._compiled: dict[str, Release] = {}
        self._plans: dict[str, ViewPlan] = {}

    def live(self, connection: Connection | None = None) -> Release:
        """Return the release in force; raises NoReleaseError before the first was published."""
        if connection is None:
            with self._database.reading() as own:
                found = live_hash(own)
        else:
            found = live_hash(connection)
        if found is None:
            raise NoReleaseError("nothing was published yet")
        return self.get(found, connection)

    def get(self, release_hash: str, connection: Connection | None = None) -> Release:
        """Return a release by its hash; raises NoReleaseError for an unknown one."""
        known = self._compiled.get(release_hash)
        if known is not None:
            return known
        with self._lock:
            known = self._compiled.get(release_hash)
            if known is None:
                known = self._compile(release_hash, connection)
                self._compiled[release_hash] = known
            return known

    def view_plan(self, connection: Connection) -> ViewPlan:
        """Return the saved views whose members are kept, of the release in force."""
        found = live_hash(connection)
        return NO_VIEWS if found is None else self.plan(self.get(found, connection))

    def plan(self, release: Release) -> ViewPlan:
        """Return the saved views of *release* whose members are kept."""
        known = self._plans.get(release.hash)
        if known is None:
            known = self._plans[release.hash] = plan_of(release)
        return known

    def files(self, release_hash: str) -> Mapping[str, str]:
        """Return the files of a release as they were published."""
        with self._database.reading() as connection:
            kept = release_of(connection, release_hash)
        if kept is None:
            raise NoReleaseError(release_hash)
        return kept.documents

    def _compile(self, release_hash: str, connection: Connection | None) -> Release:
        if connection is None:
            with self._database.reading() as own:
                kept = release_of(own, release_hash)
        else:
            kept = release_of(connection, release_hash)
        if kept is None:
            raise NoReleaseError(release_hash)
        release, found = compile_files(kept.documents)
        if release is None:
            raise NoReleaseError(f"{release_hash}: {found[0].render('en') if found else ''}")
        return release

    def add(self, release: Release) -> None:
        """Know a release that was just compiled, so that it is not compiled again."""
        with self._lock:
            self._compiled[release.hash] = release
