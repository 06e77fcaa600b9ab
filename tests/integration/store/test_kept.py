from __future__ import annotations

from dataclasses import replace

import pytest

from sopwith.store.engine import Database
from sopwith.store.erasing import erased_files
from sopwith.store.files import (
    Attachment,
    add_file,
    drop_loose_files,
    file_of,
    files_of,
    tie_files,
)
from sopwith.store.installation import (
    Heartbeat,
    beat,
    forget_heartbeats,
    heartbeats,
    put_setting,
    setting,
)
from sopwith.store.people import StaleRowError
from sopwith.store.records import append
from sopwith.store.releases import (
    Draft,
    DraftOperation,
    add_draft,
    draft_of,
    drafts,
    drop_draft,
    go_live,
    keep_release,
    live_release,
    live_releases,
    mark_undone,
    open_records_by_release,
    operations_of,
    release_of,
    save_draft,
)
from sopwith.store.traffic import (
    Inbound,
    NewNotice,
    count_unread,
    inbound_in,
    inbound_of,
    is_disabled,
    keep_inbound,
    mark_read,
    note_target,
    notices_of,
    settle_inbound,
    tell,
)
from tests.support.samples import NOW, add_user, created, later


def test_the_newest_move_of_the_pointer_counts(database: Database) -> None:
    with database.writing() as connection:
        assert live_release(connection) is None
        for name in ("r1", "r2", "r1"):
            keep_release(connection, name, {"a/b.yaml": f"# {name} 定义\n"}, NOW, note=name)
        for name, kind in (("r1", "publish"), ("r2", "publish"), ("r1", "rollback")):
            go_live(connection, name, NOW, kind=kind)
        for number, release in enumerate(("r1", "r1", "r2"), 1):
            append(connection, created(number, release=release))
    with database.reading() as connection:
        live = live_release(connection)
        assert live is not None
        assert (live.release, live.kind) == ("r1", "rollback")
        assert [one.release for one in live_releases(connection)] == ["r1", "r2", "r1"]
        kept = release_of(connection, "r2")
        assert kept is not None
        assert kept.documents == {"a/b.yaml": "# r2 定义\n"}
        assert open_records_by_release(connection) == {"r1": 2, "r2": 1}


def test_two_people_on_one_draft_are_told_apart(database: Database) -> None:
    draft = Draft(
        id="d1",
        title="New",
        from_release=None,
        documents={"a.yaml": "x"},
        revision=0,
        author="lin",
        created_at=NOW,
        updated_at=NOW,
    )
    edit = DraftOperation(
        revision=1, author="lin", at=NOW, operation={"set": "y"}, inverse={"set": "x"}, undone=False
    )
    with database.writing() as connection:
        add_draft(connection, draft)
        save_draft(connection, replace(draft, documents={"a.yaml": "y"}), edit)
    with database.writing() as connection, pytest.raises(StaleRowError):
        save_draft(connection, replace(draft, documents={"a.yaml": "z"}), edit)
    with database.writing() as connection:
        found = draft_of(connection, "d1")
        assert found is not None
        assert (found.revision, found.documents) == (1, {"a.yaml": "y"})
        assert operations_of(connection, "d1") == [edit]
        mark_undone(connection, "d1", 1, True)
        assert operations_of(connection, "d1")[0].undone
        assert operations_of(connection, "d1", after=1) == []
        drop_draft(connection, "d1")
        assert drafts(connection) == []
        assert operations_of(connection, "d1") == []


