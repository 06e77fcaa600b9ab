"""Sample data name days from the day of installation on, so that they never age."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from sopwith.lab.sample import dated

CATALOG = Path(__file__).parents[3] / "catalog" / "sop-templates"
NOW = datetime(2031, 3, 4, 17, 30, tzinfo=UTC)  # the fifth in Shanghai already


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        pytest.param("in 0d", "2031-03-05", id="today, in the zone"),
        pytest.param("in 15d", "2031-03-20", id="a date"),
        pytest.param("in 15d at 18:00", "2031-03-20T10:00:00Z", id="an instant"),
        pytest.param("in 15d at 25:00", "in 15d at 25:00", id="no such time"),
        pytest.param("in 15 days it is done", "in 15 days it is done", id="a sentence"),
        pytest.param(["in 1d", {"until": "in 2d"}], ["2031-03-06", {"until": "2031-03-07"}], id="inside others"),
        pytest.param(3, 3, id="no text"),
    ],
)  # fmt: skip
def test_days_count_from_now(written: Any, meant: Any) -> None:
    assert dated(written, NOW, "Asia/Shanghai") == meant


def test_no_sample_names_a_day_itself() -> None:
    samples = sorted(CATALOG.glob("*/sample.yaml"))
    assert samples
    for path in samples:
        found = re.findall(r"\b20\d\d-\d\d-\d\d\b", path.read_text(encoding="utf-8"))
        assert found == [], path.parent.name
