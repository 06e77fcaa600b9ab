"""Many made-up records: lives lived by the real engine, copied with everything that belongs to them."""

from __future__ import annotations

import multiprocessing
import shutil
import tempfile
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from multiprocessing.pool import AsyncResult, Pool
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import func, insert, select, update

from ..core.plain import instant, instant_text
from ..lab.lives import Kind, Scene, live
from ..store.bulk_load import Loader, loader_for
from ..store.bulk_mould import Mould, MouldError, mould
from ..store.bulk_parts import file_of, lines_of
from ..store.bulk_plan import Origin, Plan, Span, span_of
from ..store.bulk_press import Pressed, PressError, press, tables
from ..store.bulk_stamp import Copy, Stamp
from ..store.engine import Database, open_database
from ..store.installation import put_setting, setting
from ..store.kept_views import NO_VIEWS, plan_of
from ..store.marking import count_groups
from ..store.marks import Group
from ..store.schema import upgrade
from ..store.tables import NumberCounterRow
from .bulk_cast import Customers, add_colleagues, add_customers, make_customers, scene_of
from .service import Service

SETTING = "demo_data"
HEAD_START = timedelta(hours=2)
"""Nothing that was made comes due earlier than this after the data's present."""

A_BATCH = 1000
AHEAD = 2
"""Batches made beforehand for each process that makes them."""

TRIES_A_LIFE = 6


class BulkError(RuntimeError):
    """The data cannot be made; the text says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is wanted. open: the share of records that still need somebody. days: how far back the data go.

    now: the present of the data.
    """

    records: int
    seed: int
    open: float = 0.1
    days: int = 365
    now: datetime


@dataclass(slots=True, kw_only=True)
class Made:
    """What was made, and how long it took in seconds."""

    records: int = 0
    rows: int = 0
    lives: int = 0
    living: float = 0.0
    loading: float = 0.0
    finishing: float = 0.0


Tell = Callable[[str, float, float], None]
"""Called with what is being done, how much of it is done, and of how much."""


def make(service: Service, wish: Wish, processes: int, tell: Tell) -> Made:
    """Make what is wanted, or go on with what was interrupted; raises BulkError when it cannot be."""
    database, made = service.database, Made()
    state = _begin(service, wish)
    wish = _wish_of(state)
    release = service.releases.live()
    customers = make_customers(wish.seed, _customers_for(wish.records), wish.now)
    with database.writing() as connection:
        add_colleagues(connection, release, wish.seed, service.zone, wish.now)
        add_customers(connection, customers)
        scene = scene_of(connection, release, service.zone, wish.now)
    start = time.perf_counter()
    settled, unsettled = _lives(scene, wish, processes, tell)
    made.lives, made.living = len(settled) + len(unsettled), time.perf_counter() - start
    moulds, plan = _plan(database, scene, wish, state, (settled, unsettled), customers)
    start = time.perf_counter()
    loader = loader_for(database, wish.records, service.clock.now())
    try:
        tally = _load(
            loader, database, wish, state, Stamp(moulds, customers.who), plan, processes, tell, made
        )
        made.loading = time.perf_counter() - start
    finally:
        start = time.perf_counter()
        loader.close(lambda line: tell(line, 0, 0))
        made.finishing = time.perf_counter() - start
    _end(service, state, plan, tally)
    return made


