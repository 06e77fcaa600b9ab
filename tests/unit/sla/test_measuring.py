"""Targets, policies, merging, dates set by hand, limits: how the same clock is measured in another way."""

from __future__ import annotations

import pytest

from sopwith.core.record import Category, ClockStatus
from sopwith.core.span import NOWHERE
from sopwith.expressions import Context, compile_expression
from sopwith.expressions.types import TEXT, Schema
from sopwith.sla.clocks import due_changes, next_instant, policy_for, target_duration
from sopwith.sla.model import Metric

from .story import TIMES, Story, at, length, policy, sla, target

FIRST, NEXT, RESOLUTION = Metric.FIRST_RESPONSE, Metric.NEXT_REPLY, Metric.RESOLUTION
ENGAGEMENT, PROMISE, UPDATE = Metric.ENGAGEMENT, Metric.PROMISE, Metric.NEXT_UPDATE
LIMIT = "state_limit"
CELLS = {"P0": "1h", "P1": "4h", "P2": "8h"}
BY_PRIORITY = policy(target(RESOLUTION, CELLS))


def when(text: str):  # type: ignore[no-untyped-def]  # the expression's class is internal
    expression, found = compile_expression(text, Schema({"priority": TEXT, "tier": TEXT}), NOWHERE)
    assert not found
    return expression


# --- another priority -----------------------------------------------------------------------------


def test_from_creation_keeps_the_used_time() -> None:
    story = Story(sla(BY_PRIORITY))
    story.set("mon 11:00", priority="P1")
    assert story.used(RESOLUTION) == 120
    assert story.clock(RESOLUTION).due_at == at("mon 13:00")
    assert story.told(RESOLUTION)[-2:] == ["retargeted mon 11:00", "warned50 mon 11:00"]


def test_from_change_starts_at_zero() -> None:
    story = Story(sla(BY_PRIORITY, retarget="from_change"))
    story.set("mon 14:00", priority="P1")
    assert story.clock(RESOLUTION).due_at == at("mon 18:00")
    assert story.clock(RESOLUTION).warned == ()
    story.go("mon 16:00")
    assert story.told(RESOLUTION)[-1] == "warned50 mon 16:00"


def test_over_the_new_target_already_is_breached_now_for_that_reason() -> None:
    story = Story(sla(BY_PRIORITY))
    story.set("mon 11:00", priority="P0")
    assert story.told(RESOLUTION)[-1] == "breached mon 11:00"
    assert story.clock(RESOLUTION).reason == "retargeted"
    story.resolve("mon 11:01")
    assert story.clock(RESOLUTION).status is ClockStatus.BREACHED


def test_over_the_new_target_while_it_stands_still_is_breached_too() -> None:
    story = Story(sla(BY_PRIORITY))
    story.wait("mon 12:00")
    story.set("mon 15:00", priority="P0")
    assert story.told(RESOLUTION)[-2:] == ["retargeted mon 15:00", "breached mon 15:00"]
    story.work("mon 16:00")
    assert [line for line in story.told(RESOLUTION) if "breached" in line] == ["breached mon 15:00"]


def test_out_of_hours_too_the_breach_is_at_the_change() -> None:
    rules = sla(policy(target(RESOLUTION, {"P0": "1bh", "P2": "1bd"})))
    story = Story(rules)
    story.set("mon 22:00", priority="P0")
    assert "breached mon 18:00" in story.told(RESOLUTION)  # nine working hours were over at closing
    other = Story(rules, "mon 12:00")
    other.set("mon 22:00", priority="P0")
    assert other.told(RESOLUTION)[-1] == "breached mon 22:00"


@pytest.mark.parametrize("mode", ["from_creation", "from_change"])
def test_lowering_never_takes_a_breach_away(mode: str) -> None:
    story = Story(sla(BY_PRIORITY, retarget=mode), priority="P0")
    story.set("mon 10:30", priority="P2")
    assert story.clock(RESOLUTION).breached_at == at("mon 10:00")
    story.resolve("mon 10:40")
    assert story.clock(RESOLUTION).status is ClockStatus.BREACHED


def test_a_warning_is_not_said_again_for_a_longer_target() -> None:
    story = Story(sla(BY_PRIORITY), priority="P1")
    story.set("mon 11:30", priority="P2")
    story.go("mon 14:00")
    assert [line for line in story.told(RESOLUTION) if "warned50" in line] == ["warned50 mon 11:00"]


def test_a_priority_without_a_promise_takes_it_away_and_another_brings_it_back() -> None:
    story = Story(sla(BY_PRIORITY))
    story.set("mon 10:00", priority="P3")
    assert story.clock(RESOLUTION).status is ClockStatus.CANCELLED
    story.set("mon 11:00", priority="P1")
    assert story.used(RESOLUTION) == 120
    assert story.clock(RESOLUTION).due_at == at("mon 13:00")


