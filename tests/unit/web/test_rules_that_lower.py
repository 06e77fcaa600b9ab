"""Who puts the priority lower than another rule did is told so, and whose value another rule raises afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

from sopwith.release.compile import compile_partly
from sopwith.release.model import Release
from sopwith.rules.model import Rule
from sopwith.runtime.releases import read_bundle
from sopwith.web.studio.editors.rule_effects import beside, lowers

PACKS = Path(__file__).resolve().parents[3] / "catalog" / "sop-templates"
RULE = """kind: rule
id: mine
title: {{en: Mine, zh-CN: 我的}}
record_type: ticket
on: created
order: {order}
when: affected_users > 3
then:
  - set: {{priority: {priority}}}
"""


def made(priority: str, order: int) -> tuple[Release, Rule]:
    """Return the software pack with one more rule."""
    files = {"more/rules.yaml": RULE.format(priority=priority, order=order)}
    for name in ("base", "software_p0p3"):
        for path in sorted((PACKS / name).rglob("*.yaml")):
            files[f"{name}/{path.relative_to(PACKS / name).as_posix()}"] = path.read_text("utf-8")
    release, _found = compile_partly(read_bundle(files).documents)
    return release, release.rules["mine"]


def lowered(priority: str, order: int) -> set[str]:
    """Return the other values of the priority that a rule of the software pack would lower."""
    release, rule = made(priority, order)
    return {
        str(one.theirs) for one in beside(release, rule).overwrites if lowers(release, rule, one)
    }


@pytest.mark.parametrize(
    ("priority", "order", "those"),
    [("P3", 9000, {"P0", "P2"}), ("P1", 9000, {"P0"}), ("P0", 9000, set()), ("P3", -9000, set())],
)
def test_only_what_runs_last_and_is_lower(priority: str, order: int, those: set[str]) -> None:
    assert lowered(priority, order) & {"P0", "P1", "P2"} == those


@pytest.mark.parametrize(
    ("priority", "order", "becomes"),
    [("P1", -9000, "P0"), ("P3", -9000, "P2"), ("P0", -9000, None), ("P1", 9000, None)],
)
def test_what_is_raised_afterwards_is_told(priority: str, order: int, becomes: str | None) -> None:
    found = beside(*made(priority, order)).raised
    assert [one.becomes for one in found] == ([becomes] if becomes else [])
    assert all(one.mine == priority and one.field == "priority" for one in found)
