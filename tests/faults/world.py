"""The installation that is hurt: a small process in which each ticket leads to every kind of work."""

from __future__ import annotations

from collections.abc import Mapping

from sopwith.runtime.clock import RandomIds, SystemClock
from sopwith.runtime.links import Links
from sopwith.runtime.publishing import publish
from sopwith.runtime.releases import Releases
from sopwith.runtime.service import Service
from sopwith.store.engine import Database, open_database
from sopwith.store.people import Membership, User, add_user, put_members
from sopwith.store.schema import upgrade
from sopwith.store.tokens import SCOPES, add_token
from tests.support import small_process

SECRET = "secret-of-the-token-of-kim-xxxxxxxxxxxx"
OWNER = "lin"
CALLER = "kim"
"""Whose token the clients have; not the owner, for who does something is not told of it."""
EVENT = "ticket.created"
SWEPT = "swept"
PARENT = "parent"
"""The tag by which a rule opens one more record, titled CHILD."""
CHILD = "Child"
NAGGED = "nagged"

_MORE = """kind: message_template
id: answered
record_type: ticket
audience: customer
subject: {en: "[{{ number }}] answered", zh-CN: "[{{ number }}] 已答复"}
body: {en: "We wrote to you.", zh-CN: 我们已答复。}
---
kind: view
id: nagged
title: {en: X, zh-CN: X}
record_type: ticket
when: '"nagged" in tags and category == "open"'
columns: [number, title]
---
kind: rule
id: tell-customer
title: {en: X, zh-CN: X}
record_type: ticket
on: comment:agent
then:
  - notify: {to: [customer], template: answered, channel: mail}
"""


def definitions(hook: str, *, nag: str = "2s", note: str = "") -> Mapping[str, str]:
    """Return the files of a release that calls *hook*. note: makes the release another one."""
    found = dict(small_process.files(webhook=hook, nag=nag))
    found["small/more.yaml"] = _MORE
    if note:
        found["small/more.yaml"] += f"---\nkind: team\nid: {note}\ntitle: {{en: X, zh-CN: X}}\n"
    return found


def flow_only(first: str) -> Mapping[str, str]:
    """Return the files of a release whose tickets lead to no mail, call or timer. first: the id of their first state."""
    found = dict(small_process.files())
    parts = [
        one for one in found["small/all.yaml"].split("---\n") if not one.startswith("kind: rule")
    ]
    text = "---\n".join(parts).replace("acknowledge: received\n", "")
    for before, after in (
        ("start: received", f"start: {first}"),
        ("  received:\n", f"  {first}:\n"),
    ):
        text = text.replace(before, after)
    found["small/all.yaml"] = text
    return found


def service_on(database: Database) -> Service:
    """Return a service of this process on *database*, for what a test itself does there."""
    return Service(
        database=database,
        releases=Releases(database),
        clock=SystemClock(),
        ids=RandomIds(),
        links=Links("https://ours.test", b"k" * 32),
    )


def found_installation(url: str, hook: str, *, nag: str = "2s") -> None:
    """Make all tables, publish the definitions, and add two colleagues, one with a token."""
    database = open_database(url)
    try:
        upgrade(database)
        service = service_on(database)
        release, found = publish(service, definitions(hook, nag=nag), author=None, note="")
        if release is None:
            raise ValueError([one.render("en") for one in found])
        _add_people(service)
    finally:
        database.close()


def _add_people(service: Service) -> None:
    now = service.clock.now()
    lin = User(id=OWNER, login=OWNER, name="Lin", email="lin@ours.test")
    kim = User(
        id=CALLER,
        login=CALLER,
        name="Kim",
        email="kim@ours.test",
        roles=frozenset({"agent", "admin"}),
    )
    with service.database.writing() as connection:
        add_user(connection, lin, now)
        add_user(connection, kim, now)
        put_members(connection, "desk", [Membership(team="desk", user_id=OWNER)])
        add_token(
            connection,
            SECRET,
            token_id="t1",
            name="faults",
            scopes=frozenset(SCOPES),
            user_id=CALLER,
            now=now,
        )
