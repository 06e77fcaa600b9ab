"""What the papers say about a grown installation: its plain commands run, its files name what there is."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from typing import Any

import click
import psycopg
import pytest
import yaml

from sopwith.cli.main import main
from sopwith.wiring.settings import Settings, read_settings
from tests.support.grown import browse, csrf_of
from tests.support.missing import or_skip
from tests.support.postgres import find_binaries
from tests.support.redis import WHY, free_port
from tests.support.smtp import SmtpSink

ROOT = Path(__file__).resolve().parents[3]
PAPER = (ROOT / "docs" / "grown.md").read_text("utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", PAPER, re.MULTILINE | re.DOTALL)
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
OURS = ("web", "dispatcher", "worker", "sender")
UNITS = sorted((ROOT / "deploy" / "systemd").iterdir())
KNOWN = {one.name for one in fields(Settings)} | {"settings"}
WAIT_SECONDS = 180.0
CUSTOMER = "wanda@example.test"


def of_ours(environment: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in environment.items() if key.startswith("SOPWITH_")}


def parsed(arguments: Sequence[str]) -> click.Context:
    """Return the context of a command line, which must exist with all its options."""
    name, *rest = arguments
    command = main.get_command(click.Context(main), name)
    assert command is not None, f"there is no command {name}"
    return command.make_context(name, rest, resilient_parsing=False)


def test_every_command_of_the_papers_exists() -> None:
    for block in BLOCKS:
        for line in block.splitlines():
            words = shlex.split(line.partition(">")[0].rstrip(" &"), comments=True)
            if words[:1] == ["bin/sopwith"]:
                parsed(words[1:])


class TestCompose:
    def test_each_process_runs_a_command_that_exists(self) -> None:
        for name in OURS:
            parsed(COMPOSE["services"][name]["command"])
        lanes = [
            COMPOSE["services"][name]["command"][2].split(",") for name in ("worker", "sender")
        ]
        assert sorted(lanes[0] + lanes[1]) == sorted(Settings().worker_lanes), (
            "a lane has no worker"
        )

    def test_health_checks_are_commands_that_exist(self) -> None:
        for name in ("dispatcher", "worker", "sender"):
            test = COMPOSE["services"][name]["healthcheck"]["test"]
            assert test[:3] == ["CMD", "bin/sopwith", "--grown"]
            parsed(test[3:])
        assert all(
            "healthcheck" in COMPOSE["services"][one] for one in ("web", "postgres", "redis")
        )

    def test_its_variables_are_settings_that_can_be_used(self, tmp_path: Path) -> None:
        written = of_ours(COMPOSE["services"]["web"]["environment"])
        assert {key.removeprefix("SOPWITH_").lower() for key in written} <= KNOWN
        environment = {key: value for key, value in written.items() if value is not None}
        for key, value in environment.items():
            default = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value)
            environment[key] = default.replace("/run/secrets", str(tmp_path))
        for name in COMPOSE["secrets"]:
            (tmp_path / name).write_text(f"{name} {'x' * 40}")
        settings = read_settings(environment, tmp_path / "none.toml")
        assert settings.database.startswith("postgresql://sopwith:database-password%20x")
        assert settings.broker_url.startswith("redis://:broker-password%20x")
        assert settings.secret_key.startswith("secret-key")
        assert settings.link_key.startswith("link-key")

    def test_ports_agree(self) -> None:
        web = COMPOSE["services"]["web"]
        port = web["environment"]["SOPWITH_BIND"].rpartition(":")[2]
        assert web["ports"] == [f"127.0.0.1:{port}:{port}"]
        assert f":{port}/healthz" in web["healthcheck"]["test"][-1]
        assert f"EXPOSE {port}" in (ROOT / "Dockerfile").read_text()

    def test_secrets_and_volumes_that_are_used_are_declared(self) -> None:
        for service in COMPOSE["services"].values():
            assert set(service.get("secrets", [])) <= set(COMPOSE["secrets"])
            for volume in service.get("volumes", []):
                assert volume.partition(":")[0] in COMPOSE["volumes"]
        made = re.search(r"for name in ([\w -]+); do", PAPER)
        assert made is not None
        assert set(made[1].split()) == set(COMPOSE["secrets"])

    def test_the_addresses_name_services_and_what_they_wait_for(self) -> None:
        web = COMPOSE["services"]["web"]
        addresses = [web["environment"][f"SOPWITH_{one}_URL"] for one in ("DATABASE", "BROKER")]
        assert [re.split(r"[@/:]+", one)[-3] for one in addresses] == ["postgres", "redis"]
        assert set(web["depends_on"]) == {"postgres", "redis"} <= set(COMPOSE["services"])

    def test_our_processes_can_do_no_more_than_they_need(self) -> None:
        for name in OURS:
            service = COMPOSE["services"][name]
            assert service["read_only"] is True
            assert service["cap_drop"] == ["ALL"]
            assert service["security_opt"] == ["no-new-privileges:true"]
        assert "USER sopwith" in (ROOT / "Dockerfile").read_text().splitlines()

    def test_a_stop_has_more_time_than_the_processes_take(self) -> None:
        assert all(COMPOSE["services"][one]["stop_grace_period"] == "15s" for one in OURS)


def test_what_the_image_copies_is_there_and_its_command_exists() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    copied = [line.split()[-2] for line in lines if line.startswith("COPY")]
    assert {"bin", "lock", "platform", "web", "catalog", "pyproject.toml"} <= set(copied)
    assert all((ROOT / one).exists() for one in copied)
    assert 'ENTRYPOINT ["bin/sopwith", "--grown"]' in lines
    parsed(["up"])
    folder = next(line.split("=")[1] for line in lines if line.startswith("ENV SOPWITH_DATA"))
    assert f"VOLUME {folder}" in lines
    assert COMPOSE["services"]["web"]["volumes"] == [f"data:{folder}"]


@pytest.mark.parametrize("unit", UNITS, ids=[one.name for one in UNITS])
def test_units_run_commands_that_exist_with_settings_that_exist(unit: Path) -> None:
    lines = unit.read_text("utf-8").splitlines()
    (start,) = [line for line in lines if line.startswith("ExecStart=")]
    program, grown, *rest = start.removeprefix("ExecStart=").split()
    assert (program, grown) == ("/opt/sopwith/bin/sopwith", "--grown")
    parsed([word.replace("%I", "inside,bulk") for word in rest])
    loaded = {
        line.split("=")[1].split(":")[0] for line in lines if line.startswith("LoadCredential=")
    }
    used = set()
    for line in lines:
        if line.startswith("Environment="):
            _, key, value = line.split("=", 2)
            assert key.removeprefix("SOPWITH_").lower() in KNOWN
            if value.startswith("file:%d/"):
                used.add(value.removeprefix("file:%d/"))
    assert used == loaded
    assert not any("%i" in line for line in lines), "%i keeps the comma as systemd escapes it"
    named = unit.name.replace("@.service", "").replace(".service", "")
    assert named in PAPER


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that the user nobody can walk to; pytest's own are closed to others."""
    folder = Path(tempfile.mkdtemp(prefix="sopwith-paper-"))
    folder.chmod(0o755)
    (folder / "grown").mkdir()
    (folder / "grown").chmod(0o777)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def bench(place: Path, smtp_sink: SmtpSink) -> dict[str, str]:
    """Return the environment of the commands: our Python as bin/sopwith, PostgreSQL in the PATH."""
    binaries = find_binaries()
    or_skip(shutil.which("redis-server"), WHY)
    shims = place / "shims"
    shims.mkdir()
    (place / "bin").mkdir()
    write(place / "bin" / "sopwith", f'exec "{sys.executable}" -m sopwith "$@"')
    for name in ("initdb", "postgres"):
        # PostgreSQL does not run as root; a person who follows the paper is not root.
        user = "setpriv --reuid=nobody --regid=nogroup --clear-groups " if os.geteuid() == 0 else ""
        program = within_reach(binaries, place) / name
        write(shims / name, f'exec {user}"{program}" "$@"')
    kept = {key: value for key, value in os.environ.items() if not key.startswith("SOPWITH_")}
    ours = {
        "PATH": f"{shims}:{kept['PATH']}",
        "PYTHONPATH": str(ROOT / "build" / "typing"),
        "DATABASE_PORT": str(free_port()),
        "BROKER_PORT": str(free_port()),
        "WEB_PORT": str(free_port()),
        "SOPWITH_SMTP_URL": smtp_sink.url,
        "SOPWITH_MAIL_SENDER": "desk@ours.test",
        "SOPWITH_LOG_LEVEL": "WARNING",
    }
    return kept | ours


