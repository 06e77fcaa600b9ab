"""``sopwith up``: the whole product in one command."""

from __future__ import annotations

import os
import socket
import sys
from importlib import resources
from pathlib import Path

import click
from granian.constants import Interfaces
from granian.server import Server

from ..definitions import read_folder
from ..runtime.demo import DemoError, install
from ..store.engine import DatabaseError
from ..web.passwords import hash_password
from ..web.settings import PasswordCost
from ..wiring.build import open_service
from ..wiring.settings import Settings, SettingsError, read_settings

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
def up(demo: bool, bind: str | None, data: Path | None) -> None:
    """Run the product: pages, interface and work in one process, until it is interrupted."""
    try:
        settings = read_settings(bind=bind, data=data, demo=demo or None)
        if not _free(settings):
            raise click.ClickException(
                f"{settings.bind} is in use; stop what listens there or choose another with --bind."
            )
        if settings.demo:
            prepare_demo(settings)
    except (SettingsError, DatabaseError, DemoError) as error:
        raise click.ClickException(str(error)) from error
    os.environ |= {
        "SOPWITH_BIND": settings.bind,
        "SOPWITH_DATA": str(settings.data.absolute()),
        "SOPWITH_DEMO": "1" if settings.demo else "0",
    }
    click.echo(f"Sopwith is at {settings.address}", err=True)
    sys.stderr.flush()
    Server(
        "sopwith.cli.serve:application",
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=settings.threads,
        websockets=False,
        log_access=False,
    ).serve()
