"""Who gets a record, and the sentence for everybody who does not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sopwith.core.decision import Problem
from sopwith.core.directory import Person
from sopwith.core.messages import MESSAGES
from sopwith.core.text import Text
from sopwith.expressions import EMPTY, Duration
from sopwith.rules.model import Routing, Strategy, Team
from sopwith.rules.parse import parse_team
from sopwith.rules.route import Route, choose

from .samples import CALENDARS, NOW, People, condition, document, link, person

QUEUE = link("queue", team="first-line")


def route(
    people: People,
    *chain: Strategy,
    values: dict[str, Any] | None = None,
    customer: str | None = "acme",
    exclude: frozenset[str] = frozenset(),
) -> Route:
    routing = Routing(id="r", title=Text("R"), record_type="ticket", chain=(*chain, QUEUE))
    return choose(routing, values or {}, customer, people, NOW, EMPTY, exclude)


def sentences(found: Route, lang: str = "en") -> list[str]:
    return [Problem(code=step.code, values=step.values).message(lang) for step in found.steps]


WANG = person("wang")
AWAY = person("wang", present=False)
ACME = {"acme": {"name": "Acme", "manager": "wang"}}


def test_dedicated_manager_gets_it() -> None:
    found = route(People((WANG,), customers=ACME), link("dedicated"))
    assert (found.owner, found.team, found.via) == ("wang", "first-line", "dedicated")
    assert sentences(found) == ["dedicated manager: Wang"]


@pytest.mark.parametrize(
    ("people", "customer", "exclude", "sentence"),
    [
        (People((AWAY,), customers=ACME), "acme", (), "the dedicated manager Wang is away"),
        (People((), customers=ACME), "acme", (), "wang is unknown or no longer active"),
        (
            People((WANG,), customers={"acme": {"name": "Acme"}}),
            "acme",
            (),
            "Acme has no dedicated manager",
        ),
        (People((WANG,)), "acme", (), "acme has no dedicated manager"),
        (People((WANG,), customers=ACME), None, (), "no customer is known"),
        (
            People((person("wang", 9, capacity=9),), customers=ACME),
            "acme",
            (),
            "Wang has no room for more: 9 open",
        ),
        (People((WANG,), customers=ACME), "acme", ("wang",), "Wang is left out this time"),
    ],
)
def test_why_the_dedicated_manager_does_not_get_it(
    people: People, customer: str | None, exclude: tuple[str, ...], sentence: str
) -> None:
    found = route(people, link("dedicated"), customer=customer, exclude=frozenset(exclude))
    assert (found.owner, found.team, found.via) == (None, "first-line", "queue")
    assert sentences(found)[0] == sentence
    assert [step.outcome for step in found.steps] == ["nobody", "chosen"]


def test_last_agent_within_the_time() -> None:
    people = People((WANG,), last={"acme": ("wang", NOW - timedelta(days=30))})
    assert route(people, link("last_agent")).owner == "wang"
    short = link("last_agent", within=Duration(seconds=29 * 86_400))
    found = route(people, short)
    assert found.owner is None
    assert sentences(found)[0] == "nobody has worked for this customer within 29d"


def test_last_agent_away_or_in_another_team() -> None:
    last = {"acme": ("wang", NOW)}
    assert sentences(route(People((AWAY,), last=last), link("last_agent")))[0] == (
        "Wang, who worked for this customer last, is away"
    )
    elsewhere = route(People((WANG,), last=last), link("last_agent", team="tier-2"))
    assert sentences(elsewhere)[0] == "Wang is not in the team tier-2"


def test_skill_chooses_the_least_loaded_of_the_skilled() -> None:
    people = People(
        (
            person("li", 3, skills=("gantt",)),
            person("zhao", 5, skills=("gantt", "tasks")),
            person("idle", 0, skills=("tasks",)),
            person("gone", 0, skills=("gantt",), present=False),
        )
    )
    found = route(
        people, link("skill", team="first-line", field="module"), values={"module": "gantt"}
    )
    assert found.owner == "li"
    assert sentences(found) == ["skill gantt, fewest open in first-line: Li (open: Li 3, Zhao 5)"]
    assert sentences(found, "zh-CN") == [
        "技能 gantt，first-line 中负荷最低的是 Li（未结：Li 3, Zhao 5）"
    ]
    verdicts = {one["id"]: one["verdict"] for one in found.steps[0].candidates}
    assert verdicts == {"li": "chosen", "zhao": "free", "idle": "unskilled", "gone": "away"}


def test_several_needed_skills_must_all_be_there() -> None:
    people = People((person("a", skills=("north",)), person("b", 4, skills=("north", "south"))))
    step = link("skill", team="first-line", field="areas")
    assert route(people, step, values={"areas": ["north", "south"]}).owner == "b"


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, "the field module is empty"),
        ({"module": "billing"}, "nobody in first-line is skilled in billing"),
    ],
)
def test_why_nobody_is_found_by_skill(values: dict[str, str], sentence: str) -> None:
    people = People((person("li", skills=("gantt",)),))
    found = route(people, link("skill", team="first-line", field="module"), values=values)
    assert found.owner is None
    assert sentences(found)[0] == sentence


@pytest.mark.parametrize(
    ("by", "people", "chosen"),
    [
        ("least_loaded", (person("a", 2), person("b", 1)), "b"),
        ("least_loaded", (person("b", 1), person("a", 1)), "a"),
        ("least_loaded", (person("a", 1, last_given_at=NOW), person("b", 1)), "b"),
        (
            "least_loaded",
            (
                person("a", 1, last_given_at=NOW),
                person("b", 1, last_given_at=NOW - timedelta(hours=1)),
            ),
            "b",
        ),
        ("least_loaded", (person("a", 0, present=False), person("b", 9)), "b"),
        ("least_loaded", (person("a", 3, capacity=3), person("b", 9, capacity=10)), "b"),
        ("least_loaded", (person("a", 20),), None),
        ("least_loaded", (person("a", 0, teams=("tier-2",)),), None),
        (
            "round_robin",
            (
                person("a", 0, last_given_at=NOW),
                person("b", 9, last_given_at=NOW - timedelta(hours=1)),
            ),
            "b",
        ),
        ("round_robin", (person("a", last_given_at=NOW), person("c"), person("b")), "b"),
    ],
)
def test_ties_presence_capacity_and_cap(
    by: str, people: tuple[Any, ...], chosen: str | None
) -> None:
    assert route(People(people), link(by, team="first-line", cap=20)).owner == chosen


def test_on_call_takes_the_first_of_the_roster_who_is_present() -> None:
    people = People((AWAY, person("li", 5)), roster={"on-call": ("wang", "li")})
    found = route(people, link("on_call", team="on-call"))
    assert (found.owner, found.team) == ("li", "on-call")
    assert sentences(found) == ["Li is on call in on-call"]


def test_somebody_full_on_call_takes_it_only_if_nobody_has_room() -> None:
    full = person("wang", 9, capacity=9)
    both = People((full, person("li")), roster={"on-call": ("wang", "li")})
    assert route(both, link("on_call", team="on-call")).owner == "li"
    alone = People((full,), roster={"on-call": ("wang",)})
    assert route(alone, link("on_call", team="on-call")).owner == "wang"
    assert route(alone, link("on_call", team="on-call", cap=5)).owner is None


def test_nobody_on_call() -> None:
    assert (
        sentences(route(People(), link("on_call", team="on-call")))[0]
        == "nobody is on call in on-call"
    )


def test_a_person_named_in_the_record() -> None:
    step = link("user", user_field="reviewer")
    assert route(People((WANG,)), step, values={"reviewer": "wang"}).owner == "wang"
    assert sentences(route(People((AWAY,)), step, values={"reviewer": "wang"}))[0] == (
        "Wang, who is named in the record, is away"
    )
    assert route(People((WANG,)), step, values={"reviewer": 7}).owner is None


def test_a_condition_skips_a_step_and_the_queue_ends_the_chain() -> None:
    step = link("least_loaded", team="first-line", when=condition('priority == "P0"'))
    found = route(People((WANG,)), step, values={"priority": "P2"})
    assert (found.owner, found.team, found.via) == (None, "first-line", "queue")
    assert [one.outcome for one in found.steps] == ["skipped", "chosen"]
    assert sentences(found)[0] == 'the condition of this step does not hold: priority == "P0"'
    assert route(People((WANG,)), step, values={"priority": "P0"}).owner == "wang"


def test_the_team_of_somebody_from_elsewhere_is_their_own() -> None:
    expert = person("wang", teams=("tier-2", "tier-3"))
    assert route(People((expert,), customers=ACME), link("dedicated")).team == "tier-2"


def test_a_chain_without_end_may_lead_to_nobody() -> None:
    routing = Routing(id="r", title=Text(), record_type="ticket", chain=(link("dedicated"),))
    found = choose(routing, {}, None, People(), NOW, EMPTY)
    assert (found.owner, found.team, found.via) == (None, None, "")


def test_every_sentence_is_an_information() -> None:
    steps = [code for code in MESSAGES if code.startswith("RTE1")]
    assert len(steps) > 20
    assert {MESSAGES[code].severity for code in steps} == {"info"}


ROSTER = """kind: team
id: first-line
title: {en: First line, zh-CN: 一线}
calendar: cn-office
shifts:
  - {id: day, title: {en: Day, zh-CN: 白班}, week: {mon-fri: ["09:00-18:00"]}, people: [wang, zhao]}
  - {id: evening, title: {en: Evening, zh-CN: 晚班}, week: {mon-fri: ["18:00-22:00"]}, people: [emma]}
