"""The first rows of a spreadsheet file (.xlsx), as words: what ``from_cells`` guesses types from."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from .from_cells import MOST_ROWS
from .proposals import MOST
from .workbook_parts import Attributes, Elements, EnoughError, NoWorkbookError, Workbook

__all__ = ["NoWorkbookError", "is_workbook", "read_workbook", "tabbed"]

_MOST_SHEETS = 5  # looked into for one that is not empty
_LONGEST = 2_000  # characters of one cell that count
_LARGEST = 400_000  # of all rows; what comes behind is left out
_REFERENCE = re.compile(r"([A-Za-z]{1,3})[0-9]{1,7}")
_DATES = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
_MONEY = re.compile(r"[¥￥€£]|(?<!\[)\$|\[\$([^\]-]+)")
_SIGNS = {"CNY": "¥", "RMB": "¥", "USD": "$", "EUR": "€", "GBP": "£"}
_LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_DAYS_AFTER = 2_958_466  # 10000-01-01


def is_workbook(data: bytes) -> bool:
    """Return whether *data* begins like a spreadsheet file, whole or not."""
    return data.startswith((b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0"))


def read_workbook(data: bytes) -> tuple[str, list[list[str]]]:
    """Return the name and the rows of the first sheet that is shown and not empty: the first row and MOST_ROWS more.

    Formulas count as what they gave when the file was saved. Raises NoWorkbookError.
    """
    book = Workbook(data)
    sheets, targets, styles = _Sheets(), _Targets(), _Styles()
    book.read("xl/workbook.xml", sheets)
    book.read("xl/_rels/workbook.xml.rels", targets)
    if not sheets.found:
        raise NoWorkbookError("not_workbook")
    book.read("xl/styles.xml", styles)
    for name, relation in sheets.found[:_MOST_SHEETS]:
        sheet = _Sheet(styles, sheets.from_1904)
        book.read(targets.parts.get(relation, "xl/worksheets/sheet1.xml"), sheet)
        shared = _Shared({one for row in sheet.rows for one in row.values() if isinstance(one, int)})  # fmt: skip
        book.read("xl/sharedStrings.xml", shared)
        rows = _filled(sheet.rows, shared.found)
        if rows:
            return name, rows
    raise NoWorkbookError("empty", sheets.found[0][0])


def tabbed(rows: list[list[str]]) -> str:
    """Return *rows* as text that ``read_cells`` reads back: cells with tabs between them, quoted where they must be."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter="\t", lineterminator="\n")
    head = [" ".join(cell.split()) for cell in rows[0]]
    for row in (head, *rows[1:]):
        writer.writerow([*row, ""])  # with a tab in any case: commas in a name do not part it
    return out.getvalue()


def _filled(given: Sequence[dict[int, str | int]], shared: dict[int, str]) -> list[list[str]]:
    """Return the rows in which something stands, as far as they are of use for guessing."""
    rows: list[list[str]] = []
    left = _LARGEST
    for cells in given:
        row = _row(cells, shared)
        left -= sum(map(len, row)) + len(row)
        if left < 0 and rows:
            break
        if any(row):
            rows.append(row)
    return rows


def _row(cells: dict[int, str | int], shared: dict[int, str]) -> list[str]:
    width = max(cells, default=-1) + 1
    row = [""] * width
    for at, cell in cells.items():
        text = shared.get(cell, "") if isinstance(cell, int) else cell
        row[at] = text[:_LONGEST].replace("\x00", "").strip()
    return row


@dataclass
class _Sheets(Elements):
    """The sheets that are shown, in order, each with its relation."""

    found: list[tuple[str, str]] = field(default_factory=list)
    from_1904: bool = False

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "workbookPr":
            self.from_1904 = attributes.get("date1904") in ("1", "true")
        if name == "sheet" and attributes.get("state", "visible") == "visible":
            self.found.append((attributes.get("name", "")[:80], attributes.get("id", "")))


@dataclass
class _Targets(Elements):
    """In which part each relation stands."""

    parts: dict[str, str] = field(default_factory=dict)

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "Relationship":
            target = attributes.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            self.parts[attributes.get("Id", "")] = path


