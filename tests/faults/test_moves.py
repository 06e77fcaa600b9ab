"""Open records go over to a new release, and the server is killed amid it, again and again: each ends in one state, once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

import pytest
from sqlalchemy import func, select

from sopwith.core.events import SYSTEM, EventKind
from sopwith.engine.fold import fold
from sopwith.runtime.crash import POINTS
from sopwith.runtime.moving import moves, progress
from sopwith.store.chain import verify
from sopwith.store.engine import Database
from sopwith.store.history import events_of, messages_of
from sopwith.store.records import load_record
from sopwith.store.releases import live_hash
from sopwith.store.tables import RecordRow
from tests.support.pace import allowed

from .clients import AwayError
from .installation import Installation
from .processes import SmallServer
from .projection import differences
from .scenarios import MOVES
from .world import flow_only, service_on

pytestmark = pytest.mark.slow

BOTH = pytest.mark.parametrize("url", ["sqlite", "postgresql"], indirect=True)
RECORDS = 130
"""More than one page of jobs, and more than one batch of them."""


def test_the_move_changes_the_state_that_is_gone() -> None:
    before, after = (dict(flow_only(first)) for first in ("received", "fresh"))
    assert before != after
    assert re.search(r"(?m)^  fresh:", after["small/all.yaml"])
    assert "received:" not in after["small/all.yaml"]


@BOTH
def test_each_record_ends_in_one_state_whenever_the_server_dies(
    installation: Installation, small: SmallServer
) -> None:
    """Killed before and after publishing, amid pages, amid batches and between them, amid a second plan; then left to finish."""
    old = filled(installation)
    for point in ("publish:written", "publish:committed"):
        die(installation, small, point, asked=True)
    for point in ("move:listed", "move:written", "move:committed"):
        die(installation, small, point, asked=False)
    amid = standing(installation.database)
    assert amid["fresh"], amid
    assert amid["received"], amid
    die(installation, small, "move:planned", asked=True)
    small.start()
    begin(small)
    installation.rest()
    small.stop()
    check(installation.database, old)


def test_it_is_killed_at_each_place_of_a_move() -> None:
    assert set(MOVES) == {one for one in POINTS if one.startswith("move:")}


def die(installation: Installation, small: SmallServer, point: str, *, asked: bool) -> None:
    """Let a server die at *point*: of what it is asked for, or of what is still to be done."""
    small.start(f"{point}@1")
    if asked:
        begin(small)
    assert small.wait_until_dead(allowed(30.0)), f"{point} was not passed"
    installation.bury()


def filled(installation: Installation) -> str:
    """Open the records on the first release, and return its hash."""
    service = service_on(installation.database)
    installation.publish(flow_only("received"))
    with installation.database.reading() as connection:
        old = live_hash(connection)
    assert old is not None
    for number in range(RECORDS):
        assert service.create(type="ticket", values={"title": str(number)}, actor=SYSTEM).accepted
    return old


def begin(small: SmallServer) -> None:
    """Ask for the release without that state, or for the move of what stayed behind; the server may die of it."""
    try:
        small.act("move", "received fresh")
    except AwayError:
        return


def standing(database: Database) -> Counter[str]:
    """Return how many records stand in each state."""
    with database.reading() as connection:
        rows = connection.execute(select(RecordRow.state, func.count()).group_by(RecordRow.state))
        return Counter({str(row[0]): int(row[1]) for row in rows})


def check(database: Database, old: str) -> None:
    """Compare each record with its events: moved once, from the first release to the second, into one state."""
    with database.reading() as connection:
        new = live_hash(connection)
        assert new not in {None, old}
        assert list(verify(connection)) == []
        ids = list(connection.execute(select(RecordRow.id)).scalars())
        assert len(ids) == RECORDS
        for record_id in ids:
            kept = [one.event for one in events_of(connection, record_id)]
            state = load_record(connection, record_id)
            assert state is not None, record_id
            assert fold(None, kept) == state
            assert list(differences(connection, state, messages_of(connection, record_id))) == []
            assert (state.state, state.release) == ("fresh", new)
            told: Mapping[EventKind, list[tuple[str | None, str]]] = {
                kind: [(one.body.get("from"), one.body["to"]) for one in kept if one.kind is kind]
                for kind in (EventKind.RELEASE, EventKind.STATE)
            }
            assert told[EventKind.RELEASE] == [(old, new)]
            assert told[EventKind.STATE][1:] == [("received", "fresh")]
        for move in moves(connection):
            found = progress(connection, move)
            assert (found.is_over, found.dead, found.left) == (True, 0, {"ticket": 0})
