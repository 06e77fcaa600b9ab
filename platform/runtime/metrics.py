"""Figures for Prometheus, safe over several processes: each writes files of its own, whoever is asked adds them up."""

from __future__ import annotations

import os
import resource
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, values
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy import Engine

from ..store.engine import Database
from .lanes import Lane
from .metrics_files import fold_gone, pids_in, reading, room_for
from .metrics_store import StoreFigures

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
PAGE = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
LATE = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0)
LANES = {lane.value: lane.name.lower() for lane in Lane}
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class PrometheusMeters:
    """Counts in files of *folder*. role: what this process does (web, worker, dispatcher, all)."""

    folder: Path
    role: str
    version: str
    database: Database
    _parts: _Metrics = field(init=False)
    _known: dict[tuple[str, str, int], tuple[Counter, Histogram, Counter]] = field(
        default_factory=dict
    )

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.environ[FOLDER] = str(self.folder)
        fold_gone(self.folder)
        # Set here: the library itself chooses when it is first imported, by whomever.
        values.ValueClass = values.MultiProcessValue(room_for(self.folder))  # type: ignore[no-untyped-call] # of the library
        self._parts = _Metrics()
        self._parts.process.labels(self.role, self.version).set(time.time())
        for name, engine in self._engines():
            self._parts.pool_limit.labels(name).set(getattr(engine.pool, "size", lambda: 0)())

    def request(self, route: str, method: str, status: int, seconds: float, cpu: float) -> None:
        """Count one request that was answered."""
        found = self._known.get((route, method, status))
        if found is None:  # looking them up by their labels takes longer than counting
            parts = self._parts
            count = parts.requests.labels(route, method, str(status))
            found = count, parts.request_seconds.labels(route), parts.request_cpu.labels(route)
            self._known[route, method, status] = found
        found[0].inc()
        found[1].observe(seconds)
        found[2].inc(cpu)
        self._look_at_pools()

    def command(self, kind: str, outcome: str, seconds: float) -> None:
        """Count one command."""
        self._parts.commands.labels(kind, outcome).inc()
        self._parts.command_seconds.labels(kind).observe(seconds)

    def event(self, kind: str, detail: str) -> None:
        """Count one event, and the breach of a clock named by *detail*."""
        self._parts.events.labels(kind).inc()
        if detail:
            self._parts.breaches.labels(detail).inc()

    def job(self, kind: str, lane: int, outcome: str, late: float, seconds: float) -> None:
        """Count one job that ended."""
        parts = self._parts
        parts.jobs.labels(kind, outcome).inc()
        parts.job_seconds.labels(kind).observe(seconds)
        parts.lateness.labels(LANES.get(lane, str(lane))).observe(late)
        self._look_at_pools()

    def delivery(self, kind: str, outcome: str) -> None:
        """Count one try to bring something out."""
        self._parts.deliveries.labels(kind, outcome).inc()

    def poll(self, claimed: int) -> None:
        """Count one look of the dispatcher."""
        self._parts.polls.labels("found" if claimed else "empty").inc()
        if claimed:
            self._parts.claimed.inc(claimed)

    def _engines(self) -> tuple[tuple[str, Engine], ...]:
        return (("write", self.database.write), ("read", self.database.read))

    def _look_at_pools(self) -> None:
        for name, engine in self._engines():
            used = getattr(engine.pool, "checkedout", lambda: 0)()
            self._parts.pool_used.labels(name).set(used)


