"""Spreadsheet files: what their cells say, and hostile ones refused in time, with the place."""

from __future__ import annotations

import os
import time
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopwith.formbuilder import from_cells
from sopwith.formbuilder.from_workbook import (
    NoWorkbookError,
    is_workbook,
    read_workbook,
    tabbed,
)
from tests.support.workbooks import BOOK, ONE, RELATIONS, book, packed, sheet, words

FULL = bool(os.environ.get("SOPWITH_FULL"))


def test_cells_of_every_kind_become_words() -> None:
    shared = "<si><t>Name</t></si><si><r><t>Two </t></r><r><t>runs</t></r><rPh><t>ignored</t></rPh></si><si><t>never</t></si>"
    rows = """<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t>Day</t></is></c><c r="D1" t="str"><f>1+1</f><v>Sum</v></c></row>
      <row r="3"><c r="A3" t="s"><v>1</v></c><c r="B3" s="1"><v>46348</v></c><c r="C3" t="b"><v>1</v></c><c r="D3"><v>1.1000000000000001</v></c></row>
      <row r="4"><c r="A4" t="e"><v>#N/A</v></c><c r="B4" s="2"><v>46348.729166666664</v></c><c r="C4" s="3"><v>59</v></c><c r="D4" s="4"><v>12</v></c></row>
      <row r="5"><c r="B5" s="2"><v>0.25</v></c><c r="C5" s="5"><v>3.5</v></c><c r="D5"><v>1.3800138E10</v></c></row>
      <row r="9"><c r="A9"/></row>"""
    name, found = read_workbook(book(rows, shared))
    assert name == "Tickets"
    assert found == [
        ["Name", "Day", "", "Sum"],
        ["Two runs", "2026-11-22", "true", "1.1"],
        ["", "2026-11-22 17:30", "1900-02-28", "¥12"],
        ["", "06:00", "3.5", "13800138000"],
    ]


def test_a_book_that_counts_from_1904_has_the_same_days() -> None:
    early = ONE.replace("<sheets>", '<workbookPr date1904="1"/><sheets>')
    rows = words("Day") + '<row><c s="1"><v>44886</v></c></row>'
    assert read_workbook(book(rows, workbook=early))[1][1] == ["2026-11-22"]


def test_the_first_sheet_that_is_shown_and_not_empty_is_read() -> None:
    three = BOOK.format(
        '<sheet name="No" state="hidden" r:id="rId1"/><sheet name="Blank" r:id="rId9"/><sheet name="Two" r:id="rId2"/>'
    )
    parts = {"xl/workbook.xml": three, "xl/_rels/workbook.xml.rels": RELATIONS, "xl/worksheets/sheet1.xml": sheet(""), "xl/worksheets/two.xml": sheet(words("A"))}  # fmt: skip
    assert read_workbook(packed(parts)) == ("Two", [["A"]])


def test_types_are_guessed_from_a_file_as_from_cells_that_were_pasted() -> None:
    day = '<row><c t="inlineStr"><is><t>Desk, big; "new"</t></is></c><c s="1"><v>46348</v></c><c s="4"><v>9.5</v></c></row>'
    data = book(words("名称, long", "Wanted", "Cost") + day * 4)
    rows = from_cells.read_cells(tabbed(read_workbook(data)[1]))
    found = [(one.source, one.value["type"]) for one in from_cells.propose(rows)]
    assert found == [("名称, long", "choice"), ("Wanted", "date"), ("Cost", "money")]


def test_only_the_first_rows_and_columns_are_read() -> None:
    many = book(words("A", "B") + words("1", "2") * 3_000)
    assert len(read_workbook(many)[1]) == from_cells.MOST_ROWS + 1
    wide = book("<row>" + "".join(f'<c t="str"><v>c{n}</v></c>' for n in range(20_000)) + "</row>")
    assert len(read_workbook(wide)[1][0]) == 300


