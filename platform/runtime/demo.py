"""A first installation that can be looked at: packs, sample people, and records with a past."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from ..core.directory import Person
from ..core.events import SYSTEM, Actor
from ..core.record import RecordState
from ..lab.cast import Cast
from ..lab.sample import Sample, SampleRecord, SampleStep, dated, parse_sample
from ..lab.scenario import Step
from ..lab.steps import command_of
from ..store.customers import Customer, Organisation, add_customer, add_organisation
from ..store.people import Membership, User, add_user, put_members, save_user, user, users
from ..store.records import load_record
from .publishing import publish
from .releases import read_bundle
from .service import Service

FIRST_NOTE = "First installation"
PASSWORD = "sopwith-demo"  # noqa: S105 - of the sample accounts only; shown on the sign-in page


class DemoError(RuntimeError):
    """The sample data cannot be installed; the text says why."""


@dataclass(slots=True)
class _PastClock:
    """A clock that stands where it was put."""

    at: datetime

    def now(self) -> datetime:
        """Return the instant it was put to."""
        return self.at

    def monotonic(self) -> float:
        """Return seconds that go forward with the instant."""
        return self.at.timestamp()


def install(
    service: Service, files: Mapping[str, str], hash_password: Callable[[str], str], zone: str
) -> int:
    """Publish *files*, make the people of their sample data and let their records happen; return how many records.

    Does nothing and returns 0 where there are people already. hash_password: of the web, for ``PASSWORD``.
    """
    with service.database.reading() as connection:
        if users(connection):
            return 0
    release, found = publish(service, files, author=None, note=FIRST_NOTE)
    if release is None:
        raise DemoError("\n".join(item.render("en") for item in found))
    samples = [parse_sample(pack.sample)[0] for pack in read_bundle(files).packs]
    _install_people(service, [sample.cast for sample in samples], hash_password(PASSWORD), zone)
    return _install_records(service, samples)


def _install_people(service: Service, casts: Iterable[Cast], password: str, zone: str) -> None:
    """Make accounts, teams and customers; the same id in several packs is one person with all their teams."""
    casts = list(casts)
    now = service.clock.now()
    people: dict[str, Person] = {}
    for cast in casts:
        for one in cast.people:
            known = people.get(one.id)
            if known is not None:
                one = replace(one, roles=known.roles | one.roles, teams=known.teams | one.teams, skills=known.skills | one.skills,
                              deputy=one.deputy or known.deputy, manager=one.manager or known.manager)  # fmt: skip
            people[one.id] = one
    with service.database.writing() as connection:
        for person in people.values():
            account = User(
                id=person.id,
                login=person.id,
                name=person.name,
                email=person.email,
                roles=person.roles,
                skills=person.skills,
                lang=person.lang,
                zone=zone,
                away=not person.present,
                capacity=person.capacity,
            )
            add_user(connection, account, now, password)
    _install_ties(
        service, casts, {person.id: (person.deputy, person.manager) for person in people.values()}
    )
    teams = sorted({team for person in people.values() for team in person.teams})
    with service.database.writing() as connection:
        for team in teams:
            rosters = next((cast.on_call[team] for cast in casts if team in cast.on_call), ())
            leads = {cast.leads.get(team) for cast in casts}
            members = [
                Membership(
                    team=team,
                    user_id=person.id,
                    is_lead=person.id in leads,
                    on_call=rosters.index(person.id) + 1 if person.id in rosters else None,
                )
                for person in people.values()
                if team in person.teams
            ]
            put_members(connection, team, members)
    _install_customers(service, casts, password)


def _install_ties(
    service: Service, casts: list[Cast], ties: Mapping[str, tuple[str | None, str | None]]
) -> None:
    """Set deputies and managers, once everybody is there."""
    with service.database.writing() as connection:
        for name, (deputy, manager) in ties.items():
            known = user(connection, name)
            if known is not None and (deputy or manager):
                save_user(
                    connection,
                    replace(
                        known,
                        deputy_id=deputy if deputy in ties else None,
                        manager_id=manager if manager in ties else None,
                    ),
                )


def _install_customers(service: Service, casts: list[Cast], password: str) -> None:
    now = service.clock.now()
    firms: dict[str, str] = {}
    known: set[str] = set()
    with service.database.writing() as connection:
        for cast in casts:
            for facts in cast.customers.values():
                if facts["id"] in known:
                    continue
                known.add(facts["id"])
                firm = str(facts["organisation"])
                if firm and firm not in firms:
                    firms[firm] = sha256(firm.encode()).hexdigest()[:32]
                    add_organisation(connection, Organisation(id=firms[firm], name=firm), now)
                customer = Customer(
                    id=facts["id"],
                    name=facts["name"],
                    email=facts["email"],
                    phone=facts["phone"] or None,
                    lang=facts["lang"],
                    tier=facts["tier"],
                    tags=tuple(facts["tags"]),
                    organisation_id=firms.get(firm),
                    manager=facts["manager"],
                    verified=True,
                )
                add_customer(connection, customer, now, password)


def _install_records(service: Service, samples: Iterable[Sample]) -> int:
    """Let the sample records happen in the order of time, each step at its own instant."""
    now = service.clock.now()
    records = [
        _on_days(record, now, service.zone) for sample in samples for record in sample.records
    ]
    steps = [
        (one.ago, index, number, one)
        for index, record in enumerate(records)
        for number, one in enumerate(record.steps)
    ]
    made: dict[int, str] = {}
    for ago, index, _, one in sorted(steps, key=lambda entry: (-entry[0], entry[1], entry[2])):
        past = replace(service, clock=_PastClock(now - timedelta(seconds=ago)), wake=_nothing)
        _happen(past, records[index], one, index, made)
    service.wake()
    return len(made)


def _on_days(record: SampleRecord, now: datetime, zone: str) -> SampleRecord:
    """Return the record with the days that its values name counted from now."""
    steps = tuple(
        replace(one, step=replace(one.step, args=dated(dict(one.step.args), now, zone)))
        for one in record.steps
    )
    return replace(record, steps=steps)


def _nothing() -> None:
    """Wake nobody: the past is written down before anything acts on it."""


def _happen(
    service: Service, record: SampleRecord, one: SampleStep, index: int, made: dict[int, str]
) -> None:
    step = one.step
    release = service.releases.live()
    if step.verb == "create":
        by = step.args.get("by")
        customer = step.args.get("customer")
        actor = _actor(service, by) if by else Actor("customer", customer, frozenset({"customer"}))
        outcome = service.create(
            type=record.record_type,
            values=step.args.get("values", {}),
            actor=actor,
            customer_id=customer,
            lang=step.args.get("lang", "en"),
            channel=step.args.get("channel", "portal"),
        )
    else:
        state = _state(service, made[index])
        command = command_of(
            step, _who(service, step, state), state, release, service.message, lambda name: state
        )
        outcome = service.handle(command, made[index])
    if not outcome.accepted or outcome.record_id is None:
        said = "; ".join(f"{one.path} {one.code} {one.message('en')}" for one in outcome.problems)
        raise DemoError(f"{step.span}: {said}")
    made[index] = outcome.record_id


def _who(service: Service, step: Step, state: RecordState) -> Actor:
    name = step.args.get("as")
    if name:
        return _actor(service, name)
    if state.customer_id:
        return Actor(
            "customer",
            state.customer_id,
            frozenset({"customer"}),
            name=str(state.customer.get("name", "")),
        )
    return SYSTEM


def _actor(service: Service, name: str) -> Actor:
    with service.database.reading() as connection:
        person = service.directory(connection).person(name)
    if person is None:
        raise DemoError(f"there is no sample person {name}")
    return Actor("user", person.id, person.roles, person.teams, person.name)


def _state(service: Service, record_id: str) -> RecordState:
    with service.database.reading() as connection:
        state = load_record(connection, record_id)
    if state is None:
        raise DemoError(f"the sample record {record_id} is gone")
    return state