def write(path: Path, command: str) -> None:
    path.write_text(f"#!/bin/sh\n{command}\n")
    path.chmod(0o755)


def within_reach(binaries: Path, folder: Path) -> Path:
    """Return binaries that the user nobody can walk to: a copy, where the clone is root's own."""
    if os.geteuid() != 0 or all(one.stat().st_mode & 0o005 == 0o005 for one in binaries.parents):
        return binaries
    copy = folder / "site" / binaries.parents[1].name
    if not copy.exists():
        shutil.copytree(binaries.parent, copy / binaries.parent.name, symlinks=True)
        libraries = binaries.parents[1].with_name(f"{binaries.parents[1].name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, copy.with_name(libraries.name))
    return copy / binaries.parent.name / "bin"


@pytest.mark.slow
def test_the_plain_commands_bring_a_tickets_mail_out(
    place: Path, bench: dict[str, str], smtp_sink: SmtpSink
) -> None:
    folder = place / "grown"
    *begin, end = BLOCKS
    output = (place / "output").open("wb")
    shell = subprocess.Popen(
        ["bash", "-m"],
        cwd=place,
        env=bench,
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    output.close()
    assert shell.stdin is not None
    try:
        shell.stdin.write(b"set -e\n" + "\n".join(begin).encode() + b"\n")
        shell.stdin.flush()
        address = f"http://127.0.0.1:{bench['WEB_PORT']}"
        wait_for_web(address, shell, place)
        assert open_ticket(address) == 303
        until = time.monotonic() + WAIT_SECONDS
        while not any(CUSTOMER in mail.recipients for mail in smtp_sink.mails):
            assert time.monotonic() < until, told(place)
            time.sleep(0.2)
        assert sum(CUSTOMER in mail.recipients for mail in smtp_sink.mails) == 1
        assert kinds_of(folder, bench) == {"web": 2, "dispatcher": 1, "worker": 2}
        shell.stdin.write(end.encode() + b"\n")
        shell.stdin.close()
        assert shell.wait(60) == 0, told(place)
    finally:
        leave(shell)


def told(folder: Path) -> str:
    logs = [folder / "output", *sorted((folder / "grown").glob("*.log"))]
    return "\n".join(f"--- {one.name}\n{one.read_text(errors='replace')[-3000:]}" for one in logs)


def wait_for_web(address: str, shell: subprocess.Popen[bytes], folder: Path) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until and shell.poll() is None:
        with suppress(OSError):
            if browse(f"{address}/readyz")[0] == 200:
                return
        time.sleep(0.3)
    raise AssertionError(told(folder))


def open_ticket(address: str) -> int:
    page = f"{address}/new/ticket"
    _, form, jar = browse(page)
    choice = re.search(r'name="module"(?:(?!</select>).)*?value="([^"]+)"', form, re.DOTALL)
    assert choice is not None, form
    values = {
        "csrf_token": csrf_of(form),
        "module": choice[1],
        "type": "suggestion",
        "description": "Please add a dark mode.",
        "contact-name": "Wanda",
        "contact-email": CUSTOMER,
    }
    return browse(page, values, jar)[0]


def kinds_of(folder: Path, bench: Mapping[str, str]) -> dict[str, int]:
    password = (folder / "database-password").read_text().strip()
    place = f"host=127.0.0.1 port={bench['DATABASE_PORT']} user=sopwith dbname=postgres"
    with psycopg.connect(f"{place} password={password}") as connection:
        rows = connection.execute("SELECT kind, count(*) FROM heartbeat GROUP BY kind").fetchall()
    return dict(rows)


def leave(shell: subprocess.Popen[bytes]) -> None:
    """Leave no process of the shell's session behind."""
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            _, _, rest = status.read_text().rpartition(")")
            if int(rest.split()[3]) == shell.pid and int(status.parent.name) != shell.pid:
                os.kill(int(status.parent.name), signal.SIGKILL)
    shell.kill()
    shell.wait()
    if shell.stdin is not None:
        with suppress(OSError):
            shell.stdin.close()