def test_long_cells_leave_room_for_the_first_rows_alone() -> None:
    long = book(words("A", "B") + words("x" * 5_000, "y" * 5_000) * 400)
    found = read_workbook(long)[1]
    assert 90 < len(found) < 110
    assert len(from_cells.read_cells(tabbed(found))) == len(found)


ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
HOSTILE = {
    "entities": (packed({"xl/workbook.xml": ENTITIES + ONE}), "broken"),
    "outside": (packed({"xl/workbook.xml": OUTSIDE + ONE}), "broken"),
    "bomb": (book("<row>" + " " * 30_000_000 + "</row>"), "too_large"),
    "columns": (book("<row>" + "<c/>" * 1_000_000 + "</row>"), "too_large"),
    "bomb of texts": (book('<row><c t="s"><v>5</v></c></row>', "<si/>" + "<x>" + "y" * 30_000_000 + "</x>"), "too_large"),
    "many parts": (packed({"xl/workbook.xml": ONE, **{f"p{n}": "" for n in range(3_000)}}), "too_large"),
    "no xml": (packed({"xl/workbook.xml": "\x00\x01 no"}), "broken"),
    "half xml": (packed({"xl/workbook.xml": ONE[:-20]}), "broken"),
    "unknown letters": (packed({"xl/workbook.xml": '<?xml version="1.0" encoding="x-odd"?><a/>'}), "broken"),
    "no sheets": (packed({"xl/workbook.xml": BOOK.format("")}), "not_workbook"),
    "a document": (packed({"word/document.xml": "<w/>"}), "not_workbook"),
    "empty": (book(""), "empty"),
    "password": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "protected"),
    "cut": (book(words("A"))[:300], "not_workbook"),
    "too large": (b"PK\x03\x04" + b"\x00" * 6_000_000, "too_large"),
    "other packing": (packed({"xl/workbook.xml": ONE}, zipfile.ZIP_LZMA), "broken"),
    "deep": (packed({"xl/workbook.xml": "<a>" * 300_000}), "too_large"),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_refused_in_time(case: str) -> None:
    data, reason = HOSTILE[case]
    before = time.process_time()
    with pytest.raises(NoWorkbookError) as told:
        read_workbook(data)
    assert told.value.reason == reason
    assert time.process_time() - before < 5


def test_a_broken_part_is_told_with_its_line() -> None:
    with pytest.raises(NoWorkbookError) as told:
        read_workbook(book("\n\n<row><c></row>"))
    assert (told.value.where, told.value.line) == ("xl/worksheets/sheet1.xml", 3)


def test_an_encrypted_part_is_said_to_be_protected() -> None:
    data = bytearray(packed({"xl/workbook.xml": ONE}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    with pytest.raises(NoWorkbookError) as told:
        read_workbook(bytes(data))
    assert told.value.reason == "protected"


ODD = st.sampled_from(["", "0", "-1", "1e999", "nan", "99999999999", "4.5", "A1", "ZZZ9999999", "s", "b", "n", "d", "e", "inlineStr", "二"])  # fmt: skip
CELL = st.builds(lambda r, t, s, v: f'<c r="{r}" t="{t}" s="{s}"><v>{v}</v></c>', ODD, ODD, ODD, ODD)  # fmt: skip


@settings(max_examples=3000 if FULL else 60, deadline=None)
@given(st.lists(st.lists(CELL, max_size=5), max_size=5))
def test_any_cells_are_read_or_refused(rows: list[list[str]]) -> None:
    data = book("".join(f"<row>{''.join(row)}</row>" for row in rows), "<si><t>x</t></si>")
    try:
        _name, found = read_workbook(data)
    except NoWorkbookError as error:
        assert error.reason == "empty"  # of files that can be read, nothing else may be said
        return
    assert all(len(row) <= 300 and any(row) for row in found)
    assert tabbed(found)


@settings(max_examples=5000 if FULL else 150, deadline=None)
@given(st.data())
def test_a_file_with_any_damage_is_read_or_refused(data: st.DataObject) -> None:
    whole = bytearray(book(words("A", "B") + '<row><c s="1"><v>5</v></c></row>'))
    for _ in range(data.draw(st.integers(1, 8))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(whole)))
    sent = bytes(whole[:cut]) if data.draw(st.booleans()) else bytes(whole)
    try:
        read_workbook(sent)
    except NoWorkbookError as error:
        assert error.reason in {"broken", "empty", "not_workbook", "protected", "too_large"}


def test_a_file_is_known_by_how_it_begins() -> None:
    assert is_workbook(book(""))
    assert not is_workbook(b"Name,Day\n")
