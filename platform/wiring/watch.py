"""Lets one process be watched, as its settings say: log lines, figures and spans."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..runtime.service import Service
from ..runtime.watching import WATCH, count_queries
from .figures_door import FiguresDoor, networks_of
from .figures_port import open_port
from .logs import configure
from .settings import Settings

log = logging.getLogger(__name__)

WITHOUT_PAGES = ("dispatcher", "worker")
"""Processes whose figures a web process of the same machine tells; without one they answer at a port of their own."""


@dataclass(slots=True, kw_only=True)
class Watching:
    """What was begun for one process. figures: None where nobody may read any."""

    figures: FiguresDoor | None = None
    _ends: tuple[Callable[[], None], ...] = ()

    def close(self) -> None:
        """Bring out what is still kept in memory."""
        for end in self._ends:
            end()


def folder_of(settings: Settings) -> Path:
    """Return where the processes of this machine count."""
    return settings.data / "metrics" / socket.gethostname()


def start_watching(
    settings: Settings, service: Service, role: str, *, version: str = ""
) -> Watching:
    """Begin to log, to count and to draw spans in this process. Call it after every fork.

    role: web, worker, dispatcher, or all for the embedded process.
    """
    configure(settings)
    count_queries(service.database)
    ends: list[Callable[[], None]] = []
    if settings.otel_endpoint:
        # Only here: who does not use it pays neither the time nor the memory of its import.
        from .tracing import start_tracing

        ends.append(start_tracing(settings, service.database, role, version))
    figures = _figures(settings, service, role, version)
    if figures is not None and settings.figures_bind and role in WITHOUT_PAGES:
        ends.append(open_port(settings.figures_bind, figures))
    return Watching(figures=figures, _ends=tuple(ends))


def _figures(settings: Settings, service: Service, role: str, version: str) -> FiguresDoor | None:
    if not settings.metrics_token and not settings.metrics_allow:
        return None
    networks = networks_of(settings.metrics_allow)
    from ..runtime.metrics import Figures, PrometheusMeters  # as above
    from ..runtime.metrics_store import StoreFigures

    folder = folder_of(settings)
    try:
        WATCH.meters = PrometheusMeters(
            folder=folder, role=role, version=version, database=service.database
        )
    except OSError as error:
        log.error("there are no figures: %s cannot be written: %s", folder, error)
        return None
    store = None if role in WITHOUT_PAGES else StoreFigures(service.database, service.clock)
    figures = Figures(folder, store)
    return FiguresDoor(text=figures.text, token=settings.metrics_token, networks=networks)
