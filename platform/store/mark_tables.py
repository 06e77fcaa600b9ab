"""Tables beside the records: by what each is found, and how many open ones there are of each kind."""

from __future__ import annotations

from sqlalchemy import Double, Index, PrimaryKeyConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from .columns import Base

NUMBERED = text("number IS NOT NULL")


class RecordMarkRow(Base):
    """One thing that a record can be found by: the value of a field, a tag, a colleague's part, a view.

    It refers to no row by a key of its own: the record's ``marks`` say which rows are its, so no
    further index has to be kept.
    """

    __tablename__ = "record_mark"
    __table_args__ = (
        PrimaryKeyConstraint("name", "text", "open", "record_id"),
        Index(
            "ix_record_mark_number",
            *("name", "number", "record_id"),
            sqlite_where=NUMBERED,
            postgresql_where=NUMBERED,
        ),
        {"sqlite_with_rowid": False},
    )

    name: Mapped[str]
    text: Mapped[str]
    open: Mapped[bool]
    record_id: Mapped[str]
    number: Mapped[float | None] = mapped_column(Double)


class TallyRow(Base):
    """How many open records there are under one name, by type, state, team and owner.

    The sum over all parts counts. Each session of PostgreSQL adds to a part of its own, so that no
    two ever wait for each other; a fold brings the parts together as part 0.
    """

    __tablename__ = "tally"
    __table_args__ = (
        PrimaryKeyConstraint("name", "type", "state", "team", "owner", "part"),
        {"sqlite_with_rowid": False},
    )

    name: Mapped[str]
    type: Mapped[str]
    state: Mapped[str]
    team: Mapped[str]
    owner: Mapped[str]
    part: Mapped[int]
    count: Mapped[int]
