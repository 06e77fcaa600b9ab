"""What can be wrong with a chain of hashes or a signed head, in words that follow a colon."""

from __future__ import annotations

from ..core.text import Text

NO_RECORD = Text("its record is missing", "所属记录已不存在")
END_MISSING = Text("the last events are missing", "末尾的事件缺失")
ERASED_UNSAID = Text("it was erased, but no event says so", "内容已被抹除，但没有事件记载此事")
NOT_AFTER = Text("it does not follow the event before it", "与前一事件衔接不上")
CONTENT_CHANGED = Text("its content was changed", "内容被改动过")
ACTOR_CHANGED = Text("its actor was changed", "操作人被改动过")
ERASURE_CHANGED = Text("what the erasure left was changed", "抹除后留下的内容被改动过")

HEADS_BEFORE_MISSING = Text("the heads before it are missing", "此前的签名链首缺失")
HEAD_NOT_AFTER = Text("it does not follow the head before it", "与前一个签名链首衔接不上")
HEAD_BEFORE_MISSING = Text("a head before it is missing", "此前缺少一个签名链首")
BAD_SIGNATURE = Text("its signature does not hold", "签名无效")
WRITTEN_ANEW = Text("a history that it covers was written anew", "所涵盖的历史被重写过")


def event_missing(seq: int) -> Text:
    """Return that an event is not there."""
    return Text(f"event {seq} is missing", f"缺少第 {seq} 个事件")


def other_key(key_id: str) -> Text:
    """Return that a head was signed with a key that is not this installation's."""
    return Text(
        f"it was signed with another key ({key_id}), which is not here",
        f"用另一把密钥（{key_id}）签名，而该密钥不在此处",
    )


def audit_line_changed(seq: int) -> Text:
    """Return that the line of the audit log that a head covers is not what it was."""
    return Text(
        f"line {seq} of the audit log was changed, or is missing",
        f"审计日志第 {seq} 行被改动过或已缺失",
    )


def signed_event_missing(seq: int) -> Text:
    """Return that a record does not reach as far as a head says."""
    return Text(
        f"event {seq} was signed and is missing: the end of the history, or all of it",
        f"已签名的第 {seq} 个事件缺失：历史的末尾或全部不在了",
    )


def fewer_records(covered: int, left: int) -> Text:
    """Return that a head covers more records than there are."""
    return Text(
        f"it covered {covered} records, {left} are left of them",
        f"原涵盖 {covered} 条记录，现仅剩 {left} 条",
    )
