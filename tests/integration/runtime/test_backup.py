"""A backup of a working installation, brought back into a fresh place of either kind."""

from __future__ import annotations

import errno
import itertools
import json
import threading
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, text

from sopwith.cli.up import pack_files, shipped_packs
from sopwith.core.commands import Comment
from sopwith.core.events import Actor
from sopwith.engine.fold import fold
from sopwith.runtime import backup as backups
from sopwith.runtime.archive import (
    MANIFEST,
    BackupError,
    Manifest,
    Part,
    check_archive,
    open_archive,
    read_table,
)
from sopwith.runtime.backup import BackupPlan, drop_old, make_backup, target_in
from sopwith.runtime.clock import RandomIds, SystemClock
from sopwith.runtime.demo import install
from sopwith.runtime.links import Links
from sopwith.runtime.releases import Releases
from sopwith.runtime.restore import RestorePlan, restore
from sopwith.runtime.service import Service
from sopwith.store.canonical import canonical
from sopwith.store.chain import verify
from sopwith.store.engine import Database, open_database
from sopwith.store.history import events_of
from sopwith.store.portable import table_forms
from sopwith.store.records import load_record
from sopwith.store.search import search
from sopwith.store.tables import AttachmentRow, JobRow, RecordRow
from tests.support.databases import new_database
from tests.support.postgres import PostgresServer
from tests.support.samples import NOW

_number = itertools.count(1)
CONTENT = b"\x00\xff attached \n" * 1000


def silent(stage: str, done: int, total: int) -> None:
    """Show nothing."""


