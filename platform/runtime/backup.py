"""Make a backup while the product works: one moment of the database, the files that it names, the keys."""

from __future__ import annotations

import os
import shutil
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from ..store.chain import BrokenLink
from ..store.engine import Database, open_database
from ..store.portable import Row, TableForm, count_rows, read_rows, table_forms
from ..store.schema import newest, revision_of
from ..store.tables import AttachmentRow, AuditRow
from .archive import (
    CHUNK,
    FILES,
    FORMAT,
    BackupError,
    Heads,
    Manifest,
    Part,
    PartWriter,
    Progress,
    check_archive,
    write_file,
    write_manifest,
    write_table,
)
from .crash import crash_point

PAGES_A_STEP = 2048  # 8 MB of SQLite's file between two looks at the progress
KEYS = "*-key"
PREFIX, SUFFIX = "sopwith-", ".zip"


def _silent(stage: str, done: int, total: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupPlan:
    """What to put into which file. data: the data folder, where files and keys lie."""

    database: Database
    data: Path
    target: Path
    now: datetime
    product: str
    with_keys: bool = True
    is_verified: bool = True
    progress: Progress = _silent


def target_in(place: Path, now: datetime) -> Path:
    """Return the file to write: *place* itself, or one named after the time when *place* is a folder."""
    if place.is_dir():
        return place / f"{PREFIX}{now:%Y%m%d-%H%M%S}{SUFFIX}"
    return place


def drop_old(folder: Path, keep: int) -> list[Path]:
    """Delete all but the newest *keep* backups of *folder*, known by their names; return what went."""
    found = sorted(folder.glob(f"{PREFIX}[0-9]*-[0-9]*{SUFFIX}"))
    old = found[: max(0, len(found) - keep)] if keep > 0 else []
    for path in old:
        path.unlink()
    return old


def make_backup(plan: BackupPlan) -> tuple[Manifest, tuple[BrokenLink, ...]]:
    """Write the backup; only when it is whole, and read again unless told otherwise, does it get its name.

    Return with it the chains that do not hold, as far as they were looked at: they were broken before.
    Raises BackupError when it cannot be made: then nothing stands under the name.
    """
    if plan.target.exists():
        raise BackupError(f"{plan.target} is there already; choose another name.")
    if revision_of(plan.database) != newest():
        raise BackupError(
            "the database is of another version; start this version once, then back it up."
        )
    work = plan.target.with_name(f".{plan.target.name}.partial-{os.getpid()}")
    try:
        work.mkdir(parents=True, mode=0o700)
        unfinished = work / "backup"
        manifest = _write(plan, work, unfinished)
        broken: tuple[BrokenLink, ...] = ()
        if plan.is_verified:
            broken = check_archive(unfinished, plan.progress)
        crash_point("backup:written")
        unfinished.replace(plan.target)
        _sync_folder(plan.target.parent)
    except OSError as error:
        raise BackupError(
            f"the backup could not be written to {plan.target}: {error.strerror or error}. "
            "Nothing was left under that name."
        ) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return manifest, broken


def _write(plan: BackupPlan, work: Path, path: Path) -> Manifest:
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    with os.fdopen(descriptor, "w+b") as file, _snapshot(plan, work) as connection:
        archive = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        try:
            manifest = _fill(plan, connection, archive)
            archive.close()
        except BaseException:
            archive.fp = None  # else it writes its directory at the end, on a disk that may be full
            raise
        file.flush()
        os.fsync(file.fileno())
    return manifest


def _fill(plan: BackupPlan, connection: Connection, archive: zipfile.ZipFile) -> Manifest:
    heads = Heads()
    parts = [_table(plan, connection, archive, form, heads) for form in table_forms()]
    files, missing, damaged = _files(plan, connection, archive)
    newest_line = select(AuditRow.seq, AuditRow.hash).order_by(AuditRow.seq.desc()).limit(1)
    audit = connection.execute(newest_line).one_or_none()
    manifest = Manifest(
        format=FORMAT,
        product=plan.product,
        revision=newest() or "",
        database="sqlite" if plan.database.is_sqlite else "postgresql",
        made_at=plan.now,
        records=heads.records,
        heads=heads.digest,
        audit_seq=audit.seq if audit else 0,
        audit_hash=audit.hash if audit else "",
        parts=(*parts, files),
        missing=tuple(missing),
        damaged=tuple(damaged),
        keys=tuple(_keys(plan, archive)),
    )
    write_manifest(archive, manifest)
    return manifest


def _table(
    plan: BackupPlan,
    connection: Connection,
    archive: zipfile.ZipFile,
    form: TableForm,
    heads: Heads,
) -> Part:
    total = count_rows(connection, form)
    places = (
        [form.columns.index(name) for name in ("id", "version", "head")]
        if form.name == "record"
        else []
    )

    def see(row: Row, done: int) -> None:
        if places:
            heads.take(row[places[0]], row[places[1]], row[places[2]])
        if done % 10_000 == 0 or done == total:
            plan.progress(form.name, done, total)

    return write_table(archive, form, read_rows(connection, form), see)


# --- one moment of the database -------------------------------------------------------------------


@contextmanager
def _snapshot(plan: BackupPlan, work: Path) -> Iterator[Connection]:
    """Open one moment of the database, while others go on writing."""
    if plan.database.path is not None:
        copy = work / "copy.db"
        _copy_sqlite(plan.database.path, copy, plan.progress)
        copied = open_database(f"sqlite:///{copy}")
        try:
            with copied.reading() as connection:
                yield connection
        finally:
            copied.close()
        return
    engine = plan.database.read.execution_options(isolation_level="REPEATABLE READ")
    with engine.connect() as connection:
        for setting in ("statement_timeout", "idle_in_transaction_session_timeout"):
            connection.exec_driver_sql(f"SET LOCAL {setting} = 0")
        yield connection


def _copy_sqlite(source: Path, target: Path, progress: Progress) -> None:
    """Copy the file page by page. The open read keeps one moment in sight, so that no write begins it anew."""
    reader = sqlite3.connect(
        f"{source.as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=30
    )
    writer = sqlite3.connect(target)
    try:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM sqlite_master").fetchone()
        writer.execute("PRAGMA synchronous = OFF")

        def tell(status: int, remaining: int, total: int) -> None:
            progress("copy", total - remaining, total)

        reader.backup(writer, pages=PAGES_A_STEP, progress=tell)
    except sqlite3.Error as error:
        raise BackupError(f"the database could not be copied: {error}.") from error
    finally:
        writer.close()
        reader.close()


# --- files and keys -------------------------------------------------------------------------------


def _files(
    plan: BackupPlan, connection: Connection, archive: zipfile.ZipFile
) -> tuple[Part, list[str], list[str]]:
    """Write every file that the database names, equal ones once; return the part and what was not right."""
    columns = (
        AttachmentRow.sha256,
        AttachmentRow.size,
        AttachmentRow.stored_name,
        AttachmentRow.id,
    )
    query = select(*columns).order_by(AttachmentRow.sha256, AttachmentRow.id)
    info = zipfile.ZipInfo(FILES, date_time=(1980, 1, 1, 0, 0, 0))
    info.compress_type = zipfile.ZIP_STORED
    missing: list[str] = []
    damaged: list[str] = []
    with archive.open(info, "w", force_zip64=True) as stream:
        writer, written = PartWriter(stream=stream), ""
        for row in connection.execute(query, execution_options={"yield_per": 1000}):
            if row.sha256 == written:
                continue
            path = plan.data / "files" / row.stored_name
            state = _state_of(path, row.sha256, row.size)
            if state == "whole":
                write_file(writer, row.sha256, row.size, _content(path))
                written = row.sha256
                plan.progress("files", writer.rows, 0)
            else:
                (missing if state == "missing" else damaged).append(row.id)
    return writer.part(FILES), missing, damaged


def _state_of(path: Path, digest: str, size: int) -> str:
    """Return whole, missing or damaged: what is not as it was uploaded is not passed on as if it were."""
    try:
        summed, found = sha256(), 0
        for chunk in _content(path):
            summed.update(chunk)
            found += len(chunk)
    except FileNotFoundError:
        return "missing"
    return "whole" if (summed.hexdigest(), found) == (digest, size) else "damaged"


def _content(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def _keys(plan: BackupPlan, archive: zipfile.ZipFile) -> Iterator[str]:
    if not plan.with_keys:
        return
    for path in sorted(plan.data.glob(KEYS)):
        if path.is_file():
            archive.writestr(f"keys/{path.name}", path.read_bytes())
            yield path.name


def _sync_folder(folder: Path) -> None:
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def noted(manifest: Manifest, target: Path, size: int) -> dict[str, Any]:
    """Return what the audit log says of a backup."""
    return {
        "file": target.name,
        "bytes": size,
        "records": manifest.records,
        "heads": manifest.heads,
        "keys": bool(manifest.keys),
        "missing_files": len(manifest.missing),
        "damaged_files": len(manifest.damaged),
    }
