from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from sopwith.runtime.crash import POINTS
from sopwith.store.tables import JobRow
from tests.support.pace import allowed

from .clients import AwayError, Clients
from .installation import Installation
from .processes import SmallServer
from .promises import Promise
from .scenarios import ACTS, MOVES, SCENARIOS, TIMES, TOOLS, Scenario

pytestmark = pytest.mark.slow

FULL = bool(os.environ.get("SOPWITH_FULL"))
KINDS = ("sqlite", "postgresql")
DEATH_SECONDS = 30.0
AGAIN, AGAIN_SECONDS = 3, 3.0


@dataclass(slots=True, kw_only=True)
class Run:
    """One installation that is killed at one place after another; its clients never give up."""

    installation: Installation
    server: SmallServer
    clients: Clients = field(init=False)
    tickets: list[Promise] = field(default_factory=list)
    working: list[threading.Thread] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clients = self.installation.clients(self.server)

    def act(self, name: str, about: str = "") -> str:
        until = time.monotonic() + self.clients.patience
        while time.monotonic() < until:
            try:
                done: str = self.server.act(name, about)
            except AwayError:
                time.sleep(0.1)
            else:
                return done
        raise TimeoutError(f"{name} {about} was not done")

    def wait_for(self, key: str) -> None:
        database = self.installation.database
        due = (JobRow.idem_key == key) & (JobRow.due_at <= datetime.now(UTC))
        until = time.monotonic() + self.clients.patience
        while time.monotonic() < until:
            with database.reading() as connection:
                if connection.execute(select(JobRow.id).where(due)).first() is None:
                    return
            time.sleep(0.05)
        raise TimeoutError(f"{key} was not done")

    def refuse(self, answer: str) -> None:
        self.installation.smtp.refuse(answer)

    def begin(self) -> None:
        """Open the tickets that later acts need, in peace."""
        self.server.start()
        ACTS["open"](self, "first")
        ACTS["open"](self, "second")
        self.installation.rest()
        self.server.stop()

    def die(self, scenario: Scenario) -> None:
        """Do the scenario's act until the server dies of it; what is left of it the next server finishes."""
        self.server.start(scenario.crash_at)
        over = threading.Event()
        thread = threading.Thread(target=self._work, args=(scenario, over), name=str(scenario))
        self.working.append(thread)
        thread.start()
        died = self.server.wait_until_dead(allowed(DEATH_SECONDS))
        over.set()
        self.installation.bury()
        assert died, f"{scenario}: {scenario.crash_at} was not passed in {DEATH_SECONDS} s"

    def _work(self, scenario: Scenario, over: threading.Event) -> None:
        """Do the act, and again when it is not enough: jobs that are done together pass a place once."""
        try:
            ACTS[scenario.act](self, str(scenario))
            for again in range(1, AGAIN):
                if over.wait(AGAIN_SECONDS):
                    return
                ACTS[scenario.act](self, f"{scenario}-{again}")
        except BaseException as error:
            self.failed.append(f"{scenario}: {error!r}")

    def end(self) -> None:
        """Let a server finish everything, the daily rule once more too; come to rest, and compare."""
        self.server.start()
        for thread in self.working:
            thread.join(self.clients.patience)
        assert not self.failed, self.failed
        self.installation.rest()  # a record that a rule still opens would come too late for the round
        self.act("sweep")
        self.installation.rest()
        self.server.stop()
        found = self.installation.audit(swept=1)
        assert not found.findings, found
        assert found.counts["mails repeated"] <= self.server.kills * 2, found
        assert found.counts["webhooks repeated"] <= self.server.kills * 2, found


@pytest.fixture
def run(installation: Installation, small: SmallServer) -> Run:
    made = Run(installation=installation, server=small)
    made.begin()
    return made


def test_every_place_that_the_code_names_is_died_at() -> None:
    died_at = {one.point for one in SCENARIOS} | set(TOOLS) | set(MOVES)
    assert died_at == POINTS, "give the new place a scenario, or take the old one away"


def test_there_are_enough_places_and_each_has_a_name_of_its_own() -> None:
    names = [str(one) for one in SCENARIOS]
    assert len(set(names)) == len(names)
    assert len({one.name for one in SCENARIOS}) >= 20
    assert max(one.nth for one in SCENARIOS) <= TIMES


@pytest.mark.parametrize("url", KINDS, indirect=True)
def test_killed_at_one_place_after_another(run: Run, url: str) -> None:
    """Each place on one of the two databases, in the first or a later pass, all in one life."""
    at = KINDS.index("sqlite" if url.startswith("sqlite") else "postgresql")
    mine = [one for place, one in enumerate(_in_turn()) if place % 2 == at]
    for scenario in mine:
        run.die(scenario)
    run.end()
    assert run.server.kills == len(mine)


def _in_turn() -> list[Scenario]:
    """Return one scenario of each place: its first pass, or a later one, in turn."""
    by_name: dict[str, list[Scenario]] = {}
    for one in SCENARIOS:
        by_name.setdefault(one.name, []).append(one)
    return [some[(place // 2) % len(some)] for place, some in enumerate(by_name.values())]


if FULL:

    @pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
    @pytest.mark.parametrize("url", KINDS, indirect=True)
    def test_killed_at_this_place(run: Run, scenario: Scenario) -> None:
        """The long form: each place by itself, in the first pass and in a later one, on both databases."""
        run.die(scenario)
        run.end()
        assert run.server.kills == 1


def test_the_short_form_leaves_no_place_out() -> None:
    assert {one.name for one in _in_turn()} == {one.name for one in SCENARIOS}
