"""The command itself: each name leads to its command, and a health check reads little."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click

from sopwith.cli.main import COMMANDS, main

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


def test_a_health_check_reads_neither_broker_nor_web_server() -> None:
    script = (
        "import sys; from sopwith.cli.main import main; "
        "main(['alive', '--help'], standalone_mode=False); "
        "print(*sorted({'celery', 'granian', 'flask', 'jinja2'} & set(sys.modules)), sep=',')"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.splitlines()[-1] == ""
