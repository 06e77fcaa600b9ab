"""Full text: keep the index in step with the records, and find records by words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    delete,
    func,
    insert,
    literal_column,
    select,
    text,
    update,
)
from sqlalchemy.exc import OperationalError

from .grams import grams, is_pair, query_terms
from .prepared import Prepared
from .tables import FULL_TEXT, RecordRow, SearchPartRow

Phrases = Sequence[Sequence[str]]
MOST_FOUND = 300
NEWEST = 4_000
"""Texts that are read through without an index: whatever is frequent is among them often enough."""
WINDOW = 250_000
WIDER = 4
SECONDS = 0.02
"""How long the index may be asked before what was found so far must do."""

_NUMBER = re.compile(r"[A-Za-z][A-Za-z-]{0,20}[0-9][0-9-]*")
TIME_IS_UP = "57014"
"""What PostgreSQL says of a query that it ended: query_canceled."""
_TIME_LIMIT = text("SELECT current_setting('statement_timeout')")
_LIMIT_TIME = text("SELECT set_config('statement_timeout', :limit, true)")
_IN_WINDOW = text(
    "SELECT p.record_id FROM search_text t CROSS JOIN search_part p ON p.id = t.rowid"
    " WHERE search_text MATCH :match AND t.rowid <= :top AND t.rowid > :low"
    " AND (p.public OR NOT :public) ORDER BY t.rowid DESC LIMIT :most"
)
_ADD = text(f"INSERT INTO {FULL_TEXT} (rowid, grams) VALUES (:id, :grams)")  # noqa: S608
_REMOVE = text(
    f"INSERT INTO {FULL_TEXT} ({FULL_TEXT}, rowid, grams) VALUES ('delete', :id, :grams)"  # noqa: S608
)


_ADD_PART = Prepared(insert(SearchPartRow).returning(SearchPartRow.id))
_ADD_TERMS = Prepared(_ADD)


def put_part(
    connection: Connection, record_id: str, part: str, texts: Iterable[str], *, public: bool
) -> None:
    """Make *texts* findable as *part* of the record, in place of what the part said before."""
    terms = grams(texts)
    old = connection.execute(
        select(SearchPartRow.id, SearchPartRow.grams).where(
            SearchPartRow.record_id == record_id, SearchPartRow.part == part
        )
    ).one_or_none()
    if old is None:
        add_part(connection, record_id, part, terms, public=public)
    elif old.grams != terms:
        connection.execute(
            update(SearchPartRow)
            .where(SearchPartRow.id == old.id)
            .values(grams=terms, public=public)
        )
        if _is_sqlite(connection):
            connection.execute(_REMOVE, {"id": old.id, "grams": old.grams})
            connection.execute(_ADD, {"id": old.id, "grams": terms})


def add_part(
    connection: Connection, record_id: str, part: str, terms: str, *, public: bool
) -> None:
    """Make *terms* (from ``grams``) findable as a *part* that the record does not have yet."""
    values = {"record_id": record_id, "part": part, "public": public, "grams": terms}
    new = _ADD_PART.first(connection, values)
    if new is not None and _is_sqlite(connection):
        _ADD_TERMS.run(connection, {"id": new[0], "grams": terms})


def drop_parts(connection: Connection, record_id: str) -> None:
    """Make nothing of the record findable any more."""
    if _is_sqlite(connection):
        rows = select(SearchPartRow.id, SearchPartRow.grams)
        for row in connection.execute(rows.where(SearchPartRow.record_id == record_id)).all():
            connection.execute(_REMOVE, {"id": row.id, "grams": row.grams})
    connection.execute(delete(SearchPartRow).where(SearchPartRow.record_id == record_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Ids of records, the newest text first. cut: there may be more than could be looked for in time."""

    ids: tuple[str, ...]
    cut: bool = False


def search(
    connection: Connection, words: str, *, limit: int = 50, public_only: bool = False
) -> list[str]:
    """Return the ids of records in which all of *words* occur, the newest text first.

    public_only: look only at what the customer may read. Without a word in *words*: nothing.
    """
    return list(find(connection, words, most=limit, public_only=public_only).ids)


def find(
    connection: Connection, words: str, *, most: int = MOST_FOUND, public_only: bool = False
) -> Found:
    """Return up to *most* records in which all of *words* occur, within a bounded time however many there are.

    The beginning of a number finds by it. Else the newest texts are read through first, which settles
    what is frequent; then the index is asked for what is rare; then for words in different texts of one record.
    """
    phrases = query_terms(words)
    if not phrases:
        return Found(ids=())
    if (numbered := _by_number(connection, words.strip(), most)).ids:
        return numbered
    look = _Look(connection, public_only, most)
    look.through_newest(phrases)
    if not look.is_full and look.top > NEWEST:
        look.in_index(phrases)
    if not look.is_full and len(phrases) > 1:
        look.scattered(phrases)
    return Found(ids=tuple(look.found)[:most], cut=look.cut)


def _by_number(connection: Connection, words: str, most: int) -> Found:
    if not _NUMBER.fullmatch(words):
        return Found(ids=())
    start = words.upper()
    number = RecordRow.number
    if _is_sqlite(connection):
        begins = and_(number >= start, number < start + "\uffff")
    else:
        begins = number.startswith(start, autoescape=True)
    query = select(RecordRow.id).where(begins).order_by(number.desc()).limit(most + 1)
    ids = connection.execute(query).scalars().all()
    return Found(ids=tuple(ids[:most]), cut=len(ids) > most)


