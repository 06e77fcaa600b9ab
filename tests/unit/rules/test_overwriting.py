"""Rules that set the same field: who has the last word, and the warning of one without an order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from sopwith.core.diagnostics import Diagnostic
from sopwith.release.compile import compile_partly
from sopwith.rules.model import Rule
from sopwith.rules.overwriting import narrows
from sopwith.runtime.releases import read_bundle

PACKS = Path(__file__).resolve().parents[3] / "catalog" / "sop-templates"


def found_in(pack: str, more: str = "") -> list[Diagnostic]:
    files = {"more/rules.yaml": more} if more else {}
    for name in ("base", pack):
        for path in sorted((PACKS / name).rglob("*.yaml")):
            files[f"{name}/{path.relative_to(PACKS / name).as_posix()}"] = path.read_text("utf-8")
    _release, found = compile_partly(read_bundle(files).documents)
    return [one for one in found if one.code == "RUL018"]


def compiled(*texts: str) -> Mapping[str, Rule]:
    """Return the rules of the software pack with some more."""
    files = {"more/rules.yaml": "---\n".join(texts)}
    for name in ("base", "software_p0p3"):
        for path in sorted((PACKS / name).rglob("*.yaml")):
            files[f"{name}/{path.relative_to(PACKS / name).as_posix()}"] = path.read_text("utf-8")
    return compile_partly(read_bundle(files).documents)[0].rules


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
    ("one", "other", "expected"),
    [
        ('type == "bug"', 'type in ["bug", "performance"]', True),
        ('type == "bug" and channel == "mail"', 'type == "bug"', True),
        ('channel == "mail"', 'type == "bug"', False),
        ('type in ["bug"]', 'type == "bug"', False),  # only single values are known for certain
    ],
)
def test_a_rule_that_speaks_of_fewer_cases_narrows_another(one: str, other: str, expected: bool) -> None:  # fmt: skip
    rules = compiled(rule(when=one), rule(when=other).replace("id: mine", "id: yours"))
    assert narrows(rules["mine"], rules["yours"]) is expected
    assert narrows(rules["mine"], replace(rules["yours"], when=None))


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
