"""Put a set of definitions in force, and take it back."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final

from ..core.diagnostics import Diagnostic, unfinished
from ..release.model import Release
from ..store.releases import go_live, hold_live, keep_release
from .crash import crash_point
from .moving import Wish, plan_move
from .releases import compile_files, hash_of
from .remarking import plan_remarking
from .service import Service
from .sweeps import plan_sweeps


class _Any(Enum):
    RELEASE = "any"


ANY: Final = _Any.RELEASE


class OvertakenError(Exception):
    """Another release was put in force meanwhile: *live* is its hash, None where there is none."""

    def __init__(self, live: str | None) -> None:
        super().__init__(f"the release in force is {live or 'none'}")
        self.live = live


def publish(
    service: Service,
    files: Mapping[str, str],
    *,
    author: str | None,
    note: str,
    move: Wish | None = None,
    expected: str | _Any | None = ANY,
    checked: Release | None = None,
) -> tuple[Release | None, tuple[Diagnostic, ...]]:
    """Check *files* (text by ``pack/path``) and put them in force as one release.

    Returns None and the findings when anything is wrong, else the findings unless *checked* counts; the release in force stays as it is then.
    Records that run already stay on their own release, but for those that *move* takes along.
    expected: the release that *files* were made from, None for none; raises OvertakenError when another one is in force.
    checked: what *files* were compiled to when they were looked at, named by their hash; one of other files does not count.
    """
    release, found = _compiled(files, checked)
    if release is None:
        return None, found
    service.releases.add(release)
    now = service.clock.now()
    with service.database.writing() as connection:
        live = hold_live(connection)
        if expected is not ANY and live != expected:
            raise OvertakenError(live)
        keep_release(connection, release.hash, dict(files), now, author=author, note=note)
        go_live(connection, release.hash, now, author=author, note=note)
        plan_sweeps(connection, release, now, service.zone)
        plan_remarking(connection, service, release.hash, now)
        if move is not None and move.types:
            plan_move(connection, move, release.hash, now)
        crash_point("publish:written")
    crash_point("publish:committed")
    service.wake()
    return release, found


def _compiled(files: Mapping[str, str], checked: Release | None) -> tuple[Release | None, tuple[Diagnostic, ...]]:  # fmt: skip
    if checked is not None and checked.hash == hash_of(files):
        return checked, ()
    release, found = compile_files(files)
    return (None if unfinished(found) else release), found


def roll_back(service: Service, release_hash: str, *, author: str | None, note: str) -> Release:
    """Put an earlier release in force again; raises NoReleaseError for an unknown one."""
    release = service.releases.get(release_hash)
    now = service.clock.now()
    with service.database.writing() as connection:
        go_live(connection, release.hash, now, author=author, note=note, kind="rollback")
        plan_sweeps(connection, release, now, service.zone)
        plan_remarking(connection, service, release.hash, now)
        crash_point("rollback:written")
    crash_point("rollback:committed")
    service.wake()
    return release
