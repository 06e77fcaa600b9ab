"""Full text: keep the index in step with the records, and find records by words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    delete,
    func,
    insert,
    literal_column,
    select,
    text,
    update,
)

from .grams import grams, query_terms
from .prepared import Prepared
from .tables import FULL_TEXT, SearchPartRow

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


def search(
    connection: Connection, words: str, *, limit: int = 50, public_only: bool = False
) -> list[str]:
    """Return the ids of records in which all of *words* occur, the newest text first.

    public_only: look only at what the customer may read. Without a word in *words*: nothing.
    """
    phrases = query_terms(words)
    if not phrases:
        return []
    found = _distinct(connection, _parts_with(connection, phrases, public_only), limit)
    if len(found) < limit and len(phrases) > 1:
        scattered = _scattered(connection, phrases, public_only)
        found += [one for one in _distinct(connection, scattered, limit) if one not in found]
    return found[:limit]


def matching(connection: Connection, words: str, *, public_only: bool = False) -> Select[str]:
    """Return a query for the ids of all records in which all of *words* occur; for use in an IN."""
    phrases = query_terms(words)
    if not phrases:
        return select(SearchPartRow.record_id).where(text("1 = 0"))
    return _records_with_each(connection, phrases, public_only)


def _distinct(connection: Connection, query: Select[str], limit: int) -> list[str]:
    """Return up to *limit* different records: a record with many parts comes up many times."""
    found: dict[str, None] = {}
    rows = connection.execute(query.order_by(SearchPartRow.id.desc()).limit(limit * 20))
    for (record_id,) in rows:
        found.setdefault(record_id)
        if len(found) == limit:
            break
    rows.close()
    return list(found)


def _parts_with(
    connection: Connection, phrases: Sequence[Sequence[str]], public_only: bool
) -> Select[str]:
    query = select(SearchPartRow.record_id).where(_contains(connection, phrases))
    return query.where(SearchPartRow.public) if public_only else query


def _scattered(
    connection: Connection, phrases: Sequence[Sequence[str]], public_only: bool
) -> Select[str]:
    """Return a query for the first part of records whose parts contain all phrases among them."""
    each = _records_with_each(connection, phrases, public_only)
    return select(SearchPartRow.record_id).where(
        SearchPartRow.part == "head", SearchPartRow.record_id.in_(each)
    )


def _records_with_each(
    connection: Connection, phrases: Sequence[Sequence[str]], public_only: bool
) -> Select[str]:
    first, *rest = (_parts_with(connection, [phrase], public_only) for phrase in phrases)
    for other in rest:
        first = first.where(SearchPartRow.record_id.in_(other))
    return first


def _contains(connection: Connection, phrases: Sequence[Sequence[str]]) -> ColumnElement[bool]:
    if _is_sqlite(connection):
        match = " AND ".join(f'"{" ".join(phrase)}"*' for phrase in phrases)
        rowid: ColumnElement[int] = literal_column("rowid")
        hits = (
            select(rowid)
            .select_from(text(FULL_TEXT))
            .where(literal_column(FULL_TEXT).op("MATCH")(match))
        )
        return SearchPartRow.id.in_(hits)
    wanted = " & ".join("(" + " <-> ".join(_quoted(phrase)) + ")" for phrase in phrases)
    vector = func.to_tsvector(literal_column("'simple'"), SearchPartRow.grams)
    return vector.op("@@")(func.to_tsquery(literal_column("'simple'"), wanted))


def _quoted(phrase: Sequence[str]) -> list[str]:
    *others, last = (f"'{term}'" for term in phrase)
    return [*others, f"{last}:*"]


def _is_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"
