"""Reading a folder of definitions from disk, within bounds: the one part here that does I/O."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from ..core.diagnostics import Diagnostic
from ..core.span import Span

MOST_FILES = 2_000
MOST_BYTES = 20_000_000


class FolderError(Exception):
    """The folder was not read; the finding says why."""

    def __init__(self, finding: Diagnostic) -> None:
        super().__init__(finding.render("en"))
        self.finding = finding


def read_folder(
    folder: Path, most_files: int = MOST_FILES, most_bytes: int = MOST_BYTES
) -> Mapping[str, bytes]:
    """Return the content of every file below *folder*, by its path inside it with ``/``.

    Hidden files and folders are passed over. Raises FolderError for a link that leads out
    of the folder, for too many files or bytes, and for what cannot be read.
    """
    files: dict[str, bytes] = {}
    total = 0
    for name, path in _files(folder):
        if len(files) >= most_files:
            raise _refusal(folder, "PCK020", limit=most_files)
        try:
            with path.open("rb") as stream:
                content = stream.read(most_bytes - total + 1)
        except OSError as error:
            raise _refusal(path, "PCK023", word=name) from error
        total += len(content)
        if total > most_bytes:
            raise _refusal(folder, "PCK021", limit=most_bytes)
        files[name] = content
    return files


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield name and path of every file; links are followed only inside of the folder."""
    home = folder.resolve()

    def fail(error: OSError) -> None:
        raise _refusal(folder, "PCK023", word=str(error.filename or folder)) from error

    for parent, folders, names in os.walk(folder, onerror=fail):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names) + folders:
            path = Path(parent, name)
            if name.startswith("."):
                continue
            if path.is_symlink() and not path.resolve().is_relative_to(home):
                raise _refusal(path, "PCK022", word=path.relative_to(folder).as_posix())
            if path.is_file():
                yield path.relative_to(folder).as_posix(), path


def _refusal(path: Path, code: str, **values: str | int) -> FolderError:
    return FolderError(Diagnostic(span=Span(path.as_posix()), code=code, values=values))
