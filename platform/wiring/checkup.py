"""The checkup of an installation: what `sopwith doctor` and the page System health show."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import make_url

from ..runtime.clock import RandomIds, SystemClock
from ..runtime.health_check import Check, Report, finding, run_checks
from ..runtime.health_database import DatabaseChecks
from ..runtime.health_work import WorkChecks
from ..runtime.links import Links
from ..runtime.releases import Releases
from ..runtime.service import Service
from ..store.engine import open_database
from .checkup_machine import MachineChecks
from .checkup_outside import OutsideChecks
from .settings import Settings

LOCK = Path(__file__).resolve().parents[2] / "lock" / "run.txt"
"""In a checkout; an installed package has no such list."""


def checks_of(settings: Settings, service: Service, version: str) -> list[Check]:
    """Return every check, in the order in which one would look; none of them changes anything."""
    database = DatabaseChecks(database=service.database, clock=service.clock)
    work = WorkChecks(service=service, version=version, broker=bool(settings.broker_url))
    return [*_machine(settings), *database.all(), *work.all(), *_outside(settings, service)]


def check_up(settings: Settings, service: Service, version: str) -> Report:
    """Return what every check finds, seen from a process that has a service."""
    return run_checks(checks_of(settings, service, version))


def check_up_from_outside(settings: Settings, version: str) -> Report:
    """Return what every check finds; opens the database for it, and makes no folder, file or key."""
    path = make_url(settings.database)
    if path.get_backend_name() == "sqlite" and not Path(path.database or "").is_file():
        found = [finding("DOC021", path=str(path.database))]
        missing = Check(name="database", look=lambda: found)
        return run_checks([*_machine(settings), missing, *_outside(settings)])
    database = open_database(settings.database)
    service = Service(
        database=database,
        releases=Releases(database),
        clock=SystemClock(),
        ids=RandomIds(),
        links=Links(settings.address, b"no link is made here"),
        zone=settings.zone,
    )
    try:
        return check_up(settings, service, version)
    finally:
        database.close()


def _machine(settings: Settings) -> list[Check]:
    return MachineChecks(settings=settings, clock=SystemClock(), lock=LOCK).all()


def _outside(settings: Settings, service: Service | None = None) -> list[Check]:
    database = service.database if service is not None else None
    return OutsideChecks(settings=settings, database=database).all()