def service_of(database: Database) -> Service:
    return Service(
        database=database,
        releases=Releases(database),
        clock=SystemClock(),
        ids=RandomIds(),
        links=Links("https://ours.test", b"k" * 32),
    )


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def source(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """The demo installation, of one kind and then of the other."""
    with new_database(request, tmp_path_factory) as database:
        install(
            service_of(database), pack_files(shipped_packs()), lambda word: word, "Asia/Shanghai"
        )
        yield database


@pytest.fixture
def empty_postgres(postgres_server: PostgresServer) -> Iterator[str]:
    name = f"restored_{next(_number)}"
    yield postgres_server.create_database(name)
    postgres_server.drop_database(name)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    (folder / "files").mkdir(parents=True)
    (folder / "link-key").write_text("secret of links")
    return folder


def plan_of(database: Database, data: Path, target: Path, **more: Any) -> BackupPlan:
    return BackupPlan(database=database, data=data, target=target, now=NOW, product="test", **more)


def attach(database: Database, data: Path, name: str, content: bytes = CONTENT) -> None:
    (data / "files" / name).write_bytes(content)
    row = {
        "id": f"id-{name}",
        "stored_name": name,
        "sha256": sha256(content).hexdigest(),
        "size": len(content),
        "type": "text/plain",
        "name": "a.txt",
        "visibility": "public",
        "state": "ready",
        "created_at": NOW,
    }
    with database.writing() as connection:
        connection.execute(insert(AttachmentRow), row)


@pytest.fixture
def no_files(source: Database) -> Iterator[None]:
    yield
    with source.writing() as connection:
        connection.execute(text("DELETE FROM attachment WHERE id LIKE 'id-%'"))


class Load:
    """Somebody who says things on records until told to stop."""

    def __init__(self, database: Database) -> None:
        self.service, self.said = service_of(database), 0
        with database.reading() as connection:
            query = select(RecordRow.id).where(RecordRow.category == "open").limit(20)
            self.ids = list(connection.execute(query).scalars())
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        admin = Actor("user", "x", frozenset({"admin", "agent"}), name="X")
        for record_id in itertools.cycle(self.ids):
            if self._stop.is_set():
                return
            said = self.service.message("what is said while the backup runs")
            outcome = self.service.handle(
                Comment(actor=admin, message=said, public=False), record_id
            )
            assert outcome.accepted, outcome.problems
            self.said += 1

    def __enter__(self) -> Load:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


def rows_in(path: Path) -> dict[str, list[str]]:
    """Return every row of the archive as text, by table; JSONB keeps no order of keys."""
    archive, manifest = open_archive(path)
    with archive:
        return {
            part.form.name: [_plain(part, row) for row in read_table(archive, part)]
            for part in manifest.tables
        }


def _plain(part: Part, row: list[Any]) -> str:
    kinds = zip(part.kinds, row, strict=True)
    return canonical([json.loads(one) if kind == "json" and one else one for kind, one in kinds])


@pytest.mark.usefixtures("no_files")
def test_a_backup_under_load_comes_back_whole_on_both_databases(
    source: Database, data: Path, tmp_path: Path, empty_postgres: str
) -> None:
    attach(source, data, "one")
    attach(source, data, "same")
    attach(source, data, "other", b"")
    target = tmp_path / "one.zip"
    with Load(source) as load:
        manifest, broken = make_backup(plan_of(source, data, target))
    assert load.said > 0
    assert broken == ()
    assert manifest.missing == manifest.damaged == ()
    assert target.stat().st_mode & 0o077 == 0
    original = rows_in(target)
    assert manifest.records == len(original["record"]) > 10
    for name, url in (("on-sqlite", ""), ("on-postgres", empty_postgres)):
        there = tmp_path / name
        restore(RestorePlan(source=target, data=there, database_url=url, progress=silent))
        assert (there / "files" / "one").read_bytes() == (there / "files" / "same").read_bytes()
        assert (there / "files" / "one").read_bytes() == CONTENT
        assert (there / "link-key").read_text() == "secret of links"
        with closing(open_database(url or f"sqlite:///{there / 'sopwith.db'}")) as restored:
            _is_the_same(restored, there, original, tmp_path / f"{name}.zip")
            _goes_on(restored)


def _is_the_same(
    restored: Database, data: Path, original: dict[str, list[str]], second: Path
) -> None:
    """Back up what was brought back: every row of every table is as it was, whatever the database."""
    make_backup(plan_of(restored, data, second))
    again = rows_in(second)
    assert again.keys() == original.keys() == {form.name for form in table_forms()}
    for name, rows in again.items():
        assert rows == original[name], name
    with restored.reading() as connection:
        assert list(verify(connection)) == []
        for record_id in connection.execute(select(RecordRow.id)).scalars().all():
            events = [kept.event for kept in events_of(connection, record_id)]
            assert load_record(connection, record_id) == fold(None, events)


def _goes_on(restored: Database) -> None:
    service = service_of(restored)
    with restored.reading() as connection:
        query = select(RecordRow.id).where(RecordRow.category == "open").limit(1)
        record_id = connection.execute(query).scalar_one()
    admin = Actor("user", "x", frozenset({"admin", "agent"}), name="X")
    said = Comment(actor=admin, message=service.message("zebrafinch goes on"), public=True)
    assert service.handle(said, record_id).accepted
    with restored.writing() as connection:
        assert search(connection, "zebrafinch") == [record_id]
        assert list(verify(connection, record_id)) == []
        connection.execute(text("DELETE FROM job WHERE id = (SELECT max(id) FROM job)"))
        assert connection.execute(select(JobRow.id).limit(1)).first() is not None


def small_backup(source: Database, data: Path, tmp_path: Path) -> tuple[Path, Manifest]:
    target = tmp_path / "small.zip"
    manifest, _ = make_backup(plan_of(source, data, target, is_verified=False))
    return target, manifest


@pytest.mark.usefixtures("no_files")
def test_a_missing_and_a_damaged_file_are_named(
    source: Database, data: Path, tmp_path: Path
) -> None:
    attach(source, data, "gone")
    attach(source, data, "bent", b"as it was")
    (data / "files" / "gone").unlink()
    (data / "files" / "bent").write_bytes(b"as it is now")
    manifest, _ = make_backup(plan_of(source, data, tmp_path / "b.zip"))
    assert (manifest.missing, manifest.damaged) == (("id-gone",), ("id-bent",))


def test_without_keys_there_are_none(source: Database, data: Path, tmp_path: Path) -> None:
    target = tmp_path / "b.zip"
    manifest, _ = make_backup(plan_of(source, data, target, with_keys=False, is_verified=False))
    assert manifest.keys == ()
    with zipfile.ZipFile(target) as archive:
        assert not [name for name in archive.namelist() if name.startswith("keys/")]


@pytest.mark.parametrize("part", ["app_user", "record", "record_event", "job"])
def test_a_backup_that_was_bent_is_refused(
    source: Database, data: Path, tmp_path: Path, part: str
) -> None:
    target, _ = small_backup(source, data, tmp_path)
    content = bytearray(target.read_bytes())
    with zipfile.ZipFile(target) as archive:
        info = archive.getinfo(f"tables/{part}.jsonl")
    at = info.header_offset + 80 + info.compress_size // 2
    content[at : at + 8] = bytes(byte ^ 0x5A for byte in content[at : at + 8])
    target.write_bytes(content)
    with pytest.raises(BackupError):
        check_archive(target, silent)
    there = tmp_path / "there"
    with pytest.raises(BackupError):
        restore(RestorePlan(source=target, data=there, database_url="", progress=silent))
    assert not there.exists()
    assert [one.name for one in tmp_path.iterdir() if "restoring" in one.name] == []


def test_a_backup_that_was_cut_off_is_refused(source: Database, data: Path, tmp_path: Path) -> None:
    target, _ = small_backup(source, data, tmp_path)
    target.write_bytes(target.read_bytes()[:-500])
    with pytest.raises(BackupError, match="cannot be read"):
        check_archive(target, silent)


def test_nothing_is_brought_back_over_anything(
    source: Database, data: Path, tmp_path: Path, empty_postgres: str
) -> None:
    target, _ = small_backup(source, data, tmp_path)
    plan = RestorePlan(source=target, data=data, database_url="", progress=silent)
    with pytest.raises(BackupError, match="is not empty"):
        restore(plan)
    with closing(open_database(empty_postgres)) as database, database.writing() as connection:
        connection.execute(text("CREATE TABLE somebody (id int)"))
    with pytest.raises(BackupError, match="has tables already"):
        restore(replace(plan, data=tmp_path / "new", database_url=empty_postgres))
    assert not (tmp_path / "new").exists()


def test_a_restore_that_fails_leaves_an_empty_database(
    source: Database, data: Path, tmp_path: Path, empty_postgres: str
) -> None:
    target, manifest = small_backup(source, data, tmp_path)
    bent = tmp_path / "bent.zip"
    with zipfile.ZipFile(target) as old, zipfile.ZipFile(bent, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == MANIFEST:
                content = content.replace(manifest.heads.encode(), b"0" * 64)
            new.writestr(name, content)
    plan = RestorePlan(source=bent, data=tmp_path / "new", database_url="", progress=silent)
    for one in (plan, replace(plan, database_url=empty_postgres)):
        with pytest.raises(BackupError, match="do not end where the backup says"):
            restore(one)
        assert not (tmp_path / "new").exists()
    with closing(open_database(empty_postgres)) as database, database.reading() as connection:
        found = connection.execute(text("SELECT count(*) FROM pg_tables WHERE schemaname='public'"))
        assert found.scalar_one() == 0


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()]
)
def test_a_full_disk_or_an_interruption_leaves_nothing_under_the_name(
    source: Database,
    data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(backups, "write_manifest", fail)
    folder = tmp_path / "backups"
    folder.mkdir()
    with pytest.raises(KeyboardInterrupt if isinstance(error, KeyboardInterrupt) else BackupError):
        make_backup(plan_of(source, data, folder / "b.zip"))
    assert list(folder.iterdir()) == []


def test_only_the_newest_backups_are_kept(tmp_path: Path) -> None:
    for day in range(1, 6):
        (tmp_path / f"sopwith-2026110{day}-030000.zip").touch()
    (tmp_path / "mine.zip").touch()
    assert [one.name for one in drop_old(tmp_path, 2)] == [
        f"sopwith-2026110{day}-030000.zip" for day in (1, 2, 3)
    ]
    assert len(list(tmp_path.iterdir())) == 3
    assert target_in(tmp_path, NOW).name == "sopwith-20261120-080000.zip"
    assert target_in(tmp_path / "x.zip", NOW) == tmp_path / "x.zip"
