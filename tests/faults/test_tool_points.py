"""What operators run by hand, killed in the middle: done again, it is done, and nothing is torn."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from sopwith.core.events import SYSTEM
from sopwith.engine.fold import fold
from sopwith.runtime.archive import check_archive
from sopwith.runtime.backup import BackupPlan, make_backup
from sopwith.runtime.clock import SystemClock
from sopwith.runtime.erasure import erase_customer
from sopwith.runtime.restore import RestorePlan, restore
from sopwith.store.chain import verify
from sopwith.store.engine import open_database
from sopwith.store.history import events_of
from sopwith.store.records import load_record
from sopwith.store.tables import RecordRow

from .auditor import Evidence, audit
from .installation import Installation
from .processes import SmallServer
from .world import service_on

pytestmark = pytest.mark.slow

BOTH = pytest.mark.parametrize("url", ["sqlite", "postgresql"], indirect=True)
_FORKS = multiprocessing.get_context("forkserver")


def silent(_stage: str, _done: int, _total: int) -> None:
    """Tell nobody."""


def back_up(url: str, data: Path, target: Path) -> None:
    database = open_database(url)
    now = SystemClock().now()
    make_backup(BackupPlan(database=database, data=data, target=target, now=now, product="test"))
    database.close()


def bring_back(source: Path, data: Path, url: str) -> None:
    restore(RestorePlan(source=source, data=data, database_url=url, progress=silent))


def erase(url: str, customer: str) -> None:
    database = open_database(url)
    erase_customer(service_on(database), customer, SYSTEM)
    database.close()


def _at(point: str, work: Callable[..., None], given: tuple[object, ...]) -> None:
    os.environ["SOPWITH_CRASH_AT"] = f"{point}@1"
    work(*given)


def die(point: str, work: Callable[..., None], *given: object) -> None:
    """Do *work* in a process that dies at *point*."""
    process = _FORKS.Process(target=_at, args=(point, work, given))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL, f"{point} was not passed: {process.exitcode}"


def fill(installation: Installation, small: SmallServer, count: int = 8) -> None:
    small.start()
    load = installation.load(small)
    load.start(range(count))
    load.finish()
    installation.rest()
    small.stop()


@BOTH
def test_a_backup_and_its_restore_killed_before_they_were_whole(
    installation: Installation, small: SmallServer, tmp_path: Path
) -> None:
    fill(installation, small)
    backup, again = tmp_path / "backup.zip", tmp_path / "again"
    die("backup:written", back_up, installation.url, installation.data, backup)
    assert not backup.exists(), "what is not whole has no name"
    back_up(installation.url, installation.data, backup)
    assert check_archive(backup, silent) == ()
    die("restore:written", bring_back, backup, again, "")
    assert not again.exists(), "what is not whole has no name"
    bring_back(backup, again, "")
    restored = open_database(f"sqlite:///{again / 'sopwith.db'}")
    found = audit(
        Evidence(
            database=restored,
            journal=installation.journal,
            mails=list(installation.smtp.mails),
            calls=list(installation.hooks.requests),
            files=again / "files",
        )
    )
    restored.close()
    assert not found.findings, found


@BOTH
def test_an_erasure_killed_in_the_middle_is_ended_by_doing_it_again(
    installation: Installation, small: SmallServer
) -> None:
    fill(installation, small, 4)
    with installation.database.reading() as connection:
        customer = connection.execute(
            select(RecordRow.customer_id).where(RecordRow.title == "ticket-3")
        ).scalar_one()
    assert customer is not None
    die("erase:written", erase, installation.url, customer)
    erase(installation.url, customer)
    with installation.database.reading() as connection:
        assert list(verify(connection)) == []
        mine = select(RecordRow.id).where(RecordRow.customer_id == customer)
        erased = set(connection.execute(mine).scalars())
        assert erased
        for record_id in connection.execute(select(RecordRow.id)).scalars().all():
            state = load_record(connection, record_id)
            assert state == fold(None, [one.event for one in events_of(connection, record_id)])
            assert state is not None
            assert (state.erased_at is not None) == (record_id in erased)
