"""What every test may ask for: servers of this machine, started when the first test needs them.

With pytest-xdist each worker starts its own. A server's module is imported only by its fixture,
so that unit tests start fast.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.support.postgres import PostgresServer
    from tests.support.rabbit import RabbitServer
    from tests.support.redis import RedisServer
    from tests.support.smtp import SmtpSink
    from tests.support.webhook import WebhookSink

MARKED = {
    "postgres_server": "postgres",
    "redis_server": "broker",
    "rabbit_server": "broker",
    "browser": "browser",
}
_database_number = itertools.count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test by the servers that it asks for: `-m "not browser"` leaves them out."""
    for item in items:
        for fixture in getattr(item, "fixturenames", ()):
            if fixture in MARKED:
                item.add_marker(MARKED[fixture])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what was skipped, how often and why."""
    reasons: Counter[str] = Counter()
    for report in terminalreporter.stats.get("skipped", ()):
        reasons[report.longrepr[2] if isinstance(report.longrepr, tuple) else "no reason"] += 1
    for reason, count in sorted(reasons.items()):
        terminalreporter.write_line(f"{count} skipped: {reason.removeprefix('Skipped: ')}")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A PostgreSQL for the whole run; do not stop it, others use it."""
    from tests.support.postgres import throwaway_server

    with throwaway_server() as server:
        yield server


@pytest.fixture(scope="module")
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The address of a new, empty database for this test module."""
    name = f"test_{next(_database_number)}"
    yield postgres_server.create_database(name)
    postgres_server.drop_database(name)


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """A Redis for the whole run; who kills it starts it again."""
    from tests.support.redis import throwaway_redis

    with throwaway_redis() as server:
        yield server


@pytest.fixture(scope="session")
def rabbit_server() -> Iterator[RabbitServer]:
    """A RabbitMQ for the whole run; who kills it starts it again."""
    from tests.support.rabbit import throwaway_rabbit

    with throwaway_rabbit() as server:
        yield server


@pytest.fixture(scope="session")
def _smtp_server() -> Iterator[SmtpSink]:
    from tests.support.smtp import smtp_server

    with smtp_server() as sink:
        yield sink


@pytest.fixture
def smtp_sink(_smtp_server: SmtpSink) -> SmtpSink:
    """A mail server that keeps what it gets; empty when the test starts."""
    _smtp_server.clear()
    return _smtp_server


@pytest.fixture(scope="session")
def _webhook_server() -> Iterator[WebhookSink]:
    from tests.support.webhook import webhook_server

    with webhook_server() as sink:
        yield sink


@pytest.fixture
def webhook_sink(_webhook_server: WebhookSink) -> Iterator[WebhookSink]:
    """A web server that keeps every request; empty when the test starts."""
    _webhook_server.clear()
    yield _webhook_server
    _webhook_server.release()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium for the whole run.

    While it runs, asyncio.run() does not work in the thread of the tests.
    """
    from tests.support.browser import chromium

    with chromium() as started:
        yield started


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A new page without cookies; the test fails on an error in a script of the page."""
    context = browser.new_context(locale="en-US", timezone_id="Asia/Shanghai")
    context.set_default_timeout(10_000)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []
