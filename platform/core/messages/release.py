"""REL...: references across definitions, record types, views."""

from __future__ import annotations

from .message import Message

RELEASE: dict[str, Message] = {
    "REL001": Message(
        "There is another {kind} with the id {id}, in {first}.",
        "已有相同标识“{id}”的 {kind}，位于 {first}。",
    ),
    "REL002": Message(
        "Field {field} has the type {type} here but {other} in {where}; one field of a record has one type.",
        "字段“{field}”在此处的类型为 {type}，而在 {where} 中为 {other}；同一记录的字段只能有一种类型。",
    ),
    "REL003": Message("There is no record type {word}.", "没有名为“{word}”的记录类型。"),
    "REL004": Message("There is no {kind} {name}.", "没有名为“{name}”的 {kind}。"),
    "REL005": Message(
        "The number pattern needs exactly one {{seq}} part, such as T-{{yyyy}}-{{seq:6}}.",
        "编号规则必须且只能包含一个 {{seq}}，例如 T-{{yyyy}}-{{seq:6}}。",
    ),
    "REL006": Message(
        "Column {name} is no field of these records.", "列“{name}”不是这些记录的字段。"
    ),
    "REL007": Message(
        "{name} belongs to record type {other}, not to {type}.",
        "“{name}”属于记录类型“{other}”，而不是“{type}”。",
    ),
    "REL008": Message(
        "'{word}' is no time to keep records: write whole days or weeks of the calendar, such as 730d.",
        "“{word}”不是有效的保留期限；请写整天或整周的自然时间，例如 730d。",
    ),
    "REL009": Message(
        "Files can only go sooner than the rest: give files_after fewer days than after, or leave it out.",
        "附件只能比其他内容更早清除：请让 files_after 的天数少于 after，或删除此行。",
    ),
    "REL011": Message(
        "Rule {name} is only for records of type {other}; here stand rules for records of any type.",
        "规则“{name}”仅适用于“{other}”类记录；此处只能填写适用于所有类型的规则。",
    ),
    "REL010": Message(
        "Write the time within which requests may be duplicates in hours or days of the clock, such as 24h.",
        "请用自然时间填写判断重复的时限，例如 24h。",
    ),
    "REL012": Message(
        "Records cannot be put in the order of {name}: it is a list or changes without the record. Take a field with one value.",
        "无法按“{name}”排序：它是列表，或不随记录保存。请选用只有一个值的字段。",
    ),
    "REL013": Message(
        "{name} has several parts and cannot be a column; name one of them, such as customer.name.",
        "“{name}”由多个部分组成，不能作为一列；请写出其中一项，例如 customer.name。",
    ),
}
