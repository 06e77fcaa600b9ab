"""From a published view to the right counter: everything that records are found by follows by itself."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from sqlalchemy import delete, update

from sopwith.runtime.publishing import publish
from sopwith.runtime.remarking import AGAIN, Progress, remark_all
from sopwith.runtime.service import Service
from sopwith.store.kept_views import kept_name
from sopwith.store.mark_tables import RecordMarkRow, TallyRow
from sopwith.store.sight import Sight
from sopwith.store.tables import RecordRow
from sopwith.store.tallies import count_groups_seen
from tests.faults.side_tables import SideTables
from tests.integration.runtime.world import World
from tests.support.runtimes import open_ticket
from tests.support.small_process import files

LIN = Sight(scopes={"ticket": "all"}, user="lin", teams=frozenset({"desk"}))
_VIEW = """kind: view
id: lamps
title: {en: Lamps, zh-CN: 灯}
record_type: ticket
when: 'kind == "KIND"'
columns: [number, title]
"""


def with_view(kind: str) -> Mapping[str, str]:
    return {**files(), "small/views.yaml": _VIEW.replace("KIND", kind)}


def publish_view(service: Service, kind: str) -> None:
    release, found = publish(service, with_view(kind), author=None, note="")
    assert release is not None, [one.render("en") for one in found]


def counter(world: World) -> int:
    """Return what stands beside the view in the colleague's list."""
    with world.database.reading() as connection:
        name = kept_name(world.service.releases.live(connection).views["lamps"])
        groups, more = count_groups_seen(connection, LIN, [name])
    assert not more
    return sum(groups.values())


def differences(world: World) -> list[object]:
    with world.database.reading() as connection:
        plan = world.service.releases.view_plan(connection)
        return list(SideTables(connection, plan).differences())


@pytest.fixture
def marked(world: World) -> World:
    """Three red tickets and two blue ones, and a view of the red, published afterwards."""
    for number, kind in enumerate(("red", "blue", "red", "blue", "red")):
        open_ticket(world.service, f"Ticket {number}", kind=kind)
    world.work()
    publish_view(world.service, "red")
    return world


def test_a_view_that_is_published_is_counted_after_the_work_it_plans(marked: World) -> None:
    assert differences(marked), "nothing is marked by the view yet"
    marked.work()
    assert counter(marked) == 3
    assert differences(marked) == []


def test_records_that_change_before_and_after_are_counted_once(marked: World) -> None:
    open_ticket(marked.service, "In between", kind="red")
    assert counter(marked) == 1, "what is written now is marked at once"
    marked.work()
    open_ticket(marked.service, "Later", kind="red")
    open_ticket(marked.service, "Another", kind="blue")
    assert counter(marked) == 5
    assert differences(marked) == []


def test_a_changed_view_is_counted_anew_and_taken_back(marked: World) -> None:
    marked.work()
    publish_view(marked.service, "blue")
    marked.work()
    assert counter(marked) == 2
    publish_view(marked.service, "red")
    marked.work()
    marked.clock.move(seconds=AGAIN.total_seconds() + 1)
    marked.work()
    assert counter(marked) == 3
    assert differences(marked) == []


def test_what_was_written_past_the_product_is_marked_by_hand(marked: World) -> None:
    marked.work()
    with marked.database.writing() as connection:
        connection.execute(update(RecordRow).values(plan="old"))
    steps: list[Progress] = []
    assert remark_all(marked.service, steps.append).done == 5
    assert [one.done for one in steps] == [5]
    assert differences(marked) == []
    assert remark_all(marked.service, steps.append).done == 0


def test_damaged_marks_and_counters_are_made_anew(marked: World) -> None:
    marked.work()
    with marked.database.writing() as connection:
        connection.execute(delete(RecordMarkRow).where(RecordMarkRow.name == "f:kind"))
        connection.execute(update(TallyRow).values(count=TallyRow.count + 1))
    assert counter(marked) > 3
    assert remark_all(marked.service, lambda _: None).done == 0, "it sees no reason"
    assert differences(marked)
    assert remark_all(marked.service, lambda _: None, anew=True).done == 5
    assert counter(marked) == 3
    assert differences(marked) == []
