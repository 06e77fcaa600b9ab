"""Open records go over to a new release as jobs: all that fit, once, whatever happens meanwhile."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from sopwith.core.commands import Transition
from sopwith.core.events import Actor, EventKind
from sopwith.runtime.moving import Wish, moves, plan_move, preview, progress, standing, unmapped
from sopwith.runtime.publishing import publish, roll_back
from sopwith.runtime.releases import compile_files
from sopwith.store.chain import verify
from sopwith.store.engine import Database
from sopwith.store.history import events_of
from sopwith.store.records import load_record
from tests.integration.runtime.world import World
from tests.support.runtimes import open_ticket
from tests.support.small_process import files

LIN = Actor("user", "lin", frozenset({"agent"}), frozenset({"desk"}), "Lin")


def renamed() -> Mapping[str, str]:
    """Return the small process whose first state has another id."""
    flow = re.compile(
        r"(?m)^  received:|(?<=start: )received|(?<=in: )received|(?<=state: )received"
    )
    return {
        name: flow.sub(lambda one: one[0].replace("received", "fresh"), text)
        for name, text in files().items()
    }


def changed() -> Mapping[str, str]:
    """Return the small process with one title changed."""
    return {name: text + "\n# another\n" for name, text in files().items()}


def state_of(world: World, record_id: str) -> tuple[str, str]:
    """Return the release and the state of a record."""
    with world.database.reading() as connection:
        found = load_record(connection, record_id)
    assert found is not None
    return found.release, found.state


def published(
    world: World, texts: Mapping[str, str], types: Mapping[str, Mapping[str, str]]
) -> str:
    """Publish with a move, and return the new release."""
    wish = Wish(id="m1", types=types, user_id="lin", user_name="Lin")
    release, found = publish(world.service, texts, author="lin", note="", move=wish)
    assert release is not None, [one.render("en") for one in found]
    return release.hash


def test_open_records_move_once_and_their_history_tells(world: World) -> None:
    ids = [open_ticket(world.service) for _ in range(3)]
    world.work()
    new = published(world, changed(), {"ticket": {}})
    with world.database.reading() as connection:
        [move] = moves(connection)
        begun = progress(connection, move)
    assert (begun.total, begun.done, begun.is_over) == (3, 0, False)
    world.work()
    for record_id in ids:
        assert state_of(world, record_id)[0] == new
        with world.database.reading() as connection:
            told = [one.event for one in events_of(connection, record_id) if one.event.kind is EventKind.RELEASE]  # fmt: skip
        assert [(one.actor.id, one.body["to"]) for one in told] == [("lin", new)]
    with world.database.reading() as connection:
        after = progress(connection, move)
        assert not list(verify(connection))
    assert (after.done, after.left, after.is_over, after.dead) == (3, {"ticket": 0}, True, 0)


def test_those_who_were_not_asked_stay(world: World) -> None:
    record_id = open_ticket(world.service)
    before = state_of(world, record_id)[0]
    published(world, changed(), {})
    world.work()
    assert state_of(world, record_id)[0] == before
    with world.database.reading() as connection:
        assert moves(connection) == []


def test_a_removed_state_needs_a_mapping_and_follows_it(world: World) -> None:
    record_id = open_ticket(world.service)
    _release, first = state_of(world, record_id)
    texts = renamed()
    new, found = compile_files(texts)
    assert new is not None, [one.render("en") for one in found]
    with world.database.reading() as connection:
        where = standing(connection, new.hash)
        assert [(one.type, one.state, one.count) for one in where] == [("ticket", first, 1)]
        assert unmapped(where, new, {"ticket": {}}) == where
        assert unmapped(where, new, {"ticket": {first: "fresh"}}) == []
        [bare], _more = preview(connection, world.service, new, "ticket", {})
        [mapped], _more = preview(connection, world.service, new, "ticket", {first: "fresh"})
    assert (bare.verdict, mapped.verdict, mapped.target) == ("unmapped", "enters", "fresh")
    release = published(world, texts, {"ticket": {first: "fresh"}})
    world.work()
    assert state_of(world, record_id) == (release, "fresh")


def test_a_record_that_changes_meanwhile_is_decided_anew(world: World) -> None:
    stays, settled = open_ticket(world.service), open_ticket(world.service)
    world.work()
    release, _first = state_of(world, settled)
    published(world, changed(), {"ticket": {}})
    for _ in range(5):
        state = state_of(world, settled)[1]
        ways = world.service.releases.live().workflows["flow"].states[state].go
        if not ways:
            break
        assert world.service.handle(Transition(actor=LIN, to=ways[0].id), settled).accepted
    world.work()
    assert state_of(world, stays)[0] != release
    with world.database.reading() as connection:
        [move] = moves(connection)
        after = progress(connection, move)
    assert (after.is_over, after.dead) == (True, 0)


def test_a_page_done_twice_moves_nobody_twice(world: World) -> None:
    record_id = open_ticket(world.service)
    world.work()
    new = published(world, changed(), {"ticket": {}})
    world.work()
    again = Wish(id="m2", types={"ticket": {}}, user_id=None)
    with world.database.writing() as connection:
        plan_move(connection, again, new, world.clock.now())
    world.work()
    with world.database.reading() as connection:
        told = [
            one for one in events_of(connection, record_id) if one.event.kind is EventKind.RELEASE
        ]
    assert len(told) == 1


def test_nobody_moves_to_what_is_not_in_force_any_more(world: World) -> None:
    record_id = open_ticket(world.service)
    world.work()
    before = state_of(world, record_id)[0]
    published(world, changed(), {"ticket": {}})
    roll_back(world.service, before, author="lin", note="")
    world.work()
    assert state_of(world, record_id)[0] == before
    with world.database.reading() as connection:
        [move] = moves(connection)
        assert not progress(connection, move).is_in_force


def test_many_records_go_page_by_page(world: World, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.setattr("sopwith.runtime.moving.A_PAGE", 2)
    ids = [open_ticket(world.service) for _ in range(5)]
    world.work()
    with database.reading() as connection:
        new, _found = compile_files(changed())
        assert new is not None
        first, more = preview(connection, world.service, new, "ticket", {}, limit=3)
        rest, end = preview(connection, world.service, new, "ticket", {}, after=more, limit=3)
    assert (len(first), len(rest), end) == (3, 2, "")
    assert {one.verdict for one in (*first, *rest)} == {"stays"}
    release = published(world, changed(), {"ticket": {}})
    for _ in range(4):
        world.work()
    assert {state_of(world, one)[0] for one in ids} == {release}
