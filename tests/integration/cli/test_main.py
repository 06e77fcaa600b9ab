"""The command itself: each name leads to its command, and a health check reads little."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from sopwith.cli.main import COMMANDS, main
from sopwith.runtime.signs import Sign
from sopwith.wiring.data_folder import DataFolderError, data_folder
from sopwith.wiring.settings import read_settings

CLI = Path(__file__).resolve().parents[3] / "platform" / "cli"


def test_each_name_leads_to_the_command_of_that_name() -> None:
    context = click.Context(main)
    assert set(COMMANDS) == set(main.list_commands(context))
    for name in COMMANDS:
        command = main.get_command(context, name)
        assert command is not None
        assert command.name == name
        assert command.get_short_help_str()
    assert main.get_command(context, "nothing") is None


def test_every_module_with_a_command_is_listed() -> None:
    listed = {place.partition(":")[0] for place in COMMANDS.values()}
    written = {
        path.stem for path in CLI.glob("*.py") if "\n@click.command" in path.read_text("utf-8")
    }
    assert written <= listed


def test_a_health_check_reads_next_to_nothing(tmp_path: Path) -> None:
    """It runs once a minute in each container: its imports were all that it cost."""
    script = (
        "import sys; from sopwith.cli.main import main; "
        "main(['alive', 'worker'], standalone_mode=False); "
        "ours = {one for one in sys.modules if one.startswith('sopwith.') and one.count('.') == 2}; "
        "foreign = {'celery', 'granian', 'flask', 'jinja2', 'sqlalchemy', 'yaml', 'psycopg'} & set(sys.modules); "
        "print(*sorted(ours | foreign), sep=',')"
    )
    Sign(tmp_path, "worker").give()
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        env={**os.environ, "SOPWITH_DATA": str(tmp_path)},
    )
    count, modules = done.stdout.splitlines()
    assert count.startswith("1 of kind worker")
    known = {"sopwith.cli.main", "sopwith.cli.alive", "sopwith.runtime.signs"}
    assert set(modules.split(",")) == known | {"sopwith.wiring.data_folder"}


def alive(data: Path, kind: str) -> int:
    return CliRunner().invoke(main, ["alive", kind], env={"SOPWITH_DATA": str(data)}).exit_code


def test_a_process_is_alive_while_it_gives_signs(tmp_path: Path) -> None:
    assert alive(tmp_path, "worker") == 1
    sign = Sign(tmp_path, "worker")
    sign.give()
    assert (alive(tmp_path, "worker"), alive(tmp_path, "dispatcher")) == (0, 1)
    (file,) = (tmp_path / "alive").iterdir()
    os.utime(file, (time.time() - 31,) * 2)
    assert alive(tmp_path, "worker") == 1
    sign.give()
    assert alive(tmp_path, "worker") == 0
    sign.end()
    assert alive(tmp_path, "worker") == 1


def test_what_a_killed_process_left_is_swept_away_a_day_later(tmp_path: Path) -> None:
    (tmp_path / "alive").mkdir()
    left = tmp_path / "alive" / "worker@gone@7"
    left.touch()
    Sign(tmp_path, "dispatcher").give()
    assert left.exists()
    os.utime(left, (time.time() - 90_000,) * 2)
    Sign(tmp_path, "dispatcher").give()
    assert not left.exists()


@pytest.mark.parametrize("written", [True, False])
def test_a_health_check_finds_the_folder_that_the_settings_name(
    tmp_path: Path, written: bool
) -> None:
    file = tmp_path / "sopwith.toml"
    file.write_text(f'data = "{tmp_path}/there"\n' if written else "threads = 4\n")
    environment = {"SOPWITH_SETTINGS": str(file)}
    assert data_folder(environment) == read_settings(environment).data
    assert data_folder({**environment, "SOPWITH_DATA": "/here"}) == Path("/here")
    file.write_text("data = [")
    with pytest.raises(DataFolderError):
        data_folder(environment)
