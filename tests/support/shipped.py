"""The shipped packs with their sample people and records, installed in a database of a test."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from pathlib import Path

from sopwith.definitions import read_folder
from sopwith.runtime.clock import RandomIds
from sopwith.runtime.demo import install
from sopwith.runtime.links import Links
from sopwith.runtime.releases import Releases
from sopwith.runtime.service import Service
from sopwith.store.engine import Database
from tests.support.clocks import FixedClock
from tests.support.samples import NOW

CATALOG = Path(__file__).parents[2] / "catalog" / "sop-templates"
READABLE = (".yaml", ".yml", ".json", ".md")


@cache
def shipped_files() -> dict[str, str]:
    """Return the texts of all shipped packs by ``pack/path``."""
    return {
        f"{home.name}/{name}": content.decode()
        for home in sorted(CATALOG.iterdir())
        if (home / "pack.yaml").is_file()
        for name, content in read_folder(home).items()
        if name.endswith(READABLE)
    }


def service_on(database: Database) -> Service:
    """Return a service whose clock stands at ``NOW``, two hours later."""
    return Service(
        database=database,
        releases=Releases(database),
        clock=FixedClock(NOW + timedelta(hours=2)),
        ids=RandomIds(),
        links=Links("https://ours.test", b"k" * 32),
    )


def installed(database: Database) -> Service:
    """Install the shipped packs with what belongs to them, and return the service."""
    service = service_on(database)
    install(service, shipped_files(), lambda text: f"hash of {text}", service.zone)
    return service
