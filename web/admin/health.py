"""System health: the checkup of the whole installation, with what to do about each finding."""

from __future__ import annotations

from flask import abort
from flask.typing import ResponseReturnValue

from sopwith.runtime.health_check import Report

from ..htmx import show
from ..visitor import get_settings, now
from ..wording import gettext as _
from .blueprint import blueprint


@blueprint.get("/health")
def health() -> ResponseReturnValue:
    """Look at everything now and show what was found; it takes some seconds at most."""
    checkup = get_settings().checkup
    if checkup is None:
        abort(404)
    report = checkup()
    return show(
        "admin/health.html",
        "report",
        report=report,
        at=now(),
        counts=[
            (level, sum(one.severity.value == level for one in report.found))
            for level in ("error", "warning", "info")
        ],
        names=_names(report),
    )


def _names(report: Report) -> dict[str, str]:
    """Return the words for the checks."""
    known = {
        "python": _("Python"),
        "packages": _("Packages"),
        "disk": _("Disk"),
        "folder": _("Data folder"),
        "keys": _("Secret keys"),
        "settings": _("Settings"),
        "zone": _("Time zone"),
        "database": _("Database"),
        "tables": _("Tables"),
        "sqlite": _("SQLite's settings"),
        "integrity": _("Database file"),
        "postgresql": _("PostgreSQL's settings"),
        "connections": _("Connections"),
        "transactions": _("Long transactions"),
        "clock": _("System clock"),
        "processes": _("Processes"),
        "timers": _("Work in time"),
        "jobs": _("Jobs"),
        "webhooks": _("Webhooks"),
        "destinations": _("Destinations"),
        "inbox": _("Inbound"),
        "release": _("Release in force"),
        "history": _("Hash chains"),
        "backup": _("Backup"),
        "mail": _("Mail server"),
        "broker": _("Broker"),
    }
    return {one.name: known.get(one.name, one.name) for one in report.checks}
