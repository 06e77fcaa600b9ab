from __future__ import annotations

from dataclasses import replace

import pytest

from sopwith.core.events import Actor
from sopwith.core.record import Category
from sopwith.core.span import NOWHERE
from sopwith.expressions import NUMBER, TEXT, Schema, compile_expression
from sopwith.store import audit
from sopwith.store.customers import (
    Customer,
    Organisation,
    add_customer,
    add_organisation,
    clean_phone,
    facts_of,
    find_customers,
    find_or_create,
    save_customer,
)
from sopwith.store.directory import StoreDirectory
from sopwith.store.engine import Database
from sopwith.store.idempotency import Verdict, begin_request, keep_answer, release_key
from sopwith.store.people import (
    Membership,
    StaleRowError,
    User,
    add_user,
    password_hash_of,
    put_members,
    save_user,
    user,
    user_by_email,
    user_by_login,
)
from sopwith.store.records import append
from sopwith.store.sessions import (
    attempts_since,
    close_sessions,
    find_session,
    forget_attempts,
    note_attempt,
    open_session,
    sessions_of,
)
from sopwith.store.tokens import (
    add_token,
    find_link,
    find_token,
    make_link,
    revoke_token,
    use_link,
)
from tests.support.samples import NOW, created, later

LIN = User(id="lin", login=" Lin ", name="Lin", email="Lin@x.test", roles=frozenset({"agent"}))


def add_team(database: Database) -> None:
    with database.writing() as connection:
        for name in ("lin", "wei", "zoe"):
            add_user(connection, replace(LIN, id=name, login=name, away=name == "wei"), NOW)
        add_user(connection, replace(LIN, id="gone", login="gone", active=False), NOW)
        members = [
            Membership(team="t1", user_id="zoe", on_call=1),
            Membership(team="t1", user_id="wei", on_call=0),
            Membership(team="t1", user_id="lin", on_call=2, is_lead=True),
            Membership(team="t1", user_id="gone", on_call=3),
        ]
        put_members(connection, "t1", members)


def test_an_account_is_found_by_login_and_email_whatever_the_case(database: Database) -> None:
    with database.writing() as connection:
        add_user(connection, LIN, NOW, "hash")
        assert user_by_login(connection, "LIN ") == replace(LIN, login="lin")
        assert user_by_email(connection, "lin@X.test") == replace(LIN, login="lin")
        assert password_hash_of(connection, "Lin") == ("lin", "hash")
        assert user(connection, "nobody") is None


def test_two_admins_do_not_overwrite_each_other(database: Database) -> None:
    with database.writing() as connection:
        add_user(connection, LIN, NOW)
        save_user(connection, replace(LIN, name="One"))
        with pytest.raises(StaleRowError):
            save_user(connection, replace(LIN, name="Two"))
        customer = find_or_create(connection, Customer(id="c1", name="A"), NOW)
        save_customer(connection, replace(customer, tier="vip"))
        with pytest.raises(StaleRowError):
            save_customer(connection, replace(customer, tier="gold"))


def test_a_disabled_account_cannot_sign_in(database: Database) -> None:
    with database.writing() as connection:
        add_user(connection, replace(LIN, active=False), NOW, "hash")
        assert password_hash_of(connection, "lin") is None


def test_the_same_contact_is_the_same_customer(database: Database) -> None:
    with database.writing() as connection:
        first = find_or_create(connection, Customer(id="c1", name="A", email=" A@X.test"), NOW)
        again = find_or_create(connection, Customer(id="c2", name="B", email="a@x.TEST"), NOW)
        caller = find_or_create(connection, Customer(id="c3", name="C", phone="+86 10-1"), NOW)
        ringing = find_or_create(connection, Customer(id="c4", name="D", phone="+86101"), NOW)
        assert (first.id, again.id) == ("c1", "c1")
        assert (caller.id, ringing.id) == ("c3", "c3")
        assert [one.id for one in find_customers(connection, "a")] == ["c1"]
        assert find_customers(connection, "%") == []


