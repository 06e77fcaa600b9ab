"""Colleagues take over shifts from one another; only what was agreed changes who is given work."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from sopwith.core.events import Actor
from sopwith.runtime.swapping import (
    Refusal,
    SwapRefusedError,
    Wish,
    answer,
    ask,
    take_back,
)
from sopwith.store.people import Membership, User, add_user, put_members, save_user, user
from sopwith.store.swaps import swap_of, swaps_of
from sopwith.store.traffic import notices_of
from tests.integration.runtime.test_shifts import ON_CALL, SHIFTS, owner_of_new, put_shifts
from tests.integration.runtime.world import World
from tests.support.samples import NOW

# NOW is Friday, 16:00 in Shanghai; the evening is Kim's from 18:00.
FRIDAY, MONDAY = date(2026, 11, 20), date(2026, 11, 23)
LIN = Actor("user", "lin", frozenset({"agent"}), name="Lin")
KIM = Actor("user", "0199-kim", frozenset({"agent"}), name="Kim")
LEA = Actor("user", "lea", frozenset({"lead"}), name="Lea")
ADA = Actor("user", "ada", frozenset({"admin"}), name="Ada")
EVENING = Wish(team="desk", shift="evening", day=FRIDAY, taker="lin")


@pytest.fixture
def crew(world: World) -> World:
    """A desk with Lin by day, Kim in the evening, and Lea who leads it."""
    with world.database.writing() as connection:
        for name, login in (("0199-kim", "kim"), ("lea", "lea")):
            add_user(
                connection, User(id=name, login=login, name=login, email=f"{login}@x.test"), NOW
            )
    members(world, "lin", "0199-kim", "lea")
    put_shifts(world, SHIFTS)
    return world


def members(world: World, *names: str) -> None:
    with world.database.writing() as connection:
        put_members(
            connection,
            "desk",
            [Membership(team="desk", user_id=one, is_lead=one == "lea") for one in names],
        )


def refused(act: object, *args: object, **more: object) -> Refusal:
    with pytest.raises(SwapRefusedError) as found:
        act(*args, **more)  # type: ignore[operator]  # any of the three
    return found.value.reason


def told(world: World, name: str) -> list[str]:
    with world.database.reading() as connection:
        return [one.text_en for one in notices_of(connection, name) if one.kind == "swap"]


def test_only_what_the_colleague_accepted_changes_who_is_given_work(crew: World) -> None:
    swap = ask(crew.service, KIM, EVENING)
    assert told(crew, "lin") == [
        "Kim asks you to take over: 2026-11-20 Evening. Accept or refuse it under “My shifts”."
    ]
    crew.clock.move(hours=1)
    assert refused(answer, crew.service, KIM, swap, accept=True) is Refusal.NO_RIGHT
    answer(crew.service, LIN, swap, accept=True)
    assert told(crew, "0199-kim") == [
        "Lin agreed, the shift has changed hands: 2026-11-20 Evening."
    ]
    with crew.database.reading() as connection:
        kept = swap_of(connection, swap)
    assert kept is not None
    assert (kept.state, kept.answered_by, kept.asked_at, kept.answered_at) == (
        "accepted",
        "lin",
        NOW,
        NOW + timedelta(hours=1),
    )
    crew.clock.move(hours=3)
    assert owner_of_new(crew) == "lin", "at 20:00, in Kim's evening"


def test_what_is_only_asked_or_was_refused_changes_nothing(crew: World) -> None:
    first = ask(crew.service, KIM, EVENING)
    answer(crew.service, LIN, first, accept=False)
    ask(crew.service, KIM, EVENING)
    crew.clock.move(hours=4)
    assert owner_of_new(crew) == "0199-kim"
    crew.work()
    mails = [str(one) for one in crew.outside.mails if "Change of shifts: 2026-11-20" in str(one)]
    assert ["kim@x.test" in one for one in mails if "Lin refused" in one] == [True]
    assert sum("asks you to take over" in one for one in mails) == 2


def test_an_exchange_changes_both_shifts_and_the_lead_may_agree_and_take_back(crew: World) -> None:
    wish = Wish(team="desk", shift="evening", day=FRIDAY, taker="lin", back=("day", MONDAY))
    swap = ask(crew.service, KIM, wish)
    answer(crew.service, LEA, swap, accept=True)
    assert len(told(crew, "lin")) == 2, "who was asked hears that their lead agreed"
    with crew.database.reading() as connection:
        directory = crew.service.directory(connection)
        assert directory.on_shift("desk", NOW + timedelta(hours=4)) == frozenset({"lin"})
        assert directory.on_shift("desk", NOW + timedelta(days=2, hours=19)) == frozenset(
            {"0199-kim"}
        )
    assert refused(take_back, crew.service, KIM, swap) is Refusal.NO_RIGHT
    take_back(crew.service, LEA, swap)
    with crew.database.reading() as connection:
        directory = crew.service.directory(connection)
        assert directory.on_shift("desk", NOW + timedelta(hours=4)) == frozenset({"0199-kim"})


def test_a_day_on_call_can_change_hands(crew: World) -> None:
    put_shifts(crew, SHIFTS + ON_CALL.replace("stranger, kim", "kim"))
    swap = ask(crew.service, KIM, Wish(team="desk", shift="@on-call", day=MONDAY, taker="lin"))
    answer(crew.service, LIN, swap, accept=True)
    with crew.database.reading() as connection:
        directory = crew.service.directory(connection)
        called = [directory.on_call("desk", NOW + timedelta(days=days)) for days in (0, 3, 4)]
    assert [[one.id for one in some] for some in called] == [["0199-kim"], ["lin"], ["0199-kim"]]


@pytest.mark.parametrize(
    ("actor", "wish", "reason"),
    [
        pytest.param(LIN, EVENING, Refusal.NO_MEMBER, id="of oneself"),
        pytest.param(KIM, Wish(team="desk", shift="evening", day=FRIDAY, taker="ada"), Refusal.NO_MEMBER, id="of a stranger"),
        pytest.param(ADA, EVENING, Refusal.NO_MEMBER, id="by a stranger"),
        pytest.param(LEA, EVENING, Refusal.NOT_THEIRS, id="of a shift that is another's"),
        pytest.param(KIM, Wish(team="desk", shift="night", day=FRIDAY, taker="lin"), Refusal.GONE, id="of no shift"),
        pytest.param(KIM, Wish(team="desk", shift="evening", day=date(2026, 11, 21), taker="lin"), Refusal.GONE, id="on a Saturday"),
        pytest.param(KIM, Wish(team="nobody", shift="evening", day=FRIDAY, taker="lin"), Refusal.NO_MEMBER, id="of no team"),
        pytest.param(LIN, Wish(team="desk", shift="day", day=FRIDAY, taker="lea"), Refusal.BEGAN, id="of a shift that runs"),
        pytest.param(KIM, Wish(team="desk", shift="evening", day=FRIDAY, taker="lin", back=("day", FRIDAY)), Refusal.BEGAN, id="for a shift that runs"),
        pytest.param(KIM, Wish(team="desk", shift="evening", day=FRIDAY, taker="lin", back=("evening", MONDAY)), Refusal.NOT_THEIRS, id="for one that is not theirs"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_for(crew: World, actor: Actor, wish: Wish, reason: Refusal) -> None:
    assert refused(ask, crew.service, actor, wish) is reason


LONG = SHIFTS.replace("18:00-22:00", "17:00-22:00")
TUESDAY = date(2026, 11, 24)


def test_nobody_is_asked_to_work_two_shifts_at_once(crew: World) -> None:
    put_shifts(crew, LONG)
    wish = Wish(team="desk", shift="evening", day=MONDAY, taker="lin")
    assert refused(ask, crew.service, KIM, wish) is Refusal.BUSY
    swap = ask(crew.service, KIM, replace(wish, back=("day", MONDAY)))
    answer(crew.service, LIN, swap, accept=True)  # who gives the other one away is free
    wish = Wish(team="desk", shift="evening", day=TUESDAY, taker="lea", back=None)
    swap = ask(crew.service, KIM, wish)
    answer(crew.service, Actor("user", "lea", name="Lea"), swap, accept=True)
    back = Wish(team="desk", shift="evening", day=date(2026, 11, 25), taker="lea", back=("evening", TUESDAY))  # fmt: skip
    ask(crew.service, KIM, back)


def test_who_gives_one_may_not_get_two_at_once_in_return(crew: World) -> None:
    put_shifts(crew, LONG)
    wish = Wish(team="desk", shift="day", day=TUESDAY, taker="0199-kim", back=("evening", MONDAY))
    assert refused(ask, crew.service, LIN, wish) is Refusal.BUSY


def test_who_works_meanwhile_by_now_cannot_agree(crew: World) -> None:
    swap = ask(crew.service, KIM, Wish(team="desk", shift="evening", day=MONDAY, taker="lin"))
    put_shifts(crew, LONG)
    assert refused(answer, crew.service, LIN, swap, accept=True) is Refusal.BUSY


def test_a_second_request_for_the_same_shift_waits_for_the_first(crew: World) -> None:
    first = ask(crew.service, KIM, EVENING)
    other = Wish(team="desk", shift="evening", day=FRIDAY, taker="lea")
    assert refused(ask, crew.service, KIM, other) is Refusal.ASKED
    take_back(crew.service, KIM, first)
    ask(crew.service, KIM, other)
    assert refused(answer, crew.service, LIN, first, accept=True) is Refusal.SETTLED
    assert told(crew, "lin")[0] == "Kim took the change of shifts back: 2026-11-20 Evening."


def test_nothing_is_agreed_after_the_shift_began(crew: World) -> None:
    swap = ask(crew.service, KIM, EVENING)
    crew.clock.move(hours=2)
    assert refused(answer, crew.service, LIN, swap, accept=True) is Refusal.BEGAN
    assert refused(take_back, crew.service, KIM, swap) is Refusal.BEGAN


@pytest.mark.parametrize("change", ["the shift is gone", "somebody else is on it"])
def test_what_changed_meanwhile_is_not_agreed_and_does_no_harm(crew: World, change: str) -> None:
    agreed = ask(crew.service, KIM, EVENING)
    answer(crew.service, LIN, agreed, accept=True)
    open_one = ask(crew.service, KIM, Wish(team="desk", shift="evening", day=MONDAY, taker="lin"))
    if change == "the shift is gone":
        put_shifts(crew, SHIFTS.replace("id: evening", "id: twilight"))
        reason, owner = Refusal.GONE, "0199-kim"
    else:
        put_shifts(crew, SHIFTS.replace("people: [kim]", "people: [lea]"))
        reason, owner = Refusal.NOT_THEIRS, "lea"
    assert refused(answer, crew.service, LIN, open_one, accept=True) is reason
    crew.clock.move(hours=4)
    assert owner_of_new(crew) == owner


@pytest.mark.parametrize("how", ["left the team", "was disabled"])
def test_a_taker_who_left_leaves_the_shift_with_the_giver(crew: World, how: str) -> None:
    swap = ask(crew.service, KIM, EVENING)
    answer(crew.service, LIN, swap, accept=True)
    if how == "left the team":
        members(crew, "0199-kim", "lea")
    else:
        with crew.database.writing() as connection:
            lin = user(connection, "lin")
            assert lin is not None
            facts = {name: getattr(lin, name) for name in User.__dataclass_fields__}
            save_user(connection, User(**{**facts, "active": False}))
    crew.clock.move(hours=4)
    assert owner_of_new(crew) == "0199-kim"


def test_a_list_has_what_lies_ahead_and_not_what_is_over(crew: World) -> None:
    ask(crew.service, KIM, EVENING)
    with crew.database.reading() as connection:
        assert len(swaps_of(connection, {"desk"}, NOW)) == 1
        assert swaps_of(connection, {"desk"}, NOW + timedelta(days=1)) == []
        assert swaps_of(connection, {"other"}, NOW) == []
