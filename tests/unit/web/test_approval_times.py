"""The limit of a new approval: within what is promised."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sopwith.core.text import Text
from sopwith.expressions.durations import parse_duration
from sopwith.release.model import Release
from sopwith.runtime.releases import compile_files
from sopwith.sla.model import Metric, Policy, Sla, Target
from sopwith.web.studio.editors.approval_times import USUAL, approval_limit, with_limit
from tests.support.shop import files


@pytest.fixture(scope="module")
def shop() -> Release:
    release, _found = compile_files(files())
    assert release is not None
    return release


def promised(shop: Release, by: str = "priority", **cells: str) -> Release:
    """Return the shop with one promise of a resolution for its wishes."""
    times = {key: time for key, text in cells.items() if (time := parse_duration(text))}
    target = Target(metric=Metric.RESOLUTION, cells=times)
    policy = Policy(id="all", title=Text("All"), when=None, calendar="always", targets=(target,))
    sla = Sla(id="new", record_type="wish", title=Text("New"), by=by, policies=(policy,))
    kind = replace(shop.record_types["wish"], sla="new")
    return replace(shop, slas={"new": sla}, record_types={**shop.record_types, "wish": kind})


def test_each_priority_has_a_quarter_of_its_promise(shop: Release) -> None:
    release = promised(shop, P0="4h", P1="12h", P2="36h", P3="7d")
    assert approval_limit(release, "wish") == {"P0": "1h", "P1": "2h", "P2": "8h", "P3": USUAL}


def test_working_time_stays_working_time_and_no_promise_is_the_usual(shop: Release) -> None:
    limit = approval_limit(promised(shop, P0="30m", P1="4bh", P2="2bd"), "wish")
    assert limit == {"P0": "15m", "P1": "1bh", "P2": "4bh", "P3": USUAL}


def test_another_field_is_named(shop: Release) -> None:
    limit = approval_limit(promised(shop, by="topic", question="2h"), "wish")
    assert limit["by"] == "topic" and limit["cells"]["question"] == "30m"


@pytest.mark.parametrize("kind", ["wish", "gone", ""])
def test_without_a_promise_that_calls_for_it_one_time_holds_for_all(shop: Release, kind: str) -> None:  # fmt: skip
    assert approval_limit(promised(shop, P0="9d", P1="9d", P2="9d", P3="9d"), kind) == USUAL


def test_only_approvals_get_the_limit() -> None:
    value = {"type": "approval", "limit": USUAL, "timeout": {"after": "1bd", "to": "deputy"}}
    approval = {"op": "put", "value": value}
    step = {"op": "put", "value": {"limit": "1d"}}
    way = {"op": "put", "value": "approval"}
    made = with_limit([approval, step, way], {"P0": "1h"})
    soon = {"limit": {"P0": "1h"}, "timeout": {"after": "2bh", "to": "deputy"}}
    assert made == [{"op": "put", "value": {**value, **soon}}, step, way]
    assert with_limit([approval], USUAL) == [approval]
