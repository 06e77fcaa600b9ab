"""What new definitions begin with: a form, a workflow, an example of a field's value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..formbuilder.model import Field, FieldType

Value = dict[str, Any]
PRIORITY = {
    "id": "priority",
    "type": "choice",
    "title": {"en": "Priority", "zh-CN": "优先级"},
    "options": [
        {"id": "P1", "title": {"en": "P1 Urgent", "zh-CN": "P1 紧急"}},
        {"id": "P2", "title": {"en": "P2 Normal", "zh-CN": "P2 普通"}},
    ],
    "default": "P2",
}


def opening_form(record_type: str, field_id: str) -> Value:
    """Return a form with one field; with a title and a description for the form that opens records."""
    subject = {"id": "title", "type": "text", "title": {"en": "Subject", "zh-CN": "主题"}, "required": True, "max": 200}  # fmt: skip
    more = {
        "id": "description",
        "type": "long_text",
        "title": {"en": "Description", "zh-CN": "描述"},
    }
    note = {"id": field_id, "type": "long_text", "title": {"en": "Details", "zh-CN": "详细说明"}}
    opens = field_id == "title"
    section = {
        "id": "main",
        "title": {"en": "What is it about?", "zh-CN": "基本信息"},
        "fields": [subject, more] if opens else [note],
    }
    return {
        "record_type": record_type,
        "audience": "customer" if opens else "agent",
        "sections": [section],
    }


def short_workflow(record_type: str) -> Value:
    """Return a workflow of a state to work in and an end."""
    return {
        "record_type": record_type,
        "goal": {"en": "Every request is answered.", "zh-CN": "每个请求都得到答复。"},
        "scope": {"en": "All requests of this type.", "zh-CN": "此类型的所有请求。"},
        "start": "received",
        "states": {
            "received": {
                "title": {"en": "Received", "zh-CN": "已受理"},
                "category": "open",
                "customer_title": {"en": "We are on it", "zh-CN": "正在处理"},
                "owner": {"role": "agent"},
                "limit": "3d",
                "go": [{"to": "closed", "title": {"en": "Close", "zh-CN": "关闭"}, "style": "primary"}],
            },
            "closed": {
                "title": {"en": "Closed", "zh-CN": "已关闭"},
                "category": "closed",
                "customer_title": {"en": "Done", "zh-CN": "已完成"},
            },
        },
    }  # fmt: skip


def first_choice(fields: Mapping[str, Field], but: str) -> tuple[str, Any] | None:
    """Return the first field of a record with a fixed list of choices, and one of them."""
    for name, one in fields.items():
        if one.type is FieldType.CHOICE and one.options and name != but:
            return name, one.options[0].id
    return None


def example_of(one: Field) -> Any:
    """Return a value that a required field may have; None where none can be guessed."""
    if one.type in (FieldType.CHOICE, FieldType.TREE_CHOICE, FieldType.MULTI_CHOICE):
        options = one.options or ()
        first = options[0].id if options else None
        return [first] if first and one.type is FieldType.MULTI_CHOICE else first
    known: Mapping[FieldType, Any] = {
        FieldType.TEXT: "An example",
        FieldType.LONG_TEXT: "An example of what somebody writes here.",
        FieldType.NUMBER: 1,
        FieldType.MONEY: 1,
        FieldType.YES_NO: True,
        FieldType.DATE: "2026-11-20",
        FieldType.EMAIL: "ann@example.com",
        FieldType.PHONE: "13800000000",
        FieldType.URL: "https://example.com",
    }
    return known.get(one.type)
