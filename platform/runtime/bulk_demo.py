"""Many made-up records: lives lived by the real engine, copied with everything that belongs to them."""

from __future__ import annotations

import gc
import resource
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import func, insert, select, update

from ..core.plain import instant, instant_text
from ..lab.lives import Scene
from ..lab.plain_past import without_promises
from ..store.bulk_load import Loader, loader_for
from ..store.bulk_mould import Mould
from ..store.bulk_parts import PartPress, lines_of
from ..store.bulk_plan import Origin, Plan
from ..store.bulk_press import tables
from ..store.bulk_stamp import Copy, Stamp
from ..store.engine import Database
from ..store.installation import put_setting, setting
from ..store.marking import count_groups
from ..store.marks import Group
from ..store.tables import NumberCounterRow
from .bulk_cast import Customers, add_colleagues, add_customers, make_customers, scene_of
from .bulk_lives import HEAD_START, BulkError, Lived, Tell, in_order, live_all, new_pool
from .service import Service

SETTING = "demo_data"
A_BATCH = 1000
AHEAD = 2
"""Batches made beforehand for each process that makes them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is wanted. open: the share of records that still need somebody. days: how far back the data go.

    short: the share of settled records with a short history, taken back by whoever asked. brief: what is settled comes
    from an archive without promises, rules and messages.

    now: the present of the data.
    """

    records: int
    seed: int
    open: float = 0.1
    days: int = 365
    short: float = 0.7
    brief: bool = False
    now: datetime


@dataclass(slots=True, kw_only=True)
class Made:
    """What was made, and how long it took in seconds. processor: time of all processes, in all phases."""

    records: int = 0
    rows: int = 0
    lives: int = 0
    living: float = 0.0
    loading: float = 0.0
    finishing: float = 0.0
    processor: float = 0.0


def make(service: Service, wish: Wish, processes: int, tell: Tell, *, batch: int = A_BATCH) -> Made:
    """Make what is wanted, or go on with what was interrupted; raises BulkError when it cannot be.

    batch: how many copies are written in one transaction; other sizes make other data.
    """
    before = _processor_seconds()
    made, notes = Made(), _begin(service, wish)
    wish = _wish_of(notes)
    release = service.releases.live()
    customers = make_customers(wish.seed, _customers_for(wish.records), wish.now)
    with service.database.writing() as connection:
        add_colleagues(connection, release, wish.seed, service.zone, wish.now)
        add_customers(connection, customers)
        scene = scene_of(connection, release, service.zone, wish.now)
    start = time.perf_counter()
    past = replace(scene, release=without_promises(scene.release)) if wish.brief else scene
    lives = live_all(
        scene,
        past,
        wish.seed,
        _lives_for(wish),
        processes,
        tell,
        for_postgres=not service.database.is_sqlite,
    )
    made.lives, made.living = sum(map(len, lives)), time.perf_counter() - start
    moulds, plan = _plan(scene, wish, notes, lives, customers)
    load = _Load(
        service=service,
        wish=wish,
        notes=notes,
        stamp=Stamp(moulds, customers.who),
        plan=plan,
        processes=processes,
        batch=batch,
        tell=tell,
        made=made,
    )
    load.run()
    _end(service, notes, plan, load.tally)
    made.processor = _processor_seconds() - before
    return made


def _processor_seconds() -> float:
    """Return the processor's time of this process and of those that it waited for."""
    found = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in found)


