"""The ``sopwith`` command and what it can do."""

from __future__ import annotations

import click

from .. import __version__
from .alive import alive
from .apply import apply
from .backup import backup
from .check import check
from .demo_data import demo_data
from .dispatcher import dispatcher
from .doctor import doctor
from .erase import erase
from .export import export
from .jobs import jobs_group
from .migrate_store import migrate_store
from .people import token_group, user_group
from .plan import plan
from .reindex import reindex
from .restore import restore_command
from .settings import settings_command
from .test import test
from .up import up
from .verify import verify
from .worker import worker


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="sopwith")
def main() -> None:
    """Change your service process on a working day without fear."""


main.add_command(alive)
main.add_command(apply)
main.add_command(backup)
main.add_command(check)
main.add_command(demo_data)
main.add_command(migrate_store)
main.add_command(dispatcher)
main.add_command(doctor)
main.add_command(settings_command)
main.add_command(erase)
main.add_command(export)
main.add_command(plan)
main.add_command(verify)
main.add_command(reindex)
main.add_command(restore_command)
main.add_command(test)
main.add_command(up)
main.add_command(jobs_group)
main.add_command(worker)
main.add_command(user_group)
main.add_command(token_group)
