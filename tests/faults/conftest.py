from __future__ import annotations

import os
import random
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.smtp import SmtpSink
from tests.support.webhook import WebhookSink, webhook_server

from .installation import Installation
from .processes import CERTIFICATE, SmallServer, WebServer, free_port

SEED = int(os.environ.get("SOPWITH_FAULT_SEED", "20261122"))


def pytest_report_header() -> str:
    """Print the seed, so that a run can be done again."""
    return f"faults: seed {SEED} (SOPWITH_FAULT_SEED), {'full' if os.environ.get('SOPWITH_FULL') else 'short'} form"


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> random.Random:
    """Chance that is the same in each run."""
    sys.stdout.write(f"seed {SEED} of {request.node.name}\n")
    return random.Random(f"{SEED}:{request.node.name}")


@pytest.fixture(scope="session")
def _hooks() -> Iterator[WebhookSink]:
    with webhook_server(CERTIFICATE) as sink:
        yield sink


@pytest.fixture
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database, of the kind that the test names."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'data' / 'sopwith.db'}"
        return
    server = request.getfixturevalue("postgres_server")
    name = f"hurt_{os.getpid()}_{random.randrange(10**9)}"
    yield server.create_database(name)
    server.drop_database(name)


@pytest.fixture
def installation(
    url: str, tmp_path: Path, smtp_sink: SmtpSink, _hooks: WebhookSink
) -> Iterator[Installation]:
    """An installation with definitions, people and empty sinks."""
    _hooks.clear()
    made = Installation(url=url, folder=tmp_path, smtp=smtp_sink, hooks=_hooks)
    made.found()
    yield made
    _hooks.release()
    made.close()


@pytest.fixture
def small(installation: Installation) -> Iterator[SmallServer]:
    """The product in one process, not started."""
    server = SmallServer(
        environment=installation.environment(), hook=installation.hook, log=installation.log
    )
    yield server
    server.kill()
    server.stop()


@pytest.fixture
def web(installation: Installation) -> Iterator[WebServer]:
    """The product as people start it, not started."""
    server = WebServer(
        environment=installation.environment(), log=installation.log, port=free_port()
    )
    yield server
    server.leave()