"""
EVENING = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)  # 20:00 in Shanghai
NIGHT = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)


def shift_team() -> Team:
    found = parse_team(document(ROSTER), CALENDARS)[0]
    assert found is not None
    return found


SHIFT_TEAM = shift_team()
CREW = (person("wang"), person("zhao"), person("emma", 7, skills=("api",)), person("li"))
ON_DUTY = People(CREW, roster={"first-line": ("li",)}, teams={"first-line": SHIFT_TEAM}, customers=ACME)  # fmt: skip


def route_at(now: datetime, *chain: Strategy, people: People = ON_DUTY, **values: Any) -> Route:
    routing = Routing(id="r", title=Text("R"), record_type="ticket", chain=(*chain, QUEUE))
    return choose(routing, values, "acme", people, now, EMPTY)


def verdicts(found: Route, step: int = 0) -> dict[str, str]:
    return {one["id"]: one["verdict"] for one in found.steps[step].candidates}


@pytest.mark.parametrize("by", ["least_loaded", "round_robin"])
def test_in_the_evening_only_the_evening_shift_is_looked_at(by: str) -> None:
    found = route_at(EVENING, link(by, team="first-line"))
    assert found.owner == "emma"
    assert verdicts(found) == {
        "emma": "chosen", "wang": "off_shift", "zhao": "off_shift", "li": "off_shift",
    }  # fmt: skip


@pytest.mark.parametrize("by", ["least_loaded", "round_robin"])
def test_with_nobody_on_shift_who_is_on_call_gets_it(by: str) -> None:
    found = route_at(NIGHT, link(by, team="first-line"))
    assert (found.owner, found.team, found.via) == ("li", "first-line", by)
    assert sentences(found) == ["nobody of first-line is on shift now; Li is on call"]
    assert sentences(found, "zh-CN") == ["first-line 现在无人在班；值班人员是 Li"]
    assert verdicts(found)["li"] == "chosen"
    assert verdicts(found)["wang"] == "off_shift"


def test_with_nobody_on_shift_and_nobody_on_call_it_waits_in_the_queue() -> None:
    alone = People(CREW, teams={"first-line": SHIFT_TEAM})
    found = route_at(NIGHT, link("least_loaded", team="first-line"), people=alone)
    assert (found.owner, found.via) == (None, "queue")
    assert sentences(found)[0] == (
        "nobody of first-line is on shift now, and nobody on call can take it"
    )


def test_on_call_answers_at_night_also_where_a_skill_is_asked_for() -> None:
    chain = link("skill", team="first-line", field="module")
    assert route_at(NIGHT, chain, module="gantt").owner == "li"
    assert route_at(EVENING, chain, module="api").owner == "emma"


def test_skilled_people_off_shift_are_no_candidates_while_others_work() -> None:
    some = People(
        (person("wang", skills=("gantt",)), person("emma", skills=("api",))),
        teams={"first-line": SHIFT_TEAM},
    )
    found = route_at(EVENING, link("skill", team="first-line", field="module"), people=some, module="gantt")  # fmt: skip
    assert found.owner is None
    assert verdicts(found) == {"wang": "off_shift", "emma": "unskilled"}
    assert sentences(found)[0] == "nobody of first-line who is on shift now can take it"


def test_a_dedicated_manager_off_shift_is_passed_over_and_said_so() -> None:
    found = route_at(EVENING, link("dedicated"))
    assert found.owner is None
    assert sentences(found)[0] == "Wang is not on shift now"
    assert route_at(EVENING - timedelta(hours=3), link("dedicated")).owner == "wang"


def test_shifts_of_a_team_do_not_bind_who_also_works_in_one_without() -> None:
    both = person("wang", teams=("first-line", "office"))
    people = People((both,), teams={"first-line": SHIFT_TEAM}, customers=ACME)
    queue = link("queue", team="elsewhere")
    routing = Routing(id="r", title=Text("R"), record_type="t", chain=(link("dedicated"), queue))
    assert choose(routing, {}, "acme", people, EVENING, EMPTY).owner == "wang"
    assert route_at(EVENING, link("dedicated"), people=people).owner is None


def test_a_roster_of_strangers_does_not_count() -> None:
    strangers = People((person("new"),), teams={"first-line": SHIFT_TEAM})
    assert route_at(NIGHT, link("least_loaded", team="first-line"), people=strangers).owner == "new"


def test_people_may_be_named_by_what_they_sign_in_as() -> None:
    account = Person(id="0199-7", name="Emma", teams=frozenset({"first-line"}), login="emma")
    people = People((account,), teams={"first-line": SHIFT_TEAM})
    assert route_at(EVENING, link("least_loaded", team="first-line"), people=people).owner == "0199-7"  # fmt: skip
