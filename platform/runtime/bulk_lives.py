"""Lives lived side by side: each by its own seed, and the rows that it takes."""

from __future__ import annotations

import multiprocessing
import shutil
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from ..lab.lives import Kind, Scene, live
from ..store.bulk_mould import Mould, MouldError, mould
from ..store.bulk_plan import Span, span_of
from ..store.bulk_press import PressError, press
from ..store.engine import Database, open_database
from ..store.kept_views import NO_VIEWS, plan_of
from ..store.schema import upgrade

HEAD_START = timedelta(hours=2)
"""Nothing that was made comes due earlier than this after the data's present."""

TRIES_A_LIFE = 6
Given = TypeVar("Given")
Answer = TypeVar("Answer")
Tell = Callable[[str, float, float], None]
"""Called with what is being done, how much of it is done, and of how much (0: not known)."""


class BulkError(RuntimeError):
    """The data cannot be made; the text says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lived:
    """A life that can be copied. open: how many of its records are. kind: of its customer, None where a colleague asked."""

    span: Span
    open: int
    kind: Kind | None
    mould: Mould


_scene: Scene | None = None
_past: Scene | None = None
_scratch: Database | None = None
_views = NO_VIEWS
_for_postgres = False


def live_all(
    scene: Scene,
    past: Scene,
    seed: int,
    wanted: tuple[int, int],
    processes: int,
    tell: Tell,
    *,
    for_postgres: bool,
) -> tuple[list[Lived], list[Lived]]:
    """Return *wanted* settled and unsettled lives (fewer where not enough come about), always the same for one *seed*.

    past: where those take place that are settled. for_postgres: what their moulds are for.
    """
    folder = Path(tempfile.mkdtemp(prefix="sopwith-lives-"))
    try:
        first = open_database(f"sqlite:///{folder / 'scratch.db'}")
        upgrade(first)
        first.fold_log()
        first.close()
        with new_pool(processes, _enter_scene, (scene, past, folder, for_postgres)) as pool:
            one = list(_chosen(pool, processes, seed, False, wanted[0], tell))
            two = list(_chosen(pool, processes, seed, True, wanted[1], tell))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return one, two


def new_pool(
    processes: int, enter: Callable[..., None], given: tuple[Any, ...]
) -> ProcessPoolExecutor:
    """Return processes that know what this one knows; each calls *enter* with *given* first."""
    fork = multiprocessing.get_context("fork")
    return ProcessPoolExecutor(processes, mp_context=fork, initializer=enter, initargs=given)


def in_order(
    pool: Executor, do: Callable[[Given], Answer], things: Iterable[Given], ahead: int
) -> Iterator[tuple[Given, Answer]]:
    """Yield each of *things* with what *do* makes of it, in order; no more than *ahead* are made beforehand."""
    waiting: deque[tuple[Given, Future[Answer]]] = deque()
    try:
        for thing in things:
            waiting.append((thing, pool.submit(do, thing)))
            if len(waiting) > ahead:
                first, found = waiting.popleft()
                yield first, found.result()
        while waiting:
            first, found = waiting.popleft()
            yield first, found.result()
    finally:
        for _, found in waiting:
            found.cancel()


def _enter_scene(scene: Scene, past: Scene, folder: Path, for_postgres: bool) -> None:
    global _scene, _past, _scratch, _views, _for_postgres
    own = folder / f"{multiprocessing.current_process().pid}.db"
    shutil.copy(folder / "scratch.db", own)
    _scene, _past, _scratch = scene, past, open_database(f"sqlite:///{own}")
    _views, _for_postgres = plan_of(scene.release), for_postgres


def _chosen(
    pool: Executor, processes: int, seed: int, is_open: bool, wanted: int, tell: Tell
) -> Iterator[Lived]:
    """Yield the first *wanted* lives that became what they should, by the number of their seed."""
    seeds = [(f"{seed}:{is_open}:{number}", is_open) for number in range(wanted * TRIES_A_LIFE)]
    found = 0
    if not wanted:
        return
    for _, one in in_order(pool, _live, seeds, 4 * processes):
        if one is not None:
            found += 1
            tell("open lives" if is_open else "settled lives", found, wanted)
            yield one
            if found == wanted:
                return
    if not found:
        raise BulkError("No record of the installed packs came to be as it was wanted.")


def _live(given: tuple[str, bool]) -> Lived | None:
    scene = _scene if given[1] else _past
    assert scene is not None
    assert _scratch is not None
    chance = Random(given[0])  # noqa: S311 - made-up data, repeatable
    life = live(scene, chance, is_open=given[1], head_start=HEAD_START)
    if life is None:
        return None
    with _scratch.write.connect() as connection:
        try:
            pressed = press(connection, life, _views)
        except PressError:
            return None
        finally:
            connection.rollback()
    try:
        made = mould(pressed, for_postgres=_for_postgres)
    except MouldError:
        return None
    is_open = sum(state.is_open for state in life.records)
    return Lived(span=span_of(life), open=is_open, kind=life.kind, mould=made)
