"""Who works right now, where somebody is chosen at the desk."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Flask

from sopwith.calendars import Calendar
from sopwith.definitions import read_text
from sopwith.release.model import Release
from sopwith.rules.parse import parse_team
from sopwith.store.people import User
from sopwith.web.desk.colleagues import Colleagues
from sopwith.web.desk.duty import shift_words
from sopwith.web.languages import zone_info

TEAM = """kind: team
id: desk
title: {en: X, zh-CN: X}
calendar: office
shifts:
  - {id: day, title: {en: Day, zh-CN: 白班}, week: {mon-fri: ["09:00-18:00"]}, people: [lin, kim]}
  - {id: late, title: {en: Late, zh-CN: 晚班}, week: {mon-fri: ["12:00-20:00"]}, people: [kim]}
  - {id: night, title: {en: Night, zh-CN: 夜班}, week: {mon-fri: ["22:00-06:00"]}, people: [max]}
"""
AT = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)


def user(name: str, *, away: bool = False) -> User:
    return User(id=f"id-{name}", login=name, name=name.title(), email=f"{name}@x.test", away=away)


def release() -> Release:
    team, found = parse_team(read_text(TEAM, "t.yaml")[0][0], {"office": Calendar(id="office")})
    assert team is not None, found
    return Release(hash="x", teams={"desk": team})


def test_each_is_said_to_be_on_shift_until_when_or_not(app: Flask) -> None:
    people = [user("lin"), user("kim"), user("max"), user("ada")]
    with app.test_request_context("/"):
        clocks = [datetime(2026, 11, 20, hour, tzinfo=UTC).astimezone(zone_info()) for hour in (18, 20)]  # fmt: skip
        assert shift_words(release().teams, people, AT) == {
            "id-lin": f"on shift until {clocks[0]:%H:%M}",
            "id-kim": f"on shift until {clocks[1]:%H:%M}",
            "id-max": "not on shift",
        }


def test_who_is_on_shift_stands_before_who_is_not_and_who_is_away_last(app: Flask) -> None:
    people = [user("max"), user("ada"), user("lin"), user("aaron", away=True)]
    with app.test_request_context("/"):
        known = Colleagues(release(), {one.id: one for one in people}).assignable(AT)
        assert [one.name for one, _ in known] == ["Ada", "Lin", "Max", "Aaron"]
        assert [words for _, words in known][2:] == ["not on shift", "away"]
