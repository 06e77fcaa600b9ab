"""Random days with the shipped packs: nothing raises, nothing is nobody's, and every decision can be replayed."""

from __future__ import annotations

import os

import pytest

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
