"""Move an installation from one database to another: all of it, compared, or nothing."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect, select, text

from ..core.events import SYSTEM
from ..store.audit import note
from ..store.bulk_load import MEMORY, filling, take_away
from ..store.canonical import canonical
from ..store.chain import verify, verify_some
from ..store.engine import Database, open_database, server_lock
from ..store.installation import heartbeats
from ..store.portable import (
    Row,
    TableForm,
    count_rows,
    finish_writing,
    read_rows,
    table_forms,
    write_rows,
)
from ..store.releases import live_release
from ..store.schema import newest, revision_of, upgrade_within
from ..store.tables import AttachmentRow, RecordRow

ALIVE = timedelta(seconds=90)
"""A process that gave a sign of life within this time is taken to run."""

SAMPLE = 1000
"""Records whose chains are checked in a quick move."""

OFTEN = 2000  # rows between two looks at the progress
Progress = Callable[[str, float, float], None]


class MoveError(RuntimeError):
    """The installation cannot be moved; the source is as it was, the target empty. The text says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MovePlan:
    """What to move where. data: the data folder, in which files and keys stay. quick: compare less, see ``Moved``."""

    source: Database
    target: str
    data: Path
    now: datetime
    quick: bool = False
    progress: Progress = lambda what, done, total: None


@dataclass(slots=True, kw_only=True)
class Moved:
    """What was moved. compared: tables of which every row was compared; of the others the count was.

    chains: of how many records every event was checked. missing: attached files that are not in the data folder.
    """

    rows: dict[str, int] = field(default_factory=dict)
    compared: int = 0
    records: int = 0
    chains: int = 0
    files: int = 0
    missing: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)


def move(plan: MovePlan) -> Moved:
    """Copy every table in one transaction, compare, and only then commit; raises MoveError when it cannot be."""
    if revision_of(plan.source) != newest():
        raise MoveError(
            "The source has tables of another version. Start this version of Sopwith on it once, stop it, and move then."
        )
    with server_lock(plan.source), _held(plan) as read, _new_target(plan) as write:
        _require_empty(write)
        upgrade_within(write)
        moved = _copy(plan, read, write)
        _compare(plan, read, write, moved)
        _look_at_files(plan, read, moved)
        body = {"records": moved.records, "from": plan.source.url.get_backend_name()}
        note(write, SYSTEM, "store.move", write.dialect.name, plan.now, body)
    return moved


@contextmanager
def _held(plan: MovePlan) -> Iterator[Connection]:
    """Open one snapshot of the source, in which nobody else can change anything; it is rolled back at the end."""
    engine = plan.source.write
    if not plan.source.is_sqlite:
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with engine.connect() as connection:
        with plan.source.reading() as other:
            alive = [one for one in heartbeats(other) if one.at > plan.now - ALIVE]
        if alive and not plan.source.is_sqlite:
            nodes = ", ".join(sorted({one.node for one in alive}))
            raise MoveError(
                f"Sopwith is running on the source ({nodes}). Stop it, wait {ALIVE.seconds} seconds, and move then."
            )
        try:
            if not plan.source.is_sqlite:
                connection.execute(text("SET LOCAL statement_timeout = 0"))
                connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
                names = ", ".join(f'"{form.name}"' for form in table_forms())
                connection.execute(text(f"LOCK TABLE {names} IN SHARE MODE"))
            yield connection
        finally:
            connection.rollback()
            connection.invalidate()


@contextmanager
def _new_target(plan: MovePlan) -> Iterator[Connection]:
    """Open one transaction on the target; a file of SQLite gets its name only when it is whole."""
    address = plan.target
    path = _path_of(address)
    if path is None:
        database = open_database(address)
        try:
            with database.writing() as connection:
                for name, value in (
                    ("statement_timeout", "0"),
                    ("idle_in_transaction_session_timeout", "0"),
                    ("maintenance_work_mem", f"'{MEMORY}kB'"),
                ):
                    connection.execute(text(f"SET LOCAL {name} = {value}"))
                yield connection
        finally:
            database.close()
        return
    if path.exists():
        raise MoveError(f"{path} is there already. Name another file, or move this one away.")
    unfinished = path.with_name(f".{path.name}.moving-{os.getpid()}")
    database = open_database(f"sqlite:///{unfinished}")
    try:
        with filling(database) as connection:
            yield connection
        database.close()
        unfinished.rename(path)
    finally:
        database.close()
        for rest in path.parent.glob(f"{unfinished.name}*"):
            with suppress(FileNotFoundError):
                rest.unlink()


def _path_of(address: str) -> Path | None:
    """Return the file that an address of SQLite names, None for PostgreSQL."""
    head, found, path = address.partition("sqlite:///")
    return Path(path).absolute() if found and not head else None


