from __future__ import annotations

import itertools
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.support.pace import allowed
from tests.support.postgres import PostgresServer, throwaway_server
from tests.support.smtp import SmtpSink
from tests.support.webhook import WebhookSink

from .auditor import Audit
from .installation import Installation
from .processes import SmallServer, WebServer, free_port

pytestmark = pytest.mark.slow

FULL = bool(os.environ.get("SOPWITH_FULL"))


def number_of(name: str, short: int, full: int) -> int:
    """Return how many: by the environment, else by the form."""
    return int(os.environ.get(name, full if FULL else short))


KILLS = number_of("SOPWITH_FAULT_KILLS", 15, 60)
TICKETS = number_of("SOPWITH_FAULT_TICKETS", 120, 2000)
WEB_KILLS = number_of("SOPWITH_FAULT_WEB_KILLS", 4, 20)
BACK_SECONDS = 10.0
IN_FULL = pytest.mark.skipif(not FULL, reason="in the long form only: it takes minutes")
_databases = itertools.count(1)


def told(name: str, counts: Mapping[str, object]) -> None:
    """Print the figures of a run."""
    sys.stdout.write(f"{name}: {dict(counts)}\n")


def all_kept(found: Audit, kills: int) -> None:
    assert not found.findings, found
    assert found.counts["mails repeated"] + found.counts["webhooks repeated"] <= 8 * kills


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_web_and_work_killed_at_random(
    installation: Installation, small: SmallServer, chance: random.Random
) -> None:
    load = installation.load(small)
    for round_ in range(KILLS):
        small.start()
        load.start(range(round_ * TICKETS // KILLS, (round_ + 1) * TICKETS // KILLS))
        small.wait_until_ready()
        time.sleep(chance.uniform(0.02, 1.0))
        small.kill()
    small.start()
    load.finish()
    installation.rest()
    small.stop()
    found = installation.audit()
    told("embedded", {"kills": small.kills, **found.counts, **load.clients.troubles})
    assert small.kills == KILLS
    assert found.counts["tickets promised"] == TICKETS
    all_kept(found, KILLS)


@pytest.fixture(scope="module")
def mortal() -> Iterator[PostgresServer]:
    """A PostgreSQL of our own, that may be killed: it keeps fsync on."""
    with throwaway_server(durable=True) as started:
        yield started


@pytest.fixture
def on_mortal(
    mortal: PostgresServer, tmp_path: Path, smtp_sink: SmtpSink, _hooks: WebhookSink
) -> Iterator[Installation]:
    """An installation on it."""
    _hooks.clear()
    if not mortal.is_running:
        mortal.start()
    url = mortal.create_database(f"mortal_{next(_databases)}")
    made = Installation(url=url, folder=tmp_path, smtp=smtp_sink, hooks=_hooks)
    made.found()
    yield made
    made.close()


@IN_FULL
@pytest.mark.postgres
def test_web_work_and_postgresql_killed_at_random(
    mortal: PostgresServer, on_mortal: Installation, chance: random.Random
) -> None:
    small = SmallServer(environment=on_mortal.environment(), hook=on_mortal.hook, log=on_mortal.log)
    load = on_mortal.load(small)
    done: Counter[str] = Counter()

    def kill_postgres() -> None:
        mortal.kill()
        time.sleep(chance.uniform(0.0, 0.5))
        mortal.start()

    ways: dict[str, Callable[[], None]] = {
        "server": small.kill,
        "postmaster": kill_postgres,
        "postgres in order": mortal.restart,
    }
    try:
        for round_ in range(KILLS):
            if not small.is_alive:
                on_mortal.bury()
                small.start()
            load.start(range(round_ * TICKETS // KILLS, (round_ + 1) * TICKETS // KILLS))
            small.wait_until_ready()
            time.sleep(chance.uniform(0.02, 1.0))
            (way,) = chance.choices(tuple(ways), (2, 1, 1))
            ways[way]()
            done[way] += 1
        if not small.is_alive:
            small.start()
        load.finish()
        on_mortal.rest()
    finally:
        small.kill()
    found = on_mortal.audit()
    told("postgresql", {**done, **found.counts, **load.clients.troubles})
    assert found.counts["tickets promised"] == TICKETS
    all_kept(found, KILLS)


@pytest.mark.postgres
@pytest.mark.parametrize("how", ["restart", "kill"])
def test_a_database_that_restarts_under_load_is_back_within_ten_seconds_by_itself(
    mortal: PostgresServer, on_mortal: Installation, how: str
) -> None:
    """Measured from the moment PostgreSQL takes connections again to the next answer and the next job done."""
    small = SmallServer(environment=on_mortal.environment(), hook=on_mortal.hook, log=on_mortal.log)
    small.start()
    try:
        load = on_mortal.load(small)
        load.start(range(40))
        time.sleep(1.0)
        if how == "kill":
            mortal.kill()
            time.sleep(1.0)
            mortal.start()
        else:
            mortal.restart()
        started = time.monotonic()
        on_mortal.clients(small).open("after")
        answered = time.monotonic() - started
        subject = on_mortal.journal.get("after")
        assert subject is not None
        while not any(
            subject.number in str(one.message["Subject"]) for one in on_mortal.smtp.mails
        ):
            assert time.monotonic() - started < allowed(BACK_SECONDS), (
                "no mail went out after the restart"
            )
            time.sleep(0.05)
        worked = time.monotonic() - started
        load.finish()
        on_mortal.rest()
    finally:
        small.kill()
    told(how, {"answered after": round(answered, 2), "worked after": round(worked, 2)})
    found = on_mortal.audit()
    assert not found.findings, found
    assert answered < allowed(BACK_SECONDS)
    assert worked < allowed(BACK_SECONDS)


@IN_FULL
@pytest.mark.parametrize("url", ["sqlite", "postgresql"], indirect=True)
def test_the_product_as_people_start_it_killed_at_random(
    installation: Installation, chance: random.Random
) -> None:
    """``sopwith up`` over HTTP: all its processes at once, or one that does the work."""
    web = WebServer(environment=installation.environment(), log=installation.log, port=free_port())
    load = installation.load(web)
    done: Counter[str] = Counter()
    kills = max(1, WEB_KILLS // 2)
    tickets = 10 * kills
    try:
        for round_ in range(kills):
            if not web.is_alive:
                installation.bury()
                web.start()
            load.start(range(round_ * tickets // kills, (round_ + 1) * tickets // kills))
            assert web.wait_until_ready(allowed(60)), "it did not come up"
            time.sleep(chance.uniform(0.02, 1.5))
            way = chance.choice(("all", "worker"))
            if way == "all":
                web.kill()
            else:
                assert web.kill_worker()
                time.sleep(0.5)
            done[way] += 1
        if not web.is_alive:
            web.start()
        load.finish()
        installation.rest()
        code, seconds = web.stop()
    finally:
        web.leave()
    found = installation.audit()
    told("sopwith up", {**done, **found.counts, **load.clients.troubles})
    assert code == 0
    assert seconds < allowed(BACK_SECONDS)
    all_kept(found, kills)