class _Look:
    """One search: what it found so far, and whether it had to leave something out."""

    def __init__(self, connection: Connection, public_only: bool, most: int) -> None:
        self.connection, self.public_only, self.most = connection, public_only, most
        self.found: dict[str, None] = {}
        self.cut = False
        self.top: int = connection.execute(select(func.max(SearchPartRow.id))).scalar() or 0

    @property
    def is_full(self) -> bool:
        """Return whether enough was found."""
        return len(self.found) >= self.most

    def through_newest(self, phrases: Phrases) -> None:
        """Read the newest texts through."""
        rows = self._rows(phrases).where(SearchPartRow.id > self.top - NEWEST)
        self._take(rows.limit(self.most * 3))

    def in_index(self, phrases: Phrases) -> None:
        """Ask the index, the newest first."""
        for record_id in self._indexed(phrases):
            self.found.setdefault(record_id)

    def scattered(self, phrases: Phrases) -> None:
        """Add records of which different texts have the phrases among them."""
        lists = [list(dict.fromkeys(self._indexed([phrase]))) for phrase in phrases]
        every = set.intersection(*map(set, lists))
        for record_id in lists[0]:
            if record_id in every:
                self.found.setdefault(record_id)

    def _indexed(self, phrases: Phrases) -> list[str]:
        if _is_sqlite(self.connection):
            return self._in_windows(phrases)
        return self._in_time(phrases)

    def _in_windows(self, phrases: Phrases) -> list[str]:
        """Ask SQLite's index for a part of the texts at a time, until there is enough or time is up."""
        found: dict[str, None] = {}
        match = " AND ".join(f'"{" ".join(phrase)}"{_open_end(phrase)}' for phrase in phrases)
        top, started, size = self.top, monotonic(), WINDOW
        while top > 0:
            values = {"match": match, "top": top, "low": top - size, "public": self.public_only}
            for (record_id,) in self.connection.execute(
                _IN_WINDOW, values | {"most": self.most * 3}
            ):
                found.setdefault(record_id)
            top, size = top - size, size * WIDER
            if len(found) >= self.most or monotonic() - started > SECONDS:
                self.cut = self.cut or top > 0
                break
        return list(found)

    def _in_time(self, phrases: Phrases) -> list[str]:
        """Ask PostgreSQL's index, and stop it when time is up."""
        hits = (
            select(
                SearchPartRow.id, SearchPartRow.record_id, SearchPartRow.grams, SearchPartRow.public
            )
            .where(_in_vector(phrases))
            .cte("hits")
            .prefix_with("MATERIALIZED")
        )
        query = select(hits.c.record_id).where(*_said(hits.c.grams, phrases, func.strpos))
        if self.public_only:
            query = query.where(hits.c.public)
        query = query.order_by(hits.c.id.desc()).limit(self.most * 3)
        before = self.connection.execute(_TIME_LIMIT).scalar_one()
        nested = self.connection.begin_nested()
        try:
            self.connection.execute(_LIMIT_TIME, {"limit": str(int(SECONDS * 2000))})
            rows = list(dict.fromkeys(self.connection.execute(query).scalars()))
        except OperationalError as error:
            nested.rollback()  # the limit too
            if getattr(error.orig, "sqlstate", "") != TIME_IS_UP:
                raise
            rows, self.cut = [], True
        else:
            nested.commit()
            self.connection.execute(_LIMIT_TIME, {"limit": before})
        self.cut = self.cut or len(rows) >= self.most
        return rows

    def _rows(self, phrases: Phrases) -> Select[str]:
        place = func.instr if _is_sqlite(self.connection) else func.strpos
        query = select(SearchPartRow.record_id).where(*_said(SearchPartRow.grams, phrases, place))
        if self.public_only:
            query = query.where(SearchPartRow.public)
        return query.order_by(SearchPartRow.id.desc())

    def _take(self, query: Select[str]) -> None:
        for record_id in self.connection.execute(query).scalars():
            self.found.setdefault(record_id)
        self.cut = self.cut or self.is_full


def _said(grams: Any, phrases: Phrases, place: Callable[..., Any]) -> list[ColumnElement[bool]]:
    """Return that the text has each phrase: its terms one after the other, the last one as a beginning."""
    text_ = literal_column("' '").concat(grams)
    return [place(text_, " " + " ".join(phrase)) > 0 for phrase in phrases]


def _open_end(phrase: Sequence[str]) -> str:
    """Return the sign for a beginning; pairs of ideographs are whole terms, which is much cheaper to ask for."""
    return "" if is_pair(phrase[-1]) else "*"


def _in_vector(phrases: Phrases) -> ColumnElement[bool]:
    """Return that every term occurs; that they do so one after the other is looked up in the text, not here."""
    terms = dict.fromkeys(
        f"'{term}'" + (_open_end(phrase).replace("*", ":*") if at == len(phrase) - 1 else "")
        for phrase in phrases
        for at, term in enumerate(phrase)
    )
    simple: ColumnElement[str] = literal_column("'simple'")
    vector = func.to_tsvector(simple, SearchPartRow.grams)
    return vector.op("@@")(func.to_tsquery(simple, " & ".join(terms)))


def _is_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"
