"""The file of a backup: one zip with the rows of each table, the attached files, the keys and a manifest."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from io import BufferedReader
from pathlib import Path
from typing import IO, Any

from ..core.plain import from_plain, to_plain
from ..store.chain import BrokenLink, broken_links
from ..store.portable import Row, TableForm

FORMAT = 1
DAMAGED = (zipfile.BadZipFile, zlib.error, ValueError, EOFError)
"""What reading a damaged part raises."""
MANIFEST = "manifest.json"
FILES = "files.pack"
CHUNK = 256 * 1024
_line_of = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
SHOWN = 20
"""Broken chains that are named; `sopwith verify` names all."""

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is (0: not known)."""


class BackupError(RuntimeError):
    """A backup cannot be made, read or brought back; the message says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of the archive. sha256: of its content. rows: for a table, lines; for the files, how many."""

    name: str
    rows: int
    bytes: int
    sha256: str
    columns: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    key: tuple[str, ...] = ()

    @property
    def form(self) -> TableForm:
        """Return the form of the table that the part holds."""
        name = self.name.removeprefix("tables/").removesuffix(".jsonl")
        return TableForm(name=name, columns=self.columns, kinds=self.kinds, key=self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup says of itself.

    heads: digest of id, version and head of every record. missing, damaged: attached files that were not
    there, or not as they were uploaded, when the backup was made. keys: which keys lie in it.
    """

    format: int
    product: str
    revision: str
    database: str
    made_at: datetime
    records: int
    heads: str
    audit_seq: int
    audit_hash: str
    parts: tuple[Part, ...]
    missing: tuple[str, ...] = ()
    damaged: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()

    @property
    def tables(self) -> tuple[Part, ...]:
        """Return the parts that hold tables, in the order in which they can be filled."""
        return tuple(part for part in self.parts if part.name.startswith("tables/"))

    @property
    def files(self) -> Part | None:
        """Return the part that holds the attached files."""
        return next((part for part in self.parts if part.name == FILES), None)


@dataclass(slots=True)
class Heads:
    """The digest of where all chains end, taken in while the records go by."""

    records: int = 0
    _sum: Any = field(default_factory=sha256)

    def take(self, record_id: str, version: int, head: str) -> None:
        """Take in one record; they come in the order of their ids."""
        self.records += 1
        self._sum.update(f"{record_id} {version} {head}\n".encode())

    @property
    def digest(self) -> str:
        """Return the digest of what was taken in."""
        return str(self._sum.hexdigest())


@dataclass(slots=True, kw_only=True)
class PartWriter:
    """Counts and sums up what goes into one part."""

    stream: IO[bytes]
    rows: int = 0
    size: int = 0
    _sum: Any = field(default_factory=sha256)

    def write(self, content: bytes) -> None:
        """Write *content*."""
        self.stream.write(content)
        self._sum.update(content)
        self.size += len(content)

    def part(self, name: str, form: TableForm | None = None) -> Part:
        """Return what the manifest says of the part."""
        digest = self._sum.hexdigest()
        if form is None:
            return Part(name=name, rows=self.rows, bytes=self.size, sha256=digest)
        return Part(
            name=name,
            rows=self.rows,
            bytes=self.size,
            sha256=digest,
            columns=form.columns,
            kinds=form.kinds,
            key=form.key,
        )


def write_table(
    archive: zipfile.ZipFile, form: TableForm, rows: Iterable[Row], see: Callable[[Row, int], None]
) -> Part:
    """Write the rows of one table as lines of JSON; *see* is shown each row and how many there were."""
    name = f"tables/{form.name}.jsonl"
    with archive.open(name, "w", force_zip64=True) as stream:
        writer = PartWriter(stream=stream)
        lines: list[str] = []
        size = 0
        for row in rows:
            lines.append(line := _line_of(row))
            size += len(line)
            writer.rows += 1
            see(row, writer.rows)
            if size > CHUNK:  # many lines at once are summed up and compressed sooner than each
                writer.write(_joined(lines))
                lines, size = [], 0
        writer.write(_joined(lines))
    return writer.part(name, form)


def _joined(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def write_manifest(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    """Write the manifest, the last thing in the archive."""
    archive.writestr(MANIFEST, json.dumps(to_plain(manifest), ensure_ascii=False, indent=1))


def open_archive(path: Path) -> tuple[zipfile.ZipFile, Manifest]:
    """Return the archive and its manifest; raises BackupError for what is not one, or is of a later version."""
    try:
        archive = zipfile.ZipFile(path)
        data = json.loads(archive.read(MANIFEST))
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise BackupError(
            f"{path} cannot be read as a backup of Sopwith ({error}). Give the file that "
            "`sopwith backup` wrote; a file that was cut off cannot be used."
        ) from error
    if data.get("format") != FORMAT:
        archive.close()
        raise BackupError(
            f"{path} has format {data.get('format')}, this version reads {FORMAT}; update Sopwith."
        )
    return archive, from_plain(Manifest, data)


def read_table(archive: zipfile.ZipFile, part: Part) -> Iterator[Row]:
    """Yield the rows of a part; raises BackupError at its end when it is not what the manifest says."""
    with archive.open(part.name) as stream:
        summed, rows = sha256(), 0
        try:
            for line in BufferedReader(stream, CHUNK):  # type: ignore[type-var]  # reads as raw ones do
                summed.update(line)
                rows += 1
                row = json.loads(line)
                if len(row) != len(part.columns):
                    raise ValueError(f"row {rows} has {len(row)} values")
                yield row
        except DAMAGED as error:
            raise BackupError(f"{part.name} is damaged ({error}); use another backup.") from error
    _compare(part, rows, summed.hexdigest())


def _check_table(archive: zipfile.ZipFile, part: Part) -> None:
    """Raise BackupError when the part is not what the manifest says; its rows are not taken apart."""
    summed, rows = sha256(), 0
    with archive.open(part.name) as stream:
        try:
            while chunk := stream.read(CHUNK):
                summed.update(chunk)
                rows += chunk.count(b"\n")
        except DAMAGED as error:
            raise BackupError(f"{part.name} is damaged ({error}); use another backup.") from error
    _compare(part, rows, summed.hexdigest())


def _compare(part: Part, rows: int, digest: str) -> None:
    if (rows, digest) != (part.rows, part.sha256):
        raise BackupError(
            f"{part.name} is not what the manifest says: {rows} of {part.rows} rows, "
            f"sum {digest[:12]} instead of {part.sha256[:12]}. Use another backup."
        )


def write_file(writer: PartWriter, digest: str, size: int, content: Iterable[bytes]) -> None:
    """Write one attached file: a line that says its sum and size, then its bytes."""
    writer.write(json.dumps([digest, size]).encode() + b"\n")
    for chunk in content:
        writer.write(chunk)
    writer.rows += 1


def read_files(archive: zipfile.ZipFile, part: Part) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Yield sum and bytes of each attached file; the bytes are read before the next one is asked for."""
    summed, rows = sha256(), 0
    with archive.open(part.name) as stream:
        try:
            while line := stream.readline():
                summed.update(line)
                digest, size = json.loads(line)
                chunks = _chunks(stream, size, summed)
                yield digest, chunks
                for _rest in chunks:
                    pass
                rows += 1
        except DAMAGED as error:
            raise BackupError(f"the attached files are damaged ({error}).") from error
    _compare(part, rows, summed.hexdigest())


def _chunks(stream: IO[bytes], size: int, summed: Any) -> Iterator[bytes]:
    left = size
    while left:
        chunk = stream.read(min(CHUNK, left))
        if not chunk:
            raise BackupError("the attached files end too early; use another backup.")
        summed.update(chunk)
        left -= len(chunk)
        yield chunk


def check_archive(path: Path, progress: Progress) -> tuple[BrokenLink, ...]:
    """Read the whole backup again: sums and counts of all parts, every chain, where the chains end.

    Return the first chains that do not hold: they came so from the database. Raises BackupError for the
    first thing that is not as it was written.
    """
    archive, manifest = open_archive(path)
    with archive:
        parts = {part.form.name: part for part in manifest.tables}
        for name, part in parts.items():
            if name not in ("record", "record_event"):
                progress(f"check {name}", 0, part.rows)
                _check_table(archive, part)
        progress("check record", 0, manifest.records)
        broken: list[BrokenLink] = []
        for one in _broken(archive, parts, manifest):
            broken += [one] if len(broken) < SHOWN else []
        if manifest.files is not None:
            progress("check files", 0, manifest.files.rows)
            for digest, chunks in read_files(archive, manifest.files):
                _check_file(digest, chunks)
        for key in manifest.keys:
            archive.read(f"keys/{key}")
    return tuple(broken)


def _broken(
    archive: zipfile.ZipFile, parts: Mapping[str, Part], manifest: Manifest
) -> Iterator[BrokenLink]:
    heads = Heads()
    records = _records(archive, parts["record"], heads)
    yield from broken_links(records, event_rows(archive, parts["record_event"]))
    if (heads.records, heads.digest) != (manifest.records, manifest.heads):
        raise BackupError("the chains do not end where the manifest says; use another backup.")


def _records(archive: zipfile.ZipFile, part: Part, heads: Heads) -> Iterator[tuple[str, int, str]]:
    places = [part.columns.index(name) for name in ("id", "version", "head")]
    for row in read_table(archive, part):
        found = (row[places[0]], row[places[1]], row[places[2]])
        heads.take(*found)
        yield found


def event_rows(archive: zipfile.ZipFile, part: Part) -> Iterator[dict[str, Any]]:
    """Yield the events of the archive as rows with instants."""
    for row in read_table(archive, part):
        found = dict(zip(part.columns, row, strict=True))
        found["at"] = datetime.fromisoformat(found["at"])
        if found["erased_at"] is not None:
            found["erased_at"] = datetime.fromisoformat(found["erased_at"])
        yield found


def _check_file(digest: str, chunks: Iterator[bytes]) -> None:
    summed = sha256()
    for chunk in chunks:
        summed.update(chunk)
    if summed.hexdigest() != digest:
        raise BackupError(f"the attached file {digest[:12]} is damaged; use another backup.")
