"""A record that is closed tells the record it came out of, and an employee who asked is told like a customer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from sopwith.core import commands as c
from sopwith.core.events import Actor
from sopwith.core.record import Link, RecordState
from sopwith.engine.decide import decide
from sopwith.engine.fold import fold
from sopwith.lab.people import Town
from sopwith.lab.sample import parse_sample
from sopwith.release.model import Release
from sopwith.runtime.job_commands import command_of
from sopwith.runtime.releases import compile_files, read_bundle

PACKS = Path(__file__).parents[3] / "catalog" / "sop-templates"
NOW = datetime(2026, 11, 16, 1, tzinfo=UTC)


@cache
def world(pack: str) -> tuple[Release, Town]:
    files = {
        str(path.relative_to(PACKS)): path.read_text(encoding="utf-8")
        for name in ("base", pack)
        for path in (PACKS / name).rglob("*")
        if path.suffix in (".yaml", ".md")
    }
    release, found = compile_files(files)
    assert release is not None, [item.render("en") for item in found]
    [sample] = [one.sample for one in read_bundle(files).packs if one.id == pack]
    cast = parse_sample(sample)[0].cast
    town = Town(
        people={one.id: one for one in cast.people},
        leads=dict(cast.leads),
        customers={key: dict(facts) for key, facts in cast.customers.items()},
    )
    return release, town


def callback(link: str) -> RecordState:
    release, town = world("complaint_heat")
    create = c.Create(
        record_id="cb",
        number="CB-1",
        type="callback",
        form="callback-plan",
        values={"occasion": "complaint"},
        customer_id="sarah",
        links=((link, "cp", "CP-1", "complaint"),),
    )
    return fold(None, decide(release, None, create, NOW, town).events)


def skip(state: RecordState) -> list[object]:
    release, town = world("complaint_heat")
    lead = Actor("user", "luo", frozenset({"lead", "agent"}), frozenset({"callbacks"}), "Luo")
    decision = decide(release, state, c.Cancel(actor=lead, reason="Twice."), NOW, town)
    assert decision.accepted
    return [one.payload for one in decision.effects if one.kind == "command"]


def test_closing_tells_the_record_it_came_out_of() -> None:
    [payload] = skip(callback("callback_of"))
    assert isinstance(payload, dict)
    assert payload["record"] == "cp"
    command = command_of(payload)
    assert command == c.LinkClosed(kind="has_callback", record="cb", state="skipped")


def test_closing_tells_nobody_over_other_ties() -> None:
    assert skip(callback("related")) == []


def complaint() -> RecordState:
    release, town = world("complaint_heat")
    create = c.Create(
        actor=Actor("customer", "sarah", frozenset({"customer"})),
        record_id="cp",
        number="CP-1",
        type="complaint",
        form="complaint-intake",
        values={"subject": "service", "description": "Nobody called.", "demand": "apology"},
        customer_id="sarah",
    )
    state = fold(None, decide(release, None, create, NOW, town).events)
    return replace(
        state,
        state="callback_due",
        category=release.workflows["complaint-flow"].states["callback_due"].category,
    )


def test_only_a_record_that_is_tied_is_heard() -> None:
    release, town = world("complaint_heat")
    state = complaint()
    closed = c.LinkClosed(kind="has_callback", record="cb", state="done")
    assert decide(release, state, closed, NOW, town).events == ()
    tied = replace(state, links=(Link(kind="has_callback", record="cb", type="callback"),))
    assert fold(tied, decide(release, tied, closed, NOW, town).events).state == "closed"


def asked_by(user: str) -> list[str]:
    release, town = world("it_request")
    person = town.people[user]
    create = c.Create(
        actor=Actor("user", user, person.roles, person.teams, person.name),
        record_id="sr",
        number="SR-1",
        type="request",
        form="request-intake",
        values={"service": "account", "system": "crm", "role_wanted": "Reader"},
    )
    effects = decide(release, None, create, NOW, town).effects
    return [
        one.payload["to"] for one in effects if one.payload.get("template") == "it-request-received"
    ]


def test_an_employee_who_asks_is_told_and_one_of_the_desk_is_not() -> None:
    assert asked_by("tan") == ["tan@example.com"]
    assert asked_by("zhou") == []
