"""Who has the last word and puts the priority lower than another rule did is told so."""

from __future__ import annotations

from pathlib import Path

import pytest

from sopwith.release.compile import compile_partly
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


def lowered(priority: str, order: int) -> set[str]:
    """Return the other rules whose priority a rule of the software pack would lower."""
    files = {"more/rules.yaml": RULE.format(priority=priority, order=order)}
    for name in ("base", "software_p0p3"):
        for path in sorted((PACKS / name).rglob("*.yaml")):
            files[f"{name}/{path.relative_to(PACKS / name).as_posix()}"] = path.read_text("utf-8")
    release, _found = compile_partly(read_bundle(files).documents)
    rule = release.rules["mine"]
    return {
        str(one.theirs) for one in beside(release, rule).overwrites if lowers(release, rule, one)
    }


@pytest.mark.parametrize(
    ("priority", "order", "those"),
    [("P3", 9000, {"P0", "P2"}), ("P1", 9000, {"P0"}), ("P0", 9000, set()), ("P3", -9000, set())],
)
def test_only_what_runs_last_and_is_lower(priority: str, order: int, those: set[str]) -> None:
    assert lowered(priority, order) & {"P0", "P1", "P2"} == those
