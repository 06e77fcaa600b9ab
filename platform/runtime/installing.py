"""Packs put into a set of definitions: new ones, and newer versions merged with what was changed here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from ..definitions import load_pack
from ..definitions.merging import merge
from ..store.installation import put_setting, setting
from ..store.releases import live_releases, release_of
from .packing import Files, files_in, inside_of

OURS, THEIRS = "mine", "theirs"
_HEADS = ("pack.yaml", "pack.yml", "pack.json")
_MOST_MOVES = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """A file in which both the pack's new version and somebody here changed the same lines; None: it is gone there."""

    file: str
    base: str | None
    mine: str | None
    theirs: str | None
    chosen: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """A set of files with packs put in. files: all of them afterwards. kept: files whose local edits stay beside new text."""

    files: Files
    contests: tuple[Contest, ...] = ()
    kept: tuple[str, ...] = ()


@dataclass(slots=True)
class _Work:
    files: dict[str, str]
    contests: list[Contest] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


def put_in(
    target: Files,
    packs: Mapping[str, Files],
    bases: Mapping[str, Files | None],
    choices: Mapping[str, str] | None = None,
) -> Installation:
    """Return *target* with *packs* (files by path, by folder) put in.

    bases: for a pack that *target* holds already, its files as they were installed, None when nobody
    knows. choices: ``mine`` or ``theirs`` for files where both changed the same lines; mine by default.
    """
    work = _Work(dict(target))
    for folder, new in packs.items():
        mine = inside_of(folder, files_in(target, folder))
        if not mine:
            work.files |= inside_of(folder, new)
            continue
        base = bases.get(folder)
        theirs = inside_of(folder, new)
        was = None if base is None else inside_of(folder, base)
        for name in sorted(mine.keys() | theirs.keys()):
            _settle(work, name, was, mine.get(name), theirs.get(name), choices or {})
    return Installation(files=work.files, contests=tuple(work.contests), kept=tuple(work.kept))


def _settle(
    work: _Work,
    name: str,
    base: Files | None,
    mine: str | None,
    theirs: str | None,
    choices: Mapping[str, str],
) -> None:
    """Decide on one file of a pack that is there already."""
    was = None if base is None else base.get(name)
    if mine == theirs:
        return
    if base is not None and theirs == was:
        work.kept.append(name)
        return
    if base is not None and mine == was:
        _take(work, name, theirs)
        return
    if base is None and mine is None:
        _take(work, name, theirs)
        return
    if was is not None and mine is not None and theirs is not None:
        merged = merge(was, theirs, mine)
        if merged is not None:
            work.kept.append(name)
            _take(work, name, merged)
            return
    chosen = THEIRS if choices.get(name) == THEIRS else OURS
    work.contests.append(Contest(file=name, base=was, mine=mine, theirs=theirs, chosen=chosen))
    if chosen == THEIRS:
        _take(work, name, theirs)


def _take(work: _Work, name: str, text: str | None) -> None:
    if text is None:
        work.files.pop(name, None)
    else:
        work.files[name] = text


def version_of(files: Files, folder: str = "pack") -> str:
    """Return the version that the pack's head names, empty for none. files: by path inside of the pack."""
    heads = {name: files[name].encode() for name in _HEADS if name in files}
    return load_pack(heads, folder)[0].version if heads else ""


def keep_base(connection: Connection, folder: str, files: Files, now: datetime) -> None:
    """Note a pack's files as they come, so that its next version can be merged with what is changed here."""
    put_setting(connection, _name(folder, version_of(files)), {"files": dict(files)}, now)


def base_of(connection: Connection, folder: str, mine: Files) -> dict[str, str] | None:
    """Return the files of a pack that is here as they were installed, None when nobody knows.

    mine: its files now. Where nothing was noted, the first release that held this version tells.
    """
    version = version_of(mine)
    noted = setting(connection, _name(folder, version))
    if noted is not None:
        return {str(name): str(text) for name, text in noted["files"].items()}
    moves = live_releases(connection, limit=_MOST_MOVES)
    for release in dict.fromkeys(one.release for one in reversed(moves)):
        kept = release_of(connection, release)
        there = files_in(kept.documents, folder) if kept else {}
        if there and version_of(there) == version:
            return there
    return None


def _name(folder: str, version: str) -> str:
    return f"pack:{folder}:{version}"