@pytest.mark.parametrize("window", [20_000, 0], ids=["few customers", "very many"])
def test_customers_are_found_by_how_name_email_or_phone_begins(
    database: Database, window: int
) -> None:
    with database.writing() as connection:
        for at in range(30):
            name, phone = f"Wang {at:02}", f"+86138{at:02}"
            one = Customer(id=f"w{at:02}", name=name, email=f"z{at}@x.test", phone=phone)
            add_customer(connection, one, NOW)
        for key, name in (("li", "李 Yue"), ("low", "wang zhi"), ("max", "Max Wang")):
            add_customer(connection, Customer(id=key, name=name), NOW)

        def found(words: str) -> list[str]:
            return [one.id for one in find_customers(connection, words, 5, window=window)]

        assert found("wang 1") == found("WANG 1") == [f"w1{at}" for at in range(5)]
        assert found("wang z") == ["low"]
        assert found("李") == ["li"]
        assert found("Z29@x") == ["w29"]
        assert found("+8613807") == ["w07"]
        assert found("zhi") == []


@pytest.mark.parametrize(
    ("given", "kept"),
    [("+86 (10) 12-3", "+8610123"), (" 010 1", "0101"), ("", None), (None, None), ("x", None)],
)
def test_phones_are_kept_as_digits(given: str | None, kept: str | None) -> None:
    assert clean_phone(given) == kept


def test_facts_of_a_customer_take_the_organisation_in(database: Database) -> None:
    with database.writing() as connection:
        facts = {"region": "north", "seats": 5}
        add_organisation(
            connection,
            Organisation(id="o", name="Acme", domain="X.test", tier="gold", facts=facts),
            NOW,
        )
        customer = Customer(id="c1", name="A", organisation_id="o", facts={"seats": 7})
        find_or_create(connection, customer, NOW)
        found = facts_of(connection, "c1")
        assert found is not None
        assert (found["tier"], found["organisation"]) == ("gold", "Acme")
        assert (found["region"], found["seats"]) == ("north", 7)
        assert facts_of(connection, "c9") is None


def test_the_directory_knows_teams_duty_and_load(database: Database) -> None:
    add_team(database)
    with database.writing() as connection:
        for number, owner in enumerate(("lin", "lin", "zoe"), 1):
            append(connection, created(number, owner=owner))
        append(connection, created(4, owner="lin", category=Category.CLOSED))
    with database.reading() as connection:
        directory = StoreDirectory(connection, NOW)
        assert [(p.id, p.load, p.present) for p in directory.members("t1")] == [
            ("lin", 2, True),
            ("wei", 0, False),
            ("zoe", 1, True),
        ]
        assert [p.id for p in directory.on_call("t1", NOW)] == ["zoe", "lin"]
        lead = directory.lead("t1")
        assert lead is not None
        assert (lead.id, lead.teams) == ("lin", frozenset({"t1"}))
        assert directory.person("gone") is None
        assert [p.id for p in directory.with_role("agent")] == ["lin", "wei", "zoe"]
        assert directory.members("none") == ()


def test_the_directory_counts_like_records(database: Database) -> None:
    kinds = [("bug", 1), ("bug", 5), ("ask", 5), (None, 9)]
    with database.writing() as connection:
        find_or_create(connection, Customer(id="c1", name="A"), NOW)
        for number, (kind, size) in enumerate(kinds, 1):
            values = {"size": size} | ({"kind": kind} if kind else {})
            append(connection, created(number, values=values, customer_id="c1", owner="lin"))
        append(connection, created(9, created_at=later(days=-9), values={"kind": "bug"}))
    schema = Schema({"size": NUMBER, "kind": TEXT})
    large, findings = compile_expression("size > 3", schema, NOWHERE)
    assert not findings
    by_pattern, findings = compile_expression('matches(kind, "b.g")', schema, NOWHERE)
    assert not findings, "this one has no SQL"
    with database.reading() as connection:
        directory = StoreDirectory(connection, NOW)

        def count(condition: object = None, **same: object) -> int:
            return directory.count_records("ticket", later(days=-1), same, condition)

        assert count() == 4
        assert count(kind="bug") == 2
        assert count(kind="bug", size=5) == 1
        assert count(kind=None) == 1
        assert count(customer_id="c1", kind="ask") == 1
        assert count(customer_id="c2") == 0
        assert count(large) == 3
        assert count(by_pattern) == 2
        assert count(large, kind="bug") == 1
        assert directory.last_agent("c1", later(days=-1)) == "lin"
        assert directory.last_agent("c1", later(days=1)) is None


