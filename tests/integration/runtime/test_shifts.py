"""Shifts of the release in force decide who is given work, at every hour and on both databases."""

from __future__ import annotations

import pytest

from sopwith.core import commands as c
from sopwith.core.events import Actor
from sopwith.runtime.publishing import publish
from sopwith.store.people import Membership, User, add_user, put_members
from tests.integration.runtime.world import World
from tests.support.runtimes import CUSTOMER
from tests.support.samples import NOW
from tests.support.small_process import files

# NOW is Friday, 16:00 in Shanghai. Kim is named by her login, Lin by what is both.
SHIFTS = """kind: team
id: desk
title: {en: X, zh-CN: X}
calendar: always
shifts:
  - {id: day, title: {en: Day, zh-CN: 白班}, week: {mon-fri: ["09:00-18:00"]}, people: [lin]}
  - {id: evening, title: {en: Evening, zh-CN: 晚班}, week: {mon-fri: ["18:00-22:00"]}, people: [kim]}
"""
ON_CALL = "on_call: {people: [stranger, kim]}\n"


def put_shifts(world: World, text: str) -> None:
    """Publish the small process with other words about its team."""
    known = dict(files())
    known["small/all.yaml"] = known["small/all.yaml"].replace(
        "kind: team\nid: desk\ntitle: {en: X, zh-CN: X}\n", text
    )
    release, found = publish(world.service, known, author=None, note="shifts")
    assert release is not None, [one.render("en") for one in found]


def people(world: World, *names: str) -> None:
    """Let *names* be members of the team; Kim's id is not what she signs in as."""
    ids = {"kim": "0199-kim"}
    with world.database.writing() as connection:
        if "kim" in names:
            kim = User(id=ids["kim"], login="kim", name="Kim", email="kim@ours.test")
            add_user(connection, kim, NOW)
        members = [Membership(team="desk", user_id=ids.get(name, name)) for name in names]
        put_members(connection, "desk", members)


def owner_of_new(world: World) -> str | None:
    outcome = world.service.create(
        type="ticket", values={"title": "It hums"}, actor=CUSTOMER, customer_id="c1"
    )
    assert outcome.state is not None, outcome.problems
    return outcome.state.owner


@pytest.mark.parametrize(
    ("hours", "text", "expected"),
    [
        pytest.param(0, SHIFTS, "lin", id="by day"),
        pytest.param(4, SHIFTS, "0199-kim", id="in the evening"),
        pytest.param(7, SHIFTS, None, id="at night it waits in the queue"),
        pytest.param(7, SHIFTS + ON_CALL, "0199-kim", id="at night with somebody on call"),
        pytest.param(24, SHIFTS, None, id="on a Saturday"),
    ],
)
def test_who_is_given_a_new_ticket(
    world: World, hours: int, text: str, expected: str | None
) -> None:
    people(world, "lin", "kim")
    put_shifts(world, text)
    world.clock.move(hours=hours)
    assert owner_of_new(world) == expected


def test_shifts_without_a_member_of_the_team_do_not_count(world: World) -> None:
    put_shifts(world, SHIFTS.replace("[lin]", "[somebody]"))
    world.clock.move(hours=7)
    assert owner_of_new(world) == "lin"


def test_new_shifts_count_for_a_record_that_began_under_an_older_release(world: World) -> None:
    people(world, "lin", "kim")
    outcome = world.service.create(
        type="ticket", values={"title": "It hums"}, actor=CUSTOMER, customer_id="c1"
    )
    assert outcome.state is not None
    put_shifts(world, SHIFTS)
    world.clock.move(hours=4)
    lin = Actor("user", "lin", frozenset({"lead", "agent", "admin"}), name="Lin")
    again = world.service.handle(c.Assign(actor=lin), outcome.state.id)
    assert again.state is not None
    assert again.state.owner == "0199-kim", again.problems
    assert again.release is not None
    assert not again.release.teams["desk"].shifts, "its own release knows no shifts"
