"""As many made-up records as wanted, by ``sopwith demo-data``."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

from sqlalchemy import text

from sopwith.store.engine import open_database


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


def forget_rounds(place: Path, address: str) -> None:
    """Take away the rounds of rules over all records, which are due at once and would run beside what is measured."""
    database = open_database(address or f"sqlite:///{place / 'sopwith.db'}")
    try:
        with database.writing() as connection:
            connection.execute(text("DELETE FROM job WHERE kind IN ('command', 'sweep')"))
    finally:
        database.close()
