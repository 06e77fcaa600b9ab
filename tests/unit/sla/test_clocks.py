"""When clocks start, stand still, run on and end: kpis-and-channels, section 3, row by row."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sopwith.core.record import ClockStatus
from sopwith.sla.model import Metric

from .story import Story, policy, sla, target

FIRST, NEXT, UPDATE = Metric.FIRST_RESPONSE, Metric.NEXT_REPLY, Metric.NEXT_UPDATE
RESOLUTION, ENGAGEMENT, PROMISE = Metric.RESOLUTION, Metric.ENGAGEMENT, Metric.PROMISE

ANSWER = sla(policy(target(FIRST, "1h"), target(NEXT, "2h"), target(RESOLUTION, "8h")))
IN_HOURS = sla(policy(target(FIRST, "2bh"), target(RESOLUTION, "1bd")))


# --- start and stop -------------------------------------------------------------------------------


def test_clocks_start_at_creation() -> None:
    story = Story(ANSWER)
    assert sorted(story.state.clocks) == ["first_response", "resolution"]
    assert story.told(FIRST) == ["started mon 09:00"]
    assert story.clock(FIRST).due_at == story.now.replace(hour=10)


def test_an_automatic_reply_does_not_stop_the_first_response() -> None:
    story = Story(ANSWER)
    story.automatic_reply("mon 09:01")
    assert story.clock(FIRST).status is ClockStatus.RUNNING


def test_the_first_human_public_reply_stops_the_first_response() -> None:
    story = Story(ANSWER)
    story.reply("mon 09:20")
    assert story.told(FIRST) == ["started mon 09:00", "met mon 09:20"]
    assert story.used(FIRST) == 20


@pytest.mark.parametrize(("channel", "status"), [("phone", "met"), ("mail", "cancelled")])
def test_resolved_without_reply_is_an_answer_on_the_phone_only(channel: str, status: str) -> None:
    story = Story(ANSWER, channel=channel)
    story.resolve("mon 09:10")
    assert story.clock(FIRST).status == status
    assert story.clock(RESOLUTION).status is ClockStatus.MET


def test_spam_by_phone_is_no_answer() -> None:
    story = Story(ANSWER, channel="phone")
    story.close("mon 09:10")
    assert story.clock(FIRST).status is ClockStatus.CANCELLED


def test_resolution_stops_at_resolved_and_stays_when_closed() -> None:
    story = Story(ANSWER)
    story.resolve("mon 11:00")
    story.close("mon 12:00")
    assert story.told(RESOLUTION) == ["started mon 09:00", "met mon 11:00"]


def test_closing_unresolved_cancels_everything() -> None:
    rules = sla(
        policy(
            target(FIRST, "1h"), target(UPDATE, "4h"), target(RESOLUTION, "8h"),
            target(ENGAGEMENT, "4h", role="lead"), target(PROMISE, "1h", date_field="promised"),
        )
    )  # fmt: skip
    story = Story(rules, promised="2026-11-17T09:00:00Z")
    assert len(story.state.clocks) == 5
    story.close("mon 09:30")
    assert {clock.status for clock in story.state.clocks.values()} == {ClockStatus.CANCELLED}


def test_what_was_breached_is_not_cancelled() -> None:
    story = Story(ANSWER)
    story.close("mon 10:30")
    assert story.clock(FIRST).status is ClockStatus.BREACHED
    assert story.clock(RESOLUTION).status is ClockStatus.CANCELLED


def test_a_record_we_began_is_promised_an_answer_from_the_customers_message() -> None:
    story = Story(ANSWER, "thu 15:00", channel="proactive")
    story.tell()
    assert FIRST not in story.state.clocks
    assert RESOLUTION in story.state.clocks
    story.customer("thu 15:30")
    story.reply("thu 15:40")
    assert story.told(FIRST) == ["started thu 15:30", "met thu 15:40"]
    assert NEXT not in story.state.clocks


# --- met or breached ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "status"),
    [
        pytest.param("mon 09:59:59", ClockStatus.MET, id="a second before"),
        pytest.param("mon 10:00", ClockStatus.BREACHED, id="exactly the target"),
        pytest.param("mon 10:00:01", ClockStatus.BREACHED, id="a second after"),
    ],
)
def test_met_only_if_less_than_the_target_was_used(reply: str, status: ClockStatus) -> None:
    story = Story(ANSWER)
    story.reply(reply)
    assert story.clock(FIRST).status is status
    assert (story.clock(FIRST).breached_at is None) == (status is ClockStatus.MET)


def test_breach_counts_from_the_due_instant_even_when_the_scheduler_is_late() -> None:
    story = Story(ANSWER)
    story.go("tue 07:00")
    assert [line for line in story.told(FIRST) if "breached" in line] == ["breached mon 10:00"]
    story.reply("tue 08:00")
    assert story.told(FIRST)[-1] == "ended_late tue 08:00"
    assert story.clock(FIRST).breached_at == story.clock(FIRST).started_at.replace(hour=10)


def test_without_a_scheduler_a_reply_that_is_late_is_found_late_first() -> None:
    story = Story(ANSWER)
    story.reply("mon 10:30")
    assert [line for line in story.told(FIRST) if "breached" in line] == ["breached mon 10:00"]


def test_a_breached_clock_runs_on_and_says_nothing_more() -> None:
    story = Story(ANSWER)
    story.go("mon 11:00")
    before = len(story.log)
    story.go("tue 11:00")
    assert story.clock(FIRST).status is ClockStatus.RUNNING
    assert [one for one in story.log[before:] if one.clock.id == FIRST] == []
    assert story.used(FIRST) == 26 * 60


def test_missed_events_are_caught_up_in_due_order() -> None:
    story = Story(ANSWER)
    story.go("wed 09:00")
    at = [change.at for change in story.log]
    assert at == sorted(at)
    assert [f"{c.clock.id} {c.change}" for c in story.log[2:]] == [
        "first_response warned", "first_response warned", "first_response breached",
        "resolution warned", "resolution warned", "resolution breached",
    ]  # fmt: skip


def test_catching_up_twice_says_nothing_twice() -> None:
    story = Story(ANSWER)
    story.go("wed 09:00")
    said = len(story.log)
    story.go("wed 09:00")
    assert len(story.log) == said


# --- warnings -------------------------------------------------------------------------------------


def test_warnings_come_once_each_at_their_share() -> None:
    story = Story(ANSWER)
    for minute in range(0, 60, 7):
        story.go(f"mon 09:{minute:02}")
    assert story.told(FIRST)[1:] == ["warned50 mon 09:30", "warned80 mon 09:48"]


def test_a_warning_is_not_repeated_after_a_pause() -> None:
    story = Story(ANSWER)
    story.wait("mon 13:30")
    story.work("tue 13:30")
    story.go("tue 17:00")
    assert [line for line in story.told(RESOLUTION) if "warned" in line] == [
        "warned50 mon 13:00",
        "warned80 tue 15:24",
    ]


def test_no_warning_while_the_clock_stands_still() -> None:
    story = Story(ANSWER)
    story.wait("mon 12:00")
    story.go("wed 12:00")
    assert story.told(RESOLUTION) == ["started mon 09:00", "paused mon 12:00"]


def test_thresholds_are_those_of_the_policies() -> None:
    rules = sla(policy(target(FIRST, "100m")), warn=(10, 90))
    story = Story(rules)
    story.go("mon 10:39")
    assert story.told(FIRST)[1:] == ["warned10 mon 09:10", "warned90 mon 10:30"]


def test_a_share_that_is_no_whole_second_is_reached_with_the_next() -> None:
    story = Story(sla(policy(target(FIRST, "3s")), warn=(50,)))
    assert story.clock(FIRST).warned == ()
    story.go("mon 09:00:01")
    assert story.clock(FIRST).warned == ()
    story.go("mon 09:00:02")
    assert story.clock(FIRST).warned == (50,)


# --- pause and resume -----------------------------------------------------------------------------


def test_resolution_pauses_while_waiting_for_the_customer_and_resumes() -> None:
    story = Story(ANSWER)
    story.wait("mon 10:00")
    assert story.clock(RESOLUTION).due_at is None
    story.work("mon 12:00")
    assert story.told(RESOLUTION) == ["started mon 09:00", "paused mon 10:00", "resumed mon 12:00"]
    assert story.clock(RESOLUTION).due_at == story.now.replace(hour=19)
    assert story.used(RESOLUTION) == 60


@pytest.mark.parametrize(
    ("pause", "waits_for", "stands"),
    [
        pytest.param({"waiting:customer"}, "customer", True, id="the default reason"),
        pytest.param({"waiting:customer"}, "vendor", False, id="vendor is not said"),
        pytest.param({"waiting:customer", "waiting:vendor"}, "vendor", True, id="vendor is said"),
        pytest.param({"waiting"}, "colleague", True, id="every reason"),
        pytest.param(set(), "customer", False, id="nothing pauses"),
    ],
)
def test_which_waiting_pauses_is_up_to_the_admin(
    pause: set[str], waits_for: str, stands: bool
) -> None:
    story = Story(sla(policy(target(RESOLUTION, "8h")), pause=frozenset(pause)))
    story.wait("mon 10:00", waits_for)
    assert (story.clock(RESOLUTION).status is ClockStatus.PAUSED) == stands


def test_first_response_and_next_reply_never_pause() -> None:
    story = Story(ANSWER)
    story.wait("mon 09:10")
    assert story.clock(FIRST).status is ClockStatus.RUNNING
    story.reply("mon 09:20")
    story.work("mon 09:30")
    story.customer("mon 09:40")
    story.wait("mon 09:50")
    assert story.clock(NEXT).status is ClockStatus.RUNNING
    assert story.clock(NEXT).due_at == story.now.replace(hour=11, minute=40)


def test_a_customers_message_resumes_although_the_state_stays() -> None:
    story = Story(ANSWER)
    story.wait("mon 10:00")
    story.customer("mon 11:00")
    assert story.told(RESOLUTION)[-1] == "resumed mon 11:00"
    story.tell()
    assert story.clock(RESOLUTION).status is ClockStatus.RUNNING


def test_our_answer_in_a_waiting_state_pauses_again() -> None:
    story = Story(ANSWER)
    story.wait("mon 10:00")
    story.customer("mon 11:00")
    story.reply("mon 11:30")
    assert story.told(RESOLUTION)[-1] == "paused mon 11:30"
    assert story.used(RESOLUTION) == 90


def test_put_to_wait_by_the_customers_own_message_pauses() -> None:
    """A rule that asks back and waits: the message came first, the waiting after it."""
    story = Story(ANSWER)
    story.wait("mon 10:00", customer_message=True, put_to_wait=True)
    assert story.clock(RESOLUTION).status is ClockStatus.PAUSED


def test_a_message_that_comes_with_the_way_out_of_waiting_resumes_once() -> None:
    story = Story(ANSWER)
    story.wait("mon 10:00")
    story.work("mon 11:00", customer_message=True, put_to_wait=True)
    assert story.told(RESOLUTION)[-1] == "resumed mon 11:00"


def test_a_policy_that_matches_late_counts_from_creation_and_stands_still_where_it_must() -> None:
    story = Story(None)
    story.wait("mon 09:30")
    story.rules = ANSWER
    story.set("mon 10:00", tier="gold")
    assert story.clock(RESOLUTION).started_at == story.now.replace(hour=9)
    assert story.told(RESOLUTION) == ["started mon 10:00", "paused mon 10:00"]
    assert story.told(FIRST) == [
        "started mon 10:00", "warned50 mon 09:30", "warned80 mon 09:48", "breached mon 10:00",
    ]  # fmt: skip


def test_outside_its_calendar_a_clock_stands_still_without_a_pause() -> None:
    story = Story(IN_HOURS, "mon 17:00")
    story.reply("tue 09:30")
    assert story.told(FIRST) == ["started mon 17:00", "warned50 mon 18:00", "met tue 09:30"]
    assert story.used(FIRST) == 90


def test_due_is_counted_from_what_is_left_at_each_resume() -> None:
    story = Story(IN_HOURS, "fri 16:00")
    assert story.told(RESOLUTION) == ["started fri 16:00"]
    story.wait("fri 17:00")
    story.work("mon2 09:00")
    assert story.clock(RESOLUTION).due_at == story.now.replace(hour=17)


def test_one_business_day_is_a_days_working_time() -> None:
    story = Story(IN_HOURS, "fri 16:00")
    assert story.clock(RESOLUTION).target == 9 * 3600
    story.go("mon2 16:00")
    assert story.told(RESOLUTION)[-1] == "breached mon2 16:00"


def test_one_business_day_of_night_shifts() -> None:
    rules = sla(policy(target(RESOLUTION, "1bd"), calendar="nights"))
    story = Story(rules, "mon 20:00")
    assert story.clock(RESOLUTION).target == 8 * 3600
    story.go("wed 09:00")
    assert story.told(RESOLUTION)[-1] == "breached tue 06:00"


def test_plain_time_runs_through_the_night_whatever_the_calendar() -> None:
    story = Story(ANSWER, "fri 17:30")
    assert story.clock(FIRST).calendar == ""
    assert story.clock(FIRST).due_at == story.now.replace(hour=18)


# --- reopened -------------------------------------------------------------------------------------


def reopened(mode: str, *, after: str = "tue 09:00") -> Story:
    story = Story(
        sla(policy(target(FIRST, "1h"), target(NEXT, "2h"), target(RESOLUTION, "8h")), reopen=mode)
    )
    story.reply("mon 09:10")
    story.resolve("mon 11:00")
    story.work(after, customer_message=True)
    return story


def test_resume_goes_on_and_leaves_out_the_time_in_resolved() -> None:
    story = reopened("resume")
    assert story.used(RESOLUTION) == 120
    assert story.clock(RESOLUTION).due_at == story.now.replace(hour=15)
    story.resolve("tue 12:00")
    assert story.clock(RESOLUTION).status is ClockStatus.MET
    assert story.used(RESOLUTION) == 300


def test_new_cycle_starts_at_zero_and_keeps_the_old_as_measured() -> None:
    story = reopened("new_cycle")
    assert story.used(RESOLUTION) == 0
    assert story.clock("resolution:1").status is ClockStatus.MET
    assert story.used("resolution:1") == 120
    assert [one.change for one in story.log if one.change in ("met", "ended_late")] == [
        "met",
        "met",
    ]
    story.resolve("tue 10:00")
    story.work("tue 11:00")
    assert story.used("resolution:2") == 60
    assert story.clock("resolution:1").ended_at != story.clock("resolution:2").ended_at


def test_ignore_leaves_the_clock_as_it_ended() -> None:
    story = reopened("ignore")
    assert story.clock(RESOLUTION).status is ClockStatus.MET
    assert story.told(RESOLUTION)[-1] == "met mon 11:00"


def test_a_breach_stays_a_breach_after_reopening() -> None:
    story = Story(ANSWER)
    story.resolve("mon 18:00")
    story.work("tue 09:00")
    story.resolve("tue 09:05")
    assert story.clock(RESOLUTION).status is ClockStatus.BREACHED
    assert story.told(RESOLUTION).count("breached mon 17:00") == 1


def test_first_response_is_not_restarted_and_next_reply_covers_it() -> None:
    story = reopened("resume")
    assert story.told(FIRST) == ["started mon 09:00", "met mon 09:10"]
    assert story.told(NEXT) == ["started tue 09:00"]


def test_next_reply_covers_what_was_resolved_without_any_answer() -> None:
    story = Story(ANSWER)
    story.resolve("mon 09:10")
    story.work("tue 09:00", customer_message=True)
    assert story.clock(FIRST).status is ClockStatus.CANCELLED
    assert story.clock(NEXT).due_at == story.now.replace(hour=11)


def test_unmarked_as_spam_goes_on() -> None:
    story = Story(ANSWER)
    story.close("mon 10:00")
    story.work("mon 11:00")
    assert story.clock(RESOLUTION).status is ClockStatus.RUNNING
    assert story.clock(RESOLUTION).reason == ""
    assert story.used(RESOLUTION) == 60


# --- next reply -----------------------------------------------------------------------------------


def test_next_reply_starts_at_the_oldest_unanswered_message() -> None:
    story = Story(ANSWER)
    story.customer("mon 09:05")
    assert NEXT not in story.state.clocks
    story.reply("mon 09:10")
    story.customer("mon 09:30")
    story.customer("mon 10:30")
    story.reply("mon 11:00")
    assert story.told(NEXT) == ["started mon 09:30", "warned50 mon 10:30", "met mon 11:00"]
    story.customer("mon 12:00")
    assert story.told(NEXT)[-1] == "started mon 12:00"


def test_a_turn_closed_by_resolution_is_dropped() -> None:
    story = Story(ANSWER)
    story.reply("mon 09:10")
    story.customer("mon 09:30")
    story.resolve("mon 10:00")
    assert story.clock(NEXT).status is ClockStatus.CANCELLED


# --- next update ----------------------------------------------------------------------------------


def test_next_update_starts_again_with_every_reply() -> None:
    story = Story(sla(policy(target(UPDATE, "4h"))))
    story.reply("mon 10:00")
    story.reply("mon 15:00")
    assert story.told(UPDATE) == [
        "started mon 09:00", "met mon 10:00", "started mon 10:00", "warned50 mon 12:00",
        "warned80 mon 13:12", "breached mon 14:00", "ended_late mon 15:00", "started mon 15:00",
    ]  # fmt: skip


@pytest.mark.parametrize("leave", [Story.wait, Story.resolve])
def test_no_update_is_due_while_waiting_or_resolved(leave: Callable[[Story, str], None]) -> None:
    story = Story(sla(policy(target(UPDATE, "4h"))))
    leave(story, "mon 10:00")
    assert story.clock(UPDATE).status is ClockStatus.CANCELLED
    story.work("mon 12:00")
    assert story.told(UPDATE)[-1] == "started mon 12:00"


def test_a_reply_that_begins_the_waiting_ends_the_update_and_starts_none() -> None:
    story = Story(sla(policy(target(UPDATE, "4h"))))
    story.wait("mon 10:00", human_reply=True)
    assert story.told(UPDATE)[-1] == "met mon 10:00"


# --- engagement -----------------------------------------------------------------------------------


def test_engagement_ends_with_the_first_act_of_its_role() -> None:
    story = Story(sla(policy(target(ENGAGEMENT, "4h", role="lead"))))
    story.act("agent", "mon 09:30")
    assert story.clock(ENGAGEMENT).status is ClockStatus.RUNNING
    story.act("lead", "mon 10:00")
    story.act("lead", "mon 20:00")
    assert story.told(ENGAGEMENT) == ["started mon 09:00", "met mon 10:00"]


def test_engagement_is_cancelled_when_it_was_not_needed() -> None:
    story = Story(sla(policy(target(ENGAGEMENT, "4h", role="lead"))))
    story.resolve("mon 10:00")
    assert story.clock(ENGAGEMENT).status is ClockStatus.CANCELLED


# --- promise --------------------------------------------------------------------------------------

PROMISED = sla(policy(target(PROMISE, "1h", date_field="promised"), calendar="shanghai"))


def test_a_promise_starts_when_the_date_is_set_and_is_due_at_it() -> None:
    story = Story(PROMISED)
    assert story.state.clocks == {}
    story.set("mon 12:00", promised="2026-11-17T12:00:00Z")
    assert story.told(PROMISE) == ["started mon 12:00"]
    story.go("tue 13:00")
    assert story.told(PROMISE)[1:] == [
        "warned50 tue 00:00",
        "warned80 tue 07:12",
        "breached tue 12:00",
    ]


def test_a_promise_is_kept_by_resolving() -> None:
    story = Story(PROMISED, promised="2026-11-17T12:00:00Z")
    story.resolve("tue 11:00")
    assert story.clock(PROMISE).status is ClockStatus.MET


def test_another_date_moves_the_promise() -> None:
    story = Story(PROMISED, promised="2026-11-17T12:00:00Z")
    story.set("mon 20:00", promised="2026-11-19T12:00:00Z")
    due = story.clock(PROMISE).due_at
    assert due is not None
    assert due.isoformat() == "2026-11-19T12:00:00+00:00"


def test_a_date_of_another_promise_counts_from_change_too() -> None:
    rules = sla(policy(target(PROMISE, "1h", date_field="promised")), retarget="from_change")
    story = Story(rules, promised="2026-11-17T12:00:00Z")
    story.set("mon 20:00", promised="2026-11-19T12:00:00Z")
    due = story.clock(PROMISE).due_at
    assert due is not None
    assert due.isoformat() == "2026-11-19T12:00:00+00:00"


def test_a_date_taken_away_and_given_again_is_a_promise_again() -> None:
    story = Story(PROMISED, promised="2026-11-17T12:00:00Z")
    story.set("mon 10:00", promised=None)
    assert story.clock(PROMISE).status is ClockStatus.CANCELLED
    story.set("mon 11:00", promised="2026-11-18T12:00:00Z")
    due = story.clock(PROMISE).due_at
    assert due is not None
    assert due.isoformat() == "2026-11-18T12:00:00+00:00"


def test_a_day_is_kept_until_its_last_second_where_the_calendar_is() -> None:
    story = Story(PROMISED, promised="2026-11-17")
    due = story.clock(PROMISE).due_at
    assert due is not None
    assert due.isoformat() == "2026-11-17T15:59:59+00:00"


@pytest.mark.parametrize("value", ["", "soon", 7, None, "0001-01-01", "9999-99-99", ["2026-11-17"]])
def test_what_is_no_date_promises_nothing_or_is_over_and_never_raises(value: object) -> None:
    story = Story(PROMISED, promised=value)
    story.go("tue 09:00")
    assert PROMISE not in story.state.clocks or story.clock(PROMISE).breached_at is not None


def test_a_date_in_the_past_is_missed_at_once() -> None:
    story = Story(PROMISED, promised="2026-11-10T12:00:00Z")
    assert story.told(PROMISE)[-1] == "breached mon 09:00"
