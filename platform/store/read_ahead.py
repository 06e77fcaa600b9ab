"""Several records in one statement, for the commands of one transaction."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, select

from .tables import RecordRow

_TEXTS = (
    select(RecordRow.id, RecordRow.state_json)
    .where(RecordRow.id.in_(bindparam("records", expanding=True)))
    .order_by(RecordRow.id)
    .with_for_update()
)


def texts_of(connection: Connection, record_ids: Sequence[str]) -> dict[str, str]:
    """Return the states of the records as texts by id, held until the transaction ends.

    They are locked in the order of their ids, so that two who do so never wait for each other.
    """
    rows = connection.execute(_TEXTS, {"records": list(record_ids)})
    return {row.id: row.state_json for row in rows}
