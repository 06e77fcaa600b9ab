"""SCN...: scenarios."""

from __future__ import annotations

from .message import Message

SCENARIOS: dict[str, Message] = {
    "SCN001": Message(
        "Write {key} as a day and a time, such as 2026-11-16 09:00.",
        "请将 {key} 写成日期加时间，例如 2026-11-16 09:00。",
    ),
    "SCN003": Message("A scenario needs at least one step.", "场景至少需要一个步骤。"),
    "SCN004": Message(
        "A step does exactly one thing; this one does {count}.",
        "每个步骤只能做一件事，此处有 {count} 件。",
    ),
    "SCN005": Message(
        "Write the wait as a duration such as 14m59s or 2h.",
        "请将等待时间写成时长，例如 14m59s 或 2h。",
    ),
    "SCN006": Message("A scenario cannot check “{word}”.", "场景无法检查“{word}”。"),
}
