"""Open the database: one engine that writes, one that can only read."""

from __future__ import annotations

import fcntl
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import IO, Any

from sqlalchemy import URL, Connection, Engine, QueuePool, create_engine, event, make_url

from .columns import dump_json, load_json, load_json_bytes
from .prepared import told
from .shared_commit import SharedCommits
from .sql_sqlite import add_functions

BUSY_MILLISECONDS = 10_000
WAIT_SECONDS = 30.0
PREPARED = 400
"""Statements that a connection to PostgreSQL keeps prepared at most: more than all pages and jobs together ask."""
READERS = 8
NETWORK_FILE_SYSTEMS = frozenset(
    [
        "nfs",
        "nfs4",
        "cifs",
        "smb2",
        "smb3",
        "smbfs",
        "afs",
        "ceph",
        "glusterfs",
        "lustre",
        "ocfs2",
        "gfs2",
        "beegfs",
        "fuse.sshfs",
        "fuse.s3fs",
        "fuse.rclone",
        "fuse.glusterfs",
        "fuse.davfs",
        "davfs",
        "ncpfs",
    ]
)


class DatabaseError(RuntimeError):
    """The database cannot be used as it is; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """The open database. Pages use *read*; every change goes through *write*."""

    url: URL
    write: Engine
    read: Engine
    shared: SharedCommits | None = None

    @property
    def is_sqlite(self) -> bool:
        """Return whether this is the embedded database."""
        return self.url.get_backend_name() == "sqlite"

    @property
    def path(self) -> Path | None:
        """Return the file of the embedded database."""
        return Path(self.url.database) if self.is_sqlite and self.url.database else None

    @property
    def is_waited_for(self) -> bool:
        """Return whether somebody in a hurry waits until this process lets go of SQLite's one writer."""
        return self.shared is not None and self.shared.is_waited_for

    @contextmanager
    def writing(self, *, alone: bool = False, patient: bool = False) -> Iterator[Connection]:
        """Open one transaction; commit at the end, roll back on an exception.

        alone: share the commit with nobody, for whoever writes long. On SQLite all others that wait share one.
        patient: for work that nobody looks on at; see ``is_waited_for``.
        """
        if self.shared is not None:
            with self.shared.writing(alone=alone, patient=patient) as connection:
                yield connection
            return
        with self.write.connect() as connection, self._clean(connection), connection.begin():
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open one snapshot that cannot write. Keep it short: an old snapshot makes the log grow."""
        with self.read.connect() as connection, self._clean(connection):
            yield connection
            if not self.is_sqlite:
                connection.commit()  # psycopg forgets what it prepared with each rollback

    def fold_log(self) -> None:
        """Write SQLite's log back into its file and empty it, as far as no reader needs it."""
        if self.is_sqlite:
            with self.read.connect() as connection:
                driver = connection.connection.driver_connection
                if driver is not None:
                    driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def tidy(self) -> None:
        """Fold SQLite's log, and let SQLite look at what its tables hold, so that it chooses the right indexes."""
        if self.is_sqlite:
            with self.write.connect() as connection:
                driver = connection.connection.driver_connection
                if driver is not None:
                    driver.execute("PRAGMA analysis_limit = 1000")
                    driver.execute("PRAGMA optimize = 0x10002").fetchall()
        self.fold_log()

    @contextmanager
    def _clean(self, connection: Connection) -> Iterator[None]:
        """Throw the connection away after an exception: on SQLite a query left half read keeps its snapshot."""
        try:
            yield
        except BaseException:
            if self.is_sqlite and not connection.closed:
                connection.invalidate()
            raise

    def close(self) -> None:
        """Close every connection."""
        self.write.dispose()
        self.read.dispose()


def open_database(address: str) -> Database:
    """Return the database at *address*: ``sqlite:///path`` or ``postgresql://...``.

    Raises DatabaseError for an in-memory database, a network file system or an unknown kind.
    """
    url = make_url(address)
    if url.get_backend_name() == "sqlite":
        return _open_sqlite(url)
    if url.get_backend_name() == "postgresql":
        return _open_postgres(url.set(drivername="postgresql+psycopg"))
    raise DatabaseError(f"Sopwith keeps its data in SQLite or PostgreSQL, not {url.drivername}")


def driver_errors() -> tuple[type[Exception], ...]:
    """Return what the installed drivers raise when they are used without SQLAlchemy."""
    found: list[type[Exception]] = [sqlite3.Error]
    with suppress(ImportError):  # only an installation on PostgreSQL has it
        found.append(import_module("psycopg").Error)
    return tuple(found)


@contextmanager
def server_lock(database: Database) -> Iterator[None]:
    """Hold the embedded database for one server; raise DatabaseError when another one has it.

    PostgreSQL is made for several servers, so there it does nothing.
    """
    if database.path is None:
        yield
        return
    with Path(f"{database.path}.lock").open("a") as file:
        _lock(file, database.path)
        yield