def _customers_for(records: int) -> int:
    return max(300, min(20_000, records // 50))


# --- beginning and end


def _begin(service: Service, wish: Wish) -> dict[str, Any]:
    """Return the notes of this load: new ones, or those of the same load that was interrupted."""
    with service.database.reading() as connection:
        known = setting(connection, SETTING) or {}
        counters = {
            row.key: row.last for row in connection.execute(select(NumberCounterRow.__table__))
        }
        fresh = {
            table.name: (connection.execute(select(func.max(table.c.id))).scalar_one() or 0) + 1
            for table in tables()
            if "id" in table.columns and table.autoincrement_column is table.c.id
        }
    release = service.releases.live().hash
    under_way = known.get("under_way")
    if under_way is not None:
        same = {"records": wish.records, "seed": wish.seed, "open": wish.open, "days": wish.days}
        if any(under_way["wish"][name] != value for name, value in same.items()):
            old = under_way["wish"]
            raise BulkError(
                f"A load of {old['records']} records with seed {old['seed']}, open share {old['open']} and {old['days']} days was "
                "interrupted. Give exactly these to finish it first."
            )
        if under_way["release"] != release:
            raise BulkError(
                "A load was interrupted, and other definitions were published since. "
                "Put the earlier release in force again to finish it, or start with an empty database."
            )
        return dict(under_way)
    if wish.seed in known.get("done", []):
        raise BulkError(
            f"The data of seed {wish.seed} are here already. Give another seed to add more."
        )
    notes = {
        "wish": {**asdict(wish), "now": instant_text(wish.now)},
        "release": release,
        "batch": 0,
        "counters": counters,
        "fresh": fresh,
        "done": known.get("done", []),
    }
    with service.database.writing() as connection:
        put_setting(connection, SETTING, _kept(notes), service.clock.now())
    return notes


def _kept(notes: Mapping[str, Any]) -> dict[str, Any]:
    return {"done": notes["done"], "under_way": dict(notes)}


def _wish_of(notes: Mapping[str, Any]) -> Wish:
    found = notes["wish"]
    return Wish(**{**found, "now": instant(found["now"])})


def _end(service: Service, notes: Mapping[str, Any], plan: Plan, tally: Counter[Group]) -> None:
    with service.database.writing() as connection:
        for key, last in sorted(plan.counters.items()):
            same = NumberCounterRow.key == key
            moved = update(NumberCounterRow).where(same).values(last=last)
            if connection.execute(moved).rowcount == 0:
                connection.execute(insert(NumberCounterRow), {"key": key, "last": last})
        count_groups(connection, tally.elements(), ())
        done = [*notes["done"], notes["wish"]["seed"]]
        put_setting(connection, SETTING, {"done": done}, service.clock.now())


# --- lives

Lived = tuple[Span, int, Kind | None, Pressed]
"""A life: its time, how many of its records are open, its kind of customer, its rows."""

_scene: Scene | None = None
_scratch: Database | None = None
_views = NO_VIEWS


def _lives(scene: Scene, wish: Wish, processes: int, tell: Tell) -> tuple[list[Lived], list[Lived]]:
    """Return settled and unsettled lives, with the rows that each takes."""
    settled = max(24, min(400, wish.records // 400)) if wish.open < 1 else 0
    unsettled = max(16, min(400, round(wish.records * wish.open) // 100)) if wish.open else 0
    folder = Path(tempfile.mkdtemp(prefix="sopwith-lives-"))
    try:
        first = open_database(f"sqlite:///{folder / 'scratch.db'}")
        upgrade(first)
        first.fold_log()
        first.close()
        with _pool(processes, _enter_scene, (scene, folder)) as pool:
            one = list(_chosen(pool, wish, False, settled, tell))
            two = list(_chosen(pool, wish, True, unsettled, tell))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return one, two


def _pool(processes: int, enter: Callable[..., None], given: tuple[Any, ...]) -> Pool:
    return multiprocessing.get_context("fork").Pool(processes, enter, given)


def _enter_scene(scene: Scene, folder: Path) -> None:
    global _scene, _scratch, _views
    own = folder / f"{multiprocessing.current_process().pid}.db"
    shutil.copy(folder / "scratch.db", own)
    _scene, _scratch = scene, open_database(f"sqlite:///{own}")
    _views = plan_of(scene.release)


def _chosen(pool: Pool, wish: Wish, is_open: bool, wanted: int, tell: Tell) -> Iterator[Lived]:
    """Yield the first *wanted* lives that became what they should, by the number of their seed."""
    seeds = [
        (f"{wish.seed}:{is_open}:{number}", is_open) for number in range(wanted * TRIES_A_LIFE)
    ]
    found = 0
    if not wanted:
        return
    for one in pool.imap(_live, seeds, chunksize=4):
        if one is not None:
            found += 1
            tell("open lives" if is_open else "settled lives", found, wanted)
            yield one
            if found == wanted:
                return
    if not found:
        raise BulkError("No record of the installed packs came to be as it was wanted.")


def _live(given: tuple[str, bool]) -> Lived | None:
    assert _scene is not None
    assert _scratch is not None
    life = live(_scene, given[0], is_open=given[1], head_start=HEAD_START)
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
        mould(pressed, for_postgres=False)
    except MouldError:
        return None
    is_open = sum(state.is_open for state in life.records)
    return span_of(life), is_open, life.kind, pressed


# --- copies


def _plan(
    database: Database,
    scene: Scene,
    wish: Wish,
    notes: Mapping[str, Any],
    lives: tuple[Sequence[Lived], Sequence[Lived]],
    customers: Customers,
) -> tuple[list[Mould], Plan]:
    moulds: list[Mould] = []
    origins: list[list[Origin]] = []
    for found in lives:
        origins.append([])
        for span, is_open, kind, pressed in found:
            one = mould(pressed, for_postgres=not database.is_sqlite)
            who = customers.by_kind[kind] if kind else (0,)
            place = len(moulds)
            origins[-1].append(Origin(place=place, mould=one, span=span, open=is_open, who=who))
            moulds.append(one)
    plan = Plan(
        settled=origins[0],
        unsettled=origins[1],
        calendars=[one for one in scene.release.calendars.values() if not one.always],
        numbers={kind.id: kind.number for kind in scene.release.record_types.values()},
        zone=scene.zone,
        now=wish.now,
        head_start=HEAD_START,
        counters=dict(notes["counters"]),
        fresh=dict(notes["fresh"]),
    )
    return moulds, plan


_stamp: Stamp | None = None
_parts: Path | None = None


def _enter_stamp(stamp: Stamp, parts: Path | None) -> None:
    global _stamp, _parts
    _stamp, _parts = stamp, parts


def _make_batch(given: tuple[str, int, list[Copy]]) -> Any:
    seed, number, copies = given
    assert _stamp is not None
    chance = Random(seed)  # noqa: S311 - made-up data, repeatable
    if _parts is None:
        return lines_of(_stamp, copies, chance)
    return file_of(_stamp, copies, chance, _parts / f"{number}.db")


@contextmanager
def _folder(database: Database) -> Iterator[Path | None]:
    """Make a folder for what processes hand over, in memory where that can be; None for PostgreSQL."""
    if not database.is_sqlite:
        yield None
        return
    memory = Path("/dev/shm")  # noqa: S108 - a folder with a random name is made in it
    place = memory if memory.is_dir() and shutil.disk_usage(memory).free > 1 << 30 else None
    with tempfile.TemporaryDirectory(prefix="sopwith-parts-", dir=place) as found:
        yield Path(found)


def _load(
    loader: Loader,
    database: Database,
    wish: Wish,
    notes: dict[str, Any],
    stamp: Stamp,
    plan: Plan,
    processes: int,
    tell: Tell,
    made: Made,
) -> Counter[Group]:
    """Load what was not loaded yet; return how many open records were made of each group, in all."""
    chance = Random(f"{wish.seed}:plan")  # noqa: S311 - made-up data, repeatable
    copies = plan.copies(wish.records, wish.open, wish.days, chance)
    waiting: deque[tuple[int, list[Copy], AsyncResult[Any]]] = deque()
    tally: Counter[Group] = Counter()
    with _folder(database) as parts, _pool(processes, _enter_stamp, (stamp, parts)) as pool:
        for number, batch in enumerate(_batches(copies)):
            for copy in batch:
                for group, count in stamp.moulds[copy.mould].pressed.tally:
                    tally[group] += count
            if number < notes["batch"]:
                made.records += sum(len(copy.numbers) for copy in batch)
                continue
            job = pool.apply_async(_make_batch, ((f"{wish.seed}:{number}", number, batch),))
            waiting.append((number, batch, job))
            if len(waiting) > processes * AHEAD:
                _write(loader, waiting.popleft(), notes, stamp, made)
                tell("records", made.records, wish.records)
        while waiting:
            _write(loader, waiting.popleft(), notes, stamp, made)
            tell("records", made.records, wish.records)
    return tally


def _batches(copies: Iterator[Copy]) -> Iterator[list[Copy]]:
    batch: list[Copy] = []
    for copy in copies:
        batch.append(copy)
        if len(batch) == A_BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _write(
    loader: Loader,
    waiting: tuple[int, list[Copy], AsyncResult[Any]],
    notes: dict[str, Any],
    stamp: Stamp,
    made: Made,
) -> None:
    number, batch, job = waiting
    notes["batch"] = number + 1
    loader.write(job.get(), SETTING, _kept(notes))
    for copy in batch:
        made.records += len(copy.numbers)
        made.rows += sum(stamp.moulds[copy.mould].counts.values())
