"""When customers were asked for their opinion."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select

from .tables import RecordEventRow, RecordRow


def last_surveyed(connection: Connection, customer_id: str) -> datetime | None:
    """Return when the customer was last sent a survey about any of their records."""
    query = (
        select(func.max(RecordEventRow.at))
        .join(RecordRow, RecordRow.id == RecordEventRow.record_id)
        .where(
            RecordRow.customer_id == customer_id,
            RecordEventRow.kind == "survey",
            RecordEventRow.body.contains('"change":"asked"'),
        )
    )
    return connection.execute(query).scalar_one_or_none()
