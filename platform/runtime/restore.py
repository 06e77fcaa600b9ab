"""Bring a backup back into an empty place of either kind of database: all of it, checked, or nothing."""

from __future__ import annotations

import os
import secrets
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection, MetaData, inspect, select, text
from sqlalchemy.exc import DBAPIError

from ..store.bulk_load import MEMORY, filling, take_away
from ..store.chain import BrokenLink, verify
from ..store.engine import Database, DatabaseError, driver_errors, open_database
from ..store.portable import count_rows, finish_writing, write_rows
from ..store.schema import newest, upgrade_within
from ..store.tables import AttachmentRow, RecordRow
from .archive import (
    DAMAGED,
    SHOWN,
    BackupError,
    Heads,
    Manifest,
    Progress,
    open_archive,
    read_files,
    read_table,
)
from .crash import crash_point


@dataclass(frozen=True, slots=True, kw_only=True)
class RestorePlan:
    """What to bring back where. database_url: "" for SQLite in *data*, else of an empty PostgreSQL database."""

    source: Path
    data: Path
    database_url: str
    progress: Progress


STREAMED = {"yield_per": 1000}


def restore(plan: RestorePlan) -> tuple[Manifest, tuple[BrokenLink, ...]]:
    """Bring the backup back and check it there; raises BackupError, with nothing changed, when it cannot be.

    Return with the manifest the chains that do not hold: they came so in the backup.
    """
    if plan.data.exists() and any(plan.data.iterdir()):
        raise BackupError(
            f"{plan.data} is not empty. A backup is only brought back into an empty place: "
            "name another folder with --data, or move this one away."
        )
    archive, manifest = open_archive(plan.source)
    failures: tuple[type[Exception], ...] = (OSError, DBAPIError, *driver_errors(), *DAMAGED)
    work = plan.data.absolute().with_name(f".{plan.data.absolute().name}.restoring-{os.getpid()}")
    try:
        with archive:
            work.mkdir(parents=True, mode=0o700)
            broken = _restore_into(plan, archive, manifest, work)
    except failures as error:
        raise BackupError(f"the backup could not be brought back: {error}.") from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return manifest, broken


def _restore_into(
    plan: RestorePlan, archive: zipfile.ZipFile, manifest: Manifest, work: Path
) -> tuple[BrokenLink, ...]:
    address = plan.database_url or f"sqlite:///{work / 'sopwith.db'}"
    try:
        database = open_database(address)
    except DatabaseError as error:
        raise BackupError(str(error)) from error
    try:
        with _one_transaction(database) as connection:
            _require_empty(connection)
            _fill(connection, archive, manifest, plan.progress)
            _bring_files(connection, archive, manifest, work / "files", plan.progress)
            broken = _check(connection, manifest, plan.progress)
            crash_point("restore:written")
            _keys(archive, manifest, work)
            if not database.is_sqlite:
                _put_in_place(work, plan.data)
    except BaseException:
        if not database.is_sqlite and not work.exists():
            shutil.rmtree(plan.data, ignore_errors=True)  # in place already, but not committed
        raise
    finally:
        database.close()
    if database.is_sqlite:
        for rest in work.glob("sopwith.db-*"):
            rest.unlink()
        _put_in_place(work, plan.data)
    return broken


@contextmanager
def _one_transaction(database: Database) -> Iterator[Connection]:
    if database.is_sqlite:
        with filling(database) as connection:
            yield connection
        return
    with database.writing() as connection:
        for setting in ("statement_timeout", "idle_in_transaction_session_timeout"):
            connection.execute(text(f"SET LOCAL {setting} = 0"))
        connection.execute(text(f"SET LOCAL maintenance_work_mem = '{MEMORY}kB'"))
        yield connection


def _require_empty(connection: Connection) -> None:
    present = inspect(connection).get_table_names()
    if present:
        raise BackupError(
            f"the database has tables already ({', '.join(sorted(present)[:3])} ...). "
            "A backup is only brought back into an empty one."
        )


