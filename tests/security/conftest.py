"""The house, its copies, and what everybody sees in it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.security.crawl import Seen, Walk
from tests.security.house import PEOPLE, Facts, House, make_house, open_house, rows


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Facts]:
    """The house, made once."""
    return make_house(tmp_path_factory.mktemp("house"))


@pytest.fixture
def house(built: tuple[Path, Facts], tmp_path: Path) -> Iterator[House]:
    """A copy of the test's own."""
    with open_house(*built, tmp_path) as opened:
        yield opened


@pytest.fixture(scope="session")
def standing(
    built: tuple[Path, Facts], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """A copy that tests only look at."""
    with open_house(*built, tmp_path_factory.mktemp("standing")) as opened:
        yield opened


class Keeper(logging.Handler):
    """Keeps every line that is logged."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        self.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the line as it would be written."""
        self.lines.append(self.format(record))


@pytest.fixture(scope="session")
def logged() -> Iterator[list[str]]:
    """All lines that are logged while the tests run."""
    keeper, root = Keeper(), logging.getLogger()
    root.addHandler(keeper)
    yield keeper.lines
    root.removeHandler(keeper)


@pytest.fixture(scope="session")
def seen(standing: House, logged: list[str]) -> list[Seen]:
    """Every answer that everybody gets on a walk through the whole house."""
    assert logged is not None
    for person in PEOPLE:
        standing.browser(person)
    before = rows(standing)
    found = [one for person in PEOPLE for one in Walk(standing, person).answers()]
    after = rows(standing)
    standing.changed = [name for name in before if before[name] != after[name]]
    return found
