"""A round makes a command for those records alone on which its rule can act; the keys of its pages do not grow."""

from __future__ import annotations

import pytest

from sopwith.runtime.publishing import publish
from sopwith.runtime.sweeps import plan_sweeps
from tests.integration.runtime.world import World
from tests.support.runtimes import open_ticket
from tests.support.small_process import files


def publish_with(world: World, condition: str) -> None:
    """Put a release into force whose daily rule has a condition."""
    made = dict(files())
    made["small/all.yaml"] = made["small/all.yaml"].replace(
        "\nthen:\n  - tag: [swept]", f"\nwhen: {condition}\nthen:\n  - tag: [swept]"
    )
    release, found = publish(world.service, made, author=None, note="A condition")
    assert release is not None, [one.render("en") for one in found]


def rounds(world: World, days: int = 2) -> tuple[set[str], list[str]]:
    """Carry out the rounds of some days; return which records became a command, and the keys of the pages."""
    with world.database.writing() as connection:
        release = world.service.releases.live(connection)
        plan_sweeps(connection, release, world.clock.now(), "Asia/Shanghai")
    records, keys = set(), []
    for _ in range(days):
        world.clock.move(days=1)
        while batches := world.batches():
            for batch in batches:
                for job in batch:
                    if job.payload.get("command") == "run_rule":
                        records.add(str(job.record_id))
                    elif job.kind == "sweep":
                        keys.append(job.key)
                world.run(batch)
    return records, keys


@pytest.mark.parametrize(
    ("condition", "asked"),
    [
        pytest.param('kind == "lamp"', {"old", "lamp"}, id="a field"),
        pytest.param('category == "open" and kind != "lamp"', {"old", "desk"}, id="not a field"),
        pytest.param("hours_since(created_at) >= 0", {"old", "lamp", "desk"}, id="the time"),
    ],
)
def test_only_what_the_rule_can_act_on_becomes_a_command(
    world: World, monkeypatch: pytest.MonkeyPatch, condition: str, asked: set[str]
) -> None:
    monkeypatch.setattr("sopwith.runtime.sweeps.PAGE", 2)
    monkeypatch.setattr("sopwith.runtime.sweeps.LOOKED_AT", 2)
    tickets = {"old": [open_ticket(world.service, kind="desk")]}
    publish_with(world, condition)
    for kind in ("lamp", "desk"):
        tickets[kind] = [open_ticket(world.service, kind=kind) for _ in range(3)]
    world.work()
    records, keys = rounds(world)
    assert keys, "no round came"
    assert records == {one for name in asked for one in tickets[name]}
    swept = {
        name: {"swept" in world.state(one).tags for one in ids} for name, ids in tickets.items()
    }
    # The old one stays on its release, whose rule has no condition.
    assert swept == {name: {name in asked} for name in tickets}
    assert max(len(key) for key in keys) < 100
    assert world.errors() == []
