"""Rules that set the same field: who has the last word, and the warning of one without an order."""

from __future__ import annotations

from pathlib import Path

import pytest

from sopwith.core.diagnostics import Diagnostic
from sopwith.release.compile import compile_partly
from sopwith.runtime.releases import read_bundle

PACKS = Path(__file__).resolve().parents[3] / "catalog" / "sop-templates"


def found_in(pack: str, more: str = "") -> list[Diagnostic]:
    files = {"more/rules.yaml": more} if more else {}
    for name in ("base", pack):
        for path in sorted((PACKS / name).rglob("*.yaml")):
            files[f"{name}/{path.relative_to(PACKS / name).as_posix()}"] = path.read_text("utf-8")
    _release, found = compile_partly(read_bundle(files).documents)
    return [one for one in found if one.code == "RUL018"]


def rule(order: str = "", when: str = 'type == "bug"', value: str = "P3") -> str:
    return f"""kind: rule
id: mine
title: {{en: Mine, zh-CN: 我的}}
record_type: ticket
on: created
{order}
when: {when}
then: [{{set: {{priority: {value}}}}}]
"""


@pytest.mark.parametrize("pack", ["software_p0p3", "it_request", "complaint_heat"])
def test_the_packs_raise_no_alarm(pack: str) -> None:
    assert found_in(pack) == []


def test_a_rule_without_an_order_that_overwrites_another_is_warned_of() -> None:
    [one] = found_in("software_p0p3", rule())
    assert one.severity == "warning"
    assert dict(one.values) == {"rule": "ticket-priority", "field": "priority"}


@pytest.mark.parametrize(
    "text",
    [
        rule(order="order: 5"),
        rule(order="order: 110"),
        rule(when='type == "suggestion"'),
        rule(when='type == "bug" and priority == "P2"'),
    ],
)
def test_what_is_meant_so_or_never_meets_is_not(text: str) -> None:
    assert found_in("software_p0p3", text) == []
