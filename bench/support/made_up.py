"""As many made-up records as wanted, by ``sopwith demo-data``."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text

from sopwith.store.claims import is_work_due
from sopwith.store.engine import open_database

CALM_WITHIN = 300.0
"""Seconds within which a server has carried out what was due; after that it is measured beside it."""


def fill(place: Path, address: str, size: int) -> float:
    """Make *size* records in a new installation; return the seconds it took. address: empty for SQLite."""
    place.mkdir(parents=True)
    command = [sys.executable, "-m", "sopwith", "demo-data", "--records", str(size)]
    command += ["--data", str(place), "--json", *(["--database", address] if address else [])]
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"demo-data failed:\n{done.stderr[-2000:]}")
    try:
        told = json.loads(done.stdout.strip().splitlines()[-1])
    except (ValueError, IndexError):
        told = {}
    return float(told.get("seconds") or time.perf_counter() - start)


def open_tickets(place: Path, address: str) -> list[str]:
    """Return open tickets that the sample agent works on."""
    database = open_database(address or f"sqlite:///{place / 'sopwith.db'}")
    try:
        with database.reading() as connection:
            query = "SELECT id FROM record WHERE type = 'ticket' AND category = 'open' ORDER BY id LIMIT 400"
            return list(connection.execute(text(query)).scalars())
    finally:
        database.close()


def wait_until_calm(place: Path, address: str) -> float:
    """Wait until nothing is due any more, for whoever measures pages and not jobs; return the seconds it took."""
    database = open_database(address or f"sqlite:///{place / 'sopwith.db'}")
    start = time.monotonic()
    try:
        while time.monotonic() - start < CALM_WITHIN:
            with database.reading() as connection:
                if not is_work_due(connection, datetime.now(UTC)):
                    break
            time.sleep(0.5)
    finally:
        database.close()
    return time.monotonic() - start
