"""The ``sopwith`` command and what it can do."""

from __future__ import annotations

from importlib import import_module

import click

from .. import __version__

COMMANDS = {
    "alive": "alive:alive",
    "apply": "apply:apply",
    "backup": "backup:backup",
    "check": "check:check",
    "demo-data": "demo_data:demo_data",
    "dispatcher": "dispatcher:dispatcher",
    "doctor": "doctor:doctor",
    "erase": "erase:erase",
    "export": "export:export",
    "jobs": "jobs:jobs_group",
    "migrate-store": "migrate_store:migrate_store",
    "plan": "plan:plan",
    "reindex": "reindex:reindex",
    "restore": "restore:restore_command",
    "settings": "settings:settings_command",
    "test": "test:test",
    "token": "people:token_group",
    "up": "up:up",
    "user": "people:user_group",
    "verify": "verify:verify",
    "worker": "worker:worker",
}
"""Where each command is: a module of this package, and its name there."""


class Commands(click.Group):
    """Commands whose modules are read when they are called: a health check needs few of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return sorted({*COMMANDS, *super().list_commands(ctx)})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of that name, or None."""
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        module, _, name = COMMANDS[cmd_name].partition(":")
        found = getattr(import_module(f".{module}", __package__), name)
        assert isinstance(found, click.Command)
        return found


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="sopwith")
def main() -> None:
    """Change your service process on a working day without fear."""