def test_a_promise_that_comes_back_while_waiting_stands_still() -> None:
    story = Story(sla(BY_PRIORITY))
    story.wait("mon 10:00")
    story.set("mon 10:00", priority="P3")
    story.set("mon 12:00", priority="P1")
    assert story.clock(RESOLUTION).status is ClockStatus.PAUSED
    assert story.used(RESOLUTION) == 60


def test_a_promise_of_an_answer_does_not_come_back_after_the_answer() -> None:
    story = Story(sla(policy(target(FIRST, CELLS))))
    story.set("mon 09:10", priority="P3")
    story.reply("mon 09:20")
    story.set("mon 09:30", priority="P1")
    assert story.clock(FIRST).status is ClockStatus.CANCELLED


# --- another policy, another calendar -------------------------------------------------------------

TWO = sla(
    policy(target(RESOLUTION, "4h"), name="vip", when=when('tier == "vip"')),
    policy(target(RESOLUTION, "2bd"), name="standard"),
)


def test_the_first_policy_that_matches_applies() -> None:
    assert policy_for(TWO, {"tier": "vip"}, Context()) is TWO.policies[0]
    assert policy_for(TWO, {"tier": None}, Context()) is TWO.policies[1]
    none = sla(TWO.policies[0])
    assert policy_for(none, {"tier": "x"}, Context()) is None
    assert Story(none, tier="x").state.clocks == {}


def test_a_cell_or_the_target_for_all() -> None:
    both = target(RESOLUTION, {"P0": "1h"}, duration=length("8h"))
    assert target_duration(sla(), both, {"priority": "P0"}) == length("1h")
    assert target_duration(sla(), both, {"priority": "P7"}) == length("8h")
    assert target_duration(sla(), target(RESOLUTION, CELLS), {"priority": None}) is None


def test_another_policy_measures_the_same_clock_in_its_calendar() -> None:
    story = Story(TWO, "mon 16:00", tier="x")
    story.set("tue 10:00", tier="vip")
    assert story.told(RESOLUTION)[-1] == "breached tue 10:00"
    assert story.clock(RESOLUTION).calendar == ""
    assert story.used(RESOLUTION) == 18 * 60
    assert story.clock(RESOLUTION).policy == "sla/vip"


def test_from_plain_to_working_time() -> None:
    story = Story(TWO, "mon 16:00", tier="vip")
    story.set("mon 17:00", tier="x")
    assert story.used(RESOLUTION) == 60
    assert story.clock(RESOLUTION).due_at == at("wed 16:00")


def test_pauses_count_as_a_share_in_another_calendar() -> None:
    story = Story(TWO, "mon 09:00", tier="x")
    story.wait("mon 12:00")
    story.work("mon 15:00")
    story.set("mon 15:00", tier="vip")
    assert story.used(RESOLUTION) == 180


def test_the_name_of_the_policy_alone_changes_nothing_of_the_time() -> None:
    rules = sla(
        policy(target(RESOLUTION, "8h"), name="vip", when=when('tier == "vip"')),
        policy(target(RESOLUTION, "8h"), name="standard"),
        retarget="from_change",
    )
    story = Story(rules, tier="x")
    story.set("mon 12:00", tier="vip")
    assert story.clock(RESOLUTION).policy == "sla/vip"
    assert story.clock(RESOLUTION).due_at == at("mon 17:00")


def test_a_target_may_have_a_calendar_of_its_own() -> None:
    rules = sla(policy(target(RESOLUTION, "9bh", calendar="office"), calendar="nights"))
    assert Story(rules).clock(RESOLUTION).due_at == at("mon 18:00")


def test_working_time_that_never_comes_is_never_due() -> None:
    story = Story(sla(policy(target(RESOLUTION, "999999999bh"), target(FIRST, "999999999w"))))
    assert story.clock(RESOLUTION).due_at is None
    assert story.clock(FIRST).due_at is None
    assert next_instant(story.clock(RESOLUTION), TIMES) is None
    story.resolve("tue 09:00")
    assert story.clock(RESOLUTION).status is ClockStatus.MET


# --- set by hand ----------------------------------------------------------------------------------


def test_a_due_time_set_by_hand_stays_when_the_priority_changes() -> None:
    story = Story(sla(BY_PRIORITY))
    story.set_due(RESOLUTION, "mon 10:00", "fri 10:00")
    story.set("mon 11:00", priority="P0")
    assert story.clock(RESOLUTION).due_at == at("fri 10:00")
    story.set("mon 11:30", priority="P3")
    assert story.clock(RESOLUTION).status is ClockStatus.RUNNING
    story.resolve("thu 11:00")
    assert story.clock(RESOLUTION).status is ClockStatus.MET


