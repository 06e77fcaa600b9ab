"""Marks and tallies: records are found and counted by them exactly as by reading every record."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from sopwith.core.record import Approval, Category, RecordState, Task, Vote
from sopwith.core.text import Text
from sopwith.expressions.types import NUMBER, TEXT
from sopwith.store.engine import Database
from sopwith.store.found_by import FEW, MarkTest, field_test, view_test
from sopwith.store.kept_views import ViewPlan
from sopwith.store.lists import (
    OPEN_CATEGORIES,
    RecordFilter,
    count_up_to,
    first_pages,
    list_records,
)
from sopwith.store.mark_tables import RecordMarkRow, TallyRow
from sopwith.store.marking import fold_tallies, forget_marks
from sopwith.store.marks import OPEN_COUNT, WAITING_COUNT
from sopwith.store.records import Change, append, load_record
from sopwith.store.remarking import readiness, remark_some
from sopwith.store.sight import Sight
from sopwith.store.tallies import count_groups_seen
from sopwith.store.worklists import waiting_for
from tests.support.databases import emptied
from tests.support.samples import NOW, changed, created, later
from tests.support.views import plan_with

LAMPS = plan_with("lamps", 'kind == "lamp" and amount > 10', {"kind": TEXT, "amount": NUMBER})
ALL = Sight(scopes={"ticket": "all", "complaint": "all"}, user="lin", teams=frozenset({"a"}))
TEAM = Sight(scopes={"ticket": "team", "complaint": "own"}, user="lin", teams=frozenset({"a"}))
OWN = Sight(scopes={"ticket": "own", "complaint": "none"}, user="lin", teams=frozenset({"a"}))
EYES = pytest.mark.parametrize("sight", [ALL, TEAM, OWN], ids=["all", "team", "own"])


def some_state(rnd: random.Random) -> dict[str, Any]:
    category = rnd.choice(["open", "open", "waiting", "closed"])
    task = Task(
        id="t1",
        branch="t1",
        state="solving",
        owner=rnd.choice([None, "lin", "wei"]),
        team=rnd.choice(["a", "b"]),
        opened_at=NOW,
        status=rnd.choice(["open", "done"]),
    )
    vote = Vote(user=rnd.choice(["lin", "wei"]), decision=rnd.choice(["", "approve"]))
    round_ = Approval(id="r", state="solving", mode="all", votes=[vote], opened_at=NOW)
    return {
        "type": rnd.choice(["ticket", "ticket", "complaint"]),
        "category": Category(category),
        "state": rnd.choice(["received", "solving"]),
        "team": rnd.choice([None, "a", "b"]),
        "owner": rnd.choice([None, "lin", "wei"]),
        "created_by": rnd.choice([None, "lin", "wei", "wei"]),
        "followers": tuple(rnd.sample(["lin", "wei", "kim"], rnd.randrange(2))),
        "tags": tuple(rnd.sample(["red", "blue"], rnd.randrange(3))),
        "values": {
            "kind": rnd.choice(["lamp", "desk", "12", "\ud800odd"]),
            "amount": rnd.choice([None, 5, 10, 10.5, 12, -3]),
            "parts": rnd.sample(["x", "y", "z"], rnd.randrange(3)),
            "when": rnd.choice(["2026-11-01", "2026-11-20"]),
            "ready": rnd.choice([True, False]),
            "note": "long " * 100,
        },
        "tasks": {"t1": task} if rnd.random() < 0.4 else {},
        "approval": round_ if rnd.random() < 0.3 else None,
    }


@pytest.fixture(scope="module")
def filled(migrated: Database) -> tuple[Database, dict[str, RecordState]]:
    """Records that were opened at random and then changed at random."""
    emptied(migrated)
    rnd = random.Random(5)
    states: dict[str, RecordState] = {}
    with migrated.writing() as connection:
        for number in range(1, 81):
            at = later(minutes=number // 3)
            made = created(number, **some_state(rnd), created_at=at, updated_at=at)
            append(connection, replace(made, plan=LAMPS))
            states[made.after.id] = made.after
        for state in list(states.values()):
            if rnd.random() < 0.6:
                more = some_state(rnd)
                more.pop("type"), more.pop("created_by")
                change: Change = changed(state, **more)
                append(connection, replace(change, plan=LAMPS))
                states[state.id] = change.after
    return migrated, states


def sees(sight: Sight, state: RecordState) -> bool:
    scope = sight.scopes[state.type]
    people = {state.owner, state.created_by, *state.followers}
    people |= {task.owner for task in state.tasks.values()}
    people |= {vote.user for vote in state.approval.votes} if state.approval else set()
    takes = any(
        task.status == "open" and task.owner is None and task.team in sight.teams
        for task in state.tasks.values()
    )
    mine = sight.user in people or takes
    by_team = scope == "team" and state.team in sight.teams
    return scope == "all" or by_team or (scope in ("team", "own") and mine)


def is_lamp(state: RecordState) -> bool:
    return state.values["kind"] == "lamp" and (state.values["amount"] or 0) > 10


def walk(database: Database, wanted: RecordFilter, size: int) -> list[str]:
    found: list[str] = []
    cursor: str | None = None
    with database.reading() as connection:
        while True:
            page = list_records(connection, wanted, order="updated", limit=size, cursor=cursor)
            found += [one.id for one in page.rows]
            if (cursor := page.cursor) is None:
                return found


TESTS = [
    pytest.param((field_test("kind", ["lamp"]),), lambda v: v["kind"] == "lamp", id="choice"),
    pytest.param((field_test("kind", ["12"]),), lambda v: v["kind"] == "12", id="digits as text"),
    pytest.param((field_test("kind", ["\ufffdodd"]),), lambda v: "odd" in v["kind"], id="cleaned"),
    pytest.param((field_test("parts", ["x", "y"]),), lambda v: {"x", "y"} & {*v["parts"]}, id="one of"),
    pytest.param((field_test("ready", ["true"]),), lambda v: v["ready"], id="yes"),
    pytest.param(
        (MarkTest(name="f:amount", least=10, most=11),),
        lambda v: v["amount"] in (10, 10.5),
        id="number",
    ),
    pytest.param(
        (MarkTest(name="f:when", since="2026-11-02", until="2026-11-20"),),
        lambda v: v["when"] == "2026-11-20",
        id="date",
    ),
    pytest.param(
        (field_test("kind", ["lamp"]), MarkTest(name="f:amount", least=11)),
        lambda v: v["kind"] == "lamp" and (v["amount"] or 0) >= 11,
        id="two",
    ),
    pytest.param((field_test("note", ["long " * 100]),), lambda _v: False, id="long texts are not marked"),
]  # fmt: skip


@EYES
@pytest.mark.parametrize("few", [FEW, 3], ids=["few", "many"])
@pytest.mark.parametrize(("tests", "holds"), TESTS)
def test_fields_find_what_reading_finds(
    filled: Any, monkeypatch: pytest.MonkeyPatch, tests: Any, holds: Any, few: int, sight: Sight
) -> None:
    monkeypatch.setattr("sopwith.store.found_by.FEW", few)
    database, states = filled
    expected = {s.id for s in states.values() if sees(sight, s) and holds(s.values)}
    wanted = RecordFilter(marks=tests, seen=sight)
    found = walk(database, wanted, 7)
    assert set(found) == expected
    assert len(found) == len(expected), "a record that is seen for two reasons comes once"
    with database.reading() as connection:
        assert count_up_to(connection, wanted, 500).number == len(expected)
        assert count_up_to(connection, wanted, 2).more is (len(expected) > 2)


@EYES
def test_open_records_come_in_order_and_once(filled: Any, sight: Sight) -> None:
    database, states = filled
    wanted = RecordFilter(categories=OPEN_CATEGORIES, seen=sight)
    expected = sorted(
        ((s.updated_at, s.id) for s in states.values() if s.is_open and sees(sight, s)),
        reverse=True,
    )
    assert walk(database, wanted, 5) == [key for _, key in expected]
    with database.reading() as connection:
        one, two = first_pages(
            connection,
            [replace(wanted, states=frozenset({name})) for name in ("received", "solving")],
            order="breach",
            limit=100,
        )
    assert {row.id for row in (*one.rows, *two.rows)} == {key for _, key in expected}


@EYES
def test_tallies_count_what_is_seen(filled: Any, sight: Sight) -> None:
    database, states = filled
    name = LAMPS.views[0].name
    with database.reading() as connection:
        groups, more = count_groups_seen(connection, sight, [OPEN_COUNT, WAITING_COUNT, name])
    seen = [s for s in states.values() if s.is_open and sees(sight, s)]
    sums: Counter[str] = Counter()
    for group, number in groups.items():
        sums[group.name] += number
    assert not more
    assert sums[OPEN_COUNT] == len(seen)
    assert sums[WAITING_COUNT] == sum(s.category == "waiting" for s in seen)
    assert sums[name] == sum(map(is_lamp, seen))
    mine = sum(n for g, n in groups.items() if g.name == OPEN_COUNT and g.owner == sight.user)
    assert mine == sum(s.owner == sight.user for s in seen)


def test_members_of_a_view_are_listed(filled: Any) -> None:
    database, states = filled
    wanted = RecordFilter(marks=(view_test(LAMPS.views[0].name),), seen=ALL)
    assert set(walk(database, wanted, 4)) == {s.id for s in states.values() if is_lamp(s)}


def test_what_waits_is_found_page_by_page(filled: Any) -> None:
    database, states = filled
    expected = sorted(
        s.id
        for s in states.values()
        if s.is_open
        and any(
            t.status == "open" and (t.owner == "lin" or (t.owner is None and t.team == "a"))
            for t in s.tasks.values()
        )
    )
    found: list[str] = []
    after = ""
    with database.reading() as connection:
        while True:
            page = waiting_for(connection, "lin", ["a"], asked=False, after=after, limit=3)
            found += [one.id for one in page.states]
            if page.more is None:
                break
            after = page.more
        asked = waiting_for(connection, "lin", tasks=False).states
    assert found == expected
    votes = [(s, v) for s in states.values() if s.approval for v in s.approval.votes]
    waits = {s.id for s, v in votes if s.is_open and v.user == "lin" and not v.decision}
    assert {one.id for one in asked} == waits


def everything(database: Database) -> tuple[set[Any], dict[Any, int]]:
    with database.reading() as connection:
        marks = {tuple(row) for row in connection.execute(select(RecordMarkRow.__table__))}
        sums: Counter[Any] = Counter()
        for name, kind, state, team, owner, _part, number in connection.execute(
            select(TallyRow.__table__)
        ):
            sums[name, kind, state, team, owner] += number
    return marks, {key: number for key, number in sums.items() if number}


def test_a_changed_view_is_marked_anew_and_nothing_else_changes(database: Database) -> None:
    rnd = random.Random(9)
    with database.writing() as connection:
        for number in range(1, 31):
            append(connection, replace(created(number, **some_state(rnd)), plan=LAMPS))
    before = everything(database)
    desks = plan_with("desks", 'kind == "desk"', {"kind": TEXT})
    with database.reading() as connection:
        assert readiness(connection, LAMPS.id).all
        stale = readiness(connection, desks.id)
        assert stale.basic and not stale.views
    assert remark(database, desks) == 30
    with database.reading() as connection:
        assert readiness(connection, desks.id).all
        name = desks.views[0].name
        found = list_records(connection, RecordFilter(marks=(view_test(name),)), limit=100).rows
        assert found and all(one.values["kind"] == "desk" for one in found)
    assert remark(database, LAMPS) == 30
    assert everything(database) == before


def remark(database: Database, plan: ViewPlan) -> int:
    done = 0
    while True:
        with database.writing() as connection:
            number = remark_some(connection, plan, 7)
        if not number:
            return done
        done += number


def test_folding_changes_no_sum(database: Database) -> None:
    rnd = random.Random(3)
    for number in range(1, 13):
        with database.writing() as connection:
            append(connection, created(number, **some_state(rnd)))
    before = everything(database)
    with database.writing() as connection:
        fold_tallies(connection)
    assert everything(database) == before
    with database.reading() as connection:
        parts = set(connection.execute(select(TallyRow.part)).scalars())
    assert parts == {0}


def test_a_forgotten_record_leaves_nothing(database: Database) -> None:
    with database.writing() as connection:
        append(connection, created(1, values={"kind": "lamp"}, tags=("red",), owner="lin"))
        forget_marks(connection, f"{1:032x}")
        assert load_record(connection, f"{1:032x}") is not None
    assert everything(database) == (set(), {})


def test_titles_of_views_do_not_change_their_names() -> None:
    plain = plan_with("lamps", 'kind == "lamp"', {"kind": TEXT})
    titled = plan_with("lamps", 'kind  ==  "lamp"', {"kind": TEXT}, title=Text("Other", "别的"))
    assert plain.id == titled.id