def _lock(file: IO[str], path: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise DatabaseError(
            f"another Sopwith server is running on {path}; stop it first, "
            "or give this one a data folder of its own"
        ) from error


def _open_sqlite(url: URL) -> Database:
    if not url.database or url.database == ":memory:" or "mode=memory" in str(url):
        raise DatabaseError("give the database a file: in memory each thread would see its own")
    path = Path(url.database).absolute()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if (kind := file_system(path.parent)) in NETWORK_FILE_SYSTEMS:
        raise DatabaseError(
            f"{path} is on a network file system ({kind}), where SQLite can lose data; "
            "choose a folder on a local disk, or use PostgreSQL"
        )
    url = url.set(drivername="sqlite+pysqlite", database=str(path))
    # One connection that writes: threads wait in the pool's queue, which is fair; SQLite's lock is not.
    write = _engine(url, pool_size=1, json_deserializer=load_json)
    read = _engine(
        url,
        pool_size=READERS,
        json_deserializer=load_json,
        execution_options={"reads_only": True},
    )
    event.listen(write, "connect", _prepare_sqlite_writer)
    event.listen(write, "begin", _begin_immediate)
    event.listen(read, "connect", _prepare_sqlite_reader)
    event.listen(read, "begin", _begin)
    return Database(url=url, write=write, read=read, shared=SharedCommits(write, WAIT_SECONDS))


def _open_postgres(url: URL) -> Database:
    # The connection used last is used next: it has the statements prepared.
    options: dict[str, Any] = {"pool_size": READERS, "pool_pre_ping": True, "pool_use_lifo": True}
    options["json_deserializer"] = load_json_bytes
    write = _engine(url, **options)
    read = _engine(url, **options, execution_options={"reads_only": True})
    event.listen(write, "connect", _prepare_postgres_writer)
    event.listen(read, "connect", _prepare_postgres_reader)
    return Database(url=url, write=write, read=read)


def _engine(url: URL, **options: Any) -> Engine:
    return create_engine(
        url,
        poolclass=QueuePool,
        max_overflow=0,
        pool_timeout=WAIT_SECONDS,
        json_serializer=dump_json,
        hide_parameters=True,  # what people wrote has no place in errors, logs and jobs
        **options,
    )


def _prepare_sqlite(connection: sqlite3.Connection) -> None:
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
    for setting in ("foreign_keys = ON", "trusted_schema = OFF", "cell_size_check = ON"):
        connection.execute(f"PRAGMA {setting}")
    add_functions(connection)


def _prepare_sqlite_writer(connection: sqlite3.Connection, _record: object) -> None:
    _prepare_sqlite(connection)
    (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
    if mode != "wal":
        raise DatabaseError(
            f"SQLite cannot keep a write-ahead log here (it says {mode!r}); "
            "choose a folder on a local disk, or use PostgreSQL"
        )
    connection.execute("PRAGMA synchronous = FULL")


def _prepare_sqlite_reader(connection: sqlite3.Connection, _record: object) -> None:
    _prepare_sqlite(connection)
    connection.execute("PRAGMA query_only = ON")


def _begin_immediate(connection: Connection) -> None:
    _begin_as(connection, "BEGIN IMMEDIATE")


def _begin(connection: Connection) -> None:
    _begin_as(connection, "BEGIN")


def _begin_as(connection: Connection, words: str) -> None:
    """Begin past SQLAlchemy, as ``prepared`` runs statements: there are several transactions to a page."""
    driver: Any = connection.connection.driver_connection
    try:
        driver.execute(words)
    except sqlite3.Error as error:
        raise told(connection, words, (), error) from error


def _prepare_postgres_writer(connection: Any, _record: object) -> None:
    _set(connection, timezone="UTC", lock_timeout="10s", statement_timeout="60s")


def _prepare_postgres_reader(connection: Any, _record: object) -> None:
    _set(
        connection,
        timezone="UTC",
        statement_timeout="60s",
        default_transaction_read_only="on",
        # A plan that knows no values reads far too much for rare words and types.
        plan_cache_mode="force_custom_plan",
    )


def _set(connection: Any, **settings: str) -> None:
    connection.prepared_max = PREPARED
    connection.autocommit = True
    with connection.cursor() as cursor:
        for name, value in {**settings, "idle_in_transaction_session_timeout": "60s"}.items():
            cursor.execute("SELECT set_config(%s, %s, false)", (name, value))
    connection.autocommit = False


def file_system(folder: Path) -> str:
    """Return the kind of file system that holds *folder*, the empty string where it cannot be told."""
    try:
        lines = Path("/proc/self/mountinfo").read_text(errors="replace").splitlines()
    except OSError:
        return ""
    place = folder.resolve()
    best, kind = -1, ""
    for line in lines:
        left, _, right = line.partition(" - ")
        point = Path(left.split()[4].encode().decode("unicode_escape"))
        if place.is_relative_to(point) and len(point.parts) >= best:
            best, kind = len(point.parts), right.split()[0]
    return kind
