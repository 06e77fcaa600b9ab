"""What a process began is freed when it dies, not when the lease ends; and nobody does it twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sopwith.runtime.holders import LOOK_SECONDS, PATIENCE, Vigil
from sopwith.runtime.lanes import Lane
from sopwith.runtime.outside_jobs import LONG_AGO
from sopwith.runtime.ports import OutMail
from sopwith.runtime.pulse import SILENT, Pulse
from sopwith.runtime.run_job import JobRunner
from sopwith.runtime.service import LeaseLostError
from sopwith.store.engine import Database
from sopwith.store.holders import end_leases_of, silent_holders
from sopwith.store.installation import Heartbeat, beat, heartbeats
from sopwith.store.job_counts import count_jobs
from sopwith.store.jobs import JobClaim
from tests.integration.runtime.world import World
from tests.support.runtimes import open_ticket

DYING, NEXT = "machine:7", "machine:8"


class DeadError(BaseException):
    """The process ends here: nothing is noted any more."""


def worker_of(world: World, node: str) -> JobRunner:
    return JobRunner(service=world.service, mailer=world.outside, webhooks=world.outside, node=node)


def sign(world: World, node: str, kind: str = "worker") -> None:
    """Let *node* give a sign of life now."""
    said = Heartbeat(node=node, kind=kind, at=world.clock.now(), version="", detail={})
    with world.database.writing() as connection:
        beat(connection, said)


def claim_mail(world: World) -> JobClaim:
    """Open a ticket, do what comes of it inside, and claim its mail."""
    while batches := world.batches(inside=100):
        for batch in batches:
            world.run(batch)
    ((mail,),) = world.batches(mail=1)
    return mail


def die_in_the_middle(world: World, mail: JobClaim, *, sent: bool) -> None:
    """Begin the mail as DYING and end there, before or after the server took it."""

    def die() -> None:
        raise DeadError

    taken = world.outside.send
    if sent:
        world.outside.meanwhile = lambda: None

        def send_and_die(mail: OutMail) -> None:
            taken(mail)
            raise DeadError

        world.outside.send = send_and_die  # type: ignore[method-assign] # that is the point
    else:
        world.outside.meanwhile = die
    with pytest.raises(DeadError):
        worker_of(world, DYING).run_jobs([mail.id], mail.token)
    world.outside.meanwhile = lambda: None
    world.outside.send = taken  # type: ignore[method-assign] # as it was


def silent(world: World) -> list[str]:
    with world.database.reading() as connection:
        return silent_holders(connection, world.clock.now(), PATIENCE)


@pytest.fixture
def dying(world: World) -> tuple[World, JobClaim]:
    """A worker that died in the middle of a mail, just after it gave a sign of life."""
    open_ticket(world.service)
    mail = claim_mail(world)
    sign(world, DYING)
    sign(world, NEXT)
    die_in_the_middle(world, mail, sent=False)
    return world, mail


def test_a_holder_is_silent_when_its_last_sign_is_old(dying: tuple[World, JobClaim]) -> None:
    world, _ = dying
    assert silent(world) == []
    world.clock.at += SILENT
    assert silent(world) == [], "not a moment before"
    world.clock.at += timedelta(seconds=1)
    assert silent(world) == [DYING], "the other one holds nothing"
    sign(world, DYING)
    assert silent(world) == [], "it lives"


def test_who_never_gave_a_sign_is_not_taken_for_dead(world: World) -> None:
    open_ticket(world.service)
    mail = claim_mail(world)
    sign(world, DYING, kind="dispatcher")  # signs of another kind are given at another pace
    die_in_the_middle(world, mail, sent=False)
    world.clock.at += 10 * SILENT
    assert silent(world) == []


@pytest.mark.parametrize("sent", [False, True], ids=["before the call", "after the call"])
def test_a_mail_of_a_dead_worker_goes_out_at_once_with_the_same_key(
    world: World, sent: bool
) -> None:
    open_ticket(world.service)
    mail = claim_mail(world)
    sign(world, DYING)
    die_in_the_middle(world, mail, sent=sent)
    assert world.batches(mail=1) == []
    with world.database.writing() as connection:
        assert end_leases_of(connection, [NEXT], world.clock.now()) == 0
        assert end_leases_of(connection, [DYING], world.clock.now()) == 1
    ((again,),) = world.batches(mail=1)
    worker_of(world, NEXT).run_jobs([again.id], again.token)
    assert [one.key for one in world.outside.mails] == [mail.key] * (2 if sent else 1)
    assert again.attempt == 2, "a job that kills its workers runs out of tries"
    assert not [kind for kind, _ in counted(world.database) if kind == "mail"]


def counted(database: Database) -> dict[tuple[str, str], int]:
    with database.reading() as connection:
        return count_jobs(connection)


def test_who_wakes_after_its_mail_was_given_to_another_does_not_send_it(world: World) -> None:
    """It stood still between the beginning and the call, longer than others wait for its signs."""
    open_ticket(world.service)
    mail = claim_mail(world)
    sign(world, DYING)
    runner = worker_of(world, DYING)
    job = runner.outside._begin(mail.id, mail.token)
    assert job is not None
    world.clock.move(seconds=SILENT.total_seconds() + LONG_AGO)
    with world.database.writing() as connection:
        end_leases_of(connection, [DYING], world.clock.now())
    ((again,),) = world.batches(mail=1)
    worker_of(world, NEXT).run_jobs([again.id], again.token)
    with pytest.raises(LeaseLostError):
        runner.outside._bring_out(job)
    assert [one.key for one in world.outside.mails] == [mail.key]


def test_who_was_slow_and_still_holds_its_mail_sends_it(world: World) -> None:
    open_ticket(world.service)
    mail = claim_mail(world)
    runner = worker_of(world, DYING)
    job = runner.outside._begin(mail.id, mail.token)
    assert job is not None
    world.clock.move(seconds=LONG_AGO)
    runner.outside._bring_out(job)
    assert [one.key for one in world.outside.mails] == [mail.key]


def test_a_vigil_frees_after_two_looks_and_not_before(dying: tuple[World, JobClaim]) -> None:
    world, _ = dying
    vigil = Vigil(database=world.database, clock=world.clock)
    world.clock.move(seconds=SILENT.total_seconds() + 1)
    if world.database.is_sqlite:
        assert [vigil.look() for _ in range(3)] == [0, 0, 0], "one process: it frees at its start"
        return
    assert vigil.look() == 0, "a first look only suspects"
    assert vigil.look() == 0, "and the next one comes later"
    world.clock.move(seconds=LOOK_SECONDS)
    assert vigil.look() == 1
    ((again,),) = world.batches(mail=1)
    assert again.attempt == 2


def test_a_vigil_that_could_not_look_for_a_while_begins_anew(
    dying: tuple[World, JobClaim],
) -> None:
    """The database was away for everybody: nobody could give a sign, and nobody is dead for that."""
    world, _ = dying
    vigil = Vigil(database=world.database, clock=world.clock)
    world.clock.move(seconds=SILENT.total_seconds() + 1)
    assert vigil.look() == 0
    world.clock.move(minutes=1)
    assert vigil.look() == 0
    sign(world, DYING)
    world.clock.move(seconds=LOOK_SECONDS)
    assert vigil.look() == 0


def pulse_of(world: World, node: str) -> Pulse:
    return Pulse(database=world.database, clock=world.clock, node=node, kind="worker")


def test_the_next_process_of_the_same_name_frees_what_the_last_began(
    dying: tuple[World, JobClaim],
) -> None:
    world, _ = dying
    pulse = pulse_of(world, DYING)
    pulse.start()
    assert len(world.batches(mail=1)) == 1
    pulse.stop()


def test_a_process_that_is_cut_off_in_a_job_leaves_its_sign_to_grow_old(
    dying: tuple[World, JobClaim],
) -> None:
    world, mail = dying
    for node in (DYING, NEXT):
        pulse = pulse_of(world, node)
        pulse.start()
        if node == DYING:
            ((again,),) = world.batches(mail=1)
            assert again.id == mail.id
            assert again.lane == Lane.MAIL
            die_in_the_middle(world, again, sent=False)
        pulse.stop()
    with world.database.reading() as connection:
        assert [one.node for one in heartbeats(connection)] == [DYING]