def test_a_notice_is_told_once_and_read_by_its_own_reader(database: Database) -> None:
    with database.writing() as connection:
        for name in ("lin", "wei"):
            add_user(connection, name)
        told = [
            NewNotice(
                key=key,
                user_id=name,
                record_id=None,
                kind="k",
                text_en="x",
                text_zh="某",
                created_at=later(minutes=minute),
            )
            for minute, (key, name) in enumerate([("a", "lin"), ("b", "lin"), ("c", "wei")])
        ]
        assert tell(connection, told) == 3
        assert tell(connection, told) == 0
        newest, oldest = notices_of(connection, "lin")
        assert newest.created_at > oldest.created_at
        assert mark_read(connection, "wei", NOW, [newest.id]) == 0
        assert mark_read(connection, "lin", NOW, [newest.id]) == 1
        assert [one.id for one in notices_of(connection, "lin", unread_only=True)] == [oldest.id]
        assert (count_unread(connection, "lin"), count_unread(connection, "wei")) == (1, 1)
        assert mark_read(connection, "lin", NOW) == 1


def test_what_comes_in_twice_is_kept_once_with_every_byte(database: Database) -> None:
    raw = bytes(range(256)) * 3
    mail = Inbound(source="mail:a", ext_id="<1@x>", received_at=NOW, raw=raw, headers={"x": "\x00"})
    with database.writing() as connection:
        assert keep_inbound(connection, mail)
        assert not keep_inbound(connection, mail)
        assert keep_inbound(connection, replace(mail, source="mail:b"))
        kept = inbound_of(connection, "mail:a", "<1@x>")
        assert kept is not None
        assert kept.raw == raw
        settle_inbound(connection, "mail:a", "<1@x>", "failed", error="x" * 900)
        (failed,) = inbound_in(connection, "failed")
        assert len(failed.error) == 500
        assert [one.source for one in inbound_in(connection, "new")] == ["mail:b"]


def test_a_target_fails_since_its_first_failure_until_it_works(database: Database) -> None:
    url = "https://x.test/"
    with database.writing() as connection:
        assert note_target(connection, url, NOW, worked=False, reason="a") == NOW
        assert note_target(connection, url, later(hours=1), worked=False, reason="b") == NOW
        assert note_target(connection, url, later(hours=2), worked=True) is None
        assert note_target(connection, url, later(hours=3), worked=False) == later(hours=3)
        assert not is_disabled(connection, url)
        note_target(connection, url, later(hours=4), worked=False, disable=True)
        note_target(connection, url, later(hours=5), worked=False)
        assert is_disabled(connection, url)


def test_files_belong_to_whoever_brought_them_until_a_record_takes_them(database: Database) -> None:
    file = Attachment(
        id="f1",
        stored_name="r1",
        sha256="",
        size=5_000_000_000,
        type="text/plain",
        name="日志.txt",
        uploaded_by="c1",
        created_at=NOW,
    )
    with database.writing() as connection:
        append(connection, created(1))
        append(connection, created(2))
        add_file(connection, file)
        add_file(connection, replace(file, id="f2", stored_name="r2"))
        add_file(connection, replace(file, id="f3", stored_name="r3", visibility="internal"))
        one, two = f"{1:032x}", f"{2:032x}"
        assert tie_files(connection, one, ["f1", "f9"], "c2") == 0
        assert tie_files(connection, one, ["f1", "f3"], "c1") == 2
        assert tie_files(connection, two, ["f1"], "c1") == 0
        assert [found.id for found in files_of(connection, one)] == ["f1", "f3"]
        assert [found.id for found in files_of(connection, one, public_only=True)] == ["f1"]
        assert drop_loose_files(connection, later(days=1)) == 1
        assert drop_loose_files(connection, later(days=1)) == 0
        assert erased_files(connection) == [("f2", "r2")]
        kept = file_of(connection, "f1")
        assert kept == replace(file, record_id=one)


def test_settings_and_signs_of_life_are_replaced(database: Database) -> None:
    with database.writing() as connection:
        assert setting(connection, "logo") is None
        for text in ("a", "b"):
            put_setting(connection, "logo", {"text": text}, NOW)
        assert setting(connection, "logo") == {"text": "b"}
        for hour in (0, 5):
            sign = Heartbeat(node="n", kind="web", at=later(hours=hour), version="1", detail={})
            beat(connection, sign)
        assert [one.at for one in heartbeats(connection)] == [later(hours=5)]
        forget_heartbeats(connection, later(hours=6))
        assert heartbeats(connection) == []