@pytest.mark.parametrize(
    ("resolved", "status"),
    [("mon 19:00", ClockStatus.MET), ("mon 20:00", ClockStatus.BREACHED)],
)
def test_a_due_time_by_hand_may_lie_outside_working_hours(
    resolved: str, status: ClockStatus
) -> None:
    story = Story(sla(policy(target(RESOLUTION, "1bh"))))
    story.set_due(RESOLUTION, "mon 09:30", "mon 20:00")
    story.resolve(resolved)
    assert story.clock(RESOLUTION).status is status


# --- merged ---------------------------------------------------------------------------------------

MERGING = sla(
    policy(target(FIRST, "2h"), target(RESOLUTION, "8h"), target(ENGAGEMENT, "6h", role="lead"))
)


def test_the_survivor_counts_from_the_earlier_creation() -> None:
    story = Story(MERGING, "mon 09:00")
    story.absorb("mon 09:30", "mon 08:00")
    assert story.used(FIRST) == 90
    assert story.clock(RESOLUTION).due_at == at("mon 16:00")
    assert story.clock(ENGAGEMENT).due_at == at("mon 14:00")
    assert story.clock(FIRST).started_at == at("mon 08:00")


def test_a_later_one_merged_in_changes_nothing() -> None:
    story = Story(MERGING, "mon 09:00")
    before = dict(story.state.clocks)
    story.absorb("mon 09:30", "mon 09:10")
    assert story.state.clocks == before


def test_a_survivor_that_is_over_by_its_earlier_start_is_breached_now() -> None:
    story = Story(MERGING, "mon 09:00")
    story.absorb("mon 09:30", "mon 07:00")
    assert story.told(FIRST)[-1] == "breached mon 09:30"
    assert story.clock(FIRST).reason == "merged"


def test_an_earlier_reply_of_what_was_merged_in_stands() -> None:
    story = Story(MERGING, "mon 09:00")
    story.absorb("mon 10:30", "mon 08:00", "mon 08:20")
    assert story.clock(FIRST).status is ClockStatus.MET
    assert story.used(FIRST) == 20
    assert story.clock(FIRST).ended_at == at("mon 08:20")


def test_an_earlier_reply_that_was_late_is_late_here() -> None:
    story = Story(MERGING, "mon 09:00")
    story.absorb("mon 10:30", "mon 08:00", "mon 10:20")
    assert story.clock(FIRST).status is ClockStatus.BREACHED
    assert story.clock(FIRST).breached_at == at("mon 10:00")


def test_a_paused_survivor_keeps_its_pause() -> None:
    story = Story(MERGING, "mon 09:00")
    story.reply("mon 09:10")
    story.wait("mon 10:00")
    story.absorb("mon 11:00", "mon 08:00")
    assert story.clock(RESOLUTION).status is ClockStatus.PAUSED
    assert story.used(RESOLUTION) == 120


def test_a_promise_is_not_moved_by_merging() -> None:
    story = Story(
        sla(policy(target(PROMISE, "1h", date_field="promised"))), promised="2026-11-17T12:00:00Z"
    )
    story.absorb("mon 11:00", "mon 08:00")
    assert story.clock(PROMISE).due_at == at("tue 12:00")


def test_what_is_merged_away_is_cancelled() -> None:
    story = Story(MERGING)
    story.state.merged_into = "r0"
    story.close("mon 09:30")
    assert {clock.status for clock in story.state.clocks.values()} == {ClockStatus.CANCELLED}
    assert story.clock(RESOLUTION).reason == "merged"


# --- limits ---------------------------------------------------------------------------------------


def test_the_limit_of_a_state_starts_with_each_state() -> None:
    story = Story(None, state_limit="1h")
    story.work("mon 09:30")
    story.work("mon 11:00")
    assert story.told(LIMIT) == [
        "started mon 09:00", "warned50 mon 09:30", "met mon 09:30", "started mon 09:30",
        "warned50 mon 10:00", "warned80 mon 10:18", "breached mon 10:30",
        "ended_late mon 11:00", "started mon 11:00",
    ]  # fmt: skip


def test_a_closed_record_has_no_limit() -> None:
    story = Story(None, state_limit="1h")
    story.close("mon 09:10")
    assert story.told(LIMIT) == ["started mon 09:00", "met mon 09:10"]


