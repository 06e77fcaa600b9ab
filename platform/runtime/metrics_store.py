"""Figures that are read from the database when somebody asks, and kept for some seconds."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import datetime

from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from ..store.engine import Database
from ..store.figures import (
    database_bytes,
    dead_by_kind,
    expired_leases,
    failing,
    held_back,
    inbox_figures,
    lane_figures,
    last_backup,
    log_size,
    open_by_category,
    overdue_by_type,
    pending_by_lane,
    switched_off,
)
from ..store.installation import heartbeats
from .lanes import Lane
from .ports import Clock
from .time_limit import time_limit

KEPT_SECONDS = 10.0
LARGE_SECONDS = 60.0
"""How long counts over very many rows are kept: a million timers take a tenth of a second and more."""

FAILING = 3


class StoreFigures(Collector):
    """Reads the figures of the installation; at most once in *kept* seconds."""

    def __init__(self, database: Database, clock: Clock, kept: float = KEPT_SECONDS) -> None:
        self._database, self._clock, self._kept = database, clock, kept
        self._lock = threading.Lock()
        self._read_at = self._counted_at = -LARGE_SECONDS - kept - 1.0
        self._found: list[Metric] = []
        self._large: list[Metric] = []

    def describe(self) -> list[Metric]:
        """Return nothing: what is here is told by ``collect`` alone."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield the figures; without a database only that there is none."""
        with self._lock:
            steady = self._clock.monotonic()
            if steady - self._read_at > self._kept:
                self._found = list(self._read())
                self._read_at = steady
            yield from self._found

    def _read(self) -> Iterator[Metric]:
        started = time.perf_counter()
        try:
            with self._database.reading() as connection, time_limit(connection):
                found = list(self._figures(connection, self._clock.now()))
                found += self._large_figures(connection)
        except SQLAlchemyError:
            yield gauge("sopwith_database_up", "Whether the database answers.", 0)
            return
        yield gauge("sopwith_database_up", "Whether the database answers.", 1)
        yield from found
        yield gauge(
            "sopwith_figures_duration_seconds",
            "How long reading these figures took.",
            time.perf_counter() - started,
        )

    def _large_figures(self, connection: Connection) -> list[Metric]:
        steady = self._clock.monotonic()
        if self._kept < 0 or steady - self._counted_at > LARGE_SECONDS:
            self._large = list(_large(connection))
            self._counted_at = steady
        return self._large

    def _figures(self, connection: Connection, now: datetime) -> Iterator[Metric]:
        yield from _work(connection, now)
        yield from _outside(connection, now)
        yield from _records(connection, now)
        backup = last_backup(connection)
        yield gauge(
            "sopwith_last_backup_timestamp_seconds",
            "When the last backup was made, in seconds since 1970; 0 when none ever was.",
            backup[0].timestamp() if backup else 0.0,
        )
        yield gauge(
            "sopwith_sqlite_wal_bytes", "SQLite's write-ahead log.", log_size(self._database)
        )
        yield gauge(
            "sopwith_database_size_bytes",
            "Size of the database.",
            database_bytes(self._database, connection),
        )


def _work(connection: Connection, now: datetime) -> Iterator[Metric]:
    leased = family("sopwith_jobs_leased", "Jobs in somebody's hands.", "lane")
    due = family("sopwith_jobs_due", "Jobs that are due and not begun.", "lane")
    oldest = family(
        "sopwith_oldest_due_seconds", "How long the longest-waiting due job waits.", "lane"
    )
    for one in lane_figures(connection, now, tuple(Lane)):
        name = Lane(one.lane).name.lower()
        leased.add_metric([name], one.leased)
        due.add_metric([name], one.due)
        waits = (now - one.oldest).total_seconds() if one.oldest else 0.0
        oldest.add_metric([name], max(0.0, waits))
    yield from (leased, due, oldest)
    dead = family("sopwith_dead_letters", "Jobs that were given up.", "kind")
    for kind, count in sorted(dead_by_kind(connection).items()):
        dead.add_metric([kind], count)
    yield dead
    yield gauge(
        "sopwith_job_leases_expired",
        "Jobs in hands whose time ran out.",
        expired_leases(connection, now),
    )


def _outside(connection: Connection, now: datetime) -> Iterator[Metric]:
    off = len(switched_off(connection))
    yield gauge("sopwith_webhooks_switched_off", "Webhook addresses that were switched off.", off)
    held = family("sopwith_breakers_open", "Destinations to which nothing goes just now.", "state")
    states = [one.state for one in held_back(connection)]
    for state in ("open", "probing", "off"):
        held.add_metric([state], states.count(state))
    yield held
    yield gauge(
        "sopwith_webhook_targets_failing",
        "Webhook addresses that fail again and again and are still tried.",
        failing(connection, FAILING),
    )
    counts, oldest = inbox_figures(connection)
    inbox = family("sopwith_inbox_pending", "What came in and is not done.", "state")
    for state in ("new", "failed"):
        inbox.add_metric([state], counts.get(state, 0))
    yield inbox
    waits = (now - oldest).total_seconds() if oldest else 0.0
    yield gauge(
        "sopwith_inbox_oldest_seconds", "How long the oldest unread one waits.", max(0.0, waits)
    )
    ages = family(
        "sopwith_heartbeat_age_seconds",
        "Time since the last sign of life of each process.",
        "node",
        "role",
    )
    for beat in heartbeats(connection):
        ages.add_metric([beat.node, beat.kind], max(0.0, (now - beat.at).total_seconds()))
    yield ages


def _records(connection: Connection, now: datetime) -> Iterator[Metric]:
    overdue = family(
        "sopwith_records_overdue", "Records with a clock past its promised end.", "type"
    )
    for kind, count in sorted(overdue_by_type(connection, now).items()):
        overdue.add_metric([kind], count)
    yield overdue


def _large(connection: Connection) -> Iterator[Metric]:
    pending = family("sopwith_jobs_pending", "Jobs that wait, timers of the future too.", "lane")
    counts = pending_by_lane(connection)
    for lane in Lane:
        pending.add_metric([lane.name.lower()], counts.get(lane.value, 0))
    yield pending
    records = family("sopwith_records_open", "Open records.", "type", "category")
    for (kind, category), count in sorted(open_by_category(connection).items()):
        records.add_metric([kind, category], count)
    yield records


def family(name: str, words: str, *labels: str) -> GaugeMetricFamily:
    """Return a figure with labels, still empty."""
    return GaugeMetricFamily(name, words, labels=labels)


def gauge(name: str, words: str, value: float) -> GaugeMetricFamily:
    """Return a figure without labels."""
    return GaugeMetricFamily(name, words, value=value)
