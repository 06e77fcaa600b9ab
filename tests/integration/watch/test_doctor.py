"""The doctor finds what is wrong and nothing else, changes nothing, and never hangs."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import insert, text, update

from sopwith.cli.main import main
from sopwith.core.events import SYSTEM
from sopwith.core.messages.doctor import DOCTOR, MENDING
from sopwith.runtime.clock import RandomIds, SystemClock
from sopwith.runtime.health_check import Check, Finding, Report, finding, run_checks
from sopwith.runtime.health_database import DatabaseChecks
from sopwith.runtime.health_work import WorkChecks
from sopwith.runtime.job_queue import new_job
from sopwith.runtime.service import Service
from sopwith.store import audit
from sopwith.store.engine import Database, open_database
from sopwith.store.installation import Heartbeat, beat
from sopwith.store.jobs import add_jobs
from sopwith.store.schema import downgrade, upgrade
from sopwith.store.tables import DestinationRow, JobRow, RecordRow, WebhookTargetRow
from sopwith.store.traffic import Inbound, keep_inbound, settle_inbound
from sopwith.web.app import create_app
from sopwith.wiring.checkup import check_up
from sopwith.wiring.checkup_machine import MachineChecks
from sopwith.wiring.checkup_outside import OutsideChecks
from sopwith.wiring.settings import Settings
from tests.integration.web.conftest import Browser, settings_for
from tests.support.databases import emptied, new_database
from tests.support.redis import RedisServer
from tests.support.runtimes import new_service, open_ticket
from tests.support.shop import Shop
from tests.support.smtp import SmtpSink

VERSION = "1.0.0"


def now() -> datetime:
    return datetime.now(UTC)


def codes(report: Report) -> list[str]:
    return [one.code for one in report.found]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def migrated(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    with new_database(request, tmp_path_factory) as database:
        yield database


@pytest.fixture
def service(migrated: Database) -> Service:
    """An installation that is well."""
    emptied(migrated)
    made = new_service(migrated, SystemClock(), RandomIds())
    live(made, "here:1", "dispatcher")
    with migrated.writing() as connection:
        audit.note(connection, SYSTEM, "backup.make", "b.zip", now(), {"missing_files": 0})
    return made


def live(service: Service, node: str, kind: str, *, ago: float = 1.0, **detail: Any) -> None:
    """Give a sign of life as of some seconds *ago*."""
    version = detail.pop("version", VERSION)
    at = now() - timedelta(seconds=ago)
    with service.database.writing() as connection:
        beat(connection, Heartbeat(node=node, kind=kind, at=at, version=version, detail=detail))


def work(service: Service, **more: Any) -> list[str]:
    return codes(run_checks(WorkChecks(service=service, version=VERSION, **more).all()))


def database(service: Service) -> list[str]:
    checks = DatabaseChecks(database=service.database, clock=service.clock)
    return codes(run_checks(checks.all()))


def add(service: Service, kind: str, key: str, *, ago: float = 0.0, count: int = 1) -> None:
    due = now() - timedelta(seconds=ago)
    with service.database.writing() as connection:
        jobs = [new_job(kind, f"{key}:{at}", {"to": "x"}, due, due_at=due) for at in range(count)]
        add_jobs(connection, jobs)


def change(service: Service, kind: str, **values: Any) -> None:
    with service.database.writing() as connection:
        connection.execute(update(JobRow).where(JobRow.kind == kind).values(values))


# --- the runner -----------------------------------------------------------------------------------


def test_a_check_that_hangs_or_breaks_is_a_finding_and_holds_up_nobody() -> None:
    gate = threading.Event()

    def hangs() -> list[Finding]:
        gate.wait(20)
        return []

    def breaks() -> list[Finding]:
        raise OSError("smtp://me:hunter2@host is away")

    checks = [Check(name="hangs", look=hangs, seconds=0.2) for _ in range(6)]
    checks += [Check(name="breaks", look=breaks), Check(name="well", look=list)]
    started = time.monotonic()
    report = run_checks(checks)
    assert time.monotonic() - started < 3
    gate.set()
    assert sorted(codes(report)) == ["DOC001"] + ["DOC002"] * 6
    assert [one.name for one in report.checks] == [one.name for one in checks]
    assert "hunter2" not in str([one.message("en") for one in report.found])


def test_the_worst_comes_first_and_hints_do_not_count() -> None:
    def look() -> list[Finding]:
        return [finding("DOC013"), finding("DOC080"), finding("DOC100")]

    report = run_checks([Check(name="x", look=look)])
    assert codes(report) == ["DOC100", "DOC080", "DOC013"] and not report.is_well
    assert run_checks([Check(name="x", look=lambda: [finding("DOC013")])]).is_well


def test_each_code_says_how_it_is_mended_in_both_languages() -> None:
    assert DOCTOR.keys() == MENDING.keys()
    for code, message in MENDING.items():
        assert message.en.endswith(".") and message.zh.endswith("。"), code
        assert any("\u4e00" <= one <= "\u9fff" for one in message.zh), code


# --- database and work ----------------------------------------------------------------------------


def test_nothing_is_found_where_all_is_well(service: Service) -> None:
    open_ticket(service)
    assert work(service) == []
    assert database(service) == []


def test_tables_of_another_form_are_found(service: Service) -> None:
    downgrade(service.database)
    try:
        assert database(service) == ["DOC022"]
        assert work(service) == []
    finally:
        upgrade(service.database)


def test_a_database_that_is_away_is_told_of_once(tmp_path: Path) -> None:
    away = open_database("postgresql://nobody@127.0.0.1:9/none?connect_timeout=2")
    checks = DatabaseChecks(database=away, clock=SystemClock()).all()
    assert codes(run_checks(checks)) == ["DOC020"]
    away.close()


def test_processes_that_are_missing_silent_or_of_another_version_are_found(
    service: Service,
) -> None:
    assert work(service, broker=True) == ["DOC065"]
    live(service, "b:2", "worker", version="0.9.0")
    assert work(service, broker=True) == ["DOC064"]
    live(service, "b:2", "worker", ago=1000)
    assert work(service) == ["DOC063"]
    live(service, "b:3", "worker")  # another of its kind runs there by now
    assert work(service) == []
    live(service, "here:1", "dispatcher", ago=1000)
    assert work(service) == ["DOC062", "DOC063"]


def test_a_process_is_missed_by_the_pace_that_it_tells(service: Service) -> None:
    live(service, "b:2", "worker", ago=100, every=60.0)
    assert work(service) == []
    live(service, "b:2", "worker", ago=100, every=5.0)
    assert work(service) == ["DOC063"]


def test_a_clock_that_runs_ahead_is_found(service: Service) -> None:
    ahead = (now() + timedelta(seconds=30)).isoformat()
    live(service, "b:2", "worker", clock=ahead)
    assert work(service) == ["DOC061"]
    live(service, "b:2", "worker", ago=-90)
    assert work(service) == ["DOC061"]


def test_work_that_is_late_or_stands_still_is_found(service: Service) -> None:
    add(service, "notice", "a", ago=100)
    assert work(service) == ["DOC070"]
    add(service, "mail", "b", ago=1000)
    assert work(service) == ["DOC071", "DOC070"]
    change(service, "mail", state="dead")
    change(service, "notice", state="leased", lease_until=now() - timedelta(minutes=2))
    assert work(service) == ["DOC073", "DOC074"]


def test_a_deep_lane_is_found(service: Service) -> None:
    add(service, "notice", "a", count=1_001)
    assert work(service) == ["DOC072"]


def test_what_comes_in_and_is_not_read_is_found(service: Service) -> None:
    with service.database.writing() as connection:
        for key, ago in (("old", 1000), ("bad", 10)):
            one = Inbound(
                source="m", ext_id=key, received_at=now() - timedelta(seconds=ago), raw=b"x"
            )
            keep_inbound(connection, one)
        settle_inbound(connection, "m", "bad", "failed", error="no")
    assert work(service) == ["DOC076", "DOC077"]


def test_a_webhook_that_was_switched_off_is_found_without_its_secrets(service: Service) -> None:
    with service.database.writing() as connection:
        row = {
            "url": "https://hooks.test/in?key=s3cret", "failing_since": now(), "failures": 9,
            "disabled_at": now(), "reason": "gone",
        }  # fmt: skip
        connection.execute(insert(WebhookTargetRow).values(row))
    found = run_checks(WorkChecks(service=service, version=VERSION).all()).found
    assert [one.code for one in found] == ["DOC075"]
    assert "hooks.test" in found[0].message("en") and "s3cret" not in found[0].message("en")


def test_destinations_that_are_held_back_are_found(service: Service) -> None:
    row: dict[str, Any] = {
        "name": "hooks.test", "state": "open", "failures": 5, "pause": 30, "opened_at": now(),
        "reason": "password=hunter2 refused", "in_minute": 0,
    }  # fmt: skip
    with service.database.writing() as connection:
        connection.execute(insert(DestinationRow).values(row))
        off = row | {"name": "mail", "state": "closed", "off_at": now()}
        connection.execute(insert(DestinationRow).values(off))
        well = row | {"name": "well.test", "state": "closed"}
        connection.execute(insert(DestinationRow).values(well))
    found = run_checks(WorkChecks(service=service, version=VERSION).all()).found
    assert [one.code for one in found] == ["DOC078", "DOC079"]
    assert "hunter2" not in found[0].message("en")


def test_a_history_that_does_not_hold_is_found(service: Service) -> None:
    record = open_ticket(service)
    with service.database.writing() as connection:
        changed = update(RecordRow).where(RecordRow.id == record).values(head="0" * 64)
        connection.execute(changed)
    assert "DOC110" in work(service)


def test_an_old_or_incomplete_backup_is_found(service: Service) -> None:
    with service.database.writing() as connection:
        at = now() - timedelta(days=3)
        audit.note(connection, SYSTEM, "backup.make", "b.zip", at, {"missing_files": 2})
    assert work(service) == ["DOC121", "DOC122"]


def test_without_a_release_there_is_one_finding(migrated: Database) -> None:
    emptied(migrated)
    made = new_service(migrated, SystemClock(), RandomIds())
    emptied(migrated)
    live(made, "here:1", "dispatcher")
    assert work(made) == ["DOC100"]


def test_postgresql_that_cannot_serve_all_processes_is_found(service: Service) -> None:
    for number in range(30):
        live(service, f"web-{number}:1", "web")
    assert database(service) == ([] if service.database.is_sqlite else ["DOC032"])


def test_a_damaged_file_is_found(tmp_path: Path) -> None:
    path = tmp_path / "sopwith.db"
    made = open_database(f"sqlite:///{path}")
    upgrade(made)
    with made.writing() as connection:
        connection.execute(text("CREATE TABLE junk (a TEXT)"))
        for _ in range(200):
            connection.execute(text("INSERT INTO junk VALUES (:a)"), {"a": "x" * 500})
    made.fold_log()
    made.close()
    with path.open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        for place in range(size // 2, size - 4096, 4096):
            file.seek(place)
            file.write(b"\xff" * 512)
    made = open_database(f"sqlite:///{path}")
    found = codes(run_checks(DatabaseChecks(database=made, clock=SystemClock()).all()))
    made.close()
    assert "DOC027" in found


# --- machine --------------------------------------------------------------------------------------


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    for name in ("secret-key", "link-key", "head-key"):
        (folder / name).write_text("k" * 48)
        (folder / name).chmod(0o600)
    return folder


def machine(settings: Settings, lock: Path | None = None) -> list[str]:
    lock = lock or Path(__file__).resolve().parents[3] / "lock" / "run.txt"
    checks = MachineChecks(settings=settings, clock=SystemClock(), lock=lock)
    return codes(run_checks([one for one in checks.all() if one.name != "packages"]))


def test_a_machine_that_is_well(data: Path) -> None:
    assert machine(Settings(data=data)) == []


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"bind": "0.0.0.0:8080"}, ["DOC090", "DOC092"]),
        ({"base_url": "http://desk.example.com", "trusted_hosts": ("desk.example.com",)}, ["DOC091"]),
        ({"base_url": "https://desk.example.com"}, ["DOC092"]),
        ({"base_url": "https://desk.example.com", "trusted_hosts": ("other.example.com",)}, ["DOC095"]),
        ({"base_url": "https://desk.example.com", "trusted_hosts": (".example.com",)}, []),
        ({"demo": True}, ["DOC093"]),
        ({"webhook_loopback": True, "limits": False}, ["DOC094", "DOC094"]),
        ({"zone": "Mars/Olympus"}, ["DOC130"]),
    ],
)  # fmt: skip
def test_settings_that_do_not_go_together_are_found(
    data: Path, more: dict[str, Any], expected: list[str]
) -> None:
    assert machine(replace(Settings(data=data), **more)) == expected


def test_keys_and_folders_that_others_may_read_are_found(data: Path) -> None:
    data.chmod(0o755)
    (data / "secret-key").chmod(0o644)
    (data / "link-key").unlink()
    assert machine(Settings(data=data)) == ["DOC044", "DOC043", "DOC045"]
    keys: Any = {"secret_key": "s" * 40, "link_key": "l" * 40}
    assert machine(Settings(data=data, **keys)) == ["DOC043"]
    (data / "head-key").unlink()
    assert machine(Settings(data=data, **keys)) == ["DOC043", "DOC045"]
    assert machine(Settings(data=data, **keys, head_key="h" * 40)) == ["DOC043"]


def test_packages_are_compared_with_the_tested_ones(data: Path, tmp_path: Path) -> None:
    lock = tmp_path / "run.txt"
    lock.write_text(
        "click==0.1 \\\n    --hash=sha256:00\nnot-there-at-all==1\nother==2 ; python_version < '3'\n"
    )
    checks = MachineChecks(settings=Settings(data=data), clock=SystemClock(), lock=lock).all()
    packages = [one for one in checks if one.name == "packages"]
    assert codes(run_checks(packages)) == ["DOC012", "DOC011"]
    checks = MachineChecks(settings=Settings(data=data), clock=SystemClock()).all()
    assert codes(run_checks([one for one in checks if one.name == "packages"])) == ["DOC013"]


# --- outside --------------------------------------------------------------------------------------


def outside(**more: Any) -> list[str]:
    settings = Settings(data=Path("unused"), mail_sender="support@example.com", **more)
    return codes(run_checks(OutsideChecks(settings=settings).all()))


@contextmanager
def answering(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """Listen on a port and *talk* to whoever comes."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(20)

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    talk(connection)

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]


