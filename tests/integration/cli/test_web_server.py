"""A web process that dies is started again; one that cannot start ends the command; SIGTERM ends it in order."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from sopwith.cli import web_server
from sopwith.cli.web_server import PARENT, Keeper, say_it_is_up
from tests.faults.processes import WebServer, environment_of, free_port
from tests.faults.world import found_installation
from tests.support.pace import allowed

PATIENCE = 60.0


@dataclass
class Scripted:
    """A server that does as it is told."""

    act: Callable[[Scripted], None]
    interrupt_signal: bool = field(default=False)

    def serve(self) -> None:
        self.act(self)


def come_up() -> None:
    """Do as the application in a child would."""
    os.kill(os.getpid(), signal.SIGUSR1)


def die_after_it_came_up(_: Scripted) -> None:
    come_up()
    raise SystemExit(1)


def fail_to_start(_: Scripted) -> None:
    raise SystemExit(1)


def die_while_asked_to_end(server: Scripted) -> None:
    come_up()
    server.interrupt_signal = True
    raise SystemExit(1)


@pytest.fixture(autouse=True)
def _undone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv(PARENT, "0")
    before = signal.getsignal(signal.SIGUSR1)
    yield
    signal.signal(signal.SIGUSR1, before)


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that would have been made; none is."""
    made: list[float] = []

    def wait(server: web_server.Serving, seconds: float) -> bool:
        made.append(seconds)
        return not server.interrupt_signal

    monkeypatch.setattr(web_server, "_wait", wait)
    return made


def keeper(*acts: Callable[[Scripted], None]) -> Keeper:
    left = list(acts)
    return Keeper(make=lambda: Scripted(left.pop(0)))


def test_what_died_is_started_again_after_longer_and_longer_pauses(pauses: list[float]) -> None:
    keeper(*[die_after_it_came_up] * 7, lambda _: None).run()
    assert pauses == [0.5, 1.0, 2.0, 4.0, 8.0, 10.0, 10.0]


def test_what_cannot_start_ends_with_its_own_code(pauses: list[float]) -> None:
    with pytest.raises(SystemExit) as said:
        keeper(die_after_it_came_up, fail_to_start).run()
    assert (said.value.code, pauses) == (1, [0.5])


def test_a_death_in_the_end_is_no_reason_to_start_again(pauses: list[float]) -> None:
    with pytest.raises(SystemExit):
        keeper(die_while_asked_to_end).run()
    assert pauses == []


def test_who_is_asked_to_end_in_a_pause_ends() -> None:
    def die_and_be_asked(server: Scripted) -> None:
        come_up()
        signal.signal(signal.SIGUSR2, lambda *_: setattr(server, "interrupt_signal", True))
        signal.setitimer(signal.ITIMER_REAL, 0.01)
        raise SystemExit(1)

    before = signal.signal(signal.SIGALRM, lambda *_: os.kill(os.getpid(), signal.SIGUSR2))
    keeper(die_and_be_asked).run()
    signal.signal(signal.SIGALRM, before)
    signal.signal(signal.SIGUSR2, signal.SIG_DFL)


def test_nobody_is_told_where_nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int] = []
    monkeypatch.setattr(os, "kill", lambda pid, _: told.append(pid))
    monkeypatch.setenv(PARENT, str(os.getpid()))
    say_it_is_up()
    monkeypatch.delenv(PARENT)
    say_it_is_up()
    assert told == []
    monkeypatch.setenv(PARENT, str(os.getppid()))
    say_it_is_up()
    assert told == [os.getppid()]


@pytest.fixture
def web(tmp_path: Path) -> Iterator[WebServer]:
    data = tmp_path / "data"
    url = f"sqlite:///{data / 'sopwith.db'}"
    data.mkdir()
    found_installation(url, "https://hooks.example.test/in")
    server = WebServer(
        environment=environment_of(url, data, "", SOPWITH_LOG_LEVEL="WARNING"),
        log=tmp_path / "log",
        port=free_port(),
    )
    yield server
    server.leave()


def wait_for_another(web: WebServer, than: list[int]) -> list[int]:
    """Wait until another process serves than *than*; return it."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        assert web.is_alive, web.log.read_text()
        found = web.workers()
        if found and found != than and web.is_ready():
            return found
        time.sleep(0.05)
    raise AssertionError(web.log.read_text())


@pytest.mark.slow
def test_the_one_web_process_may_be_killed_again_and_again(web: WebServer) -> None:
    web.start()
    serving = wait_for_another(web, [])
    parent = web.pid
    for _ in range(3):
        assert web.kill_worker()
        serving = wait_for_another(web, serving)
    assert web.pid == parent
    code, seconds = web.stop()
    assert (code, seconds < allowed(10)) == (0, True), web.log.read_text()


@pytest.mark.slow
def test_what_another_server_holds_is_not_tried_for_ever(web: WebServer, tmp_path: Path) -> None:
    """The second one on the same file cannot start; it says so and ends."""
    web.start()
    assert web.wait_until_ready()
    second = WebServer(environment=web.environment, log=tmp_path / "second", port=free_port())
    second.start()
    until = time.monotonic() + PATIENCE
    while second.is_alive and time.monotonic() < until:
        time.sleep(0.05)
    try:
        assert not second.is_alive, second.log.read_text()
    finally:
        second.leave()
    assert web.stop()[0] == 0