def test_a_session_is_found_by_its_secret_until_it_ends(database: Database) -> None:
    with database.writing() as connection:
        add_user(connection, LIN, NOW)
        open_session(connection, "s1", now=NOW, expires_at=later(hours=1), user_id="lin")
        open_session(connection, "s2", now=NOW, expires_at=later(hours=9), user_id="lin")
        assert find_session(connection, "s1", NOW) is not None
        assert find_session(connection, "s1", later(hours=1)) is None
        for wrong in ("", "S1", "s", "s1 ", "\ud800"):
            assert find_session(connection, wrong, NOW) is None
        kept = sessions_of(connection, NOW, user_id="lin")[0].id
        assert close_sessions(connection, NOW, user_id="lin", keep=kept) == 1
        assert [one.id for one in sessions_of(connection, NOW, user_id="lin")] == [kept]
        with pytest.raises(ValueError, match="either"):
            open_session(connection, "s3", now=NOW, expires_at=NOW)


def test_a_link_works_for_its_purpose_and_once(database: Database) -> None:
    with database.writing() as connection:
        add_user(connection, LIN, NOW)
        make_link(
            connection, "k", "reset", now=NOW, expires_at=later(hours=1), user_id="lin", detail="d"
        )
        found = find_link(connection, "k", "reset", NOW)
        assert found is not None
        assert (found.user_id, found.detail) == ("lin", "d")
        assert find_link(connection, "k", "invite", NOW) is None
        assert not use_link(connection, "k", "invite", NOW)
        assert use_link(connection, "k", "reset", NOW)
        assert not use_link(connection, "k", "reset", NOW)
        assert not use_link(connection, "k", "reset", later(hours=2))


def test_a_token_works_until_it_is_revoked(database: Database) -> None:
    with database.writing() as connection:
        add_user(connection, LIN, NOW)
        scopes = frozenset({"records:write", "records:read"})
        add_token(connection, "k", token_id="t", name="CI", scopes=scopes, user_id="lin", now=NOW)
        found = find_token(connection, "k", NOW)
        assert found is not None
        assert found.scopes == scopes
        assert revoke_token(connection, "t", NOW)
        assert find_token(connection, "k", NOW) is None


def test_tries_are_counted_within_a_window(database: Database) -> None:
    with database.writing() as connection:
        for minute in range(3):
            note_attempt(connection, "login:lin", later(minutes=minute))
        assert attempts_since(connection, "login:lin", NOW) == 2
        assert attempts_since(connection, "login:wei", NOW) == 0
        forget_attempts(connection, "login:lin")
        assert attempts_since(connection, "login:lin", later(days=-1)) == 0


def test_the_same_request_gets_the_same_answer(database: Database) -> None:
    with database.writing() as connection:
        assert begin_request(connection, "lin", "k", "f", NOW).verdict is Verdict.NEW
        assert begin_request(connection, "lin", "k", "f", NOW).verdict is Verdict.IN_FLIGHT
        assert begin_request(connection, "wei", "k", "f", NOW).verdict is Verdict.NEW
        keep_answer(connection, "lin", "k", 201, "{}")
        again = begin_request(connection, "lin", "k", "f", NOW)
        assert (again.verdict, again.code, again.body) == (Verdict.DONE, 201, "{}")
        assert begin_request(connection, "lin", "k", "g", NOW).verdict is Verdict.OTHER
        release_key(connection, "wei", "k")
        assert begin_request(connection, "wei", "k", "g", NOW).verdict is Verdict.NEW


def test_the_audit_log_is_chained(database: Database) -> None:
    with database.writing() as connection:
        for number in range(3):
            body = {"number": number, "name": "发布"}
            audit.note(connection, Actor("user", "lin"), "release.publish", "r1", NOW, body)
    with database.reading() as connection:
        assert [one.seq for one in audit.entries(connection, limit=2)] == [3, 2]
        assert audit.entries(connection, before=2)[0].body == {"number": 0, "name": "发布"}
        assert audit.first_broken(connection) is None
    with database.write.connect() as connection:
        if database.is_sqlite:
            connection.exec_driver_sql("DROP TRIGGER tr_audit_update")
        else:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        connection.exec_driver_sql("UPDATE audit SET actor_id = 'wei' WHERE seq = 2")
        assert audit.first_broken(connection) == 2
        connection.rollback()
