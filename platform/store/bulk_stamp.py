"""Copies of moulds: new ids, numbers, customers and texts, moved by whole weeks, with hash chains of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from random import Random

from ..lab.life_texts import PARTS
from .bulk_mould import Mould, moved
from .canonical import canonical
from .chain import SALT_BYTES, START
from .grams import grams
from .marks import exact

DAY = 86_400_000
_DIGITS = "0123456789"
Who = tuple[str, ...]
"""A customer: id, name, email, phone, organisation; then the same as search terms."""


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy to be made. mould: its place in the list. days: moved by so many, a multiple of 7.

    numbers: of its records. fresh: the first new whole number of each table that counts its rows.
    """

    mould: int
    days: int
    numbers: tuple[str, ...]
    who: int
    fresh: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class _Parts:
    """The parts of texts in one language, each with its search terms."""

    texts: Mapping[str, tuple[str, ...]]
    terms: Mapping[str, tuple[str, ...]]


def _parts(place: int) -> _Parts:
    texts = {name: tuple(pair[place] for pair in pairs) for name, pairs in PARTS.items()}
    terms = {name: tuple(grams([text]) for text in found) for name, found in texts.items()}
    return _Parts(texts, terms)


@dataclass(slots=True)
class Stamp:
    """Makes copies. who: all customers."""

    moulds: Sequence[Mould]
    who: Sequence[Who]
    _dates: dict[tuple[int, int], list[str]] = field(default_factory=dict)
    _heads: dict[str, str] = field(default_factory=dict)
    _languages: tuple[_Parts, _Parts] = field(default_factory=lambda: (_parts(0), _parts(1)))

    def lines(self, copies: Sequence[Copy], chance: Random) -> dict[str, str]:
        """Return the copies as lines of PostgreSQL's COPY, by table."""
        found: dict[str, list[str]] = {}
        for copy in copies:
            one = self.moulds[copy.mould]
            values = self.values(copy, chance)
            for table, filled in one.lines.items():
                found.setdefault(table, []).append(filled.fill(values))
        return {table: "".join(lines) for table, lines in found.items()}

    def values(self, copy: Copy, chance: Random) -> list[str]:
        """Return what stands in the places of the copy's mould."""
        one = self.moulds[copy.mould]
        pressed, total = one.pressed, sum(one.events)
        records = [
            _record_id(int(at.timestamp() * 1000) + copy.days * DAY, chance)
            for at in pressed.created
        ]
        messages = one.counts.get("message", 0)
        texts, terms = self._texts(pressed.marks, pressed.lang, chance)
        salt = chance.randbytes(SALT_BYTES * total).hex()
        size = SALT_BYTES * 2
        values = [
            *self.who[copy.who],
            *records,
            *copy.numbers,
            *[self.terms_of(number) for number in copy.numbers],
            *[_message_id(records[0], number, chance) for number in range(messages)],
            *texts,
            *terms,
        ]
        values += [exact(text.fill(values)) for text in one.exacts]
        for table, first in copy.fresh:
            values += map(str, range(first, first + one.counts[table]))
        values += [salt[place : place + size] for place in range(0, size * total, size)]
        at = len(values)
        values += [""] * (2 * total)
        values += self._moved(copy.mould, copy.days)
        digests = [
            sha256(words.encode()).hexdigest() for words in one.words.fill(values).split("\0")
        ]
        values[at : at + total] = digests
        values[at + total : at + 2 * total] = _chained(one, values, digests)
        return values

    def terms_of(self, number: str) -> str:
        """Return the search terms of a record's number: those of what stands before its last digits are kept."""
        head = number.rstrip(_DIGITS)
        if head == number or head[-1:].isalnum():
            return grams([number])
        if head not in self._heads:
            self._heads[head] = grams([head])
        return f"{self._heads[head]} {number[len(head) :]}".lstrip()

    def _texts(
        self, marks: Sequence[str], lang: str, chance: Random
    ) -> tuple[list[str], list[str]]:
        parts = self._languages[1 if lang.startswith("zh") else 0]
        chosen = [(name, int(chance.random() * len(parts.texts[name]))) for name in marks]
        texts = [parts.texts[name][place] for name, place in chosen]
        return texts, [parts.terms[name][place] for name, place in chosen]

    def _moved(self, mould: int, days: int) -> list[str]:
        known = self._dates.get((mould, days))
        if known is None:
            found = [(letter, moved(day, days)) for letter, day in self.moulds[mould].dates]
            known = [day if letter == "d" else day.replace("-", " ") for letter, day in found]
            self._dates[mould, days] = known
        return known


def _chained(one: Mould, values: Sequence[str], digests: Sequence[str]) -> list[str]:
    """Return the hashes of all events, each record's chain from its beginning."""
    links = iter(zip(one.links.fill(values).split("\0"), digests, strict=True))
    hashes: list[str] = []
    for count in one.events:
        head = START
        for _ in range(count):
            link, digest = next(links)
            head = sha256(f'["{head}",{link}"{digest}"]'.encode()).hexdigest()
            hashes.append(head)
    return hashes


def _record_id(milliseconds: int, chance: Random) -> str:
    return (
        f"{milliseconds:012x}7{chance.getrandbits(12):03x}{1 << 63 | chance.getrandbits(62):016x}"
    )


def _message_id(record: str, number: int, chance: Random) -> str:
    return f"{record[:12]}7{number:03x}{1 << 63 | chance.getrandbits(62):016x}"


def customer_values(fields: Sequence[str]) -> Who:
    """Return what moulds ask of a customer; raises ValueError for a text that JSON or COPY spell otherwise."""
    for text in fields:
        if canonical(text) != f'"{text}"' or "\\" in text or "\t" in text or "\0" in text:
            raise ValueError(f"{text!r} cannot be copied as it is")
    return (*fields, *[grams([text]) for text in fields])