class _Metrics:
    """Every figure that processes count; their names are stable."""

    def __init__(self) -> None:
        into = CollectorRegistry()  # never read: what is read are the files

        def counter(name: str, words: str, *labels: str) -> Counter:
            return Counter(name, words, labels, registry=into)

        def histogram(name: str, words: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
            return Histogram(name, words, labels, buckets=buckets, registry=into)

        self.requests = counter(
            "sopwith_http_requests_total", "Requests answered.", "route", "method", "status"
        )
        self.request_seconds = histogram(
            "sopwith_http_request_duration_seconds", "How long a request took.", PAGE, "route"
        )
        self.request_cpu = counter(
            "sopwith_http_request_cpu_seconds_total", "CPU time that requests took.", "route"
        )
        self.commands = counter(
            "sopwith_commands_total",
            "Commands by what came of them: accepted, refused, conflict, failed.",
            "kind",
            "outcome",
        )
        self.command_seconds = histogram(
            "sopwith_command_duration_seconds", "How long a command took.", PAGE, "kind"
        )
        self.events = counter("sopwith_events_total", "Events of records.", "kind")
        self.breaches = counter(
            "sopwith_sla_breaches_total", "SLA clocks that were breached.", "clock"
        )
        self.jobs = counter(
            "sopwith_jobs_total",
            "Jobs carried out, by how it ended: done, failed, dead, held, lost.",
            "kind",
            "outcome",
        )
        self.job_seconds = histogram(
            "sopwith_job_duration_seconds", "How long a job took.", PAGE, "kind"
        )
        self.lateness = histogram(
            "sopwith_job_lateness_seconds",
            "How long after it was due a job was begun.",
            LATE,
            "lane",
        )
        self.deliveries = counter(
            "sopwith_deliveries_total", "Tries to bring mails and webhooks out.", "kind", "outcome"
        )
        self.polls = counter(
            "sopwith_dispatcher_polls_total", "Looks for due work: found, empty.", "result"
        )
        self.claimed = counter("sopwith_jobs_claimed_total", "Jobs that dispatchers claimed.")
        self.pool_used = Gauge(
            "sopwith_database_connections_used",
            "Connections in use when last looked at.",
            ("pool",),
            registry=into,
            multiprocess_mode="livesum",
        )
        self.pool_limit = Gauge(
            "sopwith_database_connections_limit",
            "Most connections that may be in use.",
            ("pool",),
            registry=into,
            multiprocess_mode="livesum",
        )
        self.process = Gauge(
            "sopwith_process_start_time_seconds",
            "When each process started, in seconds since 1970.",
            ("role", "version"),
            registry=into,
            multiprocess_mode="liveall",
        )


class ProcessFigures(Collector):
    """Memory and CPU of the processes that count in a folder; of this machine only."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def collect(self) -> Iterator[Metric]:
        """Yield the figures of each process that lives."""
        memory = GaugeMetricFamily(
            "sopwith_process_resident_memory_bytes", "Memory of each process.", labels=["pid"]
        )
        cpu = CounterMetricFamily(
            "sopwith_process_cpu_seconds", "CPU time of each process.", labels=["pid"]
        )
        for pid in sorted(pids_in(self._folder)):
            found = _process(pid)
            if found is not None:
                memory.add_metric([str(pid)], found[0])
                cpu.add_metric([str(pid)], found[1])
        yield memory
        yield cpu


def _process(pid: int) -> tuple[float, float] | None:
    """Return memory in bytes and CPU time in seconds, None for a process that is gone."""
    try:
        pages = Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]
        ticks = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[11:13]
    except (OSError, IndexError):
        return None
    return int(pages) * resource.getpagesize(), (int(ticks[0]) + int(ticks[1])) / _TICKS


class Figures:
    """What is answered to whoever asks for the figures. store: None leaves out what is read from the database."""

    def __init__(self, folder: Path, store: StoreFigures | None) -> None:
        self._folder, self._store = folder, store
        self._lock = threading.Lock()

    def text(self) -> bytes:
        """Return all figures in the text form of Prometheus. One at a time: it reads files and counts rows."""
        fold_gone(self._folder)
        with self._lock, reading(self._folder):
            registry = CollectorRegistry()
            MultiProcessCollector(registry, str(self._folder))  # type: ignore[no-untyped-call] # of the library
            registry.register(ProcessFigures(self._folder))
            if self._store is not None:
                registry.register(self._store)
            return generate_latest(registry)