@dataclass
class _Styles(Elements):
    """How numbers are shown, by the number of the style: as a date, or with the sign of a currency."""

    formats: dict[str, str] = field(default_factory=dict)
    dates: set[str] = field(default_factory=set)
    signs: dict[str, str] = field(default_factory=dict)
    _inside: bool = False
    _count: int = 0

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "numFmt":
            self.formats[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")[:200]
        elif name == "cellXfs":
            self._inside = True
        elif name == "xf" and self._inside:
            self._take(str(self._count), attributes.get("numFmtId", "0"))
            self._count += 1

    def end(self, name: str, text: str) -> None:
        if name == "cellXfs":
            self._inside = False

    def _take(self, style: str, number: str) -> None:
        code = self.formats.get(number)
        if code is None:
            if number.isascii() and number.isdigit() and len(number) < 4 and int(number) in _DATES:
                self.dates.add(style)
            return
        plain = _LITERAL.sub("", code.split(";")[0])
        if re.search("[ymdhs]", plain, re.IGNORECASE) and "general" not in plain.lower():
            self.dates.add(style)
            return
        sign = _MONEY.search(code)
        if sign is not None:
            word = (sign.group(1) or sign.group()).strip()
            self.signs[style] = _SIGNS.get(word, word if word in "¥￥$€£" else "")


class _Sheet(Elements):
    """The cells of one sheet: words, or the number of a shared text."""

    texts = frozenset({"v", "t"})

    def __init__(self, styles: _Styles, from_1904: bool) -> None:
        self.rows: list[dict[int, str | int]] = []
        self._styles, self._from_1904 = styles, from_1904
        self._row: dict[int, str | int] = {}
        self._at = -1
        self._kind = self._style = ""
        self._said: list[str] = []
        self._aside = 0

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "row":
            self._row, self._at = {}, -1
        elif name == "c":
            self._at = _column(attributes.get("r", ""), self._at + 1)
            self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "0")
            self._said = []
        elif name == "rPh":
            self._aside += 1

    def end(self, name: str, text: str) -> None:
        if name == "rPh":
            self._aside -= 1
        elif name in ("v", "t") and not self._aside:
            self._said.append(text)
        elif name == "c" and self._at < MOST and self._said:
            value = self._value("".join(self._said))
            if value != "":
                self._row[self._at] = value
        elif name == "row" and self._row:
            self.rows.append(self._row)
            if len(self.rows) > MOST_ROWS:
                raise EnoughError
        elif name == "sheetData":
            raise EnoughError

    def _value(self, said: str) -> str | int:
        match self._kind:
            case "s":
                said = said.strip()
                return int(said) if said.isascii() and said.isdigit() and len(said) < 9 else ""
            case "b":
                return "true" if said.strip() == "1" else "false"
            case "e":
                return ""
            case "d":
                return said.strip().replace("T", " ").removesuffix(" 00:00:00")
            case "n":
                return self._number(said.strip())
        return said

    def _number(self, said: str) -> str:
        try:
            number = float(said)
        except ValueError:
            return said
        if not abs(number) < 1e300:
            return ""
        if self._style in self._styles.dates:
            return _moment(number, self._from_1904)
        whole = number.is_integer() and abs(number) < 1e15
        return self._styles.signs.get(self._style, "") + (str(int(number)) if whole else repr(number))  # fmt: skip


class _Shared(Elements):
    """The shared texts that cells name; the rest is passed over."""

    texts = frozenset({"t"})

    def __init__(self, wanted: Collection[int]) -> None:
        self.found: dict[int, str] = {}
        self._left = set(wanted)
        self._at = -1
        self._aside = 0

    def start(self, name: str, attributes: Attributes) -> None:
        if not self._left:
            raise EnoughError
        if name == "si":
            self._at += 1
        elif name == "rPh":
            self._aside += 1

    def end(self, name: str, text: str) -> None:
        if name == "rPh":
            self._aside -= 1
        elif name == "t" and not self._aside and self._at in self._left:
            self.found[self._at] = (self.found.get(self._at, "") + text)[:_LONGEST]
        elif name == "si":
            self._left.discard(self._at)


def _column(reference: str, following: int) -> int:
    """Return the number of the column in ``C4``, from 0; *following* where a cell does not say."""
    found = _REFERENCE.fullmatch(reference)
    if found is None:
        return following
    number = 0
    for letter in found.group(1).upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def _moment(days: float, from_1904: bool) -> str:
    """Return a day, a time, or both, of days counted as spreadsheets do: 1900 has a 29 February there."""
    if not 0 <= days < _DAYS_AFTER - 1_462:
        return ""
    if days < 1 and not from_1904:
        minutes = round(days * 1440) % 1440
        return f"{minutes // 60:02}:{minutes % 60:02}"
    first = date(1904, 1, 1) if from_1904 else date(1899, 12, 30 if days >= 60 else 31)
    moment = datetime.combine(first, time(), UTC) + timedelta(minutes=round(days * 1440))
    return moment.strftime("%Y-%m-%d %H:%M").removesuffix(" 00:00")
