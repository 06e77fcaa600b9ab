"""Random days with the shipped packs: nothing raises, nothing is nobody's, and every decision can be replayed."""

from __future__ import annotations

import os

import pytest

from sopwith.core import commands as c
from sopwith.core.record import ClockStatus

from .random_world import PACKS, RandomWorld

RUNS = 5000 if os.environ.get("SOPWITH_FULL") else 200
STEPS = 14


def test_there_are_packs_to_try() -> None:
    assert "software_p0p3" in PACKS


@pytest.mark.parametrize("pack", PACKS)
def test_random_days(pack: str) -> None:
    for seed in range(RUNS // len(PACKS)):
        day = RandomWorld(pack, seed)
        try:
            day.run(STEPS)
        except Exception as error:
            story = "\n".join(day.story)
            raise AssertionError(f"{pack}, seed {seed}:\n{story}\n{error!r}") from error


def opened(pack: str, kind: str) -> RandomWorld:
    """Return a world with one record of *kind*, opened by an admin."""
    for seed in range(200):
        day = RandomWorld(pack, seed)
        day.create()
        if {one.type for one in day.world.records.values()} == {kind}:
            return day
    raise AssertionError(f"no {kind} was opened")


def test_an_emptied_priority_has_its_default_again() -> None:
    day = opened("software_p0p3", "ticket")
    for priority in ("P1", ""):
        submit = c.Submit(actor=day.admin(), form="diagnosis", values={"priority": priority})
        assert day.world.handle(submit, "r1").problems == ()
    state = day.world.records["r1"]
    assert state.values["priority"] == "P3"
    assert state.clocks["resolution"].status is ClockStatus.RUNNING


@pytest.mark.skipif("it_request" not in PACKS, reason="needs a record type without routing")
def test_giving_back_what_no_team_has_does_not_make_it_nobodys() -> None:
    day = opened("it_request", "access_grant")
    before = day.world.records["r1"]
    assert before.owner is not None
    day.world.handle(c.Assign(actor=day.admin()), "r1")
    after = day.world.records["r1"]
    assert after.owner is not None or after.team is not None
