"""Made-up lives: repeatable, right when they are moved by whole weeks, with texts that can be filled in place."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random
from typing import Any

import pytest

from sopwith.core.plain import to_plain
from sopwith.core.record import ClockStatus
from sopwith.engine.fold import fold
from sopwith.lab.life_texts import _TEXTS, PARTS, Words
from sopwith.lab.lives import Kind, Life, Scene, live
from sopwith.lab.office import next_office_time
from sopwith.store.bulk_mould import moved
from sopwith.store.grams import grams
from tests.unit.engine.random_world import PACKS, shipped

NOW = datetime(2026, 9, 16, 8, tzinfo=UTC)  # no public holiday in the nine weeks before
SEEDS = tuple(f"seed {number}" for number in range(4))
DAY = re.compile(r"\d{4}-\d\d-\d\d")


@cache
def scene(pack: str) -> Scene:
    release, cast = shipped(pack)
    return Scene(
        release=release,
        people={one.id: one for one in cast.people},
        leads=dict(cast.leads),
        rosters=dict(cast.on_call),
        kinds=[Kind(tier=tier, lang=lang) for tier in ("standard", "vip") for lang in ("en", "zh-CN")],
        zone="Asia/Shanghai",
        now=NOW,
    )  # fmt: skip


def told(life: Life) -> Any:
    """Return everything that happened as plain values."""
    events = {key: [to_plain(one) for one in events] for key, events in life.events.items()}
    timers = {f"{record} {key}": due.isoformat() for (record, key), due in life.timers.items()}
    return {"events": events, "timers": timers}


@pytest.mark.parametrize("pack", PACKS)
@pytest.mark.parametrize("is_open", [True, False])
def test_the_same_seed_lives_the_same_life(pack: str, is_open: bool) -> None:
    one, two, other = (live(scene(pack), Random(seed), is_open=is_open) for seed in ("a", "a", "b"))
    assert (one and told(one)) == (two and told(two))
    assert one is None or other is None or told(one) != told(other)


@pytest.mark.parametrize("pack", PACKS)
def test_a_life_moved_by_whole_weeks_is_the_life_that_would_have_been_lived_then(pack: str) -> None:
    earlier = 21
    there = replace(scene(pack), now=NOW - timedelta(days=earlier))
    compared = 0
    for is_open in (True, False):
        for seed in SEEDS:
            here = live(scene(pack), Random(seed), is_open=is_open)
            then = live(there, Random(seed), is_open=is_open)
            assert (here is None) == (then is None)
            if here is None or then is None:
                continue
            text = json.dumps(told(here), sort_keys=True)
            text = DAY.sub(lambda day: moved(day[0], -earlier), text)
            assert text == json.dumps(told(then), sort_keys=True)
            compared += 1
    assert compared >= 3


@pytest.mark.parametrize("pack", PACKS)
def test_lives_stand_where_they_should(pack: str) -> None:
    for seed in SEEDS:
        settled = live(scene(pack), Random(seed), is_open=False)
        if settled is not None:
            assert not settled.records[0].is_open
            assert settled.pending == []
            assert settled.ends <= NOW
        unsettled = live(scene(pack), Random(seed), is_open=True, head_start=timedelta(hours=2))
        if unsettled is not None:
            state = unsettled.records[0]
            assert state.is_open
            assert all(due >= NOW + timedelta(hours=2) for due in unsettled.pending)
            assert fold(None, unsettled.events[state.id]) == state
            running = [one for one in state.clocks.values() if one.status is ClockStatus.RUNNING]
            assert all(clock.due_at for clock in running)


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("kind", sorted(_TEXTS))
def test_search_terms_of_a_text_are_those_of_its_parts_put_in_place(kind: str, place: int) -> None:
    chance = Random(f"{kind} {place}")
    for _ in range(40):
        words = Words(chance, ("en", "zh-CN")[place])
        text = words.say(kind)
        parts = {f"zqf{number}q": chance.choice(PARTS[name])[place] for number, name in enumerate(words.marks)}  # fmt: skip
        assert grams([_filled(text, parts)]) == _filled(
            grams([text]), {mark: grams([part]) for mark, part in parts.items()}
        )


def _filled(text: str, parts: Mapping[str, str]) -> str:
    for mark, part in parts.items():
        text = text.replace(mark, part)
    return text


def test_no_part_of_a_text_is_spelled_otherwise_in_json_or_copy() -> None:
    for pairs in PARTS.values():
        for pair in pairs:
            for text in pair:
                assert json.dumps(text, ensure_ascii=False) == f'"{text}"'
                assert not set(text) & set("\\\t\n%")


@pytest.mark.parametrize(
    ("at", "same"),
    [
        pytest.param(datetime(2026, 11, 18, 3, tzinfo=UTC), True, id="a Wednesday at eleven"),
        pytest.param(datetime(2026, 11, 18, 12, tzinfo=UTC), False, id="in the evening"),
        pytest.param(datetime(2026, 11, 17, 20, tzinfo=UTC), False, id="before dawn"),
    ],
)
def test_office_times(at: datetime, same: bool) -> None:
    found = next_office_time(at, "Asia/Shanghai", Random(1))
    assert (found == at) is same
    assert found >= at
    assert 1 <= found.hour < 10