def _require_empty(connection: Connection) -> None:
    present = inspect(connection).get_table_names()
    if present:
        raise MoveError(
            f"The target has tables already ({', '.join(sorted(present)[:3])} ...). An installation is only moved into "
            "an empty database: make a new one, and name it with --to."
        )


# --- copying


def _copy(plan: MovePlan, read: Connection, write: Connection) -> Moved:
    moved = Moved()
    forms = table_forms()
    back = take_away(write, [form.name for form in forms])
    for form in forms:
        total = count_rows(read, form)
        told = _told(plan.progress, form.name, total)
        write_rows(write, form, told(read_rows(read, form)))
        moved.rows[form.name] = total
    for number, statement in enumerate(back, 1):
        plan.progress("indexes", number, len(back))
        write.exec_driver_sql(statement)
    try:
        finish_writing(write, forms)
    except ValueError as error:
        raise MoveError(f"The source does not fit together: {error}.") from error
    return moved


def _told(progress: Progress, name: str, total: int) -> Callable[[Iterator[Row]], Iterator[Row]]:
    def told(rows: Iterator[Row]) -> Iterator[Row]:
        for done, row in enumerate(rows, 1):
            if done % OFTEN == 0:
                progress(name, done, total)
            yield row
        if total:
            progress(name, total, total)

    return told


# --- comparing


def _compare(plan: MovePlan, read: Connection, write: Connection, moved: Moved) -> None:
    for form in table_forms():
        found = count_rows(write, form)
        if found != moved.rows[form.name]:
            raise MoveError(
                f"{form.name} has {found} rows instead of {moved.rows[form.name]} on the target. Nothing was moved."
            )
        if not plan.quick:
            total = 2 * found
            told = _told(plan.progress, f"compare {form.name}", total)
            if digest_of(form, told(read_rows(read, form))) != digest_of(
                form, read_rows(write, form)
            ):
                raise MoveError(f"{form.name} differs on the target. Nothing was moved.")
            moved.compared += 1
    if _heads(read) != _heads(write):
        raise MoveError("The chains do not end alike on the target. Nothing was moved.")
    old, new = live_release(read), live_release(write)
    if (old and old.release) != (new and new.release):
        raise MoveError("Another release is in force on the target. Nothing was moved.")
    moved.records = moved.rows[RecordRow.__tablename__]
    _check_chains(plan, write, moved)


def _check_chains(plan: MovePlan, write: Connection, moved: Moved) -> None:
    broken = []
    if plan.quick:
        checked = verify_some(write, "", SAMPLE)
        broken, moved.chains = list(checked.broken), checked.records
    else:
        plan.progress("chains", 0, moved.records)
        broken, moved.chains = list(islice(verify(write), 3)), moved.records
        plan.progress("chains", moved.records, moved.records)
    if broken:
        said = "; ".join(f"record {one.record_id}, event {one.seq}: {one.reason}" for one in broken)
        raise MoveError(
            f"Chains of hashes do not hold ({said}). Look at them with `sopwith verify` first."
        )


def digest_of(form: TableForm, rows: Iterator[Row]) -> str:
    """Return one digest of all *rows*; JSON counts by what it says, not by how it is written."""
    summed = sha256()
    places = [place for place, kind in enumerate(form.kinds) if kind == "json"]
    for row in rows:
        for place in places:
            if row[place] is not None:
                row[place] = canonical(json.loads(row[place]))
        summed.update(repr(row).encode(errors="surrogatepass"))
    return summed.hexdigest()


def _heads(connection: Connection) -> str:
    summed = sha256()
    order: Any = RecordRow.id
    if connection.dialect.name != "sqlite":
        order = RecordRow.id.collate("C")
    query = select(RecordRow.id, RecordRow.version, RecordRow.head).order_by(order)
    for row in connection.execute(query, execution_options={"yield_per": OFTEN}):
        summed.update(f"{row.id} {row.version} {row.head}\n".encode())
    return summed.hexdigest()


def _look_at_files(plan: MovePlan, read: Connection, moved: Moved) -> None:
    """Look whether the files that the database names are in the data folder, which stays where it is."""
    query = select(AttachmentRow.stored_name, AttachmentRow.size, AttachmentRow.name).where(
        AttachmentRow.state == "ready"
    )
    for row in read.execute(query, execution_options={"yield_per": OFTEN}):
        path = plan.data / "files" / row.stored_name
        moved.files += 1
        if not path.is_file() or path.stat().st_size != row.size:
            moved.missing.append(str(path))
    moved.keys = sorted(one.name for one in plan.data.glob("*-key"))
