from __future__ import annotations

import os
import random

import pytest

from .engine_faults import VARIABLE, Shares
from .installation import Installation
from .processes import SmallServer

pytestmark = pytest.mark.slow

FULL = bool(os.environ.get("SOPWITH_FULL"))
TICKETS = 400 if FULL else 30
SHARES = {
    "one in a hundred statements raises or times out": Shares(statement=0.01, slow=0.01),
    "commits fail": Shares(commit=0.1 if FULL else 0.4),
    "commits are done and reported as failed": Shares(unsure=0.1 if FULL else 0.4),
}

CASES = [
    (url, what)
    for url in ("sqlite", "postgresql")
    for what in SHARES
    if FULL or url == "sqlite" or "statements" in what
]
"""In the short form commits fail on SQLite only."""


@pytest.mark.parametrize(("url", "what"), CASES, indirect=["url"])
def test_whatever_the_database_says_each_promise_is_kept_once(
    installation: Installation, chance: random.Random, what: str
) -> None:
    shares = SHARES[what]
    words = f"{shares.words()},seed={chance.randrange(10**6)}"
    server = SmallServer(
        environment=installation.environment(**{VARIABLE: words}),
        hook=installation.hook,
        log=installation.log,
    )
    server.start()
    try:
        load = installation.load(server)
        load.start(range(TICKETS))
        load.finish()
        counts = server.act("calm")
        installation.rest()
    finally:
        server.stop()
    found = installation.audit()
    assert sum(counts.values()) >= 1, "no fault happened, so nothing was proved"
    assert not found.findings, f"{words} {counts}\n{found}"
    assert set(load.clients.troubles) <= {"500", "503", "409"}, load.clients.troubles
