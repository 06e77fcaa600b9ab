"""What people call the names that every record has, for conditions in words."""

from __future__ import annotations

from collections.abc import Mapping

from ..core.text import Text

BASE_TITLES: Mapping[str, Text] = {
    "number": Text("number", "编号"),
    "title": Text("title", "标题"),
    "description": Text("description", "描述"),
    "type_of_record": Text("record type", "工单类型"),
    "owner": Text("owner", "负责人"),
    "team": Text("team", "团队"),
    "state": Text("state", "状态"),
    "previous_state": Text("previous state", "上一状态"),
    "category": Text("phase", "阶段"),
    "waits_for": Text("waits for", "等待对象"),
    "channel": Text("channel", "渠道"),
    "lang": Text("language", "语言"),
    "tags": Text("tags", "标签"),
    "requester": Text("requester", "提交人"),
    "replied": Text("replied", "已首次响应"),
    "reopened": Text("times reopened", "重开次数"),
    "escalation": Text("escalation level", "升级级别"),
    "reassignments": Text("times reassigned", "转派次数"),
    "visits": Text("visits of a state", "进入状态次数"),
    "created_at": Text("opened at", "创建时间"),
    "updated_at": Text("last changed at", "更新时间"),
    "entered_at": Text("in this state since", "进入当前状态时间"),
    "resolved_at": Text("solved at", "解决时间"),
    "closed_at": Text("closed at", "关闭时间"),
    "customer.id": Text("customer's number", "客户编号"),
    "customer.name": Text("customer name", "客户姓名"),
    "customer.email": Text("customer e-mail", "客户邮箱"),
    "customer.phone": Text("customer phone", "客户电话"),
    "customer.tier": Text("customer tier", "客户等级"),
    "customer.tags": Text("customer tags", "客户标签"),
    "customer.organisation": Text("organisation", "所属单位"),
    "customer.lang": Text("customer language", "客户语言"),
    "customer.manager": Text("customer manager", "客户经理"),
    "event.kind": Text("what happened", "事件"),
    "event.field": Text("changed field", "变更字段"),
    "event.from": Text("value before", "变更前的值"),
    "event.to": Text("value after", "变更后的值"),
    "event.metric": Text("clock", "计时器"),
    "event.percent": Text("percentage of the clock", "计时百分比"),
    "event.score": Text("score of the survey", "调查评分"),
    "event.text": Text("text of the comment", "留言内容"),
    "event.tag": Text("tag", "标签名"),
    "event.actor_role": Text("role of who did it", "操作人角色"),
    "event.author": Text("author", "发言人"),
    "event.task": Text("task", "任务"),
    "event.outcome": Text("outcome", "结果"),
}
"""Titles by dotted name; fields of a record type have their own."""

CATEGORIES: Mapping[str, Text] = {
    "open": Text("open", "处理中"),
    "waiting": Text("waiting", "等待中"),
    "resolved": Text("solved", "已解决"),
    "closed": Text("closed", "已关闭"),
}
WAITS: Mapping[str, Text] = {
    "customer": Text("the customer", "客户"),
    "vendor": Text("a vendor", "供应商"),
    "colleague": Text("a colleague", "同事"),
}
CHANNELS: Mapping[str, Text] = {
    "portal": Text("portal", "门户"),
    "mail": Text("e-mail", "邮件"),
    "phone": Text("phone", "电话"),
    "walk_in": Text("walk-in", "现场"),
    "chat": Text("chat", "聊天"),
    "api": Text("API", "接口"),
    "desk": Text("desk", "工作台"),
    "rule": Text("automation", "自动化"),
}
LANGUAGES: Mapping[str, Text] = {
    "en": Text("English", "英文"),
    "zh-CN": Text("Chinese", "中文"),
}
