"""A life's rows as moulds: one text for each table, with places for what differs from copy to copy."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import Table

from ..core.plain import instant_text
from .bulk_press import RECORD, Pressed, tables
from .canonical import canonical

Key = tuple[str, Any]
"""What a place is for: ``r`` id, ``n`` number, ``c`` customer, ``m`` message, ``f`` text; ``x`` a text with its digest; ``d`` a date; ``s`` salt, ``g`` digest,
``h`` hash of an event; ``i`` a new whole number. Capitals: the same as search terms."""

EVENTS = "record_event"
APART = "\x1f"
"""Stands between the cells of one text; no cell has it."""

CUSTOMER_FIELDS = 5  # id, name, email, phone, organisation
_PLACE = re.compile(
    r"[zZ][qQ]([a-zA-Z])(\d+)[qQ]|(?<![\d-])(\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))(?![\d-])"
)
_TERM = re.compile(
    r"zq([a-z])(\d+)q|(?<!\S)(\d{4} (?:0[1-9]|1[0-2]) (?:0[1-9]|[12]\d|3[01]))(?=t\d\d|\s|$)"
)
_ODD = re.compile(r"[zZ][qQ][a-zA-Z]?\d*", re.ASCII)
_HASHED = ("salt", "digest", "prev_hash", "hash")
_NEW_IDS = ("job", "search_part", "notice", "delivery", "caught_mail")


class MouldError(ValueError):
    """The life cannot be copied: a mark of it was cut or changed."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A text with places: filled by ``pattern % pick(values)``."""

    pattern: str
    places: tuple[int, ...]

    def fill(self, values: Sequence[str]) -> str:
        """Return the text with *values* in its places."""
        if len(self.places) > 1:
            chosen: tuple[str, ...] = itemgetter(*self.places)(values)
            return self.pattern % chosen
        return self.pattern % tuple(values[place] for place in self.places)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mould:
    """Everything that makes copies of one life.

    dates: what stands in the places from *first_date* on. words: what the digests of all events are taken over, links:
    what each event adds to its hash, both with a NUL between events. events: how many each record has. rows: for
    SQLite, cells that differ as ``Filled``; lines: for PostgreSQL's COPY. counts: rows by table.
    """

    pressed: Pressed
    first_date: int
    dates: tuple[Key, ...]
    words: Filled
    links: Filled
    exacts: tuple[Filled, ...]
    events: tuple[int, ...]
    rows: Mapping[str, tuple[tuple[Any, ...], ...]]
    lines: Mapping[str, Filled]
    counts: Mapping[str, int]
    fresh: tuple[str, ...]


class _Places:
    """Gives each thing that differs its place among the values: what is known beforehand first, then dates."""

    def __init__(self, pressed: Pressed) -> None:
        records, marks = range(len(pressed.records)), range(len(pressed.marks))
        self.events = [
            (place, seq + 1)
            for place, count in enumerate(_counted(pressed))
            for seq in range(count)
        ]
        said = range(len(pressed.rows.get("message", ())))
        fresh = [
            (name, place) for name in _NEW_IDS for place in range(len(pressed.rows.get(name, ())))
        ]
        order: list[tuple[str, Iterable[Any]]] = [
            ("c", range(CUSTOMER_FIELDS)), ("C", range(CUSTOMER_FIELDS)), ("r", records), ("n", records), ("N", records),
            ("m", said), ("f", marks), ("F", marks),
            ("x", range(len(pressed.exacts))), ("i", fresh), ("s", self.events), ("g", self.events), ("h", self.events),
        ]  # fmt: skip
        self.known: dict[Key, int] = {}
        for letter, things in order:
            for thing in things:
                self.known[letter, thing] = len(self.known)
        self.first_date = len(self.known)

    def of(self, key: Key) -> int:
        """Return the place of *key*; only dates may be new."""
        if key not in self.known:
            if key[0] not in "dD":
                raise MouldError(f"{key[0]}{key[1]}")
            self.known[key] = len(self.known)
        return self.known[key]

    def text(self, text: str, *, terms: bool = False) -> Filled:
        """Return *text* with its marks and dates as places. terms: it consists of search terms."""
        pieces: list[str] = []
        places: list[int] = []
        last = 0
        for found in (_TERM if terms else _PLACE).finditer(text):
            pieces.append(_literal(text[last : found.start()]))
            places.append(self.of(_key(found, terms=terms)))
            last = found.end()
        pieces.append(_literal(text[last:]))
        return Filled("%s".join(pieces), tuple(places))


def _counted(pressed: Pressed) -> list[int]:
    counts = [0] * len(pressed.records)
    for place, _ in _events(pressed):
        counts[place] += 1
    return counts


def _literal(text: str) -> str:
    if _ODD.search(text):
        raise MouldError(text[:200])
    return text.replace("%", "%%")


def _key(found: re.Match[str], *, terms: bool) -> Key:
    if found[3]:
        return ("D" if terms else "d"), found[3].replace(" ", "-")
    letter = found[1].lower()
    return (letter.upper() if terms else letter), int(found[2])