def test_a_limit_in_working_time_uses_its_calendar_else_the_policys() -> None:
    assert Story(None, "mon 17:30", state_limit="1bh", calendar="office").clock(LIMIT).due_at == at(
        "tue 09:30"
    )
    assert Story(sla(BY_PRIORITY), "mon 17:30", state_limit="1bh").clock(LIMIT).due_at == at(
        "tue 09:30"
    )
    assert Story(None, "mon 17:30", state_limit="1bh").clock(LIMIT).due_at == at("mon 18:30")


def test_another_limit_in_the_same_state_keeps_the_used_time() -> None:
    story = Story(None, state_limit="4h")
    story.limits = type(story.limits)(state=length("2h"))
    story.set("mon 10:00", priority="P1")
    assert story.clock(LIMIT).due_at == at("mon 11:00")


def test_another_limit_may_count_in_other_hours() -> None:
    story = Story(sla(BY_PRIORITY), "mon 17:00", state_limit="4h")
    story.limits = type(story.limits)(state=length("4bh"))
    story.set("mon 17:30", priority="P1")
    assert story.clock(LIMIT).calendar == "office"
    assert story.clock(LIMIT).due_at == at("tue 12:00")


def test_a_limit_that_only_another_priority_has_counts_from_entering() -> None:
    story = Story(None)
    assert LIMIT not in story.state.clocks
    story.limits = type(story.limits)(state=length("2h"))
    story.set("mon 10:00", priority="P0")
    assert story.clock(LIMIT).due_at == at("mon 11:00")


def test_a_limit_taken_away_is_cancelled() -> None:
    story = Story(None, state_limit="4h")
    story.limits = type(story.limits)()
    story.set("mon 10:00", priority="P3")
    assert story.clock(LIMIT).status is ClockStatus.CANCELLED


def test_the_limit_of_a_state_does_not_pause() -> None:
    story = Story(sla(BY_PRIORITY), state_limit="4h")
    story.wait("mon 10:00")
    assert story.clock(LIMIT).status is ClockStatus.RUNNING


# --- tasks ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("done", "status", "expected"),
    [
        ("mon 10:59", "done", ClockStatus.MET),
        ("mon 11:00", "done", ClockStatus.BREACHED),
        ("mon 10:30", "cancelled", ClockStatus.CANCELLED),
        ("mon 12:00", "cancelled", ClockStatus.BREACHED),
    ],
)
def test_a_task_has_a_clock_of_its_own(done: str, status: str, expected: ClockStatus) -> None:
    story = Story(None)
    story.task("mon 10:00", "repair", "open", limit="1h")
    story.task(done, "repair", status)
    assert story.clock("task:repair").status is expected
    assert story.clock("task:repair").metric == Metric.TASK


def test_a_task_without_limit_has_no_clock() -> None:
    story = Story(None)
    story.task("mon 10:00", "repair", "open")
    assert story.state.clocks == {}


# --- what is shown --------------------------------------------------------------------------------


def test_the_next_breach_of_the_record_is_the_earliest() -> None:
    story = Story(MERGING)
    assert story.state.next_breach == at("mon 11:00")
    story.reply("mon 09:30")
    assert story.state.next_breach == at("mon 15:00")


def test_next_instant_is_the_next_thing_that_due_changes_says() -> None:
    story = Story(MERGING)
    for _ in range(9):
        instants = [
            one for clock in story.state.clocks.values() if (one := next_instant(clock, TIMES))
        ]
        moment = min(instants)
        assert due_changes(
            story.state.clocks, moment.replace(second=0, minute=moment.minute), TIMES
        )
        before = [c for c in due_changes(story.state.clocks, moment, TIMES) if c.at < moment]
        assert before == []
        story.go(moment)
    assert all(next_instant(clock, TIMES) is None for clock in story.state.clocks.values())


def test_records_that_no_policy_covers_have_no_clocks_in_any_category() -> None:
    story = Story(None)
    for category in Category:
        story.enter(category, None)
    assert story.log == []


def test_a_policy_that_is_gone_cancels_but_what_was_set_by_hand_stays() -> None:
    story = Story(sla(policy(target(FIRST, "2h"), target(UPDATE, "2h"), target(RESOLUTION, "8h"))))
    story.set_due(RESOLUTION, "mon 09:30", "fri 09:00")
    story.set_due(UPDATE, "mon 09:30", "fri 09:00")
    story.rules = None
    story.tell()
    assert story.clock(FIRST).status is ClockStatus.CANCELLED
    story.wait("mon 10:00")
    story.resolve("mon 11:00")
    assert story.clock(RESOLUTION).status is ClockStatus.MET
    assert story.clock(UPDATE).status is ClockStatus.CANCELLED
