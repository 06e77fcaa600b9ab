"""An installation full of words that must not get out, and the people who look at it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from sopwith.core import commands as c
from sopwith.core.commands import NewMessage
from sopwith.core.events import SYSTEM, Actor
from sopwith.runtime.drafting import open_draft
from sopwith.runtime.health_check import Report
from sopwith.store.files import Attachment, add_file, tie_files
from sopwith.store.installation import Heartbeat, beat
from sopwith.store.people import user
from sopwith.store.tables import METADATA
from sopwith.store.traffic import CaughtMail, Inbound, NewNotice, catch_mail, keep_inbound, tell
from sopwith.web.app import create_app
from sopwith.web.settings import WebSettings
from sopwith.wiring.checkup import check_up
from sopwith.wiring.settings import Settings
from tests.integration.web.conftest import Browser, settings_for
from tests.support.desk import make_desk_template, repair
from tests.support.shop import NOW, Shop, open_shop

PEOPLE = {
    "anonymous": "",
    "customer": "ann@example.test",
    "stranger": "bob@example.test",
    "staff": "sam",
    "agent": "lin",
    "lead": "lea",
    "manager": "max",
    "admin": "ada",
}
"""Everybody who looks, by what they are, with what they sign in by."""
CUSTOMERS = ("anonymous", "customer", "stranger")

NOTE, FIELD, FILE, TAG = "canarynote", "canaryfield", "canaryfile", "canarytag"
DECISION, INBOX, CAUGHT = "canarydecision", "canaryinbox", "canarycaught"
STAFF_MAIL = "@firm.test"
INTERNAL = (NOTE, FIELD, FILE, TAG, DECISION, INBOX, CAUGHT, STAFF_MAIL)
"""What no customer may ever read."""
OF_ANN, OF_BOB = "canaryann", "canarybob"
"""What no other customer may ever read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is in the house, by name."""

    records: dict[str, str]
    files: dict[str, str]
    links: dict[str, str]
    draft: str


@dataclass(slots=True, kw_only=True)
class House:
    """One copy of the house."""

    shop: Shop
    facts: Facts
    app: Flask
    browsers: dict[str, Browser] = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)

    def browser(self, person: str) -> Browser:
        """Return the browser of *person*, signed in, with a form token."""
        if person not in self.browsers:
            made = Browser(self.app)
            if PEOPLE[person]:
                made.sign_in(PEOPLE[person])
            made.get("/account" if PEOPLE[person] else "/sign-in")
            self.browsers[person] = made
        return self.browsers[person]

    def app_with(self, **settings: object) -> Flask:
        """Return another application on the same database."""
        return create_app(self.shop.service, self.settings(**settings))

    def settings(self, **more: object) -> WebSettings:
        """Return the settings of the tests with *more*."""
        return settings_for(self.shop, **more)


def make_house(folder: Path) -> tuple[Path, Facts]:
    """Return a folder with a database and files, and what is in them; nothing is open any more."""
    template = make_desk_template(folder)
    home = folder / "house"
    home.mkdir()
    with open_shop(template, home) as shop:
        records = _records(shop)
        files = _files(shop, records)
        _work(shop, records)
        _traffic(shop, records)
        links = _links(shop, records)
        draft = open_draft(shop.service, title=f"{INTERNAL} draft", author="ada").id
    return home, Facts(records=records, files=files, links=links, draft=draft)


def _said(shop: Shop, text: str) -> NewMessage:
    return shop.service.message(text)


def _records(shop: Shop) -> dict[str, str]:
    made = {
        "ann": shop.wish("ann", description=f"{OF_ANN} lost a parcel"),
        "bob": shop.wish("bob", description=f"{OF_BOB} lost a key"),
        "solved": shop.wish("ann", description=f"{OF_ANN} is content"),
        "checked": repair(shop, f"{OF_ANN} smoke"),
        "fixed": repair(shop, f"{OF_ANN} lamp"),
        "asked": repair(shop, f"{OF_ANN} chair"),
    }
    staff = Actor("user", "sam", frozenset({"staff"}), frozenset(), "Sam Yue")
    outcome = shop.service.create(
        type="errand", values={"description": f"{FIELD} errand"}, actor=staff
    )
    assert outcome.record_id is not None, outcome.problems
    return made | {"errand": outcome.record_id}


def _files(shop: Shop, records: dict[str, str]) -> dict[str, str]:
    """Keep one public and one internal file of ann's record, and a public one of bob's."""
    (shop.data / "files").mkdir()
    wanted = {
        "public": ("ann", "public", OF_ANN),
        "internal": ("ann", "internal", FILE),
        "bob": ("bob", "public", OF_BOB),
        "loose": (None, "internal", FILE),
    }
    with shop.database.writing() as connection:
        for name, (record, visibility, word) in wanted.items():
            content = f"{word} in a file".encode()
            stored = (name * 10)[:40]
            (shop.data / "files" / stored).write_bytes(content)
            kept = Attachment(
                id=f"file-{name}",
                stored_name=stored,
                sha256="0" * 64,
                size=len(content),
                type="text/plain",
                name=f"{word}.txt",
                uploaded_by="user:max",
                visibility=visibility,
                created_at=NOW,
            )
            add_file(connection, kept)
            if record:
                tie_files(connection, records[record], [kept.id], "user:max")
    return {name: f"file-{name}" for name in wanted}


def _work(shop: Shop, records: dict[str, str]) -> None:
    lin = replace(shop.agent(), roles=frozenset({"agent", "lead", "admin"}))
    for record in (records["ann"], records["checked"]):
        shop.do(
            c.Comment(actor=lin, message=_said(shop, f"{NOTE} of the counter"), public=False),
            record,
        )
        shop.do(c.Comment(actor=lin, message=_said(shop, "We look at it."), public=True), record)
        shop.do(c.Tag(actor=lin, add=(TAG,)), record)
        shop.do(c.Assign(actor=lin, owner="lin"), record)
    form = "wish-form"
    shop.do(
        c.Submit(actor=lin, form=form, values={"staff_only": FIELD}, partial=True), records["ann"]
    )
    for state in ("working", "resolved"):
        shop.do(c.Transition(actor=lin, to=state), records["solved"])
    shop.do(c.AskSurvey(actor=SYSTEM, survey="csat", key="once"), records["solved"])
    for name in ("fixed", "asked"):
        shop.do(c.Check(actor=lin, item="unplugged", done=True), records[name])
    checked = {"severity": "fair", "can_fix": True}
    shop.do(c.Transition(actor=lin, to="fix", values=checked), records["fixed"])
    why = _said(shop, f"{DECISION} too old")
    replaced = checked | {"can_fix": False, "new_price": 80}
    shop.do(c.Transition(actor=lin, to="replace", values=replaced, note=why), records["asked"])


def _traffic(shop: Shop, records: dict[str, str]) -> None:
    with shop.database.writing() as connection:
        mail = CaughtMail(
            key="caught",
            record_id=records["ann"],
            sender="support@desk.test",
            recipients=["ann@example.test"],
            subject=f"{CAUGHT} subject",
            text=f"{CAUGHT} text",
            html=f"<p>{CAUGHT} html</p>",
            headers={"X-Loop": "desk.test"},
            created_at=NOW,
        )
        catch_mail(connection, mail)
        came = Inbound(
            source="mail", ext_id="m1", received_at=NOW, raw=INBOX.encode(), state="failed"
        )
        keep_inbound(connection, came)
        notice = NewNotice(
            key="n1",
            user_id="lin",
            record_id=records["ann"],
            kind="assigned",
            text_en=f"{NOTE} notice",
            text_zh=f"{NOTE} 通知",
            created_at=NOW,
        )
        tell(connection, [notice])
        assert user(connection, "lin") is not None


def _links(shop: Shop, records: dict[str, str]) -> dict[str, str]:
    links = shop.service.links
    return {
        "portal": links.portal_token(records["ann"]),
        "solved": links.portal_token(records["solved"]),
        "bob": links.portal_token(records["bob"]),
        "survey": links.survey_token(records["solved"], "once"),
    }


@contextmanager
def open_house(home: Path, facts: Facts, folder: Path) -> Iterator[House]:
    """Open a copy of the house in *folder*."""
    shutil.copytree(home / "files", folder / "files")
    with open_shop(home / "sopwith.db", folder) as shop:
        _worked_on(shop)

        def look() -> Report:
            return check_up(Settings(data=shop.data), shop.service, "")

        app = create_app(shop.service, settings_for(shop, checkup=look))
        yield House(shop=shop, facts=facts, app=app)


UNWATCHED = frozenset({"attempt"})
JUST_SEEN = ("last_seen_at", "last_used_at")


def _worked_on(shop: Shop) -> None:
    """Let a dispatcher have given a sign of life, as where work is done."""
    sign = Heartbeat(node="here:1", kind="dispatcher", at=shop.clock.now(), version="", detail={})
    with shop.database.writing() as connection:
        beat(connection, sign)


def rows(house: House) -> dict[str, list[str]]:
    """Return all rows of all tables, without what only notes that somebody was there."""
    found = {}
    with house.shop.database.reading() as connection:
        for table in METADATA.sorted_tables:
            if table.name not in UNWATCHED:
                columns = [one for one in table.columns if one.name not in JUST_SEEN]
                found[table.name] = sorted(map(repr, connection.execute(select(*columns)).all()))
    return found