def mould(pressed: Pressed, *, for_postgres: bool) -> Mould:
    """Return the mould of *pressed*. for_postgres: lines of COPY instead of rows."""
    places = _Places(pressed)
    words, links = _chain_texts(pressed, places)
    rows: dict[str, tuple[tuple[Any, ...], ...]] = {}
    lines: dict[str, Filled] = {}
    for table in tables():
        found = [
            _cells(table, row, place, pressed, places) for place, row in _placed(table, pressed)
        ]
        if not found:
            continue
        if for_postgres:
            lines[table.name] = _line(found, places)
        else:
            rows[table.name] = tuple(tuple(_given(one, places) for one in row) for row in found)
    return Mould(
        pressed=pressed,
        first_date=places.first_date,
        dates=tuple(key for key in places.known if key[0] in "dD"),
        words=words,
        links=links,
        exacts=tuple(places.text(text) for text in pressed.exacts),
        events=tuple(_counted(pressed)),
        rows=rows,
        lines=lines,
        counts={name: len(found) for name, found in pressed.rows.items() if found},
        fresh=tuple(name for name in _NEW_IDS if pressed.rows.get(name)),
    )


def _columns(name: str) -> list[str]:
    return [column.name for table in tables() if table.name == name for column in table.columns]


def _chain_texts(pressed: Pressed, places: _Places) -> tuple[Filled, Filled]:
    """Return what digests and hashes are taken over, event by event with a NUL between them."""
    names = _columns(EVENTS)
    words, links = [], []
    salts: list[Key] = []
    for place, row in _events(pressed):
        one = dict(zip(names, row, strict=True))
        words.append(f"\n{one['actor']}\n{one['body']}")
        who = one["actor_id"]
        middle = canonical(
            [
                instant_text(one["at"]), one["record_id"], one["seq"], one["kind"], one["actor_kind"],
                -1 if who is None else who, one["cause_kind"], one["cause_id"], one["cause_depth"],
            ]
        )  # fmt: skip
        links.append(middle[1:-1] + ",")
        salts.append(("s", (place, one["seq"])))
    parts = [places.text(text) for text in words]
    pattern = "\0".join("%s" + one.pattern for one in parts)
    picked = [
        found
        for salt, one in zip(salts, parts, strict=True)
        for found in (places.of(salt), *one.places)
    ]
    return Filled(pattern, tuple(picked)), places.text("\0".join(links))


def _events(pressed: Pressed) -> list[tuple[int, tuple[Any, ...]]]:
    index = _columns(EVENTS).index("record_id")
    place = {record: number for number, record in enumerate(pressed.records)}
    return [(place[row[index]], row) for row in pressed.rows[EVENTS]]


def _placed(table: Table, pressed: Pressed) -> list[tuple[int, tuple[Any, ...]]]:
    """Return the rows of a table with the number of each in the life: of its record, or of the row itself."""
    if table.name == EVENTS:
        return _events(pressed)
    return list(enumerate(pressed.rows[table.name]))


Cell = Filled | None | bool | int | datetime


def _cells(
    table: Table, row: tuple[Any, ...], place: int, pressed: Pressed, places: _Places
) -> list[Cell]:
    names = [column.name for column in table.columns]
    one = dict(zip(names, row, strict=True))
    cells: list[Cell] = []
    for name, value in one.items():
        key = _made(table.name, name, one, place)
        if key == ("", None):
            cells.append(Filled("", ()))
        elif key is not None:
            cells.append(Filled("%s", (places.of(key),)))
        elif isinstance(value, str):
            if APART in value or "\0" in value:
                raise MouldError(value[:200])
            cells.append(places.text(value, terms=(table.name, name) == ("search_part", "grams")))
        elif isinstance(value, datetime):
            cells.append(value)
        else:
            cells.append(value)
    return cells


def _made(table: str, name: str, row: Mapping[str, Any], place: int) -> Key | None:
    """Return what a cell holds that is made anew for each copy, None for any other cell."""
    if table == EVENTS and name in _HASHED:
        seq = row["seq"]
        if name == "prev_hash":
            return ("h", (place, seq - 1)) if seq > 1 else ("", None)
        return {"salt": "s", "digest": "g", "hash": "h"}[name], (place, seq)
    if table == RECORD and name == "head":
        return "h", (place, row["version"])
    if table in _NEW_IDS and name == "id":
        return "i", (table, place)
    return None


def _line(rows: Sequence[Sequence[Cell]], places: _Places) -> Filled:
    """Return the rows as lines of PostgreSQL's COPY."""
    lines: list[str] = []
    picked: list[int] = []
    for row in rows:
        cells = []
        for cell in row:
            filled = _copied(cell, places)
            cells.append(filled.pattern)
            picked += filled.places
        lines.append("\t".join(cells) + "\n")
    return Filled("".join(lines), tuple(picked))


def _copied(cell: Cell, places: _Places) -> Filled:
    if cell is None:
        return Filled("\\N", ())
    if isinstance(cell, bool):
        return Filled("t" if cell else "f", ())
    if isinstance(cell, datetime):
        return places.text(cell.astimezone(UTC).isoformat(sep=" "))
    if isinstance(cell, Filled):
        escaped = (
            cell.pattern.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
        )  # fmt: skip
        return Filled(escaped, cell.places)
    return Filled(str(cell), ())


def _given(cell: Cell, places: _Places) -> Any:
    """Return what SQLite is given: texts that never change as they are."""
    if isinstance(cell, datetime):
        cell = places.text(cell.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f"))
    if isinstance(cell, Filled) and not cell.places:
        return cell.pattern.replace("%%", "%")
    return int(cell) if isinstance(cell, bool) else cell


def moved(day: str, days: int) -> str:
    """Return the date *days* later."""
    return date.fromordinal(date.fromisoformat(day).toordinal() + days).isoformat()
