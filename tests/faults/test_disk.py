"""A disk that is full: what cannot be kept is refused with words, nothing is torn, and with room it goes on by itself."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.smtp import SmtpSink
from tests.support.webhook import WebhookSink

from .clients import Load
from .installation import Installation
from .processes import SmallServer

pytestmark = pytest.mark.slow

FULL_SECONDS = 20.0


def wait_for_refusal(load: Load) -> str:
    """Return the words of the first answer 503."""
    until = time.monotonic() + FULL_SECONDS
    while time.monotonic() < until:
        for said in list(load.clients.said):
            if said.startswith("503"):
                return said
        time.sleep(0.05)
    raise TimeoutError(f"nothing was refused: {load.clients.troubles}")


def check(installation: Installation, load: Load, words: str) -> None:
    """See to it that the refusal said something, and that everything asked for was done once."""
    assert "API016" in words, words
    assert set(load.clients.troubles) == {"503"}, load.clients.said
    found = installation.audit()
    assert not found.findings, found


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_database_file_that_may_not_grow(installation: Installation, small: SmallServer) -> None:
    small.start()
    small.wait_until_ready()
    load = installation.load(small)
    load.start(range(5))
    load.finish()
    installation.rest()
    small.act("limit", "2")
    load.start(range(5, 40))
    words = wait_for_refusal(load)
    time.sleep(1.0)
    small.act("limit", "1000000")
    load.finish()
    installation.rest()
    small.stop()
    check(installation, load, words)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 24 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("nothing may be mounted here; the limit of pages is tested all the same")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def test_a_disk_that_is_full(small_disk: Path, smtp_sink: SmtpSink, _hooks: WebhookSink) -> None:
    _hooks.clear()
    url = f"sqlite:///{small_disk / 'data' / 'sopwith.db'}"
    installation = Installation(url=url, folder=small_disk, smtp=smtp_sink, hooks=_hooks)
    installation.found()
    small = SmallServer(
        environment=installation.environment(), hook=installation.hook, log=Path(os.devnull)
    )
    ballast = small_disk / "ballast"
    try:
        small.start()
        small.wait_until_ready()
        load = installation.load(small)
        load.start(range(5))
        load.finish()
        installation.rest()
        free = shutil.disk_usage(small_disk).free
        with ballast.open("wb") as file:
            file.write(b"x" * (free - 300_000))
        load.start(range(5, 60))
        words = wait_for_refusal(load)
        time.sleep(1.0)
        ballast.unlink()
        load.finish()
        installation.rest()
        small.stop()
        check(installation, load, words)
    finally:
        small.kill()
        installation.close()
