"""``sopwith up``: the whole product in one command."""

from __future__ import annotations

import os
import socket
import sys
from importlib import resources
from pathlib import Path

import click
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from ..definitions import read_folder
from ..runtime.demo import DemoError, install
from ..store.engine import DatabaseError
from ..web.passwords import hash_password
from ..web.settings import PasswordCost
from ..wiring.build import open_service
from ..wiring.logs import configure, server_logs
from ..wiring.settings import Settings, SettingsError, read_settings
from ..wiring.starting import wait_for_database
from .dispatcher import NEEDS_BROKER
from .supervisor import Child, Supervisor, our_command
from .web_server import Keeper, Serving

WEB_STOP_SECONDS = 8
READABLE = (".yaml", ".yml", ".json", ".md")


def pack_files(packs: Path) -> dict[str, str]:
    """Return the text files of every pack in the folder *packs*, by ``pack/path``."""
    files: dict[str, str] = {}
    for home in sorted(packs.iterdir()):
        if (home / "pack.yaml").is_file():
            for name, content in read_folder(home).items():
                if name.endswith(READABLE):
                    files[f"{home.name}/{name}"] = content.decode("utf-8")
    return files


def shipped_packs() -> Path:
    """Return the folder of the packs that come with the product."""
    return Path(str(resources.files("sopwith.catalog"))) / "sop-templates"


def prepare_demo(settings: Settings) -> None:
    """Install the shipped packs with their sample people and records, where nothing is installed yet."""
    service = open_service(settings)
    try:
        if not service.has_release():
            click.echo("Installing the template packs and the sample data ...", err=True)
            cost = PasswordCost()
            count = install(
                service,
                pack_files(shipped_packs()),
                lambda text: hash_password(text, cost),
                settings.zone,
            )
            click.echo(f"{count} sample records are there.", err=True)
    finally:
        service.database.close()


def _free(settings: Settings) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError:
            return False
    return True


def own_environment(settings: Settings) -> dict[str, str]:
    """Return what the processes started from here need to know beside what this one was told."""
    return {
        "SOPWITH_BIND": settings.bind,
        "SOPWITH_DATA": str(settings.data.absolute()),
        "SOPWITH_DEMO": "1" if settings.demo else "0",
        "SOPWITH_WORKERS": str(settings.workers),
    }


def children_of(settings: Settings) -> list[Child]:
    """Return the processes of a whole installation on one machine, in the order in which they stop."""
    children = [
        Child(name="web", command=our_command("up")),
        Child(name="dispatcher", command=our_command("dispatcher")),
    ]
    for number in range(1, settings.worker_processes + 1):
        children.append(Child(name=f"worker {number}", command=our_command("worker")))
    return children


@click.command()
@click.option(
    "--demo", is_flag=True, help="Install the template packs with sample people and records first."
)
@click.option("--bind", help="Address and port, such as 127.0.0.1:8080.")
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    help="The data folder; ./var by default.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    help="Web processes; more than one needs PostgreSQL. 1 by default.",
)
@click.option(
    "--all",
    "whole",
    is_flag=True,
    help="With a broker: start a dispatcher and workers too, and keep all of them going.",
)
def up(demo: bool, bind: str | None, data: Path | None, workers: int | None, whole: bool) -> None:
    """Run the product: pages, interface and work in one process, until it is interrupted.

    With a broker set this is the web alone; `sopwith dispatcher` and `sopwith worker` do the work.

    Example: sopwith up --bind 0.0.0.0:8080
    """
    try:
        settings = read_settings(bind=bind, data=data, demo=demo or None, workers=workers)
        _prepare(settings, whole=whole)
    except (SettingsError, DatabaseError, DemoError) as error:
        raise click.ClickException(str(error)) from error
    os.environ |= own_environment(settings)
    click.echo(f"Sopwith is at {settings.address}", err=True)
    sys.stderr.flush()
    if whole:
        Supervisor(children=children_of(settings), environment=os.environ).run()
    else:
        Keeper(make=lambda: _server(settings)).run()


def _prepare(settings: Settings, *, whole: bool) -> None:
    """See to it that the address is free, and that the database is there with all tables."""
    configure(settings)
    if whole and settings.is_embedded:
        raise click.ClickException(f"--all: {NEEDS_BROKER}")
    if not _free(settings):
        raise click.ClickException(
            f"{settings.bind} is in use; stop what listens there or choose another with --bind."
        )
    wait_for_database(settings)
    if settings.demo:
        prepare_demo(settings)


def _server(settings: Settings) -> Serving:
    """Return what runs the web processes; one that dies is started again at once where there are others."""
    return Server(
        "sopwith.cli.serve:application",
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        respawn_failed_workers=settings.workers > 1,
        workers_kill_timeout=WEB_STOP_SECONDS,
        blocking_threads=settings.threads,
        websockets=False,
        log_access=False,
        log_level=LogLevels(settings.log_level.lower()),
        log_dictconfig=server_logs(settings),
    )
