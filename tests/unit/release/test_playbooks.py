"""Playbooks: what their documents say, for which records they are, and what is wrong with them."""

from __future__ import annotations

import pytest

from sopwith.core.diagnostics import Diagnostic
from sopwith.core.text import Text
from sopwith.definitions import read_text
from sopwith.definitions.references import References
from sopwith.expressions import TEXT, Context, Schema
from sopwith.messages.model import Template
from sopwith.release.playbooks import Playbook, check_playbook, is_https, parse_playbook

HEAD = """\
kind: playbook
id: printer
title: {en: Printer, zh-CN: 打印机}
record_type: ticket
"""
SCHEMA = Schema({"topic": TEXT, "number": TEXT})
STEP = "steps: [{id: paper, title: {en: Paper, zh-CN: 纸}, help: {en: Look., zh-CN: 看。}}]\n"
REPLY = "{id: a, title: {en: A, zh-CN: 甲}, text: {en: 'Hello {{ number }}', zh-CN: '{{ number }} 您好'}}"


def parsed(text: str) -> tuple[Playbook | None, tuple[Diagnostic, ...]]:
    return parse_playbook(read_text(HEAD + text, "one.yaml")[0][0], SCHEMA)


def made(text: str) -> Playbook:
    found, problems = parsed(text)
    assert found is not None and not problems, [one.render("en") for one in problems]
    return found


def test_everything_is_read() -> None:
    found = made(f"""\
when: topic == "printer"
{STEP}replies: [{REPLY}, {{id: b, template: received}}]
articles:
  - {{title: {{en: Codes, zh-CN: 代码}}, link: "https://help.example.com/codes?a=1#b"}}
  - {{title: {{en: Ink, zh-CN: 墨}}, text: {{en: Black., zh-CN: 黑色。}}}}
""")
    assert [(one.id, one.title.en, one.help.zh) for one in found.steps] == [
        ("paper", "Paper", "看。")
    ]
    own = found.replies[0].own
    assert own is not None and set(own.parsed) == {"en", "zh-CN"}
    assert (found.replies[1].own, found.replies[1].template) == (None, "received")
    assert [bool(one.link) for one in found.articles] == [True, False]


@pytest.mark.parametrize(
    ("record_type", "topic", "fits"),
    [("ticket", "printer", True), ("ticket", "screen", False), ("wish", "printer", False)],
)
def test_it_is_for_the_records_that_it_names(record_type: str, topic: str, fits: bool) -> None:
    found = made(f'when: topic == "printer"\n{STEP}')
    assert found.applies(record_type, {"topic": topic}, Context()) is fits
    assert made(STEP).applies("ticket", {}, Context())


def test_one_for_any_type_is_for_all() -> None:
    text = (HEAD + STEP).replace("record_type: ticket", "record_type: any")
    found, _ = parse_playbook(read_text(text, "one.yaml")[0][0], SCHEMA)
    assert found is not None and found.applies("wish", {}, Context())


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (STEP.replace("}]", "}, {id: paper, title: {en: B, zh-CN: 乙}}]"), "PBK001"),
        (f"replies: [{REPLY}, {REPLY}]\n", "PBK001"),
        ("replies: [{id: a, title: {en: A, zh-CN: 甲}}]\n", "PBK002"),
        (f"replies: [{REPLY[:-1]}, template: x}}]\n", "PBK002"),
        ("replies: [{id: a, text: {en: A, zh-CN: 甲}}]\n", "PBK007"),
        ("articles: [{title: {en: A, zh-CN: 甲}}]\n", "PBK003"),
        ("articles: [{title: {en: A, zh-CN: 甲}, link: 'http://a.example'}]\n", "PBK004"),
        ("articles: [{title: {en: A, zh-CN: 甲}, link: 'javascript:alert(1)'}]\n", "PBK004"),
        ("", "PBK006"),
        ("replies: [{id: a, title: {en: A, zh-CN: 甲}, text: {en: '{{ numbr }}', zh-CN: 甲}}]\n", "MSG004"),
        (f"when: topik == 'a'\n{STEP}", "EXP"),
        (f"{STEP}colour: red\n", "DEF004"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(text: str, code: str) -> None:
    found = [one.code for one in parsed(text)[1]]
    assert any(one.startswith(code) for one in found), found


def test_templates_must_be_there_and_for_customers() -> None:
    found = made(
        "replies: [{id: a, template: received}, {id: b, template: gone}, {id: c, template: inner}]\n"
    )
    inner = Template(
        id="inner",
        title=Text("I", "内"),
        record_type="any",
        subject=Text("I", "内"),
        body=Text("I", "内"),
        audience="agent",
    )
    references = References(ids={"message_template": frozenset({"received", "inner"})})
    codes = [one.code for one in check_playbook(found, references, {"inner": inner})]
    assert codes == ["REL004", "PBK005"]


def test_a_reply_shows_no_note_of_colleagues() -> None:
    found = made(
        "replies: [{id: a, title: {en: A, zh-CN: 甲}, text: {en: '{{ note }}', zh-CN: '{{ note }}'}}]\n"
    )
    assert [one.code for one in check_playbook(found, References(ids={}), {})] == ["MSG016"]


@pytest.mark.parametrize(
    ("link", "fits"),
    [
        ("https://example.com", True),
        ("https://example.com/a?b=c#d", True),
        ("https://帮助.example/文", True),
        ("http://example.com", False),
        ("https://", False),
        ("https://user@example.com", False),
        ("https://exa mple.com", False),
        ("//example.com", False),
        ("https://[::1", False),
        ("https://example.com/" + "a" * 2_000, False),
    ],
)
def test_addresses(link: str, fits: bool) -> None:
    assert is_https(link) is fits
