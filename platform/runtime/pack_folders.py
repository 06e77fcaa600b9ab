"""Packs in folders on disk: read into the files of a release, and written from them, byte for byte."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..definitions import FolderError, read_folder
from .packing import is_file_name, is_readable

HEADS = ("pack.yaml", "pack.yml", "pack.json")


class PackFolderError(ValueError):
    """A folder cannot be read or written as packs; the text says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackFolder:
    """What a folder on disk holds. files: text by ``pack/path``. only: the pack that the folder itself is, else empty.

    passed_over: files of packs that no release can hold, such as pictures.
    """

    files: Mapping[str, str]
    only: str = ""
    passed_over: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What writing changed on disk. left: definition files there that the release does not hold."""

    written: tuple[str, ...]
    same: int
    left: tuple[str, ...]
    deleted: tuple[str, ...]


def read_packs(folder: Path) -> PackFolder:
    """Return the packs in *folder*, or the one that it is; raises PackFolderError."""
    homes = _homes(folder)
    files: dict[str, str] = {}
    passed_over: list[str] = []
    for home in homes:
        name = home.resolve().name
        try:
            content = read_folder(home)
        except FolderError as error:
            raise PackFolderError(error.finding.render("en")) from error
        for path, data in content.items():
            full = f"{name}/{path}"
            if not is_readable(path):
                passed_over.append(full)
            elif not is_file_name(full):
                raise PackFolderError(f"{full}: a release cannot hold a file of this name.")
            else:
                files[full] = _text(full, data)
    only = homes[0].resolve().name if homes == [folder] else ""
    return PackFolder(files=files, only=only, passed_over=tuple(passed_over))


def _homes(folder: Path) -> list[Path]:
    if _is_pack(folder):
        return [folder]
    try:
        beneath = sorted(folder.iterdir())
    except OSError as error:
        raise PackFolderError(f"{folder} cannot be read: {error.strerror}.") from error
    found = [one for one in beneath if one.is_dir() and not one.name.startswith(".") and _is_pack(one)]  # fmt: skip
    if not found:
        raise PackFolderError(
            f"There is no pack in {folder}: neither it nor a folder right inside of it holds a pack.yaml."
        )
    return found


def _is_pack(folder: Path) -> bool:
    return any((folder / name).is_file() for name in HEADS)


def _text(name: str, data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise PackFolderError(
            f"{name} is not written in UTF-8 (byte {error.start + 1}); save it as UTF-8."
        ) from error


def write_packs(
    folder: Path, files: Mapping[str, str], *, overwrite: bool = False, prune: bool = False
) -> Written:
    """Write *files* into *folder*; what is there to the same byte stays untouched.

    overwrite: replace files that say something else. prune: delete readable files of the same packs that
    are not among *files*. Raises PackFolderError before anything is written when a file stands in the way.
    """
    folder = folder.absolute()
    wanted = {name: _target(folder, name) for name in sorted(files)}
    new = [name for name, path in wanted.items() if _content(path) != files[name].encode()]
    in_the_way = [name for name in new if wanted[name].exists() or wanted[name].is_symlink()]
    if in_the_way and not overwrite:
        raise PackFolderError(
            f"{_some(in_the_way)} in {folder} would be overwritten. Give --overwrite, or another folder."
        )
    left = _left(folder, files)
    for name in new:
        _write(wanted[name], files[name].encode())
    deleted = left if prune else ()
    for name in deleted:
        (folder / name).unlink()
    same = len(files) - len(new)
    return Written(written=tuple(new), same=same, left=() if prune else left, deleted=deleted)


def _target(folder: Path, name: str) -> Path:
    if not is_file_name(name):
        raise PackFolderError(f"{name}: a file of this name cannot be written.")
    path = folder / name
    if not path.parent.resolve().is_relative_to(folder.resolve()):
        raise PackFolderError(f"{path.parent} is a link that leads out of {folder}; nothing is written.")  # fmt: skip
    if path.is_dir():
        raise PackFolderError(f"{path} is a folder; a file shall stand there.")
    return path


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() and not path.is_symlink() else None


def _write(path: Path, data: bytes) -> None:
    """Write beside it first: a crash leaves the old file or the new one, never half of one."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}.new")
        beside.write_bytes(data)
        beside.replace(path)
    except OSError as error:
        raise PackFolderError(f"{path} cannot be written: {error.strerror}.") from error


def _left(folder: Path, files: Mapping[str, str]) -> tuple[str, ...]:
    """Return the readable files on disk, of packs there, that are not among *files*."""
    try:
        present = read_packs(folder).files if folder.is_dir() and not _is_pack(folder) else {}
    except PackFolderError:
        return ()
    return tuple(sorted(name for name in present if name not in files))


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:5])
    return shown if len(names) <= 5 else f"{shown} and {len(names) - 5} more"
