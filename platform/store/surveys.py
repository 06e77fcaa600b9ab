"""When customers, and employees who asked for something, were asked for their opinion."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, and_, select

from .tables import RecordEventRow, RecordRow


def was_surveyed(connection: Connection, asker_id: str, since: datetime) -> bool:
    """Return whether the customer, or the employee, was sent a survey about any of their records after *since*.

    Only their records that changed since are looked at, by an index.
    """
    as_employee = and_(RecordRow.customer_id.is_(None), RecordRow.created_by == asker_id)
    return any(
        connection.execute(
            select(RecordEventRow.seq)
            .join(RecordRow, RecordRow.id == RecordEventRow.record_id)
            .where(
                whose,
                RecordRow.updated_at > since,
                RecordEventRow.kind == "survey",
                RecordEventRow.at > since,
                RecordEventRow.body.contains('"change":"asked"'),
            )
            .limit(1)
        ).first()
        for whose in (RecordRow.customer_id == asker_id, as_employee)
    )
