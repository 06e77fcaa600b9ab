"""Every table, and the objects that belong to them on one database only."""

from __future__ import annotations

from .columns import Base
from .keeping_tables import LegalHoldRow, SealedVersionRow, SignedHeadRow
from .mark_tables import RecordMarkRow, TallyRow
from .people_tables import (
    ApiTokenRow,
    AttemptRow,
    CustomerRow,
    MembershipRow,
    OrganisationRow,
    SecretLinkRow,
    SessionRow,
    ShiftSwapRow,
    UserRow,
)
from .record_tables import (
    AttachmentRow,
    ExplanationRow,
    MessageRow,
    NumberCounterRow,
    RecordEventRow,
    RecordRow,
    SearchPartRow,
)
from .release_tables import (
    AuditRow,
    DraftOperationRow,
    DraftRow,
    LiveReleaseRow,
    ReleaseRow,
    SettingRow,
)
from .work_tables import (
    CaughtMailRow,
    DeliveryRow,
    DestinationRow,
    DigestLineRow,
    HeartbeatRow,
    IdempotencyRow,
    InboxRow,
    JobRow,
    NoticeRow,
    WebhookTargetRow,
)

METADATA = Base.metadata
FULL_TEXT = "search_text"
"""SQLite's full-text index over ``search_part``; its shadow tables begin with this name."""

__all__ = [
    "FULL_TEXT",
    "METADATA",
    "ApiTokenRow",
    "AttachmentRow",
    "AttemptRow",
    "AuditRow",
    "Base",
    "CaughtMailRow",
    "CustomerRow",
    "DeliveryRow",
    "DestinationRow",
    "DigestLineRow",
    "DraftOperationRow",
    "DraftRow",
    "ExplanationRow",
    "HeartbeatRow",
    "IdempotencyRow",
    "InboxRow",
    "JobRow",
    "LegalHoldRow",
    "LiveReleaseRow",
    "MembershipRow",
    "MessageRow",
    "NoticeRow",
    "NumberCounterRow",
    "OrganisationRow",
    "RecordEventRow",
    "RecordMarkRow",
    "RecordRow",
    "ReleaseRow",
    "SealedVersionRow",
    "SearchPartRow",
    "SecretLinkRow",
    "SessionRow",
    "SettingRow",
    "ShiftSwapRow",
    "SignedHeadRow",
    "TallyRow",
    "UserRow",
    "WebhookTargetRow",
]
