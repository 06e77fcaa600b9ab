"""Packs that come along, and those that are sent as an archive: read within bounds, and never written anywhere."""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections.abc import Iterator
from functools import cache
from importlib import resources
from pathlib import Path, PurePosixPath
from typing import IO

from sopwith.definitions import read_folder

from ..wording import gettext as _

MOST_BYTES = 5 * 1024 * 1024
MOST_UNPACKED = 20 * 1024 * 1024
MOST_FILES = 500
MOST_RATIO = 200
READABLE = (".yaml", ".yml", ".json", ".md")


class ArchiveError(ValueError):
    """The archive is not read; the text says why, in the page's language."""


def unpack(stream: IO[bytes]) -> dict[str, str]:
    """Return the readable files of an archive by path.

    Raises ArchiveError for what is no archive, too large, or leads out of its folder.
    """
    try:
        with zipfile.ZipFile(stream) as archive:
            return dict(_files(archive))
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, zlib.error, EOFError, OSError) as error:  # fmt: skip
        raise ArchiveError(_("This is no ZIP archive that can be read. Pack the folder again without a password.")) from error  # fmt: skip


def _files(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    entries = archive.infolist()
    if len(entries) > MOST_FILES:
        raise ArchiveError(_("The archive holds more than %(count)d files.", count=MOST_FILES))
    left = MOST_UNPACKED
    for entry in entries:
        path = _path_of(entry)
        if entry.is_dir() or path is None or not path.name.endswith(READABLE):
            continue
        if entry.file_size > left or entry.file_size > MOST_RATIO * max(entry.compress_size, 1_000):
            raise ArchiveError(_("Unpacked, the archive would be too large."))
        with archive.open(entry) as stream:
            content = stream.read(left + 1)
        left -= len(content)
        if left < 0:
            raise ArchiveError(_("Unpacked, the archive would be too large."))
        try:
            yield str(path), content.decode("utf-8")
        except UnicodeDecodeError as error:
            raise ArchiveError(_("“%(name)s” is not written in UTF-8.", name=path.name)) from error


def _path_of(entry: zipfile.ZipInfo) -> PurePosixPath | None:
    """Return where the entry lies; None for what is passed over, such as hidden files."""
    name = entry.filename
    path = PurePosixPath(name)
    if "\\" in name or ":" in name or "\x00" in name or path.is_absolute() or ".." in path.parts:
        raise ArchiveError(
            _("The archive holds a path that leads out of it: %(name)s", name=name[:80])
        )
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise ArchiveError(
            _("The archive holds a link, which is not followed: %(name)s", name=name[:80])
        )
    hidden = any(part.startswith((".", "__MACOSX")) for part in path.parts)
    return None if hidden or not path.parts else path


@cache
def shipped() -> dict[str, dict[str, str]]:
    """Return the files of the packs that come with the product, by folder."""
    root = Path(str(resources.files("sopwith.catalog"))) / "sop-templates"
    return {
        home.name: {
            name: content.decode("utf-8")
            for name, content in read_folder(home).items()
            if name.endswith(READABLE)
        }
        for home in sorted(root.iterdir())
        if (home / "pack.yaml").is_file()
    }