def _lives_for(wish: Wish) -> tuple[int, int]:
    """Return how many settled and unsettled lives are worth living for so many records."""
    settled = max(24, min(300, wish.records // 400)) if wish.open < 1 else 0
    unsettled = max(16, min(200, round(wish.records * wish.open) // 100)) if wish.open else 0
    return settled, unsettled


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
        same = {
            "records": wish.records,
            "seed": wish.seed,
            "open": wish.open,
            "days": wish.days,
            "short": wish.short,
            "brief": wish.brief,
        }
        if any(under_way["wish"].get(name) != value for name, value in same.items()):
            old = under_way["wish"]
            history = "brief" if old.get("brief") else "full"
            raise BulkError(
                f"A load of {old['records']} records with seed {old['seed']}, open share {old['open']}, {old['days']} days, "
                f"short share {old['short']} and {history} history was interrupted. Give exactly these to finish it first."
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


# --- copies


def _plan(
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
        for life in found:
            who = customers.by_kind[life.kind] if life.kind else (0,)
            place = len(moulds)
            origin = Origin(place=place, mould=life.mould, span=life.span, open=life.open, who=who)
            origins[-1].append(origin)
            moulds.append(life.mould)
    plan = Plan(
        settled=origins[0],
        unsettled=origins[1],
        calendars=[one for one in scene.release.calendars.values() if not one.always],
        numbers={kind.id: kind.number for kind in scene.release.record_types.values()},
        zone=scene.zone,
        now=wish.now,
        head_start=HEAD_START,
        short=wish.short,
        counters=dict(notes["counters"]),
        fresh=dict(notes["fresh"]),
    )
    return moulds, plan


_stamp: Stamp | None = None
_press: PartPress | None = None
_parts: Path | None = None


def _enter_stamp(stamp: Stamp, parts: Path | None) -> None:
    global _stamp, _press, _parts
    _stamp, _parts = stamp, parts
    _press = None if parts is None else PartPress(stamp)
    gc.freeze()  # moulds and customers live as long as the process


def _make_batch(given: tuple[str, int, list[Copy]]) -> Any:
    seed, number, copies = given
    assert _stamp is not None
    chance = Random(seed)  # noqa: S311 - made-up data, repeatable
    if _press is None or _parts is None:
        return lines_of(_stamp, copies, chance)
    return _press.file_of(copies, chance, _parts / f"{number}.db")


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


@dataclass(slots=True, kw_only=True)
class _Load:
    """One load under way: some processes make copies, this one writes them in order."""

    service: Service
    wish: Wish
    notes: dict[str, Any]
    stamp: Stamp
    plan: Plan
    processes: int
    batch: int
    tell: Tell
    made: Made
    _counted: Counter[int] = field(default_factory=Counter)

    @property
    def tally(self) -> Counter[Group]:
        """Return what all copies add to the counts of open records; counts are written last, for all of the load."""
        found: Counter[Group] = Counter()
        for place, copies in self._counted.items():
            for group, count in self.stamp.moulds[place].pressed.tally:
                found[group] += copies * count
        return found

    def run(self) -> None:
        """Load what was not loaded yet, and put the database back in order, whatever happens."""
        database, start = self.service.database, time.perf_counter()
        loader = loader_for(database, self.wish.records, self.service.clock.now())
        try:
            with (
                _folder(database) as parts,
                new_pool(self.processes, _enter_stamp, (self.stamp, parts)) as pool,
            ):
                self._copy(loader, pool)
            self.made.rows = sum(
                copies * sum(self.stamp.moulds[place].counts.values())
                for place, copies in self._counted.items()
            )
            self.made.loading = time.perf_counter() - start
        finally:
            start = time.perf_counter()
            loader.close(lambda line: self.tell(line, 0, 0))
            self.made.finishing = time.perf_counter() - start

    def _copy(self, loader: Loader, pool: Executor) -> None:
        wish, chance = self.wish, Random(f"{self.wish.seed}:plan")  # noqa: S311 - made-up data, repeatable
        copies = self.plan.copies(wish.records, wish.open, wish.days, chance)
        ahead = self.processes * AHEAD
        for given, rows in in_order(pool, _make_batch, self._left(copies), ahead):
            self.notes["batch"] = given[1] + 1
            loader.write(rows, SETTING, _kept(self.notes))
            self.made.records += sum(len(copy.numbers) for copy in given[2])
            self.tell("records", self.made.records, wish.records)

    def _left(self, copies: Iterator[Copy]) -> Iterator[tuple[str, int, list[Copy]]]:
        """Yield the batches that were not loaded yet: the seed of each, its number, its copies."""
        for number, batch in enumerate(_batches(copies, self.batch)):
            self._counted.update(copy.mould for copy in batch)
            if number < self.notes["batch"]:
                self.made.records += sum(len(copy.numbers) for copy in batch)
            else:
                yield f"{self.wish.seed}:{number}", number, batch


def _batches(copies: Iterator[Copy], size: int) -> Iterator[list[Copy]]:
    batch: list[Copy] = []
    for copy in copies:
        batch.append(copy)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
