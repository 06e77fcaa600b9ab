"""Budgets and breakers: a destination that is slow or away costs nobody else anything, and no job its tries."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from sopwith.runtime.breakers import speaks_of_destination
from sopwith.runtime.job_queue import new_job
from sopwith.runtime.ports import DeliveryError
from sopwith.store import audit
from sopwith.store.destinations import (
    MAIL_SERVER,
    Destination,
    destination,
    destination_of,
    set_budget,
    switch,
    try_now,
)
from sopwith.store.job_counts import count_jobs
from sopwith.store.jobs import add_jobs
from sopwith.store.people import User, add_user
from sopwith.store.traffic import notices_of
from tests.integration.runtime.world import World
from tests.support.samples import NOW

SICK, WELL = "https://sick.example.test/in", "https://well.example.test/in"


@pytest.fixture
def hooked(world: World) -> Iterator[World]:
    """A world with an admin, in which calls to the sick host fail as long as it is sick."""
    with world.database.writing() as connection:
        ada = User(id="ada", login="ada", name="Ada", email="ada@ours.test", roles=frozenset({"admin"}))  # fmt: skip
        add_user(connection, ada, NOW)
    yield world


def enqueue(world: World, url: str, count: int, start: int = 0) -> None:
    with world.database.writing() as connection:
        add_jobs(
            connection,
            [
                new_job("webhook", f"{url}:{n}", {"url": url}, world.clock.now())
                for n in range(start, start + count)
            ],
        )


def state(world: World, name: str) -> Destination:
    with world.database.reading() as connection:
        found = destination(connection, name)
    assert found is not None
    return found


def attempts(world: World) -> set[int]:
    with world.database.reading() as connection:
        query = text("SELECT attempts FROM job WHERE kind = 'webhook' AND destination = 'web:sick.example.test'")  # fmt: skip
        return set(connection.execute(query).scalars())


def open_breaker(world: World) -> None:
    """Let five calls fail, each at its first try."""
    enqueue(world, SICK, 5)
    world.outside.fail(*["connection refused"] * 5)
    for _ in range(3):
        for batch in world.batches(web=10):
            world.run(batch)


def test_a_breaker_opens_waits_probes_and_closes(hooked: World) -> None:
    open_breaker(hooked)
    sick = state(hooked, "web:sick.example.test")
    assert (sick.state, sick.failures, sick.pause) == ("open", 5, 30)
    enqueue(hooked, SICK, 20, start=5)
    enqueue(hooked, WELL, 2)
    hooked.clock.move(seconds=10)
    hooked.work()
    assert {hook.url for hook in hooked.outside.hooks} == {WELL}
    before = attempts(hooked)
    hooked.clock.move(seconds=21)
    hooked.outside.fail("still away")
    (probe,) = hooked.batches(web=10)
    assert hooked.batches(web=10) == [], "one probe and nothing beside it"
    hooked.run(probe)
    sick = state(hooked, "web:sick.example.test")
    assert (sick.state, sick.pause) == ("open", 60)
    assert attempts(hooked) == before, "waiting and probing cost no try"
    hooked.clock.move(seconds=61)
    (probe,) = hooked.batches(web=10)
    hooked.run(probe)
    assert state(hooked, "web:sick.example.test").state == "closed"
    hooked.clock.move(hours=1)
    hooked.work()
    assert len([hook for hook in hooked.outside.hooks if hook.url == SICK]) == 25
    with hooked.database.reading() as connection:
        lines = [one.action for one in audit.entries(connection)]
        told = [one.text_en for one in notices_of(connection, "ada")]
    assert [one for one in lines if one.startswith("destination.")] == [
        "destination.closed",
        "destination.opened",
    ]
    assert "works again" in told[0]
    assert "connection refused" in told[1]


def test_a_probe_whose_worker_died_is_followed_by_another(hooked: World) -> None:
    open_breaker(hooked)
    hooked.clock.move(seconds=31)
    (_lost,) = hooked.batches(web=10)
    hooked.clock.move(minutes=5)
    assert hooked.batches(web=10) == []
    hooked.clock.move(minutes=2)
    assert len(hooked.batches(web=10)) == 1


def test_a_slow_host_never_holds_more_than_its_share(hooked: World) -> None:
    enqueue(hooked, SICK, 50)
    hooked.clock.move(seconds=1)
    enqueue(hooked, WELL, 2)
    first, second = hooked.batches(web=8), hooked.batches(web=8)
    held = [batch[0].payload["url"] for batch in first]
    assert held == [SICK] * 3
    assert [batch[0].payload["url"] for batch in second] == [WELL] * 2


def test_no_more_than_its_budget_goes_out_in_a_minute(hooked: World) -> None:
    with hooked.database.writing() as connection:
        set_budget(connection, "web:sick.example.test", 100, 7)
    enqueue(hooked, SICK, 20)
    hooked.work()
    assert len(hooked.outside.hooks) == 7
    hooked.clock.move(seconds=61)
    hooked.work()
    assert len(hooked.outside.hooks) == 14


def test_mail_that_hurries_finds_a_place_at_a_busy_server(hooked: World) -> None:
    with hooked.database.writing() as connection:
        mails = [new_job("mail", f"m{n}", {"to": "a@b.test"}, NOW) for n in range(20)]
        add_jobs(connection, [*mails, new_job("mail", "fast", {"to": "c@d.test", "about": "breached"}, NOW)])  # fmt: skip
    assert len(hooked.batches(mail=20)) == 6
    assert [batch[0].key for batch in hooked.batches(urgent=20)] == ["fast"]


def test_a_mail_server_that_is_away_costs_no_mail_its_tries(hooked: World) -> None:
    with hooked.database.writing() as connection:
        add_jobs(connection, [new_job("mail", f"m{n}", {"to": f"a{n}@b.test"}, NOW) for n in range(6)])  # fmt: skip
    hooked.outside.fail(*["the mail server did not answer: refused"] * 6)
    for batch in hooked.batches(mail=20):
        hooked.run(batch)
    assert state(hooked, MAIL_SERVER).state == "open"
    hooked.clock.move(hours=30)
    hooked.work()
    assert len(hooked.outside.mails) == 6
    assert state(hooked, MAIL_SERVER).state == "closed"


def test_what_an_admin_switched_off_waits_until_it_is_on_again(hooked: World) -> None:
    enqueue(hooked, SICK, 3)
    with hooked.database.writing() as connection:
        switch(connection, "web:sick.example.test", NOW, on=False)
    hooked.clock.move(days=9)
    hooked.work()
    assert hooked.outside.hooks == []
    with hooked.database.writing() as connection:
        switch(connection, "web:sick.example.test", NOW, on=True)
    hooked.work()
    assert len(hooked.outside.hooks) == 3
    with hooked.database.reading() as connection:
        assert ("webhook", "dead") not in count_jobs(connection)


def test_try_now_does_not_wait_for_the_pause(hooked: World) -> None:
    open_breaker(hooked)
    with hooked.database.writing() as connection:
        assert try_now(connection, "web:sick.example.test", hooked.clock.now())
        assert not try_now(connection, "web:well.example.test", hooked.clock.now())
    hooked.clock.move(seconds=10)
    (probe,) = hooked.batches(web=10)
    hooked.run(probe)
    assert state(hooked, "web:sick.example.test").state == "closed"


@pytest.mark.parametrize(
    ("kind", "status", "final", "speaks"),
    [
        ("webhook", None, False, True),
        ("webhook", None, True, False),
        ("webhook", 503, False, True),
        ("webhook", 404, False, False),
        ("webhook", 410, True, False),
        ("mail", None, False, True),
        ("mail", 421, False, True),
        ("mail", 450, False, True),
        ("mail", 550, True, False),
    ],
)
def test_which_failures_speak_of_the_destination(
    kind: str, status: int | None, final: bool, speaks: bool
) -> None:
    error = DeliveryError("x", status=status, is_final=final)
    assert speaks_of_destination(kind, error) is speaks


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://Hooks.example.test/a?b", "web:hooks.example.test"),
        ("https://hooks.example.test:8443/", "web:hooks.example.test:8443"),
        ("http://[::1]:x/", "web:"),
        ("nonsense", "web:"),
    ],
)
def test_a_webhook_goes_to_a_host(url: str, name: str) -> None:
    assert destination_of("webhook", {"url": url}) == name
    assert destination_of("timer", {"url": url}) is None
