"""Who may do what with a record, and which records a list may show."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest

from sopwith.access.allow import INTERNAL, allow, explain_denied, is_own, visible_scope
from sopwith.access.model import Access, Act
from sopwith.access.parse import parse_access
from sopwith.core.events import SYSTEM, Actor
from sopwith.core.record import Approval, RecordState, Task, Vote
from sopwith.core.roles import BUILT_IN_ROLES

NOW = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
DEFAULT, _ = parse_access(None)


def record(**changes: Any) -> RecordState:
    facts: dict[str, Any] = {
        "id": "r1",
        "number": "T-1",
        "type": "ticket",
        "release": "x",
        "entered_at": NOW,
        "created_at": NOW,
        "updated_at": NOW,
        "customer_id": "acme",
        "team": "first-line",
        "owner": "wang",
    }
    return RecordState(**{**facts, **changes})


def user(name: str, *roles: str, teams: tuple[str, ...] = ()) -> Actor:
    return Actor("user", name, frozenset(roles), frozenset(teams))


ACME, GLOBEX = Actor("customer", "acme", frozenset({"customer"})), Actor("customer", "globex")


def test_a_customer_reads_answers_and_reopens_the_own_record() -> None:
    may = {act for act in Act if allow(DEFAULT, act, ACME, record())}
    assert may == {Act.CREATE, Act.READ, Act.REPLY, Act.REOPEN}


def test_a_customer_reaches_nobody_elses_record() -> None:
    for act in set(Act) - {Act.CREATE}:
        assert not allow(DEFAULT, act, GLOBEX, record())
    assert explain_denied(DEFAULT, Act.READ, GLOBEX, record()) == "ACC103"
    assert not allow(DEFAULT, Act.READ, Actor("customer", None), record(customer_id=None))


def test_internal_matters_are_never_for_customers() -> None:
    everything = Access(acts=dict.fromkeys(Act, BUILT_IN_ROLES), scope={"customer": "all"})
    for act in INTERNAL:
        assert explain_denied(everything, act, ACME, record()) == "ACC104"
    assert visible_scope(everything, ACME) == "own"
    assert not allow(everything, Act.READ, GLOBEX, record())


def test_a_customer_may_be_given_more() -> None:
    given = Access(acts={Act.CANCEL: frozenset({"customer"})})
    assert allow(given, Act.CANCEL, ACME, record())
    assert not allow(given, Act.CANCEL, GLOBEX, record())
    assert not allow(DEFAULT, Act.CANCEL, ACME, record())


def test_the_id_of_a_colleague_is_not_that_of_a_customer() -> None:
    namesake = user("acme", "staff")
    assert not is_own(namesake, record())
    assert not is_own(Actor("customer", "wang"), record(customer_id="acme"))
    assert not allow(DEFAULT, Act.READ, namesake, record())


def test_an_admin_and_the_system_may_do_everything() -> None:
    for act in Act:
        assert allow(Access(), act, user("root", "admin"), record())
        assert allow(Access(), act, SYSTEM, record())
        assert allow(Access(), act, SYSTEM, None)


def test_the_role_of_an_admin_does_not_help_a_customer() -> None:
    odd = Actor("customer", "globex", frozenset({"admin"}))
    assert not allow(DEFAULT, Act.READ, odd, record())
    assert visible_scope(DEFAULT, odd) == "own"


def test_agents_work_and_leads_decide() -> None:
    agent, lead = user("li", "agent"), user("zhao", "lead")
    for act in (Act.READ, Act.WORK, Act.REPLY, Act.NOTE, Act.TAKE):
        assert allow(DEFAULT, act, agent, record())
    for act in (Act.CANCEL, Act.SET_DUE):
        assert explain_denied(DEFAULT, act, agent, record()) == "ACC101"
        assert allow(DEFAULT, act, lead, record())


@pytest.mark.parametrize(
    ("scope", "teams", "owner", "allowed"),
    [
        ("all", (), "wang", True),
        ("team", ("first-line",), "wang", True),
        ("team", ("tier-2",), "wang", False),
        ("team", ("tier-2",), "li", True),
        ("team", (), "wang", False),
        ("own", ("first-line",), "wang", False),
        ("own", (), "li", True),
    ],
)
def test_scopes(scope: str, teams: tuple[str, ...], owner: str, allowed: bool) -> None:
    access = Access(acts={Act.WORK: frozenset({"agent"})}, scope={"agent": scope})
    agent = user("li", "agent", teams=teams)
    found = explain_denied(access, Act.WORK, agent, record(owner=owner))
    assert found == ("" if allowed else "ACC102")


def test_a_record_without_a_team_is_in_no_team() -> None:
    access = Access(acts={Act.READ: frozenset({"agent"})}, scope={"agent": "team"})
    assert not allow(access, Act.READ, user("li", "agent", teams=("x",)), record(team=None))


def test_the_widest_role_counts() -> None:
    access = Access(
        acts={Act.READ: frozenset({"agent", "lead"})}, scope={"agent": "own", "lead": "all"}
    )
    assert visible_scope(access, user("li", "agent")) == "own"
    assert visible_scope(access, user("li", "agent", "lead")) == "all"
    assert allow(access, Act.READ, user("li", "agent", "lead"), record())


def part(name: str) -> dict[str, Any]:
    """Return a record in which the colleague li has one part only."""
    parts: dict[str, dict[str, Any]] = {
        "owner": {"owner": "li"},
        "requester": {"created_by": "li"},
        "follower": {"followers": ("li",)},
        "approver": {
            "approval": Approval(
                id="a", state="s", mode="all", opened_at=NOW, votes=[Vote(user="li")]
            )
        },
        "helper": {"tasks": {"t": Task(id="t", branch="b", state="s", owner="li", opened_at=NOW)}},
    }
    return parts[name]


@pytest.mark.parametrize(
    ("name", "acts"),
    [
        ("owner", {Act.READ, Act.WORK, Act.REPLY, Act.NOTE, Act.HISTORY}),
        ("requester", {Act.READ, Act.REPLY, Act.REOPEN}),
        ("follower", {Act.READ}),
        ("approver", {Act.READ, Act.NOTE}),
        ("helper", {Act.READ, Act.NOTE}),
    ],
)
def test_who_has_a_part_has_its_rights(name: str, acts: set[Act]) -> None:
    someone = user("li", "staff")
    involved = record(**part(name))
    assert is_own(someone, involved)
    assert {
        act for act in set(Act) - {Act.CREATE} if allow(DEFAULT, act, someone, involved)
    } == acts


def test_an_approver_who_was_not_asked_yet_sees_nothing() -> None:
    approval = Approval(
        id="a", state="s", mode="in_turn", opened_at=NOW, votes=[Vote(user="li", asked=False)]
    )
    assert not allow(DEFAULT, Act.READ, user("li", "staff"), record(approval=approval))


def test_without_a_record_the_role_decides() -> None:
    assert allow(DEFAULT, Act.CREATE, user("li", "staff"), None)
    assert not allow(DEFAULT, Act.CREATE, user("li", "partner"), None)
    assert allow(DEFAULT, Act.CREATE, ACME, None)
    assert allow(DEFAULT, Act.WORK, user("li", "agent"), None)
    assert not allow(Access(), Act.CREATE, ACME, None)


def test_tokens_have_the_rights_of_their_roles() -> None:
    token = Actor("token", None, frozenset({"agent"}))
    assert allow(DEFAULT, Act.WORK, token, record())
    assert visible_scope(DEFAULT, token) == "all"
    assert visible_scope(DEFAULT, Actor("token", None)) == "none"
    assert not allow(DEFAULT, Act.READ, Actor("token", None), record(created_by=None, owner=None))


def test_lists_never_show_what_may_not_be_read() -> None:
    """Whatever the roles and scopes: a record outside of the visible scope cannot be read."""
    for scope, role, teams in product(("all", "team", "own"), ("agent", "staff"), ((), ("t",))):
        access = Access(acts={Act.READ: frozenset({"agent"})}, scope={"agent": scope})
        actor = user("li", role, teams=teams)
        for owner, team in product(("li", "wang"), ("t", "u", None)):
            one = record(owner=owner, team=team)
            wide = visible_scope(access, actor)
            own = is_own(actor, one)
            shown = wide == "all" or own or (wide == "team" and team in teams)
            assert shown is allow(access, Act.READ, actor, one)
