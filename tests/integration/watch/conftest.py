"""The shop's application, watched: figures in a folder of the test's own, and whoever watches taken away after it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sopwith.runtime.watching import WATCH, Watch
from tests.support.shop import Shop, make_template, open_shop


@pytest.fixture(scope="session")
def watched_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with definitions and people, made once."""
    return make_template(tmp_path_factory.mktemp("watched"))


@pytest.fixture
def shop(watched_template: Path, tmp_path: Path) -> Iterator[Shop]:
    """An installation of the test's own."""
    with open_shop(watched_template, tmp_path) as opened:
        yield opened


@pytest.fixture(autouse=True)
def _nobody_watches() -> Iterator[None]:
    yield
    fresh = Watch()
    WATCH.meters, WATCH.spans = fresh.meters, fresh.spans
