"""The enumerated places in which a process is killed, and what is done to get there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from .clients import Clients
from .promises import Promise
from .world import PARENT

TIMES = 4
"""How often an act is done, so that its place is passed a third time too."""


class World(Protocol):
    """What an act may use."""

    clients: Clients
    tickets: list[Promise]

    def act(self, name: str, about: str = "") -> str:
        """Have something done that people do by other ways, until it is done."""
        ...

    def wait_for(self, key: str) -> None:
        """Wait until the job *key* is not due any more."""
        ...

    def refuse(self, answer: str) -> None:
        """Let the mail server refuse the next mails with *answer*."""
        ...


Act = Callable[[World, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Do *act* until the process dies at the *nth* pass of *point*."""

    name: str
    point: str
    act: str
    nth: int = 1

    @property
    def crash_at(self) -> str:
        """Return what the process is told."""
        return f"{self.point}@{self.nth}"

    def __str__(self) -> str:
        return f"{self.name}-{self.nth}".replace(" ", "-")


def _open(world: World, prefix: str) -> None:
    for number in range(TIMES):
        world.tickets.append(world.clients.open(f"{prefix}-{number}"))


def _reply(world: World, prefix: str) -> None:
    for number in range(TIMES):
        world.clients.reply(world.tickets[number], f"{prefix}-{number}")


def _move(world: World, prefix: str) -> None:
    """Finish tickets that nobody finished before."""
    for number in range(TIMES):
        world.clients.move(world.tickets.pop(), f"{prefix}-{number}")


def _upload(world: World, prefix: str) -> None:
    for number in range(TIMES):
        world.clients.upload(f"{prefix}-{number}")


def _have_child(world: World, prefix: str) -> None:
    for number in range(TIMES):
        ticket = world.clients.open(f"{prefix}-{number}")
        world.clients.tag(ticket, PARENT, f"{prefix}-{number}-tag")


def _sweep(world: World, _prefix: str) -> None:
    for _ in range(TIMES):
        world.wait_for(world.act("sweep"))


def _publish(world: World, prefix: str) -> None:
    for number in range(TIMES):
        world.act("publish", f"team-{prefix}-{number}")


def _roll_back(world: World, prefix: str) -> None:
    first = world.act("publish", f"team-{prefix}")
    for _ in range(TIMES):
        world.act("roll_back", first)


def _keep_house(world: World, _prefix: str) -> None:
    for _ in range(TIMES):
        world.wait_for(world.act("house"))


def _refuse_for_now(world: World, prefix: str) -> None:
    world.refuse("451 later")
    _open(world, prefix)


def _refuse_for_good(world: World, prefix: str) -> None:
    world.refuse("550 unknown")
    _open(world, prefix)


ACTS: Mapping[str, Act] = {
    "open": _open,
    "reply": _reply,
    "move": _move,
    "upload": _upload,
    "child": _have_child,
    "sweep": _sweep,
    "publish": _publish,
    "roll back": _roll_back,
    "keep house": _keep_house,
    "refuse for now": _refuse_for_now,
    "refuse for good": _refuse_for_good,
}

_PLACES: tuple[tuple[str, str, str], ...] = (
    ("intake before commit", "api:written", "open"),
    ("intake after commit", "api:committed", "open"),
    ("reply before commit", "api:written", "reply"),
    ("reply after commit", "api:committed", "reply"),
    ("transition before commit", "api:written", "move"),
    ("transition after commit", "api:committed", "move"),
    ("attachment before its row", "file:stored", "upload"),
    ("attachment before commit", "file:written", "upload"),
    ("claim before commit", "claim:taken", "open"),
    ("claim after commit", "claim:committed", "open"),
    ("job begun", "job:started", "open"),
    ("mail before the call", "mail:before_call", "open"),
    ("mail after the call", "mail:after_call", "open"),
    ("webhook before the call", "webhook:before_call", "open"),
    ("webhook after the call", "webhook:after_call", "open"),
    ("end of a call before commit", "finish:deleted", "open"),
    ("end of a call after commit", "finish:committed", "open"),
    ("command of a job before commit", "handle:written", "open"),
    ("command of a job after commit", "handle:committed", "open"),
    ("notice before commit", "notice:written", "open"),
    ("record of a rule before commit", "create:written", "child"),
    ("record of a rule after commit", "create:committed", "child"),
    ("sweep before commit", "sweep:written", "sweep"),
    ("publish before commit", "publish:written", "publish"),
    ("publish after commit", "publish:committed", "publish"),
    ("roll back before commit", "rollback:written", "roll back"),
    ("roll back after commit", "rollback:committed", "roll back"),
    ("housekeeping before commit", "housekeeping:written", "keep house"),
)


def _all() -> Iterator[Scenario]:
    for name, point, act in _PLACES:
        for nth in (1, 3):
            yield Scenario(name=name, point=point, act=act, nth=nth)
    yield Scenario(name="retry before commit", point="retry:written", act="refuse for now")
    # One sign of life comes at the start, the next a minute later: only the first is waited for.
    yield Scenario(name="sign of life before commit", point="beat:written", act="open")
    # The next server's try is not refused any more: nothing is given up in the end.
    yield Scenario(name="dead letter before commit", point="dead:written", act="refuse for good")


TOOLS: tuple[str, ...] = ("backup:written", "restore:written", "erase:written")
"""Places in what operators run by hand: ``test_tool_points`` dies there."""

MOVES: tuple[str, ...] = ("move:planned", "move:listed", "move:written", "move:committed")
"""Places in the move of open records to another release: ``test_moves`` dies there."""

SCENARIOS: tuple[Scenario, ...] = tuple(_all())
