"""The base calendars, the schema of the kind, and the guide to its diagnostics."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from sopwith.calendars import Calendar, WorkingTime, parse_calendar
from sopwith.core.messages import MESSAGES
from sopwith.core.span import Span
from sopwith.definitions import Document, read_text, schema_findings, schema_for

from .calendar_samples import NINE_TO_SIX, at, china

ROOT = Path(__file__).resolve().parents[3]
BASE = ROOT / "catalog/sop-templates/base/calendars.yaml"
GUIDE = (ROOT / "docs/diagnostics/CAL.md").read_text("utf-8")
SCHEMA = schema_for("calendar") or {}
CODES = sorted(code for code in MESSAGES if code.startswith("CAL"))


def codes_of(value: dict[str, Any]) -> list[str]:
    return [item.code for item in parse_calendar(value, lambda path: Span("doc"))[1]]


def load(text: str) -> list[dict[str, Any]]:
    return [document.value for document in documents(text)]


def documents(text: str) -> tuple[Document, ...]:
    found, problems = read_text(text, "office.yaml")
    assert not problems
    return found


def places_of(text: str) -> list[str]:
    """Return place and code of every finding, read the way the product reads."""
    (document,) = documents(text)
    node = document.node

    def key_span(path: tuple[str | int, ...]) -> Span:
        return (node.at(path) or node).where

    found = parse_calendar(node.value, node.span_of, key_span)[1]
    return [f"{item.span.line}:{item.span.column} {item.code}" for item in found]


@pytest.fixture(scope="module")
def shipped() -> dict[str, Calendar]:
    found = {}
    for value in load(BASE.read_text("utf-8")):
        calendar, findings = parse_calendar(value, lambda path: Span("base"))
        assert not findings
        assert calendar is not None
        found[calendar.id] = calendar
    return found


def test_the_base_calendars_read_without_findings(shipped: dict[str, Calendar]) -> None:
    assert list(shipped) == ["always", "cn-office", "cn-daily", "office-local"]
    assert all(calendar.title.en and calendar.title.zh for calendar in shipped.values())


def test_the_china_calendar_holds_the_published_days(shipped: dict[str, Calendar]) -> None:
    calendar, expected = shipped["cn-office"], china(NINE_TO_SIX)
    assert calendar.week == expected.week
    assert calendar.holidays == expected.holidays
    assert calendar.working_days == expected.working_days
    assert calendar.known_until == expected.known_until
    assert all(day in calendar.titles for day in calendar.holidays)


def test_the_other_base_calendars(shipped: dict[str, Calendar]) -> None:
    week = at("2026-03-02"), at("2026-03-09")
    assert WorkingTime(shipped["always"]).between(*week) == 7 * 86_400
    assert WorkingTime(shipped["cn-daily"]).between(*week) == 7 * 12 * 3600
    assert WorkingTime(shipped["office-local"]).between(*week) == 5 * 8 * 3600
    opening = WorkingTime(shipped["office-local"]).next_opening(week[0])
    assert opening == at("2026-03-02 17:00")
    assert opening - week[0] == timedelta(hours=17)


def test_the_schema_takes_the_base_calendars() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    for value in load(BASE.read_text("utf-8")):
        Draft202012Validator(SCHEMA).validate(value)


@pytest.mark.parametrize(
    "more",
    [
        {"weeks": {}},
        {"zone": 7},
        {"week": {"mon": ["9am"]}},
        {"holidays": ["10-01"]},
        {"working_days": [{"date": "2026-01-04", "windows": []}]},
        {"exceptions": [{"date": "2026-01-04"}]},
        {"known_until": "2026"},
        {"country": ["CN"]},
        {"week": None},
        {"id": "A B"},
        {"title": ["X"]},
    ],
)
def test_what_the_schema_refuses_the_parser_refuses_too(more: dict[str, Any]) -> None:
    good = {"kind": "calendar", "id": "x", "title": {"en": "X", "zh-CN": "某"}, "zone": "UTC"}
    good = good | {"week": {"mon": ["09:00-18:00"]}}
    schema = Draft202012Validator(SCHEMA)
    schema.validate(good)
    assert not codes_of(good)
    assert not schema.is_valid(good | more)
    assert codes_of(good | more)


def test_findings_stand_at_the_key_or_value_that_is_wrong() -> None:
    text = """\
kind: calendar
id: office
title: {en: Office, zh-CN: 办公}
zone: Asia/Beijing
week:
  mon-fri: ["09:00-18:00", "17:00-20:00"]
  satt: []
hollidays: []
working_days:
  - {date: "2026-02-14", windows: ["9-12"], titel: {en: S, zh-CN: 调}}
"""
    assert places_of(text) == [
        "4:7 CAL001", "6:28 CAL006", "7:3 CAL002", "8:1 DEF004", "10:36 CAL004", "10:45 DEF004"
    ]  # fmt: skip


def test_schema_and_parser_say_the_same_of_one_place() -> None:
    (document,) = documents(
        'kind: calendar\nid: o\ntitle: {en: O, zh-CN: 办}\nzone: UTC\nweek: {mon: ["9am"]}\n'
        'known_until: "2026"\nexceptions: [{date: 11-11, windows: []}]\nworking_days: '
        '[{date: "2026-02-14", windows: []}]\n'
    )
    by_schema = [(item.span, item.code) for item in schema_findings(document)]
    by_parser = [
        (item.span, item.code) for item in parse_calendar(document.value, document.node.span_of)[1]
    ]
    codes = ["CAL004", "CAL008", "CAL008", "CAL020"]
    assert [code for _, code in by_schema] == [code for _, code in by_parser] == codes
    assert by_schema[:3] == by_parser[:3]


def test_every_code_has_a_section_and_both_languages() -> None:
    assert re.findall(r"^## (\w+)$", GUIDE, re.MULTILINE) == CODES
    for code in CODES:
        assert MESSAGES[code].en != MESSAGES[code].zh
        assert re.search(r"[\u4e00-\u9fff]", MESSAGES[code].zh)


@pytest.mark.parametrize("code", CODES)
def test_the_examples_of_the_guide_show_what_they_say(code: str) -> None:
    section = GUIDE.split(f"## {code}\n")[1].split("\n## ")[0]
    wrong, right = re.findall(r"```yaml\n(.*?)```", section, re.DOTALL)
    assert codes_of(load(wrong)[0]) == [code]
    assert codes_of(load(right)[0]) == []
