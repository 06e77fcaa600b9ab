"""Make every table of the first version, the full-text index, and the guards of what is only appended."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "20261122_0930"
down_revision = None
branch_labels = None
depends_on = None

Json = sa.JSON().with_variant(JSONB(), "postgresql")
BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Instant = sa.DateTime(timezone=True)
APPEND_ONLY = ("record_event", "audit")
KEPT_BY_ERASURE = (
    *("record_id", "seq", "kind", "at", "actor_kind", "actor_id", "cause_kind", "cause_id"),
    *("cause_depth", "digest", "prev_hash", "hash"),
)
ERASURE = "OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL AND NEW.salt = ''"


def upgrade() -> None:
    op.create_table(
        "app_user",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("roles", Json, nullable=False),
        sa.Column("skills", Json, nullable=False),
        sa.Column("lang", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("away", sa.Boolean(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("deputy_id", sa.Text(), nullable=True),
        sa.Column("manager_id", sa.Text(), nullable=True),
        sa.Column("last_given_at", Instant, nullable=True),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["deputy_id"], ["app_user.id"], name=op.f("fk_app_user_deputy_id")),
        sa.ForeignKeyConstraint(
            ["manager_id"], ["app_user.id"], name=op.f("fk_app_user_manager_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_app_user")),
        sa.UniqueConstraint("login", name=op.f("uq_app_user_login")),
    )
    op.create_table(
        "attempt",
        sa.Column("id", BigId, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
    )
    op.create_index("ix_attempt_key", "attempt", ["key", "at"], unique=False)
    op.create_table(
        "audit",
        sa.Column("seq", BigId, autoincrement=False, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("prev_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_at", "audit", ["at"], unique=False)
    op.create_index("ix_audit_target", "audit", ["target"], unique=False)
    op.create_table(
        "heartbeat",
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("detail", Json, nullable=False),
        sa.PrimaryKeyConstraint("node", "kind", name=op.f("pk_heartbeat")),
    )
    op.create_table(
        "idempotency",
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("created_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("actor", "key", name=op.f("pk_idempotency")),
    )
    op.create_index("ix_idempotency_created", "idempotency", ["created_at"], unique=False)
    op.create_table(
        "legal_hold",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=True),
        sa.Column("created_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("subject", "subject_id", name=op.f("pk_legal_hold")),
    )
    op.create_table(
        "number_counter",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("last", BigId, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_number_counter")),
    )
    op.create_table(
        "organisation",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=True),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("facts", Json, nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("domain", name=op.f("uq_organisation_domain")),
    )
    op.create_index("ix_organisation_name", "organisation", ["name", "id"], unique=False)
    op.create_table(
        "release",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("documents", sa.Text(), nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("author", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_release")),
    )
    op.create_table(
        "sealed_version",
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", BigId, nullable=False),
        sa.PrimaryKeyConstraint("record_id", "version", name=op.f("pk_sealed_version")),
    )
    op.create_index(
        "ix_sealed_version_number", "sealed_version", ["number", "record_id"], unique=False
    )
    op.create_table(
        "setting",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", Json, nullable=False),
        sa.Column("updated_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_setting")),
    )
    op.create_table(
        "signed_head",
        sa.Column("number", BigId, autoincrement=False, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("entries", BigId, nullable=False),
        sa.Column("records", BigId, nullable=False),
        sa.Column("audit_seq", BigId, nullable=False),
        sa.Column("audit_hash", sa.Text(), nullable=False),
        sa.Column("prev_digest", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_signed_head")),
    )
    op.create_table(
        "destination",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("pause", sa.Integer(), nullable=False),
        sa.Column("opened_at", Instant, nullable=True),
        sa.Column("next_try_at", Instant, nullable=True),
        sa.Column("off_at", Instant, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at_once", sa.Integer(), nullable=True),
        sa.Column("a_minute", sa.Integer(), nullable=True),
        sa.Column("minute_at", Instant, nullable=True),
        sa.Column("in_minute", sa.Integer(), nullable=False),
        sa.Column("worked_at", Instant, nullable=True),
        sa.CheckConstraint(
            "state IN ('closed', 'open', 'probing')", name=op.f("ck_destination_state")
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_destination")),
    )
    op.create_table(
        "webhook_target",
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("failing_since", Instant, nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("disabled_at", Instant, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("url", name=op.f("pk_webhook_target")),
    )
    op.create_table(
        "api_token",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scopes", Json, nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("expires_at", Instant, nullable=True),
        sa.Column("last_used_at", Instant, nullable=True),
        sa.Column("revoked_at", Instant, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_api_token_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
    )
    op.create_index("ix_api_token_user", "api_token", ["user_id"], unique=False)
    op.create_table(
        "customer",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("lang", sa.Text(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("tags", Json, nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=True),
        sa.Column("manager", sa.Text(), nullable=True),
        sa.Column("facts", Json, nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("erased_at", Instant, nullable=True),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_customer_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer")),
        sa.UniqueConstraint("email", name=op.f("uq_customer_email")),
    )
    op.create_index("ix_customer_name", "customer", ["name", "id"], unique=False)
    op.create_index(
        op.f("ix_customer_organisation_id"), "customer", ["organisation_id"], unique=False
    )
    op.create_index("ix_customer_phone", "customer", ["phone"], unique=False)
    op.create_table(
        "draft",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("from_release", sa.Text(), nullable=True),
        sa.Column("documents", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("author", sa.Text(), nullable=True),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("updated_at", Instant, nullable=False),
        sa.ForeignKeyConstraint(
            ["from_release"], ["release.hash"], name=op.f("fk_draft_from_release")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
    )
    op.create_table(
        "live_release",
        sa.Column("id", BigId, nullable=False),
        sa.Column("release", sa.Text(), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("author", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["release"], ["release.hash"], name=op.f("fk_live_release_release")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_live_release")),
    )
    op.create_table(
        "membership",
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("is_lead", sa.Boolean(), nullable=False),
        sa.Column("on_call", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_membership_user_id")),
        sa.PrimaryKeyConstraint("team", "user_id", name=op.f("pk_membership")),
    )
    op.create_index("ix_membership_user", "membership", ["user_id"], unique=False)
    op.create_table(
        "shift_swap",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("shift", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("giver", sa.Text(), nullable=False),
        sa.Column("taker", sa.Text(), nullable=False),
        sa.Column("back_shift", sa.Text(), nullable=True),
        sa.Column("back_day", sa.Text(), nullable=True),
        sa.Column("back_name", sa.Text(), nullable=True),
        sa.Column("begins_at", Instant, nullable=False),
        sa.Column("ends_at", Instant, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_at", Instant, nullable=False),
        sa.Column("answered_at", Instant, nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('asked', 'accepted', 'refused', 'withdrawn')",
            name=op.f("ck_shift_swap_state"),
        ),
        sa.ForeignKeyConstraint(["giver"], ["app_user.id"], name=op.f("fk_shift_swap_giver")),
        sa.ForeignKeyConstraint(["taker"], ["app_user.id"], name=op.f("fk_shift_swap_taker")),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["app_user.id"], name=op.f("fk_shift_swap_answered_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift_swap")),
    )
    op.create_index("ix_shift_swap_team", "shift_swap", ["team", "state", "ends_at"], unique=False)
    op.create_index(
        "ix_shift_swap_open",
        "shift_swap",
        ["team", "shift", "day", "name"],
        unique=True,
        sqlite_where=sa.text("state = 'asked'"),
        postgresql_where=sa.text("state = 'asked'"),
    )
    op.create_table(
        "draft_operation",
        sa.Column("draft_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("author", sa.Text(), nullable=True),
        sa.Column("at", Instant, nullable=False),
        sa.Column("operation", Json, nullable=False),
        sa.Column("inverse", Json, nullable=False),
        sa.Column("undone", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["draft.id"], name=op.f("fk_draft_operation_draft_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("draft_id", "revision", name=op.f("pk_draft_operation")),
    )
    op.create_table(
        "record",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("release", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("previous_state", sa.Text(), nullable=True),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("priority", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("team", sa.Text(), nullable=True),
        sa.Column("customer_id", sa.Text(), nullable=True),
        sa.Column("created_by", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("lang", sa.Text(), nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("updated_at", Instant, nullable=False),
        sa.Column("entered_at", Instant, nullable=False),
        sa.Column("first_reply_at", Instant, nullable=True),
        sa.Column("waiting_reply_since", Instant, nullable=True),
        sa.Column("next_due_at", Instant, nullable=True),
        sa.Column("next_breach_at", Instant, nullable=True),
        sa.Column("resolved_at", Instant, nullable=True),
        sa.Column("closed_at", Instant, nullable=True),
        sa.Column("erased_at", Instant, nullable=True),
        sa.Column("merged_into", sa.Text(), nullable=True),
        sa.Column("escalation", sa.Integer(), nullable=False),
        sa.Column("reopened", sa.Integer(), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.Column("tags", Json, nullable=False),
        sa.Column("followers", Json, nullable=False),
        sa.Column("visits", Json, nullable=False),
        sa.Column("customer", Json, nullable=False),
        sa.Column("values", Json, nullable=False),
        sa.Column("state_json", sa.Text(), nullable=False),
        sa.Column("head", sa.Text(), nullable=False),
        sa.Column("marks", sa.Text(), server_default="", nullable=False),
        sa.Column("plan", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_record_customer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record")),
        sa.UniqueConstraint("number", name=op.f("uq_record_number")),
    )
    op.create_index("ix_record_recent", "record", ["updated_at", "id"], unique=False)
    op.create_index("ix_record_updated", "record", ["type", "updated_at", "id"], unique=False)
    op.create_index("ix_record_made", "record", ["created_at", "id"], unique=False)
    op.create_index("ix_record_created", "record", ["type", "created_at", "id"], unique=False)
    op.create_index(
        "ix_record_state", "record", ["type", "state", "updated_at", "id"], unique=False
    )
    op.create_index(
        "ix_record_customer", "record", ["customer_id", "updated_at", "id"], unique=False
    )
    op.create_index(
        "ix_record_creator",
        "record",
        ["created_by", "updated_at", "id"],
        unique=False,
        sqlite_where=sa.text("created_by IS NOT NULL"),
        postgresql_where=sa.text("created_by IS NOT NULL"),
    )
    op.create_index(
        "ix_record_owner", "record", ["owner", "category", "updated_at", "id"], unique=False
    )
    op.create_index(
        "ix_record_team", "record", ["team", "category", "updated_at", "id"], unique=False
    )
    op.create_index("ix_record_plan", "record", ["plan", "id"], unique=False)
    op.create_index(
        "ix_record_open_breach",
        "record",
        ["next_breach_at", "id", "type", "state", "priority", "team", "owner"],
        unique=False,
        sqlite_where=sa.text("category IN ('open', 'waiting')"),
        postgresql_where=sa.text("category IN ('open', 'waiting')"),
    )
    op.create_index(
        "ix_record_open_updated",
        "record",
        ["updated_at", "id", "type", "state", "priority", "team", "owner"],
        unique=False,
        sqlite_where=sa.text("category IN ('open', 'waiting')"),
        postgresql_where=sa.text("category IN ('open', 'waiting')"),
    )
    op.create_index(
        "ix_record_open_created",
        "record",
        ["created_at", "id", "type", "state", "priority", "team", "owner"],
        unique=False,
        sqlite_where=sa.text("category IN ('open', 'waiting')"),
        postgresql_where=sa.text("category IN ('open', 'waiting')"),
    )
    op.create_index(
        "ix_record_open_priority",
        "record",
        ["priority", "id", "type", "state", "team", "owner"],
        unique=False,
        sqlite_where=sa.text("category IN ('open', 'waiting')"),
        postgresql_where=sa.text("category IN ('open', 'waiting')"),
    )
    op.create_index(
        "ix_record_open_queue",
        "record",
        ["type", "state", "next_breach_at", "id", "priority", "team", "owner"],
        unique=False,
        sqlite_where=sa.text("category IN ('open', 'waiting')"),
        postgresql_where=sa.text("category IN ('open', 'waiting')"),
    )
    op.create_index(
        "ix_record_open_team",
        "record",
        ["team", "next_breach_at", "id", "type", "state", "priority", "owner"],
        unique=False,
        sqlite_where=sa.text("category IN ('open', 'waiting')"),
        postgresql_where=sa.text("category IN ('open', 'waiting')"),
    )
    op.create_index(
        "ix_record_open_owner",
        "record",
        ["owner", "next_breach_at", "id", "type", "state", "priority", "team"],
        unique=False,
        sqlite_where=sa.text("category IN ('open', 'waiting')"),
        postgresql_where=sa.text("category IN ('open', 'waiting')"),
    )
    op.create_index(
        "ix_record_open_customer",
        "record",
        ["customer_id", "created_at", "id", "type"],
        unique=False,
        sqlite_where=sa.text("category IN ('open', 'waiting')"),
        postgresql_where=sa.text("category IN ('open', 'waiting')"),
    )
    op.create_index(
        "ix_record_open_plan",
        "record",
        ["plan", "id"],
        unique=False,
        sqlite_where=sa.text("category IN ('open', 'waiting')"),
        postgresql_where=sa.text("category IN ('open', 'waiting')"),
    )
    op.create_index(
        "ix_record_open_release",
        "record",
        ["release", "type", "state", "category"],
        unique=False,
        sqlite_where=sa.text("category IN ('open', 'waiting')"),
        postgresql_where=sa.text("category IN ('open', 'waiting')"),
    )
    op.create_index(
        "ix_record_settled",
        "record",
        ["updated_at", "id", "type", "state", "priority", "team", "owner"],
        unique=False,
        sqlite_where=sa.text("category IN ('resolved', 'closed')"),
        postgresql_where=sa.text("category IN ('resolved', 'closed')"),
    )
    op.create_index(
        "ix_record_waiting",
        "record",
        ["updated_at", "id", "type", "state", "priority", "team", "owner"],
        unique=False,
        sqlite_where=sa.text("category = 'waiting'"),
        postgresql_where=sa.text("category = 'waiting'"),
    )
    op.create_index(
        "ix_record_breach",
        "record",
        ["type", "next_breach_at", "id"],
        unique=False,
        sqlite_where=sa.text("next_breach_at IS NOT NULL"),
        postgresql_where=sa.text("next_breach_at IS NOT NULL"),
    )
    op.create_index(
        "ix_record_kept",
        "record",
        ["type", "closed_at", "id"],
        unique=False,
        sqlite_where=sa.text("closed_at IS NOT NULL AND erased_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NOT NULL AND erased_at IS NULL"),
    )
    op.create_table(
        "record_mark",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("name", "text", "open", "record_id", name=op.f("pk_record_mark")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_record_mark_number",
        "record_mark",
        ["name", "number", "record_id"],
        unique=False,
        sqlite_where=sa.text("number IS NOT NULL"),
        postgresql_where=sa.text("number IS NOT NULL"),
    )
    op.create_table(
        "tally",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "name", "type", "state", "team", "owner", "part", name=op.f("pk_tally")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "session",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=True),
        sa.Column("customer_id", sa.Text(), nullable=True),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("last_seen_at", Instant, nullable=False),
        sa.Column("expires_at", Instant, nullable=False),
        sa.Column("ip", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("revoked_at", Instant, nullable=True),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_session_customer_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_session_user_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_session")),
    )
    op.create_index("ix_session_customer", "session", ["customer_id"], unique=False)
    op.create_index("ix_session_user", "session", ["user_id"], unique=False)
    op.create_table(
        "attachment",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("stored_name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", BigId, nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=True),
        sa.Column("uploaded_by", sa.Text(), nullable=True),
        sa.Column("visibility", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_attachment_record_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint("stored_name", name=op.f("uq_attachment_stored_name")),
    )
    op.create_index("ix_attachment_record", "attachment", ["record_id"], unique=False)
    op.create_table(
        "caught_mail",
        sa.Column("id", BigId, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=True),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("recipients", Json, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("headers", Json, nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"], ["record.id"], name=op.f("fk_caught_mail_record_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_caught_mail")),
        sa.UniqueConstraint("key", name=op.f("uq_caught_mail_key")),
    )
    op.create_index("ix_caught_mail_created", "caught_mail", ["created_at"], unique=False)
    op.create_index("ix_caught_mail_record", "caught_mail", ["record_id"], unique=False)
    op.create_table(
        "digest_line",
        sa.Column("id", BigId, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=True),
        sa.Column("at", Instant, nullable=False),
        sa.Column("body", Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"], ["record.id"], name=op.f("fk_digest_line_record_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest_line")),
        sa.UniqueConstraint("key", name=op.f("uq_digest_line_key")),
    )
    op.create_index("ix_digest_line_address", "digest_line", ["address", "id"], unique=False)
    op.create_index("ix_digest_line_digest", "digest_line", ["digest"], unique=False)
    op.create_table(
        "delivery",
        sa.Column("id", BigId, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=True),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_delivery_record_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
    )
    op.create_index("ix_delivery_at", "delivery", ["at"], unique=False)
    op.create_index("ix_delivery_key", "delivery", ["key"], unique=False)
    op.create_index("ix_delivery_record", "delivery", ["record_id"], unique=False)
    op.create_index("ix_delivery_target", "delivery", ["target", "at"], unique=False)
    op.create_table(
        "explanation",
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("why", Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"], ["record.id"], name=op.f("fk_explanation_record_id")
        ),
        sa.PrimaryKeyConstraint("record_id", "seq", name=op.f("pk_explanation")),
    )
    op.create_table(
        "inbox",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("ext_id", sa.Text(), nullable=False),
        sa.Column("received_at", Instant, nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("headers", Json, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_inbox_record_id")),
        sa.PrimaryKeyConstraint("source", "ext_id", name=op.f("pk_inbox")),
    )
    op.create_index("ix_inbox_state", "inbox", ["state", "received_at"], unique=False)
    op.create_index("ix_inbox_record", "inbox", ["record_id"], unique=False)
    op.create_table(
        "job",
        sa.Column("id", BigId, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("lane", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=True),
        sa.Column("release", sa.Text(), nullable=True),
        sa.Column("due_at", Instant, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("max_attempts", sa.Integer(), nullable=False),
        sa.Column("lease_until", Instant, nullable=True),
        sa.Column("lease_token", sa.Text(), nullable=True),
        sa.Column("lease_node", sa.Text(), nullable=True),
        sa.Column("begun", sa.Boolean(), nullable=True),
        sa.Column("destination", sa.Text(), nullable=True),
        sa.Column("idem_key", sa.Text(), nullable=False),
        sa.Column("payload", Json, nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.CheckConstraint("state IN ('ready', 'leased', 'dead')", name=op.f("ck_job_state")),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_job_record_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("idem_key", name=op.f("uq_job_idem_key")),
    )
    op.create_index(
        "ix_job_dead",
        "job",
        ["id"],
        unique=False,
        sqlite_where=sa.text("state = 'dead'"),
        postgresql_where=sa.text("state = 'dead'"),
    )
    op.create_index(
        "ix_job_due",
        "job",
        ["lane", "due_at", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'ready'"),
        postgresql_where=sa.text("state = 'ready'"),
    )
    op.create_index(
        "ix_job_lease",
        "job",
        ["lease_until"],
        unique=False,
        sqlite_where=sa.text("state = 'leased'"),
        postgresql_where=sa.text("state = 'leased'"),
    )
    op.create_index(
        "ix_job_record", "job", ["record_id", "state", "lane", "due_at", "id"], unique=False
    )
    op.create_table(
        "message",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("author_kind", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Text(), nullable=True),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("files", Json, nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_message_record_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
    )
    op.create_index("ix_message_record", "message", ["record_id", "seq", "id"], unique=False)
    op.create_table(
        "notice",
        sa.Column("id", BigId, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("text_zh", sa.Text(), nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("read_at", Instant, nullable=True),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_notice_record_id")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_notice_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("key", name=op.f("uq_notice_key")),
    )
    op.create_index("ix_notice_user", "notice", ["user_id", "created_at", "id"], unique=False)
    op.create_index("ix_notice_record", "notice", ["record_id"], unique=False)
    op.create_table(
        "record_event",
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("cause_kind", sa.Text(), nullable=False),
        sa.Column("cause_id", sa.Text(), nullable=False),
        sa.Column("cause_depth", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("salt", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("erased_at", Instant, nullable=True),
        sa.Column("prev_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"], ["record.id"], name=op.f("fk_record_event_record_id")
        ),
        sa.PrimaryKeyConstraint("record_id", "seq", name=op.f("pk_record_event")),
    )
    op.create_table(
        "search_part",
        sa.Column("id", BigId, nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("grams", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"], ["record.id"], name=op.f("fk_search_part_record_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_part")),
    )
    op.create_index("ix_search_part_record", "search_part", ["record_id", "part"], unique=True)
    op.create_table(
        "secret_link",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=True),
        sa.Column("user_id", sa.Text(), nullable=True),
        sa.Column("customer_id", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("expires_at", Instant, nullable=False),
        sa.Column("used_at", Instant, nullable=True),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_secret_link_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["record.id"], name=op.f("fk_secret_link_record_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_secret_link_user_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_secret_link")),
    )
    op.create_index("ix_secret_link_record", "secret_link", ["record_id"], unique=False)

    if op.get_bind().dialect.name == "sqlite":
        _guard_on_sqlite()
        _full_text_on_sqlite()
    else:
        _guard_on_postgres()
        _full_text_on_postgres()


def downgrade() -> None:
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    if on_sqlite:
        op.execute("DROP TABLE search_text")
    op.drop_index("ix_secret_link_record", table_name="secret_link")
    op.drop_table("secret_link")
    op.drop_index("ix_search_part_record", table_name="search_part")
    op.drop_table("search_part")
    op.drop_table("record_event")
    op.drop_index("ix_notice_user", table_name="notice")
    op.drop_table("notice")
    op.drop_index("ix_message_record", table_name="message")
    op.drop_table("message")
    op.drop_index("ix_job_record", table_name="job")
    op.drop_index(
        "ix_job_lease",
        table_name="job",
        sqlite_where=sa.text("state = 'leased'"),
        postgresql_where=sa.text("state = 'leased'"),
    )
    op.drop_index(
        "ix_job_due",
        table_name="job",
        sqlite_where=sa.text("state = 'ready'"),
        postgresql_where=sa.text("state = 'ready'"),
    )
    op.drop_index(
        "ix_job_dead",
        table_name="job",
        sqlite_where=sa.text("state = 'dead'"),
        postgresql_where=sa.text("state = 'dead'"),
    )
    op.drop_table("job")
    op.drop_index("ix_inbox_state", table_name="inbox")
    op.drop_table("inbox")
    op.drop_table("explanation")
    op.drop_index("ix_delivery_target", table_name="delivery")
    op.drop_index("ix_delivery_record", table_name="delivery")
    op.drop_index("ix_delivery_key", table_name="delivery")
    op.drop_index("ix_delivery_at", table_name="delivery")
    op.drop_table("delivery")
    op.drop_index("ix_digest_line_digest", table_name="digest_line")
    op.drop_index("ix_digest_line_address", table_name="digest_line")
    op.drop_table("digest_line")
    op.drop_index("ix_caught_mail_created", table_name="caught_mail")
    op.drop_table("caught_mail")
    op.drop_index("ix_attachment_record", table_name="attachment")
    op.drop_table("attachment")
    op.drop_index("ix_session_user", table_name="session")
    op.drop_index("ix_session_customer", table_name="session")
    op.drop_table("session")
    op.drop_table("tally")
    op.drop_table("record_mark")
    op.drop_table("record")
    op.drop_table("draft_operation")
    op.drop_index(
        "ix_shift_swap_open",
        table_name="shift_swap",
        sqlite_where=sa.text("state = 'asked'"),
        postgresql_where=sa.text("state = 'asked'"),
    )
    op.drop_index("ix_shift_swap_team", table_name="shift_swap")
    op.drop_table("shift_swap")
    op.drop_index("ix_membership_user", table_name="membership")
    op.drop_table("membership")
    op.drop_table("live_release")
    op.drop_table("draft")
    op.drop_index("ix_customer_phone", table_name="customer")
    op.drop_index(op.f("ix_customer_organisation_id"), table_name="customer")
    op.drop_index("ix_customer_name", table_name="customer")
    op.drop_table("customer")
    op.drop_index("ix_api_token_user", table_name="api_token")
    op.drop_table("api_token")
    op.drop_table("webhook_target")
    op.drop_table("destination")
    op.drop_table("signed_head")
    op.drop_table("setting")
    op.drop_index("ix_sealed_version_number", table_name="sealed_version")
    op.drop_table("sealed_version")
    op.drop_table("release")
    op.drop_index("ix_organisation_name", table_name="organisation")
    op.drop_table("organisation")
    op.drop_table("number_counter")
    op.drop_table("legal_hold")
    op.drop_index("ix_idempotency_created", table_name="idempotency")
    op.drop_table("idempotency")
    op.drop_table("heartbeat")
    op.drop_index("ix_audit_target", table_name="audit")
    op.drop_index("ix_audit_at", table_name="audit")
    op.drop_table("audit")
    op.drop_index("ix_attempt_key", table_name="attempt")
    op.drop_table("attempt")
    op.drop_table("app_user")

    if not on_sqlite:
        op.execute("DROP FUNCTION refuse_change()")
        op.execute("DROP FUNCTION allow_erasure()")


def _guard_on_sqlite() -> None:
    same = " AND ".join(f"NEW.{name} IS OLD.{name}" for name in KEPT_BY_ERASURE)
    unless = f"WHEN NOT ({ERASURE} AND {same}) "
    for table in APPEND_ONLY:
        for change in ("update", "delete"):
            when = unless if (table, change) == ("record_event", "update") else ""
            op.execute(
                f"CREATE TRIGGER tr_{table}_{change} BEFORE {change.upper()} ON {table} {when}"
                f"BEGIN SELECT RAISE(ABORT, '{table} is only appended to'); END"
            )


def _guard_on_postgres() -> None:
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is only appended to', TG_TABLE_NAME; END $$"
    )
    same = " AND ".join(f"NEW.{name} IS NOT DISTINCT FROM OLD.{name}" for name in KEPT_BY_ERASURE)
    op.execute(
        "CREATE FUNCTION allow_erasure() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF {ERASURE} AND {same} THEN RETURN NEW; END IF; "
        "RAISE EXCEPTION '% is only appended to', TG_TABLE_NAME; END $$"
    )
    for table, change, function in (
        ("record_event", "UPDATE", "allow_erasure"),
        ("record_event", "DELETE", "refuse_change"),
        ("audit", "UPDATE OR DELETE", "refuse_change"),
    ):
        name = change.split(" ")[0].lower()
        op.execute(
            f"CREATE TRIGGER tr_{table}_{name} BEFORE {change} ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {function}()"
        )
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER tr_{table}_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def _full_text_on_sqlite() -> None:
    # Filled by store.search: SQLite lets no trigger write to it while trusted_schema is off.
    op.execute(
        "CREATE VIRTUAL TABLE search_text USING fts5"
        "(grams, content='search_part', content_rowid='id', tokenize='unicode61 remove_diacritics 0')"
    )
    # Never merge a whole level at once while somebody writes: store.search_upkeep does it in steps.
    op.execute("INSERT INTO search_text (search_text, rank) VALUES ('crisismerge', 1000)")


def _full_text_on_postgres() -> None:
    op.execute(
        "CREATE INDEX search_text_grams ON search_part USING gin (to_tsvector('simple', grams))"
    )
