"""Every shipped pack checks clean and all of its scenarios pass on the real engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from sopwith.cli.check import check_path
from sopwith.cli.test import run_path, tell
from sopwith.core.diagnostics import has_errors

PACKS = Path(__file__).parent.parent.parent / "catalog" / "sop-templates"
HOMES = sorted(path.parent for path in PACKS.glob("*/pack.yaml"))


@pytest.mark.parametrize("home", HOMES, ids=lambda home: home.name)
def test_pack_checks_clean(home: Path) -> None:
    found = check_path(home).found
    assert not has_errors(found), "\n".join(item.render("en") for item in found)


@pytest.mark.parametrize("home", HOMES, ids=lambda home: home.name)
def test_scenarios_of_the_pack_pass(home: Path) -> None:
    [result] = run_path(home)
    said = [line for run in result.runs if not run.passed for line in tell(run, "en")]
    assert result.passed, "\n".join([*said, *(item.render("en") for item in result.found)])


@pytest.mark.parametrize(
    "home", [home for home in HOMES if home.name != "base"], ids=lambda home: home.name
)
def test_scenarios_visit_most_states(home: Path) -> None:
    """A pack's scenarios are worth little if they pass its states by."""
    [result] = run_path(home)
    visited = set().union(*(run.visited for run in result.runs))
    assert len(result.runs) >= 4
    assert len(visited) >= 6
