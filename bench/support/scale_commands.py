"""What one command costs in one process: from the service's door to the commit."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

from sopwith.core import commands as c
from sopwith.runtime.service import Service

from .installation import installed
from .kinds import Kind
from .outcome import Line
from .records import AGENT, open_command

RULES = 200
SECONDS = float(os.environ.get("BENCH_SECONDS", "5"))
Call = Callable[[int], None]


def commands(kind: Kind, folder: Path) -> Iterator[Line]:
    """Yield commands a second and the process's CPU for each, with one thread and with eight."""
    with installed(folder, RULES, kind.fresh()) as service:
        ids = [_opened(service, number) for number in range(80)]
        for name, call in _calls(service, ids).items():
            for threads in (1, 8):
                rate, cpu, beside = _run(call, threads, kind)
                spent = f"{cpu:.2f} ms CPU" + (f" + {beside:.2f} in the database" if beside else "")
                work = f"{name}, {threads} thread{'s' * (threads > 1)}"
                yield Line(work=work, database=kind.name, ours=f"{rate:.0f}/s, {spent}")


def _opened(service: Service, number: int) -> str:
    outcome = service.handle(open_command(service, number))
    if outcome.record_id is None:
        raise SystemExit(f"a ticket was refused: {outcome.problems}")
    return outcome.record_id


def _calls(service: Service, ids: list[str]) -> dict[str, Call]:
    def reply(number: int) -> None:
        said = service.message(f"We are looking at it, {number}.")
        service.handle(c.Comment(actor=AGENT, message=said, public=True), ids[number % len(ids)])

    turns = count()

    def tag(number: int) -> None:
        turn = next(turns)  # a tag that is new each time: one that is there already changes nothing
        change = c.Tag(actor=AGENT, add=(f"t{turn}",), remove=(f"t{turn - len(ids)}",))
        service.handle(change, ids[turn % len(ids)])

    def create(number: int) -> None:
        _opened(service, number)

    return {"open a ticket, 200 more rules": create, "reply": reply, "change a tag": tag}


def _run(call: Call, threads: int, kind: Kind) -> tuple[float, float, float]:
    """Return calls a second, the process's CPU milliseconds for each, and the database's."""
    until = time.perf_counter() + SECONDS
    counts = [0] * threads

    def work(place: int) -> None:
        while time.perf_counter() < until:
            call(place * 10 + counts[place])  # each thread has records of its own to begin with
            counts[place] += 1

    crew = [threading.Thread(target=work, args=(place,)) for place in range(threads)]
    cpu, beside, start = time.process_time(), kind.cpu_seconds(), time.perf_counter()
    for one in crew:
        one.start()
    for one in crew:
        one.join()
    seconds, done = time.perf_counter() - start, max(1, sum(counts))
    spent, other = time.process_time() - cpu, kind.cpu_seconds() - beside
    return done / seconds, spent / done * 1e3, other / done * 1e3
