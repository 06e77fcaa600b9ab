"""When customers, and employees who asked for something, were asked for their opinion."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, and_, func, or_, select

from .tables import RecordEventRow, RecordRow


def last_surveyed(connection: Connection, asker_id: str) -> datetime | None:
    """Return when the customer, or the employee, was last sent a survey about any of their records."""
    query = (
        select(func.max(RecordEventRow.at))
        .join(RecordRow, RecordRow.id == RecordEventRow.record_id)
        .where(
            or_(
                RecordRow.customer_id == asker_id,
                and_(RecordRow.customer_id.is_(None), RecordRow.created_by == asker_id),
            ),
            RecordEventRow.kind == "survey",
            RecordEventRow.body.contains('"change":"asked"'),
        )
    )
    return connection.execute(query).scalar_one_or_none()