def _fill(
    connection: Connection, archive: zipfile.ZipFile, manifest: Manifest, progress: Progress
) -> None:
    """Make the tables as they were, fill them, and bring them up to this version."""
    try:
        upgrade_within(connection, manifest.revision)
    except Exception as error:
        raise BackupError(
            f"the backup is of tables {manifest.revision}, which this version ({newest()}) does not "
            f"know; update Sopwith ({error})."
        ) from error
    present = MetaData()
    present.reflect(connection, resolve_fks=False)
    names = [part.form.name for part in manifest.tables]
    unknown = next((name for name in names if name not in present.tables), None)
    if unknown is not None:
        raise BackupError(f"there is no table {unknown} in version {manifest.revision}.")
    back = take_away(connection, names)
    for part in manifest.tables:
        form = part.form
        progress(form.name, 0, part.rows)
        write_rows(connection, form, read_table(archive, part))
        progress(form.name, part.rows, part.rows)
    for number, statement in enumerate(back, 1):
        progress("indexes", number, len(back))
        connection.exec_driver_sql(statement)
    try:
        finish_writing(connection, [part.form for part in manifest.tables])
    except ValueError as error:
        raise BackupError(f"the backup does not fit together: {error}.") from error
    upgrade_within(connection)


def _bring_files(
    connection: Connection,
    archive: zipfile.ZipFile,
    manifest: Manifest,
    folder: Path,
    progress: Progress,
) -> None:
    """Write the attached files, each under the names that the database has for it."""
    folder.mkdir(mode=0o700)
    if manifest.files is None:
        return
    for done, (digest, chunks) in enumerate(read_files(archive, manifest.files), 1):
        mine = AttachmentRow.sha256 == digest
        names = list(
            connection.execute(
                select(AttachmentRow.stored_name).where(mine).order_by(AttachmentRow.id)
            ).scalars()
        )
        path = folder / (names[0] if names else secrets.token_hex(20))
        summed = sha256()
        with path.open("xb") as file:
            for chunk in chunks:
                summed.update(chunk)
                file.write(chunk)
        if summed.hexdigest() != digest:
            raise BackupError(f"the attached file {digest[:12]} is damaged; use another backup.")
        for name in names[1:]:
            shutil.copyfile(path, folder / name)
        if not names:
            path.unlink()
        progress("files", done, manifest.files.rows)


def _check(
    connection: Connection, manifest: Manifest, progress: Progress
) -> tuple[BrokenLink, ...]:
    """Compare what is in the database now with what the backup says; return the chains that do not hold."""
    for part in manifest.tables:
        found = count_rows(connection, part.form)
        if found != part.rows:
            raise BackupError(f"{part.form.name} has {found} rows instead of {part.rows}.")
    progress("check", 0, manifest.records)
    heads = Heads()
    order = RecordRow.id if connection.dialect.name == "sqlite" else RecordRow.id.collate("C")
    query = select(RecordRow.id, RecordRow.version, RecordRow.head).order_by(order)
    for row in connection.execute(query, execution_options=STREAMED):
        heads.take(row.id, row.version, row.head)
    if (heads.records, heads.digest) != (manifest.records, manifest.heads):
        raise BackupError("the chains do not end where the backup says.")
    broken = tuple(islice(verify(connection), SHOWN))
    progress("check", manifest.records, manifest.records)
    return broken


def _keys(archive: zipfile.ZipFile, manifest: Manifest, folder: Path) -> None:
    for name in manifest.keys:
        if Path(name).name != name or not name.endswith("-key"):
            raise BackupError(f"{name!r} is no name of a key.")
        descriptor = os.open(folder / name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(archive.read(f"keys/{name}"))


def _put_in_place(work: Path, data: Path) -> None:
    """Give the folder its name; an empty one that stands there is replaced."""
    data.parent.mkdir(parents=True, exist_ok=True)
    try:
        work.rename(data)
    except OSError as error:
        raise BackupError(
            f"{data} could not be replaced ({error.strerror}); if it is a mount point, name a folder in it."
        ) from error