def refuse_login(connection: socket.socket) -> None:
    connection.sendall(b"220 here ESMTP\r\n")
    while line := connection.recv(1000):
        if line.upper().startswith(b"EHLO"):
            connection.sendall(b"250-here\r\n250 AUTH PLAIN LOGIN\r\n")
        else:
            connection.sendall(b"535 5.7.8 no\r\n")


def test_a_mail_server_that_is_well(smtp_sink: SmtpSink) -> None:
    assert outside(smtp_url=smtp_sink.url) == []
    assert smtp_sink.mails == []


def test_no_mail_server_no_sender(smtp_sink: SmtpSink) -> None:
    assert outside() == ["DOC080"]
    settings = Settings(data=Path("unused"), smtp_url=smtp_sink.url)
    assert codes(run_checks(OutsideChecks(settings=settings).all())) == ["DOC085"]


def test_a_mail_server_that_is_away_or_refuses_the_login() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]
    assert outside(smtp_url=f"smtp://127.0.0.1:{free}") == ["DOC081"]
    with answering(refuse_login) as port:
        assert outside(smtp_url=f"smtp://me:hunter2@127.0.0.1:{port}") == ["DOC083"]


def test_a_mail_server_without_tls_where_tls_is_wanted() -> None:
    with answering(lambda connection: connection.sendall(b"220 plain words\r\n")) as port:
        found = outside(smtp_url=f"smtps://127.0.0.1:{port}")
    assert found == ["DOC082"]


