"""The kinds of documents there are."""

from __future__ import annotations

KINDS: tuple[str, ...] = (
    "pack",
    "block",
    "taxonomy",
    "record_type",
    "form",
    "workflow",
    "calendar",
    "sla",
    "rule",
    "table",
    "routing",
    "team",
    "message_template",
    "survey",
    "playbook",
    "view",
    "segment",
    "scenario",
)
