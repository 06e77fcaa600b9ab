"""When requests may be duplicates: the key of a record type, and how alike titles are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sopwith.core.similar import likeness
from sopwith.definitions import read_text
from sopwith.expressions import Schema
from sopwith.release.model import Duplicates, RecordType
from sopwith.release.parse import parse_record_type

TYPE = """\
kind: record_type
id: ticket
title: {{en: Ticket, zh-CN: 工单}}
number: "T-{{seq}}"
workflow: flow
intake: intake
{line}
"""


def parsed(line: str) -> tuple[RecordType | None, list[str]]:
    """Return the record type with one more line, and what was found."""
    document = read_text(TYPE.format(line=line), "record.yaml")[0][0]
    made, found = parse_record_type(document, (), {}, (), Schema({}), frozenset())
    return made, [one.code for one in found]


def test_the_key_is_read_with_its_defaults() -> None:
    assert parsed("")[0].duplicates is None  # type: ignore[union-attr]
    assert parsed("duplicates: {within: 24h}")[0].duplicates == Duplicates(within=86_400, alike=60)  # type: ignore[union-attr]
    found = parsed("duplicates: {within: 2d, alike: 80}")[0]
    assert found is not None
    assert found.duplicates == Duplicates(within=172_800, alike=80)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("duplicates: {within: soon}", "REL010"),
        ("duplicates: {within: 4bh}", "REL010"),
        ("duplicates: {within: 24h, alike: 0}", "DEF010"),
        ("duplicates: {within: 24h, same: 3}", "DEF004"),
        ("duplicates: {alike: 50}", "DEF003"),
        ("duplicates: yes", "DEF013"),
    ],
)
def test_what_is_wrong_is_said(line: str, code: str) -> None:
    made, found = parsed(line)
    assert made is None
    assert found == [code]


def test_alike_in_either_script() -> None:
    assert likeness("The lamp flickers", "the LAMP flickers!") == 100
    assert likeness("打印机无法打印", "打印机不能打印") >= 60
    assert likeness("The lamp flickers", "Invoice is wrong") < 30
    assert likeness("打印机无法打印", "申请退款") < 30
    assert likeness("", "anything") == 0
    assert likeness("?!", "...") == 0


@given(st.text(max_size=40), st.text(max_size=40))
def test_likeness_is_fair_and_bounded(one: str, other: str) -> None:
    assert likeness(one, other) == likeness(other, one)
    assert 0 <= likeness(one, other) <= 100