def test_a_mail_server_that_says_nothing_does_not_hang(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sopwith.wiring.checkup_outside.SECONDS", 1)
    with answering(lambda _connection: time.sleep(4)) as port:
        started = time.monotonic()
        assert outside(smtp_url=f"smtp://127.0.0.1:{port}") == ["DOC081"]
        assert time.monotonic() - started < 4


def test_certificates_are_looked_at() -> None:
    assert OutsideChecks(settings=Settings()).context is None
    assert ssl.create_default_context().verify_mode is ssl.CERT_REQUIRED


def test_a_broker_is_asked_for_a_round_trip(redis_server: RedisServer, smtp_sink: SmtpSink) -> None:
    assert outside(smtp_url=smtp_sink.url, broker_url=redis_server.url) == []
    free = redis_server.url.replace(str(redis_server.port), "9")
    found = outside(
        smtp_url=smtp_sink.url, broker_url=free.replace("redis://", "redis://:hunter2@")
    )
    assert found == ["DOC050"]


# --- the command and the page ---------------------------------------------------------------------


def state_of(folder: Path) -> dict[str, str]:
    """Return what is in a folder; SQLite's own working files may come and go."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith(("-wal", "-shm"))
    }


def test_the_command_changes_nothing_and_tells_by_its_end(
    watched_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    shutil.copy(watched_template, data / "sopwith.db")
    before = state_of(data)
    done = CliRunner().invoke(main, ["doctor", "--data", str(data), "--json"])
    assert done.exit_code == 1, done.output
    said = json.loads(done.stdout)
    found = {one["code"] for one in said["findings"]}
    assert {"DOC062", "DOC080", "DOC120", "DOC045"} <= found and "DOC001" not in found
    assert all(one["message"]["zh-CN"] and one["mend"]["en"] for one in said["findings"])
    assert state_of(data) == before
    words = CliRunner().invoke(main, ["doctor", "--data", str(data), "--lang", "zh-CN"])
    assert "处理办法" in words.output and "DOC080" in words.output


def test_where_nothing_is_nothing_is_made(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["doctor", "--data", str(tmp_path / "none")])
    assert done.exit_code == 1 and "DOC021" in done.output
    assert list(tmp_path.iterdir()) == []


def test_wrong_settings_are_a_finding_and_wrong_use_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOPWITH_ZONE", "Asia/Peking City")
    done = CliRunner().invoke(main, ["doctor", "--data", str(tmp_path)])
    assert done.exit_code == 1 and "DOC003" in done.output
    assert CliRunner().invoke(main, ["doctor", "--nonsense"]).exit_code == 2


def test_the_page_shows_the_same_with_what_to_do(shop: Shop) -> None:
    settings = Settings(data=shop.data)

    def look() -> Report:
        return check_up(settings, shop.service, "")

    app = create_app(shop.service, settings_for(shop, checkup=look))
    admin = Browser(app).sign_in("ada")
    page = admin.get("/admin/health").get_data(as_text=True)
    for one in look().found:
        assert one.code in page
    assert "DOC062" in page and MENDING["DOC062"].en in page
    assert Browser(app).sign_in("lin").get("/admin/health").status_code == 404
    part = admin.get("/admin/health", headers={"HX-Request": "true"}).get_data(as_text=True)
    assert "DOC062" in part and "<html" not in part
