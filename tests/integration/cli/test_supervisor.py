"""The supervisor keeps its children going and stops them in order."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner

from sopwith.cli.main import main
from sopwith.cli.supervisor import Child, our_command
from sopwith.cli.up import children_of
from sopwith.wiring.settings import read_settings
from tests.support.redis import free_port

ROOT = Path(__file__).resolve().parents[3]
LONG = 60.0
RUN = """
import sys
from sopwith.cli.supervisor import Child, Supervisor
import os, pathlib
folder = pathlib.Path(sys.argv[1])
children = [
    Child(name=name, command=[sys.executable, "-c", code, str(folder / name)])
    for name, code in zip(sys.argv[2::2], sys.argv[3::2])
]
Supervisor(children=children, environment=os.environ).run()
(folder / "ended").touch()
"""
STEADY = """
import os, pathlib, signal, sys, time
place = pathlib.Path(sys.argv[1])
def end(*_):
    place.with_suffix(".stopped").touch()
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
with place.open("a") as file:
    file.write(f"{os.getpid()}\\n")
while True:
    time.sleep(60)
"""
DEAF = STEADY.replace(
    "signal.signal(signal.SIGTERM, end)", "signal.signal(signal.SIGTERM, signal.SIG_IGN)"
)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    started: list[subprocess.Popen[bytes]] = []

    def begin(*children: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen([sys.executable, "-c", RUN, str(tmp_path), *children], cwd=ROOT)
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.wait()
    for place in tmp_path.iterdir():
        for pid in pids(place) if place.suffix == "" else []:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def pids(place: Path) -> list[int]:
    return [int(line) for line in place.read_text().split()] if place.exists() else []


def wait_for(claim: Callable[[], bool]) -> None:
    until = time.monotonic() + LONG
    while not claim():
        assert time.monotonic() < until
        time.sleep(0.05)


def is_alive(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] not in "ZX"


def test_a_child_that_dies_is_started_again(
    tmp_path: Path, start: Callable[..., subprocess.Popen[bytes]]
) -> None:
    start("one", STEADY, "two", STEADY)
    wait_for(lambda: len(pids(tmp_path / "one")) == 1 and len(pids(tmp_path / "two")) == 1)
    os.kill(pids(tmp_path / "one")[0], signal.SIGKILL)
    wait_for(lambda: len(pids(tmp_path / "one")) == 2)
    assert len(pids(tmp_path / "two")) == 1


def test_sigterm_stops_all_within_ten_seconds_the_deaf_too(
    tmp_path: Path, start: Callable[..., subprocess.Popen[bytes]]
) -> None:
    supervisor = start("one", STEADY, "deaf", DEAF)
    wait_for(lambda: bool(pids(tmp_path / "one") and pids(tmp_path / "deaf")))
    began = time.monotonic()
    supervisor.terminate()
    assert supervisor.wait(LONG) == 0
    assert time.monotonic() - began < 10
    assert (tmp_path / "one.stopped").exists()
    assert (tmp_path / "ended").exists()
    assert not any(is_alive(pid) for name in ("one", "deaf") for pid in pids(tmp_path / name))


def test_children_do_not_outlive_a_supervisor_that_is_killed(
    tmp_path: Path, start: Callable[..., subprocess.Popen[bytes]]
) -> None:
    supervisor = start("one", STEADY)
    wait_for(lambda: bool(pids(tmp_path / "one")))
    supervisor.kill()
    wait_for(lambda: not is_alive(pids(tmp_path / "one")[0]))


def test_all_means_web_dispatcher_and_workers() -> None:
    environment = {
        "SOPWITH_DATABASE_URL": "postgresql://me@db.test/sopwith",
        "SOPWITH_BROKER_URL": "redis://broker.test/0",
        "SOPWITH_WORKER_PROCESSES": "2",
    }
    children = children_of(read_settings(environment, Path("none.toml")))
    assert [one.name for one in children] == ["web", "dispatcher", "worker 1", "worker 2"]
    assert all(isinstance(one, Child) for one in children)
    assert children[1].command == our_command("dispatcher")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["up", "--workers", "2"], "2 web processes need PostgreSQL", id="workers"),
        pytest.param(["up", "--all"], "needs a broker", id="all"),
        pytest.param(["dispatcher"], "needs a broker", id="dispatcher"),
        pytest.param(["worker"], "needs a broker", id="worker"),
        pytest.param(["worker", "--lanes", "mial"], "did you mean 'mail'?", id="lane"),
    ],
)
def test_what_cannot_work_is_refused_with_a_reason(
    tmp_path: Path, arguments: list[str], said: str
) -> None:
    environment = {
        "SOPWITH_DATA": str(tmp_path),
        "SOPWITH_BIND": f"127.0.0.1:{free_port()}",
        "SOPWITH_LANG": "en",
    }
    result = CliRunner().invoke(main, arguments, env=environment)
    assert result.exit_code == 1
    assert said in result.output


def test_a_worker_on_sqlite_is_refused(tmp_path: Path) -> None:
    environment = {
        "SOPWITH_DATA": str(tmp_path),
        "SOPWITH_BROKER_URL": "redis://127.0.0.1:1/0",
        "SOPWITH_LANG": "en",
    }
    result = CliRunner().invoke(main, ["worker"], env=environment)
    assert result.exit_code == 1
    assert "they need PostgreSQL" in result.output


def test_settings_are_shown_for_people_and_for_programs() -> None:
    environment = {"SOPWITH_SMTP_URL": "smtp://me:topsecret@mail.test", "SOPWITH_LANG": "zh"}
    shown = CliRunner().invoke(main, ["settings"], env=environment)
    assert shown.exit_code == 0
    assert "smtp://me:***@mail.test" in shown.output
    assert "设置项" in shown.output
    told = CliRunner().invoke(main, ["settings", "--json"], env=environment)
    assert '"from": "SOPWITH_SMTP_URL"' in told.output
    wrong = CliRunner().invoke(main, ["settings", "--json"], env={"SOPWITH_THREADS": "no"})
    assert wrong.exit_code == 1
    assert '"code": "SET005"' in wrong.output
